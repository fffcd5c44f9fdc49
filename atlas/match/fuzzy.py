"""Street names cut short or misspelt, searched inside one commune.

Grain in: requests (a pair, a commune, a reading). Grain out: (pair, street, score) candidates, some below the
threshold so that the nearest name can be told. Uses rapidfuzz on the unique names of a commune.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import NamedTuple

import numpy as np

from atlas.later import OSA, fuzz, process
from atlas.match.parse import Reading
from atlas.match.rules import MatchRules
from atlas.match.streets import APART, CLOSE, KIND_DISTANCES, SAME, UNWRITTEN, Streets
from atlas.match.variants import BARE, PLAIN, UNTITLED, parts
from atlas.match.words import GIVEN_NAMES, QUALIFIERS, RANKS

CELLS = 4_000_000
"""Cells of a resemblance matrix held at once (memory, not a rule)."""

_DOUBLED = re.compile(r"(.)\1+")

Candidates = tuple[np.ndarray, np.ndarray, np.ndarray]


class Request(NamedTuple):
    """One reading of one pair, to be found in one commune."""

    pair: int
    commune: int
    kind: int
    reading: Reading


def _arrays(rows: list[tuple[int, int, float]]) -> Candidates:
    pair, street, score = map(list, zip(*rows, strict=True)) if rows else ([], [], [])
    return np.array(pair, dtype=np.int64), np.array(street, dtype=np.int64), np.array(score, dtype=float)


def _heavy(word: str) -> bool:
    return len(word) > 3 and not (word in GIVEN_NAMES or word in RANKS or word in QUALIFIERS or word.isdigit())


def cut_short(requests: list[Request], streets: Streets, rules: MatchRules) -> Candidates:
    """Streets whose name goes on after the words asked for ("DE LATTRE DE TAS").

    At least two words are asked for, one of them a full word that names something, or the cut word is long enough
    (`typo_length`) to be told apart; what is missing is never only *nord*, *haut* or *prolongée*.
    """
    chosen = np.flatnonzero(np.isin(streets.text_kind, (PLAIN, UNTITLED)))
    where = streets.commune[streets.text_street[chosen]]
    entries = sorted(zip(where.tolist(), streets.text[chosen].tolist(), chosen.tolist(), strict=True))
    out = []
    for pair, commune, kind, one in requests:
        names = one.core
        asked = " ".join(names)
        if len(names) < 2 or len(asked) <= rules.typo_length:
            continue
        place = bisect_left(entries, (commune, asked, -1))
        while place < len(entries) and entries[place][0] == commune and entries[place][1].startswith(asked):
            text, known = entries[place][1], entries[place][2]
            place += 1
            rest = text[len(asked) :]
            street = streets.text_street[known]
            whole = rest[:1] == " "
            if not rest or KIND_DISTANCES[kind, streets.kind[street]] not in (SAME, UNWRITTEN):
                continue
            if whole and all(word in QUALIFIERS for word in rest.split()):
                continue
            if any(map(_heavy, names if whole else names[:-1])) or (not whole and len(names[-1]) >= rules.typo_length):
                liberties = (
                    3 + streets.text_liberties[known] + 2 * (KIND_DISTANCES[kind, streets.kind[street]] == UNWRITTEN)
                )
                out.append((pair, int(street), 100.0 - rules.name_penalty * float(liberties)))
    return _arrays(out)


def misspelt_streets(requests: list[Request], streets: Streets, rules: MatchRules) -> Candidates:
    """Streets that resemble the words asked for, commune by commune (`rapidfuzz.process.cdist`)."""
    by_commune: dict[int, list[tuple[Request, str, str, int]]] = {}
    for request in requests:
        cut = parts(request.reading)
        names = tuple(name for name in request.reading.core if not name.islower())
        if not names:
            continue
        fewer = int(len(names) < len(request.reading.core))
        by_commune.setdefault(request.commune, []).append((request, " ".join(names), cut.article, fewer))
    usable = np.isin(streets.text_kind, (PLAIN, UNTITLED, BARE))
    out: list[tuple[int, int, float]] = []
    for commune, asked in by_commune.items():
        if commune + 1 >= len(streets.commune_start):
            continue
        rows = np.arange(streets.commune_start[commune], streets.commune_start[commune + 1])
        rows = rows[usable[rows]]
        step = max(1, CELLS // max(len(rows), 1))
        for start in range(0, len(asked) if len(rows) else 0, step):
            out += _resemblances(asked[start : start + step], rows, streets, rules)
    return _arrays(out)


def _digits(text: str) -> str:
    return " ".join(word for word in text.split() if word[0].isdigit())


def _resemblances(
    asked: list[tuple[Request, str, str, int]], rows: np.ndarray, streets: Streets, rules: MatchRules
) -> list[tuple[int, int, float]]:
    """The two best streets of one commune for each request, verified word by word."""
    texts = streets.text[rows].tolist()
    floor = rules.street_score - rules.type_penalty - rules.name_penalty
    matrix = process.cdist(
        [text for _, text, _, _ in asked], texts, scorer=fuzz.ratio, score_cutoff=floor, dtype=np.float32
    )
    lines = np.flatnonzero(matrix.max(axis=1) > 0)
    if not len(lines):
        return []
    asked, matrix = [asked[n] for n in lines], matrix[lines]
    street = streets.text_street[rows]
    distance = KIND_DISTANCES[np.array([request.kind for request, *_ in asked])[:, None], streets.kind[street][None, :]]
    matrix -= rules.name_penalty * (streets.text_liberties[rows][None, :] + 2 * (distance == UNWRITTEN))
    matrix -= rules.type_penalty * (distance == CLOSE) + 100 * (distance == APART)
    articles = np.array([article for *_, article, _ in asked], dtype=object)
    bare = streets.text_kind[rows] == BARE
    partial = bare | (streets.text_kind[rows] == UNTITLED)
    if partial.any():
        theirs = streets.text_article[rows[partial]]
        clash = (articles[:, None] != "") & (articles[:, None] != theirs[None, :])
        matrix[:, partial] -= 100 * clash.astype(np.float32)
    mine = np.array([_digits(text) for _, text, _, _ in asked], dtype=object)
    matrix[mine[:, None] != np.array([_digits(text) for text in texts], dtype=object)[None, :]] -= 100
    out = []
    lines = np.arange(len(asked))
    for _ in range(2):
        best = matrix.argmax(axis=1)
        for line, column, score in zip(lines.tolist(), best.tolist(), matrix[lines, best].tolist(), strict=True):
            if score <= 0:
                continue
            request, text, _, initials = asked[line]
            fewer = int(initials and not bare[column])
            whole = streets.plain[street[column]]
            if score < rules.street_score and _one_slip(request, int(street[column]), streets, rules):
                score = rules.street_score + rules.name_penalty * fewer
            if score >= rules.street_score and not _faces(text, texts[column], whole, request.reading, rules):
                score = min(score, rules.street_score - 0.1)
            out.append((request.pair, int(street[column]), score - rules.name_penalty * fewer))
        matrix[street[best][:, None] == street[None, :]] = 0
    return out


def _harmless(asked: str, known: str) -> bool:
    """Whether two words differ by two letters swapped or one letter doubled, which hardly makes another name.

    >>> _harmless("MEUAX", "MEAUX"), _harmless("PAIXX", "PAIX"), _harmless("PORT", "PONT")
    (True, True, False)
    """
    if OSA.distance(asked, known, score_cutoff=1) != 1:
        return False
    return sorted(asked) == sorted(known) or _DOUBLED.sub(r"\1", asked) == _DOUBLED.sub(r"\1", known)


def _one_slip(request: Request, street: int, streets: Streets, rules: MatchRules) -> bool:
    """Whether the very words, articles included, differ by one letter typed wrong, missing, added or swapped with the
    next."""
    asked, known = " ".join(request.reading.full), streets.full[street]
    if streets.kind[street] != request.kind or OSA.distance(asked, known, score_cutoff=1) != 1:
        return False
    return sum(map(len, request.reading.core)) >= rules.typo_length or _harmless(asked, known)


def _faces(asked: str, known: str, whole: str, one: Reading, rules: MatchRules) -> bool:
    """Whether each word of a misspelt name faces a word of the known one.

    A long name in common must not hide that one short word differs (*basse* for *haute*), and another given name is
    another person (*Louis* for *Louise*), not a slip.
    """
    initial = next((name for name in one.core if name.islower()), "")
    if initial and whole != known and not any(word[0].lower() == initial for word in whole.removesuffix(known).split()):
        return False
    if len(asked.replace(" ", "")) < rules.typo_length:
        return _harmless(asked, known)
    mine, theirs = asked.split(), known.split()
    if len(mine) != len(theirs):
        return fuzz.ratio(asked.replace(" ", ""), known.replace(" ", "")) >= rules.sure_score
    for a, b in zip(mine, theirs, strict=True):
        if a == b:
            continue
        short = min(len(a), len(b)) < rules.typo_length
        if (a in GIVEN_NAMES and b in GIVEN_NAMES) or (short and (a in QUALIFIERS or b in QUALIFIERS)):
            return False
        if (b in GIVEN_NAMES and len(mine) > 1) or _harmless(a, b):
            continue
        if fuzz.ratio(a, b) < rules.word_score or (short and len(a) == len(b) and len(mine) > 1):
            return False
    return True
