"""The base of addresses, indexed: rows by identifier and commune, streets and numbers where they are asked for.

Grain in: rows of the BAN, all placed. Grain out: the same rows, sorted for look-ups. Rows without a street or a commune
stay reachable by their identifier only.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from atlas.match.communes import Communes, communes_of
from atlas.match.numbers import Houses, houses
from atlas.match.rules import MatchRules
from atlas.match.streets import Streets, build
from atlas.mojibake import repair


@dataclass(frozen=True)
class Base:
    """Rows of the base and their communes; `low` and `high` are the corners of each commune, metres."""

    rows: pd.DataFrame
    x: np.ndarray
    y: np.ndarray
    communes: Communes
    row_commune: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True)
class Index:
    """Streets and numbers of some communes; `stacked` marks the rows of the base whose point is approximate."""

    streets: Streets
    houses: Houses
    stacked: np.ndarray


def stacked_points(x: np.ndarray, y: np.ndarray, size: int) -> np.ndarray:
    """Rows whose point, to the decimetre, bears at least `size` addresses: the point of a parcel or of a town hall."""
    if not len(x):
        return np.zeros(0, dtype=bool)
    point = pd.factorize(np.round(x * 10).astype(np.int64) * 1_000_000_007 + np.round(y * 10).astype(np.int64))[0]
    return np.bincount(point)[point] >= size


def index_base(ban: pd.DataFrame) -> Base:
    """Find the communes of the base and what they span.

    Parameters
    ----------
    ban : DataFrame
        `id, numero, rep, nom_voie, nom_afnor, code_postal, code_insee, nom_commune, x, y`, every row placed, and the
        former commune where it is told: `code_insee_ancienne_commune, nom_ancienne_commune`.

    Returns
    -------
    Base
        The rows and their communes.
    """
    x, y = (ban[axis].to_numpy(dtype=float) for axis in "xy")
    told = ("code_postal", "nom_commune", "code_insee_ancienne_commune", "nom_ancienne_commune")
    communes, row_commune = communes_of(ban["code_insee"], *(ban.get(name) for name in told))
    low, high = np.full((len(communes.codes), 2), np.inf), np.full((len(communes.codes), 2), -np.inf)
    order = np.argsort(row_commune, kind="stable")
    order = order[row_commune[order] >= 0]
    if len(order):
        start = np.flatnonzero(np.r_[True, np.diff(row_commune[order]) > 0])
        for axis, values in enumerate((x, y)):
            low[:, axis] = np.minimum.reduceat(values[order], start)
            high[:, axis] = np.maximum.reduceat(values[order], start)
    return Base(ban, x, y, communes, row_commune, low, high)


def index_streets(base: Base, wanted: np.ndarray, rules: MatchRules) -> Index:
    """Index the streets and the numbers of the communes where an address is looked for.

    Parameters
    ----------
    base : Base
        The rows.
    wanted : ndarray of bool
        Communes to index.
    rules : MatchRules
        For stacked points.

    Returns
    -------
    Index
        Streets of those communes; `houses.row` are rows of the whole base.
    """
    places = np.flatnonzero(np.append(wanted, False)[base.row_commune])
    rows, x, y = base.rows.iloc[places], base.x[places], base.y[places]
    streets, row_street = build(rows["nom_voie"], base.row_commune[places], rows.get("nom_afnor"))
    numbers = houses(rows["numero"], rows.get("rep"), row_street, x, y, rows.get("code_postal"))
    stacked = np.zeros(len(base.rows), dtype=bool)
    stacked[places] = stacked_points(x, y, rules.stack_size)
    return Index(streets, replace(numbers, row=places[numbers.row]), stacked)


def street_names(base: Base, row: np.ndarray) -> np.ndarray:
    """Street of rows of the base, as the base writes it once repaired; missing where it has none."""
    codes, values = pd.factorize(base.rows["nom_voie"].iloc[row])
    return np.array([*(" ".join(repair(str(value)).split()) for value in values), None], dtype=object)[codes]
