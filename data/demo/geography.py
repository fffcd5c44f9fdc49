"""The ground: communes, IRIS, priority and watched quarters of a metropolis that does not exist.

Grain out: one row per IRIS, per QPV, per QVA. Metres, EPSG:2154. Every border follows the sides of small irregular
cells, so that IRIS tile their commune exactly and communes tile the metropolis.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely
from draws import stream
from names import COMMUNES, IRIS_TYPES, OTHER_IRIS, QPV, QVA, VALMONT_IRIS, VALMONT_PLACES, Commune, Quarter
from scipy.spatial import Voronoi

CRS = 2154
MIDDLE = np.array([823_000.0, 6_724_000.0])  # fields and woods of the Châtillonnais
CELLS = 4800
REACH = 10_500.0  # of the cells, in metres
DECIMALS = 6  # of the degrees written, about 0.1 m


def _cells() -> tuple[np.ndarray, np.ndarray]:
    """Draw small cells, finer in town: their centres (n × 2) and outlines, rounded to 0.1 m."""
    rng = stream("cells")
    rank = (np.arange(CELLS) + 0.5) / CELLS
    turn = np.arange(CELLS) * np.pi * (3 - np.sqrt(5))
    radius = REACH * rank**0.68
    spacing = np.maximum(70.0, 0.010 * radius + 60.0)
    centres = np.column_stack([radius * np.cos(turn), radius * np.sin(turn)])
    centres += (rng.random((CELLS, 2)) - 0.5) * 2.2 * spacing[:, None]
    angle = np.arctan2(centres[:, 1], centres[:, 0])
    limit = 8_500 + 500 * np.sin(2 * angle + 0.6) + 380 * np.sin(5 * angle + 2) + 220 * np.sin(9 * angle)
    inside = np.hypot(centres[:, 0], centres[:, 1]) < limit
    diagram = Voronoi(centres)
    corners = np.round(diagram.vertices + MIDDLE, 1)
    regions = [diagram.regions[diagram.point_region[i]] for i in np.flatnonzero(inside)]
    outlines = np.array([shapely.Polygon(corners[region]) for region in regions])
    return centres[inside], shapely.normalize(outlines)


def _split(centres: np.ndarray, middle: np.ndarray, parts: int) -> np.ndarray:
    """Cut a commune's cells into compact parts, seeds first far apart and then each at the mean of its cells."""
    seeds = [int(np.argmin(np.hypot(*(centres - middle).T)))]
    nearest = np.full(len(centres), np.inf)
    for _ in range(parts - 1):
        nearest = np.minimum(nearest, np.hypot(*(centres - centres[seeds[-1]]).T))
        seeds.append(int(np.argmax(nearest)))
    places = centres[seeds].copy()
    for _ in range(15):
        part = np.argmin(((centres[:, None] - places[None]) ** 2).sum(axis=2), axis=1)
        places = np.array([centres[part == i].mean(axis=0) for i in range(parts)])
    order = np.argsort(np.hypot(*(places - middle).T), kind="stable")
    return np.argsort(order)[part]


def _names(commune: Commune, middles: np.ndarray) -> list[str]:
    """Names of a commune's IRIS, from its centre outwards; those that hold a known quarter take its name."""
    if commune.iris == 1:
        return [f"{commune.name} (commune non irisée)"]
    if commune.iris <= len(OTHER_IRIS):
        return [f"{commune.name} {side}" for side in OTHER_IRIS[: commune.iris]]
    held: dict[int, str] = {}
    for name, place in VALMONT_PLACES.items():
        distance = np.hypot(*(middles - 1000 * np.array(place)).T)
        distance[list(held)] = np.inf
        held[int(np.argmin(distance))] = name
    others = iter(VALMONT_IRIS)
    return [held.get(part) or next(others) for part in range(commune.iris)]


def _label(commune: Commune, part: int, name: str) -> tuple[str, str]:
    """Code and type of one IRIS of a commune."""
    if commune.iris == 1:
        return f"{commune.code}0000", "Z"
    block, rank = divmod(part, 8)
    return f"{commune.code}{block + 1:02d}{rank + 1:02d}", IRIS_TYPES.get(name, "H")


def build_iris() -> gpd.GeoDataFrame:
    """Build the IRIS layer with the columns of the 2024 national file, sorted by code."""
    centres, outlines = _cells()
    places = 1000 * np.array([[c.east, c.north] for c in COMMUNES])
    reaches = 1000 * np.array([c.reach for c in COMMUNES])
    distance = ((centres[:, None] - places[None]) ** 2).sum(axis=2) - reaches**2
    owner = np.argmin(distance, axis=1)
    rows, shapes = [], []
    for rank, commune in enumerate(COMMUNES):
        mine = np.flatnonzero(owner == rank)
        parts = _split(centres[mine], places[rank], commune.iris)
        names = _names(commune, np.array([centres[mine[parts == part]].mean(axis=0) for part in range(commune.iris)]))
        for part, name in enumerate(names):
            code, kind = _label(commune, part, name)
            rows.append((commune.code, commune.name, code, name, kind))
            shapes.append(shapely.normalize(shapely.coverage_union_all(outlines[mine[parts == part]])))
    columns = ["code_insee", "nom_commune", "code_iris", "nom_iris", "type_iris"]
    table = gpd.GeoDataFrame(rows, columns=columns, geometry=shapes, crs=CRS)
    return table.sort_values("code_iris", ignore_index=True)


def _blob(quarter: Quarter, middle: np.ndarray) -> shapely.Polygon:
    """Draw the outline of a quarter: an uneven ring of about twenty corners."""
    rng = stream(quarter.code)
    corners = 22
    angle = (np.arange(corners) + 0.6 * rng.random(corners)) * 2 * np.pi / corners
    radius = (
        1000 * quarter.radius * (0.82 + 0.36 * rng.random(corners)) * (1 + 0.22 * np.sin(2 * angle + rng.random() * 6))
    )
    ring = middle + np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return shapely.Polygon(np.round(ring, 1))


def _middle(quarter: Quarter, iris: gpd.GeoDataFrame) -> np.ndarray:
    """Centre of a quarter; one that spans two communes sits on their common border."""
    if len(quarter.communes) == 1:
        return MIDDLE + 1000 * np.array([quarter.east, quarter.north])
    first, second = (iris.loc[iris["code_insee"] == code].union_all() for code in quarter.communes)
    border = shapely.line_merge(shapely.intersection(first, second))
    longest = max(shapely.get_parts(border), key=lambda line: line.length)
    return np.array(longest.interpolate(0.42, normalized=True).coords[0])


def as_published(zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the quarters as their file says them: degrees rounded, then back to metres."""
    degrees = zones.to_crs(4326)
    degrees["geometry"] = shapely.transform(degrees.geometry.values, lambda xy: np.round(xy, DECIMALS))
    return degrees


def build_qpv(iris: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Build the priority quarters, EPSG:4326, with the columns of the 2024 list."""
    names = {commune.code: commune.name for commune in COMMUNES}
    zones = gpd.GeoDataFrame(
        {
            "code_qp": [q.code for q in QPV],
            "lib_qp": [q.name for q in QPV],
            "insee_reg": "27",
            "lib_reg": "Région fictive",
            "insee_dep": "21",
            "lib_dep": "Département fictif",
            "insee_com": [", ".join(q.communes) for q in QPV],
            "lib_com": [", ".join(names[code] for code in q.communes) for q in QPV],
        },
        geometry=[_blob(q, _middle(q, iris)) for q in QPV],
        crs=CRS,
    )
    return as_published(zones)


def build_qva() -> gpd.GeoDataFrame:
    """Build the one watched quarter, EPSG:2154."""
    shape = _blob(QVA, MIDDLE + 1000 * np.array([QVA.east, QVA.north]))
    return gpd.GeoDataFrame({"code": [QVA.code], "nom": [QVA.name]}, geometry=[shape], crs=CRS)
