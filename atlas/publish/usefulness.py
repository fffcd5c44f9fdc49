"""How useful an edition is: the share of units and dwellings that shows each criterion and a level, and its bias.

In: editions, judged. Out: small tables. What one edition shows is counted on that edition alone, so that any reader
could count it, and its method page may say it; what is compared with the unmasked edition is for the builder.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from atlas.tables import CRITERIA, INDICATORS, LEVELS, NOT_APPLICABLE, PUBLISHED, READING, UNDETERMINED, UNITS
from atlas.tables.wider import CRITERION, ITSELF, PERIMETER, WIDER_LEVEL

if TYPE_CHECKING:
    from atlas.edition import Edition

_KINDS = tuple(name for name, unit in UNITS.items() if unit.drawn)[::-1]
_LEVEL, _PROVEN = "un niveau", "un niveau, ou ce que prouvent les critères publiés"
_WIDER = "un niveau, entrants lus plus large"
_COLUMN = "colonne"
_STATUSES = {code: INDICATORS[code].st for code in CRITERIA}


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
        _told(pd.DataFrame(edition.units[kind]), "unité", UNITS[kind].singular).assign(couche=kind) for kind in kinds
    ]
    return pd.concat(tables, ignore_index=True)


def _told(table: pd.DataFrame, heading: str, name: str) -> pd.DataFrame:
    """Count what the units of a table tell; ``name`` fills the first column."""
    table = table[table["nb_logements"] > 0]
    told = {(INDICATORS[code].short, st): table[st].isin([PUBLISHED, NOT_APPLICABLE]) for code, st in _STATUSES.items()}
    told |= {(_LEVEL, "niveau"): table["niveau"] != UNDETERMINED}
    told |= {(_PROVEN, READING): table[READING] != UNDETERMINED}
    if WIDER_LEVEL in table:
        told |= {(_WIDER, WIDER_LEVEL): table[WIDER_LEVEL] != UNDETERMINED}
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


def compared(homes: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Give the comparisons with the unmasked edition, by French title: none where a build lacks it."""
    found = {
        "Niveaux montrés et niveaux vrais, en logements": biases(homes),
        "Emménagés récents lus sur un périmètre plus large (partenaire)": readings(homes),
        "Ce que dit chaque édition (résidences)": told_by(homes),
    }
    return {title: table for title, table in found.items() if len(table)}


def told_by(homes: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Count, by edition, the residences and dwellings that show each criterion and a level, as :func:`shares`."""
    return pd.concat(
        [_told(table, "édition", name).drop(columns=_COLUMN) for name, table in homes.items()], ignore_index=True
    )


def homes_of(edition: Edition) -> pd.DataFrame:
    """Keep what a comparison needs of residences: an edition is large, and is not kept."""
    table = pd.DataFrame(edition.units["residences"])
    return table[
        ["id", "nb_logements", *_STATUSES.values(), "niveau", READING, WIDER_LEVEL, PERIMETER, CRITERION]
    ].reset_index(drop=True)


def biases(homes: Mapping[str, pd.DataFrame], truth: str = "interne") -> pd.DataFrame:
    """Compare levels as editions show them with those of the unmasked one, by dwellings.

    Returns
    -------
    DataFrame
        One row per edition and level: ``part montrée`` and ``avec lecture élargie`` (% of dwellings with a level
        shown), ``part vraie`` (% of dwellings with a true level). Empty without the unmasked edition.
    """
    if truth not in homes:
        return pd.DataFrame()
    real = _spread(homes[truth], "niveau")
    rows = []
    for name, table in homes.items():
        if name != truth:
            shown, wider = _spread(table, "niveau"), _spread(table, WIDER_LEVEL)
            rows += [
                {
                    "édition": name,
                    "niveau": level,
                    "part montrée (%)": shown[level],
                    "avec lecture élargie (%)": wider[level],
                    "part vraie (%)": real[level],
                }
                for level in LEVELS
                if level != UNDETERMINED
            ]
    return pd.DataFrame(rows)


def readings(homes: Mapping[str, pd.DataFrame], truth: str = "interne", masked: str = "partenaire") -> pd.DataFrame:
    """Say, by perimeter, how many residences read recent movers there, how many rightly, and the levels it gives.

    Returns
    -------
    DataFrame
        One row per perimeter; empty without both editions.
    """
    if truth not in homes or masked not in homes:
        return pd.DataFrame()
    both = homes[masked].merge(homes[truth], on="id", suffixes=("", "_vrai"))
    both = both[both[PERIMETER].notna() & (both[PERIMETER] != ITSELF)]
    rows = []
    for perimeter, part in both.groupby(PERIMETER):
        given = part[(part["niveau"] == UNDETERMINED) & (part[WIDER_LEVEL] != UNDETERMINED)]
        rows.append(
            {
                "entrants lus sur": perimeter,
                "résidences": len(part),
                "logements": int(part["nb_logements"].sum()),
                "critère juste": int((part[CRITERION] == part[f"{CRITERION}_vrai"]).sum()),
                "niveaux donnés": len(given),
                "niveaux justes": int((given[WIDER_LEVEL] == given["niveau_vrai"]).sum()),
            }
        )
    return pd.DataFrame(rows)


def _spread(table: pd.DataFrame, column: str) -> Mapping[str, float | None]:
    """Share of dwellings by level among those that have one, %."""
    known = table[table[column] != UNDETERMINED]
    return {level: _share(known[column] == level, known["nb_logements"]) for level in LEVELS}


def _share(chosen: pd.Series, weights: pd.Series) -> float | None:
    total = float(weights.sum())
    return round(100 * float(weights[chosen].sum()) / total, 1) if total else None
