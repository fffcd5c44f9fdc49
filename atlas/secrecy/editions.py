"""From one pattern to what editions need: one rate's own mask, what an audience could derive.

Grain in: a system and a pattern. Grain out: patterns, one status per cell, and groups.

Figures of different campaigns do not subtract: the same address is another atom in each, because its households and
their answers changed, so the difference of two totals is the figure of no group. Give each campaign its own block.
Where answers did not change, the differences of two campaigns are a system of their own, over the addresses that did.
Two things remain. A campaign published again with other perimeters: the older cells come as ``released`` rows over the
same atoms, cut at the borders of both perimeters, and the engine protects the differences. A perimeter that moved from
one campaign to the next around a few dwellings: a reader who supposes that little changed reads them in the difference,
so :func:`small_perimeter_changes` finds these units and the caller withholds the later figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from atlas.later import sparse
from atlas.secrecy.protect import protect_cells
from atlas.secrecy.system import Group, Pattern, System, Threshold, thresholds_of


@dataclass(frozen=True, eq=False)
class Layer:
    """One rate: the same cells, over the atoms that answered it and weighed by them.

    ``asked``: cells that have the rate; ``released``: cells whose rate was already given, both (cells,). ``threshold``:
    one, or one per measure of the system.
    """

    system: System
    asked: np.ndarray
    released: np.ndarray
    threshold: Threshold = 11

    def pooled(self, pool: np.ndarray | None, found: Pattern) -> Layer:
        """Give the same rate to readers who pool, within what a first pattern publishes."""
        holder = self.system.holder if pool is None else pool
        return replace(self, system=replace(self.system, holder=holder), asked=self.asked & found.published)


def protect_layers(base: Pattern, layers: Mapping[str, Layer], processes: int | None = None) -> dict[str, Pattern]:
    """Mask each rate on its own denominator, under the mask that all indicators share.

    Parameters
    ----------
    base : Pattern
        The mask of the unit and year (dwellings and responding households); what it masks, every rate masks.
    layers : mapping of Layer
        By rate.

    Returns
    -------
    dict of Pattern
        By rate. A cell that the base masks keeps the base's status.

    Examples
    --------
    Addresses of 20 and 15 dwellings, with 9 and 13 recent movers: the rate of recent movers hides the first address,
    and the second with it, because their total is published.

    >>> system = System.build([[1, 1], [1, 0], [0, 1]], [20, 15], [0, 1, 1])
    >>> base, movers = protect_cells(system), system.weighing(np.array([9, 13]))
    >>> layer = Layer(movers, system.candidates, system.released)
    >>> protect_layers(base, {"emménagés": layer})["emménagés"].status.tolist()
    ['published', 'primary', 'secondary']
    """
    patterns = {}
    for name, layer in layers.items():
        own = replace(layer.system.wishing(base.published & layer.asked), released=layer.released)
        pattern = protect_cells(own, layer.threshold, processes)
        masked_before = layer.asked & ~base.published & ~layer.released
        patterns[name] = replace(pattern, status=np.where(masked_before, base.status, pattern.status))
    return patterns


def derivable_groups(
    system: System, published: np.ndarray, threshold: Threshold = 11, processes: int | None = None
) -> tuple[Group, ...]:
    """List what published cells give away: empty when, and only when, the promise holds.

    Groups marked ``conditional`` suppose that those found before are known atom by atom.

    Examples
    --------
    >>> system = System.build([[1, 1, 1], [1, 0, 0]], [15, 5, 3], [0, 1])
    >>> derivable_groups(system, np.array([True, True]))
    (Group(measure=0, weight=8, atoms=(1, 2), reader=-1, conditional=False),)
    """
    shown = np.asarray(published, dtype=bool)
    return protect_cells(replace(system.wishing(shown), released=shown), threshold, processes).unprotectable


def lightest_derivable(system: System, published: np.ndarray, threshold: Threshold = 11) -> Group | None:
    """Find the lightest group that published cells give away, None when the promise holds."""
    lightest: Group | None = None
    limits = thresholds_of(threshold, system.weights.shape[1])
    while True:
        found = [group for group in derivable_groups(system, published, limits, 1) if not group.conditional]
        if not found:
            return lightest
        lightest = min(found, key=lambda group: (group.weight, group.measure, group.atoms))
        limits = np.minimum(limits, lightest.weight)


def small_perimeter_changes(before: Any, after: Any, weights: Any, threshold: Threshold = 11) -> np.ndarray:
    """Find units whose perimeter moved, between two campaigns, around fewer dwellings than the threshold.

    Parameters
    ----------
    before, after : sparse matrix, (units, addresses), 0/1
        The same units over the addresses that exist in both campaigns: a building built or demolished in between is no
        change of perimeter.
    weights : array of int, (addresses,) or (addresses, measures)
        Dwellings (and households) of each address, the smaller of the two campaigns.

    Returns
    -------
    ndarray of bool, (units,)

    Examples
    --------
    >>> small_perimeter_changes([[1, 1, 0]], [[1, 0, 0]], [30, 8, 20]).tolist()
    [True]
    """
    old, new = (sparse.csr_matrix(matrix).astype(np.int64) for matrix in (before, after))
    weight = np.asarray(weights, dtype=np.int64).reshape(old.shape[1], -1)
    limits = thresholds_of(threshold, weight.shape[1])
    small = np.zeros(old.shape[0], dtype=bool)
    difference = (new - old).tocsr()
    for side in (difference.maximum(0), (-difference).maximum(0)):
        moved = side @ weight
        small |= ((moved > 0) & (moved < limits)).any(axis=1)
    return small
