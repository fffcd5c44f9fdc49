"""How narrowly published totals bound what is masked: intervals, tightened until nothing moves, then by a solver.

Grain in: totals known between bounds, the largest value of each atom, the masked units. Grain out: one interval per
masked unit. Intervals are never too narrow: the true value is always inside.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from atlas.audit.solver import extremes

Atoms = frozenset[Hashable]
_ROUNDS = 30
_HOPS = 4
_WIDE = 60
_CLOSE = 1e-6


@dataclass(frozen=True)
class Total:
    """A published figure: what it adds up, and the bounds that its writing (rounding, end, class) leaves."""

    atoms: Atoms
    low: float
    high: float


def bounds(
    totals: Sequence[Total], caps: Mapping[Hashable, float], targets: Sequence[Atoms], refined: int = 20
) -> list[tuple[float, float]]:
    """Bound the figure of each target.

    Parameters
    ----------
    totals : sequence of Total
    caps : mapping
        By atom, the largest figure possible (its households, say); every figure is at least 0.
    targets : sequence of frozenset
    refined : int
        How many of the narrowest intervals are tightened by a linear programme, over the totals around the target.

    Returns
    -------
    list of (low, high)

    Examples
    --------
    Three rows of two with totals 7, 3 and 6, the last row published as 3 and 3, columns 9 and 7.

    >>> cells = [frozenset({f"X{i}{j}"}) for i in (1, 2, 3) for j in (1, 2)]
    >>> rows = [Total(cells[2 * i] | cells[2 * i + 1], v, v) for i, v in enumerate((7, 3, 6))]
    >>> columns = [Total(cells[j] | cells[2 + j] | cells[4 + j], v, v) for j, v in enumerate((9, 7))]
    >>> shown = [Total(cells[4], 3, 3), Total(cells[5], 3, 3)]
    >>> bounds([*rows, *columns, *shown], {f"X{i}{j}": 9 for i in (1, 2, 3) for j in (1, 2)}, cells[:4])
    [(3.0, 6.0), (1.0, 4.0), (0.0, 3.0), (0.0, 3.0)]
    """
    known = [*_remainders(totals), *totals]
    members, rows, wanted = _columns(known, targets)
    cap = np.array([sum(caps.get(atom, 0.0) for atom in group) for group in members])
    low, high = (np.array([getattr(total, end) for total in known], dtype=float) for end in ("low", "high"))
    matrix = _matrix(rows, len(members))
    least, most = _tightened(matrix, low, high, cap)
    found = [
        (
            max(0.0, float(sum(least[c] for c in target))),
            float(sum(most[c] for c in target)),
        )
        for target in wanted
    ]
    holders = matrix.tocsc()
    by_width = sorted(range(len(found)), key=lambda index: (found[index][1] - found[index][0], index))
    for index in by_width[:refined]:
        near, local = _around(matrix, holders, wanted[index])
        tight = extremes(
            [[local[c] for c in rows[row]] for row in near],
            [low[row] for row in near],
            [high[row] for row in near],
            [cap[c] for c in local],
            {local[c] for c in wanted[index]},
        )
        found[index] = (max(found[index][0], tight[0]), min(found[index][1], tight[1]))
    return found


def value_of(totals: Sequence[Total], caps: Mapping[Hashable, float], target: Atoms) -> float:
    """Give the figure of a target that exact totals determine.

    >>> value_of([Total(frozenset("AB"), 9, 9), Total(frozenset("B"), 4, 4)], {"A": 9, "B": 9}, frozenset("A"))
    5.0
    """
    members, rows, wanted = _columns(totals, [target])
    cap = [sum(caps.get(atom, 0.0) for atom in group) for group in members]
    return extremes(rows, [one.low for one in totals], [one.high for one in totals], cap, set(wanted[0]))[0]


def _remainders(totals: Sequence[Total]) -> list[Total]:
    """Take, from each total, the published parts inside it that do not overlap: what is left is bounded too."""
    ordered = sorted(totals, key=lambda total: len(total.atoms))
    holding: dict[Hashable, list[int]] = {}
    for index, total in enumerate(ordered):
        for atom in total.atoms:
            holding.setdefault(atom, []).append(index)
    left = []
    for index, total in enumerate(ordered):
        rest, low, high = set(total.atoms), total.low, total.high
        inside = {part for atom in total.atoms for part in holding[atom] if part < index}
        for part in sorted(inside, reverse=True):
            taken = ordered[part]
            if taken.atoms < total.atoms and taken.atoms <= rest:
                rest -= taken.atoms
                low, high = low - taken.high, high - taken.low
        if rest and len(rest) < len(total.atoms):
            left.append(Total(frozenset(rest), max(0.0, low), high))
    return left


def _columns(
    totals: Sequence[Total], targets: Sequence[Atoms]
) -> tuple[list[list[Hashable]], list[list[int]], list[list[int]]]:
    """Merge atoms that no total and no target tells apart: members of columns, totals and targets over columns."""
    sets = [*(total.atoms for total in totals), *targets]
    places: dict[Hashable, list[int]] = {}
    for index, atoms in enumerate(sets):
        for atom in atoms:
            places.setdefault(atom, []).append(index)
    groups: dict[tuple[int, ...], list[Hashable]] = {}
    for atom, where in places.items():
        groups.setdefault(tuple(where), []).append(atom)
    over: list[list[int]] = [[] for _ in sets]
    for column, together in enumerate(groups):
        for index in together:
            over[index].append(column)
    return list(groups.values()), over[: len(totals)], over[len(totals) :]


def _matrix(rows: Sequence[Sequence[int]], columns: int) -> sparse.csr_matrix:
    row = np.repeat(np.arange(len(rows)), [len(members) for members in rows])
    column = np.fromiter((c for members in rows for c in members), dtype=np.int64, count=len(row))
    return sparse.csr_matrix((np.ones(len(row)), (row, column)), shape=(len(rows), columns))


def _tightened(
    matrix: sparse.csr_matrix, low: np.ndarray, high: np.ndarray, cap: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Bound each column by each total minus what the other columns can at most, or at least, be; until it settles."""
    least, most = np.zeros(len(cap)), cap.copy()
    row = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    column = matrix.indices
    for _ in range(_ROUNDS):
        others_most = (matrix @ most)[row] - most[column]
        others_least = (matrix @ least)[row] - least[column]
        tighter_least, tighter_most = least.copy(), most.copy()
        np.maximum.at(tighter_least, column, low[row] - others_most)
        np.minimum.at(tighter_most, column, high[row] - others_least)
        if (tighter_least > tighter_most + _CLOSE).any():
            break  # what is written contradicts itself: keep the last bounds that do not
        still = np.allclose(tighter_least, least) and np.allclose(tighter_most, most)
        least, most = tighter_least, tighter_most
        if still:
            break
    return least, most


def _around(
    matrix: sparse.csr_matrix, holders: sparse.csc_matrix, target: Sequence[int]
) -> tuple[list[int], dict[int, int]]:
    """Find the totals a few steps around a target, leaving out very wide ones, and number the columns they hold."""
    wide = np.diff(matrix.indptr) > _WIDE
    columns, fresh = set(target), set(target)
    near: set[int] = set()
    for _ in range(_HOPS):
        met = {r for c in fresh for r in holders.indices[holders.indptr[c] : holders.indptr[c + 1]].tolist()}
        met = {row for row in met - near if not wide[row]}
        near |= met
        fresh = {c for r in met for c in matrix.indices[matrix.indptr[r] : matrix.indptr[r + 1]].tolist()} - columns
        columns |= fresh
    return sorted(near), {column: place for place, column in enumerate(sorted(columns))}
