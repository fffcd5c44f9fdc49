"""Where a light combination of weak rows could be: a search near what changed, that leaves nothing out.

Grain in: weak rows as one reader has them before him. Grain out: names of the rows that a light combination could use.

**Why a search near by is exact.** Let ``v`` be a combination that bears, in one measure, on more than nothing and less
than the threshold. Take it with as few columns that weigh something in this measure as can be, then with as few rows.
The rows it uses hang together by such columns: were they of two kinds without one in common, ``v`` would be the sum of
two combinations on disjoint columns; one of them bears on something, it has no fewer columns than ``v``, so the other
bears on nothing and could have been left out. It pays the price of each of its rows. When a step changes one thing
only, what was safe before can have become light only by using a row that changed, or one that holds the class that
changed. So every row of a new light combination is reached from those by rows that share columns, at a total price
under the threshold. What
the rows so reached cannot combine to, nothing can. Among them alone the argument holds again: more columns are held by
one row only, prices rise, and rows that cost too much beside the others are left out until none does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from heapq import heapify, heappop, heappush
from typing import Protocol

from atlas.secrecy.exact import Row
from atlas.secrecy.weak import Weights

MARGIN = 1e-6


class View(Protocol):
    """The rows that one reader has before it, and what classes hide from it."""

    def row(self, name: int) -> Row:
        """One row."""

    def holders(self, column: int) -> Collection[int]:
        """Names of the rows that hold a column."""

    def alone(self, name: int) -> Iterable[int]:
        """Columns that only one row holds."""

    def weight(self, column: int) -> Weights:
        """What a class hides from this reader."""


def near(view: View, starts: Collection[int], thresholds: Sequence[int]) -> tuple[set[int], set[int]]:
    """Find the rows that a light combination using one of ``starts`` could use, and the columns that tell it.

    Another reader for whom these columns weigh the same, and are held by the same rows, finds the same rows.
    """
    usable: set[int] = set()
    told = {column for name in starts for column in view.row(name)}
    for measure, threshold in enumerate(thresholds):
        region = _Region(view, measure, threshold)
        usable |= region.usable(starts)
        told.update(column for name in region.reached for column in view.row(name))
        told.update(column for name in region.prices for column in view.alone(name))
    return usable, told


class _Region:
    """A search of one measure; ``prices``: of the rows looked at; ``reached``: those looked through."""

    def __init__(self, view: View, measure: int, threshold: int) -> None:
        self.view, self.measure, self.threshold = view, measure, threshold
        self.prices: dict[int, int] = {}
        self.weights: dict[int, int] = {}
        self.reached: set[int] = set()

    def usable(self, starts: Collection[int]) -> set[int]:
        """Find the rows that a light combination could use; none when it can use none of ``starts``."""
        starts = [name for name in starts if not self._dear(name, self._holders, self._price)]
        if starts:
            self.reached = self._reached(starts)
        rows = set(self.reached)
        at: dict[int, list[int]] = {}
        for name in rows:
            for column in self.view.row(name):
                if self._weight(column):
                    at.setdefault(column, []).append(name)
        prices = dict.fromkeys(rows, 0)
        for column, names in at.items():
            if len(names) == 1:
                prices[names[0]] += self.weights[column]
        # Among the rows left, more columns are held by one alone: prices rise, and other rows cost too much.
        waiting = set(rows)
        while waiting and not rows.isdisjoint(starts):
            if all(self._dear(name, at.__getitem__, prices.__getitem__) for name in rows.intersection(starts)):
                return set()
            dear = [name for name in waiting if self._dear(name, at.__getitem__, prices.__getitem__)]
            rows.difference_update(dear)
            waiting = set()
            for name in dear:
                for column in self.view.row(name):
                    if self.weights[column]:
                        names = at[column]
                        names.remove(name)
                        waiting.update(names)
                        if len(names) == 1:
                            prices[names[0]] += self.weights[column]
            waiting &= rows
        return set() if rows.isdisjoint(starts) else rows

    def _reached(self, starts: Iterable[int]) -> set[int]:
        """Follow shared columns from row to row, as long as their prices stay under the threshold."""
        view, reached = self.view, set()
        waiting = [(self._price(name), name) for name in starts]
        heapify(waiting)
        met, crossed = {name for _, name in waiting}, set()
        while waiting:
            paid, name = heappop(waiting)
            if paid >= self.threshold:
                break
            reached.add(name)
            for column in view.row(name):
                if column in crossed or not self._weight(column):
                    continue
                crossed.add(column)  # met first at the lowest price
                for other in view.holders(column):
                    if other not in met:
                        met.add(other)
                        heappush(waiting, (paid + self._price(other), other))
        return reached

    def _dear(self, name: int, holders: Callable[[int], Collection[int]], price: Callable[[int], int]) -> bool:
        """Say whether any combination that uses a row weighs too much.

        Each of its columns is paid, or cancelled by another row, whose price is shared out over the columns that the
        two have in common. Weights are whole: more than the threshold less one is the threshold.
        """
        limit, least = self.threshold - 1 + MARGIN, float(price(name))
        shared = []
        common: dict[int, int] = {}
        for column in self.view.row(name):
            if self._weight(column):
                others = holders(column)
                if len(others) > 1:
                    shared.append((self.weights[column], others))
                    for other in others:
                        common[other] = common.get(other, 0) + 1
        if least > limit:
            return True
        common.pop(name, None)
        share = {other: price(other) / count for other, count in common.items()}
        share[name] = float("inf")
        for weight, others in shared:
            least += min(weight, min([share[other] for other in others]))
            if least > limit:
                return True
        return False

    def _holders(self, column: int) -> Collection[int]:
        return self.view.holders(column)

    def _price(self, name: int) -> int:
        price = self.prices.get(name)
        if price is None:
            price = self.prices[name] = sum(map(self._weight, self.view.alone(name)))
        return price

    def _weight(self, column: int) -> int:
        weight = self.weights.get(column)
        if weight is None:
            weight = self.weights[column] = self.view.weight(column)[self.measure]
        return weight
