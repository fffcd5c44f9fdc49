"""Dwellings of each residence by size and accessibility, for the filters and the sheets of the atlas's page.

In: an edition. Out: by feature, how many dwellings of each residence have each word, as the edition's stock counts
them; a residence that the dwellings' file does not know has none, and says so. Other features are left to the sheets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from atlas.publish.page_fields import numbers
from atlas.tables import FEATURES, UNKNOWN

if TYPE_CHECKING:
    from atlas.edition import Edition

# Features that filter, and how an answer is asked.
FILTERED = {"taille": "au moins un {}", "accessibilite": "au moins un logement {}"}
HEADINGS = {"taille": "Logements par taille", "accessibilite": "Accessibilité (PMR)"}


def stock_of(edition: Edition, name: str) -> dict[str, Any]:
    """Write the dwellings of each unit of a kind by feature.

    Returns
    -------
    dict
        By feature: ``titre``, ``n`` (by word, dwellings by row, null where the file knows none of the unit's
        dwellings) and ``dit`` (by word that filters, how it is asked). Empty without a file of dwellings.
    """
    stock = edition.stock[edition.stock["unite"] == name]
    identifiers = edition.units[name]["id"]
    written = {}
    for feature, asked in FILTERED.items():
        counted = stock[stock["caracteristique"] == feature]
        if not counted["nb_logements"].gt(0).any():
            continue
        wide = counted.pivot_table(index="id", columns="modalite", values="nb_logements", aggfunc="sum", fill_value=0)
        wide = wide.reindex(identifiers)
        words = sorted(wide.columns, key=lambda word: (word == UNKNOWN, word))
        written[feature] = {
            "titre": HEADINGS.get(feature, FEATURES[feature]),
            "n": {word: numbers(wide[word]) for word in words},
            "dit": {word: asked.format(word) for word in words if word != UNKNOWN},
        }
    return written
