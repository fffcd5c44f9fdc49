"""What small numbers leave of a judgement: how far a rate may be trusted, and whether one answer would change a class.

Everything is computed from what an edition shows. The interval is that of Jeffreys at 95 %: the central part of the
beta law of parameters n + 1/2 and d - n + 1/2 (Brown, Cai and DasGupta, Interval estimation for a binomial proportion,
2001). It says what the same people would lead to expect of others; the rate itself is a count. Where the denominator
is not shown, the responding households stand for it; recent movers, whose number is not shown, have none.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from atlas.methods.bounds import ends_of
from atlas.tables import INDICATORS, PUBLISHED, UNDETERMINED, UNITS, UNKNOWN, Column, Indicator

CLOSE, NEAR = "proximite", "proche d'un seuil"
ENDS = {"bas": "borne basse", "haut": "borne haute"}
# An address is read within its residence.
SAID_OF = tuple(name for name, unit in UNITS.items() if unit.key != "id_adresse")
_WHO = {
    "ménages": "un ménage",
    "emménagés récents": "un emménagé récent",
    "majeurs": "un majeur",
    "logements": "un logement",
}
CHANCES = 95  # out of 100: the convention of intervals


def words_of(codes: Sequence[str]) -> tuple[str, ...]:
    """List what may be said of the closeness of a class that these indicators give."""
    return (*dict.fromkeys(_near(INDICATORS[code]) for code in codes), NEAR)


def closeness_column(codes: Sequence[str], classes: str) -> Column:
    """Declare what says of which answer a class hangs, for a method that reads these indicators.

    ``classes``: the column of the classes that it is said of.
    """
    meaning = (
        f"ce qu'une réponse de plus ou de moins changerait à la colonne {classes} ; vide où rien ne changerait, ou ne "
        "se sait"
    )
    return Column(CLOSE, "À combien tient la classe", "catégorie", meaning, values=words_of(codes))


def interval_column(code: str, side: str) -> Column:
    """Declare one of the :data:`ENDS` of the interval of a rate."""
    meaning = (
        f"intervalle de Jeffreys à {CHANCES} %, sur l'effectif que l'édition montre ; vide où elle n'en montre pas"
    )
    return Column(f"ic_{side}_{code}", f"{INDICATORS[code].label} : {ENDS[side]}", "%", meaning)


def interval(table: pd.DataFrame, code: str) -> tuple[pd.Series, pd.Series]:
    """Bound a rate by the interval of Jeffreys, in whole % and outwards.

    NaN where the rate is hidden, or of nobody knows how many. Where figures are spans, it is that of the whole span.

    >>> table = pd.DataFrame({"tx_inf40": [40.0], "st_inf40": ["publié"], "n_inf40": [8], "d_inf40": [20]})
    >>> [end.tolist() for end in interval(table, "inf40")]
    [[21.0], [62.0]]
    """
    least, most = jeffreys(table, code)
    return np.floor(least), np.ceil(most)


def jeffreys(table: pd.DataFrame, code: str, share: float = 1) -> tuple[pd.Series, pd.Series]:
    """Give the same interval as it is computed, in %; ``share``: as :func:`size_of` takes it."""
    from scipy.special import betaincinv

    indicator = INDICATORS[code]
    size = size_of(table, indicator, share).where(table[indicator.st] == PUBLISHED)
    low, high = (end[code].clip(upper=100) * size / 100 for end in ends_of(table, [code]))
    least = betaincinv(low + 0.5, size - low + 0.5, (1 - CHANCES / 100) / 2)
    most = betaincinv(high + 0.5, size - high + 0.5, (1 + CHANCES / 100) / 2)
    # Nobody, or everybody: the end of the scale itself is possible.
    return (
        pd.Series(100 * least, table.index).mask(low == 0, 0.0),
        pd.Series(100 * most, table.index).mask(high == size, 100.0),
    )


def size_of(table: pd.DataFrame, indicator: Indicator, share: float = 1) -> pd.Series:
    """Give of how many people or homes a rate is, as far as the edition shows: its denominator, or the households.

    ``share``: the part of the responding households that is supposed to have answered, where they stand for it.
    """
    known = indicator.population in ("ménages", "majeurs") and "menages" in table
    households = share * table["menages"].astype(float) if known else pd.Series(np.nan, table.index)
    shown = table[indicator.d].astype(float).fillna(households) if indicator.d in table else households
    return shown.where(shown > 0)


def closeness(
    table: pd.DataFrame, codes: Sequence[str], level: pd.Series, judge: Callable[[pd.DataFrame], pd.Series]
) -> pd.Series:
    """Say of which classes one answer more or less would make another; None where none would, or nobody can say.

    Parameters
    ----------
    codes : sequence of str
        What the method reads, the first named first.
    level : Series of str
        The classes that it gives; nothing is said of those that are not told.
    judge : callable
        Gives them from such a table, of which rows may be missing.
    """
    said = pd.Series(None, table.index, dtype=object)
    read = {name for code in codes for name in _columns(INDICATORS[code])}
    others = {name for one in INDICATORS.values() for name in _columns(one)} - read
    told = table[~level.isin([UNDETERMINED, UNKNOWN])]
    told = pd.DataFrame(told.drop(columns=[name for name in told if name in others]))
    if told.empty:
        return said
    for code in reversed(codes):
        indicator = INDICATORS[code]
        counted = told[indicator.d].notna() if indicator.d in told else pd.Series(False, told.index)
        for sign in (1, -1):
            moved = judge(_moved(told, indicator, sign)) != level[told.index]
            said[told.index[moved & counted]] = _near(indicator)
            said[told.index[moved & ~counted]] = NEAR
    return said


def _columns(indicator: Indicator) -> tuple[str, ...]:
    return indicator.lb, indicator.tx, indicator.st, indicator.lo, indicator.hi, indicator.n, indicator.d


def _near(indicator: Indicator) -> str:
    return f"à {_WHO.get(indicator.population, 'une réponse')} près"


def _moved(table: pd.DataFrame, indicator: Indicator, sign: int) -> pd.DataFrame:
    """Write one answer more, or one less, where the edition shows of how many; rates stay between 0 and 100 %."""
    whole, most = (100, 100) if indicator.unit == "%" else (1, np.inf)
    step = whole / size_of(table, indicator).where(table[indicator.st] == PUBLISHED)
    columns = {}
    for name in (indicator.tx, indicator.lo, indicator.hi):
        if name in table:
            columns[name] = (table[name] + sign * step).round(9).clip(0, most).fillna(table[name])
    if indicator.n in table:
        counted = table[indicator.d]
        columns[indicator.n] = (table[indicator.n] + sign).clip(lower=0, upper=counted if whole > 1 else None)
        columns[indicator.tx] = (whole * columns[indicator.n] / counted).round(9).fillna(columns[indicator.tx])
    return table.assign(**columns)
