"""One row per dwelling of 2022: size, rent, year, energy label; the truth first, then the file with its holes.

The rent is compared with the ceiling on the surface that the rule names (utile); one landlord's file gives the living
surface instead, so that the atlas cannot know for its dwellings while this module does.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from draws import normal, pick_each, shuffled, stream
from households import situation

CEILING = 5.10  # €/m² of surface utile: the published value of 2020 that the demonstration reuses
LOW_RENT = {"in": 0.70, "out": 0.23}  # published shares of dwellings under the ceiling, in and out of the quarters
ROOMS = {"maisons": [0.0, 0.05, 0.25, 0.5, 0.2], "other": [0.08, 0.2, 0.38, 0.26, 0.08]}
LIVING = "TDR"  # this landlord gives the living surface
FILE_COLUMNS = [
    "id_logement",
    "id_adresse",
    "bailleur",
    "nb_pieces",
    "surface_utile",
    "surface_habitable",
    "loyer_mensuel_hc",
    "financement",
    "annee_construction",
    "dpe",
    "type_construction",
    "accessible_pmr",
]


def spread(addresses: pd.DataFrame, residences: pd.DataFrame) -> pd.DataFrame:
    """List every dwelling that stood at one of the surveys, in the order of the addresses."""
    of = np.repeat(np.arange(len(addresses)), addresses["nb"].astype(int))
    known = residences.set_index("id_residence")
    home = addresses["id_residence"].iloc[of]
    return pd.DataFrame(
        {
            "address": of,
            "id_adresse": addresses["id_adresse"].to_numpy()[of],
            "prefix": addresses["prefix"].to_numpy()[of],
            "landlord": addresses["landlord"].to_numpy()[of],
            "id_residence": home.to_numpy(),
            "place": situation(addresses)[of],
            **{name: known.loc[home, name].to_numpy() for name in ("kind", "year", "fate")},
        }
    )


def furnish(dwellings: pd.DataFrame) -> pd.DataFrame:
    """Give every dwelling its rooms, surface, rent, funding and label. Rents hold to the published shares."""
    rng = stream("dwellings")
    count = len(dwellings)
    shares = np.array([ROOMS["maisons" if kind == "maisons" else "other"] for kind in dwellings["kind"]])
    rooms = pick_each(rng, shares) + 1
    units, home = np.unique(dwellings["id_residence"], return_inverse=True)
    plans, plan = np.unique(home * 10 + rooms, return_inverse=True)  # dwellings of one residence and size look alike
    surface = np.round(
        np.array([31.0, 47.5, 64.0, 78.5, 93.0])[rooms - 1] * (1 + 0.06 * normal(rng, len(plans)))[plan], 1
    )
    label = (0.60 * normal(rng, len(units)))[home] + (0.16 * normal(rng, len(plans)))[plan]
    label += (
        np.where(rng.random(count) < 0.4, 0.15 * normal(rng, count), 0.0) + 0.10 * (rooms == 1) - 0.07 * (rooms >= 4)
    )
    label += np.where(dwellings["year"] >= 2000, 0.55, 0.0)
    rent = np.empty(count)
    for inside, share in ((True, LOW_RENT["in"]), (False, LOW_RENT["out"])):
        mine = dwellings["place"].eq("qpv").to_numpy() == inside
        standing = mine & dwellings["fate"].ne("démolie").to_numpy()
        rent[mine] = CEILING + label[mine] - np.quantile(label[standing], share)
    monthly = np.round(rent * surface, 2)
    year = dwellings["year"].to_numpy()
    funding = np.where(year < 1978, "HLM/O", np.where(rng.random(count) < 0.12, "PLAI", "PLUS"))
    grade = np.clip(np.round((2024 - year) / 16 + normal(rng, len(units))[home] * 0.7), 0, 6).astype(int)
    access = (rng.random(len(units))[home] < np.where(year > 1982, 0.55, 0.12)) & (rng.random(count) < 0.7)
    return dwellings.assign(
        nb_pieces=rooms,
        surface_utile=surface,
        surface_habitable=np.round(surface / 1.045, 1),
        loyer_mensuel_hc=monthly,
        bas_loyer=monthly / surface < CEILING,
        financement=funding,
        annee_construction=year,
        dpe=np.array(list("ABCDEFG"))[grade],
        type_construction=np.where(dwellings["kind"].eq("maisons"), "I", "C"),
        accessible_pmr=np.where(access, "oui", "non"),
    )


def as_filed(dwellings: pd.DataFrame, names: dict[str, str]) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Write the dwellings of 2022 as the landlords do: holes, sentinels, another surface, rows too many or too few.

    ``bas_loyer_connu`` is what the file allows: 1, 0, or empty when it cannot be known.
    """
    rng = stream("filed")
    filed = dwellings[dwellings["fate"].ne("démolie")].reset_index(drop=True)
    filed["id_logement"] = "L" + (filed.index + 1).astype(str).str.zfill(5)
    filed["bailleur"] = filed["prefix"].map(names)
    text = filed.astype(
        {"surface_utile": object, "surface_habitable": object, "loyer_mensuel_hc": object, "dpe": object}
    )
    living = filed["prefix"].eq(LIVING)
    text.loc[living, "surface_utile"] = ""
    text.loc[~living, "surface_habitable"] = ""
    order = iter(np.split(shuffled(rng, len(filed)), np.cumsum([260, 40, 25, 12, 18, 150])))
    record: dict[str, Any] = {}
    for label, column, value in (
        ("loyer_vide", "loyer_mensuel_hc", ""),
        ("loyer_9999", "loyer_mensuel_hc", "9999"),
        ("loyer_NC", "loyer_mensuel_hc", "NC"),
        ("loyer_zero", "loyer_mensuel_hc", "0"),
        ("surface_999", "surface_utile", "999"),
        ("dpe_Z", "dpe", "Z"),
    ):
        rows = next(order)
        rows = rows[~living.to_numpy()[rows]] if column == "surface_utile" else rows
        text.loc[rows, column] = value
        record[label] = len(rows)
    blind = text["loyer_mensuel_hc"].isin(["", "9999", "NC", "0"]) | text["surface_utile"].isin(["", "999"])
    last = filed.groupby("id_adresse").tail(1)
    left_out = last.index[last["prefix"].eq("ORH") & last["nb_pieces"].ge(3)][[20, 60, 100]]
    filed["bas_loyer_connu"] = filed["bas_loyer"].astype(int).where(~(blind | filed.index.isin(left_out)))
    strays = text.iloc[[500, 5000]].assign(id_adresse="HTV-9998", id_logement=["L99998", "L99999"])
    record["adresses_a_qui_manque_un_logement"] = filed.loc[left_out, "id_adresse"].tolist()
    record["logements_sans_adresse"] = strays["id_logement"].tolist()
    return filed, record | {"fichier": pd.concat([text.drop(index=left_out), strays])[FILE_COLUMNS]}
