"""Stock beside flux: everyone in place, and those who moved in recently, on one scale."""

from __future__ import annotations

from collections.abc import Sequence

from atlas.publish.pictures.model import Mark
from atlas.publish.pictures.scale import Scale, top_of
from atlas.publish.pictures.style import (
    DARK,
    LIGHT,
    REACHED,
    RULE,
    SMALL,
    SOFT,
    THRESHOLD,
    TRACK,
    axis,
    hatches,
    status_box,
    status_hatches,
    told_by,
    zone,
)  # fmt: skip
from atlas.publish.pictures.svg import line, picture, rect, text
from atlas.publish.pictures.words import cut, width_of
from atlas.writing import typeset

_BAR, _ROW = 18.0, 56.0


def stock_flux(
    stock: Mark,
    flux: Mark,
    thresholds: tuple[float | None, float | None] = (None, None),
    threshold_labels: tuple[str, str] = ("", ""),
    *,
    key: str,
    title: str = "Ménages en place et emménagés récents",
    references: Sequence[tuple[Mark, Mark]] = (),
    width: float = 360,
) -> str:
    """Draw two bars on one scale, each with its own threshold.

    Parameters
    ----------
    stock, flux : Mark
        Same measure, in %, for everyone in place and for recent movers; their names head the bars.
    thresholds, threshold_labels : pair
        Of the stock and of the flux.
    references : sequence of (Mark, Mark)
        The same two figures elsewhere (the commune, the EPCI), as small ticks named under the bars.

    Returns
    -------
    str
        An SVG element.
    """
    marks = (stock, flux)
    every = [mark.high or mark.value or 0 for pair in (marks, *references) for mark in pair if mark.published]
    given = [one for one in thresholds if one is not None]
    scale = Scale(top_of(max(given, default=None), every), 0, width)
    parts, y = [], 0.0
    for rank, mark in enumerate(marks):
        others = [pair[rank] for pair in references if pair[rank].published]
        label = typeset(threshold_labels[rank])
        drawn, y = _row(mark, thresholds[rank], label, others, scale, y, f"{key}-{rank + 1}", key)
        parts.append(drawn)
    parts.append(line(0, y + 2, width, y + 2, RULE, 1))
    parts.append(axis(scale.ticks(), y + 16, " %", right=width))
    told = []
    for mark, threshold, label in zip(marks, thresholds, threshold_labels, strict=True):
        verdict = f", {REACHED}" if threshold is not None and mark.reaches(threshold) else ""
        told.append(f"{mark.name} : {mark.label}{verdict}{f' ({label})' if label else ''}")
    told += [f"{one.name} : {one.label}" for pair in references for one in pair]
    statuses = [mark.status for mark in marks]
    definitions = (hatches(key, "atteint") if given else "") + status_hatches(key, statuses)
    return picture(key, title, ". ".join(told), width, y + 22, *parts, definitions=definitions)


def _row(
    mark: Mark, threshold: float | None, label: str, others: list[Mark], scale: Scale, y: float, own: str, key: str
) -> tuple[str, float]:
    """Head a bar with its name and figure, then draw it; the threshold is written over its line."""
    width = scale.end
    reached = threshold is not None and bool(mark.reaches(threshold))
    figure = typeset(mark.label) if mark.published else ""
    words = f"{figure} · {REACHED}" if reached else figure
    room = width_of(words, 13, True)
    parts = [
        text(0, y + 13, cut(mark.name, width - room - 10, 12)),
        text(width, y + 13, words, size=13, bold=True, anchor="end", fill=THRESHOLD if reached else "#1c2733"),
    ]
    top = y + 20
    if mark.value is None:
        parts.append(status_box(0, top, width, _BAR, mark.status, mark.label, key))
    else:
        parts.append(rect(0, top, width, _BAR, TRACK))
        if threshold is not None:
            parts.append(zone(scale(threshold), top, width - scale(threshold), _BAR, key, own))
        told = told_by(mark, scale)
        long = max(scale(mark.value), 0 if mark.high else 2)
        parts.append(rect(0, top + 4, long, _BAR - 8, DARK, id=f"{own}-valeur", **told))
        if mark.high is not None:
            parts.append(rect(scale(mark.value), top + 3, scale(mark.high) - scale(mark.value), _BAR - 6, LIGHT,
                              stroke=DARK, **told))  # fmt: skip
    bottom = top + _BAR
    if threshold is not None and mark.published:
        x = scale(threshold)
        room = width_of(label, SMALL, True)
        parts.append(line(x, top - 3, x, bottom + 4, THRESHOLD, 2, id=f"{own}-seuil"))
        middle = min(max(x, room / 2), width - room / 2)
        parts.append(text(middle, bottom + 15, label, size=SMALL, bold=True, anchor="middle", fill=THRESHOLD))
    elif label:
        parts.append(text(0, bottom + 15, label, size=SMALL, bold=True, fill=THRESHOLD))
    for rank, other in enumerate(others):
        parts.append(_reference(other, scale, bottom + 15 + 14 * (rank + 1), top, width))
    return "".join(parts), bottom + 22 + 14 * len(others)


def _reference(mark: Mark, scale: Scale, y: float, top: float, width: float) -> str:
    """A fine tick through the bar down to the name of what it stands for."""
    x = scale(mark.place)
    words = f"{cut(mark.name, width * 0.4, SMALL)} {typeset(mark.label)}"
    room = width_of(words, SMALL)
    left = x + 5 + room <= width
    return line(x, top + 1, x, y + 1, SOFT, 1.2, stroke_dasharray="2 2", **told_by(mark, scale)) + text(
        x + 5 if left else x - 5, y, words, size=SMALL, fill=SOFT, anchor="start" if left else "end", halo=True
    )
