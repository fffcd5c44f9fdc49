"""Sums of recent movers that are read and published nowhere, offered as totals beside what is: do they open anything?

In: the ground, what it publishes of recent movers, what earlier editions read. Out: which sums, or which rates beside
them, are safe. The argument is that of :mod:`atlas.protect.wider`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from atlas.later import sparse
from atlas.protect.answered import versions
from atlas.protect.ground import Ground, Measured, safe_for_all
from atlas.protect.rules import SecrecyRules
from atlas.protect.united import settled
from atlas.protect.weights import told_apart
from atlas.secrecy import System
from atlas.tables.wider import RECENT

_UNIT = 100_000  # weight of one answer; a residence in a combination weighs 1, less than any answer


def beside_readings(ground: Ground, shown: np.ndarray, rules: SecrecyRules) -> np.ndarray:
    """Keep the rates of recent movers that open nothing beside what earlier editions read over two campaigns, (cells,).

    ``shown``: cells of the ground whose rate would be published, or was. A landlord's stock in an IRIS that was read is
    a cell that was given.
    """
    if not len(ground.halves):
        return shown
    given = ground.gave(RECENT)
    sums, kept = Sums(ground, given, rules), shown.copy()
    new = np.flatnonzero(shown & ~given)
    kept[new] = sums.safe(sums.system.membership[new], halved=True, priority=sums.system.priority[new])
    return kept


@dataclass(eq=False)
class Sums:
    """Sums that are read and shown nowhere: ``whole``, of one campaign; ``halves``, one campaign of a sum over two.

    ``pairs``: halves that an earlier edition put together, each written as the bytes of its atoms: the later by the
    earlier, and the other way round.
    """

    ground: Ground
    shown: np.ndarray
    rules: SecrecyRules
    whole: sparse.csr_matrix = field(init=False)
    halves: sparse.csr_matrix = field(init=False)

    def __post_init__(self) -> None:
        self.measured = self.ground.measured(RECENT)
        self.system, self.pool = self.measured.system, self.measured.pool
        self.version = versions(self.ground)
        # Whoever answered the very same in another campaign may be the same people: what one shows, the other tells.
        again = np.bincount(self.version)[self.version] > 1
        self.fresh = ~again[self.measured.address]
        cells = self.system.membership
        # Where answers came late an address is several atoms: those of its own cell.
        addresses = sparse.csr_matrix(self.ground.counted.membership["adresses"])
        self.spelt = (addresses.T @ cells[self.ground.kind == "adresses"]).tocsr()
        self.published = cells[self.shown]
        self.whole = self.halves = sparse.csr_matrix((0, cells.shape[1]), dtype=cells.dtype)
        first, second = (cells[rows] for rows in self.ground.halves.T)
        self._hold(sparse.vstack([first, second], format="csr"))
        pairs = list(zip(_written(first), _written(second), strict=True))
        self.pairs = dict(pairs), {after: before for before, after in pairs}

    def keep_whole(self, members: sparse.csr_matrix) -> np.ndarray:
        """Keep the sums of one campaign that open nothing, alone nor with halves, (sums,)."""
        offered = (members @ self.spelt).tocsr()
        safe = self.safe(offered, halved=False)
        safe[safe] = self.safe(offered[safe], halved=True)
        self.whole = sparse.vstack([self.whole, offered[safe]], format="csr")
        return safe

    def keep_halves(self, members: sparse.csr_matrix) -> np.ndarray:
        """Find the parts of one campaign that could be told with half the answers, (parts,)."""
        offered = (members @ self.spelt).tocsr()
        safe = self._held(offered)
        safe[~safe] = self.safe(offered[~safe], halved=True, marked=True)
        return safe

    def hold_halves(self, members: sparse.csr_matrix) -> None:
        """Note the parts whose sums over two campaigns are read."""
        self._hold((members @ self.spelt).tocsr())

    def paired(self, before: sparse.csr_matrix, after: sparse.csr_matrix) -> np.ndarray:
        """Tell the sums over two campaigns neither part of which an earlier edition put with another part, (sums,).

        Of two such sums the difference is one of a single campaign: who subtracts them has crossed both.
        """
        told = zip(*(_written((side @ self.spelt).tocsr()) for side in (before, after)), strict=True)
        return np.array([self.pairs[0].get(a, b) == b and self.pairs[1].get(b, a) == a for a, b in told], dtype=bool)

    def _held(self, rows: sparse.csr_matrix) -> np.ndarray:
        return np.isin(_written(rows), _written(self.halves))

    def _hold(self, rows: sparse.csr_matrix) -> None:
        """Note halves once each: that of two sums that follow one another, that of an earlier edition too."""
        once = np.sort(np.unique(_written(rows), return_index=True)[1])
        rows = rows[once]
        self.halves = sparse.vstack([self.halves, rows[~self._held(rows)]], format="csr")

    def safe(
        self,
        offered: sparse.csr_matrix,
        *,
        halved: bool,
        marked: bool = False,
        priority: np.ndarray | None = None,
    ) -> np.ndarray:
        """Offer sums after all that is published; ``marked`` ones each hold an atom of their own, as halves do."""
        halves = self.halves if halved else self.halves[:0]
        given = sparse.vstack([self.published, self.whole, halves], format="csr")
        plain = self.published.shape[0] + self.whole.shape[0]
        rows = np.arange(plain, given.shape[0] + (offered.shape[0] if marked else 0))
        cells = sparse.vstack([given, offered], format="csr")
        marks = sparse.csr_matrix((np.ones(len(rows)), (rows, np.arange(len(rows)))), shape=(cells.shape[0], len(rows)))
        first = cells[rows].argmax(axis=1).A1 if len(rows) else rows
        weights = self.system.weights * (self.fresh[:, None] * [1, _UNIT, _UNIT] if halved else [1, 1, 1])
        weights = np.vstack([weights, np.tile([0, 1, 1], (len(rows), 1))])
        dwellings, *answers = self.rules.rate
        limits = np.array([dwellings, *(-(-limit // 2) * _UNIT if halved else limit for limit in answers)])
        weights, limits = told_apart(weights, limits)
        new = np.arange(cells.shape[0]) >= given.shape[0]
        system = System.build(
            sparse.hstack([cells, marks]),
            weights,
            np.r_[np.zeros(given.shape[0]), np.zeros(offered.shape[0]) if priority is None else priority],
            released=~new,
            block=np.r_[self.system.block, self.system.block[first]],
            holder=np.r_[self.system.holder, self.system.holder[first]],
        )
        pool = None if self.pool is None else np.r_[self.pool, self.pool[first]]
        address = self.measured.address
        offered_to = Measured(system, np.r_[address, address[first]], pool)
        if halved:
            return safe_for_all(system, offered_to.others, limits).published[new]
        _, pattern = settled(offered_to, self.version, limits, lambda one: safe_for_all(one.system, one.others, limits))
        return pattern.published[new]


def _written(rows: sparse.csr_matrix) -> np.ndarray:
    """Write the columns of each row as a text that tells it, (rows,)."""
    texts = [",".join(map(str, np.sort(rows.indices[a:b]))) for a, b in pairwise(rows.indptr)]
    return np.array(texts, dtype=object)
