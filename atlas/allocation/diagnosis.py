"""What a plan teaches: which aims bind, what each costs, which cannot be held together, what else is worth as much."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import factorial, prod

from atlas.allocation.model import Aim, Cost, Solution
from atlas.allocation.programme import Programme

_SMALL = 1_000  # kinds of residence up to which every aim is tried without; beyond, those that bind alone


@dataclass(frozen=True)
class Told:
    """One aim of a plan: what it reached, whether it binds, and the cost of the best plan that would ignore it.

    ``without`` is None where it was not asked: an aim that does not bind, in a very large territory.
    """

    aim: Aim
    reached: int
    lacking: int
    without: Cost | None

    @property
    def binds(self) -> bool:
        """Whether one home less and it would not be reached."""
        return self.aim.least > 0 and self.reached - self.aim.least < self.aim.unit


@dataclass(frozen=True)
class Diagnosis:
    """The plan, every aim of it, the aims that cannot be held together, and how many plans are worth as much.

    ``conflict``: an irreducible set, of which taking any one away lets the others be reached; empty where all are.
    ``alike``: in how many ways residences that the plan cannot tell apart may be exchanged; ``other``: a plan of equal
    value that differs elsewhere, None where none was found, and ``changed`` the residences that it fills otherwise.
    """

    solution: Solution
    aims: tuple[Told, ...]
    conflict: tuple[Aim, ...]
    alike: int
    other: Solution | None
    changed: tuple[str, ...]


def diagnosed(programme: Programme) -> Diagnosis:
    """Solve a programme and say what its plan hangs on."""
    found, totals = programme.best()
    conflict = irreducible(programme) if any(found.lacking.values()) else ()
    every = range(len(programme.aims))
    told = []
    for rank, aim in enumerate(programme.aims):
        reached, lacking = aim.reached(programme.places, found.plan), found.lacking[aim.key]
        one = Told(aim, reached, lacking, None)
        if one.binds or lacking or (aim.least > 0 and len(programme.kinds) <= _SMALL):
            without, _ = programme.best(
                [other for other in every if other != rank], found.cost if not any(found.lacking.values()) else None
            )
            one = Told(aim, reached, lacking, without.cost)
        told.append(one)
    other = programme.another(totals)
    changed = () if other is None else tuple(key for key in found.plan if found.plan[key] != other.plan[key])
    return Diagnosis(found, tuple(told), conflict, _ways(programme, found), other, changed)


def irreducible(programme: Programme) -> tuple[Aim, ...]:
    """Find aims that cannot be reached together, and any of which may be left out to reach the others.

    Each is tried without, in turn: what is still out of reach without it does not need it.
    """
    kept = list(range(len(programme.aims)))
    if programme.feasible(kept):
        return ()
    for rank in list(kept):
        fewer = [other for other in kept if other != rank]
        if not programme.feasible(fewer):
            kept = fewer
    return tuple(programme.aims[rank] for rank in kept)


def _ways(programme: Programme, solution: Solution) -> int:
    """Count the ways to exchange residences of one kind that got different splits."""
    ways = 1
    for held in programme.kinds:
        parts = Counter(solution.plan[one.key] for one in held)
        ways *= factorial(len(held)) // prod(map(factorial, parts.values()))
    return ways
