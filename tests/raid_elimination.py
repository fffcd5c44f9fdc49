"""The lightest combination of published sums, in whole numbers without rounding: what the attacker of editions asks.

Grain in: rows, each a mapping from columns to whole coefficients, and what columns weigh. Grain out: columns that alone
make a combination of rows and weigh less than the limit, each thing that they belong to counted once. It shares no code
with the engine nor with the audit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from math import gcd

LIMIT = 11
Row = dict[Hashable, int]


def lightest(rows: Sequence[Row], costs: Mapping[Hashable, tuple[Hashable, int]], known: set) -> set | None:
    """Find columns lighter than the limit that alone make a combination of rows, or prove that there are none.

    Parameters
    ----------
    costs : mapping
        By column, what it belongs to and its weight; of the columns of one that are in it, the heaviest counts.

    Examples
    --------
    >>> sorted(lightest([{"a": 1, "b": 1, "c": 1}, {"c": 1}], {one: (one, size) for one, size in
    ...        (("a", 5), ("b", 4), ("c", 60))}, set()))
    ['a', 'b']
    >>> lightest([{"a": 1, "b": 1}], {"a": ("a", 5), "b": ("b", 6)}, set()) is None
    True
    """
    left = [{column: 1 for column in row if column not in known and column in costs} for row in rows]
    heavy = {column for row in left for column in row if costs[column][1] >= LIMIT}
    inside = _vanishing([row for row in left if row], heavy)
    return _light(inside, {}, costs) if inside else None


def _vanishing(rows: list[Row], columns: set) -> list[Row]:
    """Give a basis of the combinations of rows that are zero on some columns, but for nothing itself."""
    live = dict(enumerate(row for row in rows if row))
    where: dict[Hashable, set[int]] = defaultdict(set)
    for number, row in live.items():
        for column in row:
            where[column].add(number)
    order = [(len(row), number) for number, row in live.items()]
    heapify(order)
    kept: list[Row] = []
    while order:
        size, number = heappop(order)
        if number not in live or len(live[number]) != size:
            continue
        row = live.pop(number)
        for column in row:
            where[column].discard(number)
        inside = [column for column in row if column in columns]
        if not inside:
            kept.append(row)
            continue
        pivot = min(inside, key=lambda one: len(where[one]))
        for other in list(where[pivot]):
            before = live.pop(other)
            after = _without(before, row, pivot)
            for column in before.keys() - after.keys():
                where[column].discard(other)
            for column in after.keys() - before.keys():
                where[column].add(other)
            if after:
                live[other] = after
                heappush(order, (len(after), other))
    basis: list[Row] = []
    while kept:
        row = kept.pop()
        basis.append(row)
        kept = _eliminated(kept, row, next(iter(row)))
    return basis


def _eliminated(rows: list[Row], pivot: Row, column: Hashable) -> list[Row]:
    found = (_without(row, pivot, column) if column in row else row for row in rows)
    return [row for row in found if row]


def _without(row: Row, pivot: Row, column: Hashable) -> Row:
    """Combine two rows so that a column is zero, in whole numbers."""
    shared = gcd(row[column], pivot[column])
    keep, take = pivot[column] // shared, row[column] // shared
    made = {one: keep * row.get(one, 0) - take * pivot.get(one, 0) for one in row.keys() | pivot.keys()}
    size = gcd(*made.values())
    return {one: value // size for one, value in made.items() if value}


def _light(rows: list[Row], paid: Mapping[Hashable, int], costs: Mapping) -> set | None:
    """Decide column after column whether it is in the combination, within the limit."""
    whole = sum(paid.values())
    open_ = [{one: value for one, value in row.items() if costs[one][0] not in paid} for row in rows]
    for row, rest in zip(rows, open_, strict=True):
        if not rest and any(costs[one][1] for one in row):
            return set(row)
    # What is paid for is free: combinations of the rest alone may vanish too.
    free = _relation(rows, open_, costs)
    if free is not None:
        return free
    columns = {column for row in open_ for column in row}
    if not columns:
        return None
    column = max(sorted(columns, key=str), key=lambda one: costs[one][1])
    what, size = costs[column]
    same = [one for one in columns if costs[one] == (what, size)]
    without = rows
    for one in same:
        pivot = next((row for row in without if one in row), None)
        without = [] if pivot is None and not without else without
        if pivot is not None:
            without = _eliminated([row for row in without if row is not pivot], pivot, one)
    if without and (found := _light(without, paid, costs)):
        return found
    if whole + size >= LIMIT:
        return None
    return _light(rows, {**paid, what: size}, costs)


def _relation(rows: list[Row], rest: list[Row], costs: Mapping) -> set | None:
    """Find a combination whose part that is not paid for is nothing, and the other something that weighs."""
    work = [(dict(one), dict(row)) for one, row in zip(rest, rows, strict=True)]
    while work:
        mine, whole = work.pop()
        if not mine:
            if whole and any(costs[one][1] for one in whole):
                return set(whole)
            continue
        column = next(iter(mine))
        after = []
        for other, its in work:
            if column in other:
                shared = gcd(other[column], mine[column])
                keep, take = mine[column] // shared, other[column] // shared
                pairs = [(other, mine), (its, whole)]
                other, its = (
                    {one: v for one in a.keys() | b.keys() if (v := keep * a.get(one, 0) - take * b.get(one, 0))}
                    for a, b in pairs
                )
            after.append((other, its))
        work = after
    return None
