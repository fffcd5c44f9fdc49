"""Where each column of a counted table of attributions is: whose its rows are, its counts, the shares it publishes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from atlas.sources.attributions_headers import (
    ANYWHERE,
    FIRST,
    OUTSIDE,
    PRIORITY,
    REHOUSED,
    REST,
    SINGLE,
    Meaning,
    meaning,
)
from atlas.sources.cells import text_of, to_frame_column
from atlas.sources.headers import plain
from atlas.sources.synonyms import SYNONYMS

_LANDLORDS = ("bailleur", "bailleurs", *SYNONYMS["bailleur"], "organismes", "organisme_hlm", "libelle_bailleur", "nom")
_GROUPS = ("quartile", "quartiles", "groupe", "tranche", "quartile_ressources", "quartile_de_ressources", "public")
_GROUP = re.compile(
    r"(?:quartiles?|groupes?|tranches?)_(?:de_|du_|des_|d_)?(?:revenus?|ressources?|uc|menages?|demandeurs?)(?:_par_uc)?"
)
_PLACES = ("situation", "localisation", "lieu", "zone", "en_qpv", "secteur")
_YEARS = ("annee", "an", "exercice", "annees", "millesime")
_HOLDERS = ("reservataire", "reservataires", "contingent")
_KEYS = {
    "bailleur": _LANDLORDS,
    "reservataire": _HOLDERS,
    "annee": _YEARS,
    "quartile": _GROUPS,
    "lieu": _PLACES,
}
WHOSE = ("bailleur", "reservataire")  # whose the rows may be, the first that there is
_LANDLORD = re.compile(
    r"(?:noms?_)?(?:des?_|du_|de_l_)?(?:bailleurs?|organismes?)(?:_(?:sociaux|social|hlm|de_logement_social))?"
)
_MARKER = re.compile(r"\s*(?:\(\s*\d{1,2}\s*\)|\*+|[¹²³])\s*$")  # of a note under the table
_NOTE = re.compile(r"(?:sources?|notes?|nb|lecture|champ|legende|nota|dont)(?:_|$)")


@dataclass
class Layout:
    """Where each column of a table is: the keys of its rows by name, its counts and shares by position."""

    keys: dict[str, int] = field(default_factory=dict)
    counts: dict[int, Meaning] = field(default_factory=dict)
    shares: dict[int, Meaning] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    whose: str | None = None

    @property
    def known(self) -> int:
        """How many columns are understood."""
        return len(self.keys) + len(self.counts) + len(self.shares)

    @property
    def placeless(self) -> bool:
        """Whether nothing tells of which place the counts are, which a title may."""
        told = "lieu" in self.keys or any(read.place != ANYWHERE for read in self.counts.values())
        return not told and not any(read.group == PRIORITY for read in self.counts.values())

    def at(self, place: str, groups: Collection[str]) -> None:
        """Say that the counts of some groups, which name no place, are of this one."""
        for column, read in self.counts.items():
            if read.place == ANYWHERE and read.group in groups:
                self.counts[column] = replace(read, place=place)


def laid_out(headers: Sequence[str], mapping: Mapping[str, str] | None = None) -> Layout:
    """Understand the headers of a counted table; ``mapping`` gives canonical names to headers that say nothing.

    >>> layout = laid_out(["Bailleur", "Quartile", "QPV", "hors QPV", "Commentaire"])
    >>> layout.keys, len(layout.counts), layout.unread
    ({'bailleur': 0, 'quartile': 1}, 2, ['Commentaire'])
    >>> [read.place for read in laid_out(["Bailleur", "Baux hors QPV", "dont 1er quartile"]).counts.values()]
    ['hors_qpv', 'hors_qpv']
    """
    given = {header: name for name, header in (mapping or {}).items()}
    names = [given.get(header, _MARKER.sub("", header)) for header in headers]
    # « En QPV » names the place of a row, unless « hors QPV » beside it says that both are counts.
    outside = any(read is not None and read.place == OUTSIDE for read in map(meaning, names))
    known = {**_KEYS, "lieu": tuple(word for word in _KEYS["lieu"] if not (outside and meaning(word)))}
    found = Layout()
    for place, (header, name) in enumerate(zip(headers, names, strict=True)):
        words = plain(name)
        key = next((key for key, spellings in known.items() if words in spellings and key not in found.keys), None)
        if key is None and "bailleur" not in found.keys and _LANDLORD.fullmatch(words):
            key = "bailleur"
        if key is None and "quartile" not in found.keys and _GROUP.fullmatch(words):
            key = "quartile"
        read = None if key else meaning(name)
        if key:
            found.keys[key] = place
        elif read is None:
            found.unread += [header] if words else []
        else:
            (found.shares if read.share else found.counts)[place] = read
    found.whose = next((key for key in WHOSE if key in found.keys), None)
    places = {read.place for read in found.counts.values()} - {ANYWHERE}
    if len(places) == 1 and "lieu" not in found.keys and found.counts.keys() and _wide(found):
        found.at(places.pop(), [FIRST, REST, *SINGLE, REHOUSED])
    return found


def _wide(layout: Layout) -> bool:
    """Whether each column has its own group: « dont 1er quartile » is then of the place of the others."""
    return "quartile" not in layout.keys


def _is_note(name: str) -> bool:
    return name.lstrip().startswith(("(", "*", "[")) or _NOTE.match(plain(name) or "note") is not None


def footnotes(table: pa.Table, layout: Layout) -> np.ndarray:
    """Tell the lines under a table that say where it comes from: words where landlords are, and no figure."""
    names = to_frame_column(text_of(table.column(layout.keys[layout.whose or "bailleur"])))
    noted = np.array([isinstance(name, str) and _is_note(name) for name in names], bool)
    for place in (*layout.counts, *layout.shares):
        noted &= to_frame_column(text_of(table.column(place))).isna().to_numpy()
    return noted
