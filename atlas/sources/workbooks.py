"""Workbooks: the sheets of an .xlsx, .ods, .xls or .xlsb file as rows of text, with what a spreadsheet hides in them.

Grain in: a workbook in memory. Grain out: the rows of one sheet that hold something, each with its line. A cell in
per cent is written so (``35 %``) and a formula that nobody computed is listed: neither passes for a plain number.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any
from xml.etree import ElementTree

import pyarrow as pa

from atlas.errors import excerpt
from atlas.sources.content import Content, Unreadable

KINDS = ("xlsx", "ods", "xls", "xlsb")
_ROUNDED = 10**15  # a spreadsheet keeps fifteen digits of a number
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\[[^\]]*\]')
_ODS, _OFFICE = (f"{{urn:oasis:names:tc:opendocument:xmlns:{name}:1.0}}" for name in ("table", "office"))
_ODS_FORMULA = re.compile(rb"<table:table-cell\b(?=[^>]*table:formula=)(?![^>]*office:value-type=)[^>]*>")


@dataclass(frozen=True)
class Sheet:
    """Rows of a sheet: line and cells of each; ``uncomputed`` lists (line, position) of formulas without a value."""

    name: str
    rows: list[tuple[int, list[str | None]]]
    uncomputed: list[tuple[int, int]] = field(default_factory=list)


class Workbook:
    """An open workbook: ``sheets`` tells, by name and in order, whether each is hidden."""

    def __init__(self, content: Content, book: Any, sheets: Mapping[str, bool]) -> None:
        self._content, self._book, self.sheets = content, book, dict(sheets)

    def sheet(self, name: str, limit: int | None = None) -> Sheet:
        """Read the first ``limit`` rows of a sheet, all of them by default."""
        if self._content.kind == "xlsx":
            return _of_openpyxl(self._content, self._book[name], limit)
        rows = self._book.get_sheet_by_name(name).to_python(skip_empty_area=False, nrows=limit)
        percent = _percent_of_ods(self._content, name) if self._content.kind == "ods" else frozenset()
        return Sheet(
            name,
            _filled(
                (line, [_written(value, (line, place) in percent) for place, value in enumerate(row)])
                for line, row in enumerate(rows, start=1)
            ),
        )


@contextmanager
def opened(content: Content) -> Iterator[Workbook]:
    """Open a workbook for the time of a reading.

    Raises
    ------
    Unreadable
        ``LECTURE-XLSX`` and its like (damaged), ``LECTURE-PROTEGE`` (password), ``LECTURE-FORMULE`` (an .ods of which
        formulas were never computed).
    """
    from python_calamine import CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum

    try:
        if content.kind == "xlsx":
            import openpyxl

            with warnings.catch_warnings(action="ignore", category=UserWarning):  # styles that a reader ignores
                book = openpyxl.load_workbook(pa.BufferReader(content.data), read_only=True, data_only=True)
                try:
                    yield Workbook(content, book, {one.title: one.sheet_state != "visible" for one in book.worksheets})
                finally:
                    book.close()
        else:
            if content.kind == "ods":
                _check_ods(content)
            with CalamineWorkbook.from_filelike(io.BytesIO(content.data.to_pybytes())) as book:
                yield Workbook(
                    content,
                    book,
                    {
                        one.name: one.visible != SheetVisibleEnum.Visible
                        for one in book.sheets_metadata
                        if one.typ == SheetTypeEnum.WorkSheet
                    },
                )
    except Unreadable:
        raise
    except PasswordError:
        raise protected(content.name) from None
    except Exception as error:  # readers of workbooks let errors of zip, XML, and of their own through
        raise Unreadable(
            f"LECTURE-{content.kind.upper()}",
            f"{content.name} est un classeur .{content.kind} abîmé ({type(error).__name__}).",
            "un classeur lisible, de préférence en .xlsx",
            "l'ouvrir dans un tableur et l'enregistrer à nouveau",
        ) from None


def protected(name: str) -> Unreadable:
    """Say that a workbook is under a password."""
    return Unreadable(
        "LECTURE-PROTEGE",
        f"{name} est un classeur protégé par un mot de passe.",
        "un classeur sans mot de passe d'ouverture",
        "l'ouvrir dans un tableur, retirer le mot de passe et l'enregistrer à nouveau",
    )


def _of_openpyxl(content: Content, sheet: Any, limit: int | None) -> Sheet:
    sheet.reset_dimensions()  # some programs declare a sheet of one cell
    percent: dict[str, bool] = {}

    def written(cell: Any) -> str | None:
        value = cell.value
        if isinstance(value, int | float) and not isinstance(value, bool):
            form = cell.number_format
            if form not in percent:
                percent[form] = "%" in _LITERAL.sub("", form)
            return _written(value, percent[form])
        return _cell(value)

    rows = _filled(
        (line, [written(cell) for cell in row]) for line, row in enumerate(islice(sheet.iter_rows(), limit), start=1)
    )
    return Sheet(sheet.title, rows, _uncomputed(content, sheet.title, limit))


def _uncomputed(content: Content, name: str, limit: int | None) -> list[tuple[int, int]]:
    """List the formulas of a sheet that hold no value: a program wrote them and no spreadsheet computed them."""
    import openpyxl

    with zipfile.ZipFile(io.BytesIO(content.data.to_pybytes())) as archive:
        sheets = [entry for entry in archive.namelist() if entry.startswith("xl/worksheets/")]
        if not any(re.search(rb"<(\w+:)?f[ >/]", archive.read(entry)) for entry in sheets):
            return []
    found = []
    books = [
        openpyxl.load_workbook(pa.BufferReader(content.data), read_only=True, data_only=it) for it in (False, True)
    ]
    for book in books:
        book[name].reset_dimensions()
    pairs = zip(*(islice(book[name].iter_rows(values_only=True), limit) for book in books), strict=True)
    for line, (formulas, values) in enumerate(pairs, start=1):
        for place, (formula, value) in enumerate(zip(formulas, values, strict=True)):
            if value is None and formula is not None:
                found.append((line, place))
    for book in books:
        book.close()
    return found


def _percent_of_ods(content: Content, name: str) -> frozenset[tuple[int, int]]:
    """List the cells (line, position) of an .ods sheet that hold a percentage, which its values alone do not tell."""
    with zipfile.ZipFile(io.BytesIO(content.data.to_pybytes())) as archive:
        if b'"percentage"' not in (raw := archive.read("content.xml")):
            return frozenset()
    table = next(one for one in ElementTree.fromstring(raw).iter(_ODS + "table") if one.get(_ODS + "name") == name)
    found, line = set(), 1
    for row in table.iter(_ODS + "table-row"):
        place, told = 0, list[int]()
        for cell in row:
            wide = int(cell.get(_ODS + "number-columns-repeated", 1))
            if cell.get(_OFFICE + "value-type") == "percentage":
                told += range(place, place + wide)
            place += wide
        high = int(row.get(_ODS + "number-rows-repeated", 1))
        found |= {(line + below, one) for one in told for below in range(high)}
        line += high
    return frozenset(found)


def _check_ods(content: Content) -> None:
    with zipfile.ZipFile(io.BytesIO(content.data.to_pybytes())) as archive:
        manifest = archive.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in archive.namelist() else b""
        if b"encryption-data" in manifest:
            raise protected(content.name)
        bare = _ODS_FORMULA.findall(archive.read("content.xml"))
    if bare:
        raise Unreadable(
            "LECTURE-FORMULE",
            f"{content.name} porte {len(bare)} formule(s) sans valeur calculée.",
            "des valeurs, ou des formules qu'un tableur a calculées",
            "ouvrir le classeur dans un tableur et l'enregistrer, ou coller les valeurs",
        )


def _filled(rows: Iterator[tuple[int, list[str | None]]]) -> list[tuple[int, list[str | None]]]:
    return [(line, cells) for line, cells in rows if any(cell is not None for cell in cells)]


def _written(value: Any, percent: bool) -> str | None:
    return f"{100 * value:.12g} %" if percent and isinstance(value, int | float) else _cell(value)


def _cell(value: Any) -> str | None:
    """Write a cell as a person reads it: whole numbers without decimals, days in ISO form.

    A number of more digits than a spreadsheet keeps has lost the last ones: it is written as the rounded one it is.
    """
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, int | float) and abs(value) >= _ROUNDED:
        return f"{value:.14E}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    return str(value)


def chosen(book: Workbook, content: Content, sheet: str | None) -> str:
    """Name the sheet to read: the one asked for, otherwise the first.

    Raises
    ------
    Unreadable
        ``LECTURE-FEUILLE`` when the workbook has no such sheet, or none at all.
    """
    if sheet is not None and sheet in book.sheets:
        return sheet
    if not book.sheets or (sheet is not None and sheet != content.within):
        what = f"n'a pas de feuille « {sheet} » mais {excerpt(book.sheets)}" if book.sheets else "n'a aucune feuille"
        raise Unreadable(
            "LECTURE-FEUILLE",
            f"{content.name} {what}.",
            "le nom d'une feuille du classeur" if book.sheets else "un classeur dont une feuille porte la table",
            "corriger « feuille »" if book.sheets else "l'ouvrir dans un tableur et l'enregistrer à nouveau",
        )
    return next(iter(book.sheets))
