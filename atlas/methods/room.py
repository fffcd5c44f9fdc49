"""How many such households a unit may welcome before a rate reaches its next threshold.

In: figures as methods read them, and the thresholds that they declare. Out: whole numbers, at least and at most: the
same where counts are shown. "Never" is told apart from "nobody knows".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from atlas.methods.arrivals import denominators
from atlas.methods.household import Household, added, concerned
from atlas.tables import INDICATORS, NOT_APPLICABLE, PUBLISHED, Indicator

FAR = float("inf")  # never, or beyond every number


def room_left(
    table: pd.DataFrame,
    household: Household,
    thresholds: Mapping[str, Sequence[Any]],
    *,
    replacing: bool = False,
    down: bool = False,
    fewest: float = 1,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count the households like this one with which each rate reaches the next threshold that it has not reached.

    ``down``: with which it falls under the last one that it has, the other way round.

    Parameters
    ----------
    table : DataFrame
        As :func:`atlas.methods.arrivals.after` takes it.
    thresholds : mapping
        By indicator, every rate (%): numbers, or one per unit; ``method.thresholds(rules)``.
    replacing : bool
        Whether each of them takes the place of an average household of the unit; else a vacant dwelling.

    Returns
    -------
    least, most : DataFrame, (units, indicators)
        The threshold is reached with the household of that rank, and with none before: its rank is ``least`` at least
        and ``most`` at most. Infinity: never, whatever the number (both), or no number that is sure (``most``). 0: a
        figure that is not exact may be there already. NaN: nothing is told, no threshold lies above, or the household
        changes no such figure.

    Examples
    --------
    >>> table = pd.DataFrame({"st_inf40": ["publié"], "tx_inf40": [30.0], "n_inf40": [6], "d_inf40": [20]})
    >>> least, most = room_left(table, Household.under(40), {"inf40": [40]})
    >>> float(least["inf40"].iloc[0]), float(most["inf40"].iloc[0])
    (4.0, 4.0)
    >>> float(room_left(table, Household.over(40), {"inf40": [40]})[0]["inf40"].iloc[0])
    inf
    """
    size = table["menages"].to_numpy(float) if "menages" in table else np.full(len(table), np.nan)
    found: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for code, given in thresholds.items():
        one = INDICATORS[code]
        if one.st in table:
            found[code] = _room(table, one, household, given, size, replacing, down, fewest)
    least, most = (pd.DataFrame({code: ends[side] for code, ends in found.items()}, table.index) for side in (0, 1))
    return least, most


def _room(
    table: pd.DataFrame,
    one: Indicator,
    household: Household,
    thresholds: Sequence[Any],
    size: np.ndarray,
    replacing: bool,
    down: bool,
    fewest: float,
) -> tuple[np.ndarray, np.ndarray]:
    """Count them for one indicator."""
    nothing = np.full(len(table), np.nan)
    (low, high), below = added(household, one)
    if not concerned(one) or below is None or one.unit != "%":
        return nothing, nothing
    status = table[one.st].to_numpy(object)
    nobody = status == NOT_APPLICABLE
    rate = np.where(nobody, 0.0, table[one.tx].to_numpy(float))
    n, d = (table[name].to_numpy(float) if name in table else nothing for name in (one.n, one.d))
    n, d = np.where(nobody, 0.0, n), np.where(nobody, 0.0, d)
    counted = ~np.isnan(n) & ~np.isnan(d)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        exact = np.where(d > 0, (100 * n / d).round(9), 0.0)
    ends = [table[name].to_numpy(float) if name in table else rate for name in (one.lo, one.hi)]
    under, over = (np.where(counted, exact, np.where(np.isnan(end), rate, end)) for end in ends)
    goal = last_threshold(over, thresholds) if down else next_threshold(under, thresholds, anew=nobody)
    told = ((nobody & (not down)) | (status == PUBLISHED)) & ~np.isnan(goal)
    fewer, more = denominators(one, size, fewest)
    base = np.where(np.isnan(size), np.inf, size) if replacing else np.full(len(table), np.inf)
    answers = []
    # The soonest: the nearest rate, of the fewest, with the most added; the latest is the other way round.
    soonest, latest = (high, over, fewer), (low, under, more)
    if down:
        soonest, latest = (low, under, fewer), (high, over, more)
    for added_n, share, whole in (soonest, latest):
        held = np.where(counted, d, whole)
        # 100 x 29 of 100 is 29, where 0.29 x 100 is not
        inside = np.where(counted, n, share * np.where(np.isinf(held), 1, held) / 100)
        answers.append(_rank(inside, held, goal, added_n, below, base, down=down))
    least, most = answers
    if replacing:  # of how many an average one is taken is not known: any rank may do
        unsized = np.isnan(size) & ~counted
        least, most = np.where(unsized, 1.0, least), np.where(unsized, FAR, most)
    least = np.where(~counted & ((under < goal) if down else (over >= goal)), 0.0, least)
    return np.where(told, least, np.nan), np.where(told, most, np.nan)


def next_threshold(rate: np.ndarray, thresholds: Sequence[Any], *, anew: np.ndarray | bool = False) -> np.ndarray:
    """Give the least threshold above each rate (%), (units,); NaN where there is none.

    ``anew``: units of nobody, which have reached none, not even one of 0 %.

    >>> next_threshold(np.array([10.0, 25.0, 60.0]), [25, 50]).tolist()
    [25.0, 50.0, nan]
    """
    goal = np.full(len(rate), np.nan)
    for one in thresholds:
        above = np.where((np.asarray(one, float) > rate) | anew, np.asarray(one, float), np.nan)
        goal = np.fmin(goal, above)
    return goal


def last_threshold(rate: np.ndarray, thresholds: Sequence[Any]) -> np.ndarray:
    """Give the greatest threshold that each rate (%) has reached, (units,); NaN where it has reached none.

    >>> last_threshold(np.array([10.0, 25.0, 60.0]), [25, 50]).tolist()
    [nan, 25.0, 50.0]
    """
    goal = np.full(len(rate), np.nan)
    for one in thresholds:
        goal = np.fmax(goal, np.where(np.asarray(one, float) <= rate, np.asarray(one, float), np.nan))
    return goal


def _rank(
    n: np.ndarray, d: np.ndarray, goal: np.ndarray, a: float, b: float, base: np.ndarray, *, down: bool
) -> np.ndarray:
    """Give the first whole k at which ``100 (n s + k a) >= goal (d s + k b)``, with ``s = 1 - k / base``, (units,).

    ``down``: at which it is less. Both sides are lines in k: one division, then the whole numbers beside it are tried
    as a method would read them.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        lacking = goal * d - 100 * n
        pace = 100 * a - goal * b + lacking / base
        guess = np.ceil((lacking / pace).round(6))
    never = ((pace >= 0) if down else (pace <= 0)) | (guess > base) | np.isinf(d)
    found = np.full(len(n), np.inf)
    for step in (1, 0, -1):
        k = np.maximum(guess + step, 1)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            stay = np.maximum(1 - k / base, 0)
            rate = (100 * (n * stay + k * a) / (d * stay + k * b)).round(9)
        met = (rate < goal) if down else (rate >= goal)
        found = np.where(~never & met & (k <= base), k, found)
    return np.where(never & ~np.isnan(goal), FAR, found)
