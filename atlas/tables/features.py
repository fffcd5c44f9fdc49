"""Dwellings of a unit by feature, one column per word: what methods may read of the stock beside figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

_SIZE = re.compile(r"T(\d+)( et plus)?")


def rooms_of(word: str) -> tuple[float, float]:
    """Read a word of the feature ``taille`` as the least and the most rooms that it leaves possible.

    >>> rooms_of("T2"), rooms_of("T5 et plus"), rooms_of("non renseigné")
    ((2.0, 2.0), (5.0, inf), (0.0, inf))
    """
    found = _SIZE.fullmatch(word)
    if found is None:
        return 0.0, inf
    rooms = float(found[1])
    return rooms, inf if found[2] else rooms


def with_features(table: pd.DataFrame, stock: pd.DataFrame, kind: str, features: Sequence[str]) -> pd.DataFrame:
    """Add to units of a kind their dwellings by word of some features, as :func:`words_in` reads them.

    Parameters
    ----------
    stock : DataFrame
        Columns :data:`atlas.tables.STOCK_COLUMNS`.

    Returns
    -------
    DataFrame
        Same rows; NaN where the stock knows no dwelling of a unit.
    """
    for feature in features:
        rows = stock[(stock["unite"] == kind) & (stock["caracteristique"] == feature)]
        wide = rows.pivot_table(index="id", columns="modalite", values="nb_logements", aggfunc="sum", fill_value=0)
        table = table.join(wide.add_prefix(_prefix(feature)), on="id")
    return table


def words_in(table: pd.DataFrame, feature: str) -> pd.DataFrame:
    """Give the dwellings of each unit by word of a feature, (units, words); no column where nothing tells it."""
    prefix = _prefix(feature)
    kept = [name for name in map(str, table.columns) if name.startswith(prefix)]
    return table[kept].rename(columns=lambda name: name.removeprefix(prefix))


def _prefix(feature: str) -> str:
    return f"parc_{feature}_"
