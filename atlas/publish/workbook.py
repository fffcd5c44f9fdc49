"""The workbook of an edition: a sheet to read first, then one sheet per table.

In: the tables of an edition. Out: one XLSX file. Codes keep their leading zeros (they are text), a text is never a
formula, and the file is the same bytes for the same edition.

xlsxwriter lays out the workbook (styles, headings, filters); the rows themselves are then poured in by whole columns,
because one call per cell takes seconds per thousand addresses.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from atlas.cell_guard import neutral
from atlas.publish.gpkg_documentation import description_of
from atlas.publish.layers import Layer, kind, omissions
from atlas.publish.notices import READING, rows_of_rules, rows_of_sources, secrecy_notice
from atlas.publish.tabular import NEUTRALISATION, written_once

if TYPE_CHECKING:
    from atlas.edition import Edition

MOST_CELLS = 4_000_000  # beyond this a sheet takes minutes to open, when it opens
_MOST_ROWS = 1_048_576 - 2  # what the format allows, less the two rows of headings
_LONGEST = 32_767  # characters that the format allows in a cell
_HEADINGS = 2
_CHUNK = 20_000
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first day a zip can name
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write_workbook(edition: Edition, layers: Sequence[Layer], path: Path) -> None:
    """Write the sheets: labels in the first row, column codes in the second, both frozen.

    A table of more than :data:`MOST_CELLS` cells stays in its CSV; the first sheet says which.
    """
    held = [layer for layer in layers if _fits(layer)]
    laid_out = _layout(edition, layers, held)
    with zipfile.ZipFile(laid_out) as source, zipfile.ZipFile(path, "w", compresslevel=3) as target:
        for entry in source.namelist():
            sheet = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", entry)
            position = int(sheet[1]) - 2 if sheet else -1
            info = zipfile.ZipInfo(entry, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            with target.open(info, "w", force_zip64=True) as file:
                if position < 0:
                    file.write(source.read(entry))
                else:
                    _pour(file, source.read(entry).decode("utf-8"), held[position])


def _layout(edition: Edition, layers: Sequence[Layer], held: Sequence[Layer]) -> BytesIO:
    """Lay out the workbook with its headings and no row."""
    import xlsxwriter

    memory = BytesIO()
    with xlsxwriter.Workbook(memory, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        book.set_properties(
            {
                "title": f"Atlas des résidences : {edition.context.territory}",
                "comments": secrecy_notice(edition),
                "created": datetime.combine(edition.context.published_on, datetime.min.time()),
            }
        )
        formats = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "label": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
            "code": book.add_format({"font_color": "#51606f", "italic": True}),
            "wrapped": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        _write_first_sheet(book.add_worksheet("Lisez-moi"), edition, layers, held, formats)
        for layer in held:
            _write_headings(book.add_worksheet(layer.name), layer, formats)
    return memory


def _fits(layer: Layer) -> bool:
    return len(layer.table) <= _MOST_ROWS and len(layer.table) * len(layer.columns) <= MOST_CELLS


def _write_first_sheet(
    sheet: Any, edition: Edition, layers: Iterable[Layer], held: Sequence[Layer], formats: dict[str, Any]
) -> None:
    context = edition.context
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 110)
    lines: list[tuple[str, str]] = [
        (f"Atlas des résidences : {context.territory}", ""),
        ("Édition", secrecy_notice(edition)),
        ("Date", f"publiée le {context.published_on:%d/%m/%Y}, campagne OPS {context.campaign}"),
        *(("Avertissement", notice) for notice in context.notices),
        ("Lecture", READING),
        ("Formules", NEUTRALISATION),
        ("En-têtes", "première ligne : libellés ; deuxième ligne : noms de colonnes, les mêmes que dans atlas.gpkg."),
        ("Codes", "les codes gardent leurs zéros ici ; à l'ouverture d'un CSV, Excel les retire."),
        *((f"Feuille {layer.name}", f"{layer.title}. Une ligne : {layer.row}.") for layer in held),
        *(
            (
                f"Hors classeur : {layer.name}",
                f"trop long pour un tableur ({len(layer.table)} lignes) : {layer.name}.csv",
            )
            for layer in layers
            if layer not in held
        ),
        *((f"Non publié : {title}", reason) for title, reason in omissions(edition).items()),
        *((f"Source : {row['nom']}", _source_text(row)) for row in rows_of_sources(context)),
        *(
            (f"Règle : {rule['cle']}", f"{rule['libelle']} : {rule['valeur']} {rule['unite']}. {rule['reference']}")
            for rule in rows_of_rules(context)
        ),
    ]
    for number, (name, text) in enumerate(lines):
        sheet.write_string(number, 0, name, formats["title"] if number == 0 else formats["label"])
        sheet.write_string(number, 1, text[:_LONGEST], formats["wrapped"])


def _source_text(row: dict[str, Any]) -> str:
    simulated = " ; données simulées" if row["simulee"] else ""
    year = f", {row['millesime']}" if row["millesime"] else ""
    year += f", fichier du {row['date_du_fichier']}" if "date_du_fichier" in row else ""
    return f"{row['description']} ({', '.join(row['fichiers'])}{year}{simulated})"


def _write_headings(sheet: Any, layer: Layer, formats: dict[str, Any]) -> None:
    sheet.freeze_panes(_HEADINGS, 2)
    sheet.autofilter(1, 0, len(layer.table) + 1, len(layer.columns) - 1)
    for position, column in enumerate(layer.columns):
        sheet.set_column(position, position, 30 if column.name == "nom" else 15)
        unit = description_of(column).split(" ; ")[0].removeprefix("en ") if kind(column) != "texte" else ""
        sheet.write_string(0, position, ", ".join(filter(None, (column.label, unit))), formats["label"])
        sheet.write_string(1, position, column.name, formats["code"])


def _pour(file: Any, xml: str, layer: Layer) -> None:
    """Write a sheet with the rows of its table after the headings."""
    from xlsxwriter.utility import xl_range

    whole = xl_range(0, 0, len(layer.table) + _HEADINGS - 1, len(layer.columns) - 1)
    before, after = re.sub(r'<dimension ref="[^"]*"', f'<dimension ref="{whole}"', xml, count=1).split("</sheetData>")
    file.write(before.encode())
    for rows in _rows(layer):
        file.write(rows)
    file.write(f"</sheetData>{after}".encode())


def _rows(layer: Layer) -> Iterator[Any]:
    """Yield the rows of a table as bytes of XML, some thousands at a time."""
    import pyarrow as pa
    import pyarrow.compute as pc

    empty, closed, glue = (pa.scalar(text, pa.large_string()) for text in ("<c/>", "</row>", ""))
    table = layer.attributes
    for start in range(0, len(table), _CHUNK):
        part = table.iloc[start : start + _CHUNK]
        first = start + _HEADINGS + 1
        opened = pa.array([f'<row r="{number}">' for number in range(first, first + len(part))], pa.large_string())
        cells = [written_once(values, _number if values.dtype.kind in "iuf" else _text) for _, values in part.items()]
        filled = [pc.fill_null(column, empty) for column in cells]
        # Arrow holds texts one after the other: their bytes are the file's, with no need of a text for each.
        rows = pc.binary_join_element_wise(opened, *filled, closed, glue)
        yield rows.buffers()[2].slice(0, pc.sum(pc.binary_length(rows)).as_py())


def _number(value: float) -> str:
    return f'<c t="n"><v>{value!r}</v></c>'


def _text(value: Any) -> str:
    """Write a text cell, without the control characters that the format refuses."""
    text = escape(_UNPRINTABLE.sub(" ", neutral(str(value))[:_LONGEST]), {"\r": "&#13;"})
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
