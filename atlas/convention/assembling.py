"""From what the files tell to one result by year, landlord and test, the whole included.

Grain in: decisions and entries of tables. Grain out: results, the whole first, then landlords by name. A landlord told
twice is a fault. The whole is what a table gives for it; where none does, the sum of the landlords, and it says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

import pandas as pd

from atlas.convention.arithmetic import Counts
from atlas.convention.counting import PRIORITIES, counted_decisions
from atlas.convention.progress import cumulated, projected
from atlas.convention.results import WHOLE, Result
from atlas.convention.tables import Entry, differing_parts, differing_whole, entries_of, slips
from atlas.convention.targets import Targets
from atlas.parameters import Parameters
from atlas.publish.rendering import natural
from atlas.sources.attributions_headers import TESTS
from atlas.sources.attributions_tables import LANDLORD, TOTAL
from atlas.sources.attributions_tables import WHOLE as GIVEN
from atlas.sources.desk import Desk, many
from atlas.sources.holders import holder_key
from atlas.sources.published import Published

SMALL, LEVEL = "attributions_effectif_faible", "attributions_projection"
_NO_HOLDER = "réservataire non renseigné"


@dataclass(frozen=True)
class Rules:
    """What results are judged by: targets, the denominator said small, the probability of a projection's interval."""

    targets: Targets
    small: int
    level: float


def rules_of(targets: Targets, parameters: Parameters, today: date) -> Rules:
    """Read the rules in force today.

    Raises
    ------
    AtlasError
        When one is not verified.
    """
    return Rules(targets, int(parameters.at(SMALL, today).value), float(parameters.at(LEVEL, today).value))


@dataclass
class _Said:
    """What was told of one landlord, or of the whole, for one test and year."""

    counts: Counts | None = None
    told: bool = False
    files: tuple[str, ...] = ()
    printed: tuple[str, str | None] = ("", None)
    remarks: tuple[str, ...] = ()
    landlords: Counts | None = None


Key = tuple[int | None, str, str]  # year, landlord, test


def assembled(
    rows: pd.DataFrame | None, cells: pd.DataFrame, published: Sequence[Published], rules: Rules, desk: Desk
) -> list[Result]:
    """Give every result, and note every slip and every whole that is not the sum of its parts."""
    entries = entries_of(cells, desk)
    printed, sentences = slips(entries, published)
    for sentence in sentences:
        desk.note(sentence)
    parts: dict[tuple[str, str, int | None], tuple[str, ...]] = defaultdict(tuple)
    for entry, sentence in differing_parts(entries):
        desk.note(f"{entry.file}, {entry.landlord} : {sentence}.")
        parts[entry.file, entry.landlord, entry.year] += (sentence,)
    said: dict[Key, _Said] = {}
    for rank, entry in enumerate(entries):
        if entry.kind == LANDLORD:
            _tell(said, (entry.year, entry.landlord, entry.test), entry.counts, entry.file, desk)
            told = said[entry.year, entry.landlord, entry.test]
            told.printed, told.remarks = printed.get(rank, ("", None)), parts[entry.file, entry.landlord, entry.year]
    decided = [] if rows is None else _decided(rows, said, desk)
    wholes = _wholes(entries, printed, said, desk)
    results = [_result(key, one, rules) for key, one in {**wholes, **said}.items()]
    if rows is not None and decided:
        results = _with_progress(results, rows, decided, rules)
    return sorted(_with_effort(results), key=_order)


def _tell(said: dict[Key, _Said], key: Key, counts: Counts | None, file: str, desk: Desk) -> None:
    if key in said:
        year, landlord, test = key
        desk.faults.add(
            "ATTRIBUTIONS-DOUBLE",
            f"{landlord}{'' if year is None else f' en {year}'} est donné deux fois pour la même part ({test}) : "
            f"{', '.join(dict.fromkeys((*said[key].files, file)))}.",
            "un seul fichier par bailleur, par année et par part",
            "retirer l'un des fichiers ; ou dire l'année de chacun dans une colonne « annee » ou dans son nom",
        )
    said[key] = _Said(counts, True, (*(said[key].files if key in said else ()), file))


def _decided(rows: pd.DataFrame, said: dict[Key, _Said], desk: Desk) -> list[str]:
    """Count the decisions of each landlord; give the tests that they tell."""
    tests = [test for test in TESTS if test != PRIORITIES or rows["public_prioritaire"].notna().any()]
    files = ", ".join(dict.fromkeys(rows["fichier"].astype("str")))
    for test in tests:
        for (year, landlord), counts in counted_decisions(rows, test, ["annee", "bailleur"]).items():
            _tell(said, (_year(year), str(landlord), test), counts, files, desk)
    return tests


def _wholes(
    entries: Sequence[Entry], printed: dict[int, tuple[str, str | None]], said: dict[Key, _Said], desk: Desk
) -> dict[Key, _Said]:
    """Take the whole from the tables that give it, otherwise sum the landlords."""
    found: dict[Key, _Said] = {}
    groups: dict[tuple[int | None, str], list[tuple[str, _Said]]] = defaultdict(list)
    for (year, landlord, test), one in said.items():
        groups[year, test].append((landlord, one))
    given = [rank for rank, one in enumerate(entries) if one.kind in (GIVEN, TOTAL) and one.counts is not None]
    for year, test in dict.fromkeys([*groups, *((entries[rank].year, entries[rank].test) for rank in given)]):
        held = groups.get((year, test), [])
        summed = [one.counts for _, one in held if one.counts is not None]
        total = sum(summed, Counts(0, 0)) if summed else None
        ranks = [rank for rank in given if (entries[rank].year, entries[rank].test) == (year, test)]
        key = (year, WHOLE, test)
        found[key] = _Said(total, True)
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
    held: Sequence[tuple[str, _Said]],
    total: Counts | None,
    desk: Desk,
) -> _Said:
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
        landlords = [one for one in entries if one.kind == LANDLORD and _beside(one, own)]
        differing = list(differing_whole(own, landlords)) if landlords else []
        if differing:
            remarks += differing
            for sentence in differing:
                desk.note(f"{own.file} : {sentence} ; les deux sont laissés tels quels.")
        elif landlords:
            what = "ligne de total" if own.kind == TOTAL else "ligne du tout"
            desk.note(
                f"{own.file} : {what} « {own.landlord} » égale à la somme de {many(len(landlords), 'bailleur')}, "
                "non comptée avec eux."
            )
    elsewhere = {file for _, one in held for file in one.files} - {whole.file}
    if whole.kind == TOTAL and elsewhere:
        return _Said(total, True, remarks=tuple(remarks))
    apart = total if total is not None and _figures(total) != _figures(whole.counts) else None
    return _Said(
        whole.counts, True, (whole.file,), printed.get(chosen, ("", None)), tuple(dict.fromkeys(remarks)), apart
    )


def _figures(counts: Counts | None) -> tuple[int, int] | None:
    return None if counts is None else (counts.numerator, counts.denominator)


def _beside(one: Entry, whole: Entry) -> bool:
    return (one.file, one.year, one.test) == (whole.file, whole.year, whole.test)


def _result(key: Key, said: _Said, rules: Rules) -> Result:
    year, landlord, test = key
    target = rules.targets.of(test, year, None if landlord == WHOLE else landlord)
    return Result(
        year,
        landlord,
        test,
        target,
        said.counts,
        rules.small,
        printed=said.printed[0] or None,
        slip=said.printed[1],
        landlords=said.landlords,
        remarks=said.remarks,
    )


def _with_progress(results: Sequence[Result], rows: pd.DataFrame, tests: Sequence[str], rules: Rules) -> list[Result]:
    """Add the quarters of the year, the projection and the reservation holders that decisions tell."""
    dated, held = rows["trimestre"].notna().any(), rows["reservataire"].notna().any()
    own = {test: counted_decisions(rows, test, ["annee", "bailleur", "trimestre"]) for test in tests} if dated else {}
    every = {test: counted_decisions(rows, test, ["annee", "trimestre"]) for test in tests} if dated else {}
    mine = counted_decisions(rows, PRIORITIES, ["annee", "bailleur", "reservataire"]) if held else {}
    all_ = counted_decisions(rows, PRIORITIES, ["annee", "reservataire"]) if held else {}
    told = set(rows["bailleur"])
    found = []
    for one in results:
        whole = one.landlord == WHOLE
        if one.counts is None or (not whole and one.landlord not in told) or one.test not in tests:
            found.append(one)
            continue
        by_quarter = {
            str(key[-1]) if key[-1] is not None else None: counts
            for key, counts in (every if whole else own).get(one.test, {}).items()
            if _year(key[0]) == one.year and (whole or key[1] == one.landlord)
        }
        quarters = cumulated(by_quarter)
        same = bool(quarters) and _figures(quarters[-1][1]) == _figures(one.counts)  # tables beside have no quarters
        known = [str(key[-1]) for key in every.get(one.test, {}) if _year(key[0]) == one.year and key[-1]]
        last = max(map(int, known), default=0)
        changed = replace(
            one,
            quarters=quarters if same else (),
            projection=projected(one.counts, last, rules.level) if same else None,
        )
        if one.test == PRIORITIES and held:
            changed = replace(changed, holders=_holders(changed, all_ if whole else mine, whole, rules))
        found.append(changed)
    return found


def _holders(one: Result, counted: dict, whole: bool, rules: Rules) -> tuple[Result, ...]:
    """Test the decisions of each reservation holder, the State's under a target of its own."""
    found = []
    for key, counts in counted.items():
        if _year(key[0]) != one.year or (not whole and key[1] != one.landlord):
            continue
        name = _NO_HOLDER if key[-1] is None else str(key[-1])
        target = rules.targets.of(one.test, one.year, None if whole else one.landlord, name)
        found.append(Result(one.year, one.landlord, one.test, target, counts, rules.small, holder=name))
    return tuple(sorted(found, key=lambda result: natural(str(result.holder))))


def _with_effort(results: Sequence[Result]) -> list[Result]:
    """Give each landlord its part of the whole's effort, and of its leases or decisions."""
    sums: dict[tuple[int | None, str], list[int]] = defaultdict(lambda: [0, 0])
    for one in results:
        if one.landlord != WHOLE and one.counts is not None:
            sums[one.year, one.test][0] += one.counts.numerator
            sums[one.year, one.test][1] += one.counts.denominator
    found = []
    for one in results:
        every = sums.get((one.year, one.test), [0, 0])
        if one.landlord != WHOLE and one.counts is not None:
            effort = Fraction(one.counts.numerator, every[0]) if every[0] else None
            weight = Fraction(one.counts.denominator, every[1]) if every[1] else None
            one = replace(one, effort=effort, weight=weight)
        found.append(one)
    return found


def _order(one: Result) -> tuple:
    return (one.year is None, one.year or 0, TESTS.index(one.test), one.landlord != WHOLE, natural(one.landlord))


def _year(value: object) -> int | None:
    return None if value is None or value != value else int(float(str(value)))


def unknown_targets(targets: Targets, landlords: Sequence[str], desk: Desk) -> None:
    """Say which landlords of the convention's targets are in none of the files."""
    known = {holder_key(name) for name in landlords}
    for one in targets.local:
        if one.bailleur is not None and holder_key(one.bailleur) not in known:
            desk.note(f"[[cibles]] : « {one.bailleur} » n'est le bailleur d'aucun fichier ; sa cible ne sert pas.")
