"""Further formats hold the tables of the GeoPackage; the zip holds the folder, and its checksum is right."""

from __future__ import annotations

import hashlib
import json
import zipfile
from xml.etree import ElementTree

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from atlas.output import FORMATS
from atlas.publish.book import Book
from atlas.publish.formats import write_archive, write_formats
from atlas.publish.layers import layers_of
from tests.edition_factory import make_edition

SE, OGC = "{http://www.opengis.net/se}", "{http://www.opengis.net/ogc}"


@pytest.fixture(scope="module", params=[True, False], ids=["masked", "open"])
def edition(request):
    return make_edition(masked=request.param, hostile=True)


@pytest.fixture(scope="module")
def folder(edition, tmp_path_factory):
    place = tmp_path_factory.mktemp("formats") / "interne"
    place.mkdir()
    write_formats(Book.of(edition), place, list(FORMATS))
    return place


def attributes(table):
    plain = pd.DataFrame(table).drop(columns="geometry", errors="ignore").astype("object")
    return plain.where(plain.notna(), None).sort_values("id", ignore_index=True, kind="stable")


def test_geoparquet_holds_every_table(folder, edition):
    for layer in layers_of(edition):
        path = folder / "formats" / f"{layer.name}.parquet"
        read = gpd.read_parquet(path) if layer.geometry else pd.read_parquet(path)
        pd.testing.assert_frame_equal(attributes(read), attributes(layer.table), check_dtype=False)
        assert not layer.geometry or read.crs == edition.crs


def test_flatgeobuf_and_geojson_hold_every_layer(folder, edition):
    for layer in (layer for layer in layers_of(edition) if layer.geometry):
        located = layer.table[layer.table["geometry"].notna()]
        flat = pyogrio.read_dataframe(folder / "formats" / f"{layer.name}.fgb")
        assert sorted(flat["id"]) == sorted(located["id"]) and flat.crs == edition.crs
        web = json.loads((folder / "formats" / f"{layer.name}.geojson").read_text("utf-8"))
        assert [feature["properties"]["id"] for feature in web["features"]] == layer.table["id"].tolist()
        assert "crs" not in web
    point = json.loads((folder / "formats" / "residences.geojson").read_text("utf-8"))["features"][0]["geometry"]
    longitude, latitude = point["coordinates"]
    assert 4 < longitude < 6 and 46 < latitude < 48


def test_no_format_holds_more_than_the_edition(folder, edition):
    names = {path.stem for path in (folder / "formats").glob("*.parquet")}
    assert names == {layer.name for layer in layers_of(edition)}
    assert ("adresses" in names) is not edition.masked


def test_slds_are_read_and_say_the_classes(folder):
    tree = ElementTree.parse(folder / "formats" / "residences_niveau.sld")
    titles = [rule.findtext(f"{SE}Description/{SE}Title") for rule in tree.iter(f"{SE}Rule")]
    assert titles[-1] == "très fragile" and set(titles[:3]) == {"sans objet", "non renseigné", "secret"}
    compared = [element.text for element in tree.iter(f"{OGC}Literal")]
    assert "très fragile" in compared


def test_without_any_format_nothing_is_written(edition, tmp_path):
    assert write_formats(Book.of(edition), tmp_path, ()) == [] and list(tmp_path.iterdir()) == []


def test_formats_are_the_same_bytes_twice(folder, edition, tmp_path):
    write_formats(Book.of(edition), tmp_path, list(FORMATS))
    for path in (tmp_path / "formats").iterdir():
        assert path.read_bytes() == (folder / "formats" / path.name).read_bytes(), path.name


def test_the_zip_holds_the_folder_and_its_checksum_is_right(folder, tmp_path):
    target = tmp_path / "interne.zip"
    checksum = write_archive(folder, target)
    digest, name = checksum.read_text("utf-8").split()
    assert (digest, name) == (hashlib.sha256(target.read_bytes()).hexdigest(), "interne.zip")
    with zipfile.ZipFile(target) as archive:
        inside = {entry: archive.read(entry) for entry in archive.namelist()}
    outside = {
        f"interne/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert inside == outside and len(inside) > 20
    before = target.read_bytes()
    write_archive(folder, target)
    assert target.read_bytes() == before
