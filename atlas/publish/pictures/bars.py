"""Horizontal bars of counts: dwellings by size or energy label, with a hatched part."""

from __future__ import annotations

from collections.abc import Sequence

from atlas.publish.pictures.model import Row
from atlas.publish.pictures.style import DARK, LIGHT, RULE, SMALL, hatches, status_box, status_hatches
from atlas.publish.pictures.svg import COUNTS, line, picture, rect, text
from atlas.publish.pictures.words import cut, width_of
from atlas.writing import typeset

_ROW, _BAR = 22.0, 15.0


def bars(
    rows: Sequence[Row],
    *,
    key: str,
    title: str = "Effectifs",
    part_name: str = "",
    width: float = 360,
    most: float | None = None,
) -> str:
    """Draw one bar per row from zero, the number written at its end.

    Parameters
    ----------
    rows : sequence of Row
        In the order to show. Where a row has a ``part``, the start of its bar is hatched.
    part_name : str
        What the hatched part is: ``dont loyer sous le plafond PLAI``; written under the bars.
    most : float, optional
        Count that fills the width, to draw several pictures on one scale.

    Returns
    -------
    str
        An SVG element.
    """
    names = min(max([24.0, *(width_of(row.name, 12) for row in rows)]) + 10, width * 0.42)
    labels = max([20.0, *(width_of(_written(row), SMALL, True) for row in rows if row.count is not None)]) + 8
    room = max(width - names - labels, 40)
    scale = room / (most or max([row.count or 0 for row in rows], default=0) or 1)
    parts = [line(names, 0, names, len(rows) * _ROW, RULE, 1.2)]
    for rank, row in enumerate(rows):
        y = rank * _ROW + (_ROW - _BAR) / 2
        parts.append(text(names - 8, y + 11.5, cut(row.name, names - 10, 12), anchor="end"))
        if row.count is None:
            wide = min(max(width_of(row.label, 12, True) + 50, 120), width - names)
            parts.append(status_box(names + 1, y - 2, wide, _BAR + 4, row.status, row.label, key))
            continue
        long = row.count * scale
        if row.count:
            parts.append(rect(names, y, long, _BAR, LIGHT, stroke=DARK, stroke_width=0.8, data_effectif=row.count))
        if row.part:
            parts.append(rect(names, y, row.part * scale, _BAR, f"url(#{key}-partie)", stroke=DARK, stroke_width=0.8,
                              data_effectif=row.part))  # fmt: skip
        parts.append(text(names + long + 6, y + 11.5, typeset(_written(row)), size=SMALL, bold=True))
    height = len(rows) * _ROW + 2
    parted = any(row.part for row in rows)
    if part_name and parted:
        parts.append(rect(names, height + 8, 18, 11, f"url(#{key}-partie)", stroke=DARK, stroke_width=0.8))
        parts.append(text(names + 24, height + 17.5, cut(typeset(part_name), width - names - 24, SMALL), size=SMALL))
        height += 26
    told = [f"{row.name} : {row.label}{f', {part_name} : {row.part_label}' if row.part_label else ''}" for row in rows]
    statuses = [row.status for row in rows if row.count is None]
    definitions = (hatches(key, "partie") if parted else "") + status_hatches(key, statuses)
    return picture(key, title, ". ".join(told), width, max(height, 1), *parts, definitions=definitions, tells=COUNTS)


def _written(row: Row) -> str:
    return f"{row.label} ({row.part_label})" if row.part_label else row.label
