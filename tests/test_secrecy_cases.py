"""Cases published by statistical offices and by authors of suppression programmes."""

import numpy as np
import pytest

from atlas.secrecy import System, derivable_groups, lightest_derivable, protect_cells

MASKED = {"primary", "secondary"}


def named(cells, weights, priority=None):
    """Build a system from {name of cell: names of atoms}; useful first as listed, unless priorities say otherwise."""
    atoms = sorted(weights)
    matrix = [[int(atom in members) for atom in atoms] for members in cells.values()]
    order = range(len(cells)) if priority is None else priority
    return System.build(matrix, [weights[atom] for atom in atoms], list(order), key=list(cells))


def masked(system, pattern):
    return {str(name) for name, status in zip(system.key, pattern.status, strict=True) if status in MASKED}


def table(values):
    """Every cell and margin of a table: totals first, columns after columns."""
    rows, columns = values.shape
    cells, priority = [], []
    for column in range(-1, columns):
        for row in range(-1, rows):
            member = np.zeros_like(values)
            member[row if row >= 0 else slice(None), column if column >= 0 else slice(None)] = 1
            cells.append(member.ravel())
            priority.append((row >= 0) + (column >= 0))
    return np.array(cells), np.array(priority)


def test_the_sum_of_two_masked_parts_is_protected():
    """sdcTools #307: 15, 5 and 3 in a total of 23; masking 5 and 3 alone gives their sum, 8."""
    cells = {"total": "ABC", "A": "A", "B": "B", "C": "C"}
    system = named(cells, {"A": 15, "B": 5, "C": 3})
    assert masked(system, protect_cells(system, 11)) == {"A", "B", "C"}
    assert lightest_derivable(system, np.array([True, True, False, False]), 11).weight == 8


def test_linked_tables_need_exactly_one_secondary():
    """sdcTable #136: two counties and two classes of size over ten municipalities; N must go, and N only."""
    weights = {"A": 2, "B": 2, "I": 8, "J": 8, "K": 3, "L": 3, "M": 3, "N": 7}
    cells = {"county-1": "ABIJ", "county-2": "KLMN", "BIG": "LM", "small": "ABIJKN"} | {name: name for name in weights}
    system = named(cells, weights, priority=[0] * 4 + [1] * 8)
    pattern = protect_cells(system, 4)
    assert {str(name) for name in system.key[pattern.status == "primary"]} == set("ABKLM")
    assert {str(name) for name in system.key[pattern.status == "secondary"]} == {"N"}


def test_two_masks_per_row_and_column_do_not_protect():
    """sdcTable simple heuristic: w,b is exactly known although every line has two masks; one more mask opens it."""
    hidden = {(0, 0), (0, 1), (0, 2), (1, 0), (1, 2), (2, 1), (2, 3), (3, 1), (3, 3)}
    weights = np.full((4, 4), 9)
    weights[*zip(*hidden, (1, 1), strict=True)] = 1
    cells, priority = table(weights)
    system = System.build(cells, weights.ravel(), priority)
    shown = np.ones(len(cells), dtype=bool)
    for row, column in hidden:
        shown[6 + 5 * column + row] = False
    group = lightest_derivable(system, shown, 2)
    assert (group.weight, group.atoms) == (1, (1,))
    shown[6 + 5 * 1 + 1] = False
    assert lightest_derivable(system, shown, 2) is None


@pytest.mark.parametrize("oracle", [True, False])
def test_ssbtools_z1(oracle):
    """SSBtools z1: region x work, at most 3 is small; expected masks in region-major order with totals first."""
    annet, arbeid = [11, 7, 5, 13, 9, 12, 6, 9], [11, 1, 8, 2, 14, 9, 4, 3]
    soshjelp, trygd = [55, 29, 35, 17, 63, 24, 22, 38], [36, 18, 25, 13, 52, 22, 8, 15]
    values = np.array([annet, arbeid, soshjelp, trygd])
    cells, priority = table(values)
    number = np.arange(1, len(cells) + 1)
    pattern = protect_cells(System.build(cells, values.ravel(), priority, key=-number), 4, oracle=oracle)
    assert number[~pattern.published].tolist() == [12, 13, 22, 23, 42, 43]


def test_a_minimum_over_all_patterns_is_no_better_on_the_published_cases():
    """The optimum of the linked tables and of 23 = 15 + 5 + 3, over every pattern."""
    cells = {"total": "ABC", "A": "A", "B": "B", "C": "C"}
    system = named(cells, {"A": 15, "B": 5, "C": 3})
    safe = [
        shown
        for shown in ([True, True], [True, False], [False, True])
        if not derivable_groups(system, np.array([*shown, False, False]), 11)
    ]
    assert safe == [[True, False], [False, True]]
