"""Read a workbook's raw XML: the values as stored, not as formatted, with what a reader would not see.

Grain in: an XLSX file. Grain out: one record per sheet. Number formats are ignored on purpose: digits that a format
hides are read.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# Each up to its own end, told so that nothing is looked at twice.
_ROW = re.compile(r"<row\b[^>]*>([^<]*(?:<(?!/row>)[^<]*)*)</row>")
_CELL = re.compile(r"<c\b(?:[^>]*/>|[^>]*>[^<]*(?:<(?!/c>)[^<]*)*</c>)")
# Column, kind and content of a cell, whatever the order of its attributes.
_INSIDE = re.compile(r'<c\b(?:\br="([A-Z]+)|\bt="(\w+)"|[^>])*?(?:/>|>(.*?)</c>)', re.DOTALL)
_VALUE = re.compile(r"<v[^>]*>(.*?)</v>", re.DOTALL)
_TEXT = re.compile(r"<t\b[^>]*>(.*?)</t>", re.DOTALL)
_KEPT = 1 << 16  # cells that are read once however often they are written


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
        read = lru_cache(maxsize=_KEPT)(partial(_cell, shared=shared))
        for entry in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
            target = targets[entry.get(_RELATION)].lstrip("/").removeprefix("xl/")
            sheet = Sheet(entry.get("name", ""), entry.get("state", "visible") != "visible")
            for row in _ROW.findall(archive.read(f"xl/{target}").decode("utf-8")):
                sheet.rows.append(_row(map(read, _CELL.findall(row)), sheet))
            yield sheet


def _row(cells: Iterable[tuple[str, str, bool]], sheet: Sheet) -> list[str]:
    texts: list[str] = []
    for place, text, formula in cells:
        if place:
            texts += [""] * (_number(place) - len(texts))
        texts.append(text)
        sheet.formulas += formula
    return texts


def _cell(cell: str, shared: Sequence[str]) -> tuple[str, str, bool]:
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
