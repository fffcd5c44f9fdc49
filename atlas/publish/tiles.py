"""Vector tiles of an edition: one PMTiles archive per layer, which any web server gives as a file.

In: a sealed edition's layers and pictures. Out: ``formats/<couche>.pmtiles``. Each feature carries what draws it and
what is read under the pointer, as the GeoPackage says it, and nothing else. No tile is thinned: a point is in every
zoom, since one that is left out would read as one that does not exist; an outline smaller than a dot is not drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas.publish.layers import Layer
from atlas.publish.qgis.pictures import Picture
from atlas.tables import INDICATORS

if TYPE_CHECKING:
    from atlas.publish.book import Book

ENDING = "pmtiles"
ZOOMS = (5, 14)  # from a region to half a metre, which closer zooms enlarge
_EVERYTHING = {"MAX_SIZE": str(1 << 30), "MAX_FEATURES": str(1 << 30)}  # no tile is thinned


def write_tiles(book: Book, folder: Path) -> list[Path]:
    """Write the tiles of every layer that has a geometry and a place.

    Returns
    -------
    list of Path
        The same edition gives the same bytes.
    """
    import pyogrio

    paths = []
    for layer in book.layers:
        table: Any = layer.table
        if layer.geometry is None or not table["geometry"].notna().any():
            continue
        names = columns_of(layer, book.pictures)
        located = table.loc[table["geometry"].notna(), [*names, "geometry"]]
        paths.append(folder / f"{layer.name}.{ENDING}")
        paths[-1].unlink(missing_ok=True)
        pyogrio.write_dataframe(
            located,
            paths[-1],
            driver="PMTiles",
            layer=layer.name,
            use_arrow=True,
            geometry_type=layer.geometry,
            dataset_options={
                "NAME": layer.name,
                "DESCRIPTION": layer.title,
                "MINZOOM": str(ZOOMS[0]),
                "MAXZOOM": str(ZOOMS[1]),
                **_EVERYTHING,
            },
        )
    return paths


def columns_of(layer: Layer, pictures: Sequence[Picture]) -> list[str]:
    """Name what the tiles of a layer carry: what identifies, what makes a class, what is read under the pointer."""
    wanted = {"id", "nom"}
    for picture in (one for one in pictures if one.layer.name == layer.name):
        clauses = (clause for one in picture.classes for alternative in one.condition for clause in alternative)
        wanted |= {clause.column for clause in clauses}
        wanted |= {column for column, _ in tips_of(picture)}
    return [column.name for column in layer.columns if column.name in wanted]


def tips_of(picture: Picture) -> list[tuple[str, str]]:
    """List what is read of a unit: column, title. Of an indicator, the words that pages show."""
    columns = {column.name: column for column in picture.layer.columns}
    told = []
    for name in picture.tooltip:
        if f"lb_{name}" in columns:
            told.append((f"lb_{name}", INDICATORS[name].label))
        elif name in columns:
            told.append((name, columns[name].label))
    return told
