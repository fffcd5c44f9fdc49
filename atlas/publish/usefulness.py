"""How useful an edition is: the share of units and dwellings that shows each criterion and a level, and its bias.

In: editions, judged. Out: small tables. What one edition shows is counted on that edition alone, so that any reader
could count it, and its method page may say it; what is compared with the unmasked edition is for the builder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from atlas.methods import SIGNALS
from atlas.methods.signals import LEAST, OUTSIDE, YES
from atlas.tables import INDICATORS, NOT_APPLICABLE, PUBLISHED, UNDETERMINED, UNITS
from atlas.tables.wider import CRITERION, ITSELF, PERIMETER

if TYPE_CHECKING:
    from atlas.edition import Edition
    from atlas.methods import Method

_KINDS = tuple(name for name, unit in UNITS.items() if unit.drawn)[::-1]
_LEVEL, _PROVEN = "un niveau", "un niveau, ou ce que prouvent les critères publiés"
_WIDER = "un niveau, entrants lus plus large"
_COLUMN = "colonne"
SIGNALLED = tuple(column.name for column in SIGNALS)


@dataclass(frozen=True)
class Homes:
    """The residences of an edition, with what a comparison needs of them, and the method shown first there."""

    table: pd.DataFrame
    method: Method


def shares(edition: Edition) -> pd.DataFrame:
    """Count what an edition tells, by kind of unit.

    Returns
    -------
    DataFrame
        One row per kind and thing told (a criterion, a level): ``unité``, ``ce qui est dit``, ``unités`` and
        ``logements`` (% of units with dwellings, and of their dwellings), then the column counted and ``couche``, by
        which the audit counts again. "Sans objet" is told.
    """
    kinds = [kind for kind in _KINDS if kind in edition.units]
    tables = [
        _told(pd.DataFrame(edition.units[kind]), edition.method, "unité", UNITS[kind].singular).assign(couche=kind)
        for kind in kinds
    ]
    return pd.concat(tables, ignore_index=True)


def shown_first(edition: Edition) -> dict[str, Any]:
    """Give the row of :func:`shares` of residences and of the classes shown first; empty where they are not told."""
    rows = shares(edition)
    found = rows[(rows["couche"] == "residences") & (rows[_COLUMN] == edition.level)]
    return {str(name): value for row in found.to_dict("records") for name, value in row.items()}


def _told(table: pd.DataFrame, method: Method, heading: str, name: str) -> pd.DataFrame:
    """Count what the units of a table tell; ``name`` fills the first column."""
    table = table[table["nb_logements"] > 0]
    criteria = {one.name: INDICATORS[one.code].st for one in method.criteria}
    told = {(name, st): table[st].isin([PUBLISHED, NOT_APPLICABLE]) for name, st in criteria.items()}
    for what, column in ((_LEVEL, method.level), (_PROVEN, method.proven), (_WIDER, method.wider)):
        if column in table:
            told |= {(what, column): table[column] != UNDETERMINED}
    ones = pd.Series(1.0, table.index)
    return pd.DataFrame(
        [
            {
                heading: name,
                "ce qui est dit": what,
                "unités (%)": _share(known, ones),
                "logements (%)": _share(known, size),
                _COLUMN: column,
            }
            for size in (table["nb_logements"],)
            for (what, column), known in told.items()
        ]
    )


def compared(homes: Mapping[str, Homes]) -> dict[str, pd.DataFrame]:
    """Give the comparisons with the unmasked edition, by French title: none where a build lacks it."""
    found = {
        "Niveaux montrés et niveaux vrais, en logements": biases(homes),
        "Emménagés récents lus sur un périmètre plus large (partenaire)": readings(homes),
        "Ce que dit chaque édition (résidences)": told_by(homes),
    }
    return {title: table for title, table in found.items() if len(table)}


def told_by(homes: Mapping[str, Homes]) -> pd.DataFrame:
    """Count, by edition, the residences and dwellings that show each criterion and a level, as :func:`shares`."""
    return pd.concat(
        [_told(one.table, one.method, "édition", name).drop(columns=_COLUMN) for name, one in homes.items()],
        ignore_index=True,
    )


def sheets_made(folder: Path, homes: Mapping[str, Homes]) -> pd.DataFrame:
    """Count, by edition, the sheets written in its folder, and the residences that these point out.

    Returns
    -------
    DataFrame
        ``édition``, then files: ``fiches de résidence``, ``pages de quartier et de commune``, ``cahiers``; then
        residences: ``signalées : bas loyer hors QPV``, and ``avec des logements adaptés`` (one at least, for sure).
    """
    rows = []
    for name, one in homes.items():
        quarters = [path for path in (folder / name / "quartiers").glob("*.html") if path.stem != "index"]
        rows.append(
            {
                "édition": name,
                "fiches de résidence": len(list((folder / name / "residences").glob("*.html"))),
                "pages de quartier et de commune": len(quarters),
                "cahiers": len(list((folder / name / "cahiers").rglob("*.pdf"))),
                "signalées : bas loyer hors QPV": int(one.table[OUTSIDE].eq(YES).sum()),
                "avec des logements adaptés": int(one.table[LEAST].gt(0).sum()),
            }
        )
    return pd.DataFrame(rows)


def homes_of(edition: Edition) -> Homes:
    """Keep what a comparison needs of residences: an edition is large, and is not kept."""
    table, method = pd.DataFrame(edition.units["residences"]), edition.method
    statuses = [INDICATORS[one.code].st for one in method.criteria]
    columns = [
        "id",
        "nb_logements",
        *SIGNALLED,
        *statuses,
        method.level,
        method.proven,
        method.wider,
        PERIMETER,
        CRITERION,
    ]
    return Homes(table[[column for column in columns if column]].reset_index(drop=True), method)


def biases(homes: Mapping[str, Homes], truth: str = "interne") -> pd.DataFrame:
    """Compare levels as editions show them with those of the unmasked one, by dwellings.

    Returns
    -------
    DataFrame
        One row per edition and level: ``part montrée`` and ``avec lecture élargie`` (% of dwellings with a level
        shown), ``part vraie`` (% of dwellings with a true level). Empty without the unmasked edition.
    """
    if truth not in homes:
        return pd.DataFrame()
    method = homes[truth].method
    real = _spread(homes[truth], method.level)
    rows = []
    for name, one in homes.items():
        if name != truth:
            shown, wider = _spread(one, method.level), _spread(one, method.wider)
            rows += [
                {
                    "édition": name,
                    "niveau": level,
                    "part montrée (%)": shown[level],
                    "avec lecture élargie (%)": wider[level],
                    "part vraie (%)": real[level],
                }
                for level in method.levels.titles
            ]
    return pd.DataFrame(rows)


def readings(homes: Mapping[str, Homes], truth: str = "interne", masked: str = "partenaire") -> pd.DataFrame:
    """Say, by perimeter, how many residences read recent movers there, how many rightly, and the levels it gives.

    Returns
    -------
    DataFrame
        One row per perimeter; empty without both editions.
    """
    if truth not in homes or masked not in homes or not homes[masked].method.wider:
        return pd.DataFrame()
    level, wider = homes[masked].method.level, homes[masked].method.wider
    both = homes[masked].table.merge(homes[truth].table, on="id", suffixes=("", "_vrai"))
    both = both[both[PERIMETER].notna() & (both[PERIMETER] != ITSELF)]
    rows = []
    for perimeter, part in both.groupby(PERIMETER):
        given = part[(part[level] == UNDETERMINED) & (part[wider] != UNDETERMINED)]
        rows.append(
            {
                "entrants lus sur": perimeter,
                "résidences": len(part),
                "logements": int(part["nb_logements"].sum()),
                "critère juste": int((part[CRITERION] == part[f"{CRITERION}_vrai"]).sum()),
                "niveaux donnés": len(given),
                "niveaux justes": int((given[wider] == given[f"{level}_vrai"]).sum()),
            }
        )
    return pd.DataFrame(rows)


def _spread(homes: Homes, column: str) -> dict[str, float | None]:
    """Share of dwellings by level among those that have one, %; None where the method has no such column."""
    levels = homes.method.levels.titles
    if not column:
        return dict.fromkeys(levels)
    known = homes.table[homes.table[column] != UNDETERMINED]
    return {level: _share(known[column] == level, known["nb_logements"]) for level in levels}


def _share(chosen: pd.Series, weights: pd.Series) -> float | None:
    total = float(weights.sum())
    return round(100 * float(weights[chosen].sum()) / total, 1) if total else None
