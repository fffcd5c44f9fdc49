"""Answers that come late, as the audit tells them: what an earlier edition never held is no part of its figures."""

from __future__ import annotations

import numpy as np
import pandas as pd
from audit_factory import edition, survey

from atlas.audit import Limits, audit
from atlas.audit.answers import answered
from atlas.audit.composition import Places
from atlas.audit.evidence import Evidence
from atlas.audit.renamed import names_today

GROUND = Places(dwellings={"a": 30, "b": 9})
UNIT = frozenset("ab")


def evidence(adults: dict[str, float]) -> Evidence:
    rows = [
        {"campagne": 2022, "id": name, "menages": 9.0, "n_chomage": 1.0, "d_chomage": adults[name]} for name in "ab"
    ]
    return Evidence(pd.DataFrame(rows))


def test_an_address_that_first_answers_late_is_in_the_new_figures_only():
    found = answered([evidence({"a": 40, "b": np.nan}), evidence({"a": 40, "b": 14})], [GROUND] * 2, 2022, "chomage")
    assert found.of(0, UNIT) == {"a"}
    assert found.of(1, UNIT) == {"a", "b"}


def test_answers_taken_back_are_in_the_old_figures_only():
    found = answered([evidence({"a": 40, "b": 14}), evidence({"a": 40, "b": np.nan})], [GROUND] * 2, 2022, "chomage")
    assert found.of(0, UNIT) == {"a", "b"}
    assert found.of(1, UNIT) == {"a"}


def test_more_answers_of_one_address_are_one_more_atom():
    found = answered([evidence({"a": 40, "b": 14}), evidence({"a": 40, "b": 17})], [GROUND] * 2, 2022, "chomage")
    assert found.of(0, UNIT) == {"a", "b"}
    assert len(found.of(1, UNIT) - {"a", "b"}) == 1


def test_an_address_that_brackets_rename_keeps_its_answers(tmp_path):
    """« c » became « c (alpha) » when a namesake came: what had answered then and answers now are told apart still."""
    columns = "id id_residence nb_logements menages d_inf40 n_inf40"
    old = survey([("a", "r", 30, 28, 28, 14), ("c", "r", 25, 14, 14, 6)], columns)
    new = survey([("a", "r", 30, 28, 28, 14), ("c (alpha)", "r", 25, 20, 20, 9)], columns)
    earlier = edition(tmp_path / "ancien" / "partenaire", old, {("adresses", "c")})
    now = edition(tmp_path / "nouveau" / "partenaire", new, {("adresses", "c (alpha)")})
    limits = Limits(11, 11, 11)
    assert audit(now, limits).safe, audit(now, limits).text()
    found = "\n".join(case for one in audit(now, limits, already=[earlier]).why for case in one.examples)
    assert "réponses arrivées depuis" in found and "ménages : 6" in found


def test_two_addresses_that_may_be_the_same_are_not_taken_for_one():
    now = [(2022, "1 (a)", "A"), (2022, "1 (b)", "B")]
    assert names_today([(2022, "1", "C")], now) == {}
    assert names_today([(2022, "1", "a")], now) == {(2022, "1"): "1 (a)"}
    assert names_today([(2022, "1 (2020)", "C"), (2020, "1", "C")], [(2022, "1", "D"), (2020, "1", "C")]) == {
        (2022, "1 (2020)"): "1"
    }
