"""How long a year's plan of attributions takes, in processor time: ``python -m tests.benchmarks.allocation``.

Residences are drawn: landlords, priority quarters, homes that free up and their sizes, criteria met and ahead, last
year's practice, leases by size.
What is timed: laying out and solving the plan, then what each binding aim costs, an irreducible set if need be, another
plan of equal value.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from fractions import Fraction

from atlas.allocation.diagnosis import diagnosed
from atlas.allocation.model import Aim, Limit, Place
from atlas.allocation.sized_programme import SizedProgramme
from atlas.allocation.sizes import Mix, mixes_of
from atlas.shares import needed

LANDLORDS, SIZES = 12, ("T1", "T2", "T3", "T4", "T5 et plus")
WITHIN, LEASES = 10, 20  # the shipped rules


def drawn(size: int, seed: int = 1) -> tuple[list[Place], list[Aim], tuple[Mix, ...]]:
    """Draw residences, the aims that the law and practice give them, and the sizes that leases show."""
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
        homes = Counter(chance.choices(SIZES, [1, 3, 5, 3, 1], k=free))
        sizes = tuple((word, homes[word]) for word in SIZES if homes[word])
        landlord = f"b{chance.randrange(LANDLORDS)}"
        places.append(Place(f"r{rank:06}", landlord, inside, free, met, practice, limits, sizes))
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
    freed = Counter({word: sum(dict(one.sizes).get(word, 0) for one in places) for word in SIZES})
    # The first quartile gets smaller homes than the others, as leases show.
    leases = {
        word: [max(1, freed[word] * share // 20) for share in (7 - rank, 4, 9 + rank)]
        for rank, word in enumerate(SIZES)
    }
    return places, aims, mixes_of({"baux": leases}, freed, Fraction(WITHIN), LEASES)


def main() -> None:
    """Print, by size, kinds of residence, processor seconds of the plan, then of all that it teaches."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[700, 20_000])
    for size in parser.parse_args().sizes:
        places, aims, mixes = drawn(size)
        start = time.process_time()
        solution = SizedProgramme(places, aims, mixes).best()
        planned = time.process_time() - start
        programme = SizedProgramme(places, aims, mixes)
        told = diagnosed(programme)
        whole = time.process_time() - start - planned
        binding = sum(one.binds for one in told.aims)
        laid = f"{size} residences, {len(programme.plain.kinds)} kinds, cost {solution.cost.order}"
        other = f"{len(told.changed)} otherwise in another plan"
        print(f"{laid}: planned in {planned:.1f} s, {whole:.1f} s with {binding} binding aims of {len(aims)}, {other}")


if __name__ == "__main__":
    main()
