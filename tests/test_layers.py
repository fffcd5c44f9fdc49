"""Layers as they come: attributes that nobody filled, codes on some records only, words that stand for nothing."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from atlas.errors import AtlasError
from atlas.ledger import Ledger
from atlas.parameters import read_parameters
from atlas.sources import Inputs, read_sources
from atlas.sources.desk import Desk
from atlas.sources.layers import united
from atlas.territory import read_territory
from tests.test_broken import FOLDER, break_territory

BASE = FOLDER / "base"


def with_layer(folder: Path, name: str, **nothing: None) -> Inputs:
    """Read the small good territory, some attributes of one layer being null on every record."""
    path = break_territory({}, folder)
    layer = json.loads((BASE / name).read_text("utf-8"))
    for feature in layer["features"]:
        feature["properties"] |= nothing
    (folder / name).write_text(json.dumps(layer), "utf-8")
    return read_sources(read_territory(path), read_parameters(), Ledger())


def test_an_attribute_that_no_record_fills_is_not_provided(tmp_path):
    iris = with_layer(tmp_path, "iris.geojson", TYP_IRIS=None, NOM_COM=None).iris
    assert len(iris) == 2 and iris[["type_iris", "commune"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("name", "column", "code"),
    [
        ("qva.geojson", "nom", "ZONES-MANQUANT"),
        ("qpv.geojson", "code", "QPV-MANQUANT"),
        ("qpv.geojson", "label", "QPV-MANQUANT"),
    ],
)
def test_a_required_attribute_that_no_record_fills_is_refused_in_words(tmp_path, name, column, code):
    with pytest.raises(AtlasError) as caught:
        with_layer(tmp_path, name, **{column: None})
    assert code in [fault.code for fault in caught.value.faults]


def with_zones(folder: Path, *records: dict[str, str | None]) -> Inputs:
    """Read the small good territory with one square after another, eastwards, as its zones."""
    path = break_territory({}, folder)
    layer = json.loads((BASE / "qva.geojson").read_text("utf-8"))
    model = json.dumps(layer["features"][0])
    layer["features"] = [json.loads(model) | {"properties": record} for record in records]
    for rank, feature in enumerate(layer["features"]):
        ring = feature["geometry"]["coordinates"][0]
        feature["geometry"]["coordinates"] = [[[x + 0.0025 * rank, y] for x, y in ring]]
    (folder / "qva.geojson").write_text(json.dumps(layer), "utf-8")
    return read_sources(read_territory(path), read_parameters(), Ledger())


def test_zones_of_which_some_have_no_code_take_it_from_their_names(tmp_path):
    inputs = with_zones(
        tmp_path,
        {"code": "SUD", "nom": "Nord"},
        {"code": "A", "nom": "Est"},
        {"code": "A", "nom": "Est"},
        {"code": None, "nom": "Sud"},
        {"code": None, "nom": "Ouest"},
        {"code": None, "nom": "Ouest"},
        {"code": None, "nom": "Жильё"},
    )
    zones = inputs.zones.set_index("code")
    assert zones["nom"].to_dict() == {"SUD": "Nord", "A": "Est", "sud-2": "Sud", "ouest": "Ouest", "Жильё": "Жильё"}
    assert zones.geom_type.tolist() == ["Polygon", "MultiPolygon", "Polygon", "MultiPolygon", "Polygon"]
    assert "QVA : 4 polygones sans code, code tiré du nom." in inputs.remarks


def test_a_word_for_no_code_is_no_zone_and_a_word_for_no_name_is_refused(tmp_path):
    inputs = with_zones(tmp_path, {"code": "0", "nom": "Nord"}, {"code": "0", "nom": "Sud"}, {"code": "NC", "nom": "E"})
    assert inputs.zones["code"].tolist() == ["nord", "sud", "e"]
    assert any("code porte « 0, NC » sur 3 lignes" in remark for remark in inputs.remarks)
    numbered = [{"code": str(rank), "nom": name} for rank, name in enumerate(("Nord", "Sud", "Est"))]
    assert with_zones(tmp_path, *numbered).zones["code"].tolist() == ["0", "1", "2"]
    inputs = with_zones(tmp_path, {"code": "E\u0301", "nom": "Nord"}, {"code": "É\u200b", "nom": "Nord"})
    assert inputs.zones["code"].tolist() == ["É"]
    with pytest.raises(AtlasError) as caught:
        with_zones(tmp_path, {"nom": "sans nom"}, {"nom": "sans nom"}, {"nom": "Nord"})
    (fault,) = caught.value.faults
    assert fault.code == "ZONES-MANQUANT" and "sans nom" in fault.what and "lignes 1, 2" in fault.what


def test_polygons_without_a_code_are_not_united():
    squares = [shapely.box(west, 0, west + 1, 1) for west in (0, 2, 4, 6)]
    codes = pd.Series(["A", None, "A", None], dtype="str")
    layer = gpd.GeoDataFrame({"code": codes, "fichier": "f"}, geometry=squares, crs=2154)
    found = united(layer, "code", Desk(Ledger()))
    assert found["code"].isna().tolist() == [False, True, True] and found.area.tolist() == [2, 1, 1]
    bare = layer.assign(code=pd.Series([None] * 4, dtype="str"))
    assert len(united(bare, "code", Desk(Ledger()))) == 4


def test_residences_of_a_layer_may_all_be_nameless(tmp_path):
    frame = pd.read_csv(BASE / "residences.csv", sep=";", dtype="str").assign(nom_residence=None)
    frame["nom_residence"] = frame["nom_residence"].astype("str")
    points = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy([850100, 850120], [6570100, 6570120]), crs=2154)
    points.to_file(tmp_path / "corrige.gpkg", layer="residences")
    path = break_territory({"remplace": [("territoire.toml", "residences.csv", "corrige.gpkg")]}, tmp_path)
    found = read_sources(read_territory(path), read_parameters(), Ledger()).residences
    assert found["id_residence"].notna().all() and found["nom_residence"].isna().all()


def test_a_layer_cut_on_a_damaged_byte_is_one_fault_and_nothing_on_the_terminal(tmp_path, capfd):
    path = break_territory({}, tmp_path)
    whole = (tmp_path / "qpv.geojson").read_bytes()
    (tmp_path / "qpv.geojson").write_bytes(whole[:-40] + b"\xb0")
    with pytest.raises(AtlasError) as caught:
        read_sources(read_territory(path), read_parameters(), Ledger())
    assert [fault.code for fault in caught.value.faults] == ["COUCHE-ILLISIBLE"]
    assert capfd.readouterr().err == ""
