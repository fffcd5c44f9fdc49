"""What published figures fix, whatever the way: small masked units whose count could be no other, and what to mask so
that it could.

In: counts, what masked editions would show of them. Out: by sensitive rate, the cells that stay open.
:mod:`atlas.protect.pinned` masks what subtraction between bounds fixes; here every total of every campaign is put
together, with the counts that bound one another, in whole numbers. The reader is supposed to know every denominator.

Each small masked unit must have another possible count than its own (:mod:`atlas.protect.otherwise`). One that has none
is fixed by what stands around it: the smallest figure without which it is in doubt is masked, and it is asked again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from atlas.later import sparse
from atlas.protect.answered import delivered_again, own_of, versions
from atlas.protect.before import given
from atlas.protect.ground import Ground
from atlas.protect.known import Known
from atlas.protect.links import changes, counts_of, linked, together
from atlas.protect.otherwise import otherwise, varies
from atlas.protect.pinned import Bounded, Parts, unpinned
from atlas.protect.rules import Scale, SecrecyRules
from atlas.protect.spans import bounds_of
from atlas.tables import Indicator

_NARROW = 1_000  # entries of the totals of which what lies beside may be masked too
_TRIALS = 8  # figures tried one by one before the smallest is masked untried


@dataclass(frozen=True, eq=False)
class Reading:
    """Sums of one indicator of which a reader knows bounds: ``rows``, csr (sums, atoms of today); (sums,) each."""

    code: str
    rows: sparse.csr_matrix
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True, eq=False)
class Cells:
    """Today's cells, kind after kind: ``tables``, ``kind`` (cells,), ``membership`` csr (cells, atoms)."""

    ground: Ground
    tables: pd.DataFrame
    kind: np.ndarray
    membership: sparse.csr_matrix
    same: np.ndarray

    @classmethod
    def of(cls, ground: Ground, kinds: Sequence[str]) -> Cells:
        """Stack them."""
        counted = ground.counted
        tables = pd.concat([counted.units[name] for name in kinds], ignore_index=True)
        matrix = sparse.vstack([sparse.csr_matrix(counted.membership[name]) for name in kinds], format="csr")
        # Cells of the same atoms are one figure: sums of fixed pseudo-random numbers tell sets apart.
        numbers = np.random.default_rng(0).integers(1, 1 << 40, matrix.shape[1])
        same = np.unique(matrix.astype(np.int64) @ numbers, return_inverse=True)[1]
        return cls(ground, tables, ground.kind[ground.kind != ""], matrix.astype(float), same)

    @property
    def atoms(self) -> pd.DataFrame:
        """Addresses of every campaign."""
        return self.ground.counted.atoms

    @property
    def dwellings(self) -> np.ndarray:
        """Dwellings of each address, (atoms,)."""
        return self.atoms["nb_logements"].fillna(0).to_numpy(float)

    def small(self, indicator: Indicator, rules: SecrecyRules) -> np.ndarray:
        """Find the cells that fewer dwellings than the threshold answered, and somebody did, (cells,)."""
        answered = (self.atoms[indicator.d] > 0).to_numpy()
        size = self.membership @ np.where(answered, self.dwellings, 0)
        return (size < rules.dwellings) & (self.membership @ answered > 0)


def loosened(cells: Cells, shown: Mapping[str, np.ndarray], rules: SecrecyRules, scale: Scale) -> dict[str, np.ndarray]:
    """Mask, of each sensitive rate, what fixes the count of a small masked unit exactly.

    Parameters
    ----------
    shown : mapping of ndarray of bool, (cells,)
        By indicator, the cells that would be published.

    Returns
    -------
    dict of ndarray of bool
        By sensitive indicator, the cells that stay open.
    """
    kept = _unpinned(cells, shown, rules, scale)
    for indicators in together():
        system = _System(cells, indicators, kept, rules, scale)
        for code, victims in system.victims():
            kept[code] &= ~np.isin(cells.same, cells.same[victims])
    return kept


def telling(
    cells: Cells, shown: Mapping[str, np.ndarray], readings: Reading, rules: SecrecyRules, scale: Scale
) -> np.ndarray:
    """Find the readings to take back, for a small masked unit would be fixed with them, (sums,)."""
    indicators = next(one for one in together() if any(i.code == readings.code for i in one))
    system = _System(cells, indicators, shown, rules, scale, readings)
    back = np.zeros(len(readings.low), dtype=bool)
    for _, victims in system.victims():
        back[victims - len(cells.kind)] = True
    return back


def _unpinned(
    cells: Cells, shown: Mapping[str, np.ndarray], rules: SecrecyRules, scale: Scale
) -> dict[str, np.ndarray]:
    """Mask first what subtraction between bounds is enough to fix: campaign by campaign, rate by rate."""
    sensitive = [indicator for group in together() for indicator in group]
    kept = {indicator.code: shown[indicator.code].copy() for indicator in sensitive}
    shares = [indicator for indicator in sensitive if indicator.unit == "%"]
    bounds = {indicator.code: bounds_of(cells.tables, indicator, rules, scale) for indicator in shares}
    for campaign in cells.atoms["campagne"].unique():
        rows = np.flatnonzero(cells.tables["campagne"] == campaign)
        atoms = np.flatnonzero(cells.atoms["campagne"] == campaign)
        parts = Parts(cells.membership[rows][:, atoms], cells.kind[rows], cells.dwellings[atoms])
        for indicator in shares:
            caps = cells.atoms[indicator.d].fillna(0).to_numpy(float)[atoms]
            low, high = (side[rows] for side in bounds[indicator.code])
            rate = Bounded(kept[indicator.code][rows], low, high, caps)
            small = cells.small(indicator, rules)[rows]
            kept[indicator.code][rows] = unpinned(parts, rate, small)
    return kept


class _System:
    """All that a reader knows of indicators that bound one another, over every campaign.

    Unknowns: the counts, ``len(indicators)`` by address, once for the campaigns in which it answered the very same:
    ``home``, csr (addresses, unknown addresses). What earlier editions gave of them cannot be taken back.
    ``cell``: (rows,), the figure to mask to take a row back: a cell, or the number of cells plus that of a reading; -1
    for what cannot be.
    """

    def __init__(
        self,
        cells: Cells,
        indicators: Sequence[Indicator],
        shown: Mapping[str, np.ndarray],
        rules: SecrecyRules,
        scale: Scale,
        readings: Reading | None = None,
    ) -> None:
        self.cells, self.indicators = cells, indicators
        width, others = len(indicators), rules.people - 1
        before = given(cells.ground, indicators)
        names = before.atoms.columns
        own = [name for indicator in indicators for name in own_of(indicator)]
        version = versions(cells.ground, own)[: len(cells.atoms)]
        first, home = np.unique(delivered_again(cells.atoms, version, rules.redelivered), return_inverse=True)
        atoms = pd.concat([cells.atoms[names].iloc[first], before.atoms], ignore_index=True)
        home = np.r_[home, len(first) + np.arange(len(before.atoms))]
        self.home = sparse.csr_matrix((np.ones(len(home)), (np.arange(len(home)), home)))
        self.before = any(len(low) for told in before.told.values() for _, low, _ in told)
        sides = [counts_of(i, atoms[i.n].to_numpy(float), atoms[i.d].to_numpy(float), others) for i in indicators]
        count, most, whole = (np.array(side) for side in zip(*sides, strict=True))
        self.size = width * len(atoms)
        rows, low, high, cell, rank_of, masked = [], [], [], [], [], []
        for rank, indicator in enumerate(indicators):
            open_ = np.flatnonzero(shown[indicator.code])
            bounds = bounds_of(cells.tables, indicator, rules, scale)
            rows.append(self._counted(cells.membership[open_], rank))
            low.append(bounds[0][open_])
            high.append(bounds[1][open_])
            cell.append(open_ if readings is None else np.full(len(open_), -1))
            rank_of.append(np.full(len(open_), rank))
            small = np.flatnonzero(cells.small(indicator, rules) & ~shown[indicator.code])
            masked.append(self._counted(cells.membership[small], rank))
            if readings is not None and readings.code == indicator.code:
                rows.append(self._counted(readings.rows, rank))
                low.append(readings.low)
                high.append(readings.high)
                cell.append(len(cells.kind) + np.arange(len(readings.low)))
                rank_of.append(np.full(len(readings.low), rank))
            for held, least, largest in before.told[indicator.code]:
                rows.append(self._counted(held, rank))
                low.append(least)
                high.append(largest)
                cell.append(np.full(len(least), -1))
                rank_of.append(np.full(len(least), rank))
        for where, terms, bound in linked([i.code for i in indicators], count, whole, others):
            parts = [self._spread(_chosen(where, len(atoms), float(value)), rank) for rank, value in terms.items()]
            rows.append(sum(parts[1:], parts[0]))
            low.append(np.full(len(where), -np.inf))
            high.append(bound)
            cell.append(np.full(len(where), -1))
            rank_of.append(np.full(len(where), -1))
        then = np.flatnonzero(before.today >= 0)
        today, past = home[before.today[then]], len(first) + then
        for rank in range(width):  # what came in addition is at most what answered in addition
            now, was = (_chosen(at, len(atoms), 1.0) for at in (today, past))
            grown = whole[rank, past] < whole[rank, today]
            rows.append(self._spread((now - was)[grown], rank))
            low.append(np.zeros(np.count_nonzero(grown)))
            high.append((most[rank, today] - most[rank, past])[grown])
            cell.append(np.full(np.count_nonzero(grown), -1))
            rank_of.append(np.full(np.count_nonzero(grown), -1))
        step = np.array([1.0 if indicator.unit == "%" else others for indicator in indicators])
        self.cell, self.rank = np.concatenate(cell), np.concatenate(rank_of)
        matrix, truth = sparse.vstack(rows, format="csr"), count.T.ravel()
        total = matrix @ truth
        self.known = Known(
            matrix,
            np.minimum(np.concatenate(low), total),
            np.maximum(np.concatenate(high), total),
            truth,
            most.T.ravel(),
            np.tile(step, len(atoms)),
            changes([indicator.code for indicator in indicators]),
        )
        self.masked = sparse.vstack(masked, format="csr")

    def victims(self) -> list[tuple[str, np.ndarray]]:
        """Choose what to mask, by indicator, until no small masked unit is fixed by what can be masked."""
        found: list[tuple[str, np.ndarray]] = []
        for unit in np.flatnonzero(~otherwise(self.known, self.masked)):
            if self._given_away(self.masked[[unit]]):
                continue
            while len(rows := self._row_to_mask(self.masked[[unit]])):
                self.known.forget(rows)
                found.append((self.indicators[self.rank[rows[0]]].code, self.cell[rows]))
        return found

    def _given_away(self, unit: sparse.csr_matrix) -> bool:
        """Tell whether a unit is fixed by what earlier editions gave, whatever is masked now."""
        if not self.before:
            return False
        possible = np.flatnonzero(self.cell >= 0)
        room = self.known.forget(possible)
        fixed = not varies(self.known, unit)
        self.known.recall(possible, room)
        return fixed

    def _row_to_mask(self, unit: sparse.csr_matrix) -> np.ndarray:
        """Find the rows of the smallest figure without which a fixed unit is in doubt; none where it is already."""
        if varies(self.known, unit):
            return np.zeros(0, dtype=np.int64)
        candidates = self._near(unit)
        for row in candidates[:_TRIALS]:
            same = self._alike(row)
            room = self.known.forget(same)
            if varies(self.known, unit):
                return same
            self.known.recall(same, room)
        return self._alike(candidates[0]) if len(candidates) else candidates

    def _near(self, unit: sparse.csr_matrix) -> np.ndarray:
        """List the rows that can be masked around a unit, those that hold it first, then the lighter."""
        mine = self.known.holding(unit.indices)
        near = mine[self.known.size[mine] <= _NARROW]
        beside = np.union1d(mine, self.known.holding(np.unique(self.known.rows[near].indices)))
        possible = beside[self.cell[beside] >= 0]
        weight = self.known.rows[possible] @ self.known.most
        return possible[np.lexsort((possible, weight, ~np.isin(possible, mine)))]

    def _alike(self, row: int) -> np.ndarray:
        """Find the rows that tell the same figure."""
        if self.cell[row] >= len(self.cells.same):
            return np.array([row])
        mine = (self.rank == self.rank[row]) & (self.cell >= 0) & (self.cell < len(self.cells.same))
        rows = np.flatnonzero(mine)
        return rows[self.cells.same[self.cell[rows]] == self.cells.same[self.cell[row]]]

    def _counted(self, rows: sparse.csr_matrix, rank: int) -> sparse.csr_matrix:
        """Write rows over addresses, today's and then those of before, as rows over the counts of one indicator."""
        return self._spread(sparse.csr_matrix(rows @ self.home[: rows.shape[1]]), rank)

    def _spread(self, rows: sparse.csr_matrix, rank: int) -> sparse.csr_matrix:
        """Write rows over what was answered as rows over the counts of one indicator."""
        width = len(self.indicators)
        return sparse.csr_matrix(
            (rows.data.astype(float), rows.indices * width + rank, rows.indptr), shape=(rows.shape[0], self.size)
        )


def _chosen(where: np.ndarray, width: int, value: float) -> sparse.csr_matrix:
    """Make one row by column chosen, with one value."""
    return sparse.csr_matrix((np.full(len(where), value), (np.arange(len(where)), where)), shape=(len(where), width))
