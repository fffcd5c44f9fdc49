"""Which street of the base an address means: exactly, with known liberties, cut short, or misspelt; or two, or none.

Grain in: unique pairs (place to search, street text). Grain out: for each pair, one street, several that nothing
separates, or none with the nearest name. Each step takes only the pairs that the former left, so that the likeliest
answer costs least.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from atlas.match.communes import Place
from atlas.match.fuzzy import Request, cut_short, misspelt
from atlas.match.parse import Reading, first_reading, has_one_reading, readings
from atlas.match.rules import MatchRules
from atlas.match.streets import APART, CLOSE, KIND_CODES, KIND_DISTANCES, UNWRITTEN, Streets
from atlas.match.variants import BARE, MEETS, UNTITLED, Variant, articles_agree, of_request, without_complement

ABSENT, FOUND, AMBIGUOUS = range(3)
EXACT, LIBERTY, OTHER_KIND, NO_KIND, SHORT, SPELLING, ELSEWHERE = range(7)


@dataclass
class Answers:
    """One answer per pair, and the streets that tie inside one city cut into arrondissements."""

    state: np.ndarray
    street: np.ndarray
    score: np.ndarray
    how: np.ndarray
    rival: np.ndarray
    tied: list[tuple[int, int]]

    @classmethod
    def empty(cls, count: int) -> Answers:
        """No answer yet."""
        return cls(
            np.zeros(count, dtype=np.int8), np.full(count, -1), np.zeros(count), np.zeros(count, dtype=np.int8),
            np.full(count, -1), [],
        )  # fmt: skip


@dataclass
class Hits:
    """Streets that may answer pairs, with their scores."""

    pair: np.ndarray
    street: np.ndarray
    score: np.ndarray
    how: np.ndarray


def spans(sorted_keys: np.ndarray, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Each key with each of its places in a sorted array: (index of the key, place).

    >>> [one.tolist() for one in spans(np.array([1, 3, 3, 8]), np.array([3, 5, 8]))]
    [[0, 0, 2], [1, 2, 3]]
    """
    low, high = np.searchsorted(sorted_keys, keys), np.searchsorted(sorted_keys, keys, side="right")
    counts = high - low
    which = np.repeat(np.arange(len(keys)), counts)
    return which, np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts - low, counts)


def explode(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Repeat each index as often as asked, with its rank: (index, rank)."""
    which = np.repeat(np.arange(len(counts)), counts)
    return which, np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)


def search(
    pair_place: np.ndarray,
    pair_text: np.ndarray,
    places: list[Place],
    texts: list[str],
    streets: Streets,
    rules: MatchRules,
) -> Answers:
    """Find the street of each pair.

    Parameters
    ----------
    pair_place, pair_text : ndarray of int
        Index, for each pair, into `places` and `texts`.
    places : list of Place
        Where to search.
    texts : list of str
        Plain street texts.
    streets : Streets
        The base.
    rules : MatchRules
        What to accept.

    Returns
    -------
    Answers
        One answer per pair.
    """
    answers = Answers.empty(len(pair_place))
    scopes = [place.communes for place in places]
    likeliest = [first_reading(text) for text in texts]
    read: list[tuple[Reading, ...]] = [(one,) if one else () for one in likeliest]
    left = np.arange(len(pair_place))
    for attempt in range(2):
        pair, commune = _scopes(left, pair_place, scopes)
        _settle(answers, _exact(pair, commune, pair_text, read, streets), places, pair_place, 0.0)
        if attempt == 0:
            again = np.zeros(len(texts), dtype=bool)
            for text in np.unique(pair_text[answers.state == ABSENT]).tolist():
                if not (likeliest[text] and has_one_reading(texts[text])):
                    read[text], again[text] = readings(texts[text]), True
            left = np.flatnonzero((answers.state == ABSENT) & again[pair_text])
    for step in (_liberties, _short, _misspelt, _complement):
        left = np.flatnonzero(answers.state == ABSENT)
        pair, commune = _scopes(left, pair_place, scopes)
        hits = step(pair, commune, pair_text, read, streets, rules)
        near = hits.score < rules.street_score
        if step is _complement:
            near |= (answers.rival[hits.pair] >= 0) & (answers.rival[hits.pair] != hits.street)
        _suggest(answers, hits, near)
        kept = Hits(*(part[~near] for part in (hits.pair, hits.street, hits.score, hits.how)))
        _settle(answers, kept, places, pair_place, rules.street_gap)
    left = np.flatnonzero(answers.state == ABSENT)
    pair, commune = _scopes(left, pair_place, [place.others for place in places])
    other = _exact(pair, commune, pair_text, read, streets)
    other.how[:] = ELSEWHERE
    _settle(answers, other, places, pair_place, rules.street_gap)
    return answers


def _scopes(pairs: np.ndarray, pair_place: np.ndarray, scopes: list[tuple[int, ...]]) -> tuple[np.ndarray, np.ndarray]:
    """Pairs repeated over the communes where each is searched."""
    sizes = np.array([len(scope) for scope in scopes], dtype=np.int64)
    flat = np.array([commune for scope in scopes for commune in scope], dtype=np.int64)
    starts = np.cumsum(sizes) - sizes
    place = pair_place[pairs]
    which, rank = explode(sizes[place])
    return pairs[which], flat[starts[place][which] + rank]


def _exact(
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


def _complement(
    pair: np.ndarray,
    commune: np.ndarray,
    pair_text: np.ndarray,
    read: list[tuple[Reading, ...]],
    streets: Streets,
    rules: MatchRules,
) -> Hits:
    """Streets that the address names before a complement that the base does not know."""
    return _shared_texts(pair, commune, pair_text, read, streets, rules, without_complement)


def _liberties(
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
    liberties = cost[ask] + streets.text_liberties[known] + (distance == UNWRITTEN)
    score = 100.0 - rules.name_penalty * liberties - rules.type_penalty * (distance == CLOSE)
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


def _short(
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


def _misspelt(
    pair: np.ndarray,
    commune: np.ndarray,
    pair_text: np.ndarray,
    read: list[tuple[Reading, ...]],
    streets: Streets,
    rules: MatchRules,
) -> Hits:
    """Streets that resemble the address."""
    of, street, score = misspelt(_requests(pair, commune, pair_text, read), streets, rules)
    return Hits(of, street, score, np.full(len(of), SPELLING, dtype=np.int8))


def _suggest(answers: Answers, hits: Hits, near: np.ndarray) -> None:
    """Keep the nearest name below the threshold, to tell the reader."""
    order = np.flatnonzero(near)[np.argsort(hits.score[near], kind="stable")]
    answers.rival[hits.pair[order]] = hits.street[order]
    answers.score[hits.pair[order]] = np.maximum(hits.score[order], 0.0)


def _settle(answers: Answers, hits: Hits, places: list[Place], pair_place: np.ndarray, gap: float) -> None:
    """Take, for each pair, the best street when it leads by the gap; otherwise the pair is ambiguous."""
    if not len(hits.pair):
        return
    order = np.lexsort((hits.street, -hits.score, hits.pair))
    pair, street, score, how = (part[order] for part in (hits.pair, hits.street, hits.score, hits.how))
    new = np.r_[True, pair[1:] != pair[:-1]]
    group = np.cumsum(new) - 1
    best_street, best_score = street[new], score[new]
    rival = (street != best_street[group]) & (score > best_score[group] - max(gap, 1e-9))
    contested = np.zeros(int(group[-1]) + 1, dtype=bool)
    contested[group[rival]] = True
    of = pair[new]
    answers.state[of] = np.where(contested, AMBIGUOUS, FOUND)
    answers.street[of], answers.score[of], answers.how[of] = best_street, best_score, how[new]
    answers.rival[of] = -1
    rivals = np.flatnonzero(rival)[::-1]
    answers.rival[pair[rivals]] = street[rivals]
    for n in np.flatnonzero((contested[group]) & (score >= best_score[group])).tolist():
        if places[pair_place[pair[n]]].one_city and len(places[pair_place[pair[n]]].communes) > 1:
            answers.tied.append((int(pair[n]), int(street[n])))
