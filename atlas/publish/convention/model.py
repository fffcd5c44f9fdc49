"""What the yearly list of a convention is made of: questions, their tables, and the cells of these tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from atlas.publish.figures import Figure
from atlas.publish.sums import Cell, Sums, Where, claim, word
from atlas.tables import UNKNOWN
from atlas.writing import whole


@dataclass(frozen=True)
class Head:
    """A column: its title, and whether it holds numbers."""

    title: str
    number: bool = False


@dataclass(frozen=True)
class Line:
    """One row; ``unit``: the kind and identifier of what it is about, where it is one unit. ``total``: of the whole."""

    cells: tuple[Cell, ...]
    unit: tuple[str, str] | None = None
    total: bool = False


@dataclass(frozen=True)
class Table:
    """One table: its name in the workbook, its title, its columns and rows, and what must be known to read it."""

    key: str
    title: str
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """One question that a conference follows each year: sentences, tables, and pages that say more."""

    key: str
    title: str
    said: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    links: tuple[tuple[str, str], ...] = ()


def named(kind: str, identifier: str, name: str, page: str = "") -> Cell:
    """Write the name of a unit, as the edition gives it."""
    return Cell(name, mark=_column(kind, identifier, "nom"), page=page)


def category(kind: str, identifier: str, column: str, text: str, shown: str = "", below: str = "") -> Cell:
    """Write a word of a unit: its landlord, its level and of which answer it hangs."""
    return Cell(text, mark=_column(kind, identifier, column), kind=shown, under=((word(below),),) if below else ())


def number(kind: str, identifier: str, column: str, value: float | None) -> Cell:
    """Write a size or a count of a unit, « non renseigné » where the edition does not tell it."""
    if value is None:
        return Cell(UNKNOWN, kind="status")
    return Cell(whole(value), value, _column(kind, identifier, column))


def dwellings(identifier: tuple[str, str], feature: str, modality: str, column: str, value: float | None) -> Cell:
    """Write how many dwellings of a unit share a feature."""
    if value is None:
        return Cell(UNKNOWN, kind="status")
    names = ("data-parc", "data-id", "data-caracteristique", "data-modalite", "data-colonne")
    return Cell(whole(value), value, dict(zip(names, (*identifier, feature, modality, column), strict=True)))


def rate(figure: Figure) -> Cell:
    """Write a rate as the edition shows it, over its counts where it shows them."""
    names = ("data-unite", "data-id", "data-campagne", "data-indicateur")
    marks = dict(zip(names, (figure.kind, figure.id, str(figure.campaign), figure.code), strict=True))
    under = (_counts(figure),) if figure.counts else ()
    return Cell(figure.label, figure.value, marks, kind="" if figure.published else "status", under=under)


def _counts(figure: Figure) -> tuple[Cell, ...]:
    pair = ((f"n_{figure.code}", figure.numerator), (f"d_{figure.code}", figure.denominator))
    counted, among = (number(figure.kind, figure.id, column, value) for column, value in pair)
    return (counted, word(" sur "), among)


def _column(kind: str, identifier: str, column: str) -> dict[str, str]:
    return {"data-unite": kind, "data-id": identifier, "data-colonne": column}


def flat(cell: Cell) -> Iterator[Cell]:
    """Give a cell, then what stands under it."""
    yield cell
    for line in cell.under:
        for one in line:
            yield from flat(one)


__all__ = [
    "Cell",
    "Head",
    "Line",
    "Question",
    "Sums",
    "Table",
    "Where",
    "category",
    "claim",
    "dwellings",
    "flat",
    "named",
    "number",
    "rate",
    "word",
]
