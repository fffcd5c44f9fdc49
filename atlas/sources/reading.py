"""One table of text from any file a landlord or a ministry may send.

Grain in: a file (CSV in any usual dress, gzip, zip, XLSX, Parquet). Grain out: the same rows, as text, with the line of
the file each comes from. Nothing is set aside but blank lines; everything is typed later, by the contract.
"""

from __future__ import annotations

import warnings
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from atlas.errors import excerpt
from atlas.sources.content import Content, Unreadable, encoding_of, load

SEPARATORS = {";": "point-virgule", ",": "virgule", "\t": "tabulation", "|": "barre verticale"}
_FIRST = 1 << 16


@dataclass(frozen=True)
class OpenedTable:
    """A file whose headers are known. ``seen`` says how it was understood, for the reconciliation page."""

    name: str
    headers: tuple[str, ...]
    content: Content
    seen: dict[str, str]
    offset: int = 0
    first_line: int = 2
    ready: pa.Table | None = None
    ready_lines: np.ndarray | None = None

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


def open_table(path: Path, sheet: str | None = None, encoding: str | None = None) -> OpenedTable:
    """Open a table and read its headers.

    Raises
    ------
    Unreadable
        See :func:`atlas.sources.content.load` and :func:`atlas.sources.content.encoding_of`; also ``LECTURE-XLSX``,
        ``LECTURE-FEUILLE``, ``LECTURE-PARQUET``, ``LECTURE-VIDE``.
    """
    content = load(path, sheet)
    if content.kind == "xlsx":
        return _open_workbook(content, sheet)
    if content.kind == "parquet":
        return _open_parquet(content)
    return _open_csv(content, encoding)


def _open_csv(content: Content, declared: str | None) -> OpenedTable:
    encoding, mark = encoding_of(content.data, content.name, declared)
    data = content.data.slice(mark)
    if encoding.startswith("utf-16"):
        data = pa.py_buffer(data.to_pybytes().decode(encoding, "replace").encode("utf-8"))
    content = Content(content.name, data, "csv", content.within)
    text_encoding = "utf-8" if encoding.startswith("utf-16") else encoding
    start = data.slice(0, min(len(data), _FIRST)).to_pybytes()
    end, inside = 0, False
    for end, byte in enumerate(start):  # noqa: B007 (the header's end is wanted after the loop)
        if byte == 34:
            inside = not inside
        elif byte in b"\r\n" and not inside:
            break
    else:
        end = len(start)
    header = start[:end].decode(text_encoding)
    after = end + (2 if start[end : end + 2] == b"\r\n" else 1)
    separator = max(SEPARATORS, key=lambda sign: (_outside_quotes(header).count(sign), -list(SEPARATORS).index(sign)))
    seen = {
        "format": "CSV",
        "encodage": encoding + (" avec BOM" if mark else ""),
        "séparateur": separator,
        "_lecture": text_encoding,
    }
    return OpenedTable(
        content.name,
        tuple(_split(header, separator)),
        content,
        seen,
        offset=min(after, len(data)),
        first_line=2 + header.count("\n"),
    )


def _outside_quotes(header: str) -> str:
    return "".join(header.split('"')[::2])


def _split(header: str, separator: str) -> list[str]:
    import csv

    cells = next(csv.reader([header.replace("\n", " ").replace("\r", " ")], delimiter=separator), [])
    return [" ".join(cell.split()) for cell in cells]


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


def _open_workbook(content: Content, sheet: str | None) -> OpenedTable:
    import openpyxl

    try:
        with warnings.catch_warnings(action="ignore", category=UserWarning):  # styles and lists that a reader ignores
            book = openpyxl.load_workbook(pa.BufferReader(content.data), read_only=True, data_only=True)
            sheets = book.sheetnames
            if sheet is not None and sheet not in sheets and sheet != content.within:
                raise Unreadable(
                    "LECTURE-FEUILLE",
                    f"{content.name} n'a pas de feuille « {sheet} » mais {excerpt(sheets)}.",
                    "le nom d'une feuille du classeur",
                    "corriger « feuille »",
                )
            chosen = sheet if sheet in sheets else sheets[0]
            cells = [
                (number, row)
                for number, row in enumerate(book[chosen].iter_rows(values_only=True), start=1)
                if any(value is not None and value != "" for value in row)
            ]
            book.close()
    except Unreadable:
        raise
    except Exception as error:  # openpyxl lets errors of zip, XML, and of its own attributes through
        raise Unreadable(
            "LECTURE-XLSX",
            f"{content.name} est un classeur abîmé ou protégé ({type(error).__name__}).",
            "un classeur .xlsx lisible, sans mot de passe",
            "l'ouvrir dans un tableur et l'enregistrer à nouveau",
        ) from None
    if not cells:
        raise Unreadable(
            "LECTURE-VIDE",
            f"{content.name} : la feuille « {chosen} » est vide.",
            "une ligne d'en-têtes puis au moins une ligne de données",
            "choisir la feuille par « feuille »",
        )
    headers = [_cell(value) or "" for value in cells[0][1]]
    columns = {
        f"{i}": pa.array([_cell(row[i]) if i < len(row) else None for _, row in cells[1:]], pa.string())
        for i in range(len(headers))
    }
    table = pa.table(columns).rename_columns(headers) if headers else pa.table({})
    seen = {"format": "XLSX", "feuille": str(chosen)}
    if sheet is None and len(sheets) > 1:
        seen["feuilles"] = excerpt(sheets)
    return _in_memory(content.name, table, seen, np.array([number for number, _ in cells[1:]], dtype=np.int64))


def _cell(value: Any) -> str | None:
    """Write a cell as a person reads it: whole numbers without decimals, days in ISO form."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return str(value)


def _in_memory(name: str, table: pa.Table, seen: dict[str, str], lines: np.ndarray) -> OpenedTable:
    headers = tuple(" ".join(str(header).split()) for header in table.column_names)
    content = Content(name, pa.py_buffer(b""), seen["format"].lower())
    return OpenedTable(name, headers, content, seen, ready=table, ready_lines=lines)
