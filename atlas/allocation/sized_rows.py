"""Sizes in the rows of the programme: of each residence, how many homes of each size go to each group.

In: kinds of residence, their unknowns ``q`` and ``t``, mixes. Out: rows and unknowns that count what mixes forbid. The
homes of a size are all given, each once. Where all the homes of a residence are of one size, its groups tell its sizes:
nothing is added; elsewhere each size but the last has its own ``q`` and ``t``, and the last has what they leave.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from atlas.allocation.model import Place, Split
from atlas.allocation.sizes import WHOLE, Mix
from atlas.allocation.solver import Rows

Term = dict[int, int]  # unknowns with their weight


@dataclass
class Sizes:
    """What is laid out. ``first``, ``both``: by residence and size, the unknowns that add up to ``q`` and to ``t``."""

    first: dict[int, dict[str, Term]] = field(default_factory=dict)
    both: dict[int, dict[str, Term]] = field(default_factory=dict)
    misfits: list[int] = field(default_factory=list)

    def shared(self, rank: int, place: Place, split: Split, found: np.ndarray) -> dict[str, Split]:
        """Read the homes of each size by group of a residence of a kind."""
        if len(place.sizes) == 1:
            return {place.sizes[0][0]: split}
        told: dict[str, Split] = {}
        for word, number in place.sizes:
            one, two = (
                sum(weight * int(found[unknown]) for unknown, weight in terms[rank][word].items())
                for terms in (self.first, self.both)
            )
            told[word] = (one, two - one, number - two)
        return told


def several(place: Place) -> bool:
    """Whether the homes of a residence are of more than one size."""
    return len(place.sizes) > 1


def laid_out(
    rows: Rows, kinds: Sequence[Sequence[Place]], mixes: Sequence[Mix], given: Mapping[str, Sequence[int]] | None = None
) -> Sizes:
    """Write sizes as unknowns and rows; ``q`` of a kind is the unknown of its rank, ``t`` follows them all.

    ``given``: homes of other residences, by size and group, which count in the mixes too.
    """
    found = Sizes()
    for rank, held in enumerate(kinds):
        q, t = rank, len(kinds) + rank
        if len(held[0].sizes) == 1:
            word = held[0].sizes[0][0]
            found.first[rank], found.both[rank] = {word: {q: 1}}, {word: {t: 1}}
        elif several(held[0]):
            found.first[rank], found.both[rank] = _split(rows, held[0], q, t)
    words = dict.fromkeys(mix.size for mix in mixes)
    sums = {word: (_sum(rows, found.first, word, kinds), _sum(rows, found.both, word, kinds)) for word in words}
    free = {word: sum(_free(held[0], word) * len(held) for held in kinds) for word in words}
    already = given or {}
    most = sum(free.values()) + sum(map(sum, already.values()))
    for mix in mixes:
        terms = {
            word: _of(mix.group, *sums[word], free[word], already[word][mix.group] if already else 0) for word in words
        }
        found.misfits += _bounded(rows, mix, terms, most)
    return found


def _split(rows: Rows, place: Place, q: int, t: int) -> tuple[dict[str, Term], dict[str, Term]]:
    """Give each size but the last its own ``q`` and ``t``, and the last the rest."""
    first: dict[str, Term] = {}
    both: dict[str, Term] = {}
    for word, number in place.sizes[:-1]:
        one, two = rows.unknown(number), rows.unknown(number)
        rows.at_most({one: 1, two: -1}, 0)
        first[word], both[word] = {one: 1}, {two: 1}
    last, number = place.sizes[-1]
    first[last] = {q: 1, **{unknown: -1 for terms in first.values() for unknown in terms}}
    both[last] = {t: 1, **{unknown: -1 for terms in both.values() for unknown in terms}}
    rows.at_most({unknown: -weight for unknown, weight in first[last].items()}, 0)
    rows.at_most({**first[last], **{unknown: -weight for unknown, weight in both[last].items()}}, 0)
    rows.at_most(both[last], number)
    return first, both


def _free(place: Place, word: str) -> int:
    return dict(place.sizes).get(word, 0)


def _sum(rows: Rows, terms: Mapping[int, Mapping[str, Term]], word: str, kinds: Sequence[Sequence[Place]]) -> int:
    """Add an unknown that is the sum, over residences, of a size."""
    total = rows.unknown(sum(_free(held[0], word) * len(held) for held in kinds))
    row = {total: -1}
    for one in terms.values():
        row |= one.get(word, {})
    rows.at_most(row, 0)
    rows.at_most({unknown: -weight for unknown, weight in row.items()}, 0)
    return total


def _of(group: int, first: int, both: int, free: int, given: int) -> tuple[Term, int]:
    """Write the homes of a size given to a group: unknowns and a constant."""
    return (({first: 1}, given), ({both: 1, first: -1}, given), ({both: -1}, free + given))[group]


def _bounded(rows: Rows, mix: Mix, terms: Mapping[str, tuple[Term, int]], most: int) -> list[int]:
    """Count, as unknowns, the homes beyond a mix on either side."""
    found = []
    for sign, share in ((1, mix.high), (-1, mix.low)):
        if share in (0, WHOLE) and share == (WHOLE if sign > 0 else 0):
            continue
        row: Term = {}
        constant = 0
        for word, (own, given) in terms.items():
            weight = sign * (WHOLE * (word == mix.size) - share)
            for unknown, one in own.items():
                row[unknown] = row.get(unknown, 0) + weight * one
            constant += weight * given
        beyond = rows.unknown(most)
        row[beyond] = -WHOLE
        rows.at_most({unknown: weight for unknown, weight in row.items() if weight}, WHOLE - 1 - constant)
        found.append(beyond)
    return found
