"""What decisions say beyond the three shares: the landlords' yearly report, refusals by reason, transfers.

Grain in: one row per decision. Grain out: one row per year, landlord and value, the whole first. Homes proposed are
decisions, homes allocated are leases (code de la construction et de l'habitation, R.441-5-1); the period of
construction is not in these files, and is not invented: an edition reads it of the dwellings.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from atlas.attribution_counts import flags_of
from atlas.convention.results import NO_OBJECT, UNTOLD, WHOLE
from atlas.writing import natural

_DIMENSIONS = {
    "reservataire": "Réservataire",
    "situation": "Situation",
    "code_insee": "Commune (code Insee)",
    "commune": "Commune",
    "typologie": "Taille du logement",
    "financement": "Financement du logement",
}
_PLACES = {"oui": "QPV", "non": "hors QPV", "inconnu": "situation inconnue"}


def reported(rows: pd.DataFrame | None) -> pd.DataFrame:
    """Count homes proposed and allocated by each thing that the report asks and the files tell."""
    return pd.DataFrame(
        [
            {
                **who,
                "dimension": label,
                "valeur": value,
                "decisions": len(part),
                "refus": int(part["est_refus"].sum()),
                "baux_signes": int(part["est_bail"].sum()),
            }
            for who, own in _by_landlord(rows)
            for name, label in _DIMENSIONS.items()
            if own[name].notna().any()
            for value, part in _valued(own, name)
        ]
    )


def refused(rows: pd.DataFrame | None) -> pd.DataFrame:
    """Count refusals by reason; those that give none are told."""
    found = []
    for who, own in _by_landlord(rows):
        refusals = own[own["est_refus"]]
        found += [
            {**who, "motif": value, "refus": len(part), "part_des_refus": 100 * len(part) / len(refusals)}
            for value, part in _valued(refusals, "motif_refus")
        ]
    return pd.DataFrame(found)


def transferred(rows: pd.DataFrame | None) -> pd.DataFrame:
    """Count the leases of households that were tenants already, among those that tell it."""
    found = []
    for who, own in _by_landlord(rows):
        leases = own[own["est_bail"]]
        told = leases["mutation"].notna()
        if not own["mutation"].notna().any():
            continue
        moved, known = int(leases["mutation"].eq("oui").sum()), int(told.sum())
        share = 100 * moved / known if known else UNTOLD if len(leases) else NO_OBJECT
        found.append(
            {**who, "baux_signes": len(leases), "mutations": moved, "part": share, "inconnus": len(leases) - known}
        )
    return pd.DataFrame(found)


def _by_landlord(rows: pd.DataFrame | None) -> Iterator[tuple[dict[str, str], pd.DataFrame]]:
    """Give the decisions of the whole, then of each landlord, year after year."""
    if rows is None:
        return
    flags = flags_of(rows)
    told = rows.assign(
        est_bail=flags["baux"], est_refus=flags["decisions_refus"], situation=rows["en_qpv"].map(_PLACES)
    )
    for year, own in told.groupby(told["annee"].fillna(0.0), sort=True):
        named = "" if year == 0 else f"{year:.0f}"
        yield {"annee": named, "bailleur": WHOLE}, own
        for name in sorted(own["bailleur"].unique(), key=natural):
            yield {"annee": named, "bailleur": name}, own[own["bailleur"] == name]


def _valued(rows: pd.DataFrame, name: str) -> list[tuple[str, pd.DataFrame]]:
    """Split rows by the values of a column, those that tell none last."""
    parts = [(str(value), part) for value, part in rows.groupby(rows[name].fillna(""), sort=False)]
    named = sorted((one for one in parts if one[0]), key=lambda one: natural(one[0]))
    return [*named, *((UNTOLD, part) for value, part in parts if not value)]
