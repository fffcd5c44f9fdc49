"""``portail.html``: the layers of the atlas on a map that reads vector tiles, to be put on a web server.

In: a sealed edition whose tiles are written. Out: a page and, beside it, the two libraries that it runs, as files: a
browser keeps them from one edition to the next. The classes are those of the web map, their conditions written for
MapLibre; what a click shows is what the tiles carry, which is what the edition publishes. Nothing is fetched from
elsewhere until the background map, off, is switched on.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas.publish.frame import page_of
from atlas.publish.legend import outline_of
from atlas.publish.qgis.pictures import Picture
from atlas.publish.rendering import TILES_HOST, asset, render
from atlas.publish.tiles import ENDING, ZOOMS, tips_of
from atlas.publish.web_map import ATTRIBUTION, TILES
from atlas.resources import shipped
from atlas.symbology import EVERY, SHAPES, Clause, Condition, SymbolClass

if TYPE_CHECKING:
    from atlas.publish.book import Book

PAGE, FOLDER = "portail.html", "portail"
LIBRARIES = ("maplibre-gl.js", "maplibre-gl.css", "pmtiles.js", "LICENCES.txt")
# The page runs its own scripts and the two libraries beside it; these make workers of themselves.
_POLICY = (
    "default-src 'none'; script-src 'self' {scripts}; worker-src blob:; style-src 'self' 'unsafe-inline'; "
    f"img-src 'self' data: blob: {TILES_HOST}; connect-src 'self' {TILES_HOST}; base-uri 'none'; form-action 'none'"
)


def write_portal(book: Book, folder: Path, tiles: list[Path]) -> list[Path]:
    """Write the page and its libraries into the folder of an edition."""
    drawn = {path.stem for path in tiles}
    pictures = [one for one in book.pictures if one.kind and one.layer.name in drawn and one.group in _groups(book)]
    page = folder / PAGE
    page.write_text(portal_page(book, pictures), "utf-8")
    place = folder / FOLDER
    place.mkdir(exist_ok=True)
    for name in LIBRARIES:
        shutil.copyfile(shipped("data") / "portail" / name, place / name)
    return [page, *(place / name for name in LIBRARIES)]


def portal_page(book: Book, pictures: list[Picture]) -> str:
    """Render the page."""
    edition = book.edition
    groups = [
        (group, [picture for picture in pictures if picture.group == group.key]) for group in book.catalogue.groups
    ]
    symbols = [one for picture in pictures for one in picture.classes]
    return render(
        "portail.html.j2",
        page=page_of(
            edition,
            title="Portail",
            heading=f"Portail cartographique : {edition.context.territory}",
            scripts=(asset("portail.js"),),
            data={"portail": _told(book, pictures)},
            here=PAGE,
            policy=_POLICY,
        ),
        groups=[(group, held) for group, held in groups if held],
        pictures=pictures,
        strokes=sorted({one.stroke for one in symbols if one.hatch}),
        outline_of=outline_of,
        libraries=FOLDER,
    )


def _groups(book: Book) -> set[str]:
    return {group.key for group in book.catalogue.groups}


def _told(book: Book, pictures: list[Picture]) -> dict[str, Any]:
    """Say what the script reads: where tiles are, what each layer draws and how."""
    return {
        "emprise": _bounds(book, pictures),
        "zooms": list(ZOOMS),
        "fond": {"adresse": TILES, "mention": ATTRIBUTION},
        "formes": {name: [list(corner) for corner in corners] for name, corners in SHAPES.items()},
        "couches": [_layer(picture) for picture in pictures],
    }


def _layer(picture: Picture) -> dict[str, Any]:
    rest = [one.condition for one in picture.classes if not one.otherwise]
    order = sorted(zip(picture.levels, picture.classes, strict=True), key=lambda pair: pair[0])
    return {
        "id": picture.id,
        "table": picture.layer.name,
        "tuiles": f"formats/{picture.layer.name}.{ENDING}",
        "genre": picture.kind,
        "visible": picture.visible,
        "infobulle": [{"colonne": column, "titre": title} for column, title in tips_of(picture)],
        "classes": [_class(one, rest) for _, one in order],
    }


def _class(one: SymbolClass, rest: list[Condition]) -> dict[str, Any]:
    return {
        "cle": one.key,
        "libelle": one.label,
        "couleur": one.colour,
        "contour": one.stroke,
        "forme": one.shape,
        "rayon": one.size,
        "trame": one.hatch,
        "tirets": [float(part) for part in one.dash.split()],
        "epaisseur": one.width,
        "quand": ["!", ["any", *map(expression, rest)]] if one.otherwise else expression(one.condition),
    }


def expression(condition: Condition) -> Any:
    """Write a condition as MapLibre reads it; a missing value satisfies no clause.

    >>> expression(((Clause("niveau", ("fragile",)), Clause("tx", start=20.0)),))
    ['all', ['in', ['get', 'niveau'], ['literal', ['fragile']]], ['has', 'tx'], ['>=', ['get', 'tx'], 20.0]]
    """
    if condition == EVERY:
        return True
    alternatives = [["all", *(term for clause in one for term in _terms(clause))] for one in condition]
    return alternatives[0] if len(alternatives) == 1 else ["any", *alternatives]


def _terms(clause: Clause) -> list[Any]:
    value = ["get", clause.column]
    if clause.values:
        return [["in", value, ["literal", list(clause.values)]]]
    terms: list[Any] = [["has", clause.column]]
    terms += [[">=", value, clause.start]] if clause.start is not None else []
    return terms + ([["<", value, clause.end]] if clause.end is not None else [])


def _bounds(book: Book, pictures: list[Picture]) -> list[float]:
    """Frame what is drawn, in degrees."""
    tables: list[Any] = [picture.layer.table for picture in pictures]
    boxes = [table.geometry.to_crs(4326).total_bounds for table in {id(one): one for one in tables}.values()]
    west, south = (min(float(box[side]) for box in boxes) for side in (0, 1))
    east, north = (max(float(box[side]) for box in boxes) for side in (2, 3))
    return [round(value, 5) for value in (west, south, east, north)]
