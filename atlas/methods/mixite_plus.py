"""The two shares that a PLUS operation must keep on entry, read on who lives there: an indication, and no more.

In: published residences and addresses. Out: ``nb_parts`` of the two that are kept, ``classe`` and ``lecture``: enough
households under 60 % of the PLUS ceilings, few enough above the ceiling. The law bears on entry; its text is that of
2017, and its rules are past the day until which they were verified.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atlas.methods.bounds import by_points
from atlas.methods.levels import Levels, Outcome
from atlas.methods.model import Method
from atlas.tables import Column

ENOUGH, NEARLY_ALL, NEEDS = "mixite_plus_inf60", "mixite_plus_inf100", ("inf60", "inf100")
LEVELS = Levels(
    "classe",
    "Parts d'une opération PLUS",
    {
        "aucune des deux parts": "Aucune des deux parts",
        "une des deux parts": "Une des deux parts",
        "les deux parts": "Les deux parts",
    },
    "indication : la règle porte sur l'entrée dans les lieux, et sur les seules opérations PLUS",
    calm=3,
)


def thresholds(rules: Mapping[str, Any], mean: Any = None) -> dict[str, list[float]]:
    """Give the rates (%) from which each share is kept: few above the ceiling is nearly all under it."""
    return {"inf60": [rules[ENOUGH]], "inf100": [rules[NEARLY_ALL]]}


def sentences(rules: Mapping[str, Any]) -> tuple[str, ...]:
    """Say which shares the law asks for, on what, and that it must be read again."""
    return (
        f"Une opération PLUS loge au moins {rules[ENOUGH]:g} % de ménages sous 60 % du plafond, et au moins "
        f"{rules[NEARLY_ALL]:g} % sous le plafond : le texte dit combien au plus le dépassent. Il est de 2017, et "
        "doit être relu avant tout usage.",
        "La règle porte sur l'entrée dans les lieux. Lue sur les ménages en place, et sur toutes les résidences quel "
        "que soit leur financement, elle n'est qu'une indication.",
    )


METHOD = Method(
    code="mixite_plus",
    label="Parts d'une opération PLUS",
    reading="La classe dit combien des deux parts fixées à l'entrée d'une opération PLUS se retrouvent chez les "
    "ménages en place.",
    source="CCH R.331-12, texte de 2017, à relire avant tout usage",
    needs=NEEDS,
    rules=(ENOUGH, NEARLY_ALL),
    levels=LEVELS,
    judge=by_points(NEEDS, LEVELS.column, tuple(LEVELS.titles), thresholds, lambda rules: (1, 2), score="nb_parts"),
    thresholds=thresholds,
    apart=True,
    units=("residences", "adresses"),
    more=(Outcome(Column("nb_parts", "Parts respectées", "parts", "vide où les chiffres publiés ne le disent pas")),),
    sentences=sentences,
)
