"""What a reader may suppose of a published rate: the lowest and the highest that are written as it is.

Grain in: the labels of a table and, by indicator, the rates that rounding never crosses, as the manifest tells them.
Grain out: ``lo_<i>`` and ``hi_<i>``. Read from the files alone, and apart from the engine that wrote them.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from math import inf, nextafter

import numpy as np
import pandas as pd

from atlas.tables import INDICATORS, PUBLISHED

_NUMBER = re.compile(r"\d+(?:,\d+)?")
_WHOLE = 100.0


def supposed(table: pd.DataFrame, edges: Mapping[str, Sequence[float]]) -> pd.DataFrame:
    """Give the spans of every published rate, same index; NaN where it is not published."""
    columns: dict[str, np.ndarray] = {}
    for one in (one for one in INDICATORS.values() if one.st in table):
        told = (table[one.st] == PUBLISHED).to_numpy()
        (label, labels), (rate, rates) = (pd.factorize(table[name]) for name in (one.lb, one.tx))
        pairs, code = np.unique(np.column_stack([label, rate]), axis=0, return_inverse=True)
        said, numbers = [*labels.tolist(), np.nan], [*rates.tolist(), np.nan]  # the last of both where there is none
        share, known = one.unit == "%", sorted(edges.get(one.code, ()))
        spans = [
            span_of(str(said[first]), float(numbers[second]), known, share=share) for first, second in pairs.tolist()
        ]
        ends = np.array(spans, dtype=float)
        ends = ends.reshape(-1, 2)[code]
        columns[one.lo], columns[one.hi] = (np.where(told, ends[:, side], np.nan) for side in (0, 1))
    return pd.DataFrame(columns, table.index)


def span_of(label: str, rate: float, edges: Sequence[float], *, share: bool = True) -> tuple[float, float]:
    """Read one label: an end, a class or a rounded number.

    ``rate`` is the number beside it: that of a class is where it starts.

    Examples
    --------
    >>> span_of("≤ 10 %", 5, []), span_of("≥ 90 %", 95, []), span_of("≤ 1,2", 1.2, [], share=False)
    ((0.0, 10.0), (90.0, 100.0), (1.0, 1.2))
    >>> [round(end, 6) for end in span_of("39 %", 39, [40])], [round(end, 6) for end in span_of("40 %", 40, [40])]
    ([38.5, 40.0], [40.0, 40.5])
    >>> [round(end, 6) for end in span_of("de 20 à moins de 40 %", 20, [])], span_of("60 % et plus", 60, [])
    ([20.0, 40.0], (60.0, 100.0))
    """
    numbers = [float(one.replace(",", ".")) for one in _NUMBER.findall(label)]
    if not numbers:
        return np.nan, np.nan
    if label.startswith("≤"):
        return (0.0 if share else 1.0), numbers[0]
    if label.startswith("≥"):
        return numbers[0], _WHOLE
    if "moins de" in label:
        return float(rate), nextafter(numbers[-1], -inf)
    if "et plus" in label:
        return float(rate), max(float(rate), _WHOLE)
    step = 10.0 ** -len(label.partition(",")[2].partition(" ")[0])
    bars = [-inf, *(map(float, edges) if share else ()), inf]
    over = min(max(bisect_right(bars, rate), 1), len(bars) - 1)
    under, beyond = bars[over - 1], bars[over]
    low = under if under > rate - step else rate - step / 2
    high = beyond if beyond <= rate + step else rate + step / 2
    return low, nextafter(high, -inf) if share else high
