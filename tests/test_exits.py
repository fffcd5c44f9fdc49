"""What ``--formats`` and ``--archive`` add to a build: declared, audited, and the zip is the folder."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from atlas.output import FORMATS

ATLAS = Path(sys.executable).with_name("atlas")


@pytest.fixture(scope="module")
def built(demo_territory, tmp_path_factory):
    """The partners' edition of the demo, in every form, and what the command said."""
    output = tmp_path_factory.mktemp("exits") / "atlas"
    options = ["--edition", "partenaire", "--formats", "geoparquet,flatgeobuf", "--formats", "geojson, sld"]
    command = [ATLAS, "build", demo_territory, "--sortie", output, *options, "--archive"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return output, done.stdout


def test_every_form_is_declared_in_the_manifest(built):
    folder = built[0] / "partenaire"
    declared = {entry["fichier"] for entry in json.loads((folder / "manifeste.json").read_text("utf-8"))["fichiers"]}
    written = {path.relative_to(folder).as_posix() for path in (folder / "formats").iterdir()}
    assert written <= declared
    endings = {Path(name).suffix for name in written}
    assert endings == {".parquet", ".fgb", ".geojson", ".sld"} and len(FORMATS) == len(endings)


def test_every_form_holds_every_value_of_the_geopackage(built):
    folder = built[0] / "partenaire"
    for name, geometry in pyogrio.list_layers(folder / "atlas.gpkg"):
        if name == "layer_styles":
            continue
        whole = comparable(pyogrio.read_dataframe(folder / "atlas.gpkg", layer=name))
        read = gpd.read_parquet if geometry else pd.read_parquet
        pd.testing.assert_frame_equal(comparable(read(folder / "formats" / f"{name}.parquet")), whole)
        if geometry:
            web = pyogrio.read_dataframe(folder / "formats" / f"{name}.geojson")
            pd.testing.assert_frame_equal(comparable(web), whole)
            flat = comparable(pyogrio.read_dataframe(folder / "formats" / f"{name}.fgb"))
            pd.testing.assert_frame_equal(flat, whole[whole["id"].isin(flat["id"])].reset_index(drop=True))


def comparable(table):
    """Attributes as texts, in one order: types differ from one format to another, values do not."""
    plain = pd.DataFrame(table).drop(columns="geometry", errors="ignore")
    texts = pd.DataFrame({name: plain[name].map(told, na_action="ignore") for name in plain}).astype("object")
    keys = [name for name in ("unite", "id", "campagne", "indicateur") if name in texts]
    return texts.where(texts.notna(), None).sort_values(keys, ignore_index=True, kind="stable")


def told(value):
    return value if isinstance(value, str) else f"{float(value):.10g}"


def test_the_zip_is_the_folder_and_its_checksum_is_told(built):
    output, said = built
    assert "Archives : partenaire.zip" in said
    digest, name = (output / "partenaire.zip.sha256").read_text("utf-8").split()
    assert (digest, name) == (hashlib.sha256((output / name).read_bytes()).hexdigest(), "partenaire.zip")
    with zipfile.ZipFile(output / "partenaire.zip") as archive:
        inside = {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    assert inside == {
        path.relative_to(output).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (output / "partenaire").rglob("*")
        if path.is_file()
    }


def test_without_the_options_there_is_neither(demo_build):
    assert list(demo_build.glob("*.zip*")) == [] and not (demo_build / "partenaire" / "formats").exists()


def test_an_unknown_format_is_refused_before_anything_is_read(demo_territory, tmp_path):
    command = [ATLAS, "build", demo_territory, "--sortie", tmp_path / "s", "--formats", "geojson,shapefile"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "« shapefile »" in done.stderr and not (tmp_path / "s").exists()
