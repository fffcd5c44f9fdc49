"""QGIS: styles generated from the same layer files as the web map, and a project that opens at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from atlas.publish.book import Book


def write_qgis(book: Book, folder: Path) -> list[Path]:
    """Write what goes with ``atlas.gpkg`` in an edition's folder: the project and its page of help.

    Returns
    -------
    list of Path
        The files written.
    """
    from atlas.publish.qgis.guide import write_guide
    from atlas.publish.qgis.project import write_project

    return [write_project(book, folder), write_guide(book, folder)]
