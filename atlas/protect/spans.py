"""Between which bounds a published figure leaves what it says: of a rate, and of a count to who knows the denominator.

What rounding, ends and classes leave possible is said here once, for the methods that judge published figures and for
the search of what they give away together.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from atlas.protect.audiences import Audience
from atlas.protect.figures import ends_of, rounded
from atlas.protect.rules import Scale, SecrecyRules
from atlas.tables import INDICATORS, PUBLISHED, Indicator


def spans_of(
    values: pd.DataFrame, table: pd.DataFrame, audience: Audience, rules: SecrecyRules, scale: Scale, *, classed: bool
) -> pd.DataFrame:
    """Say, of each published rate, the lowest and the highest that a masked audience may suppose.

    Parameters
    ----------
    values : DataFrame
        Published figures, as :func:`atlas.protect.figures.figures` gives them.
    table : DataFrame
        The counts that made them, same rows.
    classed : bool
        Whether the audience reads classes.

    Returns
    -------
    DataFrame
        ``id, campagne``, then ``lo_<i>`` and ``hi_<i>`` in the unit of the rate, both possible; NaN where it is not
        published.
    """
    columns = {"id": values["id"], "campagne": values["campagne"]}
    for indicator in INDICATORS.values():
        shown = values[indicator.st] == PUBLISHED
        if classed:
            low, beyond = _of_class(values[indicator.tx], [bound for bound, _ in scale.classes.get(indicator.code, ())])
        else:
            low, beyond = _of_rate(values[indicator.tx], table, indicator, audience, rules, scale)
        columns[indicator.lo] = low.where(shown)
        columns[indicator.hi] = beyond.where(shown)
    return pd.DataFrame(columns)


def _of_class(rate: pd.Series, starts: Sequence[float]) -> tuple[pd.Series, pd.Series]:
    """Give the bounds of the class that starts at this rate."""
    edges = np.r_[sorted(starts), np.inf]
    following = edges[np.searchsorted(edges, rate.to_numpy(float), side="right").clip(max=len(edges) - 1)]
    return rate, pd.Series(np.where(np.isinf(following), np.maximum(rate, 100), _under(following)), rate.index)


def _of_rate(
    rate: pd.Series, table: pd.DataFrame, indicator: Indicator, audience: Audience, rules: SecrecyRules, scale: Scale
) -> tuple[pd.Series, pd.Series]:
    """Give the bounds of what is written as this rate, or as a bound in its place."""
    share = indicator.unit == "%"
    step = 10.0 ** -(audience.decimals if share else audience.decimals + 1)
    low, beyond = _before_rounding(rate, step, scale.edges(indicator.code) if share else ())
    # Halves of people are rounded either way.
    high = pd.Series(_under(beyond), rate.index) if share else beyond
    if not indicator.sensitive:
        return low, high
    ends, _ = ends_of(table[indicator.n], table[indicator.d], indicator, rules, scale)
    floor, top = (0, 100) if share else (1, np.inf)
    low = low.mask(ends.at_low, floor).mask(ends.at_high, ends.high)
    return low, high.mask(ends.at_low, ends.low).mask(ends.at_high, top)


def _under(beyond: pd.Series | np.ndarray) -> np.ndarray:
    """Give the largest rate under one that is out of reach."""
    return np.nextafter(beyond, -np.inf)


def bounds_of(
    table: pd.DataFrame, indicator: Indicator, rules: SecrecyRules, scale: Scale
) -> tuple[np.ndarray, np.ndarray]:
    """Bound the count of each row by what a masked audience reads of its rate, for who knows the denominator.

    Where people are counted by household, the count is that of people beyond the first of each household.
    """
    numerator, denominator = table[indicator.n], table[indicator.d]
    whole = denominator.where(denominator > 0)
    ends, _ = ends_of(numerator, denominator, indicator, rules, scale)
    if indicator.unit != "%":
        tenths = (10 * (numerator / whole).round(1)).round()
        # Halves are rounded either way: a count there is possible where it would be written so.
        low, high = (((tenths + side) * whole / 10).round(9) for side in (-0.5, 0.5))
        low, high = np.ceil(low), np.floor(high)
        low += (10 * (low / whole).round(1)).round() != tenths
        high -= (10 * (high / whole).round(1)).round() != tenths
        low, high = low.mask(ends.at_low, whole), high.mask(ends.at_low, np.floor((ends.low * whole).round(9)))
        return tuple((side - whole).fillna(0).to_numpy(float) for side in (low, high))
    edges = scale.edges(indicator.code)
    from_, to = _before_rounding(rounded(100 * numerator / whole, 0, edges), 1, edges)
    from_, to = from_.mask(ends.at_low, 0).mask(ends.at_high, ends.high), to.mask(ends.at_high, 100)
    low = np.ceil((from_ * denominator / 100).round(9)).clip(lower=0)
    high = (np.ceil((to * denominator / 100).round(9)) - 1).clip(upper=denominator)
    high = high.mask(ends.at_high, denominator).mask(ends.at_low, np.floor((ends.low * denominator / 100).round(9)))
    low = np.minimum(low, high)  # more answers than households, where a file says so, bound nothing further
    return low.fillna(0).to_numpy(float), high.fillna(0).to_numpy(float)


def _before_rounding(written: pd.Series, step: float, thresholds: Sequence[float]) -> tuple[pd.Series, pd.Series]:
    """Give the rates that :func:`rounded` writes as this one: the least, and the first beyond them.

    >>> least, beyond = _before_rounding(pd.Series([39.0, 40.0, 41.0, 63.0]), 1, [40, 62.8])
    >>> least.tolist(), beyond.tolist()
    ([38.5, 40.0, 40.5, 62.8], [40.0, 40.5, 41.5, 63.5])
    """
    edges = np.r_[-np.inf, sorted(thresholds), np.inf]
    place = np.searchsorted(edges, written.to_numpy(float), side="right").clip(1, len(edges) - 1)
    under, over = (pd.Series(edges[at], written.index) for at in (place - 1, place))
    least = under.where(under > written - step, written - step / 2)
    return least, over.where(over <= written + step, written + step / 2)
