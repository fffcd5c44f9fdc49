"""Read back an edition's GeoPackage as a stranger would: plain SQLite, no code of the publisher.

Grain in: the folder of an edition. Grain out: one table per kind of unit, the series, and which addresses make each
unit. Nothing is set aside: a unit whose addresses do not add up to its dwellings is said.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Hashable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from atlas.errors import AtlasError, Fault
from atlas.tables import UNITS

GEOPACKAGE, MANIFEST = "atlas.gpkg", "manifeste.json"
_ENVELOPE = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}


@dataclass(frozen=True, eq=False)
class Written:
    """An edition as its files tell it: ``units`` by kind (geometry as WKB in ``geom``), ``series``, the manifest."""

    folder: Path
    manifest: Mapping[str, Any]
    units: Mapping[str, pd.DataFrame]
    series: pd.DataFrame

    @property
    def name(self) -> str:
        """Name of the edition."""
        return str(self.manifest.get("edition", self.folder.name))

    @property
    def masked(self) -> bool:
        """Whether it claims to mask anything; a manifest that does not say counts as claiming it."""
        return bool(self.manifest.get("masquee", True))

    @property
    def campaigns(self) -> list[int]:
        """Campaigns that the series tell, the last one shown first."""
        return sorted(int(year) for year in self.series["campagne"].unique())


def read_written(folder: Path) -> Written:
    """Read the GeoPackage and the manifest of an edition.

    Raises
    ------
    AtlasError
        ``AUDIT-ILLISIBLE`` when a file or a table is missing or cannot be read.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        with closing(
            sqlite3.connect(f"file:{(folder / GEOPACKAGE).as_posix()}?mode=ro&immutable=1", uri=True)
        ) as connection:
            names = {row[0] for row in connection.execute("SELECT table_name FROM gpkg_contents")}
            units = {name: _table(connection, name) for name in UNITS if name in names}
            series = _table(connection, "series")
    except (OSError, ValueError, sqlite3.Error, pd.errors.DatabaseError) as error:
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
    return Written(folder, manifest, units, series)


@dataclass(frozen=True, eq=False)
class Ground:
    """What everybody may know of places: ``dwellings`` by address, and ``atoms``, by kind, of each unit.

    ``unreconciled`` lists the units whose dwellings are not those of their addresses.
    """

    dwellings: Mapping[Hashable, int]
    atoms: Mapping[str, Mapping[str, frozenset[Hashable]]]
    unreconciled: tuple[str, ...]


def ground_of(written: Written, source: Written | None = None) -> Ground:
    """Find which addresses make each unit of an edition.

    Parameters
    ----------
    source : Written, optional
        An edition of the same build that publishes addresses, for an edition that does not: where buildings stand and
        what they hold is public. Without one, residences stand for their addresses.
    """
    holder = written if "adresses" in written.units or source is None else source
    smallest = "adresses" if "adresses" in holder.units else "residences"
    places = holder.units[smallest]
    identifiers = places["id"].astype(str).to_numpy()
    dwellings = dict(zip(identifiers.tolist(), places["nb_logements"].fillna(0).astype(int).tolist(), strict=True))
    renamed = {} if holder is written else _renamed(written, holder)
    atoms: dict[str, dict[str, frozenset[Hashable]]] = {}
    unreconciled = []
    for kind, table in written.units.items():
        if kind == smallest:
            groups = {identifier: frozenset([identifier]) for identifier in identifiers.tolist()}
        elif kind == "territoire":
            groups = dict.fromkeys(table["id"].astype(str), frozenset(identifiers.tolist()))
        elif kind == "quartiers":
            groups = _inside(table, places, identifiers)
        else:
            key = str(UNITS[kind].key)
            groups = _grouped(places[key], identifiers) if key in places else {}
        atoms[kind] = {}
        for unit, size in zip(table["id"].astype(str), table["nb_logements"].fillna(0), strict=True):
            atoms[kind][unit] = groups.get(renamed.get(unit, unit), frozenset())
            if sum(dwellings[atom] for atom in atoms[kind][unit]) != size:
                unreconciled.append(f"{kind}/{unit}")
    return Ground(dwellings, atoms, tuple(unreconciled))


def _table(connection: sqlite3.Connection, name: str) -> pd.DataFrame:
    table = pd.read_sql_query(f'SELECT * FROM "{name}"', connection)
    return table.drop(columns=["fid"], errors="ignore").assign(id=table["id"].astype(str))


def _grouped(keys: pd.Series, identifiers: np.ndarray) -> dict[str, frozenset[Hashable]]:
    grouped = pd.Series(identifiers).groupby(keys.astype("object").to_numpy(), dropna=True)
    return {str(key): frozenset(members) for key, members in grouped}


def _inside(quarters: pd.DataFrame, places: pd.DataFrame, identifiers: np.ndarray) -> dict[str, frozenset[Hashable]]:
    """Find the addresses inside each quarter: by its outline, or by the code that addresses carry."""
    from shapely import STRtree

    outlines, points = _shapes(quarters), _shapes(places)
    row, place = STRtree(points).query(outlines, predicate="intersects")
    found: dict[str, set[Hashable]] = {unit: set() for unit in quarters["id"]}
    by_code = _grouped(places["code_qpv"], identifiers) if "code_qpv" in places else {}
    for unit, address in zip(quarters["id"].to_numpy()[row], identifiers[place], strict=True):
        found[unit].add(address)
    return {unit: frozenset(by_code.get(unit) or members) for unit, members in found.items()}


def _shapes(table: pd.DataFrame) -> np.ndarray:
    """Decode GeoPackage geometries: a short header, an envelope of a coded length, then WKB."""
    import shapely

    blobs = [None if blob is None or blob != blob else blob for blob in table["geom"]]
    return shapely.from_wkb([blob and blob[8 + _ENVELOPE[(blob[3] >> 1) & 7] :] for blob in blobs])


def _renamed(written: Written, holder: Written) -> dict[str, str]:
    """Recognise residences whose identifier was replaced: same point, dwellings and addresses."""
    if "residences" not in written.units or "residences" not in holder.units:
        return {}
    keys = ["geom", "nb_logements", "nb_adresses"]
    pairs = written.units["residences"][["id", *keys]].merge(
        holder.units["residences"][["id", *keys]], on=keys, suffixes=("", "_source")
    )
    return dict(zip(pairs["id"], pairs["id_source"], strict=True))
