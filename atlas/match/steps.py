"""The steps of the search: exact, with known liberties, cut short, misspelt, before a complement.

Grain in: pairs repeated over the communes where each is searched. Grain out: hits, streets of the base that may
answer a pair, with their score. Nothing is set aside.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from atlas.match.fuzzy import Request, cut_short, misspelt_streets
from atlas.match.joins import Hits, spans
from atlas.match.parse import Reading
from atlas.match.rules import MatchRules
from atlas.match.streets import APART, CLOSE, KIND_CODES, KIND_DISTANCES, UNWRITTEN, Streets
from atlas.match.variants import BARE, MEETS, UNTITLED, Variant, articles_agree, of_request, without_complement

EXACT, LIBERTY, OTHER_KIND, NO_KIND, SHORT, SPELLING, ELSEWHERE = range(7)


def exact(
    pair: np.ndarray, commune: np.ndarray, pair_text: np.ndarray, read: list[tuple[Reading, ...]], streets: Streets
) -> Hits:
    """Streets that bear the very kind and name of the first reading that has one."""
    used = np.unique(pair_text[pair])
    rows = [
        (text, rank, KIND_CODES[one.kind], streets.codes.get("=" + " ".join(one.full), -1))
        for text in used.tolist()
        for rank, one in enumerate(read[text])
    ]
    owner, rank, kind, code = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    which, place = spans(owner, pair_text[pair])
    key = streets.full_key(commune[which], kind[place], code[place])
    position = np.searchsorted(streets.full_keys, key)
    hit = np.flatnonzero((key >= 0) & (streets.full_keys[np.minimum(position, len(streets.full_keys) - 1)] == key)) \
        if len(streets.full_keys) else np.array([], dtype=np.int64)  # fmt: skip
    of, order, street = pair[which[hit]], rank[place[hit]], streets.full_streets[position[hit]]
    first = np.full(int(pair.max()) + 1 if len(pair) else 0, np.iinfo(np.int64).max)
    np.minimum.at(first, of, order)
    kept = order == first[of]
    count = int(kept.sum())
    return Hits(of[kept], street[kept], np.full(count, 100.0), np.full(count, EXACT, dtype=np.int8))


def complement(
    pair: np.ndarray,
    commune: np.ndarray,
    pair_text: np.ndarray,
    read: list[tuple[Reading, ...]],
    streets: Streets,
    rules: MatchRules,
) -> Hits:
    """Streets that the address names before a complement that the base does not know."""
    return _shared_texts(pair, commune, pair_text, read, streets, rules, without_complement)


def liberties(
    pair: np.ndarray,
    commune: np.ndarray,
    pair_text: np.ndarray,
    read: list[tuple[Reading, ...]],
    streets: Streets,
    rules: MatchRules,
) -> Hits:
    """Streets that meet the address under a text that both may take."""
    return _shared_texts(pair, commune, pair_text, read, streets, rules, of_request)


def _shared_texts(
    pair: np.ndarray,
    commune: np.ndarray,
    pair_text: np.ndarray,
    read: list[tuple[Reading, ...]],
    streets: Streets,
    rules: MatchRules,
    variants: Callable[[Reading], list[Variant]],
) -> Hits:
    used = np.unique(pair_text[pair])
    rows: list[tuple[int, int, int, int, int]] = []
    asked: list[Variant] = []
    for wanted in used.tolist():
        for one in read[wanted]:
            for variant in variants(one):
                text_code = streets.codes.get(variant.text, -1)
                if text_code >= 0:
                    rows.append((wanted, KIND_CODES[one.kind], text_code, variant.kind, variant.liberties))
                    asked.append(variant)
    table = np.array(rows, dtype=np.int64).reshape(-1, 5)
    owner, kind, code, form, cost = (table[:, column] for column in range(5))
    which, place = spans(owner, pair_text[pair])
    meeting, position = spans(streets.text_keys, streets.text_key(commune[which], code[place]))
    of, ask, known = pair[which[meeting]], place[meeting], streets.text_order[position]
    street = streets.text_street[known]
    distance = KIND_DISTANCES[kind[ask], streets.kind[street]]
    fits = MEETS[form[ask], streets.text_kind[known]]
    less = np.isin(form[ask], (BARE, UNTITLED)) | np.isin(streets.text_kind[known], (BARE, UNTITLED))
    alone = np.flatnonzero(fits & less)
    for n in alone.tolist():
        mine, theirs = asked[ask[n]], streets.text_article[known[n]]
        fits[n] = articles_agree(mine.article, theirs, mine.kind in (BARE, UNTITLED))
    taken = cost[ask] + streets.text_liberties[known] + 2 * (distance == UNWRITTEN)
    score = 100.0 - rules.name_penalty * taken - rules.type_penalty * (distance == CLOSE)
    score = np.where(distance == APART, np.minimum(score, rules.street_score - 1.0), score)
    how = np.where(distance == CLOSE, OTHER_KIND, np.where(distance == UNWRITTEN, NO_KIND, LIBERTY)).astype(np.int8)
    return Hits(of[fits], street[fits], score[fits], how[fits])


def _requests(
    pair: np.ndarray, commune: np.ndarray, pair_text: np.ndarray, read: list[tuple[Reading, ...]]
) -> list[Request]:
    """Readings of each pair in each commune; the text as it is only when it begins with no kind, glued or not."""
    return [
        Request(of, where, KIND_CODES[one.kind], one)
        for of, where, text in zip(pair.tolist(), commune.tolist(), pair_text[pair].tolist(), strict=True)
        for one in read[text]
        if one.kind or not read[text][0].kind
    ]


def short(
    pair: np.ndarray,
    commune: np.ndarray,
    pair_text: np.ndarray,
    read: list[tuple[Reading, ...]],
    streets: Streets,
    rules: MatchRules,
) -> Hits:
    """Streets of which the address gives the beginning only."""
    of, street, score = cut_short(_requests(pair, commune, pair_text, read), streets, rules)
    return Hits(of, street, score, np.full(len(of), SHORT, dtype=np.int8))


def misspelt(
    pair: np.ndarray,
    commune: np.ndarray,
    pair_text: np.ndarray,
    read: list[tuple[Reading, ...]],
    streets: Streets,
    rules: MatchRules,
) -> Hits:
    """Streets that resemble the address."""
    of, street, score = misspelt_streets(_requests(pair, commune, pair_text, read), streets, rules)
    return Hits(of, street, score, np.full(len(of), SPELLING, dtype=np.int8))
