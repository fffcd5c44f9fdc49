"""What one landlord sends between two surveys, and what the atlas must make of it."""

from __future__ import annotations

from typing import Any

import pandas as pd

SENDER, DAY = "Orle Habitat", "2025-06-30"
COMMUNE = "21903"  # small: what is built of it alone holds every difficulty
UNKNOWN = "ORH-7001"  # delivered since the survey


def write_update(drawn: pd.DataFrame, before: pd.DataFrame, homes: pd.Series) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Write its file, without a campaign, and the answer.

    One residence answers what it answered to the survey, one lacks an address, and one address is of no survey yet.

    Parameters
    ----------
    drawn, before : DataFrame
        What the landlords would file on that day, and filed for the survey before: canonical columns.
    homes : Series of str
        By ``id_adresse``, the true residence.
    """
    mine = drawn[drawn["bailleur"].eq(SENDER)].reset_index(drop=True)
    home = mine["id_adresse"].map(homes)
    addresses, dwellings = (mine.groupby(home)["nb_logements"].agg(how) for how in ("size", "sum"))
    here = mine["code_insee"].eq(COMMUNE).groupby(home).all()
    several = sorted(addresses.index[here & addresses.between(2, 4) & dwellings.between(25, 80)])
    again, lacking = several[0], several[1]
    same = mine["id_adresse"].isin(mine.loc[home.eq(again), "id_adresse"])
    mine.loc[same] = before.set_index("id_adresse").loc[mine.loc[same, "id_adresse"]].reset_index()[mine.columns].values
    forgotten = str(mine.loc[home.eq(lacking), "id_adresse"].iloc[-1])
    new = mine[mine["code_insee"].eq(COMMUNE)].iloc[[0]]
    new = new.assign(id_adresse=UNKNOWN, nom_residence="", adresse="3 Rue des Sorbiers Neufs", id_ban="")
    sent = pd.concat([mine[mine["id_adresse"].ne(forgotten)], new], ignore_index=True).drop(columns="campagne")
    answer = {
        "bailleur": SENDER,
        "date": DAY,
        "adresses": len(sent),
        "adresse_oubliee": forgotten,
        "adresse_inconnue": UNKNOWN,
        "residence_redonnee": {"id_residence_vraie": again, "adresses": mine.loc[same, "id_adresse"].tolist()},
    }
    return sent, answer
