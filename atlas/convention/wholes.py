"""The whole of each test and year: as a table gives it, otherwise the sum of the landlords.

In: entries of tables, and what was told of each landlord. Out: what is told of the whole. Where both are given and
differ they are two accounts: it is said, and neither is forced onto the other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from atlas.convention.results import SHORT, WHOLE
from atlas.convention.tables import Entry, differing_whole
from atlas.shares import Counts
from atlas.sources.attributions_tables import HOLDER, LANDLORD, TOTAL
from atlas.sources.attributions_tables import WHOLE as GIVEN
from atlas.sources.desk import Desk
from atlas.writing import many


@dataclass
class Said:
    """What was told of one landlord, or of the whole, for one test and year."""

    counts: Counts | None = None
    files: tuple[str, ...] = ()
    printed: tuple[str, str | None] = ("", None)
    remarks: tuple[str, ...] = ()
    landlords: Counts | None = None


Key = tuple[int | None, str, str]  # year, landlord, test


def wholes_of(
    entries: Sequence[Entry], printed: dict[int, tuple[str, str | None]], said: dict[Key, Said], desk: Desk
) -> dict[Key, Said]:
    """Take the whole from the tables that give it, otherwise sum the landlords."""
    found: dict[Key, Said] = {}
    groups: dict[tuple[int | None, str], list[tuple[str, Said]]] = defaultdict(list)
    for (year, landlord, test), one in said.items():
        groups[year, test].append((landlord, one))
    given = [rank for rank, one in enumerate(entries) if one.kind in (GIVEN, TOTAL) and one.counts is not None]
    told = [one for one in entries if one.kind == HOLDER or (one.kind in (GIVEN, TOTAL) and one.counts is not None)]
    for year, test in dict.fromkeys([*groups, *((one.year, one.test) for one in told)]):
        held = groups.get((year, test), [])
        parts = [one.counts for _, one in held] or [one.counts for one in holders_of(entries, year, test)]
        summed = [counts for counts in parts if counts is not None]
        total = sum(summed, Counts(0, 0)) if summed else None
        ranks = [rank for rank in given if (entries[rank].year, entries[rank].test) == (year, test)]
        key = (year, WHOLE, test)
        found[key] = Said(total)
        lacking = [name for name, one in held if one.counts is None]
        if lacking:
            found[key].remarks += (f"sans {', '.join(sorted(lacking))}, non renseigné(s)",)
        if ranks:
            found[key] = _given(entries, ranks, printed, held, total, desk)
    return found


def _given(
    entries: Sequence[Entry],
    ranks: Sequence[int],
    printed: dict[int, tuple[str, str | None]],
    held: Sequence[tuple[str, Said]],
    total: Counts | None,
    desk: Desk,
) -> Said:
    """Compare what a table gives for the whole with the landlords, and keep it as given: neither is forced."""
    chosen = max(ranks, key=lambda rank: (entries[rank].kind == GIVEN, rank))
    whole = entries[chosen]
    others = [entries[rank] for rank in ranks if entries[rank].kind == GIVEN and entries[rank].file != whole.file]
    if whole.kind == GIVEN and others:
        desk.faults.add(
            "ATTRIBUTIONS-DOUBLE",
            f"Le tout{'' if whole.year is None else f' en {whole.year}'} est donné deux fois ({whole.test}) : "
            f"{', '.join(dict.fromkeys([*(one.file for one in others), whole.file]))}.",
            "un seul fichier qui donne le tout, par année et par part",
            "retirer l'un des fichiers, ou dire l'année de chacun",
        )
    remarks: list[str] = []
    for rank in ranks:
        own = entries[rank]
        landlords = [one for one in entries if one.kind in (LANDLORD, HOLDER) and _beside(one, own)]
        differing = list(differing_whole(own, landlords)) if landlords else []
        if differing:
            remarks += differing
            desk.note(
                f"{own.file} : « {own.landlord} » n'est pas la somme des bailleurs, les deux sont laissés tels quels : "
                f"{' ; '.join(differing)}."
            )
        elif landlords:
            what = "ligne de total" if own.kind == TOTAL else "ligne du tout"
            desk.note(
                f"{own.file} : {what} « {own.landlord} » égale à la somme de {many(len(landlords), 'bailleur')}, "
                "non comptée avec eux."
            )
    elsewhere = {file for _, one in held for file in one.files} - {whole.file}
    if whole.kind == TOTAL and elsewhere:
        return Said(total, remarks=tuple(remarks))
    apart = total if total is not None and figures(total) != figures(whole.counts) else None
    if apart is not None and whole.counts is not None and not remarks:
        sentence = f"{whole.landlord} {_over(whole.counts)}, somme des bailleurs {_over(apart)}"
        remarks.append(sentence)
        desk.note(
            f"{', '.join(sorted({whole.file, *elsewhere}))} : deux comptes différents, laissés tels quels"
            f"{'' if whole.year is None else f', en {whole.year}'} ({SHORT[whole.test]}) : {sentence}."
        )
    return Said(whole.counts, (whole.file,), printed.get(chosen, ("", None)), tuple(dict.fromkeys(remarks)), apart)


def holders_of(entries: Sequence[Entry], year: int | None, test: str) -> list[Entry]:
    """List the entries of reservation holders, where a table is by holder rather than by landlord."""
    return [one for one in entries if one.kind == HOLDER and (one.year, one.test) == (year, test)]


def figures(counts: Counts | None) -> tuple[int, int] | None:
    """Give the two numbers of a share, by which two accounts are compared."""
    return None if counts is None else (counts.numerator, counts.denominator)


def _over(counts: Counts) -> str:
    return f"{counts.numerator} / {counts.denominator}"


def _beside(one: Entry, whole: Entry) -> bool:
    return (one.file, one.year, one.test) == (whole.file, whole.year, whole.test)
