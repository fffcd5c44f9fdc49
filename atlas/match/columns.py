"""The columns of the addresses, read once per unique value: numbers, street text, place.

Grain in: one row per address. Grain out: for each row, indices into the unique street texts, lists of numbers and
triples (code, postcode, commune name). Nothing is set aside: an empty text is the text ''.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from atlas.match.fold import plain
from atlas.match.parse import Number, numbers, split, street_text

_BLANK_WORDS = """
NA N/A NC N/C ND NR NULL NONE NAN <NA> Z - . INCONNU INCONNUE SANS 999 9999 99999 0
"""
_BLANKS = frozenset(["", *_BLANK_WORDS.split(), "NON RENSEIGNE", "NON RENSEIGNÉ", "NON RENSEIGNÉE"])
_SUFFIX_FIRST = re.compile(r"\s*(BIS|TER|QUATER)\b[\s,]*(?=\S)")
_LETTERS = re.compile(r"[A-Z]+")


@dataclass(frozen=True)
class Asked:
    """What each row asks for, as indices into unique values."""

    texts: list[str]
    text: np.ndarray
    lists: list[tuple[Number, ...]]
    numbers: np.ndarray
    triples: list[tuple[str, str, str]]
    triple: np.ndarray
    postcode: np.ndarray


def text_column(table: pd.DataFrame, name: str, blanks: frozenset[str] = _BLANKS) -> tuple[np.ndarray, np.ndarray]:
    """Codes and unique values of a text column; absent, missing and sentinel values are ''.

    >>> codes, values = text_column(pd.DataFrame({"rep": ["bis", None, "NC"]}), "rep")
    >>> values[codes].tolist()
    ['bis', '', '']
    """
    if name not in table:
        return np.zeros(len(table), dtype=np.int64), np.array([""], dtype=object)
    codes, values = pd.factorize(table[name])
    texts = ["" if (text := str(value).strip()).upper() in blanks else text for value in values]
    return np.asarray(codes), np.array([*texts, ""], dtype=object)


def pair_codes(first: np.ndarray, second: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Unique pairs of two codings: (index of the pair, first codes, second codes)."""
    of, keys = pd.factorize((first + 1) * (width + 1) + (second + 1))
    return of, keys // (width + 1) - 1, keys % (width + 1) - 1


def asked(addresses: pd.DataFrame) -> Asked:
    """Read the columns of the addresses.

    Parameters
    ----------
    addresses : DataFrame
        One row per address; `numero, repetition, type_voie, nom_voie, adresse, code_postal, code_insee, commune` may
        be absent.

    Returns
    -------
    Asked
        Unique texts, lists of numbers and places, and where each row points.
    """
    text_of: dict[str, int] = {}
    list_of: dict[tuple[Number, ...], int] = {(): 0}
    kind, kinds = text_column(addresses, "type_voie")
    name, names = text_column(addresses, "nom_voie")
    numero, numeros = text_column(addresses, "numero", frozenset({"NAN", "<NA>"}))
    suffix, suffixes = text_column(addresses, "repetition")
    free, frees = text_column(addresses, "adresse")

    head, head_numero, head_suffix = pair_codes(numero, suffix, len(suffixes))
    heads = [
        _house(plain(one), plain(two)) for one, two in zip(numeros[head_numero], suffixes[head_suffix], strict=True)
    ]
    street, street_kind, street_name = pair_codes(kind, name, len(names))
    written = names[street_name] != ""
    alone = np.zeros(len(written), dtype=bool)
    alone[street[np.array([not one for one in heads], dtype=bool)[head]]] = True
    streets = [
        _street(one, two, bool(bare)) if known else ((), "")
        for one, two, known, bare in zip(kinds[street_kind], names[street_name], written, alone, strict=True)
    ]
    text = np.array([text_of.setdefault(rest, len(text_of)) for _, rest in streets], dtype=np.int64)[street]
    number = _numbers(head, heads, street, [found for found, _ in streets], list_of)

    use_free = ~written[street] & (frees[free] != "")
    needed = np.unique(free[use_free])
    if len(needed):
        free_text, free_list = np.zeros(len(frees), dtype=np.int64), np.zeros(len(frees), dtype=np.int64)
        for code in needed.tolist():
            found, rest = split(plain(frees[code]))
            free_text[code] = text_of.setdefault(rest, len(text_of))
            free_list[code] = list_of.setdefault(found, len(list_of))
        text[use_free] = free_text[free[use_free]]
        own = use_free & (number == 0)
        number[own] = free_list[free[own]]
    return Asked(list(text_of), text, list(list_of), number, *_places(addresses))


def _house(numero: str, suffix: str) -> tuple[Number, ...]:
    found = numbers(numero)
    letters = _LETTERS.match(suffix)
    if found and letters and not found[0][1]:
        return ((found[0][0], letters.group()), *found[1:])
    return found


def _street(kind: str, name: str, number_missing: bool) -> tuple[tuple[Number, ...], str]:
    if not kind and number_missing:
        return split(plain(name))
    text = plain(name)
    first = _SUFFIX_FIRST.match(text)
    if first:
        return ((0, first.group(1)),), split(text[first.end() :], number_first=False)[1]
    return split(street_text(kind, name), number_first=False)


def _numbers(
    head: np.ndarray,
    heads: list[tuple[Number, ...]],
    street: np.ndarray,
    inside: list[tuple[Number, ...]],
    list_of: dict[tuple[Number, ...], int],
) -> np.ndarray:
    """Numbers of each row: those of their own column, else those found in the street text."""
    own = np.array([list_of.setdefault(one, len(list_of)) for one in heads], dtype=np.int64)[head]
    holding = np.flatnonzero(np.array([bool(one) for one in inside], dtype=bool)[street])
    of, head_code, street_code = pair_codes(head[holding], street[holding], len(inside))
    out = np.zeros(len(head_code), dtype=np.int64)
    for n, (one, two) in enumerate(zip(head_code.tolist(), street_code.tolist(), strict=True)):
        mine, other = heads[one], inside[two]
        if other and not other[0][0]:
            other = ((mine[0][0], other[0][1]), *mine[1:]) if mine and not mine[0][1] else ()
            mine = other or mine
        out[n] = list_of.setdefault(mine or other, len(list_of))
    own[holding] = out[of]
    return own


def _places(addresses: pd.DataFrame) -> tuple[list[tuple[str, str, str]], np.ndarray, np.ndarray]:
    code, codes = text_column(addresses, "code_insee")
    postcode, postcodes = text_column(addresses, "code_postal")
    commune, communes = text_column(addresses, "commune")
    first, one, two = pair_codes(code, postcode, len(postcodes))
    of, pair, three = pair_codes(first, commune, len(communes))
    triples = list(zip(codes[one[pair]], postcodes[two[pair]], communes[three], strict=True))
    clean = np.array([value.removesuffix(".0").zfill(5) if value else "" for value in postcodes], dtype=object)
    return triples, of, clean[postcode]
