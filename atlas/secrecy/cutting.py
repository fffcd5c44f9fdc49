"""Cut a system in parts made of whole blocks, and what crosses blocks into shares.

Grain in: live cells of a system. Grain out: parts of about equal size, each with its rows and columns. The number of
parts never changes the answer: blocks stay whole, and shares are cut at blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from atlas.later import sparse
from atlas.secrecy.engine import RELEASED_LEVEL, Part
from atlas.secrecy.readers import Own
from atlas.secrecy.system import System

MERGEABLE = 60_000


@dataclass(frozen=True, eq=False)
class Cut:
    """One part to decide; ``cells`` and ``atoms`` number its rows and columns in the system."""

    part: Part
    cells: np.ndarray
    atoms: np.ndarray


@dataclass(frozen=True, eq=False)
class Blocks:
    """Where everything lies.

    ``of_atom``: block of each atom, numbered from 0. ``crossing``: (cells,), unknown atoms in several blocks.
    ``reader``: (atoms,), rank of its holder among those of its block, from 1, or 0. ``holders``: by (block, rank),
    their label.
    """

    of_atom: np.ndarray
    crossing: np.ndarray
    reader: np.ndarray
    holders: dict[tuple[int, int], int]

    @property
    def count(self) -> int:
        """Number of blocks."""
        return int(self.of_atom.max(initial=-1)) + 1


def blocks_of(system: System, live: np.ndarray, thresholds: np.ndarray) -> Blocks:
    """Number blocks, join those that must be decided together, find what crosses them, rank holders in each.

    A total over several blocks is hidden by its smallest share unless another block hides something too: blocks where a
    live crossing cell has a share under the threshold join the block of its smallest share above, up to ``MERGEABLE``
    atoms. A small system with holders and crossing cells is one block: it is then settled exactly, reader by reader. In
    a large one, crossing cells whose shares some block refuses are masked.
    """
    _, block = np.unique(system.block, return_inverse=True)
    crossing = _crosses(system, block)
    held = (system.holder >= 0) & system.secret_weights.any(axis=1)
    if held.any() and crossing.any() and len(block) <= MERGEABLE:
        block = np.zeros_like(block)
    else:
        _, block = np.unique(_joined(system, block, live & crossing, thresholds)[block], return_inverse=True)
    crossing = _crosses(system, block)
    labels, code = np.unique(system.holder[held], return_inverse=True)
    pairs, inverse = np.unique(block[held] * max(1, len(labels)) + code, return_inverse=True)
    home = pairs // max(1, len(labels))
    rank = np.arange(len(pairs)) - np.searchsorted(home, home) + 1
    reader = np.zeros(len(block), dtype=np.int64)
    reader[held] = rank[inverse]
    names = labels[pairs % max(1, len(labels))].tolist()
    places = zip(home.tolist(), rank.tolist(), strict=True)
    return Blocks(block, crossing, reader, dict(zip(places, names, strict=True)))


def _joined(system: System, block: np.ndarray, crossing: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Join blocks until crossing cells have no share under the threshold, smallest cells first: label per block."""
    root = np.arange(int(block.max(initial=-1)) + 1)
    size = np.bincount(block, minlength=len(root))
    wide = np.flatnonzero(crossing)
    wide = wide[np.lexsort((system.key[wide], system.cell_weights()[wide, 0]))]
    shares, origin = _shares(system.membership[wide], block)
    weights = shares.astype(np.int64) @ system.secret_weights
    homes = block[shares.indices[shares.indptr[:-1]]]
    for part in np.split(np.arange(len(origin)), np.flatnonzero(np.diff(origin)) + 1):
        while len(part):
            here, inverse = np.unique(root[homes[part]], return_inverse=True)
            share = np.stack([np.bincount(inverse, weights[part, m]) for m in range(len(thresholds))], axis=1)
            enough = np.logical_and.reduce(share >= thresholds, axis=1)
            order = np.lexsort((here, share[:, 0], ~enough))
            small = order[~enough[order] & (share[order, 0] > 0)]
            pairs = (
                (here[s], here[p]) for s in small for p in order if p != s and size[here[[s, p]]].sum() <= MERGEABLE
            )
            source, target = next(pairs, (-1, -1))
            if source < 0:
                break
            root[root == source] = target
            size[target] += size[source]
    return root


def cut(system: System, live: np.ndarray, blocks: Blocks, thresholds: np.ndarray, parts: int) -> Iterator[Cut]:
    """Cut live cells into parts, large blocks first so that processes end together."""
    matrix, weights = system.membership, system.secret_weights
    load = np.bincount(blocks.of_atom, np.diff(matrix.tocsc().indptr))
    part_of_block = np.empty(len(load), dtype=np.int64)
    filled = np.zeros(min(parts, len(load)))
    for label in np.argsort(-load, kind="stable").tolist():
        part_of_block[label] = int(np.argmin(filled))
        filled[part_of_block[label]] += load[label]
    part_of_atom = part_of_block[blocks.of_atom]
    inner = np.flatnonzero(live & ~blocks.crossing)
    wide = np.flatnonzero(live & blocks.crossing)
    home = np.where(_first_atom(matrix, inner) >= 0, part_of_atom[_first_atom(matrix, inner)], 0)
    for number in range(len(filled)):
        atoms = np.flatnonzero(part_of_atom == number)
        own = inner[home == number]
        shares, origin = _shares(matrix[wide][:, atoms], blocks.of_atom[atoms])
        source = np.concatenate([own, wide[origin]])
        shadow = np.arange(len(source)) >= len(own)
        readers = int(blocks.reader[atoms].max(initial=0)) + 1
        part = Part(
            cells=sparse.vstack([matrix[own][:, atoms], shares], format="csr"),
            weights=weights[atoms],
            reader=blocks.reader[atoms],
            level=np.where(shadow & system.released[source], RELEASED_LEVEL + 1, system.priority[source]),
            key=system.key[source],
            forced=system.released[source] & ~shadow,
            shadow=shadow,
            offered=np.ones(len(source), dtype=bool),
            readers=readers,
            trace=bool(system.released[wide].any()),
        )
        yield Cut(replace(part, offered=_offered(part, thresholds)), source, atoms)


def _offered(part: Part, thresholds: np.ndarray) -> np.ndarray:
    """Refuse at once the shares too small to be assumed known, (cells,)."""
    offered = np.ones(len(part.shadow), dtype=bool)
    shares = part.cells[part.shadow]
    weight = shares.astype(np.int64) @ part.weights
    enough = (weight >= thresholds).all(axis=1)
    row, known = np.repeat(np.arange(shares.shape[0]), np.diff(shares.indptr)), part.reader[shares.indices]
    own = Own.of(row, known, part.weights[shares.indices], part.readers)
    unit = own.units()
    rest = weight[unit] - own.value
    enough[unit[~((rest >= thresholds) | (rest == 0)).all(axis=1)]] = False
    offered[part.shadow] = enough
    return offered


def _crosses(system: System, block: np.ndarray) -> np.ndarray:
    """Find the cells with unknown atoms in several blocks, (cells,)."""
    unknown = system.secret_weights.any(axis=1)
    visible, block = system.membership[:, unknown], block[unknown]
    cell = np.repeat(np.arange(visible.shape[0]), np.diff(visible.indptr))
    first = np.full(visible.shape[0], -1)
    first[cell[::-1]] = block[visible.indices[::-1]]
    crosses = np.zeros(visible.shape[0], dtype=bool)
    crosses[cell[block[visible.indices] != first[cell]]] = True
    return crosses


def _first_atom(matrix: sparse.csr_matrix, cells: np.ndarray) -> np.ndarray:
    start, end = matrix.indptr[cells], matrix.indptr[cells + 1]
    return np.where(end > start, matrix.indices[np.minimum(start, max(0, matrix.nnz - 1))], -1)


def _shares(crossing: sparse.csr_matrix, block: np.ndarray) -> tuple[sparse.csr_matrix, np.ndarray]:
    """Cut each crossing cell at the borders of blocks: shares, and the crossing cell each comes from."""
    entries = crossing.tocoo()
    width = int(block.max(initial=0)) + 1
    place, share = np.unique(entries.row.astype(np.int64) * width + block[entries.col], return_inverse=True)
    return sparse.csr_matrix(
        (entries.data, (share, entries.col)), shape=(len(place), crossing.shape[1])
    ), place // width
