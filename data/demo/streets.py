"""Streets and their numbers: the address base of the fictional metropolis.

Grain out: one row per number (a *lot*), EPSG:2154, with the IRIS and the quarter that hold it. Lots whose point falls
in another commune than their street's are left out, so that the commune of every address is true.
"""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from draws import pick, shuffled, stream, whole
from geography import CRS, DECIMALS
from names import COMMUNES, PEOPLE, POSTCODES, STREET_TYPES, THINGS

BAN_COLUMNS = [
    "id",
    "id_fantoir",
    "numero",
    "rep",
    "nom_voie",
    "code_postal",
    "code_insee",
    "nom_commune",
    "code_insee_ancienne_commune",
    "nom_ancienne_commune",
    "x",
    "y",
    "lon",
    "lat",
    "type_position",
    "alias",
    "nom_ld",
    "libelle_acheminement",
    "nom_afnor",
    "source_position",
    "source_nom_voie",
    "certification_commune",
    "cad_parcelles",
]
SET_BACK = 13.0  # metres from the middle of the street to the point of a number


class StreetNames:
    """Hands out street names, never twice the same in a commune, now and then the name of the street before."""

    def __init__(self) -> None:
        self.rng = stream("street names")
        self.left: dict[str, list[str]] = {}
        self.given: set[tuple[str, str]] = set()

    def draw(self, commune: str, before: str) -> tuple[str, str]:
        """Give a type and a name, as the BAN writes them."""
        pool = self.left.setdefault(commune, [])
        if not pool:
            every = PEOPLE + THINGS
            pool.extend(every[i] for i in shuffled(self.rng, len(every)))
        name = before if before and self.rng.random() < 0.14 else pool.pop()
        for _ in range(40):
            kind = list(STREET_TYPES)[pick(self.rng, np.array(list(STREET_TYPES.values())))]
            if (commune, f"{kind} {name}") not in self.given:
                break
        else:
            raise ValueError(f"plus de nom de voie libre à {commune}")
        self.given.add((commune, f"{kind} {name}"))
        return kind, name


def _street(middle: np.ndarray, turn: float, length: float, step: float, rng: np.random.Generator) -> list[tuple]:
    """Numbers of one slightly bent street: side (0 even, 1 odd), rank, number, repetition, x, y."""
    along = np.array([np.cos(turn), np.sin(turn)])
    across = np.array([-along[1], along[0]])
    bend = (rng.random() - 0.5) * 0.5 * length
    lots = []
    for side in (0, 1):
        number, rank = 2 - side, 0
        for at in np.arange(-length / 2, length / 2, step):
            share = at / length
            place = middle + along * (at + 3 * rng.random()) + across * (bend * share**2 + SET_BACK * (1 - 2 * side))
            draw = rng.random()
            if draw > 0.05:
                lots.append((side, rank, number, "", place[0], place[1]))
                rank += 1
            if draw > 0.97:
                beside = place + along * 7.0
                lots.append((side, rank, number, "bis", beside[0], beside[1]))
                rank += 1
            number += 2
    return lots


class Bundle(NamedTuple):
    """A group of parallel streets: where, how long each, how many, how far apart, metres between two numbers."""

    commune: str
    middle: np.ndarray
    length: float
    lines: int
    spacing: float
    step: float
    within: shapely.Geometry | None


def _bundles(iris: gpd.GeoDataFrame, quarters: gpd.GeoDataFrame) -> list[Bundle]:
    """Lay streets over each quarter and a little beyond, then one or two groups in each IRIS."""
    rng = stream("bundles")
    found = []
    for codes, shape in zip(quarters["communes"], quarters.geometry, strict=True):
        reach = 2 * float(shapely.minimum_bounding_radius(shape))
        middle, within = np.array(shape.centroid.coords[0]), shape.buffer(70)
        found += [Bundle(code, middle, reach + 120, round(reach / 72) + 2, 72.0, 21.0, within) for code in codes]
    away = shapely.buffer(quarters.union_all(), 400)
    for code, shape in zip(iris["code_insee"], iris.geometry, strict=True):
        low, high = np.array(shape.bounds[:2]), np.array(shape.bounds[2:])
        places = low + (high - low) * rng.random((60, 2))
        points = shapely.points(places)
        kept = np.flatnonzero(shapely.contains(shape, points) & ~shapely.contains(away, points))
        inner = kept[np.argsort(-shapely.distance(points[kept], shape.boundary), kind="stable")]
        if code == COMMUNES[0].code:
            found.append(Bundle(code, places[kept[0]], 380 + 160 * rng.random(), whole(rng, 3, 4), 105.0, 25.0, None))
        else:
            for rank, count in ((0, 2), (3, 1)):
                found.append(Bundle(code, places[inner[rank]], 230 + 110 * rng.random(), count, 64.0, 19.0, None))
    return found


def build_lots(iris: gpd.GeoDataFrame, quarters: gpd.GeoDataFrame) -> pd.DataFrame:
    """Build every number of every street.

    Parameters
    ----------
    iris : GeoDataFrame
        EPSG:2154, ``code_insee`` and ``code_iris``.
    quarters : GeoDataFrame
        EPSG:2154, ``code`` and ``communes`` (list of codes) of QPV and QVA.
    """
    rng, names = stream("streets"), StreetNames()
    rows: list[tuple] = []
    streets = 0
    for bundle in _bundles(iris, quarters):
        turn, name = rng.random() * np.pi, ""
        across = np.array([-np.sin(turn), np.cos(turn)])
        for line in range(bundle.lines):
            kind, name = names.draw(bundle.commune, name)
            centre = bundle.middle + across * bundle.spacing * (line - (bundle.lines - 1) / 2)
            street = _street(centre, turn, bundle.length, bundle.step, rng)
            if bundle.within is not None:
                street = [lot for lot in street if bundle.within.contains(shapely.Point(lot[-2:]))]
            streets += 1
            rows += [(bundle.commune, streets, kind, name, *lot) for lot in street]
    columns = ["code_insee", "street", "type_voie", "nom", "side", "rank", "numero", "rep", "x", "y"]
    lots = pd.DataFrame(rows, columns=columns)
    return locate(lots, iris, quarters).query("code_insee == commune_vraie").reset_index(drop=True)


def locate(lots: pd.DataFrame, iris: gpd.GeoDataFrame, quarters: gpd.GeoDataFrame) -> pd.DataFrame:
    """Say in which commune, IRIS, QPV and QVA each lot lies, its point rounded to 0.1 m as the file gives it."""
    placed = lots.assign(x=lots["x"].round(1), y=lots["y"].round(1))
    points = shapely.points(placed["x"], placed["y"])
    for zones, columns in (
        (iris, {"commune_vraie": "code_insee", "code_iris": "code_iris"}),
        (quarters, {"code_quartier": "code"}),
    ):
        lot, zone = shapely.STRtree(zones.geometry.values).query(points, predicate="intersects")
        for column, source in columns.items():
            values = np.full(len(placed), "", dtype=object)
            values[lot] = zones[source].to_numpy(dtype=object)[zone]
            placed[column] = values
    return placed


def build_ban(lots: pd.DataFrame) -> pd.DataFrame:
    """Write the lots with the 23 columns of the national address base."""
    names = {commune.code: commune.name for commune in COMMUNES}
    lots = lots.reset_index(drop=True)
    degrees = gpd.GeoSeries(gpd.points_from_xy(lots["x"], lots["y"]), crs=CRS).to_crs(4326)
    commune = lots["code_insee"].map(names)
    street = lots["type_voie"] + " " + lots["nom"]
    ban = pd.DataFrame(
        {
            "id": lots["id_ban"],
            "id_fantoir": lots["code_insee"] + "_" + (1000 + lots["street"]).astype(str).str.zfill(4),
            "numero": lots["numero"],
            "rep": lots["rep"],
            "nom_voie": street,
            "code_postal": lots["code_insee"].map(POSTCODES),
            "code_insee": lots["code_insee"],
            "nom_commune": commune,
            "x": lots["x"].map("{:.1f}".format),
            "y": lots["y"].map("{:.1f}".format),
            "lon": degrees.x.round(DECIMALS).map("{:.6f}".format),
            "lat": degrees.y.round(DECIMALS).map("{:.6f}".format),
            "type_position": "entrée",
            "libelle_acheminement": plain(commune),
            "nom_afnor": plain(street),
            "source_position": "commune",
            "source_nom_voie": "commune",
            "certification_commune": 1,
        }
    )
    return ban.reindex(columns=BAN_COLUMNS).sort_values("id", ignore_index=True)


def plain(texts: pd.Series) -> pd.Series:
    """Capital letters, no accent, apostrophes and hyphens as blanks: the postal way of writing."""
    bare = texts.str.normalize("NFKD").str.encode("ascii", "ignore").str.decode("ascii")
    return bare.str.upper().str.replace(r"[-']", " ", regex=True)
