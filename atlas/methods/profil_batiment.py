"""A profile of six shares beside the territory: who lives there, one share at a time.

In: a published unit table, and the territory's published figures. Out: for each share whether it is "au-dessus",
"proche" or "en dessous" of the territory's, ``nb_parts`` of them on the side that a landlord watches, ``classe`` and
``lecture``. Five are watched above the territory; households over 60 % of the PLUS ceilings below it, that is where
those under 60 % are more. A profile says who lives there, and nothing of what they need.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from atlas.methods.bounds import Between, by_points
from atlas.methods.levels import Levels, Outcome
from atlas.methods.model import Method
from atlas.tables import INDICATORS, UNDETERMINED, UNKNOWN, Column

IN_POINTS, IN_PEOPLE, CUTS = "profil_points", "profil_personnes", "profil_marque"
BELOW, NEAR, ABOVE = "en dessous", "proche", "au-dessus"
LEVELS = Levels(
    "classe",
    "Profil d'occupation",
    {
        "proche du territoire": "Profil proche du territoire",
        "marqué": "Profil marqué",
        "très marqué": "Profil très marqué",
    },
    "par le nombre de parts qui s'écartent du territoire du côté que l'on surveille",
    calm=3,
)


@dataclass(frozen=True)
class Share:
    """One share of the profile: its column, what it is called, the indicator read; ``rest``: it is what that leaves."""

    column: str
    label: str
    code: str
    rest: bool = False

    @property
    def titles(self) -> tuple[str, ...]:
        """What is said of it, from the lowest rate of the indicator to the highest."""
        return (ABOVE, NEAR, BELOW) if self.rest else (BELOW, NEAR, ABOVE)


SHARES = (
    Share("part_65", "Titulaires de 65 ans et plus", "plus_65"),
    Share("part_seuls", "Personnes seules", "seuls"),
    Share("part_monoparentales", "Familles monoparentales", "monoparentales"),
    Share("part_sup60", "Ménages au-dessus de 60 % du plafond PLUS", "inf60", rest=True),
    Share("taille", "Personnes par logement occupé", "occupants"),
    Share("part_mutations", "Demandes de mutation", "mutations"),
)
NEEDS = tuple(one.code for one in SHARES)


def _margin(code: str, rules: Mapping[str, Any]) -> float:
    return float(rules[IN_POINTS if INDICATORS[code].unit == "%" else IN_PEOPLE])


def thresholds(rules: Mapping[str, Any], mean: Any = None) -> dict[str, list[Any]]:
    """Give the rate from which each share is beyond the territory's, on the side that is watched, one per unit."""
    return {code: [(mean[code] + _margin(code, rules)).round(9)] for code in NEEDS}


def _beside(share: Share) -> Between:
    """Judge one share: under the territory's, near it, or above."""

    def around(rules: Mapping[str, Any], mean: Any = None) -> dict[str, list[Any]]:
        margin, rate = _margin(share.code, rules), mean[share.code]
        # As far under the territory as the other bound is over it: the bound itself is no longer near.
        return {share.code: [np.nextafter((rate - margin).round(9), np.inf), (rate + margin).round(9)]}

    return by_points((share.code,), share.column, share.titles, around, lambda rules: (1, 2))


def sentences(rules: Mapping[str, Any]) -> tuple[str, ...]:
    """Say from what difference a share is no longer near the territory's, and what makes a class."""
    marked, strongly = rules[CUTS]
    return (
        f"Chaque part est comparée à celle du territoire : elle en est proche à moins de {rules[IN_POINTS]:g} points, "
        f"ou à moins de {rules[IN_PEOPLE]:g} personne par logement.",
        "Une part est surveillée au-dessus du territoire ; celle des ménages au-dessus de 60 % du plafond PLUS, en "
        f"dessous. Le profil est marqué à partir de {marked:g} part surveillée, très marqué à partir de {strongly:g}. "
        "Ces écarts et ces nombres sont un choix du projet.",
        "Un profil dit qui habite là, et ne dit pas qu'une occupation est fragile.",
    )


METHOD = Method(
    code="profil_batiment",
    label="Profil d'occupation",
    reading="Le profil compare six parts à celles du territoire : âge, personnes seules, familles monoparentales, "
    "ressources, taille des ménages, demandes de mutation.",
    source="Nantes : six parts montrées par bâtiment",
    needs=NEEDS,
    rules=(IN_POINTS, IN_PEOPLE, CUTS),
    levels=LEVELS,
    judge=by_points(
        NEEDS,
        LEVELS.column,
        tuple(LEVELS.titles),
        thresholds,
        lambda rules: rules[CUTS],
        score="nb_parts",
        beside=tuple(map(_beside, SHARES)),
    ),
    thresholds=thresholds,
    relative=lambda rules: True,
    more=(
        Outcome(
            Column(
                "nb_parts",
                "Parts surveillées",
                "parts",
                "au-delà du territoire ; vide où les chiffres ne le disent pas",
            )
        ),
        *(
            Outcome(
                Column(
                    one.column,
                    f"{one.label} : à côté du territoire",
                    "catégorie",
                    values=(BELOW, NEAR, ABOVE, UNDETERMINED, UNKNOWN),
                )
            )
            for one in SHARES
        ),
    ),
    sentences=sentences,
)
