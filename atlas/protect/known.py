"""What a reader knows of whole counts: totals, each between bounds, and what surrounds a sum among them.

In: totals over unknown counts, with the true counts. Out: by how much each total may fall and rise, which unknowns are
tied to a sum. A total may be forgotten for a while, to see what it told.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from atlas.later import sparse

Room = tuple[np.ndarray, np.ndarray]
_CLOSE = 1e-6


@dataclass(eq=False)
class Known:
    """Totals of unknown counts.

    ``rows``: csr (rows, unknowns), totals; ``low``, ``high``: (rows,), their bounds; ``truth``, ``most``: (unknowns,).
    ``step``: (unknowns,), by how much a count may move when many sums are tried at once. ``changes``: (changes, width),
    what one household that answers otherwise changes of the ``width`` unknowns of an address, which follow one another.
    ``down``, ``up``: (rows,), by how much each total may fall and rise.
    """

    rows: sparse.csr_matrix
    low: np.ndarray
    high: np.ndarray
    truth: np.ndarray
    most: np.ndarray
    step: np.ndarray
    changes: np.ndarray = field(default_factory=lambda: np.array([[1.0], [-1.0]]))

    def __post_init__(self) -> None:
        self.total = self.rows @ self.truth
        self.down, self.up = np.maximum(self.total - self.low, 0), np.maximum(self.high - self.total, 0)
        self.columns = self.rows.tocsc()
        self.size = np.diff(self.rows.indptr)
        self.ends = self.rows.minimum(0) @ self.most, self.rows.maximum(0) @ self.most

    def forget(self, rows: np.ndarray) -> Room:
        """Forget some rows; give what :meth:`recall` takes back."""
        room = self.down[rows], self.up[rows]
        self.down[rows] = self.up[rows] = np.inf
        return room

    def recall(self, rows: np.ndarray, room: Room) -> None:
        """Know again what was forgotten."""
        self.down[rows], self.up[rows] = room

    def told(self, rows: np.ndarray) -> np.ndarray:
        """Keep the rows of which anything is known."""
        return rows[np.isfinite(self.down[rows]) | np.isfinite(self.up[rows])]

    def holding(self, unknowns: np.ndarray) -> np.ndarray:
        """Find the totals, of which anything is known, that hold any of some unknowns."""
        return self.told(np.unique(self.columns[:, unknowns].indices))

    def within(self, free: np.ndarray) -> tuple[np.ndarray, sparse.csr_matrix, Room]:
        """Give the totals that hold some unknowns, their part there, and by how much it may fall and rise."""
        held = self.holding(free)
        return held, self.rows[held][:, free], (self.down[held], self.up[held])

    def at_most(self, free: np.ndarray) -> tuple[sparse.csr_matrix, Room]:
        """Give the same where every other unknown may be anything that it can."""
        held, part, (down, up) = self.within(free)
        beside = self.total[held] - part @ self.truth[free]
        least = self.ends[0][held] - part.minimum(0) @ self.most[free]
        largest = self.ends[1][held] - part.maximum(0) @ self.most[free]
        return part, (down + largest - beside, up + beside - least)

    def forbidding(self, changes: sparse.csr_matrix) -> np.ndarray:
        """Tell the entries of changes, csr (changes, rows), that bring a total out of what is known, (entries,)."""
        move, row = changes.data, changes.indices
        return (move > self.up[row] + _CLOSE) | (-move > self.down[row] + _CLOSE)

    def allows(self, changes: sparse.csr_matrix) -> np.ndarray:
        """Tell the changes, csr (changes, rows), that leave every total as known, (changes,)."""
        from_ = np.repeat(np.arange(changes.shape[0]), np.diff(changes.indptr))
        return np.bincount(from_[self.forbidding(changes)], minlength=changes.shape[0]) == 0

    def around(self, sums: sparse.csr_matrix, entries: int, hops: int, room: float = np.inf) -> np.ndarray:
        """Find unknowns that totals tie to sums, from one to the next, at most so many of each total.

        Of a wide total some are enough for what moves in it to be made up for: any other answer shown is one. A total
        with more room than ``room`` both ways needs nothing made up for, and leads nowhere.
        """
        chance = np.random.default_rng(0)
        fresh = near = np.unique(sums.indices)
        met = np.zeros(0, dtype=np.int64)
        for hop in range(hops + 1):
            rows = np.setdiff1d(self.holding(fresh), met)
            links = self.size[rows] <= self.changes.shape[1]
            rows = rows[links | (np.minimum(self.down[rows], self.up[rows]) < room)]
            if hop == hops:  # counts of the same addresses that bound one another
                rows = rows[self.size[rows] <= self.changes.shape[1]]
            met = np.union1d(met, rows)
            size = np.minimum(self.size[rows], entries)
            rank = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
            wide = np.repeat(self.size[rows] > entries, size)
            rank[wide] = (chance.random(wide.sum()) * np.repeat(self.size[rows], size)[wide]).astype(int)
            found = self.rows.indices[np.repeat(self.rows.indptr[rows], size) + rank]
            fresh = np.setdiff1d(found[self.most[found] > 0], near)
            near = np.union1d(near, fresh)
        return near[self.most[near] > 0]
