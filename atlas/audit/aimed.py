"""What a page says of a target for the stock, computed again from the GeoPackage alone.

Grain in: marks ``data-vise`` (unit, what, text) and bars (unit, year, length). Grain out: (what is wrong, example). The
arithmetic is written again here: year after year, at each end of what a reader may suppose of each figure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import ceil, floor
from typing import Any

import pandas as pd

from atlas.audit.html import Picture
from atlas.audit.read_back import Written
from atlas.audit.supposed import supposed
from atlas.tables import INDICATORS, PUBLISHED
from atlas.tables.households import TURNOVER

_AIM, _YEARS = "objectif_parc", "objectif_annees"
_NUMBER = re.compile(r"\d+(?:,\d+)?")
_CLOSE = 0.16  # pixels: lengths are written to the tenth
Ends = tuple[Fraction, Fraction]


def false_aims(aims: Sequence[tuple[str, str]], pictures: Sequence[Picture], written: Written) -> Iterator[str]:
    """List the marks and bars of a page that say another thing than the GeoPackage."""
    for mark, text in aims:
        kind, unit, what = _parts(mark)
        known = _again(written, kind, unit)
        if known is None or _numbers(text) not in known.get(what, ()):
            yield f"{mark} : {text}"
    for picture in pictures:
        for _, given, _legend in picture.shapes:
            if "data-vise" in given:
                kind, unit, what = _parts(given["data-vise"])
                known = _again(written, kind, unit)
                place = None if known is None else known["longueurs"].get(what)
                scale = given.get("data-echelle", "x 0 0 1").split(" ")[1:]
                start, end, top = map(float, scale)
                if place is None or abs(float(given.get("width", -1)) - place / top * (end - start)) > _CLOSE:
                    yield f"barre {given['data-vise']}"


def _parts(mark: str) -> tuple[str, str, str]:
    kind, _, rest = mark.partition(" ")
    unit, _, what = rest.rpartition(" ")
    return kind, unit, what


def _numbers(text: str) -> tuple[str, ...]:
    return tuple(_NUMBER.findall(re.sub(r"(?<=\d)[\u202f\u00a0 ](?=\d{3}\b)", "", text)))


@lru_cache(maxsize=4096)
def _again(written: Written, kind: str, unit: str) -> dict[str, Any] | None:
    """Compute what may be said of a unit: by mark, the numbers that its text holds."""
    table = _rows(written, kind)
    row = table.get(unit)
    rules = written.rules
    if row is None or _AIM not in rules or _YEARS not in rules:
        return None
    code = written.methods[0].codes[0]
    stock, turnover = _ends(row, code), _ends(row, TURNOVER)
    if stock is None or turnover is None:
        return None
    flow = next((one.code for one in INDICATORS.values() if one.flow_of == code), "")
    entering = _ends(row, flow) if flow else None
    goal, years, homes = Fraction(str(rules[_AIM])) / 100, int(rules[_YEARS]), Fraction(int(row["nb_logements"]))
    corners = list(product(stock, turnover))
    shares = [_largest(s, t, goal, years) for s, t in corners]
    given = [homes * t for t in turnover]
    # The corner from which a share of nothing at all leaves the most above the target, by turnover given.
    worst = max(range(len(corners)), key=lambda at: _lacking(*corners[at], goal, years))
    led = shares[worst] if shares[worst] is not None else Fraction(0)
    assert led is not None
    path, share = [corners[worst][0]], corners[worst][0]
    for _ in range(years):
        share += (led - share) * corners[worst][1]
        path.append(share)
    told: dict[str, Any] = {str(at): {(_tenth(100 * one, rules[_AIM]),)} for at, one in enumerate(path)}
    told["longueurs"] = {str(at): float(100 * one) for at, one in enumerate(path)}
    told["attributions"] = {_pair(_near(one) for one in given)}
    if entering is not None:
        told["entrants"] = {_pair(_near(one * n) for one, n in zip(entering, given, strict=True))}
    if None not in shares:
        least, most = min(one for one in shares if one is not None), max(one for one in shares if one is not None)
        counts = _pair((floor(least * given[0]), floor(most * given[1])))
        told["menages"] = {counts}
        told["verdict"] = {(*_interval(100 * least, 100 * most), *counts)}
    else:
        alone, passed = corners[worst][0], 0
        while alone > goal and passed < 1000:
            alone, passed = alone * (1 - corners[worst][1]), passed + 1
        told["verdict"] = {(str(passed),), ()}
    return told


@lru_cache(maxsize=16)
def _rows(written: Written, kind: str) -> dict[str, dict[Any, Any]]:
    table = written.units.get(kind)
    if table is None:
        return {}
    known = pd.concat([table, supposed(table, written.manifest.get("arrondis", {}))], axis=1)
    return {str(row["id"]): row for row in known.to_dict("records")}


def _ends(row: dict[Any, Any], code: str) -> Ends | None:
    one = INDICATORS[code]
    if row.get(one.st) != PUBLISHED:
        return None
    if one.n in row and not pd.isna(row[one.n]):
        return (rate := Fraction(int(row[one.n]), int(row[one.d]))), rate
    low, high = (min(max(Fraction(str(float(row[name]))) / 100, Fraction(0)), Fraction(1)) for name in (one.lo, one.hi))
    return low, high


def _lacking(stock: Fraction, turnover: Fraction, goal: Fraction, years: int) -> Fraction:
    left = (1 - turnover) ** years
    return (stock * left - goal) / max(1 - left, Fraction(1, 10**9))


def _largest(stock: Fraction, turnover: Fraction, goal: Fraction, years: int) -> Fraction | None:
    """Find the largest share that holds the goal: after that many years, a share moves the stock in proportion."""
    none, every = stock, stock
    for _ in range(years):
        none, every = none * (1 - turnover), every * (1 - turnover) + turnover
    if every <= goal:
        return Fraction(1)
    return None if none > goal else (goal - none) / (every - none)


def _pair(ends: Any) -> tuple[str, ...]:
    least, most = ends
    return (str(least),) if least == most else (str(least), str(most))


def _near(value: Fraction) -> int:
    return floor(value + Fraction(1, 2))


def _tenth(value: Fraction, edge: float) -> str:
    """Write a share to the tenth on its side of the target."""
    near = Fraction(floor(10 * value + Fraction(1, 2)), 10)
    bar = Fraction(str(edge))
    if value < bar <= near:
        near -= Fraction(1, 10)
    if near < bar <= value:
        near += Fraction(1, 10)
    return _written(near)


def _interval(low: Fraction, high: Fraction) -> tuple[str, ...]:
    if high - low < Fraction(1, 10**6):
        return (_written(Fraction(floor(10 * low + Fraction(1, 2)), 10)),)
    return _written(Fraction(floor(10 * low), 10)), _written(Fraction(ceil(10 * high), 10))


def _written(value: Fraction) -> str:
    return f"{float(value):.1f}".removesuffix(".0").replace(".", ",")
