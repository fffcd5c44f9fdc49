"""Decide one independent part of a system: offer every node by usefulness, keep it if the promise still holds.

Grain in: live cells of one part over its atoms. Grain out: which cells are published, which groups earlier
releases give away, and what is left of the cells that cross parts (*shadows*), for the layer above.

The greedy order is the whole policy: a node is kept exactly when, with everything more useful already kept, no
combination of published figures bears on less than a threshold. So nothing less useful ever masks something more useful
(inside one level, classes are settled by the least useful node they would have to give up), the result depends on no
order of rows, and no masked node could be added back.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np

from atlas.later import sparse
from atlas.secrecy.classes import Known
from atlas.secrecy.elimination import Seen
from atlas.secrecy.exact import Row
from atlas.secrecy.forest import Descent, Forest, sub_rounds
from atlas.secrecy.quotient import Quotient
from atlas.secrecy.structure import Structure, build_structure
from atlas.secrecy.system import Group
from atlas.secrecy.weak import Weights

RELEASED_LEVEL = -(1 << 40)


@dataclass(frozen=True, eq=False)
class Part:
    """Live cells of one part.

    ``cells``: csr (cells, atoms). ``weights``: (atoms, measures). ``reader``: (atoms,), who knows an atom, 1 to
    ``readers`` - 1, or 0 for nobody. ``level``, ``key``: (cells,). ``forced``: released. ``shadow``: the share here of
    a cell that crosses parts, kept as core. ``offered``: false for a share too small to be assumed known. ``trace``:
    give the hidden atoms of classes.
    """

    cells: sparse.csr_matrix
    weights: np.ndarray
    level: np.ndarray
    key: np.ndarray
    forced: np.ndarray
    shadow: np.ndarray
    offered: np.ndarray
    reader: np.ndarray
    readers: int = 1
    trace: bool = False


@dataclass(eq=False)
class Decision:
    """What became of a part.

    ``kept``: (cells,). ``given_away``: groups of atoms (of this part) that releases reveal. ``shares``: by refused
    shadow cell, what is left of it after reduction, over columns named (class,). ``weak``: weak rows near those shares,
    ``columns``: weights of the classes named in both. ``column_atoms``: their hidden atoms.
    """

    kept: np.ndarray
    given_away: list[Group] = field(default_factory=list)
    shares: dict[int, Row] = field(default_factory=dict)
    weak: list[Row] = field(default_factory=list)
    columns: dict[int, Weights] = field(default_factory=dict)
    column_atoms: dict[int, tuple[int, ...]] = field(default_factory=dict)
    searches: int = 0
    timings: dict[str, float] = field(default_factory=dict)


def decide(part: Part, thresholds: np.ndarray) -> Decision:
    """Keep as many cells of a part as the promise allows, most useful first."""
    began = perf_counter()
    level = np.where(part.forced, RELEASED_LEVEL, part.level)
    structure = build_structure(
        part.cells, part.weights, level, part.key, part.forced, part.shadow, part.reader, part.readers
    )
    structured = perf_counter()
    run = _Run(part, structure, thresholds)
    run.all_levels()
    decision = run.answer()
    decision.timings = {"structure": structured - began, "decisions": perf_counter() - structured}
    return decision


class _Run:
    """One pass over the levels of a part."""

    def __init__(self, part: Part, structure: Structure, thresholds: np.ndarray) -> None:
        self.part, self.structure = part, structure
        self.forest = Forest(structure, thresholds)
        columns = structure.core.tocsc()
        columns.sort_indices()
        users = [rows.tolist() for rows in np.split(columns.indices, columns.indptr[1:-1])]
        weights, floors = (list(map(tuple, w.tolist())) for w in (structure.class_weight, structure.class_floor))
        own = structure.class_own
        rest = structure.class_weight[own.units()] - own.value
        pairs = zip(own.code.tolist(), rest.tolist(), strict=True)
        seen: list[Known] = [{} for _ in weights]
        for code, left in pairs:
            group, reader = divmod(code, own.width)
            seen[group] = {**seen[group], reader: tuple(left)}
        self.core = Quotient(weights, floors, seen, users, thresholds.tolist(), part.readers)
        self.kept = np.zeros(len(structure.level), dtype=bool)
        self.offered = np.zeros(len(structure.level), dtype=bool)
        np.logical_or.at(self.offered, structure.node_of, part.offered)
        self.given_away: list[Group] = []
        self.compromised: set[int] = set()

    def all_levels(self) -> None:
        """Offer the released nodes, then level after level."""
        structure = self.structure
        forced = np.flatnonzero(structure.forced)
        self._release(forced)
        rest = np.flatnonzero(self.offered & ~structure.forced)
        bounds = np.flatnonzero(np.diff(structure.level[rest])) + 1
        for nodes in np.split(rest, bounds):
            self._offer(nodes)

    def answer(self) -> Decision:
        """Translate nodes into cells, and what crosses parts into shares."""
        kept = self.kept[self.structure.node_of]
        decision = Decision(kept=kept, given_away=self.given_away, searches=self.core.searches)
        for cell in np.flatnonzero(self.part.shadow & ~kept).tolist():
            decision.shares[cell] = self.core.reduced(self._row(int(self.structure.node_of[cell])))
        named = {column for share in decision.shares.values() for column in share}
        decision.weak, weights = self.core.weak_rows(named)
        classes = self.forest.class_hidden
        decision.columns = {column: tuple(classes[column].tolist()) for column in named} | weights
        if self.part.trace:
            decision.column_atoms = {column: self._hidden_atoms(column, 0) for column in decision.columns}
        return decision

    def _row(self, node: int) -> Row:
        core = self.structure.core
        return dict.fromkeys(core.indices[core.indptr[node] : core.indptr[node + 1]].tolist(), 1)

    def _offer(self, nodes: np.ndarray) -> None:
        """Decide one level: forest and core together, by usefulness."""
        tree = self.structure.tree[nodes]
        core = [(node, None) for node in nodes[~tree].tolist()]
        for round_nodes in sub_rounds(nodes[tree], self.structure) or [nodes[:0]]:
            accepted, descents = self.forest.offer(round_nodes)
            kept = [accepted]
            events = core + [(int(descent.nodes[-1]), descent) for descent in descents]
            core = []
            for node, descent in sorted(events, key=lambda event: event[0]):
                if descent is not None:
                    kept.append(self._descend(descent))
                elif self.core.insert(node, self._row(node)) is None:
                    self.kept[node] = True
            accepted = np.concatenate(kept)
            self.forest.publish(accepted)
            self.kept[accepted] = True

    def _descend(self, descent: Descent) -> np.ndarray:
        """Publish all nodes of a class if its other classes protect what remains; else all but the least useful."""
        if descent.regular:
            seen = self._lower(descent, descent.hidden - descent.amounts.sum(axis=0))
            return descent.nodes if seen is None else descent.nodes[:-1]
        kept, hidden = [], descent.hidden
        for node, amount in zip(descent.nodes.tolist(), descent.amounts, strict=True):
            if self._lower(descent, hidden - amount) is None:
                kept.append(node)
                hidden = hidden - amount
        return np.array(kept, dtype=descent.nodes.dtype)

    def _lower(self, descent: Descent, left: np.ndarray, known: Iterable[int] = ()) -> Seen | None:
        """Let a class hide what is left, from each who knows something of it; nothing from those who know it all."""
        weight, *rest = map(tuple, left.tolist())
        seen = dict(zip(descent.readers, rest, strict=True))
        return self.core.lower(descent.group, weight, seen | dict.fromkeys(known, (0,) * len(weight)))

    def _release(self, nodes: np.ndarray) -> None:
        """Publish what the audience already holds, and note what that gives away."""
        tree = self.structure.tree[nodes]
        for round_nodes in sub_rounds(nodes[tree], self.structure):
            for descent in self.forest.force(round_nodes):
                self._force_down(descent)
        for node in nodes[~tree].tolist():
            while (seen := self.core.insert(node, self._row(node))) is not None:
                self._give_away(seen)
        self.kept[nodes] = True
        for node in self.forest.broken().tolist():
            reader, measure, weight = self.forest.exposed(node)
            atoms = self._uncovered(np.flatnonzero(self._inside(node)), node, reader)
            self.given_away.append(Group(measure, weight, atoms, reader))

    def _force_down(self, descent: Descent) -> None:
        known: set[int] = set()
        while (seen := self._lower(descent, descent.hidden, known)) is not None:
            self._give_away(seen, spare=descent.group)
            if descent.group in seen.light.columns:
                known.add(seen.reader)

    def _give_away(self, seen: Seen, spare: int = -1) -> None:
        light = seen.light
        atoms = tuple(atom for column in light.columns for atom in self._hidden_atoms(column, seen.reader))
        conditional = seen.reader in self.compromised
        self.given_away.append(
            Group(light.measure, light.weight, tuple(sorted(atoms)), seen.reader, conditional=conditional)
        )
        self.compromised.add(seen.reader)
        more = self.core.compromise(seen.reader, (column for column in light.columns if column != spare))
        if more is not None:
            self._give_away(more, spare)

    def _hidden_atoms(self, group: int, reader: int) -> tuple[int, ...]:
        return self._uncovered(np.flatnonzero(self.structure.atom_class == group), -1, reader)

    def _inside(self, node: int) -> np.ndarray:
        """Atoms of a node, (atoms,)."""
        cell = int(np.flatnonzero(self.structure.node_of == node)[0])
        return np.asarray(self.part.cells[[cell]].toarray())[0].astype(bool)

    def _uncovered(self, atoms: np.ndarray, around: int, reader: int) -> tuple[int, ...]:
        """Keep atoms unknown to a reader, not covered by a published node strictly inside ``around`` (-1: class)."""
        here = self.structure.atom_owner[atoms]
        covered = np.zeros(len(atoms), dtype=bool)
        while (climbing := (here >= 0) & (here != around)).any():
            covered |= climbing & self.forest.published[here]
            here = np.where(climbing, self.structure.parent[here], -1)
        unknown = self.part.weights[atoms].any(axis=1) & ((self.part.reader[atoms] != reader) | (reader == 0))
        return tuple(atoms[~covered & unknown].tolist())
