"""One table of text from any file a landlord or a ministry may send.

Grain in: a file (CSV in any usual dress, gzip, zip, workbook, Parquet). Grain out: the same rows, as text, with the
line of the file each comes from. Nothing is set aside but blank lines; everything is typed later, by the contract.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from atlas.errors import excerpt
from atlas.sources.content import Content, Unreadable, load
from atlas.sources.encodings import encoding_of
from atlas.sources.lines import header_of, joined_headers, no_such_line
from atlas.sources.workbooks import KINDS, chosen, opened

_FIRST = 1 << 16


@dataclass(frozen=True)
class OpenedTable:
    """A file whose headers are known. ``seen`` says how it was understood, for the reconciliation page.

    ``uncomputed`` lists the lines, by position, of formulas without a value; ``sheets`` tells, by name, those of a
    workbook and whether each is hidden; ``lowest`` is the last header line, where several are read together.
    """

    name: str
    headers: tuple[str, ...]
    content: Content
    seen: dict[str, str]
    offset: int = 0
    first_line: int = 2
    ready: pa.Table | None = None
    ready_lines: np.ndarray | None = None
    uncomputed: Mapping[int, list[int]] = field(default_factory=dict)
    sheets: Mapping[str, bool] = field(default_factory=dict)
    lowest: Sequence[str | None] = ()

    def read(
        self, positions: Sequence[int], numeric: Collection[int] = (), repetitive: Collection[int] = ()
    ) -> tuple[pa.Table, np.ndarray]:
        """Read the columns at these positions, named ``c<position>``, and the line of each row.

        Columns at ``numeric`` positions come as numbers where every cell of the file is one; otherwise, as all others,
        as text, held as a dictionary at ``repetitive`` positions.

        Raises
        ------
        Unreadable
            ``LECTURE-COLONNES`` (rows of unequal length), ``LECTURE-GUILLEMETS``, ``LECTURE-CSV``.
        """
        names = [f"c{position}" for position in positions]
        if self.ready is not None and self.ready_lines is not None:
            return self.ready.select(list(positions)).rename_columns(names), self.ready_lines
        types = {f"c{position}": pa.float64() for position in numeric}
        types |= {f"c{position}": pa.dictionary(pa.int32(), pa.string()) for position in repetitive}
        return _read_csv(self, names, types)


def open_table(
    path: Path, sheet: str | None = None, encoding: str | None = None, header: Sequence[int] = ()
) -> OpenedTable:
    """Open a table and read its headers.

    Parameters
    ----------
    header : sequence of int
        Lines of the headers, from 1, read together; the first line that holds something by default.

    Raises
    ------
    Unreadable
        See :func:`atlas.sources.content.load`, :func:`atlas.sources.content.encoding_of` and
        :func:`atlas.sources.workbooks.opened`; also ``LECTURE-FEUILLE``, ``LECTURE-PARQUET``, ``LECTURE-VIDE``,
        ``LECTURE-ENTETE`` (no such line), ``LECTURE-FORMULE`` (a header that nobody computed).
    """
    content = load(path, sheet)
    if content.kind in KINDS:
        return _open_workbook(content, sheet, header)
    if content.kind == "parquet":
        return _open_parquet(content)
    return _open_csv(content, encoding, header)


def _open_csv(content: Content, declared: str | None, lines: Sequence[int]) -> OpenedTable:
    encoding, mark = encoding_of(content.data, content.name, declared)
    data = content.data.slice(mark)
    if encoding.startswith("utf-16"):
        data = pa.py_buffer(data.to_pybytes().decode(encoding, "replace").encode("utf-8"))
    content = Content(content.name, data, "csv", content.within)
    text_encoding = "utf-8" if encoding.startswith("utf-16") else encoding
    head = header_of(data.slice(0, min(len(data), _FIRST)).to_pybytes(), text_encoding, lines, content.name)
    seen = {
        "format": "CSV",
        "encodage": encoding + (" avec BOM" if mark else ""),
        "séparateur": head.separator,
        "_lecture": text_encoding,
    }
    return OpenedTable(
        content.name,
        tuple(head.headers),
        content,
        seen,
        offset=min(head.offset, len(data)),
        first_line=head.line,
        lowest=head.lowest,
    )


def _read_csv(opened: OpenedTable, names: list[str], hoped: dict[str, pa.DataType]) -> tuple[pa.Table, np.ndarray]:
    data = opened.content.data.slice(opened.offset)
    every = [f"c{position}" for position in range(len(opened.headers))]
    if not len(data):
        return pa.table({name: pa.array([], pa.string()) for name in names}), np.array([], dtype=np.int64)
    quoted = _contains(data, 34)
    wrong: list[Any] = []

    def refuse(row: Any) -> str:
        wrong.append(row)
        return "skip"

    def parse(threads: bool, decimal: str | None = None) -> pa.Table:
        wrong.clear()
        wanted = {name: hoped.get(name, pa.string()) for name in names}
        types = {name: kind if decimal or kind != pa.float64() else pa.string() for name, kind in wanted.items()}
        return pyarrow.csv.read_csv(
            pa.BufferReader(data),
            read_options=pyarrow.csv.ReadOptions(
                column_names=every, encoding=opened.seen["_lecture"], use_threads=threads, block_size=1 << 23
            ),
            parse_options=pyarrow.csv.ParseOptions(
                delimiter=opened.seen["séparateur"], newlines_in_values=quoted, invalid_row_handler=refuse
            ),
            convert_options=pyarrow.csv.ConvertOptions(
                include_columns=names,
                column_types=types,
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                decimal_point=decimal or ".",
            ),
        )

    def parse_any() -> pa.Table:
        for decimal in (".", ",") if pa.float64() in hoped.values() else ():
            with suppress(pa.ArrowInvalid):
                return parse(threads=True, decimal=decimal)
        return parse(threads=True)

    try:
        table = parse_any()
        if wrong:
            parse(threads=False)  # only a single thread numbers the rows it refuses
    except pa.ArrowInvalid as error:
        raise Unreadable(
            "LECTURE-CSV",
            f"{opened.name} n'est pas un CSV lisible ({str(error).splitlines()[0][:120]}).",
            "un CSV aux lignes terminées et aux guillemets refermés",
            "ouvrir le fichier à la ligne citée, ou refaire l'export",
        ) from None
    if wrong:
        raise _unequal_rows(opened, wrong)
    return table, _lines(data, table.num_rows, opened.first_line)


def _unequal_rows(opened: OpenedTable, wrong: list[Any]) -> Unreadable:
    first = wrong[0]
    lines = [row.number + opened.first_line - 1 for row in wrong if row.number is not None]
    open_quote = first.text.count('"') % 2
    return Unreadable(
        "LECTURE-GUILLEMETS" if open_quote else "LECTURE-COLONNES",
        f"{opened.name} : {len(wrong)} ligne(s) n'ont pas {first.expected_columns} cellules "
        f"(ligne {excerpt(lines) or 'inconnue'} ; la première en a {first.actual_columns}).",
        "autant de cellules que d'en-têtes sur chaque ligne" + (", guillemets refermés" if open_quote else ""),
        "entourer de guillemets les textes qui contiennent le séparateur, ou refaire l'export",
    )


def _contains(data: pa.Buffer, byte: int) -> bool:
    flat = np.frombuffer(data, dtype=np.uint8)
    return any((flat[start : start + (1 << 24)] == byte).any() for start in range(0, len(flat), 1 << 24))


def _lines(data: pa.Buffer, rows: int, first_line: int) -> np.ndarray:
    """Give the line of the file where each row starts: blank lines and quoted line ends set it apart from its rank."""
    flat = np.frombuffer(data, dtype=np.uint8)
    ends = sum(int(np.count_nonzero(flat[i : i + (1 << 24)] == 10)) for i in range(0, len(flat), 1 << 24))
    if ends + (flat[-1] != 10) == rows:
        return np.arange(first_line, first_line + rows, dtype=np.int64)
    breaks = np.flatnonzero(flat == 10)
    outside = np.cumsum(flat == 34)[breaks] % 2 == 0
    starts = np.concatenate([[0], breaks[outside] + 1])
    stops = np.concatenate([breaks[outside], [len(flat)]])
    returns = flat[np.minimum(starts, len(flat) - 1)] == 13
    filled = stops - starts > returns
    lines = np.searchsorted(breaks, starts[filled]) + first_line
    return lines[:rows] if len(lines) >= rows else np.arange(first_line, first_line + rows, dtype=np.int64)


def _open_parquet(content: Content) -> OpenedTable:
    from pyarrow import parquet

    try:
        table = parquet.read_table(pa.BufferReader(content.data))
        table.column_names  # noqa: B018 - names are decoded on access: a damaged one is found here
    except (pa.ArrowException, OSError, UnicodeDecodeError):
        raise Unreadable(
            "LECTURE-PARQUET",
            f"{content.name} est un Parquet tronqué ou abîmé.",
            "un fichier Parquet entier",
            "l'exporter ou le télécharger à nouveau",
        ) from None
    return _in_memory(content.name, table, {"format": "Parquet"}, np.arange(2, 2 + table.num_rows, dtype=np.int64))


def _open_workbook(content: Content, sheet: str | None, lines: Sequence[int]) -> OpenedTable:
    with opened(content) as book:
        name = chosen(book, content, sheet)
        read, sheets = book.sheet(name), book.sheets
    if not read.rows:
        raise Unreadable(
            "LECTURE-VIDE",
            f"{content.name} : la feuille « {name} » est vide.",
            "une ligne d'en-têtes puis au moins une ligne de données",
            "choisir la feuille par « feuille »",
        )
    at = list(lines) or [read.rows[0][0]]
    heads = [cells for line, cells in read.rows if line in at]
    if len(heads) != len(at):
        raise no_such_line(content.name, at[-1])
    _refuse_computed_headers(content.name, [place for line, place in read.uncomputed if line in at])
    headers = joined_headers(heads)
    rows = [(line, cells) for line, cells in read.rows if line > at[-1]]
    columns = [
        pa.array([cells[i] if i < len(cells) else None for _, cells in rows], pa.string()) for i in range(len(headers))
    ]
    uncomputed: dict[int, list[int]] = {}
    for line, place in read.uncomputed:
        if line > at[-1]:
            uncomputed.setdefault(place, []).append(line)
    seen = {"format": content.kind.upper(), "feuille": name}
    if sheet is None and len(sheets) > 1:
        seen["feuilles"] = excerpt(sheets)
    whole = _in_memory(content.name, pa.table(columns, names=headers), seen, np.array([line for line, _ in rows], int))
    return replace(whole, uncomputed=uncomputed, sheets=sheets, lowest=heads[-1] if len(heads) > 1 else ())


def _refuse_computed_headers(name: str, places: Sequence[int]) -> None:
    if places:
        raise Unreadable(
            "LECTURE-FORMULE",
            f"{name} : {len(places)} en-tête(s) sont des formules sans valeur calculée "
            f"(colonne {excerpt([place + 1 for place in places])}).",
            "des en-têtes écrits",
            "ouvrir le classeur dans un tableur et l'enregistrer, ou coller les valeurs",
        )


def _in_memory(name: str, table: pa.Table, seen: dict[str, str], lines: np.ndarray) -> OpenedTable:
    headers = tuple(" ".join(str(header).split()) for header in table.column_names)
    content = Content(name, pa.py_buffer(b""), seen["format"].lower())
    return OpenedTable(name, headers, content, seen, ready=table, ready_lines=lines)
