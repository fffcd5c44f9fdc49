"""Figures of two campaigns on the same answers: what their difference bears on, and the later figures to withhold.

In: counts of two campaigns that follow each other. Out: today's cells whose later figure, less the earlier one, bears
on fewer dwellings, households or answers than the thresholds.

A landlord may deliver again, two years later, what it had answered. An address whose whole row of answers is the same
in both campaigns leaves the difference of two totals; what is left is those that entered, left or answered otherwise.
One that answered nothing at all is no answer repeated: it weighs nothing, as everywhere.

Who subtracts may be a landlord: it knows what its own addresses answered in both campaigns, and takes that out too.
One pass over the addresses of each pair of campaigns: time grows with their number.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from atlas.protect.audiences import Pools, pooled
from atlas.protect.ground import Counts
from atlas.protect.rules import SecrecyRules
from atlas.protect.weights import responding, weights_of
from atlas.tables import INDICATORS, Indicator

_OF_PEOPLE = ("ménages", "emménagés récents", "majeurs")


@dataclass(frozen=True)
class Withheld:
    """``rows``: (cells,), cells that show nothing; ``rates``: by indicator, (cells,), cells that hide that rate."""

    rows: np.ndarray
    rates: dict[str, np.ndarray]


def repeated(counted: Counts, kinds: Sequence[str], rules: SecrecyRules, pools: Pools) -> Withheld:
    """Find the later figures whose difference with the campaign before bears on too little.

    Parameters
    ----------
    kinds : sequence of str
        Kinds of the cells, one after another.
    pools : mapping
        By landlord's folded name, the declared group it pools with.
    """
    size = sum(len(counted.units[name]) for name in kinds)
    found = Withheld(np.zeros(size, dtype=bool), {code: np.zeros(size, dtype=bool) for code in INDICATORS})
    atoms = counted.atoms
    holders = [atoms["bailleur"].astype("str"), *([pooled(atoms["bailleur"], pools)] if pools else [])]
    base = np.column_stack([atoms["nb_logements"].fillna(0), responding(atoms)]).astype(np.int64)
    base[base[:, 1] == 0] = 0
    weights = {code: weights_of(atoms, one) for code, one in INDICATORS.items()}
    for pair in _pairs(atoms):
        copied = pair.same(_answers(atoms))
        if not copied.any():
            continue
        units = list(_units(counted, kinds, pair))
        known = [pair.known(one) for one in holders]
        households = copied & pair.same(atoms[["menages"]])
        found.rows[_small(units, pair, ~households, base, rules.unit, known)] = True
        for code, one in INDICATORS.items():
            unchanged = copied if one.population in _OF_PEOPLE else copied & pair.same(atoms[[one.n, one.d]])
            found.rates[code][_small(units, pair, ~unchanged, weights[code], rules.rate, known)] = True
    return found


@dataclass(frozen=True, eq=False)
class _Pair:
    """Two campaigns: by address, its atom in each, -1 where it was not surveyed."""

    old: np.ndarray
    new: np.ndarray
    years: tuple[int, int]

    def same(self, values: pd.DataFrame) -> np.ndarray:
        """Tell the addresses of both campaigns that gave the same values, something at least, (addresses,)."""
        given = values.fillna(0).to_numpy(float)
        both = (self.old >= 0) & (self.new >= 0)
        return both & (given[self.old] == given[self.new]).all(axis=1) & (given[self.new] != 0).any(axis=1)

    def heaviest(self, weights: np.ndarray) -> np.ndarray:
        """Weigh each address by the heavier of its campaigns, (addresses, measures)."""
        sides = (np.where((side >= 0)[:, None], weights[side], 0) for side in (self.old, self.new))
        return np.maximum(*sides)

    def known(self, holder: pd.Series) -> sparse.csr_matrix:
        """Give the addresses that each holder had whenever they were surveyed, (addresses, holders)."""
        code = pd.factorize(holder)[0]
        old, new = (np.where(side >= 0, code[side], -1) for side in (self.old, self.new))
        kept = np.where(self.old < 0, new, np.where(self.new < 0, old, np.where(old == new, old, -1)))
        rows = np.flatnonzero(kept >= 0)
        shape = (len(kept), int(code.max(initial=-1)) + 1)
        return sparse.csr_matrix((np.ones(len(rows)), (rows, kept[rows])), shape=shape)


def _pairs(atoms: pd.DataFrame) -> Iterator[_Pair]:
    """Give each pair of campaigns that follow each other."""
    address, names = pd.factorize(atoms["id_adresse"])
    year = atoms["campagne"].to_numpy()
    places = {}
    for one in np.unique(year):
        places[int(one)] = np.full(len(names), -1)
        rows = np.flatnonzero(year == one)
        places[int(one)][address[rows]] = rows
    for before, after in itertools.pairwise(places):
        yield _Pair(places[before], places[after], (before, after))


def _answers(atoms: pd.DataFrame) -> pd.DataFrame:
    """Give the whole row of what the people of each address answered."""
    told = [name for one in INDICATORS.values() if one.population in _OF_PEOPLE for name in _of(one) if name in atoms]
    return atoms[["menages", *told]]


def _of(one: Indicator) -> tuple[str, str, str]:
    return one.n, one.d, one.m


def _units(
    counted: Counts, kinds: Sequence[str], pair: _Pair
) -> Iterator[tuple[np.ndarray, sparse.csr_matrix, sparse.csr_matrix]]:
    """Give, by kind, the cells of units of both campaigns, (units,), and their addresses then and in either."""
    start = 0
    for name in kinds:
        table = counted.units[name]
        rows = [np.flatnonzero(table["campagne"] == year) for year in pair.years]
        was, becomes = (table["id"].to_numpy(object)[row] for row in rows)
        _, mine, its = np.intersect1d(was, becomes, return_indices=True)
        matrix = sparse.csr_matrix(counted.membership[name])
        then, now = (
            _over(matrix[row[at]], atoms)
            for row, at, atoms in zip(rows, (mine, its), (pair.old, pair.new), strict=True)
        )
        yield start + rows[1][its], then, (then + now).minimum(1)
        start += len(table)


def _over(members: sparse.csr_matrix, atoms: np.ndarray) -> sparse.csr_matrix:
    """Turn the columns of a 0/1 matrix from atoms of one campaign to addresses."""
    held = np.flatnonzero(atoms >= 0)
    place = sparse.csr_matrix((np.ones(len(held)), (atoms[held], held)), shape=(members.shape[1], len(atoms)))
    return (members @ place).tocsr()


def _small(
    units: Sequence[tuple[np.ndarray, sparse.csr_matrix, sparse.csr_matrix]],
    pair: _Pair,
    changed: np.ndarray,
    weights: np.ndarray,
    thresholds: Sequence[int],
    known: Sequence[sparse.csr_matrix],
) -> np.ndarray:
    """List the cells whose change bears, for anybody or for a holder, on something under a threshold."""
    heaviest = pair.heaviest(weights)
    moved, lasting = heaviest * changed[:, None], heaviest * ~changed[:, None]
    earlier = np.where((pair.old >= 0)[:, None], weights[pair.old], 0)
    found = []
    for cells, then, either in units:
        small = np.zeros(len(cells), dtype=bool)
        # Where nobody answered alike, the difference bears on all that each figure bears on.
        told = (either @ lasting > 0).any(axis=1)
        for measure, limit in enumerate(thresholds):
            told &= then @ earlier[:, measure] >= limit  # what was masked then is subtracted by nobody
            apart = either.multiply(moved[:, measure]).tocsr()
            whole = np.asarray(apart.sum(axis=1)).ravel()
            small |= (whole > 0) & (whole < limit)
            for one in known:
                theirs = (apart @ one).tocoo()
                left = whole[theirs.row] - theirs.data
                small[theirs.row[(left > 0) & (left < limit)]] = True
        found.append(cells[small & told])
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)
