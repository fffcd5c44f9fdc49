"""The GeoPackage of an edition: every layer of :func:`atlas.publish.layers.layers_of`, explained inside the file.

In: a sealed edition. Out: one ``.gpkg`` file, the same bytes whenever it is built from the same edition: dates are the
publication day, journal mode DELETE, no free page in which a value could survive. Nothing is set aside; what the
edition omits is said in the metadata. The version written is 1.2, which every QGIS in use reads without a word.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from atlas.publish.gpkg_documentation import document
from atlas.publish.layers import Layer
from atlas.publish.qgis.pictures import Picture
from atlas.publish.qgis.styles import write_styles

if TYPE_CHECKING:
    from atlas.edition import Edition
    from atlas.publish.book import Book

_VERSION = "1.2"


def write_geopackage(book: Book, path: Path) -> None:
    """Write an edition as a GeoPackage, replacing any file of that name.

    Features are in the order of their identifiers, in the legal CRS (metres). Field labels, closed lists of values,
    notices and QGIS styles travel in the file.

    Raises
    ------
    AtlasError
        ``PUBLICATION-COLONNES`` when a table is not the declared one.

    Notes
    -----
    The bytes depend on the versions of GDAL and SQLite, not on the day, the machine or an earlier file.
    """
    write_layers(book.layers, book.pictures, book.edition, path)


def write_layers(layers: Sequence[Layer], pictures: Sequence[Picture], edition: Edition, path: Path) -> None:
    """Write these layers and their styles as a GeoPackage, with what the edition says of itself."""
    path.unlink(missing_ok=True)
    options = {
        "OGR_CURRENT_DATE": f"{edition.context.published_on.isoformat()}T00:00:00.000Z",
        "OGR_SQLITE_JOURNAL": "DELETE",
    }
    with _gdal_options(options):
        for layer in layers:
            _write_layer(layer, path, edition)
    with closing(sqlite3.connect(path)) as connection:
        with connection:
            document(connection, edition, layers)
            write_styles(connection, edition, pictures)
        _compact(connection)


def _write_layer(layer: Layer, path: Path, edition: Edition) -> None:
    import pyogrio

    new = {} if path.exists() else {"dataset_options": {"VERSION": _VERSION}}
    pyogrio.write_dataframe(
        layer.table,
        path,
        layer=layer.name,
        driver="GPKG",
        use_arrow=True,
        geometry_type=layer.geometry,
        promote_to_multi=layer.geometry == "MultiPolygon",
        layer_options={
            "IDENTIFIER": layer.title,
            "DESCRIPTION": f"{edition.context.territory}, campagne OPS {edition.context.campaign}. "
            f"Une ligne : {layer.row}.",
            "GEOMETRY_NAME": "geom",
            "FID": "fid",
        },
        **new,
    )


def _compact(connection: sqlite3.Connection) -> None:
    """Leave no free page: a rewritten table could leave old values in them."""
    (mode,) = connection.execute("PRAGMA journal_mode = DELETE").fetchone()
    (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    if free or mode != "delete":
        connection.execute("VACUUM")


@contextmanager
def _gdal_options(options: dict[str, str]) -> Iterator[None]:
    """Set GDAL options for the time of a write, then put back what was there."""
    import pyogrio

    before = {name: pyogrio.get_gdal_config_option(name) for name in options}
    pyogrio.set_gdal_config_options(options)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)
