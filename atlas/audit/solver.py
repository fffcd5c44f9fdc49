"""Linear and integer programmes of the audit (HiGHS): bounds that count only when proven optimal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import gcd
from typing import Any

import numpy as np

from atlas.later import sparse

_TOLERANCE = 1e-6
_SECONDS = 30.0
_NODES = 500
_TOGETHER = 2000  # unknowns of the programmes that are solved as one
_GAP = 0.3  # how far from the best a change may stop
_BESIDE, _HOPS = 50, 2  # entries of the totals through which a count that comes out in parts reaches others, how often
Row = dict[int, int]
_Sides = tuple[np.ndarray, np.ndarray]


def lightest(rows: Sequence[Row], mass: Sequence[int], threshold: int) -> tuple[set[int] | None, bool]:
    """Find the columns of a combination lighter than the threshold.

    Parameters
    ----------
    rows : sequence of dict
        Independent rows in whole numbers, column to coefficient.
    mass : sequence of int
        Weight of each column.

    Returns
    -------
    tuple
        The columns and True; (None, True) when there is provably none; columns and False when neither was proven.

    Examples
    --------
    Three parts of 6: each pair of differences bears on two of them, 12.

    >>> lightest([{0: 1, 1: -1}, {1: 1, 2: -1}], [6, 6, 6], 11)
    (None, True)
    >>> lightest([{0: 1, 1: -1}, {1: 1, 2: -1}], [5, 5, 6], 11)
    ({0, 1}, True)
    """
    columns = sorted({column for row in rows for column in row}, key=lambda column: (-mass[column], column))
    model = _Lightest(rows, columns, [mass[column] for column in columns])
    for position in range(len(columns)):
        for whole in (False, True):
            bound, vector = model.solve(position, whole=whole)
            if bound is not None and bound > threshold - 1 + _TOLERANCE:
                break
            support = {columns[index] for index in np.flatnonzero(np.abs(vector) > _TOLERANCE).tolist()}
            if sum(mass[column] for column in support) < threshold and _holds(rows, support):
                return support, True
        else:
            return support or set(columns), False
    return None, True


def none_lighter(rows: Sequence[Row], mass: Sequence[int], threshold: int) -> bool:
    """Prove that no combination is lighter than the threshold, all columns together; false where that is not proven.

    Examples
    --------
    >>> [none_lighter([{0: 1, 1: -1}, {1: 1, 2: -1}], mass, 11) for mass in ([6, 6, 6], [5, 5, 6])]
    [True, False]
    """
    columns = sorted({column for row in rows for column in row})
    model = _Lightest(rows, columns, [mass[column] for column in columns])
    step = max(1, _TOGETHER // model.cost.size)
    for start in range(0, len(columns), step):
        bound, _ = model.solve(*range(start, min(start + step, len(columns))), whole=False)
        if bound is None or bound <= threshold - 1 + _TOLERANCE:
            return False
    return True


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


class _Lightest:
    """One model per part, solved for each column.

    It minimises the weight of the columns used, the given one having coefficient 1 and no other a larger one. A larger
    coefficient costs more than all columns together instead of being refused: there is always a solution, so that
    "infeasible" never has to be trusted.
    """

    def __init__(self, rows: Sequence[Row], columns: Sequence[int], mass: Sequence[int]) -> None:
        self.matrix = np.array([[row.get(column, 0) for column in columns] for row in rows], dtype=float)
        weight, size = np.asarray(mass, dtype=float), len(columns)
        combination, used = self.matrix.T, np.eye(size)
        self.cost = np.r_[np.zeros(len(rows)), weight, np.full(size, weight.sum() + 1)]
        self._sides = np.hstack([combination, -used, -used]), np.hstack([combination, used, used])
        self._low = np.r_[np.full(len(rows), -np.inf), np.zeros(2 * size)]
        self._high = np.r_[np.full(len(rows), np.inf), np.ones(size), np.full(size, np.inf)]

    def solve(self, *largest: int, whole: bool) -> tuple[float | None, np.ndarray]:
        """Solve as many programmes as columns given, side by side; ``whole``: columns used count in full.

        Returns
        -------
        tuple
            The least weight that is proven of any of them, None where it is not, and the combination of the first.
        """
        from scipy.optimize import milp

        (rows, columns), count = self.matrix.shape, len(largest)
        used = np.r_[np.zeros(rows), np.full(columns, int(whole)), np.zeros(columns)]
        answer = milp(
            np.tile(self.cost, count),
            constraints=self._constraints(largest),
            bounds=_between(np.tile(self._low, count), np.tile(self._high, count)),
            integrality=np.tile(used, count),
            options={"time_limit": _SECONDS},
        )
        vector = np.zeros(columns) if answer.x is None else answer.x[:rows] @ self.matrix
        if answer.status != 0:
            return None, vector
        each = (answer.x * np.tile(self.cost, count)).reshape(count, -1).sum(axis=1)
        return float(answer.mip_dual_bound if whole else each.min()), vector

    def _constraints(self, largest: Sequence[int]) -> list[Any]:
        """Write as many programmes as columns, side by side."""
        from scipy.optimize import LinearConstraint

        apart = sparse.eye(len(largest))
        given = np.zeros((len(largest), self.cost.size))
        given[:, : len(self.matrix)] = self.matrix[:, largest].T
        under, over = (sparse.kron(apart, side, format="csr") for side in self._sides)
        return [
            LinearConstraint(under, ub=0),
            LinearConstraint(over, lb=0),
            LinearConstraint(sparse.block_diag(given[:, None], format="csr"), 1, 1),
        ]


def _between(low: np.ndarray, high: np.ndarray) -> Any:
    from scipy.optimize import Bounds

    return Bounds(low, high)


def _holds(rows: Sequence[Mapping[int, int]], support: set[int]) -> bool:
    """Check in whole numbers that some combination of independent rows is zero outside the support."""
    left = [{column: value for column, value in row.items() if column not in support} for row in rows]
    rank = 0
    while left:
        pivot = left.pop()
        if not pivot:
            continue
        rank += 1
        column = next(iter(pivot))
        for index, row in enumerate(left):
            if column in row:
                shared = gcd(row[column], pivot[column])
                keep, take = pivot[column] // shared, row[column] // shared
                changed = {key: keep * row.get(key, 0) - take * pivot.get(key, 0) for key in row.keys() | pivot.keys()}
                left[index] = {key: value for key, value in changed.items() if value}
    return rank < len(rows)
