"""Counts that bound one another: what all published figures of a build fix together, whatever the indicator.

Grain in: editions that one reader holds, with the evidence of their build. Grain out: one row per masked unit under the
threshold and sensitive rate of which no other count than the true one agrees with everything.

The reader is taken to know every denominator, and what anybody knows of a household: under 20 % of a ceiling it is
under 40 % of it, with three children it is four people at least. A reading of recent movers on a wider perimeter is a
bound of its sum. Nothing is taken on trust: an answer that agrees with every figure and differs at the unit is shown,
or the unit is fixed. Written apart from the engine, on purpose: its own reading of labels, its own list of what is
known (never that of :mod:`atlas.tables.relations`: a slip there would be no slip here), its own search.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from atlas.audit.alike import delivered_again
from atlas.audit.attack import Limits
from atlas.audit.elsewhere import bounds_read
from atlas.audit.holdings import Holding, people_supposed
from atlas.audit.labels import counts_of
from atlas.audit.read_sums import Tagged
from atlas.audit.solver import spread
from atlas.later import sparse
from atlas.tables import INDICATORS
from atlas.tables.wider import RECENT

GROUPS = (
    ("inf20", "inf40", "inf60", "inf100", RECENT),
    ("seuls", "monoparentales", "familles_3", "occupants"),
    ("moins_30", "plus_65"),
)
# Of each household: counts times these, at most so many (the second number) by household that answered.
_TRUISMS: tuple[tuple[Mapping[str, int], int], ...] = (
    ({"inf20": 1, "inf40": -1}, 0),
    ({"inf40": 1, "inf60": -1}, 0),
    ({"inf60": 1, "inf100": -1}, 0),
    ({RECENT: 1, "inf40": -1}, 0),
    ({"seuls": 1, "monoparentales": 1}, 1),
    ({"seuls": 1, "familles_3": 1}, 1),
    ({"monoparentales": 1, "occupants": -1}, 0),
    ({"familles_3": 3, "occupants": -1}, 0),
    ({"familles_3": 2, "seuls": -1, "occupants": -1}, -1),
    ({"moins_30": 1, "plus_65": 1}, 1),
)
_WIDTHS = (50, 150, np.inf)  # entries of the totals through which a search goes on, wider each time
_TURNS = 4
_HOPS = 2
_Found = tuple[int, str, str, str, int, int, int, bool]
_Bounded = tuple["sparse.csr_matrix", np.ndarray, np.ndarray]


def fixed_together(holdings: Sequence[Holding], limits: Limits) -> Iterator[_Found]:
    """List the masked small units that are fixed, as rows of :data:`atlas.audit.pinned.COLUMNS`.

    Parameters
    ----------
    holdings : sequence of Holding
        The first is the one audited; its evidence gives the true counts.
    """
    if holdings[0].evidence is None:
        return
    for codes in GROUPS:
        ground = _Ground(holdings, codes)
        names, matrix = ground.targets(limits)
        counts = (matrix @ ground.truth).astype(int)
        for place in np.flatnonzero(~ground.otherwise(matrix)):
            yield (*names[place], counts[place], counts[place], True)


class _Ground:
    """Unknown counts of every campaign and address, one per indicator, and all that bounds them.

    An address whose answers were delivered twice is one of both campaigns; one that an earlier edition counted
    otherwise, or that has left, is one more: as it was counted then.
    """

    def __init__(self, holdings: Sequence[Holding], codes: Sequence[str]) -> None:
        self.holdings, self.codes = holdings, codes
        self.columns: dict[object, int] = {}
        self.aside: list[dict[object, int]] = []
        self.counts: list[tuple[tuple[int, int], ...]] = []
        years = holdings[0].written.campaigns
        known = [_counted(one, codes, years) for one in holdings]
        twice, seen = delivered_again(holdings[0]), dict[object, int]()
        for year in years:
            for atom in holdings[0].ground.at(year).dwellings:
                name = twice.get((year, atom))
                if name in seen:
                    self.columns[year, atom] = seen[name]
                    continue
                if name is not None:
                    seen[name] = len(self.counts)
                self._add(self.columns, (year, atom), known[0])
        for holding, told in zip(holdings, known, strict=True):
            mine: dict[object, int] = {}
            if holding.evidence is not None and holding.evidence is not holdings[0].evidence:
                for year in years:
                    for atom in holding.ground.at(year).dwellings:
                        tagged = (year, atom)
                        if tagged not in self.columns or told.get(tagged) != known[0].get(tagged):
                            self._add(mine, tagged, told)
            self.aside.append(mine)
        self.size = len(self.counts)
        numbers = np.array(self.counts, dtype=float).reshape(self.size, len(codes), 2)
        counts, self.whole = numbers[:, :, 0].T, numbers[:, :, 1].T
        most = []
        for rank, code in enumerate(codes):
            share = INDICATORS[code].unit == "%"
            if not share:
                counts[rank] = np.maximum(counts[rank] - self.whole[rank], 0)
            most.append(self.whole[rank] * (1 if share else people_supposed(holdings[0]) - 1))
        self.truth = counts.ravel()
        self.most = np.maximum(np.concatenate(most), self.truth)
        rows = [*self._published(), *self._known(counts), *self._readings(), *self._grown()]
        self.rows = sparse.vstack([row for row, _, _ in rows], format="csr")
        low, high = (np.concatenate([one[side] for one in rows]) for side in (1, 2))
        total = self.rows @ self.truth
        true = (low <= total) & (total <= high)  # a figure that its answers do not give is left out
        self.rows, self.down, self.up = self.rows[true], (total - low)[true], (high - total)[true]

    def _add(
        self, columns: dict[object, int], tagged: Tagged, told: Mapping[Tagged, tuple[tuple[int, int], ...]]
    ) -> None:
        columns[tagged] = len(self.counts)
        self.counts.append(told.get(tagged, ((0, 0),) * len(self.codes)))

    def _places(self, build: int, year: int) -> dict[object, int]:
        """Give the column of each address of a campaign, as an edition counted it."""
        return {
            atom: self.aside[build].get((year, atom), self.columns.get((year, atom), -1))
            for atom in self.holdings[build].ground.at(year).dwellings
        }

    def targets(self, limits: Limits) -> tuple[list[tuple[int, str, str, str, int]], sparse.csr_matrix]:
        """Give the masked units under the threshold, each with its dwellings, and their rows, csr (units, counts)."""
        first = self.holdings[0]
        names: list[tuple[int, str, str, str, int]] = []
        blocks = [sparse.csr_matrix((0, len(self.truth)))]
        for rank, code in enumerate(self.codes):
            for year in first.written.campaigns:
                places = first.ground.at(year)
                masked = [(kind, unit, places.of(kind, unit)) for kind, unit in first.masked(year, code)]
                sizes = [sum(places.dwellings[atom] for atom in held) for _, _, held in masked]
                small = [one for one, size in zip(masked, sizes, strict=True) if size < limits.dwellings]
                lodged = [size for size in sizes if size < limits.dwellings]
                rows = self._row([held for _, _, held in small], self._places(0, year), rank)
                known = np.flatnonzero(rows @ self.most).tolist()
                names += [(year, *small[place][:2], code, lodged[place]) for place in known]
                blocks.append(rows[known])
        return names, sparse.vstack(blocks, format="csr")

    def otherwise(self, sums: sparse.csr_matrix) -> np.ndarray:
        """Show, of each sum, another value that agrees with everything: (sums,), false where there is none."""
        moved = (sums @ self._alone()) > 0
        now, most = sums @ self.truth, sums @ self.most
        chance = np.random.default_rng(1)
        for width in _WIDTHS:
            for _ in range(_TURNS):
                left = np.flatnonzero(~moved)
                if not len(left):
                    return moved
                wish = np.where(
                    now[left] == 0, 1.0, np.where(now[left] == most[left], -1.0, chance.choice([-1, -1, 1]))
                )
                wish = wish * chance.uniform(0.2, 1, len(left))
                moved[left] = np.abs(sums[left] @ self._search(sums[left].T @ wish, sums[left], width)) > 0.5
                if moved[left].mean() < 0.3:
                    break
        for one in np.flatnonzero(~moved):
            goal = sums[[one]].toarray()[0]
            tries = ((_WIDTHS[1], True), (_WIDTHS[2], True), (_WIDTHS[2], False))
            ways = ((way, width, presolved) for width, presolved in tries for way in (1.0, -1.0))
            moved[one] = any(
                abs(goal @ self._search(way * goal, sums[[one]], width, presolved=presolved)) > 0.5
                for way, width, presolved in ways
            )
        return moved

    def _alone(self) -> np.ndarray:
        """Tell the counts that can be one more, or one less, all others as they are."""
        entries = self.rows.tocoo()
        more = (entries.data > self.up[entries.row]) | (-entries.data > self.down[entries.row])
        less = (-entries.data > self.up[entries.row]) | (entries.data > self.down[entries.row])
        barred = [np.bincount(entries.col, weights=side, minlength=len(self.truth)) > 0 for side in (more, less)]
        return (~barred[0] & (self.truth < self.most)) | (~barred[1] & (self.truth > 0))

    def _search(self, goal: np.ndarray, sums: sparse.csr_matrix, width: float, *, presolved: bool = True) -> np.ndarray:
        """Change the counts around sums towards a goal, every figure as written."""
        narrow = abs(self.rows[np.diff(self.rows.indptr) <= width])
        near = np.bincount(sums.indices, minlength=len(self.truth)).astype(float)
        for _ in range(_HOPS if width < np.inf else len(self.codes) + _HOPS):
            near = near + narrow.T @ (narrow @ near)
        free = np.flatnonzero((near > 0) & (self.most > 0))
        part = self.rows[:, free].tocsr()
        held = np.flatnonzero(np.diff(part.indptr))
        found = spread(
            part[held],
            (-self.down[held], self.up[held]),
            (-self.truth[free], (self.most - self.truth)[free]),
            goal[free],
            presolved=presolved,
        )
        change = np.zeros(len(self.truth))
        change[free] = found
        return change

    def _published(self) -> Iterator[_Bounded]:
        for build, holding in enumerate(self.holdings):
            for year in self.holdings[0].written.campaigns:
                columns = self._places(build, year)
                for rank, code in enumerate(self.codes):
                    rows = holding.rates(year).get(code)
                    if rows is None:
                        continue
                    units = [holding.ground.at(year).of(kind, unit) for kind, unit in holding.rated(year)[code]]
                    # Of an address that has left, an edition without its evidence tells nothing.
                    kept = [place for place, unit in enumerate(units) if all(columns[atom] >= 0 for atom in unit)]
                    inside = self._row([units[place] for place in kept], columns, rank)
                    sizes = inside @ self.whole.ravel()
                    told = zip(rows["libelle"].astype(str).iloc[kept].tolist(), sizes.astype(int).tolist(), strict=True)
                    ends = [counts_of(label, size, INDICATORS[code].unit) for label, size in told]
                    bounds = np.array(ends, dtype=float).reshape(-1, 2)
                    yield inside, bounds[:, 0], bounds[:, 1]

    def _known(self, counts: np.ndarray) -> Iterator[_Bounded]:
        size = self.size
        for terms, by_household in _TRUISMS:
            if not set(terms) <= set(self.codes):
                continue
            ranks = [self.codes.index(code) for code in terms]
            homes = [rank for rank in ranks if self.codes[rank] != RECENT]
            whole = self.whole[homes[0]]
            held = np.flatnonzero((self.whole[ranks] > 0).all(axis=0) & (self.whole[homes] == whole).all(axis=0))
            columns = np.concatenate([rank * size + held for rank in ranks])
            values = np.repeat(np.array(list(terms.values()), dtype=float), len(held))
            matrix = sparse.csr_matrix(
                (values, (np.tile(np.arange(len(held)), len(ranks)), columns)), (len(held), counts.size)
            )
            yield matrix, np.full(len(held), -np.inf), by_household * whole[held]

    def _readings(self) -> Iterator[_Bounded]:
        if RECENT not in self.codes:
            return
        for build, holding in enumerate(self.holdings):
            columns: dict[object, int] = {**self.columns, **self.aside[build]}
            read = [one for one in bounds_read(holding) if one[0] <= columns.keys()]
            low, high = (np.array([one[side] for one in read], dtype=float) for side in (1, 2))
            yield self._row([atoms for atoms, _, _ in read], columns, self.codes.index(RECENT)), low, high

    def _grown(self) -> Iterator[_Bounded]:
        """Say that counts grew by what was answered in addition, at most."""
        for mine in self.aside:
            pairs = [(self.columns[tagged], then) for tagged, then in mine.items() if tagged in self.columns]
            now, then = np.array(pairs, dtype=int).reshape(-1, 2).T
            for rank in range(len(self.codes)):
                grew = np.flatnonzero(self.whole[rank, now] > self.whole[rank, then])
                places = np.r_[now[grew], then[grew]] + rank * self.size
                values = np.repeat([1.0, -1.0], len(grew))
                row = np.tile(np.arange(len(grew)), 2)
                matrix = sparse.csr_matrix((values, (row, places)), (len(grew), len(self.truth)))
                at = rank * self.size
                yield matrix, np.zeros(len(grew)), (self.most[at + now] - self.most[at + then])[grew]

    def _row(self, units: Sequence[Iterable[object]], columns: Mapping[object, int], rank: int) -> sparse.csr_matrix:
        """Write units, as their addresses, as rows over the counts of one indicator."""
        held = [[columns[atom] + rank * self.size for atom in unit] for unit in units]
        row = np.repeat(np.arange(len(units)), [len(one) for one in held])
        place = np.array([at for one in held for at in one], dtype=int)
        return sparse.csr_matrix((np.ones(len(row)), (row, place)), (len(units), len(self.truth)))


def _counted(holding: Holding, codes: Sequence[str], years: Sequence[int]) -> dict[Tagged, tuple[tuple[int, int], ...]]:
    """Give what each address of an edition answered, indicator by indicator: counted, and of how many."""
    found: dict[Tagged, list[tuple[int, int]]] = {}
    for rank, code in enumerate(codes):
        for year in years:
            if holding.evidence is None:
                continue
            answers = holding.evidence.answers(year, code)
            for atom, n, d in zip(answers.index, answers["n"].astype(int), answers["d"].astype(int), strict=True):
                found.setdefault((year, atom), [(0, 0)] * len(codes))[rank] = (n, d)
    return {tagged: tuple(pairs) for tagged, pairs in found.items()}
