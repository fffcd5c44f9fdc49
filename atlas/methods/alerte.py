"""The alerts that a landlord sets on its own stock: indicators and thresholds of its choice.

In: published units, and the alerts that an edition may show, under the name of their landlord. Out: ``classe``, "non
renseigné" where nobody set an alert, ``nb_alertes`` where figures settle it, and ``lecture``. Alerts are those of the
territory file: each landlord reads its own, and others read what it shares.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from atlas.methods.bounds import Between, by_points
from atlas.methods.levels import Levels, Outcome
from atlas.methods.model import Method
from atlas.tables import INDICATORS, Column
from atlas.writing import comma

ALERTS, HOLDER, COUNTED, SET = "alertes", "bailleur", "nb_alertes", "seuils"
NEEDS = tuple(one.code for one in INDICATORS.values() if one.alerted)
LEVELS = Levels(
    "classe",
    "Alertes du bailleur",
    {
        "aucune alerte": "Aucune alerte",
        "une alerte": "Une alerte",
        "plusieurs alertes": "Plusieurs alertes",
    },
    "« non renseigné » où le bailleur n'a pas fixé d'alerte, ou ne la partage pas",
    calm=3,
)


def thresholds(rules: Mapping[str, Any], mean: Any = None) -> dict[str, list[Any]]:
    """Give the rate (%) of each alert, unit by unit: that of its landlord, NaN where it has none.

    >>> rules = {ALERTS: {"Habitat du Val": {"inf40": 45}}, HOLDER: pd.Series(["Habitat du Val", "Orle Habitat"])}
    >>> [one.tolist() for one in thresholds(rules)["inf40"]]
    [[45.0, nan]]
    """
    alerts, holders = rules.get(ALERTS, {}), rules.get(HOLDER)
    if holders is None:
        return {}
    set_by = {code: {name: one[code] for name, one in alerts.items() if code in one} for code in NEEDS}
    return {code: [holders.map(rates).astype(float)] for code, rates in set_by.items() if rates}


@dataclass(frozen=True)
class _Alerts(Between):
    """The judgement, with what each landlord has set."""

    def __call__(
        self, table: pd.DataFrame, rules: Mapping[str, Any], territory: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        words = {
            holder: " ; ".join(f"{INDICATORS[code].label} : {comma(rate)}" for code, rate in rates.items())
            for holder, rates in rules.get(ALERTS, {}).items()
        }
        judged = super().__call__(table, rules, territory)
        said = [words.get(holder) for holder in rules.get(HOLDER, [None] * len(table))]
        return judged.assign(**{SET: pd.Series(said, table.index, dtype=object)})


def sentences(rules: Mapping[str, Any]) -> tuple[str, ...]:
    """Say what an alert is, and whose."""
    return (
        "Chaque bailleur choisit, pour son propre parc, des indicateurs et le taux à partir duquel être alerté. "
        "Une alerte est atteinte quand le taux publié est au moins égal à ce taux. Elle n'est montrée qu'à lui, sauf "
        "s'il la partage : deux parcs ne se comparent pas.",
    )


METHOD = Method(
    code="alerte",
    label="Alertes des bailleurs",
    reading="L'alerte vient des indicateurs et des seuils que le bailleur a choisis pour son parc.",
    source="Indicateur de peuplement du fichier partagé de la demande : indicateurs et seuil choisis par le bailleur",
    needs=NEEDS,
    rules=(),
    levels=LEVELS,
    judge=_Alerts(
        **vars(by_points(NEEDS, LEVELS.column, tuple(LEVELS.titles), thresholds, lambda rules: (1, 2), score=COUNTED))
    ),
    thresholds=thresholds,
    apart=True,
    yearly=False,
    reads=(HOLDER,),
    units=("residences",),
    more=(
        Outcome(Column(COUNTED, "Alertes atteintes", "alertes", "vide où les chiffres publiés ne le disent pas")),
        Outcome(Column(SET, "Seuils des alertes", meaning="en %, choisis par le bailleur")),
    ),
    sentences=sentences,
)
