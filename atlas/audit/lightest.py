"""The lightest combination of totals, by linear and integer programmes (HiGHS): bounds count only when proven optimal.

Grain in: independent rows in whole numbers, column to coefficient, and what columns weigh. Grain out: the columns of a
combination lighter than a threshold, or that there is none.

Where columns share owners, a variable by owner is at least what each of its columns weighs times how far it is used:
no combination costs less in the programme than it weighs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import gcd
from typing import Any

import numpy as np

from atlas.audit.elimination import Row
from atlas.audit.shared_weights import Masses, Owned, together
from atlas.later import sparse

_TOLERANCE = 1e-6
_SECONDS = 30.0
_TOGETHER = 2000  # unknowns of the programmes that are solved as one


def lightest(rows: Sequence[Row], mass: Masses, threshold: int) -> tuple[set[int] | None, bool]:
    """Find the columns of a combination lighter than the threshold.

    Parameters
    ----------
    rows : sequence of dict
        Independent rows in whole numbers, column to coefficient.
    mass : sequence of int, or Owned
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
    model = _Lightest(rows, columns, mass)
    for position in range(len(columns)):
        for whole in (False, True):
            bound, vector = model.solve(position, whole=whole)
            if bound is not None and bound > threshold - 1 + _TOLERANCE:
                break
            support = {columns[index] for index in np.flatnonzero(np.abs(vector) > _TOLERANCE).tolist()}
            if together(mass, support) < threshold and _holds(rows, support):
                return support, True
        else:
            return support or set(columns), False
    return None, True


def none_lighter(rows: Sequence[Row], mass: Masses, threshold: int) -> bool:
    """Prove that no combination is lighter than the threshold, all columns together; false where that is not proven.

    Examples
    --------
    >>> [none_lighter([{0: 1, 1: -1}, {1: 1, 2: -1}], mass, 11) for mass in ([6, 6, 6], [5, 5, 6])]
    [True, False]
    """
    columns = sorted({column for row in rows for column in row})
    model = _Lightest(rows, columns, mass)
    step = max(1, _TOGETHER // model.cost.size)
    for start in range(0, len(columns), step):
        bound, _ = model.solve(*range(start, min(start + step, len(columns))), whole=False)
        if bound is None or bound <= threshold - 1 + _TOLERANCE:
            return False
    return True


class _Lightest:
    """One model per part, solved for each column.

    It minimises the weight of the columns used, the given one having coefficient 1 and no other a larger one. A larger
    coefficient costs more than all columns together instead of being refused: there is always a solution, so that
    "infeasible" never has to be trusted.
    """

    def __init__(self, rows: Sequence[Row], columns: Sequence[int], mass: Masses) -> None:
        own, shares = mass.among(columns) if isinstance(mass, Owned) else ([mass[column] for column in columns], [])
        self.matrix = np.array([[row.get(column, 0) for column in columns] for row in rows], dtype=float)
        weight, size = np.asarray(own, dtype=float), len(columns)
        owner, place, share = np.array(shares, dtype=np.int64).reshape(-1, 3).T
        owners = int(owner.max(initial=-1)) + 1
        combination, used, none = self.matrix.T, np.eye(size), np.zeros((size, owners))
        most = weight.sum() + share.sum() + 1
        self.cost = np.r_[np.zeros(len(rows)), weight, np.full(size, most), np.ones(owners)]
        shared = np.zeros((len(shares), self.cost.size))
        shared[np.arange(len(shares)), len(rows) + place] = share
        shared[np.arange(len(shares)), len(rows) + 2 * size + owner] = -1
        self._sides = (
            np.vstack([np.hstack([combination, -used, -used, none]), shared]),
            np.hstack([combination, used, used, none]),
        )
        self._low = np.r_[np.full(len(rows), -np.inf), np.zeros(2 * size + owners)]
        self._high = np.r_[np.full(len(rows), np.inf), np.ones(size), np.full(size + owners, np.inf)]

    def solve(self, *largest: int, whole: bool) -> tuple[float | None, np.ndarray]:
        """Solve as many programmes as columns given, side by side; ``whole``: columns used count in full.

        Returns
        -------
        tuple
            The least weight that is proven of any of them, None where it is not, and the combination of the first.
        """
        from scipy.optimize import Bounds, milp

        (rows, columns), count = self.matrix.shape, len(largest)
        used = np.r_[np.zeros(rows), np.full(columns, int(whole)), np.zeros(self.cost.size - rows - columns)]
        answer = milp(
            np.tile(self.cost, count),
            constraints=self._constraints(largest),
            bounds=Bounds(np.tile(self._low, count), np.tile(self._high, count)),
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
