"""Which street of the base an address means: exactly, with known liberties, cut short, or misspelt; or two, or none.

Grain in: unique pairs (place to search, street text). Grain out: for each pair, one street, several that nothing
separates, or none with the nearest name. Each step takes only the pairs that the former left, so that the likeliest
answer costs least.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atlas.match.communes import Place
from atlas.match.joins import Hits, explode
from atlas.match.parse import Reading, first_reading, has_one_reading, readings
from atlas.match.rules import MatchRules
from atlas.match.steps import ELSEWHERE, complement, exact, liberties, misspelt, short
from atlas.match.streets import Streets

ABSENT, FOUND, AMBIGUOUS = range(3)


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


def search(
    pair_place: np.ndarray,
    pair_text: np.ndarray,
    places: list[Place],
    texts: list[str],
    streets: Streets,
    towns: list[tuple[str, ...]],
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
    towns : list of tuple of str
        Plain names of each commune of the base.
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
        _settle(answers, exact(pair, commune, pair_text, read, streets), places, pair_place, 0.0)
        if attempt == 0:
            left = np.flatnonzero(answers.state == ABSENT)
            around = _towns_around(left, pair_place, pair_text, places, texts, towns)
            again = np.zeros(len(texts), dtype=bool)
            for text in np.unique(pair_text[left]).tolist():
                if not (likeliest[text] and has_one_reading(texts[text])) or text in around:
                    read[text], again[text] = readings(texts[text], around.get(text, frozenset())), True
            left = left[again[pair_text[left]]]
    for step in (liberties, short, misspelt, complement):
        left = np.flatnonzero(answers.state == ABSENT)
        pair, commune = _scopes(left, pair_place, scopes)
        hits = step(pair, commune, pair_text, read, streets, rules)
        near = hits.score < rules.street_score
        if step is complement:
            near |= (answers.rival[hits.pair] >= 0) & (answers.rival[hits.pair] != hits.street)
        _suggest(answers, hits, near)
        kept = Hits(*(part[~near] for part in (hits.pair, hits.street, hits.score, hits.how)))
        _settle(answers, kept, places, pair_place, rules.street_gap)
    left = np.flatnonzero(answers.state == ABSENT)
    pair, commune = _scopes(left, pair_place, [place.others for place in places])
    other = exact(pair, commune, pair_text, read, streets)
    other.how[:] = ELSEWHERE
    _settle(answers, other, places, pair_place, rules.street_gap)
    return answers


def _towns_around(
    left: np.ndarray,
    pair_place: np.ndarray,
    pair_text: np.ndarray,
    places: list[Place],
    texts: list[str],
    towns: list[tuple[str, ...]],
) -> dict[int, frozenset[str]]:
    """Communes that each text ends with, among those where it is searched."""
    out: dict[int, frozenset[str]] = {}
    for place, text in zip(pair_place[left].tolist(), pair_text[left].tolist(), strict=True):
        for commune in places[place].communes:
            ends = {town for town in towns[commune] if town and texts[text].endswith(town)}
            if ends:
                out[text] = out.get(text, frozenset()) | ends
    return out


def _scopes(pairs: np.ndarray, pair_place: np.ndarray, scopes: list[tuple[int, ...]]) -> tuple[np.ndarray, np.ndarray]:
    """Pairs repeated over the communes where each is searched."""
    sizes = np.array([len(scope) for scope in scopes], dtype=np.int64)
    flat = np.array([commune for scope in scopes for commune in scope], dtype=np.int64)
    starts = np.cumsum(sizes) - sizes
    place = pair_place[pairs]
    which, rank = explode(sizes[place])
    return pairs[which], flat[starts[place][which] + rank]


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
