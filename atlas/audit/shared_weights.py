"""What columns weigh, alone and together, where several are of one owner, which counts once, at the heaviest of them.

Grain in: the labels of columns, each with a weight and an owner. Grain out: weights of sets of columns, whole numbers.

The weight of a set grows with it, and no union weighs more than its parts do one by one. Every proof of the audit rests
on the first alone: what is zero nowhere on some columns weighs at least what they do together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

Shares = dict[int, int]  # by owner, what it weighs


def alone(columns: np.ndarray, owners: np.ndarray, weights: np.ndarray, size: int) -> np.ndarray:
    """Weigh so many columns, each by itself, from the column, the owner and the weight of labels, all (labels,).

    >>> alone(np.array([0, 0, 1]), np.array([7, 7, 7]), np.array([3, 4, 5]), 2).tolist()
    [4, 5]
    """
    column, _, heaviest = _heaviest(columns, owners, weights)
    return np.bincount(column, heaviest, size).astype(np.int64)


def _heaviest(columns: np.ndarray, owners: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, ...]:
    """Keep the heaviest label of each owner in each column: column, owner, weight."""
    ranks = int(owners.max(initial=0)) + 1
    pairs, place = np.unique((columns * ranks + owners)[weights > 0], return_inverse=True)
    heaviest = np.zeros(len(pairs), dtype=np.int64)
    np.maximum.at(heaviest, place, weights[weights > 0])
    return *np.divmod(pairs, ranks), heaviest


@dataclass(frozen=True, eq=False)
class Owned:
    """Weights of columns of which some are of the same owners.

    ``own``: by column, what it weighs by owners that are in no other; ``shared``: what each owner weighs in it that is
    in others too.
    """

    own: Mapping[int, int]
    shared: Mapping[int, Shares]

    @classmethod
    def of(cls, columns: np.ndarray, owners: np.ndarray, weights: np.ndarray) -> Owned:
        """Weigh columns from labels: the column, the owner and the weight of each, all (labels,).

        >>> mass = Owned.of(np.array([0, 0, 1]), np.array([7, 8, 7]), np.array([3, 4, 5]))
        >>> mass.own, mass.shared, mass[0], together(mass, [0, 1])
        ({0: 4, 1: 0}, {0: {7: 3}, 1: {7: 5}}, 7, 9)
        """
        column, owner, heaviest = _heaviest(columns, owners, weights)
        several = np.bincount(owner, minlength=1)[owner] > 1
        own, shared = dict.fromkeys(column.tolist(), 0), dict[int, Shares]()
        for where, who, weight, more in zip(*(one.tolist() for one in (column, owner, heaviest, several)), strict=True):
            if more:
                shared.setdefault(where, {})[who] = weight
            else:
                own[where] += weight
        return cls(own, shared)

    def __getitem__(self, column: int) -> int:
        return self.own[column] + sum(self.shared.get(column, {}).values())

    def among(self, columns: Sequence[int]) -> tuple[list[int], list[tuple[int, int, int]]]:
        """Tell, of some columns, what each weighs by owners that no other of these holds, and the rest.

        Returns
        -------
        tuple
            Weights by place, and for each owner that several hold, numbered, and each of them: number, place, weight.
        """
        own = [self.own[column] for column in columns]
        held: dict[int, list[tuple[int, int]]] = {}
        for place, column in enumerate(columns):
            for owner, weight in self.shared.get(column, {}).items():
                held.setdefault(owner, []).append((place, weight))
        for places in held.values():
            if len(places) == 1:
                own[places[0][0]] += places[0][1]
        several = [places for places in held.values() if len(places) > 1]
        return own, [(number, *one) for number, places in enumerate(several) for one in places]


Masses = Sequence[int] | Owned


def together(mass: Masses, columns: Iterable[int]) -> int:
    """Weigh columns together.

    >>> together([3, 4, 5], [0, 2])
    8
    """
    if not isinstance(mass, Owned):
        return sum(mass[column] for column in columns)
    total, heaviest = 0, Shares()
    for column in columns:
        total += mass.own[column] + _raised(heaviest, mass.shared.get(column))
    return total


def gathered(mass: Masses, groups: Sequence[tuple[int, Collection[int]]]) -> list[int]:
    """Weigh the first groups of columns together, one more each time, from the weight and the columns of each.

    >>> gathered([3, 4, 5], [(7, [0, 1]), (5, [2])])
    [7, 12]
    """
    if not isinstance(mass, Owned):
        return list(accumulate(weight for weight, _ in groups))
    total, heaviest, found = 0, Shares(), []
    for _, columns in groups:
        for column in columns:
            total += mass.own[column] + _raised(heaviest, mass.shared.get(column))
        found.append(total)
    return found


def _raised(heaviest: Shares, shares: Shares | None) -> int:
    """Add a column to the heaviest shares met, and tell how much more they weigh."""
    more = 0
    for owner, weight in (shares or {}).items():
        before = heaviest.get(owner, 0)
        if weight > before:
            heaviest[owner] = weight
            more += weight - before
    return more
