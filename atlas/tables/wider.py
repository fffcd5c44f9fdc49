"""The criterion of recent movers read on a wider perimeter: its names, its columns, its words.

The words are those of every face: tables, pages, booklets, explanations.
"""

from __future__ import annotations

from collections.abc import Sequence

from atlas.tables.model import NOT_APPLICABLE, SECRET, UNKNOWN, Column

RECENT = "er_inf40"
BY_YEARS, BY_LANDLORD, BY_IRIS = "campagnes", "bailleur-iris", "iris"
WAYS = (BY_YEARS, BY_LANDLORD, BY_IRIS)
ITSELF = "la résidence"
MET, NOT_MET = "atteint", "non atteint"
_WORDS = {BY_LANDLORD: "le parc du bailleur dans l'IRIS", BY_IRIS: "l'IRIS"}

PERIMETER, CRITERION = "er_perimetre", "er_critere"
WIDER_COLUMNS = (
    Column(PERIMETER, "Entrants : lus sur", "catégorie", "vide où le critère des emménagés récents ne se lit pas"),
    Column(
        CRITERION,
        "Entrants : critère",
        "catégorie",
        "emménagés récents sous 40 % du plafond PLUS, lus sur ce périmètre",
        values=(MET, NOT_MET, SECRET, UNKNOWN, NOT_APPLICABLE),
    ),
)


def perimeter_words(way: str, years: Sequence[int] = ()) -> str:
    """Name a perimeter as every face does.

    >>> perimeter_words(BY_YEARS, [2020, 2022]), perimeter_words(BY_IRIS)
    ('2020 et 2022 ensemble', "l'IRIS")
    """
    return f"{' et '.join(map(str, years))} ensemble" if way == BY_YEARS else _WORDS[way]


def wider_words(perimeter: str | None, criterion: str, level: str) -> str:
    """Say how the criterion was read and what level it would give; nothing where the residence's own is read.

    >>> wider_words("l'IRIS", "atteint", "très fragile")
    "Entrants : lus sur l'IRIS, critère atteint. Niveau avec cette lecture : très fragile."
    >>> wider_words("la résidence", "atteint", "fragile"), wider_words(None, "secret", "non déterminé")
    ('', '')
    """
    if not perimeter or perimeter == ITSELF:
        return ""
    return f"Entrants : lus sur {perimeter}, critère {criterion}. Niveau avec cette lecture : {level}."
