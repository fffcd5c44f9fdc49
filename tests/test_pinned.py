"""Small masked units that published bounds would fix exactly, against brute force over every possible answer."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from atlas.protect.pinned import Bounded, Parts, unpinned


def laid(cells: dict[str, str], kinds: list[str], atoms: str):
    matrix = sparse.csr_matrix([[float(atom in members) for atom in atoms] for members in cells.values()])
    return Parts(matrix, np.array(kinds), np.full(len(atoms), 9.0)), matrix


def possible(cells, open_, low, high, caps) -> set[tuple[int, ...]]:
    """Every answer of the atoms that agrees with all that is open."""
    ranges = [range(int(cap) + 1) for cap in caps]
    return {
        x
        for x in itertools.product(*ranges)
        if all(low[i] <= cells[i] @ np.array(x) <= high[i] for i in np.flatnonzero(open_))
    }


def test_a_total_whose_published_parts_hold_everything_gives_nobody_to_the_others():
    """A commune at 3 of 100, a residence that holds the 3: each masked neighbour is at 0 exactly."""
    cells = {"commune": "abcd", "residence": "a", "b": "b", "c": "c", "d": "d"}
    parts, matrix = laid(cells, ["communes", "residences", *["adresses"] * 3], "abcd")
    open_ = np.array([True, True, False, False, False])
    exact = matrix @ np.array([3.0, 0, 0, 0])
    rate = Bounded(open_, exact, exact, np.array([60.0, 9, 9, 9]))
    small = np.array([False, False, True, True, True])
    assert unpinned(parts, rate, small).tolist() == [True, False, False, False, False]
    loose = Bounded(open_, exact, exact + np.array([2, 0, 0, 0, 0]), rate.caps)
    assert unpinned(parts, loose, small).tolist() == open_.tolist()


def test_everybody_is_inherited_as_nobody_is():
    cells = {"iris": "ab", "residence": "a", "b": "b"}
    parts, matrix = laid(cells, ["iris", "residences", "adresses"], "ab")
    exact = matrix @ np.array([20.0, 9])
    rate = Bounded(np.array([True, True, False]), exact, exact, np.array([30.0, 9]))
    assert not unpinned(parts, rate, np.array([False, False, True]))[:2].all()


def test_two_perimeters_that_overlap_are_not_both_parts():
    cells = {"commune": "abc", "sector": "ab", "other": "bc", "c": "c"}
    parts, matrix = laid(cells, ["communes", "quartiers", "quartiers", "adresses"], "abc")
    exact = matrix @ np.array([2.0, 2, 2])
    rate = Bounded(np.array([True, True, True, False]), exact, exact, np.array([9.0, 9, 9]))
    unpinned(parts, rate, np.array([False, False, False, True]))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_small_unit_of_nested_totals_has_one_possible_count_only(seed):
    """Communes of IRIS of residences of addresses, random answers and masks: brute force agrees that none is fixed."""
    rng = np.random.default_rng(seed)
    atoms = "abcdef"
    cells = {"commune": "abcdef", "i1": "abc", "i2": "def", "r1": "ab", "r2": "c", "r3": "de", "r4": "f"}
    kinds = ["communes", "iris", "iris", *["residences"] * 4, *["adresses"] * 6]
    cells |= {f"x{atom}": atom for atom in atoms}
    parts, matrix = laid(cells, kinds, atoms)
    caps = rng.integers(1, 4, 6).astype(float)
    truth = np.where(rng.random(6) < 0.6, 0, rng.integers(0, caps + 1))
    exact = matrix @ truth
    width = rng.integers(0, 2, len(exact))
    low, high = np.maximum(exact - width, 0), np.minimum(exact + width, matrix @ caps)
    open_ = (rng.random(len(exact)) < 0.6)[parts.same]  # one figure, one mask
    small = np.array([kind == "adresses" for kind in kinds])
    kept = unpinned(parts, Bounded(open_, low, high, caps), small)
    assert not (kept & ~open_).any()
    answers = np.array(sorted(possible(matrix.toarray(), kept, low, high, caps)))
    for index, atom in enumerate(atoms):
        if not kept[list(cells).index(f"x{atom}")]:
            assert len(set(answers[:, index])) > 1, (atom, kept.tolist())


@pytest.mark.parametrize("way", [0, 1, 2])
def test_nothing_open_pins_nothing(way):
    parts, matrix = laid({"iris": "ab", "a": "a"}, ["iris", "adresses"], "ab")
    nothing = np.zeros(2, dtype=bool)
    rate = Bounded(nothing, matrix @ np.ones(2), matrix @ np.ones(2), np.full(2, float(way + 1)))
    assert not unpinned(parts, rate, np.array([False, True])).any()


def test_a_landlord_and_a_situation_are_parts_of_the_territory_too():
    """23 of 41 live alone, 3 of the 21 of one landlord: all 20 of the other do, in each of its small addresses."""
    for kind in ("bailleurs", "situations"):
        cells = {"territoire": "abcd", "one": "ab", "other": "cd", "a": "a", "b": "b"}
        parts, matrix = laid(cells, ["territoire", kind, kind, "adresses", "adresses"], "abcd")
        exact = matrix @ np.array([10.0, 10, 2, 1])
        low = exact - np.array([0, 2, 0, 0, 0])  # « ≥ 90 % » of 20
        rate = Bounded(np.array([True, True, True, False, False]), low, exact, np.array([10.0, 10, 11, 10]))
        small = np.array([False, False, False, True, True])
        assert not unpinned(parts, rate, small)[:3].all(), kind
