"""The attacker: what additions and subtractions give, how narrowly the rest is bounded."""

from __future__ import annotations

import pytest

from atlas.audit import Limits, Shown, attack
from atlas.audit.bounds import Total, bounds, value_of
from atlas.audit.solver import extremes, lightest
from atlas.audit.spans import derivable, spanned

ROWS, COLUMNS = "wxyz", "abcd"
VALUES = {"w": (30, 47, 64, 89), "x": (90, 124, 5, 31), "y": (92, 100, 59, 85), "z": (800, 991, 651, 685)}
TABLE = {row + column: value for row, line in VALUES.items() for column, value in zip(COLUMNS, line, strict=True)}
HIDDEN = {"wa", "wb", "wc", "xa", "xc", "yb", "yd", "zb", "zd"}


def table(hidden):
    """The table of the simple heuristic with its margins, some cells masked: cells, and what is shown."""
    lines = {f"total {row}": frozenset(row + column for column in COLUMNS) for row in ROWS}
    lines |= {f"total {column}": frozenset(row + column for row in ROWS) for column in COLUMNS}
    cells = [(name, atoms, True) for name, atoms in lines.items()]
    cells += [(name, frozenset([name]), name not in hidden) for name in TABLE]
    figures = {name: (float(value),) * 2 for name, value in TABLE.items() if name not in hidden}
    figures |= {name: (float(sum(TABLE[atom] for atom in atoms)),) * 2 for name, atoms in lines.items()}
    return cells, {"x": Shown(figures, dict.fromkeys(TABLE, 3000))}


def test_a_cell_between_masks_may_be_exactly_known():
    """sdcTable simple heuristic: two masks per row and column, yet w,b is 47."""
    cells, values = table(HIDDEN)
    found = attack(cells, dict.fromkeys(TABLE, 100), values=values)
    assert [(one.cell, one.low, one.high) for one in found.determined] == [("wb", 47.0, 47.0)]
    cells, values = table(HIDDEN | {"xb"})
    assert attack(cells, dict.fromkeys(TABLE, 100), values=values).determined == ()


def test_bounds_of_the_handbook():
    """Geurts, ESSnet handbook: totals 7, 3, 6 and 9, 7; the third row is published."""
    names = {(i, j): frozenset([f"X{i}{j}"]) for i in (1, 2, 3) for j in (1, 2)}
    totals = [Total(names[i, 1] | names[i, 2], value, value) for i, value in ((1, 7), (2, 3), (3, 6))]
    totals += [Total(names[1, j] | names[2, j] | names[3, j], value, value) for j, value in ((1, 9), (2, 7))]
    totals += [Total(names[3, 1], 3, 3), Total(names[3, 2], 3, 3)]
    caps = {f"X{i}{j}": 100 for i in (1, 2, 3) for j in (1, 2)}
    targets = [names[1, 1], names[1, 2], names[2, 1], names[2, 2]]
    assert bounds(totals, caps, targets) == [(3, 6), (1, 4), (0, 3), (0, 3)]
    assert bounds(totals, caps, targets, refined=0) == [(3, 6), (1, 4), (0, 3), (0, 3)]


def test_the_sum_of_two_masked_parts_is_found():
    """sdcTools #307: 23 = 15 + 5 + 3."""
    cells = [("total", frozenset("ABC"), True), *((name, frozenset(name), name == "A") for name in "ABC")]
    found = attack(cells, {"A": 15, "B": 5, "C": 3})
    assert [(leak.group.weight, sorted(leak.group.atoms)) for leak in found.leaks] == [(8, ["B", "C"])]
    assert not found.safe
    assert attack([(name, atoms, name == "total") for name, atoms, _ in cells], {"A": 15, "B": 5, "C": 3}).safe


def test_households_and_denominators_are_measures_of_their_own():
    cells = [("total", frozenset("AB"), True), ("A", frozenset("A"), True), ("B", frozenset("B"), False)]
    dwellings = {"A": 30, "B": 20}
    assert attack(cells, dwellings).safe
    assert [leak.measure for leak in attack(cells, dwellings, {"A": 25, "B": 9}).leaks] == ["ménages"]
    assert attack(cells, dwellings, {"A": 25, "B": 9}, threshold=Limits(11, 9, 11)).safe
    shown = Shown({"total": (5, 9), "A": (3, 4)}, {"A": 12, "B": 4}, {"A": 12, "B": 4})
    assert [leak.measure for leak in attack(cells, dwellings, values={"er_inf40": shown}).leaks] == ["er_inf40"]


def test_what_bears_on_nobody_protects_nobody():
    """The residence's figure is that of its one address that answered."""
    cells = [("residence", frozenset("AB"), True), ("other", frozenset("C"), True), ("all", frozenset("ABC"), True)]
    dwellings = {"A": 20, "B": 20, "C": 30}
    assert attack(cells, dwellings, {"A": 14, "B": 0, "C": 20}).safe
    assert [leak.group.atoms for leak in attack(cells, dwellings, {"A": 8, "B": 0, "C": 20}).leaks] == [{"A"}]


def test_a_landlord_takes_its_own_stock_away():
    cells = [("iris", frozenset("AB"), True), ("all", frozenset("ABC"), True)]
    dwellings = {"A": 25, "B": 5, "C": 40}
    assert attack(cells, dwellings).safe
    assert [leak.group.atoms for leak in attack(cells, dwellings, known="A").leaks] == [{"B"}]


def test_written_ends_break_the_promise():
    cells = [("A", frozenset("A"), True)]
    found = attack(cells, {"A": 30}, values={"inf40": Shown({"A": (0, 0)}, {"A": 25}, ends=("A",))})
    assert found.ends == (("A", "inf40"),)
    assert not found.safe


def test_nobody_in_a_total_is_nobody_in_its_parts():
    cells = [("total", frozenset("AB"), True), ("A", frozenset("A"), False), ("B", frozenset("B"), False)]
    found = attack(cells, {"A": 12, "B": 14}, values={"inf40": Shown({"total": (0, 0)}, {"A": 12, "B": 14})})
    assert [(one.cell, one.low, one.high) for one in found.determined] == [("A", 0, 0), ("B", 0, 0)]
    narrow = attack(cells, {"A": 12, "B": 14}, values={"inf40": Shown({"total": (24, 25)}, {"A": 12, "B": 14})})
    assert narrow.determined == ()
    assert [(one.cell, one.low, one.high) for one in narrow.narrowest["inf40"]] == [("B", 12, 14), ("A", 10, 12)]


def test_three_equal_parts_hide_one_another():
    """Differences of masked parts bear on two of them: the oracle proves that nothing lighter exists."""
    totals = [frozenset("ABC"), frozenset("DEF"), frozenset("AD"), frozenset("BE"), frozenset("CF")]
    assert derivable(totals, dict.fromkeys("ABCDEF", 6), 11) == []
    found = derivable([*totals, frozenset("A")], dict.fromkeys("ABCDEF", 6), 11)
    assert {atom for group in found for atom in group.atoms} == {"A", "D"}


def test_a_part_without_proof_is_reported(monkeypatch):
    monkeypatch.setattr("atlas.audit.solver._Lightest.solve", lambda *_, **__: (None, __import__("numpy").zeros(9)))
    totals = [frozenset("ABC"), frozenset("DEF"), frozenset("AD"), frozenset("BE"), frozenset("CF")]
    found = derivable(totals, dict.fromkeys("ABCDEF", 6), 11)
    assert found
    assert not any(group.proven for group in found)


def test_whole_numbers_settle_what_a_relaxation_cannot():
    """Half of each of two parts is lighter than either: only whole supports count."""
    rows = [{0: 1, 1: 1, 2: 1}, {2: 2, 3: 1, 4: 1}]
    assert lightest(rows, [6, 6, 6, 6, 6], 13) == (None, True)
    assert lightest(rows, [4, 4, 4, 6, 6], 13) == ({0, 1, 2}, True)


def test_spans_and_values_are_exact():
    totals = [frozenset("ABC"), frozenset("BC"), frozenset("CD")]
    assert spanned(totals, [frozenset("A"), frozenset("AD"), frozenset("B")]) == [True, False, False]
    assert spanned([], [frozenset("A")]) == [False]
    exact = [Total(frozenset("ABC"), 20, 20), Total(frozenset("BC"), 13, 13)]
    assert value_of(exact, dict.fromkeys("ABC", 30), frozenset("A")) == 7


def test_contradictory_figures_give_no_bound():
    assert extremes([[0]], [5], [5], [3], {0}) == (float("-inf"), float("inf"))
    assert bounds([Total(frozenset("A"), 9, 9)], {"A": 3}, [frozenset("A")]) == [(0, 3)]


@pytest.mark.parametrize("listed", [0, 1])
def test_intervals_are_measured_only_where_asked(listed):
    cells, values = table(HIDDEN)
    assert len(attack(cells, dict.fromkeys(TABLE, 100), values=values, listed=listed).narrowest.get("x", ())) == listed
