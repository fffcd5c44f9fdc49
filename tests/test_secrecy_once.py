"""Totals over what owners told at several campaigns: who is told of counts once, as exact elimination says.

The attacker is that of the raids, with arithmetic of its own: what it finds light, the engine must not keep.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
import pytest
from scipy import sparse

from atlas.secrecy import Owned
from atlas.secrecy.bearing import lighter
from atlas.secrecy.exact import PRIME
from tests.raid_elimination import LIMIT, lightest

A, X, B, Y = range(4)


def owned(totals: list[list[int]], weights: list[list[int]], readers: Sequence[set[int]] = ()) -> Owned:
    """Write totals as unknowns they add up: those of each campaign one after another, (campaigns, owners) by weight."""
    count = np.size(weights)
    matrix = sparse.lil_matrix((len(totals), count), dtype=np.int64)
    for row, columns in enumerate(totals):
        matrix[row, columns] = 1
    known = sparse.lil_matrix((count, max(len(readers), 1)), dtype=bool)
    for reader, columns in enumerate(readers):
        known[sorted(columns), reader] = True
    owner = np.arange(count) % len(weights[0])
    return Owned(matrix.tocsr(), owner, np.reshape(weights, (-1, 1)), known.tocsr(), np.array([LIMIT]))


def kept(system: Owned, given: int, doubted: object = False) -> list[bool]:
    """Offer all totals but the first ones, which are given, in their order."""
    count = system.totals.shape[0]
    doubtful = np.zeros(count, dtype=bool) | np.asarray(doubted)
    return system.kept(np.arange(count) < given, np.arange(given, count), doubtful).tolist()


@pytest.mark.parametrize("size", [4, 20])
def test_what_one_owner_told_and_another_changed_are_weighed_together(size):
    """The whole of first, less a and the part that y changed in: what x told first and the change of y."""
    totals = [[A, X, B, Y], [A], [B, Y + 4]]
    assert kept(owned(totals, [[60, size, 50, 5]] * 2), 1) == [True, True, size == 20]


@pytest.mark.parametrize("size", [8, 11])
def test_a_change_counts_its_owner_once(size):
    totals = [[A, X], [A, X + 4]]
    assert kept(owned(totals, [[60, size, 1, 1]] * 2), 1) == [True, size == 11]


def test_twice_what_was_told_next_less_what_was_told_first_counts_once_too():
    """No level and no change alone: (a + x) + (b + x) next, less a + b + x, gives x' + x' - x, of eight dwellings."""
    a, x, b = 0, 1, 2
    assert kept(owned([[a, b, x], [a, x + 3], [b, x + 3]], [[60, 8, 50]] * 2), 1) == [True, True, False]


def test_what_is_given_and_light_already_leaves_nothing_new_beside_it():
    """The five of x are told: nothing else may tell more where x is, and what is elsewhere stays."""
    totals = [[A, X], [A], [A, X, B], [X], [Y + 4], [A]]
    assert kept(owned(totals, [[60, 5, 8, 50]] * 2), 2) == [True, True, False, True, True, True]


def test_three_campaigns_tell_together_what_no_two_of_them_tell():
    """What a, b and c said never changed: a and b first, b and c next, c last."""
    a, b, c = range(3)
    totals = [[a, b], [b, c], [c]]
    assert kept(owned(totals, [[8, 30, 40]]), 1) == [True, True, False]
    assert kept(owned(totals[:2], [[8, 30, 40]]), 1) == [True, True]
    assert kept(owned([totals[0], totals[2]], [[8, 30, 40]]), 1) == [True, True]
    assert kept(owned(totals, [[11, 30, 40]]), 1) == [True, True, True]


@pytest.mark.parametrize(("third", "safe"), [(4, False), (40, True)])
def test_an_owner_weighs_as_the_heaviest_of_what_it_told_there(third, safe):
    """The change of x from first to next bears on five dwellings, though it had more last; its last, on those."""
    a, x = range(2)
    totals = [[a, x], [a, x + 2], [a, x + 4]]
    assert kept(owned(totals, [[60, 5], [60, 5], [60, third]]), 1) == [True, False, safe]


def drawn(seed: int) -> tuple[Owned, int, list[set[int]]]:
    draw = np.random.default_rng(seed)
    owners, campaigns = int(draw.integers(4, 9)), int(draw.choice([2, 2, 3, 4]))
    weights = draw.choice([2, 4, 5, 6, 9, 12, 30], (campaigns, owners))
    lasts = draw.choice([0.3, 0.7])
    # The campaign in which each said what it says: its own, or an earlier one.
    since = np.zeros((campaigns, owners), dtype=int)
    for year in range(1, campaigns):
        since[year] = np.where(draw.random(owners) < lasts, since[draw.integers(0, year)], year)
    said = since * owners + np.arange(owners)
    if draw.random() < 0.5:
        weights[:] = weights[0]
    homes = draw.integers(0, 3, owners)
    totals = []
    for year in range(campaigns):
        parts = [np.flatnonzero(homes == one) for one in range(3)]
        parts += [np.arange(owners), *([np.array([one]) for one in range(owners)])]
        parts += [np.flatnonzero(draw.random(owners) < 0.5) for _ in range(2)]
        totals += [said[year, part].tolist() for part in parts if len(part) and draw.random() < 1.2 / campaigns]
    readers = [set(said[draw.random((campaigns, owners)) < 0.2].tolist()) for _ in range(2)]
    return owned(totals, weights.tolist(), readers), int(draw.integers(0, 3)), readers


def by_elimination(system: Owned, given: int, readers: list[set[int]]) -> list[bool] | None:
    """Offer totals one by one; None where those given are light by themselves."""
    costs = {one: (int(system.owner[one]), int(size)) for one, size in enumerate(system.weights[:, 0])}
    rows = [dict.fromkeys(system.totals[one].indices.tolist(), 1) for one in range(system.totals.shape[0])]

    def unsafe(chosen: list[int]) -> bool:
        return any(lightest([rows[one] for one in chosen], costs, known) for known in (set(), *readers))

    chosen = [one for one in range(len(rows)) if one < given]
    if unsafe(chosen):
        return None
    told = [one < given or rows[one] in [rows[other] for other in chosen] for one in range(len(rows))]
    for one in range(given, len(rows)):
        if rows[one] in [rows[other] for other in chosen] or not unsafe([*chosen, one]):
            chosen.append(one)
            told[one] = True
    return told


def light_sets(system: Owned, known: set[int]) -> Iterator[list[int]]:
    """Give the largest sets of unknowns that weigh less than the limit, each owner for its heaviest."""
    weights, owner = system.weights[:, 0], system.owner
    heights = [sorted({0, *weights[owner == one].tolist()}) for one in range(owner.max() + 1)]
    for caps in product(*heights):
        if sum(caps) < LIMIT:
            inside = weights <= np.array(caps)[owner]
            yield [one for one in np.flatnonzero(inside).tolist() if one not in known]


def tells_more(system: Owned, told: list[int], base: list[int], known: set[int]) -> bool:
    """Say whether totals give something light that those of the base do not, by ranks over every light set."""
    unknown = [one for one in range(len(system.owner)) if one not in known]
    matrix = system.totals.toarray().astype(float)

    def within(rows: list[int], columns: list[int]) -> int:
        others = [one for one in unknown if one not in columns]
        ranks = [np.linalg.matrix_rank(matrix[np.ix_(rows, of)]) if rows and of else 0 for of in (unknown, others)]
        return int(ranks[0] - ranks[1])

    return any(within(told, some) > within(base, some) for some in light_sets(system, known))


@pytest.mark.parametrize("seed", range(60))
def test_what_is_kept_is_what_elimination_finds_safe_one_by_one(seed):
    """Random totals that nest and cross, lasting answers, readers who know some: nothing light, and nothing less."""
    for more in range(5):
        system, given, readers = drawn(1000 * seed + more)
        expected = by_elimination(system, given, readers)
        found = kept(system, given)
        if expected is None:  # what is given is light by itself: no more of it is told
            chosen = [one for one, open_ in enumerate(found) if open_]
            assert not any(tells_more(system, chosen, list(range(given)), known) for known in (set(), *readers))
            continue
        assert found == expected
        doubted = np.random.default_rng(seed).random(len(expected)) < 0.4
        assert kept(system, given, doubted) == expected, "what is looked at first changes no answer"


def test_random_totals_are_light_by_themselves_at_times():
    lone = [drawn(1000 * seed + more) for seed in range(60) for more in range(5)]
    assert 10 < sum(by_elimination(*one) is None for one in lone) < 150


def test_random_totals_are_neither_all_safe_nor_all_unsafe():
    found = [one for seed in range(40) for one in kept(*drawn(seed)[:2])]
    assert 0.2 < np.mean(found) < 0.95


def test_a_search_that_is_too_long_masks_more():
    rows = [{one: 1, one + 1: PRIME - 1, (7 * one) % 12: 3} for one in range(11)]
    own = {column: frozenset({column % 6}) for column in range(12)}
    weight = dict.fromkeys(range(6), 6)
    assert lighter(rows, own, weight, 11, branches=0) is not None
