"""How long a year's plan of attributions takes, in processor time: ``python -m tests.benchmarks.allocation``.

Residences are drawn: landlords, priority quarters, homes that free up, criteria met and ahead, last year's practice.
What is timed: laying out and solving the plan, then what each binding aim costs, an irreducible set if need be, another
plan of equal value.
"""

from __future__ import annotations

import argparse
import random
import time
from fractions import Fraction

from atlas.allocation.diagnosis import diagnosed
from atlas.allocation.model import Aim, Limit, Place
from atlas.allocation.programme import Programme
from atlas.shares import needed

LANDLORDS = 12


def drawn(size: int, seed: int = 1) -> tuple[list[Place], list[Aim]]:
    """Draw residences, and the aims that the law and practice give them."""
    chance, places = random.Random(seed), []
    for rank in range(size):
        free = min(40, int(chance.expovariate(1 / 4)))
        inside = chance.random() < 0.3
        met = chance.choices([0, 1, 2, 3], [1, 2, 3, 2] if inside else [5, 2, 2, 1])[0]
        first = min(free, round(free * chance.uniform(0, 0.5)))
        second = min(free - first, round(free * chance.uniform(0, 0.4)))
        ahead = [Limit(weights, chance.randrange(8)) for weights in ((1, 0, 0), (1, 1, 0)) if chance.random() < 0.5]
        limits = tuple(one for one in ahead if one.overrun((free, 0, 0)) or one.overrun((0, free, 0)))
        practice = (first, second, free - first - second)
        places.append(Place(f"r{rank:06}", f"b{chance.randrange(LANDLORDS)}", inside, free, met, practice, limits))
    aims = []
    for key, weights, share, inside in (("q1", (1, 0, 0), 4, False), ("q2_q4", (0, 1, 1), 2, True)):
        held = sum(one.free for one in places if one.inside == inside)
        aims.append(Aim(key, key, weights, needed(held, Fraction(1, share)), held, "", inside=inside))
    for landlord in sorted({one.landlord for one in places}):
        held = sum(one.free for one in places if one.landlord == landlord)
        aims.append(Aim(landlord, landlord, (0, 1, 0), needed(held, Fraction(1, 4)), held, "", landlord=landlord))
    total = sum(one.free for one in places)
    for rank, key in enumerate(("accueil_q1", "accueil_prioritaires")):
        least = sum(one.practice[rank] for one in places if one.practice)
        aims.append(Aim(key, key, (int(rank == 0), int(rank == 1), 0), least, total, ""))
    return places, aims


def main() -> None:
    """Print, by size, kinds of residence, processor seconds of the plan, then of all that it teaches."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[700, 20_000])
    for size in parser.parse_args().sizes:
        places, aims = drawn(size)
        start = time.process_time()
        solution, _ = Programme(places, aims).best()
        planned = time.process_time() - start
        programme = Programme(places, aims)
        told = diagnosed(programme)
        whole = time.process_time() - start - planned
        binding = sum(one.binds for one in told.aims)
        print(
            f"{size} residences, {len(programme.kinds)} kinds, cost {solution.cost.order}: planned in {planned:.1f} s, "
            f"{whole:.1f} s with {binding} binding aims of {len(aims)}, {len(told.changed)} otherwise in another plan"
        )


if __name__ == "__main__":
    main()
