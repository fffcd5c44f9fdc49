"""The attacker: which groups a reader who adds and subtracts gets back from what is published of one campaign.

Grain in: by figure (responding households, or a rate), the published totals as sets of atoms, and what atoms weigh.
Grain out: the groups under a threshold. Nothing is masked nor repaired here.

A figure bears on the addresses that answered it, and on nobody else: it is weighed by their dwellings, their responding
households and its own denominator, each with its own threshold.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from operator import ge

from atlas.audit.spans import Derived, Grouped, Total, derivable, grouped

Atoms = frozenset[Hashable]
Weights = Mapping[Hashable, int]
DWELLINGS, HOUSEHOLDS, ANSWERS = "logements", "ménages", "réponses"
MEASURES = (DWELLINGS, HOUSEHOLDS, ANSWERS)


@dataclass(frozen=True)
class Limits:
    """The smallest weights that a figure may bear on, by measure."""

    dwellings: int
    households: int
    denominator: int

    def of(self, measure: str) -> int:
        """Give the limit of a measure."""
        return {DWELLINGS: self.dwellings, HOUSEHOLDS: self.households, ANSWERS: self.denominator}[measure]


@dataclass(frozen=True)
class Published:
    """What is published of one figure: ``totals``, sets of atoms, and by measure what each atom weighs in it.

    A total that counts an atom twice is a tuple. ``owners``: what atoms are of, where a group counts once those of one.
    A measure that nobody knows is left out, and not checked; an atom without weight in a measure is transparent there.
    """

    totals: frozenset[Total]
    weights: Mapping[str, Weights]
    owners: Mapping[Hashable, Hashable] | None = None

    @cached_property
    def grouped(self) -> Grouped:
        """The totals as every reader searches them."""
        return grouped(self.totals, self.owners)

    @cached_property
    def weighing(self) -> Mapping[str, Weights]:
        """By measure, the atoms that weigh anything."""
        return {
            measure: {atom: weight for atom, weight in self.weights[measure].items() if weight > 0}
            for measure in MEASURES
            if measure in self.weights
        }


@dataclass(frozen=True)
class Leak:
    """A derivable group: of which figure, and the measure in which it is too light."""

    figure: str
    measure: str
    group: Derived


def attack(
    published: Mapping[str, Published],
    limits: Limits,
    known: Iterable[Hashable] = (),
    given: Mapping[str, frozenset[Total]] | None = None,
) -> tuple[Leak, ...]:
    """Attack one campaign.

    Parameters
    ----------
    published : mapping of Published
        By figure, everything that the reader holds.
    known : iterable
        Atoms that the reader knows exactly by itself.
    given : mapping, optional
        By figure, the totals that the reader held before: what they alone give away cannot be taken back, and is no
        leak of what is published now.

    Examples
    --------
    >>> totals = frozenset({frozenset("ABC"), frozenset("A")})
    >>> found = attack({"x": Published(totals, {DWELLINGS: {"A": 15, "B": 5, "C": 3}})}, Limits(11, 11, 11))
    >>> [(leak.measure, sorted(leak.group.atoms), leak.group.weight) for leak in found]
    [('logements', ['B', 'C'], 8)]
    """
    own, safe = frozenset(known), _Safe()
    leaks: list[Leak] = []
    asked: dict[int, list[tuple[list[str], Weights]]] = {}
    shut: set[int] = set()
    for figure, one in sorted(published.items(), key=lambda item: -len(item[1].totals)):
        before = (given or {}).get(figure, frozenset())
        if one.totals <= before:
            continue  # nothing is new: what it gives away, it gave away
        if id(one) in shut:
            continue  # the very figure of another
        if id(one.weights) not in asked:
            asked[id(one.weights)] = list(_together(one, own, limits))
        opened = False
        for measures, joint in asked[id(one.weights)]:
            limit = limits.of(measures[0])
            if safe.holds(one, joint, limit):
                continue
            if not derivable(one.grouped, joint, limit):
                safe.add(one, joint, limit)
                continue
            opened = True
            for measure in measures:
                weights = _unknown(one.weighing[measure], own)
                found = derivable(one.grouped, weights, limit)
                leaks += [
                    Leak(figure, measure, group)
                    for group in found
                    if not _already(before, weights, group, limit, one.owners)
                ]
        if not opened:
            shut.add(id(one))
    return tuple(dict.fromkeys(leaks))


def _together(one: Published, own: frozenset[Hashable], limits: Limits) -> Iterator[tuple[list[str], Weights]]:
    """Put together the measures that see the same atoms with the same limit: one search at their lightest serves all.

    A group that is light in a measure is lighter still where each atom counts for the least of its weights.
    """
    groups: dict[tuple[frozenset[Hashable], int], list[str]] = {}
    unknown = {measure: _unknown(weights, own) for measure, weights in one.weighing.items()}
    for measure, weights in unknown.items():
        groups.setdefault((frozenset(weights), limits.of(measure)), []).append(measure)
    for (atoms, _), measures in groups.items():
        if atoms:
            joint = unknown[measures[0]]
            for measure in measures[1:]:
                joint = dict(
                    zip(joint, map(min, joint.values(), map(unknown[measure].__getitem__, joint)), strict=True)
                )
            yield measures, joint


def _unknown(weights: Weights, own: frozenset[Hashable]) -> Weights:
    """Leave out what a reader knows."""
    if own.isdisjoint(weights):
        return weights
    left = dict(weights)
    for atom in left.keys() & own:
        del left[atom]
    return left


def _already(
    before: frozenset[Total],
    weights: Weights,
    group: Derived,
    limit: int,
    owners: Mapping[Hashable, Hashable] | None,
) -> bool:
    """Tell whether earlier totals alone give a group, or a part of it: everything else weighs too much to be found."""
    if not before or not group.proven:
        return False
    inside = {atom: w if atom in group.atoms else limit for atom, w in weights.items()}
    return bool(derivable(before, inside, limit, owners))


class _Safe:
    """Searches that found nothing: the same atoms no lighter, in fewer totals, open nothing either."""

    def __init__(self) -> None:
        self._found: list[tuple[Published, Weights, int]] = []

    def holds(self, one: Published, weights: Weights, limit: int) -> bool:
        return any(
            limit <= bar
            and weights.keys() == least.keys()
            and one.owners is wider.owners
            and one.totals <= wider.totals
            and all(map(ge, map(weights.__getitem__, least), least.values()))
            for wider, least, bar in self._found
        )

    def add(self, one: Published, weights: Weights, limit: int) -> None:
        self._found.append((one, weights, limit))
