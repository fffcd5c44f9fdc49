"""The conservation laws, as a table: every partition of the stock adds up to the territory.

In: unmasked counts by kind of unit and by address, for the builder's eyes only. Out: one row per law, campaign and
quantity. Nothing is set aside: what has no place is a column of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from atlas.tables import UNITS

QUANTITIES = {"nb_logements": "logements", "menages": "ménages"}
_LAWS = [unit for unit in UNITS.values() if unit.law][::-1]


def conservation(units: Mapping[str, pd.DataFrame], atoms: pd.DataFrame, campaigns: Sequence[int]) -> pd.DataFrame:
    """Compare each partition's sum with the territory's.

    Parameters
    ----------
    units : mapping of DataFrame
        By kind of unit, one row per ``id`` and ``campagne``.
    atoms : DataFrame
        One row per address and campaign, with the codes of the places it was put in.

    Returns
    -------
    DataFrame
        ``campagne, grandeur, loi, somme, sans_place, total, ecart``; ``ecart`` is 0 where the law holds.
    """
    rows = []
    for campaign in campaigns:
        whole = _of(units["territoire"], campaign)
        for column, quantity in QUANTITIES.items():
            total = whole[column].sum()
            for unit in (unit for unit in _LAWS if unit.name in units):
                addresses = _of(atoms, campaign)
                keys = unit.keys_of(addresses)
                unplaced = 0.0 if keys is None else addresses.loc[keys.isna(), column].sum()
                parts = _of(units[unit.name], campaign)[column].sum()
                rows.append((campaign, quantity, unit.law, parts, unplaced, total, parts + unplaced - total))
    names = ["campagne", "grandeur", "loi", "somme", "sans_place", "total", "ecart"]
    return pd.DataFrame(rows, columns=names)


def _of(table: pd.DataFrame, campaign: int) -> pd.DataFrame:
    return table[table["campagne"] == campaign]
