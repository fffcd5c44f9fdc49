"""Every file of a folder, looked at as ``inspect`` does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atlas.errors import Fault, excerpt
from atlas.fetch import NAME as SOURCES
from atlas.fetch import listed
from atlas.init.downloaded import LANDMARKS, known, unchanged
from atlas.inspect import Finding, inspect_all
from atlas.sources.content import TABLE_ENDINGS
from atlas.sources.gdal import LAYER_ENDINGS

_READ = {*TABLE_ENDINGS, *LAYER_ENDINGS, ".gz", ".zip", ".xls", ".xlsb", ".ods", ".parquet", ".shz"}
_COMPANIONS = {".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx", ".qpj", ".qmd", ".xml", ".map", ".id", ".dat", ".mid"}
_OUTPUTS = ("manifeste.json", "bilan.json")  # what the atlas writes holds its own tables, which are not sources


@dataclass(frozen=True)
class Seen:
    """The tables and layers of a folder, and what could not be read, one French sentence each."""

    findings: tuple[Finding, ...]
    unread: tuple[str, ...]


def look(folder: Path) -> Seen:
    """Look at every file of a folder and of its subfolders."""
    findings: list[Finding] = []
    unread: list[str] = []
    others: list[str] = []
    said: dict[Path, dict[str, dict[str, Any]]] = {}
    for path in files_of(folder):
        ending = path.suffix.lower()
        if ending in _COMPANIONS or path.name == SOURCES:
            continue
        if path.parent not in said:
            said[path.parent] = listed(path.parent)
        told = said[path.parent].get(path.name)
        if told is not None and not unchanged(path, told):
            unread.append(f"{path.name} : autre que celui que {SOURCES} décrit ; lu comme un fichier quelconque.")
            told = None
        if told is not None and told.get("source") in LANDMARKS:
            continue
        if not _writable(path.name):
            unread.append(f"{path.name!a} : nom de fichier illisible ; le renommer pour le nommer")
        elif ending not in _READ:
            others.append(path.name)
        else:
            read, faults = inspect_all(path)
            findings += read if told is None else [known(one, told) for one in read]
            unread += [_said(path.name, fault) for fault in faults]
    if others:
        unread.append(f"Ni tables ni couches, non lus : {excerpt(others, 8)}.")
    return Seen(tuple(findings), tuple(unread))


def _said(name: str, fault: Fault) -> str:
    """Say why a file was not read, its name once."""
    what = fault.what if fault.what.startswith(name) else f"{name} : {fault.what}"
    return f"{what} {fault.remedy[:1].upper()}{fault.remedy[1:]}."


def files_of(folder: Path) -> Iterator[Path]:
    """Walk the files of a folder in the order of their names, leaving hidden ones and the outputs of the atlas."""
    entries = sorted(folder.iterdir())
    if any(entry.name in _OUTPUTS for entry in entries):
        return
    for entry in entries:
        if entry.name.startswith((".", "~$")):
            continue
        if entry.is_dir() and not entry.is_symlink():
            yield from files_of(entry)
        elif entry.is_file():
            yield entry


def _writable(name: str) -> bool:
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
