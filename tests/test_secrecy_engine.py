"""The secrecy engine, room by room."""

from dataclasses import replace

import numpy as np
import pytest

from atlas.secrecy import (
    Layer,
    System,
    derivable_groups,
    lightest_derivable,
    protect_cells,
    protect_layers,
    small_perimeter_changes,
)
from atlas.secrecy.exact import PRIME, as_fraction, rank
from atlas.secrecy.light import find_light
from atlas.secrecy.oracle import lightest_in_core
from atlas.secrecy.structure import build_structure

# two IRIS and two landlords: five addresses, one residence (atoms 1 and 2) across both IRIS
CROSSING = np.array(
    [
        [1, 1, 1, 1, 1],  # commune
        [1, 1, 0, 0, 0],  # IRIS 1
        [0, 0, 1, 1, 1],  # IRIS 2
        [1, 0, 0, 1, 0],  # landlord 1
        [0, 1, 1, 0, 1],  # landlord 2
        [0, 1, 1, 0, 0],  # residence across the border
        [1, 0, 0, 0, 0],  # addresses
        [0, 1, 0, 0, 0],
        [0, 0, 1, 0, 0],
        [0, 0, 0, 1, 0],
        [0, 0, 0, 0, 1],
    ]
)
PRIORITY = [0, 1, 1, 2, 2, 3, 4, 4, 4, 4, 4]


def crossing(weights, **options):
    return System.build(CROSSING, weights, PRIORITY, **options)


def test_nesting_cells_are_forest_and_crossing_cells_core():
    weights = np.full((5, 1), 20)
    cells = System.build(CROSSING, weights, PRIORITY).membership
    none, nobody = np.zeros(11, dtype=bool), np.zeros(5, dtype=int)
    structure = build_structure(cells, weights, np.array(PRIORITY), np.arange(11), none, none, nobody, 1)
    tree = structure.tree[structure.node_of]
    assert tree.tolist() == [False] * 6 + [True] * 5
    assert (structure.parent[structure.tree] == -1).all()
    assert structure.core.shape[1] == 5, "five addresses in five different sets of totals: five classes"
    alone = System.build(CROSSING[[0, 1, 2, 6, 7]], weights, PRIORITY[:5])
    tree_only = build_structure(alone.membership, weights, np.arange(5), np.arange(5), none[:5], none[:5], nobody, 1)
    assert tree_only.tree.all(), "without landlords and border residences everything nests"
    assert tree_only.parent[tree_only.node_of].tolist() == [-1, 0, 0, 1, 1]


def test_cells_with_the_same_atoms_share_one_fate():
    system = System.build([[1, 1], [1, 0], [1, 0]], [15, 6], [0, 1, 2])
    assert protect_cells(system).status.tolist() == ["published", "secondary", "secondary"]


def test_everything_large_enough_is_published():
    assert (protect_cells(crossing([20, 15, 30, 12, 40])).status == "published").all()


def test_addresses_are_masked_before_residences_and_residences_before_iris():
    pattern = protect_cells(crossing([20, 15, 30, 4, 40]))
    status = pattern.status.tolist()
    assert status[:6] == ["published"] * 6
    assert status[9] == "primary"
    assert status.count("secondary") >= 1
    assert derivable_groups(crossing([20, 15, 30, 4, 40]), pattern.published) == ()


def test_exactly_the_threshold_is_shown_and_one_less_is_not():
    system = System.build([[1, 0], [0, 1]], [11, 10], [0, 0])
    assert protect_cells(system).status.tolist() == ["published", "primary"]


def test_each_measure_has_its_own_threshold():
    system = System.build([[1, 0], [0, 1]], [[20, 8], [20, 3]], [0, 0])
    assert protect_cells(system, [11, 5]).status.tolist() == ["published", "primary"]
    assert protect_cells(system, 11).status.tolist() == ["primary", "primary"]


def test_what_bears_on_no_household_protects_nothing_and_reveals_nothing():
    """Two addresses, one without any answer: the residence's figure is the other address's figure."""
    cells = [[1, 1, 1], [1, 1, 0], [1, 0, 0], [0, 0, 1]]
    system = System.build(cells, [[20, 15], [20, 0], [30, 20]], [0, 1, 2, 2])
    pattern = protect_cells(system)
    assert pattern.status.tolist() == ["published"] * 4
    system = System.build(cells, [[20, 5], [20, 8], [30, 20]], [0, 1, 2, 2])
    assert protect_cells(system).status.tolist() == ["published", "published", "primary", "published"]
    system = System.build(cells, [[20, 12], [20, 8], [30, 20]], [0, 1, 2, 2])
    assert protect_cells(system).status.tolist() == ["published", "published", "secondary", "published"]


def test_nobody_asked_is_neither_masked_nor_published():
    system = crossing([20, 15, 30, 4, 40]).wishing(np.arange(11) < 6)
    pattern = protect_cells(system)
    assert (pattern.status[6:] == "absent").all()
    assert pattern.published[:6].all()


def test_a_release_that_cannot_be_protected_is_reported_and_stays_published():
    released = np.arange(11) == 9
    pattern = protect_cells(crossing([20, 15, 30, 4, 40], released=released))
    assert pattern.published[9]
    assert [(group.weight, group.atoms) for group in pattern.unprotectable] == [(4, (3,))]


def test_a_release_is_protected_by_masking_what_is_not_out_yet():
    """23 = 15 + 8: the 15 is out, so the total must go."""
    system = System.build([[1, 1], [1, 0]], [15, 8], [0, 1], released=[False, True])
    pattern = protect_cells(system)
    assert pattern.status.tolist() == ["secondary", "published"]
    assert pattern.unprotectable == ()


def test_the_same_campaign_released_again_with_another_perimeter():
    """An IRIS moved by one address of 8 dwellings: the older total is out, the newer one would give the difference."""
    cells = [[1, 1, 0], [1, 0, 0], [0, 1, 1], [0, 0, 1]]
    system = System.build(cells, [40, 8, 30], [0, 0, 0, 0], released=[True, False, False, False])
    pattern = protect_cells(system)
    assert pattern.status.tolist() == ["published", "secondary", "published", "secondary"]


def test_campaigns_do_not_subtract_but_moved_perimeters_are_found():
    before, after = [[1, 1, 0], [0, 0, 1]], [[1, 0, 0], [0, 1, 1]]
    assert small_perimeter_changes(before, after, [40, 8, 30]).tolist() == [True, True]
    assert small_perimeter_changes(before, after, [40, 11, 30]).tolist() == [False, False]
    assert small_perimeter_changes(before, before, [40, 8, 30]).tolist() == [False, False]
    assert small_perimeter_changes(before, after, [[40, 40], [12, 9], [30, 30]]).tolist() == [True, True]


def test_a_landlord_may_subtract_its_own_stock():
    """IRIS of 30: 25 of one landlord, 5 of another: the first landlord would read the second's 5."""
    cells = [[1, 1, 1], [1, 1, 0]]
    system = System.build(cells, [25, 5, 40], [0, 1])
    assert protect_cells(system).published.all()
    system = System.build(cells, [25, 5, 40], [0, 1], holder=[0, 1, 2])
    assert protect_cells(system).status.tolist() == ["published", "secondary"]
    shown = np.array([True, True])
    group = lightest_derivable(system, shown)
    assert (group.weight, group.atoms, group.reader) == (5, (1,), 0)


def test_own_stock_is_open_in_the_landlord_s_edition():
    cells = [[1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    system = replace(System.build(cells, [4, 30, 20], [0, 1, 1, 1]), known=np.array([True, False, False]))
    assert protect_cells(system).status.tolist() == ["published"] * 4


def layer(system: System, weights: np.ndarray) -> Layer:
    return Layer(system.weighing(weights), system.candidates, system.released)


def test_rates_have_their_own_mask_under_the_common_one():
    system = crossing([20, 15, 30, 4, 40])
    base = protect_cells(system)
    movers = np.array([12, 12, 30, 0, 3])
    layers = {"emménagés": layer(system, movers), "adultes": layer(system, np.full(5, 30))}
    rates = protect_layers(base, layers)
    assert (rates["adultes"].published == base.published).all()
    assert rates["emménagés"].status[10] == "primary"
    assert not (rates["emménagés"].published & ~base.published).any()
    assert derivable_groups(system.weighing(movers), rates["emménagés"].published) == ()
    without = protect_layers(base, {"x": replace(layer(system, movers), asked=np.arange(11) < 3)})["x"]
    assert (without.status[3:] == "absent").all()


def test_the_oracle_and_the_branching_agree():
    rng = np.random.default_rng(5)
    seen = set()
    for _ in range(60):
        matrix = rng.integers(-1, 2, (4, 9))
        rows = [{c: int(v) % PRIME for c, v in enumerate(row) if v} for row in matrix]
        weights = {column: (int(weight),) for column, weight in enumerate(rng.integers(1, 7, 9))}
        branched = find_light(rows, weights, [11])
        asked = find_light(rows, weights, [11], branches=0)
        assert (branched is None) == (asked is None)
        seen.add(branched is None)
    assert seen == {True, False}


def test_a_solver_that_proves_nothing_is_never_called_safe(monkeypatch):
    rows, weight = [{0: 1, 1: 1, 2: 1}, {1: 1, 2: 2, 3: 1}], dict.fromkeys(range(4), 6)
    assert lightest_in_core(rows, weight, 11) is None
    monkeypatch.setattr("atlas.secrecy.oracle._solve", lambda *_, **__: (None, None))
    assert lightest_in_core(rows, weight, 11) == {0, 1, 2, 3}


def test_residues_stand_for_fractions():
    assert as_fraction(5 * pow(7, -1, PRIME) % PRIME) == 5 / as_fraction(7)
    assert rank([{0: 1, 1: 2}, {0: 2, 1: 4}]) == 1


def test_cells_across_blocks_are_settled_above():
    """Two EPCIs; a landlord has 4 dwellings in the second: its total over both would give them away."""
    cells = [[1, 1, 1, 1], [1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 0, 1], [1, 0, 0, 0]]
    system = System.build(cells, [20, 30, 40, 4], [0, 1, 1, 2, 3], block=[0, 0, 1, 1])
    pattern = protect_cells(system)
    assert pattern.status.tolist() == ["published"] * 4 + ["secondary"]
    assert pattern.published[3], "the wider total is kept, the share in the first block is not"


def test_a_small_block_does_not_hide_the_total_above():
    """Three EPCIs of 60, 40 and 6: the total is more useful than the total of the second."""
    cells = [[1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    system = System.build(cells, [60, 40, 6], [0, 1, 1, 1], block=[0, 1, 2])
    assert protect_cells(system).status.tolist() == ["published", "published", "secondary", "primary"]


def test_blocks_too_large_to_join_mask_the_crossing_cell(monkeypatch):
    monkeypatch.setattr("atlas.secrecy.cutting.MERGEABLE", 0)
    cells = [[1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]]
    system = System.build(cells, [60, 40, 6], [0, 1, 1, 1], block=[0, 1, 2])
    assert protect_cells(system).status.tolist() == ["secondary", "published", "published", "primary"]
    out = System.build(cells, [60, 40, 6], [0, 1, 1, 1], block=[0, 1, 2], released=[True, False, False, False])
    pattern = protect_cells(out)
    assert pattern.published[0]
    assert [(group.weight, group.atoms) for group in pattern.unprotectable] == [(6, (2,))]


@pytest.mark.parametrize(
    "options",
    [{"key": [1, 1]}, {"priority": [0]}, {"weights": [-1, 3]}, {"block": [0]}],
)
def test_a_system_that_makes_no_sense_is_refused(options):
    arguments = {"membership": [[1, 1], [1, 0]], "weights": [5, 5], "priority": [0, 0]} | options
    with pytest.raises(ValueError, match=r"priority|counts|keys"):
        System.build(**arguments)


def test_counting_atoms_by_a_product_does_not_overflow():
    system = System.build(np.ones((1, 40_000), dtype=np.int8), np.ones(40_000), [0])
    assert (system.membership @ np.ones(40_000, dtype=bool)).tolist() == [40_000]


def test_an_empty_system_is_answered():
    system = System.build(np.zeros((0, 0)), np.zeros((0, 1)), [])
    assert protect_cells(system).status.tolist() == []
    system = System.build(np.zeros((1, 2)), [5, 5], [0])
    assert protect_cells(system).status.tolist() == ["primary"]
