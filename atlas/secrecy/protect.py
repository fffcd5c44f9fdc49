"""Protect a whole system: cut it in blocks, decide them side by side, then the thin layer of what crosses blocks.

Grain in: a :class:`atlas.secrecy.system.System`. Grain out: one status per cell. A cell that crosses blocks
is replaced, inside each block, by its share there. A block accepts the share when knowing it by itself would be safe,
which is more than the audience will know: such shares need no further thought. Shares that a block refuses (a landlord
with four dwellings in one EPCI) are reduced there to what they reveal, and the layer above decides the crossing cells
on these remnants, exactly.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from time import perf_counter

import numpy as np

from atlas.secrecy.classes import Known
from atlas.secrecy.classic import without_oracle
from atlas.secrecy.cutting import Blocks, Cut, blocks_of, cut
from atlas.secrecy.engine import Decision, decide
from atlas.secrecy.exact import PRIME, Row
from atlas.secrecy.quotient import Quotient
from atlas.secrecy.system import (
    ABSENT,
    PRIMARY,
    PUBLISHED,
    SECONDARY,
    STATUS_TYPE,
    Group,
    Pattern,
    System,
    Threshold,
    small_for_holders,
    thresholds_of,
    too_small,
)
from atlas.secrecy.weak import Weights

WORTH_PROCESSES = 400_000
PARTS_PER_PROCESS = 6


def protect_cells(
    system: System, threshold: Threshold = 11, processes: int | None = None, oracle: bool = True
) -> Pattern:
    """Choose what one audience may see of a system, so that no combination of it bears on less than the threshold.

    Parameters
    ----------
    system : System
    threshold : int or sequence of int
        Smallest weight a derivable figure may bear on, in each measure.
    processes : int, optional
        Default: one for a small system, every available processor for a large one.
    oracle : bool
        False gives the classic method (small cells only, groups stay derivable): for comparison.

    Returns
    -------
    Pattern

    Examples
    --------
    A residence of three addresses of 15, 5 and 3 dwellings, with its total: publishing 23 and 15 would reveal the 8
    dwellings of the two others.

    >>> system = System.build([[1, 1, 1], [1, 0, 0], [0, 1, 0], [0, 0, 1]], [15, 5, 3], [0, 1, 1, 1])
    >>> protect_cells(system).status.tolist()
    ['published', 'secondary', 'primary', 'primary']
    >>> protect_cells(system, oracle=False).status.tolist()
    ['published', 'published', 'primary', 'primary']
    """
    began = perf_counter()
    thresholds = thresholds_of(threshold, system.weights.shape[1])
    small = too_small(system, thresholds)
    given_away: list[Group] = []
    timings: dict[str, float] = {}
    searches = 0
    if oracle:
        live = system.released | (system.candidates & ~small & ~small_for_holders(system, thresholds))
        kept, given_away, searches, timings = _decide_all(system, live, thresholds, processes)
        if given_away and (new := _new_beside(system, live, given_away)).any():
            live &= ~new
            kept, given_away, more, timings = _decide_all(system, live, thresholds, processes)
            searches += more
    else:
        order = np.lexsort((system.key, *(-system.cell_weights().T[::-1]), system.priority))
        offered = system.released | (system.candidates & ~small)
        kept = without_oracle(system.membership, offered, system.released, small, order)
    status = np.full(len(kept), ABSENT, dtype=STATUS_TYPE)
    status[system.candidates] = np.where(small, PRIMARY, SECONDARY)[system.candidates]
    status[kept] = PUBLISHED
    timings["total"] = perf_counter() - began
    return Pattern(status, tuple(given_away), searches, timings)


def _new_beside(system: System, live: np.ndarray, given_away: Sequence[Group]) -> np.ndarray:
    """Find the cells that releases do not hold, in the blocks where releases give a group away, (cells,).

    Such a group counts as known from then on: it would hide nothing, and new cells could tell its parts. What was
    released, whatever its name, is all that can be published there without giving anything more.
    """
    numbers = np.random.default_rng(0).integers(1, 1 << 40, system.membership.shape[1])
    same = system.membership.astype(np.int64) @ numbers
    open_ = np.isin(system.block, [system.block[group.atoms[0]] for group in given_away if group.atoms])
    return live & (system.membership @ open_ > 0) & ~np.isin(same, same[system.released])


def _decide_all(
    system: System, live: np.ndarray, thresholds: np.ndarray, processes: int | None
) -> tuple[np.ndarray, list[Group], int, dict[str, float]]:
    blocks = blocks_of(system, live, thresholds)
    if processes is None:
        processes = len(os.sched_getaffinity(0)) if system.membership.nnz > WORTH_PROCESSES else 1
    processes = max(1, min(processes, blocks.count))
    parts = 1 if processes == 1 else processes * PARTS_PER_PROCESS
    cuts = list(cut(system, live, blocks, thresholds, parts))
    kept, searches = np.zeros(len(live), dtype=bool), 0
    given_away: list[Group] = []
    timings = {"structure": 0.0, "decisions": 0.0, "crossing": 0.0}
    upper = _Upper(thresholds, alone=not blocks.reader.any())
    for piece, decision in zip(cuts, _decisions(cuts, thresholds, processes), strict=True):
        inner = ~piece.part.shadow
        kept[piece.cells[inner]] = decision.kept[inner]
        given_away += [_named(group, piece.atoms, blocks) for group in decision.given_away]
        upper.take(piece, decision)
        searches += decision.searches
        for step, seconds in decision.timings.items():
            timings[step] += seconds
    began = perf_counter()
    wide = live & blocks.crossing
    if wide.any():
        order = np.lexsort((system.key, *(-system.cell_weights().T[::-1]), system.priority, ~system.released))
        for cell in order[wide[order]].tolist():
            kept[cell] = upper.settle(cell, forced=bool(system.released[cell]))
        given_away += upper.given_away
        searches += upper.searches
    timings["crossing"] = perf_counter() - began
    return kept, given_away, searches, timings


def _decisions(cuts: Sequence[Cut], thresholds: np.ndarray, processes: int) -> Iterable[Decision]:
    if processes == 1 or len(cuts) == 1:
        yield from (decide(piece.part, thresholds) for piece in cuts)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(decide, [piece.part for piece in cuts], [thresholds] * len(cuts))


def _named(group: Group, atoms: np.ndarray, blocks: Blocks) -> Group:
    """Name the atoms and the reader of a group as the system does."""
    found = tuple(atoms[list(group.atoms)].tolist())
    # A rank that a block does not have is a reader who knows nothing there.
    reader = blocks.holders.get((int(blocks.of_atom[found[0]]), group.reader), -1) if found else -1
    return replace(group, atoms=found, reader=reader)


class _Upper:
    """The layer above the blocks: crossing cells over the remnants of their refused shares.

    ``alone``: no reader knows anything by itself. Otherwise only crossing cells without remnant are published here.
    """

    def __init__(self, thresholds: np.ndarray, *, alone: bool) -> None:
        self.thresholds = thresholds
        self.alone = alone
        self.names: dict[tuple[int, int], int] = {}
        self.weights: list[Weights] = []
        self.atoms: list[tuple[int, ...]] = []
        self.weak: list[Row] = []
        self.remnants: dict[int, Row] = {}
        self.parts = 0
        self.quotient: Quotient | None = None
        self.given_away: list[Group] = []

    def take(self, piece: Cut, decision: Decision) -> None:
        """Note what a part leaves to decide."""
        self.parts += 1
        for column, weight in decision.columns.items():
            self.names[self.parts, column] = len(self.weights)
            self.weights.append(weight)
            self.atoms.append(tuple(piece.atoms[list(decision.column_atoms.get(column, ()))].tolist()))
        self.weak += [self._renamed(row) for row in decision.weak]
        for share, row in decision.shares.items():
            remnant = self.remnants.setdefault(int(piece.cells[share]), {})
            for column, value in self._renamed(row).items():
                remnant[column] = (remnant.get(column, 0) + value) % PRIME

    def settle(self, cell: int, *, forced: bool) -> bool:
        """Publish a crossing cell if it makes no light combination, or whatever it makes when it is released."""
        if self.quotient is None:
            unused: list[list[int]] = [[] for _ in self.weights]
            nobody: list[Known] = [{} for _ in self.weights]
            self.quotient = Quotient(self.weights, self.weights, nobody, unused, self.thresholds.tolist())
            self.quotient.hold(self.weak)
        row = {column: value for column, value in self.remnants.get(cell, {}).items() if value}
        if row and not self.alone and not forced:
            return False
        seen = self.quotient.insert(0, row)
        while seen is not None:
            if not forced:
                return False
            light = seen.light
            atoms = sorted(atom for column in light.columns for atom in self.atoms[column])
            conditional = bool(self.given_away)
            self.given_away.append(Group(light.measure, light.weight, tuple(atoms), conditional=conditional))
            seen = self.quotient.compromise(0, light.columns) or self.quotient.insert(0, row)
        return True

    @property
    def searches(self) -> int:
        """Exact searches made so far."""
        return 0 if self.quotient is None else self.quotient.searches

    def _renamed(self, row: Row) -> Row:
        return {self.names[self.parts, column]: value for column, value in row.items()}
