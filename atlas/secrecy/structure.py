"""Split a system in two: a forest, decided level by level, and a small core of totals that cross.

Grain in: the live cells (published, or offered) over atoms. Grain out: *nodes* (cells with equal sets of atoms are one
node), numbered by usefulness: node 0 is kept first. A node belongs to the **forest** when every other node is inside
it, around it or apart from it, and the same holds for all nodes inside it. The others form the **core**: their atoms
are merged into *classes*, atoms that lie in exactly the same core nodes.

Why it is exact: every forest node lies inside one class. Replace each published node by what it adds to the published
forest nodes inside it: what remains of a forest node, and what remains of the classes, have no atom in common. The span
of all published figures is the direct sum of these parts, so a figure that bears on few dwellings lies in one part: in
what remains of one forest node (a sum, compared with the threshold), or in the core over its few classes.

Sets are compared by 64-bit sums of fixed pseudo-random numbers: one number per atom or node, not one test per pair.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atlas.later import sparse
from atlas.secrecy.readers import Own


@dataclass(frozen=True, eq=False)
class Structure:
    """Nodes by usefulness, forest and core.

    ``node_of`` gives each live cell its node. ``level``, ``forced``, ``tree``: (nodes,). ``weight``: (nodes, measures).
    ``parent``: the smallest forest node around a forest node, or -1. ``class_of``: the class a forest node lies in, -1
    when no core node contains it (its class is free). ``core``: csr (nodes, classes), rows filled for core nodes only.
    ``class_weight``, ``class_floor``: (classes, measures), all of a class and what no live forest node covers. ``own``,
    ``class_own``: what readers know of nodes and of classes.
    ``atom_class``: (atoms,), -1 for free or weightless atoms; ``atom_owner``: (atoms,), smallest forest node around
    an atom, or -1.
    """

    node_of: np.ndarray
    level: np.ndarray
    forced: np.ndarray
    weight: np.ndarray
    own: Own
    tree: np.ndarray
    parent: np.ndarray
    class_of: np.ndarray
    core: sparse.csr_matrix
    class_weight: np.ndarray
    class_own: Own
    class_floor: np.ndarray
    atom_class: np.ndarray
    atom_owner: np.ndarray


def build_structure(
    cells: sparse.csr_matrix,
    weights: np.ndarray,
    level: np.ndarray,
    key: np.ndarray,
    forced: np.ndarray,
    in_core: np.ndarray,
    reader: np.ndarray,
    readers: int,
) -> Structure:
    """Number nodes by usefulness, separate forest and core.

    Parameters
    ----------
    cells : csr_matrix, (cells, atoms)
        Live cells only.
    weights : ndarray, (atoms, measures)
        Zero in every measure for what protects nothing.
    level, key, forced, in_core : ndarray, (cells,)
        Priority, stable name, released or not, kept out of the forest or not.
    reader : ndarray, (atoms,)
        Who knows an atom, 0 for nobody, of ``readers``.
    """
    heavy = np.flatnonzero(weights.any(axis=1))
    matrix = cells[:, heavy]
    weight, knows = weights[heavy], reader[heavy]
    node_of, first = _nodes(matrix, weight, _own_of(matrix, weight, knows, readers), level, key)
    nodes = len(first)
    matrix = matrix[first]
    node_forced = np.zeros(nodes, dtype=bool)
    np.logical_or.at(node_forced, node_of, forced)
    node_core = np.zeros(nodes, dtype=bool)
    np.logical_or.at(node_core, node_of, in_core)

    columns = matrix.tocsc()
    merged_of, merged = _merge_columns(columns, np.ones(columns.nnz, dtype=bool))
    merged_weight = _sum_by(merged_of, weight, len(merged))
    by_size = _by_size(columns, merged, nodes)
    tree = _forest(by_size, node_core)
    parent, owner = _parents(by_size, tree)

    core_entry = ~tree[by_size.node]
    core_columns = sparse.csc_matrix(
        (np.ones(len(by_size.node), dtype=np.int8), by_size.node, by_size.start), shape=(nodes, len(merged))
    )
    class_of_merged, representative = _merge_columns(core_columns, core_entry)
    core = core_columns[:, representative].tocsr()
    core.data = np.where(np.repeat(tree, np.diff(core.indptr)), 0, 1).astype(np.int8)
    core.eliminate_zeros()
    core.sort_indices()
    class_weight = _sum_by(class_of_merged, merged_weight, len(representative))
    loose = np.where((owner < 0)[:, None], merged_weight, 0)
    class_floor = _sum_by(class_of_merged, loose, len(representative))
    class_of = np.full(nodes, -1)
    class_of[by_size.node] = np.repeat(class_of_merged, by_size.counts)
    class_of[~tree] = -1
    return Structure(
        node_of=node_of,
        level=level[first],
        forced=node_forced,
        weight=matrix.astype(np.int64) @ weight,
        own=_own_of(matrix, weight, knows, readers),
        tree=tree,
        parent=parent,
        class_of=class_of,
        core=core,
        class_weight=class_weight,
        class_own=Own.of(_through(class_of_merged, merged_of), knows, weight, readers),
        class_floor=class_floor,
        atom_class=_spread(heavy, _through(class_of_merged, merged_of), len(weights)),
        atom_owner=_spread(heavy, _through(owner, merged_of), len(weights)),
    )


@dataclass(frozen=True, eq=False)
class _Columns:
    """Entries (node, merged atom) column by column, inside a column from the largest node to the smallest."""

    node: np.ndarray
    size_rank: np.ndarray
    start: np.ndarray

    @property
    def counts(self) -> np.ndarray:
        return np.diff(self.start)


def _nodes(
    matrix: sparse.csr_matrix, weights: np.ndarray, own: Own, level: np.ndarray, key: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Give equal sets one node, number nodes by (level, larger first, key): node of each cell, first cell of each."""
    cell_weight = matrix.astype(np.int64) @ weights
    order = np.lexsort((key, *(-cell_weight.T[::-1]), level))
    rank = _by_readers(cell_weight, own, level, order)
    order = order[np.lexsort((rank, *(-cell_weight[order].T[::-1]), level[order]))]
    ordered_hash = _segment_sums(_numbers(matrix.shape[1])[matrix.indices], matrix.indptr)[order]
    _, first, inverse = np.unique(ordered_hash, return_index=True, return_inverse=True)
    by_usefulness = np.argsort(first)
    number = np.empty_like(by_usefulness)
    number[by_usefulness] = np.arange(len(by_usefulness))
    node_of = np.empty(len(order), dtype=np.int64)
    node_of[order] = number[inverse]
    return node_of, order[first[by_usefulness]]


def _by_readers(weight: np.ndarray, own: Own, level: np.ndarray, order: np.ndarray) -> np.ndarray:
    """Rank cells of one level and weight by what they hide from the first reader, then the next, larger first.

    A cell hides more from a reader who knows less of it: of two, first comes the one of which the first reader who does
    not know them alike knows nothing, or less.
    """
    rank = np.zeros(len(order), dtype=np.int64)
    ordered = np.column_stack([level[order], weight[order]])
    new = np.r_[True, (ordered[1:] != ordered[:-1]).any(axis=1)] if len(order) else np.zeros(0, dtype=bool)
    if new.all() or not len(own.code):
        return rank
    tied = np.flatnonzero(~(new & np.r_[new[1:], True]))
    place, pair = own.among(order[tied])
    known: list[list[tuple[int, list[int]]]] = [[] for _ in tied]
    reader, value = own.reader(pair).tolist(), own.value[pair].tolist()
    for at, one, weights in zip(place.tolist(), reader, value, strict=True):
        known[at].append((-one, weights))
    names = [(*((one, tuple(weights)) for one, weights in pairs), (-own.width, ())) for pairs in known]
    place_of = {name: number for number, name in enumerate(sorted(set(names)))}
    rank[tied] = [place_of[name] for name in names]
    return rank


def _own_of(matrix: sparse.csr_matrix, weight: np.ndarray, reader: np.ndarray, readers: int) -> Own:
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    held = reader[matrix.indices] > 0
    atoms = matrix.indices[held]
    return Own.of(rows[held], reader[atoms], weight[atoms], readers)


def _merge_columns(columns: sparse.csc_matrix, counted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Group columns equal on the counted entries: group of each column (-1: no counted entry), one column of each."""
    numbers = np.where(counted, _numbers(columns.shape[0])[columns.indices], np.uint64(0))
    sums = _segment_sums(numbers, columns.indptr)
    some = _segment_sums(counted.astype(np.uint64), columns.indptr) > 0
    group = np.full(columns.shape[1], -1)
    _, representative, group[some] = np.unique(sums[some], return_index=True, return_inverse=True)
    return group, np.flatnonzero(some)[representative]


def _by_size(columns: sparse.csc_matrix, merged: np.ndarray, nodes: int) -> _Columns:
    """Keep one column per merged atom and sort its nodes from the largest to the smallest."""
    kept = columns[:, merged]
    size = np.bincount(kept.indices, minlength=nodes)
    order = np.lexsort((np.arange(nodes), -size))
    rank = np.empty(nodes, dtype=np.int64)
    rank[order] = np.arange(nodes)
    ranked = sparse.csc_matrix((kept.data, rank[kept.indices], kept.indptr), shape=kept.shape)
    ranked.sort_indices()
    size_rank = ranked.indices.astype(np.int64)
    return _Columns(order[size_rank], size_rank, ranked.indptr.astype(np.int64))


def _forest(by_size: _Columns, in_core: np.ndarray) -> np.ndarray:
    """Find the nodes that cross nothing and hold nothing that crosses, (nodes,)."""
    nodes = len(in_core)
    numbers = np.cumsum(_numbers(nodes)[by_size.node])
    before = np.concatenate([np.zeros(1, dtype=np.uint64), numbers])[by_size.start[:-1]]
    larger = numbers - np.repeat(before, by_size.counts)
    expected = np.zeros(nodes, dtype=np.uint64)
    expected[by_size.node] = larger
    crossing = in_core.copy()
    crossing[by_size.node[larger != expected[by_size.node]]] = True
    if len(by_size.node):
        smallest = np.maximum.reduceat(np.where(crossing[by_size.node], by_size.size_rank, -1), by_size.start[:-1])
        holds = np.repeat(smallest, by_size.counts) > by_size.size_rank
        crossing[by_size.node[holds]] = True
    return ~crossing


def _parents(by_size: _Columns, tree: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give each forest node the next larger one around it, and each merged atom the smallest around it."""
    keep = tree[by_size.node]
    node = by_size.node[keep]
    column = np.repeat(np.arange(len(by_size.counts)), by_size.counts)[keep]
    parent = np.full(len(tree), -1)
    follows = np.flatnonzero(column[1:] == column[:-1]) + 1
    parent[node[follows]] = node[follows - 1]
    owner = np.full(len(by_size.counts), -1)
    owner[column] = node
    return parent, owner


def _numbers(count: int) -> np.ndarray:
    """Give each index a fixed pseudo-random 64-bit number (the splitmix64 finaliser)."""
    with np.errstate(over="ignore"):
        x = (np.arange(count, dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return x ^ (x >> np.uint64(31))


def _segment_sums(values: np.ndarray, start: np.ndarray) -> np.ndarray:
    total = np.concatenate([np.zeros(1, dtype=values.dtype), np.cumsum(values)])
    return total[start[1:]] - total[start[:-1]]


def _sum_by(group: np.ndarray, weight: np.ndarray, groups: int) -> np.ndarray:
    inside = group >= 0
    sums = [np.bincount(group[inside], weight[inside, m], minlength=groups) for m in range(weight.shape[1])]
    return np.stack(sums, axis=1).astype(np.int64) if sums else np.zeros((groups, 0), dtype=np.int64)


def _through(values: np.ndarray, index: np.ndarray) -> np.ndarray:
    return np.where(index >= 0, values[index], -1) if len(values) else np.full(len(index), -1)


def _spread(where: np.ndarray, values: np.ndarray, length: int) -> np.ndarray:
    spread = np.full(length, -1)
    spread[where] = values
    return spread
