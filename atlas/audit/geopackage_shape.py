"""The GeoPackage itself: only declared tables and columns, and no number where the status says that there is none.

Grain in: a GeoPackage as written. Grain out: what is wrong, by table. Every other file is compared with the GeoPackage;
what it holds beyond its declaration would otherwise be compared with nothing.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pandas as pd

from atlas import methods
from atlas.audit.read_back import Written
from atlas.tables import (
    COMPOSITION_COLUMNS,
    COMPOSITION_THEN,
    INDICATORS,
    PUBLISHED,
    STOCK_COLUMNS,
    STOCK_RENTS,
    UNITS,
    columns_of,
    history_columns,
)
from atlas.tables.years import EVOLUTION_COLUMNS, FILIATION_COLUMNS, PASSAGE_COLUMNS

Fault = tuple[str, str, int, str]
_SYSTEM = ("gpkg_", "rtree_", "sqlite_")
_STYLES = "layer_styles"


def shape_faults(written: Written, path: Path, tables: Mapping[str, pd.DataFrame]) -> Iterator[Fault]:
    """List what a GeoPackage holds that it should not.

    Parameters
    ----------
    tables : mapping of DataFrame
        Every table that the GeoPackage declares, geometries left out.

    Yields
    ------
    (table, what, how many, example)
    """
    with closing(sqlite3.connect(f"file:{path.as_posix()}?mode=ro&immutable=1", uri=True)) as connection:
        names = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        ]
    for name in names:
        if not name.startswith(_SYSTEM) and name not in {*tables, _STYLES}:
            yield name, "table que le contenu du GeoPackage ne déclare pas", 1, ""
    if written.masked:
        yield from _undeclared(written, tables)
        yield from _rents_of_others(written, tables)
    for name, table in tables.items():
        if name in UNITS:
            yield from _numbers_without_status(name, table)
    yield from _series(written)


def _undeclared(written: Written, tables: Mapping[str, pd.DataFrame]) -> Iterator[Fault]:
    """Columns that no declaration gives to an audience that does not read counts."""
    counts = bool(written.manifest.get("effectifs"))
    ways = methods.every()
    judged = {name: methods.judged_columns(ways, name, counts=counts) for name in UNITS}
    declared = {name: {one.name for one in columns_of(name, counts=counts, judged=judged[name])} for name in UNITS}
    declared["parc"] = {column.name for column in (*STOCK_COLUMNS, *(STOCK_RENTS if counts else ()))}
    declared["historique"] = {one.name for one in history_columns([one for way in ways for one in way.history()])}
    declared["composition"] = {column.name for column in (*COMPOSITION_COLUMNS, *COMPOSITION_THEN)}
    through = {"evolution": EVOLUTION_COLUMNS, "filiation": FILIATION_COLUMNS, "passages": PASSAGE_COLUMNS}
    declared |= {name: {column.name for column in columns} for name, columns in through.items()}
    for name, known in declared.items():
        for column in tables.get(name, pd.DataFrame()):
            if column not in known:
                yield name, "colonne non déclarée dans une édition masquée", 1, str(column)


def _rents_of_others(written: Written, tables: Mapping[str, pd.DataFrame]) -> Iterator[Fault]:
    """Rents are a landlord's own, by residence."""
    stock, addresses = tables.get("parc"), written.units.get("adresses")
    if stock is None or "loyer_m2" not in stock or addresses is None:
        return
    counted = written.series[(written.series["unite"] == "adresses") & written.series["denominateur"].notna()]
    own = set(addresses.loc[addresses["id"].isin(counted["id"]), "id_residence"])
    told = stock[[column.name for column in STOCK_RENTS]].notna().any(axis=1)
    others = stock[told & ~((stock["unite"] == "residences") & stock["id"].isin(own))]
    if len(others):
        yield "parc", "loyers d'un autre parc", len(others), str(others["id"].iloc[0])


def _numbers_without_status(name: str, table: pd.DataFrame) -> Iterator[Fault]:
    for indicator in INDICATORS.values():
        if indicator.st not in table:
            continue
        hidden = table[indicator.st] != PUBLISHED
        numbers = [indicator.tx, *(["nb_bas_loyer"] if indicator.code == "bas_loyer" else [])]
        numbers += [column for column in map(str, table) if re.search(rf"(^|_)ic_(bas|haut)_{indicator.code}$", column)]
        for column in numbers:
            if column in table and (wrong := hidden & table[column].notna()).any():
                what = f"nombre sous un statut qui n'est pas « publié », colonne {column}"
                yield name, what, int(wrong.sum()), str(table.loc[wrong, "id"].iloc[0])


def _series(written: Written) -> Iterator[Fault]:
    """A series tells a number where it is published, and its status in words elsewhere; layers tell the same number."""
    series = written.series
    hidden = series["statut"] != PUBLISHED
    wrong = series[hidden & (series["valeur"].notna() | (series["libelle"] != series["statut"]))]
    if len(wrong):
        yield "series", "nombre sous un statut qui n'est pas « publié »", len(wrong), str(wrong["id"].iloc[0])
    latest = series[~hidden & (series["campagne"] == written.surveys[-1])]
    tables = {kind: table.set_index("id") for kind, table in written.units.items()}
    for (kind, code), part in latest.groupby(["unite", "indicateur"]):
        table, indicator = tables.get(str(kind)), INDICATORS.get(str(code))
        if table is None or indicator is None or indicator.tx not in table:
            continue
        shown = part["id"].map(table[indicator.tx])
        other = part[shown.notna() & (shown.astype(float) != part["valeur"].astype(float))]
        if len(other):
            yield str(kind), "nombre autre que celui des séries", len(other), f"{indicator.tx} de {other['id'].iloc[0]}"
