"""The matrix: residences in lines, indicators in columns, each figure a bar beside the rate from which it stands out.

What stands out is darker *and* bears a sign; a figure that is not published has the symbol of its reason and no bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from atlas.publish.pictures.model import Mark
from atlas.publish.pictures.scale import Scale, top_of
from atlas.publish.pictures.style import (
    DARK,
    LIGHT,
    PAPER,
    RULE,
    SMALL,
    SOFT,
    STATUS_ORDER,
    THRESHOLD,
    status_hatches,
    symbol,
    told_by,
)  # fmt: skip
from atlas.publish.pictures.svg import INK, line, picture, rect, text
from atlas.publish.pictures.words import cut, folded, width_of
from atlas.writing import typeset

_ROW, _BAR, _LINE = 19.0, 10.0, 12.0
_NAMES, _MARGIN, _SIGN = 190.0, 6.0, 15.0
_GROUP, _TITLE_LINES = 20.0, 4
OVER, OPEN = "▲", "?"


@dataclass(frozen=True)
class Heading:
    """One column: its title, and the rate from which a figure stands out, None where the edition tells none.

    ``group`` is written once over the columns that share it.
    """

    title: str
    threshold: float | None = None
    group: str = ""


@dataclass(frozen=True)
class Cell:
    """One figure, and whether it stands out: None where what is published does not settle it."""

    mark: Mark
    over: bool | None = None


@dataclass(frozen=True)
class Crossed:
    """One line: a unit and its figures, in the order of the columns; ``main`` for what the others are compared with."""

    name: str
    cells: tuple[Cell, ...]
    main: bool = False


def matrix(
    rows: Sequence[Crossed],
    headings: Sequence[Heading],
    *,
    key: str,
    title: str,
    stands_out: str,
    width: float = 960,
) -> str:
    """Draw one bar per unit and indicator, each column on a scale of its own from zero.

    Parameters
    ----------
    stands_out : str
        What a figure that stands out is, in words: ``surreprésenté``.

    Returns
    -------
    str
        An SVG element.
    """
    wide = (width - _NAMES) / len(headings)
    titles = [folded(typeset(one.title), wide - 4, 10, bold=True, lines=_TITLE_LINES) for one in headings]
    head = _GROUP + _LINE * max(map(len, titles)) + 8
    scales = [_scale(rank, one, rows, wide) for rank, one in enumerate(headings)]
    foot = head + _ROW * len(rows)
    parts = [
        text(scale.start, head - 8 - _LINE * (len(words) - 1 - rank), word, size=10, bold=True)
        for scale, words in zip(scales, titles, strict=True)
        for rank, word in enumerate(words)
    ]
    parts += _groups(headings, scales, width)
    for rank, row in enumerate(rows):
        y = head + _ROW * rank
        parts.append(line(0, y, width, y, RULE, 1.4 if rank and rows[rank - 1].main else 0.6))
        parts.append(text(0, y + 13.2, cut(row.name, _NAMES - 8, 12, row.main), bold=row.main))
        parts += [
            _cell(cell, scale, y, key, signed=not row.main) for cell, scale in zip(row.cells, scales, strict=True)
        ]
    parts += [
        line(scale(one.threshold), head, scale(one.threshold), foot, THRESHOLD, 1.2, stroke_dasharray="4 3")
        for one, scale in zip(headings, scales, strict=True)
        if one.threshold is not None
    ]
    statuses = {cell.mark.status for row in rows for cell in row.cells if not cell.mark.published}
    absent = [status for status in STATUS_ORDER if status in statuses]
    unsettled = any(cell.over is None and cell.mark.published for row in rows if not row.main for cell in row.cells)
    classed = any(cell.mark.high is not None for row in rows for cell in row.cells)
    legend, foot = _legend(stands_out, absent, foot + 20, width, key, unsettled=unsettled, classed=classed)
    told = [_said(row, headings, stands_out) for row in rows if not row.main]
    return picture(
        key, title, ". ".join(told), width, foot, *parts, legend, definitions=status_hatches(key, absent)
    )  # fmt: skip


def _scale(rank: int, heading: Heading, rows: Sequence[Crossed], wide: float) -> Scale:
    marks = [row.cells[rank].mark for row in rows]
    ends = [mark.high or mark.value or 0.0 for mark in marks if mark.published]
    start = _NAMES + rank * wide
    return Scale(top_of(heading.threshold, ends), start, start + wide - _MARGIN - _SIGN)


def _groups(headings: Sequence[Heading], scales: Sequence[Scale], width: float) -> list[str]:
    """Write each group over its columns, with a rule as long as they are."""
    firsts = [
        rank for rank, one in enumerate(headings) if one.group and (not rank or headings[rank - 1].group != one.group)
    ]
    ends = [*(scales[rank].start - 2 * _MARGIN for rank in firsts[1:]), width]
    drawn = []
    for rank, end in zip(firsts, ends, strict=True):
        start = scales[rank].start
        drawn.append(text(start, 11, cut(headings[rank].group, end - start, SMALL), size=SMALL, fill=SOFT))
        drawn.append(line(start, 16, end, 16, RULE, 1.2))
    return drawn


def _cell(cell: Cell, scale: Scale, y: float, key: str, *, signed: bool) -> str:
    mark, middle = cell.mark, y + _ROW / 2
    if mark.value is None:
        return symbol(scale.start + 7, middle, mark.status, key)
    top, told = middle - _BAR / 2, told_by(mark, scale)
    look = {"stroke": DARK, "stroke_width": 0.8}
    drawn = ""
    if mark.high is None or mark.value > 0:
        long = max(scale(mark.value) - scale.start, 2.0 if mark.high is None else 0.0)
        drawn = rect(scale.start, top, long, _BAR, DARK if cell.over else LIGHT, **look, **told)
    if mark.high is not None:
        drawn += _span(scale(mark.value), top, scale(mark.high) - scale(mark.value), **told)
    sign = {True: OVER, None: OPEN}.get(cell.over, "")
    if sign and signed:
        drawn += text(scale.end + 3, middle + 4, sign, size=SMALL, bold=True, fill=INK if cell.over else SOFT)
    return drawn


def _span(x: float, y: float, width: float, **more: object) -> str:
    """Outline where a figure may be that is published by a class or a bound."""
    return rect(x, y, width, _BAR, PAPER, stroke=DARK, stroke_width=0.8, stroke_dasharray="2 2", **more)


def _legend(
    stands_out: str, absent: Sequence[str], y: float, width: float, key: str, *, unsettled: bool, classed: bool
) -> tuple[str, float]:
    """Say what each shape is, folded over as many lines as they need; give where the legend ends too."""
    entries = [
        (rect(0, -9, 18, _BAR, DARK), f"{stands_out} ({OVER})"),
        (rect(0, -9, 18, _BAR, LIGHT, stroke=DARK, stroke_width=0.8), "pas au-dessus"),
        (line(9, -12, 9, 3, THRESHOLD, 1.2, stroke_dasharray="4 3"), "taux à partir duquel on l'est"),
        *([(_span(0, -9, 18), "publié par une classe ou une borne : de là à là")] if classed else []),
        *([("", f"{OPEN} : les chiffres publiés ne le disent pas")] if unsettled else []),
        *((symbol(9, -4, status, key), status) for status in absent),
    ]
    x, drawn = 0.0, []
    for shape, words in entries:
        told = typeset(words)
        room = (24 if shape else 0) + width_of(told, SMALL) + 18
        if x and x + room > width:
            x, y = 0.0, y + 18
        drawn.append(f'<g transform="translate({x:.1f} {y:.1f})" data-legende="">{shape}')
        drawn.append(text(24 if shape else 0, 0, told, size=SMALL) + "</g>")
        x += room
    return "".join(drawn), y + 8


def _said(row: Crossed, headings: Sequence[Heading], stands_out: str) -> str:
    over = [one.title for one, cell in zip(headings, row.cells, strict=True) if cell.over]
    return f"{row.name} : {stands_out} : {', '.join(over)}" if over else f"{row.name} : rien de {stands_out}"
