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

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import gcd

from atlas.audit.solver import lightest, none_lighter

Row = dict[int, int]
Total = frozenset[Hashable] | tuple[Hashable, ...]
_PAIR = 2


@dataclass(frozen=True)
class Derived:
    """A group that can be derived. ``proven`` is false when the solver could not say whether it is one."""

    atoms: frozenset[Hashable]
    weight: int
    proven: bool = True


@dataclass(frozen=True)
class Grouped:
    """Published totals: atoms in the order met, groups of them with the totals that hold them, how many totals."""

    order: Mapping[Hashable, int]
    companies: tuple[tuple[list[Hashable], tuple[int, ...]], ...]
    size: int


def grouped(totals: Iterable[Total]) -> Grouped:
    """Find the atoms that every total takes or leaves together, once for whatever they weigh.

    >>> grouped([frozenset("A")] * 2)
    Grouped(order={'A': 0}, companies=((['A'], (0,)),), size=1)
    """
    distinct = list(dict.fromkeys(totals))
    places: dict[Hashable, list[int]] = {}
    for index, total in enumerate(distinct):
        for atom in total:
            places.setdefault(atom, []).append(index)
    companies: dict[tuple[int, ...], list[Hashable]] = {}
    for atom, where in places.items():
        companies.setdefault(tuple(where), []).append(atom)
    told = tuple((members, inside) for inside, members in companies.items())
    return Grouped({atom: rank for rank, atom in enumerate(places)}, told, len(distinct))


def derivable(totals: Iterable[Total] | Grouped, weights: Mapping[Hashable, int], threshold: int) -> list[Derived]:
    """Find the groups lighter than the threshold that published totals give away.

    Parameters
    ----------
    totals : iterable of frozenset or tuple, or Grouped
        Each published total, as the atoms it adds up, a tuple where some count twice; grouped already where they serve
        again.
    weights : mapping
        By atom. An atom without weight is transparent: its figure is nothing.
    threshold : int

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
    """
    columns, rows = _merged(totals if isinstance(totals, Grouped) else grouped(totals), weights)
    mass = [sum(weights[atom] for atom in members) for members in columns]
    table = _Table(_without_lone(rows, mass, threshold))
    heavy = [column for column in table.columns() if mass[column] >= threshold]
    for column in sorted(heavy, key=lambda column: (len(table.holders(column)), column)):
        table.eliminate(column)
    found = []
    for support, proven in _light(table.rows(), mass, threshold):
        atoms = frozenset(atom for column in support for atom in columns[column])
        found.append(Derived(atoms, sum(mass[column] for column in support), proven))
    return found


def spanned(totals: Iterable[frozenset[Hashable]], targets: Sequence[frozenset[Hashable]]) -> list[bool]:
    """Say which targets are exactly a combination of published totals.

    >>> spanned([frozenset("AB"), frozenset("B")], [frozenset("A"), frozenset("AB"), frozenset("C")])
    [True, True, False]
    """
    numbers: dict[Hashable, int] = {}
    rows = [{numbers.setdefault(atom, len(numbers)): 1 for atom in total} for total in dict.fromkeys(totals)]
    echelon: dict[int, Row] = {}
    for row in sorted(rows, key=len):
        reduced = _reduced(row, echelon)
        if reduced:
            echelon[min(reduced, key=lambda column: (abs(reduced[column]), column))] = reduced
    answers = []
    for target in targets:
        known = all(atom in numbers for atom in target)
        answers.append(known and not _reduced({numbers[atom]: 1 for atom in target}, echelon))
    return answers


def _merged(known: Grouped, weights: Mapping[Hashable, int]) -> tuple[list[list[Hashable]], list[Row]]:
    """Leave out what weighs nothing: members of each column, rows over columns."""
    left = (([atom for atom in members if weights.get(atom, 0)], inside) for members, inside in known.companies)
    columns = sorted((one for one in left if one[0]), key=lambda one: known.order[one[0][0]])
    rows: list[Row] = [{} for _ in range(known.size)]
    for column, (_, inside) in enumerate(columns):
        for index in inside:
            rows[index][column] = rows[index].get(column, 0) + 1
    return [members for members, _ in columns], [row for row in rows if row]


def _without_lone(rows: list[Row], mass: Sequence[int], threshold: int) -> list[Row]:
    """Eliminate at once the heavy columns that a total holds alone, again and again: most of a territory."""
    while lone := {column for row in rows if len(row) == 1 for column in row if mass[column] >= threshold}:
        left = (row if row.keys().isdisjoint(lone) else {c: v for c, v in row.items() if c not in lone} for row in rows)
        rows = [row for row in left if row]
    return rows


class _Table:
    """Rows that know who holds each column."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = dict(enumerate(rows))
        self._holders: dict[int, set[int]] = {}
        for index, row in self._rows.items():
            for column in row:
                self._holders.setdefault(column, set()).add(index)

    def columns(self) -> list[int]:
        return list(self._holders)

    def holders(self, column: int) -> set[int]:
        return self._holders.get(column, set())

    def rows(self) -> list[Row]:
        return list(self._rows.values())

    def eliminate(self, column: int) -> None:
        """Keep the combinations that are zero on a column."""
        holders = self.holders(column)
        if not holders:
            return
        shortest = min(holders, key=lambda index: (len(self._rows[index]), index))
        pivot = self._rows.pop(shortest)
        for key in pivot:
            self._holders[key].discard(shortest)
        for index in list(holders):
            row = self._rows.pop(index)
            combined = _combined(row, pivot, column)
            for key in row.keys() - combined.keys():
                self._holders[key].discard(index)
            for key in combined.keys() - row.keys():
                self._holders[key].add(index)
            if combined:
                self._rows[index] = combined


def _combined(row: Mapping[int, int], pivot: Mapping[int, int], column: int) -> Row:
    """Cancel a column of a row with a pivot row, in whole numbers without common divisor."""
    mine, its = row[column], pivot[column]
    shared = gcd(mine, its)
    keep, take = its // shared, mine // shared
    combined = {key: keep * value for key, value in row.items()}
    for key, value in pivot.items():
        changed = combined.get(key, 0) - take * value
        if changed:
            combined[key] = changed
        else:
            combined.pop(key, None)
    divisor = gcd(*combined.values()) if combined else 1
    return combined if divisor == 1 else {key: value // divisor for key, value in combined.items()}


def _reduced(row: Row, echelon: Mapping[int, Row]) -> Row:
    """Cancel every pivot column of a row."""
    reduced = dict(row)
    while reduced:
        column = next((key for key in reduced if key in echelon), None)
        if column is None:
            break
        reduced = _combined(reduced, echelon[column], column)
    return reduced


def _light(rows: list[Row], mass: Sequence[int], threshold: int) -> Iterator[tuple[set[int], bool]]:
    """Find supports lighter than the threshold over what is left; columns of a found one count as known.

    Parts that give nothing away, nearly all, are told at once and left out: searching goes step by step.
    """
    rows = _independent(rows)
    open_ = {id(row) for part in _parts(rows) if not _shut(part, mass, threshold) for row in part}
    rows = [row for row in rows if id(row) in open_]
    while True:
        rows = _independent(rows)
        light = next((set(row) for row in sorted(rows, key=len) if sum(mass[c] for c in row) < threshold), None)
        proven = True
        if light is None:
            merged = next((group for group in _proportional(rows) if sum(mass[c] for c in group) >= threshold), None)
            if merged is not None:
                table = _Table(rows)
                table.eliminate(merged[0])
                rows = table.rows()
                continue
            for part in _parts(rows):
                light, proven = lightest(part, mass, threshold)
                if light is not None:
                    break
        if light is None:
            return
        yield light, proven
        rows = [{column: value for column, value in row.items() if column not in light} for row in rows]


def _shut(rows: list[Row], mass: Sequence[int], threshold: int) -> bool:
    """Prove that no combination of rows is lighter than the threshold; false where that is not proven.

    A light combination is zero on all columns of a heavy group, whatever the others: all groups go at once.
    """
    while heavy := [group[0] for group in _proportional(rows) if sum(mass[c] for c in group) >= threshold]:
        table = _Table(rows)
        for column in heavy:
            table.eliminate(column)
        rows = _independent(table.rows())
    for part in _parts(rows):
        if len(part) == _PAIR:  # what weighs less than all of it is zero on columns alike, and on no other
            weights = [sum(mass[c] for c in group) for group in _proportional(part)]
            shut = sum(weights) - max(weights) >= threshold
        else:
            shut = none_lighter(part, mass, threshold)
        if not shut:
            return False
    return True


def _independent(rows: Iterable[Row]) -> list[Row]:
    """Reduce rows until each has a column of its own."""
    kept: dict[int, Row] = {}
    holders: dict[int, set[int]] = {}  # of each column, the kept rows that may hold it
    for row in rows:
        reduced = _reduced(row, kept)
        if reduced:
            pivot = min(reduced)
            for key in holders.pop(pivot, ()):
                if pivot in kept[key]:
                    kept[key] = _combined(kept[key], reduced, pivot)
                    for column in reduced:
                        holders.setdefault(column, set()).add(key)
            kept[pivot] = reduced
            for column in reduced:
                holders.setdefault(column, set()).add(pivot)
    return list(kept.values())


def _proportional(rows: Sequence[Row]) -> list[list[int]]:
    """Group the columns that are multiples of one another."""
    profile: dict[int, list[tuple[int, int]]] = {}
    for index, row in enumerate(rows):
        for column, value in row.items():
            profile.setdefault(column, []).append((index, value))
    groups: dict[tuple[tuple[int, int], ...], list[int]] = {}
    for column, entries in profile.items():
        scale = gcd(*(value for _, value in entries)) * (1 if entries[0][1] > 0 else -1)
        groups.setdefault(tuple((index, value // scale) for index, value in entries), []).append(column)
    return list(groups.values())


def _parts(rows: Sequence[Row]) -> list[list[Row]]:
    """Separate rows that share no column, even through others."""
    parts: list[tuple[set[int], list[Row]]] = []
    for row in rows:
        columns, members = set(row), [row]
        apart = []
        for other, its in parts:
            if columns.isdisjoint(other):
                apart.append((other, its))
            else:
                columns |= other
                members += its
        parts = [*apart, (columns, members)]
    return [members for _, members in parts]
