"""More than 65 % of households with APL: a legal reading of a building, to be read again in the law before any use.

In: published residences and addresses. Out: ``classe`` and ``lecture``. The law says "more than": the share itself does
not reach it. Its text is that of 2017, and its rule is past the day until which it was verified: a build that applies
it says so on every page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from atlas.methods.bounds import by_points
from atlas.methods.levels import Levels
from atlas.methods.model import Method

SHARE, NEEDS = "apl_65_part", ("apl",)
LEVELS = Levels(
    "classe",
    "Part des ménages avec APL",
    {"sous le seuil": "Au plus la part fixée par la loi", "au-dessus du seuil": "Plus que la part fixée par la loi"},
    "indication : c'est au préfet de déroger, pour un immeuble ou un ensemble d'immeubles",
    calm=2,
)


def thresholds(rules: Mapping[str, Any], mean: Any = None) -> dict[str, list[float]]:
    """Give the first rate (%) beyond the share of the law."""
    return {"apl": [float(np.nextafter(rules[SHARE], np.inf))]}


def sentences(rules: Mapping[str, Any]) -> tuple[str, ...]:
    """Say what the law allows, and that it must be read again."""
    return (
        f"Quand plus de {rules[SHARE]:g} % des ménages d'un immeuble bénéficient de l'APL, le préfet peut déroger aux "
        "plafonds de ressources. Le texte lu est celui de 2017 : il doit être relu avant tout usage.",
        "L'enquête compte les ménages qui ont répondu, et une résidence n'est pas toujours l'immeuble de la loi : "
        "c'est une indication, jamais un droit.",
    )


METHOD = Method(
    code="apl_65",
    label="Immeubles à plus de 65 % d'APL",
    reading="La classe dit si la part des ménages avec APL dépasse celle au-delà de laquelle le préfet peut déroger "
    "aux plafonds de ressources.",
    source="CCH R.441-1-1 et R.445-8, texte de 2017, à relire avant tout usage",
    needs=NEEDS,
    rules=(SHARE,),
    levels=LEVELS,
    judge=by_points(NEEDS, LEVELS.column, tuple(LEVELS.titles), thresholds, lambda rules: (1,)),
    thresholds=thresholds,
    apart=True,
    units=("residences", "adresses"),
    sentences=sentences,
)
