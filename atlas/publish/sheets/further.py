"""What the active methods that are not shown first say of a unit, and what each indicator brings to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from atlas.methods import Method
from atlas.publish.figures import Figure, Figures
from atlas.tables import UNDETERMINED
from atlas.writing import comma

_TERRITORY = "territoire"


@dataclass(frozen=True)
class Part:
    """What one indicator brings: the figure, its thresholds and how many it reaches, in words.

    ``mean``: the figure of the territory, where the method compares with it; its thresholds are then not told.
    """

    figure: Figure
    thresholds: str
    points: str
    mean: Figure | None = None


@dataclass(frozen=True)
class Reading:
    """What another active method says of a unit: its name, its level, how it reads; ``column`` is the edition's.

    ``near``: of which answer the level hangs, in the column ``close``. ``proven``: what published figures prove where
    they do not give the level, in the column ``proof``. ``parts``: what each indicator brings.
    """

    code: str
    label: str
    level: str
    column: str
    sentence: str
    near: str = ""
    close: str = ""
    proven: str = ""
    proof: str = ""
    parts: tuple[Part, ...] = ()

    @property
    def compared(self) -> tuple[Part, ...]:
        """The parts that can be drawn beside the territory."""
        return tuple(one for one in self.parts if one.mean is not None)


def others_of(kind: str, identifier: str, figures: Figures, *, parts: bool = False) -> tuple[Reading, ...]:
    """Read what the active methods that are not shown first say of a unit, with its ``parts`` where asked."""
    return tuple(
        _reading(method, column, kind, identifier, figures, parts)
        for method, column, _ in figures.edition.scales[1:]
        if method.judges(kind)
    )


def _reading(method: Method, column: str, kind: str, identifier: str, figures: Figures, parts: bool) -> Reading:
    level = figures.text(kind, identifier, column) or UNDETERMINED
    proof = method.proof
    proven = figures.text(kind, identifier, proof) if proof and level == UNDETERMINED else ""
    return Reading(
        method.code,
        method.label,
        level,
        column,
        method.reading,
        figures.near(kind, identifier, method),
        method.close,
        proven if proven != UNDETERMINED else "",
        proof,
        tuple(_parts(method, kind, identifier, figures)) if parts else (),
    )


def _parts(method: Method, kind: str, identifier: str, figures: Figures) -> Iterator[Part]:
    relative = method.relative(figures.edition.applied)
    for code, thresholds, least, most in figures.brought(kind, identifier, method):
        if not relative and all(one is None for one in thresholds):  # a landlord that does not watch it
            continue
        mean = figures.figure(_TERRITORY, _TERRITORY, code) if relative else None
        figure = figures.figure(kind, identifier, code)
        yield Part(figure, "" if relative else _percents(thresholds), _reached(least, most, len(thresholds)), mean)


def _percents(values: Sequence[float | None]) -> str:
    """Write thresholds.

    >>> _percents([25, 50.5])
    '25 % et 50,5 %'
    """
    return " et ".join(f"{comma(value)} %" for value in values if value is not None)


def _reached(least: int, most: int, among: int) -> str:
    """Say how many thresholds are reached.

    >>> _reached(1, 1, 1), _reached(0, 0, 1), _reached(1, 1, 2), _reached(0, 2, 2)
    ('atteint', 'non atteint', '1 sur 2', 'de 0 à 2 sur 2')
    """
    if least != most:
        return f"de {least} à {most} sur {among}" if among > 1 else "inconnu"
    if among == 1:
        return "atteint" if least else "non atteint"
    return f"{least} sur {among}"
