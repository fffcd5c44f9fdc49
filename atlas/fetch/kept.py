"""``sources.json``: where each file of a folder was taken, when, under which licence, with its digest.

``atlas init`` reads it; so does whoever must say, a year later, what a map was made of.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from atlas.fetch.bringing import Brought
    from atlas.fetch.cutting import Place

NAME = "sources.json"
_TITLES = {
    "name": "fichier",
    "source": "source",
    "title": "titre",
    "producer": "producteur",
    "licence": "licence",
    "vintage": "millesime",
    "generation": "generation",
    "address": "adresse",
    "page": "page",
    "received": "telecharge_le",
    "modified": "modifie_le",
    "received_sha256": "sha256_telecharge",
    "received_size": "taille_telechargee",
    "sha256": "sha256",
    "size": "taille",
    "rows": "lignes",
    "checked_online": "verifie_en_ligne",
}


def written(folder: Path, place: Place, brought: Sequence[Brought]) -> Path:
    """Write what was brought, in the place of what the same files were said to be before."""
    fresh = [{title: asdict(one)[name] for name, title in _TITLES.items()} for one in brought]
    names = {entry["fichier"] for entry in fresh}
    others = [entry for name, entry in listed(folder).items() if name not in names and (folder / name).is_file()]
    content = {
        "fait_le": datetime.now(UTC).isoformat(timespec="seconds"),
        "departements": sorted(place.departments),
        "communes": sorted(place.communes),
        "fichiers": sorted([*others, *fresh], key=lambda entry: str(entry["fichier"])),
    }
    path = folder / NAME
    beside = folder / f".{NAME}.{os.getpid()}"
    beside.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    beside.replace(path)
    return path


def listed(folder: Path) -> dict[str, dict[str, Any]]:
    """Read what a folder's files are said to be, by name; nothing where it says nothing that can be read."""
    try:
        told = json.loads((folder / NAME).read_text("utf-8"))["fichiers"]
        return {str(entry["fichier"]): entry for entry in told if isinstance(entry, dict)}
    except (OSError, ValueError, KeyError, TypeError):
        return {}
