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

    ``hidden``: (views, measures), from reader 0 first, then from each of ``readers``, who know something of the class;
    ``amounts``: (nodes, views, measures). ``regular``: without any one of the nodes, the class still hides enough in
    every measure it has.
    """

    group: int
    nodes: np.ndarray
    amounts: np.ndarray
    hidden: np.ndarray
    readers: tuple[int, ...]
    regular: bool


class Forest:
    """State of the forest: ``published`` (nodes,), ``hidden`` (nodes, measures), ``class_hidden`` (classes, measures).

    ``hidden`` of a node is the weight of its atoms that no published node inside it covers; ``own`` is what each reader
    knows of it, ``class_own`` of what a class hides.
    """

    def __init__(self, structure: Structure, thresholds: np.ndarray) -> None:
        self.parent = structure.parent
        self.class_of = structure.class_of
        self.thresholds = thresholds
        self.hidden, self.own = structure.weight.copy(), structure.own.copy()
        self.class_hidden, self.class_own = structure.class_weight.copy(), structure.class_own.copy()
        self.class_absent = (structure.class_weight[self.class_own.units()] == self.class_own.value).all(axis=1)
        self.published = np.zeros(len(structure.parent), dtype=bool)

    def allowed(self, hidden: np.ndarray) -> np.ndarray:
        """Say whether what remains bears, in each measure, on nothing or on enough."""
        return ((hidden == 0) | (hidden >= self.thresholds)).all(axis=-1)

    def offer(self, nodes: np.ndarray) -> tuple[np.ndarray, list[Descent]]:
        """Decide nodes of one level, none inside another: the accepted ones, and what the core must decide."""
        amounts = self.hidden[nodes]
        empty = ~amounts.any(axis=1)
        kept = [nodes[empty]]
        nodes = nodes[~empty & self._allowed_to_all(nodes)]
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
        counts = np.diff(np.r_[start, len(nodes)])
        settled, regular = self._judged(nodes, group[start], start, counts)
        is_class = group[start] >= len(self.parent)
        one_less = ~settled & regular & ~is_class
        accepted = np.repeat(settled | one_less, counts)
        accepted[(start + counts - 1)[one_less]] = False
        kept.append(nodes[accepted])
        descents = []
        for index in np.flatnonzero(~settled & ~one_less).tolist():
            part = nodes[start[index] : start[index] + counts[index]]
            held, amounts, readers = self._seen(int(group[start[index]]), part)
            if is_class[index]:
                code = int(group[start[index]]) - len(self.parent)
                descents.append(Descent(code, part, amounts, held, readers, bool(regular[index])))
            else:
                kept.append(part[self._one_by_one(amounts, held)])
        return np.concatenate(kept), descents

    def force(self, nodes: np.ndarray) -> Iterator[Descent]:
        """Publish released nodes; give the classes that hide less afterwards."""
        container = self._containers(nodes)
        touched = np.unique(self.class_of[nodes[container < 0]])
        self.publish(nodes)
        for code in touched[touched >= 0].tolist():
            held, amounts, readers = self._seen(len(self.parent) + code, nodes[:0])
            yield Descent(code, nodes[:0], amounts, held, readers, regular=True)

    def publish(self, nodes: np.ndarray) -> None:
        """Publish nodes, none inside another: all that contains them, up to their container, hides less."""
        place, pair = self.own.among(nodes)
        known, reader = self.own.value[pair], self.own.reader(pair)
        amounts, here = self.hidden[nodes], self.parent[nodes]
        group, rank = self.class_of[nodes], np.arange(len(nodes))
        self.published[nodes] = True
        while len(here):
            inside = here >= 0
            top = ~inside & (group >= 0)
            np.subtract.at(self.class_hidden, group[top], amounts[top])
            np.subtract.at(self.hidden, here[inside], amounts[inside])
            # Places of the nodes still climbing, and what readers know of each.
            now = np.full(len(nodes), -1)
            now[rank] = np.arange(len(rank))
            at = now[place]
            place, known, reader, at = place[at >= 0], known[at >= 0], reader[at >= 0], at[at >= 0]
            above = top[at]
            pairs = self.class_own.pairs(group[at[above]], reader[above])
            np.subtract.at(self.class_own.value, pairs, known[above])
            under = inside[at]
            np.subtract.at(self.own.value, self.own.pairs(here[at[under]], reader[under]), known[under])
            climbing = inside & ~self.published[here]
            here, amounts, group, rank = self.parent[here[climbing]], amounts[climbing], group[climbing], rank[climbing]

    def broken(self) -> np.ndarray:
        """Find published nodes around which something too small remains: only releases can cause it."""
        nodes = np.flatnonzero(self.published)
        return nodes[~self._allowed_to_all(nodes)]

    def exposed(self, node: int) -> tuple[int, int, int]:
        """Tell who first sees something too small around a node: reader, measure, weight."""
        held, _, readers = self._seen(node, np.zeros(0, dtype=np.int64))
        view, measure = np.argwhere((held > 0) & (held < self.thresholds))[0].tolist()
        return (0, *readers)[view], measure, int(held[view, measure])

    def _allowed_to_all(self, nodes: np.ndarray) -> np.ndarray:
        """Say of nodes whether what they hide is allowed, whoever reads."""
        good = self.allowed(self.hidden[nodes])
        place, pair = self.own.among(nodes)
        good[place[~self.allowed(self.hidden[nodes[place]] - self.own.value[pair])]] = False
        return good

    def _judged(
        self, nodes: np.ndarray, group: np.ndarray, start: np.ndarray, counts: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Say of containers whether all their nodes may be published, and whether any one masked protects the rest.

        A reader who knows nothing of a container sees what reader 0 sees. One who knows nothing of a node, and of whom
        its container hides nothing in a measure where it hides something from reader 0, asks less than reader 0.
        """
        amounts, is_class = self.hidden[nodes], group >= len(self.parent)
        at = np.repeat(np.arange(len(group)), counts)
        held = self._held(group)
        left = held - np.add.reduceat(amounts, start, axis=0)
        settled = np.where(is_class, (left >= self.thresholds).all(axis=1), self.allowed(left))
        full = ((amounts >= self.thresholds) | (held[at] == 0)).all(axis=1)
        home, reader, known, absent = self._known(group)
        place, pair = self.own.among(nodes)
        # Both are sorted by container and reader.
        width = self.own.width
        index = np.searchsorted(home * width + reader, at[place] * width + self.own.reader(pair))
        known_left = known.copy()
        np.subtract.at(known_left, index, self.own.value[pair])
        left = left[home] - known_left
        enough = np.where(is_class[home], absent | (left >= self.thresholds).all(axis=1), self.allowed(left))
        settled[home[~enough]] = False
        mine = amounts[place] - self.own.value[pair]
        nothing = held[at[place]] == known[index]
        full[place[~((mine >= self.thresholds) | nothing).all(axis=1)]] = False
        return settled, np.logical_and.reduceat(full, start)

    def _known(self, group: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """List what readers know of containers: place of the container, reader, weight, whether that was all of it."""
        node = np.flatnonzero(group < len(self.parent))
        classes = np.flatnonzero(group >= len(self.parent))
        one, pair = self.own.among(group[node])
        other, its = self.class_own.among(group[classes] - len(self.parent))
        home = np.concatenate([node[one], classes[other]])
        reader = np.concatenate([self.own.reader(pair), self.class_own.reader(its)])
        known = np.concatenate([self.own.value[pair], self.class_own.value[its]])
        absent = np.concatenate([np.zeros(len(pair), dtype=bool), self.class_absent[its]])
        order = np.lexsort((reader, home))
        return home[order], reader[order], known[order], absent[order]

    def _seen(self, group: int, nodes: np.ndarray) -> tuple[np.ndarray, np.ndarray, tuple[int, ...]]:
        """Lay out what a container hides and its nodes, from reader 0 and from each who knows something of it."""
        own, unit = (self.own, group) if group < len(self.parent) else (self.class_own, group - len(self.parent))
        _, pair = own.among(np.array([unit]))
        readers = own.reader(pair)
        held = self._held(np.array([group])).repeat(1 + len(pair), axis=0)
        held[1:] -= own.value[pair]
        amounts = self.hidden[nodes][:, None].repeat(1 + len(pair), axis=1)
        place, its = self.own.among(nodes)
        amounts[place, 1 + np.searchsorted(readers, self.own.reader(its))] -= self.own.value[its]
        return held, amounts, tuple(readers.tolist())

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
            if self.allowed(held - amount).all():
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
