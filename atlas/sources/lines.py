"""The header lines of a text: where they are, the sign that cuts them, and one header for each column."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from atlas.sources.content import Unreadable

SEPARATORS = {";": "point-virgule", ",": "virgule", "\t": "tabulation", "|": "barre verticale"}
# The line by which Excel is told the separator, and lines that hold nothing, before the headers.
_SEP_LINE = re.compile(r'"?sep=(.)"?[;,|\t ]*', re.IGNORECASE)
_NOTHING = re.compile(r"[;,|\t\" ]*")


@dataclass(frozen=True)
class Header:
    """Headers of a text, the sign that cuts its rows, where the first one begins (byte) and its line.

    ``lowest`` are the headers of the last line alone, when several are read together.
    """

    headers: list[str]
    separator: str
    offset: int
    line: int
    lowest: list[str] = field(default_factory=list)


def header_of(start: bytes, encoding: str, lines: Sequence[int], name: str) -> Header:
    """Read the headers of a text: the lines asked for, otherwise the first one that holds something.

    Raises
    ------
    Unreadable
        ``LECTURE-ENTETE`` when the text has no such line.

    Examples
    --------
    >>> header_of(b"sep=;\\n\\nx;y\\n1;2\\n", "utf-8", (), "f.csv")
    Header(headers=['x', 'y'], separator=';', offset=11, line=4, lowest=[])
    >>> header_of(b"Enqu\\xc3\\xaate\\nx,y\\n", "utf-8", (2,), "f.csv").headers
    ['x', 'y']
    """
    told, offset, line = "", 0, 1
    found: list[str] = []
    while offset < len(start) and (line <= max(lines) if lines else not found):
        begun = line
        text, offset, line = _next_line(start, offset, encoding, line)
        if declared := _SEP_LINE.fullmatch(text.strip()):
            told = declared[1]
        elif begun in lines or (not lines and not _NOTHING.fullmatch(text)):
            found.append(text)
    if lines and len(found) < len(lines):
        raise no_such_line(name, max(lines))
    separator = _separator(found[-1] if found else "", told)
    cells = [_split(text, separator) for text in found or [""]]
    return Header(joined_headers(cells), separator, offset, line, cells[-1] if len(cells) > 1 else [])


def _next_line(start: bytes, begin: int, encoding: str, line: int) -> tuple[str, int, int]:
    """Give the text from a byte up to a line end outside quotes, where the next line begins, and its number."""
    end, inside = begin, False
    for end in range(begin, len(start)):
        byte = start[end]
        if byte == 34:
            inside = not inside
        elif byte in b"\r\n" and not inside:
            break
    else:
        end = len(start)
    text = start[begin:end].decode(encoding, "ignore")
    return text, end + (2 if start[end : end + 2] == b"\r\n" else 1), line + 1 + text.count("\n")


def no_such_line(name: str, line: int) -> Unreadable:
    """Say that a file has no header where the territory file says."""
    return Unreadable(
        "LECTURE-ENTETE",
        f"{name} n'a pas d'en-têtes à la ligne {line}.",
        "le numéro de la ligne des en-têtes, à partir de 1",
        "corriger « entete »",
    )


def _separator(header: str, told: str) -> str:
    """Take the sign that cuts the headers most often: the one told when it cuts them at all."""
    bare = "".join(header.split('"')[::2])
    counts = {sign: bare.count(sign) for sign in SEPARATORS}
    return told if counts.get(told) else max(counts, key=lambda sign: (counts[sign], -list(SEPARATORS).index(sign)))


def _split(header: str, separator: str) -> list[str]:
    cells = next(csv.reader([header.replace("\n", " ").replace("\r", " ")], delimiter=separator), [])
    return [" ".join(cell.split()) for cell in cells]


def joined_headers(lines: Sequence[Sequence[str | None]]) -> list[str]:
    """Make one header of each column out of one or several header lines.

    A first line that names every column, each otherwise, is the header and the next ones only explain it (units). In
    others, cells left blank by a merge take the text on their left.

    >>> joined_headers([["Logements", "Ménages"], ["nombre", "nombre"]])
    ['Logements', 'Ménages']
    >>> joined_headers([["Adresse", "Ménages", None], [None, "total", "sous 40 %"]])
    ['Adresse', 'Ménages total', 'Ménages sous 40 %']
    """
    width = max(len(line) for line in lines)
    tidy = [[" ".join(str(cell or "").split()) for cell in line] + [""] * (width - len(line)) for line in lines]
    first = tidy[0]
    if len(tidy) == 1 or (all(first) and len(set(first)) == width):
        return first
    for above, below in pairwise(tidy):
        for place in range(1, width):
            if not above[place] and below[place]:
                above[place] = above[place - 1]
    columns = zip(*tidy, strict=True)
    return [" ".join(dict.fromkeys(word for word in column if word)) for column in columns]
