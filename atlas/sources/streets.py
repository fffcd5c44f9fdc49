"""Street addresses of the register: one spelling for each, a stable identifier, and the residence names they hide."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from atlas.writing import slug

# Abbreviations of street types in the tax and postal files, and the words they stand for.
STREET_TYPES = {
    "ALL": "ALLEE", "AV": "AVENUE", "AVE": "AVENUE", "BD": "BOULEVARD", "BLD": "BOULEVARD", "BVD": "BOULEVARD",
    "CAR": "CARREFOUR", "CHE": "CHEMIN", "CHEM": "CHEMIN", "CH": "CHEMIN", "CITE": "CITE", "CLOS": "CLOS",
    "CRS": "COURS", "DOM": "DOMAINE", "ESP": "ESPLANADE", "FG": "FAUBOURG", "FBG": "FAUBOURG", "HAM": "HAMEAU",
    "IMP": "IMPASSE", "LOT": "LOTISSEMENT", "MTE": "MONTEE", "PAS": "PASSAGE", "PASS": "PASSAGE", "PL": "PLACE",
    "PRV": "PARVIS", "PROM": "PROMENADE", "QU": "QUAI", "QUAI": "QUAI", "R": "RUE", "RES": "RESIDENCE",
    "RLE": "RUELLE", "RPT": "ROND POINT", "RTE": "ROUTE", "SEN": "SENTIER", "SQ": "SQUARE", "TRA": "TRAVERSE",
    "VLA": "VILLA", "VOIE": "VOIE", "ZAC": "ZAC",
}  # fmt: skip
_KNOWN_TYPES = frozenset(STREET_TYPES.values())
_NUMBER = re.compile(r"^0*(\d+)\s*[-/ ]?\s*(BIS|TER|QUATER|[A-Z])?$")
_RESIDENCE = re.compile(r"\b(RESIDENCE|RÉSIDENCE|RSD|RES)\b\.?\s.*", re.IGNORECASE)
_NOT_A_NAME = re.compile(
    r"^(\W*\d*\W*|[A-Z]\d*|\d+[A-Z]?)$"
    r"|^(BAT(IMENTS?)?|BT|ENSEM?N?BLE|ENTREE|ENT|ESC(ALIER)?|HALL|APT|APPT|APPARTEMENT|LGTS?|LOGTS?|LOGEMENT"
    r"|PORTE|ETAGE|ETG|RDC|COULOIR|N[°O.])\b"
    r"|^\d*\s*,?\s*(RUE|R|AV|AVE|AVENUE|BD|BOULEVARD|ALLEE|IMPASSE|PLACE|QUAI|ROUTE|RTE|CHEMIN|PASSAGE|COURS)\b",
    re.IGNORECASE,
)


def street_of(addresses: pd.DataFrame) -> pd.DataFrame:
    """Write each address one way and name it.

    Parameters
    ----------
    addresses : DataFrame
        Distinct ``code_insee, code_postal, numero, repetition, type_voie, nom_voie`` and, for addresses without a
        street, ``repere``: whatever else tells them apart.

    Returns
    -------
    DataFrame
        ``numero``, ``repetition``, ``type_voie``, ``nom_voie`` and ``id_adresse``, on the same index: equal identifiers
        are one address, whatever the row order, the file or the year.

    Examples
    --------
    >>> spelt = pd.DataFrame({"code_insee": "11262", "code_postal": "11100", "numero": ["2 B", "2"],
    ...     "repetition": [None, "B"], "type_voie": ["R", None], "nom_voie": ["VOLTAIRE", "RUE VOLTAIRE"]}, dtype="str")
    >>> street_of(spelt)["id_adresse"].tolist()
    ['11262-11100-2-b-rue-voltaire', '11262-11100-2-b-rue-voltaire']
    """
    numbers = [_number(*pair) for pair in _pairs(addresses, "numero", "repetition")]
    streets = [_street(*pair) for pair in _pairs(addresses, "type_voie", "nom_voie")]
    written = pd.DataFrame(
        {
            "numero": [number for number, _ in numbers],
            "repetition": [suffix for _, suffix in numbers],
            "type_voie": [kind for kind, _ in streets],
            "nom_voie": [name for _, name in streets],
        },
        index=addresses.index,
        dtype="str",
    ).replace("", np.nan)
    parts = written.fillna("")
    text = parts["numero"] + " " + parts["repetition"] + " " + parts["type_voie"] + " " + parts["nom_voie"]
    if "repere" in addresses:
        text = text + " " + addresses["repere"].fillna("")
    ends = text.str.strip().replace("", "sans adresse")
    slugs = {end: slug(end) for end in ends.unique()}
    identifier = addresses["code_insee"] + "-" + addresses["code_postal"].fillna("00000") + "-" + ends.map(slugs)
    return written.assign(id_adresse=identifier.astype("str"))


def _pairs(table: pd.DataFrame, left: str, right: str) -> list[tuple[str, str]]:
    return list(zip(table[left].fillna("").str.upper(), table[right].fillna("").str.upper(), strict=True))


def _number(number: str, suffix: str) -> tuple[str, str]:
    found = _NUMBER.match(number.strip())
    if found is None:
        return number.strip(), suffix.strip()
    return found[1], suffix.strip() or found[2] or ""


def _street(kind: str, name: str) -> tuple[str, str]:
    """Spell out the type, taken from the head of the name when it is there rather than in its own column."""
    kind, name = kind.strip(" ."), " ".join(name.split())
    full = STREET_TYPES.get(kind, kind)
    head, _, rest = name.partition(" ")
    spelt = STREET_TYPES.get(head.strip("."), head.strip("."))
    if rest and spelt in _KNOWN_TYPES and (not full or full == spelt):
        return spelt, rest
    return full, name


def residence_names(dwellings: pd.DataFrame) -> pd.Series:
    """Find the name of the residence among the fields where landlords write it; missing where none reads like one.

    >>> residence_names(pd.DataFrame({"immeuble": [None, "BAT A"], "complement": ["LES PLATANES", None],
    ...     "lieu_dit": [None, "APT N.9 RESIDENCE SAN MIGUEL"], "batiment": None}, dtype="str")).tolist()
    ['LES PLATANES', 'RESIDENCE SAN MIGUEL']
    """
    found = pd.Series([None] * len(dwellings), dwellings.index, "str")
    for field, loose in (("immeuble", True), ("complement", True), ("lieu_dit", False), ("batiment", False)):
        words = {text: _residence_name(text, loose) for text in dwellings[field].dropna().unique()}
        found = found.where(found.notna(), dwellings[field].map(words).astype("str"))
    return found


def _residence_name(text: str, loose: bool) -> str | float:
    """Keep what follows the word "résidence", or, where a name is expected, whatever is no building, flat or street."""
    text = " ".join(text.replace("`", "'").split())
    named = _RESIDENCE.search(text)
    if named:
        return named[0]
    return text if loose and not _NOT_A_NAME.search(text) else np.nan


_LITTLE_WORDS = frozenset(
    {"BIS", "TER", "QUATER", "DE", "DU", "DES", "LA", "LE", "LES", "L", "D", "ET", "A", "AU", "AUX", "N", "NO"}
)
_LETTERS = re.compile(r"[A-Z]+")
_SHORT = 3  # letters below which a part of a street says nothing of it


def street_words(rows: pd.DataFrame) -> pd.Series:
    """Reduce the street of each row to its telling letters, without numbers and types of street; "" where none is told.

    >>> rows = pd.DataFrame({"adresse": ["12 bis, av. Jean Moulin", None], "nom_voie": [None, "des Tilleuls"]})
    >>> street_words(rows).tolist()
    ['JEANMOULIN', 'TILLEULS']
    """
    text = rows["adresse"]
    if "nom_voie" in rows:
        text = text.fillna(rows["nom_voie"])
    words = {line: _telling(line) for line in text.dropna().unique()}
    return text.map(words).fillna("").astype("str")


def _telling(line: str) -> str:
    found = _LETTERS.findall(slug(line).replace("-", " ").upper())
    named = [word for word in found if word not in STREET_TYPES and word not in _KNOWN_TYPES]
    return "".join(word for word in named if word not in _LITTLE_WORDS) or "".join(named)


def same_street(one: str, other: str, score: float) -> bool:
    """Tell two spellings of one street, of which one may be shortened.

    >>> same_street("JMOULIN", "JEANMOULIN", 80), same_street("EGLISE", "EGALITE", 80), same_street("X", "XY", 80)
    (True, False, False)
    """
    from rapidfuzz import fuzz

    if one == other:
        return True
    if min(len(one), len(other)) < _SHORT:
        return False
    return fuzz.partial_ratio(one, other) >= score
