"""Editions as folders hold them, small and hostile, for the tests of what is loaded elsewhere."""

from __future__ import annotations

from pathlib import Path

from atlas.publish.book import Book
from atlas.publish.downloads import write_downloads
from atlas.publish.geopackage import write_geopackage
from atlas.publish.manifest import write_manifest
from atlas.publish.qgis import write_qgis
from tests.edition_factory import make_edition, resealed

SQL = (
    "'; DROP TABLE residences; --",
    '"; DROP SCHEMA public CASCADE; --',
    "\\.\n\\N\ttabulation",
    "$$ || pg_sleep(9) || $$",
    "%s {} {0} %(nom)s",
    "NULL",
    "\\N",
)


def written(place: Path, *, masked: bool = True, residences: int = 60, first: str = "") -> Path:
    """Write what is loaded of a hostile edition; ``first`` names its first residence."""
    edition = make_edition(masked=masked, residences=residences, hostile=True)
    table = edition.units["residences"]
    names = dict(enumerate(([first] if first else []) + list(SQL), start=20))
    told = table.assign(nom=[names.get(rank, name) for rank, name in enumerate(table["nom"])])
    edition = resealed(edition, units={**edition.units, "residences": told})
    book = Book.of(edition)
    place.mkdir(parents=True)
    write_geopackage(book, place / "atlas.gpkg")
    write_downloads(book, place)
    write_qgis(book, place)
    write_manifest(book, place, ())
    return place
