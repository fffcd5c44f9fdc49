"""Styles that travel in the GeoPackage, in the table ``layer_styles`` that QGIS reads.

In: an open GeoPackage and what QGIS shows of the edition. Out: one row per picture; the default one dresses a table as
soon as it is opened. QGIS finds a style by exact names only: empty catalogue and schema (never NULL), table and
geometry column as they are. QGIS says nothing of a style it cannot read, so every style is tested by drawing it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.publish.qgis.drawing import qml_of
from atlas.publish.qgis.pictures import Picture, default_of
from atlas.publish.qgis.sld import sld_of

if TYPE_CHECKING:
    from atlas.edition import Edition

TABLE = "layer_styles"
_CREATE = f"""
CREATE TABLE {TABLE} (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT, styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')))
"""
_COLUMNS = (
    "f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, "
    "description, owner, ui, update_time"
)


def write_styles(connection: sqlite3.Connection, edition: Edition, pictures: Sequence[Picture]) -> None:
    """Write the style of every picture and register the table."""
    day = f"{edition.context.published_on.isoformat()}T00:00:00.000Z"
    connection.execute(_CREATE)
    for picture in pictures:
        connection.execute(
            f"INSERT INTO {TABLE} ({_COLUMNS}) VALUES ('', '', ?, ?, ?, ?, ?, ?, ?, '', NULL, ?)",
            (
                picture.layer.name,
                "geom" if picture.layer.geometry else "",
                picture.style_name,
                qml_of(picture),
                sld_of(picture) if picture.kind else "",
                picture is default_of(pictures, picture.layer.name),
                picture.description,
                day,
            ),
        )
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change)"
        " VALUES (?, 'attributes', ?, ?, ?)",
        (TABLE, TABLE, "Styles que QGIS applique aux couches", day),
    )
