"""What a fragility method declares: all that a table, a page, a map or an explanation needs to show it.

A face of the atlas reads these declarations and names no criterion, level or threshold of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd

from atlas.methods.bounds import Between
from atlas.methods.levels import Criterion, Levels, Outcome
from atlas.methods.small import CLOSE, ENDS, SAID_OF, closeness, closeness_column, interval, interval_column
from atlas.tables import FEATURES, UNKNOWN, Column, words_in


def _nothing(rules: Mapping[str, Any]) -> tuple[str, ...]:
    return ()


def _never(rules: Mapping[str, Any]) -> bool:
    return False


@dataclass(frozen=True)
class Method:
    """A published way of reading fragility.

    Parameters
    ----------
    code : str
        Name of its module; what ``[methodes] actives`` names.
    label, reading, source : str
        French: its name, one sentence on how it reads an occupation, where it was published.
    needs : tuple of str
        Codes of the indicators that it reads.
    rules : tuple of str
        Keys of the parameters that it applies.
    levels : Levels
    judge : callable
        ``judge(table, rules)``: reads the published columns of a unit table, gives its own columns on the same index,
        without prefix. It never reads a hidden figure, nor another row. Most are a
        :class:`atlas.methods.bounds.Between`. A method that compares takes a third argument, the published figures of
        the territory, one row per unit.
    thresholds : callable
        ``thresholds(rules)``: by indicator code, every rate (%) at which the judgement may change; each one reached is
        a point. Rounding and bounds never cross one, so that a method says the same of one unit in every edition. A
        method that compares takes the rates of the territory as well, and is told in spans instead.
    relative : callable
        ``relative(rules)``: whether it compares units with their territory.
    together : bool
        It reads all units at once: one more unit may change what it says of the others, and what it says of one in an
        edition holds in that edition alone.
    compared : callable, optional
        ``compared(table, classes)``: what such a method compares a unit with, one row per thing, named in French, and
        one column per indicator.
    apart : bool
        Its thresholds change nothing of what is published: rounding may cross them, and they are read in spans, as
        those of a method that compares.
    yearly : bool
        It judges earlier campaigns as well.
    reads : tuple of str
        Other columns of a unit table, and features of dwellings, that ``judge`` and ``thresholds`` find among their
        rules: one value per unit, or one column per word of the feature.
    listed : mapping
        By key of a rule that lists indicators, those that it may name.
    units : tuple of str
        The kinds of unit that it judges (all, if empty); the method shown first judges all.
    readings : Levels, optional
        What published figures prove, whatever the others say: a level, or less than one. Shown first where figures are
        masked, and never said as a certainty.
    criteria : tuple of Criterion
        Empty for a method that is not a list of conditions.
    more : tuple of Outcome
        Its other columns.
    sentences : callable
        ``sentences(rules)``: French sentences for the page of methods, with the values of the rules in force.
    bare : bool
        Its columns keep their own names, on which others rely; those of any other method bear its code.
    """

    code: str
    label: str
    reading: str
    source: str
    needs: tuple[str, ...]
    rules: tuple[str, ...]
    levels: Levels
    judge: Callable[..., pd.DataFrame]
    thresholds: Callable[..., Mapping[str, Sequence[Any]]]
    relative: Callable[[Mapping[str, Any]], bool] = field(default=_never)
    together: bool = False
    compared: Callable[[pd.DataFrame, pd.Series], pd.DataFrame] | None = None
    apart: bool = False
    yearly: bool = True
    reads: tuple[str, ...] = ()
    listed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    units: tuple[str, ...] = ()
    readings: Levels | None = None
    criteria: tuple[Criterion, ...] = ()
    more: tuple[Outcome, ...] = ()
    sentences: Callable[[Mapping[str, Any]], Sequence[str]] = field(default=_nothing)
    bare: bool = False

    def name(self, column: str) -> str:
        """Name one of its columns as editions hold it.

        >>> Method.name(type("", (), {"bare": False, "code": "grille"}), "gamme")
        'grille_gamme'
        """
        return column if self.bare else f"{self.code}_{column}"

    @property
    def level(self) -> str:
        """Column of its levels in an edition."""
        return self.name(self.levels.column)

    @property
    def proven(self) -> str:
        """Column of what published figures prove, empty where the method has none."""
        return self.name(self.readings.column) if self.readings else ""

    def shown(self, *, masked: bool) -> Levels:
        """Give the classes that an edition shows first: where figures are masked, what published ones prove."""
        return self.readings if masked and self.readings else self.levels

    @property
    def proof(self) -> str:
        """Column of what published figures prove of a method that reads them in spans, empty for another."""
        return self.name(self.judge.reading.name) if isinstance(self.judge, Between) else ""

    @property
    def met(self) -> str:
        """Column of how many criteria are met, empty where the method does not count."""
        return self.name(self.levels.met) if self.levels.met else ""

    @property
    def wider(self) -> str:
        """Column of the level with recent movers read on a wider perimeter, empty where the method has none."""
        return self.name(self.levels.wider) if self.levels.wider else ""

    @property
    def standing_for(self) -> dict[str, tuple[str, ...]]:
        """By word that a layer file may hold in a list, the columns of this method that it stands for."""
        shown = tuple(filter(None, (self.proven, self.level)))
        return {"{niveau}": shown, "{atteints}": (self.met,) if self.met else (), "{criteres}": self.codes}

    def margin(self, code: str) -> str:
        """Column of the answers between a rate and the threshold of its criterion."""
        return self.name(f"marge_{code}")

    def interval(self, code: str) -> tuple[str, str]:
        """Columns of the ends of what small numbers leave to the rate of a criterion."""
        low, high = (self.name(f"ic_{side}_{code}") for side in ENDS)
        return low, high

    @property
    def codes(self) -> tuple[str, ...]:
        """The indicators that pages show beside its levels: those of its criteria, or the first that it needs."""
        return tuple(one.code for one in self.criteria) or self.needs[:3]

    def heading(self, code: str, label: str) -> str:
        """Give what stands over a column of one of its indicators; ``label`` where it has no words of its own."""
        return next((one.heading for one in self.criteria if one.code == code), label)

    def brief(self, code: str) -> str:
        """Give the same where paper is narrow; empty where there is nothing shorter."""
        return next((one.short for one in self.criteria if one.code == code), "")

    def words(self, levels: Levels) -> tuple[str, ...]:
        """Every value that a column of its classes may hold."""
        return (*levels.words, UNKNOWN) if isinstance(self.judge, Between) or self.together else levels.words

    @property
    def close(self) -> str:
        """Column that says of which answer a class hangs, empty where the method cannot say."""
        return "" if self.together else self.name(CLOSE)

    def judges(self, unit: str) -> bool:
        """Whether it judges a kind of unit."""
        return not self.units or unit in self.units

    @property
    def left_out(self) -> tuple[str, ...]:
        """Indicators that it leaves out, rather than suppose, where the survey does not give them."""
        return self.judge.absent if isinstance(self.judge, Between) else ()

    def with_columns(self, table: pd.DataFrame, rules: Mapping[str, Any]) -> Mapping[str, Any]:
        """Add to its rules the columns and the features that it reads beside figures."""
        columns = {name: table[name] for name in self.reads if name in table}
        return {**rules, **columns, **{name: words_in(table, name) for name in self.reads if name in FEATURES}}

    def judged(
        self,
        table: pd.DataFrame,
        rules: Mapping[str, Any],
        territory: pd.DataFrame | None = None,
        *,
        small: bool = True,
    ) -> pd.DataFrame:
        """Judge the published figures of units and, where ``small``, say how far small numbers leave it standing.

        Parameters
        ----------
        table : DataFrame
            As ``judge`` reads it.
        territory : DataFrame, optional
            The figures of the territory as the edition publishes them, at the campaign of each row: same index.

        Returns
        -------
        DataFrame
            Same index; its columns as editions name them.
        """

        def judge(one: pd.DataFrame) -> pd.DataFrame:
            known = self.with_columns(one, rules)
            return self.judge(one, known, territory) if self.relative(rules) else self.judge(one, known)

        def classes(one: pd.DataFrame) -> pd.Series:
            if not isinstance(self.judge, Between):
                return judge(one)[level]
            around = territory.loc[one.index] if territory is not None and self.relative(rules) else None
            return self.judge.classes(one, self.with_columns(one, rules), around)

        columns, level = judge(table), (self.readings or self.levels).column
        if self.together or not small:
            return columns.rename(columns=self.name)
        near = closeness(table, self.needs, columns[level], classes)
        ends = {
            f"ic_{side}_{one.code}": end
            for one in self.criteria
            for side, end in zip(ENDS, interval(table, one.code), strict=True)
        }
        return columns.assign(**{CLOSE: near}, **ends).rename(columns=self.name)

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Its levels, what published figures prove of them, then its other columns, as editions name them."""
        scales = [self.levels, *([self.readings] if self.readings else [])]
        told = [Column(one.column, one.label, "catégorie", one.meaning, values=self.words(one)) for one in scales]
        if isinstance(self.judge, Between):
            told.append(self.judge.reading)
        near = () if self.together else (closeness_column(self.needs, self.proven or self.level),)
        small = (*near, *(interval_column(one.code, side) for one in self.criteria for side in ENDS))
        every = (*map(Outcome, told), *self.more, *(Outcome(one, SAID_OF, history=False) for one in small))
        return tuple(replace(one, column=_named(one.column, self)) for one in every)

    def columns(self, unit: str, *, counts: bool) -> tuple[Column, ...]:
        """Declare its columns in the layer of a kind of unit."""
        if not self.judges(unit):
            return ()
        return tuple(
            one.column for one in self.outcomes if (not one.units or unit in one.units) and (counts or not one.counts)
        )

    def history(self) -> tuple[Column, ...]:
        """Declare its columns in the table of every campaign."""
        return tuple(one.column for one in self.outcomes if self.yearly and one.history and not one.counts)


def _named(column: Column, method: Method) -> Column:
    """Write a column as an edition holds it: another method's label and meaning say whose it is."""
    if method.bare:
        return column
    meaning = " ; ".join(part for part in (column.meaning, f"méthode « {method.code} »", method.source) if part)
    return replace(column, name=method.name(column.name), label=f"{method.label} : {column.label}", meaning=meaning)
