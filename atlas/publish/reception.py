"""The acceptance of a delivery, as one page and one workbook: for who builds the atlas and who sent the files.

In: boards, each a question and its table. Out: ``reception.html`` and ``reception.xlsx``. Counts are not masked: each
landlord may be given its own rows, and no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from atlas import __version__
from atlas.cell_guard import neutral
from atlas.publish.rendering import Page, render

if TYPE_CHECKING:
    from atlas.edition import Context

PAGE, WORKBOOK = "reception.html", "reception.xlsx"
RESERVED = (
    "Réservé au service qui construit l'atlas : les effectifs ne sont pas masqués. À chaque bailleur, ses lignes."
)
_WIDEST = 60  # characters of a column of the workbook


@dataclass(frozen=True)
class Board:
    """One question on a delivery: its table with French headings (shares in %), and the lines a terminal shows."""

    key: str
    title: str
    caption: str
    table: pd.DataFrame
    lines: tuple[str, ...] = ()
    decimals: int = 1

    def cells(self) -> Iterator[list[Any]]:
        """Give the rows, numbers as numbers, shares rounded, None where nothing is known."""
        for row in self.table.itertuples(index=False):
            yield [_cell(value, self.decimals) for value in row]


def write_reception(boards: Sequence[Board], folder: Path, context: Context, remarks: Sequence[str]) -> list[Path]:
    """Write the page and the workbook into a folder, made if need be, and give their paths.

    Raises
    ------
    OSError
        When a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    page = Page(
        title=f"Réception : {context.territory}",
        heading=f"Réception des fichiers : {context.territory}",
        subtitle=("campagnes " + ", ".join(map(str, context.campaigns)), f"atlas {__version__}"),
        notices=(RESERVED, *context.notices),
    )
    text = render("reception.html.j2", page=page, boards=shown(boards), remarks=remarks)
    (folder / PAGE).write_text(text, "utf-8")
    write_boards(boards, remarks, folder / WORKBOOK)
    return [folder / PAGE, folder / WORKBOOK]


def shown(boards: Sequence[Board]) -> list[dict[str, Any]]:
    """Give boards as ``_boards.html.j2`` lays them out."""
    return [
        {
            "key": board.key,
            "title": board.title,
            "caption": board.caption,
            "headings": [(name, _numeric(board.table[name])) for name in board.table.columns],
            "rows": list(board.cells()),
        }
        for board in boards
    ]


def write_boards(boards: Sequence[Board], remarks: Sequence[str], path: Path, day: date | None = None) -> None:
    """Write boards as a workbook, one sheet each, then the remarks; no text of it is a formula.

    ``day``: that of the publication, which an edition is dated with: the same edition gives the same bytes.
    """
    import xlsxwriter

    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        if day is not None:
            book.set_properties({"created": datetime.combine(day, datetime.min.time())})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        for board in boards:
            sheet = book.add_worksheet(board.key[:31])
            headings = list(board.table.columns) or ["Rien à signaler"]
            sheet.write_row(0, 0, headings, bold)
            sheet.freeze_panes(1, 0)
            widths = [len(str(heading)) for heading in headings]
            for number, row in enumerate(board.cells(), start=1):
                for place, value in enumerate(row):
                    if value is not None:
                        sheet.write(number, place, neutral(value) if isinstance(value, str) else value)
                        widths[place] = max(widths[place], len(str(value)))
            for place, width in enumerate(widths):
                sheet.set_column(place, place, min(width + 2, _WIDEST))
        sheet = book.add_worksheet("remarques")
        sheet.write(0, 0, "Remarque", bold)
        sheet.set_column(0, 0, 2 * _WIDEST)
        for number, remark in enumerate(remarks, start=1):
            sheet.write_string(number, 0, neutral(remark))


def _numeric(values: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(values)


def _cell(value: Any, decimals: int) -> Any:
    if value is None or value != value:
        return None
    if isinstance(value, str):
        return value
    number = float(value)
    return int(number) if number.is_integer() else round(number, decimals)
