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

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from atlas.later import sparse
from atlas.secrecy.exact import PRIME, Row, echelon
from atlas.secrecy.light import _components, _proportional, _vanish

BRANCHES = 3000


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

    def kept(self, given: np.ndarray, order: np.ndarray) -> np.ndarray:
        """Tell the totals that may be published, (totals,).

        Parameters
        ----------
        given : ndarray of bool, (totals,)
            Those published already, whatever they tell.
        order : ndarray of int
            The others, most useful first.
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
        kept[offered] = self._most(base, offered)
        return given | kept[leader]

    def _most(self, base: np.ndarray, offered: np.ndarray) -> np.ndarray:
        """Keep each of those offered that is safe beside what is kept before it, (offered,).

        What is safe stays so with less beside it: the first that is not is found by halves.
        """
        kept = np.zeros(len(offered), dtype=bool)
        start = len(offered) if self._is_unsafe(base) else 0
        while start < len(offered):
            before = np.concatenate([base, offered[:start][kept[:start]]])
            safe, unsafe = start, len(offered) + 1
            while unsafe - safe > 1:
                # All of them first: after the few that are withheld, nothing more is.
                tried = len(offered) if unsafe > len(offered) else (safe + unsafe) // 2
                if self._is_unsafe(np.concatenate([before, offered[start:tried]])):
                    unsafe = tried
                else:
                    safe = tried
            kept[start:safe] = True
            start = safe + 1
        return kept

    def _is_unsafe(self, chosen: np.ndarray) -> bool:
        """Say whether some reader can combine these totals into something light."""
        from scipy.sparse.csgraph import connected_components

        pieces = _pieces(self.totals[chosen])
        pieces = pieces[self._peeled(pieces)]
        if not pieces.shape[0]:
            return False
        count, part = connected_components(abs(pieces) @ abs(pieces).T, directed=False)
        return any(self._light(pieces[part == one]) for one in range(count))

    def _peeled(self, pieces: sparse.csr_matrix) -> np.ndarray:
        """List the pieces that a light combination may hold, whoever reads."""
        owners, readers = len(self.weights), self.known.shape[1]
        holding = sparse.csc_matrix(abs(pieces).sign())
        size, told = np.diff(sparse.csr_matrix(holding).indptr), sparse.csr_matrix(holding @ self.known.astype(np.int64))
        alive, places = (size > 0).astype(np.int64), np.arange(pieces.shape[0])
        numbers, spelt = _numbers(pieces.shape[0]), sparse.csr_matrix(pieces.T)
        owner, reader = self._readers
        while True:
            users, alone = holding.T @ alive, holding.T @ (alive * places)
            held = np.flatnonzero(users[:owners] + users[owners:])
            group, first = _alike(_sums(spelt, numbers * alive.astype(np.uint64)), held)
            weight = self._summed(group[held], held, len(first))
            strong = (weight >= self.thresholds).all(axis=1)
            # Those who know so much of a class that too little is left of it.
            near = np.flatnonzero(np.isin(group[owner], np.flatnonzero(strong)))
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
                return np.flatnonzero(alive)
            alive[gone] = 0

    def _summed(self, group: np.ndarray, owners: np.ndarray, count: int) -> np.ndarray:
        """Sum the weights of owners by group, (groups, measures)."""
        sums = [np.bincount(group, one[owners], minlength=count) for one in self.weights.T]
        return np.column_stack(sums)

    @property
    def _readers(self) -> tuple[np.ndarray, np.ndarray]:
        """List owners beside the readers who know something of each."""
        entries = self.known.tocoo()
        pairs = np.unique(np.column_stack([entries.row % len(self.weights), entries.col]), axis=0)
        return pairs[:, 0], pairs[:, 1]

    def _light(self, pieces: sparse.csr_matrix) -> bool:
        """Say whether some reader can combine pieces into something light."""
        columns = np.flatnonzero(np.diff(pieces.tocsc().indptr))
        readers = np.flatnonzero(np.asarray(self.known[columns].sum(axis=0)).ravel())
        nothing = np.zeros(self.totals.shape[1], dtype=bool)
        known = [nothing, *(self.known[:, [one]].toarray().ravel() > 0 for one in readers)]
        return any(self._light_for(pieces, one) for one in known)

    def _light_for(self, pieces: sparse.csr_matrix, known: np.ndarray) -> bool:
        """Search for one reader: owners that are alike for it are one."""
        owners = len(self.weights)
        unknown = pieces.multiply(~known[None, :]).tocsr()
        users = np.diff(unknown.tocsc().indptr)
        held = np.flatnonzero(users[:owners] + users[owners:])
        group, first = _alike(_sums(sparse.csr_matrix(unknown.T), _numbers(pieces.shape[0])), held)
        weights = self._summed(group[held], held, len(first)).astype(int).T
        chosen = np.concatenate([first, first + owners])
        short = sparse.csr_matrix(unknown[:, chosen])
        short.eliminate_zeros()
        rows = [
            dict(zip(short.indices[start:end].tolist(), (short.data[start:end] % PRIME).tolist(), strict=True))
            for start, end in zip(short.indptr[:-1], short.indptr[1:], strict=True)
        ]
        for weight, threshold in zip(weights, self.thresholds.tolist(), strict=True):
            cost = dict(enumerate(weight.tolist()))
            owned = {place: frozenset({place % len(first)}) for place in range(2 * len(first))}
            seen = [{place: value for place, value in row.items() if cost[place % len(first)]} for row in rows]
            if lighter(seen, owned, cost, threshold) is not None:
                return True
        return False


def lighter(
    rows: Sequence[Mapping[int, int]],
    owners: Mapping[int, frozenset[int]],
    weight: Mapping[int, int],
    limit: int,
    branches: int = BRANCHES,
) -> frozenset[int] | None:
    """Find owners that weigh less than the limit and hold a combination of rows, each counted once; None with a proof.

    Parameters
    ----------
    rows : sequence of mapping
        Column to coefficient modulo 2^61 - 1.
    owners : mapping
        By column, whose unknown it is: all of them are told of where it does not vanish.
    branches : int
        How many owners may be tried. Beyond, something light is supposed: the caller masks more.

    Examples
    --------
    What two addresses told first, 1 and 2, and next, 11 and 12: the change of the first is of six dwellings, not twelve.

    >>> owned = {1: frozenset("a"), 2: frozenset("b"), 11: frozenset("a"), 12: frozenset("b")}
    >>> sorted(lighter([{1: 1, 11: PRIME - 1}, {2: 1, 12: 1}], owned, {"a": 6, "b": 40}, 11))
    ['a']
    """
    return _Search(branches).lighter([dict(row) for row in rows], dict(owners), weight, limit)


class _Search:
    """One search: remembers how many times it branched."""

    def __init__(self, branches: int) -> None:
        self.left = branches

    def lighter(
        self, rows: list[Row], owners: dict[int, frozenset[int]], weight: Mapping[int, int], limit: int
    ) -> frozenset[int] | None:
        cost = partial(_cost, owners=owners, weight=weight)
        heavy = {column for row in rows for column in row if cost([column]) >= limit}
        while True:
            for column in sorted(heavy):
                rows = _vanish(rows, column)
            rows = list(echelon(rows, lambda row: max(row, key=lambda column: (cost([column]), column))).values())
            lightest = min(rows, key=cost, default=None)
            if lightest is None:
                return None
            if cost(lightest) < limit:
                return _all(lightest, owners)
            heavy, gone = set(), set()
            groups = _proportional(rows)
            for first, *others in groups:
                owners[first] = _all((first, *others), owners)
                gone.update(others)
                if cost([first]) >= limit:
                    heavy.add(first)
            rows = [{column: value for column, value in row.items() if column not in gone} for row in rows]
            if not groups:
                break
        for component in _components(rows):
            found = self._branch(component, owners, weight, limit)
            if found is not None:
                return found
        return None

    def _branch(
        self, rows: list[Row], owners: dict[int, frozenset[int]], weight: Mapping[int, int], limit: int
    ) -> frozenset[int] | None:
        """Try without the heaviest column, then with its owners already paid for."""
        columns = {column for row in rows for column in row}
        self.left -= 1
        if self.left < 0:
            return _all(columns, owners)
        heaviest = max(columns, key=lambda column: (_cost([column], owners, weight), column))
        without = _vanish([dict(row) for row in rows], heaviest)
        found = self.lighter(without, dict(owners), weight, limit)
        if found is not None:
            return found
        paid = owners[heaviest]
        due = {column: owners[column] - paid for column in columns}
        rest = [{column: value for column, value in row.items() if due[column]} for row in rows]
        basis = echelon(rest, max)
        if len(basis) < len(rows):  # something bears on those paid for, and on nobody else
            return paid
        found = self.lighter(list(basis.values()), due, weight, limit - _cost([heaviest], owners, weight))
        return None if found is None else found | paid


def _all(columns: Sequence[int] | set[int] | Row, owners: Mapping[int, frozenset[int]]) -> frozenset[int]:
    return frozenset().union(*(owners[column] for column in columns))


def _cost(
    columns: Sequence[int] | Row, owners: Mapping[int, frozenset[int]], weight: Mapping[int, int]
) -> int:
    return sum(weight[owner] for owner in _all(columns, owners))


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
    """Group owners whose columns, first and next, are told by the same sums: group of each, -1 if not held; one of each.

    ``columns``: (2 x owners,); ``held``: the owners to group.
    """
    size = len(columns) // 2
    first, second = columns[:size], columns[size:]
    with np.errstate(over="ignore"):
        paired = first * np.uint64(0x9E3779B97F4A7C15) + (second ^ (second >> np.uint64(29)))
    _, one, number = np.unique(paired[held], return_index=True, return_inverse=True)
    group = np.full(size, -1)
    group[held] = number
    return group, held[one]
