"""Legal projections, arrondissements, plausible coordinates, usable polygons."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely

from atlas.errors import AtlasError
from atlas.geo import CITY_OF_DISTRICT, commune_of, extent_of, legal_crs, outside_extent, repaired
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
