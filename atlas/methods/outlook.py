"""What leads the stock of a unit to a target, from its figures as methods read them.

In: one row of a unit table. Out: plain data (:func:`atlas.prospective.told`), or the indicator that lacks.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from atlas.prospective import Span, exact, told
from atlas.tables import INDICATORS, PUBLISHED
from atlas.tables.households import TURNOVER


def span_of(row: Mapping[Any, Any] | pd.Series, code: str) -> Span | None:
    """Give what a rate may be, from 0 to 1; None where it is not told. Exact where counts are shown.

    >>> span_of({"st_inf40": "publié", "tx_inf40": 25.0, "n_inf40": 5, "d_inf40": 20}, "inf40")
    (Fraction(1, 4), Fraction(1, 4))
    """
    one = INDICATORS[code]
    if row.get(one.st) != PUBLISHED:
        return None
    n, d = row.get(one.n), row.get(one.d)
    if n is not None and not pd.isna(n) and not pd.isna(d):
        return (rate := Fraction(int(n), int(d))), rate
    given = [row.get(name) for name in (one.lo, one.hi)]
    ends = [row[one.tx] if end is None or pd.isna(end) else end for end in given]
    low, high = (min(max(exact(float(end)) / 100, Fraction(0)), Fraction(1)) for end in ends)
    return low, high


def outlook(row: Mapping[Any, Any] | pd.Series, code: str, target: float, years: int) -> tuple[dict[str, Any], str]:
    """Say what leads the share of the stock that ``code`` tells to a target (%): plain data, or what is not told.

    Returns
    -------
    dict, str
        The data, empty where one figure lacks: the code of that figure.
    """
    stock, turnover = span_of(row, code), span_of(row, TURNOVER)
    if stock is None or turnover is None:
        return {}, code if stock is None else TURNOVER
    entering = span_of(row, flow) if (flow := flow_of(code)) else None
    return told(stock, turnover, entering, exact(float(row["nb_logements"])), exact(target) / 100, years), ""


def flow_of(code: str) -> str:
    """Give the indicator that says the same of recent movers; empty where there is none."""
    return next((one.code for one in INDICATORS.values() if one.flow_of == code), "")
