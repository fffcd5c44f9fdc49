"""Integer programmes of the audit (HiGHS): whole counts that agree with known totals, and how far they can change."""

from __future__ import annotations

from typing import Any

import numpy as np

from atlas.later import sparse

_TOLERANCE = 1e-6
_SECONDS = 30.0
_NODES = 500
_GAP = 0.3  # how far from the best a change may stop
_BESIDE, _HOPS = 50, 2  # entries of the totals through which a count that comes out in parts reaches others, how often
_Sides = tuple[np.ndarray, np.ndarray]


def possible(
    rows: sparse.csr_matrix,
    inside: tuple[np.ndarray, np.ndarray],
    outside: tuple[np.ndarray, np.ndarray],
    whole: tuple[np.ndarray, np.ndarray],
    cap: np.ndarray,
    goal: np.ndarray,
    least: int,
) -> bool:
    """Tell whether whole numbers in and out of a rate can give a sum of at least so many.

    Parameters
    ----------
    rows : sparse matrix
        0/1, known totals x unknowns; ``inside``, ``outside`` and ``whole`` bound each total's count in the rate, out of
        it, and in all.
    cap : ndarray
        Most that each unknown can count, in and out together.
    goal : ndarray
        What is summed: a coefficient by unknown in the rate, then by unknown out of it.

    Returns
    -------
    bool
        False too where the solver finds nothing in its time: the sum then counts as known.

    Examples
    --------
    >>> total = sparse.csr_matrix([[1, 1]])
    >>> few, many, both = (np.array([0]), np.array([1])), (np.array([5]), np.array([9])), (np.array([8]),) * 2
    >>> [possible(total, few, many, both, np.array([6, 6]), np.array([1, 0, 0, 0]), least) for least in (1, 2)]
    [True, False]
    """
    from scipy.optimize import LinearConstraint, milp

    size = len(cap)
    nothing = sparse.csr_matrix(rows.shape)
    blocks = [sparse.hstack(pair) for pair in ((rows, nothing), (nothing, rows), (rows, rows))]
    low, high = (np.concatenate([ends[place] for ends in (inside, outside, whole)]) for place in (0, 1))
    each = sparse.hstack([sparse.eye(size), sparse.eye(size)], format="csr")
    constraints = [
        LinearConstraint(sparse.vstack(blocks, format="csr"), low - _TOLERANCE, high + _TOLERANCE),
        LinearConstraint(each, 0, cap),
        LinearConstraint(sparse.csr_matrix(goal), least, np.inf),
    ]
    # Once simplified, HiGHS has refused what has a solution: it is asked twice before anything counts as known.
    answers = (
        milp(
            np.zeros(2 * size),
            constraints=constraints,
            bounds=_between(np.zeros(2 * size), np.r_[cap, cap]),
            integrality=np.ones(2 * size),
            options={"time_limit": _SECONDS, "presolve": presolved},
        )
        for presolved in (True, False)
    )
    return any(answer.status == 0 for answer in answers)


def spread(
    rows: sparse.csr_matrix,
    room: tuple[np.ndarray, np.ndarray],
    ends: tuple[np.ndarray, np.ndarray],
    goal: np.ndarray,
    *,
    presolved: bool = True,
) -> np.ndarray:
    """Change whole unknowns as far as may be towards a goal; no change where the solver finds none that holds.

    Parameters
    ----------
    rows : sparse matrix
        Known totals x unknowns; ``room`` bounds the change of each total, ``ends`` that of each unknown.
    presolved : bool
        Whether HiGHS simplifies first: faster, but it has called optimal what was not.

    Examples
    --------
    >>> total, nothing = sparse.csr_matrix([[1.0, 1.0]]), np.zeros(1)
    >>> spread(total, (nothing, nothing), (np.array([-1.0, -3]), np.array([2.0, 3])), np.array([1.0, 0])).tolist()
    [2.0, -2.0]
    """
    if not len(goal):
        return np.zeros(0)
    if presolved and (found := _mended(rows, room, ends, goal)) is not None:
        return found
    found = _changed(rows, room, ends, goal, whole=True, presolved=presolved)
    return np.zeros(len(goal)) if found is None or not _within(rows @ found, room) else found


def _mended(rows: sparse.csr_matrix, room: _Sides, ends: _Sides, goal: np.ndarray) -> np.ndarray | None:
    """Ask for a change of any numbers, then for whole ones around those that are not; None where that is not enough.

    Nearly all come out whole, many times sooner than by asking for whole ones. The answer bounds what whole numbers
    can do: a change that comes near it needs no other search.
    """
    found = _changed(rows, room, ends, goal, whole=False)
    if found is None:
        return None
    bound, parted = goal @ found, np.abs(found - np.round(found)) > _TOLERANCE
    found = np.round(found)
    if parted.any():
        narrow, near = abs(rows[np.diff(rows.indptr) <= _BESIDE]), parted.astype(float)
        for _ in range(_HOPS):
            near = near + narrow.T @ (narrow @ near)
        free = np.flatnonzero(near > 0)
        found[free] = 0
        part = rows[:, free].tocsr()
        held = np.flatnonzero(np.diff(part.indptr))
        change = (rows @ found)[held]
        left = room[0][held] - change, room[1][held] - change
        mended = _changed(part[held], left, (ends[0][free], ends[1][free]), goal[free], whole=True)
        if mended is None:
            return None
        found[free] = mended
    return found if _within(rows @ found, room) and goal @ found >= (1 - _GAP) * bound else None


def _changed(
    rows: sparse.csr_matrix, room: _Sides, ends: _Sides, goal: np.ndarray, *, whole: bool, presolved: bool = True
) -> np.ndarray | None:
    """Ask HiGHS for the change that goes furthest towards a goal, or nearly if whole; None where it has none."""
    from scipy.optimize import LinearConstraint, milp

    answer = milp(
        -goal,
        constraints=LinearConstraint(rows, *room),
        bounds=_between(*ends),
        integrality=np.full(len(goal), int(whole)),
        options={"node_limit": _NODES, "mip_rel_gap": _GAP, "presolve": presolved},
    )
    if answer.x is None or (answer.status != 0 and not whole):
        return None
    return np.round(answer.x) if whole else answer.x


def _within(change: np.ndarray, room: _Sides) -> bool:
    return bool((change >= room[0] - _TOLERANCE).all() and (change <= room[1] + _TOLERANCE).all())


def _between(low: np.ndarray, high: np.ndarray) -> Any:
    from scipy.optimize import Bounds

    return Bounds(low, high)
