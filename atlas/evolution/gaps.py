"""By how much a published rate changed, and whether that is more than chance and changed dwellings explain.

The interval of a difference is that of Zou and Donner (Construction of confidence intervals about effect measures,
Statistics in Medicine 27, 2008): the limits of both rates, here those of Jeffreys as :mod:`atlas.methods.small` gives
them, recovered into one. Dwellings that came or left may have held any household: a rate may have moved by their share
without anybody changing, so the interval is widened by it. What is left is a change of people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from atlas.methods.bounds import ends_of
from atlas.methods.small import jeffreys, size_of
from atlas.tables import INDICATORS, PUBLISHED, Indicator
from atlas.tables.years import DOWN, STEADY, UNTOLD, UP

_ONE_POINT = 1.0  # a figure that stands for a wider span has no gap: "≤ 5 %" less "≤ 5 %" is not nothing
_A_DWELLING = ("ménages", "emménagés récents", "logements")  # a dwelling holds one of these at most


@dataclass(frozen=True)
class Gap:
    """Change of one rate, (units,): ``points`` NaN where not told, ``least`` and ``most`` of the interval, ``said``."""

    points: pd.Series
    least: pd.Series
    most: pd.Series
    said: pd.Series


def gap_of(code: str, before: pd.DataFrame, after: pd.DataFrame, came: Any, left: Any) -> Gap:
    """Compare the published rates of the same units at two campaigns.

    Parameters
    ----------
    before, after : DataFrame
        What methods read of the units at each campaign, same index; a unit that did not exist has an empty row.
    came, left : Series
        Dwellings that came since, and that left.
    """
    indicator = INDICATORS[code]
    told = before[indicator.st].eq(PUBLISHED) & after[indicator.st].eq(PUBLISHED)
    sides = [_side(table, indicator) for table in (before, after)]
    (low0, high0, least0, most0, size0), (low1, high1, least1, most1, size1) = sides
    points = (after[indicator.tx] - before[indicator.tx]).astype(float).round(9)
    narrow = (high0 - low0 <= _ONE_POINT) & (high1 - low1 <= _ONE_POINT)
    many = 1.0 if indicator.population in _A_DWELLING else np.inf
    with np.errstate(invalid="ignore"):
        moved = np.minimum(100 * many * came / size1, 100).where(came > 0, 0)
        moved += np.minimum(100 * many * left / size0, 100).where(left > 0, 0)
    least = (low1 - high0) - np.hypot(low1 - least1, most0 - high0) - moved
    most = (high1 - low0) + np.hypot(most1 - high1, low0 - least0) + moved
    known = told & least.notna() & most.notna()
    said = np.select([~known, least > 0, most < 0], [UNTOLD, UP, DOWN], STEADY)
    return Gap(points.where(told & narrow), least.where(known), most.where(known), pd.Series(said, points.index))


def _side(table: pd.DataFrame, indicator: Indicator) -> tuple[pd.Series, pd.Series, pd.Series, pd.Series, pd.Series]:
    """Give what one campaign leaves possible of a rate (%), the limits of chance around it, and of how many it is."""
    low, high = (end[indicator.code] for end in ends_of(table, [indicator.code]))
    return low, high.clip(upper=100), *jeffreys(table, indicator.code), size_of(table, indicator)
