"""Updates: what landlords sent between two surveys, brought to residences that the survey before knows whole.

In: the rows of updates as their files tell them, the survey, which residence each address is of. Out: the rows of the
residences that are updated whole, by address as the survey names it, each with the update it makes; the rest is set
aside with its reason. A residence of which an update forgets an address is not updated: its figures would be of other
people than those of the survey beside which they are read, and their difference would tell of that address.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from atlas.geo import present_commune
from atlas.sources.holders import holder_key
from atlas.tables.updates import UPDATE, UPDATED_ON, update_name

UNKNOWN = "adresse que l'enquête précédente ne connaît pas : elle attend la prochaine"
ELSEWHERE = "commune différente de celle de l'adresse dans l'enquête"
TWICE = "identifiant porté par plusieurs bailleurs, dont aucun n'est celui de l'actualisation"
PARTLY = "résidence dont l'actualisation ne donne pas toutes les adresses de l'enquête précédente"
SHARED = "résidence actualisée par plusieurs bailleurs la même année"
SEVERAL = "résidence actualisée par des fichiers de dates différentes la même année"


def apart(survey: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Part the rows of surveys from those of updates, which carry the day of theirs."""
    if UPDATED_ON not in survey:
        return survey, survey.iloc[:0]
    updated = survey[UPDATED_ON].notna()
    kept = survey[~updated].drop(columns=UPDATED_ON)
    return kept.reset_index(drop=True), survey[updated].reset_index(drop=True)


def updated(survey: pd.DataFrame, updates: pd.DataFrame, addresses: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put after the survey the residences that are updated whole.

    Parameters
    ----------
    survey : DataFrame
        Columns of the survey with ``code_adresse``, the identifier as its landlord writes it.
    updates : DataFrame
        Columns of the survey and ``date_actualisation`` (ISO day); ``campagne`` is the year of that day.
    addresses : DataFrame
        ``id_adresse``, ``id_residence``.

    Returns
    -------
    (answers, aside)
        ``answers``: the survey as it is, where nothing was sent; else with ``id_actualisation``,
        ``date_actualisation`` and, of updates, ``id_residence``, ``id_adresse`` as the survey names it.
        ``aside``: rows of updates that leave the flow, with ``motif``.
    """
    if not len(updates):
        return survey, updates.assign(motif="")
    residence = addresses.set_index("id_adresse")["id_residence"]
    parts = [_of_year(rows, survey, residence) for _, rows in updates.groupby("campagne")]
    told = pd.concat(parts, ignore_index=True)
    kept = told[told["motif"] == ""]
    names = [update_name(*one) for one in zip(kept["id_residence"], kept["campagne"], strict=True)]
    kept = kept.assign(**{UPDATE: pd.Series(names, kept.index, dtype="str")}).drop(columns="motif")
    return pd.concat([survey, kept], ignore_index=True), told[told["motif"] != ""]


def _of_year(rows: pd.DataFrame, survey: pd.DataFrame, residence: pd.Series) -> pd.DataFrame:
    """Name the addresses and residences of the updates of a year, and say why those that are not kept are not."""
    year = int(rows["campagne"].iloc[0])
    before = survey[survey["campagne"] == survey.loc[survey["campagne"] < year, "campagne"].max()]
    found, motif = _named(rows, before)
    told = rows.assign(
        id_adresse=found.where(found.notna(), rows["id_adresse"]), id_residence=found.map(residence), motif=motif
    )
    members = before.groupby(before["id_adresse"].map(residence).to_numpy())["id_adresse"].agg(set)
    sent = told["motif"] == ""
    reasons = {home: _whole(rows, members.get(home, set())) for home, rows in told[sent].groupby("id_residence")}
    return told.assign(motif=told["motif"].mask(sent, told["id_residence"].map(reasons).fillna("")))


def _whole(rows: pd.DataFrame, members: set[str]) -> str:
    """Say why the rows of a residence do not update it; nothing where they do."""
    if set(rows["id_adresse"]) != members:
        return PARTLY
    if rows["bailleur"].nunique() > 1:
        return SHARED
    return SEVERAL if rows[UPDATED_ON].nunique() > 1 else ""


def _named(rows: pd.DataFrame, before: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Find the address of each row in the survey before: of its landlord, else of the one who sold it."""
    known = pd.DataFrame(
        {
            "code": before["code_adresse"],
            "holder": _keys(before["bailleur"]),
            "commune": present_commune(before["code_insee"]),
            "id_adresse": before["id_adresse"],
        }
    ).dropna(subset="code")
    asked = pd.DataFrame({"row": np.arange(len(rows)), "code": rows["id_adresse"], "own": _keys(rows["bailleur"])})
    candidates = asked.astype({"code": str}).merge(known.astype({"code": str}), on="code")
    own = candidates["own"] == candidates["holder"]
    chosen = candidates[own | ~own.groupby(candidates["row"]).transform("any")]
    many = np.bincount(chosen["row"], minlength=len(rows))
    found = chosen.drop_duplicates("row").set_index("row").reindex(asked["row"])
    commune = present_commune(rows["code_insee"]).to_numpy(object)
    elsewhere = ~pd.isna(commune) & (commune != found["commune"].to_numpy(object))
    motif = pd.Series(
        np.select([many == 0, many > 1, elsewhere], [UNKNOWN, TWICE, ELSEWHERE], ""), rows.index, dtype="str"
    )
    return found["id_adresse"].set_axis(rows.index).astype("str").where(motif == ""), motif


def _keys(landlords: pd.Series) -> pd.Series:
    return landlords.map({name: holder_key(name) for name in landlords.unique()})
