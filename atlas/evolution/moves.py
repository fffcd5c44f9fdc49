"""Moves in and out of fragility between two campaigns, each with the reason that the published figures allow.

In: published and judged figures of units at every campaign, their dwellings that stayed, came and left, what happened
to residences. Out: one row per unit and pair of campaigns, columns of :data:`atlas.tables.years.EVOLUTION_COLUMNS`.

A reason is of people only where a criterion crossed its threshold by more than chance and changed dwellings explain,
with as many answering as before. A unit that could not be told at one of the campaigns has not moved: it is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from atlas.evolution.gaps import Gap, gap_of, limits_of
from atlas.evolution.known import ANSWERING, ANSWERS, PLACES, UNIT, Known, known_of
from atlas.evolution.lasting import Pair
from atlas.methods import Method, side_of
from atlas.tables import INDICATORS, PUBLISHED
from atlas.tables.years import (
    BY_ANSWERS,
    BY_PEOPLE,
    BY_PERIMETER,
    BY_RULE,
    DELIVERED,
    DEMOLISHED,
    DOWN,
    ENTERS,
    EVOLUTION_COLUMNS,
    LEAVES,
    MOVE,
    MOVES,
    OUTSIDE,
    REMAINS,
    UNTOLD,
    UP,
    WHY,
    WITHIN_CHANCE,
    change,
    gap,
)

if TYPE_CHECKING:
    from atlas.edition import Edition


@dataclass(frozen=True)
class _Compared:
    """Units of pairs of campaigns, (rows,): number of the ``pair``, kind and identifier of the unit, its row in what is
    read at both campaigns (-1: none), its dwellings that stayed, came and left."""

    pairs: Sequence[Pair]
    pair: np.ndarray
    units: pd.Index
    before: np.ndarray
    after: np.ndarray
    places: tuple[np.ndarray, np.ndarray, np.ndarray]

    def of_pairs(self, values: Iterable[Any]) -> np.ndarray:
        """Give each row the value of its pair."""
        return np.array(list(values))[self.pair]


def evolution(edition: Edition, pairs: Iterable[Pair]) -> pd.DataFrame:
    """Say what changed between campaigns, for every kind of unit that an edition follows.

    Returns
    -------
    DataFrame
        Columns of :data:`atlas.tables.years.EVOLUTION_COLUMNS`, one row per unit and pair of campaigns.
    """
    names = [column.name for column in EVOLUTION_COLUMNS]
    if not edition.history:
        return pd.DataFrame(columns=names)
    return followed(edition, edition.history, known_of(edition)).between(*pairs)[names]


def followed(
    edition: Edition, history: Mapping[str, pd.DataFrame], known: Known, told_of: Sequence[str] | None = None
) -> Followed:
    """Follow every kind of a history, as the edition publishes it; ``told_of``: as :class:`Followed` takes it."""
    read = pd.concat(
        [edition.read(kind, table)[0].assign(unite=kind) for kind, table in history.items()], ignore_index=True
    )
    return Followed(read["unite"], read, known, told_of)


class Followed:
    """Units at every campaign.

    Parameters
    ----------
    kind : str or Series of str
        That of all, or of each row.
    read : DataFrame
        Published figures and judgements of every campaign, with the spans of what they may stand for.
    told_of : sequence of str, optional
        Indicators of which the gap is told: all by default.
    """

    def __init__(
        self, kind: str | pd.Series, read: pd.DataFrame, known: Known, told_of: Sequence[str] | None = None
    ) -> None:
        every = [one.code for one in INDICATORS.values() if one.alerted]
        self.known = known
        self.codes = every if told_of is None else list(told_of)
        self.thresholds = _thresholds(known.judge, known.rules)
        grouped = read[["id"]].assign(unite=kind).groupby(list(UNIT))
        self._units, unit = grouped.size().index, grouped.ngroup().to_numpy()
        self._at = {}
        for year in read["campagne"].unique().tolist():
            (rows,) = read["campagne"].eq(year).to_numpy(bool).nonzero()
            self._at[year] = np.full(len(self._units), -1)
            self._at[year][unit[rows]] = rows
        self._limits = {
            # The last, here and below: a unit that is not there.
            code: np.vstack([limits_of(read, code, known.rules[ANSWERING] / 100), np.full(6, np.nan)])
            for code in dict.fromkeys((*self.codes, *self.thresholds))
        }
        there = read["nb_logements"].notna()
        self._level = np.array([*read[known.level].astype(object).where(there, None), None], dtype=object)
        answered = read["menages"].astype(float) / read["nb_logements"]
        self._answered = np.append(answered.to_numpy(float, na_value=np.nan), np.nan)
        # One that is new was not fragile, nor is one that left.
        side = None if known.judge is None else side_of(read, known.judge).mask(~there, 0.0)
        self._side = None if side is None else np.append(side.to_numpy(float), 0.0)
        self._published, self._met = {}, {}
        for code, threshold in self.thresholds.items():
            one = INDICATORS[code]
            rate = read[one.tx].to_numpy(float, na_value=np.nan)
            self._published[code] = np.append(read[one.st].eq(PUBLISHED).to_numpy(bool), False)
            self._met[code] = np.append(sum((rate >= value).astype(int) for value in threshold), 0)

    def between(self, *pairs: Pair) -> pd.DataFrame:
        """Say what changed between two campaigns, of each pair given.

        Returns
        -------
        DataFrame
            Columns of :data:`atlas.tables.years.EVOLUTION_COLUMNS`, one row per pair and unit of either campaign, by
            identifier; none where the kind does not exist at one of them.
        """
        rows = self._compared(pairs)
        gaps = {
            code: gap_of(code, limits[rows.before], limits[rows.after], *rows.places[1:])
            for code, limits in self._limits.items()
        }
        move = self._move(rows)
        words = {
            "niveau_avant": self._level[rows.before],
            "niveau_apres": self._level[rows.after],
            MOVE: move,
            WHY: self._reason(rows, move, gaps),
        }
        told: dict[str, Any] = {
            **{name: rows.units.get_level_values(name) for name in UNIT},
            "campagne_avant": rows.of_pairs(before for before, _ in pairs),
            "campagne": rows.of_pairs(after for _, after in pairs),
            **dict(zip(PLACES, rows.places, strict=True)),
            **{name: pd.Series(said, dtype=object) for name, said in words.items()},
        }
        for code in self.codes:
            told[gap(code)], told[change(code)] = gaps[code].points, gaps[code].said
        return pd.DataFrame(told)

    def _compared(self, pairs: Sequence[Pair]) -> _Compared:
        kinds, nowhere = self._units.get_level_values("unite"), np.full(len(self._units), -1)
        found = []
        for one, pair in enumerate(pairs):
            was, became = (self._at.get(year, nowhere) for year in pair)
            # Of a kind that holds at one of them only, as quarters of a list that ended, nothing is compared.
            compared = kinds.isin(set(kinds[was >= 0]) & set(kinds[became >= 0]))
            (unit,) = (compared & ((was >= 0) | (became >= 0))).nonzero()
            found.append((np.full(len(unit), one), unit, was[unit], became[unit]))
        number, unit, before, after = (np.concatenate(one) for one in zip(*found, strict=True))
        units, years = self._units.take(unit), np.array(pairs)[number]
        keys = pd.MultiIndex.from_arrays([*(units.get_level_values(name) for name in UNIT), *years.T])
        places = self.known.places.reindex(keys).fillna(0)
        stayed, came, left = (places[name].to_numpy(float) for name in PLACES)
        return _Compared(pairs, number, units, before, after, (stayed, came, left))

    def _move(self, rows: _Compared) -> np.ndarray:
        """Say whether each unit came into fragility or out of it, (rows,)."""
        if self._side is None:
            return np.full(len(rows.units), UNTOLD, dtype=object)
        was, became = self._side[rows.before], self._side[rows.after]
        said = np.select(
            [np.isnan(was) | np.isnan(became), (was == 1) & (became == 1), was == 1, became == 1],
            [UNTOLD, REMAINS, LEAVES, ENTERS],
            OUTSIDE,
        )
        assert set(said) <= set(MOVES)
        return said.astype(object)

    def _reason(self, rows: _Compared, move: np.ndarray, gaps: Mapping[str, Gap]) -> np.ndarray:
        """Say why a unit moved, (rows,), None where it did not."""
        stayed, came, left = rows.places
        before, after = rows.before, rows.after
        step = np.select([move == ENTERS, move == LEAVES], [1, -1])
        sign = np.select([move == ENTERS, move == LEAVES], [UP, DOWN], "")
        crossed, measured, people, redefined = (np.zeros(len(move), dtype=bool) for _ in range(4))
        for code in self.thresholds:
            published, met = self._published[code], self._met[code]
            over = published[before] & published[after] & (step != 0) & (np.sign(met[after] - met[before]) == step)
            crossed |= over
            measured |= over & (gaps[code].said != UNTOLD)
            people |= over & (gaps[code].said == sign)
            redefined |= over & rows.of_pairs(self.known.redefined(code, pair) for pair in rows.pairs)
        silent = np.abs(100 * (self._answered[after] - self._answered[before])) >= self.known.rules[ANSWERS]
        perimeter = _perimeter(rows, self.known)
        choices: list[Any] = [None, perimeter, UNTOLD, BY_RULE, BY_PEOPLE, perimeter, BY_ANSWERS, UNTOLD]
        return np.select(
            [
                step == 0,
                stayed == 0,  # another building altogether: delivered, demolished, or not surveyed at one of them
                ~crossed,
                redefined,
                people & ~silent,
                (came > 0) | (left > 0),
                silent,
                ~measured,  # of how many the rates are is not told: chance cannot be weighed
            ],
            choices,
            WITHIN_CHANCE,
        )


def _thresholds(judge: Method | None, rules: Mapping[str, Any]) -> Mapping[str, Sequence[float]]:
    """Give the rates at which a judgement may change, by indicator; nothing for a method that compares."""
    if judge is None:
        return {}
    if judge.criteria:
        return {one.code: [rules[one.rule]] for one in judge.criteria}
    return {} if judge.relative(rules) or judge.reads else judge.thresholds(rules)


def _perimeter(rows: _Compared, known: Known) -> np.ndarray:
    """Name the change of dwellings: a delivery or a demolition where that is known of a residence."""
    said = np.full(len(rows.units), BY_PERIMETER, dtype=object)
    kinds, units = (rows.units.get_level_values(name) for name in UNIT)
    homes = kinds == "residences"
    for number, (before, after) in enumerate(rows.pairs):
        for event in (DEMOLISHED, DELIVERED):  # the last is named where there are both
            told = {unit for (unit, year), events in known.events.items() if before < year <= after and event in events}
            said[homes & (rows.pair == number) & units.isin(told)] = event
    return said
