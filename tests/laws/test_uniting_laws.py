"""Uniting districts the fast way gives what uniting them with care gives, whether they share borders or overlap."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.describe import _united

side = st.integers(1, 3)
box = st.builds(lambda x, y, width, height: shapely.box(x, y, x + width, y + height), side, side, side, side)


@settings(max_examples=200, deadline=None)
@given(st.lists(box, min_size=1, max_size=6))
def test_boxes_that_touch_overlap_or_hold_each_other_are_united(boxes):
    polygons = np.array(boxes, dtype=object)
    united = _united(polygons)
    assert shapely.is_valid(united)
    assert shapely.equals(united, shapely.union_all(polygons))


@settings(max_examples=50, deadline=None)
@given(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1))
def test_cells_of_a_grid_are_united(cells):
    polygons = np.array([shapely.box(x, y, x + 1, y + 1) for x, y in cells], dtype=object)
    united = _united(polygons)
    assert shapely.is_valid(united)
    assert shapely.equals(united, shapely.union_all(polygons))


def test_a_border_that_one_side_cuts_finer_than_the_other_is_no_border_left():
    west = shapely.Polygon([(0, 0), (1, 0), (1, 2), (0, 2)])
    east = shapely.Polygon([(1, 0), (2, 0), (2, 2), (1, 2), (1, 1)])
    united = _united(np.array([west, east], dtype=object))
    assert shapely.equals(united, shapely.box(0, 0, 2, 2))
