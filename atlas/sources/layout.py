"""Where the table is in a file: its sheet, its header lines; looked for when it is not where a table usually begins.

Grain in: one file. Grain out: a :class:`Place`, proposed to the planner and never taken silently.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from atlas.errors import Fault, excerpt
from atlas.sources.cells import UNKNOWN_WORDS, text_of
from atlas.sources.content import Content, Unreadable, load
from atlas.sources.encodings import text_of_file
from atlas.sources.headers import Expected, named, plain, told_apart
from atlas.sources.lines import SEPARATORS, joined_headers
from atlas.sources.workbooks import KINDS, opened
from atlas.tables import Column

_NUMBER = re.compile(r"^[-+]?[\d\s.,]+( ?[%€])?$")
_YEAR = re.compile(r"(?:19|20)\d\d$")
_LINES = 40  # a title, a legend and a few blank lines fit; a table that begins lower is found by nobody
_BYTES = 1 << 16


@dataclass(frozen=True)
class Head:
    """The first rows of a sheet, or of a text: line and cells of each."""

    sheet: str | None
    hidden: bool
    rows: list[tuple[int, list[str]]]


@dataclass(frozen=True)
class Place:
    """Where headers were found: ``found`` columns, all the required ones when ``whole``."""

    sheet: str | None
    hidden: bool
    lines: tuple[int, ...]
    found: int
    whole: bool
    headers: tuple[str, ...] = ()
    followed: bool = True

    @property
    def keys(self) -> str:
        """The keys of the territory file that name this place."""
        line = str(self.lines[0]) if len(self.lines) == 1 else str(list(self.lines))
        sheet = [f'feuille = "{self.sheet}"'] if self.sheet is not None else []
        return " et ".join([*sheet, *([f"entete = {line}"] if self.lines != (1,) else [])])


def heads(path: Path, encoding: str | None = None, sheet: str | None = None) -> Iterator[Head]:
    """Read the first rows of every sheet of a file, or of a text cut at each usual separator."""
    content = load(path, sheet)
    if content.kind in KINDS:
        with opened(content) as book:
            for name, hidden in book.sheets.items():
                rows = [(line, [cell or "" for cell in cells]) for line, cells in book.sheet(name, _LINES).rows]
                yield Head(name, hidden, rows)
    elif content.kind == "csv":
        for separator in SEPARATORS:
            yield Head(None, False, _cut(content, encoding, separator))


def _cut(content: Content, encoding: str | None, separator: str) -> list[tuple[int, list[str]]]:
    text = text_of_file(content, encoding, _BYTES)
    reader, rows, line = csv.reader(text.splitlines(keepends=True), delimiter=separator), [], 1
    for cells in reader:
        rows.append((line, cells))
        line = reader.line_num + 1
        if len(rows) == _LINES:
            break
    return rows


def places(found: Collection[Head], wanted: Expected, mapping: Mapping[str, str]) -> list[Place]:
    """Give the likeliest place of the headers in each head: one line, or two that are read together."""
    best = []
    for head in found:
        every = []
        for first, (line, cells) in enumerate(head.rows):
            every.append(_place(head, (line,), [cells], wanted, mapping, first + 1))
            below = head.rows[first + 1] if first + 1 < len(head.rows) else (0, [])
            if below[1] and not any(_NUMBER.match(cell.strip()) for cell in (*cells, *below[1])):
                every.append(_place(head, (line, below[0]), [cells, below[1]], wanted, mapping, first + 2))
        if every:
            best.append(max(every, key=lambda place: (place.whole, place.found, -len(place.lines), -place.lines[0])))
    return best


def _place(
    head: Head,
    lines: tuple[int, ...],
    cells: list[list[str]],
    wanted: Expected,
    mapping: Mapping[str, str],
    after: int,
) -> Place:
    headers = told_apart(joined_headers(cells), cells[-1] if len(cells) > 1 else [], mapping, wanted)
    taken = named(headers, mapping, wanted)
    whole = set(wanted.required) <= taken.keys() and (
        not wanted.alternatives or any(taken.keys() >= set(group) for group in wanted.alternatives)
    )
    shown = tuple(headers[place] for place in sorted(set(taken.values())))
    return Place(head.sheet, head.hidden, lines, len(taken), whole, shown, after < len(head.rows))


def misplaced(
    path: Path,
    name: str,
    source: tuple[str | None, str | None],
    wanted: Expected,
    mapping: Mapping[str, str],
    read: int,
) -> Fault | None:
    """Say where the headers seem to be, when some place of the file names more columns than the ``read`` that failed.

    Parameters
    ----------
    source : (str or None, str or None)
        Sheet and encoding that the territory file names.
    """
    try:
        every = places(list(heads(path, source[1], source[0])), wanted, mapping)
    except Unreadable:
        return None
    least = max(2, (len(wanted.required) + 1) // 2)
    likely = [place for place in every if place.found > read and (place.whole or place.found >= least)]
    if not likely:
        return None
    best = max(likely, key=lambda place: (place.whole, not place.hidden, place.found))
    where = "aux lignes " + " et ".join(map(str, best.lines)) if len(best.lines) > 1 else f"à la ligne {best.lines[0]}"
    sheet = f" de la feuille « {best.sheet} »" if best.sheet else ""
    return Fault(
        "LECTURE-ENTETE",
        f"{name} : les en-têtes semblent être {where}{sheet}{', masquée' if best.hidden else ''} "
        f"({excerpt(best.headers, 3)}).",
        "les en-têtes sur la première ligne de la première feuille" if sheet else "les en-têtes sur la première ligne",
        f"ajouter dans [sources.{wanted.table.name}] : {best.keys or 'feuille'}",
    )


def rivals(
    path: Path, name: str, wanted: Expected, mapping: Mapping[str, str], chosen: str, hidden: bool
) -> Fault | None:
    """Refuse to choose between two sheets that both hold the table, or to read a hidden one that nobody named."""
    every = [place for place in places(list(heads(path)), wanted, mapping) if place.whole and place.followed]
    others = [place for place in every if place.sheet != chosen and not place.hidden]
    if hidden and not others:
        return Fault(
            "LECTURE-FEUILLES",
            f"{name} : la table est dans une feuille masquée, « {chosen} ».",
            "une feuille visible, ou son nom dit au fichier de territoire",
            f'ajouter dans [sources.{wanted.table.name}] : feuille = "{chosen}"',
        )
    if not others:
        return None
    sheets = [place.sheet for place in every if not place.hidden]
    keys = others[0].keys if hidden else f'feuille = "{chosen}"'
    return Fault(
        "LECTURE-FEUILLES",
        f"{name} : plusieurs feuilles portent cette table : {excerpt(sheets)}"
        + (f" (et « {chosen} », masquée)." if hidden else "."),
        "une seule feuille, ou le nom de celle à lire",
        f"ajouter dans [sources.{wanted.table.name}] : {keys}",
    )


def second_header(
    name: str, table: pa.Table, lines: np.ndarray, numeric: Collection[str], wanted: Expected
) -> Fault | None:
    """Tell a line of units, or of other headers, under the headers: words where the next line has numbers."""
    if table.num_rows < 2:
        return None
    first, second = (table.slice(row, 1) for row in (0, 1))
    texts = [column for column in numeric if not pa.types.is_floating(table[column].type)]
    words = [text_of(first[column]).to_pylist()[0] for column in texts]
    below = [text_of(second[column]).to_pylist()[0] for column in texts]
    named = sum(
        word is not None and not any(sign.isdigit() for sign in word[:1]) and plain(word) not in UNKNOWN_WORDS
        for word in words
    )
    if named < 2 or sum(word is not None and _NUMBER.match(word) is not None for word in below) < 2:
        return None
    after = int(lines[0])
    known = [str(word) for word in words if word]
    return Fault(
        "LECTURE-ENTETE",
        f"{name} : la ligne {after} n'est pas une ligne de données ({excerpt(known, 3)}).",
        "les données juste sous les en-têtes",
        f"ajouter dans [sources.{wanted.table.name}] : entete = [{after - 1}, {after}] ; ou supprimer cette ligne",
    )


def row_read_as_header(
    name: str,
    headers: Sequence[str],
    told: tuple[Sequence[int], Sequence[str | None]],
    numeric: Mapping[int, Column],
    wanted: Expected,
) -> Fault | None:
    """Tell a row of data read as a header line: numbers under numeric columns that the lines above name without it.

    Parameters
    ----------
    told : (sequence of int, sequence of str or None)
        Header lines that the territory file names, and the cells of the last one.
    numeric : mapping of int to Column
        Numeric columns by position. Numbered columns (1, 2, 3…) and years above figures are headers.
    """
    lines, lowest = told
    cells = {place: " ".join(str(cell).split()) for place, cell in enumerate(lowest) if cell}
    below = {place: cell for place, cell in cells.items() if place in numeric}
    if not below or not all(_NUMBER.match(cell) for cell in below.values()):
        return None
    numbered = len(cells) > 1 and all(cell == str(place + 1) for place, cell in cells.items())
    years = all(_YEAR.match(cell) and numeric[place].unit != "année" for place, cell in below.items())
    named_by = all(headers[place].endswith(f" {cell}") for place, cell in below.items())
    if numbered or years or named_by:
        return None
    kept = list(lines[:-1])
    return Fault(
        "LECTURE-ENTETE",
        f"{name} : la ligne {lines[-1]}, lue comme ligne d'en-têtes, tient des nombres sous des colonnes de nombres : "
        "c'est une ligne de données, qui serait perdue.",
        "des en-têtes seulement dans les lignes que nomme « entete »",
        f"écrire dans [sources.{wanted.table.name}] : entete = {kept[0] if len(kept) == 1 else kept}",
    )
