"""Read a workbook's raw XML: the values as stored, not as formatted, with what a reader would not see.

Grain in: an XLSX file. Grain out: one record per sheet. Number formats are ignored on purpose: digits that a format
hides are read.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from html import unescape
from itertools import chain
from pathlib import Path
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# Up to its own end, told so that nothing is looked at twice.
_CELL = re.compile(r"<c\b(?:[^>]*/>|[^>]*>[^<]*(?:<(?!/c>)[^<]*)*</c>)")
# Column, kind and content of a cell, whatever the order of its attributes.
_INSIDE = re.compile(r'<c\b(?:\br="([A-Z]+)|\bt="(\w+)"|[^>])*?(?:/>|>(.*?)</c>)', re.DOTALL)
_VALUE = re.compile(r"<v[^>]*>(.*?)</v>", re.DOTALL)
_TEXT = re.compile(r"<t\b[^>]*>(.*?)</t>", re.DOTALL)
_KEPT = 1 << 16  # cells that are read once however often they are written
_END = "</c>"
_Cell = tuple[str, str, bool]


@dataclass(eq=False)
class Sheet:
    """One sheet: texts of its cells row by row, whether it is hidden, how many formulas it holds."""

    name: str
    hidden: bool
    rows: list[list[str]] = field(default_factory=list)
    formulas: int = 0


def read_sheets(path: Path) -> Iterator[Sheet]:
    """Read every sheet of a workbook.

    Raises
    ------
    zipfile.BadZipFile
        When the file is no workbook.
    """
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        shared: list[str] = []
        if "xl/sharedStrings.xml" in names:
            root = ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
            shared = ["".join(text.text or "" for text in item.iter(f"{_MAIN}t")) for item in root]
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
        read = lru_cache(maxsize=_KEPT)(partial(_cells, shared=shared))
        for entry in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
            target = targets[entry.get(_RELATION)].lstrip("/").removeprefix("xl/")
            sheet = Sheet(entry.get("name", ""), entry.get("state", "visible") != "visible")
            for row in archive.read(f"xl/{target}").decode("utf-8").split("</row>")[:-1]:
                parts = row.partition("<row")[2].partition(">")[2].split(_END)
                sheet.rows.append(_row(list(chain.from_iterable(map(read, parts))), sheet))
            yield sheet


def _row(cells: Sequence[_Cell], sheet: Sheet) -> list[str]:
    places, told, formulas = zip(*cells, strict=True) if cells else ((), (), ())
    sheet.formulas += sum(formulas)
    if not any(places):
        return list(told)
    texts: list[str] = []
    for place, text in zip(places, told, strict=True):
        if place:
            texts += [""] * (_number(place) - len(texts))
        texts.append(text)
    return texts


def _cells(part: str, shared: Sequence[str]) -> tuple[_Cell, ...]:
    """Read what stands up to the end of a cell that holds anything: that cell, and the empty ones before it."""
    return tuple(_cell(cell, shared) for cell in _CELL.findall(part + _END))


def _cell(cell: str, shared: Sequence[str]) -> _Cell:
    """Read a cell: the letters of its column where it tells them, its text, whether it holds a formula."""
    found = _INSIDE.match(cell)
    assert found is not None  # it was found by what is at both its ends
    place, kind, content = (one or "" for one in found.groups())
    stored = _VALUE.search(content)
    if kind == "inlineStr":
        text = "".join(map(unescape, _TEXT.findall(content)))
    elif stored is None:
        text = ""
    else:
        text = shared[int(stored[1])] if kind == "s" else unescape(stored[1])
    return place, text, "<f" in content


@lru_cache(maxsize=1024)
def _number(letters: str) -> int:
    """Number a column from 0.

    >>> _number("A"), _number("Z"), _number("AB")
    (0, 25, 27)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
