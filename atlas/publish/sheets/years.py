"""What became of a residence from one campaign to another: how it moved, why, and what happened to it.

In: an edition of several campaigns. Out: plain texts for its sheet, each as the edition's tables tell it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from atlas.tables.updates import KIND, UPDATED_ON
from atlas.tables.years import MOVE, UNTOLD, WHY
from atlas.writing import french_day, whole

if TYPE_CHECKING:
    from atlas.publish.figures import Figure, Figures

_KIND = "residences"


@dataclass(frozen=True)
class Through:
    """``since``: the campaign before the one shown first; ``move`` and ``why`` as the edition writes them, empty where
    nothing is known; ``events``: sentences, the latest first."""

    since: int
    move: str
    why: str
    events: tuple[str, ...]


@dataclass(frozen=True)
class Update:
    """What was sent of a residence between two surveys: its ``id``, ``day`` (French), level and criteria by code."""

    id: str
    day: str
    level: str
    figures: tuple[Figure, ...]


def updates_of(identifier: str, figures: Figures) -> tuple[Update, ...]:
    """Read the updates of a residence, the latest first."""
    return tuple(
        Update(one, day, figures.text(KIND, one, figures.edition.level), _criteria(one, year, figures))
        for year, day, one in _updates(figures).get(identifier, ())
    )


def _criteria(update: str, year: int, figures: Figures) -> tuple[Figure, ...]:
    return tuple(figures.figure(KIND, update, code, year) for code in figures.method.codes)


@lru_cache(maxsize=4)
def _updates(figures: Figures) -> Mapping[str, list[tuple[int, str, str]]]:
    """List, by residence, the year, day and identifier of each update, the latest first."""
    table, found = figures.edition.units.get(KIND), defaultdict(list)
    if table is not None:
        columns = ("id_residence", "campagne", UPDATED_ON, "id")
        for home, year, day, one in table[list(columns)].itertuples(index=False, name=None):
            found[str(home)].append((int(year), french_day(day), str(one)))
    return {home: sorted(several, reverse=True) for home, several in found.items()}


def through_years(identifier: str, figures: Figures) -> Through | None:
    """Say what became of a residence, None where the edition follows nothing."""
    edition = figures.edition
    if not edition.followed:
        return None
    move = figures.text(_KIND, identifier, MOVE)
    known = move not in ("", UNTOLD)
    why = figures.text(_KIND, identifier, WHY) if known else ""
    since = edition.context.campaigns[-2]
    return Through(since, move if known else "", why, _events(figures).get(identifier, ()))


@lru_cache(maxsize=4)
def _events(figures: Figures) -> Mapping[str, tuple[str, ...]]:
    """Word what happened to each residence."""
    table, found = figures.edition.filiation, defaultdict(list)
    if table is not None:
        rows = table.sort_values(["campagne", "evenement"], ascending=[False, True], kind="stable")
        for row in rows.to_dict("records"):
            said = f"De {row['campagne_avant']:.0f} à {row['campagne']:.0f} : {row['evenement']}"
            proof = row["preuve"] if isinstance(row["preuve"], str) and row["preuve"] else ""
            concerned = (
                f", {whole(row['nb_logements'])} logements" if row["nb_logements"] == row["nb_logements"] else ""
            )
            found[str(row["id"])].append(f"{said}{concerned}{f' ({proof})' if proof else ''}.")
    return {unit: tuple(sentences) for unit, sentences in found.items()}
