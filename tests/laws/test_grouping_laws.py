"""What grouping promises whatever the addresses, against networkx and an independent reading of the precedence."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.group import GroupRules, group
from tests.stage_factory import entrances

RULES = GroupRules(touching=5, programme=15, diameter=40)
NO_CAP = GroupRules(touching=5, programme=15, diameter=1e9)

# A small grid, so that distances fall on thresholds, points stack and groups meet.
address = st.fixed_dictionaries(
    {
        "x": st.one_of(st.integers(0, 60).map(float), st.just(float("nan"))),
        "y": st.integers(0, 30).map(float),
        "bailleur": st.sampled_from(["A", "B", "C"]),
        "nom_residence": st.sampled_from([None, "", "Lilas", "RES. LILAS", "Roses", "12"]),
        "id_residence": st.sampled_from([None, None, None, "R1", "R2"]),
        "code_insee": st.sampled_from(["93010", "93014"]),
        "premiere_campagne": st.sampled_from([2018, 2020, 2022]),
        "nb_logements": st.integers(0, 50).map(float),
    }
)
towns = st.lists(address, max_size=24).map(entrances)
law = settings(max_examples=40, deadline=None)


def partition(table: pd.DataFrame) -> set[frozenset[str]]:
    return {frozenset(rows["id_adresse"]) for _, rows in table.groupby("id_residence")}


def distance(one, other) -> float:
    return float(np.hypot(one["x"] - other["x"], one["y"] - other["y"]))


def components(rows: list[dict], near: float, same) -> list[set[str]]:
    """Connected components by networkx of the rows within a distance that share a key."""
    graph = nx.Graph()
    graph.add_nodes_from(row["id_adresse"] for row in rows)
    for one, other in itertools.combinations(rows, 2):
        if same(one) == same(other) and distance(one, other) <= near:
            graph.add_edge(one["id_adresse"], other["id_adresse"])
    return list(nx.connected_components(graph))


def programme(row) -> str | None:
    return {"Lilas": "LILAS", "RES. LILAS": "LILAS", "Roses": "ROSES", "12": "12"}.get(row["nom_residence"])


def width(members: set[str], rows: dict[str, dict]) -> float:
    return max((distance(rows[one], rows[other]) for one, other in itertools.combinations(members, 2)), default=0.0)


def expected(table: pd.DataFrame, rules: GroupRules) -> tuple[list[set[str]], list[set[str]]]:
    """Read the precedence again from its description: the groups, and the chains too wide that must be cut."""
    rows = {row["id_adresse"]: row for row in table.to_dict("records")}
    declared = [row for row in rows.values() if isinstance(row["id_residence"], str)]
    groups = gathered(declared, lambda row: (row["bailleur"], row["id_residence"]))
    free = [row for row in rows.values() if not isinstance(row["id_residence"], str)]
    placed = [row for row in free if not np.isnan(row["x"])]
    own_name = lambda row: (row["bailleur"], programme(row))  # noqa: E731
    named = components([row for row in placed if programme(row)], rules.programme, own_name)
    quarters = [members for members in named if width(members, rows) > rules.diameter]
    groups += [members for members in named if members not in quarters]
    settled = set().union(*groups)
    chained = [row for row in placed if row["id_adresse"] not in settled]
    chains = components(chained, rules.touching, lambda row: row["bailleur"])
    wide = [members for members in chains if width(members, rows) > rules.diameter]
    groups += [members for members in chains if members not in wide]
    refused = {own_name(rows[name]) for members in quarters for name in members}
    lost = [row for row in free if np.isnan(row["x"])]
    blind = [row for row in lost if programme(row) and own_name(row) not in refused]
    groups += gathered(blind, lambda row: (*own_name(row), row["code_insee"]))
    groups += [{row["id_adresse"]} for row in lost if row not in blind]
    return groups, wide


def gathered(rows: list[dict], key) -> list[set[str]]:
    """Sets of addresses that share a key, wherever they are."""
    return [{row["id_adresse"] for row in rows if key(row) == value} for value in {key(row) for row in rows}]


@law
@given(towns, st.sampled_from([RULES, NO_CAP]))
def test_grouping_is_the_precedence_read_with_networkx(table, rules):
    groups, wide = expected(table, rules)
    found = partition(group(table, rules))
    assert found >= set(map(frozenset, groups))
    pieces = found - set(map(frozenset, groups))
    rows = {row["id_adresse"]: row for row in table.to_dict("records")}
    for piece in pieces:
        assert width(piece, rows) <= rules.diameter
        assert any(piece < chain for chain in wide), "only a chain that is too wide is cut"


@pytest.mark.parametrize("seed", range(3))
def test_chains_are_the_connected_components_of_networkx_on_a_whole_town(seed):
    rng = np.random.default_rng(seed)
    rows = [
        {"x": float(x), "y": float(y), "bailleur": f"B{rng.integers(4)}"}
        for x, y in rng.uniform(0, 1800, (400, 2)).round(1)
    ]
    table = entrances(rows)
    found = group(table, GroupRules(touching=50, programme=150, diameter=1e9))
    assert partition(found) == set(
        map(frozenset, components(table.to_dict("records"), 50, lambda row: row["bailleur"]))
    )


@law
@given(towns)
def test_no_residence_crosses_landlords_and_each_has_its_own_identifier(table):
    found = group(table, RULES)
    landlords = found.groupby("id_residence")["bailleur"].nunique()
    assert (landlords == 1).all()
    assert found["id_residence"].notna().all() and found["nom_residence"].notna().all()


@law
@given(towns, st.randoms(use_true_random=False))
def test_grouping_does_not_depend_on_the_order_of_the_rows(table, random):
    order = list(range(len(table)))
    random.shuffle(order)
    shuffled = table.iloc[order]
    pd.testing.assert_frame_equal(group(shuffled, RULES).loc[table.index], group(table, RULES))


@law
@given(towns)
def test_moving_a_town_moves_no_address_to_another_residence(table):
    moved = table.assign(x=table["x"] + 600_000, y=table["y"] + 6_800_000)
    assert group(moved, NO_CAP)["id_residence"].equals(group(table, NO_CAP)["id_residence"])


@law
@given(towns, address)
def test_a_later_address_never_renames_the_residences_it_does_not_join(table, newcomer):
    before = group(table, NO_CAP).set_index("id_adresse")["id_residence"]
    late = entrances([{**newcomer, "id_adresse": "a-before-all", "premiere_campagne": 2024, "id_residence": None}])
    after = group(pd.concat([table, late], ignore_index=True), NO_CAP).set_index("id_adresse")["id_residence"]
    joined = after["a-before-all"]
    elsewhere = after[after.index != "a-before-all"]
    elsewhere = elsewhere[elsewhere != joined]
    assert elsewhere.equals(before[elsewhere.index])
    if joined in set(before):
        assert set(before[before == joined].index) <= set(after[after == joined].index)
