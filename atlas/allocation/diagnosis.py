"""What a plan teaches: which aims bind, what each costs, which cannot be held together, what else is worth as much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial, prod

from atlas.allocation.model import GROUPS, Aim, Cost, Solution
from atlas.allocation.sized_programme import SizedProgramme
from atlas.allocation.sizes import Mix, given_of

# Kinds of residence up to which every aim is tried without, and another plan is looked for; beyond, only the aims of
# all landlords that bind are tried without.
_SMALL = 2_000


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
    value that differs elsewhere, None where none was found, and ``changed`` the residences that it fills otherwise;
    ``searched``: whether one was looked for. ``unsized``: the cost of the best plan that would not look at sizes, None
    where none binds or it was not asked.
    """

    solution: Solution
    aims: tuple[Told, ...]
    conflict: tuple[Aim, ...]
    alike: int
    other: Solution | None
    changed: tuple[str, ...]
    searched: bool = True
    unsized: Cost | None = None


def diagnosed(programme: SizedProgramme) -> Diagnosis:
    """Solve a programme and say what its plan hangs on."""
    found = programme.best()
    conflict = irreducible(programme) if any(found.lacking.values()) else ()
    every, small = range(len(programme.aims)), len(programme.plain.kinds) <= _SMALL
    told = []
    for rank, aim in enumerate(programme.aims):
        reached, lacking = aim.reached(programme.places, found.plan), found.lacking[aim.key]
        one = Told(aim, reached, lacking, None)
        asked = aim.least > 0 if small else (one.binds or lacking) and aim.landlord is None
        if asked:
            without = programme.best(
                [other for other in every if other != rank], found.cost if not any(found.lacking.values()) else None
            )
            one = Told(aim, reached, lacking, without.cost)
        told.append(one)
    other = programme.another() if small else None
    changed = () if other is None else tuple(key for key in found.plan if found.plan[key] != other.plan[key])
    unsized = None
    if small and any(one[3] for one in sizes_met(found, programme.mixes)):
        unsized = programme.plain.best()[0].cost
    return Diagnosis(found, tuple(told), conflict, _ways(programme, found), other, changed, small, unsized)


def sizes_met(found: Solution, mixes: Sequence[Mix]) -> list[tuple[Mix, int, int, str]]:
    """Say of each mix the homes given, out of how many, and whether it binds, in words."""
    given = given_of(found.sized.values(), mixes)
    totals = [sum(split[group] for split in given.values()) for group in range(len(GROUPS))]
    told = []
    for mix in mixes:
        count, total = given[mix.size][mix.group], totals[mix.group]
        beyond = mix.beyond(count, total)
        over = 100 * count > mix.high * total
        if beyond:
            said = f"{beyond} de trop" if over else f"il en manque {beyond}"
        elif mix.tight(count, total):
            said = "au plus" if mix.beyond(count + 1, total) else "au moins"
        else:
            said = ""
        told.append((mix, count, total, said))
    return told


def irreducible(programme: SizedProgramme) -> tuple[Aim, ...]:
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


def _ways(programme: SizedProgramme, solution: Solution) -> int:
    """Count the ways to exchange residences of one kind that got different splits."""
    ways = 1
    kinds: dict[object, list[str]] = {}
    for one in programme.places:
        kinds.setdefault(one.kind, []).append(one.key)
    for held in kinds.values():
        parts = Counter(solution.plan[key] for key in held)
        ways *= factorial(len(held)) // prod(map(factorial, parts.values()))
    return ways
