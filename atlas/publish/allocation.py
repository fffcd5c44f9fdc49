"""A year's plan of attributions as one page, one workbook and one table: a working paper of who sees counts.

In: sections of sentences and boards. Out: ``plan-attributions.html``, ``.xlsx`` and ``.csv``. Nothing is masked: the
page says so, and that it is not to be handed out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from atlas import __version__
from atlas.publish.reception import Board, shown, write_boards
from atlas.publish.rendering import Page, render
from atlas.publish.tabular import write_csv
from atlas.writing import long_date

PAGE, WORKBOOK, TABLE = "plan-attributions.html", "plan-attributions.xlsx", "plan-attributions.csv"
LONGEST = 60  # lines of a board on the page: longer ones are read in the workbook
LISTED = "residences"  # the board that the CSV holds
RESERVED = (
    "Document de travail de qui voit les effectifs, à ne pas diffuser. Il porte sur des résidences et des nombres de "
    "logements : il ne désigne, ne note ni ne classe jamais une personne."
)


def write_allocation(
    sections: Sequence[Any],
    boards: Sequence[Board],
    folder: Path,
    territory: str,
    year: int,
    day: date,
    notices: Sequence[str] = (),
) -> list[Path]:
    """Write the three files into a folder, made if need be; each takes the place of the former one once written.

    Parameters
    ----------
    sections : sequence
        Each with a ``key``, a ``title`` and ``sentences``.
    notices : sequence of str
        What the edition says on top of each of its pages.

    Raises
    ------
    OSError
        When a file cannot be written.
    """
    page = Page(
        title=f"Plan d'attributions {year} : {territory}",
        heading=f"Plan d'attributions {year} : {territory}",
        subtitle=(f"édition publiée le {long_date(day)}", f"atlas {__version__}"),
        notices=(RESERVED, *notices),
    )
    text = render(
        "plan-attributions.html.j2",
        page=page,
        sections=sections,
        boards=shown(boards),
        longest=LONGEST,
        workbook=WORKBOOK,
    )
    remarks = [f"{one.title} : {sentence}" for one in sections for sentence in one.sentences]
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".en-cours-") as beside:
        fresh = Path(beside)
        (fresh / PAGE).write_text(text, "utf-8")
        write_boards(boards, remarks, fresh / WORKBOOK)
        write_csv(next(one.table for one in boards if one.key == LISTED), fresh / TABLE)
        for name in (PAGE, WORKBOOK, TABLE):
            (fresh / name).replace(folder / name)
    return [folder / name for name in (PAGE, WORKBOOK, TABLE)]
