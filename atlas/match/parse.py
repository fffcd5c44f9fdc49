"""An address as typed -> its numbers and the readings of its street.

Grain in: one string (or the columns of one address). Grain out: numbers in order of preference, and readings: the
ways in which the same words may be a kind of street and a name ("PLA. THOMAS" is PLACE A. THOMAS, never a street
"PLA"). Nothing is set aside: the base of addresses decides which reading exists.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from atlas.match.fold import core, plain, words
from atlas.match.words import ARTICLES, GLUED, KINDS, MONTHS

Number = tuple[int, str]
"""A house number and its suffix, such as ``(29, "A")``."""


class Reading(NamedTuple):
    """A kind of street ('' when none is written), the words of the name with and without articles."""

    kind: str
    full: tuple[str, ...]
    core: tuple[str, ...]


_KIND_WORDS = "|".join(sorted(KINDS, key=len, reverse=True))
_THROUGH = "|".join(
    form
    for form in GLUED
    if KINDS[form]
    in {"RUE", "AVENUE", "BOULEVARD", "ALLEE", "PLACE", "QUAI", "ROUTE", "CHEMIN", "IMPASSE", "COURS", "SQUARE"}
)
_MONTH_WORDS = "|".join(sorted(MONTHS))
_SUFFIX = rf"(?:(?:BIS|BI|TER|QUATER|QUINQUIES)(?=[^A-Z]|$|{_THROUGH})|(?!R\s+(?!{_THROUGH}))[A-Z](?![A-Z'.]|\s*\d))"
_NUMBER = rf"\d{{1,4}}(?!\d|ER\b|EME\b)(?:\.0+\b)?\s*{_SUFFIX}?"
_LIST = rf"{_NUMBER}(?:\s*(?:[-/,;+&]|\bA\b|\bAU\b|\bET\b)\s*{_NUMBER})*"
_HEAD = re.compile(rf"[\s,;.:/-]*({_LIST})(?!\s*(?:ER|EME)\b|\s*(?:{_MONTH_WORDS})\b)[\s,;.:-]*")
_NEXT = re.compile(rf"({_NUMBER})\s*(?=(?:{_KIND_WORDS})\b|{_THROUGH})")
_ONE = re.compile(rf"(\d{{1,4}})(?:\.0+\b)?\s*({_SUFFIX})?")
_UNIT = (
    "ENTREE|ENT|BATIMENT|BAT|BT|ESCALIER|ESC|HALL|CAGE|PORTE|APPARTEMENT|APPT|APT|LOGEMENT|LOGT|ETAGE|TOUR|IMMEUBLE|IMM"
)
_BEFORE = re.compile(
    rf"\s*(?:(?:{_UNIT}|PAVILLON|PAV|LOT)\b[\s.:]*(?:N\b\s*)?(?:[A-Z]{{1,2}}\d*|\d+[A-Z]?)\b\s*[,;-]?\s*)+"
    rf"(?=\d|(?:{_KIND_WORDS})\b)"
)
_NUMERO = re.compile(r"\s*NO?\b[\s.:]*(?=\d)")
_UNIT_JUST_BEFORE = re.compile(rf"\b(?:{_UNIT}|PAVILLON|PAV|LOT)\b[\s.:]*(?:N\b\s*)?$")
_INSIDE = re.compile(rf"(?<!DE )(?<!DU )(?<!DES )(?<!LES )(?<!AUX )(?<!\d)({_LIST})[\s,]*(?=(?:{_KIND_WORDS})\b)")
_HOME = re.compile(r"\s*(?:RESIDENCE|RES|RSD|RESID|CITE|HLM|ENSEMBLE|FOYER|PROGRAMME)\b")
_HOME_NAMED = re.compile(rf"\s*(?:(?:{_KIND_WORDS})\s+)?(?:RESIDENCE|RES|RSD|RESID|CITE|HLM|FOYER|ENSEMBLE)\b")
_STREET_INSIDE = re.compile(
    r"(?<=[A-Z0-9] )(?:RUE|AVENUE|AV|BOULEVARD|BD|ALLEE|PLACE|QUAI|ROUTE|IMPASSE|SQUARE|CHEMIN)\b"
)
_TOWN = re.compile(r"[\s,-]\d{5}\b.*$")
_UNIT_AFTER = re.compile(
    rf"[\s,.(/-]+(?:(?:BAT|BATIMENT|BATIMENTS|BT|ESC|ESCALIER|APT|APPT|APPARTEMENT|LOGT|LOGEMENT|ETAGE|IMM|IMMEUBLE)\b"
    rf"|(?:{_UNIT}|LOT|PAVILLON|PAV)(?:[\s.:]+[A-Z]{{0,2}}\d*[A-Z]?|\d+[A-Z]?)?\s*$|N[\s.:]*\d+\s*$).*$"
)
_CUT = re.compile(r"\s+-\s*|\s*-\s+|[,;(/]|\s(?=(?:RESIDENCE|RES|RSD|HLM)\b)")
_SIMPLE = re.compile(r"([1-9]\d{0,3}) +([A-Z]{2,}) [^0-9]*$")
_DIVIDES = re.compile(rf"[-,;(/.]|\b(?:{_UNIT}|LOT|PAVILLON|PAV|N|RESIDENCE|RES|RSD|HLM|BATIMENTS)\b")
_FIRST = re.compile(r"[A-Z]+")
_GLUED_BY_START = {form[:2]: [other for other in GLUED if other[:2] == form[:2]] for form in GLUED}
_WHOLE = frozenset(
    form for form in KINDS if form == KINDS[form] or not any(form.startswith(o) for o in GLUED if o != form)
)
_DIGIT = re.compile(r"\d")
_ROUNDABOUT = re.compile(r"\bR(?:ON)?D[ -]?(?:POINT|PT)\b")


def numbers(text: str) -> tuple[Number, ...]:
    """Numbers of a plain list, in order of preference; a range gives its ends, then what lies between.

    >>> numbers("1-3-5"), numbers("49-53"), numbers("29A"), numbers("16.0"), numbers("12 BIS"), numbers("BT 2")
    (((1, ''), (3, ''), (5, '')), ((49, ''), (53, ''), (51, '')), ((29, 'A'),), ((16, ''),), ((12, 'BIS'),), ())
    """
    head = _HEAD.match(text)
    if not head:
        return ()
    found = [(int(digits), suffix or "") for digits, suffix in _ONE.findall(head.group(1)) if int(digits)]
    if len(found) == 2 and re.search(r"\d\D*(?:-|\bA\b|\bAU\b)", head.group(1)):
        (low, _), (high, _) = found
        if low < high <= low + 40 and (high - low) % 2 == 0:
            found += [(between, "") for between in range(low + 2, high, 2)]
    return tuple(dict.fromkeys(found))


def split(text: str, number_first: bool = True) -> tuple[tuple[Number, ...], str]:
    """Numbers and street of a plain address; `number_first` is false when the numbers have their own column.

    >>> split("ENTREE 2 8 RUE DU PONT"), split("1-3-5RUEDU BREUIL")
    ((((8, ''),), 'RUE DU PONT'), (((1, ''), (3, ''), (5, '')), 'RUEDU BREUIL'))
    >>> split("BAT 12 RUE DU PONT"), split("N 12 RUE DU PONT"), split("12 14 RUE DU PONT")
    (((), 'RUE DU PONT'), (((12, ''),), 'RUE DU PONT'), (((12, ''), (14, '')), 'RUE DU PONT'))
    >>> split("BD 1848", number_first=False), split("QUAI 25 QUAI DE LORRAINE", number_first=False)
    (((), 'BD 1848'), (((25, ''),), 'QUAI DE LORRAINE'))
    """
    if number_first:
        simple = _SIMPLE.match(text)
        if simple and simple.group(2) in KINDS:
            return ((int(simple.group(1)), ""),), text[simple.start(2) :].strip()
        before = _BEFORE.match(text)
        text = _NUMERO.sub("", text[before.end() :] if before else text, count=1)
        head = _HEAD.match(text)
        if head and not (head.end() < len(text) and _HOME.match(text, head.end()) and _INSIDE.search(text, head.end())):
            found, rest = numbers(text), text[head.end() :]
            while following := _NEXT.match(rest):
                then = numbers(following.group(1))
                found = found + then if found and then and then[0][0] == found[-1][0] + 2 else then
                rest = rest[following.end() :]
            return found, rest.strip()
    if _DIGIT.search(text) and (inside := _INSIDE.search(text)):
        unit = _UNIT_JUST_BEFORE.search(text, 0, inside.start())
        return () if unit else numbers(inside.group(1)), text[inside.end() :].strip()
    return (), text.strip()


def _kinds(text: str) -> list[tuple[str, str]]:
    """Each way of taking a kind of street off the front of a text, the likeliest first.

    The text stays also as it is, without a kind, when its first word is not a kind by itself ("PLATANES", "AVENIR").
    """
    text = _ROUNDABOUT.sub("RONDPOINT", text).strip(" .,-'")
    first = _FIRST.match(text)
    if not first:
        return [("", text)]
    run, rest, found = first.group(), text[first.end() :], []
    if run in KINDS and rest[:1] != "'":
        found.append((KINDS[run], rest))
    elif run + "S" not in KINDS and run.endswith("S") and run[:-1] in KINDS and len(run) > 4:
        found.append((KINDS[run[:-1]], rest))
    starts = () if run in _WHOLE else _GLUED_BY_START.get(run[:2], ())
    glued = [form for form in starts if run != form and run.startswith(form)]
    found += [(KINDS[form], run[len(form) :] + rest) for form in glued[:3]]
    out = []
    for kind, name in found:
        out.append((kind, name))
        again = _FIRST.match(name.lstrip(" .,-'"))
        if again and again.group() in KINDS and len(again.group()) > 1:
            inner = (KINDS[again.group()], name.lstrip(" .,-'")[again.end() :])
            out.insert(len(out) - (inner[0] == kind), inner)
    return out if run in KINDS and (len(run) > 1 or rest[:1] != ".") and words(rest) else [*out, ("", text)]


def first_reading(text: str) -> Reading | None:
    """The likeliest reading, when the text begins with a kind of street standing alone; the same as
    ``readings(text)[0]``.

    >>> first_reading("R VOLTAIRE").core, first_reading("PLA. THOMAS")
    (('VOLTAIRE',), None)
    """
    run, _, rest = text.partition(" ")
    kind = KINDS.get(run)
    if not kind or rest[:2].strip(" .,-'") != rest[:2] or _TOWN.search(text) or "POINT" in rest[:6]:
        return None
    full = words(rest)
    if not full or full[0] in KINDS:
        return None
    return Reading(kind, full, core(full))


def has_one_reading(text: str) -> bool:
    """Whether a text that has a first reading can have no other: nothing to cut off, no glued kind.

    >>> has_one_reading("AVENUE CARNOT"), has_one_reading("AVENUE CARNOT BAT A")
    (True, False)
    """
    return text.partition(" ")[0] in _WHOLE and not _DIVIDES.search(text)


def readings(text: str, towns: frozenset[str] = frozenset()) -> tuple[Reading, ...]:
    """Every reading of a plain street text, the likeliest first; `towns` at its end are no part of it.

    >>> [(one.kind, " ".join(one.full)) for one in readings("PLA. THOMAS")]
    [('PLACE', 'a THOMAS'), ('', 'PLA THOMAS')]
    >>> [" ".join(one.full) for one in readings("RUE DU LAC BONDY", frozenset({"BONDY"}))]
    ['DU LAC BONDY', 'DU LAC']
    >>> [" ".join(one.full) for one in readings("RUEROGER SALENGRO - L'EUROPE BATIMENT N 1") if one.kind]
    ['ROGER SALENGRO L EUROPE BATIMENT n 1', 'ROGER SALENGRO L EUROPE', 'ROGER SALENGRO']
    """
    text = _TOWN.sub("", text)
    texts = [text]
    shorter = _UNIT_AFTER.sub("", text)
    texts.append(shorter)
    if _CUT.search(text):
        head, *others = [part for part in _CUT.split(shorter) if part.strip()] or [shorter]
        texts.append(head)
        texts += [part for part in others if (start := _FIRST.match(part.strip())) and start.group() in KINDS]
    if _HOME_NAMED.match(shorter):
        texts += [shorter[found.start() :] for found in _STREET_INSIDE.finditer(shorter)]
    texts += [shorter.removesuffix(town).rstrip(" ,-(") for town in sorted(towns) if shorter.endswith(" " + town)]
    out: dict[Reading, None] = {}
    for one in dict.fromkeys(texts):
        for kind, name in _kinds(one):
            full = words(name)
            if any(word not in ARTICLES for word in full) and (kind or len(full) > 1 or full[0] not in KINDS):
                out[Reading(kind, full, core(full))] = None
    return tuple(out)


def as_read(text: str) -> str:
    """A street text as it was read, for a message.

    >>> as_read("RUENADIA MURAD"), as_read("RUE DE")
    ('RUE NADIA MURAD', 'RUE DE')
    """
    found = readings(text)
    return " ".join((found[0].kind, *found[0].full)).strip().upper() if found else text


def street_text(kind: str, name: str) -> str:
    """Plain text of a street whose kind and name have their own columns.

    >>> street_text("R", "Voltaire"), street_text("", "QUAI D'ALSACE")
    ('R VOLTAIRE', "QUAI D'ALSACE")
    """
    return plain(f"{kind} {name}" if kind else name)
