"""File names of the pages about one unit, from identifiers that anyone may have typed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from atlas.publish.figures import Figures

QUARTERS, COMMUNES = "quartiers", "communes"
INDEX = "index"  # the page that lists the quarters

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


def quarter_files(figures: Figures) -> dict[tuple[str, str], str]:
    """Name the page of each quarter and of each commune, by kind and identifier, without folder nor ending.

    A commune without a dwelling has no page; an empty perimeter has one, which says so. A quarter whose code would take
    the name of another page is named from a digest.
    """
    quarters = [*figures.identifiers(QUARTERS)]
    communes = [code for code in figures.identifiers(COMMUNES) if figures.number(COMMUNES, code, "nb_logements")]
    # Named among all communes, as the atlas names its links.
    named = file_names(figures.identifiers(COMMUNES))
    of_communes = {code: f"commune-{named[code]}" for code in communes}
    taken = {INDEX, *(name.lower() for name in of_communes.values())}
    of_quarters = file_names(quarters)
    for code, name in of_quarters.items():
        if name.lower() in taken:
            of_quarters[code] = file_names([f"quartier {code}"])[f"quartier {code}"]
    return {
        **{(QUARTERS, code): of_quarters[code] for code in quarters},
        **{(COMMUNES, code): of_communes[code] for code in communes},
    }


def _fits(name: str) -> bool:
    return bool(_PLAIN.fullmatch(name)) and not _RESERVED.fullmatch(name) and not name.endswith(".")


def _digested(name: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-")[:_LONGEST]
    return f"{plain}-{hashlib.blake2b(name.encode(), digest_size=4).hexdigest()}".lstrip("-")
