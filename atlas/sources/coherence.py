"""What the tables of a territory owe each other: known communes, the dwellings of the register."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from atlas.errors import excerpt
from atlas.geo import official, present_commune, within
from atlas.later import geopandas as gpd
from atlas.sources.cells import at_lines
from atlas.sources.desk import Desk
from atlas.sources.headers import nearest
from atlas.sources.holders import holder_key
from atlas.territory import LocalTarget, Territory
from atlas.writing import comma, many


def check_communes(ops: pd.DataFrame, iris: gpd.GeoDataFrame | None, territory: Territory, desk: Desk) -> None:
    """Refuse communes that neither the district file nor the territory knows, under any of their codes."""
    codes = ops["code_insee"]
    known: dict[str, tuple[set[str], pd.Series]] = {}
    if iris is not None:  # districts are coded by arrondissement where addresses may name the whole city
        districts = set(present_commune(iris["code_insee"]))
        known["du fichier IRIS"] = (set(iris["code_insee"]), present_commune(codes).isin(districts))
    if territory.territoire.communes:
        named = set(territory.territoire.communes)
        known["de [territoire] communes"] = (named, within(codes, named))
    for where, (communes, inside) in known.items():
        for file, rows in ops[~inside].groupby("fichier", sort=False):
            desk.faults.add(
                "OPS-COMMUNE",
                f"{file} : commune inconnue {excerpt(rows['code_insee'].unique())}, "
                f"{at_lines(rows['ligne'].to_numpy())} : absente {where}.",
                f"une des communes {excerpt(sorted(communes))}",
                "corriger le code Insee, ou donner les IRIS de tout le territoire au bon millésime",
            )


def check_codes(ops: pd.DataFrame, desk: Desk) -> None:
    """Say which codes the official code never held: a slip, or a commune that does not exist."""
    code = official()
    for file, rows in ops.groupby("fichier", sort=False, observed=True):
        given = rows["code_insee"].dropna()
        unknown = [one for one in sorted(given.unique()) if code.covers(one) and not code.knows(one)]
        if unknown:
            lines = rows.loc[rows["code_insee"].isin(unknown), "ligne"].to_numpy()
            are = "n'est le code" if len(unknown) == 1 else "ne sont les codes"
            desk.note(
                f"{file} : {excerpt(unknown)} {are} d'aucune commune, ni en {code.vintage} ni depuis 2010 "
                f"({many(len(lines), 'ligne')}) : code à vérifier, ou territoire fictif."
            )


def say_targets(targets: Sequence[LocalTarget], landlords: Sequence[str], desk: Desk) -> None:
    """Say which landlords of the convention's targets are in none of the files."""
    known = {holder_key(name) for name in landlords}
    for one in targets:
        if one.bailleur is not None and holder_key(one.bailleur) not in known:
            near = nearest(one.bailleur, landlords)
            desk.note(
                f"[[cibles]] : « {one.bailleur} » n'est le bailleur d'aucun fichier, sa cible ne sert pas"
                f"{f' ; écrire « {near} » ?' if near else '.'}"
            )


def compare_coverage(ops: pd.DataFrame, rpls: pd.DataFrame | None, desk: Desk) -> None:
    """Say how the dwellings of the survey compare with those of the register, on the communes of the survey."""
    if rpls is None:
        return
    campaign = int(rpls["campagne"].iloc[0])
    survey = ops[ops["campagne"] == campaign]
    register = rpls[within(rpls["code_insee"], survey["code_insee"].dropna().unique())]
    surveyed, registered = int(survey["nb_logements"].sum()), int(register["nb_logements"].sum())
    if registered:
        share = comma(round(100 * surveyed / registered, 1))
        desk.note(
            f"Couverture {campaign} : {many(surveyed, 'logement')} dans l'enquête pour "
            f"{many(registered, 'logement')} au RPLS sur les mêmes communes ({share} %)."
        )
