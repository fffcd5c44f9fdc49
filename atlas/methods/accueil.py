"""The capacity of a residence to welcome: dwellings that should free up in a year, at low rent, by size, by fragility.

In: published residences, and their dwellings by size. Out: ``logements_bas`` and ``logements_haut``, the least and the
most dwellings a year that published figures allow, the same of small and of family dwellings, ``classe`` and
``lecture``. Dwellings x turnover x share at low rent x share of the size x what is counted of them at each level of
fragility, read from the published criteria: what frees up is taken to be like the whole. It is about homes, and never
about the people who would live there.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from atlas.methods.bounds import Between, Factor, Rates, points, product
from atlas.methods.levels import Levels, Outcome
from atlas.methods.model import Method
from atlas.tables import INDICATORS, UNKNOWN, Column, rooms_of

FROM, KEPT, SIZES = "accueil_logements", "accueil_niveaux", "accueil_tailles"
CRITERIA = {"inf40": "fragilite_inf40", "er_inf40": "fragilite_er_inf40", "chomage": "fragilite_chomage"}
FRAGILE, VERY = "niveau_fragile", "niveau_tres_fragile"
HOMES, SIZE, NEEDS = "nb_logements", "taille", ("rotation", "bas_loyer", *CRITERIA)
LEVELS = Levels(
    "classe",
    "Capacité d'accueil",
    {
        "limitée": "Capacité d'accueil limitée",
        "moyenne": "Capacité d'accueil moyenne",
        "large": "Capacité d'accueil large",
    },
    "par le nombre de logements à bas loyer qui se libèrent en un an, moins où l'occupation est déjà fragile",
    calm=3,
)


def thresholds(rules: Mapping[str, Any], mean: Any = None) -> dict[str, list[float]]:
    """Give the rates (%) from which fewer of the dwellings are counted: those of the criteria of fragility."""
    return {code: [rules[key]] for code, key in CRITERIA.items()}


def _kept(rates: Rates, rules: Mapping[str, Any], mean: Rates | None) -> np.ndarray:
    """Give the share (%) that is counted, by the level of fragility."""
    met = points(rates, thresholds(rules)).sum(axis=1).to_numpy()
    level = (met >= rules[FRAGILE]).astype(int) + (met >= rules[VERY])
    return np.array(rules[KEPT], float)[level]


def _rate(code: str) -> Factor:
    return Factor(INDICATORS[code].label, "%", lambda rates, rules, mean: rates[code])


FREED = (
    Factor("Logements", "logements", lambda rates, rules, mean: rules[HOMES]),
    _rate("rotation"),
    _rate("bas_loyer"),
    Factor("Part comptée selon la fragilité", "%", _kept),
)


def share_of_size(
    rates: Rates, rules: Mapping[str, Any], mean: Rates | None = None, *, family: bool, most: bool = False
) -> np.ndarray:
    """Give the least or the most share (%) of the dwellings that are small, or for families, (units,).

    Those of which nobody tells the size may be of any; NaN where no size is told at all.

    >>> import pandas as pd
    >>> rules = {SIZES: (2, 4), HOMES: pd.Series([20.0]), SIZE: pd.DataFrame({"T1": [4], "T5 et plus": 8, UNKNOWN: 6})}
    >>> [float(share_of_size(pd.DataFrame(), rules, family=family, most=most)[0])
    ...     for family in (False, True) for most in (False, True)]
    [20.0, 60.0, 40.0, 80.0]
    """
    words, (small, large) = rules[SIZE], rules[SIZES]
    first, last = (large, np.inf) if family else (0, small)
    spans = {word: rooms_of(word) for word in words}
    sure = [word for word, (low, high) in spans.items() if first <= low and high <= last]
    possible = [word for word, (low, high) in spans.items() if low <= last and high >= first]
    every = words.sum(axis=1)
    whole = np.maximum(rules[HOMES], every)
    counted = words[sure].sum(axis=1) if not most else words[possible].sum(axis=1) + whole - every
    told = every - words.reindex(columns=[UNKNOWN]).sum(axis=1)
    return (100 * counted / whole).where(told > 0).to_numpy(float)


def _sized(family: bool) -> tuple[Factor, ...]:
    label = "Part des logements familiaux" if family else "Part des petits logements"
    ends = (partial(share_of_size, family=family, most=most) for most in (False, True))
    return (*FREED, Factor(label, "%", *ends))


def _place(rates: Rates, rules: Mapping[str, Any], mean: Rates | None) -> np.ndarray:
    # What is freed has no factor that differs between its ends but rates.
    return np.digitize(product(FREED, "bas", rates, rules, mean), rules[FROM])


def sentences(rules: Mapping[str, Any]) -> tuple[str, ...]:
    """Say what is multiplied, and what a class means."""
    middle, wide = rules[FROM]
    whole, fragile, very = rules[KEPT]
    small, large = rules[SIZES]
    return (
        "Logements qui devraient se libérer en un an : logements x part des emménagements de l'année x part des "
        f"logements à bas loyer. On en compte {whole:g} % si aucun critère de fragilité n'est atteint, {fragile:g} % "
        f"si l'occupation est fragile, {very:g} % si elle est très fragile : ce qui se libère là peut aussi servir à "
        "la rééquilibrer.",
        f"Le même compte est dit des petits logements (jusqu'à {small:g} pièces) et des logements familiaux (à partir "
        f"de {large:g} pièces), d'après la part de chaque taille dans la résidence : ce qui se libère est supposé "
        "ressembler à l'ensemble. Un logement dont personne ne dit la taille peut être de l'une comme de l'autre ; "
        "rien n'est dit où aucune taille n'est connue.",
        f"La capacité est moyenne à partir de {middle:g} logement par an, large à partir de {wide:g}. Ces parts et ces "
        "nombres sont un choix du projet. Elle porte sur les logements, jamais sur les personnes à loger.",
    )


_FREED = "qui devraient se libérer, selon le niveau ; au dixième, d'après les chiffres publiés"
_LIKE = "à bas loyer, qui devraient se libérer, d'après la part de cette taille ; vide où aucune taille n'est connue"
_NUMBERS = {
    "logements": ("Logements", FREED, f"logements à bas loyer {_FREED}"),
    "petits": ("Petits logements", _sized(family=False), _LIKE),
    "familiaux": ("Logements familiaux", _sized(family=True), _LIKE),
}


def _outcomes() -> tuple[Outcome, ...]:
    return tuple(
        Outcome(Column(f"{name}_{side}", f"{label} comptés par an : {words}", "logements par an", meaning))
        for name, (label, _, meaning) in _NUMBERS.items()
        for side, words in (("bas", "au moins"), ("haut", "au plus"))
    )


METHOD = Method(
    code="accueil",
    label="Capacité d'accueil",
    reading="La classe vient du nombre de logements à bas loyer qui devraient se libérer en un an, compté selon la "
    "fragilité de l'occupation ; il est dit aussi par taille de logement.",
    source="Union sociale pour l'habitat, 2020 : dire d'une résidence sa fragilité et sa capacité d'accueil",
    needs=NEEDS,
    rules=(FROM, KEPT, SIZES, *CRITERIA.values(), FRAGILE, VERY),
    levels=LEVELS,
    judge=Between(
        NEEDS,
        LEVELS.column,
        tuple(LEVELS.titles),
        _place,
        {},
        falling=tuple(CRITERIA),
        required=("rotation", "bas_loyer"),
        bounded={name: factors for name, (_, factors, _) in _NUMBERS.items()},
    ),
    thresholds=thresholds,
    apart=True,
    yearly=False,
    reads=(HOMES, SIZE),
    units=("residences",),
    more=_outcomes(),
    sentences=sentences,
)
