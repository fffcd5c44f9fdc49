"""From the files of a source to one typed and checked table: headers, cells, contract, in that order.

Grain in: the files named by a section of the territory. Grain out: their rows one after another, in canonical columns.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from atlas.errors import excerpt
from atlas.sources.cells import at_lines, typed
from atlas.sources.checks import check
from atlas.sources.content import Unreadable
from atlas.sources.desk import Desk
from atlas.sources.headers import Expected, match_headers, named, told_apart
from atlas.sources.keys import same_files
from atlas.sources.layout import misplaced, rivals, row_read_as_header, second_header
from atlas.sources.lines import SEPARATORS
from atlas.sources.reading import OpenedTable, open_table
from atlas.sources.years import Asked, with_years
from atlas.tables import Column
from atlas.territory import FileSource

# Texts that differ on most rows: reading them as a dictionary would cost more than it saves.
_VARIED = frozenset({"adresse", "numero", "nom_voie", "nom_afnor", "motif_refus"})


def read_rows(
    source: FileSource | tuple[FileSource, ...],
    wanted: Expected,
    desk: Desk,
    *,
    extra: Collection[Column] = (),
    private: bool = False,
) -> pd.DataFrame | None:
    """Read and type every file of a source, or of its blocks, without checking the contract yet.

    Returns
    -------
    DataFrame or None
        Every canonical column of the table (absent ones empty), ``ligne`` and ``fichier`` (a category), on a
        RangeIndex; None when a fault was recorded.
    """
    declared = {column.name: column for column in (*wanted.table.columns, *extra)}
    before = len(desk.faults.found)
    read: list[tuple[Path, dict[str, pd.Series]]] = []
    blocks = source if isinstance(source, tuple) else (source,)
    same_file_twice(blocks, wanted, desk)
    for block, path in [(one, path) for one in blocks for path in one.paths]:
        try:
            columns = _read_one(path, block, wanted, declared, desk, private)
        except Unreadable as error:
            empty = error.fault.code == "LECTURE-VIDE"
            where = (block.feuille, block.encodage)
            fault = misplaced(path, path.name, where, wanted, block.colonnes, 0) if empty else None
            desk.faults.found.append(fault or error.fault)
            continue
        if columns is not None:
            read.append((path, columns))
    if len(desk.faults.found) > before or not read:
        return None
    return _assembled(read, declared)


def _read_one(
    path: Path, source: FileSource, wanted: Expected, declared: dict[str, Column], desk: Desk, private: bool
) -> dict[str, pd.Series] | None:
    opened = open_table(path, source.feuille, source.encodage, source.entete)
    found = _matched(opened, path, source, wanted, desk)
    if found is None:
        return None
    numeric = {place for name, place in found.items() if declared[name].numeric}
    distinct = {place for name, place in found.items() if name.startswith("id") or name in _VARIED}
    table, lines = opened.read(sorted(set(found.values())), numeric, set(found.values()) - numeric - distinct)
    counted = {place: declared[name] for name, place in found.items() if place in numeric}
    fault = row_read_as_header(opened.name, opened.headers, (source.entete, opened.lowest), counted, wanted)
    fault = fault or second_header(opened.name, table, lines, {f"c{place}" for place in numeric}, wanted)
    if fault is not None:
        desk.faults.found.append(fault)
        return None
    _remark(opened, desk)
    file = opened.name
    del opened  # and with it the bytes of the file
    held = {name: table[f"c{place}"] for name, place in found.items()}
    del table
    columns = {"ligne": pd.Series(lines, copy=False)}
    for name in found:  # each column as read is let go once typed: a large table is never held twice
        columns[name] = typed(held.pop(name), declared[name], lines, file, wanted.prefix, desk, private=private)
        pa.default_memory_pool().release_unused()
    columns = _without_blanks(columns)
    if not len(columns["ligne"]):
        desk.faults.add(
            f"{wanted.prefix}-VIDE",
            f"{file} n'a que des en-têtes.",
            "au moins une ligne de données",
            "refaire l'export, ou retirer le fichier du territoire",
        )
    return with_years(columns, source.years, file, wanted.prefix, desk)


def _matched(
    opened: OpenedTable, path: Path, source: FileSource, wanted: Expected, desk: Desk
) -> dict[str, int] | None:
    """Match the headers; where they lack, say where they seem to be rather than list what is not there."""
    before = len(desk.faults.found)
    headers = told_apart(opened.headers, opened.lowest, source.colonnes, wanted)
    asked = Asked(source.years, len(source.paths) == 1, (opened.content.within, opened.seen.get("feuille", "")))
    found = match_headers(opened.name, headers, source.colonnes, wanted, desk, asked)
    if found is None:
        read = len(named(headers, source.colonnes, wanted))
        fault = misplaced(path, opened.name, (source.feuille, source.encodage), wanted, source.colonnes, read)
        if fault is not None:
            desk.faults.found[before:] = [fault]
        return None
    seen = opened.seen.get("feuille", "")
    if source.feuille is None and (len(opened.sheets) > 1 or opened.sheets.get(seen)):
        fault = rivals(path, opened.name, wanted, source.colonnes, seen, opened.sheets[seen])
        if fault is not None:
            desk.faults.found.append(fault)
            return None
    bare = {name: opened.uncomputed[place] for name, place in found.items() if place in opened.uncomputed}
    if bare:
        name, rows = next(iter(bare.items()))
        desk.faults.add(
            "LECTURE-FORMULE",
            f"{opened.name} : {excerpt(bare)} : des formules sans valeur calculée "
            f"({name} : {at_lines(np.array(rows))}).",
            "des valeurs, ou des formules qu'un tableur a calculées",
            "ouvrir le classeur dans un tableur et l'enregistrer, ou coller les valeurs",
        )
        return None
    return found


def read_table(
    source: FileSource | tuple[FileSource, ...], wanted: Expected, desk: Desk, *, filled: Collection[str] | None = None
) -> pd.DataFrame | None:
    """Read, type and check every file of a source; None when a fault was recorded."""
    frame = read_rows(source, wanted, desk)
    if frame is None or not check(frame, wanted, desk, filled=filled):
        return None
    return frame


def same_file_twice(blocks: Sequence[FileSource], wanted: Expected, desk: Desk) -> None:
    """Refuse a file named twice; two sheets of one workbook are two tables."""
    tables = [(path.resolve(), block.feuille) for block in blocks for path in block.paths]
    for path in sorted({table[0] for table in tables if tables.count(table) > 1}):
        desk.faults.add(
            f"{wanted.prefix}-FICHIER-DOUBLE",
            f"[sources.{wanted.table.name}] nomme {path.name} deux fois.",
            "chaque fichier une seule fois",
            "retirer la répétition",
        )


def refuse_copies(frame: pd.DataFrame, prefix: str, desk: Desk) -> None:
    """Refuse two files of the same rows, in a table whose rows have no key: each would be counted twice."""
    for one, other in same_files(frame):
        desk.faults.add(
            f"{prefix}-FICHIER-DOUBLE",
            f"{one} et {other} tiennent les mêmes lignes, qui compteraient deux fois.",
            "des fichiers qui ne se répètent pas",
            "retirer l'un des deux du fichier de territoire",
        )


def _remark(opened: OpenedTable, desk: Desk) -> None:
    seen = opened.seen
    words = [seen["format"]]
    if "encodage" in seen:
        words.append(f"encodage {seen['encodage']}")
        words.append(f"séparateur {SEPARATORS[seen['séparateur']]}")
    if "feuille" in seen:
        words.append(f"feuille « {seen['feuille']} »")
    if opened.content.within:
        words.append(f"table {opened.content.within}")
    desk.note(f"{opened.name} : {', '.join(words)}.")


def _without_blanks(columns: dict[str, pd.Series]) -> dict[str, pd.Series]:
    """Leave out the rows of which every cell is empty, as spreadsheets append them."""
    blank = np.ones(len(columns["ligne"]), dtype=bool)
    for name, values in columns.items():
        if name != "ligne" and blank.any():
            blank &= values.isna().to_numpy()
    if not blank.any():
        return columns
    return {name: values[~blank].reset_index(drop=True) for name, values in columns.items()}


def _assembled(read: Sequence[tuple[Path, dict[str, pd.Series]]], declared: dict[str, Column]) -> pd.DataFrame:
    """Put files one after another; declared columns that none of them has are wholly missing."""
    lengths = [len(columns["ligne"]) for _, columns in read]
    rows = sum(lengths)
    whole: dict[str, pd.Series] = {}
    for name in (*declared, "ligne"):
        empty = "float64" if name in declared and declared[name].numeric else "str"
        if not any(name in columns for _, columns in read):
            whole[name] = pd.Series(np.nan, index=range(rows), dtype=empty)
            continue
        parts = [
            columns.pop(name) if name in columns else pd.Series(np.nan, index=range(length), dtype=empty)
            for (_, columns), length in zip(read, lengths, strict=True)
        ]
        whole[name] = parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)
    code, names = pd.factorize(pd.Index([path.name for path, _ in read]))
    file = pd.Series(pd.Categorical.from_codes(np.repeat(code, lengths), categories=names))
    return pd.DataFrame({**whole, "fichier": file}, index=pd.RangeIndex(rows), copy=False)
