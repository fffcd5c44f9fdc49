"""What ``sources.json`` says of the files beside it, where ``atlas telecharger`` brought them.

In: a file, what its folder says, what was seen in it. Out: the same finding, with its vintage known instead of guessed
and where it comes from. A file that is no longer the one described is read as any other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from atlas.inspect import Finding

LANDMARKS = frozenset({"communes"})  # brought for the maps of others: no source of the atlas
_DATED = {"millesime": "millesime", "generation": "generation"}


def unchanged(path: Path, told: Mapping[str, Any] | None) -> bool:
    """Whether a file is, byte for byte, the one that was brought."""
    if told is None or told.get("taille") != path.stat().st_size:
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == told.get("sha256")


def known(finding: Finding, told: Mapping[str, Any]) -> Finding:
    """Complete a finding with what was noted when its file was brought.

    >>> one = Finding(Path("iris.gpkg"), (), "iris", "IRIS", ("millesime = 2022  # à vérifier : année du fichier",))
    >>> told = {"millesime": "2025", "producteur": "Insee, IGN", "licence": "LO", "telecharge_le": "2026-11-30T08"}
    >>> known(one, told).lines, known(one, told).words
    (('millesime = 2025',), 'IRIS (Insee, IGN, LO, téléchargé le 30/11/2026)')
    """
    lines = tuple(_line(line, told) for line in finding.lines)
    day = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", str(told.get("telecharge_le", ""))[:10])
    when = f"téléchargé le {day[3]}/{day[2]}/{day[1]}" if day else ""
    said = ", ".join(filter(None, (str(told.get("producteur", "")), str(told.get("licence", "")), when)))
    return replace(finding, lines=lines, words=f"{finding.words} ({said})" if said else finding.words)


def _line(line: str, told: Mapping[str, Any]) -> str:
    """Write the value that is known in the place of one that was guessed, or that is to be given."""
    key = line.removeprefix("# ").split(" = ")[0]
    value = str(told.get(_DATED.get(key, ""), ""))
    return f"{key} = {value}" if value.isdecimal() else line
