"""Counting households to addresses: which answers make which counts.

Grain in: one row per dwelling. Grain out: one row per campaign, landlord and address. A count is missing where no
household of the address gave the answer, and zero only when it was given and nobody is concerned.
"""

from __future__ import annotations

import pandas as pd

from atlas.sources.answers import ACTIVITIES
from atlas.tables import OPS
from atlas.tables.households import BANDS, KINDS, MANY_CHILDREN, MANY_CHILDREN_COUNT, RECENT_BAND

ANSWERS = (
    "ressources_pct_plus",
    "nb_personnes",
    "nb_majeurs",
    "majeurs_activite_connue",
    "majeurs_chomeurs",
    "majeurs_emploi_stable",
    "majeurs_emploi_precaire",
    "majeurs_sans_emploi",
    "type_famille",
    "nb_enfants",
    "age_titulaire",
    "beneficiaire_apl",
    "impaye_3_mois",
    "demande_mutation",
)
_OVER_ALL = ("type_famille", "nb_enfants", "age_titulaire", "beneficiaire_apl", "impaye_3_mois", "demande_mutation")
_KEY = ["campagne", "bailleur", "id_adresse"]


def count_households(dwellings: pd.DataFrame) -> pd.DataFrame:
    """Count dwellings and their households to addresses.

    Parameters
    ----------
    dwellings : DataFrame
        Columns of ``tables.MENAGES`` (``majeurs_activite_connue`` completed), ``emmenagement`` (year moved in),
        ``recent_depuis`` (first recent year), ``fichier``, ``ligne``.

    Returns
    -------
    DataFrame
        One row per campaign, landlord and address: identity and place of its first dwelling, counts.

    Examples
    --------
    A vacant dwelling is no household; an answer nobody gave is missing, not zero:

    >>> import numpy as np
    >>> from atlas.tables import MENAGES
    >>> empty = {column.name: pd.Series([np.nan] * 2, dtype="float64" if column.numeric else "str")
    ...     for column in MENAGES.columns}
    >>> two = pd.DataFrame(empty).assign(campagne=2022, bailleur="B", id_adresse="A1", logement_vacant=["oui", "non"],
    ...     ressources_pct_plus=[np.nan, 35.0], emmenagement=np.nan, recent_depuis=2020, fichier="f.csv", ligne=[2, 3])
    >>> counted = count_households(two)
    >>> counted[["nb_logements", "menages", "menages_inf20_plus", "menages_inf40_plus", "majeurs"]].iloc[0].tolist()
    [2.0, 1.0, 0.0, 1.0, nan]
    """
    household = _households(dwellings)
    counts = {**_of_dwellings(dwellings), **_of_households(household)}
    table = pd.DataFrame(counts, index=dwellings.index)
    groups = [dwellings[name] for name in _KEY]
    summed = table.groupby(groups, sort=False).sum(min_count=1)
    first = dwellings.groupby(_KEY, sort=False)
    identity = [
        column.name for column in OPS.columns if not column.secret and column.name not in (*_KEY, "nb_logements")
    ]
    identity = [name for name in identity if name in dwellings]
    described = first[identity].first()
    stated = first["nb_logements"].max()
    size = first.size().astype(float)
    counted = pd.concat([described, summed, first[["fichier", "ligne"]].first()], axis=1)
    return counted.assign(nb_logements=stated.where(stated >= size, size)).reset_index()


def unanswered(dwellings: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Count, for each answer whose rate is over all households, those that did not give it and those that respond.

    Answers that no household gave are left out: they are not published at all.
    """
    household = _households(dwellings)
    responding = household["responding"].astype(bool)
    missing = {name: int(household.loc[responding, name].isna().sum()) for name in _OVER_ALL}
    total = int(responding.sum())
    return {name: (count, total) for name, count in missing.items() if 0 < count < total}


def _households(dwellings: pd.DataFrame) -> pd.DataFrame:
    """Blank the answers of dwellings without a responding household, and complete what follows from others."""
    answered = dwellings[list(ANSWERS)].notna().any(axis=1)
    responding = (dwellings["repondant"] == "oui") | (dwellings["repondant"].isna() & answered)
    responding &= dwellings["logement_vacant"] != "oui"
    household = dwellings.where(responding)
    alone = household["nb_personnes"].map({1.0: "personne seule"})
    return household.assign(
        responding=responding,
        nb_majeurs=household["nb_majeurs"].fillna(household["majeurs_activite_connue"]),
        type_famille=household["type_famille"].fillna(alone.astype("str")),
    )


def _of_dwellings(dwellings: pd.DataFrame) -> dict[str, pd.Series]:
    vacant = dwellings["logement_vacant"]
    long = dwellings["vacant_plus_3_mois"].where(vacant != "non", "non").where(dwellings["vacant_plus_3_mois"].notna())
    return {"logements_vacants": _yes(vacant), "logements_vacants_plus_3_mois": _yes(long)}


def _of_households(household: pd.DataFrame) -> dict[str, pd.Series]:
    share, moved = household["ressources_pct_plus"], household["emmenagement"]
    recent = (moved >= household["recent_depuis"]).astype(float).where(moved.notna())
    kind, children, age = household["type_famille"], household["nb_enfants"], household["age_titulaire"]
    active = household["majeurs_activite_connue"]
    asked = _told(share.notna(), share, household)
    return {
        "menages": household["responding"].astype(float),
        "menages_ressources_connues": asked,
        **{name: (share < band).astype(float).where(asked.notna()) for name, band in BANDS.items()},
        "emmenages_recents": recent,
        "emmenages_recents_ressources_connues": recent * asked,
        **{name: recent * (share < band).astype(float) for name, band in RECENT_BAND.items()},
        "majeurs": household["nb_majeurs"],
        "majeurs_activite_connue": active,
        "menages_activite_connue": _told(active > 0, active, household),
        **{name: household[name] for name in ACTIVITIES},
        **{name: (kind == value).astype(float).where(kind.notna()) for name, value in KINDS.items()},
        MANY_CHILDREN_COUNT: (children >= MANY_CHILDREN).astype(float).where(children.notna()),
        "titulaires_moins_30_ans": (age < 30).astype(float).where(age.notna()),
        "titulaires_65_ans_et_plus": (age >= 65).astype(float).where(age.notna()),
        "menages_apl": _yes(household["beneficiaire_apl"]),
        "occupants": household["nb_personnes"],
        "emmenagements_annee": (moved == household["campagne"] - 1).astype(float).where(moved.notna()),
        "menages_impayes_3_mois": _yes(household["impaye_3_mois"]),
        "demandes_mutation": _yes(household["demande_mutation"]),
    }


def _told(answered: pd.Series, answers: pd.Series, household: pd.DataFrame) -> pd.Series:
    """Count who answered among the responding households; missing where the survey of a landlord asked nobody."""
    asked = answers.notna().groupby([household["campagne"], household["bailleur"]]).transform("any")
    return answered.astype(float).where(household["responding"].astype(bool) & asked.eq(True))


def _yes(answers: pd.Series) -> pd.Series:
    return (answers == "oui").astype(float).where(answers.notna())
