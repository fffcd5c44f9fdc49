"""What ``--formats`` and ``--archive`` add to a build: declared, audited, and the zip is the folder."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
from typer.testing import CliRunner

from atlas.cli import app
from atlas.errors import AtlasError
from atlas.output import FORMATS
from atlas.pipeline import build
from atlas.publish import publish
from atlas.publish.book import Book
from tests.edition_factory import make_edition


def test_every_form_is_declared_in_the_manifest(demo_build):
    folder = demo_build / "partenaire"
    declared = {entry["fichier"] for entry in json.loads((folder / "manifeste.json").read_text("utf-8"))["fichiers"]}
    written = {path.relative_to(folder).as_posix() for path in (folder / "formats").iterdir()}
    assert written <= declared
    endings = {Path(name).suffix for name in written}
    assert endings == {".parquet", ".fgb", ".geojson", ".sld", ".pmtiles"} and len(FORMATS) == len(endings)


def test_every_form_holds_every_value_of_the_geopackage(demo_build):
    folder = demo_build / "partenaire"
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
    keys = [name for name in ("unite", "id", "campagne", "indicateur", "caracteristique", "modalite") if name in texts]
    return texts.where(texts.notna(), None).sort_values(keys, ignore_index=True, kind="stable")


def told(value):
    return value if isinstance(value, str) else f"{float(value):.10g}"


def test_the_zip_is_the_folder_and_its_checksum_is_right(demo_build):
    digest, name = (demo_build / "partenaire.zip.sha256").read_text("utf-8").split()
    assert (digest, name) == (hashlib.sha256((demo_build / name).read_bytes()).hexdigest(), "partenaire.zip")
    with zipfile.ZipFile(demo_build / "partenaire.zip") as archive:
        inside = {name: hashlib.sha256(archive.read(name)).hexdigest() for name in archive.namelist()}
    assert inside == {
        path.relative_to(demo_build).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (demo_build / "partenaire").rglob("*")
        if path.is_file()
    }


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """Run the command and say what it asks of the build, which is not run."""
    heard = {}

    def build(*arguments, **options):
        heard.update(options)
        (tmp_path / "partenaire.zip").touch()
        return tmp_path

    monkeypatch.setattr("atlas.pipeline.build", build)

    def run(*words):
        done = CliRunner().invoke(app, words)
        assert done.exit_code == 0, done.output
        return {**heard, "said": done.output}

    return run


@pytest.mark.parametrize("command", [("build", "territoire.toml"), ("demo",)])
def test_several_formats_are_asked_at_once_or_one_by_one(asked, command):
    told = asked(*command, "--formats", "geoparquet, sld,", "--formats", "geojson", "--archive")
    assert told["formats"] == ["geoparquet", "sld", "geojson"] and told["archive"] is True
    assert "Archives : partenaire.zip" in told["said"]
    told = asked(*command)
    assert told["formats"] == [] and told["archive"] is False and "Archives" not in told["said"]


def test_without_the_options_there_is_neither(tmp_path):
    publish(Book.of(make_edition(residences=6, iris=4)), tmp_path / "partenaire", ())
    assert [path.name for path in tmp_path.iterdir()] == ["partenaire"]
    assert not (tmp_path / "partenaire" / "formats").exists()


def test_an_unknown_format_is_refused_before_anything_is_read(demo_territory, tmp_path):
    with pytest.raises(AtlasError, match="FORMAT-INCONNU"):
        build(demo_territory, tmp_path / "s", formats=["geojson", "shapefile"])
    assert list(tmp_path.iterdir()) == []
