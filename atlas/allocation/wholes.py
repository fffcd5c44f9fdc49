"""Whole numbers that keep their totals: shares of a whole by largest remainder, in exact fractions.

Grain in: exact parts, one per place. Grain out: as many whole numbers, whose sum is the rounded sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction


def nearest(number: Fraction) -> int:
    """Round to the nearest whole number, halves up.

    >>> nearest(Fraction(5, 2)), nearest(Fraction(7, 3))
    (3, 2)
    """
    return (2 * number.numerator + number.denominator) // (2 * number.denominator)


def largest_remainder(
    parts: Sequence[Fraction], most: Sequence[int] | None = None, total: int | None = None
) -> list[int]:
    """Round parts so that they add up to their rounded sum, or to ``total``: the largest remainders are rounded up.

    Parameters
    ----------
    parts : sequence of Fraction
        None is negative.
    most : sequence of int, optional
        What each may be at most: what does not fit goes to the next remainders, and is dropped if it fits nowhere.

    Returns
    -------
    list of int
        At equal remainders the first comes first.

    Examples
    --------
    >>> largest_remainder([Fraction(1, 2), Fraction(3, 4), Fraction(3, 4)])
    [0, 1, 1]
    >>> largest_remainder([Fraction(5, 2), Fraction(1, 2)], most=[2, 9])
    [2, 1]
    """
    whole = nearest(sum(parts, Fraction(0))) if total is None else total
    found = [part.numerator // part.denominator for part in parts]
    if most is not None:
        found = [min(one, top) for one, top in zip(found, most, strict=True)]
    while (left := whole - sum(found)) > 0:
        open_ = [place for place, one in enumerate(found) if most is None or one < most[place]]
        if not open_:
            break
        open_.sort(key=lambda place: (found[place] - parts[place], place))
        for place in open_[:left]:
            found[place] += 1
    return found
