"""Sizes of dwellings in a plan: how many of each free up, and which share of each a kind of household may be given.

Grain in: homes freed by size, and last year's leases by size and kind of household, else requests. Grain out: one
:class:`Mix` per kind of household and size that both tell. Last year's shares are brought to what frees up: each size
is supposed to go to each kind as it went, which some plan can always do. Set aside: a size that nobody was leased or
asked, homes of unknown size.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Any

from atlas.allocation.model import GROUPS, Split
from atlas.tables import UNKNOWN, rooms_of

WHOLE = 100  # shares are whole percentages: the rows of the programme keep small numbers
LEASES, REQUESTS = "baux", "demandes"
Sized = Mapping[str, Split]  # homes of one residence by size, and by group


@dataclass(frozen=True)
class Mix:
    """Of the homes of known size given to a group, the share (%) of one size: from ``low`` to ``high``.

    ``usual`` is the share that practice gives (%), ``source`` where it is read.
    """

    group: int
    size: str
    usual: Fraction
    low: int
    high: int
    source: str = LEASES

    def beyond(self, count: int, total: int) -> int:
        """Count the whole homes of this size in excess, or that lack: a share of few homes is never exact.

        >>> mix = Mix(0, "T2", Fraction(30), 20, 40)
        >>> mix.beyond(4, 10), mix.beyond(5, 10), mix.beyond(6, 10), mix.beyond(1, 10), mix.beyond(0, 20)
        (0, 1, 2, 1, 4)
        """
        excess = (WHOLE * count - self.high * total) // WHOLE
        lack = (self.low * total - WHOLE * count) // WHOLE
        return max(0, excess, lack)

    def tight(self, count: int, total: int) -> bool:
        """Whether one home of this size more, or one less, would be too many or lack."""
        return bool(total) and max(self.beyond(count + 1, total), self.beyond(count - 1, total)) > 0


def mixes_of(told: Mapping[str, Any], free: Mapping[str, int], within: Fraction, least: int) -> tuple[Mix, ...]:
    """Read the shares that practice gives, within some points.

    Parameters
    ----------
    told : mapping
        ``baux``: by word, leases by group; ``demandes``: by word, requests, then those of the first quartile.
    free : mapping
        Homes freed by size.
    within : Fraction
        Points that a share may be away.
    least : int
        Leases, or requests, under which nothing is read.

    Examples
    --------
    >>> leases = {"baux": {"T2": [30, 10, 10], "T5": [10, 20, 20]}}
    >>> [(one.group, one.size, one.low, one.high) for one in mixes_of(leases, {"T2": 10, "T5 et plus": 10}, Fraction(5), 20)]
    [(0, 'T2', 70, 80), (0, 'T5 et plus', 20, 30), (1, 'T2', 28, 39), (1, 'T5 et plus', 61, 72), (2, 'T2', 28, 39), (2, 'T5 et plus', 61, 72)]
    """  # noqa: E501
    words = [word for word, number in free.items() if number and word != UNKNOWN]
    leases = _by_size(told.get(LEASES, {}), words)
    asked = _by_size({word: row for word, row in told.get(REQUESTS, {}).items() if row[1] is not None}, words)
    if sum(map(sum, leases.values())) >= least:
        source, rows = LEASES, leases
    elif sum(row[0] for row in asked.values()) >= least:
        # A request tells its quartile, and no public: the others are one.
        source, rows = REQUESTS, {word: [first, every - first, every - first] for word, (every, first) in asked.items()}
    else:
        return ()
    wholes = {word: sum(row) if source == LEASES else asked[word][0] for word, row in rows.items()}
    shares = {word: [Fraction(one, wholes[word]) for one in row] for word, row in rows.items() if wholes[word]}
    found = []
    for group in range(len(GROUPS)):
        usual = {word: share[group] * free[word] for word, share in shares.items()}
        total = sum(usual.values(), Fraction(0))
        for word, number in usual.items() if total else ():
            share = WHOLE * number / total
            low, high = max(0, floor(share - within)), min(WHOLE, ceil(share + within))
            found.append(Mix(group, word, share, low, high, source))
    return tuple(found)


def asked_of(told: Mapping[str, Any], free: Mapping[str, int]) -> dict[str, int]:
    """Give requests by size of what frees up; empty where none is told."""
    words = [word for word, number in free.items() if number and word != UNKNOWN]
    rows = {word: row[:1] for word, row in told.get(REQUESTS, {}).items()}
    return {word: row[0] for word, row in _by_size(rows, words).items()}


def _by_size(rows: Mapping[str, Sequence[int]], words: Sequence[str]) -> dict[str, list[int]]:
    """Gather rows of numbers under the words of the stock: a T6 is of « T5 et plus »."""
    found: dict[str, list[int]] = {}
    for word, row in rows.items():
        low, high = rooms_of(word)
        own = next((one for one in words if rooms_of(one)[0] <= low and high <= rooms_of(one)[1]), None)
        if own is not None:
            found[own] = [now + more for now, more in zip(found.get(own, [0] * len(row)), row, strict=True)]
    return {word: found[word] for word in words if word in found}


def given_of(sized: Iterable[Sized], mixes: Sequence[Mix]) -> dict[str, list[int]]:
    """Add up the homes of each size that the mixes tell, by group."""
    found = {mix.size: [0] * len(GROUPS) for mix in mixes}
    for one in sized:
        for word, split in one.items():
            if word in found:
                found[word] = [now + more for now, more in zip(found[word], split, strict=True)]
    return found


def unfit(sized: Iterable[Sized], mixes: Sequence[Mix]) -> int:
    """Count the homes beyond what mixes allow, of every group and size."""
    given = given_of(sized, mixes)
    totals = [sum(split[group] for split in given.values()) for group in range(len(GROUPS))]
    return sum(mix.beyond(given[mix.size][mix.group], totals[mix.group]) for mix in mixes)
