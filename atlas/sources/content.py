"""The bytes of a file: uncompressed in memory, never extracted to disk, in a text encoding that is certain.

An archive that would inflate beyond reason, an encoding that cannot be told, a file that is not what its name says are
faults, raised as :class:`Unreadable` and turned into words by the caller.
"""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pyarrow as pa

from atlas.errors import Fault

TABLE_ENDINGS = (".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".parquet")
# A deflated survey file shrinks 5 to 50 times; only a bomb shrinks 200 times *and* is large once inflated.
_LARGE, _RATIO = 256 * 2**20, 200
_STEP = 8 * 2**20

_MAGIC = {b"\x1f\x8b": "gz", b"PK\x03\x04": "zip", b"PAR1": "parquet", b"\xd0\xcf\x11\xe0": "xls", b"%PDF": "pdf"}
_BOMS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
# Bytes that cp1252 uses for signs, never between two letters: seen there, they are letters of cp850 or Mac Roman.
_FOREIGN = re.compile(rb"[A-Za-z][\x80-\x8b\x8d-\x91\x93-\x99\x9b\x9d\x9e][a-z]")
_TWICE = re.compile(rb"\xc3[\xa0-\xbf]")


class Unreadable(Exception):
    """A file that cannot be read, with the fault to report."""

    def __init__(self, code: str, what: str, expected: str, remedy: str) -> None:
        super().__init__(what)
        self.fault = Fault(code, what, expected, remedy)


@dataclass(frozen=True)
class Content:
    """The inflated bytes of one table, its kind (``csv``, ``xlsx`` or ``parquet``) and how it was reached."""

    name: str
    data: pa.Buffer
    kind: str
    within: str = ""


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
    if not _start(content.data, 4096).strip():
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


def _start(data: pa.Buffer, length: int) -> bytes:
    return data.slice(0, min(len(data), length)).to_pybytes()


def _inflated(content: Content, member: str | None) -> Content:
    """Follow what the bytes are rather than what the name says; the name only tells what was hoped for."""
    start = _start(content.data, 4)
    kind = next((kind for magic, kind in _MAGIC.items() if start.startswith(magic)), "")
    hoped = content.kind.lstrip(".")
    if hoped in ("gz", "zip", "xlsx", "xlsm", "parquet") and len(content.data):
        real = "zip" if hoped in ("xlsx", "xlsm") else hoped
        if kind != real:
            raise _not_what_it_says(content.name, hoped)
    if kind == "gz":
        return Content(content.name, pa.py_buffer(_gunzip(content)), "csv")
    if kind == "zip":
        return _unzip(content, member)
    if kind in ("xls", "pdf"):
        raise Unreadable(
            "LECTURE-FORMAT",
            f"{content.name} est un {'ancien classeur .xls' if kind == 'xls' else 'PDF'}.",
            "un CSV, un classeur .xlsx ou un Parquet",
            "enregistrer la table en .xlsx ou en CSV UTF-8",
        )
    return Content(content.name, content.data, kind or "csv")


def _not_what_it_says(name: str, hoped: str) -> Unreadable:
    article = {"gz": "un gzip", "zip": "une archive zip", "parquet": "un fichier Parquet"}.get(
        hoped, "un classeur XLSX"
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
            if any(entry.filename == "xl/workbook.xml" for entry in entries):
                return Content(content.name, content.data, "xlsx")
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


def encoding_of(data: pa.Buffer, name: str, declared: str | None) -> tuple[str, int]:
    """Tell the encoding of a text file and the length of its byte order mark; strict, never a guess.

    UTF-8 when the bytes are valid UTF-8; otherwise the Western European code pages, told apart by the bytes that only
    one of them uses.

    Raises
    ------
    Unreadable
        ``LECTURE-ENCODAGE`` when the bytes contradict the declared encoding, mix two of them, or fit none.
    """
    start = _start(data, 4)
    for mark, encoding in _BOMS.items():
        if start.startswith(mark):
            return encoding, len(mark)
    if declared is not None:
        if not _decodes(data, declared):
            raise _wrong_encoding(
                name, f"n'est pas en {declared}, contrairement à « encodage »", "corriger « encodage »"
            )
        return declared, 0
    if b"\x00" in _start(data, 4096):
        raise Unreadable(
            "LECTURE-FORMAT",
            f"{name} est un fichier binaire.",
            "un texte CSV, un classeur .xlsx ou un Parquet",
            "exporter la table dans un de ces formats",
        )
    if _decodes(data, "utf-8"):
        return "utf-8", 0
    whole = data.to_pybytes()
    if _TWICE.search(whole):
        raise _wrong_encoding(
            name, "mélange de l'UTF-8 et du latin-1", "refaire l'export en UTF-8, ou réparer les lignes fautives"
        )
    if _FOREIGN.search(whole) or not _decodes(data, "cp1252"):
        raise _wrong_encoding(
            name, "n'est ni en UTF-8, ni en latin-1, ni en cp1252", 'le dire par encodage = "cp850" ou "mac_roman"'
        )
    return ("cp1252" if re.search(rb"[\x80-\x9f]", whole) else "iso-8859-1"), 0


def _decodes(data: pa.Buffer, encoding: str) -> bool:
    if codecs_name(encoding) == "utf-8":  # Arrow checks it several times faster, and without a copy
        ends = pa.array([0, len(data)], pa.int64()).buffers()[1]
        whole = pa.Array.from_buffers(pa.large_binary(), 1, [None, ends, data])
        try:
            whole.cast(pa.large_string())
        except pa.ArrowInvalid:
            return False
        return True
    try:
        decoder = codecs.getincrementaldecoder(encoding)()
        for start in range(0, len(data), _STEP):
            decoder.decode(data.slice(start, min(_STEP, len(data) - start)).to_pybytes())
        decoder.decode(b"", final=True)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def codecs_name(encoding: str) -> str | None:
    """Give the usual name of an encoding, None when there is no such encoding.

    >>> codecs_name("UTF8"), codecs_name("utf-42")
    ('utf-8', None)
    """
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        return None


def _wrong_encoding(name: str, what: str, remedy: str) -> Unreadable:
    return Unreadable("LECTURE-ENCODAGE", f"{name} {what}.", "un seul encodage, connu : UTF-8 de préférence", remedy)
