"""Demand pressure: requests for each lease signed, by quartile, size of dwelling, age and commune.

Grain in: requests, and decisions. Grain out: one row per value of what both tell. A value that nobody told is a row of
its own; requests are those of the file as it is, at its date.
"""

from __future__ import annotations

import pandas as pd

from atlas.attribution_counts import flags_of
from atlas.convention.results import NO_OBJECT, UNTOLD
from atlas.publish.reception import Board

_DIMENSIONS = {"quartile": "Quartile", "typologie": "Taille du logement", "age_demandeur": "Âge", "commune": "Commune"}
_AGES = ((30, "moins de 30 ans"), (65, "30 à 64 ans"), (1000, "65 ans et plus"))  # bands of the survey


def pressure_board(rows: pd.DataFrame | None, requests: pd.DataFrame | None) -> Board:
    """Weigh requests against leases, where there are requests."""
    caption = (
        "Demandes du fichier donné, baux signés des décisions données ; « sans objet » où aucun bail n'est signé. "
        "Aucune édition de l'atlas ne contient les demandes : une demande n'a pas d'adresse, et ses petits effectifs "
        "ne peuvent pas être protégés avec ceux de l'enquête."
    )
    if requests is None:
        return Board("demande", "Pression de la demande", caption, pd.DataFrame())
    every = {
        "dimension": "Ensemble",
        "valeur": "toutes les demandes",
        **_ratio(float(requests["nb"].sum()), None if rows is None else float(flags_of(rows)["baux"].sum())),
    }
    table = [every]
    for name, label in _DIMENSIONS.items():
        asked = _summed(requests, requests["nb"], name)
        if asked is None:
            continue
        signed = None if rows is None else _summed(rows, pd.Series(flags_of(rows)["baux"], rows.index), name)
        for value, count in asked.items():
            leases = None if signed is None else float(signed.get(value, 0.0))
            table.append({"dimension": label, "valeur": str(value), **_ratio(float(count), leases)})
    return Board("demande", "Pression de la demande", caption, pd.DataFrame(table))


def _ratio(requests: float, leases: float | None) -> dict[str, object]:
    return {
        "demandes": requests,
        "baux_signes": leases,
        "demandes_par_bail": UNTOLD if leases is None else requests / leases if leases else NO_OBJECT,
    }


def _summed(table: pd.DataFrame, count: pd.Series, name: str) -> pd.Series | None:
    """Sum a count by the values of a column; None where the column tells nothing."""
    if not table[name].notna().any():
        return None
    values = table[name]
    if name == "age_demandeur":
        values = pd.cut(values, [-1, *(below - 0.001 for below, _ in _AGES)], labels=[label for _, label in _AGES])
    elif name == "quartile":
        values = values.map(lambda one: "1" if one == "1" else "2-4", na_action="ignore")
    return count.astype(float).groupby(values.astype("str").fillna(UNTOLD), sort=True).sum()
