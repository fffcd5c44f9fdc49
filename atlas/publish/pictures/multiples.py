"""Small multiples: one panel per indicator or residence, campaigns on x, the unit beside its comparisons."""

from __future__ import annotations

from collections.abc import Sequence

from atlas.publish.pictures.model import Line, Mark, Panel
from atlas.publish.pictures.scale import Scale, top_of
from atlas.publish.pictures.style import (
    DARK,
    PAPER,
    RULE,
    SMALL,
    SOFT,
    THRESHOLD,
    looks,
    status_hatches,
    told_by,
)  # fmt: skip
from atlas.publish.pictures.svg import INK, circle, line, num, path, picture, rect, text
from atlas.publish.pictures.words import cut, folded, width_of
from atlas.writing import typeset

_LEAST, _GAP = 168.0, 14.0  # a panel narrower than this cannot be read on a phone
_TITLE, _PLOT, _FOOT = 34.0, 84.0, 20.0
_LINE = 14.0  # two figures nearer than that, one above the other, would touch
_DASHES = ("6 3", "1.5 2.5", "8 2 2 2", "3 3")
_GREYS = ("#4b5a68", "#6a7682", "#7b6a52", "#5f6570")


def small_multiples(
    panels: Sequence[Panel], *, key: str, title: str = "Évolution", columns: int | None = None, width: float = 360
) -> str:
    """Draw one small panel for each indicator, on a scale of its own from zero, with its threshold.

    Parameters
    ----------
    panels : sequence of Panel
        Each with its curves; a campaign that is not published is a gap, with its word in its hatch when it is the
        unit's own.
    columns : int, optional
        Panels side by side; by default as many as stay readable.

    Returns
    -------
    str
        An SVG element.
    """
    columns = columns or max(1, min(len(panels), int((width + _GAP) / (_LEAST + _GAP))))
    wide = (width - _GAP * (columns - 1)) / columns
    tall = _TITLE + _PLOT + _FOOT + 12
    parts, told, statuses = [], [], set()
    for rank, panel in enumerate(panels):
        row, column = divmod(rank, columns)
        drawn, seen = _panel(panel, wide, f"{key}-{rank + 1}", key)
        parts.append(f'<g transform="translate({num(column * (wide + _GAP))} {num(row * tall)})">{drawn}</g>')
        told.append(_said(panel))
        statuses |= seen
    rows = -(-len(panels) // columns)
    definitions = status_hatches(key, statuses)
    return picture(key, title, ". ".join(told), width, max(rows * tall - 12, 1), *parts, definitions=definitions)


def _said(panel: Panel) -> str:
    curves = [
        f"{curve.name} : {', '.join(f'{mark.label} en {campaign}' for campaign, mark in sorted(curve.marks))}"
        for curve in panel.lines
        if curve.marks
    ]
    return f"{panel.title} : {' ; '.join(curves)}"


def _panel(panel: Panel, width: float, own: str, key: str) -> tuple[str, set[str]]:
    campaigns = sorted({campaign for curve in panel.lines for campaign, _ in curve.marks})
    ends = [mark.high or mark.value or 0 for curve in panel.lines for _, mark in curve.marks if mark.published]
    scale = Scale(_top(panel.threshold, ends, panel.unit.strip() == "%"), _TITLE + _PLOT, _TITLE)
    words = [(curve.name, curve.main) for curve in panel.lines if any(mark.published for _, mark in curve.marks)]
    gutter = max([30.0, *(width_of(name, 10, bold) + 14 for name, bold in words)])
    right = width - min(gutter, width * 0.5)
    figures = [mark for curve in panel.lines if curve.main for _, mark in sorted(curve.marks, key=lambda one: one[0])]
    room = width_of(typeset(figures[0].label), SMALL, True) / 2 if figures and figures[0].published else 0
    at = dict(zip(campaigns, _spread(len(campaigns), max(15, room), right), strict=True))
    lines = folded(typeset(panel.title), width, SMALL, bold=True)
    parts = [text(0, 11 + 13 * rank, words, size=SMALL, bold=True) for rank, words in enumerate(lines)]
    parts.append(line(0, scale(0), right + 6, scale(0), RULE, 1.2))
    parts.append(_years(at))
    gaps = [
        (at[campaign], mark)
        for curve in panel.lines
        if curve.main
        for campaign, mark in curve.marks
        if not mark.published
    ]
    parts += [_gap(x, mark, key) for x, mark in gaps]
    if panel.threshold is not None:
        y = scale(panel.threshold)
        parts.append(line(0, y, right + 6, y, THRESHOLD, 1.3, stroke_dasharray="4 3", id=f"{own}-seuil"))
    others = [curve for curve in panel.lines if not curve.main]
    parts += [_curve(curve, at, scale, _GREYS[rank % 4], _DASHES[rank % 4]) for rank, curve in enumerate(others)]
    parts += [_gap_word(x, mark) for x, mark in gaps]
    parts += [_curve(curve, at, scale, DARK, None) for curve in panel.lines if curve.main]
    parts.append(_names(panel, scale, right, width))
    parts += [_figures(curve, at, scale) for curve in panel.lines if curve.main]
    return "".join(parts), {mark.status for _, mark in gaps}


def _years(at: dict[int, float]) -> str:
    """Write the campaigns under the plot; only the first and the last where they would touch."""
    places = list(at.items())
    close = len(places) > 2 and places[1][1] - places[0][1] < width_of("2020", 10) + 4
    kept = [places[0], places[-1]] if close else places
    y = _TITLE + _PLOT + 14
    return "".join(text(x, y, str(campaign), size=10, fill=SOFT, anchor="middle") for campaign, x in kept)


def _top(threshold: float | None, ends: list[float], percent: bool) -> float:
    """End a panel just above its figures: curves are looked at for their slope."""
    wanted = [*ends, *([threshold * 1.25] if threshold else [])]
    return top_of(None, [1.15 * max(wanted)] if wanted else [], None) if not percent else min(
        top_of(None, [1.15 * max(wanted)] if wanted else []), 100.0 if not ends or max(ends) <= 100 else 1e9
    )  # fmt: skip


def _spread(number: int, start: float, end: float) -> list[float]:
    if number == 1:
        return [(start + end) / 2]
    return [start + (end - start) * rank / (number - 1) for rank in range(number)]


def _curve(curve: Line, at: dict[int, float], scale: Scale, colour: str, dash: str | None) -> str:
    """Draw a curve by its unbroken runs; a campaign without a figure breaks it."""
    runs: list[list[tuple[float, float, Mark]]] = [[]]
    shown = dict(curve.marks)
    for campaign, x in at.items():
        mark = shown.get(campaign)
        if mark is None or not mark.published:
            runs.append([])
        else:
            runs[-1].append((x, scale(mark.place), mark))
    thick = 2.4 if curve.main else 1.5
    drawn = [
        path("M" + "L".join(f"{num(x)} {num(y)}" for x, y, _ in run), stroke=colour, stroke_width=thick,
             stroke_dasharray=dash, stroke_linejoin="round", data_courbe="")
        for run in runs
        if len(run) > 1
    ]  # fmt: skip
    radius = 3.6 if curve.main else 2
    drawn += [circle(x, y, radius, colour if curve.main else PAPER, stroke=colour, stroke_width=1.3,
                     **told_by(mark, scale, "y"))
              for run in runs for x, y, mark in run]  # fmt: skip
    return "".join(drawn)


def _gap(x: float, mark: Mark, key: str) -> str:
    """Fill a campaign without a figure by the hatch of its reason."""
    look = looks()[mark.status]
    fill = f"url(#{key}-{look.hatch})" if look.hatch else PAPER
    return rect(x - 9, _TITLE, 18, _PLOT, fill, stroke=look.stroke, stroke_width=0.9,
                stroke_dasharray=look.dash or None)  # fmt: skip


def _gap_word(x: float, mark: Mark) -> str:
    """Write the reason upright, over whatever crosses the gap."""
    word, middle = typeset(mark.label), _TITLE + _PLOT / 2
    size = 10.0 if width_of(word, 10, True) <= _PLOT - 6 else 8.5
    room = min(width_of(word, size, True) + 6, _PLOT - 3)
    return rect(x - 7, middle - room / 2, 14, room, PAPER) + text(
        0, 3.6, word, size=size, bold=True, anchor="middle", fill="#3c4650",
        transform=f"translate({num(x)} {num(middle)}) rotate(-90)",
    )  # fmt: skip


def _names(panel: Panel, scale: Scale, right: float, width: float) -> str:
    """Name each curve at its last figure, and the threshold, pushed apart where they would touch."""
    wanted, greys = [], iter(_GREYS * len(panel.lines))
    for curve in panel.lines:
        shown = [mark for _, mark in sorted(curve.marks, key=lambda one: one[0]) if mark.published]
        colour = DARK if curve.main else next(greys)
        if shown:
            wanted.append((scale(shown[-1].place), curve.name, colour, curve.main))
    if panel.threshold is not None:
        wanted.append((scale(panel.threshold), "seuil", THRESHOLD, False))
    wanted.sort(key=lambda one: one[:2])
    places = _apart([one[0] for one in wanted], 11.5, _TITLE + 4, _TITLE + _PLOT - 9)
    drawn = [text(right + 12, scale(0) + 3, "0", size=9, fill=SOFT)]
    for y, (_, name, colour, bold) in zip(places, wanted, strict=True):
        words = cut(name, width - right - 12, 10, bold)
        drawn.append(text(right + 12, y + 3.5, words, size=10, bold=bold, fill=colour))
    return "".join(drawn)


def _apart(places: list[float], least: float, top: float, bottom: float) -> list[float]:
    """Push sorted places at least so far apart, and keep them between two bounds.

    >>> _apart([10, 11, 40], 10, 0, 50)
    [10, 20, 40]
    """
    result: list[float] = []
    for place in places:
        result.append(max(place, result[-1] + least) if result else max(place, top))
    for rank in range(len(result) - 1, -1, -1):
        limit = bottom if rank == len(result) - 1 else result[rank + 1] - least
        result[rank] = min(result[rank], limit)
    return result


def _figures(curve: Line, at: dict[int, float], scale: Scale) -> str:
    """Write the unit's first and last figures; what lies between is read on the curve.

    The words of classes are long: where both would lie on one another, the last is written alone.
    """
    shown = [(campaign, mark) for campaign, mark in sorted(curve.marks) if mark.published]
    ends = dict(shown[:1] + shown[-1:])
    edge = max(at.values()) if len(at) > 1 else None
    drawn: list[tuple[float, float, float, str]] = []  # left, right, height, element
    for campaign, mark in sorted(ends.items(), reverse=True):
        y, words = scale(mark.place), typeset(mark.label)
        y += -7 if y - 7 > _TITLE + 6 else 15
        wide = width_of(words, SMALL, True)
        # At the right edge it ends under its mark: beyond stand the names of the curves.
        x, anchor = (at[campaign] + 5, "end") if at[campaign] == edge else (at[campaign], "middle")
        left = x - wide if anchor == "end" else x - wide / 2
        if not any(left < end and start < left + wide and abs(y - height) < _LINE for start, end, height, _ in drawn):
            written = text(x, y, words, size=SMALL, bold=True, fill=INK, anchor=anchor, halo=True)
            drawn.append((left, left + wide, y, written))
    return "".join(written for *_, written in reversed(drawn))
