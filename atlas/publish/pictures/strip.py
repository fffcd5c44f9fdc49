"""The strip: the residences of a quarter on one scale, in order, each with its name and the symbol of its level."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from atlas.publish.pictures.model import Residence
from atlas.publish.pictures.scale import Scale, top_of
from atlas.publish.pictures.style import (
    LIGHT,
    RULE,
    SMALL,
    SOFT,
    STATUS_ORDER,
    THRESHOLD,
    TRACK,
    axis,
    hatches,
    looks,
    status_hatches,
    symbol,
    threshold_line,
    zone,
)  # fmt: skip
from atlas.publish.pictures.svg import INK, line, picture, rect, text
from atlas.publish.pictures.words import cut, french, width_of
from atlas.tables import LEVELS

_ROW, _HEAD, _GAP = 18.0, 34.0, 8.0
_NAME_SHARE, _FIGURE = 0.4, 42.0  # of the width, for names; pixels, for short figures


def strip(
    residences: Sequence[Residence],
    threshold: float,
    *,
    key: str,
    title: str = "Résidences",
    threshold_label: str = "",
    highlight: str = "",
    top: float | None = None,
    width: float = 360,
) -> str:
    """Draw one line per residence, from the highest figure down: name, place on the common scale, figure.

    Parameters
    ----------
    residences : sequence of Residence
        In any order. Those without a published figure are boxed at the end by status, sorted by name: nothing there
        tells a position or a rank.
    threshold : float
        In the unit of the marks.
    highlight : str
        Name written bold.

    Returns
    -------
    str
        An SVG element.
    """
    placed = sorted(
        (one for one in residences if one.mark.value is not None),
        key=lambda one: (-(one.mark.value or 0), -(one.mark.high or 0), _sorting(one.name)),
    )
    left = round(width * _NAME_SHARE)
    figures = max([_FIGURE, *(width_of(french(one.mark.label), SMALL, True) + 10 for one in placed)])
    ends = [one.mark.high or one.mark.value or 0 for one in placed]
    scale = Scale(top or top_of(threshold, ends), left + 8, width - min(figures, width * 0.36))
    bottom = _HEAD + len(placed) * _ROW + 4
    parts: list[str] = []
    y = 4.0
    if placed:
        x = scale(threshold)
        parts.append(zone(x, _HEAD - 6, scale.end - x + 6, bottom - _HEAD + 6, key))
        parts += [line(at, _HEAD - 6, at, bottom, RULE, 0.7) for _, at in scale.ticks()]
        parts += [_line_of(one, rank, scale, left, width, one.name == highlight) for rank, one in enumerate(placed)]
        parts.append(threshold_line(x, _HEAD - 14, bottom + 3, key))
        # Symbols over the threshold: a level is read even when it stands on the line.
        parts += [_symbol_of(one, rank, scale, key) for rank, one in enumerate(placed)]
        parts.append(_threshold_words(x, french(threshold_label), width))
        parts.append(axis(scale.ticks()[:: max(len(scale.ticks()) // 3, 1)], bottom + 15, " %", right=width))
        y = bottom + 24
        legend, y = _levels({one.level for one in placed}, y, width, key)
        parts.append(legend)
    boxed = []
    for status in STATUS_ORDER:
        names = sorted((one.name for one in residences if one.mark.status == status), key=_sorting)
        if names:
            box, y = _box(names, status, y, width, key)
            parts.append(box)
            boxed.append(f"{status} : {', '.join(names)}")
    told = [f"{one.name} : {one.mark.label}, {one.level}" for one in placed]
    description = ". ".join([*([threshold_label] if threshold_label else []), *told, *boxed])
    statuses = [status for status in STATUS_ORDER if any(one.mark.status == status for one in residences)]
    definitions = (hatches(key, "atteint") if placed else "") + status_hatches(key, statuses)
    return picture(key, title, description, width, y, *parts, definitions=definitions)


def _sorting(name: str) -> tuple[str, str]:
    """Sort names as a reader does: without accents or case, then as written."""
    plain = unicodedata.normalize("NFKD", name)
    return "".join(sign for sign in plain if not unicodedata.combining(sign)).casefold(), name


def _line_of(one: Residence, rank: int, scale: Scale, left: float, width: float, bold: bool) -> str:
    """Write the name, a fine guide to the symbol, and the figure at the end of the line."""
    y = _HEAD + rank * _ROW
    middle = y + _ROW / 2
    band = rect(0, y, left, _ROW, TRACK) + rect(scale.end + 6, y, width, _ROW, TRACK) if rank % 2 == 0 else ""
    name = cut(one.name, left - 6, 12, bold)
    guide = line(left + 2, middle, scale(one.mark.value or 0), middle, "#8593a1", 1, stroke_dasharray="1 2.5")
    label = cut(french(one.mark.label), width - scale.end - 8, SMALL, True)
    return (
        band
        + guide
        + text(3, middle + 4, name, bold=bold)
        + text(width - 3, middle + 4, label, size=SMALL, bold=True, anchor="end")
    )


def _symbol_of(one: Residence, rank: int, scale: Scale, key: str) -> str:
    middle = _HEAD + rank * _ROW + _ROW / 2
    value, high = one.mark.value or 0, one.mark.high
    span = ""
    if high is not None:
        span = rect(scale(value), middle - 3, scale(high) - scale(value), 6, LIGHT, stroke=INK, stroke_width=0.8)
    return span + symbol(scale(one.mark.place), middle, one.level, key, 0.85)


def _threshold_words(x: float, label: str, width: float) -> str:
    room = width_of(label, SMALL, True)
    return text(min(max(x - room / 2, 0), width - room), 14, label, size=SMALL, fill=THRESHOLD, bold=True)


def _levels(levels: set[str], y: float, width: float, key: str) -> tuple[str, float]:
    """Say what each symbol means, in the order of the levels, folded to the width."""
    x, y, parts = 8.0, y + 10, []
    for level in LEVELS:
        if level not in levels:
            continue
        words = f"niveau {level}" if level == LEVELS[-1] else level
        room = width_of(words, SMALL) + 30
        if x + room > width + 10 and x > 8:
            x, y = 8.0, y + 17
        parts += [symbol(x, y - 4, level, key, 0.85), text(x + 11, y, words, size=SMALL, fill=SOFT)]
        x += room
    return "".join(parts), y + 12


def _box(names: list[str], status: str, y: float, width: float, key: str) -> tuple[str, float]:
    """Box the names that have no figure: a hatched band that says why, then the names in columns."""
    look = looks()[status]
    columns = 2 if len(names) > 1 and width >= 340 else 1
    rows = -(-len(names) // columns)
    height = 24 + rows * 16 + 6
    fill = f"url(#{key}-{look.hatch})" if look.hatch else "#ffffff"
    words = f"{status} : {len(names)}"
    room = width_of(words, 12, True)
    parts = [
        rect(0.7, y + 0.7, width - 1.4, height - 1.4, "#ffffff", stroke=look.stroke, stroke_width=1.2,
             stroke_dasharray=look.dash or None),
        rect(1.3, y + 1.3, width - 2.6, 18, fill) if look.hatch else "",
        rect(6, y + 1.3, room + 12, 18, "#ffffff") if look.hatch else "",
        text(12, y + 15, french(words), bold=True, fill="#3c4650"),
    ]  # fmt: skip
    for rank, name in enumerate(names):
        column, row = divmod(rank, rows)
        place = width / columns
        parts.append(text(12 + column * place, y + 36 + row * 16, cut(name, place - 18, SMALL), size=SMALL))
    return "".join(parts), y + height + _GAP
