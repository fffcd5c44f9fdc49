"""Figures of two campaigns on the same answers: what they tell together, and the later figures to withhold.

In: counts of two campaigns, and the cells open at both. Out: the later cells without which no addition nor subtraction
of figures of both bears on fewer dwellings, households or answers than the thresholds.

A landlord may deliver again, two years later, what it had answered. An address whose whole row of answers is the same
in both campaigns is one unknown, and leaves the difference of two totals. One that answered otherwise is two: what it
told first, its *level*, and its *change*. Levels alone are of one campaign, where they are protected. What holds none
bears on changes, on who entered or left, and on the same answers. That is a system of its own, which
:mod:`atlas.secrecy` protects as any other, from each landlord too, which knows what it held at either time. An address
that answered nothing at all is no answer repeated: it weighs nothing, as everywhere.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from operator import itemgetter

import numpy as np
import pandas as pd

from atlas.later import sparse
from atlas.protect.audiences import Pools, pooled, readings_of
from atlas.protect.ground import Counts
from atlas.protect.rules import SecrecyRules
from atlas.protect.weights import responding, weights_of
from atlas.secrecy import System, protect_cells
from atlas.tables import INDICATORS, UNITS, Indicator

_OF_PEOPLE = ("ménages", "emménagés récents", "majeurs")


@dataclass(frozen=True, eq=False)
class Repeated:
    """Pairs of campaigns in which answers were given again; ``size``: today's cells."""

    counted: Counts
    rules: SecrecyRules
    pairs: Sequence[_Pair]
    size: int

    @classmethod
    def of(cls, counted: Counts, kinds: Sequence[str], rules: SecrecyRules, pools: Pools) -> Repeated:
        """Find them; none where every address answered otherwise.

        Parameters
        ----------
        kinds : sequence of str
            Kinds of the cells, one after another.
        pools : mapping
            By landlord's folded name, the declared group it pools with.
        """
        size = sum(len(counted.units[name]) for name in kinds)
        return cls(counted, rules, list(_pairs(counted, kinds, pools)), size)

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
        if not self.pairs:
            return hidden
        atoms = self.counted.atoms
        own: list[str] = []
        if code is None:
            weights = np.column_stack([atoms["nb_logements"].fillna(0), responding(atoms)]).astype(np.int64)
            weights[weights[:, 1] == 0] = 0
        else:
            weights = weights_of(atoms, INDICATORS[code])
            own = own_of(INDICATORS[code])
        thresholds = self.rules.unit if code is None else self.rules.rate
        for pair in self.pairs:
            lasting = pair.copied & (pair.same(atoms[own]) if own else True)
            hidden[pair.small(open_ & ~hidden, lasting, weights, thresholds)] = True
        return hidden


@dataclass(frozen=True, eq=False)
class _Pair:
    """Two campaigns: by address, its atom in each, -1 where it was not surveyed.

    ``copied``: (addresses,), those whose whole row of answers is the same; ``holders``: who had each then and now,
    (2, addresses), -1 for nobody, landlord by landlord and, where some declare a group, as groups. ``cells``: by
    campaign, its cells; ``members``: their addresses, csr (cells, addresses), 0/1. ``rank``: of the later ones, and
    ``before``: the earlier one of the same unit, as a place among ``cells``, -1 for none. ``decided``: what was asked.
    """

    old: np.ndarray
    new: np.ndarray
    copied: np.ndarray
    holders: Sequence[np.ndarray]
    cells: tuple[np.ndarray, np.ndarray]
    members: tuple[sparse.csr_matrix, sparse.csr_matrix]
    rank: np.ndarray
    before: np.ndarray
    decided: dict[bytes, np.ndarray] = field(default_factory=dict)

    def same(self, values: pd.DataFrame) -> np.ndarray:
        """Tell the addresses of both campaigns that gave the same values, something at least, (addresses,)."""
        return _same(self.old, self.new, values)

    def small(
        self, open_: np.ndarray, lasting: np.ndarray, weights: np.ndarray, thresholds: Sequence[int]
    ) -> np.ndarray:
        """List the later cells to withhold so that nothing read of both campaigns bears on too little."""
        was, becomes = (np.where((side >= 0)[:, None], weights[side], 0) for side in (self.old, self.new))
        answered = was[:, 0] > 0, becomes[:, 0] > 0
        lasting = lasting & answered[0] & answered[1]
        shown = [np.flatnonzero(open_[cells]) for cells in self.cells]
        if not lasting.any() or not all(map(len, shown)):
            return np.zeros(0, dtype=np.int64)
        parts = (*shown, lasting, was, becomes, np.asarray(thresholds))
        asked = sha256(b"".join(part.tobytes() for part in parts)).digest()
        if asked not in self.decided:  # rates that differ in other campaigns alone
            self.decided[asked] = self.cells[1][shown[1]][~self._kept(shown, lasting, was, becomes, thresholds)]
        return self.decided[asked]

    def _kept(
        self,
        shown: Sequence[np.ndarray],
        lasting: np.ndarray,
        was: np.ndarray,
        becomes: np.ndarray,
        thresholds: Sequence[int],
    ) -> np.ndarray:
        """Tell which of the later cells shown stay so, (cells shown,)."""
        answered = was[:, 0] > 0, becomes[:, 0] > 0
        changed = answered[0] & answered[1] & ~lasting
        earlier, later = (
            sparse.csr_matrix(members[one].multiply(told[None, :]))
            for members, one, told in zip(self.members, shown, answered, strict=True)
        )
        own = np.full(len(self.cells[0]) + 1, -1)  # the last: of a unit that was not there
        own[shown[0]] = np.arange(len(shown[0]))
        heavier = np.maximum(was, becomes)
        # Levels are looked at in their own campaign: here only what holds none of who answered otherwise.
        weight = np.vstack([np.where(changed[:, None], max(thresholds), heavier), heavier])
        ranks = np.r_[np.zeros(len(shown[0]), dtype=int), self.rank[shown[1]]]
        key = np.concatenate([cells[one] for cells, one in zip(self.cells, shown, strict=True)])
        given, kept = np.arange(len(key)) < len(shown[0]), np.ones(len(key), dtype=bool)
        for holder, late in self._readings():
            late = late & changed
            figures = _figures(earlier, later, own[self.before[shown[1]]], changed, late)
            told = np.diff(figures.indptr) > 0
            used = np.flatnonzero(np.diff(figures.tocsc().indptr) > 0)
            system = System.build(
                figures[:, used],
                weight[used],
                ranks,
                released=given,
                candidates=given | (kept & told),
                key=key,
                holder=holder[used],
            )
            kept &= protect_cells(system, thresholds).published | ~told
        return kept[len(shown[0]) :]

    def _readings(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """Give who knows each level and each change, (2 x addresses,), and where the level is the later one.

        The seller of an address knows its earlier level, and its buyer the later one: everybody is in the one reading
        that holds all it knows, and in no other.
        """
        for held in self.holders:
            addresses = held.shape[1]
            first = np.where(held[0] >= 0, held[0], held[1])
            sold = (held.min(axis=0) >= 0) & (held[0] != held[1])
            for rank, one in enumerate(readings_of(held.ravel(), np.tile(np.arange(addresses), 2))):
                level = np.where(held[0] >= 0, one[:addresses], one[addresses:])
                who = np.r_[level, np.where(sold, -1, level)]
                partly = held[:, sold][held[:, sold] != level[sold]]
                whole = np.setdiff1d(level[sold] if rank else who, partly)
                yield np.where(np.isin(who, whole), who, -1), level != first


def _figures(
    earlier: sparse.csr_matrix, later: sparse.csr_matrix, own: np.ndarray, changed: np.ndarray, late: np.ndarray
) -> sparse.csr_matrix:
    """Write the figures of two campaigns over levels, then changes, csr (figures, 2 x addresses), 0/1.

    A change is the later answer less the earlier one where the level is the earlier, and the opposite where it is the
    later (``late``). A later figure is given less the earlier one of its unit (``own``, its row, -1 for none) where
    that only takes entries out: the same combinations, and totals that nest as those of one campaign do.
    """
    at = np.flatnonzero((own >= 0) & (later @ late == 0))
    at = at[earlier[own[at]].multiply(later[at]).sum(axis=1).A1 == earlier[own[at]].sum(axis=1).A1]
    less = sparse.csr_matrix((np.ones(len(at)), (at, own[at])), shape=(later.shape[0], earlier.shape[0]))
    levels = [earlier, later - less @ earlier]
    changes = [earlier.multiply(late[None, :]), later.multiply((changed & ~late)[None, :])]
    figures = sparse.hstack([sparse.vstack(levels), sparse.vstack(changes)], format="csr")
    figures.eliminate_zeros()
    return figures


def own_of(indicator: Indicator) -> list[str]:
    """Name the columns of an indicator that the row of answers of an address does not hold."""
    return [] if indicator.population in _OF_PEOPLE else [indicator.n, indicator.d]


def answers_of(atoms: pd.DataFrame) -> pd.DataFrame:
    """Give the whole row of what each address answered of its households and people, nothing as zero."""
    told = [name for one in INDICATORS.values() if one.population in _OF_PEOPLE for name in (one.n, one.d, one.m)]
    return atoms[["menages", *(name for name in told if name in atoms)]].fillna(0).astype(float)


def _pairs(counted: Counts, kinds: Sequence[str], pools: Pools) -> Iterator[_Pair]:
    """Give each pair of campaigns that have answers in common, updates among them, whatever lies in between."""
    atoms = counted.atoms
    address, names = pd.factorize(atoms["id_adresse"])
    landlords = [atoms["bailleur"], *([pooled(atoms["bailleur"], pools)] if pools else [])]
    holders = [pd.factorize(one)[0] for one in landlords]
    answers, year = answers_of(atoms), atoms["campagne"].to_numpy()
    places: dict[int, np.ndarray] = {}
    for one in np.unique(year).tolist():
        rows = np.flatnonzero(year == one)
        places[one] = np.full(len(names), -1)
        places[one][address[rows]] = rows
    # By the later of the two: what is withheld of the earlier is known by then, and gives no difference.
    for before, after in sorted(itertools.combinations(places, 2), key=itemgetter(1, 0)):
        sides = old, new = places[before], places[after]
        copied = _same(old, new, answers)
        if copied.any():
            held = [np.array([np.where(side >= 0, who[side], -1) for side in sides]) for who in holders]
            told = [_shown_at(counted, kinds, one, places[one]) for one in (before, after)]
            (cells, ids, _, members), (later, later_ids, rank, theirs) = told
            same_unit = pd.Index(ids).get_indexer(pd.Index(later_ids))
            yield _Pair(old, new, copied, held, (cells, later), (members, theirs), rank, same_unit)


def _same(old: np.ndarray, new: np.ndarray, values: pd.DataFrame) -> np.ndarray:
    given = values.fillna(0).to_numpy(float)
    both = (old >= 0) & (new >= 0)
    return both & (given[old] == given[new]).all(axis=1) & (given[new] != 0).any(axis=1)


def _shown_at(
    counted: Counts, kinds: Sequence[str], year: int, atoms: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, sparse.csr_matrix]:
    """Give the cells of a campaign, the name and the rank of each, and their 0/1 matrix over addresses."""
    held = np.flatnonzero(atoms >= 0)
    width = len(counted.atoms)
    place = sparse.csr_matrix((np.ones(len(held)), (atoms[held], held)), shape=(width, len(atoms)))
    cells, names, ranks, members, start = [], [], [], [], 0
    for kind in kinds:
        table = counted.units[kind]
        rows = np.flatnonzero(table["campagne"] == year)
        cells.append(rows + start)
        names.append(f"{kind}\n" + table["id"].to_numpy(object)[rows])
        ranks.append(np.full(len(rows), UNITS[kind].rank))
        members.append(sparse.csr_matrix(counted.membership[kind])[rows] @ place)
        start += len(table)
    matrix = sparse.csr_matrix(sparse.vstack(members))
    return np.concatenate(cells), np.concatenate(names), np.concatenate(ranks), matrix
