"""What a label tells: the bounds that it leaves to a rate.

Grain in: the label of one figure, as an edition writes it. Grain out: its bounds, in % or in persons by household.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from math import ceil, floor, inf
from typing import Any

_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
_CLOSE = 1e-9
_AT_MOST = re.compile(r"^(≤|au plus|jusqu)|ou moins$")
_UNDER = re.compile(r"^(<|moins de)")
_AT_LEAST = re.compile(r"^(≥|>|au moins|plus de)|(et|ou) plus$")


def rule_texts(rule: Mapping[str, Any]) -> list[str]:
    """Write a rule of a manifest as pages may tell it: each of its values with its unit, and all that it says.

    >>> rule_texts({"valeur": [20, 40], "unite": "%"})
    ['20 %', '40 %', '[20, 40]', '%']
    """
    value = rule.get("valeur")
    each = value if isinstance(value, list) else [value]
    return [*(f"{one} {rule.get('unite')}" for one in each), *map(str, rule.values())]


@lru_cache(maxsize=4096)
def bounds_of(label: str, whole: float = 100.0) -> tuple[float, float, bool]:
    """Read a label as (lowest, highest, whether the highest is left out) rate.

    ``whole`` is the largest rate possible. A whole percentage may be rounded up to one point off, not to cross a
    threshold; another number is rounded to the nearest.

    Examples
    --------
    >>> bounds_of("42 %"), bounds_of("≤ 5 %"), bounds_of("≥ 80 %")
    ((41.0, 43.0, False), (0.0, 5.0, False), (80.0, 100.0, False))
    >>> bounds_of("de 30 à moins de 40 %"), bounds_of("moins de 20 %"), bounds_of("60 % et plus")
    ((30.0, 40.0, True), (0.0, 20.0, True), (60.0, 100.0, False))
    >>> bounds_of("2,1", 99.0), bounds_of("≤ 1,2", 99.0)
    ((2.05, 2.15, False), (0.0, 1.2, False))
    """
    text = label.strip()
    found = _NUMBER.findall(text)
    numbers = [float(number.replace(",", ".")) for number in found]
    if not numbers:
        return 0.0, whole, False
    plain = text.replace("%", "").strip()
    if len(numbers) > 1:
        return min(numbers), max(numbers), "moins de" in text
    if _UNDER.search(plain):
        return 0.0, numbers[0], True
    if _AT_MOST.search(plain):
        return 0.0, numbers[0], False
    if _AT_LEAST.search(plain):
        return numbers[0], whole, False
    digits = len(re.split("[.,]", found[0])[1]) if re.search("[.,]", found[0]) else 0
    step = 10.0**-digits if "%" in text else 10.0**-digits / 2
    return max(0.0, round(numbers[0] - step, 9)), min(whole, round(numbers[0] + step, 9)), False


def counts_of(label: str, size: int, unit: str = "%") -> tuple[int, int]:
    """Bound the numerator that a label leaves, out of ``size``; the excess over one each where the unit is no share.

    >>> counts_of("≤ 5 %", 12), counts_of("≤ 20 %", 12), counts_of("42 %", 50), counts_of("moins de 20 %", 15)
    ((0, 0), (0, 2), (21, 21), (0, 2))
    >>> counts_of("1,0", 12, "personnes"), counts_of("1,5", 12, "personnes")
    ((0, 0), (6, 6))
    """
    if unit != "%":
        low, high, _ = bounds_of(label, inf)
        return max(0, ceil((low - 1) * size - _CLOSE)), floor(min(high, 99.0) * size - size + _CLOSE)
    low, high, open_ = bounds_of(label)
    most = high * size / 100
    return ceil(low * size / 100 - _CLOSE), ceil(most - _CLOSE) - 1 if open_ else floor(most + _CLOSE)
