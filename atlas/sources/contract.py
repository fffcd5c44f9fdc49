"""From the files of a source to one typed and checked table: headers, cells, contract, in that order.

Grain in: the files named by a section of the territory. Grain out: their rows one after another, in canonical columns.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
import pandas as pd

from atlas.sources.cells import typed
from atlas.sources.checks import check
from atlas.sources.content import Unreadable
from atlas.sources.desk import Desk
from atlas.sources.headers import Expected, match_headers
from atlas.sources.reading import SEPARATORS, OpenedTable, open_table
from atlas.tables import Column
from atlas.territory import FileSource

Repair = Callable[[pd.DataFrame, str, Desk], pd.DataFrame]


def read_rows(
    source: FileSource,
    wanted: Expected,
    desk: Desk,
    *,
    extra: Collection[Column] = (),
    private: bool = False,
) -> pd.DataFrame | None:
    """Read and type every file of a source, without checking the contract yet.

    Returns
    -------
    DataFrame or None
        Every canonical column of the table (absent ones empty), ``fichier``, ``ligne``, on a RangeIndex; None when a
        fault was recorded.
    """
    declared = {column.name: column for column in (*wanted.table.columns, *extra)}
    before, frames = len(desk.faults.found), []
    _same_file_twice(source, wanted, desk)
    for path in source.paths:
        try:
            opened = open_table(path, source.feuille, source.encodage)
            found = match_headers(opened.name, opened.headers, source.colonnes, wanted, desk)
            if found is None:
                continue
            read, lines = opened.read(sorted(set(found.values())))
        except Unreadable as error:
            desk.faults.found.append(error.fault)
            continue
        _remark(opened, desk)
        named = read.select([f"c{place}" for place in found.values()]).rename_columns(list(found))
        frames.append(_without_blanks(typed(named, lines, declared, opened.name, wanted.prefix, desk, private=private)))
        if not len(frames[-1]):
            desk.faults.add(
                f"{wanted.prefix}-VIDE",
                f"{opened.name} n'a que des en-têtes.",
                "au moins une ligne de données",
                "refaire l'export, ou retirer le fichier du territoire",
            )
    if len(desk.faults.found) > before or not frames:
        return None
    return _complete(pd.concat(frames, ignore_index=True), declared)


def read_table(
    source: FileSource, wanted: Expected, desk: Desk, *, filled: Collection[str] | None = None
) -> pd.DataFrame | None:
    """Read, type and check every file of a source; None when a fault was recorded."""
    frame = read_rows(source, wanted, desk)
    if frame is None or not check(frame, wanted, desk, filled=filled):
        return None
    return frame


def _same_file_twice(source: FileSource, wanted: Expected, desk: Desk) -> None:
    paths = [path.resolve() for path in source.paths]
    for path in sorted({path for path in paths if paths.count(path) > 1}):
        desk.faults.add(
            f"{wanted.prefix}-FICHIER-DOUBLE",
            f"[sources.{wanted.table.name}] nomme {path.name} deux fois.",
            "chaque fichier une seule fois",
            "retirer la répétition",
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


def _without_blanks(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out the rows of which every cell is empty, as spreadsheets append them."""
    blank = frame.drop(columns=["fichier", "ligne"]).isna().all(axis=1)
    return frame[~blank] if blank.any() else frame


def _complete(frame: pd.DataFrame, declared: dict[str, Column]) -> pd.DataFrame:
    """Add the declared columns that no file has, wholly missing, and put all of them in their declared order."""
    missing = {
        name: pd.Series(np.nan, index=frame.index, dtype="float64" if column.numeric else "str")
        for name, column in declared.items()
        if name not in frame
    }
    return frame.assign(**missing)[[*declared, "fichier", "ligne"]]
