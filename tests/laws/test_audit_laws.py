"""Laws of the audit: it agrees with the engine it does not share a line with, and its bounds hold the truth."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.audit import Limits, Published, attack
from atlas.audit.attack import DWELLINGS
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


def leaks(cells, shown, weights):
    """Attack the shown cells of a territory, in dwellings."""
    totals = frozenset(
        frozenset(np.flatnonzero(cell).tolist()) for cell, open_ in zip(cells, shown, strict=True) if open_
    )
    return attack({"x": Published(totals, {DWELLINGS: dict(enumerate(weights.tolist()))})}, Limits(11, 11, 11))


@law
@given(seeds)
def test_the_audit_finds_nothing_in_what_the_engine_protects(seed):
    system, cells, weights = territory(seed)
    assert leaks(cells, protect_cells(system).published, weights) == ()


@law
@given(seeds)
def test_the_audit_and_the_engine_agree_on_what_leaks(seed):
    system, cells, weights = territory(seed)
    for shown in (protect_cells(system, oracle=False).published, (system.cell_weights() >= 11)[:, 0]):
        found = leaks(cells, shown, weights)
        assert (not found) == (not derivable_groups(system, shown))
        assert all(leak.group.proven and leak.group.weight < 11 for leak in found)
