"""The TableSchema of every source and of every published table: what a landlord can check before it sends a file.

One declaration makes the contracts, the dictionary and these: ``atlas.tables``.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from atlas.errors import AtlasError, Fault
from atlas.methods import load, needs_of
from atlas.publish.datapackage import declared_schemas
from atlas.sources import attributions, ban, iris, logements, menages, ops, qpv, residences, restricted, rpls, zones
from atlas.sources.headers import Expected, nearest
from atlas.tables.schema import source_schema

_EXTRA = {"adresses": ban.DEGREES, "logements": restricted.FIELDS}
_TOLD = {"ops": ("campagne",), "menages": ("campagne",), "attributions": ("annee",)}  # a block may give them
PUBLISHED = "edition-"  # what begins the name of a published table: several have that of a source


def schemas() -> dict[str, dict[str, Any]]:
    """Give the TableSchema of every source by its name, then that of every published table.

    A survey has two: ``ops``, one row per address, and ``menages``, one row per dwelling.
    """
    sources: dict[str, tuple[Expected, tuple[str, ...] | None]] = {
        "ops": (ops.wanted(needs_of(load())), ops.FILLED),
        "menages": (menages.WANTED, menages.FILLED),
        "rpls": (rpls.WANTED, rpls.FILLED),
        "logements": (logements.WANTED, None),
        "adresses": (ban.WANTED, None),
        "iris": (iris.WANTED, None),
        "qpv": (qpv.WANTED, None),
        "zones": (zones.WANTED, None),
        "residences": (residences.WANTED, None),
        "attributions": (attributions.WANTED, None),
    }
    read = {
        name: source_schema(
            name,
            wanted.table,
            filled=wanted.required if filled is None else filled,
            needed=wanted.purposes,
            alternatives=wanted.alternatives,
            extra=_EXTRA.get(name, ()),
            told=_TOLD.get(name, ()),
        )
        for name, (wanted, filled) in sources.items()
    }
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
