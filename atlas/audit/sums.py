"""Numbers that a page says it sums over the tables of its edition, summed again from the GeoPackage.

Grain in: what a page marks as a sum (table, column, which rows) and its text. Grain out: the marks that the GeoPackage
does not give. Where rows stand of a target, their labels leave room: what a page counts must lie within it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import ceil
from typing import Any

import numpy as np
import pandas as pd

from atlas.audit.labels import bounds_of
from atlas.tables import INDICATORS

_KNOWN = frozenset({"table", "compte", "ou", "parmi", "cible", "etat"})
_NUMBER = re.compile(r"(\d[\d ]*)(?:,(\d+))?( ?%)?")
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " "})
_MET, _UNMET = "atteint", "non atteint"


def false_sums(sums: Sequence[tuple[str, str]], tables: Mapping[str, pd.DataFrame]) -> Iterator[str]:
    """List the sums that differ from those made again, and those that sum nothing known."""
    for told, text in sums:
        try:
            right = _right(json.loads(told), text.translate(_SPACES).strip(), tables)
        except (ValueError, KeyError, TypeError):
            right = False
        if not right:
            yield f"{told} = {text.strip()}"


def _right(claim: Mapping[str, Any], text: str, tables: Mapping[str, pd.DataFrame]) -> bool:
    read = _NUMBER.fullmatch(text)
    if read is None or claim.keys() - _KNOWN:
        return False
    whole, decimals, share = int(read[1].replace(" ", "")), read[2] or "", bool(read[3])
    table = tables[claim["table"]]
    code = INDICATORS.get(str(claim["compte"]))
    columns = [code.lb] if code is not None else [name for name in (claim["compte"], claim.get("parmi")) if name]
    rows = table[columns][_chosen(table, claim["ou"])]
    if "etat" in claim:
        low, high = _standing(rows, str(claim["compte"]), float(claim["cible"]), str(claim["etat"]))
        return not share and not decimals and low <= whole <= high
    counted = _sum(rows, claim["compte"]) if claim["compte"] else Fraction(len(rows))
    if "parmi" not in claim:
        return not share and not decimals and counted == whole
    among = _sum(rows, claim["parmi"])
    if "cible" in claim:
        lacking = max(0, ceil(Fraction(str(claim["cible"])) * among / 100 - counted))
        return bool(among) and not share and not decimals and lacking == whole
    step = Fraction(1, 10 ** len(decimals))
    value = whole + int(decimals or 0) * step
    # A share is never written as a whole number or a half that it is not: it may then have more decimals.
    return bool(among) and share and abs(100 * counted / among - value) * 2 <= step


def _sum(rows: pd.DataFrame, column: str) -> Fraction:
    return Fraction(str(float(pd.to_numeric(rows[column]).fillna(0).sum())))


def _chosen(table: pd.DataFrame, where: Mapping[str, Any]) -> np.ndarray:
    """Select rows by values, between bounds (the upper one left out), or without a value."""
    chosen = np.ones(len(table), dtype=bool)
    for column, wanted in where.items():
        values = table[column]
        if wanted is None:
            chosen &= values.isna().to_numpy(bool)
        elif isinstance(wanted, dict):
            number = pd.to_numeric(values).to_numpy(float)
            chosen &= (number >= wanted["de"]) & (number < wanted["a"])
        else:
            chosen &= values.isin(wanted).to_numpy(bool)
    return chosen


def _standing(rows: pd.DataFrame, code: str, target: float, state: str) -> tuple[int, int]:
    """Bound how many rows stand so of a target, by what their labels leave possible."""
    ends = [bounds_of(str(label)) for label in rows[INDICATORS[code].lb]]
    surely_met = sum(low >= target for low, _, _ in ends)
    surely_not = sum(high < target or (left_out and high <= target) for _, high, left_out in ends)
    if state == _MET:
        return surely_met, len(ends) - surely_not
    if state == _UNMET:
        return surely_not, len(ends) - surely_met
    return 0, len(ends) - surely_met - surely_not
