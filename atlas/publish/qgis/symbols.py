"""Symbols of QGIS, drawn as the web map draws its classes: same shapes, sizes, colours, hatches and dashes.

In: a :class:`atlas.symbology.SymbolClass`, sizes in CSS pixels. Out: ``<symbol>`` elements, sizes in millimetres.
"""

from __future__ import annotations

from typing import Any
from xml.etree.ElementTree import Element

from atlas.publish.qgis.elements import MM_PER_PIXEL, add, add_options, colour
from atlas.symbology import SymbolClass

# QGIS names and draws a shape inside a box: name, and side of that box in radii of the class.
_MARKERS = {
    "circle": ("circle", 2.0),
    "square": ("square", 1.8),
    "diamond": ("diamond", 2.4),
    "hexagon": ("hexagon", 2.2),
    "triangle": ("triangle", 2.24),
    "cross": ("cross2", 1.6),
}
_NO_UNIT_SCALE = "3x:0,0,0,0,0,0"
_HATCH_STEP = 4.2  # pixels between two strokes, as in the patterns of the pages
_HATCH_WIDTH = 1.3
_DOT_STEP, _DOT_SIZE = 6.0, 1.6


def symbol_of(one: SymbolClass, kind: str, name: str, level: int) -> Element:
    """Draw a class as a point, a surface or an outline.

    Parameters
    ----------
    kind : {"points", "surfaces", "contours"}
    name : str
        What the renderer calls the symbol.
    level : int
        Drawing pass: higher ones are drawn over lower ones.
    """
    if kind == "points":
        symbol = _symbol("marker", name)
        _marker(symbol, one, level, name)
    else:
        symbol = _symbol("fill", name)
        if kind == "surfaces":
            _surface(symbol, one, level, name, outlined=not one.dash)
        if kind == "contours" or one.dash:
            _outline(symbol, one, level)
    return symbol


def _symbol(kind: str, name: str) -> Element:
    return Element("symbol", {"type": kind, "name": name, "alpha": "1", "clip_to_extent": "1", "force_rhr": "0"})


def _layer(symbol: Element, kind: str, level: int, **properties: Any) -> Element:
    layer = add(symbol, "layer", class_=kind, **{"pass": level}, locked=0, enabled=1)
    add_options(layer, properties, old=True)
    return layer


def _marker(symbol: Element, one: SymbolClass, level: int, name: str) -> None:
    shape, side = _MARKERS[one.shape]
    box = {"name": shape, "size": side * one.size * MM_PER_PIXEL, "size_unit": "MM", "scale_method": "diameter"}
    stroke = _stroke(one)
    if one.hatch and one.shape != "cross":
        layer = _layer(symbol, "FilledMarker", level, angle="0", **box)
        inner = _symbol("fill", f"@{name}@0")
        _surface(inner, one, level, f"@{name}@0", outlined=True)
        layer.append(inner)
        return
    fill = colour(one.colour or "#ffffff", 255 if one.colour else 0)
    _layer(symbol, "SimpleMarker", level, angle="0", color=fill, joinstyle="miter", **box, **stroke)


def _surface(symbol: Element, one: SymbolClass, level: int, name: str, *, outlined: bool) -> None:
    """Fill, then the hatch over it."""
    stroke = _stroke(one) if outlined else {**_stroke(one), "outline_style": "no"}
    _layer(
        symbol,
        "SimpleFill",
        level,
        color=colour(one.colour or "#ffffff", 255 if one.colour else 0),
        style="solid",
        joinstyle="miter",
        **stroke,
    )
    if one.hatch == "diagonale":
        layer = _layer(
            symbol,
            "LinePatternFill",
            level,
            angle="45",
            distance=_HATCH_STEP * MM_PER_PIXEL,
            distance_unit="MM",
            line_width=_HATCH_WIDTH * MM_PER_PIXEL,
            line_width_unit="MM",
            color=colour(one.stroke),
        )
        inner = _symbol("line", f"@{name}@1")
        _layer(
            inner,
            "SimpleLine",
            0,
            line_color=colour(one.stroke),
            line_style="solid",
            line_width=_HATCH_WIDTH * MM_PER_PIXEL,
            line_width_unit="MM",
        )
        layer.append(inner)
    elif one.hatch == "points":
        step = _DOT_STEP * MM_PER_PIXEL
        layer = _layer(
            symbol,
            "PointPatternFill",
            level,
            distance_x=step,
            distance_x_unit="MM",
            distance_y=step,
            distance_y_unit="MM",
            displacement_x=step / 2,
            displacement_x_unit="MM",
        )
        inner = _symbol("marker", f"@{name}@1")
        size = _DOT_SIZE * MM_PER_PIXEL
        properties = {"name": "square", "size": size, "size_unit": "MM", "outline_style": "no"}
        _layer(inner, "SimpleMarker", 0, color=colour(one.stroke), **properties)
        layer.append(inner)


def _outline(symbol: Element, one: SymbolClass, level: int) -> None:
    """Draw the line around a surface, dashed as the class says: a fill alone knows no such dash."""
    dashes = ";".join(f"{float(length) * MM_PER_PIXEL:.4g}" for length in one.dash.split())
    _layer(
        symbol,
        "SimpleLine",
        level,
        line_color=colour(one.stroke),
        line_style="solid",
        line_width=one.width * MM_PER_PIXEL,
        line_width_unit="MM",
        joinstyle="round",
        capstyle="flat",
        use_custom_dash="1" if dashes else "0",
        customdash=dashes or "5;2",
        customdash_unit="MM",
        customdash_map_unit_scale=_NO_UNIT_SCALE,
    )


def _stroke(one: SymbolClass) -> dict[str, Any]:
    return {
        "outline_color": colour(one.stroke),
        "outline_style": "dot" if one.dash else "solid",
        "outline_width": one.width * MM_PER_PIXEL,
        "outline_width_unit": "MM",
    }
