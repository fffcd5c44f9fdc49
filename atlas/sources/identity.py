"""Which rows of the survey are one address: the key is (bailleur, id_adresse), told apart by its place over campaigns.

Grain in: one row per campaign, landlord and identifier. Grain out: the same rows, ``id_adresse`` alone now naming one
address: the source's own where nothing is ambiguous, otherwise followed by the landlord, or by the last campaign of a
former place. The landlord of each row stays: an address that was sold is one address held by another in each campaign.
Nothing is set aside; every identifier that names several addresses is listed in the ledger.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from atlas.errors import excerpt
from atlas.geo import present_commune
from atlas.parameters import Parameters
from atlas.sources.desk import Desk
from atlas.sources.holders import holder_key
from atlas.sources.keys import repeats
from atlas.sources.streets import same_street, street_words
from atlas.writing import slug

STAGE = "identité des adresses"
RULE_KEYS = {"name": "bailleur_ressemblance", "street": "identite_ressemblance_voie", "distance": "identite_distance"}


@dataclass(frozen=True)
class IdentityRules:
    """Likeness (0-100) from which names are listed and streets are one; metres within which points are one place."""

    name: float
    street: float
    distance: float


def identity_rules(parameters: Parameters, campaign: int) -> IdentityRules:
    """Read the rules of identity in force on the survey day."""
    day = date(campaign, 1, 1)
    return IdentityRules(**{name: parameters.at(key, day).value for name, key in RULE_KEYS.items()})


def identified(survey: pd.DataFrame, rules: IdentityRules, desk: Desk) -> pd.DataFrame:
    """Give each row of the survey the identifier of its address.

    Parameters
    ----------
    survey : DataFrame
        The columns of ``tables.OPS``, ``fichier``, ``ligne``; ``x``, ``y`` in metres of one CRS.

    Returns
    -------
    DataFrame
        The same rows with ``code_adresse``, the identifier as the file writes it, beside ``id_adresse``.
    """
    survey = survey.assign(code_adresse=survey["id_adresse"])
    if not repeats(survey, ["id_adresse"]):
        return survey
    doubtful = _doubtful(survey)
    if not doubtful.any():
        return survey
    rows = survey.loc[doubtful]
    entity = _entities(rows, rules)
    named = _names(rows.assign(entite=entity))
    changed = named != rows["code_adresse"]
    if not changed.any():
        return survey
    taken = set(named[changed]) & set(survey.loc[~doubtful, "id_adresse"])
    if taken:
        desk.faults.add(
            "OPS-IDENTIFIANT",
            f"id_adresse « {excerpt(sorted(taken), 3)} » est aussi le nom que l'atlas donne à une adresse dont "
            "l'identifiant est partagé.",
            "des identifiants d'adresse tous différents",
            "renommer cet identifiant dans le fichier",
        )
    _tell(rows.assign(id_adresse=named, entite=entity)[changed], desk)
    return survey.assign(id_adresse=survey["id_adresse"].where(~doubtful, named.reindex(survey.index)).astype("str"))


def _doubtful(survey: pd.DataFrame) -> np.ndarray:
    """Tell the rows of identifiers that several landlords hold, or whose place is not written alike everywhere."""
    code, identifiers = pd.factorize(survey["id_adresse"])
    first = np.full(len(identifiers), len(survey))
    np.minimum.at(first, code, np.arange(len(survey)))
    unlike = np.zeros(len(survey), dtype=bool)
    for name in ("bailleur", "code_insee", "adresse", "numero", "type_voie", "nom_voie", "x", "y"):
        number = pd.factorize(survey[name])[0]
        unlike |= number != number[first][code]
    odd = np.zeros(len(identifiers), dtype=bool)
    odd[code[unlike]] = True
    return odd[code]


def _entities(rows: pd.DataFrame, rules: IdentityRules) -> np.ndarray:
    """Number the addresses of each identifier: one per place, and per landlord where two hold it in one campaign."""
    place = _places(rows, rules)
    holder = rows["bailleur"].map({name: holder_key(name) for name in rows["bailleur"].unique()})
    held = pd.DataFrame(
        {"code": rows["code_adresse"], "place": place, "porteur": holder, "campagne": rows["campagne"]}, rows.index
    )
    shared = held.groupby(["code", "place", "campagne"])["porteur"].transform("nunique") > 1
    apart = shared.groupby([held["code"], held["place"]]).transform("any")
    return (
        held.assign(porteur=held["porteur"].where(apart, "")).groupby(["code", "place", "porteur"]).ngroup().to_numpy()
    )


def _places(rows: pd.DataFrame, rules: IdentityRules) -> np.ndarray:
    """Number the places of each identifier, the latest first: a row is at the first place that it is not far from."""
    ordered = rows.assign(commune=present_commune(rows["code_insee"]), voie=street_words(rows))
    ordered = ordered.sort_values(["campagne", "fichier", "ligne"], ascending=[False, True, True])
    known: dict[str, list[Mapping[Hashable, Any]]] = {}
    found = {}
    columns = ["code_adresse", "commune", "voie", "x", "y"]
    for index, row in zip(ordered.index, ordered[columns].to_dict("records"), strict=True):
        places = known.setdefault(str(row["code_adresse"]), [])
        place = next((rank for rank, other in enumerate(places) if _same_place(row, other, rules)), len(places))
        if place == len(places):
            places.append(row)
        found[index] = place
    return pd.Series(found).reindex(rows.index).to_numpy()


def _same_place(one: Mapping[Hashable, Any], other: Mapping[Hashable, Any], rules: IdentityRules) -> bool:
    """Tell one place told twice: same commune, and the same street or, failing that, points close to each other."""
    if one["commune"] != other["commune"]:
        return False
    apart = np.hypot(float(one["x"]) - float(other["x"]), float(one["y"]) - float(other["y"]))
    streets = (str(one["voie"]), str(other["voie"]))
    if all(streets):
        return same_street(*streets, rules.street) or bool(apart <= rules.distance)
    return bool(np.isnan(apart)) or bool(apart <= rules.distance)


def _names(rows: pd.DataFrame) -> pd.Series:
    """Name the addresses of shared identifiers: by landlord where two stand in one campaign, by date otherwise."""
    last = rows.sort_values("campagne").groupby("entite")[["code_adresse", "bailleur", "campagne"]].last()
    together = rows.groupby(["code_adresse", "campagne"])["entite"].nunique().groupby("code_adresse").max() > 1
    landlords = {name: slug(name) or name for name in last["bailleur"].unique()}
    landlord = last["bailleur"].map(landlords).where(last["code_adresse"].map(together), "")
    newest = last.groupby(["code_adresse", landlord])["campagne"].transform("max") == last["campagne"]
    year = last["campagne"].astype("str").where(~newest, "")
    told = (landlord + ", " + year).str.strip(", ")
    names = last["code_adresse"].where(told == "", last["code_adresse"] + " (" + told + ")")
    return rows["entite"].map(names)


def _tell(rows: pd.DataFrame, desk: Desk) -> None:
    """List the rows whose identifier had to be completed, and say why in one sentence per reason."""
    landlords = rows.groupby("code_adresse")["bailleur"].transform("nunique") > 1
    reason = np.where(
        landlords,
        "identifiant porté par plusieurs bailleurs : une adresse pour chacun",
        "identifiant d'un autre lieu dans une autre campagne : une adresse par lieu",
    )
    listed = rows[["campagne", "fichier", "ligne", "bailleur", "code_adresse", "id_adresse", "nb_logements"]]
    details = "lu « " + rows["code_adresse"] + " », " + rows["bailleur"]
    desk.ledger.note(STAGE, listed.assign(motif=reason, detail=details))
    for words, part in rows.groupby(reason):
        codes = part["code_adresse"].unique()
        example = part.drop_duplicates("entite").head(2)["id_adresse"].tolist()
        desk.note(
            f"OPS : {len(codes)} id_adresse : {words} ({excerpt(codes, 3)} ; devenu(s) par exemple "
            f"« {' », « '.join(example)} » ; liste dans rejets.csv)."
        )


def check_one_place(dwellings: pd.DataFrame, rules: IdentityRules, desk: Desk) -> None:
    """Refuse, in a file of dwellings, an address that lies in several communes or streets in one campaign."""
    told = ["campagne", "bailleur", "id_adresse", "code_insee", "adresse", "type_voie", "nom_voie"]
    distinct = dwellings.drop_duplicates(told).reset_index(drop=True)
    key = ["campagne", "bailleur", "id_adresse"]
    distinct = distinct[distinct.duplicated(key, keep=False)]
    if not len(distinct):
        return
    distinct = distinct.assign(commune=present_commune(distinct["code_insee"]), voie=street_words(distinct))
    found = []
    for (campaign, landlord, code), rows in distinct.groupby(key, sort=False):
        first = rows.iloc[0]
        far = [
            bool(street) and bool(first["voie"]) and not same_street(street, first["voie"], rules.street)
            for street in rows["voie"]
        ]
        other = rows[(rows["commune"] != first["commune"]).to_numpy() | np.array(far, dtype=bool)]
        if len(other):
            places = " et ".join(
                f"{row['fichier']} ligne {row['ligne']} ({row['voie']} {row['commune']})"
                for row in (first, other.iloc[0])
            )
            found.append(f"« {code} » de {landlord} en {campaign:.0f} : {places}")
    if found:
        desk.faults.add(
            "MENAGES-LIEU",
            f"{len(found)} adresse(s) sont chacune en plusieurs lieux ({' ; '.join(found[:3])}).",
            "une seule commune et une seule voie par campagne + bailleur + id_adresse",
            "donner un identifiant propre à chaque adresse, ou corriger le lieu de ces lignes",
        )
