"""Symbology: the classes of a layer, what each looks like, and which class a row belongs to.

Classes come from the layer file and the rules in force, never from the data: a masked unit cannot move a break. Every
row belongs to exactly one class. The order of the classes is the drawing order: what is not a figure first, then from
the least to the most fragile, which is drawn last.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol

from atlas.writing import comma

if TYPE_CHECKING:
    import pandas as pd

# From light to dark, for colour-blind readers and greyscale: light yellow, greens, blues, dark blue.
PALETTES: Mapping[str, tuple[str, ...]] = {
    "fragilite": ("#f3f3c4", "#a6d9b6", "#57b3c0", "#2f7ab5", "#1d2f7f"),
}
# Outlines of the symbols, in units of their radius, y downwards; a circle has no outline, a cross has two strokes.
SHAPES: Mapping[str, tuple[tuple[float, float], ...]] = {
    "circle": (),
    "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "diamond": ((0.0, -1.2), (1.2, 0.0), (0.0, 1.2), (-1.2, 0.0)),
    "hexagon": ((0.0, -1.1), (0.95, -0.55), (0.95, 0.55), (0.0, 1.1), (-0.95, 0.55), (-0.95, -0.55)),
    "triangle": ((0.0, -1.2), (1.12, 0.85), (-1.12, 0.85)),
    "cross": ((-0.8, -0.8), (0.8, 0.8), (0.8, -0.8), (-0.8, 0.8)),
}
_THRESHOLD = "seuil"
_STROKE = "#2b3744"
_SIZES = (4.0, 7.5)  # radii in pixels, from the first class of a rate to the last


@dataclass(frozen=True)
class Clause:
    """A condition on one column: one of ``values``, or from ``start`` (included) to ``end`` (excluded)."""

    column: str
    values: tuple[str, ...] = ()
    start: float | None = None
    end: float | None = None


Condition = tuple[tuple[Clause, ...], ...]
EVERY: Condition = ((),)


@dataclass(frozen=True)
class SymbolClass:
    """One class of a layer.

    ``condition`` is a tuple of alternatives, each a tuple of clauses that must all hold. Conditions are disjoint, but
    for a class marked ``otherwise``: it takes what the others leave. ``colour`` is empty for outlines. ``size`` is a
    radius and ``width`` a line width, in pixels. ``status`` marks what is not a figure; ``reached`` the classes at or
    above the threshold of a criterion.
    """

    key: str
    label: str
    colour: str
    stroke: str
    shape: str
    size: float
    hatch: str
    condition: Condition
    dash: str = ""
    width: float = 1.0
    status: bool = False
    reached: bool = False
    otherwise: bool = False
    explanation: str = ""


class Ruled(Protocol):
    """What symbology reads of a rule."""

    @property
    def key(self) -> str:
        """Key of the parameter."""

    @property
    def value(self) -> Any:
        """Value in force."""


def classes_of(layer: Any, rules: Iterable[Ruled]) -> tuple[SymbolClass, ...]:
    """Give the classes of a layer in drawing order.

    Parameters
    ----------
    layer : atlas.catalogue.Layer
        As read by the catalogue.
    rules : iterable of atlas.parameters.Rule
        Rules in force; those of the layer's threshold and breaks are read.

    Returns
    -------
    tuple of SymbolClass
        Statuses first, then from the least to the most fragile.

    Raises
    ------
    KeyError
        When the layer's threshold is not among the rules.
    """
    values = {rule.key: rule.value for rule in rules}
    drawn = _rate_classes(layer, values) if layer.breaks else _written_classes(layer)
    if layer.direction == "bas":
        drawn = drawn[::-1]
    return (*_status_classes(layer), *drawn)


def classify(table: pd.DataFrame, layer: Any, rules: Iterable[Ruled]) -> pd.Series:
    """Give each row the key of its class.

    Parameters
    ----------
    table : DataFrame
        A unit table of an edition, with the columns that the layer names.

    Returns
    -------
    Series of str
        Same index, no missing value.

    Raises
    ------
    ValueError
        When a row belongs to no class: its status and its figure contradict each other.
    """
    import numpy as np
    import pandas as pd

    classes = classes_of(layer, rules)
    code = np.full(len(table), -1)
    for position, one in sorted(enumerate(classes), key=lambda entry: entry[1].otherwise):
        code[(code < 0) & holds(table, one.condition)] = position
    if (code < 0).any():
        lost = table.index[code < 0]
        raise ValueError(f"couche {layer.id} : {len(lost)} lignes sans classe, dont {lost[0]}")
    return pd.Series(np.array([one.key for one in classes], dtype=object)[code], index=table.index, dtype="str")


def holds(table: pd.DataFrame, condition: Condition) -> Any:
    """Tell which rows satisfy a condition (boolean array); a missing value satisfies no clause."""
    import numpy as np

    result = np.zeros(len(table), dtype=bool)
    for alternative in condition:
        every = np.ones(len(table), dtype=bool)
        for clause in alternative:
            column = table[clause.column]
            if clause.values:
                every &= column.isin(clause.values).to_numpy()
            else:
                every &= column.notna().to_numpy()
                if clause.start is not None:
                    every &= column.ge(clause.start).fillna(False).to_numpy(bool)
                if clause.end is not None:
                    every &= column.lt(clause.end).fillna(False).to_numpy(bool)
        result |= every
    return result


def expression(condition: Condition) -> str:
    """Write a condition as QGIS and SQL both read it.

    >>> expression(((Clause("st_inf40", ("publié",)), Clause("tx_inf40", start=20, end=30)),))
    '"st_inf40" IN (\\'publié\\') AND "tx_inf40" >= 20 AND "tx_inf40" < 30'
    """
    if condition == EVERY:
        return "TRUE"
    alternatives = [" AND ".join(_term(clause) for clause in alternative) for alternative in condition]
    return alternatives[0] if len(alternatives) == 1 else " OR ".join(f"({one})" for one in alternatives)


def _term(clause: Clause) -> str:
    column = '"' + clause.column.replace('"', '""') + '"'
    if clause.values:
        listed = ", ".join("'" + value.replace("'", "''") + "'" for value in clause.values)
        return f"{column} IN ({listed})"
    ends = [f"{column} >= {clause.start:g}"] if clause.start is not None else []
    ends += [f"{column} < {clause.end:g}"] if clause.end is not None else []
    return " AND ".join(ends) or f"{column} IS NOT NULL"


def palette(name: str, number: int) -> tuple[str, ...]:
    """Give colours from light to dark, evenly spread along a palette.

    >>> palette("fragilite", 2)
    ('#f3f3c4', '#1d2f7f')
    """
    anchors = [tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5)) for colour in PALETTES[name]]
    colours = []
    for step in range(number):
        place = step * (len(anchors) - 1) / max(number - 1, 1)
        low = min(int(place), len(anchors) - 2)
        mixed = (round(a + (b - a) * (place - low)) for a, b in zip(anchors[low], anchors[low + 1], strict=True))
        colours.append("#" + "".join(f"{channel:02x}" for channel in mixed))
    return tuple(colours)


def _rate_classes(layer: Any, values: Mapping[str, Any]) -> list[SymbolClass]:
    breaks = sorted({float(values[layer.threshold]) if one == _THRESHOLD else float(one) for one in layer.breaks})
    threshold = float(values[layer.threshold]) if layer.threshold else float("inf")
    ends: list[float | None] = [None, *breaks, None]
    colours = palette(layer.palette, len(breaks) + 1)
    step = (_SIZES[1] - _SIZES[0]) / len(breaks)
    published = Clause(f"st_{layer.indicator}", (layer.published,))
    classes = []
    for rank, (start, end) in enumerate(pairwise(ends)):
        key, label = _named(start, end)
        classes.append(
            SymbolClass(
                key=key,
                label=label,
                colour=colours[rank],
                stroke=_STROKE,
                shape="circle",
                size=_SIZES[0] + rank * step,
                hatch="",
                condition=((published, Clause(layer.column, start=start, end=end)),),
                reached=start is not None and start >= threshold,
            )
        )
    return classes


def _named(start: float | None, end: float | None) -> tuple[str, str]:
    """Key and French label of a span of percentages."""
    low, high = (comma(value) if value is not None else "" for value in (start, end))
    if low and high:
        return f"{low}_a_{high}", f"de {low} à moins de {high} %"
    return (f"{low}_et_plus", f"{low} % et plus") if low else (f"moins_de_{high}", f"moins de {high} %")


def _written_classes(layer: Any) -> list[SymbolClass]:
    """Classes as the file writes them; those on a rate hold for published figures only."""
    published = (Clause(f"st_{layer.indicator}", (layer.published,)),) if layer.indicator else ()
    classes = []
    for one in layer.classes:
        clauses = tuple(
            Clause(column, values=when) if isinstance(when, tuple) else Clause(column, start=when.start, end=when.end)
            for column, when in one.when.items()
        )
        classes.append(_symbol(one, ((*published, *clauses),), otherwise=one.otherwise))
    return classes


def _symbol(entry: Any, condition: Condition, **more: Any) -> SymbolClass:
    """Take the look of a class or of a status as its file writes it."""
    return SymbolClass(
        key=entry.key,
        label=entry.label,
        colour=entry.colour or "",
        stroke=entry.stroke,
        shape=entry.shape,
        size=entry.size,
        hatch=entry.hatch,
        condition=condition,
        dash=entry.dash,
        width=entry.width,
        **more,
    )


def _status_classes(layer: Any) -> list[SymbolClass]:
    """What stands in the place of a figure: read from the status column, or from those of the criteria of a level."""
    if layer.indicator:
        columns: Sequence[str] = (f"st_{layer.indicator}",)
        base: tuple[Clause, ...] = ()
    elif layer.undetermined:
        columns = tuple(f"st_{code}" for code in layer.criteria)
        base = (Clause(layer.column, (layer.undetermined,)),)
    else:
        return []
    classes: list[SymbolClass] = []
    stronger = []
    for status in layer.statuses:
        stronger.append(status.key)
        weaker = (layer.published, *(other.key for other in layer.statuses if other.key not in stronger))
        # A level is missing for the first reason, in the order of the statuses, that one of its criteria gives.
        condition: Condition = tuple(
            (
                *base,
                Clause(column, (status.key,)),
                *(Clause(other, (*weaker, status.key)) for other in columns if other != column),
            )
            for column in columns
        )
        if base:  # some methods say it themselves
            condition = ((Clause(layer.column, (status.key,)),), *condition)
        if base and not classes:  # published figures that are too rounded to tell are hidden in part
            condition = (*condition, (*base, *(Clause(column, (layer.published,)) for column in columns)))
        classes.append(_symbol(status, condition, status=True, explanation=status.explanation))
    return classes[::-1]
