"""Answers that two campaigns have in common are one unknown: what one of them masks, the other must not tell.

In: a system over the addresses of every campaign, and which of its atoms hold the same answers. Out: a pattern under
which no combination of figures of any campaigns bears on too little, and the system that it was decided on.

A residence masked in 2020 because it would give its neighbour away, and shown in 2022 with the very same answers, gives
away the neighbour of 2020. So atoms that hold the same answers are one atom. That makes campaigns one system, which
costs, and two households of one answer each are alike by chance: they are united only where it can matter. Atoms that
lie in the same published totals have the same coefficient in every combination; where those of one class weigh enough
beside what is given again, no light combination holds that class, and its atoms link no campaign to another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from atlas.later import sparse
from atlas.protect.audiences import readings_of
from atlas.protect.ground import Measured
from atlas.secrecy import Pattern


def settled(
    measured: Measured, version: np.ndarray, thresholds: Sequence[int] | np.ndarray, mask: Callable[[Measured], Pattern]
) -> tuple[Measured, Pattern]:
    """Mask, unite the atoms by which a campaign would tell of another, and mask again until none is left.

    Parameters
    ----------
    version : ndarray, (addresses,)
        What each address answered, as :func:`versions` numbers it.
    mask : callable
        Decides a system of the same cells.
    """
    measured = _known_to_all(measured, version)
    found, pattern = measured, mask(measured)
    shown = pattern.published | measured.system.released
    while (joined := _united(measured, shown, version, np.asarray(thresholds))) is not None:
        if len(joined.address) == len(found.address):
            break
        found, pattern = joined, mask(joined)
        # What was shown at first stays in sight: cells that take the place of others could link more, never less.
        shown |= pattern.published
    return found, pattern


def _united(measured: Measured, shown: np.ndarray, version: np.ndarray, thresholds: np.ndarray) -> Measured | None:
    """Make one atom of those that hold the same answers and may link campaigns; None where nothing does."""
    system = measured.system
    mine = np.where(_alone(measured.address), version[measured.address], -1)
    held = system.membership[shown].astype(np.int64)
    numbers = np.random.default_rng(0).integers(1, 1 << 40, held.shape[0])
    place = np.unique(held.T @ numbers, return_inverse=True)[1]
    link = (mine >= 0) & (held.T @ np.ones(held.shape[0]) > 0) & system.secret_weights.any(axis=1)
    while True:
        link &= np.isin(mine, _twice(mine[link]))
        if not link.any():
            return None
        readings = [
            _light(place, system.secret_weights, link, one, thresholds) for one in (system.holder, *measured.others)
        ]
        light = np.any(readings, axis=0)
        if light[link].all():
            break
        link &= light
    return _merged(measured, np.where(link, mine, -1))


def _light(
    place: np.ndarray, weights: np.ndarray, link: np.ndarray, holder: np.ndarray, thresholds: np.ndarray
) -> np.ndarray:
    """Tell the atoms whose class hides too little beside its links, from one who does not hold them, (atoms,)."""
    classes = np.unique(place[link])
    beside = np.flatnonzero(np.isin(place, classes))
    home, rest = np.searchsorted(classes, place[beside]), np.where(link[:, None], 0, weights)[beside]
    held, width = holder[beside] >= 0, holder.max(initial=0) + 1
    pairs, pair = np.unique((home * width + holder[beside])[held], return_inverse=True)
    of, knows = np.divmod(pairs, width)
    light = np.zeros(len(place), dtype=bool)
    at = np.flatnonzero(link)
    mine = np.searchsorted(classes, place[at])
    for measure, threshold in enumerate(thresholds.tolist()):
        total = np.bincount(home, rest[:, measure], minlength=len(classes))
        # Of the readers, the one who knows most of the class besides the atom's own holder, who learns nothing of it.
        known = np.bincount(pair, rest[held, measure], minlength=len(pairs))
        order = np.lexsort((-known, of))
        first = np.unique(of[order], return_index=True)[1]
        others, first = np.delete(order, first), order[first]
        most, second, who = np.zeros(len(classes)), np.zeros(len(classes)), np.full(len(classes), -1)
        most[of[first]], who[of[first]] = known[first], knows[first]
        np.maximum.at(second, of[others], known[others])
        light[at] |= total[mine] - np.where(who[mine] != holder[at], most[mine], second[mine]) < threshold
    return light


def _merged(measured: Measured, version: np.ndarray) -> Measured:
    """Add up the columns of one version; the campaigns that they link are one block.

    What an earlier campaign shows is decided first, as when it was the last: it may have been given since.
    """
    system = measured.system
    linked = version >= 0
    label = np.where(linked, version, len(version) + version.max() + 1 + np.arange(len(version)))
    _, first, column = np.unique(label, return_index=True, return_inverse=True)
    onto = sparse.csr_matrix((np.ones(len(column)), (np.arange(len(column)), column)))
    weights = system.weights[first]
    np.minimum.at(weights, column, system.weights)
    block = np.where(np.isin(system.block, system.block[linked]), system.block[linked].min(), system.block)
    when = system.membership.multiply(system.block + 1).max(axis=1).toarray().ravel()
    joined = replace(
        system,
        priority=when * (system.priority.max() + 1) + system.priority,
        membership=sparse.csr_matrix(system.membership @ onto).astype(np.int32),
        weights=weights,
        block=block[first],
        known=system.known[first],
        holder=system.holder[first],
    )
    pool = None if measured.pool is None else measured.pool[first]
    return Measured(joined, measured.address[first], pool, tuple(holder[first] for holder in measured.also))


def _known_to_all(measured: Measured, version: np.ndarray) -> Measured:
    """Tell who knows each atom: whoever held its address when it answered so, before a sale as after."""
    group = version[measured.address]
    holder, *more = readings_of(measured.system.holder, group)
    if measured.pool is None:
        return replace(measured, system=replace(measured.system, holder=holder), also=tuple(more))
    pool, *pools = readings_of(measured.pool, group)
    return Measured(replace(measured.system, holder=holder), measured.address, pool, (*more, *pools))


def _alone(address: np.ndarray) -> np.ndarray:
    """Tell the atoms that are all of their address: one that answered more since is several, and links nothing."""
    return np.bincount(address)[address] == 1


def _twice(values: np.ndarray) -> np.ndarray:
    found, number = np.unique(values, return_counts=True)
    return found[number > 1]
