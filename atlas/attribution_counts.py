"""Decisions: what attribution commissions decided, counted by address for the campaign of the same year.

In: one row per decision. Out: counts by campaign and address, which :mod:`atlas.count` sums with the survey's. Set
aside: decisions of a year without a campaign, and those whose address is not told or not in the survey.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from atlas.tables import DECIDED, DECIDED_COUNTS, DECISION_FEATURES, ORIGINS, SITUATIONS, UNKNOWN
from atlas.tables.keys import positions

COUNTS = tuple(ORIGINS["attributions"].counts)


def decisions(
    attributions: pd.DataFrame | None, survey: pd.DataFrame, campaigns: Sequence[int]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count decisions by campaign and address.

    Parameters
    ----------
    attributions : DataFrame, optional
        Canonical columns of :data:`atlas.tables.ATTRIBUTIONS`, plus ``fichier`` and ``ligne``.
    survey : DataFrame
        ``campagne`` and ``id_adresse`` of the survey's rows.

    Returns
    -------
    (counts, aside)
        One row per campaign that the decisions tell of and per address of that campaign, columns :data:`COUNTS`: an
        address without a decision that year has zero of them. Then the decisions set aside, with their ``motif``.

    Notes
    -----
    A lease with a household rehoused for urban renewal counts with the first quartile, whatever its own (code de la
    construction et de l'habitation, L.441-1). A decision whose quartile or public is not told leaves the rates that
    need it, and no other.
    """
    if attributions is None:
        none = {"campagne": pd.Series(dtype=np.int64), "id_adresse": pd.Series(dtype="str")}
        return pd.DataFrame({**none, **{name: [] for name in COUNTS}}), pd.DataFrame({"motif": []})
    tables, placed = [], np.zeros(len(attributions), dtype=bool)
    year = attributions["annee"].to_numpy()
    flags = flags_of(attributions)
    for campaign in campaigns:
        addresses = survey.loc[survey["campagne"] == campaign, "id_adresse"].reset_index(drop=True)
        rows = np.flatnonzero(year == campaign)
        place = positions(attributions["id_adresse"].iloc[rows], addresses)
        placed[rows] = place >= 0
        if not placed[rows].any():
            continue
        held = rows[place >= 0]
        counts = {
            name: np.bincount(place[place >= 0], weights=flags[name][held].astype(float), minlength=len(addresses))
            for name in COUNTS
        }
        tables.append(pd.DataFrame({"campagne": campaign, "id_adresse": addresses, **counts}))
    aside = attributions[~placed]
    told, dated = aside["id_adresse"].notna(), np.isin(aside["annee"], list(campaigns))
    reason = np.select(
        [~dated, ~told],
        ["attribution d'une année sans campagne", "attribution dont l'adresse n'est pas renseignée"],
        "attribution à une adresse absente de l'enquête de la même année",
    )
    empty = decisions(None, survey, campaigns)[0]
    return pd.concat(tables, ignore_index=True) if tables else empty, aside.assign(motif=reason)


def detailed(attributions: pd.DataFrame | None, addresses: pd.DataFrame, survey: pd.DataFrame) -> pd.DataFrame:
    """Count what decisions say beyond their counts by campaign: they bear on very few households, of any year.

    Parameters
    ----------
    addresses : DataFrame
        ``id_adresse`` and ``id_residence`` of the grouped addresses.
    survey : DataFrame
        ``campagne``, ``id_adresse`` and ``bailleur`` of the survey's rows.

    Returns
    -------
    DataFrame
        One row per year, residence, landlord and value of a feature, columns :data:`atlas.tables.DECIDED`. ``comptee``
        tells the decisions that :func:`decisions` counts. A decision whose address is not known is in none.

    Notes
    -----
    The landlord is the decision's own; where it is not told, that of an address which never had another.
    """
    if attributions is None:
        return pd.DataFrame(columns=list(DECIDED))
    place = positions(attributions["id_adresse"], addresses["id_adresse"])
    known = place >= 0
    rows, flags = attributions[known].reset_index(drop=True), flags_of(attributions)
    counted = pd.MultiIndex.from_frame(rows[["annee", "id_adresse"]]).isin(
        pd.MultiIndex.from_frame(survey[["campagne", "id_adresse"]])
    )
    holders = survey.groupby("id_adresse")["bailleur"].agg(["first", "nunique"])
    only = holders["first"].where(holders["nunique"] == 1)
    told = rows.reindex(columns=["annee", *DECISION_FEATURES]).assign(
        comptee=counted,
        id=addresses["id_residence"].to_numpy()[place[known]],
        bailleur=rows["bailleur"].fillna(rows["id_adresse"].map(only)).fillna(UNKNOWN),
        **{name: flags[name][known].astype(int) for name in DECIDED_COUNTS},
    )
    parts = [
        told.assign(caracteristique=feature, modalite=told[feature].fillna(UNKNOWN).astype("str"))
        for feature in DECISION_FEATURES
        if told[feature].notna().any()
    ]
    every = pd.concat(parts) if parts else pd.DataFrame(columns=list(DECIDED))
    keys = [name for name in DECIDED if name not in DECIDED_COUNTS]
    return every.groupby(keys, as_index=False)[list(DECIDED_COUNTS)].sum()


def contradicted(attributions: pd.DataFrame | None, addresses: pd.DataFrame) -> pd.DataFrame:
    """List the decisions whose own word on the priority quarter is not what their address says.

    They are counted where their address is: its point is known, and the decision may tell of another list of quarters.

    Parameters
    ----------
    addresses : DataFrame
        ``id_adresse`` and ``situation`` of the placed addresses.

    Examples
    --------
    >>> told = pd.DataFrame({"id_adresse": ["a", "a", "a"], "en_qpv": ["oui", "non", "inconnu"]})
    >>> contradicted(told, pd.DataFrame({"id_adresse": ["a"], "situation": ["QPV"]}))["en_qpv"].tolist()
    ['non']
    """
    if attributions is None:
        return pd.DataFrame({"motif": []})
    place = positions(attributions["id_adresse"], addresses["id_adresse"])
    situation = addresses["situation"].reset_index(drop=True).reindex(place).to_numpy(object)
    said = attributions["en_qpv"].to_numpy(object)
    inside, placed = situation == "QPV", np.isin(situation.astype("str"), SITUATIONS[:3])
    wrong = placed & (((said == "oui") & ~inside) | ((said == "non") & inside))
    return attributions[wrong].assign(
        motif="attribution dont en_qpv contredit la position de son adresse, comptée à l'adresse",
        detail=[
            f"en_qpv = {own}, adresse {theirs if theirs == SITUATIONS[2] else f'en {theirs}'}"
            for own, theirs in zip(said[wrong], situation[wrong], strict=True)
        ],
    )


def flags_of(attributions: pd.DataFrame) -> dict[str, np.ndarray]:
    """Tell of each decision which counts it is of: :data:`COUNTS`, and ``baux`` for every signed lease."""
    quartile, public = attributions["quartile"], attributions["public_prioritaire"]
    signed = (attributions["issue"] == "bail signé").to_numpy(dtype=bool)
    rehoused = (attributions["relogement_renouvellement"] == "oui").to_numpy(dtype=bool)
    poorest, known = (quartile == "1").to_numpy(dtype=bool), quartile.notna().to_numpy(dtype=bool)
    return {
        "baux": signed,
        "baux_q1_ou_relogement": signed & (poorest | rehoused),
        "baux_quartile_connu": signed & (known | rehoused),
        "decisions_q2_a_q4": known & ~poorest,
        "decisions_quartile_connu": known,
        "decisions_publics_prioritaires": (public == "oui").to_numpy(dtype=bool),
        "decisions_public_connu": public.notna().to_numpy(dtype=bool),
        "decisions_refus": (attributions["issue"] == "refus").to_numpy(dtype=bool),
        "decisions": np.ones(len(attributions), dtype=bool),
    }
