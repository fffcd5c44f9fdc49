"""The zips of an edition: the one beside its folder is the folder, byte for byte; those inside hold no other data.

Grain in: the folder of an edition, or one archive. Grain out: what is wrong, in French, with an example.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Collection, Iterator
from pathlib import Path

_DATA = re.compile(r"\.(gpkg|csv|json|geojson|sqlite|db|parquet|fgb|xlsx)$", re.IGNORECASE)


def data_inside(path: Path, known: Collection[str]) -> list[str]:
    """List the data files of an archive that are no copy of a file of the edition (``known``: SHA-256)."""
    with zipfile.ZipFile(path) as archive:
        inside = [entry for entry in archive.namelist() if _DATA.search(entry)]
        return [entry for entry in inside if _digest(archive, entry) not in known]


def faults_beside(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Compare the zip beside an edition, where there is one, with its folder, and its checksum with it.

    Yields
    ------
    (file, what, example)
    """
    path = folder.parent / f"{folder.name}.zip"
    if not path.is_file():
        return
    held = {
        f"{folder.name}/{file.relative_to(folder).as_posix()}": file for file in folder.rglob("*") if file.is_file()
    }
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        if archive.comment or any(entry.comment for entry in archive.infolist()):
            yield path.name, "texte caché dans l'archive", ""
        if len(names) != len(set(names)) or set(names) - set(held):
            strange = sorted({name for name in names if name not in held or names.count(name) > 1})
            yield path.name, "fichier que l'édition ne contient pas, ou répété", strange[0]
        if lacking := sorted(set(held) - set(names)):
            yield path.name, "fichier de l'édition absent de l'archive", lacking[0]
        for name in sorted(set(names) & set(held)):
            with held[name].open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != _digest(archive, name):
                    yield path.name, "fichier différent de celui de l'édition", name
    checksum = path.with_name(f"{path.name}.sha256")
    with path.open("rb") as file:
        expected = f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.name}"
    if not checksum.is_file() or checksum.read_text("utf-8").strip() != expected:
        yield checksum.name, "empreinte absente, ou d'une autre archive", ""


def _digest(archive: zipfile.ZipFile, entry: str) -> str:
    digest = hashlib.sha256()
    with archive.open(entry) as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
