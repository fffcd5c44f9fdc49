"""Moves in and out of fragility between two campaigns, each with the reason that the published figures allow.

In: published and judged figures of a kind of unit at every campaign, its dwellings that stayed, came and left, what
happened to residences. Out: one row per unit, columns of :data:`atlas.tables.years.EVOLUTION_COLUMNS`.

A reason is of people only where a criterion crossed its threshold by more than chance and changed dwellings explain,
with as many answering as before. A unit that could not be told at one of the campaigns has not moved: it is not known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from atlas.evolution.gaps import Gap, gap_of, limits_of
from atlas.evolution.lasting import Pair
from atlas.methods import Method, side_of, taking_sides
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

ANSWERS, ANSWERING = "evolution_reponse", "evolution_repondants"
# The rule that says of whom an indicator is: where it changed between two campaigns, they do not compare.
DEFINED_BY = {"emménagés récents": "emmenage_recent"}
_PLACES = ("logements_restes", "logements_entres", "logements_sortis")


@dataclass(frozen=True)
class Known:
    """What is read beside figures.

    ``methods``: those that judged, the one shown first at the head; ``level``: the column of classes shown first;
    ``rules``: by key, the value applied; ``defined``: by key of a rule that dates from the survey, its value at each
    campaign. ``lasting``: as :func:`atlas.evolution.lasting.lasting` counts; ``events``: by residence and campaign,
    what happened to it since the one before.
    """

    methods: Sequence[Method]
    level: str
    rules: Mapping[str, Any]
    lasting: pd.DataFrame
    defined: Mapping[str, Mapping[int, Any]] = field(default_factory=dict)
    events: Mapping[tuple[str, int], frozenset[str]] = field(default_factory=dict)

    @property
    def judge(self) -> Method | None:
        """The method whose fragility is followed: the first that calls some occupations fragile, every year."""
        return next((one for one in taking_sides(self.methods) if one.yearly), None)

    def places(self, kind: str, pair: Pair) -> pd.DataFrame:
        """Give the dwellings that stayed, came and left, by unit of a kind."""
        rows = self.lasting
        chosen = rows[rows["unite"].eq(kind) & rows["campagne_avant"].eq(pair[0]) & rows["campagne"].eq(pair[1])]
        return chosen.set_index("id")[list(_PLACES)]

    def redefined(self, code: str, pair: Pair) -> bool:
        """Whether an indicator is not of the same people at both campaigns, by rule."""
        values = self.defined.get(DEFINED_BY.get(INDICATORS[code].population, ""), {})
        return values.get(pair[0]) != values.get(pair[1])


def known_of(edition: Edition) -> Known:
    """Take what is known of an edition."""
    told = edition.filiation
    assert edition.lasting is not None  # who has one campaign is not followed
    events: dict[tuple[str, int], set[str]] = {}
    if told is not None:
        for identifier, campaign, event in zip(told["id"], told["campagne"], told["evenement"], strict=True):
            events.setdefault((identifier, int(campaign)), set()).add(event)
    return Known(
        edition.methods,
        edition.level,
        edition.applied,
        edition.lasting,
        edition.context.defined,
        {key: frozenset(found) for key, found in events.items()},
    )


def evolution(edition: Edition, pairs: Iterable[Pair]) -> pd.DataFrame:
    """Say what changed between campaigns, for every kind of unit that an edition follows.

    Returns
    -------
    DataFrame
        Columns of :data:`atlas.tables.years.EVOLUTION_COLUMNS`, one row per unit and pair of campaigns.
    """
    known, pairs = known_of(edition), list(pairs)
    found = []
    for kind, table in edition.history.items():
        followed = Followed(kind, edition.read(kind, table)[0], known)
        found += [followed.between(pair) for pair in pairs]
    names = [column.name for column in EVOLUTION_COLUMNS]
    return pd.concat(found, ignore_index=True)[names] if found else pd.DataFrame(columns=names)


class Followed:
    """One kind of unit at every campaign.

    Parameters
    ----------
    read : DataFrame
        Published figures and judgements of every campaign, with the spans of what they may stand for.
    told_of : sequence of str, optional
        Indicators of which the gap is told: all by default.
    """

    def __init__(self, kind: str, read: pd.DataFrame, known: Known, told_of: Sequence[str] | None = None) -> None:
        every = [one.code for one in INDICATORS.values() if one.alerted]
        self.kind, self.known = kind, known
        self.codes = every if told_of is None else list(told_of)
        self.thresholds = _thresholds(known.judge, known.rules)
        self._units = read[["campagne", "id"]].reset_index(drop=True)
        self._at = pd.MultiIndex.from_frame(self._units)
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

    def between(self, pair: Pair) -> pd.DataFrame:
        """Say what changed between two campaigns.

        Returns
        -------
        DataFrame
            Columns of :data:`atlas.tables.years.EVOLUTION_COLUMNS`, one row per unit of either campaign, by identifier;
            none where the kind does not exist at one of them.
        """
        years = self._units["campagne"]
        # Of a kind that holds at one of them only, as quarters of a list that ended, nothing is compared.
        compared = years.isin(pair if set(pair) <= set(years) else ())
        units = pd.Index(np.unique(self._units.loc[compared, "id"].to_numpy(object)), name="id")
        before, after = (self._at.get_indexer(pd.MultiIndex.from_product([[year], units])) for year in pair)
        places = self.known.places(self.kind, pair).reindex(units).fillna(0)
        stayed, came, left = (places[name].to_numpy(float) for name in _PLACES)
        gaps = {code: gap_of(code, limits[before], limits[after], came, left) for code, limits in self._limits.items()}
        move = self._move(before, after)
        why = self._reason(pair, units, (before, after), move, gaps, (stayed, came, left))
        words = {"niveau_avant": self._level[before], "niveau_apres": self._level[after], MOVE: move, WHY: why}
        told: dict[str, Any] = {
            "unite": self.kind,
            "campagne_avant": pair[0],
            "campagne": pair[1],
            **{name: places[name] for name in _PLACES},
            **{name: pd.Series(said, units, dtype=object) for name, said in words.items()},
        }
        for code in self.codes:
            told[gap(code)], told[change(code)] = gaps[code].points, gaps[code].said
        return pd.DataFrame(told, index=units).reset_index()

    def _move(self, before: np.ndarray, after: np.ndarray) -> np.ndarray:
        """Say whether each unit came into fragility or out of it, (units,)."""
        if self._side is None:
            return np.full(len(before), UNTOLD, dtype=object)
        was, became = self._side[before], self._side[after]
        said = np.select(
            [np.isnan(was) | np.isnan(became), (was == 1) & (became == 1), was == 1, became == 1],
            [UNTOLD, REMAINS, LEAVES, ENTERS],
            OUTSIDE,
        )
        assert set(said) <= set(MOVES)
        return said.astype(object)

    def _reason(
        self,
        pair: Pair,
        units: pd.Index,
        rows: tuple[np.ndarray, np.ndarray],
        move: np.ndarray,
        gaps: Mapping[str, Gap],
        places: tuple[np.ndarray, np.ndarray, np.ndarray],
    ) -> np.ndarray:
        """Say why a unit moved, (units,), None where it did not."""
        stayed, came, left = places
        before, after = rows
        step = np.select([move == ENTERS, move == LEAVES], [1, -1])
        sign = np.select([move == ENTERS, move == LEAVES], [UP, DOWN], "")
        crossed, measured, people, redefined = (np.zeros(len(units), dtype=bool) for _ in range(4))
        for code in self.thresholds:
            published, met = self._published[code], self._met[code]
            over = published[before] & published[after] & (step != 0) & (np.sign(met[after] - met[before]) == step)
            crossed |= over
            measured |= over & (gaps[code].said != UNTOLD)
            people |= over & (gaps[code].said == sign)
            redefined |= over & self.known.redefined(code, pair)
        silent = np.abs(100 * (self._answered[after] - self._answered[before])) >= self.known.rules[ANSWERS]
        perimeter = _perimeter(self.kind, units, pair, self.known)
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


def _perimeter(kind: str, units: pd.Index, pair: Pair, known: Known) -> np.ndarray:
    """Name the change of dwellings: a delivery or a demolition where that is known of a residence."""
    if kind != "residences" or not known.events:
        return np.full(len(units), BY_PERIMETER, dtype=object)
    years = sorted({year for _, year in known.events if pair[0] < year <= pair[1]})
    found = [
        frozenset[str]().union(*(known.events.get((identifier, year), frozenset()) for year in years))
        for identifier in units
    ]
    return np.array(
        [next((one for one in (DELIVERED, DEMOLISHED) if one in events), BY_PERIMETER) for events in found],
        dtype=object,
    )
