"""Weak rows: totals over classes that each hide too little, kept fully reduced.

Each has a column of its own, the heaviest it could take, so that it is dear to use
(:mod:`atlas.secrecy.near`). Every change notes how to take it back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from atlas.secrecy.exact import Row, scaled, subtract

Weights = tuple[int, ...]
Undo = list[Callable[[], object]]


class Weak:
    """Rows fully reduced: ``own`` gives, by column, the row that alone holds it; ``at`` all rows that hold a column."""

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self.at: dict[int, set[int]] = {}
        self.own: dict[int, int] = {}
        self.alone: dict[int, set[int]] = {}

    def reduce(self, row: Row) -> Row:
        """Take the columns of the other rows out of a row, in place."""
        for column in [column for column in row if column in self.own]:
            if column in row:
                subtract(row, self.rows[self.own[column]], row[column])
        return row

    def hold(self, name: int, row: Row, done: Undo) -> None:
        """Hold a reduced row beside the others; ``done`` receives how to take it back."""
        self._put(name, row)
        done.append(lambda: self._drop(name))

    def settle(self, name: int, column: int, done: Undo) -> None:
        """Give a held row a column of its own, and take it out of the others."""
        row = self.rows[name]
        if row[column] != 1:
            self._replace(name, scaled(row, column), done)
            row = self.rows[name]
        for other in list(self.at[column]):
            if other != name:
                less = dict(self.rows[other])
                subtract(less, row, less[column])
                self._replace(other, less, done)
        self.own[column] = name
        done.append(lambda: self.own.__delitem__(column))

    def forget(self, column: int, done: Undo) -> int | None:
        """Leave out a column that hides nothing any more; give the row that had it for its own, to be settled again."""
        owner = self.own.pop(column, None)
        if owner is not None:
            done.append(lambda: self.own.__setitem__(column, owner))
        for name in list(self.at.get(column, ())):
            row = dict(self.rows[name])
            del row[column]
            self._replace(name, row, done)
        return owner

    def _replace(self, name: int, row: Row, done: Undo) -> None:
        before = self.rows[name]
        self._drop(name)
        self._put(name, row)

        def back() -> None:
            self._drop(name)
            self._put(name, before)

        done.append(back)

    def _put(self, name: int, row: Row) -> None:
        self.rows[name] = row
        alone = self.alone[name] = set()
        for column in row:
            names = self.at.get(column)
            if names is None:
                self.at[column] = {name}
                alone.add(column)
                continue
            if len(names) == 1:
                self.alone[next(iter(names))].discard(column)
            names.add(name)

    def _drop(self, name: int) -> None:
        del self.alone[name]
        for column in self.rows.pop(name):
            names = self.at[column]
            names.discard(name)
            if not names:
                del self.at[column]
            elif len(names) == 1:
                self.alone[next(iter(names))].add(column)


def heaviest(row: Iterable[int], weights: Sequence[Weights]) -> int:
    """Give the column of a row that protects most, by its lightest measure, then by all."""
    return max(row, key=lambda column: (min(weights[column]), sum(weights[column]), column))
