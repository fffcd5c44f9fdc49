"""What published totals give away by addition and subtraction: exact integers, raw rows, a solver that must prove.

Grain in: published totals, as sets of atoms, and one weight per atom. Grain out: groups of atoms whose figure is a
combination of published ones although they weigh less than the threshold together. Written apart from the engine that
masks, on purpose: whole numbers instead of residues, every solver answer checked by exact elimination, no shared code.

A combination lighter than the threshold is zero on every atom that weighs the threshold or more. So these atoms are
eliminated first, each by the shortest total that holds it; what remains is read as it is, then handed, part by part, to
a linear and if need be an integer programme: *what is the lightest combination whose largest coefficient, 1, is on this
atom?* A part without proof of safety is reported as such: the audit then fails.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np

from atlas.audit.elimination import Row, Table, independent, parts_of, proportional, reduced_by
from atlas.audit.lightest import lightest, none_lighter
from atlas.audit.shared_weights import Masses, Owned, alone, gathered, together

Total = frozenset[Hashable] | tuple[Hashable, ...]
_PAIR = 2
_CASES = 64  # of a proof in whole numbers, before a solver is asked


@dataclass(frozen=True)
class Derived:
    """A group that can be derived. ``proven`` is false when the solver could not say whether it is one."""

    atoms: frozenset[Hashable]
    weight: int
    proven: bool = True


@dataclass(frozen=True, eq=False)
class Grouped:
    """Published totals over the companies of their atoms, those that every total takes or leaves together.

    ``of``: (atoms,), the company of each atom; ``companies``, ``totals``: (entries,), each company in each total that
    holds it. ``owners``: (atoms,), numbers of those that atoms are of, where some are of the same.
    """

    atoms: tuple[Hashable, ...]
    of: np.ndarray
    companies: np.ndarray
    totals: np.ndarray
    owners: np.ndarray | None = None


def grouped(totals: Iterable[Total], owners: Mapping[Hashable, Hashable] | None = None) -> Grouped:
    """Find the companies of published totals, once for whatever atoms weigh, and who owns each atom.

    >>> found = grouped([frozenset("A")] * 2)
    >>> found.atoms, found.of.tolist(), found.companies.tolist(), found.totals.tolist()
    (('A',), [0], [0], [0])
    """
    distinct = list(dict.fromkeys(totals))
    numbers = {atom: number for number, atom in enumerate(dict.fromkeys(chain.from_iterable(distinct)))}
    held = np.fromiter(map(numbers.__getitem__, chain.from_iterable(distinct)), dtype=np.int64)
    inside = np.repeat(np.arange(len(distinct)), list(map(len, distinct)))[np.argsort(held, kind="stable")]
    ends = np.cumsum(np.bincount(held, minlength=len(numbers)))
    alike: dict[bytes, int] = {}
    starts = [0, *ends[:-1].tolist()]
    spans = list(zip(starts, ends.tolist(), strict=True)) if numbers else []
    of = np.array([alike.setdefault(inside[start:end].tobytes(), len(alike)) for start, end in spans], dtype=np.int64)
    told = [np.frombuffer(one, dtype=inside.dtype) for one in alike]
    return Grouped(
        tuple(numbers),
        of,
        np.repeat(np.arange(len(told)), list(map(len, told))),
        np.concatenate([*told, inside[:0]]),
        None if owners is None else _numbered(map(owners.__getitem__, numbers)),
    )


def derivable(
    totals: Iterable[Total] | Grouped,
    weights: Mapping[Hashable, int],
    threshold: int,
    owners: Mapping[Hashable, Hashable] | None = None,
) -> list[Derived]:
    """Find the groups lighter than the threshold that published totals give away.

    Parameters
    ----------
    totals : iterable of frozenset or tuple, or Grouped
        Each published total, as the atoms it adds up, a tuple where some count twice; grouped already, with their
        owners, where they serve again.
    weights : mapping
        By atom. An atom without weight is transparent: its figure is nothing.
    threshold : int
    owners : mapping, optional
        By atom, what it is of: of several atoms of one owner, a group counts the heaviest that it holds. Each its own
        where that is not told.

    Returns
    -------
    list of Derived
        Empty when no combination is lighter. After a group is found its atoms count as known, so the list says what is
        open, not every way to open it.

    Examples
    --------
    >>> found = derivable([frozenset("ABC"), frozenset("A")], {"A": 15, "B": 5, "C": 3}, 11)
    >>> [(sorted(group.atoms), group.weight) for group in found]
    [(['B', 'C'], 8)]
    >>> twice = derivable([frozenset("AB"), frozenset("Ab")], {"A": 15, "B": 9, "b": 5}, 11, {"A": 1, "B": 2, "b": 2})
    >>> [(sorted(group.atoms), group.weight) for group in twice]
    [(['B', 'b'], 9)]
    """
    known = totals if isinstance(totals, Grouped) else grouped(totals, owners)
    weight = np.fromiter((weights.get(atom, 0) for atom in known.atoms), dtype=np.int64, count=len(known.atoms))
    if known.owners is None:
        masses = np.bincount(known.of, weight).astype(np.int64)
    else:
        masses = alone(known.of, known.owners, weight, int(known.of.max(initial=-1)) + 1)
    mass: Masses = masses.tolist()
    table = Table(_rows(known, masses, threshold))
    heavy = [column for column in table.columns() if mass[column] >= threshold]
    for column in sorted(heavy, key=lambda column: (len(table.holders(column)), column)):
        table.eliminate(column)
    if known.owners is not None:
        left = np.isin(known.of, list(set().union(*table.rows())))
        mass = Owned.of(known.of[left], known.owners[left], weight[left])
    found = []
    for support, proven in _light(table.rows(), mass, threshold):
        inside = np.flatnonzero(np.isin(known.of, list(support)) & (weight > 0))
        atoms = frozenset(known.atoms[place] for place in inside.tolist())
        found.append(Derived(atoms, together(mass, support), proven))
    return found


def _numbered(owners: Iterable[Hashable]) -> np.ndarray:
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(owner, len(numbers)) for owner in owners], dtype=np.int64)


def spanned(totals: Iterable[frozenset[Hashable]], targets: Sequence[frozenset[Hashable]]) -> list[bool]:
    """Say which targets are exactly a combination of published totals.

    >>> spanned([frozenset("AB"), frozenset("B")], [frozenset("A"), frozenset("AB"), frozenset("C")])
    [True, True, False]
    """
    numbers: dict[Hashable, int] = {}
    rows = [{numbers.setdefault(atom, len(numbers)): 1 for atom in total} for total in dict.fromkeys(totals)]
    echelon: dict[int, Row] = {}
    for row in sorted(rows, key=len):
        reduced = reduced_by(row, echelon)
        if reduced:
            echelon[min(reduced, key=lambda column: (abs(reduced[column]), column))] = reduced
    answers = []
    for target in targets:
        known = all(atom in numbers for atom in target)
        answers.append(known and not reduced_by({numbers[atom]: 1 for atom in target}, echelon))
    return answers


def _rows(known: Grouped, mass: np.ndarray, threshold: int) -> list[Row]:
    """Write totals as rows over companies, without those that weigh nothing.

    Heavy ones that a total holds alone are eliminated at once, again and again: most of a territory.
    """
    left = mass[known.companies] > 0
    columns, totals = known.companies[left], known.totals[left]
    while True:
        alone = np.bincount(totals)[totals] == 1
        lone = columns[alone & (mass[columns] >= threshold)]
        if not len(lone):
            break
        left = ~np.isin(columns, lone)
        columns, totals = columns[left], totals[left]
    rows: dict[int, Row] = {}
    for total, column in zip(totals.tolist(), columns.tolist(), strict=True):
        row = rows.setdefault(total, {})
        row[column] = row.get(column, 0) + 1
    return [rows[total] for total in sorted(rows)]


def _light(rows: list[Row], mass: Masses, threshold: int) -> Iterator[tuple[set[int], bool]]:
    """Find supports lighter than the threshold over what is left; columns of a found one count as known.

    Parts that give nothing away, nearly all, are told at once and left out: searching goes step by step.
    """
    rows = independent(rows)
    open_ = {id(row) for part in parts_of(rows) if not _shut(part, mass, threshold) for row in part}
    rows = [row for row in rows if id(row) in open_]
    while True:
        rows = independent(rows)
        light = next((set(row) for row in sorted(rows, key=len) if together(mass, row) < threshold), None)
        proven = True
        if light is None:
            merged = next((group for group in proportional(rows) if together(mass, group) >= threshold), None)
            if merged is not None:
                table = Table(rows)
                table.eliminate(merged[0])
                rows = table.rows()
                continue
            for part in parts_of(rows):
                light, proven = lightest(part, mass, threshold)
                if light is not None:
                    break
        if light is None:
            return
        yield light, proven
        rows = [{column: value for column, value in row.items() if column not in light} for row in rows]


def _shut(rows: list[Row], mass: Masses, threshold: int) -> bool:
    """Prove that no combination of rows is lighter than the threshold; false where that is not proven."""
    parts = parts_of(_unheavy(rows, mass, threshold))
    if any(together(mass, row) < threshold for part in parts for row in part):
        return False  # as any proof would find, later
    return all(_shut_by_cases(part, mass, threshold, _CASES) or none_lighter(part, mass, threshold) for part in parts)


def _shut_by_cases(rows: list[Row], mass: Masses, threshold: int, most: float) -> bool:
    """Prove the same of one part, of independent rows without heavy groups, in so many cases at most.

    Of groups that weigh the threshold together, a light combination is zero on one: each is eliminated in turn.
    """
    groups = sorted(((together(mass, group), group) for group in proportional(rows)), reverse=True)
    gathering = gathered(mass, groups)
    if len(rows) == _PAIR:  # what weighs less than all of it is zero on columns alike, and on no other
        return gathering[-1] - groups[0][0] >= threshold or _shut_but_one(groups, mass, threshold)
    cases = bisect_left(gathering, threshold) + 1
    if cases > min(len(groups), most):
        return False
    for _, group in groups[:cases]:
        table = Table(rows)
        table.eliminate(group[0])
        parts = parts_of(_unheavy(table.rows(), mass, threshold))
        if not all(_shut_by_cases(part, mass, threshold, most / cases) for part in parts):
            return False
    return True


def _shut_but_one(groups: Sequence[tuple[int, list[int]]], mass: Masses, threshold: int) -> bool:
    """Prove that any groups of columns but one weigh the threshold; without shared owners all less the heaviest do not.

    With them, groups weigh together what all do less what one has alone, which may be nothing.
    """
    return isinstance(mass, Owned) and all(
        together(mass, chain.from_iterable(group for place, (_, group) in enumerate(groups) if place != but))
        >= threshold
        for but in range(len(groups))
    )


def _unheavy(rows: list[Row], mass: Masses, threshold: int) -> list[Row]:
    """Keep the combinations that are zero on every heavy group: a light one is, whatever the others, all go at once."""
    while heavy := [group[0] for group in proportional(rows) if together(mass, group) >= threshold]:
        table = Table(rows)
        for column in heavy:
            table.eliminate(column)
        rows = independent(table.rows())
    return rows
