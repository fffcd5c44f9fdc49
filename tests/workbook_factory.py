"""Workbooks as other programs write them: .ods, .xls, .xlsb, pages saved as workbooks, formulas nobody computed."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl

Rows = Sequence[Sequence[object]]


def rows_of(path: Path, separator: str = ";") -> list[list[object]]:
    """Read the rows of a small CSV, whole numbers as numbers, codes as texts."""
    lines = [line.split(separator) for line in path.read_text("utf-8").splitlines()]

    def value(text: str) -> object:
        return int(text) if text.isdigit() and (text == "0" or not text.startswith("0")) else text or None

    return [list(map(value, line)) for line in lines]


def xlsx(path: Path, sheets: dict[str, Rows], hidden: Sequence[str] = ()) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
        sheet.sheet_state = "hidden" if name in hidden else "visible"
    book.active = next((i for i, name in enumerate(sheets) if name not in hidden), 0)
    book.save(path)
    return path


def ods(path: Path, rows: Rows, uncomputed: bool = False, before: Rows = ()) -> Path:
    """Write an OpenDocument sheet with the library that its format comes from, behind another one of texts if told.

    A real number is written as a percentage.
    """
    from odf.opendocument import OpenDocumentSpreadsheet
    from odf.table import Table, TableCell, TableRow
    from odf.text import P

    document = OpenDocumentSpreadsheet()
    if before:
        cover = Table(name="Notice")
        for row in before:
            line = TableRow()
            for value in row:
                cell = TableCell(valuetype="string")
                cell.addElement(P(text=str(value)))
                line.addElement(cell)
            cover.addElement(line)
        document.spreadsheet.addElement(cover)
    table = Table(name="Données")
    for row in rows:
        line = TableRow()
        for value in row:
            if uncomputed and isinstance(value, int):
                cell = TableCell(formula=f"of:={value}+0")
            elif isinstance(value, float):
                cell = TableCell(valuetype="percentage", value=value)
            elif isinstance(value, int):
                cell = TableCell(valuetype="float", value=value)
            else:
                cell = TableCell(valuetype="string")
                cell.addElement(P(text=str(value or "")))
            line.addElement(cell)
        table.addElement(line)
    document.spreadsheet.addElement(table)
    document.save(str(path))
    return path


def xls(path: Path, rows: Rows) -> Path:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("Données")
    for line, row in enumerate(rows):
        for place, value in enumerate(row):
            if value is not None:
                sheet.write(line, place, value)
    book.save(str(path))
    return path


def xlsb(path: Path, rows: Rows) -> Path:
    """Write the binary records (MS-XLSB) of one sheet: no library does."""

    def record(kind: int, data: bytes = b"") -> bytes:
        size, length = len(data), b""
        while True:
            size, low = divmod(size, 128)
            length += bytes([low | (0x80 if size else 0)])
            if not size:
                break
        head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
        return head + length + data

    def text(words: str) -> bytes:
        return struct.pack("<I", len(words)) + words.encode("utf-16-le")

    sheet = record(129) + record(148, struct.pack("<4I", 0, len(rows) - 1, 0, len(rows[0]) - 1)) + record(145)
    for line, row in enumerate(rows):
        sheet += record(0, struct.pack("<IIHHBI", line, 0, 300, 0, 0, 0))
        for place, value in enumerate(row):
            where = struct.pack("<II", place, 0)
            if isinstance(value, int):
                sheet += record(5, where + struct.pack("<d", value))
            elif value is not None:
                sheet += record(6, where + text(str(value)))
    sheet += record(146) + record(130)
    bundle = struct.pack("<II", 0, 1) + text("rId1") + text("Donnees")
    book = record(131) + record(143) + record(156, bundle) + record(144) + record(132)
    office = "http://schemas.openxmlformats.org"
    link = f"{office}/officeDocument/2006/relationships/worksheet"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{office}/package/2006/content-types">'
            '<Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>',
        )
        archive.writestr("xl/workbook.bin", book)
        archive.writestr("xl/worksheets/sheet1.bin", sheet)
        archive.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<Relationships xmlns="{office}/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{link}" Target="worksheets/sheet1.bin"/></Relationships>',
        )
    return path
