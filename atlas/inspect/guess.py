"""Which source a table or a layer may be: headers matched to columns by name, by likeness, by what values look like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from atlas.inspect.finding import Finding
from atlas.sources.forms import forms, wanted_of
from atlas.sources.headers import Expected, nearest, plain
from atlas.sources.sentinels import UNKNOWN_WORDS
from atlas.sources.synonyms import SYNONYMS
from atlas.tables import Column

SAMPLE = 2000
_LIKE = 85  # rapidfuzz similarity from which two headers may be one


@dataclass(frozen=True)
class Candidate:
    """A source that a file may be: its section in the territory file, and extra lines of that section."""

    section: str
    words: str
    wanted: Expected
    lines: tuple[str, ...] = ()
    several: bool = True

    @property
    def known(self) -> Expected:
        """What the source looks for, by every word that a column is known by: enough to see where headers are."""
        words = self.wanted.variants
        known = {name: (*words.get(name, ()), *SYNONYMS.get(name, ())) for name in self.wanted.names}
        return replace(self.wanted, variants=known)


_EVERY = [
    (origin.layer, Candidate(origin.name, form.words, wanted_of(form), form.lines, origin.several))
    for origin, form in forms()
]
TABLES = tuple(candidate for layer, candidate in _EVERY if not layer)
LAYERS = tuple(candidate for layer, candidate in _EVERY if layer)


def guess(candidate: Candidate, sample: pd.DataFrame) -> Finding:
    """Match headers to a source's columns, by name, by synonym, by likeness, then by what the values look like."""
    wanted = candidate.wanted
    columns = {column.name: column for column in wanted.table.columns}
    free = [str(header) for header in sample.columns if header]
    taken: dict[str, str] = {}
    exact = 0

    def take(name: str, header: str | None) -> bool:
        if header is None or not fits(sample[header], columns.get(name)):
            return False
        taken[name] = header
        free.remove(header)
        return True

    for name in wanted.names:
        known = {plain(word) for word in (name, *wanted.variants.get(name, ()))}
        exact += take(name, next((header for header in free if plain(header) in known), None))
    named = set(taken)
    for look in (_by_synonym, _by_likeness, _by_label, _by_values):
        for name in wanted.names:
            if name not in taken:
                take(name, look(columns.get(name, Column(name, name)), free, sample))
    required = wanted.required
    missing = [name for name in required if name not in taken]
    if wanted.alternatives and not any(set(group) <= set(taken) for group in wanted.alternatives):
        missing.append(" ou ".join(" et ".join(group) for group in wanted.alternatives))
    share = len(taken) / max(len(sample.columns), 1)
    score = (1 - len(missing) / max(len(required), 1)) + 1.5 * share + 0.2 * exact / max(len(sample.columns), 1)
    recognised = len(taken) >= 2 and len(missing) <= len(required) / 3
    return Finding(
        path=Path(),
        seen=(),
        section=candidate.section if recognised else None,
        words=candidate.words if recognised else "source non reconnue",
        lines=candidate.lines,
        mapping={name: header for name, header in taken.items() if name not in named},
        found=dict(taken),
        missing=tuple(missing),
        unused=tuple(free),
        several=candidate.several,
        score=score if recognised else 0.0,
    )


def fits(values: pd.Series, column: Column | None) -> bool:
    """Tell whether the values of a column can be what its declaration says; an empty column fits anything."""
    known = values.dropna().astype(str).str.strip()
    known = known[~known.map(plain).isin(UNKNOWN_WORDS)]
    if column is None or known.empty:
        return True
    if column.numeric:
        tidy = known.str.replace(r"[\s\u00a0\u202f]", "", regex=True).str.replace(",", ".")
        return bool(pd.to_numeric(tidy, errors="coerce").notna().mean() > 0.9)
    if column.pattern:
        return bool(known.str.removesuffix(".0").str.fullmatch(column.pattern).mean() > 0.9)
    return True


def _by_synonym(column: Column, free: Sequence[str], sample: pd.DataFrame) -> str | None:
    return next((header for header in free if plain(header) in SYNONYMS.get(column.name, ())), None)


def _by_likeness(column: Column, free: Sequence[str], sample: pd.DataFrame) -> str | None:
    return nearest(column.name, free, _LIKE)


def _by_label(column: Column, free: Sequence[str], sample: pd.DataFrame) -> str | None:
    return nearest(column.label, free, _LIKE)


def _by_values(column: Column, free: Sequence[str], sample: pd.DataFrame) -> str | None:
    """Find the one header whose values only this column can have: codes of districts, of quarters, survey years."""
    if column.name not in ("code_iris", "code_qpv", "campagne"):
        return None
    fitting = [header for header in free if sample[header].notna().any() and fits(sample[header], column)]
    if column.name == "campagne":
        years = {header: pd.to_numeric(sample[header], errors="coerce") for header in fitting}
        fitting = [header for header, year in years.items() if year.between(2000, 2100).all() and (year % 2 == 0).all()]
    return fitting[0] if len(fitting) == 1 else None
