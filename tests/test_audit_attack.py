"""The attacker: what additions and subtractions give, how narrowly the rest is bounded."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from scipy import sparse

from atlas.audit import Limits, Published, attack
from atlas.audit.attack import ANSWERS, DWELLINGS, HOUSEHOLDS
from atlas.audit.elimination import independent, parts_of
from atlas.audit.lightest import lightest, none_lighter
from atlas.audit.solver import possible, spread
from atlas.audit.spans import _CASES, _shut_by_cases, _unheavy, derivable, grouped

LIMITS = Limits(11, 11, 11)


def published(*totals, **weights):
    """One figure, weights by measure."""
    return {"x": Published(frozenset(map(frozenset, totals)), weights)}


def leaks(*totals, known=(), limits=LIMITS, **weights):
    found = attack(published(*totals, **weights), limits, known)
    return [(leak.measure, "".join(sorted(leak.group.atoms)), leak.group.weight) for leak in found]


def test_the_sum_of_two_masked_parts_is_found():
    """sdcTools #307: 23 = 15 + 5 + 3."""
    sizes = {DWELLINGS: {"A": 15, "B": 5, "C": 3}}
    assert leaks("ABC", "A", **sizes) == [(DWELLINGS, "BC", 8)]
    assert leaks("ABC", **sizes) == []


def test_every_measure_has_its_threshold():
    sizes = {DWELLINGS: {"A": 30, "B": 20}, HOUSEHOLDS: {"A": 25, "B": 9}, ANSWERS: {"A": 40, "B": 4}}
    assert leaks("AB", "A", **sizes) == [(HOUSEHOLDS, "B", 9), (ANSWERS, "B", 4)]
    assert leaks("AB", "A", limits=Limits(11, 9, 11), **sizes) == [(ANSWERS, "B", 4)]
    assert leaks("AB", "A", limits=Limits(11, 9, 4), **sizes) == []


def test_lightest_in_each_measure_apart_is_not_light_together():
    """Least of the weights: 5 and 5; dwellings 30 and households 31 are enough: one search in three does not refuse."""
    sizes = {DWELLINGS: {"A": 25, "B": 5, "C": 40}, HOUSEHOLDS: {"A": 5, "B": 26, "C": 40}}
    assert leaks("ABC", "C", **sizes) == []


def test_what_bears_on_nobody_protects_nobody():
    """The residence's figure is that of its one address that answered."""
    dwellings = {"A": 20, "B": 20, "C": 30}
    assert leaks("AB", "C", "ABC", **{DWELLINGS: dwellings, HOUSEHOLDS: {"A": 14, "C": 20}}) == []
    assert leaks("AB", "C", "ABC", **{DWELLINGS: dwellings, HOUSEHOLDS: {"A": 8, "C": 20}}) == [(HOUSEHOLDS, "A", 8)]


def test_a_landlord_takes_its_own_stock_away():
    sizes = {DWELLINGS: {"A": 25, "B": 5, "C": 40}}
    assert leaks("AB", "ABC", **sizes) == []
    assert leaks("AB", "ABC", known="A", **sizes) == [(DWELLINGS, "B", 5)]


def test_what_was_given_before_is_no_leak_of_today_but_a_part_of_it_is():
    sizes = {DWELLINGS: {"A": 5, "B": 4, "C": 40}}
    old = {"x": frozenset([frozenset("AB")])}
    assert attack(published("AB", "ABC", **sizes), LIMITS, given=old) == ()
    found = attack(published("AB", "ABC", "A", **sizes), LIMITS, given=old)
    assert {"".join(leak.group.atoms) for leak in found} == {"A", "B"}


def test_a_figure_audited_once_serves_those_that_open_less():
    """The same atoms no lighter in fewer totals: no search, and no leak; lighter in one atom: searched again."""
    one = Published(frozenset([frozenset("AB"), frozenset("ABC")]), {DWELLINGS: {"A": 15, "B": 12, "C": 30}})
    same = Published(frozenset([frozenset("AB")]), {DWELLINGS: {"A": 15, "B": 13, "C": 30}})
    less = Published(frozenset([frozenset("ABC"), frozenset("AB")]), {DWELLINGS: {"A": 15, "B": 12, "C": 3}})
    found = attack({"one": one, "same": same, "less": less}, LIMITS)
    assert [(leak.figure, leak.group.atoms) for leak in found] == [("less", {"C"})]


def test_three_equal_parts_hide_one_another():
    """Differences of masked parts bear on two of them: the oracle proves that nothing lighter exists."""
    totals = [frozenset("ABC"), frozenset("DEF"), frozenset("AD"), frozenset("BE"), frozenset("CF")]
    assert derivable(totals, dict.fromkeys("ABCDEF", 6), 11) == []
    found = derivable([*totals, frozenset("A")], dict.fromkeys("ABCDEF", 6), 11)
    assert {atom for group in found for atom in group.atoms} == {"A", "D"}


def test_a_part_without_proof_is_reported(monkeypatch):
    monkeypatch.setattr("atlas.audit.spans._CASES", 0)
    monkeypatch.setattr("atlas.audit.lightest._Lightest.solve", lambda *_, **__: (None, __import__("numpy").zeros(9)))
    totals = [frozenset("ABC"), frozenset("DEF"), frozenset("AD"), frozenset("BE"), frozenset("CF")]
    found = derivable(totals, dict.fromkeys("ABCDEF", 6), 11)
    assert found
    assert not any(group.proven for group in found)


def test_whole_numbers_settle_what_a_relaxation_cannot():
    """Half of each of two parts is lighter than either: only whole supports count."""
    rows = [{0: 1, 1: 1, 2: 1}, {2: 2, 3: 1, 4: 1}]
    assert lightest(rows, [6, 6, 6, 6, 6], 13) == (None, True)
    assert lightest(rows, [4, 4, 4, 6, 6], 13) == ({0, 1, 2}, True)


def test_whole_households_move_as_totals_allow():
    """Two totals share the middle one of three: at most 1 of its 12 is in the rate, unless nobody is."""
    rows = sparse.csr_matrix([[1, 1, 0], [0, 1, 1]])
    inside, outside, whole = (
        (np.array([0, 0]), np.array([1, 9])),
        (np.array([11, 0]), np.array([12, 20])),
        (np.array([12, 0]), np.array([12, 20])),
    )
    cap, first = np.array([6, 6, 20]), np.array([1, 0, 0, 0, 0, 0])
    assert [possible(rows, inside, outside, whole, cap, first, least) for least in (1, 2)] == [True, False]
    nobody = (np.array([0, 0]), np.array([0, 9]))
    assert not possible(rows, nobody, outside, whole, cap, first, 1)


def opened(totals, weights, threshold):
    """Look at every group of atoms lighter than the threshold: is a combination of totals zero on all others?"""
    atoms = sorted(weights)
    rows = np.array([[atom in total for atom in atoms] for total in totals], dtype=float)
    sizes = np.array([weights[atom] for atom in atoms])
    whole = np.linalg.matrix_rank(rows)
    groups = (list(group) for size in range(1, len(atoms)) for group in combinations(range(len(atoms)), size))
    return any(
        np.linalg.matrix_rank(np.delete(rows, group, axis=1)) < whole
        for group in groups
        if sizes[group].sum() < threshold
    )


@pytest.mark.parametrize("seed", range(8))
def test_what_is_told_at_once_to_give_nothing_away_hides_no_leak(seed):
    """Random totals: told in one go or searched step by step, a leak is found where trying every group finds one."""
    draw = np.random.default_rng(seed)
    found = []
    for _ in range(25):
        weights = {atom: int(draw.choice([3, 4, 6, 8, 12])) for atom in "ABCDEFGH"}
        totals = [frozenset(draw.choice(list("ABCDEFGH"), draw.integers(3, 7), replace=False)) for _ in range(5)]
        totals = [frozenset(map(str, total)) for total in totals[: draw.integers(2, 6)]]
        groups = derivable(grouped(totals), weights, 11)
        assert all(group.proven for group in groups)
        assert bool(groups) == opened(totals, weights, 11)
        assert groups == derivable(totals, weights, 11)
        found.append(bool(groups))
    assert len(set(found)) == 2


@pytest.mark.parametrize("seed", range(4))
def test_what_is_proven_case_by_case_the_solver_proves_too(seed):
    """Random parts of three totals and more: told to give nothing away in whole numbers, they have no light group."""
    draw = np.random.default_rng(seed)
    told = []
    for _ in range(40):
        rows = [dict.fromkeys(draw.choice(12, draw.integers(3, 7), replace=False).tolist(), 1) for _ in range(5)]
        mass = draw.choice([4, 6, 8, 10], 12).tolist()
        for part in parts_of(_unheavy(independent(rows), mass, 11)):
            proven = _shut_by_cases(part, mass, 11, _CASES)
            told.append(proven)
            assert proven == (lightest(part, mass, 11) == (None, True))
    assert len(set(told)) == 2


def test_programmes_solved_side_by_side_prove_as_one_by_one():
    rows = [{0: 1, 1: 1, 2: 1}, {2: 2, 3: 1, 4: 1}, {4: 1, 5: -1, 6: 1}]
    for mass in ([6] * 7, [4] * 7, [9, 9, 9, 2, 2, 9, 9], [4, 4, 4, 30, 30, 30, 30]):
        for threshold in (9, 11, 13, 19):
            assert not none_lighter(rows, mass, threshold) or lightest(rows, mass, threshold) == (None, True)
    assert none_lighter(rows, [9] * 7, 11)
    assert not none_lighter(rows, [3] * 7, 11)


@pytest.mark.parametrize("seed", range(20))
def test_a_change_is_whole_keeps_every_total_and_goes_nearly_as_far_as_any(seed):
    """Random totals, some of three times a count: compared with every whole change there is."""
    draw = np.random.default_rng(seed)
    rows = sparse.csr_matrix(draw.choice([0.0, 1, 1, -1, 3], (4, 6)))
    room = -draw.integers(0, 3, 4).astype(float), draw.integers(0, 3, 4).astype(float)
    ends = -draw.integers(0, 3, 6).astype(float), draw.integers(0, 3, 6).astype(float)
    goal = draw.uniform(-1, 1, 6)
    sides = [np.arange(low, high + 1) for low, high in zip(*ends, strict=True)]
    every = np.stack(np.meshgrid(*sides), axis=-1).reshape(-1, 6)
    change = every @ rows.T.toarray()
    best = (every[((change >= room[0]) & (change <= room[1])).all(axis=1)] @ goal).max()
    found = spread(rows, room, ends, goal)
    assert any((found == one).all() for one in every)
    assert ((rows @ found >= room[0]) & (rows @ found <= room[1])).all()
    assert 0.7 * best - 1e-6 <= goal @ found <= best + 1e-6


def test_a_figure_that_is_that_of_another_gives_away_the_same():
    """Shared by two figures, searched once when it gives nothing, told of both when it gives something."""
    sizes = {DWELLINGS: {"A": 15, "B": 5, "C": 3}}
    open_, shut = (Published(frozenset(map(frozenset, totals)), sizes) for totals in (("ABC", "A"), ("ABC",)))
    found = attack({"x": open_, "y": open_, "z": shut, "t": shut}, LIMITS)
    assert [(leak.figure, leak.group.weight) for leak in found] == [("x", 8), ("y", 8)]
