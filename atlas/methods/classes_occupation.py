"""Three classes of occupation, by the share of households under 40 % of the PLUS ceilings.

In: a published unit table. Out: ``classe``, "non déterminé" where the share does not settle it, and ``lecture``. Bounds
are rates or, where the territory says so, percentages of its own mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atlas.methods.bounds import by_points
from atlas.methods.levels import Levels
from atlas.methods.model import Method

FROM_ORDINARY, FROM_SOCIAL, OF_MEAN = "occupation_ordinaire", "occupation_tres_sociale", "occupation_relative"
NEEDS = ("inf40",)
LEVELS = Levels(
    "classe",
    "Classe d'occupation",
    {
        "intermédiaire": "Occupation intermédiaire",
        "ordinaire": "Occupation ordinaire",
        "très sociale": "Occupation très sociale",
    },
    "« non déterminé » où la part publiée ne suffit pas à le dire",
    calm=2,
)


def thresholds(rules: Mapping[str, Any], mean: Mapping[str, Any] | None = None) -> dict[str, list[Any]]:
    """Give the two bounds (%) between classes; ``mean``: the share in the territory, where they are of it."""
    bounds = [rules[FROM_ORDINARY], rules[FROM_SOCIAL]]
    return {"inf40": [one * mean["inf40"] / 100 for one in bounds] if mean is not None else bounds}


def sentences(rules: Mapping[str, Any]) -> tuple[str, ...]:
    """Say where the classes change."""
    if rules[OF_MEAN]:
        return (
            f"Occupation très sociale à partir de {rules[FROM_SOCIAL]:g} % de la part moyenne du territoire pour les "
            f"ménages sous 40 % du plafond PLUS, ordinaire à partir de {rules[FROM_ORDINARY]:g} % de cette part, "
            "intermédiaire en dessous.",
        )
    return (
        f"Occupation très sociale à partir de {rules[FROM_SOCIAL]:g} % de ménages sous 40 % du plafond PLUS, ordinaire "
        f"à partir de {rules[FROM_ORDINARY]:g} %, intermédiaire en dessous. Ces bornes sont un choix du projet.",
    )


METHOD = Method(
    code="classes_occupation",
    label="Classes d'occupation",
    reading="La classe vient de la seule part des ménages sous 40 % du plafond PLUS.",
    source="Reims : résidences classées par la part des ménages sous 40 % du plafond PLUS",
    needs=NEEDS,
    rules=(FROM_ORDINARY, FROM_SOCIAL, OF_MEAN),
    levels=LEVELS,
    judge=by_points(NEEDS, LEVELS.column, tuple(LEVELS.titles), thresholds, lambda rules: (1, 2)),
    thresholds=thresholds,
    relative=lambda rules: bool(rules[OF_MEAN]),
    sentences=sentences,
)
