"""What filiation promises whatever the surveys: nothing without a change, nothing owed to order or identifiers."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.filiation import FiliationRules, Followed, follow
from atlas.gather import described_then, gather
from atlas.group import GroupRules, group
from tests.stage_factory import survey, texts

RULES, GROUP = FiliationRules(gap=20, whole=95), GroupRules(touching=5, programme=15, diameter=40)
YEARS = (2018, 2020, 2022)
law = settings(max_examples=8, deadline=None)

# A small town: every address has a place of its own, names and holders are few, so that they meet and change.
state = st.fixed_dictionaries(
    {
        "bailleur": st.sampled_from(["A", "B"]),
        "nom_residence": st.sampled_from([None, "Lilas", "RES. LILAS", "Roses", "12"]),
        "id_residence": st.sampled_from([None, None, "R1", "R2"]),
        "nb_logements": st.sampled_from([10.0, 11.0, 40.0]),
    }
)
address = st.fixed_dictionaries({"states": st.lists(st.one_of(st.none(), state), min_size=3, max_size=3)})
towns = st.lists(address, min_size=1, max_size=10)
steady = st.lists(state, min_size=1, max_size=10)


def rows_of(town, codes=None) -> list[dict]:
    """Rows of every campaign; an address without a state at a campaign is not in it. ``codes``: identifiers by year."""
    return [
        {**told, "campagne": year, "id_adresse": f"a{rank}" if codes is None else codes(rank, year), "lieu": rank}
        for rank, one in enumerate(town)
        for year, told in zip(YEARS, one["states"], strict=True)
        if told is not None
    ]


def followed(rows: list[dict], dwellings=None, order=None) -> Followed:
    """Follow rows whose ``lieu`` is their place: one number of one street each, four metres apart."""
    table = survey(rows)
    place = dict(zip(table["id_adresse"], [row["lieu"] for row in rows], strict=True))
    if order is not None:
        table = table.sample(frac=1, random_state=order).reset_index(drop=True)
    addresses, _ = gather(table, None)
    at = addresses["id_adresse"].map(place)
    located = addresses.assign(
        x=4.0 * at, y=0.0, id_ban=texts([f"ban{one}" for one in at]), methode_appariement="adresse exacte"
    )
    if order is not None:
        located = located.sample(frac=1, random_state=order + 1)
    return follow(
        described_then(table, None),
        group(located, GROUP),
        dwellings,
        YEARS,
        RULES,
        partial(group, rules=GROUP),
    )


def facts(found: Followed) -> Counter:
    """Events without the names that depend on identifiers."""
    keys = ["campagne_avant", "campagne", "evenement", "de", "vers", "preuve"]
    sums = found.events.groupby(keys)[["nb_adresses", "nb_logements"]].sum()
    return Counter({key: tuple(row) for key, row in zip(sums.index, sums.to_numpy(), strict=True)})


@law
@given(steady, st.integers(1, 3))
def test_residences_that_did_not_change_give_no_event(states, campaigns):
    town = [{"states": [one if rank < campaigns else None for rank in range(3)]} for one in states]
    found = followed(rows_of(town))
    assert found.events.empty and found.remarks == ()


@law
@given(towns, st.integers(0, 99))
def test_the_order_of_the_rows_changes_nothing(town, order):
    rows = rows_of(town)
    if not rows:
        return
    one, other = followed(rows), followed(rows, order=order)
    pd.testing.assert_frame_equal(one.events, other.events)
    assert one.remarks == other.remarks


@law
@given(towns, st.permutations(range(10)))
def test_identifiers_renamed_alike_in_every_campaign_change_nothing_but_names(town, codes):
    rows = rows_of(town)
    if not rows:
        return
    other = followed(rows_of(town, lambda rank, _: f"z{codes[rank]}"))
    assert facts(followed(rows)) == facts(other)


@law
@given(towns, st.sampled_from(YEARS[1:]), st.permutations(range(10)))
def test_addresses_numbered_anew_between_two_campaigns_give_the_same_events(town, since, codes):
    """Of addresses in every campaign: one that leaves and comes back under another number is not the same."""
    town = [one for one in town if all(told is not None for told in one["states"])]
    if not town:
        return
    sizes = [{**one["states"][0]}["nb_logements"] for one in town]
    town = [
        {"states": [{**told, "nb_logements": size} for told in one["states"]]}
        for one, size in zip(town, sizes, strict=True)
    ]
    other = followed(rows_of(town, lambda rank, year: f"a{rank}" if year < since else f"z{codes[rank]}"))
    mine = followed(rows_of(town))
    shape = ["campagne_avant", "campagne", "evenement"]
    sums = [found.events.groupby(shape)[["nb_adresses", "nb_logements"]].sum() for found in (mine, other)]
    pd.testing.assert_frame_equal(*sums)
    assert len(other.same) == len(town)


@law
@given(towns)
def test_every_address_that_came_or_left_is_told_once_at_most(town):
    rows = rows_of(town)
    if not rows:
        return
    events = followed(rows).events
    for year in YEARS[1:]:
        told = events[(events["campagne"] == year) & events["evenement"].isin(["entrée dans l'enquête", "livraison"])]
        came = {row["id_adresse"] for row in rows if row["campagne"] == year}
        assert told["nb_adresses"].sum() <= len(came)
    assert not events.duplicated(["campagne_avant", "campagne", "id", "evenement", "de", "vers"]).any()
