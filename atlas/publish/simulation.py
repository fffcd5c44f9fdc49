"""The form of residences' sheets: what the edition's rules say, in one script beside its pages, and what each carries.

In: an edition. Out: ``simulation.js``, once, and by residence the figures that the edition shows of it. The arithmetic
of the script is that of :mod:`atlas.methods.arrivals`; levels are told beforehand by the method, for every state that
its criteria may be in, so that no second place says when a threshold is reached.
"""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from atlas.methods import rates_of
from atlas.methods.arrivals import within
from atlas.methods.household import ANY, Household
from atlas.methods.household_words import LEAVER_ADULTS, PROFILES, profiles_of, words_of
from atlas.methods.simulable import simulable as applicable
from atlas.methods.simulable import unsimulated
from atlas.publish.rendering import asset, json_text
from atlas.tables import INDICATORS, NOT_APPLICABLE, PUBLISHED, SECRET, UNKNOWN
from atlas.tables.households import (
    ADULTS,
    BANDS,
    CHILDLESS,
    FEWEST,
    KINDS,
    MANY_CHILDREN_COUNT,
    RECENT_BAND,
    UNEMPLOYED,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from atlas.edition import Edition
    from atlas.methods import Method

SCRIPT = "simulation.js"
_RESIDENCES, _FEWEST = "residences", "secret_denominateur"
# States of a criterion, in the order that the script knows: not met, met, then what is not told.
_STATES = ((PUBLISHED, 0.0), (PUBLISHED, 100.0), (SECRET, np.nan), (UNKNOWN, np.nan), (NOT_APPLICABLE, np.nan))
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def simulable(edition: Edition) -> bool:
    """Tell whether its sheets have a form: the method shown first is a list of criteria that the survey tells."""
    rules = {rule.key for rule in edition.context.rules}
    lead = edition.method
    return bool(lead.criteria) and {PROFILES, LEAVER_ADULTS} <= rules and not lead.relative(edition.applied)


def limits_of(edition: Edition) -> list[str]:
    """Say which of its other methods the form does not apply: the command does, or why none can."""
    lead, others = edition.method, [one for one in edition.methods[1:] if one.judges(_RESIDENCES)]
    kept = [one.label for one in others if applicable(one)]
    said = [f"Ce formulaire applique « {lead.label} »."] if others else []
    if kept:
        said.append(f"La commande « atlas simulate » applique aussi : {', '.join(kept)}.")
    return [*said, *(f"« {one.label} » {why}" for one, why in unsimulated(others, _RESIDENCES))]


def codes_of(method: Method) -> tuple[str, ...]:
    """List the indicators of the form: the criteria, then the compositions that it asks."""
    counted = {*KINDS, MANY_CHILDREN_COUNT}
    return (*method.codes, *(code for code, one in INDICATORS.items() if one.numerator in counted))


def write_simulation(edition: Edition, folder: Path) -> list[Path]:
    """Write the script of an edition, if its sheets have a form."""
    if not simulable(edition):
        return []
    path = folder / SCRIPT
    path.write_text(f"const REGLES = {json_text(rules_of(edition))};\n{asset(SCRIPT)}", "utf-8")
    return [path]


def rules_of(edition: Edition) -> dict[str, Any]:
    """Gather what the script applies: what a household adds, thresholds, levels, typical households."""
    lead, applied = edition.method, edition.applied
    profiles = profiles_of(list(applied[PROFILES]))
    words, states = _levels(lead, applied)
    return {
        "indicateurs": {code: _indicator(code, lead, edition) for code in codes_of(lead)},
        "criteres": list(lead.codes),
        "niveaux": words,
        "etats": states,
        "effectif": applied.get(_FEWEST, 1) if edition.masked else 1,
        "majeurs": int(applied[LEAVER_ADULTS]),
        "bande": next(iter(RECENT_BAND.values())),
        "familles": {kind: list(fewest) for kind, fewest in FEWEST.items()},
        "sans_enfant": list(CHILDLESS),
        "seul": KINDS["personnes_seules"],
        "profils": [_profile(one) for one in profiles],
    }


def carried_of(edition: Edition) -> dict[str, dict[str, Any]]:
    """Gather, by residence, what its sheet carries.

    Of each indicator, ``[label, n, d]`` where counts are shown, ``[label, least, most]`` elsewhere, ``[status]`` where
    nothing is published.
    """
    table, _ = edition.read(_RESIDENCES, edition.units[_RESIDENCES])
    codes = codes_of(edition.method)
    columns = {code: _columns(table, code) for code in codes}
    sizes = table["menages"].tolist()
    found = {}
    for row, (identifier, level) in enumerate(zip(table["id"].astype(str), table[edition.level].tolist(), strict=True)):
        own = {code: columns[code][row] for code in codes}
        counted = any(len(told) > 1 and counts for told, counts in own.values())
        told: dict[str, Any] = {"id": identifier, "niveau": level, "effectifs": counted}
        if not pd.isna(sizes[row]):
            told["menages"] = int(sizes[row])
        found[identifier] = {**told, "chiffres": {code: one for code, (one, _) in own.items()}}
    return found


def _columns(table: pd.DataFrame, code: str) -> list[tuple[list[Any], bool]]:
    """Give, by residence, what it carries of one indicator, and whether that is counts."""
    one = INDICATORS[code]
    blank = pd.Series(np.nan, table.index)
    ends = (table[name].fillna(table[one.tx]) if name in table else table[one.tx] for name in (one.lo, one.hi))
    counts = (table.get(name, blank) for name in (one.n, one.d))
    numbers = [column.astype(float).tolist() for column in (*counts, *ends)]
    found: list[tuple[list[Any], bool]] = []
    for label, status, n, d, low, high in zip(table[one.lb], table[one.st], *numbers, strict=True):
        if status != PUBLISHED:
            found.append(([status], False))
        elif not np.isnan(n) and not np.isnan(d):
            found.append(([label, int(n), int(d)], True))
        else:
            found.append(([label, low, high], False))
    return found


def _indicator(code: str, lead: Method, edition: Edition) -> dict[str, Any]:
    """Say how a household is counted in an indicator, and where it changes."""
    one, applied = INDICATORS[code], edition.applied
    criterion = next((each for each in lead.criteria if each.code == code), None)
    ways: dict[str, Mapping[str, Any]] = {
        **{name: {"compte": "bande", "bande": band} for name, band in {**BANDS, **RECENT_BAND}.items()},
        **{name: {"compte": "famille", "famille": kind} for name, kind in KINDS.items()},
        MANY_CHILDREN_COUNT: {"compte": "nombreux"},
        UNEMPLOYED: {"compte": "chomeurs"},
    }
    return {
        "libelle": one.label,
        "nom": criterion.name[:1].upper() + criterion.name[1:] if criterion else one.short,
        **ways[one.numerator],
        "adultes": one.denominator in ADULTS,
        "parmi": within(one),
        "seuil": applied[criterion.rule] if criterion else None,
        "bords": list(rates_of(edition.methods, applied).get(code, ())),
    }


def _levels(lead: Method, applied: Mapping[str, Any]) -> tuple[list[list[Any]], str]:
    """Ask the method what it says of every state of its criteria: each answer once, and its rank by state."""
    states = [combined[::-1] for combined in product(range(len(_STATES)), repeat=len(lead.codes))]
    columns: dict[str, Any] = {}
    for place, code in enumerate(lead.codes):
        one, told = INDICATORS[code], [_STATES[state[place]] for state in states]
        columns |= {one.st: [status for status, _ in told], one.tx: [rate for _, rate in told]}
    judged = lead.judged(pd.DataFrame(columns), applied, small=False)
    met = judged[lead.met].astype(object).where(judged[lead.met].notna(), None) if lead.met else [None] * len(judged)
    proven = judged[lead.proven] if lead.proven else judged[lead.level]
    answers = [
        (str(level), str(reading), None if count is None else int(count))
        for level, reading, count in zip(judged[lead.level], proven, met, strict=True)
    ]
    once = list(dict.fromkeys(answers))
    return [list(answer) for answer in once], "".join(_DIGITS[once.index(answer)] for answer in answers)


def _profile(one: Household) -> list[Any]:
    low, beyond = one.resources
    words = words_of(one).partition(" : ")[2]
    return [words, low, None if beyond == ANY[1] else beyond, one.adults, one.unemployed, one.kind, one.many]
