"""The page of help that goes with the GeoPackage: how to open it, what each layer is, what may not be passed on.

In: a sealed edition. Out: ``aide-qgis.html``, a page like the others, without network.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from atlas.publish.frame import page_of
from atlas.publish.layers import CORRECTIONS, has_corrections, omissions
from atlas.publish.notices import READING, secrecy_notice
from atlas.publish.qgis.campaigns import campaigns_branch
from atlas.publish.qgis.drawing import ready_filters
from atlas.publish.qgis.pictures import leading
from atlas.publish.qgis.tree import themes_of, tree_of
from atlas.publish.rendering import render

if TYPE_CHECKING:
    from atlas.publish.book import Book

NAME = "aide-qgis.html"
_SHAPES = {"Point": "points", "MultiPolygon": "surfaces", None: "tableau"}


def write_guide(book: Book, folder: Path) -> Path:
    """Write the page of help into an edition's folder."""
    (folder / NAME).write_text(guide(book), "utf-8")
    return folder / NAME


def guide(book: Book) -> str:
    """Write the page of help as HTML."""
    edition, pictures = book.edition, book.pictures
    levels, years = leading(pictures), campaigns_branch(edition, pictures, book.layers)
    return render(
        "aide-qgis.html.j2",
        page=page_of(edition, title="Aide QGIS", heading="Ouvrir l’atlas dans QGIS", here=NAME),
        layers=[
            (layer.name, layer.title, layer.row, _SHAPES[layer.geometry], len(layer.table)) for layer in book.layers
        ],
        omitted=sorted(omissions(edition).items()),
        themes=list(themes_of(tree_of(book.catalogue, pictures, years=years))),
        followed=edition.followed,
        filters=ready_filters(levels) if levels else {},
        crs=f"{edition.crs.name} (EPSG:{edition.crs.to_epsg()})" if edition.crs.to_epsg() else edition.crs.name,
        secrecy=secrecy_notice(edition),
        reading=READING,
        masked=edition.masked,
        corrections=CORRECTIONS if has_corrections(edition) else "",
    )
