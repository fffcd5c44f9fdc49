"""An edition read back from a database, cell by cell, against the GeoPackage of its folder.

Grain in: an open connection, the schema, the folder of the edition. Grain out: sentences, none when the schema holds
what the edition publishes: no table, column, row or value more, less or other. Nothing of what loads it is used here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas.audit.read_back import GEOPACKAGE

if TYPE_CHECKING:
    from psycopg import Connection

LOADED, PROJECTS, STYLES = "edition_chargee", "qgis_projects", "layer_styles"
_BESIDE = frozenset({LOADED, PROJECTS, STYLES})  # what a load adds: which edition it is, how it is drawn
_ENVELOPE = (0, 32, 48, 48, 64)


def unlike(connection: Connection[Any], schema: str, folder: Path) -> Iterator[str]:
    """List what a schema holds otherwise than the edition.

    Yields
    ------
    str
        One French sentence by table and kind of difference, with the first example.
    """
    path = f"{(folder / GEOPACKAGE).resolve().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(path, uri=True)) as written:
        asked = "SELECT table_name FROM gpkg_contents WHERE table_name <> ?"
        published = {name for (name,) in written.execute(asked, (STYLES,))}
        asked = (
            "SELECT c.relname, c.relkind::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = %s AND c.relkind IN ('r', 'v', 'm', 'f', 'p')"
        )
        held = {name for name, _ in connection.execute(asked, (schema,)).fetchall()}
        for name in sorted(held - published - _BESIDE):
            yield f"table « {name} », que l'édition ne publie pas"
        for name in sorted(published - held):
            yield f"table « {name} » absente"
        for name in sorted(published & held):
            yield from _table(connection, schema, name, written)


def _table(connection: Connection[Any], schema: str, name: str, written: sqlite3.Connection) -> Iterator[str]:
    from psycopg import sql

    columns = [row[1] for row in written.execute(f'PRAGMA table_info("{name}")')]
    asked = (
        "SELECT a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
        " JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = %s AND c.relname = %s AND a.attnum > 0 AND NOT a.attisdropped"
    )
    held = dict(connection.execute(asked, (schema, name)).fetchall())
    if set(held) != set(columns):
        yield f"table « {name} » : colonnes {', '.join(sorted(held.keys() ^ set(columns)))} en plus ou en moins"
        return
    plain = [column for column in columns if column != "geom"]
    listed = [sql.Identifier(column) for column in plain]
    shape = [sql.SQL("ST_AsBinary(geom, 'NDR')")] if "geom" in columns else []
    order = ", ".join(f'"{column}"' for column in [*plain, *(["geom"] if shape else [])])
    mine = written.execute(f'SELECT {order} FROM "{name}" ORDER BY fid')
    query = sql.SQL("COPY (SELECT {} FROM {} ORDER BY fid) TO STDOUT").format(
        sql.SQL(", ").join([*listed, *shape]), sql.Identifier(schema, name)
    )
    kinds = [_KINDS.get(held[column].partition("(")[0], "text") for column in plain] + ["bytea"] * len(shape)
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        copy.set_types(kinds)
        found = _first_difference(copy.rows(), mine, shaped=bool(shape))
        if found:
            number, rank, told = found
            column = [*plain, "geom"][rank] if rank >= 0 else "fid"
            for _ in copy:  # a copy left halfway would be cancelled, and the transaction with it
                pass
            yield f"table « {name} », ligne {number}, colonne {column} : {told}"


_KINDS = {"bigint": "int8", "integer": "int4", "double precision": "float8", "text": "text"}


def _first_difference(
    loaded: Iterator[tuple[Any, ...]], written: Iterator[tuple[Any, ...]], *, shaped: bool
) -> tuple[int, int, str] | None:
    """Give the place of the first cell that differs: row, rank of the column, both values."""
    for number, (one, other) in enumerate(zip_longest(loaded, written), start=1):
        if one is None or other is None:
            return number, -1, "ligne en plus" if other is None else "ligne absente"
        if shaped:
            other = (*other[:-1], _wkb(other[-1]))
        if tuple(one) != other:
            rank = next(rank for rank, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1])
            return number, rank, f"{str(one[rank])[:40]} pour {str(other[rank])[:40]}"
    return None


def _wkb(blob: bytes | None) -> bytes | None:
    """Take the geometry out of a GeoPackage's value (OGC 12-128, 2.1.3): a header, an envelope, then plain WKB."""
    return None if blob is None else blob[8 + _ENVELOPE[(blob[3] >> 1) & 7] :]
