"""A household in plain French, as a commission says it: ``sous 40, 2 adultes, 1 chômeur, monoparentale``.

In: what was typed, or written in a parameter. Out: a :class:`~atlas.methods.household.Household`, and how many. A word
that is not understood is refused with the nearest that is.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import Any

from atlas.methods.household import ANY, Household
from atlas.tables.households import FEWEST
from atlas.writing import many, quantity, unaccented

# The rules of a simulation, then those of a target for the stock: the first of these two is the territory's own.
PROFILES, LEAVER_ADULTS, AIM, AIM_YEARS = (
    "simulation_profils",
    "simulation_majeurs_partant",
    "objectif_parc",
    "objectif_annees",
)
DECIDING = (PROFILES, LEAVER_ADULTS, AIM_YEARS)
_NUMBERS = {"aucun": 0, "aucune": 0, "sans": 0, "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4}
_NUMBER = rf"(-?\d+|{'|'.join(_NUMBERS)})"
_SHARE = r"(-?\d+(?:[.,]\d+)?)\s*%?(?: du (?:plafond )?plus)?"
_KINDS = {
    "seul": "personne seule",
    "seule": "personne seule",
    "personne seule": "personne seule",
    "monoparentale": "famille monoparentale",
    "famille monoparentale": "famille monoparentale",
    "couple": "couple sans enfant",
    "couple sans enfant": "couple sans enfant",
    "couple sans enfants": "couple sans enfant",
    "couple avec enfant": "couple avec enfants",
    "couple avec enfants": "couple avec enfants",
    "autre": "autre",
}
_MANY = {"3 enfants et plus": True, "3 enfants": True, "famille nombreuse": True, "moins de 3 enfants": False}
EXAMPLES = ("sous 40", "plus de 40", "2 adultes", "1 chômeur", *dict.fromkeys(_KINDS.values()), "3 enfants et plus")


def read_households(text: str) -> tuple[int, Household]:
    """Read how many households, and which.

    Raises
    ------
    ValueError
        In French, for what is not understood or is no household.

    Examples
    --------
    >>> read_households("3 x sous 40, 2 adultes, 1 chômeur, monoparentale")[0]
    3
    >>> read_households("plus de 40, couple")[1].adults
    2
    """
    found = re.fullmatch(r"\s*(?:(-?\d+)\s*[x×*]\s*)?(.*)", text, re.DOTALL)
    assert found is not None
    number = int(found[1] or 1)
    if number < 1:
        raise ValueError(f"« {text.strip()} » : {number} ménage ; un nombre de ménages est d'au moins 1")
    given: dict[str, Any] = {}
    for part in filter(None, (one.strip() for one in found[2].split(","))):
        for name, value in _read(part).items():
            if name in given:
                raise ValueError(f"« {text.strip()} » dit deux fois la même chose : « {part} »")
            given[name] = value
    if not given:
        raise ValueError(f"« {text} » ne décrit aucun ménage ; par exemple « {', '.join(EXAMPLES[:4:2])} »")
    given.setdefault("adults", max(FEWEST.get(given.get("kind", ""), (1, 0))[0], given.get("unemployed", 0)))
    return number, Household(**given)


def _read(part: str) -> dict[str, Any]:
    plain = re.sub(r"\s+", " ", unaccented(part).lower())
    if plain in _KINDS:
        return {"kind": _KINDS[plain]}
    if plain in _MANY:
        return {"many": _MANY[plain]}
    if found := re.fullmatch(rf"{_NUMBER} (?:adulte|majeur)s?", plain):
        return {"adults": _number(found[1])}
    if found := re.fullmatch(rf"{_NUMBER} chom(?:eur|euse)s?", plain):
        return {"unemployed": _number(found[1])}
    if found := re.fullmatch(rf"(?:sous|moins de|<) ?{_SHARE}", plain):
        return {"resources": (0.0, _share(found[1]))}
    if found := re.fullmatch(rf"(?:plus de|au moins|au-dessus de|>=?) ?{_SHARE}", plain):
        return {"resources": (_share(found[1]), ANY[1])}
    if found := re.fullmatch(rf"(?:entre|de) {_SHARE} (?:et|a) {_SHARE}", plain):
        return {"resources": (_share(found[1]), _share(found[2]))}
    known = {unaccented(one).lower(): one for one in EXAMPLES} | _KINDS
    near = get_close_matches(plain, known, n=1, cutoff=0.5)
    ask = f" ; vouliez-vous « {known[near[0]]} » ?" if near else f" ; écrire par exemple {', '.join(EXAMPLES)}"
    raise ValueError(f"« {part} » n'est pas compris{ask}")


def _number(text: str) -> int:
    value = _NUMBERS[text] if text in _NUMBERS else int(text)
    if value < 0:
        raise ValueError(f"« {text} » : un nombre ne peut être négatif")
    return value


def _share(text: str) -> float:
    value = float(text.replace(",", "."))
    if value < 0:
        raise ValueError(f"« {text} » : une part du plafond ne peut être négative")
    return value


def words_of(household: Household, number: int = 1) -> str:
    """Say a household as it is read.

    >>> words_of(Household.under(40, adults=2, unemployed=1), 3)
    '3 ménages : sous 40 % du PLUS, 2 adultes, 1 chômeur'
    """
    low, beyond = household.resources
    if household.resources == ANY:
        means = "ressources non dites"
    elif low == 0:
        means = f"sous {quantity(beyond)} % du PLUS"
    elif beyond == ANY[1]:
        means = f"{quantity(low)} % du PLUS ou plus"
    else:
        means = f"de {quantity(low)} à moins de {quantity(beyond)} % du PLUS"
    jobless = many(household.unemployed, "chômeur") if household.unemployed else "aucun chômeur"
    children = {True: ["3 enfants et plus"], False: ["moins de 3 enfants"], None: []}[household.many]
    parts = [means, many(household.adults, "adulte"), jobless, *filter(None, [household.kind]), *children]
    return f"{many(number, 'ménage')} : {', '.join(parts)}"


def profiles_of(texts: list[str]) -> list[Household]:
    """Read the typical profiles that a rule lists.

    Raises
    ------
    ValueError
        For one that is not understood.
    """
    return [read_households(text)[1] for text in texts]
