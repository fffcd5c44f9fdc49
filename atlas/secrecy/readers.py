"""Several readers of one edition: each knows some atoms by itself, and each must be kept from the rest.

Reader 0 knows nothing. The others are landlords who receive the edition and know their own stock exactly: they may take
it away from any total. What a reader does not know of a total is its weight less his own part. Only the parts that are
not nothing are kept, one per total and reader: a reader who knows nothing of a total sees what reader 0 sees.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Own:
    """What readers know inside units, where they know something.

    ``code``: (pairs,), unit x ``width`` + reader, ascending; ``value``: (pairs, measures), summed weights.
    """

    code: np.ndarray
    value: np.ndarray
    width: int

    @classmethod
    def of(cls, unit: np.ndarray, reader: np.ndarray, weight: np.ndarray, width: int) -> Own:
        """Sum what is known, entry by entry: its unit, who knows it (0 for nobody), what it weighs.

        Examples
        --------
        >>> own = Own.of(np.array([0, 0, 1]), np.array([1, 0, 1]), np.array([[15], [8], [3]]), 2)
        >>> own.code.tolist(), own.value.tolist()
        ([1, 3], [[15], [3]])
        """
        some = np.flatnonzero((reader > 0) & (unit >= 0) & weight.any(axis=1))
        code, pair = np.unique(unit[some].astype(np.int64) * width + reader[some], return_inverse=True)
        sums = [np.bincount(pair, weight[some, m], minlength=len(code)) for m in range(weight.shape[1])]
        return cls(code, np.stack(sums, axis=1).astype(np.int64), width)

    def units(self) -> np.ndarray:
        """Give the unit of each pair."""
        return self.code // self.width

    def reader(self, pair: np.ndarray) -> np.ndarray:
        """Give the reader of some pairs."""
        return self.code[pair] % self.width

    def copy(self) -> Own:
        """Give one whose values may change."""
        return Own(self.code, self.value.copy(), self.width)

    def among(self, units: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """List the pairs of some units: place of the unit among them, and pair."""
        start, end = (np.searchsorted(self.code, limit * self.width) for limit in (units, units + 1))
        counts = end - start
        place = np.repeat(np.arange(len(units)), counts)
        first = np.cumsum(counts) - counts
        return place, np.arange(len(place)) - first[place] + start[place]

    def pairs(self, unit: np.ndarray, reader: np.ndarray) -> np.ndarray:
        """Find pairs that exist."""
        return np.searchsorted(self.code, unit * self.width + reader)
