"""Links from the atlas to the pages about one unit, for the pages that the edition's folder holds and no other.

In: an edition and the pages written beside. Out: by kind of unit, where the page of each row is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from atlas.publish.departments import department_of_units
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


Files = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Part:
    """The page of a département and how many residences it shows."""

    code: str
    href: str
    residences: int


def links_of(edition: Edition, name: str, beside: Collection[str], files: Files | None = None) -> dict[str, Any] | None:
    """Say where the page of each unit of a kind is.

    Parameters
    ----------
    beside : collection of str
        Paths of the pages that exist, from the edition's folder.
    files : mapping, optional
        By kind of unit, the file name of each identifier in the whole edition, of which ``edition`` may be a part.

    Returns
    -------
    dict or None
        ``debut`` and ``fin`` surround the identifier; ``autres`` gives, by row, the path of pages that are not named
        so, empty for a unit without one; ``dit`` and ``court`` are the words of the link. None when no unit has a page.
    """
    if name not in _PAGES:
        return None
    folder, prefix, words, short = _PAGES[name]
    identifiers = edition.units[name]["id"]
    named = files[name] if files else file_names(identifiers)
    others, found = {}, False
    for row, identifier in enumerate(identifiers):
        page = f"{folder}/{prefix}{named[identifier]}.html"
        found |= page in beside
        if page not in beside:
            others[row] = ""
        elif named[identifier] != identifier:
            others[row] = href(folder, prefix + named[identifier])
    if not found:
        return None
    return {"debut": f"{folder}/{prefix}", "fin": ".html", "autres": others, "dit": words, "court": short}


def parts_of(edition: Edition, name: str, parts: Sequence[Part]) -> dict[str, Any] | None:
    """Say on which page each unit of an overview is shown with its residences.

    Returns
    -------
    dict or None
        ``pages`` (address and words) and ``i``, which one by row, -1 for none. None when the edition has one page.
    """
    if not parts:
        return None
    rank = {part.code: position for position, part in enumerate(parts)}
    pages = [[part.href, f"Carte des résidences du département {part.code}"] for part in parts]
    return {"pages": pages, "i": [rank.get(code, -1) for code in department_of_units(edition, name)]}


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
