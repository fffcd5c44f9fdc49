"""Totals over unknowns that come in twos, one owner telling both: whoever is told of counts once.

An owner is an address that answered at two campaigns: what it told first is one unknown, what it told next another, and
a combination of totals that holds one or both tells of the same dwellings. Weights of columns, as
:class:`atlas.secrecy.system.System` has them, would count it twice. Here a combination bears on owners.

Grain in: totals over the unknowns of owners, some of them given. Grain out: which totals may be published, most useful
first, so that no combination bears on owners that weigh less than a threshold. Three steps, each exact:

1. *Pieces*. Take out of each total the largest ones inside it that have no unknown in common: the same combinations, of
   short rows.
2. *Peeling*. Owners in the same pieces, in both of their unknowns, are in a combination together or not at all. Where
   they weigh the threshold, whatever one reader knows of them, no light combination holds them: a piece that is alone
   to hold an unknown of theirs is in none. It goes, and more owners are alike. Nearly nothing is left.
3. *Search*, on what is left, for each reader: elimination modulo 2^61 - 1 of what weighs the threshold, merging of
   unknowns that always appear together, and branching on an owner: without it, or with it paid for, both unknowns.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from atlas.later import sparse
from atlas.secrecy.bearing import lighter, vanishing
from atlas.secrecy.exact import PRIME, Row
from atlas.secrecy.light import components


@dataclass(frozen=True, eq=False)
class Owned:
    """Totals over what owners told first and next.

    ``totals``: csr (totals, 2 x owners), 0/1, first unknowns before next ones. ``weights``: (owners, measures), of what
    counts once. ``known``: csr of bool (2 x owners, readers), what each reader knows exactly by itself.
    ``thresholds``: (measures,).
    """

    totals: sparse.csr_matrix
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
        pieces = _pieces(self.totals[chosen])
        left, strong = self._peeled(pieces)
        return len(left) > 0 and self._light(pieces[left], strong)

    def _peeled(self, pieces: sparse.csr_matrix) -> tuple[np.ndarray, np.ndarray]:
        """List the pieces that a light combination may hold, and owners that none holds, whoever reads."""
        owners, readers = len(self.weights), self.known.shape[1]
        holding = sparse.csc_matrix(abs(pieces).sign())
        size, told = np.diff(pieces.indptr), sparse.csr_matrix(holding @ self.known.astype(np.int64))
        alive, places = (size > 0).astype(np.int64), np.arange(pieces.shape[0])
        numbers, spelt = _numbers(pieces.shape[0]), pieces.T.tocsr()
        owner, reader = self._readers
        while True:
            users, alone = holding.T @ alive, holding.T @ (alive * places)
            held = np.flatnonzero(users[:owners] + users[owners:])
            group, first = _alike(_sums(spelt, numbers * alive.astype(np.uint64)), held)
            weight = self._summed(group[held], held, len(first))
            strong = np.asarray((weight >= self.thresholds).all(axis=1))
            # Those who know so much of a class that too little is left of it.
            near = np.flatnonzero(np.append(strong, False)[group[owner]])
            pair, into = np.unique(group[owner[near]] * readers + reader[near], return_inverse=True)
            left = weight[pair // readers] - self._summed(into, owner[near], len(pair))
            pair = pair[(left < self.thresholds).any(axis=1)]
            weak = _marks(pair // readers, pair % readers, (len(first), readers))
            # A piece is in no light combination of a reader for whom a class that it alone holds is strong.
            columns = np.concatenate([first[strong], first[strong] + owners])
            columns = columns[users[columns] == 1]
            holds = _marks(alone[columns], group[columns % owners], (len(places), len(first)))
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

    def _summed(self, group: np.ndarray, owners: np.ndarray, count: int) -> np.ndarray:
        """Sum the weights of owners by group, (groups, measures)."""
        return np.column_stack([np.bincount(group, one[owners], minlength=count) for one in self.weights.T])

    @cached_property
    def _readers(self) -> tuple[np.ndarray, np.ndarray]:
        """List owners beside the readers who know something of each."""
        entries = self.known.tocoo()
        pairs = np.unique(np.column_stack([entries.row % len(self.weights), entries.col]), axis=0)
        return pairs[:, 0], pairs[:, 1]

    @cached_property
    def _knowledge(self) -> np.ndarray:
        """Number who knows each unknown, (2 x owners,): alike where the same readers do."""
        return _sums(self.known, _numbers(self.known.shape[1]))

    def _light(self, pieces: sparse.csr_matrix, strong: np.ndarray) -> bool:
        """Say whether some reader can combine pieces into something light, which holds none of the strong owners."""
        owners = len(self.weights)
        users = np.diff(pieces.tocsc().indptr)
        held = np.flatnonzero(users[:owners] + users[owners:])
        # Owners that are alike for every reader are one.
        told = _sums(pieces.T.tocsr(), _numbers(pieces.shape[0]))
        group, first = _alike(_mixed(told, self._knowledge), held)
        weights = self._summed(group[held], held, len(first)).astype(int).T.tolist()
        short = pieces[:, np.concatenate([first, first + owners])]
        rows = [
            dict(zip(short.indices[start:end].tolist(), (short.data[start:end] % PRIME).tolist(), strict=True))
            for start, end in pairwise(short.indptr.tolist())
        ]
        rows = vanishing(rows, {column for one in group[strong].tolist() for column in (one, one + len(first))})
        known = self.known[np.concatenate([first, first + owners])]
        readers = [known.indices[start:end].tolist() for start, end in pairwise(known.indptr.tolist())]
        return any(self._light_part(part, weights, readers) for part in components(rows))

    def _light_part(self, rows: list[Row], weights: list[list[int]], readers: list[list[int]]) -> bool:
        """Search an independent part for each reader who knows some of it, and for who knows nothing."""
        columns, count = {column for row in rows for column in row}, len(weights[0])
        knowing: dict[int, set[int]] = {}
        for column in columns:
            for reader in readers[column]:
                knowing.setdefault(reader, set()).add(column)
        for mine in (set[int](), *knowing.values()):
            for weight, threshold in zip(weights, self.thresholds.tolist(), strict=True):
                cost = {column: weight[column % count] for column in columns if column not in mine}
                seen = [{column: value for column, value in row.items() if cost.get(column)} for row in rows]
                owned = {column: frozenset({column % count}) for column in columns}
                if lighter(seen, owned, dict(enumerate(weight)), threshold) is not None:
                    return True
        return False


def _pieces(totals: sparse.csr_matrix) -> sparse.csr_matrix:
    """Take out of each total the largest ones inside it that are apart."""
    size = np.diff(totals.indptr)
    common = (totals @ totals.T).tocoo()
    inside = (common.data == size[common.row]) & (size[common.row] < size[common.col])
    small, large = common.row[inside], common.col[inside]
    order = np.lexsort((small, -size[small], large))
    masks = _masks(totals)
    chosen = []
    around, covered = -1, 0
    for place, one, other in zip(order.tolist(), small[order].tolist(), large[order].tolist(), strict=True):
        if other != around:
            around, covered = other, 0
        if not masks[one] & covered:
            covered |= masks[one]
            chosen.append(place)
    shape = (totals.shape[0], totals.shape[0])
    taken = sparse.csr_matrix((np.ones(len(chosen), dtype=np.int64), (large[chosen], small[chosen])), shape=shape)
    pieces = sparse.csr_matrix(totals - taken @ totals)
    pieces.eliminate_zeros()
    return pieces


def _masks(totals: sparse.csr_matrix) -> list[int]:
    """Write the unknowns of each total as bits of a whole number, those that are in the same totals as one."""
    columns = _sums(sparse.csr_matrix(totals.T), _numbers(totals.shape[0]))
    _, first = np.unique(columns, return_index=True)
    short = sparse.csr_matrix(totals[:, first])
    masks = []
    for start in range(0, short.shape[0], 512):
        bits = np.packbits(short[start : start + 512].toarray() > 0, axis=1)
        masks += [int.from_bytes(row.tobytes(), "big") for row in bits]
    return masks


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


def _alike(columns: np.ndarray, held: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Group owners whose columns, first and next, have the same sums: the group of each, -1 for none, and one of each.

    ``columns``: (2 x owners,), the sums; ``held``: the owners to group.
    """
    size = len(columns) // 2
    first, second = columns[:size], columns[size:]
    _, one, number = np.unique(_mixed(first, second)[held], return_index=True, return_inverse=True)
    group = np.full(size, -1)
    group[held] = number
    return group, held[one]


def _mixed(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Number pairs of numbers."""
    return first * np.uint64(0x9E3779B97F4A7C15) + (second ^ (second >> np.uint64(29)))
