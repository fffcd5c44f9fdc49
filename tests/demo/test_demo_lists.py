"""The fictional metropolis by two lists of quarters: what they move is what was drawn, to the address."""

from __future__ import annotations

import json

import pytest

from atlas.gather import gather, with_points
from atlas.ledger import Ledger
from atlas.match import match
from atlas.place import place
from atlas.plan import plan
from atlas.sources import read_sources
from tests.conftest import ROOT

DEMO = ROOT / "data" / "demo"


@pytest.fixture(scope="module")
def placed():
    todo = plan(DEMO / "evolution.toml", ["interne"])
    inputs = read_sources(todo.territory, todo.parameters, Ledger())
    addresses, _ = gather(inputs.ops, inputs.residences)
    located = with_points(addresses, match(addresses, inputs.adresses, todo.match), inputs.adresses)
    known = inputs.ops.loc[inputs.ops["campagne"].isin([2020, 2022]), "id_adresse"]
    found = place(located, *inputs.layers, todo.place).addresses
    return todo, found[found["id_adresse"].isin(known)]


def test_the_addresses_that_entered_and_left_quarters_are_those_drawn(placed):
    answer = json.loads((DEMO / "reponse_evolution.json").read_text("utf-8"))["qpv_2015"]
    table = placed[1]
    before, now = table["code_qpv_avant"].notna(), table["code_qpv"].notna()
    assert sorted(table.loc[now & ~before, "id_adresse"]) == answer["adresses_entrees"]
    assert sorted(table.loc[before & ~now, "id_adresse"]) == answer["adresses_sorties"]
    nibbled = answer["reduit_de_moins_de_11_logements"]
    assert table.set_index("id_adresse")["code_qpv_avant"][nibbled["adresse"]] == nibbled["code"]


def test_each_list_holds_at_its_own_campaigns(placed):
    todo, table = placed
    assert todo.place.until == (2023, 2024) and set(table["liste_jusqua"]) == {2023}
    assert [(one.name, one.year) for one in todo.context.sources if one.name == "qpv"] == [("qpv", 2015), ("qpv", 2024)]
