"""An edition delivered into a PostGIS database: all of it or nothing, under a name that readers always find whole.

In: the folder of an edition, as the audit let it out, and the address of a database. Out: one schema that holds the
tables of ``atlas.gpkg``, typed, commented, keyed and indexed, with their styles and a QGIS project bound to them. What
was under that name is kept under its own date. Everything is one transaction: a reader sees the former edition until
the new one is there, and so does whoever comes after a load that was killed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from atlas.deliver.address import Address, address_of
from atlas.deliver.tables import Delivered, opened
from atlas.errors import AtlasError, Fault

__all__ = ["Loaded", "publish_to", "read_back"]


@dataclass(frozen=True)
class Loaded:
    """What a load did: the schema, rows by table, the schema that keeps the former edition, what must be known."""

    place: str
    schema: str
    rows: dict[str, int]
    kept: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Tell it in French, without any password."""
        total = f"{sum(self.rows.values())} lignes, {len(self.rows)} tables"
        lines = [f"Édition chargée dans {self.place}, schéma « {self.schema} » : {total}."]
        if self.kept:
            lines.append(f"L'édition précédente est gardée dans le schéma « {self.kept} ».")
        lines += self.remarks
        lines.append("Dans QGIS : Projet > Ouvrir depuis > PostgreSQL, projet « atlas » de ce schéma.")
        return "\n".join(lines)


def publish_to(
    edition: Path,
    database: str,
    *,
    internal: bool = False,
    reader: str | None = None,
    project: Path | None = None,
) -> Loaded:
    """Load an edition into PostGIS, in the place of the former one.

    Parameters
    ----------
    edition : Path
        Folder of an edition.
    database : str
        ``postgresql://user@host:port/base[/schema]``; the schema is ``atlas_<edition>`` by default. A password may be
        in it, in ``PGPASSWORD`` or in ``.pgpass``; it is neither printed nor written.
    internal : bool
        Whether an edition that masks nothing may be loaded.
    reader : str, optional
        A role that exists and is let read the schema, and nothing else.
    project : Path, optional
        Where to write the QGIS project bound to the database, beside the one that the schema holds.

    Raises
    ------
    AtlasError
        ``POSTGIS-INTERNE``, ``POSTGIS-EDITION`` (not an edition as it was built), ``POSTGIS-ADRESSE``,
        ``POSTGIS-CONNEXION``, ``POSTGIS-EXTENSION``, ``POSTGIS-SCHEMA`` (another's), ``POSTGIS-ROLE``,
        ``POSTGIS-DROITS``, ``POSTGIS-RELECTURE`` (the tables read back are not the edition's: nothing was changed).
    """
    delivered = opened(edition)
    if not delivered.masked and not internal:
        raise AtlasError(
            [
                Fault(
                    "POSTGIS-INTERNE",
                    f"L'édition « {delivered.name} » n'est pas masquée : elle n'entre pas dans une base partagée.",
                    "une édition masquée, par exemple partenaire",
                    "charger une édition masquée, ou écrire --interne si la base n'est lue que de votre équipe",
                )
            ]
        )
    where = _place(delivered, database)
    return _loaded(delivered, where, reader, project)


def read_back(edition: Path, database: str) -> list[str]:
    """Compare, cell by cell, what a database holds with the edition: one French sentence for each difference.

    Raises
    ------
    AtlasError
        ``POSTGIS-ADRESSE``, ``POSTGIS-CONNEXION``, ``POSTGIS-EDITION``.
    """
    from atlas.deliver.database import compare

    delivered = opened(edition)
    return compare(delivered, _place(delivered, database))


def _place(delivered: Delivered, database: str) -> Address:
    return address_of(database, f"atlas_{delivered.name.replace('-', '_')}")


def _loaded(delivered: Delivered, where: Address, reader: str | None, project: Path | None) -> Loaded:
    from atlas.deliver.database import load

    rows, kept, remarks, written = load(delivered, where, reader)
    if project is not None:
        project.parent.mkdir(parents=True, exist_ok=True)
        project.write_bytes(written)
        remarks = (*remarks, f"Projet QGIS lié à la base : {project}")
    return Loaded(where.shown, where.schema, rows, kept, remarks)
