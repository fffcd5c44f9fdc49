"""The encoding of a text file: strict and certain, never a guess; one that cannot be told is a fault."""

from __future__ import annotations

import codecs
import re

import pyarrow as pa

from atlas.sources.content import Content, Unreadable, beginning

_STEP = 8 * 2**20
_OTHERS = ("cp850", "mac_roman")
# What a French text holds beyond ASCII: bytes read in another encoding give other signs.
_FRENCH = frozenset("àâäçéèêëîïôöùûüÿœæÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ°²³€«»’‘“”–…·\u00a0")
_TURNED = re.compile("[a-zàâäçéèêëîïôöùûüœ][ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŒ]")
_SEEN = 1 << 20
_BOMS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
# Bytes that cp1252 uses for signs, never between two letters: seen there, they are letters of cp850 or Mac Roman.
_FOREIGN = re.compile(rb"[A-Za-z][\x80-\x8b\x8d-\x91\x93-\x99\x9b\x9d\x9e][a-z]")
_TWICE = re.compile(rb"\xc3[\xa0-\xbf]")


class WrongEncoding(Unreadable):
    """A text in an encoding that cannot be told for certain; ``likely`` is the one that reads as French, or None."""

    def __init__(self, file: str, what: str, remedy: str, likely: str | None = None) -> None:
        super().__init__("LECTURE-ENCODAGE", f"{file} {what}.", "un seul encodage, connu : UTF-8 de préférence", remedy)
        self.likely = likely


def encoding_of(data: pa.Buffer, name: str, declared: str | None) -> tuple[str, int]:
    """Tell the encoding of a text file and the length of its byte order mark; strict, never a guess.

    UTF-8 when the bytes are valid UTF-8; otherwise the Western European code pages, told apart by the bytes that only
    one of them uses.

    Raises
    ------
    Unreadable
        ``LECTURE-ENCODAGE`` when the bytes contradict the declared encoding, mix two of them, or fit none.
    """
    start = beginning(data, 4)
    for mark, encoding in _BOMS.items():
        if start.startswith(mark):
            return encoding, len(mark)
    if declared is not None:
        if not _decodes(data, declared):
            raise WrongEncoding(name, f"n'est pas en {declared}, contrairement à « encodage »", "corriger « encodage »")
        return declared, 0
    if b"\x00" in beginning(data, 4096):
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
        raise WrongEncoding(
            name, "mélange de l'UTF-8 et du latin-1", "refaire l'export en UTF-8, ou réparer les lignes fautives"
        )
    if _FOREIGN.search(whole) or not _decodes(data, "cp1252"):
        likely = _likely(whole)
        named = f'"{likely}"' if likely else " ou ".join(f'"{one}"' for one in _OTHERS)
        what = "n'est ni en UTF-8, ni en latin-1, ni en cp1252"
        raise WrongEncoding(name, what, f"le dire par encodage = {named}", likely)
    return ("cp1252" if re.search(rb"[\x80-\x9f]", whole) else "iso-8859-1"), 0


def _likely(data: bytes) -> str | None:
    """Name the one old encoding in which every sign beyond ASCII is one of French, and no word turns to capitals."""
    read = {one: data[:_SEEN].decode(one, "replace") for one in _OTHERS}
    fitting = [
        one
        for one, text in read.items()
        if all(sign.isascii() or sign in _FRENCH for sign in set(text)) and not _TURNED.search(text)
    ]
    return fitting[0] if len(fitting) == 1 else None


def text_of_file(content: Content, declared: str | None, length: int) -> str:
    """Decode the first bytes of a text file, a character cut at the end left out.

    Raises
    ------
    Unreadable
        See :func:`encoding_of`.
    """
    encoding, mark = encoding_of(content.data, content.name, declared)
    return beginning(content.data.slice(mark), length).decode(encoding, "ignore")


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
