"""Statistical districts (IRIS): one polygon per nine-character code, names of fields before and since 2024."""

from __future__ import annotations

import geopandas as gpd
import pyproj

from atlas.sources.checks import check
from atlas.sources.desk import Desk
from atlas.sources.headers import expected
from atlas.sources.layers import read_layer, united
from atlas.tables import IRIS
from atlas.territory import LayerSource

VARIANTS = {
    "code_iris": ("dcomiris", "iris_code"),
    "nom_iris": ("lib_iris", "libiris"),
    "type_iris": ("typ_iris",),
    "code_insee": ("insee_com", "depcom", "com"),
    "commune": ("nom_com", "nom_commune", "libcom"),
}
# The official code names communes: a file that only codes them will do.
WANTED = expected(
    "IRIS", IRIS, VARIANTS, required=[name for name in IRIS.required if name != "commune"], national=True
)


def read_iris(source: LayerSource, crs: pyproj.CRS, desk: Desk) -> gpd.GeoDataFrame | None:
    """Read the districts of every file of the section, in the legal projection; None when a fault was recorded."""
    import pandas as pd

    layers = [read_layer(source, path, WANTED, crs, desk, "lecture IRIS") for path in source.paths]
    read = [layer for layer in layers if layer is not None]
    if len(read) < len(layers) or not read:
        return None
    read = [layer if "commune" in layer else layer.assign(commune=pd.Series(None, layer.index, "str")) for layer in read]
    layer = united(pd.concat(read, ignore_index=True), "code_iris", desk)
    return layer if check(layer.drop(columns="geometry"), WANTED, desk) else None
