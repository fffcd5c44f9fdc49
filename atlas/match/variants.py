"""The liberties people take with a street name: titles dropped, given names initialised or dropped, words glued or
swapped.

Grain in: one reading of a street. Grain out: the texts under which that street may be written, each with its kind and
the number of liberties it costs. A street of the base and an address asked for meet when they share a text in a pair
of kinds that `MEETS` allows: a given name is dropped on one side only, so that *rue Marie Curie* never meets *rue
Pierre Curie*.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from atlas.later import OSA
from atlas.match.parse import Reading
from atlas.match.words import ARTICLES, GIVEN_NAMES, QUALIFIERS, RANKS, TITLES

PLAIN, GLUED, SORTED, UNTITLED, INITIALS, BARE, CUT = range(7)
KIND_COUNT = 7

MEETS = np.zeros((KIND_COUNT, KIND_COUNT), dtype=bool)
"""MEETS[kind asked for, kind in the base]."""
MEETS[PLAIN, :CUT] = True
MEETS[GLUED, GLUED] = MEETS[SORTED, SORTED] = True
MEETS[UNTITLED, [PLAIN, INITIALS]] = True
MEETS[[INITIALS, BARE, CUT], PLAIN] = True


class Variant(NamedTuple):
    """A text, its kind, the liberties taken, the article that stood before its first word."""

    text: str
    kind: int
    liberties: int
    article: str


class Parts(NamedTuple):
    """Ranks, given names and the rest of a name, the articles before the whole and before the rest.

    `sure` is false when the given name is only a guess: words without an article, the first of which is not listed.
    """

    ranks: tuple[str, ...]
    given: tuple[str, ...]
    rest: tuple[str, ...]
    article: str
    rest_article: str
    sure: bool = True


def parts(one: Reading) -> Parts:
    """Cut a name into ranks, given names and surname.

    >>> parts(Reading("AVENUE", ("DU", "MARECHAL", "DE", "LATTRE"), ("MARECHAL", "LATTRE")))
    Parts(ranks=('MARECHAL',), given=(), rest=('LATTRE',), article='DU', rest_article='DE', sure=True)
    """
    names, last = one.core, len(one.core) - 1
    end = 0
    while end < last and names[end] in RANKS:
        end += 1
    start = end
    while end < last and (names[end] in GIVEN_NAMES or names[end].islower()):
        end += 1
    article = _articles_before(one.full, names[0])
    if end == 0 and 0 < last < 3 and one.full == names and not any(map(_not_a_name, names)):
        return Parts((), names[:1], names[1:], "", "", sure=False)
    rest_article = article if end == 0 else _articles_before(one.full, names[end])
    return Parts(names[:start], names[start:end], names[end:], article, rest_article)


def _not_a_name(word: str) -> bool:
    return not word.isalpha() or len(word) < 3 or word in QUALIFIERS or word in TITLES


def _articles_before(full: tuple[str, ...], word: str) -> str:
    place = full.index(word)
    start = place
    while start and full[start - 1] in ARTICLES:
        start -= 1
    return " ".join(full[start:place])


def _solid(names: tuple[str, ...]) -> bool:
    """Whether words name something by themselves: neither given names, initials nor qualifiers alone."""
    return any(
        len(name) > 2 and name not in GIVEN_NAMES and name not in QUALIFIERS and name not in RANKS for name in names
    )


def _common(one: Reading, cut: Parts, known: bool) -> list[Variant]:
    """Variants that both sides take; `known` for a street of the base."""
    names = one.core
    out = [Variant(" ".join(names), PLAIN, 0, cut.article)]
    glued = "".join(names)
    if len(glued) > 5:
        out.append(Variant("~" + glued, GLUED, 1, cut.article))
    if len(names) > 1:
        out.append(Variant("^" + " ".join(sorted(names)), SORTED, 1, cut.article))
    if cut.ranks and (_solid(cut.rest) or (known and len(cut.rest[-1]) > 3)):
        out.append(Variant(" ".join(cut.given + cut.rest), UNTITLED, 1, cut.rest_article))
    if cut.given:
        rest = " ".join(cut.rest)
        initials = tuple(name[0].lower() for name in cut.given)
        out.append(Variant(f"{' '.join(initials)} {rest}", INITIALS, 1, ""))
        if cut.sure and (_solid(cut.rest) or len(cut.rest[-1]) > 3):
            out.append(Variant(rest, BARE, 2 if cut.given[0].isupper() else 5, cut.rest_article))
    return out


def _like_an_article(word: str) -> bool:
    """Whether a short word is one slip away from an article ("LAA", "DSE").

    >>> _like_an_article("LAA"), _like_an_article("DSE"), _like_an_article("BEL")
    (True, True, False)
    """
    return 1 < len(word) < 5 and any(OSA.distance(word, article) == 1 for article in ("DE", "DU", "DES", "LA", "LES"))


def of_street(one: Reading) -> list[Variant]:
    """Texts under which a street of the base may be asked for."""
    cut = parts(one)
    out = _common(one, cut, known=True)
    if not cut.sure and len(cut.rest) == 1:
        out.append(Variant(cut.rest[0], BARE, 3, ""))
    if len(cut.given) > 1:
        rest = " ".join(cut.rest)
        first, second = cut.given[0], cut.given[1]
        out += [
            Variant(f"{name} {rest}", INITIALS, 2, "") for name in (first, second, first[0].lower(), second[0].lower())
        ]
        out.append(Variant(f"{first} {second[0].lower()} {rest}", INITIALS, 1, ""))
        out.append(Variant(f"{first[0].upper()}{second[0].upper()} {rest}", INITIALS, 1, ""))
    return out


def of_request(one: Reading) -> list[Variant]:
    """Texts under which the street asked for may stand in the base."""
    cut = parts(one)
    out = _common(one, cut, known=False)
    for start in range(len(one.core) - 1):
        if not _like_an_article(one.core[start]):
            break
        out.append(Variant(" ".join(one.core[start + 1 :]), PLAIN, 1, "DE"))
    return out


def without_complement(one: Reading) -> list[Variant]:
    """Texts of a request without its last word or two, taken for a complement ("GALLIENI LAMARTINE")."""
    cut, out = parts(one), []
    for dropped in range(1, min(3, len(one.core))):
        kept, tail = one.core[:-dropped], one.core[-dropped:]
        joined = one.full[one.full.index(tail[0]) - 1] in ARTICLES
        if joined or any(word in QUALIFIERS or word.isdigit() for word in tail):
            break
        if not _solid(kept[-1:]) or len(kept[-1]) < 5 or (len(kept) == 1 and cut.article):
            continue
        out.append(Variant(" ".join(kept), CUT, 3, cut.article))
    return out


def articles_agree(asked: str, known: str, dropped_by_request: bool) -> bool:
    """Whether a surname left alone may be the whole name on the other side: *du Moulin* is not *(Jean) Moulin*.

    >>> articles_agree("DU", "", False), articles_agree("", "DE", False), articles_agree("", "DU", True)
    (False, True, False)
    """
    return known in ("", asked) if dropped_by_request else asked in ("", known)
