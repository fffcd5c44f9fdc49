"""The priority quarters of the list before, with a known difference: what entered, what left, and how many dwellings.

Grain out: one row per quarter of 2015, EPSG:4326. Two are as in 2024, one was smaller, one larger by one address of
fewer than 11 dwellings, one has left the list since (it is the watched quarter), and one of 2024 was not there yet.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from geography import CRS, as_published
from names import QPV, QVA

SHRUNK = 0.86  # side of the quarter that has grown since, in 2015
CODES = {quarter.code: f"QP0219{rank + 1:02d}" for rank, quarter in enumerate((*QPV, QVA))}
SAME, GROWN, NIBBLED, NEW = ("QN02190M", "QN02192M"), "QN02191I", "QN02193N", "QN02194I"


def build_qpv_2015(
    qpv: gpd.GeoDataFrame, qva: gpd.GeoDataFrame, addresses: pd.DataFrame
) -> tuple[gpd.GeoDataFrame, dict[str, Any]]:
    """Draw the quarters of 2015 and say how they differ.

    Parameters
    ----------
    qpv, qva : GeoDataFrame
        Those of today, in any CRS.
    addresses : DataFrame
        ``x, y`` (metres), ``nb``, ``note``, ``id_adresse``, ``code_quartier`` (of today).
    """
    shapes = dict(zip(qpv["code_qp"], qpv.to_crs(CRS).geometry, strict=True))
    grown = shapes[GROWN]
    shapes[GROWN] = shapely.affinity.scale(grown, SHRUNK, SHRUNK, origin="centroid")
    shapes[NIBBLED], left = _with_one_more(shapes[NIBBLED], addresses)
    del shapes[NEW]
    shapes[QVA.code] = qva.to_crs(CRS).geometry.iloc[0]
    names = {quarter.code: quarter.name for quarter in (*QPV, QVA)}
    table = gpd.GeoDataFrame(
        {"code_qp": [CODES[code] for code in shapes], "nom_qp": [names[code] for code in shapes]},
        geometry=list(shapes.values()),
        crs=CRS,
    )
    table = as_published(table).sort_values("code_qp", ignore_index=True)
    there = _within(table.to_crs(CRS), addresses)
    here = addresses["code_quartier"].where(addresses["code_quartier"].str.startswith("QN"), "").replace(CODES)
    entered, gone = addresses[here.ne("") & there.eq("")], addresses[here.eq("") & there.ne("")]
    answer = {
        "lecture": "Les adresses, telles que les enquêtes de 2020 et 2022 les nomment.",
        "inchanges": sorted(CODES[code] for code in SAME),
        "agrandi": CODES[GROWN],
        "reduit_de_moins_de_11_logements": {"code": CODES[NIBBLED], "adresse": left},
        "sorti_de_la_liste": CODES[QVA.code],
        "nouveau": NEW,
        "codes_2024": {CODES[code]: code for code in shapes if code in names and code != QVA.code},
        "adresses_entrees": sorted(entered["id_adresse"]),
        "adresses_sorties": sorted(gone["id_adresse"]),
    }
    return table, answer


def _within(quarters: gpd.GeoDataFrame, addresses: pd.DataFrame) -> pd.Series:
    points = shapely.points(addresses["x"].to_numpy(float), addresses["y"].to_numpy(float))
    row, zone = shapely.STRtree(quarters.geometry.values).query(points, predicate="intersects")
    found = np.full(len(points), "", dtype=object)
    found[row] = quarters["code_qp"].to_numpy(dtype=object)[zone]
    return pd.Series(found, index=addresses.index)


def _with_one_more(shape: shapely.Polygon, addresses: pd.DataFrame) -> tuple[shapely.Geometry, str]:
    """Stretch a quarter to one small address beside it, and to no other."""
    points = shapely.points(addresses["x"].to_numpy(float), addresses["y"].to_numpy(float))
    away = shapely.distance(points, shape)
    fit = addresses["note"].eq("") & addresses["fate"].eq("") & addresses["nb"].between(3, 10) & (away > 8)
    for row in np.argsort(away, kind="stable"):
        if not fit.iloc[row]:
            continue
        link = shapely.LineString([shape.centroid, points[row]]).buffer(7)
        wider = shape.union(link)
        came = np.flatnonzero(shapely.intersects(points, wider) & ~shapely.intersects(points, shape))
        if list(came) == [row]:
            return wider, str(addresses["id_adresse"].iloc[row])
    raise ValueError("aucune adresse petite au bord du quartier : changer la graine")
