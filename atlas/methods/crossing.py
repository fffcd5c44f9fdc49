"""How far a year of arrivals of several kinds may go before a rate reaches its next threshold: one inequality for each.

In: figures of units with their counts, thresholds, how many homes are let again, kinds of household. Out: by unit, how
many thresholds are reached, and whole-number inequalities on the arrivals of each kind. Exact fractions throughout; as
many average households leave as arrive, as :class:`atlas.methods.arrivals.Leavers` has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, gcd, lcm
from typing import Any

import pandas as pd

from atlas.methods.household import Household, added
from atlas.tables import INDICATORS, NOT_APPLICABLE, PUBLISHED


@dataclass(frozen=True)
class Crossing:
    """The next threshold of a rate: not reached as long as arrivals by kind, weighted, are at most ``most``."""

    code: str
    weights: tuple[int, ...]
    most: int


@dataclass(frozen=True)
class Ahead:
    """What lies ahead of a unit: thresholds ``reached``, the next ones, and the indicators that nobody tells."""

    reached: int
    crossings: tuple[Crossing, ...]
    untold: tuple[str, ...]


def ahead_of(
    table: pd.DataFrame,
    thresholds: Mapping[str, Sequence[float]],
    kinds: Sequence[Household],
    arrivals: Sequence[int],
) -> list[Ahead]:
    """Say what lies ahead of units.

    Parameters
    ----------
    table : DataFrame
        ``st_<i>``, ``n_<i>``, ``d_<i>`` and ``menages``, one row per unit.
    thresholds : mapping
        By indicator, every rate (%) at which a judgement changes.
    kinds : sequence of Household
        What a household is supposed to add; where it may add more or less, the most is taken.
    arrivals : sequence of int
        Homes let again in each unit.

    Examples
    --------
    >>> table = pd.DataFrame({"st_inf40": ["publié"], "n_inf40": [7], "d_inf40": [20], "menages": [20]})
    >>> ahead_of(table, {"inf40": [40]}, [Household.under(40), Household.over(40)], [2])
    [Ahead(reached=0, crossings=(Crossing(code='inf40', weights=(1, 0), most=1),), untold=())]
    """
    found = []
    for place, number in enumerate(arrivals):
        row = table.iloc[place]
        reached, crossings, untold = 0, [], []
        for code, values in thresholds.items():
            counts = _counts(row, code)
            if counts is None:
                untold.append(code)
                continue
            inside, whole = counts
            rate = 100 * inside / whole if whole else None
            levels = sorted(Fraction(str(one)) for one in values)
            met = [one for one in levels if rate is not None and rate >= one]
            reached += len(met)
            if number and len(met) < len(levels):
                size = row["menages"]
                stay = 1 - Fraction(min(number, int(size)), int(size)) if size == size and size > 0 else Fraction(1)
                one = _crossing(code, levels[len(met)], inside * stay, whole * stay, kinds, number)
                crossings += [one] if one is not None else []
        found.append(Ahead(reached, tuple(crossings), tuple(untold)))
    return found


def _counts(row: Any, code: str) -> tuple[Fraction, Fraction] | None:
    one = INDICATORS[code]
    if row[one.st] == NOT_APPLICABLE:
        return Fraction(0), Fraction(0)
    inside, whole = row.get(one.n), row.get(one.d)
    if row[one.st] != PUBLISHED or inside is None or inside != inside or whole != whole:
        return None
    return Fraction(int(inside)), Fraction(int(whole))


def _crossing(
    code: str, goal: Fraction, inside: Fraction, whole: Fraction, kinds: Sequence[Household], number: int
) -> Crossing | None:
    """Write that a threshold is not reached; None where no arrivals of these kinds reach it, or all do."""
    weights = []
    for kind in kinds:
        (_, most), below = added(kind, INDICATORS[code])
        if below is None or most == float("inf"):
            return None
        weights.append(100 * Fraction(most) - goal * Fraction(below))
    room = goal * whole - 100 * inside  # reached when the weighted arrivals are at least this
    scale = lcm(room.denominator, *(one.denominator for one in weights))
    least = min(weights)
    grown = [int((one - least) * scale) for one in weights]  # all arrivals are of one kind or another
    shared = gcd(*grown)
    if not shared:
        return None
    beyond = ceil(Fraction((room - least * number) * scale) / shared) - 1
    shares = tuple(one // shared for one in grown)
    return None if max(shares) * number <= beyond else Crossing(code, shares, beyond)
