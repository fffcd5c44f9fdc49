"""How a picture is drawn and read in QGIS: renderer, labels, map tip, field aliases, closed lists, forms.

In: a :class:`atlas.publish.qgis.pictures.Picture`. Out: the elements that a ``.qml`` style and a project's layer share.
A rule of the renderer is the very condition of the class (:func:`atlas.symbology.expression`), its text the very text
of the web map's legend.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from atlas.publish.gpkg_documentation import entries_of
from atlas.publish.qgis.elements import VERSION, add, add_options, document
from atlas.publish.qgis.pictures import Picture
from atlas.publish.qgis.symbols import symbol_of
from atlas.symbology import Clause, expression
from atlas.tables import INDICATORS, UNDETERMINED, UNITS, UNKNOWN, Column

OUTSIDE_AND_LOW = "Hors QPV et bas loyer"

# From which scale names are written: a map of the whole territory shows communes, a street shows residences.
_LABELS_FROM = {name: unit.scale for name, unit in UNITS.items() if unit.scale} | {"residences_a_corriger": 5_000}
_AROUND_A_POINT, _INSIDE = 6, 4


def qml_of(picture: Picture) -> str:
    """Write a picture as a QGIS style."""
    root = Element("qgis", {"version": VERSION, "styleCategories": "AllStyleCategories", "labelsEnabled": "0"})
    root.set("labelsEnabled", "1" if _labelled(picture) else "0")
    for element in style_of(picture):
        root.append(element)
    return document(root)


def style_of(picture: Picture) -> list[Element]:
    """List the elements of a picture's style, in the order QGIS writes them."""
    parts = Element("parts")
    if picture.kind:
        _renderer(parts, picture)
        if _labelled(picture):
            _labels(parts, picture)
    _fields(parts, picture)
    _filters(parts, picture)
    add(parts, "previewExpression", '"nom"' if "nom" in _names(picture) else '"id"')
    add(parts, "mapTip", map_tip(picture))
    return list(parts)


def map_tip(picture: Picture) -> str:
    """Write what QGIS shows under the pointer; names are data and are shown, never read as HTML."""
    columns = {column.name: column for column in picture.layer.columns}
    if "nom" not in columns:
        return ""
    near = {method.close for method, _, _ in picture.scales}  # nothing there is an answer too
    lines = [f"<b>{_shown('nom')}</b>"]
    for name in picture.tooltip:
        if f"lb_{name}" in columns:
            lines.append(f"{INDICATORS[name].label} : {_shown(f'lb_{name}')}")
        elif name in columns:
            lines.append(f"{columns[name].label} : {_shown(name, '–' if name in near else UNKNOWN)}")
    return "<br>".join(lines)


def _shown(name: str, blank: str = UNKNOWN) -> str:
    text = f"coalesce(to_string(\"{name}\"), '{blank}')"
    return f"[% replace({text}, map('&', '&amp;', '<', '&lt;')) %]"


def _names(picture: Picture) -> set[str]:
    return {column.name for column in picture.layer.columns}


def _labelled(picture: Picture) -> bool:
    return bool(picture.label_column) and picture.layer.name in _LABELS_FROM


def _renderer(parts: Element, picture: Picture) -> None:
    """Draw one rule per class; passes put the most fragile on top."""
    renderer = add(parts, "renderer-v2", type="RuleRenderer", symbollevels=1, forceraster=0, enableorderby=0)
    rules = add(renderer, "rules", key=f"{{{picture.id}}}")
    symbols = add(renderer, "symbols")
    alone = len(picture.classes) == 1
    for position, (one, level) in enumerate(zip(picture.classes, picture.levels, strict=True)):
        rest = "" if alone else "ELSE"
        condition = rest if one.otherwise else expression(one.condition)
        rule = add(rules, "rule", key=f"{{{picture.id}-{position}}}", symbol=position, label=one.label)
        if condition:
            rule.set("filter", condition)
        if one.explanation:
            rule.set("description", one.explanation)
        symbols.append(symbol_of(one, picture.kind, str(position), level))


def _labels(parts: Element, picture: Picture) -> None:
    labeling = add(parts, "labeling", type="simple")
    settings = add(labeling, "settings", calloutType="simple")
    style = add(
        settings,
        "text-style",
        fieldName=picture.label_column,
        isExpression=0,
        fontSize=8 if picture.kind == "points" else 9,
        fontSizeUnit="Point",
        fontWeight=50,
        fontItalic=int(picture.layer.name == "quartiers"),
        textColor="28,39,51,255",
        textOpacity=1,
    )
    add(style, "text-buffer", bufferDraw=1, bufferSize=0.8, bufferSizeUnits="MM", bufferColor="255,255,255,255")
    add(settings, "text-format", autoWrapLength=24, useMaxLineLengthForAutoWrap=1, multilineAlign=3)
    points = picture.kind == "points"
    add(
        settings,
        "placement",
        placement=_AROUND_A_POINT if points else _INSIDE,
        predefinedPositionOrder="TR,TL,BR,BL,R,L,TSR,BSR",
        dist=1.2 if points else 0,
        distUnits="MM",
        offsetType=1,
        priority=5,
    )
    add(
        settings,
        "rendering",
        drawLabels=1,
        scaleVisibility=1,
        scaleMin=0,
        scaleMax=_LABELS_FROM[picture.layer.name],
        obstacle=1,
        fontMinPixelSize=3,
        fontMaxPixelSize=10000,
    )


def _fields(parts: Element, picture: Picture) -> None:
    """Give each field its alias, its closed list, and keep figures from being typed over."""
    configuration, aliases = add(parts, "fieldConfiguration"), add(parts, "aliases")
    table = add(parts, "attributetableconfig", sortExpression="", sortOrder=0, actionWidgetStyle="dropDown")
    shown, editable = add(table, "columns"), add(parts, "editable")
    add(shown, "column", type="field", name="fid", hidden=1, width=-1)
    for index, column in enumerate(picture.layer.columns, start=1):
        field = add(configuration, "field", name=column.name, configurationFlags="None")
        _widget(field, column)
        add(aliases, "alias", field=column.name, index=index, name=column.label)
        add(shown, "column", type="field", name=column.name, hidden=0, width=-1)
        add(editable, "field", name=column.name, editable=int(column.name in picture.editable))


def _widget(field: Element, column: Column) -> None:
    entries = {text: value for value, text in entries_of(column).items()}
    widget = add(field, "editWidget", type="ValueMap" if entries else "TextEdit" if not column.numeric else "Range")
    options = add_options(add(widget, "config"), {})
    if entries:
        listed = add(options, "Option", name="map", type="List")
        for label, value in entries.items():
            add(add(listed, "Option", type="Map"), "Option", name=label, type="QString", value=value)
    elif not column.numeric:
        add(options, "Option", name="IsMultiline", type="bool", value="false")


def _filters(parts: Element, picture: Picture) -> None:
    """Keep the filters a planner asks for under the filter button of the attribute table."""
    filters = add(parts, "storedexpressions")
    for name, condition in ready_filters(picture).items():
        add(filters, "storedexpression", tag=1, name=name, expression=condition)


def ready_filters(picture: Picture) -> dict[str, str]:
    """Name the filters that make sense for a picture's table."""
    columns = _names(picture)
    ready = {}
    if "situation" in columns and "nb_bas_loyer" in columns:
        outside = _among("situation", ("QVA", "hors QPV"))
        ready[OUTSIDE_AND_LOW] = f'{outside} AND "nb_bas_loyer" > 0'
        ready["En QPV"] = _among("situation", ("QPV",))
        ready["Hors QPV"] = outside
    for rank, (method, column, levels) in enumerate(scale for scale in picture.scales if scale[1] in columns):
        whose, words = f"{method.label} : " if rank else "", " ou ".join(levels.fragile)
        ready[f"{whose}{words}" if rank else words.capitalize()] = _among(column, levels.fragile)
        ready[f"{whose}non déterminé" if rank else "Niveau non déterminé"] = _among(column, (UNDETERMINED,))
    reached = tuple(alternative for one in picture.classes if one.reached for alternative in one.condition)
    if reached:
        ready[f"{picture.title} : seuil atteint"] = expression(reached)
    return ready


def _among(column: str, words: tuple[str, ...]) -> str:
    return expression(((Clause(column, words),),))
