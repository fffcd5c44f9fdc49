"""Short rows that span what totals span, and numbers that tell sparse rows apart.

Grain in: totals over unknowns, as rows of a matrix of 0 and 1. Grain out: by total, what is left of it without the
largest ones inside it that have no unknown in common, a triangular change of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from atlas.later import sparse


@dataclass(frozen=True, eq=False)
class Pieces:
    """What the pieces of any of these totals are made from; ``totals``: csr (totals, unknowns), 0/1."""

    totals: sparse.csr_matrix

    def of(self, chosen: np.ndarray) -> sparse.csr_matrix:
        """Take out of each of these totals the largest ones inside it that are apart."""
        place = np.full(self.totals.shape[0], -1)
        place[chosen] = np.arange(len(chosen))
        small, large = self._inside
        both = (place[small] >= 0) & (place[large] >= 0)
        small, large = small[both], large[both]
        taken = self._apart(small.tolist(), large)
        less = marks(place[large[taken]], place[small[taken]], (len(chosen), len(chosen)))
        totals = self.totals[chosen]
        pieces = sparse.csr_matrix(totals - less @ totals)
        pieces.eliminate_zeros()
        return pieces

    def _apart(self, small: list[int], large: np.ndarray) -> list[int]:
        """Choose, of totals inside each large one, those that have nothing in common with one chosen before."""
        bounds = [*np.flatnonzero(np.diff(large, prepend=-1)).tolist(), len(small)]
        taken = []
        for start, end in pairwise(bounds):
            left, covered = len(self._held[large[start]]), set[int]()
            for pair in range(start, end):
                inside = self._held[small[pair]]
                if covered.isdisjoint(inside):
                    covered |= inside
                    taken.append(pair)
                    left -= len(inside)
                    if not left:
                        break
        return taken

    @cached_property
    def _held(self) -> list[frozenset[int]]:
        """List the unknowns of each total, those that are in the same totals as one."""
        columns = sums(sparse.csr_matrix(self.totals.T), numbers_of(self.totals.shape[0]))
        _, first = np.unique(columns, return_index=True)
        short = sparse.csr_matrix(self.totals[:, first])
        unknowns = short.indices.tolist()
        return [frozenset(unknowns[start:end]) for start, end in pairwise(short.indptr.tolist())]

    @cached_property
    def _inside(self) -> tuple[np.ndarray, np.ndarray]:
        """List totals inside others, the largest ones of each first."""
        size = np.diff(self.totals.indptr)
        common = (self.totals @ self.totals.T).tocoo()
        inside = (common.data == size[common.row]) & (size[common.row] < size[common.col]) & (common.data > 0)
        small, large = common.row[inside], common.col[inside]
        order = np.lexsort((small, -size[small], large))
        return small[order], large[order]


def numbers_of(count: int) -> np.ndarray:
    """Give each index a fixed pseudo-random odd 64-bit number."""
    return np.random.default_rng(0).integers(0, 1 << 63, count, dtype=np.uint64) * np.uint64(2) + np.uint64(1)


def sums(matrix: sparse.csr_matrix, numbers: np.ndarray) -> np.ndarray:
    """Sum numbers over rows, modulo 2^64: rows of the same entries have the same sum."""
    return sparse.csr_matrix(matrix, dtype=np.int64).astype(np.uint64) @ numbers


def marks(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> sparse.csr_matrix:
    """Write a 1 at each place, once however many times it is told."""
    found = sparse.csr_matrix((np.ones(len(rows), dtype=np.int64), (rows, columns)), shape=shape)
    found.data[:] = 1
    return found
