"""Totals over unknowns that have owners, one owner telling several: whoever is told of counts once.

An owner is an address that answered at several campaigns: what it told in each is an unknown, and a combination of
totals that holds two of them tells of the same dwellings. Weights of columns, as
:class:`atlas.secrecy.system.System` has them, would count it twice. Here a combination bears on owners, each for the
heaviest of its unknowns that are in it.

Grain in: totals over unknowns, at most one of an owner in each, some of them given. Grain out: which totals may be
published, most useful first, so that no combination bears on owners that weigh less than a threshold. Three steps, each
exact:

1. *Pieces*. Take out of each total the largest ones inside it that have no unknown in common: the same combinations, of
   short rows, none of which holds an owner twice.
2. *Peeling*. Unknowns in the same pieces are in a combination together or not at all; no two of them have one owner.
   Where they weigh the threshold, whatever one reader knows of them, no light combination holds them: a piece that is
   alone to hold them is in none. It goes, and more unknowns are alike. Nearly nothing is left.
3. *Search*, on what is left, for each reader: elimination modulo 2^61 - 1 of what weighs the threshold, merging of
   unknowns that always appear together, and branching on one: without it, or with it paid for. What an owner weighs is
   cut in slices: the lightest of its unknowns holds one, the next one that and another, so that a union of slices
   weighs as the heaviest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from atlas.later import sparse
from atlas.secrecy.bearing import lighter, vanishing
from atlas.secrecy.exact import PRIME, Row, echelon
from atlas.secrecy.light import components
from atlas.secrecy.pieces import Pieces, marks, numbers_of, sums

_Slices = tuple[Mapping[int, frozenset[int]], Mapping[int, int]]


@dataclass(frozen=True, eq=False)
class Owned:
    """Totals over what owners told.

    ``totals``: csr (totals, unknowns), 0/1. ``owner``: (unknowns,), numbers. ``weights``: (unknowns, measures).
    ``known``: csr of bool (unknowns, readers), what each reader knows exactly by itself. ``thresholds``: (measures,).
    """

    totals: sparse.csr_matrix
    owner: np.ndarray
    weights: np.ndarray
    known: sparse.csr_matrix
    thresholds: np.ndarray

    def kept(self, given: np.ndarray, order: np.ndarray, doubted: np.ndarray) -> np.ndarray:
        """Tell the totals that may be published, (totals,).

        Parameters
        ----------
        given : ndarray of bool, (totals,)
            Those published already, whatever they tell: what is light in them alone is no reason to keep nothing else.
        order : ndarray of int
            The others, most useful first.
        doubted : ndarray of bool, (totals,)
            Those that are looked at before others, to find sooner what cannot be kept: they change no answer.
        """
        size = np.diff(self.totals.indptr)
        numbers = sums(self.totals, numbers_of(self.totals.shape[1]))
        # Totals of the same unknowns are one, given where one of them is.
        ranked = np.concatenate([np.flatnonzero(given), order])
        _, first, same = np.unique(numbers[ranked], return_index=True, return_inverse=True)
        leader = np.empty(len(given), dtype=np.int64)
        leader[ranked] = ranked[first[same]]
        leaders = ranked[np.sort(first)]
        leaders = leaders[size[leaders] > 0]
        kept = np.ones(len(given), dtype=bool)
        base, offered = leaders[given[leaders]], leaders[~given[leaders]]
        kept[offered] = self._most(base, offered, np.flatnonzero(doubted[offered]))
        return given | kept[leader]

    def _most(self, base: np.ndarray, offered: np.ndarray, doubted: np.ndarray) -> np.ndarray:
        """Keep each of those offered that is safe beside what is kept before it, (offered,).

        What is safe stays so with less beside it: the first that is not is found by halves, of those that are doubted,
        then of those that hold what was found light.
        """
        kept = np.zeros(len(offered), dtype=bool)
        start, before, told = 0, base, self._confined(base, np.arange(self.totals.shape[1]))[0]
        doubted = np.unique([doubted, doubted + 1])
        while light := self._light(np.concatenate([before, offered[start:]]), told):
            safe, unsafe = start, len(offered)
            while unsafe - safe > 1:
                near = np.flatnonzero(self.totals[offered[safe:unsafe]][:, sorted(light)].getnnz(axis=1)) + safe
                inside = (one[(one > safe) & (one < unsafe)] for one in (doubted, np.unique([near, near + 1])))
                likely = next((one for one in inside if len(one)), np.array([(safe + unsafe) // 2]))
                tried = int(likely[len(likely) // 2])
                if found := self._light(np.concatenate([before, offered[start:tried]]), told):
                    unsafe, light = tried, found
                else:
                    safe = tried
            kept[start:safe] = True
            before = np.concatenate([before, offered[start:safe]])
            start = unsafe
        kept[start:] = True
        return kept

    def _confined(self, chosen: np.ndarray, alike: np.ndarray) -> tuple[list[Row], np.ndarray]:
        """Give the combinations of totals that some reader may find light: rows that span them, and who is in them.

        ``alike``: (unknowns,), numbers; of those in the same pieces with the same number one stands for all. With the
        rows, the unknown that stands for each, (unknowns,), -1 for those in no piece.
        """
        pieces = self._pieces.of(chosen)
        left, strong = self._peeled(pieces)
        stands = np.full(len(alike), -1)
        if not len(left):
            return [], stands
        pieces = pieces[left]
        held = np.flatnonzero(np.diff(pieces.tocsc().indptr))
        group, first = _alike(_mixed(sums(pieces.T.tocsr(), numbers_of(len(left))), alike.astype(np.uint64)), held)
        stands[held] = first[group[held]]
        short = pieces[:, first]
        names = first[short.indices].tolist()
        rows = [
            dict(zip(names[start:end], (short.data[start:end] % PRIME).tolist(), strict=True))
            for start, end in pairwise(short.indptr.tolist())
        ]
        return vanishing(rows, set(stands[strong].tolist()) - {-1}), stands

    def _light(self, chosen: np.ndarray, told: Sequence[Row]) -> set[int]:
        """Find unknowns in which some reader can combine these totals into something light, more than ``told`` does."""
        rows, stands = self._confined(chosen, self._knowledge)
        parts = components(rows)
        held = np.flatnonzero(stands >= 0)
        weighed = [_sliced(self.owner[held], stands[held], weight[held]) for weight in self.weights.T] if parts else []
        for part in parts:
            columns = {column for row in part for column in row}
            light = self._light_in(part, columns, weighed)
            if light and _rank(part) > _rank(_inside(told, columns, stands)):
                return light
        return set()

    @cached_property
    def _pieces(self) -> Pieces:
        return Pieces(self.totals)

    def _peeled(self, pieces: sparse.csr_matrix) -> tuple[np.ndarray, np.ndarray]:
        """List the pieces that a light combination may hold, and unknowns that none holds, whoever reads."""
        readers, holding = self.known.shape[1], sparse.csc_matrix(abs(pieces).sign())
        size, told = np.diff(pieces.indptr), sparse.csr_matrix(holding @ self.known.astype(np.int64))
        alive, places = (size > 0).astype(np.int64), np.arange(pieces.shape[0])
        numbers, spelt = numbers_of(pieces.shape[0]), pieces.T.tocsr()
        mine, reader = self._readers
        while True:
            users, alone = holding.T @ alive, holding.T @ (alive * places)
            held = np.flatnonzero(users)
            group, first = _alike(sums(spelt, numbers * alive.astype(np.uint64)), held)
            weight = self._summed(group[held], held, len(first))
            strong = np.asarray((weight >= self.thresholds).all(axis=1))
            # Those who know so much of a class that too little is left of it.
            near = np.flatnonzero(np.append(strong, False)[group[mine]])
            pair, into = np.unique(group[mine[near]] * readers + reader[near], return_inverse=True)
            left = weight[pair // readers] - self._summed(into, mine[near], len(pair))
            pair = pair[(left < self.thresholds).any(axis=1)]
            weak = marks(pair // readers, pair % readers, (len(first), readers))
            # A piece is in no light combination of a reader for whom a class that it alone holds is strong.
            columns = first[strong]
            columns = columns[users[columns] == 1]
            holds = marks(alone[columns], group[columns], (len(places), len(first)))
            count = np.diff(holds.indptr)
            doubt = (holds @ weak).tocoo()
            doubtful = doubt.data == count[doubt.row]
            # Nor of one who knows the whole of it, to whom it says nothing.
            row, column = doubt.row[doubtful], doubt.col[doubtful]
            row = row[np.asarray(told[row, column]).ravel() < size[row]]
            gone = np.setdiff1d(np.flatnonzero(count), row)
            if not len(gone):
                strong[pair // readers] = False
                return np.flatnonzero(alive), first[strong]
            alive[gone] = 0

    def _summed(self, group: np.ndarray, unknowns: np.ndarray, count: int) -> np.ndarray:
        """Sum the weights of unknowns by group, (groups, measures)."""
        return np.column_stack([np.bincount(group, one[unknowns], minlength=count) for one in self.weights.T])

    @cached_property
    def _readers(self) -> tuple[np.ndarray, np.ndarray]:
        """List unknowns beside the readers who know them."""
        entries = self.known.tocoo()
        return entries.row, entries.col

    @cached_property
    def _knowledge(self) -> np.ndarray:
        """Number who knows each unknown, (unknowns,): alike where the same readers do."""
        return sums(self.known, numbers_of(self.known.shape[1]))

    def _light_in(self, rows: list[Row], columns: set[int], weighed: Sequence[_Slices]) -> set[int]:
        """Search an independent part for each reader who knows some of it, and for who knows nothing."""
        knowing: dict[int, set[int]] = {}
        for column in columns:
            for reader in self.known.indices[self.known.indptr[column] : self.known.indptr[column + 1]].tolist():
                knowing.setdefault(reader, set()).add(column)
        for mine in (set[int](), *knowing.values()):
            for (slices, weight), threshold in zip(weighed, self.thresholds.tolist(), strict=True):
                unknown = {column for column in columns - mine if column in slices}
                seen = [{column: value for column, value in row.items() if column in unknown} for row in rows]
                light = lighter(seen, slices, weight, threshold)
                if light is not None:
                    return {column for column in unknown if slices[column] <= light}
        return set()


def _inside(rows: Sequence[Row], columns: set[int], stands: np.ndarray) -> list[Row]:
    """Keep the combinations of rows over unknowns that hold none but those that some columns stand for."""
    others = {column for row in rows for column in row if int(stands[column]) not in columns}
    return [{column: value for column, value in row.items() if column in columns} for row in vanishing(rows, others)]


def _rank(rows: Sequence[Row]) -> int:
    return len(echelon(rows, max))


def _sliced(owner: np.ndarray, group: np.ndarray, weight: np.ndarray) -> _Slices:
    """Cut what owners weigh in slices, one for what some groups of their unknowns hold alone, and weigh each.

    ``owner``, ``group``, ``weight``: (unknowns,). A group without weight holds no slice.
    """
    order = np.lexsort((-weight, owner))
    sizes: Counter[tuple[int, ...]] = Counter()
    ends = [*(np.flatnonzero(np.diff(owner[order])) + 1).tolist(), len(order)]
    groups, weights = group[order].tolist(), weight[order].astype(int).tolist()
    for start, end in pairwise([0, *ends]):
        for last in range(start, end):
            less = weights[last + 1] if last + 1 < end else 0
            if weights[last] > less:
                sizes[tuple(sorted(groups[start : last + 1]))] += weights[last] - less
    slices: dict[int, set[int]] = {}
    for number, holders in enumerate(sizes):
        for one in holders:
            slices.setdefault(one, set()).add(number)
    return {one: frozenset(held) for one, held in slices.items()}, dict(enumerate(sizes.values()))


def _alike(numbers: np.ndarray, held: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Group the unknowns held that have the same number: the group of each, -1 for others, and one of each group."""
    _, one, number = np.unique(numbers[held], return_index=True, return_inverse=True)
    group = np.full(len(numbers), -1)
    group[held] = number
    return group, held[one]


def _mixed(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Number pairs of numbers."""
    return first * np.uint64(0x9E3779B97F4A7C15) + (second ^ (second >> np.uint64(29)))
