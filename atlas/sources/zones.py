"""Any other perimeters (QVA, sub-quarters, sectors of the PLH): one polygon per code, under their section's name."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from pathlib import Path

import numpy as np
import pandas as pd

from atlas.later import geopandas as gpd
from atlas.later import pyproj
from atlas.sources.checks import check
from atlas.sources.desk import Desk
from atlas.sources.headers import expected
from atlas.sources.layers import read_layer, touching, united
from atlas.sources.names import layer_names
from atlas.tables import ZONES
from atlas.territory import ZoneSource
from atlas.writing import many, slug

VARIANTS = {
    "code": ("code_zone", "code_qva", "code_qp", "code_qpv", "code_quartier", "id_zone", "id"),
    "nom": ("nom_zone", "nom_qva", "nom_qp", "nom_quartier", "lib_qp", "libelle", "label", "name"),
}
WANTED = expected("ZONES", ZONES, VARIANTS, required=("nom",))


def read_zones(
    sources: tuple[ZoneSource, ...], crs: pyproj.CRS, desk: Desk, ground: np.ndarray | None = None
) -> gpd.GeoDataFrame | None:
    """Read every perimeter; a polygon without a code takes it from its name. None when none was given or at a fault.

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
    texts = {
        name: layer_names(layer[name], ZONES[name], path.name, WANTED.prefix, desk)
        for name in ZONES.names
        if name in layer
    }
    layer = layer.assign(**texts)
    layer = united(_coded(layer, source.nom, desk), "code", desk).assign(perimetre=source.nom)
    return layer if check(layer.drop(columns="geometry"), WANTED, desk, filled=("nom",)) else None


def _coded(layer: gpd.GeoDataFrame, who: str, desk: Desk) -> gpd.GeoDataFrame:
    """Give the polygons without a code one made of their name, that no other name of the layer bears as its own."""
    codes = layer["code"] if "code" in layer else pd.Series(pd.NA, layer.index, "str")
    bare = codes.isna() & layer["nom"].notna()
    if bare.any():
        some = f"{many(int(bare.sum()), 'polygone')} sans code, code tiré du nom."
        desk.note(f"{who} : {'pas de code dans la couche, codes tirés des noms.' if codes.isna().all() else some}")
    made = _made(layer.loc[bare, "nom"].unique(), {code.casefold() for code in codes.dropna()})
    return layer.assign(code=codes.fillna(layer["nom"].where(bare).map(made).astype("str")))


def _made(names: Iterable[str], given: set[str]) -> dict[str, str]:
    """Make a code of each name, numbered where it is another's.

    >>> _made(["Sud", "Sud 2", "Est"], {"sud"})
    {'Sud': 'sud-3', 'Sud 2': 'sud-2', 'Est': 'est'}
    """
    wanted = {name: slug(name) or name for name in names}
    taken = given | {code.casefold() for code in wanted.values()}
    numbered = {
        code: next(one for number in count(2) if (one := f"{code}-{number}").casefold() not in taken)
        for code in wanted.values()
        if code.casefold() in given
    }
    return {name: numbered.get(code, code) for name, code in wanted.items()}
