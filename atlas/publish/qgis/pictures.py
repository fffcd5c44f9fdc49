"""What QGIS shows: each layer of the web map, and the layers that only a GIS has, as one list.

In: a sealed edition. Out: :class:`Picture` objects, each one table drawn one way, in the order of the menus. What the
web map does not offer (a rate that no row publishes) is not offered here either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from atlas.publish.layers import OUTLINES, Layer
from atlas.publish.legend import legend_of
from atlas.publish.page_data import drawable
from atlas.symbology import SymbolClass

if TYPE_CHECKING:
    from atlas.catalogue import Catalogue
    from atlas.catalogue import Layer as Drawing
    from atlas.edition import Edition
    from atlas.methods import Levels, Method

DETAIL, TABLES = "detail", "tables"
# What a planner may correct in QGIS; figures are computed and are not to be typed over.
DESCRIPTIVE = frozenset({"id", "nom", "id_residence", "bailleur", "code_insee", "code_iris", "code_qpv", "situation"})
_OF_LEVELS = {OUTLINES: "surfaces", "adresses": "points"}  # coloured by the levels of residences
_SMALLER = 0.7  # an address is drawn smaller than its residence


@dataclass(frozen=True)
class Picture:
    """One way of drawing one table.

    ``classes`` are in the order of the legend; ``levels`` the drawing pass of each. ``group`` and ``family`` are those
    of the catalogue, or :data:`DETAIL`, :data:`TABLES`. ``kind`` is empty for a table without geometry, ``editable``
    names the columns that QGIS lets change. ``leads``: it draws the levels of the method shown first;
    ``scales``: each method with the column and the classes that are shown. ``query``: the request on the GeoPackage
    that gives its rows, where no table of it does; ``played``: for how many years a row holds, in a layer that follows
    time.
    """

    id: str
    title: str
    layer: Layer
    kind: str
    group: str
    family: str = ""
    classes: tuple[SymbolClass, ...] = ()
    levels: tuple[int, ...] = ()
    tooltip: tuple[str, ...] = ()
    label_column: str = ""
    description: str = ""
    visible: bool = False
    editable: frozenset[str] = DESCRIPTIVE
    leads: bool = False
    query: str = ""
    played: int = 0
    scales: tuple[tuple[Method, str, Levels], ...] = ()

    @property
    def style_name(self) -> str:
        """Name of the style, unique among those of the table."""
        return f"{self.family} : {self.title}" if self.family else self.title


def pictures_of(edition: Edition, catalogue: Catalogue, layers: Sequence[Layer]) -> tuple[Picture, ...]:
    """List what QGIS shows of an edition, every table at least once."""
    tables = {layer.name: layer for layer in layers}
    pictures = [_drawn(drawing, edition, catalogue, tables[drawing.table]) for drawing in drawable(edition, catalogue)]
    levels = leading(pictures)
    if levels is not None:
        pictures += [_like_levels(levels, tables[name], kind) for name, kind in _OF_LEVELS.items() if name in tables]
    shown = {picture.layer.name for picture in pictures}
    outline = next((picture for picture in pictures if picture.id == "communes_contours"), None)
    for layer in layers:
        if layer.name in shown:
            continue
        if layer.geometry and outline is not None:
            outlined = replace(outline, id=layer.name, title=layer.title, layer=layer, visible=False, family="")
            pictures.append(replace(outlined, group=DETAIL, label_column=""))
        else:
            group = DETAIL if layer.geometry else TABLES
            pictures.append(Picture(layer.name, layer.title, layer, "", group, scales=edition.scales))
    return tuple(pictures)


def leading(pictures: Sequence[Picture]) -> Picture | None:
    """Find the picture that draws the levels of residences by the method shown first."""
    return next((picture for picture in pictures if picture.leads), None)


def default_of(pictures: Sequence[Picture], table: str) -> Picture:
    """Choose how a table is drawn when it is opened alone: the levels, then figures before outlines."""
    own = sorted((one for one in pictures if one.layer.name == table), key=lambda one: not one.leads)
    return next((picture for picture in own if picture.kind != "contours"), own[0])


def _drawn(drawing: Drawing, edition: Edition, catalogue: Catalogue, layer: Layer) -> Picture:
    legend = legend_of(drawing, edition, catalogue)
    # The legend goes from the most fragile down, then statuses; drawing goes the other way round.
    passes = tuple(reversed(range(len(legend.classes))))
    sources = f" Sources : {' ; '.join(map(str, legend.sources))}." if legend.sources else ""
    rules = f" {legend.rules_line}" if legend.rules else ""
    near = {name: method.close for method in edition.methods for name in (method.level, method.proven) if name}
    leads = (drawing.table, drawing.column) == ("residences", edition.level)
    return Picture(
        id=drawing.id,
        title=drawing.title,
        layer=layer,
        kind=drawing.kind,
        group=drawing.group,
        family=drawing.family,
        classes=legend.classes,
        levels=passes,
        tooltip=tuple(name for column in drawing.tooltip for name in (column, near.get(column)) if name),
        label_column=drawing.label_column or ("nom" if drawing.kind == "points" else ""),
        description=f"{drawing.unit}. {drawing.reading} {legend.secrecy}{sources}{rules}",
        visible=leads if drawing.undetermined else drawing.visible,
        leads=leads,
        scales=edition.scales,
    )


def _like_levels(levels: Picture, layer: Layer, kind: str) -> Picture:
    columns = {column.name for column in layer.columns}
    scale = _SMALLER if kind == "points" else 1
    return replace(
        levels,
        id=layer.name,
        title=layer.title,
        layer=layer,
        kind=kind,
        group=DETAIL,
        family="",
        classes=tuple(replace(one, size=one.size * scale) for one in levels.classes),
        tooltip=tuple(name for name in levels.tooltip if name in columns or f"lb_{name}" in columns),
        label_column="nom",
        visible=False,
        leads=False,
    )
