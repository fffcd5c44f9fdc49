"""One whole-number programme handed to HiGHS: its answer is rounded, checked in whole numbers, proven, or refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from atlas.errors import AtlasError, Fault
from atlas.later import sparse

_NEAR = 1e-5  # how far from a whole number an answer of the solver may be
_INFEASIBLE = 2


@dataclass
class Rows:
    """Unknowns, from 0 to ``tops``, and rows of which the weighted sum is at most a number."""

    tops: list[int]
    _places: list[tuple[int, int, int]] = field(default_factory=list)
    _most: list[int] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How many unknowns there are."""
        return len(self.tops)

    def unknown(self, top: int) -> int:
        """Add an unknown and give its rank."""
        self.tops.append(top)
        return len(self.tops) - 1

    def at_most(self, weights: Mapping[int, int], most: int) -> None:
        """Add a row."""
        row = len(self._most)
        self._places += [(row, place, weight) for place, weight in weights.items()]
        self._most.append(most)

    def widened(self, number: int, top: int) -> Rows:
        """Give the same rows with more unknowns, which they do not weigh."""
        return Rows([*self.tops, *[top] * number], self._places, self._most)

    @property
    def matrix(self) -> tuple[sparse.csr_array, np.ndarray]:
        """The weights, (rows, unknowns), and what each row is at most."""
        rows, places, weights = zip(*self._places, strict=True) if self._places else ((), (), ())
        shape = (len(self._most), self.size)
        return sparse.csr_array((np.array(weights, dtype=int), (rows, places)), shape), np.array(self._most, dtype=int)


def solved(cost: np.ndarray, rows: Rows, kept: np.ndarray, least: Sequence[int] | np.ndarray) -> np.ndarray | None:
    """Minimise a cost of whole unknowns under rows, and further sums ``kept`` that are at least ``least``.

    Returns
    -------
    array of int or None, (unknowns,)
        None where it is proven that nothing fits.

    Raises
    ------
    AtlasError
        ``PLAN-CALCUL`` when the solver has no proof, or gives what does not hold in whole numbers.
    """
    matrix, most = rows.matrix
    floor = np.asarray(least, dtype=int)
    further = sparse.csr_array(kept)
    constraints = [LinearConstraint(matrix, -np.inf, most)] if len(most) else []
    constraints += [LinearConstraint(further, floor, np.inf)] if len(floor) else []
    if not rows.size:
        return np.zeros(0, dtype=int) if (floor <= 0).all() else None
    told = milp(
        np.asarray(cost, float),
        integrality=np.ones(rows.size),
        bounds=Bounds(0, np.array(rows.tops, float)),
        constraints=constraints,
        options={"mip_rel_gap": 0.0},
    )
    if told.status == _INFEASIBLE:
        return None
    if told.status != 0 or told.x is None:
        raise unproven()
    found = np.rint(told.x).astype(int)
    holds = (matrix @ found <= most).all() and (further @ found >= floor).all() and (found >= 0).all()
    worth = float(np.asarray(cost, float) @ found)
    # Costs are whole numbers: a bound less than one away proves that nothing is better.
    if not holds or np.abs(told.x - found).max() > _NEAR or ceil(told.mip_dual_bound - _NEAR) < round(worth):
        raise unproven()
    return found


def unproven() -> AtlasError:
    """Say that no plan is proven the best."""
    return AtlasError(
        [
            Fault(
                "PLAN-CALCUL",
                "Le calcul du plan n'a pas donné de preuve qu'aucun autre n'est meilleur.",
                "un plan prouvé optimal",
                "relancer la commande, ou la donner sur l'édition d'un seul bailleur",
            )
        ]
    )
