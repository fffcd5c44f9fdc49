"""Laws of the secrecy engine, checked by brute force on small territories drawn at random.

The brute force shares nothing with the engine: dense integer matrices, exact elimination without fractions, every set
of up to five addresses.
"""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.secrecy import (
    Layer,
    System,
    derivable_groups,
    lightest_derivable,
    protect_cells,
    protect_layers,
)

THRESHOLD = 11
SETTINGS = settings(max_examples=40, deadline=None, derandomize=True)
seeds = st.integers(0, 10**6)


def rank(rows):
    """Rank of integer rows, by elimination without fractions (Bareiss)."""
    matrix, done, last = [list(map(int, row)) for row in rows], 0, 1
    for column in range(len(matrix[0]) if matrix else 0):
        pivot = next((i for i in range(done, len(matrix)) if matrix[i][column]), None)
        if pivot is None:
            continue
        matrix[done], matrix[pivot] = matrix[pivot], matrix[done]
        top = matrix[done]
        for i in range(done + 1, len(matrix)):
            head = matrix[i][column]
            matrix[i] = [(top[column] * x - head * y) // last for x, y in zip(matrix[i], top, strict=True)]
        last = top[column]
        done += 1
    return done


def leaks(system, published, threshold=THRESHOLD, largest=5, known=None):
    """List the sets of up to five addresses, lighter than the threshold, on which some derivable figure lives."""
    unknown = np.ones(system.membership.shape[1], dtype=bool) if known is None else ~known
    shown = system.membership.toarray()[published]
    found = []
    for measure in range(system.weights.shape[1]):
        weight = np.where(unknown & ~system.known, system.weights[:, measure], 0)
        columns = np.flatnonzero(weight)
        rows = np.unique(shown[:, columns], axis=0)
        whole = rank(rows.tolist()) if len(rows) else 0
        light = [i for i in range(len(columns)) if weight[columns[i]] < threshold]
        for size in range(1, largest + 1):
            for chosen in itertools.combinations(light, size):
                if weight[columns[list(chosen)]].sum() < threshold:
                    rest = [i for i in range(len(columns)) if i not in chosen]
                    if whole and rank(rows[:, rest].tolist()) < whole:
                        found.append((measure, tuple(columns[list(chosen)].tolist())))
    return found


def territory(seed, addresses=None, measures=None, fine=True):
    """Draw addresses in residences, IRIS, quarters and landlords that cross one another, with every usual total."""
    rng = np.random.default_rng(seed)
    count = addresses or int(rng.integers(6, 12))
    dwellings = rng.choice([2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30], count)
    residence = np.sort(rng.integers(0, max(2, count // 2), count))
    iris = np.minimum(residence * 3 // (residence.max() + 1), 2)
    iris = np.where(rng.random(count) < 0.2, rng.integers(0, 3, count), iris)
    quarter = rng.random(count) < 0.4
    landlord = rng.integers(0, 3, count)
    commune = iris >= 2
    cells, priority = [], []

    def offer(level, *labels):
        for values in sorted(set(zip(*labels, strict=True))):
            cells.append(np.logical_and.reduce([one == value for one, value in zip(labels, values, strict=True)]))
            priority.append(level)

    offer(0, np.zeros(count))
    offer(1, commune)
    offer(2, quarter)
    offer(2, landlord)
    offer(2, commune, quarter)
    offer(3, iris)
    offer(4, iris, quarter)
    offer(5, commune, landlord)
    if fine:
        offer(6, iris, landlord)
    offer(7, residence)
    offer(8, np.arange(count))
    weights = np.stack([dwellings, rng.binomial(dwellings, 0.8)], axis=1)
    return System.build(np.array(cells, dtype=int), weights[:, : measures or 1 + seed % 2], priority)


def landlords(system, seed):
    """Draw who knows each address: one of two landlords, or nobody."""
    return np.random.default_rng(seed).integers(-1, 2, system.membership.shape[1])


def test_no_group_of_up_to_five_addresses_is_derivable_in_600_territories():
    with_oracle, without = 0, 0
    for seed in range(600):
        system = territory(seed)
        with_oracle += bool(leaks(system, protect_cells(system, THRESHOLD).published))
        if seed < 100:
            without += bool(leaks(system, protect_cells(system, THRESHOLD, oracle=False).published))
    assert with_oracle == 0
    assert without > 30, "the classic method leaks: if the brute force finds nothing, it is blind"


@SETTINGS
@given(seeds)
def test_the_engine_s_own_audit_says_what_brute_force_says(seed):
    system = territory(seed)
    shown = protect_cells(system, THRESHOLD, oracle=False).published
    found = leaks(system, shown, largest=10)
    group = lightest_derivable(system, shown, THRESHOLD)
    assert (group is None) == (not found)
    if group is not None:
        weights = [system.weights[list(atoms), measure].sum() for measure, atoms in found]
        assert group.weight == min(weights)
        assert system.weights[list(group.atoms), group.measure].sum() == group.weight


@SETTINGS
@given(seeds)
def test_publishing_one_more_masked_cell_is_caught(seed):
    system = territory(seed)
    pattern = protect_cells(system, THRESHOLD)
    for cell in np.flatnonzero(pattern.status == "secondary"):
        shown = pattern.published.copy()
        shown[cell] = True
        assert derivable_groups(system, shown, THRESHOLD), "a cell was masked that protected nothing"


@SETTINGS
@given(seeds)
def test_removing_a_published_cell_never_worsens_the_guarantee(seed):
    system = territory(seed)
    shown = protect_cells(system, THRESHOLD, oracle=False).published
    before = lightest_derivable(system, shown, THRESHOLD)
    for cell in np.flatnonzero(shown)[::3]:
        fewer = shown.copy()
        fewer[cell] = False
        after = lightest_derivable(system, fewer, THRESHOLD)
        assert after is None or (before is not None and after.weight >= before.weight)


@SETTINGS
@given(seeds)
def test_the_order_of_rows_and_of_addresses_does_not_matter(seed):
    system = territory(seed)
    rng = np.random.default_rng(seed)
    cells, atoms = rng.permutation(len(system.key)), rng.permutation(len(system.block))
    shuffled = System.build(
        system.membership[cells][:, atoms], system.weights[atoms], system.priority[cells], key=system.key[cells]
    )
    assert (protect_cells(shuffled).status == protect_cells(system).status[cells]).all()


@settings(max_examples=15, deadline=None, derandomize=True)
@given(seeds)
def test_the_pattern_never_beats_the_optimum(seed):
    system = territory(seed, addresses=5, measures=1, fine=False)
    pattern = protect_cells(system, THRESHOLD)
    offered = np.flatnonzero(pattern.status != "primary")
    best = 0
    for chosen in itertools.product([False, True], repeat=len(offered) if len(offered) <= 10 else 0):
        shown = np.zeros(len(pattern.status), dtype=bool)
        shown[offered[list(chosen)]] = True
        if shown.sum() > best and not leaks(system, shown):
            best = int(shown.sum())
    assert len(offered) > 10 or pattern.published.sum() <= best


@SETTINGS
@given(seeds, st.integers(1, 3))
def test_blocks_side_by_side_are_decided_like_each_alone_and_processes_change_nothing(seed, copies):
    alone = [territory(seed + copy, measures=1) for copy in range(copies)]
    rows = np.cumsum([0] + [len(system.key) for system in alone])
    columns = np.cumsum([0] + [len(system.block) for system in alone])
    matrix = np.zeros((rows[-1], columns[-1]), dtype=int)
    for index, system in enumerate(alone):
        matrix[rows[index] : rows[index + 1], columns[index] : columns[index + 1]] = system.membership.toarray()
    together = System.build(
        matrix,
        np.concatenate([system.weights for system in alone]),
        np.concatenate([system.priority for system in alone]),
        block=np.repeat(np.arange(copies), np.diff(columns)),
    )
    expected = np.concatenate([protect_cells(system, THRESHOLD).status for system in alone])
    assert (protect_cells(together, THRESHOLD).status == expected).all()
    one_block = replace(together, block=np.zeros_like(together.block))
    assert (protect_cells(one_block, THRESHOLD).status == expected).all()


@pytest.mark.slow
def test_two_processes_answer_like_one():
    system = territory(3, addresses=40)
    system = replace(system, block=np.arange(40) // 10)
    assert (protect_cells(system, THRESHOLD, processes=2).status == protect_cells(system, THRESHOLD, 1).status).all()


@SETTINGS
@given(seeds)
def test_cells_that_cross_blocks_are_protected_by_the_layer_above(seed):
    system = territory(seed)
    block = np.random.default_rng(seed).integers(0, 3, len(system.block))
    shown = protect_cells(replace(system, block=block), THRESHOLD).published
    assert not leaks(system, shown)
    assert shown[0], "the total of everything is still published"


@SETTINGS
@given(seeds)
def test_the_promise_holds_for_landlords_who_take_their_own_stock_away(seed):
    system = territory(seed)
    holder = landlords(system, seed)
    block = np.random.default_rng(seed).integers(0, 1 + seed % 3, len(system.block))
    shown = protect_cells(replace(system, holder=holder, block=block), THRESHOLD).published
    assert not leaks(system, shown)
    for landlord in (0, 1):
        assert not leaks(system, shown, known=holder == landlord)


@SETTINGS
@given(seeds)
def test_a_landlord_s_own_edition_protects_the_stock_of_the_others(seed):
    system = territory(seed)
    own = landlords(system, seed) == 0
    pattern = protect_cells(replace(system, known=system.known | own), THRESHOLD)
    assert not leaks(system, pattern.published, known=own)
    entirely_own = ~(system.membership[:, ~own].toarray().any(axis=1))
    assert pattern.published[entirely_own].all()


@SETTINGS
@given(seeds)
def test_each_rate_keeps_the_mask_of_its_unit(seed):
    system = territory(seed, measures=2)
    rng = np.random.default_rng(seed)
    wide = protect_cells(system.wishing(rng.random(len(system.key)) < 0.9), THRESHOLD)
    assert not leaks(system, wide.published)
    movers = rng.binomial(system.weights[:, 1], 0.6)
    layer = Layer(system.weighing(movers), system.candidates, system.released)
    rate = protect_layers(wide, {"emménagés": layer})["emménagés"]
    assert not (rate.published & ~wide.published).any()
    assert (rate.status[~wide.published] == wide.status[~wide.published]).all()
    assert not leaks(system.weighing(movers), rate.published)


@SETTINGS
@given(seeds)
def test_what_releases_give_away_is_reported_and_the_rest_is_protected(seed):
    system = territory(seed)
    rng = np.random.default_rng(seed)
    released = rng.random(len(system.key)) < 0.15
    pattern = protect_cells(replace(system, released=released), THRESHOLD)
    assert pattern.published[released].all()
    before, after = leaks(system, released), leaks(system, pattern.published)
    assert bool(before) <= bool(pattern.unprotectable)
    given_away = {atom for group in pattern.unprotectable for atom in group.atoms}
    assert all(given_away & set(atoms) for _, atoms in after), "a leak that no release explains"
