"""The bytes of a file: uncompressed in memory, never extracted to disk, and what they are whatever their name says.

An archive that would inflate beyond reason, a file that is not what its name says, a page saved as a table are faults,
raised as :class:`Unreadable` and turned into words by the caller.
"""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pyarrow as pa

from atlas.errors import Fault

TABLE_ENDINGS = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods", ".parquet")
# A deflated survey file shrinks 5 to 50 times; only a bomb shrinks 200 times *and* is large once inflated.
_LARGE, _RATIO = 256 * 2**20, 200
_STEP = 8 * 2**20

_MAGIC = {b"\x1f\x8b": "gz", b"PK\x03\x04": "zip", b"PAR1": "parquet", b"\xd0\xcf\x11\xe0": "xls", b"%PDF": "pdf"}
# What an Office file under a password is wrapped in, and what the archive of a workbook holds.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WORKBOOKS = {"xl/workbook.xml": "xlsx", "xl/workbook.bin": "xlsb", "content.xml": "ods"}
_ZIPPED = {"xlsx": "zip", "xlsm": "zip", "xlsb": "zip", "ods": "zip"}


class Unreadable(Exception):
    """A file that cannot be read, with the fault to report."""

    def __init__(self, code: str, what: str, expected: str, remedy: str) -> None:
        super().__init__(what)
        self.fault = Fault(code, what, expected, remedy)


@dataclass(frozen=True)
class Content:
    """The inflated bytes of one table, its kind and how it was reached.

    ``kind`` is ``csv``, ``parquet`` or one of the workbooks: ``xlsx``, ``xlsb``, ``xls``, ``ods``.
    """

    name: str
    data: pa.Buffer
    kind: str
    within: str = ""


def told_apart_names(paths: Sequence[Path]) -> dict[Path, str]:
    """Name files as sentences do: by their own name, after that of their folder where two share it.

    >>> list(told_apart_names([Path("2020/t.csv"), Path("2021/t.csv"), Path("2021/u.csv")]).values())
    ['2020/t.csv', '2021/t.csv', 'u.csv']
    """
    names = [path.name for path in paths]
    return {path: path.name if names.count(path.name) == 1 else f"{path.parent.name}/{path.name}" for path in paths}


def load(path: Path, member: str | None = None) -> Content:
    """Bring the bytes of a table into memory, through one level of ``.gz`` or ``.zip``.

    Raises
    ------
    Unreadable
        ``LECTURE-ABSENT``, ``LECTURE-VIDE``, ``LECTURE-GZ``, ``LECTURE-ZIP``, ``LECTURE-BOMBE``, ``LECTURE-FORMAT``.
    """
    try:
        data = _mapped(path)
    except OSError as error:
        raise Unreadable(
            "LECTURE-ABSENT",
            f"{path.name} ne peut pas être ouvert ({error.strerror or error}).",
            "un fichier lisible",
            "vérifier le chemin et les droits de lecture",
        ) from None
    content = _inflated(Content(path.name, data, path.suffix.lower()), member)
    if not beginning(content.data, 4096).strip():
        raise Unreadable(
            "LECTURE-VIDE",
            f"{path.name} est vide.",
            "une ligne d'en-têtes puis au moins une ligne de données",
            "refaire l'export, ou retirer le fichier du territoire",
        )
    return content


def _mapped(path: Path) -> pa.Buffer:
    if not path.stat().st_size:
        return pa.py_buffer(b"")
    with pa.memory_map(str(path)) as source:
        return source.read_buffer()


def beginning(data: pa.Buffer, length: int) -> bytes:
    """Give the first bytes of a buffer."""
    return data.slice(0, min(len(data), length)).to_pybytes()


def _inflated(content: Content, member: str | None) -> Content:
    """Follow what the bytes are rather than what the name says; the name only tells what was hoped for."""
    start = beginning(content.data, 4)
    kind = next((kind for magic, kind in _MAGIC.items() if start.startswith(magic)), "")
    hoped = content.kind.lstrip(".")
    if kind == "xls" and _ENCRYPTED in content.data.to_pybytes():
        raise Unreadable(
            "LECTURE-PROTEGE",
            f"{content.name} est un classeur protégé par un mot de passe.",
            "un classeur sans mot de passe d'ouverture",
            "l'ouvrir dans un tableur, retirer le mot de passe et l'enregistrer à nouveau",
        )
    if not kind:
        _refuse_pages(content)
    if hoped in ("gz", "zip", "parquet", *_ZIPPED) and len(content.data) and kind != _ZIPPED.get(hoped, hoped):
        raise _not_what_it_says(content.name, hoped)
    if kind == "gz":
        return Content(content.name, pa.py_buffer(_gunzip(content)), "csv")
    if kind == "zip":
        return _unzip(content, member)
    if kind == "pdf":
        raise Unreadable(
            "LECTURE-FORMAT",
            f"{content.name} est un PDF.",
            "un CSV, un classeur ou un Parquet",
            "enregistrer la table en .xlsx ou en CSV UTF-8",
        )
    return Content(content.name, content.data, kind or "csv")


def _refuse_pages(content: Content) -> None:
    """Name what web applications save under the name of a table: a page, or a workbook in XML."""
    start = beginning(content.data, 2048).replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    page = start.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<style", b"mime-version:"))
    xml = start.startswith(b"<?xml")
    if page or xml or b"<html" in start[:512]:
        raise Unreadable(
            "LECTURE-FORMAT",
            f"{content.name} est {'un document XML' if xml and b'<html' not in start else 'une page HTML'}, "
            "quel que soit son nom.",
            "un CSV, un classeur ou un Parquet",
            "l'ouvrir dans un tableur et l'enregistrer en .xlsx ; si c'est une page d'erreur, télécharger à nouveau",
        )


def _not_what_it_says(name: str, hoped: str) -> Unreadable:
    article = {"gz": "un gzip", "zip": "une archive zip", "parquet": "un fichier Parquet"}.get(
        hoped, f"un classeur {'XLSX' if hoped == 'xlsm' else hoped.upper()}"
    )
    return Unreadable(
        f"LECTURE-{'XLSX' if hoped == 'xlsm' else hoped.upper()}",
        f"{name} n'est pas {article}, malgré son nom.",
        f"{article} entier",
        "télécharger ou exporter le fichier à nouveau, ou corriger son extension",
    )


def _too_large(name: str) -> Unreadable:
    return Unreadable(
        "LECTURE-BOMBE",
        f"{name} se dilate plus de {_RATIO} fois : ce n'est pas une table.",
        "une archive contenant une table ordinaire",
        "vérifier la provenance du fichier, ou le donner décompressé",
    )


def _gunzip(content: Content) -> bytes:
    parts: list[bytes] = []
    size = 0
    try:
        with gzip.GzipFile(fileobj=pa.BufferReader(content.data)) as stream:
            while part := stream.read(_STEP):
                parts.append(part)
                size += len(part)
                if size > _LARGE and size > _RATIO * len(content.data):
                    raise _too_large(content.name)
    except (OSError, EOFError, zlib.error):
        raise Unreadable(
            "LECTURE-GZ",
            f"{content.name} est un gzip tronqué ou abîmé.",
            "un fichier .gz entier",
            "le télécharger ou le compresser à nouveau",
        ) from None
    return b"".join(parts)


def _unzip(content: Content, member: str | None) -> Content:
    """Read the one table of an archive; a workbook is an archive too and is left as it is."""
    try:
        with zipfile.ZipFile(io.BytesIO(content.data.to_pybytes())) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            size = sum(entry.file_size for entry in entries)
            if size > _LARGE and size > _RATIO * len(content.data):
                raise _too_large(content.name)
            names = {entry.filename for entry in entries}
            workbook = next((kind for mark, kind in _WORKBOOKS.items() if mark in names), None)
            if workbook is not None:
                return Content(content.name, content.data, workbook)
            tables = [entry for entry in entries if _is_table(entry.filename)]
            if member is not None:
                tables = [entry for entry in tables if PurePosixPath(entry.filename).name == member] or tables
            if len(tables) != 1:
                raise Unreadable(
                    "LECTURE-ZIP",
                    f"{content.name} contient {len(tables)} table(s) : "
                    f"{', '.join(PurePosixPath(entry.filename).name for entry in tables[:5]) or 'aucune'}.",
                    "une archive d'une seule table (CSV, XLSX ou Parquet)",
                    "extraire la table voulue et la nommer dans le territoire",
                )
            name = PurePosixPath(tables[0].filename)
            inner = _inflated(Content(content.name, pa.py_buffer(archive.read(tables[0])), name.suffix.lower()), None)
            return Content(content.name, inner.data, inner.kind, name.name)
    except (zipfile.BadZipFile, EOFError, zlib.error, RuntimeError, NotImplementedError, OSError):
        raise Unreadable(
            "LECTURE-ZIP",
            f"{content.name} est une archive abîmée, chiffrée ou tronquée.",
            "une archive zip entière et sans mot de passe",
            "refaire l'archive, ou donner la table décompressée",
        ) from None


def _is_table(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix.lower() in TABLE_ENDINGS and "__MACOSX" not in path.parts and not path.name.startswith(".")
