"""The tables of a file, of an archive or of a workbook, each looked at as every kind of table the atlas reads."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
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
from atlas.inspect.layers import encoded, vintage
from atlas.sources import layout, workbooks
from atlas.sources.content import TABLE_ENDINGS, Unreadable, load
from atlas.sources.encodings import WrongEncoding
from atlas.sources.headers import plain
from atlas.sources.lines import SEPARATORS
from atlas.sources.reading import OpenedTable, open_table
from atlas.sources.years import YEARS, day_between, year_in
from atlas.writing import many

_LET = "locat"  # the register's year of first letting
_TRIED = 3  # places of headers that are looked at, the likeliest first


def inspect_tables(path: Path) -> tuple[list[Finding], list[Fault]]:
    """Look at every table of a file: its own, those of an archive, the sheets of a workbook.

    Raises
    ------
    Unreadable
        When the file cannot be read at all.
    """
    names = _tables_of(path)
    findings, faults = [], []
    for name, hidden in names:
        try:
            findings.append(_inspect_table(path, name, hidden=hidden))
        except Unreadable as error:
            if len(names) == 1 or error.fault.code != "LECTURE-VIDE":  # a blank sheet beside others says nothing
                faults.append(error.fault)
    return findings, faults


def _tables_of(path: Path) -> Sequence[tuple[str | None, bool]]:
    """Name the tables of an archive or the sheets of a workbook, and tell whether each is hidden.

    None is the only table of a file.
    """
    try:
        content = load(path)
    except Unreadable:
        content = None  # an archive of several tables, or a damaged file: the reader says which
    if content is not None and content.kind in workbooks.KINDS:
        with workbooks.opened(content) as book:
            named: list[tuple[str | None, bool]] = list(book.sheets.items())
    else:
        named = [(name, False) for name in dict.fromkeys(_members(path))]
    return named if len(named) > 1 or any(hidden for _, hidden in named) else [(None, False)]


def _members(path: Path) -> list[str]:
    """Name the tables of a zip archive that is no workbook."""
    try:
        with ZipFile(path) as archive:
            members = [PurePosixPath(name) for name in archive.namelist()]
    except (BadZipFile, OSError):
        return []  # not an archive, or a damaged one: the reader says which
    kept = [name for name in members if "__MACOSX" not in name.parts and not name.name.startswith(".")]
    return [name.name for name in kept if name.suffix.lower() in TABLE_ENDINGS]


def _inspect_table(path: Path, name: str | None, *, hidden: bool) -> Finding:
    best, opened, read = _likeliest(path, name)
    columns = {header: read.column(place) for place, header in reversed(list(enumerate(opened.headers)))}
    lines, years, told = _years(best, columns, (path.name, opened.content.within, name or ""))
    if name is not None:
        lines = (*lines, f"feuille = {quoted(name)}")
    return replace(
        best,
        path=path,
        seen=_seen(opened, read.num_rows, hidden=hidden),
        lines=(*best.lines, *lines),
        years=years,
        missing=tuple(column for column in best.missing if column not in told),
        places=_distinct(best, columns, "commune", "nom_commune"),
        communes=_distinct(best, columns, "code_insee"),
        trace=_trace(opened.headers, read),
        hidden=hidden,
    )


def _likeliest(path: Path, name: str | None) -> tuple[Finding, OpenedTable, pa.Table]:
    """Guess what a table is with its headers on its first line, otherwise on the line where they seem to be.

    Raises
    ------
    Unreadable
        As the first line makes it, when no other one is better.
    """
    refused: Unreadable | None = None
    encoding: str | None = None
    tried: list[tuple[Finding, OpenedTable, pa.Table]] = []
    try:
        tried.append(_guessed(path, name, ()))
    except WrongEncoding as error:
        refused, encoding = error, error.likely
        with suppress(Unreadable):
            if encoding is not None:
                tried.append(_guessed(path, name, (), encoding))
    except Unreadable as error:
        refused = error
    if not tried or tried[0][0].section is None or tried[0][0].missing:
        for lines in _header_lines(path, name, encoding):
            with suppress(Unreadable):
                tried.append(_guessed(path, name, lines, encoding))
    if not tried:
        assert refused is not None
        raise refused
    return max(tried, key=lambda one: (one[0].section is not None, -len(one[0].missing), one[0].score))


def _guessed(
    path: Path, name: str | None, lines: Sequence[int], encoding: str | None = None
) -> tuple[Finding, OpenedTable, pa.Table]:
    opened = open_table(path, name, encoding, header=lines)
    read, _ = opened.read(range(len(opened.headers)))
    sample = read.slice(0, SAMPLE).to_pandas().astype("str")
    sample.columns = pd.Index(opened.headers)
    sample = sample.loc[:, ~sample.columns.duplicated()]
    best = max((guess(candidate, sample) for candidate in TABLES), key=lambda found: found.score)
    if lines and best.section is not None:
        where = lines[0] if len(lines) == 1 else list(lines)
        best = replace(best, lines=(*best.lines, f"entete = {where}  # {TO_CHECK} : en-têtes trouvés plus bas"))
    if encoding is not None and best.section is not None:
        best = replace(best, lines=(*best.lines, encoded(encoding)))
    return best, opened, read


def _header_lines(path: Path, name: str | None, encoding: str | None) -> list[tuple[int, ...]]:
    """List where the headers of some source may be, other than on the first line."""
    try:
        heads = [head for head in layout.heads(path, encoding, name) if name is None or head.sheet in (name, None)]
    except Unreadable:
        return []
    every = (place for candidate in TABLES for place in layout.places(heads, candidate.known, {}))
    likely = sorted((place for place in every if place.found > 1 and place.followed), key=lambda place: -place.found)
    return list(dict.fromkeys(place.lines for place in likely if place.lines != (1,)))[:_TRIED]


def _seen(opened: OpenedTable, rows: int, *, hidden: bool) -> tuple[str, ...]:
    seen = [f"{opened.seen['format']}, {many(rows, 'ligne')}, {many(len(opened.headers), 'colonne')}"]
    if "encodage" in opened.seen:
        seen.append(f"encodage {opened.seen['encodage']}, séparateur {SEPARATORS[opened.seen['séparateur']]}")
    if "feuille" in opened.seen:
        seen.append(f"feuille « {opened.seen['feuille']} »{', masquée' if hidden else ''}")
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
    if column not in best.found and "date_decision" in best.found:
        return (), (), ()  # each row has its own
    if column in best.found:
        values = pd.to_numeric(pd.Series(pc.unique(columns[best.found[column]]).to_pylist()), errors="coerce")
        return (), tuple(sorted({int(year) for year in values.dropna() if 1990 <= year <= 2100})), ()
    if column == "campagne" and (day := day_between(titles[0])) is not None:
        return (f"actualisation = {day}  # {TO_CHECK} : jour lu dans le nom du fichier",), (day.year,), (column,)
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


def _distinct(best: Finding, columns: dict[str, pa.ChunkedArray], *names: str) -> tuple[str, ...]:
    """List the texts of the first of these columns that was found."""
    header = next((best.found[name] for name in names if name in best.found), None)
    if header is None:
        return ()
    texts = pd.Series(pc.unique(columns[header]).to_pylist(), dtype="str").dropna().str.strip()
    return tuple(texts[texts != ""].drop_duplicates(keep="first"))


def _trace(headers: tuple[str, ...], read: pa.Table) -> str:
    """Digest a table by its headers, its length, its first and last rows: two copies of it have one trace."""
    digest = hashlib.sha256(repr((headers, read.num_rows)).encode())
    for part in (read.slice(0, SAMPLE), read.slice(max(read.num_rows - SAMPLE, 0))):
        for column in part.columns:
            digest.update(repr(column.cast(pa.string()).to_pylist()).encode())
    return digest.hexdigest()
