"""What pictures are drawn from: numbers and labels that an edition has already written.

A figure that is not published has no number here at all: no picture can place it, whatever it draws.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Any

from atlas.tables import PUBLISHED, STATUSES, UNDETERMINED

_CLASS = re.compile(r"^de (?P<low>[\d,]+) à moins de (?P<high>[\d,]+)")
_BELOW = re.compile(r"^(?:≤|moins de)\s*(?P<high>[\d,]+)")
_ABOVE = re.compile(r"^(?:≥\s*(?P<bound>[\d,]+)\s*%|(?P<low>[\d,]+)\s*% et plus)")
_WHOLE = 100.0


@dataclass(frozen=True)
class Mark:
    """One figure as an edition shows it.

    Parameters
    ----------
    label : str
        The edition's own words: ``42 %``, ``≤ 5 %``, ``secret``.
    value : float, optional
        Where it stands, in the unit of the label; the lower end when the edition shows a class only.
    status : str
        One of :data:`atlas.tables.STATUSES`.
    name : str
        Whose figure it is.
    high : float, optional
        Upper end of the class, in the same unit.
    source : str
        Which figure of the edition it is: indicator, campaign, kind of unit, unit. Shapes drawn for it say so, and the
        audit compares their lengths with the figure.

    Raises
    ------
    ValueError
        When status and number contradict each other: a masked figure with a position, a published one without.

    Examples
    --------
    >>> Mark("secret", 12.0, "secret")
    Traceback (most recent call last):
    ValueError: secret : un nombre pour ce qui n'est pas publié
    """

    label: str
    value: float | None = None
    status: str = PUBLISHED
    name: str = ""
    high: float | None = None
    source: str = ""

    def __post_init__(self) -> None:
        if self.status not in STATUSES:
            raise ValueError(f"{self.status} : statut inconnu")
        if self.status == PUBLISHED and (self.value is None or not math.isfinite(self.value)):
            raise ValueError(f"{self.label} : publié sans nombre")
        if self.status != PUBLISHED and (self.value is not None or self.high is not None):
            raise ValueError(f"{self.status} : un nombre pour ce qui n'est pas publié")

    @classmethod
    def read(cls, label: str, value: Any, status: str, name: str = "", source: str = "") -> Mark:
        """Read the columns ``lb_``, ``tx_`` and ``st_`` of an edition, and the ends of a class from its label.

        >>> Mark.read("de 30 à moins de 40 %", 30.0, "publié").high, Mark.read("≤ 5 %", 5.0, "publié").value
        (40.0, 0.0)
        >>> Mark.read("≥ 85 %", 95.0, "publié").value, Mark.read("secret", float("nan"), "secret").value
        (85.0, None)
        """
        if status != PUBLISHED:
            return cls(label, None, status, name, source=source)
        if found := _CLASS.match(label):
            return cls(label, _number(found["low"]), status, name, _number(found["high"]), source)
        if found := _BELOW.match(label):
            return cls(label, 0.0, status, name, _number(found["high"]), source)
        if found := _ABOVE.match(label):
            return cls(label, _number(found["bound"] or found["low"]), status, name, _WHOLE, source)
        return cls(label, float(value), status, name, source=source)

    @property
    def published(self) -> bool:
        """Whether the figure has a place on a scale."""
        return self.value is not None

    @property
    def place(self) -> float:
        """Where one dot stands for the figure: its number, or the middle of its class."""
        assert self.value is not None
        return self.value if self.high is None else (self.value + self.high) / 2

    def reaches(self, threshold: float) -> bool | None:
        """Tell whether the figure is at or above a threshold; None when unknown or when the class straddles it.

        >>> Mark("42 %", 42).reaches(40), Mark("x", status="secret").reaches(40), Mark("x", 30, high=50).reaches(40)
        (True, None, None)
        """
        if self.value is None:
            return None
        if self.high is not None and self.value < threshold < self.high:
            return None
        return self.value >= threshold


@dataclass(frozen=True)
class Residence:
    """One residence of a strip: its name, its figure, its level by the method shown first."""

    name: str
    mark: Mark
    level: str = UNDETERMINED


@dataclass(frozen=True)
class Line:
    """One curve: a name and its marks by campaign; ``main`` for the unit itself, the others are comparisons."""

    name: str
    marks: tuple[tuple[int, Mark], ...]
    main: bool = False


@dataclass(frozen=True)
class Panel:
    """One small multiple: an indicator (or a residence), its curves, its own threshold when it has one."""

    title: str
    lines: tuple[Line, ...]
    threshold: float | None = None
    unit: str = " %"


@dataclass(frozen=True)
class Comparison:
    """One indicator of a unit, and the same elsewhere: ``others`` follow the names given to the picture."""

    name: str
    mark: Mark
    others: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Row:
    """One bar of counts, as the edition shows them.

    ``count`` is None where ``status`` is not published; ``part`` is the share of ``count`` that a hatch marks
    (dwellings under the rent ceiling). ``label`` and ``part_label`` are the numbers as written.
    """

    name: str
    label: str
    count: float | None = None
    status: str = PUBLISHED
    part: float | None = None
    part_label: str = ""
    mark: Mark = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "mark", Mark(self.label, self.count, self.status, self.name))
        if self.part is not None and (self.count is None or self.part > self.count):
            raise ValueError(f"{self.name} : une partie plus grande que le tout")


def _number(text: str) -> float:
    return float(text.replace(",", "."))
