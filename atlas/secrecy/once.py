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
from atlas.secrecy.exact import PRIME, Row
from atlas.secrecy.light import components

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
            Those published already, whatever they tell.
        order : ndarray of int
            The others, most useful first.
        doubted : ndarray of bool, (totals,)
            Those that are looked at before others, to find sooner what cannot be kept: they change no answer.
        """
        size = np.diff(self.totals.indptr)
        numbers = _sums(self.totals, _numbers(self.totals.shape[1]))
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

        What is safe stays so with less beside it: the first that is not is found by halves.
        """
        kept = np.zeros(len(offered), dtype=bool)
        start, before = 0, base
        likely = np.unique([doubted, doubted + 1]).tolist()
        while self._is_unsafe(np.concatenate([before, offered[start:]])):
            if not start and self._is_unsafe(base):
                return kept
            safe, unsafe = start, len(offered)
            while unsafe - safe > 1:
                tried = next((one for one in likely if safe < one < unsafe), (safe + unsafe) // 2)
                if self._is_unsafe(np.concatenate([before, offered[start:tried]])):
                    unsafe = tried
                else:
                    safe = tried
            kept[start:safe] = True
            before = np.concatenate([before, offered[start:safe]])
            start = unsafe
        kept[start:] = True
        return kept

    def _is_unsafe(self, chosen: np.ndarray) -> bool:
        """Say whether some reader can combine these totals into something light."""
        pieces = self._pieces(chosen)
        left, strong = self._peeled(pieces)
        return len(left) > 0 and self._light(pieces[left], strong)

    def _pieces(self, chosen: np.ndarray) -> sparse.csr_matrix:
        """Take out of each of these totals the largest ones inside it that are apart."""
        place = np.full(self.totals.shape[0], -1)
        place[chosen] = np.arange(len(chosen))
        small, large = (place[of] for of in self._inside)
        both = (small >= 0) & (large >= 0)
        small, large = small[both], large[both]
        masks = [self._masks[one] for one in chosen.tolist()]
        taken = []
        around, covered = -1, 0
        for pair, (one, other) in enumerate(zip(small.tolist(), large.tolist(), strict=True)):
            if other != around:
                around, covered = other, 0
            if not masks[one] & covered:
                covered |= masks[one]
                taken.append(pair)
        less = _marks(large[taken], small[taken], (len(chosen), len(chosen)))
        totals = self.totals[chosen]
        pieces = sparse.csr_matrix(totals - less @ totals)
        pieces.eliminate_zeros()
        return pieces

    @cached_property
    def _inside(self) -> tuple[np.ndarray, np.ndarray]:
        """List totals inside others, the largest ones of each first."""
        size = np.diff(self.totals.indptr)
        common = (self.totals @ self.totals.T).tocoo()
        inside = (common.data == size[common.row]) & (size[common.row] < size[common.col]) & (common.data > 0)
        small, large = common.row[inside], common.col[inside]
        order = np.lexsort((small, -size[small], large))
        return small[order], large[order]

    @cached_property
    def _masks(self) -> list[int]:
        """Write the unknowns of each total as bits of a whole number, those that are in the same totals as one."""
        columns = _sums(sparse.csr_matrix(self.totals.T), _numbers(self.totals.shape[0]))
        _, first = np.unique(columns, return_index=True)
        short = sparse.csr_matrix(self.totals[:, first])
        masks = []
        for start in range(0, short.shape[0], 512):
            bits = np.packbits(short[start : start + 512].toarray() > 0, axis=1)
            masks += [int.from_bytes(row.tobytes(), "big") for row in bits]
        return masks

    def _peeled(self, pieces: sparse.csr_matrix) -> tuple[np.ndarray, np.ndarray]:
        """List the pieces that a light combination may hold, and unknowns that none holds, whoever reads."""
        readers, holding = self.known.shape[1], sparse.csc_matrix(abs(pieces).sign())
        size, told = np.diff(pieces.indptr), sparse.csr_matrix(holding @ self.known.astype(np.int64))
        alive, places = (size > 0).astype(np.int64), np.arange(pieces.shape[0])
        numbers, spelt = _numbers(pieces.shape[0]), pieces.T.tocsr()
        mine, reader = self._readers
        while True:
            users, alone = holding.T @ alive, holding.T @ (alive * places)
            held = np.flatnonzero(users)
            group, first = _alike(_sums(spelt, numbers * alive.astype(np.uint64)), held)
            weight = self._summed(group[held], held, len(first))
            strong = np.asarray((weight >= self.thresholds).all(axis=1))
            # Those who know so much of a class that too little is left of it.
            near = np.flatnonzero(np.append(strong, False)[group[mine]])
            pair, into = np.unique(group[mine[near]] * readers + reader[near], return_inverse=True)
            left = weight[pair // readers] - self._summed(into, mine[near], len(pair))
            pair = pair[(left < self.thresholds).any(axis=1)]
            weak = _marks(pair // readers, pair % readers, (len(first), readers))
            # A piece is in no light combination of a reader for whom a class that it alone holds is strong.
            columns = first[strong]
            columns = columns[users[columns] == 1]
            holds = _marks(alone[columns], group[columns], (len(places), len(first)))
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
        return _sums(self.known, _numbers(self.known.shape[1]))

    def _light(self, pieces: sparse.csr_matrix, strong: np.ndarray) -> bool:
        """Say whether some reader can combine pieces into something light, which holds none of the strong unknowns."""
        held = np.flatnonzero(np.diff(pieces.tocsc().indptr))
        # Unknowns that are alike for every reader are one.
        told = _sums(pieces.T.tocsr(), _numbers(pieces.shape[0]))
        group, first = _alike(_mixed(told, self._knowledge), held)
        short = pieces[:, first]
        rows = [
            dict(zip(short.indices[start:end].tolist(), (short.data[start:end] % PRIME).tolist(), strict=True))
            for start, end in pairwise(short.indptr.tolist())
        ]
        parts = components(vanishing(rows, set(group[strong].tolist())))
        if not parts:
            return False
        weighed = [_sliced(self.owner[held], group[held], weight[held]) for weight in self.weights.T]
        known = self.known[first]
        readers = [known.indices[start:end].tolist() for start, end in pairwise(known.indptr.tolist())]
        return any(self._light_part(part, weighed, readers) for part in parts)

    def _light_part(self, rows: list[Row], weighed: Sequence[_Slices], readers: Sequence[Sequence[int]]) -> bool:
        """Search an independent part for each reader who knows some of it, and for who knows nothing."""
        columns = {column for row in rows for column in row}
        knowing: dict[int, set[int]] = {}
        for column in columns:
            for reader in readers[column]:
                knowing.setdefault(reader, set()).add(column)
        for mine in (set[int](), *knowing.values()):
            for (slices, weight), threshold in zip(weighed, self.thresholds.tolist(), strict=True):
                unknown = {column for column in columns - mine if column in slices}
                seen = [{column: value for column, value in row.items() if column in unknown} for row in rows]
                if lighter(seen, slices, weight, threshold) is not None:
                    return True
        return False


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


def _numbers(count: int) -> np.ndarray:
    """Give each index a fixed pseudo-random odd 64-bit number."""
    return np.random.default_rng(0).integers(0, 1 << 63, count, dtype=np.uint64) * np.uint64(2) + np.uint64(1)


def _sums(matrix: sparse.csr_matrix, numbers: np.ndarray) -> np.ndarray:
    """Sum numbers over rows, modulo 2^64: rows of the same entries have the same sum."""
    return sparse.csr_matrix(matrix, dtype=np.int64).astype(np.uint64) @ numbers


def _marks(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> sparse.csr_matrix:
    marks = sparse.csr_matrix((np.ones(len(rows), dtype=np.int64), (rows, columns)), shape=shape)
    marks.data[:] = 1  # once, however many times it is told
    return marks


def _alike(numbers: np.ndarray, held: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Group the unknowns held that have the same number: the group of each, -1 for others, and one of each group."""
    _, one, number = np.unique(numbers[held], return_index=True, return_inverse=True)
    group = np.full(len(numbers), -1)
    group[held] = number
    return group, held[one]


def _mixed(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Number pairs of numbers."""
    return first * np.uint64(0x9E3779B97F4A7C15) + (second ^ (second >> np.uint64(29)))
