"""Tables already counted: what each row tells of each test, and the slips that they hold.

Grain in: cells, and shares published beside them. Grain out: one :class:`Entry` per row of a table, year and test, then
sentences: shares that are not what their counts make, totals that are not the sum of their parts. Nothing is corrected.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

import pandas as pd

from atlas.convention.counting import counted_cells
from atlas.errors import excerpt
from atlas.shares import Counts, in_percent
from atlas.sources.attributions_headers import (
    ALL,
    ANYWHERE,
    FIRST,
    INSIDE,
    NOWHERE,
    OUTSIDE,
    PRIORITY,
    REHOUSED,
    REST,
    SINGLE,
    TESTS,
    UNTOLD,
)
from atlas.sources.desk import Desk
from atlas.sources.published import Published, are_fractions
from atlas.writing import comma

_WORDS = {
    FIRST: "1er quartile",
    REST: "quartiles 2 à 4",
    REHOUSED: "relogements",
    PRIORITY: "publics prioritaires",
    UNTOLD: "quartile inconnu",
    ALL: "total",
    **{one: f"quartile {one}" for one in SINGLE},
}
_PLACES = {INSIDE: "en QPV", OUTSIDE: "hors QPV", NOWHERE: "situation inconnue", ANYWHERE: "toutes situations"}


@dataclass(frozen=True)
class Entry:
    """What one row, or the rows of one landlord, tell of one test in one year. ``kind``: landlord, EPCI or total."""

    file: str
    kind: str
    landlord: str
    year: int | None
    test: str
    counts: Counts | None
    cells: dict[tuple[str, str], float]
    line: int


def entries_of(cells: pd.DataFrame, desk: Desk) -> list[Entry]:
    """Read the tests that each table tells, whoever's they are; a share above 100 % is a fault."""
    found: list[Entry] = []
    known = cells.assign(annee=cells["annee"].astype("float64").fillna(-1), bailleur=cells["bailleur"].fillna("Total"))
    for _, table in known.groupby("fichier", sort=False):
        own: list[Entry] = []
        keys = ["annee", "ensemble", "bailleur"]
        for (year, kind, landlord), rows in table.groupby(keys, sort=False):
            held = {(g, p): float(n) for g, p, n in zip(rows["groupe"], rows["lieu"], rows["nombre"], strict=True)}
            told = None if float(str(year)) < 0 else int(float(str(year)))
            own += [
                Entry(
                    str(rows["fichier"].iloc[0]),
                    str(kind),
                    str(landlord),
                    told,
                    test,
                    counted_cells(held, test),
                    held,
                    int(rows["ligne"].iloc[0]),
                )
                for test in TESTS
            ]
        tests = {entry.test for entry in own if entry.counts is not None}
        if not tests:
            file = str(table["fichier"].iloc[0])
            desk.faults.add(
                "TABLEAU-TEST",
                f"{file} ne permet aucune des trois parts légales, un numérateur ou un dénominateur manque ; lus : "
                f"{excerpt(_read_words(table), 8)}.",
                "hors QPV, 1er quartile et total ; en QPV, quartiles 2 à 4 et total ; ou prioritaires et total",
                "compléter le tableau, ou nommer ses colonnes dans [sources.attributions.colonnes]",
            )
        found += [entry for entry in own if entry.test in tests]
    _refuse_above_all(found, desk)
    return found


def _read_words(table: pd.DataFrame) -> list[str]:
    """Name the counts that a table was understood to hold."""
    told = table[["groupe", "lieu"]].drop_duplicates()
    return [f"{_WORDS[group]} {_PLACES[place]}" for group, place in told.itertuples(index=False)]


def _refuse_above_all(entries: Iterable[Entry], desk: Desk) -> None:
    for one in entries:
        if one.counts is not None and one.counts.numerator > one.counts.denominator:
            desk.faults.add(
                "TABLEAU-DEPASSE",
                f"{one.file}, ligne {one.line} : {one.landlord} a {one.counts.numerator} sur {one.counts.denominator} "
                f"({one.test}), plus que le total.",
                "un numérateur qui ne dépasse pas son dénominateur",
                "corriger l'un des deux, ou vérifier quelles colonnes ont été lues",
            )


def slips(
    entries: Sequence[Entry], published: Sequence[Published]
) -> tuple[dict[int, tuple[str, str | None]], list[str]]:
    """Compare every published share with what its counts make.

    Returns
    -------
    (by entry, sentences)
        By position of the entry: the share as printed, in %, and the slip if it is one. Then every slip in a sentence.
    """
    found: dict[int, tuple[str, str | None]] = {}
    told: list[str] = []
    keyed = {(one.file, one.kind, one.landlord, one.year, one.test): rank for rank, one in enumerate(entries)}
    tests = {one.file: {other.test for other in entries if other.file == one.file} for one in entries}
    ordered = sorted(published, key=lambda one: (one.file, one.column))
    for (file, _), column in groupby(ordered, key=lambda one: (one.file, one.column)):
        cells = list(column)
        held = tests.get(file, set())
        test = cells[0].test or (next(iter(held)) if len(held) == 1 else None)
        if test not in held:
            told.append(
                f"{file} : une colonne de taux publiés ne dit pas de quelle part elle est ; elle n'est pas comparée."
            )
            continue
        ranks = [keyed.get((file, one.kind, one.landlord or "Total", _whole(one.year), test)) for one in cells]
        counts = [None if rank is None else entries[rank].counts for rank in ranks]
        expected = [None if one is None or one.share is None else float(100 * one.share) for one in counts]
        fractions = are_fractions(cells, expected)
        for one, rank, count in zip(cells, ranks, counts, strict=True):
            if rank is None or count is None:
                continue
            slip = _slip(one, count, fractions)
            found[rank] = (comma(one.percent(fractions)) + " %", slip)
            if slip is not None:
                told.append(f"{file}, ligne {one.line}, {entries[rank].landlord} : {slip}.")
    return found, told


def _slip(one: Published, count: Counts, fractions: bool) -> str | None:
    """Say how a share as printed differs from its counts: not the one to which it could be rounded."""
    printed, decimals = one.percent(fractions), one.decimals(fractions)
    sentence = f"publié {comma(printed)} %"
    if count.share is None:
        return f"{count.numerator} / {count.denominator}, sans objet, {sentence}"
    if abs(Fraction(printed) - 100 * count.share) <= Fraction(1, 2 * 10**decimals):
        return None
    return f"{count.numerator} / {count.denominator} = {in_percent(count.share, max(2, decimals))}, {sentence}"


def differing_parts(entries: Sequence[Entry]) -> Iterator[tuple[Entry, str]]:
    """Say which totals of a row are not the sum of its quartiles, or of its places, and what it does not fill."""
    seen = set()
    for one in entries:
        key = (one.file, one.kind, one.landlord, one.year)
        if key in seen:
            continue
        seen.add(key)
        if one.cells.get((REHOUSED, OUTSIDE), 0.0) != one.cells.get((REHOUSED, OUTSIDE), 0.0):
            yield one, "relogements non renseignés : la part est comptée sans eux"
        for place in (INSIDE, OUTSIDE, NOWHERE, ANYWHERE):
            groups = (FIRST, REST) if (REST, place) in one.cells else (FIRST, *SINGLE)
            parts = [one.cells.get((group, place)) for group in groups]
            if (REHOUSED, place) not in one.cells:
                yield from _compared(one, parts, [one.cells.get((UNTOLD, place))], (ALL, place))
        for group in dict.fromkeys(group for group, _ in one.cells):
            places = [one.cells.get((group, place)) for place in (INSIDE, OUTSIDE)]
            yield from _compared(one, places, [one.cells.get((group, NOWHERE))], (group, ANYWHERE))


def _compared(
    one: Entry, parts: Sequence[float | None], more: Sequence[float | None], whole: tuple[str, str]
) -> Iterator[tuple[Entry, str]]:
    given = one.cells.get(whole)
    known = [part for part in (*parts, *(extra for extra in more if extra is not None)) if part is not None]
    if given is None or given != given or len(known) < len(parts) or any(part != part for part in known):
        return
    if given != sum(known):
        group, place = whole
        yield (
            one,
            f"{_WORDS[group]} {_PLACES[place]} : {given:.0f} annoncés, {sum(known):.0f} en sommant ses parties"
            f" ({' + '.join(f'{part:.0f}' for part in known)})",
        )


def differing_whole(whole: Entry, landlords: Sequence[Entry]) -> Iterator[str]:
    """Say where the figures of the whole are not the sum of the landlords': total, then each cell."""
    for (group, place), given in whole.cells.items():
        held = [one.cells.get((group, place)) for one in landlords]
        known = [count for count in held if count is not None and count == count]
        if given == given and known and sum(known) != given:
            what = f"{_WORDS[group]} {_PLACES[place]}"
            yield f"{what} : {whole.landlord} {given:.0f}, somme des bailleurs {sum(known):.0f}"


def _whole(year: float) -> int | None:
    return None if year != year else int(year)
