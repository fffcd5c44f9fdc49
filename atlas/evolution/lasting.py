"""Which dwellings of a unit are those of the same addresses at two campaigns, which came, which left.

In: addresses with their dwellings at each campaign, and the units that held them. Out: one row per unit and pair of
campaigns, :data:`atlas.tables.years.LASTING_COLUMNS`. Places and dwellings are public: nothing is masked here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, pairwise

import numpy as np
import pandas as pd

from atlas.later import sparse
from atlas.tables.years import FOLLOWED, LASTING_COLUMNS

Pair = tuple[int, int]
_STAYED, _CAME, _LEFT = "logements_restes", "logements_entres", "logements_sortis"


def pairs_of(campaigns: Iterable[int]) -> list[Pair]:
    """List every two campaigns, the earlier first.

    >>> pairs_of([2018, 2020, 2022])
    [(2018, 2020), (2018, 2022), (2020, 2022)]
    """
    return list(combinations(sorted(campaigns), 2))


def consecutive(campaigns: Iterable[int]) -> list[Pair]:
    """List every two campaigns that follow each other."""
    return list(pairwise(sorted(campaigns)))


def lasting(
    atoms: pd.DataFrame,
    units: Mapping[str, pd.DataFrame],
    membership: Mapping[str, sparse.csr_array],
    campaigns: Sequence[int],
) -> pd.DataFrame:
    """Count, for every unit and pair of campaigns, the dwellings that stayed, came and left.

    Parameters
    ----------
    atoms : DataFrame
        One row per ``campagne`` and ``id_adresse``, with ``nb_logements``, and ``id_suite`` where some addresses
        changed their identifier.
    units, membership : mapping
        By kind, one row per ``id`` and ``campagne``, and the 0/1 matrix (rows x atoms) of what makes each.

    Returns
    -------
    DataFrame
        Columns of :data:`atlas.tables.years.LASTING_COLUMNS`, dwellings of the later campaign for those that stayed.
    """
    names = [column.name for column in LASTING_COLUMNS]
    code = pd.factorize(atoms[FOLLOWED if FOLLOWED in atoms else "id_adresse"])[0]
    dwellings = atoms["nb_logements"].fillna(0).to_numpy()
    year = atoms["campagne"].to_numpy()
    found = []
    for kind, table in units.items():
        entries = sparse.coo_array(membership[kind])
        held = pd.DataFrame(
            {
                "id": table["id"].to_numpy()[entries.coords[0]],
                "adresse": code[entries.coords[1]],
                "campagne": year[entries.coords[1]],
                "nb": dwellings[entries.coords[1]],
            }
        )
        # Two rows of one campaign may be one address under two landlords: their dwellings add up.
        there = held.groupby(["id", "adresse", "campagne"])["nb"].sum().unstack("campagne")
        found.append(_between(there, [pair for pair in pairs_of(campaigns) if set(pair) <= set(there)]))
        found[-1]["unite"] = kind
    if not found:
        return pd.DataFrame(columns=names)
    return pd.concat(found, ignore_index=True)[names]


def _between(there: pd.DataFrame, pairs: Sequence[Pair]) -> pd.DataFrame:
    """Compare the dwellings of each unit and address, (addresses, campaigns), NaN where it was not there."""
    years = np.array(pairs, dtype=int).reshape(-1, 2)
    was, became = (there[years[:, end]].to_numpy(float) for end in (0, 1))
    came, left = np.isnan(was), np.isnan(became)
    counted = {
        _STAYED: np.where(came | left, 0, became),
        _CAME: np.where(came & ~left, became, 0),
        _LEFT: np.where(left & ~came, was, 0),
        "known": ~(came & left),
    }
    ids = there.index.get_level_values("id")
    summed = {name: pd.DataFrame(each).groupby(ids).sum() for name, each in counted.items()}
    pair, unit = summed["known"].to_numpy().T.nonzero()
    return pd.DataFrame(
        {
            "id": summed["known"].index[unit],
            "campagne_avant": years[pair, 0],
            "campagne": years[pair, 1],
            **{name: summed[name].to_numpy()[unit, pair] for name in (_STAYED, _CAME, _LEFT)},
        }
    )
