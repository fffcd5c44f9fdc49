"""What changed between two campaigns, and why: hand-made residences, one by reason, then laws on drawn ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from atlas.evolution import DEFINED_BY, Followed, consecutive, evolution, known_of, pairs_of
from atlas.judge import judge
from atlas.methods import load
from atlas.tables.years import (
    BY_ANSWERS,
    BY_PEOPLE,
    BY_PERIMETER,
    BY_RULE,
    DELIVERED,
    DEMOLISHED,
    DOWN,
    ENTERS,
    LEAVES,
    MOVE,
    OUTSIDE,
    REMAINS,
    STEADY,
    UNTOLD,
    UP,
    WHY,
    WITHIN_CHANCE,
)
from tests.stage_factory import METHOD_RULES, context, counts, protected

QUIET = {"n_er_inf40": 2, "d_er_inf40": 12, "n_chomage": 10, "d_chomage": 150}


def row(unit: str, year: int, poor: int, known: int = 100, **more: float) -> dict[str, object]:
    """One residence at one campaign: ``poor`` of ``known`` households are under 40 %, nothing else is fragile."""
    return {
        "id": unit,
        "campagne": year,
        "nb_logements": 110,
        "nb_adresses": 1,
        "menages": known,
        "n_inf40": poor,
        "d_inf40": known,
        **QUIET,
        **more,
    }


def followed(rows, audience: str = "interne", **changes: object):
    table = counts(rows)
    edition = protected(table, audience, context=context(tuple(sorted(set(table["campagne"])))), **changes)
    return judge(edition, load(["seuils"]), METHOD_RULES)


def told(rows, audience: str = "interne", **changes: object) -> pd.DataFrame:
    edition = followed(rows, audience, **changes)
    return evolution(edition, consecutive(edition.context.campaigns)).set_index("id")


def test_people_change_only_beyond_chance():
    found = told([row("a", 2020, 25), row("a", 2022, 60), row("b", 2020, 38), row("b", 2022, 41)])
    assert found.loc["a", [MOVE, WHY, "ev_inf40"]].tolist() == [ENTERS, BY_PEOPLE, UP]
    assert found.loc["b", [MOVE, WHY, "ev_inf40"]].tolist() == [ENTERS, WITHIN_CHANCE, STEADY]
    assert found["ec_inf40"].tolist() == [35, 3]


def test_nothing_is_said_of_what_did_not_move():
    found = told([row("a", 2020, 60), row("a", 2022, 45), row("b", 2020, 10), row("b", 2022, 30)])
    assert found[MOVE].tolist() == [REMAINS, OUTSIDE] and found[WHY].isna().all()


def test_a_residence_that_comes_or_goes_is_a_change_of_dwellings():
    found = told([row("a", 2020, 60), row("b", 2022, 60), row("c", 2020, 10), row("c", 2022, 10)])
    assert found.loc["a", [MOVE, WHY]].tolist() == [LEAVES, BY_PERIMETER]
    assert found.loc["b", [MOVE, WHY]].tolist() == [ENTERS, BY_PERIMETER]
    assert found.loc["a", ["logements_restes", "logements_entres", "logements_sortis"]].tolist() == [0, 0, 110]


def test_fewer_answers_are_not_other_people():
    found = told([row("a", 2020, 25), row("a", 2022, 60, 80), row("b", 2020, 25), row("b", 2022, 60, 90)])
    assert found.loc["a", [MOVE, WHY]].tolist() == [ENTERS, BY_ANSWERS]  # 91 % then 73 % answered
    assert found.loc["b", [MOVE, WHY]].tolist() == [ENTERS, BY_PEOPLE]


def test_a_rule_that_changed_is_not_people():
    """Recent movers are those of three years until 2015, of two since."""
    rows = [row("a", year, 10, n_er_inf40=movers, d_er_inf40=60) for year, movers in ((2014, 10), (2016, 50))]
    table = counts(rows)
    both = replace(context((2014, 2016)), defined={DEFINED_BY["emménagés récents"]: {2014: 3, 2016: 2}})
    edition = judge(protected(table, "interne", context=both), load(["seuils"]), METHOD_RULES)
    assert edition.history["residences"].set_index("campagne").loc[2016, [MOVE, WHY]].tolist() == [ENTERS, BY_RULE]
    same = replace(both, defined={DEFINED_BY["emménagés récents"]: {2014: 2, 2016: 2}})
    edition = judge(protected(table, "interne", context=same), load(["seuils"]), METHOD_RULES)
    assert edition.history["residences"].set_index("campagne").loc[2016, [MOVE, WHY]].tolist() == [ENTERS, BY_PEOPLE]


@pytest.mark.parametrize(
    ("event", "reason"), [(DELIVERED, DELIVERED), (DEMOLISHED, DEMOLISHED), ("renommage", BY_PERIMETER)]
)
def test_a_delivery_or_a_demolition_is_named(event, reason):
    edition = followed([row("a", 2020, 60), row("b", 2022, 60), row("b", 2020, 1), row("a", 2022, 1)])
    known = known_of(edition)
    places = known.lasting.assign(logements_entres=60.0)
    known = replace(known, lasting=places, events={("b", 2022): frozenset([event])})
    read, _ = edition.read("residences", edition.history["residences"])
    found = Followed("residences", read, known).between((2020, 2022)).set_index("id")
    assert found.loc["b", [MOVE, WHY]].tolist() == [ENTERS, reason], "60 of 110 dwellings came: they may explain all"
    assert found.loc["a", [MOVE, WHY]].tolist() == [LEAVES, BY_PERIMETER], "what happened to b says nothing of a"


def test_what_is_masked_at_one_campaign_moves_nowhere():
    found = told([row("a", 2020, 4, 9), row("a", 2022, 60)], "partenaire")
    assert found.loc["a", [MOVE, WHY, "ev_inf40"]].tolist()[::2] == [UNTOLD, UNTOLD]
    assert pd.isna(found.loc["a", WHY]) and pd.isna(found.loc["a", "ec_inf40"])


def test_bounds_have_no_gap():
    """ "≤ 5 %" then "≤ 5 %": nobody knows that nothing changed."""
    found = told([row("a", 2020, 1), row("a", 2022, 4)], "partenaire")
    assert pd.isna(found.loc["a", "ec_inf40"]) and found.loc["a", "ev_inf40"] == STEADY


def test_a_kind_that_holds_at_one_campaign_only_is_not_compared():
    """Quarters of a list that ended: nobody left them, they are no more."""
    edition = followed([row("a", 2020, 60), row("a", 2022, 60)])
    read, _ = edition.read("residences", edition.history["residences"])
    known = known_of(edition)
    assert len(Followed("residences", read, known).between((2020, 2022))) == 1
    assert Followed("residences", read[read["campagne"] == 2020], known).between((2020, 2022)).empty


def test_every_two_campaigns_are_compared():
    edition = followed([row("a", year, poor) for year, poor in ((2018, 20), (2020, 45), (2022, 20))])
    found = evolution(edition, pairs_of(edition.context.campaigns)).set_index(["campagne_avant", "campagne"])
    assert found[MOVE].to_dict() == {(2018, 2020): ENTERS, (2018, 2022): OUTSIDE, (2020, 2022): LEAVES}
    assert edition.history["residences"][MOVE].tolist() == [UNTOLD, ENTERS, LEAVES]


def test_the_interval_is_that_of_the_published_formula():
    """Zou and Donner on limits of Jeffreys, written out another way: the very answer where the word changes."""

    def limit(count: int, chances: float) -> float:
        return beta(count + 0.5, 100 - count + 0.5).ppf(chances)

    shares = range(38, 52)
    found = told([one for poor in shares for one in (row(f"r{poor}", 2020, 31), row(f"r{poor}", 2022, poor))])
    for poor in shares:
        least = poor / 100 - 0.31 - np.hypot(poor / 100 - limit(poor, 0.025), limit(31, 0.975) - 0.31)
        assert found.loc[f"r{poor}", "ev_inf40"] == (UP if least > 0 else STEADY), poor
    assert set(found["ev_inf40"]) == {UP, STEADY}


_SHARE = st.floats(0, 1, allow_subnormal=False)
_COUNTS = st.lists(st.tuples(st.integers(11, 300), _SHARE, st.integers(11, 300), _SHARE), min_size=20, max_size=40)


@settings(deadline=None, max_examples=5)
@given(_COUNTS)
def test_looked_at_backwards_a_rise_is_a_fall(drawn):
    counted = [(round(d0 * p0), d0, round(d1 * p1), d1) for d0, p0, d1, p1 in drawn]
    there = told([row(f"r{i}", *one) for i, (n0, d0, n1, d1) in enumerate(counted) for one in _both(n0, d0, n1, d1)])
    back = told([row(f"r{i}", *one) for i, (n0, d0, n1, d1) in enumerate(counted) for one in _both(n1, d1, n0, d0)])
    assert there["ec_inf40"].to_numpy() == pytest.approx(-back["ec_inf40"].to_numpy(), abs=1e-9)
    assert there["ev_inf40"].replace({UP: DOWN, DOWN: UP}).tolist() == back["ev_inf40"].tolist()


def _both(n0: int, d0: int, n1: int, d1: int) -> tuple[tuple[int, int, int], ...]:
    return (2020, n0, d0), (2022, n1, d1)


@settings(deadline=None, max_examples=5)
@given(_COUNTS, st.floats(0.5, 1))
def test_a_masked_edition_says_the_same_of_a_change_or_less(drawn, answering):
    rows = []
    for i, (d0, p0, d1, p1) in enumerate(drawn):
        for year, households, share in ((2020, d0, p0), (2022, d1, p1)):
            known = min(households, max(11, round(households * answering + 0.5)))
            rows.append(row(f"r{i}", year, round(known * share), known, menages=households))
    open_, masked = told(rows), told(rows, "partenaire")
    assert all(said in (true, STEADY, UNTOLD) for true, said in zip(open_["ev_inf40"], masked["ev_inf40"], strict=True))
    assert (open_.loc[masked[WHY] == BY_PEOPLE, WHY] == BY_PEOPLE).all()
