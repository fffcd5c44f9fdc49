"""The few forms of XML that every QGIS file repeats.

In: names and values. Out: elements of :mod:`xml.etree.ElementTree`. Values that a page or a file brought are escaped by
the tree itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
VERSION = "3.22.16-Białowieża"  # the last of the oldest long-term release; QGIS warns of any project older than it
MM_PER_PIXEL = 25.4 / 96  # CSS pixels, so that a printed map has the sizes of the web map


def add(parent: Element, tag: str, text: str | None = None, /, **attributes: Any) -> Element:
    """Add a child with its text and attributes.

    >>> ElementTree.tostring(add(Element("a"), "b", "c", n=1))
    b'<b n="1">c</b>'
    """
    child = SubElement(parent, tag, {name.rstrip("_"): written(value) for name, value in attributes.items()})
    child.text = text
    return child


def add_options(parent: Element, values: Mapping[str, Any], *, old: bool = False) -> Element:
    """Add a map of options; ``old`` also writes them the way QGIS read them before 3.18."""
    options = add(parent, "Option", type="Map")
    for name, value in values.items():
        add(options, "Option", name=name, type=_kind(value), value=value)
    if old:
        for name, value in values.items():
            add(parent, "prop", k=name, v=value)
    return options


def written(value: Any) -> str:
    """Write a value as QGIS does.

    >>> written(True), written(0.5), written(12.0)
    ('1', '0.5', '12')
    """
    if isinstance(value, bool):
        return str(int(value))
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def colour(code: str, alpha: int = 255) -> str:
    """Write a colour as QGIS does.

    >>> colour("#cfe1f2")
    '207,225,242,255'
    """
    return ",".join([*(str(int(code[start : start + 2], 16)) for start in (1, 3, 5)), str(alpha)])


def document(root: Element) -> str:
    """Write a whole QGIS document."""
    return DOCTYPE + ElementTree.tostring(root, encoding="unicode")


def _kind(value: Any) -> str:
    return {bool: "bool", int: "int", float: "double"}.get(type(value), "QString")
