"""The programme of a plan that looks at sizes, without their unknowns wherever it can be: they are as many again.

Grain in: places, aims, mixes. Grain out: a plan that no other beats. A plan made without sizes bounds every plan made
with them: where its homes can be given to its groups in sizes that fit, it is the best. Elsewhere sizes are planned
with the rest, on whole rows of the same programme.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from atlas.allocation.model import GROUPS, Aim, Cost, Place, Solution, Split
from atlas.allocation.programme import Programme
from atlas.allocation.sized_rows import laid_out, several
from atlas.allocation.sizes import WHOLE, Mix, given_of, unfit
from atlas.allocation.solver import Rows, solved, unproven


class SizedProgramme:
    """Places, aims and mixes; ``plain``: the programme without sizes, ``whole``: with them, made if it is needed."""

    def __init__(self, places: Sequence[Place], aims: Sequence[Aim], mixes: Sequence[Mix] = ()) -> None:
        """Lay out the programme without sizes."""
        self.places, self.aims, self.mixes = places, aims, mixes
        self.plain = Programme(places, aims)
        self._totals: tuple[Programme, np.ndarray] | None = None

    @cached_property
    def whole(self) -> Programme:
        """The programme with sizes."""
        return Programme(self.places, self.aims, self.mixes)

    def feasible(self, kept: Sequence[int]) -> bool:
        """Tell whether these aims, by their rank, can be reached together: sizes forbid no aim, they cost."""
        return self.plain.feasible(kept)

    def best(self, kept: Sequence[int] | None = None, under: Cost | None = None) -> Solution:
        """Find a plan that no other beats; the parameters and the errors are those of :meth:`Programme.best`."""
        found, totals = self.plain.best(kept, None if under is None else replace(under, unfit=0))
        programme = self.plain
        if self.mixes:
            found = self.fitted(found)
            if found.cost.unfit:
                programme = self.whole
                found, totals = programme.best(kept, under, replace(found, cost=replace(found.cost, unfit=0)))
        if kept is None:
            self._totals = programme, totals
        return found

    def another(self) -> Solution | None:
        """Look for a plan of equal value to the best one, which is found already; None where none was found."""
        if self._totals is None:
            raise unproven()
        programme, totals = self._totals
        other = programme.another(totals)
        if other is None or programme is self.whole_if_made or not self.mixes:
            return other
        fitted = self.fitted(other)
        return None if fitted.cost.unfit else fitted

    @property
    def whole_if_made(self) -> Programme | None:
        """The programme with sizes, if it was needed."""
        return self.__dict__.get("whole")

    def fitted(self, found: Solution) -> Solution:
        """Give the homes of a plan to its groups in the sizes that fit best."""
        sized = assigned(self.places, found.plan, self.mixes)
        return replace(found, sized=sized, cost=replace(found.cost, unfit=unfit(sized.values(), self.mixes)))


def assigned(places: Sequence[Place], plan: dict[str, Split], mixes: Sequence[Mix]) -> dict[str, dict[str, Split]]:
    """Share the homes of each size between groups that are given already, with the fewest homes beyond the mixes.

    Homes are first given where their size is most lacking, which is proof enough where none is beyond.

    Raises
    ------
    AtlasError
        ``PLAN-CALCUL`` when the solver has no proof.
    """
    free = [one for one in places if several(one) and sum(map(bool, plan[one.key])) > 1]
    chosen = {one.key for one in free}
    found = {one.key: _forced(one, plan[one.key]) for one in places if one.key not in chosen}
    given = given_of(found.values(), mixes)
    greedy = found | {one.key: split for one, split in zip(free, _greedy(free, plan, mixes, given), strict=True)}
    if unfit(greedy.values(), mixes):
        rows = Rows([plan[one.key][0] for one in free] + [sum(plan[one.key][:2]) for one in free])
        for unknown, number in enumerate(rows.tops):
            rows.at_most({unknown: -1}, -number)
        sizes = laid_out(rows, [[one] for one in free], mixes, given)
        cost = np.zeros(rows.size, dtype=int)
        cost[sizes.misfits] = 1
        best = solved(cost, rows, np.zeros((0, rows.size), dtype=int), [])
        if best is None:
            raise unproven()
        greedy = found | {one.key: sizes.shared(rank, one, plan[one.key], best) for rank, one in enumerate(free)}
    return {one.key: greedy[one.key] for one in places}


def _forced(place: Place, split: Split) -> dict[str, Split]:
    """Share homes of one size, or homes of one group: there is one way."""
    if len(place.sizes) == 1:
        return {place.sizes[0][0]: split}
    group = next((rank for rank, number in enumerate(split) if number), 0)
    return {word: _only(group, number) for word, number in place.sizes}


def _only(group: int, number: int) -> Split:
    first, second, third = (number if rank == group else 0 for rank in range(len(GROUPS)))
    return first, second, third


def _greedy(
    places: Sequence[Place], plan: dict[str, Split], mixes: Sequence[Mix], given: dict[str, list[int]]
) -> Iterator[dict[str, Split]]:
    """Give homes one by one, to the group that most lacks their size of what practice would give it."""
    totals = [sum(split[group] for split in plan.values()) for group in range(len(GROUPS))]
    lacking = {
        (mix.size, mix.group): float(mix.usual) / WHOLE * totals[mix.group] - given[mix.size][mix.group]
        for mix in mixes
    }  # fmt: skip
    for one in places:
        sizes, groups = dict(one.sizes), list(plan[one.key])
        told = {word: [0] * len(GROUPS) for word in sizes}
        for _ in range(one.free):
            ways = [
                (word, group) for word, left in sizes.items() if left for group in range(len(GROUPS)) if groups[group]
            ]
            word, group = max(ways, key=lambda way: lacking.get(way, 0.0))
            sizes[word] -= 1
            groups[group] -= 1
            told[word][group] += 1
            lacking[word, group] = lacking.get((word, group), 0.0) - 1
        yield {word: (row[0], row[1], row[2]) for word, row in told.items()}
