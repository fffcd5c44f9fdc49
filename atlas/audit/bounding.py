"""Whole households in and out of a rate, as published totals bound them: what must be, what may be otherwise.

Grain in: the totals of one rate in one campaign, and the truth. Grain out: bounds of each address, and whether a
unit may hold another count than the true one. Every answer is a proof: bounds are never too narrow, and another count
is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from atlas.audit.solver import possible
from atlas.later import sparse

_ROUNDS = 40
_WIDE = 80
_HOPS = 3
_Ends = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False)
class System:
    """One rate of one campaign: rows are published totals, columns addresses.

    ``n`` and ``c`` are the truth, households in and out of the rate; ``low`` and ``high`` bound each row's sum of
    ``n``, ``out_low`` and ``out_high`` its sum of ``c``, ``all_low`` and ``all_high`` both; ``cap`` bounds ``n + c``.
    """

    rows: sparse.csr_matrix
    n: np.ndarray
    c: np.ndarray
    cap: np.ndarray
    low: np.ndarray
    high: np.ndarray
    out_low: np.ndarray
    out_high: np.ndarray
    all_low: np.ndarray
    all_high: np.ndarray

    @cached_property
    def holders(self) -> sparse.csc_matrix:
        """Rows by column: the totals that hold each address."""
        return self.rows.tocsc()

    @cached_property
    def free(self) -> tuple[list[bool], list[bool]]:
        """Say which totals have room for one household more in the rate, and for one less."""
        inside, outside = self.rows @ self.n, self.rows @ self.c
        up = np.minimum(self.high - inside, outside - self.out_low) >= 1
        down = np.minimum(inside - self.low, self.out_high - outside) >= 1
        return up.tolist(), down.tolist()


def carried(system: System) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Carry bounds from total to total until they settle, in and out of the rate, in whole households."""
    size = len(system.n)
    ends = [np.zeros(size), system.cap.copy(), np.zeros(size), system.cap.copy()]
    row = np.repeat(np.arange(system.rows.shape[0]), np.diff(system.rows.indptr))
    column = system.rows.indices
    for _ in range(_ROUNDS):
        before = [one.copy() for one in ends]
        for place, (low, high) in enumerate(((system.low, system.high), (system.out_low, system.out_high))):
            least, most = ends[2 * place], ends[2 * place + 1]
            others_most = (system.rows @ most)[row] - most[column]
            others_least = (system.rows @ least)[row] - least[column]
            np.maximum.at(least, column, np.ceil(low[row] - others_most - 1e-6))
            np.minimum.at(most, column, np.floor(high[row] - others_least + 1e-6))
        np.minimum(ends[1], system.cap - ends[2], out=ends[1])
        np.minimum(ends[3], system.cap - ends[0], out=ends[3])
        if all(np.array_equal(new, old) for new, old in zip(ends, before, strict=True)):
            break
    return ends[0], ends[1], ends[2], ends[3]


def moves(system: System) -> tuple[np.ndarray, np.ndarray]:
    """Say how many households of each address could move in or out of the rate, every total as written."""
    inside, outside = system.rows @ system.n, system.rows @ system.c
    up_room = np.minimum(system.high - inside, outside - system.out_low)
    down_room = np.minimum(inside - system.low, system.out_high - outside)
    row = np.repeat(np.arange(system.rows.shape[0]), np.diff(system.rows.indptr))
    up, down = system.c.copy(), system.n.copy()
    np.minimum.at(up, system.rows.indices, up_room[row])
    np.minimum.at(down, system.rows.indices, down_room[row])
    return np.floor(up + 1e-6), np.floor(down + 1e-6)


def swaps(system: System, cells: Sequence[int]) -> bool:
    """Tell whether a household can enter or leave the rate at one address of a unit, and another do the reverse beside.

    The totals that hold both do not move; the others must have room for one.
    """
    holders, (up, down) = system.holders, system.free
    own = set(cells)

    def held(one: int) -> set[int]:
        return set(holders.indices[holders.indptr[one] : holders.indptr[one + 1]].tolist())

    for one in cells:
        mine = held(one)
        for mine_free, its_free, can, other_can in (
            (up, down, system.c, system.n),
            (down, up, system.n, system.c),
        ):
            tight = [row for row in mine if not mine_free[row]]
            if can[one] < 1 or not tight:
                continue
            shortest = min(tight, key=lambda row: int(system.rows.indptr[row + 1] - system.rows.indptr[row]))
            near = system.rows.indices[system.rows.indptr[shortest] : system.rows.indptr[shortest + 1]].tolist()
            for other in near:
                if other in own or other_can[other] < 1:
                    continue
                its = held(other)
                if its.issuperset(tight) and all(its_free[row] for row in its - mine):
                    return True
    return False


def varies(system: System, cells: Sequence[int]) -> bool:
    """Ask a solver for another count than the true one: any where both sides have somebody, else one at all."""
    totals, cap, target = _around(system, cells)
    n, c = int(system.n[cells].sum()), int(system.c[cells].sum())
    inside, outside = np.r_[target, np.zeros(len(target))], np.r_[np.zeros(len(target)), target]
    asked = [(inside, 1)] if n == 0 else [(outside, 1)] if c == 0 else []
    asked = asked or [(inside, n + 1), (-inside, 1 - n), (outside, c + 1), (-outside, 1 - c)]
    return any(possible(*totals, cap, goal, least) for goal, least in asked)


def _around(
    system: System, cells: Sequence[int]
) -> tuple[tuple[sparse.csr_matrix, _Ends, _Ends, _Ends], np.ndarray, np.ndarray]:
    """Take the totals around a unit, the addresses of the small ones free, every other one as it is.

    What moves there moves in the whole territory too: the spread found is possible.
    """
    holders = system.holders
    sizes = np.diff(system.rows.indptr)
    free, fresh = set(cells), set(cells)
    for _ in range(_HOPS):
        met = {r for one in fresh for r in holders.indices[holders.indptr[one] : holders.indptr[one + 1]].tolist()}
        near = [r for r in met if sizes[r] <= _WIDE]
        fresh = {
            c for r in near for c in system.rows.indices[system.rows.indptr[r] : system.rows.indptr[r + 1]].tolist()
        }
        fresh -= free
        free |= fresh
    local = sorted(free)
    rows = sorted({r for one in local for r in holders.indices[holders.indptr[one] : holders.indptr[one + 1]].tolist()})
    part = system.rows[rows][:, local]
    inside = system.rows[rows] @ system.n - part @ system.n[local]
    outside = system.rows[rows] @ system.c - part @ system.c[local]
    target = np.isin(local, list(cells))
    totals = (
        part,
        (system.low[rows] - inside, system.high[rows] - inside),
        (system.out_low[rows] - outside, system.out_high[rows] - outside),
        (system.all_low[rows] - inside - outside, system.all_high[rows] - inside - outside),
    )
    return totals, system.cap[local], target
