"""What the headers of a counted table of attributions mean: of which households, of which places, a count or a share.

A header is read word by word; one that holds a word of another subject is none of these columns, and is said unread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from atlas.sources.headers import plain

TESTS = ("q1_hors_qpv", "q2_q4_qpv", "prioritaires")
# Of whom a count is: quartiles of resources, a rehousing for urban renewal, a priority public, nobody knows, everybody.
FIRST, REST, REHOUSED, PRIORITY, UNTOLD, ALL = "1", "2-4", "relogement", "prioritaires", "inconnu", "total"
SINGLE = ("2", "3", "4")
INSIDE, OUTSIDE, NOWHERE, ANYWHERE = "qpv", "hors_qpv", "inconnu", "total"

_YEAR = re.compile(r"(?<![0-9])(20[0-9]{2})(?![0-9])")
# In order: what is taken first is not read again, so that « hors QPV » holds no « QPV ».
_PLACES = (
    (OUTSIDE, r"hors_(?:de_|des_|du_|les_|la_)*(?:qpv|qp|quartiers?(?:_prioritaires?)?)|hqpv|horsqpv"),
    (INSIDE, r"(?:en_|dans_|au_sein_)?(?:les_|des_|un_)*(?:qpv|qp|quartiers?_prioritaires?|quartiers?)"),
)
_NOWHERE = r"(?:(?:localisation|situation|lieu|place|zone|adresse)s?_)?(?:inconnue?s?|indeterminee?s?|non_\w+)"
_GROUPS = (
    (UNTOLD, r"(?:quartiles?|ressources)_(?:inconnue?s?|indetermine\w*|non_\w+)"),
    (
        REST,
        r"(?:hors|autres?|sauf)_(?:quartiles?|q1|1er_quartile|premier_quartile)|superieurs?_au_(?:1er|premier)_quartile"
        r"|(?:quartiles?_)?q?_?2(?:e|eme|nd)?_q?3(?:e|eme)?_(?:et_)?q?4(?:e|eme)?(?:_quartiles?)?|(?:quartiles?_|q)?2_?(?:a|au|et|e)?_?(?:q_?)?4(?:_quartiles?)?|q234"
        r"|(?:3|trois)_(?:autres|derniers)_quartiles?",
    ),
    (FIRST, r"(?:1er|premier|1|i)_quartile|quartile_(?:1|i)|1er_q|q_?1|1er"),
    ("2", r"(?:2e|2eme|2nd|deuxieme|second)_quartile|quartile_2|q_?2"),
    ("3", r"(?:3e|3eme|troisieme)_quartile|quartile_3|q_?3"),
    ("4", r"(?:4e|4eme|quatrieme|dernier)_quartile|quartile_4|q_?4"),
)
_REHOUSED = r"n?pnru|npnru|anru|relog\w*|renouvellement(?:_urbain)?|oru"
_PRIORITY = r"(?:publics?_|menages?_|demandeurs?_)?prioritaires?|dalo"
_SHARE = r"taux|tx|part|parts|pct|pourcentages?|ratio|pc"
_PUBLISHED = r"publiee?s?|affichee?s?|annoncee?s?|atteinte?s?|obtenue?s?|constatee?s?"
_PLAIN = re.compile(
    r"attribu(?:tions?|ee?s?|taires?)|bail|baux|signee?s?|suivie?s|decisions?|nombre|nb|n|effectifs?|total|totales?|totaux"
    r"|tou(?:s|tes)|ensemble|dont|d|des?|du|l|la|les?|a|aux?|en|et|ou|par|pour|sur|dans|menages?|demandeurs?|logements?"
    r"|quartiles?|refus|compris|ressources|annuel(?:le)?s?|realisee?s?|ont"
)


@dataclass(frozen=True)
class Meaning:
    """What one column holds: households ``group`` of ``place``. ``year`` is the one that the header names.

    A ``share`` is of a ``test``, None when the header does not say of which.
    """

    group: str = ALL
    place: str = ANYWHERE
    share: bool = False
    test: str | None = None
    year: int | None = None


def meaning(header: str) -> Meaning | None:
    """Read a header; None when it is of another subject.

    Examples
    --------
    >>> meaning("attributions_q1_hors_qpv"), meaning("Attributions QPV")
    (Meaning(group='1', place='hors_qpv', share=False, test=None, year=None), \
Meaning(group='total', place='qpv', share=False, test=None, year=None))
    >>> meaning("attributions_q2_4_qpv").group, meaning("Décisions Q2-Q4 en QPV").group
    ('2-4', '2-4')
    >>> meaning("localisation_inconnue").place
    'inconnu'
    >>> meaning("taux_publie_pct").share, meaning("% de 1er quartile hors QPV 2021")
    (True, Meaning(group='1', place='hors_qpv', share=True, test='q1_hors_qpv', year=2021))
    >>> meaning("Attributions aux quartiles 2, 3 et 4 en QPV").group, meaning("2ème, 3ème et 4ème quartiles").group
    ('2-4', '2-4')
    >>> meaning("Objectif"), meaning("Parc social"), meaning("bailleur")
    (None, None, None)
    """
    words = plain(header)
    if not words:
        return Meaning(share=True) if header.strip() == "%" else None
    years = _YEAR.findall(words)
    words = _YEAR.sub("", words).strip("_")
    share, words = _taken(words, _SHARE)
    _, words = _taken(words, _PUBLISHED) if share or "%" in header else (False, words)
    share = share or "%" in header
    place, words = _first(words, _PLACES, ANYWHERE)
    priority, words = _taken(words, _PRIORITY)
    group, words = _first(words, _GROUPS, ALL)
    rehoused, words = _taken(words, _REHOUSED)
    if place == ANYWHERE:
        unknown, words = _taken(words, _NOWHERE)
        place = NOWHERE if unknown else place
    if any(not _PLAIN.fullmatch(word) for word in words.split("_") if word) or len(set(years)) > 1:
        return None
    if priority:
        group = PRIORITY
    elif rehoused and group == ALL:
        group = REHOUSED
    return Meaning(group, place, share, _test_of(group, place) if share else None, int(years[0]) if years else None)


def group_of(text: str) -> str | None:
    """Read the group of quartiles that a row is of; None when it is none.

    >>> [group_of(text) for text in ("1", "2-4", "Q2 à Q4", "1er quartile", "total", "Quartile 3", "5", "inconnu")]
    ['1', '2-4', '2-4', '1', 'total', '3', None, 'inconnu']
    """
    words = plain(text)
    if words in {FIRST, *SINGLE}:
        return words
    if re.fullmatch(r"(?:quartiles?_)?(?:inconnu|non_\w+|nc|nr|nd|sans|indetermine)e?s?", words):
        return UNTOLD
    read = meaning(text)
    return None if read is None or read.share or read.place != ANYWHERE or read.year else read.group


def place_of(text: str) -> str | None:
    """Read the place that a row is of; None when it is none.

    >>> [place_of(text) for text in ("QPV", "hors QPV", "oui", "non", "inconnu", "Total", "centre")]
    ['qpv', 'hors_qpv', 'qpv', 'hors_qpv', 'inconnu', 'total', None]
    """
    words = plain(text)
    if words in {"oui", "o", "1"}:
        return INSIDE
    if words in {"non", "n", "0", "hors"}:
        return OUTSIDE
    read = meaning(text)
    return None if read is None or read.share or read.group != ALL or read.year else read.place


def place_in(title: str) -> str | None:
    """Find the one place that a title or a file's name speaks of; None when it speaks of none, or of both.

    >>> place_in("attributions_2020_q1_hors_qpv.csv"), place_in("Attributions en QPV"), place_in("bilan.csv")
    ('hors_qpv', 'qpv', None)
    """
    words, found = plain(title), []
    for name, pattern in _PLACES:
        taken, words = _taken(words, pattern)
        found += [name] if taken else []
    return found[0] if len(found) == 1 else None


def _test_of(group: str, place: str) -> str | None:
    """Tell which legal test a share is of: each has its group and its place."""
    of = {FIRST: "q1_hors_qpv", REHOUSED: "q1_hors_qpv", REST: "q2_q4_qpv", PRIORITY: "prioritaires"}
    return of.get(group) or {OUTSIDE: "q1_hors_qpv", INSIDE: "q2_q4_qpv"}.get(place)


def _taken(words: str, pattern: str) -> tuple[bool, str]:
    """Take a group of words out of a header."""
    left = re.sub(rf"(?<![a-z0-9])(?:{pattern})(?![a-z0-9])", "", words)
    return left != words, left


def _first(words: str, patterns: tuple[tuple[str, str], ...], otherwise: str) -> tuple[str, str]:
    """Take the first of several groups of words, and say which it was."""
    for name, pattern in patterns:
        found, left = _taken(words, pattern)
        if found:
            return name, left
    return otherwise, words
