"""Small years to plan, and every plan of them: what a best plan must be as good as."""

from __future__ import annotations

import itertools
from fractions import Fraction

from hypothesis import strategies as st

from atlas.allocation.model import Aim, Limit, Place
from atlas.allocation.sizes import Mix

SIZES = ("T2", "T3", "non renseigné")

limits = st.builds(
    Limit,
    st.sampled_from([(1, 0, 0), (1, 1, 0), (3, 1, 0), (0, 1, 2), (5, 0, 3), (0, 0, 1)]),
    st.integers(-2, 5),
)


@st.composite
def cases(draw):
    places = []
    for rank in range(draw(st.integers(1, 4))):
        free = draw(st.integers(0, 3))
        one = draw(st.integers(0, free))
        two = draw(st.integers(0, free - one))
        practice = (one, two, free - one - two) if draw(st.booleans()) else None
        places.append(
            Place(
                f"r{rank}",
                draw(st.sampled_from("AB")),
                draw(st.booleans()),
                free,
                draw(st.integers(0, 2)),
                practice,
                tuple(draw(st.lists(limits, max_size=2))),
            )
        )
    if draw(st.booleans()):  # two that nothing tells apart
        twin = places[0]
        places.append(Place("twin", twin.landlord, twin.inside, twin.free, twin.met, twin.practice, twin.limits))
    aims = [
        Aim(
            f"c{rank}",
            "",
            draw(st.sampled_from([(1, 0, 0), (0, 1, 1), (0, 1, 0), (1, 5, 0)])),
            draw(st.integers(0, 8)),
            0,
            "",
            landlord=draw(st.sampled_from([None, "A"])),
            inside=draw(st.sampled_from([None, True, False])),
        )
        for rank in range(draw(st.integers(0, 3)))
    ]
    return places, aims


@st.composite
def sized_cases(draw):
    """Draw fewer places, whose homes have sizes, and shares that these may be given."""
    places, aims = draw(cases())
    held = []
    for rank, one in enumerate(places[:2]):
        homes = [draw(st.sampled_from(SIZES)) for _ in range(one.free)]
        sizes = tuple((word, homes.count(word)) for word in SIZES if word in homes)
        held.append(Place(f"r{rank}", one.landlord, one.inside, one.free, one.met, one.practice, one.limits, sizes))
    if draw(st.booleans()):
        twin = held[0]
        held.append(
            Place(
                "twin",
                *(getattr(twin, name) for name in ("landlord", "inside", "free", "met", "practice", "limits", "sizes")),
            )
        )
    mixes = []
    for group, word in draw(
        st.lists(st.sampled_from(list(itertools.product(range(3), SIZES[:2]))), unique=True, max_size=6)
    ):
        low = draw(st.sampled_from([0, 0, 20, 50, 67]))
        mixes.append(Mix(group, word, Fraction(low), low, draw(st.sampled_from([low, max(low, 34), 100]))))
    return held, aims, mixes


def every_share(place, split):
    """List the ways to give the homes of each size to groups that have so many."""
    if not place.sizes:
        yield {}
        return
    words = [word for word, _ in place.sizes]
    ways = [
        [(one, two, number - one - two) for one in range(number + 1) for two in range(number + 1 - one)]
        for _, number in place.sizes
    ]
    for told in itertools.product(*ways):
        if tuple(map(sum, zip(*told, strict=True))) == tuple(split):
            yield dict(zip(words, told, strict=True))


def beyond(shares, mixes):
    """Count again the homes of an unfit size: whole homes over, or under, the share of a group."""
    words = {mix.size for mix in mixes}
    count = 0
    for mix in mixes:
        own = [one[word][mix.group] for one in shares for word in one if word in words]
        mine = sum(one[mix.size][mix.group] for one in shares if mix.size in one)
        over, under = mine - Fraction(mix.high, 100) * sum(own), Fraction(mix.low, 100) * sum(own) - mine
        count += max(0, int(over), int(under))
    return count


def fewest_beyond(places, mixes, plan):
    """Find the fewest homes of an unfit size over every way to give sizes."""
    ways = [list(every_share(place, split)) for place, split in zip(places, plan, strict=True)]
    return min(beyond(shares, mixes) for shares in itertools.product(*ways))


def every_plan(places):
    ways = [
        [(one, two, place.free - one - two) for one in range(place.free + 1) for two in range(place.free + 1 - one)]
        for place in places
    ]
    return itertools.product(*ways)


def worth(places, plan):
    """Count a plan again: overruns, concentration, homes moved."""
    over = moved = 0
    for place, split in zip(places, plan, strict=True):
        for limit in place.limits:
            beyond = sum(w * x for w, x in zip(limit.weights, split, strict=True)) - limit.most
            over += -(-beyond // max(limit.weights)) if beyond > 0 else 0
        if place.practice:
            moved += sum(abs(now - then) for now, then in zip(split, place.practice, strict=True)) // 2
    return over, sum(place.met * split[0] for place, split in zip(places, plan, strict=True)), moved


def lacks(places, aims, plan):
    """Count again what each aim lacks."""
    return [
        max(
            0,
            aim.least
            - sum(
                w * x
                for place, split in zip(places, plan, strict=True)
                if aim.landlord in (None, place.landlord) and aim.inside in (None, place.inside)
                for w, x in zip(aim.weights, split, strict=True)
            ),
        )
        for aim in aims
    ]


def homes(aims, lacking):
    return sum(-(-lack // max(aim.weights)) for aim, lack in zip(aims, lacking, strict=True))
