"""What a method is made of: the classes that it gives, the conditions that it counts, its other columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from atlas.tables import UNDETERMINED, Column


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
