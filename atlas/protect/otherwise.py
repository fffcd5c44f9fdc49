"""Other answers than the true ones that agree with all that a reader knows: who shows one has proven a doubt.

In: totals of unknown whole counts, each between bounds, with the true counts. Out: which sums of these counts can be
otherwise. Moving one count alone shows most; integer programmes that move as many sums as they can show nearly all the
rest; each sum left is asked by itself, upwards and downwards. No answer is no proof: the sum then counts as fixed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from scipy import sparse

_REACHES = (
    (40, 1),
    (120, 1),
    (120, 2),
    (120, 4),
)  # entries of totals whose parts may move with a sum, from one to the next
_FURTHER = ((120, 2), (120, 4), (1000, 4))
_PROGRESS = 0.25  # sums that a programme must show for another like it to be worth while
_DOWN = 0.7  # how often a sum that could move both ways is tried downwards: most others can only rise
_AT_ONCE = 40_000  # unknowns of one programme
_NODES = 200  # of one programme: a limit in time would make masks depend on the machine
_CLOSE = 1e-6


@dataclass(frozen=True, eq=False)
class Known:
    """What a reader knows.

    ``rows``: csr (rows, unknowns), totals; ``low``, ``high``: (rows,), their bounds; ``truth``, ``most``: (unknowns,).
    ``step``: (unknowns,), by how much a count may move when many sums are tried at once.
    """

    rows: sparse.csr_matrix
    low: np.ndarray
    high: np.ndarray
    truth: np.ndarray
    most: np.ndarray
    step: np.ndarray

    def without(self, rows: np.ndarray) -> Known:
        """Forget some rows."""
        low, high = self.low.copy(), self.high.copy()
        low[rows], high[rows] = -np.inf, np.inf
        fewer = replace(self, low=low, high=high)
        fewer.__dict__.update(columns=self.columns, ties=self.ties)
        return fewer

    @cached_property
    def room(self) -> tuple[np.ndarray, np.ndarray]:
        """By how much each total may fall and rise, (rows,) each."""
        total = self.rows @ self.truth
        return np.maximum(total - self.low, 0), np.maximum(self.high - total, 0)

    @cached_property
    def columns(self) -> sparse.csc_matrix:
        """The same totals, by unknown."""
        return self.rows.tocsc()

    @cached_property
    def ties(self) -> dict[int, tuple[np.ndarray, sparse.csr_matrix, sparse.csr_matrix]]:
        """By most entries of a row: the rows, then these over unknowns, and unknowns over these, in absolute value."""
        told, entries = np.isfinite(self.low) | np.isfinite(self.high), np.diff(self.rows.indptr)
        narrow = {most: np.flatnonzero(told & (entries <= most)) for most in {one for one, _ in (*_REACHES, *_FURTHER)}}
        absolute = {most: abs(self.rows[rows]) for most, rows in narrow.items()}
        return {most: (narrow[most], matrix, matrix.T.tocsr()) for most, matrix in absolute.items()}

    def around(self, sums: sparse.csr_matrix, reach: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """Find what totals of few entries tie to sums, from one to the next: the unknowns, and these totals."""
        entries, hops = reach
        narrow, ties, reverse = self.ties[entries]
        near, met = np.zeros(len(self.truth)), np.zeros(len(narrow))
        near[sums.indices] = 1
        for _ in range(hops):
            met = ties @ near
            near += reverse @ met
        return np.flatnonzero((near > 0) & (self.most > 0)), narrow[met > 0]


def otherwise(known: Known, sums: sparse.csr_matrix) -> np.ndarray:
    """Show sums that can be otherwise, (sums,): the others are to be asked one by one.

    Parameters
    ----------
    sums : csr_matrix, (sums, unknowns)

    Examples
    --------
    Two addresses make 3 and are masked; a third is told by a total of its own.

    >>> rows = sparse.csr_matrix([[1.0, 1, 0], [0, 0, 1]])
    >>> told, few = np.array([3.0, 1]), np.full(3, 5.0)
    >>> known = Known(rows, told, told, np.array([1.0, 2, 1]), few, few)
    >>> otherwise(known, sparse.eye(3, format="csr")).tolist()
    [True, True, False]
    """
    doubtful = (abs(sums) @ _alone(known)) > 0
    for reach in _REACHES:
        _together(known, sums, doubtful, reach)
    return doubtful


def varies(known: Known, sum_: sparse.csr_matrix, *, nearby: bool = False) -> bool:
    """Tell whether one sum, csr (1, unknowns), can be otherwise: among what is near, then further but if ``nearby``."""
    goal = np.zeros(len(known.truth))
    goal[sum_.indices] = sum_.data
    for reach in _FURTHER[: 1 if nearby else None]:
        near, narrow = known.around(sum_, reach)
        if len(near) > _AT_ONCE:
            return False
        if _either(known, near, goal, known.step):
            return True
        # With only these totals to obey: what they fix, more totals fix too.
        if not _either(known, near, goal, known.most, narrow):
            return False
    return False


def _either(known: Known, free: np.ndarray, goal: np.ndarray, step: np.ndarray, only: np.ndarray | None = None) -> bool:
    """Tell whether a sum can be more, or less; ``only``: the rows to obey."""
    return any(abs(goal @ _moved(known, free, way * goal, step, only)) > 0.5 for way in (1.0, -1.0))


def _together(known: Known, sums: sparse.csr_matrix, doubtful: np.ndarray, reach: tuple[int, int]) -> None:
    """Move as many sums as can be at once, up or down by chance where both may be, as long as it shows many more."""
    chance = np.random.default_rng(0)
    now, most = sums @ known.truth, sums @ known.most
    while len(left := np.flatnonzero(~doubtful)):
        signs = np.where(chance.random(len(left)) < _DOWN, -1.0, 1.0)
        signs = np.select([now[left] == 0, now[left] == most[left]], [1.0, -1.0], signs)
        goal = sums[left].T @ (signs * (0.2 + chance.random(len(left))))
        near, _ = known.around(sums[left], reach)
        for part in np.array_split(near, -(-len(near) // _AT_ONCE)) if len(near) else ():
            doubtful[left] |= np.abs(sums[left] @ _moved(known, part, goal, known.step)) > 0.5
        if np.count_nonzero(doubtful[left]) < _PROGRESS * len(left):
            return


def _alone(known: Known) -> np.ndarray:
    """Tell the unknowns that one more, or one less, leaves every total as known, (unknowns,)."""
    down, up = known.room
    entries = known.rows.tocoo()
    free = np.zeros(len(known.truth), dtype=bool)
    for sign, within in ((1, known.truth < known.most), (-1, known.truth > 0)):
        move = sign * entries.data
        bad = (move > up[entries.row] + _CLOSE) | (-move > down[entries.row] + _CLOSE)
        free |= within & (np.bincount(entries.col[bad], minlength=len(free)) == 0)
    return free


def _moved(
    known: Known, free: np.ndarray, goal: np.ndarray, step: np.ndarray, only: np.ndarray | None = None
) -> np.ndarray:
    """Move free unknowns from the truth, within every total or some, as far as may be towards a goal, (unknowns,)."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    moved = np.zeros(len(known.truth))
    if not len(free):
        return moved
    part = known.columns[:, free].tocsr()
    held = np.flatnonzero(np.diff(part.indptr)) if only is None else only
    down, up = (side[held] for side in known.room)
    lower = np.maximum(-known.truth[free], -step[free])
    upper = np.minimum((known.most - known.truth)[free], step[free])
    answer = milp(
        -goal[free],
        constraints=LinearConstraint(part[held], -down, up) if len(held) else None,
        bounds=Bounds(lower, upper),
        integrality=np.ones(len(free)),
        options={"mip_rel_gap": 0.2, "node_limit": _NODES},
    )
    if answer.x is not None:
        found = np.round(answer.x)
        change = part[held] @ found
        if (change <= up + _CLOSE).all() and (change >= -down - _CLOSE).all():  # a solver is not taken at its word
            moved[free] = found
    return moved
