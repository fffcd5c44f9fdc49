"""Small masked units of adversarial towns: another count than the true one always agrees with all that is published."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from atlas.protect import masks as decisions
from atlas.protect import opened
from atlas.protect.known import Known
from atlas.protect.links import linked, together
from atlas.protect.loosened import _unpinned
from atlas.protect.otherwise import otherwise, varies
from atlas.tables import INDICATORS
from atlas.tables.wider import WAYS
from tests.adversary_factory import TOGETHER, adversarial_town, fixed_by_bounding
from tests.stage_factory import SCALE, SECRECY


@pytest.mark.parametrize("seed", [7, 11, 20])
def test_no_sensitive_count_of_a_small_masked_unit_is_fixed(seed, monkeypatch):
    """The attacker finds some where only bounds between totals and parts are carried: the towns are hard enough."""
    town = adversarial_town(seed, campaigns=2 if seed == 20 else None)
    assert not list(fixed_by_bounding(town, opened(town, SECRECY, SCALE, ways=WAYS)))
    monkeypatch.setattr(decisions, "loosened", lambda *terms: _unpinned(*terms))
    assert list(fixed_by_bounding(town, opened(town, SECRECY, SCALE)))


def test_each_sensitive_indicator_is_bounded_once_with_those_that_the_attacker_ties():
    groups = [tuple(indicator.code for indicator in group) for group in together()]
    assert sorted(code for group in groups for code in group) == sorted(c for c, i in INDICATORS.items() if i.sensitive)
    assert {frozenset(group) for group in TOGETHER} <= {frozenset(group) for group in groups}


def test_a_link_tells_nothing_where_answers_break_it_or_are_of_others():
    count = np.array([[2.0, 5, 1], [3, 4, 2]])
    whole = np.array([[6.0, 6, 5], [6, 6, 6]])
    ((atoms, terms, bound),) = list(linked(("inf20", "inf40"), count, whole, 7))
    assert (atoms.tolist(), terms, bound.tolist()) == ([0], {0: 1, 1: -1}, [0.0])


def brute(known: Known, unit: np.ndarray) -> bool:
    """Try every answer."""
    grids = np.meshgrid(*(np.arange(int(most) + 1) for most in known.most), indexing="ij")
    answers = np.array([grid.ravel() for grid in grids])
    totals = known.rows @ answers
    possible = ((totals >= known.low[:, None]) & (totals <= known.high[:, None])).all(axis=0)
    return len(np.unique(unit @ answers[:, possible])) > 1


def test_doubts_are_those_of_every_possible_answer():
    rng = np.random.default_rng(5)
    fixed = 0
    for _ in range(60):
        most = rng.integers(0, 4, 6).astype(float)
        truth = np.floor(rng.random(6) * (most + 1))
        rows = rng.random((5, 6)) < 0.5
        total = rows @ truth
        known = Known(sparse.csr_matrix(rows.astype(float)), total - (rng.random(5) < 0.2), total, truth, most, most)
        units = sparse.csr_matrix((rng.random((4, 6)) < 0.3).astype(float))
        shown = otherwise(known, units)
        for place in range(4):
            true = brute(known, units.toarray()[place])
            assert varies(known, units[[place]]) == true
            assert true or not shown[place], "what is shown is true"
            fixed += not true
    assert fixed > 20
