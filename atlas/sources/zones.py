"""Any other perimeters (QVA, sub-quarters, sectors of the PLH): one polygon per code, under their section's name."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pyproj

from atlas.sources.checks import check
from atlas.sources.desk import Desk
from atlas.sources.headers import expected, slug
from atlas.sources.layers import read_layer, united
from atlas.tables import ZONES
from atlas.territory import ZoneSource

VARIANTS = {
    "code": ("code_zone", "code_qva", "code_qp", "code_qpv", "code_quartier", "id_zone", "id"),
    "nom": ("nom_zone", "nom_qva", "nom_qp", "nom_quartier", "lib_qp", "libelle", "label", "name"),
}
WANTED = expected("ZONES", ZONES, VARIANTS, required=("nom",))


def read_zones(sources: tuple[ZoneSource, ...], crs: pyproj.CRS, desk: Desk) -> gpd.GeoDataFrame | None:
    """Read every perimeter; a layer without codes takes them from its names. None when none was given or at a fault."""
    read = [
        layer
        for source in sources
        for path in source.paths
        if (layer := _read_one(source, read_layer(source, path, WANTED, crs, desk, f"lecture {source.nom}"), desk))
        is not None
    ]
    return pd.concat(read, ignore_index=True) if read else None


def _read_one(source: ZoneSource, layer: gpd.GeoDataFrame | None, desk: Desk) -> gpd.GeoDataFrame | None:
    if layer is None:
        return None
    if "code" not in layer:
        codes = layer["nom"].map(slug, na_action="ignore")
        layer = layer.assign(code=codes.astype("str"))
        desk.note(f"{source.nom} : pas de code dans la couche, codes tirés des noms.")
    layer = united(layer, "code", desk).assign(perimetre=source.nom)
    return layer if check(layer.drop(columns="geometry"), WANTED, desk) else None
