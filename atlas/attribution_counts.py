"""Decisions: what attribution commissions decided, counted by address for the campaign of the same year.

In: one row per decision. Out: counts by campaign and address, which :mod:`atlas.count` sums with the survey's, and what
is said beyond them, requests included. Set aside: decisions of a year without a campaign, and those whose address is
not told or not in the survey.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from atlas.sources.holders import holder_key
from atlas.tables import (
    DECIDED,
    DECIDED_COUNTS,
    DECISION_FEATURES,
    DEMAND_FEATURES,
    NOT_APPLICABLE,
    ORIGINS,
    SITUATIONS,
    UNKNOWN,
)
from atlas.tables.keys import positions
from atlas.tables.lists import SITUATION_THEN, of_the_year

COUNTS = tuple(ORIGINS["attributions"].counts)
_WHOLE = next(iter(DEMAND_FEATURES))
_AGES = ((30, "moins de 30 ans"), (65, "30 à 64 ans"), (1000, "65 ans et plus"))  # bands of the survey


@dataclass(frozen=True)
class Told:
    """What is said beyond the counts of a campaign, of very few households.

    ``decided``: decisions by residence, columns :data:`atlas.tables.DECIDED`; ``demand``: requests beside leases,
    columns :data:`atlas.tables.DEMANDED`, None where no request is given.
    """

    decided: pd.DataFrame
    demand: pd.DataFrame | None = None


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


def detailed(
    attributions: pd.DataFrame | None,
    addresses: pd.DataFrame,
    survey: pd.DataFrame,
    homes: pd.DataFrame,
    requests: pd.DataFrame | None = None,
) -> Told:
    """Count what decisions say beyond their counts by campaign: they bear on very few households, of any year.

    Parameters
    ----------
    addresses : DataFrame
        ``id_adresse``, ``id_residence``, ``situation`` and ``code_insee`` of the grouped addresses.
    survey : DataFrame
        ``campagne``, ``id_adresse`` and ``bailleur`` of the survey's rows.
    homes : DataFrame
        What all the dwellings of an address are, as :func:`atlas.dwellings.alike` gives it.

    requests : DataFrame, optional
        Columns of :data:`atlas.tables.DEMANDES`: they are set beside the leases of the last campaign.

    Returns
    -------
    Told
        ``decided``: one row per year, residence, landlord and value of a feature. ``comptee`` tells the decisions that
        :func:`decisions` counts. A decision whose address is not known is in none.

    Notes
    -----
    The landlord is the decision's own; where it is not told, that of an address which never had another. So are the
    size and the financing; where they are not told, those of an address whose dwellings are all alike.
    """
    last = survey["campagne"].max()
    leased = None if attributions is None else attributions[attributions["annee"] == last]
    demand = None if requests is None else demanded(requests, leased)
    if attributions is None:
        return Told(pd.DataFrame(columns=list(DECIDED)), demand)
    place = positions(attributions["id_adresse"], addresses["id_adresse"])
    known = place >= 0
    rows, flags = attributions[known].reset_index(drop=True), flags_of(attributions)
    counted = pd.MultiIndex.from_frame(rows[["annee", "id_adresse"]]).isin(
        pd.MultiIndex.from_frame(survey[["campagne", "id_adresse"]])
    )
    holders = survey.groupby("id_adresse")["bailleur"].agg(["first", "nunique"])
    only = holders["first"].where(holders["nunique"] == 1)
    own = rows.reindex(columns=["annee", *DECISION_FEATURES, "typologie"])
    own = own.astype({"typologie": "str", "financement": "str"})
    common = homes.reindex(rows["id_adresse"]).set_axis(rows.index)
    told = own.assign(
        bailleur_quitte=left_landlord(rows, NOT_APPLICABLE),
        taille=own["typologie"].fillna(common["taille"]),
        financement=own["financement"].fillna(common["financement"]),
        periode=common["periode"],
        situation=of_the_year(addresses.iloc[place[known]], rows["annee"])[SITUATION_THEN].to_numpy(),
        code_insee=addresses["code_insee"].to_numpy()[place[known]],
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
    return Told(every.groupby(keys, as_index=False)[list(DECIDED_COUNTS)].sum(), demand)


def left_landlord(attributions: pd.DataFrame, settled: str = "") -> pd.Series:
    """Name the landlord that each household leaves, in the spelling of those joined; ``settled`` for who leaves none.

    Missing everywhere where decisions name no landlord left; "non renseigné" for who moves from one that is not told.
    """
    given = attributions.get("bailleur_actuel")
    if given is None or not given.notna().any():
        return pd.Series(None, attributions.index, dtype="str")
    known = {holder_key(str(name)): str(name) for name in attributions["bailleur"].dropna().unique()}
    named = {name: known.setdefault(holder_key(str(name)), str(name)) for name in given.dropna().unique()}
    return given.map(named).fillna(UNKNOWN).where(attributions["mutation"].eq("oui"), settled).astype("str")


def demanded(requests: pd.DataFrame, attributions: pd.DataFrame | None) -> pd.DataFrame:
    """Set requests beside the leases signed, by each thing that requests tell.

    Parameters
    ----------
    requests : DataFrame
        Columns of :data:`atlas.tables.DEMANDES`, as they are at the date of their file.
    attributions : DataFrame, optional
        Decisions of the year, with or without an address.

    Returns
    -------
    DataFrame
        One row per feature and value, the whole first, columns :data:`atlas.tables.DEMANDED`; ``baux`` is missing where
        decisions do not tell the feature.
    """
    signed = None if attributions is None else pd.Series(flags_of(attributions)["baux"], attributions.index)
    parts, places = [], ("code_insee", "commune")
    both = [one for one in places if _tells(requests, one) and attributions is not None and _tells(attributions, one)]
    where = (both or [one for one in places if _tells(requests, one)] or places)[0]
    for feature in DEMAND_FEATURES:
        if feature in places and feature != where:
            continue
        asked = _by_value(requests, requests["nb"], feature)
        if asked is None:
            continue
        leases = None if attributions is None or signed is None else _by_value(attributions, signed, feature)
        found = pd.Series(np.nan, asked.index) if leases is None else leases.reindex(asked.index, fill_value=0.0)
        parts.append(pd.DataFrame({"caracteristique": feature, "modalite": asked.index, "demandes": asked.to_numpy(),
                                   "baux": found.to_numpy()}))  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def _tells(table: pd.DataFrame, feature: str) -> bool:
    return feature in table and bool(table[feature].notna().any())


def _by_value(table: pd.DataFrame, count: pd.Series, feature: str) -> pd.Series | None:
    """Sum a count by the values of a feature; None where the table tells nothing of it."""
    if feature == _WHOLE:
        return count.astype(float).groupby(pd.Series("toutes les demandes", table.index)).sum()
    if not _tells(table, feature):
        return None
    values = table[feature]
    if feature == "age_demandeur":
        bands = [label for _, label in _AGES]
        values = pd.cut(values, [-1, *(below - 0.001 for below, _ in _AGES)], labels=bands)
        summed = count.astype(float).groupby(values.astype("str").fillna(UNKNOWN)).sum()
        return summed.reindex([one for one in (*bands, UNKNOWN) if one in summed.index])
    if feature == "quartile":
        values = values.map(lambda one: "1" if one == "1" else "2-4", na_action="ignore")
    return count.astype(float).groupby(values.astype("str").fillna(UNKNOWN), sort=True).sum()


def contradicted(attributions: pd.DataFrame | None, addresses: pd.DataFrame) -> pd.DataFrame:
    """List the decisions whose own word on the priority quarter is not what their address says.

    They are counted where their address is, by the list of quarters in force in the year of the decision.

    Parameters
    ----------
    addresses : DataFrame
        ``id_adresse`` and ``situation`` of the placed addresses, with what the list before said where there is one.

    Examples
    --------
    >>> told = pd.DataFrame({"id_adresse": ["a", "a", "a"], "en_qpv": ["oui", "non", "inconnu"]})
    >>> contradicted(told, pd.DataFrame({"id_adresse": ["a"], "situation": ["QPV"]}))["en_qpv"].tolist()
    ['non']
    """
    if attributions is None:
        return pd.DataFrame({"motif": []})
    place = positions(attributions["id_adresse"], addresses["id_adresse"])
    theirs = addresses.reset_index(drop=True).reindex(place)
    situation = of_the_year(theirs, attributions.get("annee"))[SITUATION_THEN].to_numpy(object)
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
