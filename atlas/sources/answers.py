"""Answers of households that are none: conventional values, impossible dates, a denominator made of one activity.

Grain in and out: one row per dwelling. What is no answer becomes missing and is counted in a remark, without a value.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from atlas.errors import excerpt
from atlas.parameters import Parameters
from atlas.sources.cells import UNKNOWN_WORDS, at_lines
from atlas.sources.desk import Desk
from atlas.sources.headers import plain
from atlas.sources.sentinels import UNKNOWN_NUMBERS, without_sentinels
from atlas.writing import many

_EMPLOYED = ["majeurs_emploi_stable", "majeurs_emploi_precaire"]
ACTIVITIES = ["majeurs_chomeurs", *_EMPLOYED, "majeurs_sans_emploi"]
_NO_DATE = frozenset({"00_00_0000", "0000_00_00", "9999", "1900"})


def without_conventions(frame: pd.DataFrame, parameters: Parameters, day: date, desk: Desk) -> pd.DataFrame:
    """Blank what registers write where an answer is unknown, and ages that nobody has; only how many is said."""
    columns = ("ressources_pct_plus", "age_titulaire", "nb_personnes")
    frame = without_sentinels(frame, columns, "OPS", desk, UNKNOWN_NUMBERS)
    age = frame["age_titulaire"]
    if not age.notna().any():
        return frame
    low, high = (float(parameters.at(f"plausibilite_age_{end}", day).value) for end in ("bas", "haut"))
    wrong = age.notna() & (age >= 0) & ~age.between(low, high)
    if not wrong.any():
        return frame
    desk.note(
        f"OPS : age_titulaire n'est pas entre {low:g} et {high:g} ans sur {many(int(wrong.sum()), 'ligne')}, "
        "lu « non renseigné »."
    )
    return frame.assign(age_titulaire=age.mask(wrong))


def moved_in(frame: pd.DataFrame, parameters: Parameters, desk: Desk) -> pd.Series:
    """Read the year each household moved in, from its date or its year; missing when it cannot have been that one.

    A date after the survey day (1 January of the campaign), before the first plausible year or of convention (1900,
    9999) is no answer. A text that is no date is a fault, ``MENAGES-DATE``.
    """
    text = frame["date_emmenagement"]
    words = {word: plain(word) for word in text.dropna().unique()}
    void = text.isin([word for word, bare in words.items() if bare in UNKNOWN_WORDS | _NO_DATE])
    dated = text.mask(void)
    day = pd.to_datetime(dated, format="%Y-%m-%d", errors="coerce")
    day = day.fillna(pd.to_datetime(dated, format="%d/%m/%Y", errors="coerce"))
    wrong = dated.notna() & day.isna()
    for file, rows in frame[wrong].groupby("fichier", sort=False, observed=True):
        desk.faults.add(
            "MENAGES-DATE",
            f"{file} : date_emmenagement n'est pas une date, {at_lines(rows['ligne'].to_numpy())}.",
            "jj/mm/aaaa ou aaaa-mm-jj, ou une cellule vide",
            "corriger ces cellules",
        )
    year, campaign = day.dt.year.astype(float), frame["campagne"]
    first_day = (day.dt.month == 1) & (day.dt.day == 1)
    stated = frame["annee_emmenagement"]
    since = _earliest(campaign, parameters)
    late = (year > campaign) | ((year == campaign) & ~first_day)
    kept = year.mask(late | (year < since))
    other = stated.mask((stated >= campaign) | (stated < since))
    unknown = kept.fillna(other).isna() & (text.notna() | stated.notna()) & ~wrong
    if unknown.any():
        desk.note(
            f"OPS : l'emménagement de {many(int(unknown.sum()), 'ménage')} est postérieur au jour de l'enquête ou de "
            "convention (1900, 9999), lu « non renseigné »."
        )
    return kept.fillna(other)


def _earliest(campaign: pd.Series, parameters: Parameters) -> pd.Series:
    years = [year for year in campaign.dropna().unique() if year % 1 == 0 and 1 <= year <= date.max.year]
    return campaign.map({y: float(parameters.at("plausibilite_emmenagement", date(int(y), 1, 1)).value) for y in years})


def with_known_activity(frame: pd.DataFrame, enough: float, desk: Desk) -> pd.DataFrame:
    """Complete ``majeurs_activite_connue`` by the sum of the activities, where they make a denominator.

    Where a landlord tells the unemployed only, every adult of known activity would be unemployed: the activity known is
    then missing, and said so. ``enough``: number of households from which a landlord whose every activity is
    unemployment is not believed.
    """
    told = frame[ACTIVITIES].notna()
    total = frame[ACTIVITIES].sum(axis=1, min_count=1)
    stated, jobless = frame["majeurs_activite_connue"], frame["majeurs_chomeurs"]
    known = stated.fillna(total)
    keys = [frame["campagne"], frame["bailleur"]]
    answered = (jobless > 0) & known.notna()
    groups = pd.DataFrame(
        {
            "jobless": told["majeurs_chomeurs"],
            "employed": told[_EMPLOYED].any(axis=1),
            "summed": stated.isna() & told["majeurs_chomeurs"],
            "known": known.where(jobless.notna(), 0),
            "unemployed": jobless.where(known.notna(), 0),
            "households": answered,
        }
    )
    by = groups.groupby(keys, dropna=False)
    held = by[["jobless", "employed", "summed"]].transform("any")
    sums = by[["known", "unemployed", "households"]].transform("sum")
    only = (sums["known"] == sums["unemployed"]) & (sums["households"] >= enough)
    alone = held["jobless"] & (only | (~held["employed"] & stated.isna()))
    _say_alone(frame[alone & known.notna()], "ménage", desk)
    _say_absent(told[~alone & groups["summed"]], desk)
    return frame.assign(majeurs_activite_connue=known.mask(alone))


def without_false_activity(frame: pd.DataFrame, parameters: Parameters, desk: Desk) -> pd.DataFrame:
    """Blank ``majeurs_activite_connue`` of the addresses of a landlord that tells the unemployed in its stead.

    At address grain, one row per campaign and address: where the two are equal on every address of a landlord, for as
    many unemployed as judge a column (``plausibilite_effectif``), all adults would be unemployed.

    Raises
    ------
    AtlasError
        When the rule is not in force at a campaign.
    """
    known, jobless = frame["majeurs_activite_connue"], frame["majeurs_chomeurs"]
    both = known.notna() & jobless.notna()
    keys = [frame["campagne"], frame["bailleur"]]
    differ = (both & (known != jobless)).groupby(keys, dropna=False).transform("any")
    unemployed = jobless.where(both, 0).groupby(keys, dropna=False).transform("sum")
    alone = ~differ & (unemployed > 0)
    campaigns = frame.loc[alone, "campagne"].unique()
    for campaign in sorted(year for year in campaigns if 1 <= year <= date.max.year):
        enough = float(parameters.at("plausibilite_effectif", date(int(campaign), 1, 1)).value)
        alone &= (frame["campagne"] != campaign) | (unemployed >= enough)
    _say_alone(frame[alone & known.notna()], "adresse", desk)
    return frame.assign(majeurs_activite_connue=known.mask(alone))


def _say_alone(rows: pd.DataFrame, noun: str, desk: Desk) -> None:
    if len(rows):
        landlords = rows["bailleur"].dropna().unique()
        give = "donnent" if len(landlords) > 1 else "donne"
        desk.note(
            f"OPS : {excerpt(landlords)} ne {give} d'autre activité que le chômage "
            f"({many(len(rows), noun)}) : le nombre de majeurs à l'activité connue, dénominateur du taux de "
            "chômage, est lu « non renseigné » (majeurs_activite_connue, ou les majeurs en emploi, pour le calculer)."
        )


def _say_absent(summed: pd.DataFrame, desk: Desk) -> None:
    absent = [name for name in ACTIVITIES if len(summed) and not summed[name].any()]
    if absent:
        desk.note(
            f"OPS : aucun ménage ne renseigne {excerpt(absent)} : les majeurs à l'activité connue sont la somme des "
            "autres activités, et le taux de chômage est un maximum."
        )


def recent_since(frame: pd.DataFrame, parameters: Parameters) -> np.ndarray:
    """Give the first year from which a household has moved in recently, for the campaign of each row."""
    years = frame["campagne"].to_numpy()
    since = {year: year - parameters.at("emmenage_recent", date(int(year), 1, 1)).value for year in np.unique(years)}
    return pd.Series(years).map(since).to_numpy(dtype=float)
