"""Numbers, counts, dates and names as French pages, terminals and files write them, and names without their accents.

Grain in: one value. Grain out: one text. Every room writes through here, so that no number is written two ways.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

NARROW, WIDE = "\u202f", "\u00a0"  # espaces insécables, fine et mots

_MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_ACCENTS = re.compile("[\u0300-\u036f]")
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE"})


def whole(value: float) -> str:
    """Write a whole number with thin spaces.

    >>> whole(27008).replace(NARROW, "_")
    '27_008'
    """
    return f"{value:,.0f}".replace(",", NARROW)


def quantity(value: float) -> str:
    """Write a number the French way, without useless decimals.

    >>> quantity(5.1), quantity(40)
    ('5,1', '40')
    """
    return whole(value) if float(value).is_integer() else f"{value:,}".replace(",", NARROW).replace(".", ",")


def comma(value: float | Decimal) -> str:
    """Write a number as a form or a code takes it: a comma, no space, no useless decimal.

    >>> comma(5.1), comma(40.0), comma(Decimal("7.050")), comma(Decimal("120"))
    ('5,1', '40', '7,05', '120')
    """
    text = f"{value:f}" if isinstance(value, Decimal) else f"{value:g}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def aligned(value: float, decimals: int) -> str:
    """Write a number of a column with as many decimals as the others.

    >>> aligned(5, 1), aligned(11.66, 1)
    ('5,0', '11,7')
    """
    return f"{value:.{decimals}f}".replace(".", ",")


def many(count: int, singular: str, plural: str | None = None) -> str:
    """Write a count and its noun in French.

    >>> many(1, "ligne"), many(2, "ligne"), many(12345, "ligne"), many(0, "cheval", "chevaux")
    ('1 ligne', '2 lignes', '12\u202f345 lignes', '0 cheval')
    """
    return f"{whole(count)} {singular if count < 2 else plural or f'{singular}s'}"


def long_date(day: date) -> str:
    """Write a date in words.

    >>> long_date(date(2022, 1, 1)).replace(WIDE, " ")
    '1er janvier 2022'
    """
    number = "1er" if day.day == 1 else str(day.day)
    return f"{number}{WIDE}{_MONTHS[day.month - 1]}{WIDE}{day.year}"


@lru_cache(maxsize=20_000, typed=True)  # a marked-up text equals the plain one, and must not answer for it
def french_day(day: str) -> str:
    """Write an ISO day in figures, the French way.

    >>> french_day("2023-09-30")
    '30/09/2023'
    """
    return "/".join(reversed(day.split("-")))


def typeset(text: str) -> str:
    """Put the unbreakable spaces that French wants around double signs and before units, and curly apostrophes.

    >>> typeset("« Fragile » : 40 % ?").count(WIDE) + typeset("« Fragile » : 40 % ?").count(NARROW)
    5
    """
    text = re.sub(r"(?<=\w)'(?=\w)", "’", text)
    text = re.sub(r"(?<=«) | (?=[»:%€])", WIDE, text)
    return re.sub(r" (?=[;!?])", NARROW, text)


def inside(text: str) -> str:
    """Write a heading as it stands inside a sentence; an acronym keeps its capitals.

    >>> inside("Ménages sous 40 %"), inside("QPV")
    ('ménages sous 40 %', 'QPV')
    """
    return text if text[:2].isupper() else f"{text[:1].lower()}{text[1:]}"


def unaccented(text: str) -> str:
    """Write letters without accents, ligatures as two letters, in any alphabet; case and signs stay.

    >>> unaccented("Cœur d'Été – 12ᵉ"), unaccented("Жильё")
    ("Coeur d'Ete – 12e", 'Жилье')
    """
    if text.isascii():
        return text
    return _ACCENTS.sub("", unicodedata.normalize("NFKD", text.translate(_LIGATURES)))


def slug(text: str, joint: str = "-") -> str:
    """Write a name as a code: its letters and digits, in lower case and without accents, joined.

    >>> slug("SA HLM Immobilière 3F"), slug(" Ménages  inf. 40 %PLUS ", "_"), slug("Les Œillets – Nord")
    ('sa-hlm-immobiliere-3f', 'menages_inf_40_plus', 'les-oeillets-nord')
    """
    return re.sub(r"[^a-z0-9]+", joint, unaccented(text).encode("ascii", "ignore").decode().lower()).strip(joint)


def natural(name: str) -> tuple[Any, ...]:
    """Give the key that sorts names as people do: accents and case forgiven, numbers by value.

    >>> sorted(["10 rue B", "2 rue A", "Éole 10", "eole 2"], key=natural)
    ['2 rue A', '10 rue B', 'eole 2', 'Éole 10']
    """
    parts = re.split(r"([0-9]+)", unaccented(name.lower()).strip())
    return tuple((0, int(part), "") if rank % 2 else (1, 0, part) for rank, part in enumerate(parts) if part)
