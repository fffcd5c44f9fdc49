"""Five campaigns of the fictional metropolis: every planted event is found at its campaigns, and none is invented."""

from __future__ import annotations

import json
from collections import Counter

import pandas as pd
import pytest

from atlas.filiation import follow
from atlas.gather import described_then, gather, with_points
from atlas.group import group
from atlas.ledger import Ledger
from atlas.match import match
from atlas.plan import plan
from atlas.sources import read_sources
from atlas.tables.years import EVENTS, FOUND

PAIRS = [(2018, 2020), (2020, 2022), (2022, 2024), (2024, 2026)]


@pytest.fixture(scope="module")
def answer(demo_territory):
    return json.loads((demo_territory.parent / "reponse_evolution.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def followed(demo_territory):
    todo = plan(demo_territory.parent / "evolution.toml", ["interne"])
    inputs = read_sources(todo.territory, todo.parameters, Ledger())
    addresses, _ = gather(inputs.ops, inputs.residences)
    located = with_points(addresses, match(addresses, inputs.adresses, todo.match), inputs.adresses)
    today = group(located, todo.group)
    then = described_then(inputs.ops, inputs.declared_then)
    return follow(then, today, inputs.logements, *todo.following), today.set_index("id_adresse")["id_residence"]


def whole(events: pd.DataFrame) -> Counter:
    """Each event once, whatever the residences of today that it concerns."""
    keys = ["campagne_avant", "campagne", "evenement", "de", "vers"]
    return Counter(
        (*key[:3], frozenset(rows["id"]), rows["nb_adresses"].sum(), rows["nb_logements"].sum())
        for key, rows in events.groupby(keys)
    )


@pytest.mark.parametrize(("before", "after"), PAIRS)
def test_every_planted_event_is_found_and_none_is_invented(followed, answer, before, after):
    found, today = followed
    planted = Counter(
        (
            one["campagne_avant"],
            one["campagne"],
            one["evenement"],
            frozenset(today[one["adresses"]]),
            len(one["adresses"]),
            one["nb_logements"],
        )
        for one in answer["evenements"]
        if one["campagne"] == after
    )
    events = found.events[found.events["campagne"] == after]
    assert whole(events) == planted
    assert set(events["campagne_avant"]) == {before} and set(events["origine"]) == {FOUND}


def test_every_kind_of_event_is_planted(answer):
    assert {one["evenement"] for one in answer["evenements"]} == set(EVENTS)
    assert {(one["campagne_avant"], one["campagne"]) for one in answer["evenements"]} == set(PAIRS)
    delivered = [one["nb_logements"] for one in answer["evenements"] if one["evenement"] == "livraison"]
    assert min(delivered) < 11 <= max(delivered)


def test_names_then_and_now_are_those_of_the_files(followed, answer):
    events = followed[0].events
    named = [one for one in answer["evenements"] if one["evenement"] in ("renommage", "fusion", "scission")]
    for one in named:
        if one["noms_avant"] == one["noms"]:  # the identifier alone changed
            continue
        told = (" | ".join(one["noms_avant"]).replace(" | ", "|"), "|".join(one["noms"]))
        rows = events[(events["campagne"] == one["campagne"]) & (events["evenement"] == one["evenement"])]
        assert told in set(zip(rows["de"], rows["vers"], strict=True)), one


def test_a_landlord_that_numbers_its_addresses_anew_is_one_sentence(followed, answer):
    quiet = [one for name, one in answer["sans_evenement"].items() if name.startswith("renumerotation")]
    for one in quiet:
        assert sum(f"{one['adresses']} adresses de {one['bailleur']}" in said for said in followed[0].remarks) == 1
    assert len(followed[0].remarks) == len(quiet)


def test_a_sale_under_other_numbers_says_both_landlords(followed):
    events = followed[0].events
    sold = events[events["preuve"].str.contains("base adresse")]
    assert len(sold) == 4
    assert sold["evenement"].eq("changement de bailleur").all() and sold["preuve"].str.contains(" puis ").all()
