"""Statistical districts (IRIS): one polygon per vintage and nine-character code, fields before and since 2024."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from atlas.geo import within
from atlas.later import geopandas as gpd
from atlas.later import pyproj
from atlas.sources.checks import check
from atlas.sources.desk import Desk
from atlas.sources.ground import own
from atlas.sources.headers import expected
from atlas.sources.layers import read_layer, united
from atlas.tables import IRIS
from atlas.territory import LayerSource
from atlas.writing import many

VARIANTS = {
    "code_iris": ("dcomiris", "iris_code"),
    "nom_iris": ("lib_iris", "libiris"),
    "type_iris": ("typ_iris",),
    "code_insee": ("insee_com", "depcom", "com"),
    "commune": ("nom_com", "nom_commune", "libcom"),
}
# The official code names communes: a file that only codes them will do.
WANTED = expected("IRIS", IRIS, VARIANTS, required=[name for name in IRIS.required if name != "commune"], national=True)


def read_iris(
    blocks: Sequence[LayerSource],
    crs: pyproj.CRS,
    desk: Desk,
    communes: frozenset[str] = frozenset(),
    *,
    named: bool = False,
) -> gpd.GeoDataFrame | None:
    """Read every vintage of districts, the oldest first; None when a fault was recorded.

    Where there are several, each row carries its ``millesime``.
    """
    vintages = [_read_vintage(block, crs, desk, communes, named=named) for block in blocks]
    read = [one for one in vintages if one is not None]
    if len(read) < len(vintages):
        return None
    if len(read) == 1:
        return read[0]
    desk.note(f"IRIS : millésimes {', '.join(str(block.millesime) for block in blocks)} ; le dernier découpe l'atlas.")
    told = [one.assign(millesime=block.millesime) for one, block in zip(read, blocks, strict=True)]
    return pd.concat(told, ignore_index=True)


def _read_vintage(
    source: LayerSource, crs: pyproj.CRS, desk: Desk, communes: frozenset[str], *, named: bool
) -> gpd.GeoDataFrame | None:
    """Read the districts of every file of a block, in the legal projection; None when a fault was recorded.

    Of a wider file, those of the territory only are read: see :func:`atlas.sources.ground.own`.
    """
    layers = [read_layer(source, path, WANTED, crs, desk, "lecture IRIS") for path in source.paths]
    read = [layer for layer in layers if layer is not None]
    if len(read) < len(layers) or not read:
        return None
    layer = _own(pd.concat(read, ignore_index=True), communes, named, desk)
    if "commune" not in layer:
        layer = layer.assign(commune=pd.Series(None, layer.index, "str"))
    layer = united(layer, "code_iris", desk)
    return layer if check(layer.drop(columns="geometry"), WANTED, desk) else None


def _own(layer: gpd.GeoDataFrame, communes: frozenset[str], named: bool, desk: Desk) -> gpd.GeoDataFrame:
    inside = own(layer["code_insee"], communes, named=named).to_numpy(bool)
    if not communes or inside.all() or not within(layer["code_insee"], communes).any():
        return layer  # nothing of the territory: what is wrong is said when its communes are looked for
    desk.note(f"IRIS : {many(int((~inside).sum()), 'polygone')} d'autres territoires, non lus.")
    return layer[inside].reset_index(drop=True)
