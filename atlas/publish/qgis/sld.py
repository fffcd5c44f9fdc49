"""SLD 1.1 (OGC 05-077r4), for map servers: the same classes, colours, shapes and texts.

In: a :class:`atlas.publish.qgis.pictures.Picture`. Out: one ``StyledLayerDescriptor``. SLD knows no hatch that every
server draws: a hatched class keeps its outline, dashed, and its own text.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from atlas.publish.qgis.pictures import Picture
from atlas.symbology import EVERY, Clause, Condition, SymbolClass

_SLD, _SE = "http://www.opengis.net/sld", "http://www.opengis.net/se"
_OGC = "http://www.opengis.net/ogc"
_MARKS = {
    "circle": ("circle", 0),
    "hexagon": ("circle", 0),  # the standard knows no hexagon
    "square": ("square", 0),
    "diamond": ("square", 45),
    "triangle": ("triangle", 0),
}
_CROSS = ("x", 0)
_HATCH_DASH = "3 2"

for _prefix, _space in (("sld", _SLD), ("se", _SE), ("ogc", _OGC)):
    register_namespace(_prefix, _space)


def sld_of(picture: Picture) -> str:
    """Write a picture as SLD."""
    root = Element(f"{{{_SLD}}}StyledLayerDescriptor", {"version": "1.1.0"})
    named = _se(SubElement(root, f"{{{_SLD}}}NamedLayer"), "Name", picture.layer.name, parent=True)
    style = SubElement(named, f"{{{_SLD}}}UserStyle")
    _se(style, "Name", picture.id)
    description = _se(style, "Description")
    _se(description, "Title", picture.style_name)
    _se(description, "Abstract", picture.description)
    kind = _se(style, "FeatureTypeStyle")
    # A server draws rules in order: what is drawn last must come last.
    order = sorted(range(len(picture.classes)), key=lambda position: picture.levels[position])
    for position in order:
        _rule(kind, picture.classes[position], picture.kind, alone=len(picture.classes) == 1)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode")


def _se(element: Element, tag: str, text: str | None = None, *, parent: bool = False, **attributes: str) -> Element:
    child = SubElement(element, f"{{{_SE}}}{tag}", attributes)
    child.text = text
    return element if parent else child


def _rule(style: Element, one: SymbolClass, kind: str, *, alone: bool) -> None:
    rule = _se(style, "Rule")
    _se(rule, "Name", one.key)
    _se(_se(rule, "Description"), "Title", one.label)
    if one.otherwise and not alone:
        _se(rule, "ElseFilter")
    elif one.condition != EVERY and not one.otherwise:
        _filter(SubElement(rule, f"{{{_OGC}}}Filter"), one.condition)
    if kind == "points":
        graphic = _se(_se(rule, "PointSymbolizer"), "Graphic")
        name, turn = _MARKS.get(one.shape, _CROSS)
        mark = _se(graphic, "Mark")
        _se(mark, "WellKnownName", name)
        _paint(mark, one, filled=True)
        _se(graphic, "Size", f"{2 * one.size:g}")
        if turn:
            _se(graphic, "Rotation", str(turn))
    else:
        _paint(_se(rule, "PolygonSymbolizer"), one, filled=kind == "surfaces")


def _paint(parent: Element, one: SymbolClass, *, filled: bool) -> None:
    if filled and one.colour:
        _se(_se(parent, "Fill"), "SvgParameter", one.colour, name="fill")
    stroke = _se(parent, "Stroke")
    _se(stroke, "SvgParameter", one.stroke, name="stroke")
    _se(stroke, "SvgParameter", f"{one.width:g}", name="stroke-width")
    dash = one.dash or (_HATCH_DASH if one.hatch else "")
    if dash:
        _se(stroke, "SvgParameter", dash, name="stroke-dasharray")


def _filter(parent: Element, condition: Condition) -> None:
    """Write a condition: any of its alternatives, all the clauses of each."""
    either = _joined(parent, "Or", len(condition))
    for alternative in condition:
        both = _joined(either, "And", sum(_terms(clause) for clause in alternative))
        for clause in alternative:
            _clause(both, clause)


def _terms(clause: Clause) -> int:
    return 1 if clause.values else (clause.start is not None) + (clause.end is not None)


def _joined(parent: Element, operator: str, number: int) -> Element:
    return SubElement(parent, f"{{{_OGC}}}{operator}") if number > 1 else parent


def _clause(parent: Element, clause: Clause) -> None:
    if clause.values:
        anyone = _joined(parent, "Or", len(clause.values))
        _compare(anyone, "PropertyIsEqualTo", clause.column, clause.values)
    if clause.start is not None:
        _compare(parent, "PropertyIsGreaterThanOrEqualTo", clause.column, [f"{clause.start:g}"])
    if clause.end is not None:
        _compare(parent, "PropertyIsLessThan", clause.column, [f"{clause.end:g}"])


def _compare(parent: Element, operator: str, column: str, values: Iterable[str]) -> None:
    for value in values:
        comparison = SubElement(parent, f"{{{_OGC}}}{operator}")
        SubElement(comparison, f"{{{_OGC}}}PropertyName").text = column
        SubElement(comparison, f"{{{_OGC}}}Literal").text = value
