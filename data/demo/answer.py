"""The known answer: totals counted from the generator's own truth, never by the atlas.

*Vérité* counts every address where it really stands. *Localisable* leaves out the addresses that no file allows to
place (written nowhere, or ambiguous): this is what a careful reader of the files can find.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from households import COUNTS

MEASURES = ["nb_logements", *COUNTS]
CRITERIA = {
    "inf40": ("menages_inf40_plus", "menages_ressources_connues", 0.40),
    "er_inf40": ("emmenages_recents_inf40_plus", "emmenages_recents_ressources_connues", 0.50),
    "chomage": ("majeurs_chomeurs", "majeurs_activite_connue", 0.20),
}
KEPT = ["nb_logements", *(column for pair in CRITERIA.values() for column in pair[:2])]


def _situation(table: pd.DataFrame) -> pd.Series:
    """QPV first, then QVA, else outside."""
    inside = np.where(table["code_qpv"].ne(""), "QPV", np.where(table["code_qva"].ne(""), "QVA", "hors QPV"))
    return pd.Series(inside, index=table.index)


def _by(table: pd.DataFrame, key: str) -> dict[str, dict[str, int]]:
    """Sum the kept measures by one key, blanks of the key left out."""
    sums = table[table[key].ne("")].groupby(key)[KEPT].sum()
    return {str(code): {str(name): int(value) for name, value in row.items()} for code, row in sums.iterrows()}


def zone_totals(truth: pd.DataFrame, survey: pd.DataFrame) -> dict[str, Any]:
    """Totals of one survey by commune, IRIS, QPV, QVA and situation."""
    joined = truth.merge(survey[["id_adresse", *MEASURES]], on="id_adresse", validate="1:1")
    joined["situation"] = _situation(joined)
    keys = {
        "communes": "code_insee",
        "iris": "code_iris",
        "qpv": "code_qpv",
        "qva": "code_qva",
        "situation": "situation",
    }
    return {name: _by(joined, key) for name, key in keys.items()}


def territory_totals(survey: pd.DataFrame) -> dict[str, dict[str, int]]:
    """Sum of every measure over what was provided, and the dwellings of the addresses that provided it."""
    return {
        name: {
            "somme": int(survey[name].sum()),
            "logements_renseignes": int(survey.loc[survey[name].notna(), "nb_logements"].sum()),
        }
        for name in MEASURES
    }


def judge_residences(truth: pd.DataFrame, survey: pd.DataFrame) -> pd.DataFrame:
    """Count the true residences of one survey and the criteria they meet: 1 yes, 0 no, empty when not known."""
    joined = truth.merge(survey[["id_adresse", "bailleur", *MEASURES]], on="id_adresse", validate="1:1")
    groups = joined.groupby("id_residence_vraie")
    table = groups[[*KEPT, "menages"]].sum().join(groups["bailleur"].first()).join(groups.size().rename("nb_adresses"))
    for name, (numerator, denominator, threshold) in CRITERIA.items():
        rate = table[numerator].astype(float) / table[denominator].astype(float).where(table[denominator] > 0)
        table[f"critere_{name}"] = rate.ge(threshold).astype("Int64").where(rate.notna())
    table["nb_criteres"] = table[[f"critere_{name}" for name in CRITERIA]].sum(axis=1)
    return table.reset_index()


def low_rents(filed: pd.DataFrame, truth: pd.DataFrame, column: str) -> dict[str, dict[str, int]]:
    """Count dwellings under the ceiling and dwellings whose rent can be compared, by situation."""
    joined = filed.merge(truth, on="id_adresse", validate="m:1")
    joined["situation"] = _situation(joined)
    known = joined[joined[column].notna()]
    return {
        place: {"bas_loyer": int(known.loc[mask, column].sum()), "comparables": int(mask.sum())}
        for place in ("QPV", "QVA", "hors QPV")
        for mask in [known["situation"].eq(place)]
    }


def crossing(truth: pd.DataFrame, key: str) -> list[str]:
    """List the true residences that lie in several zones, or both in and out of one."""
    zones = truth.groupby("id_residence_vraie")[key].nunique()
    return [str(name) for name in zones.index[zones > 1]]


def touching_blank(truth: pd.DataFrame, addresses: pd.DataFrame, distance: float = 60.0) -> list[list[str]]:
    """List pairs of true residences of one landlord, without any name, closer than a distance in metres."""
    pairs: set[tuple[str, str]] = set()
    unnamed = addresses.loc[addresses["programme"].eq("") & addresses["prefix"].isin(["LDC", "LFV"])]
    for _, group in unnamed.groupby("landlord"):
        place, home = group[["x", "y"]].to_numpy(), group["id_residence"].to_numpy()
        gap = np.hypot(*(place[:, None] - place[None]).transpose(2, 0, 1))
        for i, j in zip(*np.nonzero(np.triu(gap < distance, 1)), strict=True):
            if home[i] != home[j]:
                pairs.add((min(home[i], home[j]), max(home[i], home[j])))
    return [list(pair) for pair in sorted(pairs)]
