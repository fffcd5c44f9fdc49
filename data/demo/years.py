"""The surveys before 2020 and after 2022: who lives there, year after year, and the files of each.

Grain in: one row per dwelling, of the stock of 2020 and 2022, of what stood before or was built after. Grain out:
one row per address and survey. Movers replace the households of the survey before; a few residences drift, up or down.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from draws import shuffled, stream
from households import address_scores, answered, count_survey, draw_people, replaced
from names import COMMUNES, LANDLORDS, POSTCODES
from surveys import FILE_COLUMNS, NOT_GIVEN

ALL_YEARS = (2018, 2020, 2022, 2024, 2026)
NEW_YEARS = (2018, 2024, 2026)
BETWEEN = 2025  # year of what one landlord sends between two surveys
DRIFT, TURNOVER, DRIFTING = 1.3, 1.9, 14  # score of newcomers, more moves, residences that rise and that fall


def drifts(addresses: pd.DataFrame) -> dict[str, list[str]]:
    """Choose the residences whose newcomers are poorer from 2022 on, and those whose newcomers are less so."""
    size = addresses.groupby("id_residence")["nb"].sum()
    quarter = addresses.groupby("id_residence")["code_quartier"].first().ne("")
    rng = stream("drift")
    found = {}
    for name, fit in (("hausse", size.index[size.ge(30) & ~quarter]), ("baisse", size.index[size.ge(30) & quarter])):
        found[name] = sorted(str(fit[i]) for i in shuffled(rng, len(fit))[:DRIFTING])
    return found


def all_states(
    states: dict[int, dict[str, np.ndarray]],
    scores: pd.DataFrame,
    addresses: pd.DataFrame,
    dwellings: pd.DataFrame,
    built: np.ndarray,
    drifting: dict[str, list[str]],
) -> dict[int, dict[str, np.ndarray]]:
    """Draw the surveys of the other years.

    Parameters
    ----------
    states : dict
        Those of 2020 and 2022, over the first rows of ``dwellings``.
    scores : DataFrame
        By address, of the same addresses as ``states``.
    addresses : DataFrame
        One row per address, those of ``scores`` first.
    dwellings : DataFrame
        One row per dwelling: ``address`` (position), ``landlord``.
    built : array
        By dwelling, the first survey that knows it.
    """
    rng = stream("years")
    further = addresses.iloc[len(scores) :].reset_index(drop=True)
    whole = pd.concat([scores, address_scores(further)], ignore_index=True)
    of = whole.iloc[dwellings["address"]].reset_index(drop=True)
    home = addresses["id_residence"].iloc[dwellings["address"]].reset_index(drop=True)
    added = len(dwellings) - len(states[2022]["moved"])
    others = draw_people(rng, *_income(of.tail(added), "settled"), mover=False)
    people = {year: {key: np.concatenate([states[year][key], others[key]]) for key in others} for year in (2020, 2022)}
    before = draw_people(rng, *_income(of, "settled"), mover=False)
    past = np.concatenate([states[2020]["moved"], np.zeros(added, dtype=bool)])
    people[2018] = replaced(people[2020], before, past)
    found = {2018: people[2018] | answered(rng, of, dwellings, rng.random(len(of)) < of["moved"].clip(upper=0.5))}
    sign = home.isin(drifting["hausse"]).astype(float) - home.isin(drifting["baisse"]).astype(float)
    drawn = of.assign(mover=of["mover"] + DRIFT * sign, moved=of["moved"] * np.where(sign != 0, TURNOVER, 1.0))
    now = people[2022]
    for year in (2024, 2026):
        later = draw_people(rng, *_income(drawn, "mover"), mover=True)
        moved = (rng.random(len(of)) < drawn["moved"].clip(upper=0.5)).to_numpy() | (built == year)
        now = replaced(now, later, moved)
        found[year] = now | answered(rng, of, dwellings, moved)
    found[BETWEEN] = _between(found[2024], drawn, of, dwellings)
    return found


def _between(
    before: dict[str, np.ndarray], drawn: pd.DataFrame, of: pd.DataFrame, dwellings: pd.DataFrame
) -> dict[str, np.ndarray]:
    """Draw who lives there between two surveys, on a stream apart: no survey changes with it."""
    rng = stream("update")
    later = draw_people(rng, *_income(drawn, "mover"), mover=True)
    moved = (rng.random(len(of)) < drawn["moved"].clip(upper=0.25)).to_numpy()
    people = {name: before[name] for name in later}
    return replaced(people, later, moved) | answered(rng, of, dwellings, moved)


def _income(of: pd.DataFrame, who: str) -> tuple[np.ndarray, np.ndarray]:
    return of[who].to_numpy(), of["jobless"].to_numpy() + (0.15 if who == "mover" else 0.0)


def survey_of(
    year: int, state: dict[str, np.ndarray], dwellings: pd.DataFrame, filed: pd.DataFrame, addresses: pd.DataFrame
) -> pd.DataFrame:
    """Write one survey: ``filed`` says by address what its landlord writes that year, and ``present``."""
    counts = count_survey(state, dwellings["address"].to_numpy(), len(addresses)).astype("Int64")
    told = pd.concat([filed, counts], axis=1)
    told["campagne"] = year
    told["code_insee"] = addresses["code_insee"]
    told["commune"] = told["code_insee"].map({commune.code: commune.name for commune in COMMUNES})
    told["code_postal"] = told["code_insee"].map(POSTCODES)
    told["nb_logements"] = addresses["nb"].astype("Int64")
    names = {landlord.prefix: landlord.name for landlord in LANDLORDS}
    for prefix, columns in NOT_GIVEN.items():
        told.loc[told["bailleur"].eq(names[prefix]), columns] = pd.NA
    columns = [*FILE_COLUMNS, *(["id_residence"] if told["id_residence"].ne("").any() else [])]
    return told.loc[told["present"], columns].sort_values("id_adresse", ignore_index=True)
