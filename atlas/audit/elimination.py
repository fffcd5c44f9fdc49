"""Elimination in whole numbers: rows over columns, their combinations, the parts that they fall into.

Grain in: rows, each a mapping from columns to whole coefficients other than zero. Grain out: combinations of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import gcd

Row = dict[int, int]


class Table:
    """Rows that know who holds each column."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = dict(enumerate(rows))
        self._holders: dict[int, set[int]] = {}
        for index, row in self._rows.items():
            for column in row:
                self._holders.setdefault(column, set()).add(index)

    def columns(self) -> list[int]:
        """List the columns met, also those that no row holds any more."""
        return list(self._holders)

    def holders(self, column: int) -> set[int]:
        """Give the numbers of the rows that hold a column."""
        return self._holders.get(column, set())

    def rows(self) -> list[Row]:
        """Give the rows as they are now."""
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
    combined = dict(row) if keep == 1 else {key: keep * value for key, value in row.items()}
    for key, value in pivot.items():
        changed = combined.get(key, 0) - take * value
        if changed:
            combined[key] = changed
        else:
            combined.pop(key, None)
    divisor = gcd(*combined.values()) if combined else 1
    return combined if divisor == 1 else {key: value // divisor for key, value in combined.items()}


def reduced_by(row: Row, echelon: Mapping[int, Row]) -> Row:
    """Cancel every pivot column of a row."""
    reduced = dict(row)
    while reduced:
        column = next((key for key in reduced if key in echelon), None)
        if column is None:
            break
        reduced = _combined(reduced, echelon[column], column)
    return reduced


def independent(rows: Iterable[Row]) -> list[Row]:
    """Reduce rows until each has a column of its own."""
    kept: dict[int, Row] = {}
    holders: dict[int, set[int]] = {}  # of each column, the kept rows that may hold it
    for row in rows:
        reduced = reduced_by(row, kept)
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


def proportional(rows: Sequence[Row]) -> list[list[int]]:
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


def parts_of(rows: Sequence[Row]) -> list[list[Row]]:
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
