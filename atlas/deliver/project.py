"""The QGIS project of an edition, bound to a database instead of the GeoPackage beside it.

In: ``atlas.qgz`` as the edition holds it. Out: the same layers, styles, themes and layouts, read from PostGIS. The role
and its password are asked by QGIS, or found where it keeps them: neither is in the project.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from atlas.deliver.tables import GEOMETRY, GEOPACKAGE, ROW, Content

if TYPE_CHECKING:
    from psycopg import ConnectionInfo

_SOURCE = re.compile(rf"\./{re.escape(GEOPACKAGE)}\|layername=([^|]*)(?:\|subset=(.*))?", re.DOTALL)
_EPOCH = (1980, 1, 1, 0, 0, 0)


def bound(project: bytes, server: ConnectionInfo, schema: str, tables: Iterable[Content]) -> bytes:
    """Bind every layer of a project to the table of the same name of a schema."""
    held = {table.name: table for table in tables}

    def source(text: str | None) -> str | None:
        found = _SOURCE.fullmatch(text or "")
        return uri_of(server, schema, held[found[1]], found[2] or "") if found else None

    root = ElementTree.fromstring(_inside(project))
    for leaf in root.iter("layer-tree-layer"):
        if (told := source(leaf.get("source"))) is not None:
            leaf.set("source", told)
            leaf.set("providerKey", "postgres")
    for layer in root.iter("maplayer"):
        place, provider = layer.find("datasource"), layer.find("provider")
        if place is not None and provider is not None and (told := source(place.text)) is not None:
            place.text, provider.text = told, "postgres"
    return _zipped(ElementTree.tostring(root, encoding="unicode"))


def moved(project: bytes, schema: str, kept: str) -> bytes:
    """Let the project of a schema that changes its name follow it."""
    root = ElementTree.fromstring(_inside(project))
    before, after = f"table={_doubled(schema)}.", f"table={_doubled(kept)}."
    for leaf in root.iter("layer-tree-layer"):
        leaf.set("source", leaf.get("source", "").replace(before, after))
    for place in root.iter("datasource"):
        place.text = (place.text or "").replace(before, after)
    return _zipped(ElementTree.tostring(root, encoding="unicode"))


def uri_of(server: ConnectionInfo, schema: str, table: Content, condition: str = "") -> str:
    """Write where QGIS finds a table: a key of whole numbers, which QGIS Server and Lizmap ask for."""
    parts = [f"dbname={_quoted(server.dbname)}", *([f"host={_quoted(server.host)}"] if server.host else [])]
    parts += [f"port={server.port}", "sslmode=prefer", f"key='{ROW}'", "estimatedmetadata=true"]
    if table.geometry:
        parts += [f"srid={table.srid}", f"type={table.geometry}"]
    where = f"table={_doubled(schema)}.{_doubled(table.name)}"
    parts += ["checkPrimaryKeyUnicity='0'", f"{where} ({GEOMETRY})" if table.geometry else where]
    return " ".join(parts) + f" sql={condition}"


def _inside(project: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(project)) as archive:
        return archive.read("atlas.qgs").decode("utf-8")


def _zipped(text: str) -> bytes:
    held = io.BytesIO()
    info = zipfile.ZipInfo("atlas.qgs", _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(info, "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + text)
    return held.getvalue()


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _doubled(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
