"""Time secrecy where landlords are at home all over the country: ``python -m tests.benchmarks.national [sizes ...]``.

One campaign is one block: landlords read the edition, knowing their own stock, and every landlord has residences in
every département. Printed for each size, each in a process of its own: seconds, processor seconds, peak memory, what is
published, and from one size to the next the exponent of growth of the processor seconds.
"""

from __future__ import annotations

import argparse
import math
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from multiprocessing import get_context

import numpy as np
from scipy import sparse

from atlas.secrecy import System, protect_cells
from tests.benchmarks.measure import peak_memory

SIZES = (3_000, 10_000, 30_000, 100_000, 300_000)
DEPARTMENT, EPCI, COMMUNE, QUARTER, IRIS = 9_400, 720, 70, 180, 20  # addresses, about those of France


def national(
    addresses: int,
    seed: int = 1,
    *,
    crossed: bool = False,
    readers: bool = True,
    landlords: int | None = None,
    measures: int = 2,
) -> System:
    """Draw one campaign of a country: one landlord per 1,500 addresses, six of them in each commune or quarter.

    Parameters
    ----------
    crossed : bool
        Offer landlord x département, landlord x commune and landlord x IRIS too.
    readers : bool
        Landlords read the edition, knowing their own stock.
    measures : int
        Dwellings (six an address), responding households, then those who moved in lately: the first ones of these.
    """
    rng = np.random.default_rng(seed)
    place = np.arange(addresses)
    starts = np.r_[True, rng.random(addresses - 1) < 1 / 3]
    residence = np.cumsum(starts) - 1
    department = place // DEPARTMENT
    commune = _zones(_zones(department, EPCI, rng), COMMUNE, rng)
    iris = _zones(commune, IRIS, rng)
    # One residence in ten lies across two IRIS of its commune.
    across = (rng.random(residence[-1] + 1) < 0.1)[residence] & (rng.random(addresses) < 0.5)
    last = np.flatnonzero(np.r_[commune[1:] != commune[:-1], True])[commune]
    iris = iris[np.minimum(place + np.where(across, IRIS, 0), last)]
    quarter = place // QUARTER
    inside = (rng.random(quarter[-1] + 1) < 0.6)[quarter] & (place % QUARTER > 85)
    neighbourhood = np.where(inside, commune[-1] + 1 + quarter, commune)[starts]
    count = landlords or max(addresses // 1500, 5)
    landlord = ((neighbourhood * 7 + rng.integers(0, 6, len(neighbourhood))) % count)[residence]
    share = np.exp(rng.normal(0, 0.8, addresses))
    dwellings = 1 + rng.multinomial(5 * addresses, share / share.sum())
    households = rng.binomial(dwellings, 0.85)
    weights = np.stack([dwellings, households, rng.binomial(households, 0.25)], axis=1)[:, :measures]
    everything = np.zeros(addresses, dtype=np.int64)
    units = [everything, inside.astype(np.int64), commune, np.where(inside, quarter, -1), iris, landlord]
    if crossed:
        units += [department, *(zone * count + landlord for zone in (department, commune, iris))]
    rows, atoms, priority, cells = [], [], [], 0
    for rank, unit in enumerate([*units, residence, place]):
        member = np.flatnonzero(unit >= 0)
        found, row = np.unique(unit[member], return_inverse=True)
        rows.append(row + cells)
        atoms.append(member)
        priority.append(np.full(len(found), rank))
        cells += len(found)
    row, atom = np.concatenate(rows), np.concatenate(atoms)
    matrix = sparse.csr_matrix((np.ones(len(row), dtype=np.int8), (row, atom)), shape=(cells, addresses))
    return System.build(matrix, weights, np.concatenate(priority), holder=landlord if readers else None)


def _zones(outer: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """Cut outer zones into zones of about ``size`` addresses, numbered from 0."""
    cut = rng.random(len(outer)) < 1 / size
    cut[1:] |= outer[1:] != outer[:-1]
    cut[0] = False
    return np.cumsum(cut)


def measured(addresses: int, crossed: bool, readers: bool, measures: int) -> tuple[float, float, float, int]:
    """Protect a country: seconds, processor seconds, peak memory in MB, cells published."""
    system = national(addresses, crossed=crossed, readers=readers, measures=measures)
    began, worked = time.perf_counter(), time.process_time()
    pattern = protect_cells(system, 11, 1)
    return time.perf_counter() - began, time.process_time() - worked, peak_memory(), int(pattern.published.sum())


def main() -> None:
    """Measure each size, smallest first."""
    parser = argparse.ArgumentParser()
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES)
    parser.add_argument("--croises", action="store_true", help="offer landlord x département, commune and IRIS too")
    parser.add_argument("--sans-lecteurs", action="store_true", help="no landlord reads the edition")
    parser.add_argument("--mesures", type=int, default=2, choices=(1, 2, 3))
    arguments = parser.parse_args()
    options = arguments.croises, not arguments.sans_lecteurs, arguments.mesures
    taken = []
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        for size in sorted(arguments.sizes):
            seconds, worked, memory, published = pool.submit(measured, size, *options).result()
            taken.append((size, worked))
            print(
                f"{size:,} addresses: {seconds:.2f} s, {worked:.2f} processor s, {memory:,.0f} MB, {published:,} cells",
                flush=True,
            )
    for (small, before), (large, after) in pairwise(taken):
        print(f"{small:,} to {large:,}: exponent {math.log(after / before) / math.log(large / small):.2f}")


if __name__ == "__main__":
    main()
