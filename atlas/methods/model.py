"""What a fragility method declares: all that a table, a page, a map or an explanation needs to show it.

A face of the atlas reads these declarations and names no criterion, level or threshold of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import pandas as pd

from atlas.tables import UNDETERMINED, Column

Rates = Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class Criterion:
    """A condition on one indicator: met at or above the rate (%) that a rule gives.

    ``heading`` stands over a column of figures, ``short`` where paper is narrow; ``name`` is the criterion in one word.
    """

    code: str
    rule: str
    name: str
    heading: str
    short: str = ""


@dataclass(frozen=True)
class Levels:
    """The main outcome of a method: ordered classes in one column, the least fragile first, and a title for each.

    Whatever cannot be told is "non déterminé". ``met`` is the column that counts the criteria met; ``wider`` that of
    the level where the criterion of recent movers is read on a wider perimeter. ``notes``: by class, what a reader must
    not conclude from it. The first ``calm`` classes are those that nobody calls fragile.
    """

    column: str
    label: str
    titles: Mapping[str, str]
    meaning: str = ""
    met: str = ""
    wider: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)
    calm: int = 1

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Every value of the column: the least fragile first, "non déterminé" last."""
        return (*self.titles, UNDETERMINED)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Every value as pages list them: the most fragile first, "non déterminé" last."""
        return (*tuple(self.titles)[::-1], UNDETERMINED)

    @property
    def fragile(self) -> tuple[str, ...]:
        """The classes above the calm ones: what a commission looks for."""
        return tuple(self.titles)[self.calm :]


@dataclass(frozen=True)
class Outcome:
    """One more column of a method. ``units`` are the kinds that have it (all, if empty); ``counts``: only where the
    edition shows counts; ``history``: told at every campaign."""

    column: Column
    units: tuple[str, ...] = ()
    counts: bool = False
    history: bool = True


def _nothing(rules: Mapping[str, Any]) -> tuple[str, ...]:
    return ()


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
        without prefix. It never reads a hidden figure, nor another row unless the method says that it is relative.
    thresholds : callable
        ``thresholds(rules)``: by indicator code, every rate (%) at which the judgement may change. Rounding and bounds
        never cross one, so that a method says the same of one unit in every edition.
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
    judge: Callable[[pd.DataFrame, Mapping[str, Any]], pd.DataFrame]
    thresholds: Callable[[Mapping[str, Any]], Rates]
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

    @cached_property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Its levels, what published figures prove of them, then its other columns, as editions name them."""
        scales = [self.levels, *([self.readings] if self.readings else [])]
        told = [Column(one.column, one.label, "catégorie", one.meaning, values=one.words) for one in scales]
        every = (*map(Outcome, told), *self.more)
        return tuple(Outcome(_named(one.column, self), one.units, one.counts, one.history) for one in every)

    def columns(self, unit: str, *, counts: bool) -> tuple[Column, ...]:
        """Declare its columns in the layer of a kind of unit."""
        return tuple(
            one.column for one in self.outcomes if (not one.units or unit in one.units) and (counts or not one.counts)
        )

    def history(self) -> tuple[Column, ...]:
        """Declare its columns in the table of every campaign."""
        return tuple(one.column for one in self.outcomes if one.history and not one.counts)


def _named(column: Column, method: Method) -> Column:
    """Write a column as an edition holds it: another method's label and meaning say whose it is."""
    if method.bare:
        return column
    meaning = " ; ".join(part for part in (column.meaning, f"méthode « {method.code} »", method.source) if part)
    return replace(column, name=method.name(column.name), label=f"{method.label} : {column.label}", meaning=meaning)


def rates_of(methods: Sequence[Method], rules: Mapping[str, Any]) -> dict[str, tuple[float, ...]]:
    """Gather the rates (%) at which the judgement of a method may change, by indicator, each once and in order.

    >>> from types import SimpleNamespace
    >>> made = [SimpleNamespace(thresholds=lambda rules, value=value: {"inf40": [value, 40]}) for value in (45, 30)]
    >>> rates_of(made, {})
    {'inf40': (30.0, 40.0, 45.0)}
    """
    found: dict[str, set[float]] = {}
    for method in methods:
        for code, values in method.thresholds(rules).items():
            found.setdefault(code, set()).update(map(float, values))
    return {code: tuple(sorted(values)) for code, values in found.items()}


def needs_of(methods: Sequence[Method]) -> tuple[str, ...]:
    """List the indicators that some methods read, each once."""
    return tuple(dict.fromkeys(code for method in methods for code in method.needs))
