"""The oracle: what no elimination settles is put to an integer programme, and only a proof counts.

A combination lighter than the threshold, scaled so that its largest coefficient is 1, satisfies for some column a
``v[a] = 1`` and ``|v| <= z`` with one 0/1 variable z per column: the lightest is the minimum of the summed weights of
z, for each a in turn. Weights are integers, so a bound above threshold - 1 proves safety: the continuous relaxation
usually gives it. A coefficient above 1 is not refused but costs more than everything, so that a minimum always exists
and "infeasible" never has to be trusted. A status other than optimal, or an answer that exact arithmetic does not
confirm, is never "safe".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from atlas.secrecy.exact import Row, as_fraction, rank

MARGIN = 1e-6
SECONDS = 20.0


def lightest_in_core(rows: Sequence[Row], weight: Mapping[int, int], threshold: int) -> set[int] | None:
    """Find the columns of a combination lighter than the threshold, or None with a proof.

    Parameters
    ----------
    rows : sequence of dict
        Independent rows modulo 2^61 - 1, connected.
    weight : mapping
        Positive weight of each column.

    Returns
    -------
    set of int or None
        When no proof either way was reached, the best support found: the caller masks more.
    """
    columns = sorted({column for row in rows for column in row}, key=lambda column: (-weight[column], column))
    matrix = _matrix(rows, columns)
    weights = np.array([weight[column] for column in columns], dtype=float)
    for index in range(len(columns)):
        for integer in (False, True):
            bound, vector = _solve(matrix, weights, index, integer=integer)
            if bound is not None and bound > threshold - 1 + MARGIN:
                break
            support = {columns[i] for i in np.flatnonzero(np.abs(vector) > MARGIN)} if vector is not None else set()
            if support and sum(weight[column] for column in support) < threshold and derivable(rows, support):
                return support
        else:
            return support or set(columns)
    return None


def derivable(rows: Sequence[Row], support: set[int]) -> bool:
    """Say, exactly, whether some combination of independent rows lives on these columns only.

    >>> derivable([{0: 1, 1: 1}, {1: 1, 2: 1}], {0, 2})
    True
    """
    outside = [{column: value for column, value in row.items() if column not in support} for row in rows]
    return rank(outside) < rank(rows)


def _matrix(rows: Sequence[Row], columns: Sequence[int]) -> np.ndarray:
    """Read residues as the small fractions they are, (rows, columns)."""
    place = {column: index for index, column in enumerate(columns)}
    matrix = np.zeros((len(rows), len(columns)))
    for index, row in enumerate(rows):
        for column, value in row.items():
            matrix[index, place[column]] = float(as_fraction(value))
    return matrix


def _solve(matrix: np.ndarray, weights: np.ndarray, largest: int, *, integer: bool) -> tuple[Any, Any]:
    """Minimise the weight of v = rows' combination with v[largest] = 1: proven bound and v, None when unproven."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    rows, columns = matrix.shape
    unit = np.eye(columns)
    constraints = [
        LinearConstraint(np.hstack([matrix.T, -unit, -unit]), -np.inf, 0),
        LinearConstraint(np.hstack([matrix.T, unit, unit]), 0, np.inf),
        LinearConstraint(np.r_[matrix[:, largest], np.zeros(2 * columns)], 1, 1),
    ]
    free, unbounded = np.full(rows, np.inf), np.full(columns, np.inf)
    bounds = Bounds(np.r_[-free, np.zeros(2 * columns)], np.r_[free, np.ones(columns), unbounded])
    answer = milp(
        np.r_[np.zeros(rows), weights, np.full(columns, weights.sum() + 1)],
        constraints=constraints,
        bounds=bounds,
        integrality=np.r_[np.zeros(rows), np.full(columns, int(integer)), np.zeros(columns)],
        options={"time_limit": SECONDS, "mip_rel_gap": 0.0},
    )
    vector = None if answer.x is None else answer.x[:rows] @ matrix
    if answer.status != 0:
        return None, vector
    bound = answer.mip_dual_bound if integer else answer.fun
    return bound, vector
