"""One household that answers otherwise, or two that exchange their answers: other answers that cost little to find.

In: what a reader knows, and sums of it. Out: the sums that such a change shows to be in doubt. A change at one address
that some totals forbid is made up for at another, drawn from the narrowest of these totals, where a household changes
the other way round: totals that hold both addresses do not move. Every change is checked against every total.
"""

from __future__ import annotations

import numpy as np

from atlas.later import sparse
from atlas.protect.known import Known

_DRAWN = 12  # addresses tried for one that needs another
_ENOUGH = 0.02  # of all sums: fewer are left to programmes


def exchanged(known: Known, sums: sparse.csr_matrix) -> np.ndarray:
    """Show sums that one household, or two, can make otherwise, (sums,)."""
    width = known.changes.shape[1]
    chance = np.random.default_rng(0)
    doubtful = np.zeros(sums.shape[0], dtype=bool)
    columns = sums.tocsc()
    for change in known.changes:
        if np.count_nonzero(~doubtful) <= _ENOUGH * len(doubtful):
            break
        unknowns = np.unique(sums[~doubtful].indices)
        places = np.unique(unknowns[change[unknowns % width] != 0] // width)
        places = places[_possible(known, places, change)]
        moved, told = _over(known.columns, places, change), _over(columns, places, change)
        alone = known.allows(moved)
        doubtful[told[alone].indices] = True
        waiting = np.flatnonzero(~alone)
        narrowest = _narrowest(known, moved)
        for _ in range(_DRAWN):
            waiting = waiting[told[waiting] @ ~doubtful > 0]
            if not len(waiting):
                break
            row = narrowest[waiting]
            drawn = known.rows.indptr[row] + (chance.random(len(row)) * known.size[row]).astype(int)
            other = known.rows.indices[drawn] // width
            held = known.allows(moved[waiting] - _over(known.columns, other, change))
            held &= _possible(known, other, -change)
            doubtful[(told[waiting[held]] - _over(columns, other[held], change)).indices] = True
            waiting = waiting[~held]
    return doubtful


def _possible(known: Known, places: np.ndarray, change: np.ndarray) -> np.ndarray:
    """Tell the addresses where a change leaves every count possible, (places,)."""
    unknowns = places[:, None] * len(change) + np.arange(len(change))
    then = known.truth[unknowns] + change
    return (((then >= 0) & (then <= known.most[unknowns])) | (change == 0)).all(axis=1)


def _over(columns: sparse.csc_matrix, places: np.ndarray, change: np.ndarray) -> sparse.csr_matrix:
    """Give what a change at each address moves, csr (places, rows)."""
    ranks = np.flatnonzero(change)
    parts = [columns[:, places * len(change) + rank].T * change[rank] for rank in ranks]
    return sparse.csr_matrix(sum(parts[1:], parts[0]))


def _narrowest(known: Known, moved: sparse.csr_matrix) -> np.ndarray:
    """Find, for each change that totals forbid, the one with fewest entries, (changes,); elsewhere any number."""
    from_ = np.repeat(np.arange(moved.shape[0]), np.diff(moved.indptr))
    bad = known.forbidding(moved)
    order = np.lexsort((known.size[moved.indices[bad]], from_[bad]))
    found = np.zeros(moved.shape[0], dtype=np.int64)
    place, first = np.unique(from_[bad][order], return_index=True)
    found[place] = moved.indices[bad][order][first]
    return found
