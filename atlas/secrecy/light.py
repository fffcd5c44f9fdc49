"""Search a small system for a combination that bears on less than a threshold: exact, or refuse.

Grain in: rows (published figures once everything large has been eliminated) over columns with weights. Grain out: the
columns of one combination lighter than the threshold, or None when a proof says that there is none.

The steps, each exact. A combination lighter than the threshold vanishes on every column that weighs the threshold or
more: eliminate them. Reduce the rows: a light row is an answer. Columns that are proportional vanish together: merge
them, their weights add up, start again. What resists goes to the oracle (:mod:`atlas.secrecy.oracle`), component by
component; an oracle that does not prove safety is answered as a leak, so that the engine masks more, never less.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from atlas.secrecy.exact import PRIME, Row, echelon, scaled, subtract
from atlas.secrecy.oracle import lightest_in_core

BRANCHES = 3000


@dataclass(frozen=True)
class Light:
    """A derivable combination: the measure in which it is light, its weight there, its columns."""

    measure: int
    weight: int
    columns: tuple[int, ...]


def find_light(
    rows: Sequence[Mapping[int, int]],
    weights: Mapping[int, Sequence[int]],
    thresholds: Sequence[int],
    branches: int = BRANCHES,
) -> Light | None:
    """Find a combination of rows that bears, in one measure, on more than nothing and less than its threshold.

    Parameters
    ----------
    rows : sequence of mapping
        Column to coefficient modulo 2^61 - 1.
    weights : mapping
        By column, one weight per measure. A column without weight in a measure is transparent there.
    branches : int
        How many branchings before the oracle is asked instead.

    Examples
    --------
    A total of 23, and its part of 15: the other part, 8, is derivable.

    >>> find_light([{0: 1, 1: 1}, {0: 1}], {0: [15], 1: [8]}, [11])
    Light(measure=0, weight=8, columns=(1,))
    """
    columns = {column for row in rows for column in row}
    for measure, threshold in enumerate(thresholds):
        weight = {column: weights[column][measure] for column in columns}
        if any(_covers(weights, columns, earlier, measure, thresholds) for earlier in range(measure)):
            continue
        seen = [{column: value for column, value in row.items() if weight[column]} for row in rows]
        support = _Search(branches).lighter(seen, weight, threshold)
        if support is not None:
            support = _one_combination(seen, support, weight)
            return Light(measure, sum(weight[column] for column in support), tuple(sorted(support)))
    return None


def _covers(
    weights: Mapping[int, Sequence[int]], columns: set[int], first: int, second: int, thresholds: Sequence[int]
) -> bool:
    """Say whether safety in one measure proves it in another: never heavier, weightless in the same columns."""
    if thresholds[second] > thresholds[first]:
        return False
    pairs = [(weights[column][first], weights[column][second]) for column in columns]
    return all(one <= other and bool(one) == bool(other) for one, other in pairs)


class _Search:
    """One search: remembers how many times it branched."""

    def __init__(self, branches: int) -> None:
        self.left = branches

    def lighter(self, rows: Iterable[Mapping[int, int]], weight: Mapping[int, int], limit: int) -> set[int] | None:
        """Find columns of total weight under the limit that hold a combination, or None with a proof."""
        members: dict[int, tuple[int, ...]] = {}
        weight = dict(weight)
        kept = [dict(row) for row in rows]
        heavy = {column for row in kept for column in row if weight[column] >= limit}
        while True:
            for column in sorted(heavy):
                kept = _vanish(kept, column)
            basis = echelon(kept, partial(_heaviest, weight=weight))
            lightest = min(basis.values(), key=lambda row: _total(row, weight), default=None)
            if lightest is None:
                return None
            if _total(lightest, weight) < limit:
                return _expanded(lightest, members)
            kept = list(basis.values())
            groups = proportional(kept)
            if not groups:
                break
            heavy, gone = set(), set()
            for first, *others in groups:
                for column in others:
                    members[first] = members.get(first, (first,)) + members.pop(column, (column,))
                    weight[first] += weight[column]
                gone.update(others)
                if weight[first] >= limit:
                    heavy.add(first)
            kept = [{column: value for column, value in row.items() if column not in gone} for row in kept]
        for component in components(kept):
            support = self._branch(component, weight, limit)
            if support is not None:
                return _expanded(support, members)
        return None

    def _branch(self, rows: list[Row], weight: Mapping[int, int], limit: int) -> set[int] | None:
        """Try without the heaviest column, then with it already paid for."""
        if self.left <= 0:
            return lightest_in_core(rows, weight, limit)
        self.left -= 1
        heaviest = _heaviest({column for row in rows for column in row}, weight)
        support = self.lighter(_vanish([dict(row) for row in rows], heaviest), weight, limit)
        if support is not None:
            return support
        paid = [{column: value for column, value in row.items() if column != heaviest} for row in rows]
        support = self.lighter(paid, weight, limit - weight[heaviest])
        return None if support is None else support | {heaviest}


def _one_combination(rows: Iterable[Mapping[int, int]], support: set[int], weight: Mapping[int, int]) -> set[int]:
    """Narrow columns that hold a combination to those of one that holds no other inside it."""
    kept = [dict(row) for row in rows]
    for column in sorted({column for row in kept for column in row} - support):
        kept = _vanish(kept, column)
    basis = echelon(kept, partial(_heaviest, weight=weight))
    return set(min(basis.values(), key=lambda row: (_total(row, weight), sorted(row)), default=support))


def _vanish(rows: list[Row], column: int) -> list[Row]:
    """Keep the combinations that vanish on a column."""
    holders = [row for row in rows if column in row]
    if not holders:
        return rows
    pivot = scaled(min(holders, key=len), column)
    kept = [row for row in rows if column not in row]
    for row in holders:
        subtract(row, pivot, row[column])
        if row:
            kept.append(row)
    return kept


def proportional(rows: Sequence[Mapping[int, int]]) -> list[list[int]]:
    """Group columns that are multiples of one another over all rows; only groups of several."""
    profile: dict[int, list[tuple[int, int]]] = {}
    for index, row in enumerate(rows):
        for column, value in row.items():
            profile.setdefault(column, []).append((index, value))
    groups: dict[tuple[tuple[int, int], ...], list[int]] = {}
    for column in sorted(profile):
        entries, first = profile[column], profile[column][0][1]
        if first != 1:
            inverse = pow(first, -1, PRIME)
            entries = [(i, v * inverse % PRIME) for i, v in entries]
        groups.setdefault(tuple(entries), []).append(column)
    return [group for group in groups.values() if len(group) > 1]


def components(rows: Sequence[Row]) -> list[list[Row]]:
    """Separate rows that share no column, even through others."""
    home: dict[int, int] = {}
    parts: dict[int, list[Row]] = {}
    for index, row in enumerate(rows):
        joined = {home[column] for column in row if column in home}
        merged = [row]
        for other in joined:
            merged += parts.pop(other)
        parts[index] = merged
        for member in merged:
            for column in member:
                home[column] = index
    return list(parts.values())


def _heaviest(columns: Iterable[int], weight: Mapping[int, int]) -> int:
    return max(columns, key=lambda column: (weight[column], column))


def _total(columns: Iterable[int], weight: Mapping[int, int]) -> int:
    return sum(weight[column] for column in columns)


def _expanded(columns: Iterable[int], members: Mapping[int, tuple[int, ...]]) -> set[int]:
    return {member for column in columns for member in members.get(column, (column,))}
