"""Progress by quarter of the year, and where a share may end it.

The projection takes as many leases or decisions in each quarter to come as in those past, and draws the favourable ones
as those past: a beta-binomial with the prior of Jeffreys. It is an order of magnitude, never a forecast of the law.
"""

from __future__ import annotations

from collections.abc import Mapping

from atlas.convention.results import Projection, percent
from atlas.shares import Counts

QUARTERS = ("1", "2", "3", "4")


def cumulated(by_quarter: Mapping[str | None, Counts]) -> tuple[tuple[int, Counts], ...]:
    """Sum the counts since 1 January, at the end of each quarter up to the last one that holds something.

    Nothing is given where a row does not tell its quarter: the sums would lack it without a word.

    >>> [(quarter, one.numerator) for quarter, one in cumulated({"1": Counts(2, 8), "3": Counts(1, 4)})]
    [(1, 2), (2, 2), (3, 3)]
    """
    if None in by_quarter or not by_quarter:
        return ()
    last = max(int(quarter) for quarter in by_quarter if quarter is not None)
    total, found = Counts(0, 0), []
    for quarter in range(1, last + 1):
        total += by_quarter.get(str(quarter), Counts(0, 0))
        found.append((quarter, total))
    return tuple(found)


def projected(done: Counts, quarters: int, level: float) -> Projection | None:
    """Project a share to the end of a year of which some quarters are known.

    Parameters
    ----------
    level : float
        Probability of the interval, in %.

    Examples
    --------
    >>> projected(Counts(20, 100), 2, 90)
    Projection(share=20.0, low=16.0, high=25.0, level=90, quarters=2, denominator=200)
    """
    if done.share is None or not 0 < quarters < len(QUARTERS):
        return None
    from scipy.stats import betabinom

    left = round(done.denominator * (len(QUARTERS) - quarters) / quarters)
    law = betabinom(left, done.numerator + 0.5, done.denominator - done.numerator + 0.5)
    tail = (100 - level) / 200
    low, high = (float(law.ppf(end)) for end in (tail, 1 - tail))
    every = done.denominator + left
    least, most = (100 * (done.numerator + more) / every for more in (low, high))
    return Projection(percent(done.share) or 0.0, least, most, level, quarters, every)
