"""Text as people typed it, brought to one plain form: repaired, without accents, in capitals, in words.

Grain in and out: one string. Nothing is set aside.
"""

from __future__ import annotations

import re

from atlas.match.words import ARTICLES, MONTHS, NUMBERS, OTHER_FORMS, TITLES
from atlas.mojibake import repair
from atlas.writing import unaccented

_QUOTES = str.maketrans(
    {
        "’": "'",
        "‘": "'",
        "`": "'",
        "´": "'",
        "–": "-",
        "—": "-",
        "‑": "-",
        "°": " ",
        "º": " ",
        "\u00a0": " ",
        "?": "",
        "\ufffd": "",
        "_": " ",
    }
)
_ASCII_ODD = re.compile(r"[`?_]")
_INITIAL = re.compile(r"(?<![A-Z0-9'])([A-Z])\.(?=[\s-]*[A-Z])")
_ORDINARY = frozenset([*TITLES, *OTHER_FORMS, *NUMBERS]).isdisjoint
_ODD = re.compile(r"\d|\b[A-Za-z]\b")
_WORD = re.compile(r"[A-Za-z0-9]+")


def plain(text: str) -> str:
    """Capitals without accents; punctuation stays, because it separates.

    >>> plain("15ALLÉEDES ARTS"), plain("RUE DE L`AGLY"), plain("Rue du SacrÃ©-CÅ“ur")
    ('15ALLEEDES ARTS', "RUE DE L'AGLY", 'RUE DU SACRE-COEUR')
    """
    if text.isascii():
        return text.translate(_QUOTES).upper() if _ASCII_ODD.search(text) else text.upper()
    return unaccented(repair(text).translate(_QUOTES)).encode("ascii", "ignore").decode("ascii").upper()


def _is_article(letter: str, following: str, before: list[str]) -> bool:
    """Whether a single capital is an article: elided before a vowel, or *à* inside a name; otherwise it is an
    initial."""
    if letter == "A":
        return bool(before) and not before[-1].islower()
    return letter in "LD" and len(following) > 1 and following[0] in "AEIOUYH"


def words(text: str) -> tuple[str, ...]:
    """Words of a plain street name: initials in small letters, abbreviations and numbers in one form.

    >>> words("L.A. BLANQUI"), words("DU SGT BOBILLOT"), words("ST-EXUPERY"), words("DU ONZE NOVEMBRE")
    (('l', 'a', 'BLANQUI'), ('DU', 'SERGENT', 'BOBILLOT'), ('SAINT', 'EXUPERY'), ('DU', '11', 'NOVEMBRE'))
    >>> words("A ROUSSEAU"), words("L RODIN"), words("DE L ETOILE"), words("DU FER A CHEVAL")
    (('a', 'ROUSSEAU'), ('l', 'RODIN'), ('DE', 'L', 'ETOILE'), ('DU', 'FER', 'A', 'CHEVAL'))
    """
    if "." in text:
        text = _INITIAL.sub(lambda found: found.group(1).lower() + " ", text)
    found = _WORD.findall(text)
    if not _ODD.search(text) and _ORDINARY(found):
        return tuple(found)
    last = len(found) - 1
    out: list[str] = []
    for position, word in enumerate(found):
        if position < last and word in TITLES:
            word = TITLES[word]
        elif word in OTHER_FORMS:
            word = OTHER_FORMS[word]
        elif word in NUMBERS and (word != "NEUF" or (position < last and found[position + 1] in MONTHS)):
            word = NUMBERS[word]
        elif len(word) == 1 and position < last and word.isalpha() and not _is_article(word, found[position + 1], out):
            word = word.lower()
        elif word.isdigit() and position and found[position - 1] in MONTHS and len(word) == 2:
            word = "19" + word
        out.append(word)
    return tuple(out)


def core(found: tuple[str, ...]) -> tuple[str, ...]:
    """Words without articles, unless nothing else is left.

    >>> core(("DE", "LA", "LIBERTE")), core(("DES",))
    (('LIBERTE',), ('DES',))
    """
    return tuple([word for word in found if word not in ARTICLES]) or found
