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
]


def _yes(mask: np.ndarray) -> np.ndarray:
    """Write a truth the way the shared file does."""
    return np.where(mask, "oui", "non")


def draw_leases(dwellings: pd.DataFrame, addresses: pd.DataFrame, turnover: pd.Series) -> pd.DataFrame:
    """Draw the decisions of the year for the dwellings standing in 2022."""
    rng = stream("leases")
    standing = dwellings["address"].to_numpy()[dwellings["fate"].ne("démolie").to_numpy()]
    rate = LEASES * (turnover / turnover.mean()).to_numpy()[standing]
    signed = standing[rng.random(len(standing)) < rate]
    refused = signed[rng.random(len(signed)) < REFUSALS]
    address = np.concatenate([signed, refused])
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
        }
    )
    order = shuffled(rng, len(table))
    return table.iloc[order].sort_values(["bailleur", "trimestre"], kind="stable", ignore_index=True)[COLUMNS]


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
