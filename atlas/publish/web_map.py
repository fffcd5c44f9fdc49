"""The web map: a folium map whose every part is inside the page.

In: an edition. Out: the map's element and its script, to be printed in a page that already holds Leaflet and the
atlas's own scripts. Geometries only: one GeoJSON per kind of unit, each feature carrying the number of its row; colours
and texts come from the page's data, in JavaScript. Outlines are lightened for the screen, points keep their place.
Units without geometry are left to the table.
"""

from __future__ import annotations

import importlib.metadata
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from atlas.publish.rendering import TILES_HOST, inline_script
from atlas.tables import UNITS

if TYPE_CHECKING:
    import geopandas as gpd

    from atlas.edition import Edition

DRAWN = tuple(sorted((name for name, unit in UNITS.items() if unit.drawn), key=lambda name: UNITS[name].drawn))
TOLERANCE = 4.0  # metres: less than a screen pixel at the closest zoom of a whole town
SCREEN = 2000  # pixels: more than a page gives to a map of everything
DECIMALS = 5  # degrees: about one metre
TILES = (
    f"{TILES_HOST}/wmts?SERVICE=WMTS&VERSION=1.0.0&REQUEST=GetTile&STYLE=normal&TILEMATRIXSET=PM&FORMAT=image/png"
    "&LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}"
)
ATTRIBUTION = "© IGN – Géoplateforme"
_WHOLE_FRANCE = [[41.3, -5.2], [51.1, 9.6]]


@dataclass(frozen=True)
class WebMap:
    """The map's element and the script that fills it."""

    html: Markup
    script: str


def web_map(edition: Edition, *, overview: bool = False) -> WebMap:
    """Draw every published geometry of an edition on a folium map.

    Parameters
    ----------
    edition : Edition
        Geometries in the legal CRS (metres).
    overview : bool
        Whether the page is only seen from afar: outlines are lightened to what a screen shows of the whole.

    Returns
    -------
    WebMap
        WGS84 coordinates with 5 decimals. The script expects ``Atlas`` (see ``templates/``) to be defined.
    """
    import folium
    from folium.utilities import JsCode

    drawn = {name: edition.units[name] for name in DRAWN if name in edition.units}
    tolerance = max([TOLERANCE, *(_span(table) / SCREEN for table in drawn.values() if overview)])
    shapes = {name: lightened(table, edition, tolerance) for name, table in drawn.items()}
    drawing = _named(
        folium.Map(
            location=[46.6, 2.4],
            zoom_start=6,
            tiles=None,
            prefer_canvas=True,
            zoom_control=False,
            zoom_snap=0.5,
            fade_animation=False,
        ),
        "atlas",
    )
    tiles = folium.TileLayer(tiles=TILES, attr=ATTRIBUTION, name="Plan IGN", max_zoom=19, show=False, control=False)
    drawing.add_child(_named(tiles, "ign"))
    for name, table in shapes.items():
        drawing.add_child(
            _named(
                folium.GeoJson(
                    features(table),
                    name=name,
                    show=False,
                    control=False,
                    smooth_factor=0.8,
                    on_each_feature=JsCode(f"Atlas.register({json.dumps(name)})"),
                    style=JsCode(f"Atlas.styler({json.dumps(name)})"),
                    pointToLayer=JsCode("Atlas.marker"),
                ),
                name,
            )
        )
    drawing.fit_bounds(_bounds(shapes))
    for child in (drawing, *drawing._children.values()):
        # On the instance: the links of the class belong to every other map of the process.
        child.default_js, child.default_css = [], []
    for position, child in enumerate(drawing._children.values()):
        child._id = child._id if len(child._id) < 32 else f"part{position}"
    figure = drawing.get_root()
    figure.render()
    return WebMap(Markup(figure.html.render()), figure.script.render())


def lightened(table: gpd.GeoDataFrame, edition: Edition, tolerance: float = TOLERANCE) -> gpd.GeoDataFrame:
    """Keep the rows that have a geometry, outlines simplified within ``tolerance`` (m) and shared sides kept shared.

    Returns
    -------
    GeoDataFrame
        WGS84, index = position of the row in ``table``.
    """
    import shapely

    kept = table[["id", "geometry"]].reset_index(drop=True)
    kept = kept[kept.geometry.notna() & ~kept.geometry.is_empty]
    if len(kept) and kept.geometry.iloc[0].geom_type != "Point":
        kept = kept.set_geometry(shapely.coverage_simplify(kept.geometry.to_numpy(), tolerance), crs=edition.crs)
    return kept.to_crs(4326)


def features(table: gpd.GeoDataFrame) -> dict[str, Any]:
    """Write a GeoJSON: ``i`` is the row's number, ``p`` where its name goes (polygons only)."""
    import numpy as np
    import shapely

    rounded = shapely.transform(table.geometry.to_numpy(), lambda corners: np.round(corners, DECIMALS))
    geometries = [json.loads(text) for text in shapely.to_geojson(rounded)]
    labels = shapely.get_coordinates(shapely.point_on_surface(rounded)).round(DECIMALS)
    pointed = len(table) > 0 and geometries[0]["type"] == "Point"
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"i": int(row)} if pointed else {"i": int(row), "p": [float(label[1]), float(label[0])]},
                "geometry": geometry,
            }
            for row, geometry, label in zip(table.index, geometries, labels, strict=True)
        ],
    }


@lru_cache(maxsize=1)
def leaflet() -> tuple[str, str]:
    """Read Leaflet's script and style sheet, as shipped by the XStatic-Leaflet distribution.

    The style sheet's images (marker and control icons) are not used by the atlas: their addresses are emptied.
    """
    import re

    files = importlib.metadata.files("XStatic-Leaflet") or []
    found = {file.name: file.read_text("utf-8") for file in files if file.name in {"leaflet.js", "leaflet.css"}}
    script = re.sub(r"\n?//# sourceMappingURL=\S+\s*$", "", found["leaflet.js"])
    return str(inline_script(script)), re.sub(r"url\([^)]*\)", "none", found["leaflet.css"])


def _named(element: Any, name: str) -> Any:
    """Give an element a fixed identifier, so that two builds write the same page."""
    element._id = name
    return element


def _span(table: gpd.GeoDataFrame) -> float:
    """Longest side of what a table covers, in metres."""
    west, south, east, north = table.total_bounds
    return float(max(east - west, north - south, 0.0))


def _bounds(shapes: dict[str, Any]) -> list[list[float]]:
    """South-west and north-east corners of the residences, else of everything drawn, or of France when nothing is."""
    import numpy as np

    drawn = {name: table.total_bounds for name, table in shapes.items() if len(table)}
    boxes = [drawn["residences"]] if "residences" in drawn else list(drawn.values())
    if not boxes:
        return _WHOLE_FRANCE
    corners = np.array(boxes)
    west, south = corners[:, :2].min(axis=0)
    east, north = corners[:, 2:].max(axis=0)
    return [[round(float(south), 5), round(float(west), 5)], [round(float(north), 5), round(float(east), 5)]]
