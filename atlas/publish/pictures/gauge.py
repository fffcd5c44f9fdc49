"""A gauge: one figure against its threshold."""

from __future__ import annotations

from atlas.publish.pictures.model import Mark
from atlas.publish.pictures.scale import Scale, top_of
from atlas.publish.pictures.style import (
    DARK,
    LIGHT,
    NOT_REACHED,
    REACHED,
    SMALL,
    SOFT,
    THRESHOLD,
    TRACK,
    axis,
    hatches,
    status_box,
    status_hatches,
    threshold_line,
    told_by,
    zone,
)  # fmt: skip
from atlas.publish.pictures.svg import INK, path, picture, rect, text
from atlas.publish.pictures.words import cut, width_of
from atlas.writing import typeset

_TRACK_HEIGHT, _BAR_HEIGHT, _BIG, _VERDICT = 20, 10, 19, 13


def gauge(
    mark: Mark,
    threshold: float,
    threshold_label: str,
    *,
    key: str,
    title: str = "",
    margin: str = "",
    top: float | None = None,
    width: float = 360,
) -> str:
    """Draw a figure on its scale, with the threshold and the side where the criterion is met.

    Parameters
    ----------
    mark : Mark
        The figure, in %.
    threshold : float
        In %, at or above which the criterion is met.
    threshold_label : str
        As written under the line: ``seuil : 40 %``.
    key : str
        Start of the identifiers in the picture.
    title : str
        What is measured, for screen readers (the page writes it too).
    margin : str
        How far from the threshold, in words: ``7 ménages au-dessus du seuil``.
    top : float, optional
        End of the scale; by default round, and the same for every unit of an indicator unless a value is beyond.

    Returns
    -------
    str
        An SVG element.
    """
    reached = mark.reaches(threshold)
    verdict = "" if reached is None else REACHED if reached else NOT_REACHED
    beyond = mark.value if mark.value is not None else 0.0
    scale = Scale(top or top_of(threshold, [beyond]), 0, width)
    head, used = _head(mark, verdict, bool(reached), width)
    parts, y = [head], 28.0 if mark.published else 2.0
    margin = typeset(margin) if mark.published else ""
    if margin and used + 14 + width_of(margin, 12) <= width:
        parts.append(text(width, 17, margin, fill=SOFT, anchor="end"))
    elif margin:
        parts.append(text(0, 35, cut(margin, width, 12), fill=SOFT))
        y = 46.0
    place = scale(threshold)
    if mark.published:
        parts.append(rect(0, y, place, _TRACK_HEIGHT, TRACK))
        parts.append(zone(place, y, width - place, _TRACK_HEIGHT, key))
        parts.append(_bar(mark, scale, y + (_TRACK_HEIGHT - _BAR_HEIGHT) / 2, key))
        parts.append(threshold_line(place, y - 4, y + _TRACK_HEIGHT + 16, key))
    else:
        parts.append(status_box(0, y, width, _TRACK_HEIGHT + 4, mark.status, mark.label, key))
        y += 4
    parts.append(_foot(scale, place, typeset(threshold_label), y + _TRACK_HEIGHT + 15, mark.published))
    told = [mark.label, verdict, margin, threshold_label]
    definitions = hatches(key, "atteint") if mark.published else status_hatches(key, [mark.status])
    description = ". ".join(part for part in told if part)
    return picture(key, title or "Jauge", description, width, y + 42, *parts, definitions=definitions)


def _head(mark: Mark, verdict: str, reached: bool, width: float) -> tuple[str, float]:
    """Write the figure large, then the verdict with its sign: filled triangle or empty circle."""
    if not mark.published:
        return "", 0
    label = typeset(mark.label)
    size = _BIG if width_of(label, _BIG, True) + width_of(verdict, _VERDICT, True) + 27 <= width else _VERDICT
    x = width_of(label, size, True) + 10
    parts = [text(0, 18, label, size=size, bold=True)]
    if verdict:
        colour = THRESHOLD if reached else INK
        shape = "M0 0L12 0L6 -10.5Z" if reached else "M1 -5a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z"
        sign = path(shape, colour if reached else "#ffffff", transform=f"translate({x:.1f} 17)", stroke=colour,
                    stroke_width=1.6)  # fmt: skip
        parts += [sign, text(x + 17, 17, verdict, size=_VERDICT, bold=True, fill=colour)]
        x += 17 + width_of(verdict, _VERDICT, True)
    return "".join(parts), x


def _bar(mark: Mark, scale: Scale, y: float, key: str) -> str:
    """A bar up to the figure; a class is a lighter span with both its ends drawn."""
    assert mark.value is not None
    start, told = scale(mark.value), told_by(mark, scale)
    if mark.high is None:
        return rect(0, y, max(start, 2), _BAR_HEIGHT, DARK, id=f"{key}-valeur", **told)
    return rect(0, y, start, _BAR_HEIGHT, DARK, **told) + rect(
        start, y - 2, scale(mark.high) - start, _BAR_HEIGHT + 4, LIGHT, stroke=DARK, stroke_width=1.4,
        id=f"{key}-valeur", **told,
    )  # fmt: skip


def _foot(scale: Scale, place: float, label: str, y: float, published: bool) -> str:
    """Write the threshold and the side where it is met under the line; the ends of the scale where they fit."""
    if not published:
        return text(0, y, label, size=SMALL, fill=THRESHOLD, bold=True)
    room, side = width_of(label, SMALL, True), width_of(REACHED, SMALL, True)
    left = place - 5 - room
    if left >= 0:
        parts = [text(place - 5, y, label, size=SMALL, fill=THRESHOLD, bold=True, anchor="end")]
    else:
        parts = [text(place + 5, y, label, size=SMALL, fill=THRESHOLD, bold=True)]
    used = place if left >= 0 else place + 5 + room
    if left >= 0 and place + 5 + side <= scale.end:
        parts.append(text(place + 5, y, REACHED, size=SMALL, fill=THRESHOLD, bold=True))
        used = place + 5 + side
    if left > 12:
        parts.append(axis([(0.0, 0.0)], y, "", right=scale.end))
    if used + 4 + width_of("100 %", SMALL) <= scale.end:
        parts.append(axis([(scale.top, scale.end)], y, " %", right=scale.end))
    return "".join(parts)
