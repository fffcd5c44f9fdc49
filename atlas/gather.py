"""Gather: one row per address over every campaign, as its latest survey describes it.

In: the survey (one row per campaign and address) and what landlords declare. Out: one row per ``id_adresse`` with the
descriptive columns of its latest campaign, its dwellings there, ``premiere_campagne``, ``adresse_affichee``, and
``id_residence``, ``nom_residence`` as declared. A declaration for an unknown address is set aside.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from atlas.tables import OPS

_PLACE = tuple(
    column.name for column in OPS.columns if not column.secret and column.name not in ("campagne", "nb_logements")
)


def gather(survey: pd.DataFrame, declared: pd.DataFrame | None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Bring every campaign of an address to one row.

    Returns
    -------
    (addresses, aside)
        ``aside``: declarations of addresses that no survey knows, with their ``motif``.
    """
    columns = [*_PLACE, "nb_logements", "en_qpv_declare", "fichier", "ligne"]
    address, identifiers = pd.factorize(survey["id_adresse"], sort=True)
    campaigns = survey["campagne"].to_numpy()
    oldest_first = np.argsort(campaigns, kind="stable")
    first, latest = np.empty((2, len(identifiers)), dtype=np.int64)
    latest[address[oldest_first]] = oldest_first  # the last one written stays
    first[address[oldest_first[::-1]]] = oldest_first[::-1]
    addresses = survey.reindex(columns=columns).iloc[latest].reset_index(drop=True)
    addresses = addresses.assign(premiere_campagne=campaigns[first], adresse_affichee=_shown(addresses))
    if declared is None:
        return addresses, survey.iloc[:0].assign(motif="")
    return _with_declared(addresses, declared)


def described_then(survey: pd.DataFrame, declared: pd.DataFrame | None) -> pd.DataFrame:
    """Describe every address at every campaign, as that campaign did.

    Returns
    -------
    DataFrame
        One row per ``campagne`` and ``id_adresse``, in the order of the survey: what :func:`atlas.group.group` reads
        but the points, with ``premiere_campagne``. A declaration has no date: it holds at every campaign.
    """
    told = survey.reindex(columns=["campagne", *_PLACE, "nb_logements"]).reset_index(drop=True)
    first = told.groupby("id_adresse")["campagne"].transform("min")
    told = told.assign(premiere_campagne=first, adresse_affichee=_shown(told))
    return told if declared is None else _with_declared(told, declared)[0]


def with_points(addresses: pd.DataFrame, matched: pd.DataFrame, base: pd.DataFrame | None) -> pd.DataFrame:
    """Give each address its point, and the base's own spelling to show where that point is surely its own.

    ``matched``: one row per ``id_adresse``, as :func:`atlas.match.match` gives; ``base``: the address base, if any.
    """
    located = addresses.drop(columns=["x", "y", "id_ban"]).merge(matched, on="id_adresse", validate="one_to_one")
    if base is None:
        return located
    sure = located["methode_appariement"].isin(["identifiant", "adresse exacte", "adresse approchée"])
    known = base.drop_duplicates("id").set_index("id").reindex(located["id_ban"].where(sure))
    parts = [known[name].fillna("").to_numpy(object) for name in ("numero", "rep", "nom_voie")]
    spelt = pd.Series(parts[0] + " " + parts[1] + " " + parts[2], index=located.index).str.split().str.join(" ")
    return located.assign(adresse_affichee=spelt.where(spelt.fillna("") != "", located["adresse_affichee"]))


def _with_declared(addresses: pd.DataFrame, declared: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Let the declarations file replace what the survey says of residences."""
    known = declared["id_adresse"].isin(addresses["id_adresse"])
    theirs = declared.set_index("id_adresse").reindex(addresses["id_adresse"]).set_axis(addresses.index)
    addresses = addresses.assign(
        id_residence=theirs["id_residence"].fillna(addresses["id_residence"]),
        nom_residence=theirs["nom_residence"].fillna(addresses["nom_residence"]),
    )
    return addresses, declared[~known].assign(motif="résidence déclarée pour une adresse absente de l'enquête")


def _shown(addresses: pd.DataFrame) -> pd.Series:
    """Write the address in one line, from its parts where the source gives parts."""
    parts = addresses.loc[addresses["adresse"].isna(), ["numero", "repetition", "type_voie", "nom_voie"]].fillna("")
    joined = parts["numero"].str.cat(parts.drop(columns="numero"), sep=" ")
    joined = joined.str.replace(r"\s+", " ", regex=True).str.strip()
    return addresses["adresse"].fillna(joined.where(joined != "", "adresse non renseignée"))
