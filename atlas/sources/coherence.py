"""What the tables of a territory owe each other: known communes, the dwellings of the register."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from atlas.errors import excerpt
from atlas.geo import commune_of
from atlas.sources.cells import at_lines
from atlas.sources.desk import Desk, many
from atlas.territory import Territory


def check_communes(ops: pd.DataFrame, iris: gpd.GeoDataFrame | None, territory: Territory, desk: Desk) -> None:
    """Refuse communes that neither the district file nor the territory knows."""
    codes = commune_of(ops["code_insee"])
    known = {"du fichier IRIS": set(commune_of(iris["code_insee"]))} if iris is not None else {}
    if territory.territoire.communes:
        known["de [territoire] communes"] = set(commune_of(pd.Series(territory.territoire.communes)))
    for where, communes in known.items():
        for file, rows in ops[~codes.isin(communes)].groupby("fichier", sort=False):
            desk.faults.add(
                "OPS-COMMUNE",
                f"{file} : commune inconnue {excerpt(rows['code_insee'].unique())}, "
                f"{at_lines(rows['ligne'].to_numpy())} : absente {where}.",
                f"une des communes {excerpt(sorted(communes))}",
                "corriger le code Insee, ou donner les IRIS de tout le territoire au bon millésime",
            )


def compare_coverage(ops: pd.DataFrame, rpls: pd.DataFrame | None, desk: Desk) -> None:
    """Say how the dwellings of the survey compare with those of the register, on the communes of the survey."""
    if rpls is None:
        return
    campaign = int(rpls["campagne"].iloc[0])
    survey = ops[ops["campagne"] == campaign]
    register = rpls[commune_of(rpls["code_insee"]).isin(set(commune_of(survey["code_insee"])))]
    surveyed, registered = int(survey["nb_logements"].sum()), int(register["nb_logements"].sum())
    if registered:
        share = f"{100 * surveyed / registered:.1f}".replace(".", ",")
        desk.note(
            f"Couverture {campaign} : {many(surveyed, 'logement')} dans l'enquête pour "
            f"{many(registered, 'logement')} au RPLS sur les mêmes communes ({share} %)."
        )
