"""Dwellings or residences by level: one stacked bar, then a line per level with its symbol and its number."""

from __future__ import annotations

from collections.abc import Sequence

from atlas.publish.pictures.model import Row
from atlas.publish.pictures.style import looks, status_box, status_hatches, symbol
from atlas.publish.pictures.svg import COUNTS, picture, rect, text
from atlas.publish.pictures.words import cut, width_of
from atlas.writing import typeset

_BAR, _ROW = 26.0, 21.0
_NUMBERS = 150.0  # pixels, at most, for a number and its unit


def levels_bar(counts: Sequence[Row], *, key: str, title: str = "Niveaux", unit: str = "", width: float = 360) -> str:
    """Draw how many dwellings (or residences) stand at each level, in the order given.

    Parameters
    ----------
    counts : sequence of Row
        ``name`` is a level of a method.
    unit : str
        What is counted, written after each number: ``logements``.

    Returns
    -------
    str
        An SVG element.
    """
    by_level = {row.name: row for row in counts}
    order = [*by_level]
    # Shares of a whole that is not known would lie: the bar is drawn when every number is published.
    every = all(by_level[level].count is not None for level in order)
    total = sum(by_level[level].count or 0 for level in order) if every else 0
    parts, x = [], 0.0
    for level in order:
        look, count = looks()[level], by_level[level].count or 0
        wide = count * width / total if total else 0
        if wide <= 0:
            continue
        parts.append(rect(x + 0.5, 0.5, wide - 1, _BAR - 1, look.colour, stroke=look.stroke, stroke_width=1,
                          data_effectif=count))  # fmt: skip
        if wide >= 20:
            # A white disc under the symbol: its shape is read on a bar of its own colour.
            parts.append(rect(x + wide / 2 - 9, 3.5, 18, _BAR - 7, "#ffffff", rx=9))
            parts.append(symbol(x + wide / 2, _BAR / 2 + 0.5, level, key, 0.9))
        x += wide
    y = _BAR + 8 if total else 0.0
    numbers = max([width_of(_written(by_level[level], unit), 12, True) for level in order], default=0)
    for level in order:
        row, middle = by_level[level], y + _ROW / 2
        parts.append(symbol(10, middle, level, key))
        parts.append(text(24, middle + 4.2, cut(level, width - numbers - 40, 12)))
        if row.count is None:
            wide = width_of(row.label, 12, True) + 44
            parts.append(status_box(width - wide, y + 1, wide, _ROW - 2, row.status, row.label, key))
        else:
            parts.append(text(width, middle + 4.2, typeset(_written(row, unit)), bold=True, anchor="end"))
        y += _ROW
    told = ". ".join(f"{level} : {_written(by_level[level], unit)}" for level in order)
    statuses = [by_level[level].status for level in order if by_level[level].count is None]
    definitions = status_hatches(key, statuses)
    return picture(key, title, told, width, max(y, 1), *parts, definitions=definitions, tells=COUNTS)


def _written(row: Row, unit: str) -> str:
    words = f"{row.label} {unit}" if unit and row.count is not None else row.label
    return cut(words, _NUMBERS, 12, True)
