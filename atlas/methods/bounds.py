"""A method read at the lowest, then at the highest, of what figures may be: what both say is certain.

A published figure stands for a span of rates (rounding, a bound, a class); a hidden one may be anything. A class is
told where both ends give it, and the reading says what they have in common where they do not. So a method says the
same of a unit in every edition, or less, and never something else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
import pandas as pd

from atlas.tables import INDICATORS, NOT_APPLICABLE, PUBLISHED, UNDETERMINED, UNKNOWN, Column

Rates = pd.DataFrame
Thresholds = Callable[..., Mapping[str, Sequence[Any]]]

READING = "lecture"


def ends_of(table: pd.DataFrame, codes: Sequence[str]) -> tuple[Rates, Rates]:
    """Give the lowest and the highest rates that figures may have.

    Parameters
    ----------
    table : DataFrame
        ``tx_<i>`` (%) and ``st_<i>``; ``n_<i>`` and ``d_<i>`` where counts are shown, ``lo_<i>`` and ``hi_<i>`` where
        figures are spans.
    codes : sequence of str
        Indicators in %.

    Returns
    -------
    tuple of DataFrame, (units, indicators)
        0 and 100 where a figure is hidden, 0 where it bears on nobody.

    Examples
    --------
    >>> table = pd.DataFrame({"tx_inf40": [42.0, None, None], "st_inf40": ["publié", "secret", "sans objet"]})
    >>> [end["inf40"].tolist() for end in ends_of(table, ["inf40"])]
    [[42.0, 0.0, 0.0], [42.0, 100.0, 0.0]]
    """
    low: dict[str, pd.Series] = {}
    high: dict[str, pd.Series] = {}
    for code in codes:
        indicator = INDICATORS[code]
        told, nobody = table[indicator.st] == PUBLISHED, table[indicator.st] == NOT_APPLICABLE
        for side, hidden, span in ((low, 0.0, indicator.lo), (high, 100.0, indicator.hi)):
            rate = table[span].fillna(table[indicator.tx]) if span in table else table[indicator.tx]
            if indicator.n in table:  # rounded at 1e-9: 100 x 29 / 100 is 29
                rate = (100 * table[indicator.n] / table[indicator.d]).round(9).fillna(rate)
            side[code] = rate.astype(float).where(told, np.where(nobody, 0.0, hidden))
    return pd.DataFrame(low, table.index), pd.DataFrame(high, table.index)


def points(rates: Rates, thresholds: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Count the thresholds that each rate reaches.

    ``thresholds``: by indicator, numbers or one per unit; a rate that none bears on has no point.

    >>> points(pd.DataFrame({"inf40": [24.9, 25, 50]}), {"inf40": [25, 50]})["inf40"].tolist()
    [0, 1, 2]
    """
    return pd.DataFrame(
        {code: sum((rates[code] >= one).astype(int) for one in thresholds[code]) for code in thresholds}, rates.index
    )


@dataclass(frozen=True)
class Between:
    """The judgement of a method that gives a rank to exact rates: the higher a rate, the higher or equal the rank.

    ``place(rates, rules, mean)`` gives ranks (units,) from rates (units, indicators), and from those of the territory
    where the method compares with it (None elsewhere): a higher mean gives a lower rank or the same.
    ``score`` does the same for a number, written in the column of that name where both ends agree.
    """

    needs: tuple[str, ...]
    column: str
    titles: tuple[str, ...]
    place: Callable[[Rates, Mapping[str, Any], Rates | None], np.ndarray]
    scores: Mapping[str, Callable[[Rates, Mapping[str, Any], Rates | None], np.ndarray]]

    def __call__(
        self, table: pd.DataFrame, rules: Mapping[str, Any], territory: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        """Judge published figures; ``territory``: those of the territory, one row per unit."""
        low, high = ends_of(table, self.needs)
        # The lowest a unit can be is against the highest mean, and the other way round.
        least, most = (None, None) if territory is None else ends_of(territory, self.needs)
        first, last = (np.asarray(self.place(*ends), int) for ends in ((low, rules, most), (high, rules, least)))
        statuses = table[[INDICATORS[code].st for code in self.needs]]
        told = (statuses == PUBLISHED).any(axis=1).to_numpy()
        unknown = (statuses == UNKNOWN).all(axis=1).to_numpy()
        titles = np.array(self.titles, dtype=object)
        silent = np.where(unknown, UNKNOWN, UNDETERMINED)
        level = np.where(told & (first == last), titles[first], silent)
        words = _words(self.titles)
        reading = [
            words[pair] if one else other
            for pair, one, other in zip(zip(first, last, strict=True), told, silent, strict=True)
        ]
        columns: dict[str, Any] = {self.column: level, READING: reading}
        for name, score in self.scores.items():
            lower, upper = (np.asarray(score(*ends), float) for ends in ((low, rules, most), (high, rules, least)))
            columns[name] = np.where(told & (lower == upper), lower, np.nan)
        return pd.DataFrame(columns, table.index)

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
) -> Between:
    """Judge by the number of thresholds reached: ``cuts(rules)`` says from how many points each next class starts.

    ``score``: the column that holds the number, if it is shown.
    """

    def total(rates: Rates, rules: Mapping[str, Any], mean: Rates | None) -> np.ndarray:
        return points(rates, thresholds(rules, mean)).sum(axis=1).to_numpy()

    def place(rates: Rates, rules: Mapping[str, Any], mean: Rates | None) -> np.ndarray:
        return np.digitize(total(rates, rules, mean), cuts(rules))

    return Between(needs, column, tuple(titles), place, {score: total} if score else {})


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
