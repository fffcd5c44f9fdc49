"""The yearly list of a convention, ``convention.html`` and its workbook: what a conference follows each year.

In: an edition. Out: one page, and ``tableaux/convention.xlsx`` with one sheet per table and every row. Everything told
comes from the edition's own tables; nothing is read of the files of attributions.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from atlas.publish.convention.legal import Legal, pages_of
from atlas.publish.convention.model import Cell, Line, Question, Sums, Table
from atlas.publish.convention.questions import Answers
from atlas.publish.frame import CONVENTION, page_of
from atlas.publish.layers import HISTORY
from atlas.publish.legend import secrecy_of, sources_of
from atlas.publish.notices import READING, secrecy_notice
from atlas.publish.paths import quarter_files
from atlas.publish.quarters.illustrations import level_symbols
from atlas.publish.reception import Board, write_boards
from atlas.publish.rendering import render
from atlas.writing import whole

if TYPE_CHECKING:
    from atlas.publish.book import Book

WORKBOOK = "tableaux/convention.xlsx"
LONGEST = 30  # rows of a table on the page: the workbook has them all
_CITED = ("quartile", "bas_loyer")
_KIND, _ID = "Couche", "Identifiant"
_OF_COUNTS = 3  # a numerator, « sur », a denominator


def write_convention(book: Book, folder: Path) -> list[Path]:
    """Write the page and the workbook of an edition; give the pages written.

    Parameters
    ----------
    book : Book
    folder : Path
        An existing folder, the edition's own.
    """
    questions = answers(book)
    path, workbook = folder / CONVENTION, folder / WORKBOOK
    path.write_text(convention_page(book, questions), "utf-8")
    workbook.parent.mkdir(exist_ok=True)
    boards = [_board(table) for one in questions for table in one.tables]
    notices = (secrecy_notice(book.edition), *book.edition.context.notices, READING)
    said = (f"{one.title} : {sentence}" for one in questions for sentence in one.said)
    write_boards(boards, (*notices, *said), workbook, book.edition.context.published_on)
    return [path]


def answers(book: Book) -> tuple[Question, ...]:
    """Answer every question from an edition."""
    edition = book.edition
    history = [table.assign(unite=name) for name, table in edition.history.items()]
    tables: dict[str, Any] = {**edition.units, HISTORY: pd.concat(history) if history else pd.DataFrame()}
    legal = Legal(book.figures, Sums(tables), pages_of(quarter_files(book.figures)))
    return tuple(Answers(book, legal).every())


def convention_page(book: Book, questions: tuple[Question, ...]) -> str:
    """Render the page: a table by question, the longest cut to what a page can show."""
    edition = book.edition
    return render(
        "questions.html.j2",
        page=page_of(
            edition,
            title="Suivi de la convention",
            heading=f"Suivi annuel de la convention : {edition.context.territory}",
            here=CONVENTION,
        ),
        questions=[replace(one, tables=tuple(map(_cut, one.tables))) for one in questions],
        lengths={table.key: len(table.lines) for one in questions for table in one.tables},
        longest=LONGEST,
        workbook=WORKBOOK,
        sheet="",
        symbols={level: Markup(drawn) for level, drawn in level_symbols(edition.words).items()},
        caveats=book.reservations(*_CITED),
        sources=sources_of(edition),
        secrecy=secrecy_of(edition),
    )


def _cut(table: Table) -> Table:
    return replace(table, lines=table.lines[:LONGEST])


def _board(table: Table) -> Board:
    """Lay a table out as a sheet: texts as the page writes them, then which unit each row is about."""
    return Board(table.key, table.title, "", pd.DataFrame([_row(table, line) for line in table.lines], dtype=object))


def _row(table: Table, line: Line) -> dict[str, Any]:
    """Give the cells of a row by their heading; what stands under one has columns of its own."""
    row: dict[str, Any] = {}
    for head, cell in zip(table.heads, line.cells, strict=True):
        below = "; ".join("".join(one.text for one in under) for under in cell.under)
        row[head.title] = _value(cell) if cell.text else below
        if len(cell.under) == 1 and len(cell.under[0]) == _OF_COUNTS:
            counted, _, among = map(_value, cell.under[0])
            row |= {f"{head.title} : numérateur": counted, f"{head.title} : dénominateur": among}
        elif cell.text and below:
            row[f"{head.title} : détail"] = below
    if line.unit is not None:
        row[_KIND], row[_ID] = line.unit
    return row


def _value(cell: Cell) -> Any:
    """Give a whole number as a number, anything else as it is written."""
    plain = cell.value is not None and cell.text == whole(cell.value)
    return str(cell.text) if not plain else cell.value
