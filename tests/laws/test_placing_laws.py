"""What placing promises whatever the points and polygons: against shapely, one point and one polygon at a time."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.place import PlaceRules, place
from tests.stage_factory import CRS, entrances, texts

EVERYWHERE = PlaceRules(outside=101, shift=150)
law = settings(max_examples=50, deadline=None)

# Small whole coordinates: points fall on corners and on borders, polygons overlap, touch and are disjoint.
places = st.lists(
    st.tuples(st.one_of(st.integers(0, 8).map(float), st.just(float("nan"))), st.integers(0, 8).map(float)), max_size=25
)
polygons = st.lists(
    st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(1, 4), st.integers(1, 4), st.booleans()),
    min_size=1,
    max_size=6,
    unique=True,
)


def layer(corners, prefix: str) -> gpd.GeoDataFrame:
    """Rectangles, some of them with a corner cut off so that borders are not all straight up."""
    shapes = [
        shapely.Polygon([(x, y), (x + w, y), (x, y + h)]) if triangle else shapely.box(x, y, x + w, y + h)
        for x, y, w, h, triangle in corners
    ]
    codes = texts([f"{prefix}{(7 * i) % 10}{i}" for i in range(len(shapes))])
    return gpd.GeoDataFrame({"code": codes}, geometry=shapes, crs=CRS)


def held(point, table: gpd.GeoDataFrame) -> str | None:
    """Smallest code among the polygons that hold the point, border included, by brute force."""
    if np.isnan(point[0]):
        return None
    codes = [
        code
        for code, shape in zip(table["code"], table.geometry, strict=True)
        if shape.intersects(shapely.Point(point))
    ]
    return min(codes, default=None)


def as_given(points) -> pd.DataFrame:
    rows = [{"x": x, "y": y} for x, y in points]
    return entrances(rows).assign(en_qpv_declare=texts([None] * len(rows)))


@law
@given(places, polygons, polygons, polygons)
def test_placing_is_one_point_and_one_polygon_at_a_time(points, districts, priority, watched):
    iris, qpv, qva = layer(districts, "93010"), layer(priority, "QP"), layer(watched, "V")
    placed = place(
        as_given(points),
        iris.assign(code_iris=iris["code"], nom_iris="", code_insee=iris["code"].str[:5], commune=""),
        qpv.assign(code_qpv=qpv["code"]),
        qva.assign(perimetre=texts(["QVA"] * len(qva))),
        EVERYWHERE,
    )
    in_iris, in_qpv, in_qva = ([held(point, table) for point in points] for table in (iris, qpv, qva))
    found = placed.addresses
    assert found["code_iris"].astype(object).where(found["code_iris"].notna(), None).tolist() == in_iris
    assert found["code_qpv"].astype(object).where(found["code_qpv"].notna(), None).tolist() == in_qpv
    situations = [
        "non placé" if np.isnan(point[0]) else "QPV" if q else "QVA" if v else "hors QPV"
        for point, q, v in zip(points, in_qpv, in_qva, strict=True)
    ]
    assert found["situation"].tolist() == situations
    listed = {
        (name, code)
        for name, q, v in zip(found["id_adresse"], in_qpv, in_qva, strict=True)
        for code in (q, v)
        if code is not None
    }
    assert set(placed.quarters.itertuples(index=False, name=None)) == listed
    assert len(placed.quarters) == len(listed)
    assert set(placed.unplaced["id_adresse"]) == set(found.loc[found["code_iris"].isna(), "id_adresse"])
    assert placed.unplaced["motif"].notna().all()


@law
@given(places, polygons, st.randoms(use_true_random=False))
def test_the_order_of_points_and_polygons_changes_nothing(points, districts, random):
    qpv = layer(districts, "QP").assign(code_qpv=lambda table: table["code"])
    table = as_given(points)
    rows, shapes = list(range(len(table))), list(range(len(qpv)))
    random.shuffle(rows)
    random.shuffle(shapes)
    first = place(table, None, qpv, None, EVERYWHERE).addresses
    again = place(table.iloc[rows], None, qpv.iloc[shapes].reset_index(drop=True), None, EVERYWHERE).addresses
    pd.testing.assert_frame_equal(again.loc[first.index], first)


@pytest.mark.parametrize("seed", range(2))
def test_a_tiling_of_the_plane_gives_every_point_of_it_one_iris(seed):
    """Borders of a tiling, at coordinates of the real size, neither lose nor double a point."""
    rng = np.random.default_rng(seed)
    corner = np.array([660_000.0, 6_860_000.0])
    edges = np.sort(rng.uniform(0, 3000, 9).round(2))
    east, north = corner[0] + edges, corner[1] + edges
    shapes, codes = [], []
    for i in range(8):
        for j in range(8):
            shapes.append(shapely.box(east[i], north[j], east[i + 1], north[j + 1]))
            codes.append(f"93010{i:02d}{j:02d}")
    iris = gpd.GeoDataFrame({"code_iris": texts(codes)}, geometry=shapes, crs=CRS)
    iris = iris.assign(code_insee="93010", nom_iris="", commune="")
    inside = corner + rng.uniform(edges[0], edges[-1], (300, 2))
    border = np.column_stack([rng.choice(east, 200), corner[1] + rng.uniform(edges[0], edges[-1], 200)])
    corners = np.array([(x, y) for x in east for y in north])
    points = np.vstack([inside, border, corners])
    found = place(as_given(points), iris, None, None, PlaceRules(outside=1, shift=150))
    assert found.addresses["code_iris"].notna().all()
    assert found.remarks == ()
