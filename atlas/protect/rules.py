"""The rules of secrecy, and how rates are written under them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

import numpy as np


@dataclass(frozen=True)
class SecrecyRules:
    """Thresholds of secrecy: dwellings, responding households, a rate's own denominator; the two ends, in %.

    ``possible``: how many counts a bound leaves possible, to a reader who knows the denominator. ``people``: how many a
    reader supposes in one household at most. ``redelivered``: share of a landlord's addresses, in %, that answered the
    same in another campaign, from which its file is supposed to be one delivered again.
    """

    dwellings: float
    households: float
    denominator: float
    low_end: float
    high_end: float
    possible: float
    people: float
    redelivered: float

    @property
    def unit(self) -> tuple[int, int]:
        """Smallest dwellings and responding households of a shown unit."""
        return ceil(self.dwellings), ceil(self.households)

    @property
    def rate(self) -> tuple[int, int, int]:
        """Smallest dwellings, households and persons (or decisions) that a shown rate may bear on."""
        return (*self.unit, ceil(self.denominator))


@dataclass(frozen=True, eq=False)
class Wider:
    """Where the criterion of recent movers is read, in words or None, and whether it is met there, (rows,)."""

    perimeter: np.ndarray
    met: np.ndarray


@dataclass(frozen=True)
class Opening:
    """What an audience may see of one kind of unit: ``rows`` (rows,) and ``rates``, by indicator code, (rows,).

    ``wider``: how the criterion of recent movers is read where a residence does not show its own.
    """

    rows: np.ndarray
    rates: Mapping[str, np.ndarray]
    wider: Wider | None = None


@dataclass(frozen=True)
class Scale:
    """How rates are written: ``thresholds`` (%) of the active methods, and ``classes``, the lower bound (%) and the
    French label of each published class, both by indicator. Rounding crosses neither. ``criteria``: the rate (%) at
    which each criterion of the method shown first is met."""

    thresholds: Mapping[str, Sequence[float]]
    classes: Mapping[str, Sequence[tuple[float, str]]]
    criteria: Mapping[str, float] = field(default_factory=dict)

    def edges(self, code: str) -> tuple[float, ...]:
        """Rates that rounding may not cross: thresholds and the lower bounds of classes."""
        classes = (bound for bound, _ in self.classes.get(code, ()) if bound > 0)
        return tuple(sorted({*self.thresholds.get(code, ()), *classes}))
