"""Results as a terminal shows them: one table by year and test, then what was noted while reading."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from atlas.convention.results import MET, NO_OBJECT, NOUNS, TITLES, UNMET, UNTOLD, WHOLE, Result
from atlas.shares import in_percent

_HEADINGS = ("", "compte", "part", "", "manque", "inconnus", "")
_NUMBERS = (1, 2, 4, 5)


def lines_of(results: Iterable[Result], remarks: Sequence[str], written: Sequence[Path]) -> list[str]:
    """Write every result, then every remark, in French lines."""
    told: list[str] = []
    for (year, test), group in groupby(results, key=lambda one: (one.year, one.test)):
        held = list(group)
        told += [f"{title_of(year, test)}, {target_words(held)}", *_columns([_cells(one) for one in held]), ""]
    told += [f"- {remark}" for remark in remarks]
    return [*told, *(f"Écrit : {path}" for path in written)]


def title_of(year: int | None, test: str) -> str:
    """Name a test in a year."""
    return f"{'Année non dite' if year is None else year} · {TITLES[test]}"


def target_words(held: Sequence[Result]) -> str:
    """Say the target of the whole, and what it is to each landlord."""
    target = held[0].target
    words = f"cible {in_percent(target.share)}"
    if target.local:
        words += " (locale)"
    if target.early:
        words += " (à titre de comparaison : l'année est antérieure à la loi)"
    if any(one.indicative for one in held):
        words += ", celle de l'EPCI ; par bailleur, à titre indicatif"
    return words


def verdict(one: Result) -> str:
    """Say what a result is, in words.

    A target outside priority quarters is the whole's: a landlord is above or under it.
    """
    if one.state in (NO_OBJECT, UNTOLD):
        return one.state
    words = {MET: "au-dessus", UNMET: "au-dessous"} if one.indicative else {MET: MET, UNMET: UNMET}
    return words[one.state]


def lack(one: Result) -> str:
    """Say how many more were needed, in whole leases or decisions.

    A landlord without any is lacking nothing that could be counted.
    """
    if one.missing is None:
        return ""
    singular, plural = NOUNS[one.test]
    return f"{one.missing} {singular if one.missing < 2 else plural}"


def words_of(one: Result) -> list[str]:
    """Say what must be known to read a result."""
    told = []
    if one.few:
        told.append(f"peu opérant (moins de {one.small})")
    if one.unsettled:
        told.append("les situations inconnues pourraient changer la réponse")
    if one.target.local and one.landlord != WHOLE:
        told.append(f"cible {in_percent(one.target.share)}")
    if one.slip:
        told.append(one.slip)
    return told


def _cells(one: Result) -> list[str]:
    counts = one.counts
    unknown = None if counts is None else counts.unknown
    return [
        one.landlord,
        "" if counts is None else f"{counts.numerator} / {counts.denominator}",
        "" if counts is None or one.state == UNTOLD else in_percent(one.share).replace(NO_OBJECT, ""),
        verdict(one),
        lack(one),
        "non dit" if unknown is None else str(unknown),
        " ; ".join(words_of(one)),
    ]


def _columns(rows: list[list[str]]) -> list[str]:
    table = [list(_HEADINGS), *rows]
    widths = [max(len(row[place]) for row in table) for place in range(len(_HEADINGS))]
    return [
        "  "
        + "  ".join(
            cell.rjust(width) if place in _NUMBERS else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]
