"""Who lives there: households drawn dwelling by dwelling, then counted by address as the survey does.

Grain in: one row per dwelling. Grain out: one row per address and survey, counts only. Movers of 2020-2021 replace the
households of the first survey; everyone else stays, so that trends come from people who move, as in real life.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from draws import logistic, normal, pick_each, stream
from names import LANDLORDS

# by zone: share under 40 % of PLUS among the settled, among the movers, share of unemployed among working-age adults
INCOME = {"qpv": (0.17, 0.62), "qva": (-0.62, -0.22), "town": (-1.06, -0.52), "outer": (-1.25, -0.72)}
JOBLESS = {"qpv": -1.08, "qva": -1.55, "town": -1.98, "outer": -2.2}
KINDS = np.array([0.42, 0.19, 0.12, 0.21, 0.06])  # alone, single parent, couple, couple with children, others
MOVED, VACANT = 0.172, {"qpv": 0.0210, "other": 0.0128}
COUNTS = [
    "menages",
    "menages_ressources_connues",
    "menages_inf20_plus",
    "menages_inf40_plus",
    "menages_inf60_plus",
    "menages_inf100_plus",
    "emmenages_recents",
    "emmenages_recents_ressources_connues",
    "emmenages_recents_inf40_plus",
    "majeurs",
    "majeurs_activite_connue",
    "majeurs_chomeurs",
    "majeurs_emploi_stable",
    "majeurs_emploi_precaire",
    "majeurs_sans_emploi",
    "personnes_seules",
    "familles_monoparentales",
    "couples_sans_enfant",
    "couples_avec_enfants",
    "familles_3_enfants_et_plus",
    "titulaires_moins_30_ans",
    "titulaires_65_ans_et_plus",
    "menages_apl",
    "occupants",
    "logements_vacants",
    "logements_vacants_plus_3_mois",
    "emmenagements_annee",
    "menages_impayes_3_mois",
    "demandes_mutation",
]


def situation(addresses: pd.DataFrame) -> np.ndarray:
    """Kind of place of each address: priority quarter, watched quarter, main town, outer communes."""
    zone = addresses["code_quartier"]
    town = np.where(addresses["code_insee"].eq("21901"), "town", "outer")
    return np.where(zone.str.startswith("QN"), "qpv", np.where(zone.str.startswith("VA"), "qva", town))


def _effect(keys: pd.Series, size: float, name: str) -> np.ndarray:
    """Draw one effect per unit and carry it to its members."""
    codes, units = pd.factorize(keys, sort=True)
    return (size * normal(stream(name), len(units)))[codes]


def address_scores(addresses: pd.DataFrame) -> pd.DataFrame:
    """Scores of each address: residences differ, IRIS differ, staircases differ a little."""
    place = situation(addresses)
    iris, home = addresses["code_iris"], addresses["id_residence"]
    common = _effect(home, 0.46, "residence") + _effect(iris, 0.17, "iris")
    own = _effect(addresses["id_adresse"], 0.10, "address")
    return pd.DataFrame(
        {
            "settled": [INCOME[p][0] for p in place] + common + own,
            "mover": [INCOME[p][1] for p in place] + 1.1 * common + own + _effect(home, 0.25, "entries"),
            "jobless": [JOBLESS[p] for p in place] + 0.55 * common + _effect(home, 0.28, "jobs"),
            "vacant": np.where(place == "qpv", VACANT["qpv"], VACANT["other"])
            * np.exp(_effect(home, 0.5, "empty") - 0.125),
            "moved": MOVED * np.exp(_effect(home, 0.22, "turnover") - 0.024),
            "answer": np.array([LANDLORDS[i].response for i in addresses["landlord"]])
            + _effect(home, 0.035, "answers"),
        },
        index=addresses.index,
    )


def draw_people(
    rng: np.random.Generator, income: np.ndarray, jobless: np.ndarray, mover: bool
) -> dict[str, np.ndarray]:
    """Draw households: income class, kind, people, ages, work of each adult, help, arrears, wish to move."""
    count = len(income)
    under = logistic(income)
    middle = 1 - under
    shares = np.column_stack([0.44 * under, 0.56 * under, 0.42 * middle, 0.40 * middle, 0.18 * middle])
    level = pick_each(rng, shares)
    kind = pick_each(rng, np.broadcast_to(KINDS, (count, len(KINDS))))
    young, old = (0.27, 0.09) if mover else (0.06, 0.31)
    age = pick_each(rng, np.broadcast_to([young, 1 - young - old, old], (count, 3)))
    kind = np.where((age == 2) & np.isin(kind, [1, 3]), np.where(rng.random(count) < 0.7, 0, 2), kind)
    adults = np.array([1, 1, 2, 2, 2])[kind] + (np.isin(kind, [1, 3, 4]) & (rng.random(count) < 0.30))
    children = np.where(np.isin(kind, [1, 3]), 1 + (rng.random(count) < 0.55) + (rng.random(count) < 0.28) * 1, 0)
    working = np.where(age == 2, 0.06, 1.0)[:, None]
    risk = np.clip(logistic(jobless) * np.where(level < 2, 1.32, 0.72), 0, 0.9)[:, None] * working
    stable = np.where(level < 2, 0.20, 0.56)[:, None] * working
    frail = np.where(level < 2, 0.15, 0.09)[:, None] * working
    draw = rng.random((count, 3))
    work = (draw >= risk).astype(int) + (draw >= risk + stable) + (draw >= risk + stable + frail)
    return {
        "level": level,
        "kind": kind,
        "age": age,
        "adults": adults,
        "children": children,
        "work": np.where(np.arange(3)[None] < adults[:, None], work, -1),
        "apl": rng.random(count) < np.array([0.84, 0.76, 0.50, 0.10, 0.01])[level],
        "arrears": rng.random(count) < np.array([0.11, 0.08, 0.05, 0.03, 0.01])[level],
        "transfer": rng.random(count) < np.where(kind == 0, 0.08, 0.17),
    }


def draw_households(dwellings: pd.DataFrame, scores: pd.DataFrame) -> dict[int, dict[str, np.ndarray]]:
    """Draw the households of both surveys, dwelling by dwelling; ``dwellings.address`` points into ``scores``."""
    rng = stream("households")
    of = scores.loc[dwellings["address"]].reset_index(drop=True)
    first = draw_people(rng, of["settled"].to_numpy(), of["jobless"].to_numpy(), mover=False)
    fresh = draw_people(rng, of["mover"].to_numpy(), of["jobless"].to_numpy() + 0.15, mover=True)
    again = draw_people(rng, of["mover"].to_numpy(), of["jobless"].to_numpy() + 0.15, mover=True)
    states = {}
    new = dwellings["fate"].eq("créée").to_numpy()
    for year, later in ((2020, fresh), (2022, again)):
        moved = rng.random(len(of)) < np.minimum(of["moved"].to_numpy(), 0.5)
        moved = moved | (new & (year == 2022))
        first = replaced(first, later, moved)
        states[year] = first | answered(rng, of, dwellings, moved)
    return states


def replaced(before: dict[str, np.ndarray], later: dict[str, np.ndarray], moved: np.ndarray) -> dict[str, np.ndarray]:
    """Put the households that moved in, in the place of those that left."""
    return {
        key: np.where(moved.reshape(-1, *[1] * (value.ndim - 1)), later[key], value) for key, value in before.items()
    }


def answered(
    rng: np.random.Generator, of: pd.DataFrame, dwellings: pd.DataFrame, moved: np.ndarray
) -> dict[str, np.ndarray]:
    """Draw what a survey holds beside people: who moved in, what is vacant, who answered what."""
    vacant = rng.random(len(of)) < of["vacant"].to_numpy()
    answers = ~vacant & (rng.random(len(of)) < of["answer"].to_numpy())
    return {
        "moved": moved & ~vacant,
        "year": moved & ~vacant & (rng.random(len(of)) < 0.5),
        "vacant": vacant,
        "long": vacant & (rng.random(len(of)) < 0.42),
        "answers": answers,
        "income": answers & (rng.random(len(of)) < _landlord(dwellings, "income_known") - 0.03 * moved),
        "activity": answers[:, None] & (rng.random((len(of), 3)) < _landlord(dwellings, "activity_known")[:, None]),
    }


def _landlord(dwellings: pd.DataFrame, habit: str) -> np.ndarray:
    """One habit of the landlord of each dwelling."""
    return np.array([getattr(landlord, habit) for landlord in LANDLORDS])[dwellings["landlord"].to_numpy()]


def count_survey(state: dict[str, np.ndarray], address: np.ndarray, addresses: int) -> pd.DataFrame:
    """Count one survey by address, in the canonical columns; only households that answered are counted."""
    answers, known, moved = state["answers"], state["income"], state["moved"] & state["answers"]
    level, kind, work = state["level"], state["kind"], state["work"]
    active = state["activity"] & (work >= 0)
    flags = {
        "menages": answers,
        "menages_ressources_connues": known,
        **{f"menages_inf{top}_plus": known & (level < below) for below, top in enumerate((20, 40, 60, 100), start=1)},
        "emmenages_recents": moved,
        "emmenages_recents_ressources_connues": moved & known,
        "emmenages_recents_inf40_plus": moved & known & (level < 2),
        "majeurs": answers * state["adults"],
        "majeurs_activite_connue": active.sum(axis=1),
        "majeurs_chomeurs": (active & (work == 0)).sum(axis=1),
        "majeurs_emploi_stable": (active & (work == 1)).sum(axis=1),
        "majeurs_emploi_precaire": (active & (work == 2)).sum(axis=1),
        "majeurs_sans_emploi": (active & (work == 3)).sum(axis=1),
        "personnes_seules": answers & (kind == 0),
        "familles_monoparentales": answers & (kind == 1),
        "couples_sans_enfant": answers & (kind == 2),
        "couples_avec_enfants": answers & (kind == 3),
        "familles_3_enfants_et_plus": answers & (state["children"] >= 3),
        "titulaires_moins_30_ans": answers & (state["age"] == 0),
        "titulaires_65_ans_et_plus": answers & (state["age"] == 2),
        "menages_apl": answers & state["apl"],
        "occupants": answers * (state["adults"] + state["children"]),
        "logements_vacants": state["vacant"],
        "logements_vacants_plus_3_mois": state["long"],
        "emmenagements_annee": state["year"],
        "menages_impayes_3_mois": answers & state["arrears"],
        "demandes_mutation": answers & state["transfer"],
    }
    counted = {name: np.bincount(address, weights=flags[name], minlength=addresses).astype("int64") for name in COUNTS}
    return pd.DataFrame(counted)
