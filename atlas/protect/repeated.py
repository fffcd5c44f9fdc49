"""Figures of two campaigns on the same answers: what their differences bear on, and the later figures to withhold.

In: counts of two campaigns, and the cells open at both. Out: the later cells without which no addition nor subtraction
of differences bears on fewer dwellings, households or answers than the thresholds.

A landlord may deliver again, two years later, what it had answered. An address whose whole row of answers is the same
in both campaigns leaves the difference of two totals; what is left is those that entered, left or answered otherwise.
These differences are a system of their own, which :mod:`atlas.secrecy` protects as any other, from each landlord too:
it knows what its own addresses answered both times. One that answered nothing at all is no answer repeated: it weighs
nothing, as everywhere. A quarter of the list before is set beside today's where they share addresses.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from operator import itemgetter

import numpy as np
import pandas as pd

from atlas.later import sparse
from atlas.protect.audiences import Pools, pooled
from atlas.protect.ground import Counts, safe_for_all
from atlas.protect.rules import SecrecyRules
from atlas.protect.weights import responding, weights_of
from atlas.secrecy import Pattern, System
from atlas.tables import INDICATORS, UNITS, Indicator
from atlas.tables.updates import KIND

_OF_PEOPLE = ("ménages", "emménagés récents", "majeurs")
# Units that another kind goes on from, under another name.
_FOLLOWING = {
    "quartiers_avant": ("quartiers",),
    "residences": (KIND,),
    KIND: (KIND, "residences"),
}


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

    ``copied``: (addresses,), those whose whole row of answers is the same; ``holder``, ``pool``: who had each whenever
    it was surveyed, -1 for nobody. ``cells``: (units, 2), of each unit of both campaigns, with their ``key`` and
    ``rank``; ``then``, ``now``: csr (units, addresses), 0/1. ``every``, ``levels``: each cell of either campaign, and
    its addresses, csr (cells, addresses).
    """

    old: np.ndarray
    new: np.ndarray
    copied: np.ndarray
    holder: np.ndarray
    pool: np.ndarray | None
    cells: np.ndarray
    key: np.ndarray
    rank: np.ndarray
    then: sparse.csr_matrix
    now: sparse.csr_matrix
    every: np.ndarray
    levels: sparse.csr_matrix

    def same(self, values: pd.DataFrame) -> np.ndarray:
        """Tell the addresses of both campaigns that gave the same values, something at least, (addresses,)."""
        return _same(self.old, self.new, values)

    def small(
        self, open_: np.ndarray, lasting: np.ndarray, weights: np.ndarray, thresholds: Sequence[int]
    ) -> np.ndarray:
        """List the later cells to withhold so that no difference bears on too little."""
        was, becomes = (np.where((side >= 0)[:, None], weights[side], 0) for side in (self.old, self.new))
        weight = np.maximum(was, becomes)
        answered = weight[:, 0] > 0
        shown = open_[self.cells].all(axis=1)
        then, now = self.then[shown], self.now[shown]
        stays = then.multiply(now)
        repeated = stays @ (answered & lasting) > 0
        if not repeated.any():
            return np.zeros(0, dtype=np.int64)
        # Who entered, left, or stayed and answered otherwise; two are one cell where they share all that changed.
        differs = then + now - stays - stays.multiply((answered & lasting)[None, :])
        differs = sparse.csr_matrix(differs.multiply(answered[None, :]))
        differs.eliminate_zeros()
        changed = np.diff(differs.indptr) > 0
        otherwise = (was[:, 0] > 0) & (becomes[:, 0] > 0) & ~lasting
        levels = self._read(open_, answered, otherwise, np.diff(differs.tocsc().indptr) > 0)
        for read in (levels, levels[:0]):
            pattern = self._pattern(differs, read, shown, weight, thresholds)
            if not pattern.unprotectable:
                break  # what earlier editions give away within a campaign is no fault of a difference
        return self.cells[shown][changed & ~pattern.published[: len(changed)], 1]

    def _pattern(
        self,
        differs: sparse.csr_matrix,
        read: sparse.csr_matrix,
        shown: np.ndarray,
        weight: np.ndarray,
        thresholds: Sequence[int],
    ) -> Pattern:
        """Mask differences, csr (units shown, addresses), beside what is ``read`` already."""
        rows = sparse.vstack([differs, read], format="csr")
        kept = np.flatnonzero(np.diff(rows.tocsc().indptr) > 0)
        given = np.arange(rows.shape[0]) >= differs.shape[0]
        system = System.build(
            rows[:, kept],
            weight[kept],
            np.r_[self.rank[shown], np.zeros(read.shape[0], dtype=int)],
            released=given,
            candidates=given | (np.diff(rows.indptr) > 0),
            key=np.r_[self.key[shown], np.arange(read.shape[0]).astype(str)],
            holder=self.holder[kept],
        )
        return safe_for_all(system, () if self.pool is None else (self.pool[kept],), thresholds)

    def _read(
        self, open_: np.ndarray, answered: np.ndarray, otherwise: np.ndarray, held: np.ndarray
    ) -> sparse.csr_matrix:
        """Give the figures of either campaign that read what differences hold, csr (figures, addresses).

        That is where none of their addresses answered ``otherwise``: of those that entered or left, whoever reads them
        takes them out of a difference.
        """
        levels = sparse.csr_matrix(self.levels[open_[self.every]].multiply(answered[None, :]))
        levels.eliminate_zeros()
        levels = levels[(levels @ otherwise == 0) & (np.diff(levels.indptr) > 0)]
        # Alone, they are safe already: only what reaches a difference, however many figures away, matters.
        near = held
        while True:
            reaching = levels @ near > 0
            wider = held | (reaching @ levels > 0)
            if (wider == near).all():
                return levels[reaching]
            near = wider


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
    year = atoms["campagne"].to_numpy()
    places: dict[int, np.ndarray] = {}
    for one in np.unique(year).tolist():
        rows = np.flatnonzero(year == one)
        places[one] = np.full(len(names), -1)
        places[one][address[rows]] = rows
    answers = answers_of(atoms)
    # By the later of the two: what is withheld of the earlier is known by then, and gives no difference.
    for before, after in sorted(itertools.combinations(places, 2), key=itemgetter(1, 0)):
        old, new = places[before], places[after]
        copied = _same(old, new, answers)
        if copied.any():
            holder = _kept(old, new, pd.factorize(atoms["bailleur"])[0])
            pool = _kept(old, new, pd.factorize(pooled(atoms["bailleur"], pools))[0]) if pools else None
            units = _units(counted, kinds, (before, after), (old, new))
            yield _Pair(old, new, copied, holder, pool, *units)


def _same(old: np.ndarray, new: np.ndarray, values: pd.DataFrame) -> np.ndarray:
    given = values.fillna(0).to_numpy(float)
    both = (old >= 0) & (new >= 0)
    return both & (given[old] == given[new]).all(axis=1) & (given[new] != 0).any(axis=1)


def _kept(old: np.ndarray, new: np.ndarray, holder: np.ndarray) -> np.ndarray:
    """Name who had each address whenever it was surveyed, -1 where it passed from one to another."""
    first, second = (np.where(side >= 0, holder[side], -1) for side in (old, new))
    return np.where(old < 0, second, np.where(new < 0, first, np.where(first == second, first, -1)))


def _units(
    counted: Counts, kinds: Sequence[str], years: tuple[int, int], sides: tuple[np.ndarray, np.ndarray]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, sparse.csr_matrix, sparse.csr_matrix, np.ndarray, sparse.csr_matrix]:
    """Give the units of both campaigns, cells, key, rank, and addresses at each; then every cell of either."""
    starts = dict(zip(kinds, np.cumsum([0, *(len(counted.units[name]) for name in kinds)]).tolist(), strict=False))
    cells, keys, ranks, then, now = [], [], [], [], []
    every, levels = [], []
    for name in kinds:
        for year, side in zip(years, sides, strict=True):
            rows, members = _at(counted, name, year, side)
            every.append(rows + starts[name])
            levels.append(members)
        rows, members = every[-2] - starts[name], levels[-2]
        following = _FOLLOWING.get(name, ())
        for other in (one for one in dict.fromkeys((name, *following)) if one in kinds):
            later, theirs = _at(counted, other, years[1], sides[1])
            was, becomes = (
                counted.units[kind]["id"].to_numpy(object)[at] for kind, at in ((name, rows), (other, later))
            )
            if other not in following:
                _, mine, its = np.intersect1d(was, becomes, return_indices=True)
            else:
                mine, its = (members @ theirs.T).nonzero()
            cells.append(np.column_stack([rows[mine] + starts[name], later[its] + starts[other]]))
            ids = was[mine], becomes[its]
            keys += [f"{name}\n{first}\n{other}\n{second}" for first, second in zip(*ids, strict=True)]
            ranks += [UNITS[other].rank] * len(mine)
            then.append(members[mine])
            now.append(theirs[its])
    was, becomes, whole = (sparse.vstack(one, format="csr") for one in (then, now, levels))
    return np.concatenate(cells), np.array(keys), np.array(ranks), was, becomes, np.concatenate(every), whole


def _at(counted: Counts, kind: str, year: int, atoms: np.ndarray) -> tuple[np.ndarray, sparse.csr_matrix]:
    """Give the rows of a kind at a campaign, and their 0/1 matrix over addresses."""
    rows = np.flatnonzero(counted.units[kind]["campagne"] == year)
    held = np.flatnonzero(atoms >= 0)
    matrix = sparse.csr_matrix(counted.membership[kind])
    place = sparse.csr_matrix((np.ones(len(held)), (atoms[held], held)), shape=(matrix.shape[1], len(atoms)))
    return rows, sparse.csr_matrix(matrix[rows] @ place)
