"""What a polygon needs to be usable."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import shapely

if TYPE_CHECKING:
    import geopandas as gpd

T = TypeVar("T")
_SURFACES = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def side_by_side(function: Callable[[np.ndarray], T], values: np.ndarray) -> list[T]:
    """Apply a function to equal parts of an array, one thread each, in order: Shapely's queries run side by side.

    >>> side_by_side(len, np.arange(5)) == [len(part) for part in np.array_split(np.arange(5), os.cpu_count() or 1)]
    True
    """
    with ThreadPoolExecutor() as pool:
        return list(pool.map(function, np.array_split(values, os.cpu_count() or 1)))


def repaired(geometries: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Make polygons valid, keeping their surfaces only.

    Returns
    -------
    (geometries, changed)
        Valid polygons or multipolygons, in input order, and a boolean array of those that had to be repaired. A
        geometry of which no surface is left becomes an empty polygon.
    """
    invalid = ~np.concatenate(side_by_side(shapely.is_valid, geometries))
    fixed = geometries.copy()
    fixed[invalid] = shapely.make_valid(geometries[invalid], method="structure", keep_collapsed=False)
    other = np.flatnonzero(~np.isin(shapely.get_type_id(fixed), _SURFACES))
    for place in other:  # rare: what is neither a polygon nor several
        fixed[place] = _surface(fixed[place])
    return fixed, invalid


def _surface(geometry: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shapely.get_parts(geometry))
    polygons = parts[(shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(parts)]
    return shapely.union_all(polygons) if len(polygons) else shapely.Polygon()


def in_use(layer: gpd.GeoDataFrame | None, column: str) -> tuple[gpd.GeoDataFrame | None, dict[int, gpd.GeoDataFrame]]:
    """Tell the polygons in use from those of earlier lists or vintages, which ``column`` dates.

    Returns
    -------
    (GeoDataFrame or None, mapping of GeoDataFrame)
        The latest; then each earlier one by its year, the oldest first. A layer that dates nothing is of one list; one
        that lists its years (a categorical) may have nothing of some.
    """
    if layer is None or column not in layer:
        return layer, {}
    dates = layer[column]
    years = dates.cat.categories if hasattr(dates, "cat") else dates.dropna().unique()
    parts = {int(year): layer[(dates == year).to_numpy(bool)].reset_index(drop=True) for year in sorted(years)}
    if len(parts) < 2:
        return layer, {}
    return parts.pop(max(parts)), parts
