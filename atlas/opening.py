"""An edition opened in the browser: its map, or the page of a residence, quarter or commune found by its name.

In: the folder of a build or of an edition, words. Out: the page, which the browser of the machine opens. Where there is
no browser, or nobody to look at it, the path is what is told.
"""

from __future__ import annotations

import webbrowser
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from atlas.errors import AtlasError, Fault
from atlas.library import MANIFEST, open_edition
from atlas.output import MARK
from atlas.publish.paths import file_names, href

MAP = "index.html"
_PREFERRED = ("interne", "partenaire")  # what a planner looks at first
_ALIKE = 60.0  # of 100, as rapidfuzz scores two texts: under it, names have little in common
_FOLDERS = {"residences": ("residences", ""), "quartiers": ("quartiers", ""), "communes": ("quartiers", "commune-")}
_KINDS = {"residences": "résidence", "quartiers": "quartier", "communes": "commune"}


@dataclass(frozen=True)
class Found:
    """A page of an edition: what it is about, and where it is."""

    title: str
    path: Path


def edition_of(output: Path, edition: str | None = None) -> Path:
    """Find the edition to look at: the folder itself, or one of those of a build.

    Raises
    ------
    AtlasError
        ``OUVRIR-RIEN`` when nothing is there, or not what is asked.
    """
    if (output / MANIFEST).is_file() and edition is None:
        return output
    held = sorted(path.parent.name for path in output.glob(f"*/{MANIFEST}")) if (output / MARK).is_file() else []
    chosen = edition or next((name for name in (*_PREFERRED, *held) if name in held), None)
    if chosen is None or chosen not in held:
        raise AtlasError(
            [
                Fault(
                    "OUVRIR-RIEN",
                    f"{output} n'a pas d'édition{f' « {edition} »' if edition else ''}.",
                    f"une construction de l'atlas ; éditions présentes : {', '.join(held) or 'aucune'}",
                    "construire l'atlas (« atlas build »), ou corriger le chemin",
                )
            ]
        )
    return output / chosen


def pages_of(edition: Path) -> list[Found]:
    """List the pages about one unit that an edition holds, by name."""
    opened = open_edition(edition)
    pages = []
    for kind, (folder, before) in _FOLDERS.items():
        if kind not in opened.tables:
            continue
        table = opened[kind]
        files = file_names(table["id"])
        for identifier, name in zip(table["id"], table["nom"], strict=True):
            path = edition / unquote(href(folder, f"{before}{files[identifier]}"))
            if path.is_file():
                said = f"{name} ({_KINDS[kind]}, {identifier})" if name and name != identifier else str(identifier)
                pages.append(Found(said, path))
    return sorted(pages, key=lambda one: one.title)


def search(pages: Sequence[Found], words: str, most: int = 9) -> list[Found]:
    """Find the pages whose title is the closest to a few words, the closest first.

    >>> pages = [Found("Les Lilas (résidence, R1)", Path("a")), Found("Mansart (résidence, R2)", Path("b"))]
    >>> [one.title for one in search(pages, "lila")]
    ['Les Lilas (résidence, R1)']
    """
    from rapidfuzz import fuzz, process, utils

    titles = [one.title for one in pages]
    found = process.extract(
        words, titles, scorer=fuzz.WRatio, processor=utils.default_process, limit=most, score_cutoff=_ALIKE
    )
    return [pages[rank] for _, _, rank in found]


def show(page: Path) -> bool:
    """Open a page in the browser of the machine; False when there is none."""
    try:
        return webbrowser.open(page.resolve().as_uri())
    except webbrowser.Error:
        return False
