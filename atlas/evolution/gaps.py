"""By how much a published rate changed, and whether that is more than chance and changed dwellings explain.

The interval of a difference is that of Zou and Donner (Construction of confidence intervals about effect measures,
Statistics in Medicine 27, 2008): the limits of both rates, here those of Jeffreys as :mod:`atlas.methods.small` gives
them, recovered into one. Dwellings that came or left may have held any household: a rate may have moved by their share
without anybody changing, so the interval is widened by it. What is left is a change of people.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from atlas.methods.bounds import ends_of
from atlas.methods.small import jeffreys, size_of
from atlas.tables import INDICATORS, PUBLISHED
from atlas.tables.years import DOWN, STEADY, UNTOLD, UP

_ONE_POINT = 1.0  # a figure that stands for a wider span has no gap: "≤ 5 %" less "≤ 5 %" is not nothing
_A_DWELLING = ("ménages", "emménagés récents", "logements")  # a dwelling holds one of these at most
_RATE, _LOW, _HIGH, _LEAST, _MOST, _SIZE = range(6)


@dataclass(frozen=True)
class Gap:
    """Change of one rate, (units,): ``points`` NaN where not told, ``said`` one of the words of evolution."""

    points: np.ndarray
    said: np.ndarray


def limits_of(read: pd.DataFrame, code: str, share: float) -> np.ndarray:
    """Give what each row leaves possible of a rate, and of how many it is.

    Parameters
    ----------
    read : DataFrame
        What methods read of units, at any campaigns.
    share : float
        Part of the responding households that a rate counts at least, where its denominator is not shown.

    Returns
    -------
    ndarray, (rows, 6)
        The rate (%), the lowest and highest that it may be, the limits of chance around these, the size; NaN where it
        is not published, or of nobody knows how many.
    """
    one = INDICATORS[code]
    told = read[one.st].eq(PUBLISHED).to_numpy(bool)
    of_it = ("menages", one.tx, one.st, one.n, one.d, one.lo, one.hi)
    read = pd.DataFrame({name: read[name].array[told] for name in of_it if name in read})
    low, high = (end[code].clip(upper=100) for end in ends_of(read, [code]))
    columns = (read[one.tx].astype(float), low, high, *jeffreys(read, code, share), size_of(read, one, share))
    limits = np.full((len(told), len(columns)), np.nan)
    limits[told] = np.column_stack(columns)
    return limits


def gap_of(code: str, before: np.ndarray, after: np.ndarray, came: np.ndarray, left: np.ndarray) -> Gap:
    """Compare the rates of the same units at two campaigns.

    Parameters
    ----------
    before, after : ndarray, (units, 6)
        As :func:`limits_of` gives them; NaN for a unit that did not exist.
    came, left : ndarray, (units,)
        Dwellings that came since, and that left.
    """
    many = 1.0 if INDICATORS[code].population in _A_DWELLING else np.inf
    with np.errstate(invalid="ignore"):
        points = (after[:, _RATE] - before[:, _RATE]).round(9)
        narrow = ((before[:, _HIGH] - before[:, _LOW]) <= _ONE_POINT) & (
            (after[:, _HIGH] - after[:, _LOW]) <= _ONE_POINT
        )
        moved = np.where(came > 0, np.minimum(100 * many * came / after[:, _SIZE], 100), 0)
        moved += np.where(left > 0, np.minimum(100 * many * left / before[:, _SIZE], 100), 0)
        up = np.hypot(after[:, _LOW] - after[:, _LEAST], before[:, _MOST] - before[:, _HIGH])
        down = np.hypot(after[:, _MOST] - after[:, _HIGH], before[:, _LOW] - before[:, _LEAST])
        least = (after[:, _LOW] - before[:, _HIGH]) - up - moved
        most = (after[:, _HIGH] - before[:, _LOW]) + down + moved
    known = ~np.isnan(least) & ~np.isnan(most)
    said = np.select([~known, least > 0, most < 0], [UNTOLD, UP, DOWN], STEADY)
    return Gap(np.where(narrow, points, np.nan), said.astype(object))
