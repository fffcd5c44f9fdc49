"""Legal projections, arrondissements, plausible coordinates, usable polygons."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

from atlas.errors import AtlasError
from atlas.geo import (
    CITY_OF_DISTRICT,
    commune_of,
    extent_of,
    first_quartiles,
    legal_crs,
    official,
    outside_extent,
    present_commune,
    quartile_words,
    repaired,
    unfit,
    within,
)
from tests.stage_factory import texts

LAMBERT = pyproj.CRS.from_epsg(2154)


@pytest.mark.parametrize(
    ("code", "epsg"),
    [
        ("93010", 2154),
        ("2A004", 2154),
        ("2B033", 2154),
        ("75112", 2154),
        ("97105", 5490),
        ("97209", 5490),
        ("97302", 2972),
        ("97411", 2975),
        ("97608", 4471),
    ],
)
def test_each_territory_has_its_legal_projection(code, epsg):
    assert legal_crs([code, code]).to_epsg() == epsg


def test_a_territory_without_a_code_is_taken_for_mainland():
    assert legal_crs([]).to_epsg() == 2154


def test_guadeloupe_and_martinique_share_one_projection():
    assert legal_crs(["97105", "97209"]).to_epsg() == 5490


def test_communes_of_two_projections_are_refused_with_both_named():
    with pytest.raises(AtlasError, match=r"GEO-PROJECTIONS.*2154, 2975"):
        legal_crs(["93010", "97411"])


def test_the_45_arrondissements_come_back_to_their_three_cities():
    assert len(CITY_OF_DISTRICT) == 20 + 9 + 16
    assert set(CITY_OF_DISTRICT.values()) == {"75056", "69123", "13055"}
    codes = texts(["75101", "75120", "69381", "69389", "13201", "13216", "75056", "69290", "2A004"])
    assert commune_of(codes).tolist() == ["75056"] * 2 + ["69123"] * 2 + ["13055"] * 2 + ["75056", "69290", "2A004"]


@pytest.mark.parametrize("values", [[], ["93010"], [None], ["75101", None]])
def test_commune_codes_stay_texts_and_missing_ones_missing(values):
    codes = texts(values)
    found = commune_of(codes)
    assert found.dtype == codes.dtype
    assert found.isna().tolist() == codes.isna().tolist()


def test_coordinates_of_another_system_are_outside_the_extent():
    # In order: Bondy, the same in degrees, axes swapped, Réunion (2975), Mayotte (4471), Guadeloupe (5490), unknown.
    x = np.array([661_000, 2.48, 6_866_000, 340_000, 520_000, 650_000, np.nan])
    y = np.array([6_866_000, 48.9, 661_000, 7_650_000, 8_590_000, 1_800_000, 6_866_000])
    assert outside_extent(x, y, LAMBERT).tolist() == [False, True, True, True, True, True, False]


def test_a_legal_projection_holds_its_own_territory():
    for epsg, lon, lat in [
        (2154, 9.0, 42.0),
        (5490, -61.0, 14.6),
        (2972, -52.3, 4.9),
        (2975, 55.5, -21.1),
        (4471, 45.2, -12.8),
    ]:
        crs = pyproj.CRS.from_epsg(epsg)
        x, y = pyproj.Transformer.from_crs(4326, crs, always_xy=True).transform(lon, lat)
        assert not outside_extent(np.array([x]), np.array([y]), crs)[0], epsg
        west, south, east, north = extent_of(crs)
        assert west < x < east and south < y < north


BOW_TIE = "POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))"


def shapes(*texts_of_shapes: str | None) -> np.ndarray:
    return np.array([None if text is None else shapely.from_wkt(text) for text in texts_of_shapes], dtype=object)


def test_repair_makes_polygons_valid_keeps_their_surface_and_leaves_the_others():
    given = shapes(BOW_TIE, "POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0))")
    before = shapely.to_wkt(given)
    fixed, changed = repaired(given)
    assert changed.tolist() == [True, False]
    assert shapely.is_valid(fixed).all()
    assert shapely.area(fixed).tolist() == [2.0, 1.0]
    assert (shapely.to_wkt(given) == before).all()


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        "POLYGON ((0 0, 1 1, 0 0, 0 0))",
        "LINESTRING (0 0, 1 1)",
        "POINT (0 0)",
        "GEOMETRYCOLLECTION (POINT (0 0), POLYGON EMPTY)",
    ],
)
def test_what_has_no_surface_becomes_an_empty_polygon(geometry):
    fixed, _ = repaired(shapes(geometry))
    assert fixed[0].geom_type == "Polygon"
    assert fixed[0].is_empty


def test_a_mixed_collection_keeps_its_surfaces_only():
    fixed, _ = repaired(shapes("GEOMETRYCOLLECTION (POINT (9 9), POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0)))"))
    assert fixed[0].geom_type == "Polygon"
    assert fixed[0].area == 1


def test_no_geometry_at_all_is_not_a_fault():
    fixed, changed = repaired(np.zeros(0, dtype=object))
    assert len(fixed) == len(changed) == 0


def test_a_commune_keeps_the_index_of_its_address():
    codes = pd.Series({"b": "75101", "a": "93010"}, dtype="str")
    assert commune_of(codes).to_dict() == {"b": "75056", "a": "93010"}


@pytest.mark.parametrize(
    ("code", "communes", "inside"),
    [
        ("13201", ["13055"], True),  # an arrondissement, where the territory names its city
        ("13201", ["13201"], True),
        ("13215", ["13201"], False),
        ("13055", ["13201"], False),  # a whole city is not of one arrondissement
        ("69381", ["69123", "69290"], True),
        ("75056", ["75056"], True),
        ("13001", ["13055"], False),
        ("02695", ["02054"], True),  # merged in 2022, whichever side is late
        ("02054", ["02695"], True),
        ("02054", ["02055"], False),
        ("01901", ["01901"], True),  # a code that the official list does not know is itself
        ("01901", ["01902"], False),
        (None, ["01901"], False),
    ],
)
def test_one_function_says_which_communes_are_of_the_territory(code, communes, inside):
    assert within(texts([code]), communes).tolist() == [inside]


@pytest.mark.parametrize(
    ("crs", "communes", "words"),
    [
        ("EPSG:2154", ["93010"], None),
        ("EPSG:27572", ["93010"], None),  # the old Lambert, still met
        ("EPSG:3945", ["69123"], None),
        ("EPSG:32631", ["29019"], None),  # the neighbouring UTM zone
        ("EPSG:2975", ["97411"], None),
        ("EPSG:5490", ["97801"], None),
        ("EPSG:3297", ["98735"], None),
        ("EPSG:4326", ["93010"], "degrés"),
        ("EPSG:4171", [], "degrés"),
        ("EPSG:3857", ["93010"], "fonds de carte du web"),
        ("EPSG:3857", ["97302"], "fonds de carte du web"),  # under the equator it deforms by less than 1 %
        ("ESRI:102100", ["93010"], "fonds de carte du web"),
        ("EPSG:3395", ["93010"], "45 %"),
        ("EPSG:2975", ["93010"], "déforme"),  # Réunion, for a territory of the mainland
        ("EPSG:2154", ["97411"], "ce territoire"),
        ("EPSG:5720", ["93010"], "altitudes"),
        ("EPSG:5698", ["93010"], "altitudes"),
        ("EPSG:4978", ["93010"], "plane"),
        ('LOCAL_CS["Sans repère",UNIT["metre",1]]', ["93010"], "plane"),
        ("EPSG:2222", ["93010"], "mètres"),  # feet
    ],
)
def test_distances_are_measured_in_projected_metres(crs, communes, words):
    reason = unfit(pyproj.CRS.from_user_input(crs), communes, 1)
    assert (reason is None) if words is None else (words in reason), reason


@pytest.mark.parametrize(
    ("code", "words"),
    [("97801", "EPSG:5490"), ("97701", "EPSG:5490"), ("97502", "EPSG:4467"), ("98735", "EPSG:3297"), ("98818", "3163")],
)
def test_beyond_the_departments_the_territory_is_told_which_projection_to_give(code, words):
    with pytest.raises(AtlasError, match="GEO-PROJECTION-A-DIRE") as caught:
        legal_crs([code])
    assert words in str(caught.value)


def test_the_official_code_knows_names_merges_arrondissements_and_epci():
    code = official()
    assert len(code.names) > 34_900 and code.vintage == 2024
    assert [code.name_of(one) for one in ("67482", "2A004", "97411", "13201", "02695", "01901")] == [
        "Strasbourg",
        "Ajaccio",
        "Saint-Denis",
        "Marseille 1er Arrondissement",
        "Saint-Thibaut",
        None,
    ]
    assert code.epci_of(["67482", "67447"]) == ("246700488", "Eurométropole de Strasbourg")
    assert code.epci_of(["67482", "21231"]) is None and code.epci_of(["01901"]) is None
    assert set(code.successor.values()) <= set(code.names) and not set(code.successor) & set(code.names)


def test_the_arrondissements_are_those_of_the_official_code():
    names = official().names
    assert {code for code in names if "Arrondissement" in names[code]} == set(CITY_OF_DISTRICT)


def test_merged_communes_come_back_to_the_one_that_holds_them():
    codes = texts(["02695", "02054", "75112", "01901", None])
    assert present_commune(codes).fillna("").tolist() == ["02054", "02054", "75056", "01901", ""]


def test_the_first_quartile_is_that_of_the_decree_and_no_year_is_guessed():
    known = first_quartiles("242100410")
    assert known == {2024: 9864, 2025: 9784, 2026: 9900}, "Dijon métropole; it fell in 2025"
    assert first_quartiles("200017846")[2024] == first_quartiles("200055655")[2024], "one threshold in Île-de-France"
    assert quartile_words("000000000") == ""
