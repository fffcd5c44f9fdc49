"""File names of the pages about one unit, from identifiers that anyone may have typed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from urllib.parse import quote

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,79}")
_LONGEST = 60
# Names that a Windows share refuses, whatever their ending.
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def file_names(identifiers: Iterable[str]) -> dict[str, str]:
    """Name one file per identifier, without ending: the identifier itself wherever every system can hold it.

    Others are cut to plain characters and completed by a digest; so are those that differ by case alone, which are one
    file on many disks.

    Examples
    --------
    >>> file_names(["R1", "a/b", "r2", "R2", "nul"])["R1"]
    'R1'
    >>> sorted(file_names(["a/b", "é b"]).values())
    ['a-b-82badf67', 'b-fc4db15f']
    """
    known = list(dict.fromkeys(identifiers))
    lower: dict[str, int] = {}
    for name in known:
        lower[name.lower()] = lower.get(name.lower(), 0) + 1
    return {name: name if _fits(name) and lower[name.lower()] == 1 else _digested(name) for name in known}


def href(folder: str, name: str) -> str:
    """Write the address of a page from the edition's folder.

    >>> href("residences", "A-1")
    'residences/A-1.html'
    """
    return quote(str(PurePosixPath(folder) / f"{name}.html"))


def _fits(name: str) -> bool:
    return bool(_PLAIN.fullmatch(name)) and not _RESERVED.fullmatch(name) and not name.endswith(".")


def _digested(name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:_LONGEST]
    return f"{plain}-{hashlib.blake2b(name.encode(), digest_size=4).hexdigest()}".lstrip("-")
