"""A distribution: every published unit of a territory on one scale, with the threshold, and one of them named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from atlas.publish.pictures.model import Mark
from atlas.publish.pictures.scale import Scale, top_of
from atlas.publish.pictures.style import (
    DARK,
    LIGHT,
    PAPER,
    REACHED,
    RULE,
    SMALL,
    SOFT,
    THRESHOLD,
    axis,
    hatches,
    scaled,
    status_hatches,
    symbol,
    threshold_line,
    told_by,
    zone,
)  # fmt: skip
from atlas.publish.pictures.svg import INK, circle, line, path, picture, rect, text
from atlas.publish.pictures.words import cut, joined, width_of
from atlas.writing import typeset, whole

_RADIUS, _HEIGHT = 3.1, 92.0
_MOST_DOTS, _MOST_BARS = 13, 26
_HEAD = 40.0  # above the dots: the name of the one that is looked for
_HIGHLIGHT = "#f2a12e"

Bins = dict[tuple[float, float], int]


def distribution(
    marks: Sequence[Mark],
    threshold: float | None,
    *,
    key: str,
    title: str = "Répartition",
    threshold_label: str = "",
    highlight: Mark | None = None,
    asides: Sequence[tuple[str, str]] = (),
    top: float | None = None,
    width: float = 360,
    unit: str = " %",
) -> str:
    """Draw each published figure as a dot, stacked where they are equal; as bars when there are too many, or classes.

    Parameters
    ----------
    marks : sequence of Mark
        One per unit; those that are not published are not drawn (``asides`` says how many there are).
    threshold : float, optional
        In the unit of the marks.
    highlight : Mark, optional
        The unit that is named, drawn over the others (it may also be among them).
    asides : sequence of (status, str)
        How many units have no figure, in words: ``("secret", "12 résidences : secret")``.

    Returns
    -------
    str
        An SVG element; it does not depend on the order of the marks.
    """
    drawn = [mark for mark in marks if mark.value is not None]
    values = [mark.high or mark.place for mark in (*drawn, *([highlight] if highlight else [])) if mark.published]
    scale = Scale(top or top_of(threshold, values, 100.0 if unit == " %" else None), 4, width - 4)
    base = _HEAD + _HEIGHT
    parts = []
    if threshold is not None:
        place = scale(threshold)
        parts.append(zone(place, _HEAD - 4, width - place, _HEIGHT + 4, key))
    parts.append(line(0, base, width, base, RULE, 1.2))
    shapes, numbers = _units(drawn, scale, threshold, base)
    parts.append(shapes)
    if highlight is not None and highlight.published:
        parts.append(_named(highlight, scale, base, width, key))
    if threshold is not None:
        parts.append(_threshold(place, base, typeset(threshold_label), width, key))
    parts.append(numbers)
    y = base + 15
    parts.append(axis(scale.ticks(), y, unit, right=width))
    notes = [
        *([(highlight.status, _said(highlight))] if highlight and not highlight.published else []),
        *((status, typeset(words)) for status, words in asides),
    ]
    for status, words in notes:
        y += 19
        parts += [symbol(8, y - 4, status, key), text(20, y, cut(words, width - 20, 12), fill=INK)]
    needed = [status for status, _ in notes]
    definitions = (hatches(key, "atteint") if threshold is not None else "") + status_hatches(key, needed)
    told = [f"{len(drawn)} valeurs publiées" if drawn else "aucune valeur publiée", threshold_label]
    told += [_said(highlight)] if highlight and highlight.published else []
    told += [words for _, words in notes]
    description = ". ".join(one for one in told if one)
    return picture(key, title, description, width, y + 8, *parts, definitions=definitions)


def _said(mark: Mark) -> str:
    return joined(mark.name, typeset(mark.label))


def _units(marks: list[Mark], scale: Scale, threshold: float | None, base: float) -> tuple[str, str]:
    """Dots where each can be seen, bars and their numbers otherwise; light below the threshold, dark from it on."""
    if not marks:
        middle = (scale.start + scale.end) / 2
        return "", text(middle, base - _HEIGHT / 2, "aucune valeur publiée", fill=SOFT, anchor="middle", halo=True)
    step = scale.top / max(int((scale.end - scale.start) / (2 * _RADIUS + 0.6)), 1)
    stacks = Counter(int(mark.place / step) for mark in marks)
    if not any(mark.high is not None for mark in marks) and max(stacks.values()) <= _MOST_DOTS:
        return "".join(_dots(marks, scale, step, threshold, base)), ""
    return _bars(_binned(marks, scale, threshold), scale, threshold, base)


def _dots(marks: list[Mark], scale: Scale, step: float, threshold: float | None, base: float) -> list[str]:
    """Stack the dots of one step; each keeps its own place along the scale, so that none crosses the threshold."""
    height: Counter[int] = Counter()
    drawn = []
    for mark in sorted(marks, key=lambda one: one.place):
        column = int(mark.place / step)
        y = base - 1 - _RADIUS - height[column] * (2 * _RADIUS + 0.5)
        height[column] += 1
        fill = DARK if threshold is not None and mark.reaches(threshold) else LIGHT
        drawn.append(circle(scale(mark.place), y, _RADIUS, fill, stroke=DARK, stroke_width=0.8,
                            **told_by(mark, scale)))  # fmt: skip
    return drawn


def _binned(marks: list[Mark], scale: Scale, threshold: float | None) -> Bins:
    """Count by class: those of the edition, or equal steps (from the start included to the end)."""
    wide = _step(scale.top, [*([threshold] if threshold else []), *(mark.high for mark in marks if mark.high)])
    bins: Bins = Counter()
    for mark in marks:
        assert mark.value is not None
        low = int(mark.value / wide + 1e-9) * wide
        bins[(mark.value, mark.high) if mark.high is not None else (low, low + wide)] += 1
    return bins


def _step(top: float, edges: list[float]) -> float:
    """Choose a whole step, so that each bar holds as many whole percentages, that ends on every edge.

    >>> _step(100, [40, 5]), _step(50, [20]), _step(3, [])
    (5, 2, 0.15)
    """
    if top < _MOST_BARS:
        return top / 20
    fitting = (step for step in (1, 2, 5, 10) if top / step <= _MOST_BARS)
    return next((step for step in fitting if all(edge % step == 0 for edge in edges)), 1)


def _bars(bins: Bins, scale: Scale, threshold: float | None, base: float) -> tuple[str, str]:
    most = max(bins.values())
    drawn, numbers = [], []
    for (low, high), number in sorted(bins.items()):
        left, right = scale(low), scale(high)
        tall = max((_HEIGHT - 18) * number / most, 2)
        fill = DARK if threshold is not None and low >= threshold else LIGHT
        drawn.append(rect(left + 0.7, base - tall, right - left - 1.4, tall, fill, stroke=DARK, stroke_width=0.8,
                          data_effectif=number, **scaled(scale)))  # fmt: skip
        words = whole(number)
        size = 10 if width_of(words, 10) <= right - left else 8
        if width_of(words, size) <= right - left + 5:
            numbers.append(text((left + right) / 2, base - tall - 4, words, size=size, anchor="middle", halo=True))
    return "".join(drawn), "".join(numbers)


def _threshold(place: float, base: float, label: str, width: float, key: str) -> str:
    """Draw the threshold; its words to the left, those of the hatched side to the right, both above the dots."""
    y = _HEAD - 9
    room = width_of(label, SMALL, True)
    right = width_of(REACHED, SMALL, True) + 8 <= width - place
    left = room + 6 <= place
    words = text(place - 5 if left else place + 5, y, label, size=SMALL, fill=THRESHOLD, bold=True, halo=True,
                 anchor="end" if left else "start")  # fmt: skip
    if right and left:
        words += text(place + 5, y, REACHED, size=SMALL, fill=THRESHOLD, bold=True, halo=True)
    return threshold_line(place, _HEAD - 18, base + 3, key) + words


def _named(mark: Mark, scale: Scale, base: float, width: float, key: str) -> str:
    """Point at the named unit from above: a large diamond on the axis, a fine line, its name and figure."""
    x, told = scale(mark.place), told_by(mark, scale)
    label = typeset(mark.label)
    words = joined(cut(mark.name, width - width_of(f" : {label}", 12, True) - 10, 12, True), label)
    room = width_of(words, 12, True)
    start = min(max(x - room / 2, 0), width - room)
    marker = path("M0 -7.5L7.5 0L0 7.5L-7.5 0Z", _HIGHLIGHT, transform=f"translate({x:.1f} {base - 5:.1f})",
                  stroke=INK, stroke_width=1.5, id=f"{key}-valeur", **told)  # fmt: skip
    span = ""
    if mark.high is not None and mark.value is not None:
        span = rect(scale(mark.value), base - 8, scale(mark.high) - scale(mark.value), 6, _HIGHLIGHT, stroke=INK,
                    **told)  # fmt: skip
    leader = line(x, 17, x, base - 12, PAPER, 3, **told) + line(x, 17, x, base - 12, INK, 1.2, **told)
    return leader + span + marker + text(start, 12, words, bold=True)
