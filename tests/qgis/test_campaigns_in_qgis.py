"""Campaign after campaign in QGIS: a theme for each, and a layer that follows time."""

from __future__ import annotations

import pytest

from atlas.audit.read_back import read_table
from atlas.tables.years import MOVES


@pytest.fixture(scope="module", params=["interne", "partenaire"])
def edition(request, readings_build):
    return readings_build / request.param


@pytest.fixture(scope="module")
def seen(qgis, edition, tmp_path_factory):
    return qgis("campaigns", edition, tmp_path_factory.mktemp("campagnes"))


def test_the_project_opens_without_a_question(seen):
    assert seen["read"] and not seen["asked"] and not seen["log"]
    assert all(layer["valid"] and layer["crs"] == "EPSG:2154" for layer in seen["layers"].values())


def test_each_campaign_shows_the_residences_of_its_survey(seen, edition):
    history, homes = read_table(edition, "historique"), set(read_table(edition, "residences")["id"])
    told = history[(history["unite"] == "residences") & history["id"].isin(homes)]
    layers = seen["layers"]
    levels = {year: layers[f"atlas_couche_campagne_{year}_niveau"] for year in (2020, 2022)}
    for year, layer in levels.items():
        assert sorted(map(tuple, layer["rows"])) == sorted(
            (unit, year) for unit in told.loc[told["campagne"] == year, "id"]
        )
    moved = layers["atlas_couche_campagne_2022_evolution"]
    assert moved["rows"] == levels[2022]["rows"] and set(moved["rules"]) == set(MOVES)
    assert "atlas_couche_campagne_2020_evolution" not in layers, "nothing comes before the first survey"


def test_every_residence_has_a_class(seen):
    for name, layer in seen["layers"].items():
        assert layer["rules"] and not layer["wrong"] and not layer["without_class"], name


def test_themes_name_the_campaign(seen):
    assert len([theme for theme in seen["themes"] if theme.endswith((", 2020", ", 2022", "de 2020 à 2022"))]) == 3


def test_the_temporal_controller_plays_each_survey_until_the_next(seen):
    played = {name: layer for name, layer in seen["layers"].items() if layer["played"]}
    assert list(played) == ["atlas_couche_campagnes_niveau"]
    (layer,) = played.values()
    none, first, last = [], [2020], [2022]
    assert layer["years"] == {
        **dict.fromkeys(("2018", "2019"), none),
        **dict.fromkeys(("2020", "2021"), first),
        **dict.fromkeys(("2022", "2023"), last),
        **dict.fromkeys(("2024", "2025", "2026", "2027"), none),
    }
    assert seen["span"] == ["2020-01-01", "2024-01-01"]
