"""Links from the atlas to the pages about one unit, for the pages that the edition's folder holds and no other.

In: an edition and the pages written beside. Out: by kind of unit, where the page of each row is.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from atlas.publish.paths import file_names, href

if TYPE_CHECKING:
    from atlas.edition import Edition

# By kind of unit: the folder of its pages, what stands before the identifier, how the link is worded, and in short.
_PAGES = {
    "residences": ("residences", "", "Fiche de la résidence", "Fiche"),
    "quartiers": ("quartiers", "", "Page du quartier", "Page"),
    "communes": ("quartiers", "commune-", "Page de la commune", "Page"),
}
# The units that hold a residence, by the column that says which.
_HOLDERS = {"quartiers": "code_qpv", "communes": "code_insee"}


def links_of(edition: Edition, name: str, beside: Collection[str], known: Collection[str]) -> dict[str, Any] | None:
    """Say where the page of each unit of a kind is.

    Parameters
    ----------
    beside : collection of str
        Paths of the pages that exist, from the edition's folder.
    known : collection of str
        Identifiers of every unit of the kind in the whole edition, which name the files.

    Returns
    -------
    dict or None
        ``debut`` and ``fin`` surround the identifier; ``autres`` gives, by row, the path of pages that are not named
        so, empty for a unit without one; ``dit`` and ``court`` are the words of the link. None when no unit has a page.
    """
    if name not in _PAGES:
        return None
    folder, prefix, words, short = _PAGES[name]
    files = file_names(known)
    others, found = {}, False
    for row, identifier in enumerate(edition.units[name]["id"]):
        page = f"{folder}/{prefix}{files[identifier]}.html"
        found |= page in beside
        if page not in beside:
            others[row] = ""
        elif files[identifier] != identifier:
            others[row] = href(folder, prefix + files[identifier])
    if not found:
        return None
    return {"debut": f"{folder}/{prefix}", "fin": ".html", "autres": others, "dit": words, "court": short}


def holders_of(edition: Edition, name: str) -> dict[str, list[int]]:
    """Find the row of the quarter and of the commune of each residence, -1 where it has none."""
    if name != "residences":
        return {}
    table = edition.units[name]
    found = {}
    for kind, column in _HOLDERS.items():
        if kind in edition.units and column in table:
            place = {identifier: row for row, identifier in enumerate(edition.units[kind]["id"])}
            found[kind] = [place.get(code, -1) for code in table[column]]
    return found
