"""What makes large territories fast changes no verdict: against a plain search of everything kept, reader by reader."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from atlas.secrecy import System, derivable_groups, protect_cells
from atlas.secrecy.exact import Row
from atlas.secrecy.light import find_light
from atlas.secrecy.near import near
from atlas.secrecy.weak import Weak, heaviest
from tests.benchmarks.national import national

THRESHOLD = 11


def plain(system: System) -> np.ndarray:
    """Keep cells one by one, in order of priority, each time searching all that is kept, for each reader, (cells,)."""
    rows: list[Row] = [
        dict.fromkeys(np.flatnonzero(row).tolist(), 1) for row in system.membership.toarray().astype(bool)
    ]
    limits = [THRESHOLD] * system.weights.shape[1]
    large = (system.cell_weights() >= THRESHOLD).all(axis=1)
    kept: list[int] = []
    for cell in np.argsort(system.priority).tolist():
        offered = [rows[one] for one in (*kept, cell)]
        seen = [np.where((system.holder == who)[:, None] & (who >= 0), 0, system.weights) for who in readers(system)]
        if large[cell] and not any(find_light(offered, dict(enumerate(one.tolist())), limits) for one in seen):
            kept.append(cell)
    return np.isin(np.arange(len(rows)), kept)


def readers(system: System) -> list[int]:
    """Nobody in particular, then each holder."""
    return [-1, *np.unique(system.holder[system.holder >= 0]).tolist()]


def crossing(seed: int) -> System:
    """Draw partitions that cross one another and their units' crossings, each cell of a priority of its own."""
    random = np.random.default_rng(seed)
    atoms = int(random.integers(6, 26))
    labels = [random.integers(0, int(random.integers(2, 6)), atoms) for _ in range(int(random.integers(2, 4)))]
    labels += [np.sort(random.integers(0, 5, atoms)), labels[0] * 10 + labels[1]]
    cells = np.array([label == unit for label in labels for unit in np.unique(label)], dtype=int)
    weights = random.integers(seed % 2, int(random.integers(5, 14)), (atoms, int(random.integers(1, 3))))
    # Landlords are one of the partitions, as in an edition, or hold addresses anywhere.
    holder = labels[0] if seed % 3 else random.integers(-1, 4, atoms)
    return System.build(cells, weights, random.permutation(len(cells)), holder=holder)


@pytest.mark.parametrize("seed", range(60))
def test_the_verdicts_are_those_of_a_plain_search(seed):
    system = crossing(seed)
    assert (protect_cells(system, THRESHOLD).published == plain(system)).all()


def test_the_plain_search_masks_for_readers_too():
    """Or the test above would compare little."""
    systems = [crossing(seed) for seed in range(60)]
    alone = [System.build(one.membership, one.weights, one.priority) for one in systems]
    less = [int((plain(b) & ~plain(a)).sum()) for a, b in zip(systems, alone, strict=True)]
    assert sum(map(bool, less)) > 10


@pytest.mark.parametrize("crossed", [False, True])
@pytest.mark.parametrize("measures", [1, 3])
def test_a_small_country_gives_nothing_away(crossed, measures):
    """Its verdicts are safe when all that is published is given at once, and what one more cell gives is found."""
    system = national(400, 3, crossed=crossed, measures=measures, landlords=4)
    published = protect_cells(system, THRESHOLD).published
    assert derivable_groups(system, published, THRESHOLD) == ()
    masked = np.flatnonzero(~published & (system.cell_weights() >= THRESHOLD).all(axis=1))[:10]
    for cell in masked.tolist():
        shown = published.copy()
        shown[cell] = True
        assert derivable_groups(system, shown, THRESHOLD), "a cell was masked that protected nothing"


class Everybody:
    """Weak rows as one who knows nothing sees them."""

    def __init__(self, weak: Weak, weights: list[tuple[int, ...]]) -> None:
        self.weak, self.weights = weak, weights

    def row(self, name: int) -> Row:
        return self.weak.rows[name]

    def holders(self, column: int) -> set[int]:
        return self.weak.at.get(column, set())

    def alone(self, name: int) -> set[int]:
        return self.weak.alone[name]

    def weight(self, column: int) -> tuple[int, ...]:
        return self.weights[column]


def test_searching_near_by_answers_as_searching_everything():
    """Row after row, those that make a light combination are put aside; both answers come often."""
    answers = [answer for seed in range(40) for answer in one_by_one(seed)]
    assert all(near_by == everything for near_by, everything in answers)
    safe = sum(everything for _, everything in answers)
    assert min(safe, len(answers) - safe) > 50


def one_by_one(seed: int) -> Iterator[tuple[bool, bool]]:
    """Offer rows one by one: whether each is safe, searched near by and searched with everything kept."""
    random = np.random.default_rng(seed)
    columns = int(random.integers(5, 16))
    weights = [tuple(w) for w in random.integers(seed % 2, 11, (columns, 2)).tolist()]
    weak, kept = Weak(), []
    for name in range(12):
        some = np.flatnonzero(random.random(columns) < 0.35).tolist()
        row = weak.reduce(dict.fromkeys(some, 1))
        if not row:
            continue
        kept.append(dict.fromkeys(some, 1))
        undo: list = []
        weak.hold(name, row, undo)
        usable, _ = near(Everybody(weak, weights), [name], [THRESHOLD] * 2)
        found = find_light([weak.rows[one] for one in sorted(usable)], dict(enumerate(weights)), [THRESHOLD] * 2)
        everything = find_light(kept, dict(enumerate(weights)), [THRESHOLD] * 2)
        yield found is None, everything is None
        if found is None:
            weak.settle(name, heaviest(row, weights), undo)
        else:
            kept.pop()
            for step in reversed(undo):
                step()


@pytest.mark.parametrize("seed", range(60))
def test_what_releases_give_away_is_listed_whole(seed):
    """Once the groups listed are known atom by atom, what is published tells nothing more: none was passed over."""
    drawn, random = crossing(seed), np.random.default_rng(seed)
    cells, atoms = drawn.membership.shape
    block = random.integers(0, 1 + seed % 3, atoms)
    released = random.random(cells) < 0.6
    system = System.build(drawn.membership, drawn.weights, drawn.priority, released=released, block=block)
    pattern = protect_cells(system, THRESHOLD)
    told = np.isin(np.arange(atoms), [atom for group in pattern.unprotectable for atom in group.atoms])
    assert derivable_groups(replace(system, known=told), pattern.published, THRESHOLD) == ()
