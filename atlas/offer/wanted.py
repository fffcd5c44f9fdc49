"""What is looked for, and how many homes that suit a residence should free up in a year: least, expected, most.

Grain in: a :class:`~atlas.offer.homes.Home` and what is wanted. Grain out: a :class:`Found`. Homes of each feature are
counted, homes of all features together are not: the least and the most are those that the counts allow (Fréchet, 1940),
and the expected number supposes that features have nothing to do with one another. Homes of which nobody tells a
feature are taken to be like the others, and what frees up like the whole. The script of the page does the same sums, in
the same order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor

from atlas.offer.homes import Home
from atlas.tables import UNKNOWN, rooms_of

SURE, MEAN, TO_SEE, ABOVE = "tient", "tient en moyenne", "à vérifier", "au-dessus"
ORDER = (SURE, MEAN, TO_SEE, ABOVE)


@dataclass(frozen=True)
class Rules:
    """``ceiling``: rent under which a home is at low rent (€/m²); ``surfaces``: supposed, by number of rooms (m²);
    ``share``: of resources, that a rent may take (%)."""

    ceiling: float
    surfaces: Sequence[float]
    share: float


@dataclass(frozen=True)
class Wanted:
    """``rooms``: of the home, any if None; ``rent``: the most a month (€), any if None; ``accessible`` alone or any."""

    rooms: int | None = None
    rent: float | None = None
    accessible: bool = False


@dataclass(frozen=True)
class Found:
    """Homes a year that suit: at least, expected, at most; whether the rent holds, and the rent (€ a month)."""

    least: float
    expected: float
    most: float
    holds: str
    rent: float | None


def rent_of(resources: float, rules: Rules) -> float:
    """Give the rent (€ a month) that yearly resources allow.

    >>> rent_of(14000, Rules(5.1, [30], 30))
    350.0
    """
    return resources * rules.share / 100 / 12


def expected(home: Home, wanted: Wanted, rules: Rules) -> Found | None:
    """Count the homes of a residence that suit and should free up in a year.

    Returns
    -------
    Found or None
        None where its turnover, its low rents, or the size or access that are wanted are not shown.

    Examples
    --------
    >>> home = Home("r", "R", "B", "C", "hors QPV", 40, (10.0, 10.0), (50.0, 50.0), {"T2": 10, "T3": 30}, (20, 40))
    >>> found = expected(home, Wanted(3, None, True), Rules(5.1, [30, 46, 60, 73, 88], 30))
    >>> found.least, found.expected, found.most
    (0.0, 0.8, 2.0)
    """
    if home.turnover is None or home.low is None:
        return None
    word, share = "", 1.0
    if wanted.rooms is not None:
        told = sum(number for name, number in home.sizes.items() if name != UNKNOWN)
        if not told:
            return None
        word = next(
            (name for name in home.sizes if rooms_of(name)[0] <= wanted.rooms <= rooms_of(name)[1] and name != UNKNOWN),
            "",
        )
        share = home.sizes.get(word, 0) / told
    access = 1.0
    if wanted.accessible:
        if not home.access[1]:
            return None
        access = home.access[0] / home.access[1]
    holds, rent = _rent(home, word, wanted, rules)
    known, low, _ = home.rents.get(word, (0, 0, None)) if word else (0, 0, None)
    if known:  # low rents are told of this size: the two features are counted together
        joint = share * low / known
        ends = (joint, joint, joint)
    else:
        under, over = home.low[0] / 100, home.low[1] / 100
        ends = (max(0.0, share + under - 1), share * ((under + over) / 2), min(share, over))
    least = max(0.0, ends[0] + access - 1) if wanted.accessible else ends[0]
    middle = ends[1] * access
    most = min(ends[2], access)
    first, last = home.turnover[0] / 100, home.turnover[1] / 100
    if holds in (TO_SEE, MEAN):
        least = 0.0
    elif holds == ABOVE:
        least = middle = most = 0.0
    return Found(
        tenth(home.dwellings * first * least),
        tenth(home.dwellings * ((first + last) / 2) * middle),
        tenth(home.dwellings * last * most),
        holds,
        rent,
    )


def tenth(value: float) -> float:
    """Round to the tenth, halves up, as a script does.

    >>> tenth(0.25), tenth(2.0)
    (0.3, 2.0)
    """
    return floor(value * 10 + 0.5) / 10


def _rent(home: Home, word: str, wanted: Wanted, rules: Rules) -> tuple[str, float | None]:
    """Tell whether the rent of a low-rent home of this size holds, and the rent that is told or supposed."""
    if wanted.rooms is None:
        return SURE, None
    surface = rules.surfaces[min(max(wanted.rooms, 1), len(rules.surfaces)) - 1]
    ceiling = rules.ceiling * surface
    mean = home.rents.get(word, (0, 0, None))[2]
    told = ceiling if mean is None else mean * surface
    if wanted.rent is None or ceiling <= wanted.rent:
        return SURE, told
    if mean is None:
        return TO_SEE, told
    return (MEAN if mean * surface <= wanted.rent else ABOVE), told
