"""Priority quarters (QPV), lists of 2015 and of 2024: one polygon per list and code, the list kept with every row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from atlas.later import geopandas as gpd
from atlas.later import pyproj
from atlas.sources.checks import check
from atlas.sources.desk import Desk
from atlas.sources.headers import expected
from atlas.sources.layers import read_layer, touching, united
from atlas.tables import QUARTIERS
from atlas.territory import LayerSource

VARIANTS = {
    "code_qpv": ("code_qp", "code", "codeqp", "code_quartier"),
    "nom_qpv": ("nom_qp", "lib_qp", "label", "libelle", "nom", "nom_quartier"),
}
WANTED = expected("QPV", QUARTIERS, VARIANTS, national=True)
_LISTS = {"QN": 2024, "QP": 2015}


def read_qpv(
    blocks: Sequence[LayerSource], crs: pyproj.CRS, desk: Desk, ground: np.ndarray | None = None
) -> gpd.GeoDataFrame | None:
    """Read every list of quarters, the oldest first, with its ``generation``; None when a fault was recorded."""
    lists = [_read_list(block, crs, desk, ground) for block in blocks]
    read = [one for one in lists if one is not None]
    if len(read) < len(lists):
        return None
    if len(read) > 1:
        said = ", ".join(_dated(block) for block in blocks)
        desk.note(f"QPV : {len(read)} listes ({said}), chacune sur les années où elle vaut.")
    if len(read) == 1:
        return read[0]
    # A list without any quarter here is a list all the same: its years had none.
    years = pd.CategoricalDtype([block.generation for block in blocks])
    return pd.concat(read, ignore_index=True).astype({"generation": years})


def _dated(block: LayerSource) -> str:
    """Name a list with the day of its file: "2024" is the name of several editions."""
    return f"{block.generation}{f', fichier du {block.date:%d/%m/%Y}' if block.date else ', fichier sans date'}"


def _read_list(source: LayerSource, crs: pyproj.CRS, desk: Desk, ground: np.ndarray | None) -> gpd.GeoDataFrame | None:
    """Read one list of quarters in the legal projection.

    Of a wider file, those that touch the ``ground`` of the territory only are judged and kept; maybe none.
    """
    layers = [read_layer(source, path, WANTED, crs, desk, "lecture QPV") for path in source.paths]
    read = [layer for layer in layers if layer is not None]
    if len(read) < len(layers) or not read:
        return None
    whole = pd.concat(read, ignore_index=True)
    layer = united(whole if ground is None else touching(whole, ground, desk), "code_qpv", desk)
    if not check(layer.drop(columns="geometry"), WANTED, desk):
        return None
    generation = _generation(layer if len(layer) else whole, source, desk)
    return None if generation is None else layer.assign(generation=generation)


def lists_of(codes: pd.Series) -> list[int]:
    """Tell the lists of quarters that codes are of, each list having its own letters.

    >>> lists_of(pd.Series(["QN02101M", "QP021001", None])), lists_of(pd.Series(["A1"]))
    ([2015, 2024], [])
    """
    return sorted({int(year) for year in codes.str.strip().str[:2].map(_LISTS).dropna().unique()})


def _generation(layer: gpd.GeoDataFrame, source: LayerSource, desk: Desk) -> int | None:
    """Tell the list from the codes, and refuse two lists in one layer or a list other than the one announced."""
    lists = lists_of(layer["code_qpv"])
    if len(lists) > 1 or (source.generation is not None and lists and lists != [source.generation]):
        desk.faults.add(
            "QPV-GENERATION",
            f"{layer['fichier'].iloc[0]} contient des codes de la liste {' et '.join(map(str, lists))}"
            + (f", alors que generation = {source.generation}." if source.generation else "."),
            "une seule liste de quartiers : 2015 (codes QP…) ou 2024 (codes QN…)",
            "séparer les deux listes, ou corriger « generation »",
        )
        return None
    generation = source.generation or (lists[0] if lists else None)
    if generation is None:
        desk.faults.add(
            "QPV-GENERATION",
            f"{layer['fichier'].iloc[0]} : la liste des quartiers ne se déduit pas des codes.",
            "generation = 2015 ou 2024",
            "ajouter « generation » à [sources.qpv]",
        )
        return None
    if source.generation is None:
        desk.note(f"QPV : liste de {generation}, déduite des codes.")
    return int(np.int64(generation))
