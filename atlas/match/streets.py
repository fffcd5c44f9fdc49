"""The streets of the base: each known once, under every text it may be asked for.

Grain in: rows of the BAN. Grain out: one street per (commune, kind, name with articles). Rows without a street name
keep the street -1; nothing else is set aside.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from atlas.match.fold import core, plain, words
from atlas.match.parse import Reading
from atlas.match.variants import PLAIN, Variant, of_street
from atlas.match.words import FAMILIES, KINDS
from atlas.mojibake import repair

KIND_NAMES = ["", *sorted(set(KINDS.values()))]
KIND_CODES = {name: code for code, name in enumerate(KIND_NAMES)}
SAME, UNWRITTEN, CLOSE, APART = range(4)


def _kind_distances() -> np.ndarray:
    """How two kinds stand to each other: same, one not written, of one family, of none."""
    out = np.full((len(KIND_NAMES), len(KIND_NAMES)), APART, dtype=np.int8)
    for a, first in enumerate(KIND_NAMES):
        for b, second in enumerate(KIND_NAMES):
            if a == b:
                out[a, b] = SAME
            elif not first:
                out[a, b] = UNWRITTEN
            elif not second or FAMILIES[first] & FAMILIES[second]:
                out[a, b] = CLOSE
    return out


KIND_DISTANCES = _kind_distances()
"""KIND_DISTANCES[kind asked for, kind in the base]."""


@dataclass(frozen=True)
class Streets:
    """Streets and their texts, as parallel arrays; texts are sorted by commune, then street."""

    names: np.ndarray
    commune: np.ndarray
    kind: np.ndarray
    plain: np.ndarray
    full: np.ndarray
    full_keys: np.ndarray
    full_streets: np.ndarray
    codes: dict[str, int]
    text: np.ndarray
    text_street: np.ndarray
    text_kind: np.ndarray
    text_liberties: np.ndarray
    text_article: np.ndarray
    text_keys: np.ndarray
    text_order: np.ndarray
    commune_start: np.ndarray

    def full_key(self, commune: np.ndarray, kind: np.ndarray, code: np.ndarray) -> np.ndarray:
        """Key of a street by commune, kind and name with articles; -1 where the name is unknown."""
        key = (commune.astype(np.int64) * len(KIND_NAMES) + kind) * (len(self.codes) + 1) + code
        return np.where(code < 0, -1, key)

    def text_key(self, commune: np.ndarray, code: np.ndarray) -> np.ndarray:
        """Key of a text by commune; -1 where the text is unknown."""
        return np.where(code < 0, -1, commune.astype(np.int64) * (len(self.codes) + 1) + code)


def ban_reading(name: str) -> Reading:
    """Reading of a street name of the base, whose kind is never glued.

    >>> ban_reading("AllÃ©e de l'Orme").kind, ban_reading("Le Bourg").kind
    ('ALLEE', '')
    """
    text = plain(name)
    first, _, rest = text.replace("ROND-POINT", "RONDPOINT").replace("ROND POINT", "RONDPOINT").partition(" ")
    kind = KINDS.get(first.strip(".,"), "")
    name_words = words(rest) if kind else ()
    full = name_words or words(text)
    return Reading(kind if name_words else "", full, core(full))


def build(names: pd.Series, communes: np.ndarray, short_names: pd.Series | None) -> tuple[Streets, np.ndarray]:
    """Index the streets of the base.

    Parameters
    ----------
    names : Series of str
        `nom_voie` of each row of the base.
    communes : ndarray of int
        Code of the commune of each row.
    short_names : Series of str, optional
        `nom_afnor` of each row: another text of the same street.

    Returns
    -------
    Streets
        The index.
    ndarray of int
        Street of each row, -1 without a name.
    """
    name_codes, name_values = pd.factorize(names)
    short_codes, short_values = (name_codes, name_values) if short_names is None else pd.factorize(short_names)
    read = [ban_reading(name) for name in name_values]
    full_codes, full_values = pd.factorize(
        np.array([f"{one.kind}|{' '.join(one.full)}" for one in read] or [""], dtype=object)
    )
    spelt = name_codes >= 0
    same = np.where(spelt, full_codes[name_codes] if len(read) else -1, -1)
    width = max(len(full_values), 1)
    key = np.where(spelt & (communes >= 0), communes.astype(np.int64) * width + same, -1)
    row_street, street_keys = pd.factorize(np.where(key < 0, np.iinfo(np.int64).max, key), sort=True)
    if len(street_keys) and street_keys[-1] == np.iinfo(np.int64).max:
        row_street = np.where(row_street == len(street_keys) - 1, -1, row_street)
        street_keys = street_keys[:-1]
    kept = np.flatnonzero(row_street >= 0)
    name_ranks, short_ranks = _ranks(name_values), _ranks(short_values)
    spelling = name_ranks[name_codes[kept]] * len(short_ranks) + short_ranks[short_codes[kept]]
    best = pd.Series(spelling).groupby(row_street[kept]).min().to_numpy(dtype=np.int64)
    first_name = np.argsort(name_ranks)[best // len(short_ranks)]
    first_short = np.argsort(short_ranks)[best % len(short_ranks)]
    shown = np.array([" ".join(repair(name).split()) for name in name_values] or [""], dtype=object)
    index = _index(
        shown[first_name] if len(first_name) else shown[:0],
        (street_keys // width).astype(np.int32),
        [read[code] for code in first_name],
        [str(short_values[code]) if code < len(short_values) else "" for code in first_short],
    )
    return index, row_street


def _ranks(values: np.ndarray | pd.Index) -> np.ndarray:
    """Preference among spellings: the longest first, then in alphabetical order; one more rank for a missing one."""
    texts = list(values)
    out = np.full(len(texts) + 1, len(texts), dtype=np.int64)
    out[sorted(range(len(texts)), key=lambda place: (-len(texts[place]), texts[place]))] = np.arange(len(texts))
    return out


def _index(shown: np.ndarray, commune: np.ndarray, read: list[Reading], short: list[str]) -> Streets:
    codes: dict[str, int] = {}
    entry_of: dict[tuple[Reading, str], int] = {}
    entries = np.array(
        [entry_of.setdefault(pair, len(entry_of)) for pair in zip(read, short, strict=True)], dtype=np.int64
    )
    known = [_texts(one, alias) for one, alias in entry_of]
    sizes = np.array([len(texts) for texts in known], dtype=np.int64)
    flat = [variant for texts in known for variant in texts]
    starts = np.cumsum(sizes) - sizes
    street_array = np.repeat(np.arange(len(read)), sizes[entries])
    counts = sizes[entries]
    place = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts - starts[entries], counts)
    text, article = (np.array([one[column] for one in flat], dtype=object) for column in (0, 3))
    kind, liberties = (np.array([one[column] for one in flat], dtype=np.int64) for column in (1, 2))
    code = np.array([codes.setdefault(one, len(codes)) for one in text], dtype=np.int64)[place]
    whole = [" ".join(one.full) for one, _ in entry_of]
    full = np.array([codes.setdefault("=" + one, len(codes)) for one in whole], dtype=np.int64)[entries]
    kinds = np.array([KIND_CODES[one.kind] for one, _ in entry_of], dtype=np.int64)[entries]
    full_keys = (commune.astype(np.int64) * len(KIND_NAMES) + kinds) * (len(codes) + 1) + full
    text_keys = commune[street_array].astype(np.int64) * (len(codes) + 1) + code
    by_full, by_text = np.argsort(full_keys, kind="stable"), np.argsort(text_keys, kind="stable")
    last = int(commune.max()) + 2 if len(commune) else 1
    whole_names = np.array(whole, dtype=object)[entries]
    plain_names = np.array([" ".join(one.core) for one, _ in entry_of], dtype=object)
    return Streets(
        names=shown,
        commune=commune,
        kind=kinds,
        plain=plain_names[entries],
        full=whole_names,
        full_keys=full_keys[by_full],
        full_streets=by_full,
        codes=codes,
        text=text[place],
        text_street=street_array,
        text_kind=kind[place],
        text_liberties=liberties[place],
        text_article=article[place],
        text_keys=text_keys[by_text],
        text_order=by_text,
        commune_start=np.searchsorted(commune[street_array], np.arange(last + 1)),
    )


def _texts(one: Reading, alias: str) -> list[Variant]:
    """Texts of one street, each once, the least free first; the short name of the base is one of them."""
    texts: dict[str, Variant] = {}
    for variant in sorted(of_street(one), key=lambda variant: (variant.kind != PLAIN, variant.liberties)):
        texts.setdefault(variant.text, variant)
    if alias:
        other = " ".join(ban_reading(alias).core)
        texts.setdefault(other, Variant(other, PLAIN, 0, texts[next(iter(texts))].article))
    return list(texts.values())
