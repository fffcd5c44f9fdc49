"""Styles of QGIS in a database: the table ``layer_styles``, which QGIS looks for on the search path.

One table serves every schema of the database. Where the role may not write it, the styles go into the schema itself
and the planner is told: the project that comes with the edition is dressed in any case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atlas.deliver.tables import STYLES, Delivered, styles_of

if TYPE_CHECKING:
    from psycopg import Connection

# As QGIS itself creates it (3.22 and later).
_CREATE = """
CREATE TABLE {} (
  id serial PRIMARY KEY, f_table_catalog varchar, f_table_schema varchar, f_table_name varchar,
  f_geometry_column varchar, stylename text, styleqml xml, stylesld xml, useasdefault boolean, description text,
  owner varchar(63) DEFAULT CURRENT_USER, ui xml, update_time timestamp DEFAULT CURRENT_TIMESTAMP, type varchar)
"""
_INSERT = """
INSERT INTO {} (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, stylename, styleqml, stylesld,
  useasdefault, description) VALUES (current_database(), %s, %s, %s, %s, XMLPARSE(DOCUMENT %s),
  CASE WHEN %s = '' THEN NULL ELSE XMLPARSE(DOCUMENT %s) END, %s, %s)
"""
_REMARK = (
    "Les styles sont dans le schéma de l'édition, faute de droits sur « layer_styles » : le projet est habillé, une "
    "couche ouverte seule ne l'est que si ce schéma est dans le search_path."
)


def write_styles(connection: Connection[Any], delivered: Delivered, schema: str, reader: str | None) -> tuple[str, ...]:
    """Write the styles of an edition; give what must be known of where they are."""
    from psycopg import errors

    try:
        with connection.transaction():  # a savepoint: refused here, the load goes on
            found = connection.execute("SELECT to_regclass(%s)::oid", (STYLES,)).fetchone()
            place = _schema_of(connection, found[0] if found else None)
            _fill(connection, delivered, schema, place, reader, create=not (found and found[0]))
    except errors.InsufficientPrivilege:
        _fill(connection, delivered, schema, schema, reader, create=True)
        return (_REMARK,)
    return ()


def move_styles(connection: Connection[Any], schema: str, kept: str) -> None:
    """Let the styles of a schema that changes its name follow it, where they are in the common table."""
    from psycopg import errors, sql

    found = connection.execute("SELECT to_regclass(%s)::oid", (STYLES,)).fetchone()
    if not found or not found[0]:
        return
    here = sql.Identifier(_schema_of(connection, found[0]), STYLES)
    asked = "UPDATE {} SET f_table_schema = %s WHERE f_table_catalog = current_database() AND f_table_schema = %s"
    try:
        with connection.transaction():
            connection.execute(sql.SQL(asked).format(here), (kept, schema))
    except errors.InsufficientPrivilege:
        return


def _schema_of(connection: Connection[Any], table: int | None) -> str:
    """Name the schema of a table, or the one where a new table goes."""
    if table:
        asked = "SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = %s"
    else:
        asked = "SELECT coalesce(current_schema(), 'public') WHERE %s::oid IS NULL"
    found = connection.execute(asked, (table,)).fetchone()
    return str(found[0]) if found else "public"


def _fill(
    connection: Connection[Any], delivered: Delivered, schema: str, place: str, reader: str | None, *, create: bool
) -> None:
    from psycopg import sql

    here = sql.Identifier(place, STYLES)
    if create:
        connection.execute(sql.SQL(_CREATE).format(here))
    asked = "DELETE FROM {} WHERE f_table_catalog = current_database() AND f_table_schema = %s"
    connection.execute(sql.SQL(asked).format(here), (schema,))
    with delivered.connected() as source:
        rows = [
            (schema, table, column or None, name, qml, sld, sld, bool(default), description)
            for table, column, name, qml, sld, default, description in styles_of(source)
        ]
    with connection.cursor() as cursor:
        cursor.executemany(sql.SQL(_INSERT).format(here), rows)
    if reader:
        connection.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(here, sql.Identifier(reader)))
