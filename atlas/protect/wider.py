"""The criterion of recent movers read on a wider perimeter, where a residence has too few of them to show its own.

In: counts, and what masked editions show. Out: for each residence and campaign, the finest perimeter of a declared
order on which the criterion can be told, and whether it is met there: one word, never a rate nor a count. The
perimeters: the residence over two campaigns, its landlord's stock in its IRIS, its IRIS as published.

The sums behind the first two are published nowhere. They are protected as if they were, exactly, beside all that is.

Argument for two campaigns. In each year on its own, let every residence read that way be published too, and let no
combination then bear on fewer than half the answers that the promise asks, nor be nothing while residences are in it. A
combination of sums over two years either leaves these sums out, and is one of figures of single years, safe already; or
holds some, and then its parts in the first and in the last year concerned are not nothing: two halves are enough
answers, of different people since nobody moves in recently twice. Each part bears on enough dwellings by itself: those
of two years are the same ones. An address that gave the very same answers in another year, as when a file is delivered
twice, may be the same people, and what that year shows of it cancels it: it counts for nothing in a half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from atlas.later import sparse
from atlas.protect.ground import Ground
from atlas.protect.loosened import Reading
from atlas.protect.rules import SecrecyRules, Wider
from atlas.protect.sums_read import Sums
from atlas.tables import INDICATORS, PUBLISHED, SECRET
from atlas.tables.keys import numbered
from atlas.tables.wider import (
    BY_LANDLORD,
    BY_YEARS,
    CRITERION,
    ITSELF,
    MET,
    NOT_MET,
    PERIMETER,
    RECENT,
    perimeter_words,
)

_MOVERS = INDICATORS[RECENT]


def widened(
    ground: Ground, shown: np.ndarray, rows: np.ndarray, ways: Sequence[str], rules: SecrecyRules, threshold: float
) -> tuple[Wider, Reading]:
    """Find where the criterion of recent movers can be read for the residences that do not show theirs.

    Parameters
    ----------
    shown : ndarray of bool, (cells,)
        Cells of the ground whose rate of recent movers is published, today or before.
    rows : ndarray of bool, (residences,)
        Residences that show anything: of the others, even that somebody moved in is not told.
    ways : sequence of str
        Of :data:`atlas.tables.wider.WAYS`, in the order to try them.
    threshold : float
        From which the criterion is met, %.

    Returns
    -------
    Wider
        What is told of each residence.
    Reading
        What that bounds: one sum by residence, without an address where nothing is told.
    """
    table = ground.counted.units["residences"]
    homes = _Homes.of(ground)
    asked = rows & ~shown[ground.kind == "residences"] & (table[_MOVERS.d] > 0).to_numpy()
    perimeter = np.full(len(table), None, dtype=object)
    met = np.zeros(len(table), dtype=bool)
    sums = Sums(ground, shown, rules)
    read = sparse.csr_matrix(homes.members.shape)
    low, high = np.zeros(len(table)), np.zeros(len(table))
    for way in ways:
        waiting = asked & pd.isna(perimeter)
        if way == BY_YEARS:
            members = _over_years(homes, waiting & rows[homes.before], sums)
        elif way == BY_LANDLORD:
            members = _of_landlords(homes, waiting, sums)
        else:
            members = _of_iris(ground, homes, waiting, shown)
        count, size = (members @ ground.counted.atoms[one].fillna(0).to_numpy(float) for one in (_MOVERS.n, _MOVERS.d))
        needed = np.ceil((size * threshold / 100).round(9))
        told = waiting & (needed >= rules.possible) & (size - needed + 1 >= rules.possible)
        met[told] = (count >= needed)[told]
        read += sparse.diags_array(told.astype(float)) @ members
        low[told] = np.where(met, needed, 0)[told]
        high[told] = np.where(met, size, needed - 1)[told]
        for year in table["campagne"].unique():
            now = told & (table["campagne"] == year).to_numpy()
            earlier = table["campagne"].to_numpy()[homes.before[now]]
            perimeter[now] = perimeter_words(way, (*earlier[:1], year))
    return Wider(perimeter, met), Reading(RECENT, sparse.csr_matrix(read), low, high)


def as_read(values: pd.DataFrame, wider: Wider | None, threshold: float | None) -> pd.DataFrame:
    """Tell how an edition reads the criterion: on the residence itself where it shows it, else wider, else why not."""
    status = values[_MOVERS.st]
    itself = (status == PUBLISHED) & (threshold is not None)
    perimeter = pd.Series(ITSELF, values.index, dtype=object).where(itself, None)
    criterion = status.astype(object).mask(itself, NOT_MET).mask(itself & (values[_MOVERS.tx] >= (threshold or 0)), MET)
    if wider is not None:
        read = (status == SECRET) & pd.notna(wider.perimeter)
        perimeter = perimeter.mask(read, pd.Series(wider.perimeter, values.index))
        criterion = criterion.mask(read, pd.Series(np.where(wider.met, MET, NOT_MET), values.index))
    return values.assign(**{PERIMETER: perimeter, CRITERION: criterion})


@dataclass(frozen=True, eq=False)
class _Homes:
    """Residences by campaign over atoms, csr (residences, atoms), and what holds each whole.

    ``before``: (residences,), the row of the same residence at the campaign before under the same landlord, or -1.
    ``stock``: (atoms,), number of what a landlord holds in an IRIS at a campaign, or -1.
    """

    members: sparse.csr_matrix
    before: np.ndarray
    stock: np.ndarray

    @classmethod
    def of(cls, ground: Ground) -> _Homes:
        """Find them."""
        atoms, table = ground.counted.atoms, ground.counted.units["residences"]
        members = sparse.csr_matrix(ground.counted.membership["residences"])
        holder, iris = ground.shared.holder[: len(atoms)], pd.factorize(atoms["code_iris"])[0]
        stock = np.where((holder >= 0) & (iris >= 0), numbered(atoms["campagne"], holder, iris), -1)
        landlord = _only(members, holder)
        years = np.sort(table["campagne"].unique())
        earlier = pd.Series(years[:-1], years[1:]).reindex(table["campagne"]).fillna(-1).astype(int).to_numpy()
        known = pd.MultiIndex.from_arrays([table["id"], table["campagne"], landlord])
        before = known.get_indexer(pd.MultiIndex.from_arrays([table["id"], earlier, landlord]))
        return cls(members, np.where(landlord >= 0, before, -1), stock)


def _only(members: sparse.csr_matrix, code: np.ndarray) -> np.ndarray:
    """Give the code that all atoms of a row share, else -1."""
    entries = members.tocoo()
    least, most = np.full(members.shape[0], len(code)), np.full(members.shape[0], -1)
    np.minimum.at(least, entries.row, code[entries.col])
    np.maximum.at(most, entries.row, code[entries.col])
    return np.where(least == most, most, -1)


def _over_years(homes: _Homes, waiting: np.ndarray, sums: Sums) -> sparse.csr_matrix:
    """Sum two campaigns of the residences that may be read so, csr (residences, atoms)."""
    waiting = waiting & (homes.before >= 0)
    parts = np.unique(np.r_[np.flatnonzero(waiting), homes.before[waiting]])
    safe = np.zeros(len(waiting), dtype=bool)
    safe[parts] = sums.keep_halves(homes.members[parts])
    read = np.flatnonzero(waiting & safe & safe[homes.before])
    read = read[sums.paired(homes.members[homes.before[read]], homes.members[read])]
    sums.hold_halves(homes.members[np.unique(np.r_[read, homes.before[read]])])
    chosen = sparse.csr_matrix(
        (np.ones(2 * len(read)), (np.r_[read, read], np.r_[read, homes.before[read]])), shape=(len(waiting),) * 2
    )
    return chosen @ homes.members


def _of_landlords(homes: _Homes, waiting: np.ndarray, sums: Sums) -> sparse.csr_matrix:
    """Sum what the landlord of a residence holds in its IRIS, that campaign, csr (residences, atoms)."""
    mine = np.where(waiting, _only(homes.members, homes.stock), -1)
    stocks = np.unique(mine[mine >= 0])
    inside = np.flatnonzero(np.isin(homes.stock, stocks))
    place = np.searchsorted(stocks, homes.stock[inside])
    members = sparse.csr_matrix((np.ones(len(inside)), (place, inside)), shape=(len(stocks), homes.members.shape[1]))
    return _read(mine, stocks[sums.keep_whole(members)], stocks) @ members


def _of_iris(ground: Ground, homes: _Homes, waiting: np.ndarray, shown: np.ndarray) -> sparse.csr_matrix:
    """Take the IRIS of a residence, where its own rate is published, csr (residences, atoms)."""
    members = sparse.csr_matrix(ground.counted.membership["iris"])
    entries = members.tocoo()
    home = np.full(members.shape[1], -1)
    home[entries.col] = entries.row
    mine = np.where(waiting, _only(homes.members, home), -1)
    return _read(mine, np.flatnonzero(shown[ground.kind == "iris"]), np.arange(members.shape[0])) @ members


def _read(mine: np.ndarray, usable: np.ndarray, among: np.ndarray) -> sparse.csr_matrix:
    """Give to each residence the sum that it may be read on, csr (residences, sums); ``mine``: its own, or -1."""
    row = np.flatnonzero(np.isin(mine, usable))
    entries = (np.ones(len(row)), (row, np.searchsorted(among, mine[row])))
    return sparse.csr_matrix(entries, shape=(len(mine), len(among)))
