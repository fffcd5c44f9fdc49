"""The pictures of a quarter's page, from the figures of its review; identifiers inside are unique among them.

Grain in: a :class:`atlas.publish.quarters.reading.Review`. Grain out: SVG texts by name. A picture that would show
nothing is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from atlas.publish.legend import value_of
from atlas.publish.pictures import (
    Comparison,
    Line,
    Panel,
    Residence,
    Row,
    beside,
    distribution,
    levels_bar,
    small_multiples,
    strip,
)
from atlas.publish.pictures.scale import top_of
from atlas.publish.pictures.style import looks, symbol
from atlas.publish.pictures.svg import num, rect
from atlas.publish.quarters.members import OUTSIDE, QPV, LevelCount, Member
from atlas.publish.quarters.reading import COMMUNES, TERRITORY, Review
from atlas.publish.sheets.drawings import HALF, THIRD, criterion_gauge, dwellings_by_size, stock_beside_flow
from atlas.publish.sheets.model import Criterion, Place
from atlas.tables import INDICATORS, STATUSES, UNDETERMINED, UNKNOWN
from atlas.writing import inside, whole

STRIP = 420  # pixels: a strip is wider than half a page, names are long
_THIN = 110.0
_BRIEF = {QPV: "QPV", OUTSIDE: OUTSIDE}
_MOST_BESIDE = 4  # places that one picture can tell apart
_MOST_ON_STRIP = 80  # residences that a strip can name
_LONG_STRIP = 14  # residences beyond which a strip is cut in two columns


def illustrations(review: Review) -> dict[str, str]:
    """Draw everything that a page shows but its map.

    Returns
    -------
    dict of str
        ``jauge-<criterion>``, ``suivi-<criterion>``, ``residences``, ``logements`` (by level), ``niveaux-<campaign>``,
        ``flux``, ``autour``, ``tailles``, ``fil-1`` and ``fil-2``, or ``repartition`` where residences are many.
    """
    drawn: dict[str, str] = {}
    if review.surveyed:
        drawn.update((f"jauge-{one.figure.code}", criterion_gauge(one)) for one in review.criteria)
        drawn.update(_trend(review))
        outside = [rank for rank, place in enumerate(review.places) if rank and place.role in ("Hors QPV", "Commune")]
        around = {rank: _said(rank, review) for rank in outside}
        drawn.update(stock_beside_flow(review.criteria, review.trend, around))
        drawn.update(_strips(review))
    drawn.update(_around(review))
    if review.surveyed and review.residences.every:
        drawn["logements"] = levels_picture(review.levels, "logements", "dwellings")
        drawn["residences"] = levels_picture(review.levels, "residences", "residences")
        if len(review.history) > 1:
            drawn.update(
                (f"niveaux-{year}", levels_picture(levels, f"niveaux-{year}", "residences", year))
                for year, levels in review.history
            )
    drawn.update(dwellings_by_size(review.features))
    return drawn


def levels_picture(levels: Sequence[LevelCount], key: str, counted: str, year: int | None = None) -> str:
    """Draw residences or dwellings (``counted``: a field of LevelCount) by level, at a campaign."""
    words = {"residences": "résidences", "dwellings": "logements"}[counted]
    # "Undetermined" is said where it exists: in an edition that masks nothing it would be noise.
    told = [one for one in levels if one.residences or one.level != UNDETERMINED]
    rows = [Row(one.level, whole(getattr(one, counted)), getattr(one, counted)) for one in told]
    when = f", {year}" if year else ""
    return levels_bar(rows, key=key, title=f"{words.capitalize()} par niveau de fragilité{when}", width=HALF)


def level_strip(levels: Sequence[LevelCount]) -> str:
    """Draw dwellings by level as a thin bar, for the cell of a table that writes the numbers beside it."""
    total, x, drawn = sum(one.dwellings for one in levels), 0.0, []
    for one in levels:
        wide = _THIN * one.dwellings / total if total else 0.0
        if wide:
            drawn.append(rect(x, 0, wide, 12, looks()[one.level].colour, stroke="#2b3744", stroke_width=0.8))
            x += wide
    box = f'viewBox="-1 -1 {num(_THIN + 2)} 14" width="{num(_THIN + 2)}" height="14"'
    return f'<svg class="thin" {box} aria-hidden="true" focusable="false">{"".join(drawn)}</svg>'


def over_time(key: str, title: str, curves: tuple[Line, ...], threshold: float | None) -> str:
    """Draw one indicator over the campaigns, a third of a page wide."""
    return small_multiples([Panel(title, curves, threshold)], key=key, title=title, columns=1, width=THIRD)


def level_symbols(levels: Iterable[str]) -> dict[str, str]:
    """Draw the symbol of each level, as on the map, to stand before its word."""
    return {
        level: f'<svg class="level" viewBox="-10 -10 20 20" width="{num(18)}" height="{num(18)}" aria-hidden="true" '
        f'focusable="false">{symbol(0, 0, level, "niveau")}</svg>'
        for level in levels
    }


def _thresholds(review: Review) -> dict[str, float]:
    return {one.figure.code: float(one.rule.value) for one in review.criteria}


def _compared_in_time(places: Sequence[Place]) -> list[int]:
    """Keep the unit, its commune (when there is one only) and the territory: curves stay apart."""
    communes = [rank for rank, place in enumerate(places) if rank and place.kind == COMMUNES]
    territory = [rank for rank, place in enumerate(places) if place.kind == TERRITORY]
    return [0, *(communes if len(communes) == 1 else []), *territory]


def _trend(review: Review) -> Iterator[tuple[str, str]]:
    """Draw each criterion over the campaigns, one picture each, so that a narrow screen stacks them."""
    for code, years in review.trend:
        if len(years) > 1 and any(figures[0].status != UNKNOWN for _, figures in years):
            curves = tuple(
                Line(review.places[rank].role, tuple((year, figures[rank].mark()) for year, figures in years), not rank)
                for rank in _compared_in_time(review.places)
            )
            yield (
                f"suivi-{code}",
                over_time(f"suivi-{code}", INDICATORS[code].label, curves, _thresholds(review).get(code)),
            )


def _said(rank: int, review: Review) -> str:
    place = review.places[rank]
    return place.name if place.kind == COMMUNES else inside(place.role)


def _around(review: Review) -> Iterator[tuple[str, str]]:
    """Set the unit beside its surroundings, one line per indicator."""
    ranks = [rank for rank, place in enumerate(review.places) if rank]
    communes = [rank for rank in ranks if review.places[rank].kind == COMMUNES]
    kept = [rank for rank in ranks if rank not in communes[1:]][:_MOST_BESIDE]
    lines = [
        Comparison(line.label, line.figures[0].mark(), tuple(line.figures[rank].mark() for rank in kept))
        for _, group in review.lines
        for line in group
        if line.figures[0].status != UNKNOWN
    ]
    if lines and kept:
        names = [_BRIEF.get(review.places[rank].id, review.places[rank].role.lower()) for rank in kept]
        own = "commune" if review.outside else "quartier"
        yield "autour", beside(lines, names, key="autour", title="Dans et hors du quartier", unit_name=own, width=HALF)


def _strips(review: Review) -> Iterator[tuple[str, str]]:
    """Put the residences on one scale of the first criterion, in two columns; too many are a distribution."""
    if not review.criteria:
        return
    first = review.criteria[0]
    rule, every = first.rule, review.residences.every
    if len(every) > _MOST_ON_STRIP:
        yield "repartition", residences_along(first, every)
        return
    shown = sorted((one for one in every if one.figures[0].published), key=lambda one: -(one.figures[0].value or 0))
    hidden = [one for one in every if not one.figures[0].published]
    ends = [mark.high or mark.value or 0 for one in shown for mark in [one.figures[0].mark()]]
    half = -(-len(shown) // 2) if len(shown) > _LONG_STRIP else len(shown)
    columns = [shown[:half], [*shown[half:], *hidden]] if shown else [hidden]
    for number, column in enumerate((one for one in columns if one), start=1):
        yield (
            f"fil-{number}",
            strip(
                [_on_strip(one) for one in column],
                rule.value,
                key=f"fil-{number}",
                title=f"{first.figure.indicator.label}, par résidence",
                threshold_label=f"seuil : {value_of(rule)}",
                top=top_of(rule.value, ends),
                width=STRIP,
            ),
        )


def residences_along(criterion: Criterion, members: Sequence[Member]) -> str:
    """Place residences on the scale of a criterion; say how many have no figure, and why."""
    code = criterion.figure.code
    figures = [figure for one in members for figure in one.figures if figure.code == code]
    absent = Counter(figure.status for figure in figures if not figure.published)
    return distribution(
        [figure.mark() for figure in figures],
        float(criterion.rule.value),
        key=f"repartition-{code}",
        title=f"Répartition des résidences : {INDICATORS[code].label}",
        threshold_label=f"seuil : {value_of(criterion.rule)}",
        asides=[
            (status, f"{whole(absent[status])} résidence{'s' if absent[status] > 1 else ''} : {status}")
            for status in STATUSES
            if absent[status]
        ],
        width=HALF,
    )


def _on_strip(one: Member) -> Residence:
    return Residence(one.name, one.figures[0].mark(one.name), one.level or UNDETERMINED)
