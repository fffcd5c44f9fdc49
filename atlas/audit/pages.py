"""What a page tells: the tables it carries for its scripts, or the percentages of its text.

Grain in: the text of an HTML page. Grain out: one table of texts per kind of unit, columns named as in the GeoPackage;
or the percentages that no published label explains.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from html import unescape
from typing import Any

import pandas as pd

from atlas.audit.told import without_marked
from atlas.audit.written import Written
from atlas.tables import INDICATORS

_DATA = re.compile(r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', re.DOTALL)
_HIDDEN = re.compile(r"<(script|style|svg)\b.*?</\1>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_PERCENTAGE = re.compile(r"(?<![\d,])(\d{1,3}(?:,\d+)?)[\s\u00a0\u202f]?%")


def page_tables(text: str) -> dict[str, pd.DataFrame]:
    """Read the tables that a page carries, by kind of unit: identifiers, labels and sorting numbers of rates, sizes."""
    tables = {}
    for block in _DATA.findall(text):
        content = json.loads(block)
        for kind, table in (content.get("tables") or {}).items() if isinstance(content, dict) else ():
            fields = table.get("champs", {})
            if "id" in fields:
                tables[kind] = pd.DataFrame(
                    {name: values for code, one in fields.items() for name, values in _columns(code, one)}
                )
    return tables


def _columns(code: str, one: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Spell out one field: plain values, or unique texts and their rank by row."""
    if code in INDICATORS and "i" in one:
        yield INDICATORS[code].lb, [str(one["u"][rank]) for rank in one["i"]]
        yield INDICATORS[code].tx, ["" if one["t"][rank] is None else str(one["t"][rank]) for rank in one["i"]]
        if "m" in one:
            yield INDICATORS[code].marge, ["" if value is None else str(value) for value in one["m"]]
    elif "v" in one and (one.get("genre") == "nombre" or code == "id"):
        yield code, ["" if value is None else str(value) for value in one["v"]]


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
