"""The pictures of a sheet: which picture is drawn from which figures, once, for the page and the booklet alike.

Grain in: a sheet, and the ground of its map. Grain out: SVG texts by name. A picture that would show nothing is left
out: no survey, one campaign only, no dwelling told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.publish.legend import value_of
from atlas.publish.pictures import (
    Background,
    Comparison,
    Line,
    Panel,
    Row,
    background,
    bars,
    beside,
    gauge,
    locator,
    small_multiples,
    stock_flux,
)
from atlas.publish.sheets.further import Reading
from atlas.publish.sheets.model import Criterion, Feature, Place, Sheet, flow_pair
from atlas.tables import INDICATORS, UNKNOWN
from atlas.writing import whole

if TYPE_CHECKING:
    from atlas.edition import Edition
    from atlas.publish.figures import Figure

THIRD, HALF = 237, 360  # natural widths in pixels: a third and a half of a page
_AROUND = ("communes", "quartiers")  # places whose curves stand beside the residence's
_SIZES = "taille"
_NEAR = 450.0  # metres: residences around, drawn as dots, as far as the close view shows
_MOST_DISTRICTS = 30  # of a commune: drawn at this size, more are a mesh that hides the rest


def drawings_of(sheet: Sheet, ground: Background | None = None, outline: Any = None) -> dict[str, str]:
    """Draw everything that a sheet shows.

    Parameters
    ----------
    ground : Background, optional
        Of the residence's commune, from :class:`Grounds`.
    outline : shapely.Geometry, optional
        Of the residence, in the CRS of the ground.

    Returns
    -------
    dict of str
        SVG texts, identifiers inside unique among them: ``carte``, ``jauge-<criterion>`` and ``suivi-<criterion>``
        (a third of a page wide), ``flux``, ``autour``, ``tailles`` and ``profil-<method>`` (half a page).
    """
    drawn = {f"jauge-{one.figure.code}": criterion_gauge(one) for one in sheet.criteria if sheet.surveyed}
    thresholds = {one.figure.code: float(one.rule.value) for one in sheet.criteria}
    drawn.update(trends(sheet.trend, sheet.places, thresholds))
    if ground is not None:
        told = next((fact.text for fact in sheet.facts if fact.column == "situation"), "")
        drawn["carte"] = locator(
            ground, sheet.point, outline, key="carte", name=sheet.name, title="Situation", description=told
        )
    if sheet.surveyed:
        around_it = {rank: "commune" for rank, place in enumerate(sheet.places) if place.kind == "communes"}
        drawn.update(stock_beside_flow(sheet.criteria, sheet.trend, around_it))
    around = [
        Comparison(line.label, line.figures[0].mark(), tuple(figure.mark() for figure in line.figures[1:]))
        for _, lines in sheet.lines
        for line in lines
        if line.figures[0].indicator.glance and line.figures[0].status != UNKNOWN
    ]
    if any(one.mark.published for one in around) and len(sheet.places) > 1:
        names = [place.role.lower() for place in sheet.places[1:]]
        drawn["autour"] = beside(around, names, key="autour", title="À côté de son territoire", width=HALF)
    drawn.update(dwellings_by_size(sheet.features))
    drawn.update((f"profil-{one.code}", profile(one)) for one in sheet.others if one.compared)
    return drawn


def profile(one: Reading, width: float = HALF) -> str:
    """Draw what a method compares with the territory: each figure of the unit beside that of everybody."""
    marks = [
        Comparison(part.figure.indicator.label, part.figure.mark(), (part.mean.mark(),))
        for part in one.compared
        if part.mean is not None
    ]
    return beside(marks, ["le territoire"], key=f"profil-{one.code}", title=one.label, width=width)


def criterion_gauge(one: Criterion, width: float = THIRD) -> str:
    """Draw a criterion against its threshold."""
    label = f"seuil : {value_of(one.rule)}"
    code = one.figure.code
    return gauge(
        one.figure.mark(), one.rule.value, label, key=f"jauge-{code}", title=one.figure.indicator.label, width=width
    )


def trends(
    trend: tuple[tuple[str, tuple[tuple[int, tuple[Figure, ...]], ...]], ...],
    places: tuple[Place, ...],
    thresholds: Mapping[str, float],
    width: float = THIRD,
) -> Iterator[tuple[str, str]]:
    """Draw each criterion over the campaigns, for the unit itself and for what is around it: one panel each."""
    for code, years in trend:
        told = any(figures[0].status != UNKNOWN for _, figures in years)
        if len(years) < 2 or not told:
            continue
        curves = tuple(
            Line(place.role, tuple((year, figures[rank].mark()) for year, figures in years), main=rank == 0)
            for rank, place in enumerate(places)
            if rank == 0 or place.kind in _AROUND
        )
        panel = Panel("D'une enquête à l'autre", curves, thresholds.get(code))
        key, title = f"suivi-{code}", f"{INDICATORS[code].label} d'une enquête à l'autre"
        yield key, small_multiples([panel], key=key, title=title, columns=1, width=width)


def dwellings_by_size(features: tuple[Feature, ...], width: float = HALF) -> Iterator[tuple[str, str]]:
    """Draw the dwellings by size; those under the rent ceiling are hatched where the edition shows them."""
    for feature in features:
        if feature.key == _SIZES:
            rows = [
                Row(one.name, whole(one.dwellings), one.dwellings)
                if one.low_rent is None
                else Row(one.name, whole(one.dwellings), one.dwellings, part=min(one.low_rent, one.dwellings),
                         part_label=whole(one.low_rent))
                for one in feature.modalities
            ]  # fmt: skip
            part = "dont loyer sous le plafond PLAI"
            yield "tailles", bars(rows, key="tailles", title="Logements par taille", part_name=part, width=width)


def stock_beside_flow(
    criteria: tuple[Criterion, ...],
    trend: tuple[tuple[str, tuple[tuple[int, tuple[Figure, ...]], ...]], ...],
    around: Mapping[int, str],
) -> Iterator[tuple[str, str]]:
    """Draw a criterion of everyone in place beside the same of recent movers, where a method reads both.

    Parameters
    ----------
    around : mapping of str
        By rank among the places of ``trend``, the name of those to compare with.
    """
    rules = {one.figure.code: one.rule for one in criteria}
    latest = {code: years[-1][1] for code, years in trend if years}
    pair = flow_pair(tuple(rules.keys() & latest.keys()))
    if pair is None:
        return
    stock, flow = (latest[code] for code in pair)
    yield (
        "flux",
        stock_flux(
            stock[0].mark("Tous les ménages en place"),
            flow[0].mark("Emménagés récents"),
            (rules[pair[0]].value, rules[pair[1]].value),
            (f"seuil : {value_of(rules[pair[0]])}", f"seuil : {value_of(rules[pair[1]])}"),
            key="flux",
            title=f"{stock[0].indicator.label} : en place et entrants",
            references=[(stock[rank].mark(name), flow[rank].mark(name)) for rank, name in around.items()],
            width=HALF,
        ),
    )


class Grounds:
    """The grounds of an edition's locator maps, drawn once per commune, and the outlines of its residences."""

    def __init__(self, edition: Edition) -> None:
        self._units = edition.units
        self._drawn: dict[str, Background | None] = {}
        self._outlines = dict(zip(edition.outlines["id"], edition.outlines.geometry, strict=True))
        points = edition.units["residences"].geometry
        self._points = np.array([(one.x, one.y) for one in points if one is not None and not one.is_empty])

    def around(self, sheet: Sheet) -> Background | None:
        """Give the ground of a residence's commune, with the residences near it; None without an outline of it."""
        commune = sheet.commune
        if commune not in self._drawn:
            self._drawn[commune] = self._ground(commune)
        ground = self._drawn[commune]
        if ground is None or sheet.point is None:
            return ground
        offsets = np.abs(self._points - sheet.point)
        near = self._points[(offsets < _NEAR).all(axis=1) & (offsets > 0).any(axis=1)]
        places = np.round((near - (ground.frame.left, ground.frame.top)) * (ground.frame.scale, -ground.frame.scale), 1)
        return replace(ground, others="".join(f"M{x:g} {y:g}h0" for x, y in np.unique(places, axis=0).tolist()))

    def outline(self, sheet: Sheet) -> Any:
        """Give the outline of a residence, None without any."""
        return self._outlines.get(sheet.id)

    def _ground(self, commune: str) -> Background | None:
        communes = self._units.get("communes")
        found = [] if communes is None else [*communes.geometry[communes["id"] == commune]]
        if not found or found[0] is None or found[0].is_empty:
            return None
        iris = self._units.get("iris")
        districts = [] if iris is None else [*iris.geometry[iris["code_insee"] == commune].dropna()]
        shown = districts if len(districts) <= _MOST_DISTRICTS else []
        return background(found[0], shown, [*self._quarters(found[0])])

    def _quarters(self, commune: Any) -> Iterator[tuple[str, Any]]:
        quarters = self._units.get("quartiers")
        if quarters is not None:
            for kind, shape in zip(quarters["situation"], quarters.geometry, strict=True):
                if shape is not None and shape.intersects(commune):
                    yield str(kind), shape
