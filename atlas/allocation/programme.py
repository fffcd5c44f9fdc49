"""The whole-number programme of a year's plan, solved exactly on HiGHS.

Grain in: places, aims and mixes of sizes. Grain out: a plan that no other beats: what aims lack, then homes of an unfit
size, overruns, concentration, then the homes moved from last year's practice.

Residences that the plan cannot tell apart are one kind, and the unknowns are its totals: first-quartile homes ``q``,
then these and priority ones together, ``t``. Every cost of a residence is a sum of convex functions of ``q``, ``t`` or
``t - q``; the least cost of a total is then that of its most even shares (L-natural convexity; Murota, Discrete Convex
Analysis, 2003), so that totals are planned without loss and shared afterwards. A criterion that is not of this form
makes its residence a kind of its own, and so do homes of several sizes, where mixes tell of sizes. The cost of the
plan, residence by residence, is counted again and compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import numpy as np

from atlas.allocation.model import Aim, Cost, Place, Solution, Split, cost_of
from atlas.allocation.sized_rows import Sizes, laid_out, several
from atlas.allocation.sizes import Mix, unfit
from atlas.allocation.solver import Rows, solved, unproven

PHASES = 4  # unfit, overrun, concentration, moved
_UNFIT, _OVERRUN, _CONCENTRATION, _MOVED = range(PHASES)
_LOOKED, _DRAWN = 400, 97  # unknowns in which another plan is looked for, and the weights drawn for them


@dataclass
class Programme:
    """Places by kind, what each brings to every aim, and what it costs."""

    places: Sequence[Place]
    aims: Sequence[Aim]
    mixes: Sequence[Mix] = ()
    kinds: list[list[Place]] = field(init=False)
    _rows: Rows = field(init=False)
    _costs: np.ndarray = field(init=False)
    _brought: np.ndarray = field(init=False)
    _given: np.ndarray = field(init=False)
    _sizes: Sizes = field(init=False)

    def __post_init__(self) -> None:
        """Lay out the unknowns: ``q`` then ``t`` of each kind, then what their costs are made of."""
        found: dict[Any, list[Place]] = {}
        alone = count()
        for one in self.places:
            even = all(limit.even for limit in one.limits) and not (self.mixes and several(one))
            kind = one.kind if self.mixes else replace(one, sizes=()).kind
            found.setdefault(kind if even else next(alone), []).append(one)
        self.kinds = list(found.values())
        size = len(self.kinds)
        self._rows = Rows([held[0].free * len(held) for held in self.kinds] * 2)
        parts: list[list[int]] = [[] for _ in range(PHASES)]
        for rank, held in enumerate(self.kinds):
            for phase, unknown in _laid_out(self._rows, held[0], len(held), rank, size + rank):
                parts[phase].append(unknown)
        self._sizes = laid_out(self._rows, self.kinds, self.mixes) if self.mixes else Sizes()
        parts[_UNFIT] = self._sizes.misfits
        self._costs = np.zeros((PHASES, self._rows.size), dtype=int)
        for phase, unknowns in enumerate(parts):
            self._costs[phase, unknowns] = 1
        self._costs[_CONCENTRATION, :size] = [held[0].met for held in self.kinds]
        self._brought = np.zeros((len(self.aims), self._rows.size), dtype=int)
        self._given = np.zeros(len(self.aims), dtype=int)
        for rank, aim in enumerate(self.aims):
            first, second, third = aim.weights
            covered = np.array([aim.covers(held[0]) for held in self.kinds], dtype=int)
            self._brought[rank, :size], self._brought[rank, size : 2 * size] = (
                (first - second) * covered,
                (second - third) * covered,
            )
            self._given[rank] = third * sum(held[0].free * len(held) for held in self.kinds if aim.covers(held[0]))

    def feasible(self, kept: Sequence[int]) -> bool:
        """Tell whether these aims, by their rank, can be reached together."""
        return self._solve(np.zeros(self._rows.size), kept, {}, {}) is not None

    def best(
        self, kept: Sequence[int] | None = None, under: Cost | None = None, floor: Solution | None = None
    ) -> tuple[Solution, np.ndarray]:
        """Find a plan that no other beats, and the totals that it is made of.

        Parameters
        ----------
        kept : sequence of int, optional
            Ranks of the aims to reach; all by default. What they lack together is first made the least.
        under : Cost, optional
            What a plan that reaches all of these and more is known to cost: nothing is below 0, which need not be
            proven again.
        floor : Solution, optional
            The best plan of the same aims without sizes: what it lacks is kept, and no plan costs less.

        Raises
        ------
        AtlasError
            ``PLAN-CALCUL`` when the solver has no proof.
        """
        ranks = list(range(len(self.aims))) if kept is None else list(kept)
        lacking: dict[int, int] = {}
        fixed: dict[int, int] = {}
        found: np.ndarray | None = None
        least = (1,) * PHASES if under is None else under.order
        if floor is not None:
            lacking = {rank: floor.lacking[self.aims[rank].key] for rank in ranks}
            found = self._solve(self._costs[_MOVED], ranks, dict(enumerate(floor.cost.order[:_MOVED])), lacking)
            if found is not None and int(self._costs[_MOVED] @ found) == floor.cost.moved:
                return self._solution(found, dict(enumerate(floor.cost.order))), found
            found = None
        for phase in range(PHASES):
            if phase < _MOVED and not any(least[: phase + 1]):
                fixed[phase] = 0
                continue
            if not self._costs[phase].any() and (found is not None or phase < _MOVED):
                continue
            better = self._solve(self._costs[phase], ranks, fixed, lacking)
            if better is None and found is None and floor is None:  # aims that cannot all be reached
                lacking = self._least_lacking(ranks)
                better = self._solve(self._costs[phase], ranks, fixed, lacking)
            if better is None:
                raise unproven()
            found, fixed[phase] = better, int(self._costs[phase] @ better)
        assert found is not None
        return self._solution(found, fixed), found

    def another(self, found: np.ndarray, seed: int = 1) -> Solution | None:
        """Look for a plan of equal value that differs, in a direction drawn at random and in its opposite.

        None where neither differs: then no other was found.
        """
        fixed = {phase: int(costs @ found) for phase, costs in enumerate(self._costs)}
        ranks = range(len(self.aims))
        lacking = {rank: max(0, self.aims[rank].least - self._reached(rank, found)) for rank in ranks}
        chosen, drawn, chance = 2 * len(self.kinds), np.zeros(self._rows.size), np.random.default_rng(seed)
        looked = chance.permutation(chosen)[:_LOOKED]
        drawn[looked] = chance.integers(-_DRAWN, _DRAWN + 1, len(looked))
        for way in (drawn, -drawn):
            other = self._solve(way, ranks, fixed, lacking)
            if other is not None and (other[:chosen] != found[:chosen]).any():
                return self._solution(other, fixed)
        return None

    def _reached(self, rank: int, found: np.ndarray) -> int:
        return int(self._brought[rank] @ found) + int(self._given[rank])

    def _solution(self, found: np.ndarray, fixed: dict[int, int]) -> Solution:
        """Share totals evenly: of a kind, the residences with one more ``q`` are the first to have one more ``t``."""
        plan: dict[str, Split] = {}
        sized: dict[str, dict[str, Split]] = {}
        cost, size = Cost(0, 0, 0), len(self.kinds)
        for rank, held in enumerate(self.kinds):
            (one, more), (both, further) = (divmod(int(found[place]), len(held)) for place in (rank, size + rank))
            for place, home in enumerate(held):
                q, t = one + (place < more), both + (place < further)
                plan[home.key] = (q, t - q, home.free - t)
                cost += cost_of(home, plan[home.key])
                if self.mixes:
                    sized[home.key] = self._sizes.shared(rank, home, plan[home.key], found)
        cost += Cost(0, 0, 0, unfit(sized.values(), self.mixes))
        every = [*plan.values(), *(split for told in sized.values() for split in told.values())]
        if any(min(split) < 0 for split in every) or any(cost.order[phase] > most for phase, most in fixed.items()):
            raise unproven()
        plan = {one.key: plan[one.key] for one in self.places}
        lacking = {aim.key: max(0, aim.least - aim.reached(self.places, plan)) for aim in self.aims}
        return Solution(plan, cost, lacking, {one.key: sized[one.key] for one in self.places if one.key in sized})

    def _least_lacking(self, ranks: Sequence[int]) -> dict[int, int]:
        """Give what each aim lacks where they cannot all be reached: the least in all, in homes."""
        units = [self.aims[rank].unit for rank in ranks]
        slack = np.diag(units)
        told = solved(
            np.r_[np.zeros(self._rows.size), np.ones(len(ranks))],
            self._rows.widened(len(ranks), max([0, *(one.least for one in self.aims)])),
            np.hstack([self._brought[ranks], slack]),
            np.array([self.aims[rank].least - self._given[rank] for rank in ranks]),
        )
        if told is None:
            raise unproven()
        return {
            rank: int(number) * unit for rank, number, unit in zip(ranks, told[self._rows.size :], units, strict=True)
        }

    def _solve(
        self, cost: np.ndarray, ranks: Sequence[int], fixed: dict[int, int], lacking: dict[int, int]
    ) -> np.ndarray | None:
        """Minimise a cost: aims reached but for what they lack, earlier costs kept; None where nothing fits."""
        least = [self.aims[rank].least - lacking.get(rank, 0) - self._given[rank] for rank in ranks]
        kept = np.vstack([self._brought[list(ranks)], *(-self._costs[[phase]] for phase in fixed)])
        return solved(cost, self._rows, kept, np.array([*least, *(-most for most in fixed.values())]))


def _laid_out(rows: Rows, place: Place, number: int, q: int, t: int) -> list[tuple[int, int]]:
    """Write the costs of a kind as unknowns that are at least them: (phase, unknown)."""
    whole = place.free * number
    rows.at_most({q: 1, t: -1}, 0)
    found = []
    for limit in place.limits:
        one, two, other = limit.weights
        # Beyond the homes themselves where the criterion is met whoever comes.
        over = rows.unknown(number * max(limit.overrun(split) for split in _corners(place.free)))
        weights = {q: one - two, t: two - other, over: -limit.heaviest}
        rows.at_most({key: weight for key, weight in weights.items() if weight}, number * limit.most - other * whole)
        found.append((_OVERRUN, over))
    if place.practice is not None:
        one, two, other = (number * then for then in place.practice)
        for terms, most in (({q: 1}, one), ({t: 1, q: -1}, two), ({t: -1}, other - whole)):
            moved = rows.unknown(whole)
            rows.at_most({**terms, moved: -1}, most)
            found.append((_MOVED, moved))
    return found


def _corners(free: int) -> tuple[Split, ...]:
    """Give the splits that hold one group alone: a weighted sum is the greatest at one of them."""
    return (free, 0, 0), (0, free, 0), (0, 0, free)
