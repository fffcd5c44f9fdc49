"""The conservation laws, as a table: every partition of the stock adds up to the territory.

In: unmasked counts by kind of unit and by address, for the builder's eyes only. Out: one row per law, campaign and
quantity. Nothing is set aside: what has no place is a column of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

QUANTITIES = {"nb_logements": "logements", "menages": "ménages"}
_LAWS = {
    "residences": "des résidences",
    "adresses": "des adresses",
    "bailleurs": "des bailleurs",
    "iris": "des IRIS, et sans IRIS",
    "communes": "des communes, et sans commune",
    "situations": "en QPV, en QVA, hors QPV et non placés",
}
_PLACED_BY = {"iris": "code_iris", "communes": "code_insee"}


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
            for name, law in _LAWS.items():
                if name not in units:
                    continue
                addresses = _of(atoms, campaign)
                key = _PLACED_BY.get(name)
                unplaced = addresses.loc[addresses[key].isna(), column].sum() if key else 0.0
                parts = _of(units[name], campaign)[column].sum()
                rows.append((campaign, quantity, law, parts, unplaced, total, parts + unplaced - total))
    names = ["campagne", "grandeur", "loi", "somme", "sans_place", "total", "ecart"]
    return pd.DataFrame(rows, columns=names)


def _of(table: pd.DataFrame, campaign: int) -> pd.DataFrame:
    return table[table["campagne"] == campaign]
