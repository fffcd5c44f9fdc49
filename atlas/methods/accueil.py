"""The capacity of a residence to welcome: dwellings that should free up in a year, at low rent, by fragility.

In: published residences. Out: ``logements_bas`` and ``logements_haut``, the least and the most dwellings a year that
published figures allow, ``classe`` and ``lecture``. Dwellings x turnover x share at low rent x what is counted of them
at each level of fragility, read from the published criteria. It is about homes, and never about the people who would
live there. The size of the homes that free up is not a published figure: nothing is said of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from atlas.methods.bounds import Between, Rates, points
from atlas.methods.levels import Levels, Outcome
from atlas.methods.model import Method
from atlas.tables import Column

FROM, KEPT = "accueil_logements", "accueil_niveaux"
CRITERIA = {"inf40": "fragilite_inf40", "er_inf40": "fragilite_er_inf40", "chomage": "fragilite_chomage"}
FRAGILE, VERY = "niveau_fragile", "niveau_tres_fragile"
HOMES, NEEDS = "nb_logements", ("rotation", "bas_loyer", *CRITERIA)
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


def homes(rates: Rates, rules: Mapping[str, Any], mean: Rates | None = None) -> np.ndarray:
    """Give the dwellings a year that are counted, (units,).

    >>> import pandas as pd
    >>> rules = dict(zip((*CRITERIA.values(), FRAGILE, VERY, KEPT), (40, 50, 20, 1, 2, (100, 50, 25)), strict=True))
    >>> rates = pd.DataFrame({"rotation": [8.0], "bas_loyer": [50], "inf40": [45], "er_inf40": [0], "chomage": [0]})
    >>> homes(rates, {**rules, HOMES: pd.Series([100])}).tolist()
    [2.0]
    """
    met = points(rates, thresholds(rules)).sum(axis=1).to_numpy()
    level = (met >= rules[FRAGILE]).astype(int) + (met >= rules[VERY])
    kept = np.array(rules[KEPT], float)[level]
    freed = rules[HOMES] * rates["rotation"] * rates["bas_loyer"] * kept / 100**3
    return freed.round(9).to_numpy(float)


def _place(rates: Rates, rules: Mapping[str, Any], mean: Rates | None) -> np.ndarray:
    return np.digitize(homes(rates, rules), rules[FROM])


def sentences(rules: Mapping[str, Any]) -> tuple[str, ...]:
    """Say what is multiplied, and what a class means."""
    middle, wide = rules[FROM]
    whole, fragile, very = rules[KEPT]
    return (
        "Logements qui devraient se libérer en un an : logements x part des emménagements de l'année x part des "
        f"logements à bas loyer. On en compte {whole:g} % si aucun critère de fragilité n'est atteint, {fragile:g} % "
        f"si l'occupation est fragile, {very:g} % si elle est très fragile : ce qui se libère là peut aussi servir à "
        "la rééquilibrer.",
        f"La capacité est moyenne à partir de {middle:g} logement par an, large à partir de {wide:g}. Ces parts et ces "
        "nombres sont un choix du projet. Elle porte sur les logements, jamais sur les personnes à loger.",
    )


def _number(name: str, side: str) -> Outcome:
    column = Column(
        name,
        f"Logements comptés par an : {side}",
        "logements par an",
        "logements à bas loyer qui devraient se libérer, selon le niveau ; au dixième, d'après les chiffres publiés",
    )
    return Outcome(column)


METHOD = Method(
    code="accueil",
    label="Capacité d'accueil",
    reading="La classe vient du nombre de logements à bas loyer qui devraient se libérer en un an, compté selon la "
    "fragilité de l'occupation.",
    source="Union sociale pour l'habitat, 2020 : dire d'une résidence sa fragilité et sa capacité d'accueil",
    needs=NEEDS,
    rules=(FROM, KEPT, *CRITERIA.values(), FRAGILE, VERY),
    levels=LEVELS,
    judge=Between(
        NEEDS,
        LEVELS.column,
        tuple(LEVELS.titles),
        _place,
        {},
        falling=tuple(CRITERIA),
        required=("rotation", "bas_loyer"),
        bounded={"logements": homes},
    ),
    thresholds=thresholds,
    apart=True,
    yearly=False,
    reads=(HOMES,),
    units=("residences",),
    more=(_number("logements_bas", "au moins"), _number("logements_haut", "au plus")),
    sentences=sentences,
)
