"""Short rows that span what totals span, and numbers that tell sparse rows apart.

Grain in: totals over unknowns, as rows of a matrix of 0 and 1. Grain out: by total, what is left of it without the
largest ones inside it that have no unknown in common, a triangular change of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

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
        less = marks(large[taken], small[taken], (len(chosen), len(chosen)))
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
        columns = sums(sparse.csr_matrix(self.totals.T), numbers_of(self.totals.shape[0]))
        _, first = np.unique(columns, return_index=True)
        short = sparse.csr_matrix(self.totals[:, first])
        masks = []
        for start in range(0, short.shape[0], 512):
            bits = np.packbits(short[start : start + 512].toarray() > 0, axis=1)
            masks += [int.from_bytes(row.tobytes(), "big") for row in bits]
        return masks


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
