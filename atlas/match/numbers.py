"""The number in the street: the very address, another suffix, a neighbour, or a street short enough to be a place.

Grain in: addresses whose street is known. Grain out: for each, a row of the base and how it was chosen. Addresses
without any acceptable row are told why by their `how`; nothing is dropped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from atlas.match.joins import explode, spans
from atlas.match.parse import Number
from atlas.match.rules import MatchRules

EXACT, SUFFIX, NEIGHBOUR, STREET, NO_NUMBER, TOO_FAR, SCATTERED = range(7)
LARGEST = 10_000
"""Numbers of a street are below this; the base writes 99999 for a place without number."""

_ALIKE = {"B": "BIS", "BI": "BIS", "T": "TER", "Q": "QUATER"}
_SENTINELS = np.array([999, 9999])


@dataclass(frozen=True)
class Houses:
    """Rows of the base sorted by street and number, and what each street spans."""

    row: np.ndarray
    street: np.ndarray
    number: np.ndarray
    suffix: np.ndarray
    key: np.ndarray
    side_key: np.ndarray
    side_place: np.ndarray
    x: np.ndarray
    y: np.ndarray
    postcode: np.ndarray


@dataclass
class Chosen:
    """For each address: row of the base (-1), how, the number of that row, how many metres its street spans."""

    row: np.ndarray
    how: np.ndarray
    number: np.ndarray
    suffix: np.ndarray
    extent: np.ndarray


def houses(
    numero: pd.Series,
    rep: pd.Series | None,
    street: np.ndarray,
    x: np.ndarray,
    y: np.ndarray,
    postcode: pd.Series | None,
) -> Houses:
    """Sort the rows of the base for look-ups by street and number.

    Parameters
    ----------
    numero, rep : Series of str
        Number and suffix of each row.
    street : ndarray of int
        Street of each row, -1 without one.
    x, y : ndarray of float
        Coordinates, metres, in the legal projection of the territory.
    postcode : Series of str, optional
        Postcode of each row.

    Returns
    -------
    Houses
        The sorted rows.
    """
    codes, written = pd.factorize(numero)
    values = pd.to_numeric(pd.Series(written, dtype=object), errors="coerce").fillna(0).to_numpy(dtype=float)
    values = np.where((values > 0) & (values < LARGEST), values, 0)
    number = np.append(values, 0)[codes].astype(np.int64)
    suffix, post = _text(rep, len(street)), _text(postcode, len(street))
    kept = np.flatnonzero(street >= 0)
    key = street[kept] * LARGEST + number[kept]
    order = np.argsort(key, kind="stable")
    twins = np.flatnonzero(np.diff(key[order]) == 0)
    twins = np.unique(np.r_[twins, twins + 1])  # sorted by place, so that the order of the base does not matter
    order[twins] = order[twins][np.lexsort((y[kept][order[twins]], x[kept][order[twins]], key[order[twins]]))]
    row, key = kept[order], key[order]
    side = (key // LARGEST * 2 + key % 2) * LARGEST + key % LARGEST
    with_number = np.flatnonzero(number[row] > 0)
    by_side = with_number[np.argsort(side[with_number], kind="stable")]
    return Houses(row, street[row], number[row], suffix[row], key, side[by_side], by_side, x[row], y[row], post[row])


def _text(column: pd.Series | None, length: int) -> np.ndarray:
    """Text of each row in capitals, '' where it is missing."""
    if column is None:
        return np.full(length, "", dtype=object)
    codes, values = pd.factorize(column)
    return np.array([*(str(value).strip().upper() for value in values), ""], dtype=object)[codes]


def choose(
    street: np.ndarray,
    lists: list[tuple[Number, ...]],
    which: np.ndarray,
    postcode: np.ndarray,
    lenient: np.ndarray,
    known: Houses,
    rules: MatchRules,
) -> Chosen:
    """Choose a row of the base for each address.

    Parameters
    ----------
    street : ndarray of int
        Street of each address.
    lists : list of tuple of Number
        Unique lists of numbers, in order of preference.
    which : ndarray of int
        List of each address.
    postcode : ndarray of str
        Postcode of each address, '' when absent.
    lenient : ndarray of bool
        Whether a neighbouring number or the street alone may do (the street is sure).
    known : Houses
        Rows of the base.
    rules : MatchRules
        Distances and gaps.

    Returns
    -------
    Chosen
        One row, or none and why.
    """
    count = len(street)
    out = Chosen(np.full(count, -1), np.full(count, TOO_FAR, dtype=np.int8), np.zeros(count, dtype=np.int64),
                 np.full(count, "", dtype=object), np.full(count, np.nan))  # fmt: skip
    first = np.array([one[0][0] if one else 0 for one in lists] or [0], dtype=np.int64)[which]
    _same_number(out, street, lists, which, postcode, known, rules)
    missing = (out.row < 0) & (out.how != SCATTERED)
    asked = missing & (first > 0) & ~np.isin(first, _SENTINELS)
    _neighbour(out, np.flatnonzero(asked & lenient), street, first, postcode, known, rules)
    out.how[missing & ~asked] = NO_NUMBER
    _street_alone(out, np.flatnonzero(missing & ~asked), lenient, street, known, rules)
    return out


def _take(out: Chosen, addresses: np.ndarray, places: np.ndarray, how: np.ndarray | int, known: Houses) -> None:
    out.row[addresses], out.how[addresses] = known.row[places], how
    out.number[addresses], out.suffix[addresses] = known.number[places], known.suffix[places]


def _same_number(
    out: Chosen,
    street: np.ndarray,
    lists: list[tuple[Number, ...]],
    which: np.ndarray,
    postcode: np.ndarray,
    known: Houses,
    rules: MatchRules,
) -> None:
    """The first number of each list that the street has; the same suffix first, then the same postcode."""
    sizes = np.array([len(one) for one in lists] or [0], dtype=np.int64)
    flat = [number for one in lists for number in one]
    values = np.array([number for number, _ in flat], dtype=np.int64)
    suffixes = np.array([suffix for _, suffix in flat], dtype=object)
    starts = np.cumsum(sizes) - sizes
    address, rank = explode(sizes[which])
    item = starts[which][address] + rank
    hit, place = spans(known.key, street[address] * LARGEST + values[item])
    if not len(hit):
        return
    of, asked = address[hit], suffixes[item[hit]]
    order = np.full(len(street), np.iinfo(np.int64).max)
    np.minimum.at(order, of, rank[hit])
    kept = rank[hit] == order[of]
    of, asked, place = of[kept], asked[kept], place[kept]
    found = known.suffix[place]
    distance = np.full(len(of), 3)
    distance[(found == "") | (asked == "")] = 2
    written = np.flatnonzero((asked != "") & (found != "") & (asked != found))
    alike = [_ALIKE.get(a, a) == _ALIKE.get(b, b) for a, b in zip(asked[written], found[written], strict=True)]
    distance[written[np.array(alike, dtype=bool)]] = 1
    distance[asked == found] = 0
    away = (postcode[of] != "") & (known.postcode[place] != postcode[of])
    preference = distance * 2 + away
    by = np.lexsort((place, preference, of))
    of, place, preference, distance = of[by], place[by], preference[by], distance[by]
    new = np.r_[True, of[1:] != of[:-1]]
    group = np.cumsum(new) - 1
    same = preference == preference[new][group]
    start = np.flatnonzero(new)
    spread = np.zeros(len(start))
    for axis in (known.x, known.y):
        high = np.maximum.reduceat(np.where(same, axis[place], -np.inf), start)
        low = np.minimum.reduceat(np.where(same, axis[place], np.inf), start)
        spread = np.hypot(spread, high - low)
    scattered = spread > rules.duplicate_spread
    chosen, places, far = of[new], place[new], distance[new]
    _take(out, chosen[~scattered], places[~scattered], np.where(far[~scattered] == 0, EXACT, SUFFIX), known)
    out.how[chosen[scattered]] = SCATTERED
    out.extent[chosen[scattered]] = spread[scattered]


def _neighbour(
    out: Chosen,
    addresses: np.ndarray,
    street: np.ndarray,
    first: np.ndarray,
    postcode: np.ndarray,
    known: Houses,
    rules: MatchRules,
) -> None:
    """The nearest number of the same side of the street; of the other side only when the gap forbids the first.

    Not one of another postcode: in merged communes two streets bear the same name.
    """
    for flip in (0, 1):
        left = addresses[out.row[addresses] < 0]
        if not len(left) or not len(known.side_key):
            return
        number = first[left]
        base = (street[left] * 2 + (number + flip) % 2) * LARGEST
        place = np.searchsorted(known.side_key, base + number)
        best = np.full(len(left), -1)
        gap = np.full(len(left), rules.number_gap + 1)
        near = [np.clip(candidate, 0, len(known.side_key) - 1) for candidate in (place - 1, place)]
        same_side = [known.side_key[inside] // LARGEST == base // LARGEST for inside in near]
        same_side[0] &= place > 0
        same_side[1] &= place < len(known.side_key)
        allowed = np.where(same_side[0] & same_side[1], rules.number_gap, rules.number_gap_end)
        for inside, there in zip(near, same_side, strict=True):
            distance = np.abs(known.side_key[inside] % LARGEST - number)
            there = there & (distance <= allowed)
            better = there & (distance < gap)
            best[better], gap[better] = inside[better], distance[better]
        theirs = known.postcode[known.side_place[best]]
        kept = (best >= 0) & ((postcode[left] == "") | (theirs == "") | (theirs == postcode[left]))
        _take(out, left[kept], known.side_place[best[kept]], NEIGHBOUR, known)


def _street_alone(
    out: Chosen, addresses: np.ndarray, lenient: np.ndarray, street: np.ndarray, known: Houses, rules: MatchRules
) -> None:
    """The most central address of a street short enough to be a place by itself."""
    if not len(addresses):
        return
    used, of = np.unique(street[addresses], return_inverse=True)
    low, high = np.searchsorted(known.street, used), np.searchsorted(known.street, used, side="right")
    extent, centre = np.full(len(used), np.inf), np.full(len(used), -1)
    for n, (start, stop) in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
        x, y = known.x[start:stop], known.y[start:stop]
        extent[n] = np.hypot(np.ptp(x), np.ptp(y))
        if extent[n] == 0:
            extent[n] = rules.metres_per_number * float(known.number[start:stop].max())
        centre[n] = start + int(np.argmin(np.hypot(x - np.median(x), y - np.median(y))))
    out.extent[addresses] = extent[of]
    short = (extent[of] <= rules.street_extent) & lenient[addresses]
    _take(out, addresses[short], centre[of][short], STREET, known)
