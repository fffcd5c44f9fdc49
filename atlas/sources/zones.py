"""Any other perimeters (QVA, sub-quarters, sectors of the PLH): one polygon per code, under their section's name."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj

from atlas.sources.checks import check
from atlas.sources.desk import Desk
from atlas.sources.headers import expected, slug
from atlas.sources.layers import read_layer, touching, united
from atlas.tables import ZONES
from atlas.territory import ZoneSource

VARIANTS = {
    "code": ("code_zone", "code_qva", "code_qp", "code_qpv", "code_quartier", "id_zone", "id"),
    "nom": ("nom_zone", "nom_qva", "nom_qp", "nom_quartier", "lib_qp", "libelle", "label", "name"),
}
WANTED = expected("ZONES", ZONES, VARIANTS, required=("nom",))


def read_zones(
    sources: tuple[ZoneSource, ...], crs: pyproj.CRS, desk: Desk, ground: np.ndarray | None = None
) -> gpd.GeoDataFrame | None:
    """Read every perimeter; a layer without codes takes them from its names. None when none was given or at a fault.

    Of a wider file, the polygons that touch the ``ground`` of the territory only are judged and kept.
    """
    read = [
        layer
        for source in sources
        for path in source.paths
        if (layer := _read_one(source, path, crs, desk, ground)) is not None
    ]
    return pd.concat(read, ignore_index=True) if read else None


def _read_one(
    source: ZoneSource, path: Path, crs: pyproj.CRS, desk: Desk, ground: np.ndarray | None
) -> gpd.GeoDataFrame | None:
    layer = read_layer(source, path, WANTED, crs, desk, f"lecture {source.nom}")
    if layer is None:
        return None
    layer = layer if ground is None else touching(layer, ground, desk)
    if "code" not in layer:
        codes = layer["nom"].map(slug, na_action="ignore")
        layer = layer.assign(code=codes.astype("str"))
        desk.note(f"{source.nom} : pas de code dans la couche, codes tirés des noms.")
    layer = united(layer, "code", desk).assign(perimetre=source.nom)
    return layer if check(layer.drop(columns="geometry"), WANTED, desk) else None
