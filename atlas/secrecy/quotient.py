"""The core: totals that cross one another, over classes of atoms, kept safe while it grows.

Rows (published totals) are added one by one, classes are asked to hide less one by one, and each step is accepted only
if no combination of the published totals then bears on less than a threshold. Three kinds of classes:

* **strong**: hides enough in every measure. A light combination vanishes on all of them. Each row that still holds one
  after reduction takes it as its pivot and can harm nobody: this settles nearly every row at the price of a look-up;
* **weak**: hides something, not enough. A row reduced to weak classes only joins the weak rows, and the connected part
  it falls in is searched exactly (:mod:`atlas.secrecy.light`);
* **empty**: hides nothing any more; its column disappears.

A strong class that weakens frees its pivot: the row takes another strong class, or becomes a weak row to be searched.
Pivots go by preference to classes that can never weaken, then to those whose next row comes last: it keeps rows short.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from heapq import heapify, heappop, heappush
from operator import ge

from atlas.secrecy.exact import Row, scaled, subtract
from atlas.secrecy.light import Light, find_light

Weights = tuple[int, ...]


class Quotient:
    """Published totals over classes, with the promise as invariant.

    Parameters
    ----------
    weights, floors : list of tuple
        By class, what it hides when nothing inside it is published, and what it hides in any case.
    users : list of list of int
        By class, the core nodes that hold it, ascending.
    thresholds : sequence of int
        One per measure.
    """

    def __init__(
        self, weights: list[Weights], floors: list[Weights], users: list[list[int]], thresholds: Sequence[int]
    ) -> None:
        self.weights = weights
        self.thresholds = tuple(thresholds)
        self.users = users
        self.strong = [self._is_strong(weight) for weight in weights]
        self.lasting = [self._is_strong(floor) for floor in floors]
        self.hiding = [any(weight) for weight in weights]
        self.pivots: dict[int, tuple[int, Row]] = {}
        self.weak: dict[int, Row] = {}
        self.weak_at: dict[int, set[int]] = {}
        self.clock = 0
        self.latest = -1
        self._done: list[Callable[[], None]] = []
        self.searches = 0

    def insert(self, node: int, row: Row) -> Light | None:
        """Publish a total, unless it makes a light combination: give that combination, None when published."""
        self.latest = node
        self._done = []
        reduced = self.reduced(row)
        if not reduced or self._pivot(reduced):
            return None
        return self._add_weak(reduced)

    def lower(self, group: int, weight: Weights) -> Light | None:
        """Let a class hide less, unless it makes a light combination: give that combination, None when done."""
        before, was_strong = self.weights[group], self.strong[group]
        self._done = [lambda: self._set(group, before, strong=was_strong)]
        self._set(group, weight, strong=self._is_strong(weight))
        if self.strong[group] or not any(before):
            return None
        light: Light | None = None
        if was_strong and group in self.pivots:
            taken = self.pivots.pop(group)
            self._done.append(lambda: self.pivots.__setitem__(group, taken))
            reduced = self.reduced(taken[1])
            if reduced and not self._pivot(reduced):
                light = self._add_weak(reduced)
        elif group in self.weak_at:
            light = find_light(*self._component(self.weak_at[group]))
        if light is not None:
            self.undo()
        return light

    def undo(self) -> None:
        """Take the last step back."""
        for step in reversed(self._done):
            step()
        self._done = []

    def compromise(self, columns: Iterable[int]) -> Light | None:
        """Count classes as known (a release gives them away); give what earlier rows reveal without their cover."""
        known = list(columns)
        for column in known:
            self._set(column, (0,) * len(self.thresholds), strong=False)
        near = {index for column in known for index in self.weak_at.get(column, ())}
        return find_light(*self._component(near))

    def hold(self, rows: Iterable[Row]) -> None:
        """Take weak rows as they are, known to be safe."""
        for row in rows:
            self.clock += 1
            self.weak[self.clock] = row
            for column in row:
                self.weak_at.setdefault(column, set()).add(self.clock)

    def reduced(self, row: Row) -> Row:
        """Reduce a row by the pivots and forget classes that hide nothing."""
        hiding, pivots = self.hiding, self.pivots
        row = {column: value for column, value in row.items() if hiding[column]}
        waiting = [(pivots[column][0], column) for column in row if column in pivots]
        heapify(waiting)
        while waiting:
            _, column = heappop(waiting)
            if column not in row:
                continue
            for new in subtract(row, pivots[column][1], row[column]):
                if new in pivots:
                    heappush(waiting, (pivots[new][0], new))
                elif not hiding[new]:
                    del row[new]
        return row

    def weak_rows(self, columns: Iterable[int]) -> tuple[list[Row], dict[int, Weights]]:
        """Give the weak rows connected to some classes, and the weights of their classes."""
        ids = {index for column in columns for index in self.weak_at.get(column, ())}
        rows, weights, _ = self._component(ids)
        return rows, weights

    def _pivot(self, row: Row) -> bool:
        """Let a row take a strong class; False when it holds none."""
        best: tuple[bool, int, int] | None = None
        strong, lasting, users = self.strong, self.lasting, self.users
        for column in row:
            if strong[column]:
                following = users[column]
                place = bisect_right(following, self.latest)
                upcoming = following[place] if place < len(following) else 1 << 60
                choice = (lasting[column], upcoming, column)
                if best is None or choice > best:
                    best = choice
        if best is None:
            return False
        self.clock += 1
        column = best[2]
        self.pivots[column] = (self.clock, scaled(row, column))
        self._done.append(lambda: self.pivots.__delitem__(column))
        return True

    def _add_weak(self, row: Row) -> Light | None:
        ids = {index for column in row for index in self.weak_at.get(column, ())}
        rows, weights, thresholds = self._component(ids)
        for column in row:
            weights[column] = self.weights[column]
        light = find_light([*rows, row], weights, thresholds)
        if light is None:
            self.hold([row])
            self._done.append(lambda: self._let_go(row))
        return light

    def _let_go(self, row: Row) -> None:
        index = max(self.weak)
        del self.weak[index]
        for column in row:
            self.weak_at[column].discard(index)

    def _set(self, group: int, weight: Weights, *, strong: bool) -> None:
        self.weights[group], self.strong[group], self.hiding[group] = weight, strong, any(weight)

    def _component(self, ids: Iterable[int]) -> tuple[list[Row], dict[int, Weights], tuple[int, ...]]:
        """Gather the weak rows connected to some of them, without the classes that hide nothing any more."""
        self.searches += 1
        seen, waiting = set(ids), list(ids)
        rows, weights = [], {}
        while waiting:
            row = {c: v for c, v in self.weak[waiting.pop()].items() if self.hiding[c]}
            rows.append(row)
            for column in row:
                if column not in weights:
                    weights[column] = self.weights[column]
                    new = self.weak_at[column] - seen
                    seen |= new
                    waiting.extend(new)
        return rows, weights, self.thresholds

    def _is_strong(self, weight: Weights) -> bool:
        return all(map(ge, weight, self.thresholds))
