"""Search rows whose columns have owners for a combination that bears on owners lighter than a limit: exact, or refuse.

The steps are those of :mod:`atlas.secrecy.light`, over owners: two columns of one owner cost it once, and columns that
always appear together cost all of theirs. A search that would branch too much answers as a leak: more is masked, never
less.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial

from atlas.secrecy.exact import Row, echelon, scaled, subtract
from atlas.secrecy.light import components, proportional

BRANCHES = 3000


def lighter(
    rows: Sequence[Mapping[int, int]],
    owners: Mapping[int, frozenset[int]],
    weight: Mapping[int, int],
    limit: int,
    branches: int = BRANCHES,
) -> frozenset[int] | None:
    """Find owners that weigh less than the limit and hold a combination of rows, each counted once; None with a proof.

    Parameters
    ----------
    rows : sequence of mapping
        Column to coefficient modulo 2^61 - 1.
    owners : mapping
        By column, whose unknown it is: all of them are told of where it does not vanish.
    branches : int
        How many owners may be tried. Beyond, something light is supposed: the caller masks more.

    Examples
    --------
    What two addresses told first, 1 and 2, and next, 11 and 12: the change of the first is of six dwellings, not of
    twelve.

    >>> owned = {1: frozenset("a"), 2: frozenset("b"), 11: frozenset("a"), 12: frozenset("b")}
    >>> sorted(lighter([{1: 1, 11: (1 << 61) - 2}, {2: 1, 12: 1}], owned, {"a": 6, "b": 40}, 11))
    ['a']
    """
    return _Search(branches).lighter([dict(row) for row in rows], dict(owners), weight, limit)


def vanishing(rows: Sequence[Mapping[int, int]], columns: set[int]) -> list[Row]:
    """Keep the combinations of rows that hold none of some columns: rows that span them."""
    users = Counter(column for row in rows for column in row if column in columns)
    # Each row that holds one of them takes it out of those that come after, and of no combination that is kept.
    pivots: dict[int, Row] = {}
    kept = []
    for given in sorted(rows, key=len):
        row = dict(given)
        for column, pivot in pivots.items():
            if column in row:
                subtract(row, pivot, row[column])
        rarest = min((column for column in row if column in columns), key=lambda column: (users[column], column),
                     default=None)  # fmt: skip
        if rarest is not None:
            pivots[rarest] = scaled(row, rarest)
        elif row:
            kept.append(row)
    return kept


class _Search:
    """One search: remembers how many times it branched."""

    def __init__(self, branches: int) -> None:
        self.left = branches

    def lighter(
        self, rows: list[Row], owners: dict[int, frozenset[int]], weight: Mapping[int, int], limit: int
    ) -> frozenset[int] | None:
        price = {column: _cost([column], owners, weight) for column in {column for row in rows for column in row}}
        heavy = {column for column, cost in price.items() if cost >= limit}
        while True:
            rows = vanishing(rows, heavy)
            rows = list(echelon(rows, partial(_dearest, price=price)).values())
            lightest = min(rows, key=partial(_cost, owners=owners, weight=weight), default=None)
            if lightest is None:
                return None
            if _cost(lightest, owners, weight) < limit:
                return _all(lightest, owners)
            groups = proportional(rows)
            if not groups:
                break
            gone = set()
            for first, *others in groups:
                owners[first] = _all((first, *others), owners)
                price[first] = _cost([first], owners, weight)
                gone.update(others)
            heavy = {first for first, *_ in groups if price[first] >= limit}
            rows = [{column: value for column, value in row.items() if column not in gone} for row in rows]
        for component in components(rows):
            found = self._branch(component, owners, weight, limit)
            if found is not None:
                return found
        return None

    def _branch(
        self, rows: list[Row], owners: dict[int, frozenset[int]], weight: Mapping[int, int], limit: int
    ) -> frozenset[int] | None:
        """Try without the heaviest column, then with its owners already paid for."""
        columns = {column for row in rows for column in row}
        self.left -= 1
        if self.left < 0:
            return _all(columns, owners)
        heaviest = max(columns, key=lambda column: (_cost([column], owners, weight), column))
        found = self.lighter(vanishing(rows, {heaviest}), dict(owners), weight, limit)
        if found is not None:
            return found
        paid = owners[heaviest]
        due = {column: owners[column] - paid for column in columns}
        rest = [{column: value for column, value in row.items() if due[column]} for row in rows]
        basis = echelon(rest, max)
        if len(basis) < len(rows):  # something bears on those paid for, and on nobody else
            return paid
        found = self.lighter(list(basis.values()), due, weight, limit - _cost([heaviest], owners, weight))
        return None if found is None else found | paid


def _dearest(columns: Iterable[int], price: Mapping[int, int]) -> int:
    return max(columns, key=lambda column: (price[column], column))


def _all(columns: Iterable[int], owners: Mapping[int, frozenset[int]]) -> frozenset[int]:
    return frozenset().union(*(owners[column] for column in columns))


def _cost(columns: Iterable[int], owners: Mapping[int, frozenset[int]], weight: Mapping[int, int]) -> int:
    return sum(weight[owner] for owner in _all(columns, owners))
