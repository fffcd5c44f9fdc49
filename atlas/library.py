"""An edition read from Python: tables with their types and their dictionary, a residence, a quarter, the rules.

In: the folder of an edition. Out: an :class:`Opened`, which reads each table the first time that it is asked for. It
holds what the edition publishes, as its GeoPackage says it, and nothing of how it was made. ``atlas.open`` opens one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas.errors import AtlasError, Fault, excerpt

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

GEOPACKAGE, PACKAGE, MANIFEST, DICTIONARY = "atlas.gpkg", "datapackage.json", "manifeste.json", "dictionnaire.csv"
_TYPES = {"string": "str", "integer": "Int64", "number": "float64"}
_OF_A_UNIT = ("series", "historique", "parc")


def open_edition(folder: str | Path) -> Opened:
    """Open an edition.

    Parameters
    ----------
    folder : str or Path
        The folder of an edition, such as ``atlas/partenaire``.

    Returns
    -------
    Opened

    Raises
    ------
    AtlasError
        ``EDITION-ILLISIBLE`` when it is not the folder of an edition.
    """
    place = Path(folder)
    try:
        manifest = json.loads((place / MANIFEST).read_text("utf-8"))
        package = json.loads((place / PACKAGE).read_text("utf-8"))
        schemas = {one["name"]: one["schema"] for one in package["resources"]}
        if not (place / GEOPACKAGE).is_file():
            raise FileNotFoundError(GEOPACKAGE)
    except (OSError, ValueError, KeyError, TypeError):
        raise AtlasError(
            [
                Fault(
                    "EDITION-ILLISIBLE",
                    f"{place} n'est pas le dossier d'une édition.",
                    f"un dossier avec {GEOPACKAGE} et {MANIFEST}, par exemple atlas/partenaire",
                    "donner le dossier d'une édition, ou construire l'atlas",
                )
            ]
        ) from None
    return Opened(place, manifest, schemas)


@dataclass(frozen=True)
class Unit:
    """One residence, quarter or commune: its row, then what other tables tell of it.

    ``series``: its indicators by campaign; ``history``: its levels by campaign; ``stock``: its dwellings by feature;
    ``addresses``: of a residence, where the edition publishes them.
    """

    kind: str
    row: pd.Series = field(repr=False)
    series: pd.DataFrame = field(repr=False)
    history: pd.DataFrame = field(repr=False)
    stock: pd.DataFrame = field(repr=False)
    addresses: pd.DataFrame | None = field(default=None, repr=False)

    @property
    def id(self) -> str:
        """Identifier, which every table bears."""
        return str(self.row["id"])

    @property
    def name(self) -> str:
        """Name as the source gives it."""
        return str(self.row["nom"])


@dataclass(frozen=True)
class Opened:
    """An edition as it is written: ``manifest`` is its own, ``schemas`` describe its tables for Frictionless."""

    folder: Path
    manifest: dict[str, Any] = field(repr=False)
    schemas: dict[str, Any] = field(repr=False)
    _read: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @property
    def name(self) -> str:
        """Name of the edition."""
        return str(self.manifest["edition"])

    @property
    def masked(self) -> bool:
        """Whether secrecy is applied."""
        return bool(self.manifest["masquee"])

    @property
    def territory(self) -> str:
        """Name of the territory."""
        return str(self.manifest["territoire"])

    @property
    def campaigns(self) -> tuple[int, ...]:
        """Campaigns, the last one shown first on pages."""
        return tuple(int(year) for year in self.manifest["campagnes"])

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables."""
        return tuple(self.schemas)

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def __getitem__(self, name: str) -> gpd.GeoDataFrame:
        """Read a table: text, whole numbers that may be missing, real numbers; a GeoDataFrame where it has places.

        Raises
        ------
        AtlasError
            ``EDITION-TABLE`` when the edition has none of that name.
        """
        if name not in self.schemas:
            raise _unknown("table", name, self.tables)
        if name not in self._read:
            self._read[name] = _typed(self.folder / GEOPACKAGE, name, self.schemas[name]["fields"])
        return self._read[name].copy()

    @cached_property
    def dictionary(self) -> pd.DataFrame:
        """Every column of every table: label, unit, meaning, type, closed list."""
        import pandas as pd

        path = self.folder / DICTIONARY
        return pd.read_csv(path, sep=";", dtype="str", keep_default_na=False, encoding="utf-8-sig")

    def columns(self, table: str) -> pd.DataFrame:
        """Give the dictionary of one table, by column."""
        known = self.dictionary
        return known[known["couche"] == table].drop(columns="couche").set_index("colonne")

    @cached_property
    def rules(self) -> pd.DataFrame:
        """The rules in force when it was built: value, unit, reference."""
        import pandas as pd

        return pd.DataFrame(self.manifest["regles"]).set_index("cle")

    def residence(self, wanted: str) -> Unit:
        """Find a residence by its identifier, or by its name where only one bears it.

        Raises
        ------
        AtlasError
            ``EDITION-UNITE`` when there is none, or several.
        """
        return self._unit("residences", wanted)

    def quarter(self, wanted: str) -> Unit:
        """Find a quarter by its code or its name, as :meth:`residence` does."""
        return self._unit("quartiers", wanted)

    def commune(self, wanted: str) -> Unit:
        """Find a commune by its code or its name, as :meth:`residence` does."""
        return self._unit("communes", wanted)

    def _unit(self, kind: str, wanted: str) -> Unit:
        table = self[kind]
        found = table[table["id"] == wanted]
        found = found if len(found) else table[table["nom"].str.casefold() == wanted.casefold()]
        if len(found) != 1:
            near = found["id"] if len(found) else table["nom"]
            raise _unknown("unité", wanted, near.tolist(), several=len(found) > 1)
        row = found.iloc[0]
        told = {name: _of(self[name], kind, str(row["id"])) for name in _OF_A_UNIT}
        addresses = None
        if kind == "residences" and "adresses" in self.schemas:
            every = self["adresses"]
            addresses = every[every["id_residence"] == row["id"]].reset_index(drop=True)
        return Unit(kind, row, told["series"], told["historique"], told["parc"], addresses)


def _of(table: pd.DataFrame, kind: str, identifier: str) -> pd.DataFrame:
    kept = table[(table["unite"] == kind) & (table["id"] == identifier)]
    return kept.drop(columns=["unite", "id"]).reset_index(drop=True)


def _typed(path: Path, name: str, fields: list[dict[str, Any]]) -> Any:
    import pandas as pd
    import pyogrio

    table = pyogrio.read_dataframe(path, layer=name)
    types = {one["name"]: _TYPES[one["type"]] for one in fields}
    kept = [*types, *(["geometry"] if "geometry" in table else [])]
    typed = table[kept].astype(types)
    return typed if "geometry" in typed else pd.DataFrame(typed)


def _unknown(what: str, wanted: str, known: Any, *, several: bool = False) -> AtlasError:
    from rapidfuzz import process, utils

    listed = [str(one) for one in known]
    near = listed if several else [one for one, _, _ in process.extract(
        wanted, listed, processor=utils.default_process, limit=5
    )]  # fmt: skip
    return AtlasError(
        [
            Fault(
                "EDITION-TABLE" if what == "table" else "EDITION-UNITE",
                f"« {wanted} » désigne plusieurs unités." if several else f"« {wanted} » n'existe pas dans l'édition.",
                f"l'une de : {excerpt(near)}",
                "donner l'identifiant" if several else "corriger le nom",
            )
        ]
    )
