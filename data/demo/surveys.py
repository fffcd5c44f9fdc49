"""The two survey files: canonical columns, one row per address, with the answers that some landlords do not give.

Empty is "not provided" and 0 is zero. What is left empty or set to zero on purpose is listed in the record.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from draws import shuffled, stream
from households import COUNTS, count_survey
from names import COMMUNES, POSTCODES

YEARS = (2020, 2022)
ACTIVITY = [name for name in COUNTS if name.startswith("majeurs_")]
NOT_GIVEN = {"LFV": ["menages_impayes_3_mois", "demandes_mutation"]}
FILE_COLUMNS = [
    "campagne",
    "bailleur",
    "id_adresse",
    "nom_residence",
    "adresse",
    "code_postal",
    "code_insee",
    "commune",
    "x",
    "y",
    "id_ban",
    "nb_logements",
    *COUNTS,
]


def _pick(addresses: pd.DataFrame, condition: pd.Series, count: int) -> list[str]:
    """Choose residences without any other difficulty."""
    rng = stream("holes")
    calm = addresses.groupby("id_residence")["note"].transform(lambda notes: notes.eq("").all())
    fit = np.array(sorted(addresses.loc[condition & calm & addresses["fate"].eq(""), "id_residence"].unique()))
    return [str(name) for name in fit[shuffled(rng, len(fit))[:count]]]


def file_surveys(
    addresses: pd.DataFrame, dwellings: pd.DataFrame, states: dict[int, dict[str, np.ndarray]]
) -> tuple[dict[int, pd.DataFrame], dict[str, Any]]:
    """Write both surveys as tables of the canonical columns, counts as nullable integers."""
    size = addresses.groupby("id_residence")["nb"].transform("sum")
    several = addresses.groupby("id_residence")["nb"].transform("size")
    large = size.ge(40) & several.ge(3)
    unknown, zero, partial = _pick(addresses, large, 3)
    (silent,) = _pick(addresses, size.between(12, 20) & several.eq(1), 1)
    communes = {commune.code: commune.name for commune in COMMUNES}
    files, touched = {}, {}
    for year in YEARS:
        counts = count_survey(states[year], dwellings["address"].to_numpy(), len(addresses)).astype("Int64")
        told = pd.concat([addresses.reset_index(drop=True), counts], axis=1)
        told["campagne"] = year
        told["adresse"] = told["adresse_2020"] if year == YEARS[0] else told["adresse"]
        told["commune"] = told["code_insee"].map(communes)
        told["code_postal"] = told["code_insee"].map(POSTCODES)
        told["nb_logements"] = told["nb"].astype("Int64")
        for prefix, columns in NOT_GIVEN.items():
            told.loc[told["prefix"].eq(prefix), columns] = pd.NA
        told.loc[told["id_residence"].eq(unknown), ACTIVITY] = pd.NA
        if year == YEARS[-1]:
            told.loc[told["id_residence"].eq(zero), ACTIVITY] = 0
            told.loc[
                told["id_residence"].eq(silent), [c for c in COUNTS if not c.startswith(("logements", "emmenagements"))]
            ] = 0
            one = told.index[told["id_residence"].eq(partial)][0]
            told.loc[one, "menages_apl"] = pd.NA
            touched = {"adresse_apl_vide": str(told.at[one, "id_adresse"])}
        gone = "créée" if year == YEARS[0] else "démolie"
        told = told.rename(
            columns={"programme": "nom_residence", "x": "x_vrai", "y": "y_vrai", "id_ban": "id_ban_vrai"}
        )
        told = told.rename(columns={"x_donne": "x", "y_donne": "y", "id_ban_donne": "id_ban"})
        files[year] = told.loc[told["fate"].ne(gone), FILE_COLUMNS].reset_index(drop=True)
    record = {
        "activite_vide": unknown,
        "activite_zero_2022": zero,
        "apl_partiel_2022": partial,
        "sans_reponse_2022": silent,
    }
    return files, record | touched
