"""Words that data producers write where they know nothing: one list, for numbers, categories, names, identifiers.

A word of the list is no value wherever it stands alone in a cell. What could be a name or a code of somebody (``Z``,
``SO``, ``NS``) is missing among numbers and categories only; zeros are missing among names and identifiers only.
"""

from __future__ import annotations

import re
from collections.abc import Collection

import pandas as pd

from atlas.sources.desk import Desk
from atlas.sources.headers import plain
from atlas.writing import many

# Numbers that registers and surveys write where a figure is unknown.
UNKNOWN_NUMBERS = (999, 9999)
_GENDERS = ("", "e", "s", "es")
_PARTICIPLES = (
    *("connu", "renseigne", "communique", "determine", "defini", "attribue", "affecte", "identifie", "precise"),
    *("concerne", "fourni", "transmis"),
)
_WORDS = frozenset(
    {
        *("", "na", "n_a", "nan", "nc", "n_c", "nd", "n_d", "nr", "n_r", "s_o", "null", "nul", "none", "nil"),
        *("vide", "neant", "aucun", "aucune", "sans", "sans_objet", "non_applicable", "non_disponible", "indisponible"),
        *("unknown", "missing", "undefined", "not_available", "empty", "blank"),
        *("a_completer", "a_renseigner", "a_definir", "a_preciser", "a_determiner"),
        *(f"{word}{end}" for word in ("inconnu", "indetermine", "indefini") for end in _GENDERS),
        *(f"non_{word}{end}" for word in _PARTICIPLES for end in _GENDERS),
    }
)
UNKNOWN_WORDS = _WORDS | {"ns", "so", "z"}
_NOUNS = ("nom", "residence", "programme", "bailleur", "adresse", "identifiant", "code", "groupe", "logement", "objet")
_NAMELESS = frozenset(f"{no}_{noun}" for no in ("sans", "pas_de", "aucun", "aucune", "hors") for noun in _NOUNS)
_ABOUT = re.compile(rf"^(?:{'|'.join(_NOUNS)})_(?=...)")
_ERROR = re.compile(r"#(?:n/?[ad]|[^\W\d_]+(?:/0)?[!?])|err(?:eur)?:\d{3}", re.IGNORECASE)
_ZEROS = re.compile(r"0+(?:[.,]0+)?")
_CROSSES = re.compile(r"x{3,}", re.IGNORECASE)


def absent(text: str) -> bool:
    """Tell a name or an identifier that is none.

    Examples
    --------
    >>> [absent(text) for text in ("#N/A", "#REF!", "#DIV/0 !", "NC", "n.c.", "0", "000", "-", "?", "(vide)")]
    [True, True, True, True, True, True, True, True, True, True]
    >>> [absent(text) for text in ("Sans objet", "Résidence sans nom", "Nom inconnu", "Non renseignée")]
    [True, True, True, True]
    >>> [absent(text) for text in ("Z", "SO", "12", "10", "0A", "Sans-Souci", "Les Inconnus", "Жильё", "REF")]
    [False, False, False, False, False, False, False, False, False]
    """
    words = plain(text)
    if not words:
        return not any(sign.isalnum() for sign in text)
    if words in _WORDS or words in _NAMELESS or _ABOUT.sub("", words) in _WORDS | _NAMELESS:
        return True
    tight = text.replace(" ", "")
    return any(form.fullmatch(tight) is not None for form in (_ERROR, _ZEROS, _CROSSES))


def without_sentinels(
    frame: pd.DataFrame, columns: Collection[str], who: str, desk: Desk, sentinels: Collection[int]
) -> pd.DataFrame:
    """Blank the sentinel values of some columns of numbers, saying how many."""
    cleaned = {}
    for column in columns:
        sentinel = frame[column].isin(sentinels)
        if sentinel.any():
            cleaned[column] = frame[column].mask(sentinel)
            values = ", ".join(f"{value:g}" for value in sorted(frame.loc[sentinel, column].unique()))
            count = many(int(sentinel.sum()), "ligne")
            desk.note(f"{who} : {column} vaut {values} sur {count}, lu « non renseigné ».")
    return frame.assign(**cleaned)
