"""What published figures pin: small masked units whose count is fixed exactly, and what to mask so that it is not.

In: for one sensitive rate, which cells are open and between which bounds each leaves its count. Out: the cells that
stay open. Nobody derives a small unit any more at this point; but a commune at 3 of 100 whose published residences hold
3 leaves 0 to every masked one, and a group at 100 % gives 100 % to each member. The reader is supposed to know every
denominator, which is more than any does.

Argument. Every published total minus published parts of it is a *remainder*, known between bounds. Bounds of remainders
are tightened on addresses until nothing moves. A masked unit under the threshold whose bounds meet is pinned by the
remainders that hold it: the smallest published part that would leave it room is masked, and all is done again. Each
round masks at least one cell, so it ends; masking a cell opens no other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

ROUNDS = 12
# Ways of taking parts out of a total, widest parts first: kinds of one way never overlap but by lying in one another.
WAYS = (("communes", "iris", "residences", "adresses"), ("quartiers", "residences", "adresses"), ("adresses",))


@dataclass(frozen=True, eq=False)
class Bounded:
    """One rate of one campaign: ``low``, ``high``: (cells,), bounds of the count of open cells; ``caps``: (atoms,)."""

    open_: np.ndarray
    low: np.ndarray
    high: np.ndarray
    caps: np.ndarray


class Parts:
    """Which cells lie whole in which: made once, used by every rate.

    Parameters
    ----------
    membership : csr_matrix, (cells, atoms)
    kind : ndarray of str, (cells,)
    dwellings : ndarray, (atoms,)
    """

    def __init__(self, membership: sparse.csr_matrix, kind: np.ndarray, dwellings: np.ndarray) -> None:
        self.membership = membership
        self.weight = membership @ dwellings
        entries = membership.tocoo()
        self.row, self.atom = entries.row.astype(np.int64), entries.col.astype(np.int64)
        size = np.diff(membership.indptr)
        self.part: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        for name in {name for way in WAYS for name in way}:
            self.part[name] = self._inside(np.flatnonzero(kind == name), size)

    def _inside(self, cells: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Pair entries (cell, atom) with the part of a kind that holds the atom and lies whole in the cell."""
        home = np.full(self.membership.shape[1], -1)
        chosen = self.membership[cells]
        home[chosen.indices] = np.repeat(cells, np.diff(chosen.indptr))
        held = np.bincount(chosen.indices, minlength=len(home))
        part = np.where(held[self.atom] == 1, home[self.atom], -1)  # two overlapping parts are no parts
        pair = np.where(part >= 0, self.row * len(size) + part, -1)
        label, inverse, count = np.unique(pair, return_inverse=True, return_counts=True)
        whole = (count == size[np.maximum(label, 0) % len(size)]) & (label >= 0)
        inside = whole[inverse] & (part != self.row)
        return np.flatnonzero(inside), part[inside]


def unpinned(parts: Parts, rate: Bounded, small: np.ndarray, numerator: np.ndarray) -> np.ndarray:
    """Mask what pins a small masked unit.

    Parameters
    ----------
    small : ndarray of bool, (cells,)
        Cells whose answers are those of fewer dwellings than the threshold.
    numerator : ndarray, (cells,)
        True counts, to mask what leaves room.

    Returns
    -------
    ndarray of bool, (cells,)
        The cells that stay open.
    """
    open_ = rate.open_.copy()
    for _ in range(len(open_)):
        rows, low, high, taken = _remainders(parts, open_, rate)
        least, most = _tightened(rows, low, high, rate.caps)
        hidden = small & ~open_ & (parts.membership @ rate.caps > 0)
        matrix = parts.membership[hidden]
        pinned = np.flatnonzero(hidden)[(matrix @ most) - (matrix @ least) < 1]
        if not len(pinned):
            break
        tight = (high - rows @ least < 1) | (rows @ most - low < 1)
        victims = _victims(parts, rows, taken, open_, pinned, numerator, tight)
        if not len(victims):
            break
        open_[victims] = False
    return open_


def _remainders(
    parts: Parts, open_: np.ndarray, rate: Bounded
) -> tuple[sparse.csr_matrix, np.ndarray, np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Take published parts out of published totals, every way: rows over atoms, bounds, (row, part taken) pairs."""
    cells = np.flatnonzero(open_)
    blocks, lows, highs, pairs = [], [], [], []
    for rank, way in enumerate(WAYS):
        covered = np.zeros(len(parts.row), dtype=bool)
        low, high = rate.low.astype(float).copy(), rate.high.astype(float).copy()
        for kind in way:
            entry, part = parts.part[kind]
            usable = open_[part] & open_[parts.row[entry]] & ~covered[entry]
            entry, part = entry[usable], part[usable]
            pair, count = np.unique(parts.row[entry] * len(open_) + part, return_counts=True)
            total, taken = np.divmod(pair, len(open_))
            # A part of which a wider part took some already is no part any more.
            whole = count == np.diff(parts.membership.indptr)[taken]
            total, taken = total[whole], taken[whole]
            np.subtract.at(low, total, rate.high[taken])
            np.subtract.at(high, total, rate.low[taken])
            covered[entry[np.isin(parts.row[entry] * len(open_) + part, pair[whole])]] = True
            pairs.append((total + rank * len(open_), taken))
        left = open_[parts.row] & ~covered
        blocks.append(
            sparse.csr_matrix(
                (np.ones(int(left.sum())), (parts.row[left], parts.atom[left])), shape=parts.membership.shape
            )[cells]
        )
        lows.append(low[cells])
        highs.append(high[cells])
    number = np.full(len(open_) * len(WAYS), -1)
    for rank in range(len(WAYS)):
        number[cells + rank * len(open_)] = np.arange(len(cells)) + rank * len(cells)
    total, taken = (np.concatenate([pair[side] for pair in pairs]) for side in (0, 1))
    own = np.arange(len(cells) * len(WAYS))
    rows = np.concatenate([number[total], own])
    return (
        sparse.vstack(blocks, format="csr"),
        np.concatenate(lows),
        np.concatenate(highs),
        (rows, np.concatenate([taken, np.tile(cells, len(WAYS))])),
    )


def _tightened(
    rows: sparse.csr_matrix, low: np.ndarray, high: np.ndarray, caps: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Tighten the bounds of atoms by every row until nothing moves: (atoms,) least and most, in whole numbers."""
    least, most = np.zeros(len(caps)), caps.astype(float).copy()
    row = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    atom = rows.indices
    for _ in range(ROUNDS):
        under, over = rows @ least, rows @ most
        new_most, new_least = most.copy(), least.copy()
        np.minimum.at(new_most, atom, np.floor(high[row] - under[row] + least[atom] + 1e-9))
        np.maximum.at(new_least, atom, np.ceil(low[row] - over[row] + most[atom] - 1e-9))
        new_most, new_least = np.maximum(new_most, 0), np.minimum(new_least, caps)
        if (new_most == most).all() and (new_least == least).all():
            break
        least, most = new_least, new_most
    return least, most


def _victims(
    parts: Parts,
    rows: sparse.csr_matrix,
    taken: tuple[np.ndarray, np.ndarray],
    open_: np.ndarray,
    pinned: np.ndarray,
    numerator: np.ndarray,
    tight: np.ndarray,
) -> np.ndarray:
    """Choose, for each pinned unit, the smallest open cell of a tight remainder of it, one that leaves room first."""
    held = rows @ parts.membership[pinned].T  # (rows, pinned)
    entries = sparse.coo_array(sparse.diags_array(tight.astype(float)) @ held)
    entries.eliminate_zeros()
    row, part = taken
    by_row = sparse.csr_matrix((np.ones(len(row)), (row, part)), shape=(rows.shape[0], len(open_)))
    choices = (
        by_row.T @ sparse.csr_matrix((np.ones(entries.nnz), (entries.row, entries.col)), shape=held.shape)
    ).tocsc()
    found = set()
    for column, cell in enumerate(pinned.tolist()):
        near = choices.indices[choices.indptr[column] : choices.indptr[column + 1]]
        near = near[open_[near]]
        if len(near):
            none = numerator[cell] == 0
            room = numerator[near] > 0 if none else numerator[near] >= 0
            order = np.lexsort((near, parts.weight[near], ~room))
            found.add(int(near[order[0]]))
    return np.array(sorted(found), dtype=np.int64)
