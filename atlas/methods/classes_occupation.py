"""Three classes of occupation, by the share of households under 40 % of the PLUS ceilings.

In: a published unit table. Out: ``classe``, "non déterminé" where the share is not published.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from atlas.methods.model import Levels, Method
from atlas.tables import INDICATORS, PUBLISHED, UNDETERMINED

MIXED, ORDINARY, SOCIAL = "intermédiaire", "ordinaire", "très sociale"
FROM_ORDINARY, FROM_SOCIAL = "occupation_ordinaire", "occupation_tres_sociale"
_SHARE = INDICATORS["inf40"]


def thresholds(rules: Mapping[str, Any]) -> dict[str, list[float]]:
    """Give the two bounds (%) between classes."""
    return {_SHARE.code: [rules[FROM_ORDINARY], rules[FROM_SOCIAL]]}


def judge(table: pd.DataFrame, rules: Mapping[str, Any]) -> pd.DataFrame:
    """Give the class of each unit.

    Parameters
    ----------
    table : DataFrame
        Published columns ``tx_inf40`` (%) and ``st_inf40``.
    rules : mapping
        The two bounds, %.

    Returns
    -------
    DataFrame
        Same index; ``classe``.

    Examples
    --------
    >>> rules = {FROM_ORDINARY: 25, FROM_SOCIAL: 50}
    >>> table = pd.DataFrame({"tx_inf40": [24.9, 25, 50, None], "st_inf40": ["publié"] * 3 + ["secret"]})
    >>> judge(table, rules)["classe"].tolist()
    ['intermédiaire', 'ordinaire', 'très sociale', 'non déterminé']
    """
    share, told = table[_SHARE.tx], table[_SHARE.st] == PUBLISHED
    classes = np.select(
        [~told, share >= rules[FROM_SOCIAL], share >= rules[FROM_ORDINARY]], [UNDETERMINED, SOCIAL, ORDINARY], MIXED
    )
    return pd.DataFrame({"classe": classes}, table.index)


def sentences(rules: Mapping[str, Any]) -> tuple[str, ...]:
    """Say where the classes change."""
    return (
        f"Occupation très sociale à partir de {rules[FROM_SOCIAL]:g} % de ménages sous 40 % du plafond PLUS, ordinaire "
        f"à partir de {rules[FROM_ORDINARY]:g} %, intermédiaire en dessous. Ces bornes sont un choix du projet.",
    )


METHOD = Method(
    code="classes_occupation",
    label="Classes d'occupation",
    reading="La classe vient de la seule part des ménages sous 40 % du plafond PLUS.",
    source="Reims : résidences classées par la part des ménages sous 40 % du plafond PLUS",
    needs=(_SHARE.code,),
    rules=(FROM_ORDINARY, FROM_SOCIAL),
    levels=Levels(
        "classe",
        "Classe d'occupation",
        {
            MIXED: "Occupation intermédiaire",
            ORDINARY: "Occupation ordinaire",
            SOCIAL: "Occupation très sociale",
        },
        "« non déterminé » où la part n'est pas publiée",
    ),
    judge=judge,
    thresholds=thresholds,
    sentences=sentences,
)
