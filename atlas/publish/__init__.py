"""Publish: an edition to the files and pages of one audience, and the builder's report.

Everything an audience receives is written from a sealed :class:`atlas.edition.Edition` alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from atlas.publish.book import Book
from atlas.publish.manifest import fingerprints
from atlas.publish.usefulness import Homes, homes_of
from atlas.writing import typeset

if TYPE_CHECKING:
    from atlas.edition import Context
    from atlas.ledger import Ledger
    from atlas.publish.manifest import Fingerprint

__all__ = ["Book", "conclude", "fingerprints", "publish", "report"]

TRACE = "parcours.parquet"
_TRACED = (
    *("campagne", "id_adresse", "fichier", "ligne", "nb_logements", "menages", "adresse_affichee", "bailleur"),
    *("statut_appariement", "methode_appariement", "score_appariement", "raison", "x", "y", "code_insee", "code_iris"),
    *("code_qpv", "situation", "origine_situation", "id_residence", "nom_residence", "methode_groupe", "confiance"),
)


class Counts(Protocol):
    """What the report reads of the counting stage."""

    @property
    def atoms(self) -> pd.DataFrame:
        """One row per campaign and address."""

    @property
    def units(self) -> Mapping[str, pd.DataFrame]:
        """Counts by kind of unit."""


class Unprotected(Protocol):
    """What the report reads of a territory counted."""

    @property
    def addresses(self) -> pd.DataFrame:
        """One row per address, as every stage left it."""

    @property
    def counted(self) -> Counts:
        """Counts of every unit."""

    @property
    def ledger(self) -> Ledger:
        """What each stage set aside."""

    @property
    def remarks(self) -> Sequence[str]:
        """What the sources and their places must be read with, in French."""

    @property
    def corrections(self) -> pd.DataFrame | None:
        """Residences corrected by hand, as read; None without any."""


def publish(
    book: Book,
    folder: Path,
    inputs: Sequence[Fingerprint],
    seconds: Mapping[str, float] | None = None,
    *,
    formats: Sequence[str] = (),
) -> Homes:
    """Write everything one audience receives into a folder of its own, the manifest last.

    ``formats`` names further forms of its tables. Gives what a report compares of its residences.
    """
    from atlas.publish.booklets import binding
    from atlas.publish.corrections import write_corrections
    from atlas.publish.downloads import write_downloads
    from atlas.publish.formats import write_formats
    from atlas.publish.geopackage import write_geopackage
    from atlas.publish.manifest import write_manifest
    from atlas.publish.qgis import write_qgis
    from atlas.publish.site import write_site

    folder.mkdir(parents=True)
    with binding(book, folder) as booklets:
        write_geopackage(book, folder / "atlas.gpkg")
        write_downloads(book, folder)
        write_qgis(book, folder)
        write_corrections(book.edition, folder)
        write_site(book, folder, booklets)
        write_formats(book, folder, formats)
    write_manifest(book, folder, inputs, seconds)
    return homes_of(book.edition)


def conclude(output: Path, fixed: Mapping[str, pd.DataFrame], *, archive: bool = False) -> None:
    """Tell in each edition what could only be measured once all were written; then put each in a zip, if asked.

    Parameters
    ----------
    output : Path
        Folder of the build: one folder per edition.
    fixed : mapping of DataFrame
        By edition, one row per masked rate that bounding nearly fixes; ``determine``: exactly.
    """
    from atlas.publish.formats import write_archive
    from atlas.publish.manifest import NAME, signed_again
    from atlas.publish.notices import UNMEASURED, bounded_words

    for manifest in sorted(output.glob(f"*/{NAME}")):
        folder = manifest.parent
        if folder.name in fixed:
            method, exactly = folder / "methode.html", fixed[folder.name]["determine"].astype(bool)
            before = fixed[folder.name].get("anterieur", exactly & False).astype(bool)
            told = bounded_words(int(exactly.sum()), int((~exactly).sum()), int((exactly & before).sum()))
            method.write_text(method.read_text("utf-8").replace(typeset(UNMEASURED), typeset(told)), "utf-8")
            signed_again(folder, method)
        if archive:
            write_archive(folder, folder.with_name(f"{folder.name}.zip"))


def report(
    folder: Path,
    found: Unprotected,
    remarks: Sequence[str],
    costs: Mapping[str, pd.DataFrame],
    homes: Mapping[str, Homes],
    context: Context,
    seconds: Mapping[str, float],
    inputs: Sequence[Fingerprint] = (),
) -> None:
    """Write what is for the builder only: the reconciliation, the rows set aside, the way of every address.

    ``remarks``: those that the stages did not make. ``costs``: by title, what secrecy masks, what bounding
    still fixes. ``homes``: by edition, its residences with their levels, as :func:`publish` gives them.
    """
    from atlas.publish.balance import write_report
    from atlas.publish.conservation import conservation
    from atlas.publish.usefulness import compared, sheets_made
    from atlas.sources.corrections import changes

    atoms, addresses = found.counted.atoms, found.addresses
    read = atoms[["campagne", "id_adresse", "fichier", "ligne", "nb_logements", "menages"]]
    way = read.merge(addresses.drop(columns=["fichier", "ligne", "nb_logements"]), on="id_adresse")
    way[list(_TRACED)].to_parquet(folder / TRACE, index=False)
    tables = {
        "Appariement des adresses": _methods(addresses, "statut_appariement", "methode_appariement"),
        "Regroupement en résidences": _methods(addresses, "methode_groupe", "confiance"),
        "Fiches écrites, par édition": sheets_made(folder, homes),
        **costs,
        **compared(homes),
    }
    if found.corrections is not None:
        tables["Corrections faites à la main"] = changes(found.corrections)
    laws = conservation(found.counted.units, atoms, context.campaigns)
    write_report(folder, found.ledger, (*found.remarks, *remarks), laws, context, tables, seconds, inputs)


def _methods(addresses: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Count addresses and dwellings by how they were treated."""
    grouped = addresses.fillna(dict.fromkeys(columns, "sans objet")).groupby(list(columns), as_index=False)
    counted: Any = grouped.agg(adresses=("id_adresse", "size"), logements=("nb_logements", "sum"))
    return counted.sort_values("adresses", ascending=False)
