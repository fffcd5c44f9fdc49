"""Laws of the audit: it agrees with the engine it does not share a line with, and its bounds hold the truth."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.audit import Shown, attack
from atlas.audit.bounds import Total, bounds
from atlas.secrecy import System, derivable_groups, protect_cells

law = settings(max_examples=60, deadline=None, derandomize=True)
seeds = st.integers(0, 10**6)


def territory(seed):
    """A small territory where residences, IRIS, quarters and landlords cross, as a system and as sets of addresses."""
    rng = np.random.default_rng(seed)
    count = int(rng.integers(5, 14))
    residence = np.sort(rng.integers(0, count // 2 + 1, count))
    labels = {
        0: np.zeros(count),
        1: rng.integers(0, 2, count),
        2: rng.integers(0, 3, count),
        3: residence % 3 + (rng.random(count) < 0.2),
        4: residence,
        5: np.arange(count),
    }
    cells, priority = [], []
    for level, label in labels.items():
        for value in np.unique(label):
            cells.append(label == value)
            priority.append(level)
    weights = rng.choice([2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30], count)
    return System.build(np.array(cells, dtype=int), weights, priority), cells, weights


def listed(cells, shown):
    sets = [frozenset(np.flatnonzero(cell).tolist()) for cell in cells]
    return [(str(index), atoms, bool(shown[index])) for index, atoms in enumerate(sets)]


@law
@given(seeds)
def test_the_audit_finds_nothing_in_what_the_engine_protects(seed):
    system, cells, weights = territory(seed)
    shown = protect_cells(system).published
    assert attack(listed(cells, shown), dict(enumerate(weights.tolist()))).safe


@law
@given(seeds)
def test_the_audit_and_the_engine_agree_on_what_leaks(seed):
    system, cells, weights = territory(seed)
    for shown in (protect_cells(system, oracle=False).published, (system.cell_weights() >= 11)[:, 0]):
        found = attack(listed(cells, shown), dict(enumerate(weights.tolist())))
        assert found.safe == (not derivable_groups(system, shown))
        assert all(leak.group.proven and leak.group.weight < 11 for leak in found.leaks)


@law
@given(seeds)
def test_the_true_value_is_always_inside_its_bounds(seed):
    system, cells, weights = territory(seed)
    rng = np.random.default_rng(seed + 1)
    truth = rng.binomial(weights, rng.random(len(weights)))
    shown = protect_cells(system).published
    figures = {}
    for index in np.flatnonzero(shown):
        size, exact = weights[cells[index]].sum(), truth[cells[index]].sum()
        rate = round(100 * exact / size)
        figures[str(index)] = (np.ceil((rate - 1) * size / 100), np.floor((rate + 1) * size / 100))
    found = attack(listed(cells, shown), {}, values={"x": Shown(figures, dict(enumerate(weights.tolist())))}, listed=99)
    assert len(found.narrowest["x"]) == (~shown).sum()
    for interval in found.narrowest["x"]:
        assert interval.low <= truth[cells[int(interval.cell)]].sum() <= interval.high


@law
@given(seeds)
def test_a_solver_only_narrows_and_more_figures_only_narrow(seed):
    _, cells, weights = territory(seed)
    truth = np.random.default_rng(seed + 1).binomial(weights, 0.4)
    sets = [frozenset(np.flatnonzero(cell).tolist()) for cell in cells]
    totals = [Total(atoms, truth[list(atoms)].sum(), truth[list(atoms)].sum()) for atoms in sets[: len(sets) // 2]]
    caps = dict(enumerate(weights.tolist()))
    coarse = bounds(totals, caps, sets, refined=0)
    fine = bounds(totals, caps, sets, refined=len(sets))
    fewer = bounds(totals[::2], caps, sets, refined=len(sets))
    for (low, high), (tight_low, tight_high), (loose_low, loose_high) in zip(coarse, fine, fewer, strict=True):
        assert low - 1e-6 <= tight_low <= tight_high <= high + 1e-6
        assert loose_low - 1e-6 <= tight_low <= tight_high <= loose_high + 1e-6
