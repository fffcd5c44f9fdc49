"""Where each column of a counted table of attributions is: whose its rows are, its counts, the shares it publishes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from atlas.sources.attributions_headers import Meaning, meaning
from atlas.sources.cells import text_of, to_frame_column
from atlas.sources.headers import plain
from atlas.sources.synonyms import SYNONYMS

_LANDLORDS = ("bailleur", "bailleurs", *SYNONYMS["bailleur"], "organismes", "organisme_hlm", "libelle_bailleur", "nom")
_GROUPS = ("quartile", "quartiles", "groupe", "tranche", "quartile_ressources", "quartile_de_ressources", "public")
_PLACES = ("situation", "localisation", "lieu", "zone", "en_qpv", "secteur")
_YEARS = ("annee", "an", "exercice", "annees", "millesime")
_NOTE = re.compile(r"(?:sources?|notes?|nb|lecture|champ|legende|nota|dont)(?:_|$)")


@dataclass
class Layout:
    """Where each column of a table is: the keys of its rows by name, its counts and shares by position."""

    keys: dict[str, int] = field(default_factory=dict)
    counts: dict[int, Meaning] = field(default_factory=dict)
    shares: dict[int, Meaning] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)

    @property
    def known(self) -> int:
        """How many columns are understood."""
        return len(self.keys) + len(self.counts) + len(self.shares)


def laid_out(headers: Sequence[str], mapping: Mapping[str, str] | None = None) -> Layout:
    """Understand the headers of a counted table; ``mapping`` gives canonical names to headers that say nothing.

    >>> layout = laid_out(["Bailleur", "Quartile", "QPV", "hors QPV", "Commentaire"])
    >>> layout.keys, len(layout.counts), layout.unread
    ({'bailleur': 0, 'quartile': 1}, 2, ['Commentaire'])
    """
    given = {header: name for name, header in (mapping or {}).items()}
    found = Layout()
    for place, header in enumerate(headers):
        name = given.get(header, header)
        words = plain(name)
        key = next(
            (
                key
                for key, known in (
                    ("bailleur", _LANDLORDS),
                    ("annee", _YEARS),
                    ("quartile", _GROUPS),
                    ("lieu", _PLACES),
                )
                if words in known and key not in found.keys
            ),
            None,
        )
        read = None if key else meaning(name)
        if key:
            found.keys[key] = place
        elif read is None:
            found.unread += [header] if words else []
        else:
            (found.shares if read.share else found.counts)[place] = read
    return found


def footnotes(table: pa.Table, layout: Layout) -> np.ndarray:
    """Tell the lines under a table that say where it comes from: words where landlords are, and no figure."""
    names = to_frame_column(text_of(table.column(layout.keys["bailleur"])))
    noted = np.array([isinstance(name, str) and _NOTE.match(plain(name) or "note") is not None for name in names], bool)
    for place in (*layout.counts, *layout.shares):
        noted &= to_frame_column(text_of(table.column(place))).isna().to_numpy()
    return noted
