"""Figures of two campaigns on the same answers: what they tell together, and the later figures to withhold.

In: counts of two campaigns, and the cells open at both. Out: the later cells without which no addition nor subtraction
of figures of both bears on fewer dwellings, households or answers than the thresholds.

A landlord may deliver again, two years later, what it had answered. An address whose whole row of answers is the same
in both campaigns is one unknown, and leaves the difference of two totals. One that answered otherwise is two, what it
told first and what it told next; whatever holds one or both tells of the same people, and counts them once
(:mod:`atlas.secrecy.once`). An address that answered nothing at all is no answer repeated: it weighs nothing, as
everywhere. A landlord knows the answers of what it held, at whichever campaign they were given.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from operator import itemgetter

import numpy as np
import pandas as pd

from atlas.later import sparse
from atlas.protect.audiences import Pools, pooled
from atlas.protect.ground import Counts
from atlas.protect.rules import SecrecyRules
from atlas.protect.weights import responding, told_apart, weights_of
from atlas.secrecy import Owned
from atlas.tables import INDICATORS, UNITS, Indicator
from atlas.tables.years import FOLLOWED

_OF_PEOPLE = ("ménages", "emménagés récents", "majeurs")
Versions = Callable[[Sequence[str]], np.ndarray]


@dataclass(frozen=True, eq=False)
class Repeated:
    """Pairs of campaigns to set side by side.

    ``versions``: numbers what each atom answered, alike where the same was given for an address twice, and more columns
    are the same; ``holders``: who held each atom, (atoms,), landlord by landlord and, where some declare a group, as
    groups. ``size``: today's cells.
    """

    counted: Counts
    rules: SecrecyRules
    versions: Versions
    holders: Sequence[np.ndarray]
    pairs: Sequence[_Pair]
    size: int
    numbered: dict[tuple[str, ...], _Version] = field(default_factory=dict)

    @classmethod
    def of(
        cls, counted: Counts, kinds: Sequence[str], rules: SecrecyRules, pools: Pools, versions: Versions
    ) -> Repeated:
        """Lay every two campaigns out.

        Parameters
        ----------
        kinds : sequence of str
            Kinds of the cells, one after another.
        pools : mapping
            By landlord's folded name, the declared group it pools with.
        versions : callable
            :func:`atlas.protect.united.versions` of today's atoms, by the columns that must be the same too.
        """
        size = sum(len(counted.units[name]) for name in kinds)
        landlords = counted.atoms["bailleur"]
        names = [landlords, *([pooled(landlords, pools)] if pools else [])]
        holders = [pd.factorize(one)[0] for one in names]
        return cls(counted, rules, versions, holders, list(_pairs(counted, kinds)), size)

    def rates(self, shown: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Withhold the later cells of each rate: give those that stay shown, (cells,), by indicator.

        Most rates are of the same answers as another, and shown where it is: they are asked once.
        """
        kept: dict[bytes, np.ndarray] = {}
        of: dict[str, bytes] = {}
        for code, open_ in shown.items():
            own = self.counted.atoms[own_of(INDICATORS[code])].fillna(0).to_numpy(float)
            parts = (open_, weights_of(self.counted.atoms, INDICATORS[code]), own)
            of[code] = sha256(b"".join(part.tobytes() for part in parts)).digest()
            if of[code] not in kept:
                kept[of[code]] = open_ & ~self.withheld(open_, code)
        return {code: kept[one].copy() for code, one in of.items()}

    def withheld(self, open_: np.ndarray, code: str | None) -> np.ndarray:
        """Tell the later cells to withhold, (cells,): of one rate, or of all that a unit shows (None).

        Parameters
        ----------
        open_ : ndarray of bool, (cells,)
            Those that would be shown otherwise.
        """
        hidden = np.zeros(self.size, dtype=bool)
        atoms = self.counted.atoms
        if code is None:
            weights = np.column_stack([atoms["nb_logements"].fillna(0), responding(atoms)]).astype(np.int64)
            weights[weights[:, 1] == 0] = 0
        else:
            weights = weights_of(atoms, INDICATORS[code])
        thresholds = np.array(self.rules.unit if code is None else self.rules.rate)
        weights, thresholds = told_apart(weights, thresholds)
        version = self._version([] if code is None else own_of(INDICATORS[code]))
        for pair in self.pairs:
            hidden[pair.small(open_ & ~hidden, version, weights, thresholds)] = True
        return hidden

    def _version(self, own: Sequence[str]) -> _Version:
        if tuple(own) not in self.numbered:
            self.numbered[tuple(own)] = _Version.of(self.versions(own)[: len(self.counted.atoms)], self.holders)
        return self.numbered[tuple(own)]


@dataclass(frozen=True, eq=False)
class _Version:
    """What each atom answered, ``number``: (atoms,), and who knows it, ``known``: csr of bool (numbers + 1, readers).

    The last row is of what nobody told.
    """

    number: np.ndarray
    known: sparse.csr_matrix

    @classmethod
    def of(cls, version: np.ndarray, holders: Sequence[np.ndarray]) -> _Version:
        """Number versions closely; whoever held an address when it answered so knows it, before a sale as after."""
        _, number = np.unique(version, return_inverse=True)
        parts = []
        for who in holders:
            held = np.flatnonzero(who >= 0)
            shape = (int(number.max(initial=0)) + 2, int(who.max(initial=0)) + 1)
            parts.append(sparse.csr_matrix((np.ones(len(held), dtype=bool), (number[held], who[held])), shape=shape))
        return cls(number, sparse.csr_matrix(sparse.hstack(parts)))


@dataclass(frozen=True, eq=False)
class _Pair:
    """Two campaigns: by address, its atom in each, -1 where it was not surveyed.

    ``cells``: by campaign, its cells; ``members``: their addresses, csr (cells, addresses), 0/1. ``rank``: of the later
    ones. ``decided``: what was asked.
    """

    old: np.ndarray
    new: np.ndarray
    cells: tuple[np.ndarray, np.ndarray]
    members: tuple[sparse.csr_matrix, sparse.csr_matrix]
    rank: np.ndarray
    decided: dict[bytes, np.ndarray] = field(default_factory=dict)

    def small(self, open_: np.ndarray, version: _Version, weights: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
        """List the later cells to withhold so that nothing read of both campaigns bears on too little."""
        sides = self.old, self.new
        weighed = [np.where((side >= 0)[:, None], weights[side], 0) for side in sides]
        told = [
            np.where(weight.any(axis=1), version.number[side], -1) for side, weight in zip(sides, weighed, strict=True)
        ]
        lasting = (told[0] == told[1]) & (told[0] >= 0)
        shown = [np.flatnonzero(open_[cells]) for cells in self.cells]
        if not lasting.any() or not all(map(len, shown)):
            return np.zeros(0, dtype=np.int64)
        asked = sha256(b"".join(part.tobytes() for part in (*shown, *told, *weighed, thresholds))).digest()
        if asked not in self.decided:  # rates that differ in other campaigns alone
            owned = self._owned(shown, told, lasting, version.known, np.maximum(*weighed), thresholds)
            cells, first = np.concatenate([of[at] for of, at in zip(self.cells, shown, strict=True)]), len(shown[0])
            size = (owned.totals @ np.tile(owned.weights, (2, 1))).T[::-1]
            rank = np.concatenate([np.zeros(first), self.rank[shown[1]]])
            order = np.lexsort((cells, *-size, rank))
            # What other figures of these campaigns cost is likely to be what this one costs.
            doubted = np.isin(cells, np.concatenate([*self.decided.values(), []]))
            kept = owned.kept(np.arange(len(cells)) < first, order[order >= first], doubted)
            self.decided[asked] = cells[~kept]
        return self.decided[asked]

    def _owned(
        self,
        shown: Sequence[np.ndarray],
        told: Sequence[np.ndarray],
        lasting: np.ndarray,
        known: sparse.csr_matrix,
        weights: np.ndarray,
        thresholds: np.ndarray,
    ) -> Owned:
        """Write the figures of both campaigns over what addresses told first, and next where it is not the same."""
        earlier, later = (
            members[one].multiply((side >= 0)[None, :]).tocsr()
            for members, one, side in zip(self.members, shown, told, strict=True)
        )
        same, other = (later.multiply(which[None, :]).tocsr() for which in (lasting, ~lasting))
        totals = sparse.bmat([[earlier, sparse.csr_matrix(earlier.shape)], [same, other]], format="csr")
        totals.eliminate_zeros()
        return Owned(totals.astype(np.int64), weights, known[np.concatenate(told)], thresholds)


def own_of(indicator: Indicator) -> list[str]:
    """Name the columns of an indicator that the row of answers of an address does not hold."""
    return [] if indicator.population in _OF_PEOPLE else [indicator.n, indicator.d]


def answers_of(atoms: pd.DataFrame) -> pd.DataFrame:
    """Give the whole row of what each address answered of its households and people, nothing as zero."""
    told = [name for one in INDICATORS.values() if one.population in _OF_PEOPLE for name in (one.n, one.d, one.m)]
    return atoms[["menages", *(name for name in told if name in atoms)]].fillna(0).astype(float)


def _pairs(counted: Counts, kinds: Sequence[str]) -> Iterator[_Pair]:
    """Give each pair of campaigns, updates among them, whatever lies in between."""
    atoms = counted.atoms
    address, names = pd.factorize(_followed(atoms))
    year = atoms["campagne"].to_numpy()
    places: dict[int, np.ndarray] = {}
    for one in np.unique(year).tolist():
        rows = np.flatnonzero(year == one)
        places[one] = np.full(len(names), -1)
        places[one][address[rows]] = rows
    shown = {one: _shown_at(counted, kinds, one, place) for one, place in places.items()}
    # By the later of the two: what is withheld of the earlier is known by then, and gives no difference.
    for before, after in sorted(itertools.combinations(places, 2), key=itemgetter(1, 0)):
        (cells, members, _), (later, theirs, rank) = shown[before], shown[after]
        yield _Pair(places[before], places[after], (cells, later), (members, theirs), rank)


def _followed(atoms: pd.DataFrame) -> pd.Series:
    """Name the address that each atom goes on as; those that one address became keep their own names."""
    if FOLLOWED not in atoms:
        return atoms["id_adresse"]
    who = atoms[FOLLOWED].fillna(atoms["id_adresse"])
    several = who.groupby(atoms["campagne"]).transform(lambda names: names.duplicated(keep=False))
    return who.mask(several.astype(bool), atoms["id_adresse"])


def _shown_at(
    counted: Counts, kinds: Sequence[str], year: int, atoms: np.ndarray
) -> tuple[np.ndarray, sparse.csr_matrix, np.ndarray]:
    """Give the cells of a campaign, their 0/1 matrix over addresses, and the rank of each."""
    held = np.flatnonzero(atoms >= 0)
    width = len(counted.atoms)
    place = sparse.csr_matrix((np.ones(len(held)), (atoms[held], held)), shape=(width, len(atoms)))
    cells, members, ranks, start = [], [], [], 0
    for kind in kinds:
        table = counted.units[kind]
        rows = np.flatnonzero(table["campagne"] == year)
        cells.append(rows + start)
        ranks.append(np.full(len(rows), UNITS[kind].rank))
        members.append(sparse.csr_matrix(counted.membership[kind])[rows] @ place)
        start += len(table)
    return np.concatenate(cells), sparse.csr_matrix(sparse.vstack(members)), np.concatenate(ranks)
