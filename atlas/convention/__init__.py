"""The convention's yearly count: from files of attributions to the three legal tests, with no survey.

    files ─► recognise ─► read ─► count ─► compare with targets, with what was published ─► table, CSV, page

Grain in: decisions one per row, or tables already counted, of landlords and years in any number of files. Grain out:
one :class:`~atlas.convention.results.Result` per year, landlord and test. Rates are sums over sums, in whole numbers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from atlas.convention.assembling import assembled, rules_of
from atlas.convention.boards import boards_of, flat
from atlas.convention.lines import lines_of
from atlas.convention.panels import panels_of
from atlas.convention.quartiles import SCALE, with_computed_quartiles
from atlas.convention.reading import landlords_of, read_delivery
from atlas.convention.residences import read_built, residence_boards
from atlas.convention.results import WHOLE, Result
from atlas.convention.targets import Targets, refuse_words
from atlas.ledger import Ledger
from atlas.parameters import read_parameters
from atlas.publish.attributions import write_attributions
from atlas.sources.coherence import say_targets
from atlas.sources.desk import Desk
from atlas.territory import read_convention, simulated

__all__ = ["Attributions", "Result", "attributions"]

_LIKENESS = "bailleur_ressemblance"


@dataclass(frozen=True)
class Attributions:
    """The results, what was noted while reading, and the files written."""

    results: tuple[Result, ...]
    remarks: tuple[str, ...]
    written: tuple[Path, ...] = ()

    @property
    def lines(self) -> list[str]:
        """The results as a terminal shows them."""
        return lines_of(self.results, self.remarks, self.written)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The results as JSON holds them; those of the whole say too what was seen while reading."""
        return [{**one.row(), **({"lecture": self.remarks} if one.landlord == WHOLE else {})} for one in self.results]

    @property
    def json(self) -> str:
        """The results as JSON text: a list, one object by year, landlord and test."""
        return json.dumps(self.rows, ensure_ascii=False, indent=2, allow_nan=False)


def attributions(
    paths: Sequence[Path],
    output: Path | None = None,
    territory: Path | None = None,
    atlas: Path | None = None,
    accepted: Sequence[str] = (),
    today: date | None = None,
) -> Attributions:
    """Test the attributions of some files against the law and the convention.

    Parameters
    ----------
    output : Path, optional
        Folder where a CSV, a workbook and a page are written.
    territory : Path, optional
        Territory file whose targets, wordings and headers hold.
    atlas : Path, optional
        Folder of a build with its internal edition: decisions are told beside its residences, in what is written.
    accepted : sequence of str
        Rules that may be used beyond the day until which they were verified.

    Raises
    ------
    AtlasError
        Every fault of every file at once; nothing is written then.
    """
    day = today or date.today()
    convention = read_convention(territory)
    built = None if atlas is None else read_built(atlas)
    refuse_words(convention, read_parameters())
    local = {key: (rule.valeur, rule.unite, rule.source) for key, rule in convention.regles.items()}
    parameters = read_parameters().accepting(accepted).with_local(local, date.max)
    targets = Targets(parameters, day, convention.cibles)
    rules = rules_of(targets, parameters, day)
    desk = Desk(Ledger())
    delivery = read_delivery(paths, convention, float(parameters.at(_LIKENESS, day).value), desk)
    rows = with_computed_quartiles(delivery.decisions, convention, parameters.at(SCALE, day).value, desk)
    results = assembled(rows, delivery.cells, delivery.published, rules, desk)
    say_targets(convention.cibles, [str(name) for name in landlords_of(delivery)], desk)
    desk.faults.raise_if_any()
    remarks = tuple(desk.remarks)
    if output is None:
        return Attributions(tuple(results), remarks)
    boards = boards_of(results, rows, delivery.requests)
    boards += tuple(board for board in residence_boards(rows, built) if len(board.table)) if built is not None else ()
    table = pd.DataFrame([flat(one) for one in results])
    place = convention.territoire
    notices = simulated(place.fictif, place.simule, [path.name for path in paths if "simul" in path.name.lower()])
    written = write_attributions(
        panels_of(results), boards, table, (*notices, *remarks), output, place.nom, day, notices
    )
    return Attributions(tuple(results), remarks, tuple(written))
