"""Where France projects its coordinates, and what a polygon or a group of points needs to be usable.

Coordinates are metres in the *local legal* projection of the territory, chosen from its commune codes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import pandas as pd
import pyproj
import shapely

from atlas.errors import AtlasError, Fault

T = TypeVar("T")

# Decree of 3 March 2019 on the national reference systems: the legal projection of each territory.
_MAINLAND = 2154
_OVERSEAS = {"971": 5490, "972": 5490, "973": 2972, "974": 2975, "976": 4471}
_CITIES = {"75": "75056", "69": "69123", "13": "13055"}
CITY_NAMES = {"75056": "Paris", "69123": "Lyon", "13055": "Marseille"}
_DISTRICTS = (
    *(f"751{number:02d}" for number in range(1, 21)),
    *(f"6938{number}" for number in range(1, 10)),
    *(f"132{number:02d}" for number in range(1, 17)),
)
CITY_OF_DISTRICT = {code: _CITIES[code[:2]] for code in _DISTRICTS}


def legal_crs(commune_codes: Iterable[str]) -> pyproj.CRS:
    """Choose the legal projected CRS of a territory.

    Raises
    ------
    AtlasError
        ``GEO-PROJECTIONS`` when the communes call for several projections.

    Examples
    --------
    >>> legal_crs(["93010"]).to_epsg(), legal_crs(["97411"]).to_epsg()
    (2154, 2975)
    """
    epsg = sorted({_OVERSEAS.get(str(code)[:3], _MAINLAND) for code in commune_codes}) or [_MAINLAND]
    if len(epsg) > 1:
        raise AtlasError(
            [
                Fault(
                    "GEO-PROJECTIONS",
                    f"Les communes relèvent de plusieurs projections légales (EPSG {', '.join(map(str, epsg))}).",
                    "un territoire dans une seule projection légale",
                    "construire un atlas par territoire, ou fixer [territoire] crs",
                )
            ]
        )
    return pyproj.CRS.from_epsg(epsg[0])


def commune_of(codes: pd.Series) -> pd.Series:
    """Bring arrondissement codes of Paris, Lyon and Marseille back to their commune.

    >>> commune_of(pd.Series(["75112", "93010"])).tolist()
    ['75056', '93010']
    """
    return codes.map(CITY_OF_DISTRICT).fillna(codes)


def extent_of(crs: pyproj.CRS) -> tuple[float, float, float, float]:
    """Bounds (xmin, ymin, xmax, ymax) in which coordinates of this CRS are plausible, in its own units."""
    area = crs.area_of_use
    if area is None:
        return (-np.inf, -np.inf, np.inf, np.inf)
    transformer = pyproj.Transformer.from_crs(4326, crs, always_xy=True)
    return transformer.transform_bounds(area.west, area.south, area.east, area.north)


def outside_extent(x: np.ndarray, y: np.ndarray, crs: pyproj.CRS) -> np.ndarray:
    """Mark the points (boolean array) whose coordinates cannot belong to the CRS; missing ones are not marked."""
    west, south, east, north = extent_of(crs)
    with np.errstate(invalid="ignore"):
        return (x < west) | (x > east) | (y < south) | (y > north)


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


_SURFACES = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def _surface(geometry: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shapely.get_parts(geometry))
    polygons = parts[(shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(parts)]
    return shapely.union_all(polygons) if len(polygons) else shapely.Polygon()
