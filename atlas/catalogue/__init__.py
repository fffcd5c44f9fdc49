"""The pictures: every published layer, read from ``layers/*.toml`` and checked.

One file is one layer (or one per variant): the same file drives the web map, its legend, the QGIS style, the static
print and the dictionary. Files that start with ``_`` hold what layers share: groups, caveats, statuses, tables.
"""

from atlas.catalogue.model import (
    DIRECTIONS,
    KINDS,
    THRESHOLD,
    Catalogue,
    Caveat,
    Declared,
    Group,
    Layer,
    LayerClass,
    Range,
    Status,
    TableView,
)
from atlas.catalogue.reading import read_catalogue

__all__ = [
    "DIRECTIONS",
    "KINDS",
    "THRESHOLD",
    "Catalogue",
    "Caveat",
    "Declared",
    "Group",
    "Layer",
    "LayerClass",
    "Range",
    "Status",
    "TableView",
    "read_catalogue",
]
