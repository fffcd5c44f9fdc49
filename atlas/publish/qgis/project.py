"""The QGIS project of an edition: ``atlas.qgz``, beside ``atlas.gpkg`` and useless without it.

In: a sealed edition. Out: one zip holding ``atlas.qgs``: the layers of the web map in its groups, relations, map
themes, bookmarks, print layouts, filters. Paths are relative and names fixed, so that the folder can be moved whole;
nothing is asked when it opens, and no address is called until the background, off, is switched on. The same edition
gives the same bytes.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement

from atlas.publish.layers import HISTORY, SERIES, STOCK
from atlas.publish.notices import READING, secrecy_notice
from atlas.publish.qgis.campaigns import add_time, campaigns_branch, temporal
from atlas.publish.qgis.drawing import OUTSIDE_AND_LOW, ready_filters, style_of
from atlas.publish.qgis.elements import VERSION, add, document
from atlas.publish.qgis.layouts import add_layouts
from atlas.publish.qgis.pictures import Picture, leading
from atlas.publish.qgis.served import add_services
from atlas.publish.qgis.tree import BACKGROUND, Branch, Leaf, add_themes, add_tree, layer_id, tree_of
from atlas.tables import UNITS

if TYPE_CHECKING:
    import pyproj

    from atlas.edition import Edition
    from atlas.publish.book import Book

GEOPACKAGE, PROJECT = "atlas.gpkg", "atlas.qgz"
# Plan IGN v2 of the Géoplateforme, without a key; as tiles, nothing is asked of the server before it is drawn.
_TILES = (
    "type=xyz&url=https://data.geopf.fr/wmts?SERVICE%3DWMTS%26VERSION%3D1.0.0%26REQUEST%3DGetTile"
    "%26LAYER%3DGEOGRAPHICALGRIDSYSTEMS.PLANIGNV2%26STYLE%3Dnormal%26FORMAT%3Dimage/png%26TILEMATRIXSET%3DPM"
    "%26TILEMATRIX%3D%7Bz%7D%26TILEROW%3D%7By%7D%26TILECOL%3D%7Bx%7D&zmax=18&zmin=0"
)
_OF_A_RESIDENCE = (  # what its form shows: title, table, column that holds its identifier
    ("Adresses", "adresses", "id_residence"),
    ("Séries", SERIES, "id"),
    ("Niveaux par campagne", HISTORY, "id"),
    ("Parc de logements", STOCK, "id"),
)
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MARGIN = 0.08  # of a unit's size, around it in its bookmark


def write_project(book: Book, folder: Path) -> Path:
    """Write ``atlas.qgz`` into the folder that holds ``atlas.gpkg``."""
    edition, pictures = book.edition, book.pictures
    info = zipfile.ZipInfo("atlas.qgs", _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(folder / PROJECT, "w") as archive:
        years = campaigns_branch(edition, pictures, book.layers)
        tree = tree_of(book.catalogue, pictures, _filtered(pictures), years)
        archive.writestr(info, project_of(edition, pictures, tree))
    return folder / PROJECT


def project_of(edition: Edition, pictures: Sequence[Picture], tree: Branch) -> str:
    """Write the project's XML."""
    context = edition.context
    root = Element("qgis", {"version": VERSION, "projectname": f"Atlas des résidences : {context.territory}"})
    add(root, "title", f"Atlas des résidences : {context.territory} ({edition.name})")
    _crs(add(root, "projectCrs"), edition.crs)
    sources = {leaf.id: _source(leaf.picture, leaf.condition) for leaf in tree.leaves() if leaf.picture}
    sources[BACKGROUND] = _TILES
    add_tree(root, tree, sources)
    relations = add(root, "relations")
    levels = leading(pictures)
    for name, child, column in _OF_A_RESIDENCE:
        if levels and child in sources:
            _relation(relations, name, child, column, levels)
    listed = add(root, "projectlayers")
    for leaf in tree.leaves():
        if leaf.picture:
            _layer(listed, leaf, sources[leaf.id], edition)
    _background(listed)
    add_services(_properties(root), edition, tree.leaves(), _extent(edition))
    add_themes(root, tree)
    _metadata(root, edition)
    add_layouts(root, edition, tree)
    _bookmarks(root, edition)
    if edition.followed:
        add_time(root, edition)
    west, south, east, north = _extent(edition)
    settings = add(root, "ProjectViewSettings", UseProjectScales=0)
    view = add(settings, "DefaultViewExtent", xmin=west, ymin=south, xmax=east, ymax=north)
    _crs(view, edition.crs)
    return document(root)


def _filtered(pictures: Sequence[Picture]) -> list[tuple[str, Picture, str]]:
    """Layers that show a selection: name, picture, condition."""
    levels = leading(pictures)
    if levels is None:
        return []
    return [(OUTSIDE_AND_LOW, levels, ready_filters(levels)[OUTSIDE_AND_LOW])]


def _source(picture: Picture, condition: str = "") -> str:
    # Only residences have series to show beside them; the same identifier may name a unit of another kind.
    if picture.query:
        return f"./{GEOPACKAGE}|layername={HISTORY}|subset={picture.query}"
    if picture.id == SERIES:
        condition = "\"unite\" = 'residences'"
    return f"./{GEOPACKAGE}|layername={picture.layer.name}" + (f"|subset={condition}" if condition else "")


def _crs(parent: Element, crs: pyproj.CRS) -> None:
    system = add(parent, "spatialrefsys", nativeFormat="Wkt")
    add(system, "wkt", crs.to_wkt())
    code = crs.to_epsg()
    if code:
        add(system, "srid", str(code))
        add(system, "authid", f"EPSG:{code}")
    add(system, "description", crs.name)
    add(system, "geographicflag", "false")


def _relation(parent: Element, name: str, child: str, column: str, levels: Picture) -> None:
    relation = add(
        parent,
        "relation",
        id=f"residence_{child}",
        name=name,
        strength="Association",
        referencingLayer=layer_id(child),
        referencedLayer=layer_id(levels.id),
    )
    add(relation, "fieldRef", referencingField=column, referencedField="id")


def _layer(parent: Element, leaf: Leaf, source: str, edition: Edition) -> None:
    picture = leaf.picture
    assert picture is not None
    layer = add(
        parent, "maplayer", type="vector", styleCategories="AllStyleCategories", readOnly=0, autoRefreshEnabled=0
    )
    kinds = {"Point": ("Point", "Point"), "MultiPolygon": ("Polygon", "MultiPolygon")}
    geometry, stored = kinds.get(picture.layer.geometry or "", ("No geometry", "NoGeometry"))
    layer.attrib.update(
        {"geometry": geometry, "wkbType": stored, "labelsEnabled": str(int(bool(picture.label_column)))}
    )
    add(layer, "id", layer_id(leaf.id))
    add(layer, "datasource", source)
    add(layer, "layername", leaf.title)
    add(layer, "shortname", leaf.id)
    add(layer, "provider", "ogr", encoding="UTF-8")
    if picture.layer.geometry:
        _crs(add(layer, "srs"), edition.crs)
    metadata = add(layer, "resourceMetadata")
    add(metadata, "language", "FRE")
    add(metadata, "type", "dataset")
    add(metadata, "title", picture.style_name)
    add(metadata, "abstract", "\n".join(filter(None, (picture.description, secrecy_notice(edition), READING))))
    styles = add(layer, "map-layer-style-manager", current="défaut")
    add(styles, "map-layer-style", name="défaut")
    layer.extend(style_of(picture))
    if picture.played:
        layer.append(temporal(picture))


def _background(parent: Element) -> None:
    import pyproj

    layer = add(parent, "maplayer", type="raster", autoRefreshEnabled=0)
    add(layer, "id", layer_id(BACKGROUND))
    add(layer, "datasource", _TILES)
    add(layer, "layername", "Plan IGN")
    add(layer, "shortname", BACKGROUND)
    add(layer, "provider", "wms")
    _crs(add(layer, "srs"), pyproj.CRS.from_epsg(3857))
    metadata = add(layer, "resourceMetadata")
    add(metadata, "title", "Plan IGN v2")
    add(metadata, "rights", "© IGN – Géoplateforme")
    add(metadata, "abstract", "Fond en ligne : rien n'est demandé au serveur tant que la couche n'est pas cochée.")
    pipe = add(layer, "pipe")
    renderer = add(pipe, "rasterrenderer", type="singlebandcolordata", band=1, opacity=0.6, alphaBand=-1)
    add(renderer, "rasterTransparency")


def _properties(root: Element) -> Element:
    properties = add(root, "properties")
    add(add(properties, "Paths"), "Absolute", "false", type="bool")
    add(add(properties, "SpatialRefSys"), "ProjectionsEnabled", "1", type="int")
    add(add(properties, "PAL"), "PlacementEngineVersion", "1", type="int")
    measurement = add(properties, "Measurement")
    add(measurement, "DistanceUnits", "meters", type="QString")
    add(measurement, "AreaUnits", "ha", type="QString")
    identify = add(properties, "Identify")
    add(add(identify, "disabledLayers", type="QStringList"), "value", layer_id(BACKGROUND))
    return properties


def _metadata(root: Element, edition: Edition) -> None:
    metadata = add(root, "projectMetadata")
    add(metadata, "language", "FRE")
    add(metadata, "type", "dataset")
    add(metadata, "title", f"Atlas des résidences : {edition.context.territory}")
    add(metadata, "abstract", "\n".join((secrecy_notice(edition), READING, *edition.context.notices)))
    add(metadata, "rights", secrecy_notice(edition))
    add(metadata, "creation", f"{edition.context.published_on.isoformat()}T00:00:00")


def _bookmarks(root: Element, edition: Edition) -> None:
    listed = add(root, "Bookmarks")
    for unit in (unit for unit in UNITS.values() if unit.overview and unit.name in edition.units):
        table, group = edition.units[unit.name], unit.plural.capitalize()
        located = table[table["geometry"].notna()].sort_values("nom", kind="stable")
        for identifier, name, shape in zip(located["id"], located["nom"], located["geometry"], strict=True):
            if shape.is_empty:
                continue
            west, south, east, north = _wider(shape.bounds)
            ring = f"{west} {south}, {east} {south}, {east} {north}, {west} {north}, {west} {south}"
            bookmark = SubElement(
                listed, "Bookmark", {"id": f"{unit.name}_{identifier}", "name": str(name), "group": group}
            )
            bookmark.set("extent", f"POLYGON(({ring}))")
            _crs(bookmark, edition.crs)


def _extent(edition: Edition) -> tuple[float, ...]:
    """Frame the territory, or the residences when nothing outlines it."""
    for name in ("territoire", "residences"):
        shapes = edition.units[name]["geometry"] if name in edition.units else None
        if shapes is not None and shapes.notna().any():
            return _wider(tuple(shapes.total_bounds))
    return edition.outlines.crs.area_of_use.bounds


def _wider(bounds: tuple[float, ...]) -> tuple[float, ...]:
    west, south, east, north = bounds
    side, rise = _MARGIN * max(east - west, 50.0), _MARGIN * max(north - south, 50.0)
    return tuple(round(value, 1) for value in (west - side, south - rise, east + side, north + rise))
