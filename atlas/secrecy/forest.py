"""Offer the nodes of the forest to publication, level by level, all containers at once.

Grain in: nodes numbered by usefulness. Grain out: which are published, and what stays hidden around them. A node lies
in a *container*: the smallest published node around it, or its class. Publishing it leaves the container with that much
less to hide behind. Every offered node hides at least the threshold, so a container needs at most one of them masked:
the least useful one, and only when what would remain is neither nothing nor enough. That is the exact greedy answer,
and it takes one sorted pass: 900,000 addresses in seconds.

Classes are not decided here: what remains of a class is protected by other classes too, and only the core knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from atlas.secrecy.structure import Structure


@dataclass(frozen=True, eq=False)
class Descent:
    """A class asked to hide less: publish ``nodes`` (by usefulness, hiding ``amounts``) out of ``hidden``.

    ``regular``: without any one of the nodes, the class still hides enough in every measure it has.
    """

    group: int
    nodes: np.ndarray
    amounts: np.ndarray
    hidden: np.ndarray
    regular: bool


class Forest:
    """State of the forest: ``published`` (nodes,), ``hidden`` (nodes, measures), ``class_hidden`` (classes, measures).

    ``hidden`` of a node is the weight of its atoms that no published node inside it covers.
    """

    def __init__(self, structure: Structure, thresholds: np.ndarray, measures: int) -> None:
        self.parent = structure.parent
        self.class_of = structure.class_of
        self.thresholds = thresholds
        self.hidden = structure.weight.copy()
        self.class_hidden = structure.class_weight.copy()
        present = structure.class_weight.reshape(len(self.class_hidden), len(thresholds) // measures, measures).any(
            axis=2
        )
        self.class_absent = np.repeat(~present, measures, axis=1)
        self.published = np.zeros(len(structure.parent), dtype=bool)

    def allowed(self, hidden: np.ndarray) -> np.ndarray:
        """Say whether what remains bears, in each measure, on nothing or on enough."""
        return ((hidden == 0) | (hidden >= self.thresholds)).all(axis=-1)

    def offer(self, nodes: np.ndarray) -> tuple[np.ndarray, list[Descent]]:
        """Decide nodes of one level, none inside another: the accepted ones, and what the core must decide."""
        amounts = self.hidden[nodes]
        empty = ~amounts.any(axis=1)
        kept = [nodes[empty]]
        nodes = nodes[~empty & self.allowed(amounts)]
        container = self._containers(nodes)
        free = (container < 0) & (self.class_of[nodes] < 0)
        kept.append(nodes[free])
        nodes, container = nodes[~free], container[~free]
        group = np.where(container >= 0, container, len(self.parent) + self.class_of[nodes])
        order = np.lexsort((nodes, group))
        nodes, group = nodes[order], group[order]
        start = np.flatnonzero(np.r_[True, group[1:] != group[:-1]]) if len(nodes) else np.zeros(0, dtype=np.int64)
        if not len(start):
            return np.concatenate(kept), []
        amounts = self.hidden[nodes]
        held = self._held(group[start])
        counts = np.diff(np.r_[start, len(nodes)])
        left = held - np.add.reduceat(amounts, start, axis=0)
        is_class = group[start] >= len(self.parent)
        enough = left >= self.thresholds
        enough[is_class] |= self.class_absent[group[start[is_class]] - len(self.parent)]
        settled = np.where(is_class, enough.all(axis=1), self.allowed(left))
        full = (amounts >= self.thresholds) | (np.repeat(held, counts, axis=0) == 0)
        regular = np.logical_and.reduceat(full.all(axis=1), start)
        one_less = ~settled & regular & ~is_class
        accepted = np.repeat(settled | one_less, counts)
        accepted[(start + counts - 1)[one_less]] = False
        kept.append(nodes[accepted])
        descents = []
        for index in np.flatnonzero(~settled & ~one_less).tolist():
            part = slice(start[index], start[index] + counts[index])
            if is_class[index]:
                code = int(group[start[index]]) - len(self.parent)
                descents.append(Descent(code, nodes[part], amounts[part], held[index], bool(regular[index])))
            else:
                kept.append(nodes[part][self._one_by_one(amounts[part], held[index])])
        return np.concatenate(kept), descents

    def force(self, nodes: np.ndarray) -> Iterator[Descent]:
        """Publish released nodes; give the classes that hide less afterwards."""
        container = self._containers(nodes)
        touched = np.unique(self.class_of[nodes[container < 0]])
        self.publish(nodes)
        for code in touched[touched >= 0].tolist():
            yield Descent(code, nodes[:0], self.hidden[:0], self.class_hidden[code], regular=True)

    def publish(self, nodes: np.ndarray) -> None:
        """Publish nodes, none inside another: all that contains them, up to their container, hides less."""
        amounts, here = self.hidden[nodes], self.parent[nodes]
        group = self.class_of[nodes]
        self.published[nodes] = True
        while len(here):
            inside = here >= 0
            top = ~inside & (group >= 0)
            np.subtract.at(self.class_hidden, group[top], amounts[top])
            here, amounts, group = here[inside], amounts[inside], group[inside]
            np.subtract.at(self.hidden, here, amounts)
            climbing = ~self.published[here]
            here, amounts, group = self.parent[here[climbing]], amounts[climbing], group[climbing]

    def broken(self) -> np.ndarray:
        """Find published nodes around which something too small remains: only releases can cause it."""
        return np.flatnonzero(self.published & ~self.allowed(self.hidden))

    def _containers(self, nodes: np.ndarray) -> np.ndarray:
        """Find the smallest published node around each node, -1 when only its class is."""
        here = self.parent[nodes]
        while True:
            climbing = np.flatnonzero((here >= 0) & ~self.published[here])
            if not len(climbing):
                return here
            here[climbing] = self.parent[here[climbing]]

    def _held(self, group: np.ndarray) -> np.ndarray:
        held = np.empty((len(group), self.hidden.shape[1]), dtype=np.int64)
        node = group < len(self.parent)
        held[node] = self.hidden[group[node]]
        held[~node] = self.class_hidden[group[~node] - len(self.parent)]
        return held

    def _one_by_one(self, amounts: np.ndarray, held: np.ndarray) -> np.ndarray:
        """Decide nodes in order, where some weigh nothing in one measure."""
        accepted = np.zeros(len(amounts), dtype=bool)
        for index, amount in enumerate(amounts):
            if self.allowed(held - amount):
                accepted[index] = True
                held = held - amount
        return accepted


def sub_rounds(nodes: np.ndarray, structure: Structure) -> list[np.ndarray]:
    """Cut nodes of one level into rounds in which none lies inside another, outer ones first."""
    among = np.zeros(len(structure.parent), dtype=bool)
    among[nodes] = True
    around = np.zeros(len(nodes), dtype=np.int64)
    here = structure.parent[nodes]
    while (here >= 0).any():
        around += (here >= 0) & among[here]
        here = np.where(here >= 0, structure.parent[here], -1)
    return [nodes[around == depth] for depth in range(int(around.max(initial=-1)) + 1)]
