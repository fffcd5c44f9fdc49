"""The legal shares of attributions as one page, one workbook and one CSV: a working paper of who holds the files.

In: panels (one test of one year, drawn and told) and boards (tables). Out: ``attributions.html``, ``attributions.xlsx``
and ``attributions.csv``. Nothing is masked: the page says so, and that it is not to be handed out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from atlas import __version__
from atlas.publish.reception import Board, shown, write_boards
from atlas.publish.rendering import Page, render
from atlas.publish.tabular import write_csv
from atlas.writing import long_date

PAGE, WORKBOOK, TABLE = "attributions.html", "attributions.xlsx", "attributions.csv"
LONGEST = 60  # lines of a board on the page: longer ones are read in the workbook
RESERVED = (
    "Document de travail de qui détient ces fichiers, à ne pas diffuser : les comptes portent parfois sur très peu de "
    "ménages et ne sont pas masqués."
)


@dataclass(frozen=True)
class Bar:
    """One landlord, or the whole, in a panel: numbers as texts; ``share``, ``low``, ``high``, ``target`` in %."""

    name: str
    whole: bool
    count: str
    share_text: str
    verdict: str
    lack: str
    unknown: str
    words: tuple[str, ...]
    share: float | None
    target: float
    met: bool | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Panel:
    """One test of one year: what it is, what the whole made of it in sentences, and each landlord."""

    key: str
    title: str
    target: str
    sentences: tuple[str, ...]
    bars: tuple[Bar, ...]
    count_heading: str
    lack_heading: str


def write_attributions(
    panels: Sequence[Panel],
    boards: Sequence[Board],
    table: pd.DataFrame,
    remarks: Sequence[str],
    folder: Path,
    territory: str,
    day: date,
    notices: Sequence[str] = (),
) -> list[Path]:
    """Write the three files into a folder, made if need be; each takes the place of the former one once written.

    Parameters
    ----------
    boards : sequence of Board
        The sheets of the workbook; the page shows the first one as panels, the others as they are.
    table : DataFrame
        The lines of the CSV.

    Raises
    ------
    OSError
        When a file cannot be written.
    """
    where = f" : {territory}" if territory else ""
    page = Page(
        title=f"Attributions{where}",
        heading=f"Attributions : les parts légales{where}",
        subtitle=(f"calculées le {long_date(day)}", f"atlas {__version__}"),
        notices=(RESERVED, *notices),
    )
    text = render(
        "attributions.html.j2", page=page, panels=panels, boards=shown(boards[1:]), remarks=remarks, longest=LONGEST
    )
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".en-cours-") as beside:
        fresh = Path(beside)
        (fresh / PAGE).write_text(text, "utf-8")
        write_boards(boards, remarks, fresh / WORKBOOK)
        write_csv(table, fresh / TABLE)
        for name in (PAGE, WORKBOOK, TABLE):
            (fresh / name).replace(folder / name)
    return [folder / name for name in (PAGE, WORKBOOK, TABLE)]
