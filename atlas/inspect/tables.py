"""The tables of a file, of an archive or of a workbook, each looked at as every kind of table the atlas reads."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from atlas.errors import Fault
from atlas.inspect.finding import TO_CHECK, Finding, quoted
from atlas.inspect.guess import SAMPLE, TABLES, guess
from atlas.inspect.layers import vintage
from atlas.sources.content import TABLE_ENDINGS, Unreadable
from atlas.sources.desk import many
from atlas.sources.headers import plain
from atlas.sources.lines import SEPARATORS
from atlas.sources.reading import OpenedTable, open_table
from atlas.sources.years import YEARS, year_in

_LET = "locat"  # the register's year of first letting
_PLACES = {"commune", "nom_commune"}


def inspect_tables(path: Path) -> tuple[list[Finding], list[Fault]]:
    """Look at every table of a file: its own, those of an archive, the sheets of a workbook.

    Raises
    ------
    Unreadable
        When the file cannot be read at all.
    """
    names = _tables_of(path)
    findings, faults = [], []
    for name in names:
        try:
            findings.append(_inspect_table(path, name))
        except Unreadable as error:
            if len(names) == 1 or error.fault.code != "LECTURE-VIDE":  # a blank sheet beside others says nothing
                faults.append(error.fault)
    return findings, faults


def _tables_of(path: Path) -> list[str | None]:
    """Name the tables of an archive or the sheets of a workbook; None is the only table of a file."""
    named: list[str] = []
    try:
        with ZipFile(path) as archive:
            members = archive.namelist()
            if "xl/workbook.xml" in members:
                import openpyxl

                book = openpyxl.load_workbook(path, read_only=True)
                named = list(book.sheetnames)
                book.close()
            else:
                kept = [name for name in map(PurePosixPath, members) if "__MACOSX" not in name.parts]
                named = [name.name for name in kept if name.suffix.lower() in TABLE_ENDINGS and name.name[0] != "."]
    except (BadZipFile, OSError, KeyError, ValueError, TypeError):
        return [None]  # not an archive, or a damaged one: the reader says which
    return list(dict.fromkeys(named)) if len(named) > 1 else [None]


def _inspect_table(path: Path, name: str | None) -> Finding:
    opened = open_table(path, name)
    read, _ = opened.read(range(len(opened.headers)))
    sample = read.slice(0, SAMPLE).to_pandas().astype("str")
    sample.columns = pd.Index(opened.headers)
    sample = sample.loc[:, ~sample.columns.duplicated()]
    best = max((guess(candidate, sample) for candidate in TABLES), key=lambda found: found.score)
    columns = {header: read.column(place) for place, header in reversed(list(enumerate(opened.headers)))}
    lines, years, told = _years(best, columns, (path.name, opened.content.within, name or ""))
    if name is not None:
        lines = (*lines, f"feuille = {quoted(name)}")
    return replace(
        best,
        path=path,
        seen=_seen(opened, read.num_rows, name),
        lines=(*best.lines, *lines),
        years=years,
        missing=tuple(column for column in best.missing if column not in told),
        places=_places(best, columns),
        trace=_trace(opened.headers, read),
    )


def _seen(opened: OpenedTable, rows: int, name: str | None) -> tuple[str, ...]:
    seen = [f"{opened.seen['format']}, {many(rows, 'ligne')}, {many(len(opened.headers), 'colonne')}"]
    if "encodage" in opened.seen:
        seen.append(f"encodage {opened.seen['encodage']}, séparateur {SEPARATORS[opened.seen['séparateur']]}")
    if "feuille" in opened.seen:
        seen.append(f"feuille « {opened.seen['feuille']} »")
    if opened.content.within:
        seen.append(f"table {opened.content.within} de l'archive")
    return tuple(seen)


def _years(
    best: Finding, columns: dict[str, pa.ChunkedArray], titles: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[int, ...], tuple[str, ...]]:
    """Read the years of a table: the lines its block needs, its years, and the columns that those lines stand for."""
    titled = year_in("annee", titles[:1]) or year_in("annee", titles)
    if best.section == "rpls":
        let = _last_let(columns)
        if titled or let is None:
            return (vintage(titled, "année du fichier"),), (titled,) if titled else (), ()
        why = f"au plus tôt, des logements sont loués depuis {let}"
        return (vintage(let + 1, why),), (let + 1,), ()
    column = {"ops": "campagne", "attributions": "annee"}.get(best.section or "")
    if column is None:
        return (), (titled,) if titled else (), ()
    if column in best.found:
        values = pd.to_numeric(pd.Series(pc.unique(columns[best.found[column]]).to_pylist()), errors="coerce")
        return (), tuple(sorted({int(year) for year in values.dropna() if 1990 <= year <= 2100})), ()
    year = year_in(column, titles[:1]) or year_in(column, titles)
    if year is None:
        return (f"# {column} = {YEARS[column]} de toutes les lignes",), (), ()
    return (f"{column} = {year}  # {TO_CHECK} : lu dans le nom ou le titre du fichier",), (year,), (column,)


def _last_let(columns: dict[str, pa.ChunkedArray]) -> int | None:
    """Find the last year of first letting: the state of the register is of a later 1 January."""
    header = next((name for name in columns if plain(name) == _LET), None)
    if header is None:
        return None
    years = pd.to_numeric(pd.Series(pc.unique(columns[header]).to_pylist()), errors="coerce")
    known = years[(years >= 1990) & (years <= date.today().year)]
    return int(known.max()) if len(known) else None


def _places(best: Finding, columns: dict[str, pa.ChunkedArray]) -> tuple[str, ...]:
    header = next((best.found[name] for name in _PLACES if name in best.found), None)
    if header is None:
        return ()
    names = pd.Series(pc.unique(columns[header]).to_pylist(), dtype="str").dropna().str.strip()
    return tuple(names[names != ""].drop_duplicates(keep="first"))


def _trace(headers: tuple[str, ...], read: pa.Table) -> str:
    """Digest a table by its headers, its length, its first and last rows: two copies of it have one trace."""
    digest = hashlib.sha256(repr((headers, read.num_rows)).encode())
    for part in (read.slice(0, SAMPLE), read.slice(max(read.num_rows - SAMPLE, 0))):
        for column in part.columns:
            digest.update(repr(column.cast(pa.string()).to_pylist()).encode())
    return digest.hexdigest()
