"""Attribution decisions of 2022, one row each: signed leases and refusals, by income quartile and reservation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from draws import pick_each, shuffled, stream

LEASES = 0.078  # signed in the year, per dwelling
REFUSALS = 0.30  # decisions refused, per lease
UNKNOWN = 0.03  # decisions whose dwelling is not located
FIRST_QUARTILE = {"oui": 0.31, "non": 0.125}  # among signed leases; published shares are of this order
HOLDERS = {
    "Etat": (0.22, 1.0),
    "Action Logement": (0.24, 0.27),
    "Commune": (0.14, 0.2),
    "EPCI": (0.06, 0.28),
    "Bailleur": (0.34, 0.22),
}
REASONS = ("localisation", "loyer ou charges", "logement inadapté", "sans réponse du candidat", "autre logement obtenu")
COLUMNS = [
    "annee",
    "trimestre",
    "bailleur",
    "id_adresse",
    "code_insee",
    "en_qpv",
    "quartile",
    "reservataire",
    "public_prioritaire",
    "relogement_renouvellement",
    "mutation",
    "issue",
    "motif_refus",
    "typologie",
    "bailleur_actuel",
]
STAYS, UNTOLD_MOVES = 0.66, 0.06  # transfers within the landlord's own stock, and from a landlord that is not told
ASKED = 6.2  # requests waiting, per lease of the year
# Requests: sizes wanted, ages and quartiles of those who ask.
SIZES = {"T1": 0.22, "T2": 0.33, "T3": 0.25, "T4": 0.15, "T5": 0.05}
AGES = {26: 0.29, 44: 0.60, 71: 0.11}
QUARTILES = {1: 0.31, 2: 0.25, 3: 0.23, 4: 0.21}


def _yes(mask: np.ndarray) -> np.ndarray:
    """Write a truth the way the shared file does."""
    return np.where(mask, "oui", "non")


def draw_leases(dwellings: pd.DataFrame, addresses: pd.DataFrame, turnover: pd.Series) -> pd.DataFrame:
    """Draw the decisions of the year for the dwellings standing in 2022."""
    rng = stream("leases")
    standing = np.flatnonzero(dwellings["fate"].ne("démolie"))
    rate = LEASES * (turnover / turnover.mean()).to_numpy()[dwellings["address"].to_numpy()[standing]]
    signed = standing[rng.random(len(standing)) < rate]
    refused = signed[rng.random(len(signed)) < REFUSALS]
    home = np.concatenate([signed, refused])
    address = dwellings["address"].to_numpy()[home]
    is_lease = np.arange(len(address)) < len(signed)
    place = addresses.iloc[address]
    in_qpv = _yes(place["code_quartier"].str.startswith("QN").to_numpy())
    first = np.array([FIRST_QUARTILE[value] for value in in_qpv]) + np.where(is_lease, 0.0, 0.05)
    others = (1 - first)[:, None] * np.array([0.36, 0.35, 0.29])[None]
    shares = np.array([share for share, _ in HOLDERS.values()])
    holder = pick_each(rng, np.broadcast_to(shares, (len(address), len(shares))))
    priority = rng.random(len(address)) < np.array([rate for _, rate in HOLDERS.values()])[holder]
    lost = rng.random(len(address)) < UNKNOWN
    table = pd.DataFrame(
        {
            "annee": 2022,
            "trimestre": 1 + (4 * rng.random(len(address))).astype(int),
            "bailleur": place["bailleur"].to_numpy(),
            "id_adresse": np.where(lost, "", place["id_adresse"]),
            "code_insee": place["code_insee"].to_numpy(),
            "en_qpv": np.where(lost, "inconnu", in_qpv),
            "quartile": 1 + pick_each(rng, np.column_stack([first, others])),
            "reservataire": np.array(list(HOLDERS))[holder],
            "public_prioritaire": _yes(priority),
            "relogement_renouvellement": _yes(rng.random(len(address)) < np.where(in_qpv == "oui", 0.012, 0.004)),
            "mutation": _yes(rng.random(len(address)) < 0.16),
            "issue": np.where(is_lease, "bail signé", "refus"),
            "motif_refus": np.where(is_lease, "", np.array(REASONS)[(5 * rng.random(len(address))).astype(int)]),
            "typologie": "T" + dwellings["nb_pieces"].astype(int).astype(str).to_numpy()[home],
        }
    )
    table["bailleur_actuel"] = _left(table)
    order = shuffled(rng, len(table))
    return table.iloc[order].sort_values(["bailleur", "trimestre"], kind="stable", ignore_index=True)[COLUMNS]


def _left(table: pd.DataFrame) -> np.ndarray:
    """Name the landlord that a household leaves, as often another one as its stock is large."""
    rng = stream("transfers")
    others = table["bailleur"].to_numpy()[(len(table) * rng.random(len(table))).astype(int)]
    same, told = rng.random(len(table)) < STAYS, rng.random(len(table)) >= UNTOLD_MOVES
    left = np.where(same, table["bailleur"], others)
    return np.where(table["mutation"].eq("oui") & told, left, "")


def draw_requests(leases: pd.DataFrame) -> pd.DataFrame:
    """Draw the requests waiting on 1 January 2022, counted by commune, size, age and quartile."""
    rng = stream("requests")
    rows = []
    signed = leases.loc[leases["issue"].eq("bail signé"), "code_insee"].value_counts().sort_index()
    for commune, held in signed.items():
        for size, sized in SIZES.items():
            for age, aged in AGES.items():
                for quartile, poor in QUARTILES.items():
                    count = ASKED * held * sized * aged * poor * (0.7 + 0.6 * rng.random())
                    rows.append((2022, commune, size, age, quartile, int(count + rng.random())))
    names = ["annee", "code_insee", "typologie", "age_demandeur", "quartile", "nb"]
    table = pd.DataFrame(rows, columns=names)
    return table[table["nb"] > 0].reset_index(drop=True)


def count_requests(requests: pd.DataFrame, leases: pd.DataFrame) -> dict[str, Any]:
    """Recount requests and signed leases for the known answer."""
    signed = leases[leases["issue"].eq("bail signé")]
    asked = {name: requests.groupby(name)["nb"].sum() for name in ("typologie", "quartile", "code_insee")}
    return {
        "demandes": int(requests["nb"].sum()),
        **{
            f"par_{name}": {
                str(value): {"demandes": int(count), "baux": int(signed[name].eq(value).sum())}
                for value, count in found.items()
            }
            for name, found in asked.items()
        },
    }


def count_leases(table: pd.DataFrame) -> dict[str, Any]:
    """Recount the decisions for the known answer, place by place and quartile by quartile."""
    lease = table["issue"].eq("bail signé")
    out = lease & table["en_qpv"].eq("non")
    helped = out & (table["quartile"].eq(1) | table["relogement_renouvellement"].eq("oui"))
    inside = table["en_qpv"].eq("oui")
    by = table.assign(baux=lease.astype(int), decisions=1).groupby(["en_qpv", "quartile"])[["decisions", "baux"]].sum()
    holders = table.assign(prioritaires=table["public_prioritaire"].eq("oui").astype(int), decisions=1)
    return {
        "decisions": len(table),
        "baux_signes": int(lease.sum()),
        "par_lieu_et_quartile": {
            lieu: {str(q): {k: int(v) for k, v in by.loc[(lieu, q)].items()} for q in by.loc[lieu].index}
            for lieu in ("oui", "non", "inconnu")
        },
        "hors_qpv": {
            "baux_q1_ou_relogement": int(helped.sum()),
            "baux": int(out.sum()),
            "manquants_pour_25_pct": int(max(0, np.ceil(0.25 * out.sum()) - helped.sum())),
        },
        "en_qpv": {"decisions_q2_q4": int((inside & table["quartile"].gt(1)).sum()), "decisions": int(inside.sum())},
        "publics_prioritaires_par_reservataire": {
            name: {k: int(v) for k, v in rows.items()}
            for name, rows in holders.groupby("reservataire")[["prioritaires", "decisions"]].sum().iterrows()
        },
    }
