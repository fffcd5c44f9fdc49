"""The classic method, for comparison: protect each small unit from subtraction, and nothing else.

Gauss elimination as in statistical offices' programmes: cells are taken by usefulness, and one that would let a small
cell be written as a combination of published ones is masked. It answers ``protect_cells(..., oracle=False)``. It leaves
*groups* of masked units derivable, which is why the engine exists; tests and the notebook on secrecy show it.
"""

from __future__ import annotations

import numpy as np

from atlas.later import sparse
from atlas.secrecy.exact import Row, scaled, subtract


def without_oracle(
    cells: sparse.csr_matrix, offered: np.ndarray, forced: np.ndarray, small: np.ndarray, order: np.ndarray
) -> np.ndarray:
    """Keep the offered cells, in ``order``, that leave no small cell derivable, (cells,).

    Examples
    --------
    Of 15 + 5 + 3 = 23 the classic method publishes 23 and 15: the group 5 + 3 = 8 is then derivable.

    >>> cells = sparse.csr_matrix([[1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]])
    >>> small = np.array([False, False, True, True])
    >>> without_oracle(cells, ~small, small & False, small, np.arange(4)).tolist()
    [True, True, False, False]
    """

    def row(cell: int) -> Row:
        return dict.fromkeys(cells.indices[cells.indptr[cell] : cells.indptr[cell + 1]].tolist(), 1)

    kept = np.zeros(cells.shape[0], dtype=bool)
    secrets = {cell: row(cell) for cell in np.flatnonzero(small & ~forced).tolist()}
    pivots: dict[int, Row] = {}
    for cell in [*order[forced[order]].tolist(), *order[(offered & ~forced)[order]].tolist()]:
        reduced = row(cell)
        while (column := next((c for c in reduced if c in pivots), None)) is not None:
            subtract(reduced, pivots[column], reduced[column])
        if reduced:
            pivot = min(reduced)
            reduced = scaled(reduced, pivot)
            opened = [secret for secret in secrets.values() if _proportional(secret, reduced, pivot)]
            if opened and not forced[cell]:
                continue
            for secret in secrets.values():
                if pivot in secret:
                    subtract(secret, reduced, secret[pivot])
            for other in pivots.values():
                if pivot in other:
                    subtract(other, reduced, other[pivot])
            pivots[pivot] = reduced
        kept[cell] = True
    return kept


def _proportional(secret: Row, reduced: Row, pivot: int) -> bool:
    return len(secret) == len(reduced) and pivot in secret and scaled(secret, pivot) == reduced
