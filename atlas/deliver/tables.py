"""The tables of an edition as its GeoPackage holds them, with what its dictionary says of each column.

In: the folder of an edition. Out: tables, typed columns, keys, styles, and rows as they are. What the manifest does not
vouch for is refused: an edition is loaded as it was audited, or not at all.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from atlas.errors import AtlasError, Fault

GEOPACKAGE, PROJECT, PACKAGE, MANIFEST = "atlas.gpkg", "atlas.qgz", "datapackage.json", "manifeste.json"
GEOMETRY, ROW = "geom", "fid"
STYLES = "layer_styles"
_KINDS = {"string": "text", "integer": "bigint", "number": "double precision"}
_ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}  # bytes, by the code in the flags of a geometry


@dataclass(frozen=True)
class Field:
    """One column: its name, its PostgreSQL type, what the dictionary says of it."""

    name: str
    kind: str
    comment: str = ""


@dataclass(frozen=True)
class Content:
    """One table; ``geometry`` is its PostGIS type, empty without one, ``keys`` what makes a row unique."""

    name: str
    comment: str
    fields: tuple[Field, ...]
    keys: tuple[str, ...]
    geometry: str = ""
    srid: int = 0
    searched: tuple[str, ...] = ()


@dataclass(frozen=True)
class Delivered:
    """An edition as it was built: ``told`` is its manifest, ``digest`` the SHA-256 of its GeoPackage."""

    folder: Path
    name: str
    masked: bool
    digest: str
    tables: tuple[Content, ...]
    told: dict[str, Any] = field(repr=False)

    @contextmanager
    def connected(self) -> Iterator[sqlite3.Connection]:
        """Open the GeoPackage, to read it as it lies."""
        with closing(_read_only(self.folder / GEOPACKAGE)) as connection:
            yield connection


def opened(folder: Path) -> Delivered:
    """Read what an edition holds.

    Raises
    ------
    AtlasError
        ``POSTGIS-EDITION`` when a file is missing, unreadable, or other than the manifest says.
    """
    try:
        told = json.loads((folder / MANIFEST).read_text("utf-8"))
        listed = {entry["fichier"]: entry["sha256"] for entry in told["fichiers"]}
        digests = {name: _digest(folder / name) for name in (GEOPACKAGE, PROJECT, PACKAGE)}
        package = json.loads((folder / PACKAGE).read_text("utf-8"))
        with closing(_read_only(folder / GEOPACKAGE)) as connection:
            tables = tuple(_tables(connection, package))
        name, masked = str(told["edition"]), told["masquee"] is True and told["edition"] != "interne"
    except (OSError, ValueError, KeyError, TypeError, sqlite3.Error) as error:
        raise _refused(folder, f"ne se relit pas ({error})") from None
    other = [name for name, digest in digests.items() if listed.get(name) != digest]
    if other:
        raise _refused(folder, f"a changé depuis sa construction : {', '.join(other)}")
    return Delivered(folder, name, masked, digests[GEOPACKAGE], tables, told)


def rows_of(connection: sqlite3.Connection, table: Content) -> Iterator[tuple[Any, ...]]:
    """Give the rows of a table in their order, geometries as EWKB in hexadecimal."""
    names = [ROW, *(one.name for one in table.fields)]
    if not table.geometry:
        yield from connection.execute(f"SELECT {_listed(names)} FROM {_quoted(table.name)} ORDER BY {ROW}")
        return
    found = connection.execute(f"SELECT {_listed([*names, GEOMETRY])} FROM {_quoted(table.name)} ORDER BY {ROW}")
    for *values, shape in found:
        yield (*values, None if shape is None else ewkb(shape, table.srid))


def ewkb(blob: bytes, srid: int) -> str:
    """Turn a geometry of a GeoPackage (OGC 12-128, 2.1.3) into the hexadecimal that PostGIS reads.

    Examples
    --------
    >>> import struct
    >>> header = b"GP\\0\\x01" + struct.pack("<i", 2154)
    >>> ewkb(header + b"\\x01" + struct.pack("<Idd", 1, 0, 0), 2154)
    '01010000206a08000000000000000000000000000000000000'
    """
    wkb = blob[8 + _ENVELOPES[blob[3] >> 1 & 7] :]
    order: Literal["little", "big"] = "little" if wkb[0] else "big"
    kind = int.from_bytes(wkb[1:5], order) | 0x20000000
    return (wkb[:1] + kind.to_bytes(4, order) + srid.to_bytes(4, order) + wkb[5:]).hex()


def styles_of(connection: sqlite3.Connection) -> list[tuple[Any, ...]]:
    """List the styles: table, geometry column, name, QML, SLD, whether it is the default one, description."""
    asked = "f_table_name, f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description"
    return connection.execute(f"SELECT {asked} FROM {STYLES} ORDER BY id").fetchall()


def _tables(connection: sqlite3.Connection, package: dict[str, Any]) -> Iterator[Content]:
    shapes = {
        name: (kind, srs)
        for name, kind, srs in connection.execute(
            "SELECT table_name, geometry_type_name, srs_id FROM gpkg_geometry_columns"
        )
    }
    codes = dict(connection.execute("SELECT srs_id, organization_coordsys_id FROM gpkg_spatial_ref_sys"))
    told = {
        (table, column): ". ".join(filter(None, (title, description)))
        for table, column, title, description in connection.execute(
            "SELECT table_name, column_name, title, description FROM gpkg_data_columns"
        )
    }
    asked = "SELECT table_name, identifier, description FROM gpkg_contents WHERE table_name <> ?"
    titles = {name: (title, text) for name, title, text in connection.execute(asked, (STYLES,))}
    described = {one["name"]: one["schema"] for one in package["resources"]}
    if titles.keys() != described.keys():
        raise ValueError(f"tables non décrites : {', '.join(sorted(titles.keys() ^ described.keys()))}")
    for name, (title, text) in titles.items():
        schema, (kind, srs) = described[name], shapes.get(name, ("", 0))
        fields = tuple(
            Field(one["name"], _KINDS[one["type"]], told.get((name, one["name"]), one.get("title", "")))
            for one in schema["fields"]
        )
        keys = schema["primaryKey"]
        names = [one.name for one in fields]
        yield Content(
            name,
            f"{title}. {text}",
            fields,
            tuple([keys] if isinstance(keys, str) else keys),
            kind and f"{kind.capitalize().replace('polygon', 'Polygon')}",
            int(codes.get(srs, 0)),
            tuple(one for one in names if one.startswith(("code_", "id_")) or one in {"id", "bailleur", "niveau"}),
        )


def _listed(names: list[str]) -> str:
    return ", ".join(map(_quoted, names))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refused(folder: Path, why: str) -> AtlasError:
    return AtlasError(
        [
            Fault(
                "POSTGIS-EDITION",
                f"L'édition {folder.name} {why}.",
                f"le dossier d'une édition, par exemple atlas/partenaire, {GEOPACKAGE} et {MANIFEST} d'origine",
                "donner le dossier d'une édition, ou reconstruire",
            )
        ]
    )
