"""Layers as they come: attributes that nobody filled, codes on some records only, words that stand for nothing."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from atlas.errors import AtlasError
from atlas.ledger import Ledger
from atlas.parameters import read_parameters
from atlas.sources import Inputs, read_sources
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


def test_residences_of_a_layer_may_all_be_nameless(tmp_path):
    frame = pd.read_csv(BASE / "residences.csv", sep=";", dtype="str").assign(nom_residence=None)
    frame["nom_residence"] = frame["nom_residence"].astype("str")
    points = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy([850100, 850120], [6570100, 6570120]), crs=2154)
    points.to_file(tmp_path / "corrige.gpkg", layer="residences")
    path = break_territory({"remplace": [("territoire.toml", "residences.csv", "corrige.gpkg")]}, tmp_path)
    found = read_sources(read_territory(path), read_parameters(), Ledger()).residences
    assert found["id_residence"].notna().all() and found["nom_residence"].isna().all()
