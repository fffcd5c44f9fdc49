"""Print layouts of the QGIS project: one A4 page per commune and one per quarter, driven by the layout's atlas.

In: the layer tree of an edition. Out: ``<Layouts>``. Each page says the territory, the survey, the secrecy notice and
the sources; its legend holds what the page shows and nothing else. Lengths are millimetres.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element

from atlas.publish.legend import sources_of
from atlas.publish.notices import secrecy_notice
from atlas.publish.qgis.elements import add, add_options
from atlas.publish.qgis.tree import Branch, layer_id, themes_of
from atlas.tables import UNITS

if TYPE_CHECKING:
    from atlas.edition import Edition

_PAGE, _MAP, _LABEL, _LEGEND, _SCALE = 65638, 65639, 65641, 65642, 65646
_WIDTH, _HEIGHT, _EDGE, _SIDE = 297.0, 210.0, 10.0, 80.0  # A4, landscape; the legend's column
_TOP, _FOOT = 24.0, 27.0
_SHORT = 60  # characters of a title that one line of 18 points holds


def add_layouts(root: Element, edition: Edition, tree: Branch) -> None:
    """Write the layouts whose units the edition outlines."""
    layouts = add(root, "Layouts")
    theme, levels = next(
        ((title, leaf.id) for title, leaf in themes_of(tree).items() if leaf.picture and leaf.picture.leads), (None, "")
    )
    known = {leaf.id for leaf in tree.leaves()}
    for unit in (unit for unit in UNITS.values() if unit.overview):
        coverage = f"{unit.name}_contours"
        if theme is None or coverage not in known or not edition.units[unit.name]["geometry"].notna().any():
            continue
        _layout(layouts, edition, tree, f"Une page par {unit.singular}", unit.singular, (levels, coverage), theme)


def _layout(
    parent: Element, edition: Edition, tree: Branch, title: str, word: str, shown: tuple[str, str], theme: str
) -> None:
    context, (levels, coverage) = edition.context, shown
    layout = add(parent, "Layout", name=title, units="mm", printResolution=200, worldFileMap="")
    pages = add(layout, "PageCollection")
    _item(pages, title, "page", _PAGE, 0, 0, _WIDTH, _HEIGHT)
    inner, column = _WIDTH - 2 * _EDGE, _WIDTH - _EDGE - _SIDE
    map_width, map_height = inner - _SIDE - 4, _HEIGHT - _TOP - _FOOT
    drawn = _item(layout, title, "carte", _MAP, _EDGE, _TOP, map_width, map_height, frame=True)
    drawn.attrib.update({"followPreset": "true", "followPresetName": theme, "keepLayerSet": "false", "mapFlags": "0"})
    bounds = edition.units[coverage.removesuffix("_contours")].total_bounds
    west, south, east, north = _framed(tuple(bounds), map_width / map_height)
    add(drawn, "Extent", xmin=west, ymin=south, xmax=east, ymax=north)
    add(drawn, "LayerSet")
    add(drawn, "AtlasMap", atlasDriven=1, scalingMode=2, margin=0.1)
    _label(layout, title, "titre", f"""[% if(length("nom") <= {_SHORT}, "nom", '') %]""", 18, True, _EDGE, 7, inner, 9)
    small = f"""[% if(length("nom") > {_SHORT}, "nom", '') %]"""  # an agglomeration's quarter may bear six names
    _label(layout, title, "titre long", small, 11, True, _EDGE, 6, inner, 10)
    survey = f"{theme.split(' : ')[-1]}, enquête OPS au 1er janvier {context.campaign}"
    _label(layout, title, "sous-titre", _plain(f"{context.territory} · {survey}"), 10, False, _EDGE, 16, inner, 6)
    legend = _item(layout, title, "légende", _LEGEND, column, _TOP, _SIDE, map_height - 14)
    legend.attrib.update({"map_uuid": _uuid(title, "carte"), "legendFilterByMap": "1", "resizeToContents": "1"})
    legend.attrib.update({"symbolWidth": "6", "symbolHeight": "4", "wrapChar": "", "columnCount": "1"})
    _legend_styles(legend)
    _legend_layers(legend, tree, levels)
    _scale_bar(layout, title, column, _HEIGHT - _FOOT - 11)
    page = "Page [% @atlas_featurenumber %] sur [% @atlas_totalfeatures %]"
    said = [*context.notices, secrecy_notice(edition), f"Sources : {' ; '.join(sources_of(edition))}."]
    foot = f"Atlas publié le {context.published_on:%d/%m/%Y}. {page}.\n" + _plain("\n".join(said))
    _label(layout, title, "mentions", foot, 7, False, _EDGE, _HEIGHT - _FOOT + 2, inner, _FOOT - 5)
    add_options(add(layout, "customproperties"), {"singleFile": True})
    add(
        layout,
        "Atlas",
        enabled=1,
        coverageLayer=layer_id(coverage),
        pageNameExpression='"nom"',
        filenamePattern=f"'{word}_' || \"id\"",
        sortFeatures=1,
        sortKey='"nom"',
        sortAscending=1,
        hideCoverage=0,
        filterFeatures=0,
    )


def _framed(bounds: tuple[float, ...], ratio: float) -> tuple[float, ...]:
    """Widen an extent to the shape of its frame: QGIS would otherwise stretch the frame to the extent."""
    west, south, east, north = map(float, bounds)
    width = max(east - west, (north - south) * ratio, 1.0)
    middle, centre = (west + east) / 2, (south + north) / 2
    return (middle - width / 2, centre - width / ratio / 2, middle + width / 2, centre + width / ratio / 2)


def _legend_layers(legend: Element, tree: Branch, levels: str) -> None:
    """List what the page is about first, then the outlines that help to read it."""
    group = add(legend, "layer-tree-group")
    titles = {leaf.id: leaf.title for leaf in tree.leaves()}
    for name in (levels, "quartiers_contours", "communes_contours"):
        if name in titles:
            add(group, "layer-tree-layer", id=layer_id(name), name=titles[name], checked="Qt::Checked", expanded=1)


def _uuid(layout: str, item: str) -> str:
    return f"{{{uuid5(NAMESPACE_URL, f'{layout}/{item}')}}}"


def _item(
    parent: Element,
    layout: str,
    name: str,
    kind: int,
    x: float,
    y: float,
    width: float,
    height: float,
    frame: bool = False,
) -> Element:
    item = add(parent, "LayoutItem", type=kind, id=name, uuid=_uuid(layout, name), templateUuid=_uuid(layout, name))
    item.attrib.update(
        {
            "position": f"{x:g},{y:g},mm",
            "positionOnPage": f"{x:g},{y:g},mm",
            "size": f"{width:g},{height:g},mm",
            "frame": str(frame).lower(),
            "background": "true" if kind in (_PAGE, _MAP) else "false",
            "visibility": "1",
            "opacity": "1",
            "outlineWidthM": "0.2,mm",
            "referencePoint": "0",
        }
    )
    add(item, "FrameColor", red=81, green=96, blue=111, alpha=255)
    add(item, "BackgroundColor", red=255, green=255, blue=255, alpha=255)
    return item


def _label(
    layout: Element,
    name: str,
    item: str,
    text: str,
    points: int,
    bold: bool,
    x: float,
    y: float,
    width: float,
    height: float,
) -> None:
    label = _item(layout, name, item, _LABEL, x, y, width, height)
    label.attrib.update({"labelText": text, "htmlState": "0", "halign": "1", "valign": "32", "marginX": "0"})
    add(label, "LabelFont", description=_font(points, bold), style="")
    add(label, "FontColor", red=28, green=39, blue=51, alpha=255)


def _plain(text: str) -> str:
    """Keep a text from being read as an expression.

    >>> _plain("Valmont [% 1 + 1 %]")
    'Valmont [ % 1 + 1 %]'
    """
    return text.replace("[%", "[ %")


def _font(points: int, bold: bool = False) -> str:
    """Write a font that Windows has, and that other systems replace without a word."""
    return f"Arial,{points},-1,5,{75 if bold else 50},0,0,0,0,0"


def _legend_styles(legend: Element) -> None:
    styles = add(legend, "styles")
    sizes: dict[str, tuple[int, dict[str, Any]]] = {
        "title": (11, {"marginBottom": 2}),
        "group": (10, {"marginTop": 3}),
        "subgroup": (9, {"marginTop": 3}),
        "symbol": (8, {"marginTop": 1.5}),
        "symbolLabel": (8, {"marginTop": 1.5, "marginLeft": 2}),
    }
    for name, (points, margins) in sizes.items():
        style = add(styles, "style", name=name, alignment=1, indent=0, **margins)
        add(style, "styleFont", description=_font(points, bold=name == "subgroup"), style="")


def _scale_bar(layout: Element, name: str, x: float, y: float) -> None:
    bar = _item(layout, name, "échelle", _SCALE, x, y, 60, 10)
    bar.attrib.update(
        {
            "mapUuid": _uuid(name, "carte"),
            "style": "Single Box",
            "unitType": "meters",
            "unitLabel": "m",
            "numMapUnitsPerScaleBarUnit": "1",
            "numSegments": "2",
            "numSegmentsLeft": "0",
            "segmentSizeMode": "1",
            "minBarWidth": "25",
            "maxBarWidth": "55",
            "numUnitsPerSegment": "500",
            "height": "2",
            "labelBarSpace": "1.5",
            "boxContentSpace": "0",
            "outlineWidth": "0.2",
            "alignment": "0",
        }
    )
    style = add(
        bar, "text-style", fontSize=8, fontSizeUnit="Point", fontWeight=50, textColor="28,39,51,255", textOpacity=1
    )
    add(style, "families")
    plain = {"decimals": 0, "show_thousand_separator": False, "show_trailing_zeros": False}
    add_options(add(bar, "numericFormat", id="basic"), plain)
