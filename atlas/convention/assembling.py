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

from atlas.convention.counting import PRIORITIES, counted_decisions
from atlas.convention.progress import cumulated, projected
from atlas.convention.results import WHOLE, Result
from atlas.convention.tables import Entry, differing_parts, entries_of, slips
from atlas.convention.targets import Targets
from atlas.convention.wholes import Key, Said, figures, holders_of, wholes_of
from atlas.errors import excerpt
from atlas.parameters import Parameters
from atlas.shares import Counts
from atlas.sources.attributions_headers import TESTS
from atlas.sources.attributions_tables import LANDLORD
from atlas.sources.desk import Desk
from atlas.sources.published import Published
from atlas.tables import FEW
from atlas.writing import natural

LEVEL = "attributions_projection"
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
    return Rules(targets, int(parameters.at(FEW, today).value), float(parameters.at(LEVEL, today).value))


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
    said: dict[Key, Said] = {}
    for rank, entry in enumerate(entries):
        if entry.kind == LANDLORD:
            _tell(said, (entry.year, entry.landlord, entry.test), entry.counts, entry.file)
            told = said[entry.year, entry.landlord, entry.test]
            told.printed, told.remarks = printed.get(rank, ("", None)), parts[entry.file, entry.landlord, entry.year]
    decided = [] if rows is None else _decided(rows, said)
    _refuse_twice(said, desk)
    wholes = wholes_of(entries, printed, said, desk)
    results = [_with_holders(_result(key, one, rules), entries, rules) for key, one in {**wholes, **said}.items()]
    if rows is not None and decided:
        results = _with_progress(results, rows, decided, rules)
    return sorted(_with_effort(results), key=_order)


def _tell(said: dict[Key, Said], key: Key, counts: Counts | None, file: str) -> None:
    said[key] = Said(counts, (*(said[key].files if key in said else ()), file))


def _refuse_twice(said: dict[Key, Said], desk: Desk) -> None:
    """Refuse the landlords that several files tell, once for each set of files."""
    twice: dict[tuple[str, ...], list[Key]] = defaultdict(list)
    for key, one in said.items():
        if len(one.files) > 1:
            twice[tuple(dict.fromkeys(one.files))].append(key)
    for files, keys in twice.items():
        who = excerpt(dict.fromkeys(landlord for _, landlord, _ in keys))
        years = ", ".join(str(year) for year in dict.fromkeys(year for year, _, _ in keys) if year is not None)
        desk.faults.add(
            "ATTRIBUTIONS-DOUBLE",
            f"{who}{f' en {years}' if years else ''} : la même part est donnée plusieurs fois, par {', '.join(files)}.",
            "un seul fichier par bailleur, par année et par part",
            "retirer l'un des fichiers ; ou dire l'année de chacun dans une colonne « annee » ou dans son nom",
        )


def _decided(rows: pd.DataFrame, said: dict[Key, Said]) -> list[str]:
    """Count the decisions of each landlord; give the tests that they tell."""
    tests = [test for test in TESTS if test != PRIORITIES or rows["public_prioritaire"].notna().any()]
    files = ", ".join(dict.fromkeys(rows["fichier"].astype("str")))
    for test in tests:
        for (year, landlord), counts in counted_decisions(rows, test, ["annee", "bailleur"]).items():
            _tell(said, (_year(year), str(landlord), test), counts, files)
    return tests


def _result(key: Key, said: Said, rules: Rules) -> Result:
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


def _with_holders(one: Result, entries: Sequence[Entry], rules: Rules) -> Result:
    """Add to the whole the reservation holders of a table that is by holder."""
    held = holders_of(entries, one.year, one.test) if one.landlord == WHOLE else []
    found = []
    for entry in held:
        target = rules.targets.of(one.test, one.year, None, entry.landlord)
        found.append(Result(one.year, WHOLE, one.test, target, entry.counts, rules.small, holder=entry.landlord))
    return replace(one, holders=tuple(found)) if found else one


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
        same = bool(quarters) and figures(quarters[-1][1]) == figures(one.counts)  # tables beside have no quarters
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
