"""What the text of a page tells: the percentages that no published label explains.

Grain in: the text of an HTML page. Grain out: percentages, as written.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from html import unescape
from typing import Any

from atlas.audit.told import without_marked
from atlas.audit.written import Written
from atlas.tables import INDICATORS

_HIDDEN = re.compile(r"<(script|style|svg)\b.*?</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_PERCENTAGE = re.compile(r"(?<![\d,])(\d{1,3}(?:,\d+)?)[\s\u00a0\u202f]?%")


def stray_percentages(text: str, written: Written) -> list[str]:
    """List the percentages of a page's text that neither a published label nor a rule of the edition explains.

    Figures that are marked with what they claim to be are compared one by one elsewhere.
    """
    told = _explained(written)
    visible = unescape(_TAG.sub(" ", _HIDDEN.sub(" ", without_marked(text))))
    return sorted({f"{number} %" for number in _PERCENTAGE.findall(visible) if number not in told})


@lru_cache(maxsize=1)
def _explained(written: Written) -> frozenset[str]:
    """Gather the numbers that labels, rates and rules of an edition tell."""
    # A label may name a percentage of the ceilings: « sous 60 % du plafond PLUS ».
    told = {number for indicator in INDICATORS.values() for number in _numbers(indicator.label)}
    for table in written.units.values():
        for indicator in INDICATORS.values():
            if indicator.lb in table:
                told |= {number for label in table[indicator.lb].unique() for number in _numbers(str(label))}
    rates = written.series["valeur"].dropna().unique()
    told |= {f"{rate:g}".replace(".", ",") for rate in rates}
    for rule in written.manifest.get("regles", []):
        told |= set(_numbers(json.dumps(rule, ensure_ascii=False))) | {f"{value}" for value in _values(rule)}
    return frozenset(told)


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+(?:,\d+)?", text)


def _values(rule: Any) -> list[Any]:
    return list(rule.values()) if isinstance(rule, dict) else []
