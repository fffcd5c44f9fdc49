"""Demand pressure: requests for each lease signed, by quartile, size of dwelling, age and commune.

Grain in: requests, and decisions. Grain out: one row per value of what both tell. A value that nobody told is a row of
its own; requests are those of the file as it is, at its date.
"""

from __future__ import annotations

import pandas as pd

from atlas.attribution_counts import demanded
from atlas.convention.results import NO_OBJECT, UNTOLD
from atlas.geo import official
from atlas.publish.reception import Board
from atlas.tables import DEMAND_FEATURES


def pressure_board(rows: pd.DataFrame | None, requests: pd.DataFrame | None) -> Board:
    """Weigh requests against leases, where there are requests."""
    caption = (
        "Demandes du fichier donné, baux signés des décisions données ; « sans objet » où aucun bail n'est signé. "
        "Aucune édition partagée de l'atlas ne contient les demandes : une demande n'a pas d'adresse, et ses petits "
        "effectifs ne peuvent pas être protégés avec ceux de l'enquête."
    )
    table = pd.DataFrame()
    if requests is not None:
        table = pd.DataFrame(
            {
                "dimension": DEMAND_FEATURES[row["caracteristique"]],
                "valeur": official().name_of(row["modalite"]) or row["modalite"],
                "demandes": row["demandes"],
                "baux_signes": None if row["baux"] != row["baux"] else row["baux"],
                "demandes_par_bail": _ratio(row["demandes"], row["baux"]),
            }
            for row in demanded(requests, rows).to_dict("records")
        )
    return Board("demande", "Pression de la demande", caption, table)


def _ratio(requests: float, leases: float) -> float | str:
    if leases != leases:
        return UNTOLD
    return requests / leases if leases else NO_OBJECT
