"""What the engine is given and what it answers: a system of cells over atoms, a pattern of statuses.

Grain in: one row per cell (a figure that an audience may receive) and one column per atom (the finest intersection of
everything published: campaign, address, IRIS, priority quarter, landlord). Grain out: one status per cell. Nothing is
set aside: a cell nobody asked for keeps its row with the status ``absent``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from atlas.later import sparse

PUBLISHED = "published"
PRIMARY = "primary"
SECONDARY = "secondary"
ABSENT = "absent"
STATUS_TYPE = "<U9"

Threshold = int | Sequence[int] | np.ndarray


@dataclass(frozen=True, eq=False)
class System:
    """One audience, every kind of unit, every campaign. Made by :meth:`build`, which fills and checks.

    Parameters
    ----------
    membership : csr_matrix, (cells, atoms), 0/1
        Which atoms a cell adds up.
    weights : ndarray of int64, (atoms, measures)
        What protects: dwellings, responding households (or one rate's denominator).
    priority : ndarray of int64, (cells,)
        Lower is kept first; between equals the larger cell first, then ``key``.
    released : ndarray of bool, (cells,)
        Already in the audience's hands: published whatever happens, and reported where that breaks the promise.
    block : ndarray of int64, (atoms,)
        Label of the independent part (campaign and EPCI) an atom belongs to; cells may cross blocks.
    key : ndarray, (cells,)
        Stable and unique names: they settle ties, so that the order of rows never matters.
    candidates : ndarray of bool, (cells,)
        What the edition wishes to publish at all.
    known : ndarray of bool, (atoms,)
        What the whole audience knows exactly by itself (a landlord and its own stock): it protects nothing any more.
    holder : ndarray of int64, (atoms,)
        Who among the readers knows an atom exactly, -1 for nobody: landlords receive the partners' edition too, and may
        each take their own stock away from it. The promise is kept to each of them.
    """

    membership: sparse.csr_matrix
    weights: np.ndarray
    priority: np.ndarray
    released: np.ndarray
    block: np.ndarray
    key: np.ndarray
    candidates: np.ndarray
    known: np.ndarray
    holder: np.ndarray

    @classmethod
    def build(
        cls,
        membership: Any,
        weights: Any,
        priority: Any,
        *,
        released: Any = None,
        block: Any = None,
        key: Any = None,
        candidates: Any = None,
        known: Any = None,
        holder: Any = None,
    ) -> System:
        """Fill what is not given (nothing released nor known, one block, every cell wished for) and check shapes.

        Raises
        ------
        ValueError
            When shapes disagree, a weight is negative or a key appears twice.

        Examples
        --------
        >>> system = System.build([[1, 1, 0], [1, 1, 1]], [15, 5, 3], [1, 0])
        >>> system.cell_weights()[:, 0].tolist()
        [20, 23]
        """
        matrix = sparse.csr_matrix(membership, copy=True)
        matrix.sum_duplicates()
        matrix.eliminate_zeros()
        # Wide enough for a caller who counts atoms by a product with the matrix.
        matrix.data = np.ones(matrix.nnz, dtype=np.int32)
        cells, atoms = matrix.shape
        weight = _columns(weights)
        system = cls(
            membership=matrix,
            weights=weight,
            priority=np.asarray(priority, dtype=np.int64),
            released=_filled(released, cells, fill=False),
            block=np.zeros(atoms, dtype=np.int64) if block is None else np.asarray(block, dtype=np.int64),
            key=np.arange(cells) if key is None else np.asarray(key),
            candidates=_filled(candidates, cells, fill=True),
            known=_filled(known, atoms, fill=False),
            holder=np.full(atoms, -1) if holder is None else np.asarray(holder, dtype=np.int64),
        )
        lengths = {len(system.priority), len(system.released), len(system.key), len(system.candidates)}
        if lengths != {cells} or {len(system.block), len(system.known), len(system.holder), len(weight)} != {atoms}:
            raise ValueError("one priority, key, wish and release per cell; one weight, block and knowledge per atom")
        if weight.size and weight.min() < 0:
            raise ValueError("weights are counts: none may be negative")
        if len(np.unique(system.key)) != cells:
            raise ValueError("keys name cells: each must appear once")
        return system

    @property
    def secret_weights(self) -> np.ndarray:
        """Weights of what the audience does not know by itself, (atoms, measures)."""
        return np.where(self.known[:, None], 0, self.weights)

    def cell_weights(self) -> np.ndarray:
        """Sum the unknown weights of each cell, (cells, measures)."""
        return self.membership.astype(np.int64) @ self.secret_weights

    def wishing(self, candidates: np.ndarray) -> System:
        """Give the same system with other wishes: an edition nested in another, one rate's cells."""
        return replace(self, candidates=np.asarray(candidates, dtype=bool))

    def weighing(self, weights: np.ndarray) -> System:
        """Give the same system weighed otherwise: one rate's denominators, (atoms,) or (atoms, measures)."""
        return replace(self, weights=_columns(weights))


@dataclass(frozen=True)
class Group:
    """Atoms whose combined figure can be derived although it weighs less than the threshold in one measure.

    ``reader`` is the holder who can derive it thanks to what it knows, -1 when anybody can. ``conditional``: it
    supposes that groups listed before it are known atom by atom.
    """

    measure: int
    weight: int
    atoms: tuple[int, ...]
    reader: int = -1
    conditional: bool = False


@dataclass(frozen=True, eq=False)
class Pattern:
    """What each cell becomes.

    ``status`` is one of ``published``, ``primary`` (too small by itself), ``secondary`` (masked to protect others) and
    ``absent`` (nobody asked), one per cell; an audience must see the two masks alike. ``unprotectable`` lists what
    earlier releases already give away. ``rounds`` counts the exact tests that were needed, ``timings`` the seconds of
    each step (summed over processes).
    """

    status: np.ndarray
    unprotectable: tuple[Group, ...] = ()
    rounds: int = 0
    timings: dict[str, float] = field(default_factory=dict)

    @property
    def published(self) -> np.ndarray:
        """Mask of the published cells, (cells,)."""
        return self.status == PUBLISHED


def thresholds_of(threshold: Threshold, measures: int) -> np.ndarray:
    """Spread one threshold, or one per measure, over the measures.

    >>> thresholds_of(11, 2).tolist(), thresholds_of([11, 5], 2).tolist()
    ([11, 11], [11, 5])
    """
    return np.broadcast_to(np.asarray(threshold, dtype=np.int64), (measures,)).copy()


def too_small(system: System, thresholds: np.ndarray) -> np.ndarray:
    """Find the primaries: cells under a threshold by themselves, except what the audience knows anyway, (cells,)."""
    weights = system.cell_weights()
    own = system.membership.astype(np.int64) @ (system.known[:, None] * system.weights)
    entirely_known = (weights.sum(axis=1) == 0) & (own.sum(axis=1) > 0)
    return (weights < thresholds).any(axis=1) & ~entirely_known


def small_for_holders(system: System, thresholds: np.ndarray) -> np.ndarray:
    """Find the cells that hold little besides what one holder knows, (cells,)."""
    holder_atoms = np.flatnonzero((system.holder >= 0) & system.secret_weights.any(axis=1))
    small = np.zeros(system.membership.shape[0], dtype=bool)
    if not len(holder_atoms):
        return small
    labels, code = np.unique(system.holder[holder_atoms], return_inverse=True)
    entries = system.membership[:, holder_atoms].tocoo()
    pair, inverse = np.unique(entries.row.astype(np.int64) * len(labels) + code[entries.col], return_inverse=True)
    cell, total = pair // len(labels), system.cell_weights()
    for measure, threshold in enumerate(thresholds.tolist()):
        weight = system.secret_weights[holder_atoms[entries.col], measure]
        rest = total[cell, measure] - np.bincount(inverse, weight, minlength=len(pair)).astype(np.int64)
        small[cell[(rest > 0) & (rest < threshold)]] = True
    return small


def _columns(weights: Any) -> np.ndarray:
    """Give weights one column per measure."""
    weight = np.asarray(weights, dtype=np.int64)
    return weight[:, None] if weight.ndim == 1 else weight


def _filled(values: Any, length: int, *, fill: bool) -> np.ndarray:
    return np.full(length, fill) if values is None else np.asarray(values, dtype=bool)
