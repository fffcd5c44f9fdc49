"""Addresses that one campaign holds and not the other: what the files prove of them, and nothing more.

Grain in: addresses without a link. Grain out: one row per event, residence of that campaign and residence of today.
A delivery needs a year of construction, a demolition or a sale the file of dwellings of the landlord; else the survey
alone is known to have gained or lost them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from atlas.filiation.events import FACTS
from atlas.tables.years import BETWEEN_CODES, DELIVERED, DEMOLISHED, ENTERED, LEFT

CONTESTED = "une autre adresse est au même endroit, sans preuve que ce soit la même"


def went(rows: pd.DataFrame, campaign: int, stock: pd.Index, whole: frozenset[str]) -> pd.DataFrame:
    """List what left.

    Parameters
    ----------
    rows : DataFrame
        Addresses that ``campaign`` lacks, with ``revient`` (seen again later) and ``conteste``, ``dernier`` (their
        landlord under its latest name).
    stock : Index
        The addresses of the file of dwellings.
    whole : frozenset of str
        Landlords whose addresses that file holds.
    """
    listed = rows["id_adresse"].isin(stock).to_numpy()
    kinds = [
        (rows["revient"].to_numpy(), LEFT, f"absente de la campagne {campaign}, de retour ensuite"),
        (rows["conteste"].to_numpy(), LEFT, f"absente de la campagne {campaign} ; {CONTESTED}"),
        (listed, LEFT, f"absente de la campagne {campaign}, encore dans le fichier des logements"),
        (
            rows["dernier"].isin(whole).to_numpy(),
            DEMOLISHED,
            "absente de l'enquête et du fichier des logements, qui tient les autres adresses du bailleur",
        ),
        (np.ones(len(rows), dtype=bool), LEFT, f"absente de la campagne {campaign}"),
    ]
    return _facts(rows, kinds, "de")


def came(rows: pd.DataFrame, campaign: int) -> pd.DataFrame:
    """List what came: ``neuve`` (built since), ``annee``, ``vue`` (the campaign before, or NaN), ``conteste``."""
    seen = rows["vue"].notna().to_numpy()
    kinds = [
        (rows["neuve"].to_numpy(), DELIVERED, None),
        (seen, ENTERED, None),
        (rows["conteste"].to_numpy(), ENTERED, f"nouvelle dans la campagne {campaign} ; {CONTESTED}"),
        (np.ones(len(rows), dtype=bool), ENTERED, f"nouvelle dans la campagne {campaign}"),
    ]
    built = "construite en " + _year(rows["annee"]) + " d'après le fichier des logements"
    again = "déjà dans la campagne " + _year(rows["vue"])
    told = np.where(rows["neuve"], built, again)
    return _facts(rows, [(mask, kind, told if words is None else words) for mask, kind, words in kinds], "vers")


def _year(years: pd.Series) -> pd.Series:
    return years.astype("Int64").astype("str").astype(object)


def _facts(rows: pd.DataFrame, kinds: list, side: str) -> pd.DataFrame:
    masks = [mask for mask, _, _ in kinds]
    other = "vers" if side == "de" else "de"
    told = rows.assign(
        evenement=np.select(masks, [kind for _, kind, _ in kinds], ""),
        preuve=np.select(masks, [words for _, _, words in kinds], ""),
    )
    told[side], told[other] = told["nom_alors"].str.replace(BETWEEN_CODES, "/").str.strip(), ""
    keys = ["campagne_avant", "residence", "id", "evenement", "de", "vers", "preuve"]
    found = told.groupby(keys, sort=True)["nb_logements"]
    return pd.DataFrame({"nb_adresses": found.size(), "nb_logements": found.sum(min_count=1)}).reset_index()[FACTS]
