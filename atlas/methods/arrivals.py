"""What the figures of units become once households move in, and how many of them make the next threshold.

In: figures as methods read them, counts where the edition shows them, else what each published rate may stand for.
Out: the same columns, to be judged again by :meth:`atlas.methods.model.Method.judged`, the only place where a threshold
is reached. Where counts are shown the arithmetic is that of counts; elsewhere both ends are carried, over every
denominator that the rate may have: a simulation says of a masked rate nothing that the edition does not. What is hidden
stays so, and so does what the survey does not tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from atlas.methods.bounds import Between
from atlas.methods.household import Household, added_by, concerned
from atlas.methods.model import Method
from atlas.tables import INDICATORS, NOT_APPLICABLE, OPS, PUBLISHED, SECRET, Indicator
from atlas.tables.wider import CRITERION

AVERAGE, LOWEST, HIGHEST = "moyen", "plus favorable", "plus défavorable"
_AIR = 1e-9  # spans are carried in floats: outwards by this much, so that a true rate is never left out


@dataclass(frozen=True)
class Leavers:
    """Households that leave, of which nobody knows who they are.

    ``who``: :data:`AVERAGE` takes from every count its share of the responding households; :data:`LOWEST` and
    :data:`HIGHEST` are whoever leaves the lowest and the highest rate of each indicator, of ``adults`` at most.
    """

    number: int = 0
    who: str = AVERAGE
    adults: int = 2

    def of(self, indicator: Indicator) -> int:
        """Say how many of its denominator they are at most."""
        return self.number * (self.adults if indicator.population == "majeurs" else 1)


def after(
    table: pd.DataFrame, households: Sequence[Household], leavers: Leavers = Leavers(), *, fewest: float = 1
) -> pd.DataFrame:
    """Give the figures of units once households moved in, and others left.

    Parameters
    ----------
    table : DataFrame
        One row per unit: ``tx_<i>``, ``st_<i>``; ``n_<i>``, ``d_<i>`` where counts are shown; ``lo_<i>``, ``hi_<i>``
        where figures are spans; ``menages`` where it is shown. As :meth:`atlas.audit.ReadBack.units` gives them.
    fewest : float
        The smallest denominator of which the edition shows a rate (``secret_denominateur``).

    Returns
    -------
    DataFrame
        Same index and columns, without labels. Of each indicator of tenants, ``lo_<i>`` and ``hi_<i>`` (%, or people
        per household) are what the rate after may be: one number where counts are shown and everything was told. A
        rate is hidden after where it was, not told where it was not, and told of whoever comes where nobody was.

    Examples
    --------
    >>> table = pd.DataFrame({"st_inf40": "publié", "tx_inf40": [40.0, 40.0], "n_inf40": [8, None],
    ...     "d_inf40": [20, None], "lo_inf40": [40.0, 40.0], "hi_inf40": [40.0, 40.4], "menages": [20.0, 30.0]})
    >>> then = after(table, [Household.under(40)], fewest=11)
    >>> then[["n_inf40", "d_inf40"]].iloc[0].tolist(), then[["lo_inf40", "hi_inf40"]].round(2).values.tolist()
    ([9.0, 21.0], [[42.86, 42.86], [41.94, 45.37]])
    """
    columns: dict[str, Any] = {}
    size = _size(table)
    for one in INDICATORS.values():
        if one.st not in table or not concerned(one):
            continue
        moved = _moved(table, one, tuple(households), leavers, size, fewest)
        columns |= {name: value for name, value in moved.items() if name in table or name in (one.lo, one.hi)}
    gone = np.minimum(leavers.number, np.nan_to_num(size, nan=np.inf))
    kept = table.drop(columns=[one.lb for one in INDICATORS.values() if one.lb in table and one.lo in columns])
    if CRITERION in kept and (households or leavers.number):
        columns[CRITERION] = None  # what a wider perimeter would say then is not known
    if "menages" in table:
        columns["menages"] = size - gone + len(households)
    return together(kept, columns)


def together(table: pd.DataFrame, columns: Mapping[str, Any]) -> pd.DataFrame:
    """Replace or add many columns at once: one by one, they would leave a table in pieces."""
    rest = table.drop(columns=[name for name in columns if name in table])
    return pd.concat([rest, pd.DataFrame(dict(columns), index=table.index)], axis=1)


def judged_after(
    method: Method, table: pd.DataFrame, rules: Mapping[str, Any], territory: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Judge figures that :func:`after` gave: a method that reads single numbers is told those that settle it.

    Where what a rate may be lies on both sides of a threshold, such a method reads it as one that is hidden.
    """
    if not isinstance(method.judge, Between):
        table = _settled(table, method.thresholds(rules), method.needs)
    return method.judged(table, rules, territory, small=False)


def _settled(table: pd.DataFrame, thresholds: Mapping[str, Sequence[Any]], needs: Sequence[str]) -> pd.DataFrame:
    columns = {}
    for one in (INDICATORS[code] for code in needs if INDICATORS[code].lo in table):
        low, high = (table[name].to_numpy(float) for name in (one.lo, one.hi))
        across = np.zeros(len(table), dtype=bool)
        for threshold in thresholds.get(one.code, ()):
            across |= (low < threshold) & (high >= threshold)
        columns[one.st] = table[one.st].mask(across & (table[one.st] == PUBLISHED), SECRET)
    return table.assign(**columns)


def _size(table: pd.DataFrame) -> np.ndarray:
    return table["menages"].to_numpy(float) if "menages" in table else np.full(len(table), np.nan)


@cache
def within(indicator: Indicator) -> str:
    """Say how its denominator holds in the responding households: ``all`` of them, ``part``, or neither (empty)."""
    name = indicator.denominator
    if name == "menages":
        return "all"
    above = dict(OPS.at_most)
    while name in above and name != "menages":
        name = above[name]
    return "part" if name == "menages" else ""


def _moved(
    table: pd.DataFrame,
    one: Indicator,
    households: tuple[Household, ...],
    leavers: Leavers,
    size: np.ndarray,
    fewest: float,
) -> dict[str, Any]:
    """Carry one indicator: its columns after."""
    whole = 100 if one.unit == "%" else 1
    (low, high), below = added_by(households, one)
    status = table[one.st].to_numpy(object)
    known = np.isin(status, (PUBLISHED, NOT_APPLICABLE))
    nobody = status == NOT_APPLICABLE
    if below is None or (whole == 1 and leavers.number and leavers.who != AVERAGE):
        hidden = np.where(known, SECRET, status)
        blank = np.full(len(table), np.nan)
        return {one.st: hidden} | dict.fromkeys((one.tx, one.lo, one.hi, one.n, one.d), blank)
    blank = np.full(len(table), np.nan)
    n, d = (table[name].to_numpy(float) if name in table else blank for name in (one.n, one.d))
    n, d = np.where(nobody, 0.0, n), np.where(nobody, 0.0, d)
    counted = known & ~np.isnan(n) & ~np.isnan(d)
    left_n, left_d = leave(n, d, size, leavers, one)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        exact = [whole * (left_n + more) / (left_d + below) for more in (low, high)]
        ends = _carried(table, one, leavers, size, fewest, (low, high, below))
    least, most = (np.where(counted, first, other) for first, other in zip(exact, ends, strict=True))
    empty = counted & (left_d + below == 0)
    certain = counted & (low == high)
    return {
        one.st: np.where(known, np.where(empty, NOT_APPLICABLE, PUBLISHED), status),
        one.tx: np.where(known & ~empty, least, np.nan),
        one.lo: np.where(known & ~empty, least, np.nan),
        one.hi: np.where(known & ~empty, most, np.nan),
        one.n: np.where(certain, left_n + low, np.nan),
        one.d: np.where(certain, left_d + below, np.nan),
    }


def leave(
    n: np.ndarray, d: np.ndarray, size: np.ndarray, leavers: Leavers, one: Indicator
) -> tuple[np.ndarray, np.ndarray]:
    """Take those who leave from a numerator and a denominator, (units,).

    An average one answers as often as the others; whoever leaves the lowest rate is of the numerator while there is
    anybody there, then of those who did not answer, then of the others. The other end is its mirror.
    """
    if leavers.who == AVERAGE:
        with np.errstate(divide="ignore", invalid="ignore"):
            stay = np.where(size > 0, np.maximum(size - leavers.number, 0) / size, 1.0)
        return (n, d) if not leavers.number else (n * stay, d * stay)
    number = leavers.of(one)
    kind = within(one)
    silent = np.where(np.isnan(size) | (kind == ""), np.inf, np.maximum(size - d, 0)) if kind != "all" else 0.0
    first = n if leavers.who == LOWEST else d - n
    taken = np.minimum(number, first)
    rest = np.clip(number - taken - silent, 0, d - first)
    return (n - taken, d - taken - rest) if leavers.who == LOWEST else (n - rest, d - taken - rest)


def _carried(
    table: pd.DataFrame,
    one: Indicator,
    leavers: Leavers,
    size: np.ndarray,
    fewest: float,
    adds: tuple[float, float, float],
) -> tuple[np.ndarray, np.ndarray]:
    """Carry what a published rate may be: the lowest and the highest after, over every denominator it may have.

    As the denominator grows the rate after moves one way, but for where those who can leave run out: these denominators
    are tried, and both ends. Without an end, the rate hardly moves.
    """
    *more, below = adds
    whole, number = (100 if one.unit == "%" else 1), leavers.of(one)
    rate = table[one.tx].to_numpy(float)
    ends = [table[name].to_numpy(float) if name in table else rate for name in (one.lo, one.hi)]
    ends = [np.where(np.isnan(end), rate, end) / whole for end in ends]
    if not below and not number:
        return ends[0] * whole, ends[1] * whole
    least, most = denominators(one, size, fewest)
    found = []
    for share, extra, best in zip(ends, more, (np.fmin, np.fmax), strict=True):
        side = share if leavers.who == LOWEST else 1 - share
        out = [
            np.clip(np.nan_to_num(turn, nan=1), least, most) for turn in (number / side, (size - number) / (1 - side))
        ]
        worst = np.where(np.isinf(most), share, np.nan)
        for d in (least, most, *out):
            held = np.where(np.isinf(d), np.nan, d)
            for base in (size, np.where(np.isnan(size), fewest, size)):
                left_n, left_d = leave(share * held, held, base, leavers, one)
                worst = best(worst, (left_n + extra) / (left_d + below))
        found.append(worst)
    floor, top = (0.0, 100.0) if whole == 100 else (1.0, np.inf)
    return np.clip(found[0] * whole - _AIR, floor, top), np.clip(found[1] * whole + _AIR, floor, top)


def denominators(one: Indicator, size: np.ndarray, fewest: float) -> tuple[np.ndarray, np.ndarray]:
    """Give the least and the greatest denominator that a published rate may have, (units,); infinity where none holds.

    ``size``: the responding households, NaN where they are not shown.
    """
    held = np.where(np.isnan(size) | (within(one) == ""), np.inf, size)
    least = np.minimum(fewest, held)
    return (np.where(np.isinf(held), least, held) if within(one) == "all" else least), held
