"""The homes expected to free up in a year, in whole numbers whose totals hold, and how last year's practice splits them.

Grain in: residences of an edition that shows counts. Grain out: a whole number by residence; by size where it is known.
A residence whose turnover nobody tells takes that of its landlord, else of the territory: how many, is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import pandas as pd

from atlas.allocation.model import Split
from atlas.allocation.wholes import largest_remainder, nearest
from atlas.errors import AtlasError, Fault
from atlas.tables import INDICATORS, PUBLISHED, UNKNOWN, words_in
from atlas.tables.households import TURNOVER

FIRST, PRIORITY = "attr_q1", "attr_prioritaires"


@dataclass(frozen=True)
class Freed:
    """Homes by residence: ``exact`` fractions, ``whole`` numbers, and the residences whose turnover is borrowed."""

    exact: tuple[Fraction, ...]
    whole: tuple[int, ...]
    borrowed: tuple[str, ...]


def freed(table: pd.DataFrame) -> Freed:
    """Count the homes expected to free up: dwellings x turnover, by landlord to the nearest whole number.

    Parameters
    ----------
    table : DataFrame
        ``id``, ``bailleur``, ``nb_logements`` and the counts of turnover, one row per residence.

    Raises
    ------
    AtlasError
        ``PLAN-ROTATION`` where no residence tells its turnover.
    """
    one = INDICATORS[TURNOVER]
    told = (table[one.st] == PUBLISHED) & table[one.d].gt(0)
    if not told.any():
        raise AtlasError(
            [
                Fault(
                    "PLAN-ROTATION",
                    "Aucune résidence ne dit sa rotation : rien ne permet d'attendre des logements libérés.",
                    "les emménagements de l'année, dans l'enquête ou le répertoire",
                    "ajouter emmenagements_annee aux fichiers de l'enquête, puis reconstruire",
                )
            ]
        )
    rates = [_rate(table[told], one.n, one.d)] * len(table)
    for landlord, rows in table.groupby("bailleur", sort=False):
        own = table[told & (table["bailleur"] == landlord)]
        for place in np.flatnonzero(table.index.isin(rows.index)) if len(own) else ():
            rates[place] = _rate(own, one.n, one.d)
    for place in np.flatnonzero(told.to_numpy()):
        rates[place] = _rate(table.iloc[[place]], one.n, one.d)
    exact = tuple(Fraction(int(homes)) * rate for homes, rate in zip(table["nb_logements"], rates, strict=True))
    whole = [0] * len(table)
    for _, rows in table.reset_index(drop=True).groupby("bailleur", sort=False, dropna=False):
        for place, number in zip(rows.index, largest_remainder([exact[place] for place in rows.index]), strict=True):
            whole[place] = number
    return Freed(exact, tuple(whole), tuple(table.loc[~told, "id"].astype(str)))


def _rate(rows: pd.DataFrame, numerator: str, denominator: str) -> Fraction:
    whole = int(rows[denominator].sum())
    return Fraction(min(int(rows[numerator].sum()), whole), whole) if whole else Fraction(0)


def by_size(table: pd.DataFrame, whole: Sequence[int]) -> pd.DataFrame:
    """Share the homes of each residence by size, as all its dwellings are; nothing where no size is told.

    Returns
    -------
    DataFrame of int
        One column per word of the feature, same index; those of nobody's size under :data:`atlas.tables.UNKNOWN`.
    """
    words = words_in(table, "taille").fillna(0)
    names = sorted({*words.columns, UNKNOWN}, key=lambda word: (word == UNKNOWN, word))
    words = words.reindex(columns=names, fill_value=0)
    rows = []
    for homes, number in zip(words.to_numpy(int).tolist(), whole, strict=True):
        total = sum(homes)
        parts = [Fraction(one * number, total) for one in homes] if total else [Fraction(0)] * len(homes)
        rows.append(largest_remainder(parts, total=number) if total else [*([0] * (len(homes) - 1)), number])
    return pd.DataFrame(rows, table.index, names)


def practised(table: pd.DataFrame, whole: Sequence[int], double: Fraction) -> list[Split] | None:
    """Split homes as last year's decisions did: by residence, else as its landlord did in such a place, else as all did.

    Parameters
    ----------
    double : Fraction
        Share of the first quartile supposed to be of a priority public as well.

    Returns
    -------
    list of (int, int, int) or None
        Whole numbers whose totals by landlord and place hold; None where no decision is told.
    """
    ones = [INDICATORS[code] for code in (FIRST, PRIORITY)]
    counts = [(table[one.n].fillna(0), table[one.d].fillna(0)) for one in ones]
    if not all(below.sum() > 0 for _, below in counts):
        return None
    groups = [table["bailleur"].fillna(""), table["situation"].eq("QPV")]
    shares = []
    for inside, below in counts:
        every = Fraction(int(inside.sum()), int(below.sum()))
        near, whole_near = (one.groupby(groups).transform("sum") for one in (inside, below))
        shares.append(
            [
                Fraction(int(n), int(d)) if d else Fraction(int(m), int(e)) if e else every
                for n, d, m, e in zip(inside, below, near, whole_near, strict=True)
            ]
        )
    first = _shared([share * number for share, number in zip(shares[0], whole, strict=True)], whole, groups)
    left = [number - one for number, one in zip(whole, first, strict=True)]
    wanted = [
        min(Fraction(rest), max(Fraction(0), share * number - double * one))
        for share, number, rest, one in zip(shares[1], whole, left, first, strict=True)
    ]
    second = _shared(wanted, left, groups)
    return [(one, two, number - one - two) for one, two, number in zip(first, second, whole, strict=True)]


def _shared(parts: list[Fraction], most: Sequence[int], groups: list[pd.Series]) -> list[int]:
    """Round parts so that the totals of each group hold."""
    found = [0] * len(parts)
    for places in pd.Series(range(len(parts))).groupby([one.to_numpy() for one in groups], sort=False).groups.values():
        own = [parts[place] for place in places]
        total = min(nearest(sum(own, Fraction(0))), sum(most[place] for place in places))
        for place, number in zip(places, largest_remainder(own, [most[place] for place in places], total), strict=True):
            found[place] = number
    return found
