"""The TableSchema of every source and of every published table: what a landlord can check before it sends a file.

One declaration makes the contracts, the dictionary and these: ``atlas.tables``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from atlas.errors import AtlasError, Fault
from atlas.publish.datapackage import declared_schemas
from atlas.sources import ban, restricted
from atlas.sources.forms import forms, module_of, wanted_of
from atlas.sources.headers import nearest
from atlas.tables.schema import source_schema

_EXTRA = {"adresses": ban.DEGREES, "logements": restricted.FIELDS}
PUBLISHED = "edition-"  # what begins the name of a published table: several have that of a source


def schemas() -> dict[str, dict[str, Any]]:
    """Give the TableSchema of every source by its name, then that of every published table.

    A survey has two: ``ops``, one row per address, and ``menages``, one row per dwelling.
    """
    read = {}
    for origin, form in forms():
        name, wanted = form.name or origin.name, wanted_of(form)
        read[name] = source_schema(
            name,
            wanted.table,
            filled=getattr(module_of(form), "FILLED", wanted.required),
            needed=wanted.purposes,
            alternatives=wanted.alternatives,
            extra=_EXTRA.get(name, ()),
            told=(origin.year,) if origin.year else (),
        )
    return {**read, **{f"{PUBLISHED}{name}": schema for name, schema in declared_schemas().items()}}


def schema(name: str) -> dict[str, Any]:
    """Give one TableSchema.

    Raises
    ------
    AtlasError
        ``SCHEMA-INCONNU``, with the nearest name.

    Examples
    --------
    >>> [field["name"] for field in schema("residences")["fields"]]
    ['bailleur', 'id_adresse', 'id_residence', 'nom_residence']
    """
    known = schemas()
    if name not in known:
        near = nearest(name, known)
        raise AtlasError(
            [
                Fault(
                    "SCHEMA-INCONNU",
                    f"« {name} » n'est ni une source ni une table publiée.",
                    f"un nom parmi {', '.join(known)}",
                    f"écrire « {near} » ?" if near else "corriger le nom",
                )
            ]
        )
    return known[name]


def text_of(described: dict[str, Any]) -> str:
    """Write a schema as the file to give."""
    return json.dumps(described, ensure_ascii=False, indent=2) + "\n"


def write_schemas(folder: Path, name: str | None = None) -> list[Path]:
    """Write one schema, or all of them, as ``<nom>.json`` in a folder, and list the files written.

    Raises
    ------
    AtlasError
        ``SCHEMA-INCONNU``.
    """
    chosen = schemas() if name is None else {name: schema(name)}
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for key, described in chosen.items():
        path = folder / f"{key}.json"
        path.write_text(text_of(described), "utf-8")
        written.append(path)
    return written
