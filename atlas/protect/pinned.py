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

from atlas.later import sparse
from atlas.tables import UNITS

ROUNDS = 12
# Ways of taking parts out of a total, widest parts first: kinds of one way never overlap but by lying in one another.
_LEAST = ("residences", "adresses")
_HELD = {part for unit in UNITS.values() for part in unit.parts}
WAYS = (
    *((name, *unit.parts, *_LEAST) for name, unit in UNITS.items() if unit.key and name not in {*_HELD, *_LEAST}),
    ("adresses",),
)


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
        # Cells of the same atoms are one figure: sums of fixed pseudo-random numbers tell sets apart.
        numbers = np.random.default_rng(0).integers(1, 1 << 40, membership.shape[1])
        self.same = np.unique(membership.astype(np.int64) @ numbers, return_inverse=True)[1]
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


@dataclass(frozen=True, eq=False)
class _Equations:
    """Published totals as published parts and what is left of them.

    ``left``: csr (equations, atoms). ``total``: (equations,), the cell. ``row``, ``part``: (parts,), an equation and a
    cell taken out of its total.
    """

    left: sparse.csr_matrix
    total: np.ndarray
    row: np.ndarray
    part: np.ndarray


def unpinned(parts: Parts, rate: Bounded, small: np.ndarray) -> np.ndarray:
    """Mask what pins a small masked unit: what is masked depends on published figures alone, as a reader bounds them.

    Parameters
    ----------
    small : ndarray of bool, (cells,)
        Cells whose answers are those of fewer dwellings than the threshold.

    Returns
    -------
    ndarray of bool, (cells,)
        The cells that stay open.
    """
    open_ = rate.open_.copy()
    while True:
        equations = _equations(parts, open_)
        least, most, tight = _tightened(equations, rate)
        hidden = np.flatnonzero(small & ~open_ & (parts.membership @ rate.caps > 0))
        matrix = parts.membership[hidden]
        pinned = (matrix @ most) - (matrix @ least) < 1
        nobody = (matrix @ most)[pinned] < 1
        victims = _victims(parts, equations, open_, hidden[pinned], nobody, rate.low > 0, tight)
        if not len(victims):
            return open_
        open_ &= ~np.isin(parts.same, parts.same[victims])


def _equations(parts: Parts, open_: np.ndarray) -> _Equations:
    """Take published parts out of published totals, every way."""
    cells, number = np.flatnonzero(open_), np.full(len(open_), -1)
    number[cells] = np.arange(len(cells))
    size = np.diff(parts.membership.indptr)
    left, rows, taken = [], [], []
    for rank, way in enumerate(WAYS):
        covered = np.zeros(len(parts.row), dtype=bool)
        for kind in way:
            entry, part = parts.part[kind]
            usable = open_[part] & open_[parts.row[entry]] & ~covered[entry]
            entry, part = entry[usable], part[usable]
            pair = parts.row[entry] * len(open_) + part
            label, inverse, count = np.unique(pair, return_inverse=True, return_counts=True)
            # A part of which a wider part took some already is no part any more.
            whole = count == size[label % len(open_)]
            covered[entry[whole[inverse]]] = True
            total, inside = np.divmod(label[whole], len(open_))
            rows.append(number[total] + rank * len(cells))
            taken.append(inside)
        rest = open_[parts.row] & ~covered
        shape = (len(cells), parts.membership.shape[1])
        entries = (number[parts.row[rest]], parts.atom[rest])
        left.append(sparse.csr_matrix((np.ones(int(rest.sum())), entries), shape=shape))
    return _Equations(
        sparse.vstack(left, format="csr"), np.tile(cells, len(WAYS)), np.concatenate(rows), np.concatenate(taken)
    )


def _tightened(equations: _Equations, rate: Bounded) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tighten bounds of cells and atoms by every equation until nothing moves, in whole numbers.

    Returns
    -------
    least, most : (atoms,)
    tight : ndarray of bool, (equations,)
        Equations that leave no room to what is left of their total.
    """
    low, high = rate.low.astype(float), rate.high.astype(float)
    least, most = np.zeros(len(rate.caps)), rate.caps.astype(float)
    left, row, part, total = equations.left, equations.row, equations.part, equations.total
    from_ = np.repeat(np.arange(left.shape[0]), np.diff(left.indptr))
    for _ in range(ROUNDS):
        before = (low.copy(), high.copy(), least.copy(), most.copy())
        under, over = left @ least, left @ most
        parts_low, parts_high = (np.bincount(row, side[part], minlength=len(total)) for side in (low, high))
        np.minimum.at(high, total, parts_high + over)
        np.maximum.at(low, total, parts_low + under)
        np.minimum.at(high, part, high[total][row] - under[row] - parts_low[row] + before[0][part])
        np.maximum.at(low, part, low[total][row] - over[row] - parts_high[row] + before[1][part])
        parts_low, parts_high = (np.bincount(row, side[part], minlength=len(total)) for side in (low, high))
        room, floor = high[total] - parts_low, low[total] - parts_high
        np.minimum.at(most, left.indices, room[from_] - under[from_] + before[2][left.indices])
        np.maximum.at(least, left.indices, floor[from_] - over[from_] + before[3][left.indices])
        if all((now == then).all() for now, then in zip((low, high, least, most), before, strict=True)):
            break
    return least, most, (room - left @ least < 1) | (left @ most - floor < 1)


def _victims(
    parts: Parts,
    equations: _Equations,
    open_: np.ndarray,
    pinned: np.ndarray,
    nobody: np.ndarray,
    somebody: np.ndarray,
    tight: np.ndarray,
) -> np.ndarray:
    """Choose, for each pinned unit, the smallest open cell of a tight equation of it, one that leaves room first.

    Of a unit pinned at nobody, ``nobody`` (pinned,), a cell known to have somebody does, ``somebody`` (cells,).
    """
    equation = np.arange(len(tight))
    rows, cells = np.r_[equation, equations.row], np.r_[equations.total, equations.part]
    shape = (len(tight), len(open_))
    around = sparse.csr_matrix((np.ones(len(rows)), (rows, cells)), shape=shape)
    held = sparse.csr_matrix(sparse.diags_array(tight.astype(float)) @ equations.left @ parts.membership[pinned].T)
    held.eliminate_zeros()
    choices = sparse.csc_matrix(around.T @ held)
    found = set()
    for column in range(len(pinned)):
        near = choices.indices[choices.indptr[column] : choices.indptr[column + 1]]
        near = near[open_[near]]
        if len(near):
            room = somebody[near] | ~nobody[column]
            found.add(int(near[np.lexsort((near, parts.weight[near], ~room))[0]]))
    return np.array(sorted(found), dtype=np.int64)
