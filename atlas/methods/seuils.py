"""The three published thresholds: low resources, low resources of recent movers, unemployment.

In: a published unit table. Out: ``nb_criteres`` (criteria met among those that can be read), ``niveau`` and, where
counts are shown, ``marge_<i>``. A level is "non déterminé" as soon as a criterion not published could change it;
``lecture`` then says what those published prove: "au moins fragile", or that none of two or more is met. Where
the criterion of recent movers is read on a wider perimeter, ``niveau_elargi`` is the level that it gives: beside the
other, unless a territory counts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from atlas.methods.levels import Criterion, Levels, Outcome
from atlas.methods.model import Method
from atlas.tables import INDICATORS, NOT_APPLICABLE, PUBLISHED, UNDETERMINED, Column
from atlas.tables.wider import CRITERION, MET, NOT_MET, RECENT

NOT_FRAGILE, FRAGILE, VERY_FRAGILE = "sans fragilité repérée", "fragile", "très fragile"
LEVELS = (NOT_FRAGILE, FRAGILE, VERY_FRAGILE, UNDETERMINED)
# What published criteria prove, whatever the others say: between "nothing met" and a level, two things less than one.
READING, CRITERIA_READ, CRITERIA_MET, WIDER_LEVEL = "lecture", "nb_criteres_lus", "nb_criteres", "niveau_elargi"
NONE_MET, AT_LEAST = "aucun critère publié atteint", "au moins fragile"
READINGS = (NOT_FRAGILE, NONE_MET, AT_LEAST, *LEVELS[1:])

_CRITERIA = (
    Criterion("inf40", "fragilite_inf40", "ressources", "Sous 40 %"),
    Criterion("er_inf40", "fragilite_er_inf40", "entrants", "Entrants sous 40 %", "Entr."),
    Criterion("chomage", "fragilite_chomage", "chômage", "Chômage", "Chôm."),
)
CRITERIA = tuple(one.code for one in _CRITERIA)
COUNTED, ENOUGH, SOME, MANY = "entrants_comptes", "lecture_criteres", "niveau_fragile", "niveau_tres_fragile"
RULES = (*(one.rule for one in _CRITERIA), SOME, MANY, COUNTED, ENOUGH)


def thresholds(rules: Mapping[str, Any], mean: Any = None) -> dict[str, list[float]]:
    """Give the rate (%) at which each criterion is met."""
    return {one.code: [rules[one.rule]] for one in _CRITERIA}


def judge(table: pd.DataFrame, rules: Mapping[str, Any]) -> pd.DataFrame:
    """Count the criteria met and give the level.

    Parameters
    ----------
    table : DataFrame
        Published columns ``tx_<i>`` (%), ``st_<i>``, ``n_<i>``, ``d_<i>`` where the edition shows counts, and
        ``er_critere`` where recent movers are read wider.
    rules : mapping
        Value of each key of :data:`RULES`.

    Returns
    -------
    DataFrame
        Same index; ``nb_criteres`` (NaN when none can be read), ``niveau``, ``nb_criteres_lus``, ``lecture``,
        ``marge_<i>`` with counts, ``niveau_elargi`` with ``er_critere``.

    Examples
    --------
    >>> rules = dict.fromkeys(RULES, 40) | {SOME: 1, MANY: 2, COUNTED: 0, ENOUGH: 2}
    >>> table = pd.DataFrame({f"{kind}_{code}": [value, value] for code in CRITERIA
    ...     for kind, value in (("tx", 45.0), ("st", "publié"))})
    >>> table.loc[1, ["st_inf40", "st_chomage"]] = "secret"
    >>> judge(table, rules)[["niveau", "lecture"]].to_numpy().tolist()
    [['très fragile', 'très fragile'], ['non déterminé', 'au moins fragile']]
    """
    margins = {}
    for one in _CRITERIA:
        indicator, threshold = INDICATORS[one.code], rules[one.rule]
        if indicator.n in table:
            gap = margin(table[indicator.n], table[indicator.d], threshold)
            margins[f"marge_{one.code}"] = gap.where(table[indicator.st] == PUBLISHED)
    judged = _judged(table, rules, {})
    if CRITERION in table:
        told = table[CRITERION].isin([MET, NOT_MET]).to_numpy()
        wider = _judged(table, rules, {RECENT: (told, (table[CRITERION] == MET).to_numpy())})
        judged = (wider if rules[COUNTED] else judged).assign(**{WIDER_LEVEL: wider["niveau"]})
    return judged.assign(**margins)


def _judged(
    table: pd.DataFrame, rules: Mapping[str, Any], read: Mapping[str, tuple[np.ndarray, np.ndarray]]
) -> pd.DataFrame:
    """Count the criteria met and give the level; ``read``: by criterion read elsewhere, whether it is, and is met."""
    met, open_ones, readable = (np.zeros(len(table), dtype=int) for _ in range(3))
    for one in _CRITERIA:
        indicator = INDICATORS[one.code]
        told = (table[indicator.st] == PUBLISHED).to_numpy()
        reached = told & (table[indicator.tx] >= rules[one.rule]).to_numpy()
        told, reached = read.get(one.code, (told, reached))
        met += reached
        open_ones += (table[indicator.st] != NOT_APPLICABLE).to_numpy() & ~told
        readable += told
    lowest, highest = _level(met, rules), _level(met + open_ones, rules)
    level = np.where((lowest == highest) & (readable > 0), np.array(LEVELS, dtype=object)[lowest], UNDETERMINED)
    proven = np.select(
        [level != UNDETERMINED, lowest > 0, (met == 0) & (readable >= rules[ENOUGH])],
        [level, AT_LEAST, NONE_MET],
        UNDETERMINED,
    )
    return pd.DataFrame(
        {
            CRITERIA_MET: pd.Series(met, table.index).where(readable > 0),
            "niveau": level,
            CRITERIA_READ: readable,
            READING: proven,
        },
        table.index,
    )


def margin(numerator: pd.Series, denominator: pd.Series, threshold: float) -> pd.Series:
    """Answers that would have to change for the criterion to flip: positive above the threshold, negative below.

    >>> margin(pd.Series([8, 7, 10]), pd.Series([20, 20, 20]), 40).tolist()
    [1.0, -1.0, 3.0]
    """
    # Rounded at 1e-9 so that 0.4 x 20 is 8 and not 8.000000000000002.
    needed = np.ceil((denominator * threshold / 100).round(9))
    gap = (numerator - needed).astype(float)
    return gap.where(gap < 0, gap + 1)


def _level(met: np.ndarray, rules: Mapping[str, Any]) -> np.ndarray:
    return np.select([met >= rules[MANY], met >= rules[SOME]], [2, 1], 0)


def sentences(rules: Mapping[str, Any]) -> tuple[str, ...]:
    """Say how the criteria make a level."""
    return (
        "Chaque critère est lu sur son propre dénominateur. Il est atteint quand le taux publié est au moins égal à "
        "son seuil.",
        f"L'occupation est fragile à partir de {rules[SOME]:g} critère atteint, très fragile à partir de "
        f"{rules[MANY]:g}. Ces deux nombres sont un choix du projet : la source publiée ne les donne pas. Le nombre de "
        "critères est toujours montré.",
    )


def _margin(code: str) -> Outcome:
    indicator = INDICATORS[code]
    meaning = "réponses qui feraient basculer le critère ; négatif : sous le seuil"
    column = Column(f"marge_{code}", f"{indicator.label} : marge au seuil", indicator.population, meaning, secret=True)
    return Outcome(column, counts=True)


METHOD = Method(
    code="seuils",
    label="Trois critères à seuil",
    reading="Le niveau vient du nombre de critères atteints : ressources des ménages en place, ressources des "
    "emménagés récents, chômage.",
    source="Dijon métropole, document cadre CIL-CIA, juin 2022, 2.3.1",
    needs=CRITERIA,
    rules=RULES,
    levels=Levels(
        "niveau",
        "Niveau de fragilité",
        {
            NOT_FRAGILE: "Sans fragilité repérée",
            FRAGILE: "Occupation fragile",
            VERY_FRAGILE: "Occupation très fragile",
        },
        "« non déterminé » dès qu'un critère non publié pourrait le changer",
        met=CRITERIA_MET,
        wider=WIDER_LEVEL,
    ),
    readings=Levels(
        READING,
        "Ce que prouvent les critères publiés",
        {
            NOT_FRAGILE: "Sans fragilité repérée",
            NONE_MET: "Aucun critère publié atteint",
            AT_LEAST: "Occupation au moins fragile",
            FRAGILE: "Occupation fragile",
            VERY_FRAGILE: "Occupation très fragile",
        },
        "le niveau, ou ce qui est sûr quoi que dise un critère non publié ; deux critères lus au moins pour dire "
        "qu'aucun n'est atteint",
        met=CRITERIA_MET,
        notes={
            NONE_MET: "un critère au moins n'est pas publié : l'occupation peut être fragile",
            AT_LEAST: "un critère au moins n'est pas publié : l'occupation peut être très fragile",
        },
        calm=2,
    ),
    judge=judge,
    thresholds=thresholds,
    criteria=_CRITERIA,
    more=(
        Outcome(
            Column(
                CRITERIA_MET,
                "Critères de fragilité atteints",
                "critères",
                "parmi les critères de fragilité, ceux atteints et lisibles dans l'édition",
            )
        ),
        Outcome(
            Column(CRITERIA_READ, "Critères de fragilité lus", "critères", "ceux que l'édition publie"),
        ),
        Outcome(
            Column(
                WIDER_LEVEL,
                "Niveau, entrants lus plus large",
                "catégorie",
                "le niveau que donnerait ce critère ; montré à côté du niveau, sauf choix du territoire",
                values=LEVELS,
            ),
            units=("residences",),
        ),
        *(_margin(code) for code in CRITERIA),
    ),
    sentences=sentences,
    bare=True,
)
