"""Faults: what a file or a rule may do wrong, collected and then raised once.

A fault is three lines a planner can act on: what is wrong with which rows of which file, what was
expected, what to do. Its code is stable, so that a page, a test or a search engine can name it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """One reason to refuse, in three French sentences and a stable code such as ``OPS-CUMUL``."""

    code: str
    what: str
    expected: str
    remedy: str

    def __str__(self) -> str:
        return f"[{self.code}] {self.what}\n    Attendu : {self.expected}\n    À faire : {self.remedy}"


class AtlasError(Exception):
    """Every fault found at one step; the command line prints them and leaves with status 1."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(map(str, self.faults)))

    def __reduce__(self) -> tuple[type[AtlasError], tuple[tuple[Fault, ...]]]:
        """Cross processes with its faults, rather than with the sentence made of them."""
        return type(self), (self.faults,)


@dataclass
class Faults:
    """Collects faults so that one run reports all of them.

    Examples
    --------
    >>> faults = Faults()
    >>> faults.add("OPS-VIDE", "ops.csv est vide.", "au moins une ligne", "vérifier l'export")
    >>> faults.raise_if_any()
    Traceback (most recent call last):
    atlas.errors.AtlasError: [OPS-VIDE] ops.csv est vide.
        Attendu : au moins une ligne
        À faire : vérifier l'export
    """

    found: list[Fault] = field(default_factory=list)

    def add(self, code: str, what: str, expected: str, remedy: str) -> None:
        """Record one fault."""
        self.found.append(Fault(code, what, expected, remedy))

    def raise_if_any(self) -> None:
        """Raise every recorded fault at once, or do nothing.

        Raises
        ------
        AtlasError
            When at least one fault was recorded.
        """
        if self.found:
            raise AtlasError(self.found)


def excerpt(values: Iterable[object], most: int = 5) -> str:
    """List a few values for a message, saying how many more there are.

    >>> excerpt(["a", "b", "c"], most=2)
    'a, b… (3 en tout)'
    """
    listed = [str(value) for value in values]
    shown = ", ".join(listed[:most])
    return shown if len(listed) <= most else f"{shown}… ({len(listed)} en tout)"
