"""Elimination shared by all readers: which class each published total takes for its pivot, and for whom.

Shared pivots are reduced by those before them; rows of a layer by all shared pivots, and by those before them in it. A
row left without a strong class is weak: the caller searches it (:mod:`atlas.secrecy.quotient`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from bisect import bisect_right
from collections.abc import Iterable
from functools import partial
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from atlas.secrecy.classes import NOBODY, Classes, Known, Pivots
from atlas.secrecy.exact import PRIME, Row, scaled, subtract
from atlas.secrecy.light import Light
from atlas.secrecy.weak import Undo, Weights


class Seen(NamedTuple):
    """What one reader could derive."""

    reader: int
    light: Light


class Elimination(Classes, ABC):
    """Pivots: those that readers share, and those of each layer.

    Parameters
    ----------
    users : list of list of int
        By class, the core nodes that hold it, ascending; the others as :class:`~atlas.secrecy.classes.Classes` takes
        them.
    """

    def __init__(
        self,
        weights: list[Weights],
        floors: list[Weights],
        seen: list[Known],
        users: list[list[int]],
        thresholds: Iterable[int],
        readers: int = 1,
    ) -> None:
        super().__init__(weights, floors, seen, thresholds, readers)
        self.users = users
        self.pivots: Pivots = {}
        # By class, the pivots of layers whose rows may hold it: never too few.
        self.following: dict[int, set[tuple[int, int]]] = {}
        self.clock = 0
        self.latest = -1

    def reduced(self, row: Row) -> Row:
        """Reduce a row by the shared pivots and forget classes that hide nothing."""
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

    def _place(self, row: Row) -> Seen | None:
        """Let a row reduced by the shared pivots be one of them, or a weak row, for every reader."""
        if not row:
            return None
        column = self._choose(row, 0)
        if column is None:
            return self._add_weak(row)
        self.clock += 1
        pivot = scaled(row, column)
        self.pivots[column] = (self.clock, pivot)
        self._done.append(lambda: self.pivots.__delitem__(column))
        soft = self.soft.get(column, NOBODY)
        following: dict[int, list[int]] = {}
        for reader, own in self.following.get(column, ()):
            if reader not in soft:
                following.setdefault(reader, []).append(own)
        for reader in sorted({*soft, *following}):
            seen = self._place_for(reader, pivot) if reader in soft else self._follow(reader, column, following[reader])
            if seen is not None:
                return seen
        return None

    def _place_for(self, reader: int, row: Row) -> Seen | None:
        """Let a row be a pivot of one reader's layer, or a weak row of his."""
        row = self._reduced_for(reader, row)
        if not row:
            return None
        column = self._choose(row, reader)
        if column is None:
            return self._add_weak_for(reader, row)
        self.clock += 1
        pivots = self.layers[reader].pivots
        pivots[column] = (self.clock, scaled(row, column))
        self._done.append(lambda: pivots.__delitem__(column))
        self._index(reader, column, row)
        return None

    def _follow(self, reader: int, column: int, owners: Iterable[int]) -> Seen | None:
        """Take a new shared pivot out of the rows of one reader's layer, earliest first."""
        pivots = self.layers[reader].pivots
        holding = [own for own in owners if own in pivots and column in pivots[own][1]]
        lost = []
        for own in sorted(holding, key=lambda own: pivots[own][0]):
            clock, row = pivots[own]
            waiting = [(0, column)]
            while waiting:
                _, taken = heappop(waiting)
                if taken not in row:
                    continue
                pivot = self.hidden_from(reader, (self.pivots if taken == column else pivots)[taken][1])
                factor = row[taken]
                appeared = subtract(row, pivot, factor)
                self._done.append(partial(subtract, row, pivot, PRIME - factor))
                self._index(reader, own, appeared)
                for new in appeared:
                    if new in pivots and pivots[new][0] < clock:
                        heappush(waiting, (pivots[new][0], new))
            if row.get(own) != 1:
                lost.append(pop_pivot(pivots, own, self._done))
        for row in lost:
            seen = self._place_for(reader, row)
            if seen is not None:
                return seen
        return None

    def _reduced_for(self, reader: int, row: Row) -> Row:
        """Reduce a row by the pivots that a reader shares, then by those of his layer."""
        row = self.hidden_from(reader, row)
        hiding, soft, layer = self.hiding, self.soft, self.layers[reader]
        shared = {column for column in row if column in self.pivots}
        for pivots in (self.pivots, layer.pivots):
            own = pivots is layer.pivots
            waiting = [
                (pivots[column][0], column)
                for column in (row if own else shared)
                if column in pivots and (own or reader not in soft.get(column, NOBODY))
            ]
            heapify(waiting)
            while waiting:
                _, column = heappop(waiting)
                if column not in row:
                    continue
                for new in subtract(row, pivots[column][1], row[column]):
                    if not hiding[new] or new in layer.known:
                        del row[new]
                    elif new in pivots and (own or reader not in soft.get(new, NOBODY)):
                        heappush(waiting, (pivots[new][0], new))
        return row

    def _choose(self, row: Iterable[int], reader: int) -> int | None:
        """Choose a class that is strong for a reader, None when a row holds none."""
        best: tuple[bool, int, int] | None = None
        strong, soft, lasting, users = self.strong, self.soft, self.lasting, self.users
        for column in row:
            if strong[column] and not (reader and reader in soft.get(column, NOBODY)):
                following = users[column]
                place = bisect_right(following, self.latest)
                upcoming = following[place] if place < len(following) else 1 << 60
                choice = (lasting[column], upcoming, column)
                if best is None or choice > best:
                    best = choice
        return None if best is None else best[2]

    def _index(self, reader: int, own: int, columns: Iterable[int]) -> None:
        for column in columns:
            if self.strong[column]:
                self.following.setdefault(column, set()).add((reader, own))

    @abstractmethod
    def _add_weak(self, row: Row) -> Seen | None:
        """Add a row of weak classes to those that all readers have."""

    @abstractmethod
    def _add_weak_for(self, reader: int, row: Row) -> Seen | None:
        """Add a row of classes that are weak for one reader to his own."""


def pop_pivot(pivots: Pivots, column: int, done: Undo) -> Row:
    """Take a pivot away; give its row."""
    taken = pivots.pop(column)
    done.append(lambda: pivots.__setitem__(column, taken))
    return taken[1]
