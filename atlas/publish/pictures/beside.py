"""A unit beside others: one line per indicator, the unit's figure on a scale with those of its surroundings."""

from __future__ import annotations

from collections.abc import Sequence

from atlas.publish.legend import outline_of
from atlas.publish.pictures.model import Comparison, Mark
from atlas.publish.pictures.scale import Scale, top_of
from atlas.publish.pictures.style import DARK, LIGHT, PAPER, RULE, SMALL, SOFT, status_box, status_hatches, told_by
from atlas.publish.pictures.svg import line, num, path, picture, rect, text
from atlas.publish.pictures.words import cut, folded, width_of
from atlas.writing import quantity, typeset

_HEAD, _ROW = 24.0, 38.0
_NAMES = 0.44
_OTHERS = ("square", "diamond", "triangle", "circle")


def beside(
    comparisons: Sequence[Comparison],
    names: Sequence[str],
    *,
    key: str,
    title: str = "Comparaison",
    unit_name: str = "la résidence",
    width: float = 360,
) -> str:
    """Draw each indicator on a scale of its own from zero, with a symbol for each place compared.

    Parameters
    ----------
    comparisons : sequence of Comparison
        One per line; each ``others`` as long as ``names``. What is not published elsewhere is not drawn.
    names : sequence of str
        Four at most: ``le quartier``, ``la commune``, ``l'EPCI``.

    Returns
    -------
    str
        An SVG element.

    Raises
    ------
    ValueError
        When there are more places than symbols, or a line does not follow the names.
    """
    if len(names) > len(_OTHERS) or any(len(one.others) != len(names) for one in comparisons):
        raise ValueError("une comparaison ne suit pas les noms donnés")
    parts = [_legend(unit_name, names, width)]
    for rank, one in enumerate(comparisons):
        parts.append(_line(one, _HEAD + rank * _ROW, width, key))
    told = [_said(one, (unit_name, *names)) for one in comparisons]
    statuses = [one.mark.status for one in comparisons]
    height = _HEAD + len(comparisons) * _ROW
    return picture(key, title, ". ".join(told), width, height, *parts, definitions=status_hatches(key, statuses))


def _said(one: Comparison, names: Sequence[str]) -> str:
    shown = (one.mark, *one.others) if one.mark.published else (one.mark,)  # nothing else is drawn on that line
    figures = zip(names, shown, strict=False)
    return f"{one.name} : {', '.join(f'{name} {mark.label}' for name, mark in figures)}"


def _symbol(x: float, y: float, rank: int, **more: object) -> str:
    """Draw the unit (rank -1) as a large dark disc, a place as a pale shape of its own."""
    shape, size, fill = ("circle", 5.5, DARK) if rank < 0 else (_OTHERS[rank], 4.0, PAPER if rank % 2 else LIGHT)
    where = f"translate({num(x)} {num(y)})"
    return path(outline_of(shape, size), fill, transform=where, stroke=DARK, stroke_width=1.2, **more)


def _legend(unit_name: str, names: Sequence[str], width: float) -> str:
    x, drawn = 6.0, []
    for rank, name in enumerate((unit_name, *names), start=-1):
        words = cut(name, max(width - x - 12, 0), SMALL, rank < 0)
        drawn.append(_symbol(x, 8, rank) + text(x + 11, 12, words, size=SMALL, bold=rank < 0))
        x += width_of(words, SMALL, rank < 0) + 27
    return f'<g data-legende="">{"".join(drawn)}</g>'


def _line(one: Comparison, y: float, width: float, key: str) -> str:
    """Write the indicator on two lines at most, then its scale, then the unit's figure."""
    left, middle = width * _NAMES, y + _ROW / 2
    words = folded(typeset(one.name), left - 10, SMALL)
    start = middle + 4 - 6.5 * (len(words) - 1)
    parts = [line(0, y, width, y, RULE, 0.7)]
    parts += [text(0, start + 13 * rank, row, size=SMALL) for rank, row in enumerate(words)]
    if one.mark.value is None:
        return "".join(parts) + status_box(left, y + 7, width - left, _ROW - 14, one.mark.status, one.mark.label, key)
    label = typeset(one.mark.label)
    figure = width_of(label, 12, True)
    folds = figure > width * 0.2
    marks = [mark for mark in (one.mark, *one.others) if mark.published]
    top = top_of(None, [mark.high or mark.value or 0 for mark in marks], None)
    scale = Scale(top, left + 6, width - (12 if folds else 58))
    if folds:
        parts.append(text(width, y + 12, label, size=SMALL, bold=True, anchor="end"))
        middle = y + 21
    else:
        parts.append(text(width, middle + 4, label, bold=True, anchor="end"))
    parts.append(rect(scale.start, middle - 1, scale.end - scale.start, 2, RULE))
    parts.append(text(scale.start, middle + 14, "0", size=8.5, fill=SOFT, anchor="middle"))
    parts.append(text(scale.end, middle + 14, quantity(top), size=8.5, fill=SOFT, anchor="middle"))
    for rank, mark in [*enumerate(one.others), (-1, one.mark)]:
        if mark.published:
            told = told_by(mark, scale)
            parts.append(_span(mark, scale, middle) + _symbol(scale(mark.place), middle, rank, **told))
    return "".join(parts)


def _span(mark: Mark, scale: Scale, y: float) -> str:
    if mark.high is None or mark.value is None:
        return ""
    return rect(scale(mark.value), y - 3, scale(mark.high) - scale(mark.value), 6, LIGHT, stroke=DARK, stroke_width=0.8,
                **told_by(mark, scale))  # fmt: skip
