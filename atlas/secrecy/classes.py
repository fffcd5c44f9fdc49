"""Classes of atoms, and what each hides from every reader: strong, weak or empty, soft for some.

Grain in: by class, what it hides from one who knows nothing, and from each reader who knows something of it. Every
change notes how to take it back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import ge

from atlas.secrecy.exact import Row
from atlas.secrecy.weak import Undo, Weak, Weights

Pivots = dict[int, tuple[int, Row]]
Known = Mapping[int, Weights]
NOBODY: frozenset[int] = frozenset()


@dataclass(eq=False)
class Layer:
    """What one reader has of his own: rows whose shared pivot is soft for him, weak rows, classes he knows whole."""

    pivots: Pivots = field(default_factory=dict)
    weak: Weak = field(default_factory=Weak)
    known: set[int] = field(default_factory=set)


class Classes:
    """What classes hide.

    Parameters
    ----------
    weights, floors : list of tuple
        By class, what it hides when nothing inside it is published, and what it hides in any case.
    seen : list of mapping
        By class, what it hides from each reader who knows something of it. Reader 0 knows nothing.
    thresholds : sequence of int
        One per measure.
    readers : int
    """

    def __init__(
        self,
        weights: list[Weights],
        floors: list[Weights],
        seen: list[Known],
        thresholds: Iterable[int],
        readers: int = 1,
    ) -> None:
        self.thresholds = tuple(thresholds)
        self.weights, self.seen, self.readers = weights, seen, readers
        self.strong = [self._is_strong(weight) for weight in weights]
        self.lasting = [self._is_strong(floor) for floor in floors]
        self.hiding = [any(weight) for weight in weights]
        self.layers = [Layer() for _ in range(readers)]
        self.soft: dict[int, frozenset[int]] = {}
        for group, known in enumerate(seen):
            self._note(group, known)
        self._done: Undo = []

    def undo(self) -> None:
        """Take the last step back."""
        for step in reversed(self._done):
            step()
        self._done = []

    def hidden_from(self, reader: int, row: Row) -> Row:
        """Leave out of a row the classes that hide nothing from a reader."""
        hiding, known = self.hiding, self.layers[reader].known
        return {column: value for column, value in row.items() if hiding[column] and column not in known}

    def _set(self, group: int, weight: Weights, known: Known) -> None:
        before = self.weights[group], self.seen[group], self.strong[group], self.hiding[group], self.soft.get(group)
        gone = [reader for reader, seen in self.seen[group].items() if not any(seen)]

        def back() -> None:
            for reader in self.seen[group]:
                self.layers[reader].known.discard(group)
            self.weights[group], self.seen[group], self.strong[group], self.hiding[group], soft = before
            for reader in gone:
                self.layers[reader].known.add(group)
            self.soft.pop(group, None)
            if soft is not None:
                self.soft[group] = soft

        self.weights[group], self.seen[group] = weight, known
        self.strong[group], self.hiding[group] = self._is_strong(weight), any(weight)
        for reader in gone:
            self.layers[reader].known.discard(group)
        self._note(group, known)
        self._done.append(back)

    def _note(self, group: int, known: Known) -> None:
        """Note for whom a class is soft, and who knows it whole."""
        self.soft.pop(group, None)
        if self.strong[group]:
            soft = frozenset(reader for reader, seen in known.items() if not self._is_strong(seen))
            if soft:
                self.soft[group] = soft
        for reader, seen in known.items():
            if not any(seen):
                self.layers[reader].known.add(group)

    def _is_strong(self, weight: Weights) -> bool:
        return all(map(ge, weight, self.thresholds))
