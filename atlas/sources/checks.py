"""The contract of a table as a pandera schema, and its failures as three-line faults naming file and lines."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

import numpy as np
import pandas as pd

from atlas.errors import excerpt
from atlas.sources.cells import at_lines
from atlas.sources.desk import Desk
from atlas.sources.headers import Expected
from atlas.sources.keys import repeats
from atlas.tables import Column, Table
from atlas.tables.model import COORDINATES

_NEGATIVE, _WHOLE, _PATTERN, _VALUE, _BOUND, _KEY = "NEGATIF", "ENTIER", "FORME", "VALEUR", "CUMUL", "CLE"


def schema_of(table: Table, present: Collection[str], filled: Collection[str]) -> Any:
    """Build the pandera schema of a table for the columns a file gives.

    Parameters
    ----------
    present : collection of str
        Columns that were read.
    filled : collection of str
        Columns in which no cell may be empty.

    Returns
    -------
    pandera.pandas.DataFrameSchema
        Non-negative and whole numbers, patterns, closed lists, bounds between columns, unique key.
    """
    import pandera.pandas as pa

    columns = {
        column.name: pa.Column(
            None, checks=_checks(pa, column), nullable=column.name not in filled, required=False, coerce=False
        )
        for column in table.columns
        if column.name in present
    }
    bounds = [
        pa.Check(_bounded(low, chain), error=f"{_BOUND}|{low}|{chain[-1]}", ignore_na=False)
        for low, chain in _bounds(table, present)
    ]
    if table.key and set(table.key) <= set(present):
        bounds.append(pa.Check(_unique(table.key), error=_KEY, ignore_na=False))
    return pa.DataFrameSchema(columns, checks=bounds, name=table.name)


def _checks(pa: Any, column: Column) -> list[Any]:
    checks = []
    if column.numeric and column.unit not in COORDINATES:
        checks.append(pa.Check.ge(0, error=f"{_NEGATIVE}|{column.name}"))
    if column.whole:
        checks.append(pa.Check(_is_whole, error=f"{_WHOLE}|{column.name}"))
    if column.pattern:
        checks.append(pa.Check(_matches(column.pattern), error=f"{_PATTERN}|{column.name}"))
    if column.values:
        checks.append(pa.Check.isin(list(column.values), error=f"{_VALUE}|{column.name}"))
    return checks


def _is_whole(values: pd.Series) -> pd.Series:
    return values % 1 == 0


def _matches(pattern: str) -> Any:
    def matched(values: pd.Series) -> pd.Series:
        return values.str.fullmatch(pattern)

    return matched


def _unique(key: tuple[str, ...]) -> Any:
    def unique(frame: pd.DataFrame) -> bool:
        return not repeats(frame, key)

    return unique


def _bounds(table: Table, present: Collection[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Follow each column's chain of bounds, so that an absent or empty link does not hide the next one.

    A chain ends at the column compared; the ones before it are those that, filled, are compared instead.
    """
    above = dict(table.at_most)
    for low in above:
        chain: list[str] = []
        high: str | None = above[low]
        while low in present and high is not None:
            if high in present:
                chain.append(high)
                yield low, tuple(chain)
            high = above.get(high)


def _bounded(low: str, chain: tuple[str, ...]) -> Any:
    *nearer, high = chain

    def within(frame: pd.DataFrame) -> pd.Series:
        excess = frame[low] > frame[high]
        for name in nearer:
            excess &= frame[name].isna()
        return ~excess

    return within


def check(
    frame: pd.DataFrame,
    wanted: Expected,
    desk: Desk,
    *,
    filled: Collection[str] | None = None,
    private: bool = False,
) -> bool:
    """Check a table against its contract and record its faults.

    Parameters
    ----------
    frame : DataFrame
        Typed rows of every file of a source, with ``fichier`` and ``ligne``, on a RangeIndex.
    filled : collection of str, optional
        Columns that must have a value on every row; the required ones by default.

    Returns
    -------
    bool
        Whether nothing was found.
    """
    import pandera.errors

    present = [name for name in wanted.table.names if name in frame]
    must = [name for name in (wanted.required if filled is None else filled) if name in present]
    try:
        schema_of(wanted.table, present, must).validate(frame, lazy=True, inplace=True)
    except pandera.errors.SchemaErrors as error:
        cases = error.failure_cases[["column", "check", "index"]]
        for name, group in cases.groupby(cases["check"].astype(str), sort=False):
            where = group["index"].dropna().astype(int).unique()
            rows = frame.loc[np.sort(where)]
            if name == "not_nullable":
                for column, part in group.groupby("column"):
                    _missing(frame.loc[np.sort(part["index"].astype(int).unique())], str(column), wanted, desk)
            elif name == _KEY:
                _duplicates(frame, wanted, desk)
            else:
                _say(str(name), rows, wanted, desk, private)
        return False
    return True


def _say(name: str, rows: pd.DataFrame, wanted: Expected, desk: Desk, private: bool) -> None:
    kind, column, *rest = name.split("|")
    for file, part in rows.groupby("fichier", sort=False):
        where = at_lines(part["ligne"].to_numpy())
        value = "" if private else f" (« {_shown(part[column].iloc[0])} »)"
        if kind == _BOUND:
            high = rest[0]
            pair = "" if private else f" (ex. {_shown(part[column].iloc[0])} > {_shown(part[high].iloc[0])})"
            desk.faults.add(
                f"{wanted.prefix}-CUMUL",
                f"{file} : {column} dépasse {high}, {where}{pair}.",
                f"{column} ≤ {high}",
                "corriger ces lignes, ou vider les cellules douteuses (vide = non renseigné)",
            )
        elif kind == _NEGATIVE:
            desk.faults.add(
                f"{wanted.prefix}-NEGATIF",
                f"{file} : {column} est négatif, {where}{value}.",
                "un nombre positif ou nul",
                "corriger ces lignes, ou vider les cellules (vide = non renseigné)",
            )
        elif kind == _WHOLE:
            desk.faults.add(
                f"{wanted.prefix}-ENTIER",
                f"{file} : {column} n'est pas un nombre entier, {where}{value}.",
                f"un nombre entier ({wanted.table[column].unit})",
                "donner les effectifs, et non des taux ou des moyennes",
            )
        elif kind == _VALUE:
            desk.faults.add(
                f"{wanted.prefix}-VALEUR",
                f"{file} : {column} a une valeur inconnue, {where}{value}.",
                f"une des valeurs {', '.join(wanted.table[column].values)}",
                "corriger ces cellules",
            )
        else:
            _bad_code(str(file), column, part, wanted, desk)


def _bad_code(file: str, column: str, part: pd.DataFrame, wanted: Expected, desk: Desk) -> None:
    pattern = wanted.table[column].pattern or ""
    zero = part[column].map(lambda code: re.fullmatch(pattern, f"0{code}") is not None)
    for lost, rows in part.groupby(zero.to_numpy()):
        shown = excerpt(rows[column].unique(), 3)
        where = at_lines(rows["ligne"].to_numpy())
        if lost:
            desk.faults.add(
                f"{wanted.prefix}-ZERO",
                f"{file} : {column} a perdu son zéro initial, {where} (« {shown} »).",
                f"un code complet, par exemple « 0{rows[column].iloc[0]} »",
                "le fichier est passé par un tableur : refaire l'export, ou remettre la colonne au format texte",
            )
        else:
            desk.faults.add(
                f"{wanted.prefix}-CODE",
                f"{file} : {column} n'a pas la forme d'un code, {where} (« {shown} »).",
                f"la forme {pattern}",
                "corriger ces cellules, ou vérifier que la bonne colonne est nommée",
            )


def _missing(rows: pd.DataFrame, column: str, wanted: Expected, desk: Desk) -> None:
    for file, part in rows.groupby("fichier", sort=False):
        words = desk.blanked.get((str(file), column))
        held = f" (« {words} » n'est pas une valeur)" if words else ""
        desk.faults.add(
            f"{wanted.prefix}-MANQUANT",
            f"{file} : {column} est vide, {at_lines(part['ligne'].to_numpy())}{held}.",
            "une valeur sur chaque ligne",
            "compléter ces lignes, ou les retirer",
        )


def _duplicates(frame: pd.DataFrame, wanted: Expected, desk: Desk) -> None:
    """Tell the same rows read twice from rows that share a key and differ."""
    key = list(wanted.table.key)
    if not key or not set(key) <= set(frame):
        return
    rows = frame[frame.duplicated(key, keep=False) & frame[key].notna().all(axis=1)]
    if not len(rows):
        return
    content = [name for name in frame if name not in ("fichier", "ligne")]
    same = rows.duplicated(content, keep=False)
    words = " + ".join(name for name in key if (rows[name] != "").any())
    for identical, part in rows.groupby(same.to_numpy()):
        first = part[part[key].eq(part[key].iloc[0]).all(axis=1)]
        places = ", ".join(f"{file} ligne {line}" for file, line in zip(first["fichier"], first["ligne"], strict=True))
        count = int(part.duplicated(key).sum())
        files = part["fichier"].unique()
        if identical:
            desk.faults.add(
                f"{wanted.prefix}-DOUBLON",
                f"{count} ligne(s) sont lues deux fois, à l'identique ({places}).",
                f"une seule ligne par {words}",
                f"ne donner qu'une fois ce contenu : {excerpt(files)} se recouvrent"
                if len(files) > 1
                else "supprimer les lignes répétées",
            )
        else:
            desk.faults.add(
                f"{wanted.prefix}-DOUBLON",
                f"{count} ligne(s) reprennent une clé déjà lue, avec d'autres valeurs ({places}).",
                f"une seule ligne par {words}",
                "garder la bonne ligne, ou donner un identifiant propre à chacune",
            )


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
