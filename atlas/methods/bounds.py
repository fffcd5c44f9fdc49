"""A method read at the lowest, then at the highest, of what figures may be: what both say is certain.

A published figure stands for a span of rates (rounding, a bound, a class); a hidden one may be anything. A class is
told where both ends give it, and the reading says what they have in common where they do not. So a method says the
same of a unit in every edition, or less, and never something else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from itertools import combinations_with_replacement
from operator import mul
from typing import Any

import numpy as np
import pandas as pd

from atlas.tables import INDICATORS, NOT_APPLICABLE, PUBLISHED, UNDETERMINED, UNKNOWN, Column

Rates = pd.DataFrame
Thresholds = Callable[..., Mapping[str, Sequence[Any]]]
Number = Callable[[Rates, Mapping[str, Any], Rates | None], Any]

READING, SIDES = "lecture", ("bas", "haut")


def ends_of(table: pd.DataFrame, codes: Sequence[str], *, absent: Sequence[str] = ()) -> tuple[Rates, Rates]:
    """Give the lowest and the highest rates that figures may have.

    Parameters
    ----------
    table : DataFrame
        ``tx_<i>`` (%) and ``st_<i>``; ``n_<i>`` and ``d_<i>`` where counts are shown, ``lo_<i>`` and ``hi_<i>`` where
        figures are spans.
    codes : sequence of str
        Indicators, in % or in people per household.
    absent : sequence of str
        Those of which a figure that the survey does not give, or that bears on nobody, is told apart from a hidden one.

    Returns
    -------
    tuple of DataFrame, (units, indicators)
        0 and 100 where a figure is hidden, 0 where it bears on nobody; NaN for ``absent`` ones.

    Examples
    --------
    >>> table = pd.DataFrame({"tx_inf40": [42.0, None, None], "st_inf40": ["publié", "secret", "sans objet"]})
    >>> [end["inf40"].tolist() for end in ends_of(table, ["inf40"])]
    [[42.0, 0.0, 0.0], [42.0, 100.0, 0.0]]
    """
    low: dict[str, np.ndarray] = {}
    high: dict[str, np.ndarray] = {}
    for code in codes:
        indicator = INDICATORS[code]
        status = table[indicator.st].to_numpy(object)
        told, nobody, missing = (status == word for word in (PUBLISHED, NOT_APPLICABLE, UNKNOWN))
        rate, lacking = table[indicator.tx].to_numpy(float), (code in absent) & (nobody | missing)
        exact = None
        if indicator.n in table:  # rounded at 1e-9: 100 x 29 / 100 is 29
            whole = 100 if indicator.unit == "%" else 1
            exact = (whole * table[indicator.n] / table[indicator.d]).round(9).to_numpy(float)
        for side, hidden, span in ((low, 0.0, indicator.lo), (high, 100.0, indicator.hi)):
            other = np.select([lacking, nobody], [np.nan, 0.0], hidden)
            end = _first(exact, table[span].to_numpy(float) if span in table else None, rate)
            side[code] = np.where(told, np.maximum(end, 0), other)
    return pd.DataFrame(low, table.index), pd.DataFrame(high, table.index)


def _first(*given: np.ndarray | None) -> np.ndarray:
    """Take, of each unit, the first number that is known."""
    arrays = [one for one in given if one is not None]
    found = arrays[0]
    for other in arrays[1:]:
        found = np.where(np.isnan(found), other, found)
    return found


def points(rates: Rates, thresholds: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Count the thresholds that each rate reaches.

    ``thresholds``: by indicator, numbers or one per unit; a rate that none bears on has no point.

    >>> points(pd.DataFrame({"inf40": [24.9, 25, 50]}), {"inf40": [25, 50]})["inf40"].tolist()
    [0, 1, 2]
    """
    rows = {code: rates[code].to_numpy() for code in thresholds}
    reached = {code: sum((rows[code] >= np.asarray(one)).astype(int) for one in thresholds[code]) for code in rows}
    return pd.DataFrame(reached, rates.index)


@dataclass(frozen=True)
class Factor:
    """One factor of a number, in French, with its unit; one in % counts for a hundredth of its value.

    ``least`` gives it, one per unit, at the lowest that figures may be, ``most`` at the highest: the same if not given.
    """

    label: str
    unit: str
    least: Number
    most: Number | None = None

    def at(self, side: str, rates: Rates, rules: Mapping[str, Any], mean: Rates | None) -> np.ndarray:
        """Give its value at one of the :data:`SIDES`, (units,)."""
        of = self.most if self.most is not None and side == SIDES[1] else self.least
        return np.asarray(of(rates, rules, mean), float)


def product(
    factors: Sequence[Factor], side: str, rates: Rates, rules: Mapping[str, Any], mean: Rates | None
) -> np.ndarray:
    """Multiply factors at one of the :data:`SIDES`, (units,), rounded at 1e-9 so that a bound is met."""
    shares = sum(one.unit == "%" for one in factors)
    values = (one.at(side, rates, rules, mean) for one in factors)
    return np.asarray(reduce(mul, values) / 100**shares).round(9)


@dataclass(frozen=True)
class Between:
    """The judgement of a method that gives a rank to exact rates: the higher a rate, the higher or equal the rank.

    ``place(rates, rules, mean)`` gives ranks (units,) from rates (units, indicators), and from those of the territory
    where the method compares with it (None elsewhere): a higher mean gives a lower rank or the same.
    A rank of NaN is none: the method cannot place the unit, whatever is hidden. ``scores`` do the same for numbers,
    each written in the column of its name where both ends agree.

    ``falling`` are the indicators of which a higher rate gives a lower rank or the same. ``absent`` ones come as NaN,
    to be left out, where the survey does not give them or where they bear on nobody; others may then be anything, or
    are 0. ``thresholds``: where given, an indicator without one for a unit is not read of it, and ``score`` is which of
    the scores is the number of those reached. ``required``: without one of these nothing is said. ``bounded`` are
    numbers of which both ends are told, each in two columns, and the factors of which each is the product. ``beside``
    are further judgements of the same units, each in a column of its own.
    """

    needs: tuple[str, ...]
    column: str
    titles: tuple[str, ...]
    place: Number
    scores: Mapping[str, Number]
    falling: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    beside: tuple[Between, ...] = ()
    thresholds: Thresholds | None = None
    score: str = ""
    required: tuple[str, ...] = ()
    bounded: Mapping[str, tuple[Factor, ...]] = field(default_factory=dict)

    def __call__(
        self, table: pd.DataFrame, rules: Mapping[str, Any], territory: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        """Judge published figures; ``territory``: those of the territory, one row per unit."""
        ends = self.ends(table, rules, territory)
        told, silent = self._told(table, *ends[0])
        placed, low, high = self._placed(told, ends)
        words = _words(self.titles)
        reading = [
            words[pair] if one else other
            for pair, one, other in zip(zip(low, high, strict=True), placed, silent, strict=True)
        ]
        level = self._level(placed, low, high, silent)
        columns: dict[str, Any] = {self.column: level, READING: reading}
        for name, score in self.scores.items():
            lower, upper = (np.asarray(score(*end), float) for end in ends)
            columns[name] = np.where(told & (lower == upper), lower, np.nan)
        for name, factors in self.bounded.items():
            for side, end in zip(SIDES, ends, strict=True):
                columns[f"{name}_{side}"] = np.where(told, product(factors, side, *end).round(1), np.nan)
        for one in self.beside:
            columns |= one(table, rules, territory).drop(columns=READING)
        return pd.DataFrame(columns, table.index)

    def classes(
        self, table: pd.DataFrame, rules: Mapping[str, Any], territory: pd.DataFrame | None = None
    ) -> pd.Series:
        """Give the classes alone."""
        ends = self.ends(table, rules, territory)
        told, silent = self._told(table, *ends[0])
        return pd.Series(self._level(*self._placed(told, ends), silent), table.index)

    def _level(self, placed: np.ndarray, low: np.ndarray, high: np.ndarray, silent: np.ndarray) -> np.ndarray:
        return np.where(placed & (low == high), np.array(self.titles, dtype=object)[low], silent)

    def _placed(
        self, told: np.ndarray, ends: tuple[tuple[Rates, Mapping[str, Any], Rates | None], ...]
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Rank units at both ends, (units,): whether they have a rank, then the lowest and the highest."""
        first, last = (np.asarray(self.place(*end), float) for end in ends)
        low, high = (np.nan_to_num(rank).astype(int) for rank in (first, last))
        return told & ~np.isnan(first) & ~np.isnan(last), low, high

    def _told(
        self, table: pd.DataFrame, rates: Rates, rules: Mapping[str, Any], mean: Rates | None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Tell the units of which something that is read is published, and what is said of those without a class."""
        statuses = table[[INDICATORS[code].st for code in self.needs]].to_numpy()
        counted = self._read(rates, rules, mean)
        lacking = [self.needs.index(code) for code in self.required]
        unknown = ((statuses == UNKNOWN) | ~counted).all(axis=1) | (statuses[:, lacking] == UNKNOWN).any(axis=1)
        told = ((statuses == PUBLISHED) & counted).any(axis=1) & ~unknown
        return told, np.where(unknown, UNKNOWN, UNDETERMINED)

    def ends(
        self, table: pd.DataFrame, rules: Mapping[str, Any], territory: pd.DataFrame | None
    ) -> tuple[tuple[Rates, Mapping[str, Any], Rates | None], ...]:
        """Give what ``place`` takes for the lowest rank that published figures allow, then for the highest."""
        low, high = ends_of(table, self.needs, absent=self.absent)
        under, over = ({code: end[code] for code in self.falling} for end in (low, high))
        # The lowest a unit can be is against the highest mean, and the other way round.
        least, most = (None, None) if territory is None else ends_of(territory, self.needs)
        return (low.assign(**over), rules, most), (high.assign(**under), rules, least)

    def _read(self, rates: Rates, rules: Mapping[str, Any], mean: Rates | None) -> np.ndarray:
        """Tell which indicators are read of each unit: those with a threshold, (units, indicators)."""
        if self.thresholds is None:
            return np.ones(rates.shape, dtype=bool)
        given, read = self.thresholds(rules, mean), np.zeros(rates.shape, dtype=bool)
        for place, code in enumerate(self.needs):
            for one in given.get(code, ()):
                read[:, place] |= ~np.isnan(np.asarray(one, float))
        return read

    @property
    def reading(self) -> Column:
        """The column of what published figures prove."""
        values = (*dict.fromkeys(_words(self.titles).values()), UNDETERMINED, UNKNOWN)
        meaning = "la classe, ou ce qui est sûr quels que soient les chiffres non publiés"
        return Column(
            READING, "ce que prouvent les chiffres publiés", "catégorie", meaning, values=tuple(dict.fromkeys(values))
        )


def by_points(
    needs: tuple[str, ...],
    column: str,
    titles: Sequence[str],
    thresholds: Thresholds,
    cuts: Callable[[Mapping[str, Any]], Sequence[float]],
    score: str = "",
    beside: tuple[Between, ...] = (),
) -> Between:
    """Judge by the number of thresholds reached: ``cuts(rules)`` says from how many points each next class starts.

    ``score``: the column that holds the number, if it is shown.
    """

    def total(rates: Rates, rules: Mapping[str, Any], mean: Rates | None) -> np.ndarray:
        return points(rates, thresholds(rules, mean)).sum(axis=1).to_numpy()

    def place(rates: Rates, rules: Mapping[str, Any], mean: Rates | None) -> np.ndarray:
        return np.digitize(total(rates, rules, mean), cuts(rules))

    scores = {score: total} if score else {}
    return Between(needs, column, tuple(titles), place, scores, beside=beside, thresholds=thresholds, score=score)


def _words(titles: Sequence[str]) -> dict[tuple[int, int], str]:
    """Say in words every pair of lowest and highest class.

    >>> list(_words(("a", "b", "c")).values())
    ['a', 'au plus b', 'non déterminé', 'b', 'au moins b', 'c']
    """
    last = len(titles) - 1

    def said(low: int, high: int) -> str:
        if low == high:
            return titles[low]
        if (low, high) == (0, last):
            return UNDETERMINED
        if high == last:
            return f"au moins {titles[low]}"
        return f"au plus {titles[high]}" if low == 0 else f"de {titles[low]} à {titles[high]}"

    return {pair: said(*pair) for pair in combinations_with_replacement(range(len(titles)), 2)}
