"""What QGIS Server and Lizmap read of a project besides what QGIS draws: services, names, projections.

In: the leaves of the tree of layers. Out: project properties. A layer's name in a request is its own identifier: titles
hold commas, which separate the layers of a request, and the same title may name residences, IRIS and communes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from atlas.publish.notices import secrecy_notice
from atlas.publish.qgis.elements import add
from atlas.publish.qgis.tree import Leaf, layer_id

if TYPE_CHECKING:
    from atlas.edition import Edition

_WEB = ("EPSG:3857", "EPSG:4326")


def add_services(properties: Element, edition: Edition, leaves: Iterable[Leaf], extent: Sequence[float]) -> None:
    """Declare the map service of the project, and the tables that may be read through it, never written."""
    title = f"Atlas des résidences : {edition.context.territory}"
    add(properties, "WMSServiceCapabilities", "true", type="bool")
    add(properties, "WMSServiceTitle", title, type="QString")
    add(properties, "WMSServiceAbstract", secrecy_notice(edition), type="QString")
    code = edition.crs.to_epsg()
    _list(properties, "WMSCrsList", [*([f"EPSG:{code}"] if code else []), *_WEB])
    _list(properties, "WMSExtent", [f"{value:.1f}" for value in extent])
    _list(properties, "WFSLayers", [layer_id(leaf.id) for leaf in leaves if leaf.picture])


def _list(parent: Element, name: str, values: Iterable[str]) -> None:
    held = add(parent, name, type="QStringList")
    for value in values:
        add(held, "value", value)
