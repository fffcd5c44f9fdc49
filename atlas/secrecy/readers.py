"""Several readers of one edition: each knows some atoms by itself, and each must be kept from the rest.

Reader 0 knows nothing. The others are landlords who receive the edition and know their own stock exactly: they may take
it away from any total. Measures are laid out reader after reader, (..., readers x measures), with zeros where a reader
knows; each reader has a core of its own, where the classes it knows are empty. A step is accepted when every reader
accepts it, and undone everywhere otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from atlas.secrecy.exact import Row
from atlas.secrecy.light import Light
from atlas.secrecy.quotient import Quotient, Weights


@dataclass(frozen=True)
class Seen:
    """What one reader could derive."""

    reader: int
    light: Light


class Readers:
    """One :class:`Quotient` per reader, moved together."""

    def __init__(
        self, weight: np.ndarray, floor: np.ndarray, users: list[list[int]], thresholds: Sequence[int], readers: int
    ) -> None:
        self.measures = len(thresholds) // readers
        self.cores = []
        for reader in range(readers):
            mine = self._slice(reader)
            self.cores.append(
                Quotient(
                    list(map(tuple, weight[:, mine].tolist())),
                    list(map(tuple, floor[:, mine].tolist())),
                    users,
                    thresholds[mine],
                )
            )

    def insert(self, node: int, row: Row) -> Seen | None:
        """Publish a total for every reader, or for none: give what a reader could derive, None when published."""
        for reader, core in enumerate(self.cores):
            light = core.insert(node, row)
            if light is not None:
                self._undo(reader)
                return Seen(reader, light)
        return None

    def lower(self, group: int, weight: Weights) -> Seen | None:
        """Let a class hide less from every reader, or from none."""
        for reader, core in enumerate(self.cores):
            light = core.lower(group, weight[self._slice(reader)])
            if light is not None:
                self._undo(reader)
                return Seen(reader, light)
        return None

    def compromise(self, reader: int, columns: Iterable[int]) -> Seen | None:
        """Count classes as known to one reader; give what that reveals."""
        light = self.cores[reader].compromise(columns)
        return None if light is None else Seen(reader, light)

    def without(self, weight: Weights, reader: int) -> Weights:
        """Zero one reader's share of a weight."""
        mine = self._slice(reader)
        return (*weight[: mine.start], *(0,) * self.measures, *weight[mine.stop :])

    @property
    def searches(self) -> int:
        """Exact searches made so far."""
        return sum(core.searches for core in self.cores)

    def _slice(self, reader: int) -> slice:
        return slice(reader * self.measures, (reader + 1) * self.measures)

    def _undo(self, readers: int) -> None:
        for core in self.cores[:readers]:
            core.undo()


def spread(weights: np.ndarray, reader_of: np.ndarray, readers: int) -> np.ndarray:
    """Lay weights out reader after reader, zero where a reader knows an atom.

    Parameters
    ----------
    weights : ndarray, (atoms, measures)
    reader_of : ndarray, (atoms,)
        The reader who knows the atom, 1 .. readers - 1, or 0 for nobody.

    Examples
    --------
    >>> spread(np.array([[15], [8]]), np.array([0, 1]), 2).tolist()
    [[15, 15], [8, 0]]
    """
    hidden = [np.where((reader_of == reader)[:, None] & (reader > 0), 0, weights) for reader in range(readers)]
    return np.concatenate(hidden, axis=1)
