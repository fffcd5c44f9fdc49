"""The files of five surveys: addresses built and pulled down, who lives there, the dwellings of 2026, the answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from answer import territory_totals
from draws import stream
from story import NAMES, RANKS, Story, tell_all
from updates import write_update
from wording import write_address
from years import BETWEEN, NEW_YEARS, all_states, drifts, survey_of

APART = 60.0  # metres between what is built and the other addresses
# Built, or standing at first and pulled down: landlord, dwellings of each address, name, first and last surveys.
FURTHER = (
    ("ORH", (9, 12), "RES. LE FOUR A CHAUX", 2018, 2018),
    ("ORH", (14, 15, 13), "RES. LES JARDINS DE LERNE", 2024, 2026),
    ("TDR", (7,), "LA PETITE HALTE", 2024, 2026),
    ("HTV", (22, 18), "LES TERRASSES DU BIEF", 2026, 2026),
)


def further_addresses(lots: pd.DataFrame, known: pd.Series, addresses: pd.DataFrame) -> pd.DataFrame:
    """Lay the further residences on free lots of the address base, away from everything else.

    ``known``: whether the address base ships each lot.
    """
    rng = stream("further")
    taken = {lot for several in addresses["lots"] for lot in several}
    places = addresses[["x", "y"]].to_numpy(float)
    rows = []
    for rank, (prefix, sizes, name, first, last) in enumerate(FURTHER):
        run = _room(lots, known, taken, places, len(sizes), rng)
        taken |= set(run)
        places = np.vstack([places, lots.loc[run, ["x", "y"]].to_numpy(float)])
        for lot, size in zip(run, sizes, strict=True):
            rows.append(
                {
                    "id_residence": f"N{rank + 1:04d}",
                    "landlord": RANKS[prefix],
                    "lot": lot,
                    "nb": size,
                    "lots": (lot,),
                    "prefix": prefix,
                    "id_adresse": f"{prefix}-{6001 + len(rows)}",
                    "numeros": [lots.at[lot, "numero"]],
                    "programme": name,
                    "first": first if first > 2018 else 0,
                    "last": last,
                    **lots.loc[lot, ["code_insee", "code_iris", "code_quartier", "type_voie", "nom", "rep"]],
                    **lots.loc[lot, ["x", "y", "id_ban"]],
                }
            )
    told = pd.DataFrame(rows).assign(door="", note="", fate="", respelt=False, draw=0.9, x_donne=np.nan, y_donne=np.nan)
    told["adresse"] = told["adresse_2020"] = [write_address(row) for row in told.itertuples()]
    told["bailleur"] = told["prefix"].map(NAMES)
    told["id_ban_donne"] = told["id_ban"].where(told["prefix"].eq("TDR"), "")
    return told


def _room(
    lots: pd.DataFrame, known: pd.Series, taken: set[int], places: np.ndarray, count: int, rng: np.random.Generator
) -> list[int]:
    """Find free lots that follow each other on one side of a street."""
    fit = lots[known & lots["code_quartier"].eq("") & ~lots.index.isin(list(taken))]
    sides = [list(side.index) for _, side in fit.groupby(["street", "side"]) if len(side) >= count]
    for _ in range(2000):
        side = sides[int(rng.random() * len(sides))]
        start = int(rng.random() * (len(side) - count + 1))
        run = side[start : start + count]
        here = lots.loc[run, ["x", "y"]].to_numpy(float)
        near = np.hypot(*(places[:, None] - here[None]).transpose(2, 0, 1)).min()
        if lots.loc[run, "rank"].diff().dropna().eq(1).all() and near > APART:
            return run
    raise ValueError("plus de place pour construire : changer la graine")


def dwellings_of_2026(rents: pd.DataFrame, story: Story) -> pd.DataFrame:
    """Write the file of dwellings of 2026 from that of 2022: what stands, under its landlord and number of then."""
    now = story.filed[2026]
    row = pd.Series(story.addresses.index, index=story.addresses["id_adresse"]).reindex(rents["id_adresse"])
    stands = now["present"].reindex(row).fillna(True).to_numpy(dtype=bool)  # strays are still strays
    told = rents[stands].copy()
    row = row[stands]
    for name in ("id_adresse", "bailleur"):
        told[name] = now[name].reindex(row).fillna(told.set_axis(row)[name]).to_numpy()
    home = story.addresses["id_residence"].reindex(row)
    built = home.map(story.built).to_numpy()
    told["annee_construction"] = np.where(np.isnan(built), told["annee_construction"], built).astype(int)
    added = []
    for address in story.addresses.index[story.addresses["first"].gt(0) & story.addresses["last"].ge(2026)]:
        like = rents[rents["bailleur"].eq(story.addresses.at[address, "bailleur"])]
        copied = like.iloc[37 * (len(added) + 1) :].head(story.addresses.at[address, "nb"])
        year = story.built[story.addresses.at[address, "id_residence"]]
        added.append(
            copied.assign(id_adresse=now.at[address, "id_adresse"], annee_construction=year, financement="PLUS")
        )
    new = pd.concat(added, ignore_index=True)
    new["id_logement"] = "L" + (80001 + new.index).astype(str)
    return pd.concat([told, new], ignore_index=True)


def evolve(
    lots: pd.DataFrame,
    known: pd.Series,
    addresses: pd.DataFrame,
    dwellings: pd.DataFrame,
    scores: pd.DataFrame,
    states: dict[int, dict[str, np.ndarray]],
    taken: set[str],
) -> tuple[dict[int, pd.DataFrame], pd.DataFrame, Story, dict[str, Any]]:
    """Draw the three further surveys, what a landlord sent in between, and what happened between them.

    Returns
    -------
    surveys, update, story, answer
    """
    further = further_addresses(lots, known, addresses)
    whole = pd.concat([addresses.assign(first=0, last=2026), further], ignore_index=True)
    story = Story(whole, taken)
    tell_all(story)
    of = np.repeat(further.index + len(addresses), further["nb"])
    more = pd.DataFrame({"address": of, "landlord": whole["landlord"].to_numpy()[of], "fate": ""})
    homes = pd.concat([dwellings[["address", "landlord", "fate"]], more], ignore_index=True)
    drifting = drifts(addresses)
    first = whole["first"].to_numpy()[homes["address"].to_numpy()]
    drawn = all_states(states, scores, whole, homes, first, drifting)
    surveys = {year: survey_of(year, drawn[year], homes, story.filed[year], whole) for year in NEW_YEARS}
    on_the_day = survey_of(BETWEEN, drawn[BETWEEN], homes, story.filed[2024], whole)
    named = story.filed[2024]["id_adresse"]
    update, sent = write_update(on_the_day, surveys[2024], pd.Series(whole["id_residence"].to_numpy(), named))
    answer = {
        "fictif": True,
        "lecture": "Ce que le générateur a mis entre deux campagnes, et ce qui ne doit rien donner ; « adresses » : "
        "telles que la campagne les nomme, ou la précédente pour ce qui en est sorti.",
        "evenements": story.events,
        "sans_evenement": story.quiet,
        "derives_des_entrants_depuis_2022": drifting,
        "territoire": {str(year): territory_totals(surveys[year]) for year in NEW_YEARS},
        "actualisation": sent,
    }
    return surveys, update, story, answer
