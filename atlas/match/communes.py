"""In which communes an address is looked for: its code, its postcode and its commune name each give their voice.

Grain in: unique (code, postcode, name) triples. Grain out: for each, the communes of the base to search and how far
they are to be trusted. Nothing is set aside; a triple that leads nowhere says why.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from atlas.match.fold import plain, words

FAMILIES = {"75056": ("751", 20), "69123": ("6938", 9), "13055": ("132", 16)}
"""Whole cities coded by arrondissement: code of the city -> prefix and number of arrondissements."""

AGREED, DOUBTFUL, UNKNOWN, HOMONYMS = range(4)
"""The voices agree · they do not, or the code is unknown · no commune found · several communes of that name."""

_DISTRICT = re.compile(r"^(PARIS|LYON|MARSEILLE)\s+(\d{1,2})\b")
_CEDEX = re.compile(r"\bCEDEX\b.*$")


@dataclass(frozen=True)
class Place:
    """Communes to search for one triple, then others for exact answers only."""

    communes: tuple[int, ...]
    others: tuple[int, ...]
    trust: int
    one_city: bool
    wrong_code: bool


@dataclass
class Communes:
    """Communes of the base, found by code, postcode and name."""

    codes: list[str]
    names: list[str]
    by_code: dict[str, int]
    by_postcode: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    by_name: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    city: list[str] = field(default_factory=list)


def name_keys(name: str) -> list[str]:
    """Keys of a commune name: without CEDEX, with and without its arrondissement.

    >>> name_keys("Paris 11e Arrondissement"), name_keys("ST-ETIENNE CEDEX 2")
    (['PARIS 11', 'PARIS'], ['SAINT ETIENNE'])
    """
    text = _CEDEX.sub("", re.sub(r"(\d+)\s*(?:ER|EME|E)\b", r"\1", plain(name)))
    district = _DISTRICT.match(text.replace("-", " "))
    if district:
        return [f"{district.group(1)} {int(district.group(2))}", district.group(1)]
    key = " ".join(words(text)).upper()
    return [key] if key else []


def city_of(code: str) -> str:
    """City that an arrondissement belongs to, or the code itself.

    >>> city_of("75111"), city_of("93010")
    ('75056', '93010')
    """
    for city, (prefix, count) in FAMILIES.items():
        tail = code[len(prefix) :]
        if code.startswith(prefix) and len(code) == 5 and tail.isdigit() and 1 <= int(tail) <= count:
            return city
    return code


def clean_code(code: str) -> str:
    """Five characters, or nothing: floats and lost zeros are put right.

    >>> clean_code("1004"), clean_code("93010.0"), clean_code("2a004"), clean_code("NC")
    ('01004', '93010', '2A004', '')
    """
    code = code.strip().upper().removesuffix(".0")
    if code.isdigit() and len(code) == 4:
        code = "0" + code
    return code if len(code) == 5 and code[2:].isdigit() else ""


def communes_of(codes: pd.Series, postcodes: pd.Series | None, names: pd.Series | None) -> tuple[Communes, np.ndarray]:
    """Communes of the base, and the commune of each of its rows (-1 without a code)."""
    row, values = pd.factorize(codes)
    clean = [clean_code(str(value)) for value in values]
    kept = sorted(set(clean) - {""})
    by_code = {code: place for place, code in enumerate(kept)}
    row_commune = np.array([by_code.get(code, -1) for code in [*clean, ""]], dtype=np.int64)[row]
    out = Communes(kept, [""] * len(kept), by_code, city=[city_of(code) for code in kept])
    if postcodes is not None:
        for commune, value in _pairs(row_commune, postcodes):
            if code := clean_code(value):
                out.by_postcode[code].add(commune)
    if names is not None:
        for commune, value in _pairs(row_commune, names):
            out.names[commune] = out.names[commune] or value.strip()
            for key in name_keys(value):
                out.by_name[key].add(commune)
    return out, row_commune


def _pairs(row_commune: np.ndarray, values: pd.Series) -> list[tuple[int, str]]:
    codes, unique = pd.factorize(values)
    kept = (row_commune >= 0) & (codes >= 0)
    pairs = np.unique(row_commune[kept] * max(len(unique), 1) + codes[kept])
    return [(int(pair // len(unique)), str(unique[pair % len(unique)])) for pair in pairs]


def place_of(code: str, postcode: str, name: str, known: Communes) -> Place:
    """Communes to search for an address.

    Each of the code, the postcode and the name gives one voice to the communes it designates; those with most voices
    are searched. A code alone against a postcode alone is a doubt: both are searched, and both answering is
    ambiguous.

    Parameters
    ----------
    code, postcode, name : str
        As read, '' when absent.
    known : Communes
        Communes of the base.

    Returns
    -------
    Place
        What to search and what to trust.
    """
    code, postcode = clean_code(code), clean_code(postcode)
    family = code if code in FAMILIES else ""
    by_code = {known.by_code[code]} if code in known.by_code else set()
    if family or (not by_code and city_of(code) != code):
        city = family or city_of(code)
        by_code = {place for place, other in enumerate(known.city) if other == city}
    by_postcode = known.by_postcode.get(postcode, set())
    by_name: set[int] = next((known.by_name[key] for key in name_keys(name) if key in known.by_name), set())
    voices: dict[int, int] = defaultdict(int)
    for group in (by_code, by_postcode, by_name):
        for commune in group:
            voices[commune] += 1
    if not voices:
        return Place((), (), UNKNOWN, False, False)
    most = max(voices.values())
    top = {commune for commune, count in voices.items() if count == most}
    one_city = len({known.city[commune] for commune in top}) == 1
    if not by_code and not by_postcode and len(top) > 1 and not one_city:
        return Place(tuple(sorted(top)), (), HOMONYMS, False, False)
    wrong_code = bool(code) and not top & by_code
    doubtful = wrong_code or (most == 1 and len([1 for group in (by_code, by_postcode, by_name) if group]) > 1)
    named = bool(by_name & top)
    others = by_postcode - top if by_code and not named else set()
    return Place(tuple(sorted(top)), tuple(sorted(others)), DOUBTFUL if doubtful else AGREED, one_city, wrong_code)
