"""Over-representation: how many fragile groups are more present in a unit than in the territory.

In: a published unit table, and the territory's published figures. Out: ``nb_groupes`` over-represented among those in
place, ``classe`` in words, ``lecture``; ``entrants``, those who move in, apart; ``nb_signes`` of management above the
territory's (arrears, turnover, vacancy) and ``croisement`` of groups with signs. A group is over-represented when its
share exceeds the territory's by a margin, in points or as a location quotient: a rule says which.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from atlas.methods.bounds import Between, Rates, by_points, points
from atlas.methods.levels import Levels, Outcome
from atlas.methods.model import Method
from atlas.tables import INDICATORS, UNDETERMINED, UNKNOWN, Column

KEY = "surrepresentation"
CHOSEN, AS_QUOTIENT, POINTS, QUOTIENT = f"{KEY}_groupes", f"{KEY}_en_rapport", f"{KEY}_points", f"{KEY}_rapport"
MANY, ENOUGH = f"{KEY}_plusieurs", f"{KEY}_signes"
GROUPS = ("inf40", "apl", "chomage", "seuls", "monoparentales", "familles_3", "moins_30", "plus_65")
NEWCOMERS, SIGNS = "er_inf40", ("impayes", "rotation", "vacance")
CROSSED = ("ni l'un ni l'autre", "signes de gestion seuls", "groupes seuls", "groupes et signes de gestion")
LEVELS = Levels(
    "classe",
    "Groupes fragiles surreprésentés",
    {
        "aucun groupe": "Aucun groupe surreprésenté",
        "quelques groupes": "Quelques groupes surreprésentés",
        "de nombreux groupes": "De nombreux groupes surreprésentés",
    },
    "parmi les ménages en place, par comparaison avec le territoire",
    calm=2,
)


def _over(code: str, rules: Mapping[str, Any], mean: Mapping[str, Any]) -> list[Any]:
    """Give the rate from which a group is over-represented."""
    share = mean[code]
    return [(share * rules[QUOTIENT] / 100 if rules[AS_QUOTIENT] else share + rules[POINTS]).round(9)]


def thresholds(rules: Mapping[str, Any], mean: Any = None) -> dict[str, list[Any]]:
    """Give, for each group that the rules name, the rate (%) from which it is over-represented, one per unit."""
    return {code: _over(code, rules, mean) for code in GROUPS if code in rules[CHOSEN]}


def _newcomers(rules: Mapping[str, Any], mean: Any = None) -> dict[str, list[Any]]:
    return {NEWCOMERS: _over(NEWCOMERS, rules, mean)}


def _signs(rules: Mapping[str, Any], mean: Any = None) -> dict[str, list[Any]]:
    """Give the rates of signs above the territory's: the first beyond it."""
    return {code: [np.nextafter(mean[code], np.inf)] for code in SIGNS}


def every_threshold(rules: Mapping[str, Any], mean: Any = None) -> dict[str, list[Any]]:
    """Give, beside those of the groups, the rates from which newcomers and signs of management are told too."""
    return {**thresholds(rules, mean), **_newcomers(rules, mean), **_signs(rules, mean)}


def _counts(of: Callable[..., Mapping[str, Sequence[Any]]]) -> Callable[..., np.ndarray]:
    def total(rates: Rates, rules: Mapping[str, Any], mean: Rates | None) -> np.ndarray:
        return points(rates, of(rules, mean)).sum(axis=1).to_numpy()

    return total


def _crossed(rates: Rates, rules: Mapping[str, Any], mean: Rates | None) -> np.ndarray:
    groups, signs = (_counts(one)(rates, rules, mean) for one in (thresholds, _signs))
    return 2 * (groups > 0) + (signs >= rules[ENOUGH])


def sentences(rules: Mapping[str, Any]) -> tuple[str, ...]:
    """Say what over-representation is, of whom, and from how many groups on."""
    margin = (
        f"au moins égale à {rules[QUOTIENT]:g} % de celle du territoire"
        if rules[AS_QUOTIENT]
        else f"supérieure d'au moins {rules[POINTS]:g} points à celle du territoire"
    )
    groups = ", ".join(INDICATORS[code].label for code in GROUPS if code in rules[CHOSEN])
    return (
        f"Un groupe est surreprésenté quand sa part est {margin}. Groupes comptés : {groups}. Ils sont nombreux à "
        f"partir de {rules[MANY]:g}. Groupes, écart et nombre sont un choix du projet.",
        "Les emménagés récents sous 40 % du plafond sont comparés à part, à ceux du territoire.",
        f"Impayés, rotation et vacance au-dessus du territoire sont des signes de gestion, retenus à partir de "
        f"{rules[ENOUGH]:g}. Les croiser avec les groupes ne dit pas que l'un explique l'autre.",
    )


_BESIDE = (
    by_points((NEWCOMERS,), "entrants", ("non surreprésentés", "surreprésentés"), _newcomers, lambda rules: (1,)),
    Between(
        (*GROUPS, *SIGNS),
        "croisement",
        CROSSED,
        _crossed,
        {"nb_signes": _counts(_signs)},
        thresholds=lambda rules, mean: {**thresholds(rules, mean), **_signs(rules, mean)},
    ),
)
_SILENT = (UNDETERMINED, UNKNOWN)

METHOD = Method(
    code="surrepresentations",
    label="Surreprésentations",
    reading="La classe vient du nombre de groupes fragiles plus présents que dans le territoire.",
    source="Saint-Dizier, observatoire de l'occupation, action 12 : déséquilibres par résidence",
    needs=(*GROUPS, NEWCOMERS, *SIGNS),
    rules=(CHOSEN, AS_QUOTIENT, POINTS, QUOTIENT, MANY, ENOUGH),
    levels=LEVELS,
    judge=Between(
        GROUPS,
        LEVELS.column,
        tuple(LEVELS.titles),
        lambda rates, rules, mean: np.digitize(_counts(thresholds)(rates, rules, mean), (1, rules[MANY])),
        {"nb_groupes": _counts(thresholds)},
        beside=_BESIDE,
        thresholds=thresholds,
        score="nb_groupes",
    ),
    thresholds=thresholds,
    relative=lambda rules: True,
    listed={CHOSEN: GROUPS},
    more=(
        Outcome(
            Column("nb_groupes", "Groupes surreprésentés", "groupes", "vide où les chiffres publiés ne le disent pas")
        ),
        Outcome(
            Column(
                "entrants",
                "Emménagés récents sous 40 % du plafond",
                "catégorie",
                "comparés à ceux du territoire",
                values=("non surreprésentés", "surreprésentés", *_SILENT),
            )
        ),
        Outcome(
            Column(
                "nb_signes",
                "Signes de gestion au-dessus du territoire",
                "signes",
                "impayés, rotation, vacance ; vide où les chiffres publiés ne le disent pas",
            )
        ),
        Outcome(
            Column(
                "croisement",
                "Groupes et signes de gestion",
                "catégorie",
                "groupes surreprésentés, croisés avec impayés, rotation et vacance ; aucun n'explique l'autre",
                values=(*CROSSED, *_SILENT),
            )
        ),
    ),
    sentences=sentences,
)
