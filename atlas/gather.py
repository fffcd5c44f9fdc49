"""Gather: one row per address over every campaign, as its latest survey describes it.

In: the survey (one row per campaign and address) and what landlords declare. Out: one row per ``id_adresse`` with the
descriptive columns of its latest campaign, its dwellings there, ``premiere_campagne``, ``adresse_affichee``, and
``id_residence``, ``nom_residence`` as declared. A declaration for an unknown address is set aside.
"""

from __future__ import annotations

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
    ordered = survey.sort_values(["id_adresse", "campagne"], kind="stable")
    latest = ordered.drop_duplicates("id_adresse", keep="last").set_index("id_adresse")
    addresses = latest.reindex(columns=[name for name in columns if name != "id_adresse"])
    addresses = addresses.assign(premiere_campagne=ordered.groupby("id_adresse")["campagne"].min())
    addresses = addresses.assign(adresse_affichee=_shown(addresses)).reset_index()
    if declared is None:
        return addresses, survey.iloc[:0].assign(motif="")
    return _with_declared(addresses, declared)


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
    parts = [addresses[name].fillna("") for name in ("numero", "repetition", "type_voie", "nom_voie")]
    joined = parts[0].str.cat(parts[1:], sep=" ").str.split().str.join(" ")
    return addresses["adresse"].fillna(joined.where(joined != "", "adresse non renseignée"))
