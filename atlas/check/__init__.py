"""Check a territory without computing anything: rules, layers, files, contracts, plausibility. Lists every fault.

What passes is an acceptance: by file and landlord, what was delivered, what was answered, what lacks and for what.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from atlas.check.delivery import delivered
from atlas.ledger import Ledger
from atlas.plan import plan
from atlas.publish.reception import Board, write_reception
from atlas.sources import read_sources
from atlas.writing import many

_MOST = 40  # lines of one board on a terminal


def check(path: Path, accepted: Sequence[str] = (), output: Path | None = None) -> list[str]:
    """Read everything a build would read and describe it in French sentences.

    Parameters
    ----------
    output : Path, optional
        Folder where ``reception.html`` and ``reception.xlsx`` say the same, by file and landlord.

    Raises
    ------
    AtlasError
        Faults of the territory file, of the rules and of the layers together; then those of every source together.
    """
    ledger = Ledger()
    todo = plan(path, (), accepted)
    inputs = read_sources(todo.territory, todo.parameters, ledger)
    boards = delivered(inputs, todo.methods)
    survey = inputs.ops.groupby("campagne")["nb_logements"].agg(["size", "sum"])
    read = [
        f"Campagne {year} : {many(int(row['size']), 'adresse')}, {many(int(row['sum']), 'logement')}"
        for year, row in survey.iterrows()
    ]
    lines = len(ledger.rejects)
    verb = "serait écartée ou signalée" if lines == 1 else "seraient écartées ou signalées"
    aside = [f"{many(lines, 'ligne')} {verb}"] if lines else []
    if output is not None:
        written = write_reception(boards, output, todo.context.using(inputs.rules), (*inputs.remarks, *aside))
        aside += [f"Réception écrite : {place}" for place in written]
    return [*read, *_told(boards), *inputs.remarks, *aside, "Aucun défaut : le territoire peut être construit."]


def _told(boards: Sequence[Board]) -> list[str]:
    """Tell each board in lines, as many as a terminal shows: the page has them all."""
    told: list[str] = []
    for board in boards:
        told += board.lines[:_MOST]
        if len(board.lines) > _MOST:
            told.append(
                f"{board.title} : {many(len(board.lines) - _MOST, 'ligne')} de plus dans la page (--sortie DOSSIER)"
            )
    return told
