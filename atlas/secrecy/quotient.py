"""The core: totals that cross one another, over classes of atoms, kept safe while it grows.

Rows (published totals) are added one by one, classes are asked to hide less one by one, and each step is accepted only
if no combination of the published totals then bears on less than a threshold, for any reader. Three kinds of classes:

* **strong**: hides enough in every measure. A light combination vanishes on all of them. Each row that still holds one
  after reduction takes it as its pivot and can harm nobody: this settles nearly every row at the price of a look-up;
* **weak**: hides something, not enough. A row reduced to weak classes only joins the weak rows
  (:mod:`atlas.secrecy.weak`), and what it could combine with near by is searched exactly (:mod:`atlas.secrecy.light`);
* **empty**: hides nothing any more; its column disappears.

A strong class that weakens frees its pivot: the row takes another strong class, or becomes a weak row to be searched.
Pivots go by preference to classes that can never weaken, then to those whose next row comes last: it keeps rows short.

**Readers.** One who knows atoms sees the same rows over classes that hide less from him. All share one elimination:
a pivot serves every reader for whom its class is strong. For the others the class is *soft*: each has a layer of its
own, with the rows whose pivot is soft for him, reduced by the pivots he shares. Every published row is a combination of
the pivots he shares, of those of his layer, and of weak rows, the common ones and his. Shared pivots are reduced by
those before them, those of a layer by all shared ones and by those before them in it, weak rows hold no class that is
strong for him. So a combination that vanishes on all classes that are strong for him is one of weak rows alone, which
is the same question as for one reader alone. A total costs what the readers near by know, not the number of readers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet

from atlas.secrecy.classes import NOBODY, Known
from atlas.secrecy.elimination import Elimination, Seen, pop_pivot
from atlas.secrecy.exact import Row
from atlas.secrecy.light import Light, find_light
from atlas.secrecy.near import near
from atlas.secrecy.weak import Weak, Weights, heaviest


class Quotient(Elimination):
    """Published totals over classes, with the promise to every reader as invariant.

    Made as :class:`~atlas.secrecy.elimination.Elimination` is.
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
        super().__init__(weights, floors, seen, users, thresholds, readers)
        self.weak = Weak()
        # By class, the readers whose own weak rows may hold it: never too few.
        self.beside: dict[int, set[int]] = {}
        # By reader, the classes that releases gave away to him: what they leave without cover may still be light.
        self.given: dict[int, set[int]] = {}
        self.searches = 0

    def insert(self, node: int, row: Row) -> Seen | None:
        """Publish a total, unless it makes a light combination: give that combination, None when published."""
        self.latest = node
        self._done = []
        return self._settled(self._place(self.reduced(row)))

    def lower(self, group: int, weight: Weights, known: Known | None = None) -> Seen | None:
        """Let a class hide less, unless it makes a light combination: give that combination, None when done."""
        known = known or {}
        self._done = []
        before, was_strong, was_soft = self.weights[group], self.strong[group], self.soft.get(group, NOBODY)
        seen_before = self.seen[group]
        self._set(group, weight, known)
        if not any(before):
            return None
        return self._settled(self._lowered(group, was_strong, was_soft, seen_before))

    def compromise(self, reader: int, columns: Iterable[int]) -> Seen | None:
        """Count classes as known to one reader; give what earlier rows reveal to him without their cover."""
        self._done = []
        known = self.given.setdefault(reader, set())
        nothing = (0,) * len(self.thresholds)
        for column in columns:
            known.add(column)
            self._set(column, self.weights[column], {**self.seen[column], reader: nothing})
        light = self._searched(reader, ())
        return None if light is None else Seen(reader, light)

    def hold(self, rows: Iterable[Row]) -> None:
        """Take weak rows as they are, known to be safe."""
        for row in rows:
            if reduced := self.weak.reduce({column: value for column, value in row.items() if self.hiding[column]}):
                self.clock += 1
                self.weak.hold(self.clock, reduced, self._done)
                self.weak.settle(self.clock, heaviest(reduced, self.weights), self._done)
        self._done = []

    def weak_rows(self, columns: Iterable[int]) -> tuple[list[Row], dict[int, Weights]]:
        """Give the weak rows connected to some classes, and the weights of their classes."""
        waiting = [name for column in columns for name in self.weak.at.get(column, ())]
        found: dict[int, Row] = {}
        weights = {}
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found[name] = self.weak.rows[name]
            for column in found[name]:
                if column not in weights:
                    weights[column] = self.weights[column]
                    waiting.extend(self.weak.at[column])
        return list(found.values()), weights

    def _settled(self, seen: Seen | None) -> Seen | None:
        if seen is not None:
            self.undo()
        return seen

    def _lowered(self, group: int, was_strong: bool, was_soft: frozenset[int], before: Known) -> Seen | None:
        """Settle the rows of a class that hides less."""
        if not was_strong:
            starts = list(self.weak.at.get(group, ()))
            owner = None if self.hiding[group] else self.weak.forget(group, self._done)
            spared = {reader for reader, seen in before.items() if not any(seen)}
            seen = self._first_light(starts, group, spared)
            if seen is None and owner is not None and (row := self.weak.rows[owner]):
                self.weak.settle(owner, heaviest(row, self.weights), self._done)
            return seen
        pivoted = {reader for reader, column in self.following.get(group, ()) if column == group}
        pivoted = {reader for reader in pivoted if group in self.layers[reader].pivots}
        if not self.strong[group]:
            if group in self.pivots:
                seen = self._place(self.reduced(pop_pivot(self.pivots, group, self._done)))
                if seen is not None:
                    return seen
            soft = was_soft
        else:
            soft = self.soft.get(group, NOBODY)
            pivoted &= soft
        for reader in sorted(pivoted | soft):
            seen = None
            if reader in pivoted:
                seen = self._place_for(reader, pop_pivot(self.layers[reader].pivots, group, self._done))
            elif reader not in was_soft:
                if group in self.pivots:
                    seen = self._place_for(reader, self.pivots[group][1])
            elif any(before[reader]):
                light = self._searched(reader, self._holding(reader, group))
                seen = None if light is None else Seen(reader, light)
            if seen is not None:
                return seen
        return None

    def _add_weak(self, row: Row) -> Seen | None:
        row = self.weak.reduce(row)
        if not row:
            return None
        self.clock += 1
        name = self.clock
        self.weak.hold(name, row, self._done)
        seen = self._first_light([name])
        if seen is None:
            self.weak.settle(name, heaviest(row, self.weights), self._done)
        return seen

    def _add_weak_for(self, reader: int, row: Row) -> Seen | None:
        layer = self.layers[reader]
        row = self.hidden_from(reader, layer.weak.reduce(self.weak.reduce(row)))
        if not row:
            return None
        self.clock += 1
        name = self.clock
        layer.weak.hold(name, row, self._done)
        light = self._searched(reader, [name])
        if light is not None:
            return Seen(reader, light)
        seen = [self.seen[column].get(reader, self.weights[column]) for column in row]
        layer.weak.settle(name, list(row)[heaviest(range(len(row)), seen)], self._done)
        for column in row:
            self.beside.setdefault(column, set()).add(reader)
        return None

    def _first_light(
        self, starts: Collection[int], group: int | None = None, spared: AbstractSet[int] = NOBODY
    ) -> Seen | None:
        """Find the first reader, but for ``spared``, who sees a light combination that uses a common row of ``starts``.

        Or, of a class that hides less, a row of his own that holds it. Whoever knows nothing of the columns that
        tell where to search, nor has rows of his own there, searches the same rows as one who knows nothing, and sees
        the same: he is asked once.
        """
        common = _Common(self)
        reached, touched = near(common, starts, self.thresholds)
        if group is not None:
            touched.add(group)
        special = {reader for column in touched for reader in (*self.seen[column], *self.beside.get(column, ()))}
        special.update(self.given)
        plain = next((reader for reader in range(self.readers) if reader not in special), None)
        for reader in sorted((special if plain is None else {*special, plain}) - spared):
            if reader == plain:
                light = self._find(common, reached)
            else:
                own = () if group is None else self.layers[reader].weak.at.get(group, ())
                light = self._searched(reader, {*starts, *own})
            if light is not None:
                return Seen(reader, light)
        return None

    def _holding(self, reader: int, column: int) -> set[int]:
        return {*self.weak.at.get(column, ()), *self.layers[reader].weak.at.get(column, ())}

    def _searched(self, reader: int, starts: Collection[int]) -> Light | None:
        given = self.given.get(reader)
        if given:
            starts = {*starts, *(name for column in given for name in self._holding(reader, column))}
        view = _Own(self, reader)
        return self._find(view, near(view, starts, self.thresholds)[0])

    def _find(self, view: _Common, reached: AbstractSet[int]) -> Light | None:
        if not reached:
            return None
        self.searches += 1
        rows = [view.row(name) for name in sorted(reached)]
        weights = {column: view.weight(column) for row in rows for column in row}
        return find_light(rows, weights, self.thresholds)


class _Common:
    """What one who knows nothing has before him."""

    def __init__(self, core: Quotient) -> None:
        self.core = core
        self.rows, self.at = core.weak.rows, core.weak.at

    def row(self, name: int) -> Row:
        return self.rows[name]

    def holders(self, column: int) -> Collection[int]:
        return self.at.get(column, ())

    def alone(self, name: int) -> Iterable[int]:
        return self.core.weak.alone[name]

    def weight(self, column: int) -> Weights:
        return self.core.weights[column]


class _Own(_Common):
    """What one reader has before him."""

    def __init__(self, core: Quotient, reader: int) -> None:
        super().__init__(core)
        self.reader, self.own = reader, core.layers[reader].weak

    def row(self, name: int) -> Row:
        return self.rows[name] if name in self.rows else self.own.rows[name]

    def holders(self, column: int) -> Collection[int]:
        common, own = self.at.get(column), self.own.at.get(column)
        if common and own:
            return common | own
        return common or own or ()

    def alone(self, name: int) -> Iterable[int]:
        mine, others = (self.core.weak, self.own) if name in self.rows else (self.own, self.core.weak)
        return [column for column in mine.alone[name] if column not in others.at]

    def weight(self, column: int) -> Weights:
        return self.core.seen[column].get(self.reader) or self.core.weights[column]
