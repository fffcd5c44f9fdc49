"""Other answers than the true ones that agree with all that a reader knows: who shows one has proven a doubt.

In: totals of unknown whole counts, each between bounds, with the true counts. Out: which sums of these counts can be
otherwise. One household that answers otherwise, or exchanges its answers with one of another address, shows most; small
integer programmes that move as many sums as they can show nearly all the rest; each sum left is asked by itself among
what surrounds it, wider each time, until another value is shown or none is possible.
"""

from __future__ import annotations

import numpy as np

from atlas.later import sparse
from atlas.protect.exchanges import exchanged
from atlas.protect.known import Known, Room

Reach = tuple[int, int, float]
# Around a sum: entries taken of each total, from how many totals to the next, and of those with how much room at most.
_TOGETHER = ((12, 1, 1), (12, 2, 3))
_NEAR = ((6, 2, 1), (12, 2, 3), (20, 4, 1), (100, 4, 1), (40, 3, 3), (60, 4, 8), (250, 3, np.inf))
_PROGRESS = 0.2  # sums that a round of programmes must show for another like it to be worth while
_DOWN = 0.7  # how often a sum that could move both ways is tried downwards: most others can only rise
_SUMS = 300  # moved by one programme
_AT_ONCE = 20_000  # unknowns of the largest programme
_NODES = 200  # of one programme: a limit in time would make masks depend on the machine
_GAP = 0.2  # how far from the best a programme may stop
_AGAIN = 4  # times that counts which a change splits are left as they are
_CLOSE = 1e-6


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
    doubtful = exchanged(known, sums)
    for reach in _TOGETHER:
        _together(known, sums, doubtful, reach)
    return doubtful


def varies(known: Known, sum_: sparse.csr_matrix) -> bool | None:
    """Tell whether one sum, csr (1, unknowns), can be otherwise; None where neither is proven."""
    for reach in _NEAR:
        near = known.around(sum_, *reach)
        if len(near) > _AT_ONCE:
            return None
        goal = sum_[:, near].toarray()[0]
        if any(abs(goal @ _moved(known, near, way * goal, known.most)) > 0.5 for way in (1.0, -1.0)):
            return True
        # All else left free, within what it can be: what is fixed so is fixed.
        if not any(_at_most(known, near, way * goal) >= 1 - _CLOSE for way in (1.0, -1.0)):
            return False
    return None


def _together(known: Known, sums: sparse.csr_matrix, doubtful: np.ndarray, reach: Reach) -> None:
    """Move as many sums as can be at once, up or down by chance where both may be, as long as it shows many more."""
    chance = np.random.default_rng(0)
    now, most = sums @ known.truth, sums @ known.most
    while len(left := np.flatnonzero(~doubtful)):
        signs = np.where(chance.random(len(left)) < _DOWN, -1.0, 1.0)
        signs = np.select([now[left] == 0, now[left] == most[left]], [1.0, -1.0], signs)
        weight = signs * (0.2 + chance.random(len(left)))
        for part in np.array_split(np.arange(len(left)), -(-len(left) // _SUMS)):
            near = known.around(sums[left[part]], *reach)
            inside = sums[left[part]][:, near]
            moved = _moved(known, near, inside.T @ weight[part], known.step, furthest=False)
            doubtful[left[part]] = np.abs(inside @ moved) > 0.5
        if np.count_nonzero(doubtful[left]) < _PROGRESS * len(left):
            return


def _moved(known: Known, free: np.ndarray, goal: np.ndarray, step: np.ndarray, *, furthest: bool = True) -> np.ndarray:
    """Move free unknowns from the truth, within every total, towards a goal, as far as may be or nearly, (free,)."""
    _, part, (down, up) = known.within(free)
    ends = np.minimum(known.truth[free], step[free]), np.minimum((known.most - known.truth)[free], step[free])
    found, _ = _solved(part, (down, up), ends, goal, furthest=furthest)
    change = part @ found
    # A solver is not taken at its word.
    return found if ((change <= up + _CLOSE) & (change >= -down - _CLOSE)).all() else np.zeros(len(free))


def _at_most(known: Known, free: np.ndarray, goal: np.ndarray) -> float:
    """Bound by how much a goal can move, whatever every other unknown is."""
    part, room = known.at_most(free)
    return _solved(part, room, (known.truth[free], (known.most - known.truth)[free]), goal)[1]


def _solved(
    part: sparse.csr_matrix, room: Room, ends: Room, goal: np.ndarray, *, furthest: bool = True
) -> tuple[np.ndarray, float]:
    """Ask for the whole change, (unknowns,), that goes furthest towards a goal, and for a bound of how far one can.

    A total that no change can bring out of what is known is left out. Where every entry is 0, 1 or -1, the furthest of
    all changes is nearly always whole, and is then the one asked for. Where it is not, the few counts that it splits
    are left as they are when any change will do; else whole numbers are asked for.
    """
    if not len(goal):
        return goal, 0.0
    rising, falling = part.maximum(0), part.minimum(0)
    held = (rising @ ends[1] - falling @ ends[0] > room[1]) | (rising @ ends[0] - falling @ ends[1] > room[0])
    part, room = part[held], (room[0][held], room[1][held])
    if np.abs(part.data).max(initial=0) <= 1:
        found, bound_of_all = _furthest(part, room, ends, goal, whole=False)
        for _ in range(0 if furthest else _AGAIN):
            if not (split := _split(found)).any():
                break
            ends = np.where(split, 0, ends[0]), np.where(split, 0, ends[1])
            found, _ = _furthest(part, room, ends, goal, whole=False)
        if not _split(found).any() and np.isfinite(bound_of_all):
            return np.round(found), bound_of_all
    found, bound_of_all = _furthest(part, room, ends, goal, whole=True)
    return np.round(found), bound_of_all


def _split(found: np.ndarray) -> np.ndarray:
    """Tell the counts that a change does not leave whole, (unknowns,)."""
    return np.abs(found - np.round(found)) > _CLOSE


def _furthest(
    part: sparse.csr_matrix, room: Room, ends: Room, goal: np.ndarray, *, whole: bool
) -> tuple[np.ndarray, float]:
    """Ask a solver for a change, and for a bound of how far one can go; none and no bound where it finds none."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    options = {"mip_rel_gap": _GAP, "node_limit": _NODES} if whole else {"presolve": False}
    answer = milp(
        -goal,
        constraints=LinearConstraint(part, -room[0], room[1]) if part.shape[0] else None,
        bounds=Bounds(-ends[0], ends[1]),
        integrality=np.full(len(goal), int(whole)),
        options=options,
    )
    if answer.x is None or (answer.status and not whole):
        return np.zeros(len(goal)), np.inf
    return answer.x, -(answer.mip_dual_bound if whole else answer.fun)
