"""The other files of an edition: none may tell more, or otherwise, than its GeoPackage.

Grain in: the folder of an edition. Grain out: remarks, one per file and kind of fault. The GeoPackage is what is
attacked; CSV, workbook and pages are compared with it value by value, and raw bytes are searched for what a reader of
tables would not see: free pages and leftovers in SQLite, hidden sheets and formulas, files nobody declared, units named
in styles, the zip of the whole; the text of booklets is taken out of their pages.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from atlas.audit.archives import data_inside, faults_beside
from atlas.audit.documents import document_faults
from atlas.audit.geopackage_shape import shape_faults
from atlas.audit.html import data_of, read_page
from atlas.audit.libraries import is_library
from atlas.audit.lists import list_faults
from atlas.audit.marked_figures import unlike_series
from atlas.audit.packages import PACKAGE, package_faults
from atlas.audit.page_tables import contradictions, page_tables
from atlas.audit.pages import ruled_decimals, ruled_percentages, telling
from atlas.audit.read_back import GEOPACKAGE, MANIFEST, Written
from atlas.audit.sheets import read_sheets
from atlas.audit.simulated import SCRIPT, script_faults
from atlas.audit.site import site_faults
from atlas.audit.table_files import geopackage, tables_of
from atlas.audit.tiles import told_by_tiles
from atlas.cell_guard import restored

_KEYS = {
    "series": ["unite", "id", "campagne", "indicateur"],
    "historique": ["unite", "id", "campagne"],
    "parc": ["unite", "id", "caracteristique", "modalite"],
    "composition": ["id", "campagne"],
    "evolution": ["unite", "id", "campagne_avant", "campagne"],
    "filiation": ["campagne_avant", "campagne", "id", "evenement", "de", "vers"],
    "passages": ["perimetre", "liste_avant", "liste", "id", "de", "vers"],
}
_NUMERIC = re.compile(r"-?(0|[1-9]\d*)([.,]\d+)?")
_WAL = 2  # bytes 18 and 19 of the header: file format versions
_DICTIONARY = "dictionnaire"
_LISTED = Path("convention.html")


@dataclass(frozen=True)
class Remark:
    """One fault of one file, in French; ``count`` is how many values it concerns."""

    file: str
    what: str
    count: int = 1
    example: str = ""

    def __str__(self) -> str:
        example = f" (par exemple {self.example})" if self.example else ""
        return f"{self.file} : {self.what}{f' ({self.count})' if self.count > 1 else ''}{example}"


def remarks_on(written: Written) -> list[Remark]:
    """Compare every file of an edition with its GeoPackage."""
    tables = geopackage(written.folder / GEOPACKAGE)
    digests = _digests(written.folder)
    found = [*_database(written), *_declared(written, digests)]
    found += [Remark(file, what, example=example) for file, what, example in faults_beside(written.folder)]
    shapes = shape_faults(written, written.folder / GEOPACKAGE, tables)
    found += [Remark(f"{GEOPACKAGE}, table {layer}", what, number, example) for layer, what, number, example in shapes]
    for layer, number, example in unlike_series(written):
        found.append(Remark(f"{GEOPACKAGE}, couche {layer}", "texte autre que celui des séries", number, example))
    pages = [name for name in digests if name.endswith((".html", ".htm", ".xhtml", ".svg"))]
    found += [Remark(*fault) for fault in site_faults(pages, written, tables)]
    for name in digests:
        path = written.folder / name
        if path.suffix == ".xlsx":
            found += _workbook(path, name, tables)
            if written.masked and name.endswith(f"/{_LISTED.stem}.xlsx"):
                found += _listed(path, name, written, tables)
        elif name in pages:
            found += _page(path, name, written, tables)
        elif path.suffix in {".zip", ".qgz"}:
            if other := data_inside(path, set(digests.values())):
                found.append(Remark(name, "données dans une archive", len(other), other[0]))
        elif path.suffix == ".pdf":
            found += [Remark(name, *fault) for fault in document_faults(path, written)]
        elif name in (PACKAGE, SCRIPT):
            told = package_faults(path, written, tables) if name == PACKAGE else script_faults(path, written)
            found += [Remark(name, *fault) for fault in told]
        elif path.suffix == ".pmtiles":
            found += _tiles(path, name, written, tables)
        elif path.suffix == ".sld":
            found += _style(path, name, written)
        elif name != GEOPACKAGE and not is_library(name, digests[name]):
            found += _other(path, name, written, tables)
    return found


def compared(file: str, shown: pd.DataFrame, reference: pd.DataFrame, table: str) -> list[Remark]:
    """Compare a table of texts with the GeoPackage's: a value it does not hold, or another value, is a remark.

    Examples
    --------
    >>> reference = pd.DataFrame({"id": ["a", "b"], "tx": [12.0, None]})
    >>> [str(remark) for remark in compared("x.csv", reference.assign(tx=["12", "40"]).astype(str), reference, "x")]
    ['x.csv : valeur absente du GeoPackage, colonne tx (par exemple b = 40)']
    """
    keys = _KEYS.get(table, ["id"])
    if not set(keys) <= set(shown):
        return [Remark(file, f"colonne {', '.join(sorted(set(keys) - set(shown)))} absente : table non comparée")]
    remarks = []
    extra = [column for column in shown if column not in reference]
    if extra:
        remarks.append(Remark(file, "colonne absente du GeoPackage", len(extra), str(extra[0])))
    mine, its = ([_texts(rows[key]) for key in keys] for rows in (shown, reference))
    left, right = shown.set_index(mine), reference.set_index(its)
    if not all(map(np.array_equal, mine, its)):  # row by row as they are, nearly always
        if len(unknown := left.index.difference(right.index)):
            remarks.append(Remark(file, "ligne absente du GeoPackage", len(unknown), str(unknown[0])))
        if not (left.index.is_unique and right.index.is_unique):
            return [*remarks, Remark(file, "identifiants répétés : table non comparée")]
        left = left.loc[left.index.intersection(right.index)]
        right = right.loc[left.index]
    elif not left.index.is_unique:
        return [*remarks, Remark(file, "identifiants répétés : table non comparée")]
    for column in shown.columns.intersection(reference.columns).difference(keys, sort=False):
        told, known = _texts(left[column]), _texts(right[column])
        more = (told != "") & (known == "")
        other = (told != known) & ~more & (told != "")
        for mask, what in ((more, "valeur absente du GeoPackage"), (other, "valeur différente du GeoPackage")):
            if mask.any():
                place = int(np.flatnonzero(mask)[0])
                unit = left.index[place]
                remarks.append(
                    Remark(
                        file,
                        f"{what}, colonne {column}",
                        int(mask.sum()),
                        f"{unit if isinstance(unit, str) else ' '.join(unit)} = {told[place]}",
                    )
                )
    return remarks


def _texts(values: pd.Series) -> np.ndarray:
    """Write values so that 12, 12.0 and "12" are one text, guarded from spreadsheets or not; nothing is empty."""
    code, unique = pd.factorize(values, use_na_sentinel=True)
    texts = np.array([*map(_text, unique.tolist()), ""], dtype=object)
    return texts[code]


def _text(value: Any) -> str:
    text = restored(str(value))
    return f"{float(text.replace(',', '.')):.10g}" if _NUMERIC.fullmatch(text) else text


def _workbook(path: Path, name: str, tables: Mapping[str, pd.DataFrame]) -> Iterator[Remark]:
    for sheet in read_sheets(path):
        where = f"{name}, feuille {sheet.name}"
        if sheet.hidden:
            yield Remark(where, "feuille masquée")
        if sheet.formulas:
            yield Remark(where, "formules, dont le résultat est gardé dans le fichier", sheet.formulas)
        if sheet.name in tables:
            header = next((row for row in sheet.rows if "id" in row), None)
            if header is None:
                yield Remark(where, "en-tête introuvable : feuille non comparée")
                continue
            body = sheet.rows[sheet.rows.index(header) + 1 :]
            width = len(header)
            full = [row if len(row) == width else (row + [""] * width)[:width] for row in body]
            shown = pd.DataFrame(full, columns=header, dtype=object).loc[:, list(filter(None, header))]
            yield from compared(where, shown, tables[sheet.name], sheet.name)


def _listed(path: Path, name: str, written: Written, tables: Mapping[str, pd.DataFrame]) -> Iterator[Remark]:
    """Compare a workbook that lays out a page with that page, itself compared with the GeoPackage."""
    page = written.folder / _LISTED
    if not page.is_file():
        yield Remark(name, "classeur d'une page absente")
        return
    ruled = ruled_percentages(written) | ruled_decimals(written)
    for sheet, number, example in list_faults(path, read_page(page.read_text("utf-8")), tables, ruled):
        yield Remark(f"{name}, feuille {sheet}", "nombre que ni la page ni le GeoPackage ne donnent", number, example)


def _other(path: Path, name: str, written: Written, tables: Mapping[str, pd.DataFrame]) -> Iterator[Remark]:
    """Compare a table in another form; one that the GeoPackage does not hold has no business in a masked edition."""
    tables_inside = tables_of(path)
    if tables_inside is None and written.masked:
        yield Remark(name, "fichier d'une forme que l'audit ne sait pas relire")
    for table, shown in (tables_inside or {}).items():
        if table in tables:
            yield from compared(name, shown, tables[table], table)
        elif written.masked and table != _DICTIONARY:
            yield Remark(name, "table que le GeoPackage ne contient pas")


def _tiles(path: Path, name: str, written: Written, tables: Mapping[str, pd.DataFrame]) -> Iterator[Remark]:
    known = tables.get(path.stem, pd.DataFrame({"id": []}))  # what tiles tell, at every zoom, is compared with it
    shown, faults = told_by_tiles(path, written.manifest.get("couches", {}), known.columns)
    yield from (Remark(name, one) for one in faults)
    yield from compared(name, shown, known, path.stem) if len(shown) else ()


def _style(path: Path, name: str, written: Written) -> Iterator[Remark]:
    """Refuse a style that names a unit: it says how classes are drawn, and of which units nothing."""
    if named := sorted(set(re.findall(r"[^<>]+", path.read_text("utf-8"))) & telling(written)):
        yield Remark(name, "unité nommée dans un style", len(named), named[0])


def _page(path: Path, name: str, written: Written, tables: Mapping[str, pd.DataFrame]) -> Iterator[Remark]:
    text = path.read_text("utf-8")
    data = data_of(text)
    for kind, shown in page_tables(data).items():
        if kind in tables:
            yield from compared(f"{name}, table {kind}", shown, tables[kind], kind)
        elif written.masked:
            yield Remark(name, "table que le GeoPackage ne contient pas", example=kind)
    told = contradictions(data) if data else []
    if told:
        yield Remark(name, "classe qui contredit le texte", len(told), told[0])


def _digests(folder: Path) -> dict[str, str]:
    """Take the SHA-256 of every file of an edition but its manifest, by name."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / MANIFEST
    }


def _declared(written: Written, present: Mapping[str, str]) -> Iterator[Remark]:
    """Compare the files present with those that the manifest declares, byte for byte."""
    listed = {entry["fichier"]: entry["sha256"] for entry in written.manifest.get("fichiers", [])}
    for name in sorted(present.keys() - listed.keys()):
        yield Remark(name, "fichier que le manifeste ne déclare pas")
    for name in sorted(listed.keys() - present.keys()):
        yield Remark(name, "fichier déclaré mais absent")
    for name in sorted(listed.keys() & present.keys()):
        if present[name] != listed[name]:
            yield Remark(name, "fichier différent de celui que le manifeste déclare")
    if written.masked and re.search(
        r'"(secrets?|masque[es]*|primaires?|secondaires?)"\s*:\s*\d', json.dumps(written.manifest, ensure_ascii=False)
    ):
        yield Remark(MANIFEST, "compte d'unités masquées")


def _database(written: Written) -> Iterator[Remark]:
    """Look under the tables: journals left beside, free pages, rows left in the empty space of pages."""
    folder = written.folder
    for suffix in ("-journal", "-wal", "-shm"):
        if (folder / f"{GEOPACKAGE}{suffix}").exists():
            yield Remark(f"{GEOPACKAGE}{suffix}", "journal SQLite laissé à côté")
    with closing(
        sqlite3.connect(f"file:{(folder / GEOPACKAGE).as_posix()}?mode=ro&immutable=1", uri=True)
    ) as connection:
        (free,) = connection.execute("PRAGMA freelist_count").fetchone()
    if free:
        yield Remark(GEOPACKAGE, "pages SQLite libres, qui gardent d'anciennes valeurs", free)
    data = (folder / GEOPACKAGE).read_bytes()
    if _WAL in data[18:20]:
        yield Remark(GEOPACKAGE, "base SQLite en mode WAL : des valeurs peuvent rester dans son journal")
    left = leftovers(data, telling(written))
    if left:
        yield Remark(GEOPACKAGE, "anciennes lignes dans l'espace vide de pages SQLite", len(left), left[0])


def leftovers(data: bytes, names: Iterable[str]) -> list[str]:
    """List the units named in the unallocated space of a SQLite file's pages, where rows that moved leave copies.

    Notes
    -----
    SQLite file format 3, section 1.6: b-tree pages are of types 2, 5, 10 and 13; cell pointers end where the
    unallocated space starts, and the cell content area starts where it ends. Old pointers found there tell nothing.
    """
    size = int.from_bytes(data[16:18], "big")
    size = 65536 if size == 1 else size
    gaps = []
    for start in range(0, len(data), size):
        header = start + (100 if start == 0 else 0)
        kind = data[header]
        if kind in {2, 5, 10, 13}:
            cells = int.from_bytes(data[header + 3 : header + 5], "big")
            content = int.from_bytes(data[header + 5 : header + 7], "big") or 65536
            gap = data[header + (12 if kind in {2, 5} else 8) + 2 * cells : start + content]
            if any(gap):
                gaps.append(gap)
    space = b"\0".join(gaps)
    return sorted(name for name in names if name.encode() in space)
