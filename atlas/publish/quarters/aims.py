"""The block of a quarter's page on its target: today, households a year, feasible or not, the path year by year.

In: an edition whose territory sets a target for the stock (rule ``objectif_parc``). Out: by unit, texts and a picture.
Every number is marked with what it claims to be: the audit computes it again from the GeoPackage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atlas.methods.household_words import AIM, AIM_YEARS
from atlas.methods.outlook import flow_of, outlook
from atlas.prospective import numbers, rate_words, verdict_words
from atlas.publish.paths import COMMUNES, QUARTERS
from atlas.publish.pictures.style import DARK, LIGHT, RULE
from atlas.publish.pictures.svg import line, picture, rect, text
from atlas.tables import INDICATORS, Indicator
from atlas.writing import comma, many

if TYPE_CHECKING:
    from atlas.edition import Edition
    from atlas.parameters import Rule

_ROW, _BAR, _NAMES, _ROOM, _FOOT = 24.0, 15.0, 76.0, 320.0, 20.0


@dataclass(frozen=True)
class Step:
    """The stock at the end of a year: what it is marked with, in words."""

    mark: str
    year: str
    share: str


@dataclass(frozen=True)
class Prospect:
    """What a page says of the target of its unit.

    ``lacking``: the figure without which nothing can be said; the other fields are then empty.
    """

    rule: Rule
    years: int
    indicator: Indicator
    flow: str
    lacking: str = ""
    marks: str = ""
    verdict: str = ""
    attributions: str = ""
    entering: str = ""
    most: str = ""
    steps: tuple[Step, ...] = ()
    drawn: str = ""


def prospects_of(edition: Edition) -> Mapping[tuple[str, str], Prospect]:
    """Read the target of every quarter and commune; nothing where the territory sets none."""
    rules = {rule.key: rule for rule in edition.context.rules}
    if AIM not in rules or AIM_YEARS not in rules:
        return {}
    found = {}
    for kind in (QUARTERS, COMMUNES):
        if kind in edition.units:
            read, _ = edition.read(kind, edition.units[kind])
            for row in read.to_dict("records"):
                found[kind, str(row["id"])] = _prospect(kind, row, edition, rules[AIM], int(rules[AIM_YEARS].value))
    return found


def _prospect(kind: str, row: Mapping[Any, Any], edition: Edition, rule: Rule, years: int) -> Prospect:
    code = edition.method.codes[0]
    told, lacking = outlook(row, code, float(rule.value), years)
    indicator = INDICATORS[code]
    if lacking:
        return Prospect(rule, years, indicator, flow_of(code), INDICATORS[lacking].label)
    mark, edges = f"{kind} {row['id']}", [float(rule.value)]
    steps = tuple(
        Step(f"{mark} {year}", "aujourd'hui" if not year else f"an {year}", rate_words(share, share, edges=edges))
        for year, share in enumerate(told["trajectoire"])
    )
    counts = told["menages"]
    return Prospect(
        rule,
        years,
        indicator,
        flow_of(code),
        marks=mark,
        verdict=verdict_words(told),
        attributions=numbers(told["attributions"], "attribution"),
        entering="" if told["entrants"] is None else numbers(told["menages_entrants"], "ménage"),
        most="" if None in counts else numbers(counts, "ménage"),
        steps=steps,
        drawn=path_picture(mark, told["trajectoire"], float(rule.value), indicator.label),
    )


def path_picture(mark: str, path: list[float], target: float, label: str) -> str:
    """Draw a bar per year on a scale from 0 to 100 %, and the target across; numbers stand beside the picture."""
    parts = [line(_NAMES, 0, _NAMES, len(path) * _ROW, RULE, 1.2)]
    scale = f"x {_NAMES:g} {_NAMES + _ROOM:g} 100"
    for year, share in enumerate(path):
        y = year * _ROW + (_ROW - _BAR) / 2
        said = "aujourd'hui" if not year else f"an {year}"
        parts.append(text(_NAMES - 8, y + 11.5, said, anchor="end"))
        told = {"data_vise": f"{mark} {year}", "data_echelle": scale}
        parts.append(rect(_NAMES, y, _ROOM * share / 100, _BAR, LIGHT, stroke=DARK, stroke_width=0.8, **told))
    at = _NAMES + _ROOM * target / 100
    height = len(path) * _ROW
    parts.append(line(at, 0, at, height, "#7a1022", 1.6, stroke_dasharray="5 3"))
    parts.append(text(at, height + 14, f"objectif : {comma(target)} %", anchor="middle", fill="#7a1022"))
    said = f"{label} : {many(len(path) - 1, 'année')}, une barre par année, face à l'objectif"
    return picture("objectif", "Le parc, année par année", said, _NAMES + _ROOM + 24, height + _FOOT, *parts)
