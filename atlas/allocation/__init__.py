"""A year's plan of attributions: how many of the homes expected of each residence go to which kind of household.

In: an edition that shows counts, a year, a convention's targets. Out: a plan that no other beats (targets first, then
no further criterion met, then the least concentration, then what is nearest to last year's practice), what it hangs
on, and the same as words, a page and a workbook. It is about residences and counts: no household is named, none is
scored.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from atlas.allocation.aims import aims_of
from atlas.allocation.diagnosis import Diagnosis, diagnosed
from atlas.allocation.reading import Ground, Supposed, ground_of, supposed
from atlas.allocation.sized_programme import SizedProgramme
from atlas.allocation.tables import boards_of, rows_of
from atlas.allocation.words import ADVICE, lines_of, sentences_of
from atlas.convention.targets import Targets, refuse_words
from atlas.parameters import read_parameters
from atlas.publish.allocation import write_allocation
from atlas.simulate import edition_at
from atlas.territory import read_convention

__all__ = ["ADVICE", "Plan", "plan_attributions"]


@dataclass(frozen=True)
class Plan:
    """A plan, what it is made on and what it teaches; ``written`` are the files."""

    year: int
    ground: Ground
    supposed: Supposed
    found: Diagnosis
    written: tuple[Path, ...] = ()

    @property
    def lines(self) -> list[str]:
        """The plan as a terminal shows it."""
        return lines_of(self.ground, self.supposed, self.found, self.year, self.written)

    @property
    def json(self) -> str:
        """The plan as JSON text."""
        return json.dumps(rows_of(self.ground, self.supposed, self.found, self.year), ensure_ascii=False, indent=1)


def plan_attributions(
    output: Path,
    year: int | None = None,
    edition: str | None = None,
    territory: Path | None = None,
    folder: Path | None = None,
    accepted: Sequence[str] = (),
) -> Plan:
    """Plan a year of attributions.

    Parameters
    ----------
    output : Path
        Folder of a build, or of an edition.
    year : int, optional
        The year after the edition's day by default.
    territory : Path, optional
        Territory file whose targets and rules hold.
    folder : Path, optional
        Where a page, a workbook and a table are written.

    Raises
    ------
    AtlasError
        ``SIMULER-SORTIE`` where there is no edition, ``PLAN-MASQUEE`` where it shows no count, ``PLAN-ROTATION`` where
        no turnover is known, ``PLAN-CALCUL`` where nothing is proven; faults of the territory file and of the rules.
    """
    shown = edition_at(output, edition)
    convention = read_convention(territory)
    refuse_words(convention, read_parameters())
    local = {key: (rule.valeur, rule.unite, rule.source) for key, rule in convention.regles.items()}
    parameters = read_parameters().accepting(accepted).with_local(local, date.max)
    published = date.fromisoformat(str(shown.written.manifest["publie_le"]))
    planned = year or published.year + 1
    suppositions = supposed(parameters, published)
    ground = ground_of(shown, suppositions, parameters, published)
    targets = Targets(parameters, published, convention.cibles)
    aims = aims_of(ground.places, targets, planned, suppositions.double, own=ground.own, upheld=suppositions.upheld)
    plan = Plan(planned, ground, suppositions, diagnosed(SizedProgramme(ground.places, aims, ground.mixes)))
    if folder is None:
        return plan
    manifest: dict[str, Any] = dict(shown.written.manifest)
    written = write_allocation(
        sentences_of(ground, suppositions, plan.found, planned),
        boards_of(ground, plan.found),
        folder,
        str(manifest.get("territoire", "")),
        planned,
        published,
        tuple(map(str, manifest.get("avertissements", ()))),
    )
    return Plan(planned, ground, suppositions, plan.found, tuple(written))
