"""Answers that come late, as the audit tells them: what an earlier edition never held is no part of its figures."""

from __future__ import annotations

import numpy as np
import pandas as pd

from atlas.audit.answers import answered
from atlas.audit.composition import Places
from atlas.audit.evidence import Evidence

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
