"""In which communes an address is looked for: its code, its postcode and its commune name each give their voice.

Grain in: unique (code, postcode, name) triples. Grain out: for each, the communes of the base to search and how far
they are to be trusted. Nothing is set aside; a triple that leads nowhere says why.

A commune born of a merge is searched by *village*: one unit for each of the former communes that the base tells apart,
since two villages of one commune bear the same street names. A former code or name designates its village; the new
one designates them all.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from atlas.geo import CITY_NAMES, city_of, official
from atlas.match.fold import plain, words

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
    """Communes of the base, or their villages where it tells former communes, found by code, postcode and name.

    ``towns`` gives the plain names under which an address may end with each.
    """

    codes: list[str]
    names: list[str]
    towns: list[tuple[str, ...]]
    by_code: dict[str, set[int]]
    by_old_code: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    by_postcode: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    by_name: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    by_old_name: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    city: list[str] = field(default_factory=list)

    def whole(self, units: Collection[int]) -> set[int]:
        """Every village of the communes that these belong to."""
        return {other for unit in units for other in self.by_code[self.codes[unit]]}


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


def clean_code(code: str) -> str:
    """Five characters, or nothing: floats and lost zeros are put right.

    >>> clean_code("1004"), clean_code("93010.0"), clean_code("2a004"), clean_code("NC")
    ('01004', '93010', '2A004', '')
    """
    code = code.strip().upper().removesuffix(".0")
    if code.isdigit() and len(code) == 4:
        code = "0" + code
    return code if len(code) == 5 and code[2:].isdigit() else ""


def communes_of(
    codes: pd.Series,
    postcodes: pd.Series | None,
    names: pd.Series | None,
    old_codes: pd.Series | None = None,
    old_names: pd.Series | None = None,
) -> tuple[Communes, np.ndarray]:
    """Communes of the base, and the one of each of its rows (-1 without a code).

    ``old_codes`` and ``old_names`` are those of the former commune of each row, where the base has them.
    """
    row, values = pd.factorize(codes)
    clean = [clean_code(str(value)) for value in values]
    kept = sorted(set(clean) - {""})
    rank = {code: place for place, code in enumerate(kept)}
    commune = np.array([rank.get(code, -1) for code in [*clean, ""]], dtype=np.int64)[row]
    village, villages = _villages(old_codes, old_names, len(commune))
    key = np.where(commune >= 0, commune * (len(villages) + 1) + village + 1, -1)
    found = np.unique(key[commune >= 0])
    row_unit = np.where(commune >= 0, np.searchsorted(found, key), -1)
    unit_codes = [kept[one // (len(villages) + 1)] for one in found.tolist()]
    by_code: dict[str, set[int]] = defaultdict(set)
    for unit, code in enumerate(unit_codes):
        by_code[code].add(unit)
    count = len(unit_codes)
    out = Communes(unit_codes, [""] * count, [()] * count, dict(by_code), city=[city_of(code) for code in unit_codes])
    for unit, value in _pairs(row_unit, postcodes):
        if code := clean_code(value):
            out.by_postcode[code].add(unit)
    for unit, value in _pairs(row_unit, names):
        _name(out, unit, value)
        for known in name_keys(value):
            out.by_name[known].add(unit)
    _designated(out, row_unit, old_codes, old_names)
    return out, row_unit


def _villages(old_codes: pd.Series | None, old_names: pd.Series | None, length: int) -> tuple[np.ndarray, pd.Index]:
    """Number the former commune of each row, by its code or else its name; -1 where the base tells none."""
    told = [column for column in (old_codes, old_names) if column is not None and column.notna().any()]
    if not told:
        return np.full(length, -1), pd.Index([])
    label = told[0] if len(told) == 1 else told[0].fillna(told[1])
    village, villages = pd.factorize(label)
    return np.asarray(village), pd.Index(villages)


def _name(known: Communes, unit: int, value: str) -> None:
    known.names[unit] = known.names[unit] or value.strip()
    known.towns[unit] = (*known.towns[unit], plain(value.strip()))


def _designated(
    known: Communes, row_unit: np.ndarray, old_codes: pd.Series | None, old_names: pd.Series | None
) -> None:
    """Let former codes and names designate their village, except those that the whole commune has kept."""
    for unit, value in _pairs(row_unit, old_codes):
        code = clean_code(value)
        if code and code != known.codes[unit]:
            known.by_old_code[code].add(unit)
    for unit, value in _pairs(row_unit, old_names):
        if len(known.by_code[known.codes[unit]]) > 1:
            known.names[unit] = value.strip()
        known.towns[unit] = (*known.towns[unit], plain(value.strip()))
        for key in name_keys(value):
            if unit not in known.by_name.get(key, ()):
                known.by_old_name[key].add(unit)


def _pairs(row_commune: np.ndarray, values: pd.Series | None) -> list[tuple[int, str]]:
    if values is None:
        return []
    codes, unique = pd.factorize(values)
    kept = (row_commune >= 0) & (codes >= 0)
    pairs = np.unique(row_commune[kept] * max(len(unique), 1) + codes[kept])
    return [(int(pair // len(unique)), str(unique[pair % len(unique)])) for pair in pairs]


def _by_code(code: str, known: Communes) -> tuple[set[int], set[int]]:
    """Communes that a code means, and among them the villages that it designates by a former code."""
    if code in known.by_code:
        return known.by_code[code], set()
    if code in known.by_old_code:
        return known.by_old_code[code], known.by_old_code[code]
    if code in CITY_NAMES or city_of(code) != code:
        return {unit for unit, other in enumerate(known.city) if other == city_of(code)}, set()
    heirs = known.by_code.get(official().successor.get(code, ""), set())
    keys = name_keys(official().former.get(code, ""))
    own = next((known.by_old_name[key] & heirs for key in keys if key in known.by_old_name), set())
    return own or heirs, own


def place_of(code: str, postcode: str, name: str, known: Communes) -> Place:
    """Communes to search for an address.

    Each of the code, the postcode and the name gives one voice to the communes it designates; those with most voices
    are searched. A code alone against a postcode alone is a doubt: both are searched, and both answering is
    ambiguous. A former code or name restricts the search to its village; the others of the commune are then searched
    for exact answers only, which are never given as exact. A former commune that the base does not tell apart is a
    doubt.

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
    by_code, coded = _by_code(code, known)
    by_postcode = known.by_postcode.get(postcode, set())
    keys = name_keys(name)
    named = next((known.by_old_name[key] for key in keys if key in known.by_old_name), set())
    by_name = next((known.by_name[key] for key in keys if key in known.by_name), set()) | named
    voices: dict[int, int] = defaultdict(int)
    for group in (by_code, by_postcode, by_name):
        for commune in group:
            voices[commune] += 1
    if not voices:
        return Place((), (), UNKNOWN, False, False)
    most = max(voices.values())
    top = {commune for commune, count in voices.items() if count == most}
    villages = top & (coded | named)
    whole = known.whole(top)
    top = villages or whole
    one_city = len({known.city[commune] for commune in top}) == 1
    if not by_code and not by_postcode and len(top) > 1 and not one_city:
        return Place(tuple(sorted(top)), (), HOMONYMS, False, False)
    wrong_code = bool(code) and not top & by_code
    single = most == 1 and len([1 for group in (by_code, by_postcode, by_name) if group]) > 1
    doubtful = wrong_code or single or _blurred(code, keys, top, coded, named, known)
    others = by_postcode - whole if by_code and not by_name & top else set()
    trust = DOUBTFUL if doubtful else AGREED
    return Place(tuple(sorted(top)), tuple(sorted(others | (whole - top))), trust, one_city, wrong_code)


def _blurred(code: str, keys: list[str], top: set[int], coded: set[int], named: set[int], known: Communes) -> bool:
    """Tell whether a former commune is meant that the base does not single out, or two that are not the same."""
    if coded and named:
        return not coded & named
    if coded or named:
        return False
    former = {key for unit in top for name in official().merged_into(known.codes[unit]) for key in name_keys(name)}
    told = any(key in known.by_name for key in keys)
    gone = code in official().successor and code not in known.by_code
    return gone or (not told and bool(former & set(keys)))
