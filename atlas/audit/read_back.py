"""Read back an edition's GeoPackage as a stranger would: plain SQLite, no code of the publisher.

Grain in: the folder of an edition. Grain out: one table per kind of unit, the series, and the addresses of each
campaign where the edition tells them. Nothing is set aside.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from atlas.audit.table_files import as_it_lies
from atlas.errors import AtlasError, Fault
from atlas.methods import DEFAULT, Method, load
from atlas.tables import UNITS

GEOPACKAGE, MANIFEST = "atlas.gpkg", "manifeste.json"
COMPOSITION, HISTORY, STOCK = "composition", "historique", "parc"


@dataclass(frozen=True, eq=False)
class Written:
    """An edition as its files tell it: ``units`` by kind (geometry as WKB in ``geom``), ``series``, the manifest.

    ``composition``: the addresses of each campaign with their places and holder, where the edition tells them;
    ``history``: sizes and judgements of every campaign.
    """

    folder: Path
    manifest: Mapping[str, Any]
    units: Mapping[str, pd.DataFrame]
    series: pd.DataFrame
    composition: pd.DataFrame | None = None
    history: pd.DataFrame | None = None

    @property
    def name(self) -> str:
        """Name of the edition."""
        return str(self.manifest.get("edition", self.folder.name))

    @property
    def masked(self) -> bool:
        """Whether it claims to mask anything; a manifest that does not say counts as claiming it."""
        return bool(self.manifest.get("masquee", True))

    @cached_property
    def methods(self) -> tuple[Method, ...]:
        """The methods that judged it; manifests did not always name them."""
        return load(self.manifest.get("methodes", DEFAULT))

    @cached_property
    def rules(self) -> Mapping[str, Any]:
        """Value of each rule in force, by key, and what methods applied besides."""
        rules = {rule["cle"]: rule["valeur"] for rule in self.manifest.get("regles", ())}
        return {**rules, **self.manifest.get("reglages", {})}

    def criteria(self, code: str | None = None) -> tuple[str, ...]:
        """List the rules that set the threshold of a criterion, or of all."""
        every = (one for method in self.methods for one in method.criteria)
        return tuple(one.rule for one in every if code in (None, one.code))

    @property
    def campaigns(self) -> list[int]:
        """Years that the series tell, those of updates between two surveys among them."""
        return sorted(int(year) for year in self.series["campagne"].unique())

    @cached_property
    def surveys(self) -> list[int]:
        """Years of surveys, the last one shown first."""
        between = self.series["unite"].map({name: unit.between for name, unit in UNITS.items()}).eq(True)
        return sorted(int(year) for year in self.series.loc[~between, "campagne"].unique())


def read_written(folder: Path) -> Written:
    """Read the GeoPackage and the manifest of an edition.

    Raises
    ------
    AtlasError
        ``AUDIT-ILLISIBLE`` when a file or a table is missing or cannot be read.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        tables = as_it_lies(folder / GEOPACKAGE)
        units = {name: _named(tables[name]) for name in UNITS if name in tables}
        series = _named(tables["series"])
        composition = _named(tables[COMPOSITION]) if COMPOSITION in tables else None
        history = _named(tables[HISTORY]) if HISTORY in tables else None
    except (OSError, ValueError, KeyError, sqlite3.Error, pd.errors.DatabaseError) as error:
        raise AtlasError(
            [
                Fault(
                    "AUDIT-ILLISIBLE",
                    f"L'édition {folder.name} ne se relit pas ({error}).",
                    f"un dossier d'édition avec {GEOPACKAGE} et {MANIFEST}",
                    "donner le dossier d'une édition, par exemple atlas/partenaire, ou reconstruire",
                )
            ]
        ) from None
    return Written(folder, manifest, units, series, composition, history)


def read_table(folder: Path, name: str) -> pd.DataFrame | None:
    """Read one more table of the GeoPackage of an edition; None where it has none."""
    path = folder / GEOPACKAGE
    with closing(sqlite3.connect(f"file:{path.as_posix()}?mode=ro&immutable=1", uri=True)) as connection:
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        return _table(connection, name) if name in names else None


def _table(connection: sqlite3.Connection, name: str) -> pd.DataFrame:
    return _named(pd.read_sql_query(f'SELECT * FROM "{name}"', connection))


def _named(table: pd.DataFrame) -> pd.DataFrame:
    return table.drop(columns=["fid"], errors="ignore").assign(id=table["id"].astype(str))
