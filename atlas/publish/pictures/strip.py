"""The strip: the residences of a quarter on one scale, in order, each with its name and the symbol of its level."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from atlas.publish.pictures.model import Residence
from atlas.publish.pictures.scale import Scale, top_of
from atlas.publish.pictures.style import (
    LIGHT,
    REACHED,
    RULE,
    SMALL,
    SOFT,
    STATUS_ORDER,
    THRESHOLD,
    axis,
    hatches,
    looks,
    status_hatches,
    symbol,
    threshold_line,
    told_by,
    zone,
)  # fmt: skip
from atlas.publish.pictures.svg import INK, line, picture, rect, text
from atlas.publish.pictures.words import cut, folded, width_of
from atlas.tables import UNDETERMINED
from atlas.writing import natural, typeset

_HEAD, _GAP = 26.0, 8.0
_ROW, _LINE = 18.0, 13.0  # pixels: a residence, and each further line of text
_NAME_SHARE = 0.42  # of the width


class _Grid(NamedTuple):
    """Where a strip puts things: the top of each line and the foot of the last, names folded on two lines at most.

    ``below`` writes the figure under the name, when figures are long (classes).
    """

    scale: Scale
    left: float
    width: float
    below: bool
    names: tuple[tuple[str, ...], ...]
    tops: tuple[float, ...]

    def middle(self, rank: int) -> float:
        return (self.tops[rank] + self.tops[rank + 1]) / 2


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
        key=lambda one: (-(one.mark.value or 0), -(one.mark.high or 0), natural(one.name)),
    )
    grid = _grid(placed, threshold, top, width, highlight)
    parts: list[str] = []
    y = 4.0
    if placed:
        parts.append(_ground(grid, threshold, typeset(threshold_label), key))
        parts += [_words_of(one, rank, grid, one.name == highlight) for rank, one in enumerate(placed)]
        # Symbols over the threshold: a level is read even when it stands on the line.
        parts += [_symbol_of(one, rank, grid, key) for rank, one in enumerate(placed)]
        legend, y = _levels({one.level for one in placed}, grid.tops[-1] + 23, width, key)
        parts.append(legend)
    boxed = []
    for status in STATUS_ORDER:
        names = sorted((one.name for one in residences if one.mark.status == status), key=natural)
        if names:
            box, y = _box(names, status, y, width, key)
            parts.append(box)
            boxed.append(f"{status} : {', '.join(names)}")
    told = [f"{one.name} : {one.mark.label}, {one.level}" for one in placed]
    description = ". ".join([*([threshold_label] if threshold_label else []), *told, *boxed])
    statuses = [status for status in STATUS_ORDER if any(one.mark.status == status for one in residences)]
    definitions = (hatches(key, "atteint") if placed else "") + status_hatches(key, statuses)
    return picture(key, title, description, width, y, *parts, definitions=definitions)


def _grid(placed: Sequence[Residence], threshold: float, top: float | None, width: float, highlight: str) -> _Grid:
    figures = max([30.0, *(width_of(typeset(one.mark.label), SMALL, True) for one in placed)]) + 10
    below = figures > width * 0.2
    ends = [one.mark.high or one.mark.value or 0 for one in placed]
    left = round(width * _NAME_SHARE)
    end = width - 10 if below else width - figures - 6
    names = tuple(folded(one.name, left - 6, 12, bold=one.name == highlight) for one in placed)
    lines = (len(name) + below for name in names)
    tops = tuple(accumulate((_ROW + _LINE * (number - 1) for number in lines), initial=_HEAD))
    return _Grid(Scale(top or top_of(threshold, ends), left + 10, end), left, width, below, names, tops)


def _ground(grid: _Grid, threshold: float, label: str, key: str) -> str:
    """Draw what lies under the residences: bands, grid, hatched side, threshold and its words, axis."""
    scale, bottom = grid.scale, grid.tops[-1] + 3
    x, ticks = scale(threshold), scale.ticks()
    bands = [*pairwise(grid.tops)][::2]
    parts = [rect(0, start, grid.width, end - start, "#f1f5f9") for start, end in bands]
    parts.append(zone(x, _HEAD - 4, scale.end - x, bottom - _HEAD + 4, key))
    parts += [line(at, _HEAD - 4, at, bottom, RULE, 0.7) for _, at in ticks]
    parts.append(threshold_line(x, _HEAD - 16, bottom + 3, key))
    room = width_of(label, SMALL, True)
    side = grid.width - x >= width_of(REACHED, SMALL, True) + 6
    parts.append(text(max(x - 5, room), 17, label, size=SMALL, fill=THRESHOLD, bold=True, anchor="end"))
    if side:
        parts.append(text(x + 5, 17, REACHED, size=SMALL, fill=THRESHOLD, bold=True))
    parts.append(axis(ticks, bottom + 15, " %", right=grid.width))
    return "".join(parts)


def _words_of(one: Residence, rank: int, grid: _Grid, bold: bool) -> str:
    """Write the name and the figure, and a fine guide from the name to the symbol."""
    middle = grid.middle(rank)
    guide = line(grid.left + 2, middle, grid.scale(one.mark.value or 0), middle, "#8593a1", 1, stroke_dasharray="1 2.5",
                 **told_by(one.mark, grid.scale))  # fmt: skip
    y, drawn = grid.tops[rank] + 13, []
    for row in grid.names[rank]:
        drawn.append(text(3, y, row, bold=bold))
        y += _LINE
    label = typeset(one.mark.label)
    if grid.below:
        drawn.append(text(3, y, cut(label, grid.left - 6, SMALL), size=SMALL, fill=SOFT))
    else:
        drawn.append(text(grid.width - 3, middle + 4, label, size=SMALL, bold=True, anchor="end"))
    return guide + "".join(drawn)


def _symbol_of(one: Residence, rank: int, grid: _Grid, key: str) -> str:
    middle, scale = grid.middle(rank), grid.scale
    value, high = one.mark.value or 0, one.mark.high
    span, told = "", told_by(one.mark, scale)
    if high is not None:
        span = rect(scale(value), middle - 3.5, scale(high) - scale(value), 7, LIGHT, stroke=INK, stroke_width=0.8,
                    **told)  # fmt: skip
    return span + symbol(scale(one.mark.place), middle, one.level, key, 0.85, **told)


def _levels(levels: set[str], y: float, width: float, key: str) -> tuple[str, float]:
    """Say what each symbol means, in the order of the map's legend, folded to the width."""
    x, y, parts = 8.0, y + 12, []
    known = [*looks()]
    for level in sorted(levels, key=lambda one: (one == UNDETERMINED, known.index(one))):
        words = f"niveau {level}" if level == UNDETERMINED else level
        room = width_of(words, SMALL) + 30
        if x + room > width + 16 and x > 8:
            x, y = 8.0, y + 17
        parts += [symbol(x, y - 4, level, key, 0.85), text(x + 11, y, words, size=SMALL, fill=SOFT)]
        x += room
    return f'<g data-legende="">{"".join(parts)}</g>', y + 12


def _box(names: list[str], status: str, y: float, width: float, key: str) -> tuple[str, float]:
    """Box the names that have no figure: a hatched band that says why, then the names in columns."""
    look = looks()[status]
    columns = 2 if len(names) > 1 and all(width_of(name, SMALL) <= width / 2 - 18 for name in names) else 1
    rows = -(-len(names) // columns)
    height = 30 + rows * 16
    fill = f"url(#{key}-{look.hatch})" if look.hatch else "#ffffff"
    words = typeset(f"{status} : {len(names)}")
    parts = [
        rect(0.7, y + 0.7, width - 1.4, height - 1.4, "#ffffff", stroke=look.stroke, stroke_width=1.2,
             stroke_dasharray=look.dash or None),
        rect(1.3, y + 1.3, width - 2.6, 18, fill) if look.hatch else "",
        rect(6, y + 1.3, width_of(words, 12, True) + 12, 18, "#ffffff") if look.hatch else "",
        text(12, y + 15, words, bold=True, fill="#3c4650"),
    ]  # fmt: skip
    for rank, name in enumerate(names):
        column, row = divmod(rank, rows)
        place = width / columns
        parts.append(text(12 + column * place, y + 35 + row * 16, cut(name, place - 18, SMALL), size=SMALL))
    return "".join(parts), y + height + _GAP
