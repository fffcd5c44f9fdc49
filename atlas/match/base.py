"""The base of addresses, indexed once: communes, streets, numbers.

Grain in: rows of the BAN, all placed. Grain out: the same rows, sorted for look-ups. Rows without a street or a
commune stay reachable by their identifier only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from atlas.match.communes import Communes, communes_of
from atlas.match.numbers import Houses, houses
from atlas.match.rules import MatchRules
from atlas.match.streets import Streets, build


@dataclass(frozen=True)
class Base:
    """Indexes of the base; `low` and `high` are the corners of each commune, metres."""

    ids: pd.Series
    x: np.ndarray
    y: np.ndarray
    communes: Communes
    row_commune: np.ndarray
    streets: Streets
    row_street: np.ndarray
    houses: Houses
    stacked: np.ndarray
    low: np.ndarray
    high: np.ndarray


def stacked_points(x: np.ndarray, y: np.ndarray, size: int) -> np.ndarray:
    """Rows whose point, to the decimetre, bears at least `size` addresses: the point of a parcel or of a town hall."""
    if not len(x):
        return np.zeros(0, dtype=bool)
    point = pd.factorize(np.round(x * 10).astype(np.int64) * 1_000_000_007 + np.round(y * 10).astype(np.int64))[0]
    return np.bincount(point)[point] >= size


def index_base(ban: pd.DataFrame, rules: MatchRules) -> Base:
    """Index the rows of the base.

    Parameters
    ----------
    ban : DataFrame
        `id, numero, rep, nom_voie, nom_afnor, code_postal, code_insee, nom_commune, x, y`, every row placed.
    rules : MatchRules
        For stacked points.

    Returns
    -------
    Base
        The indexes.
    """
    x, y = (ban[axis].to_numpy(dtype=float) for axis in "xy")
    communes, row_commune = communes_of(ban["code_insee"], ban.get("code_postal"), ban.get("nom_commune"))
    streets, row_street = build(ban["nom_voie"], row_commune, ban.get("nom_afnor"))
    stacked = stacked_points(x, y, rules.stack_size)
    numbers = houses(ban["numero"], ban.get("rep"), row_street, x, y, ban.get("code_postal"))
    low, high = np.full((len(communes.codes), 2), np.inf), np.full((len(communes.codes), 2), -np.inf)
    order = np.argsort(row_commune, kind="stable")
    order = order[row_commune[order] >= 0]
    if len(order):
        start = np.flatnonzero(np.r_[True, np.diff(row_commune[order]) > 0])
        for axis, values in enumerate((x, y)):
            low[:, axis] = np.minimum.reduceat(values[order], start)
            high[:, axis] = np.maximum.reduceat(values[order], start)
    return Base(ban["id"], x, y, communes, row_commune, streets, row_street, numbers, stacked, low, high)
