"""Time the secrecy engine on synthetic territories: ``python tests/benchmarks/secrecy_speed.py [scenario ...]``.

Scenarios: ``metropole`` (4,000 addresses), ``paris`` (25,000 addresses in one block), ``croissance`` (growing numbers
of blocks), ``france`` (900,000 addresses in 1,250 blocks, with departments, regions and national landlords above them).
Every scenario prints seconds, cells, what is masked by kind, and the peak memory of the process and its children.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from atlas.audit import Limits, Published, attack
from atlas.audit.attack import MEASURES
from atlas.secrecy import System, protect_cells

AUDITED = 30_000  # addresses: the audit is made for one build

KINDS = (
    "total",
    "epci",
    "commune",
    "qpv",
    "situation",
    "bailleur",
    "iris",
    "partie",
    "iris x bailleur",
    "résidence",
    "adresse",
)
PRIORITY = dict(zip(KINDS, (0, 1, 2, 3, 3, 3, 4, 5, 6, 7, 8), strict=True))


@dataclass(frozen=True, eq=False)
class Territory:
    """A system and the kind of each of its cells (index in KINDS)."""

    system: System
    kind: np.ndarray


def territory(
    addresses: int,
    blocks: int,
    seed: int = 1,
    *,
    above: bool = False,
    iris_landlord: bool = False,
    readers: bool = False,
) -> Territory:
    """Draw a territory: residences of a few addresses, one in ten across two IRIS, quarters that ignore IRIS.

    Returns
    -------
    Territory
        Two measures: dwellings (about six per address) and responding households (about 85 %).
    """
    rng = np.random.default_rng(seed)
    share = rng.lognormal(0, 1.2 if blocks > 1 else 0, blocks)
    block = np.sort(rng.choice(blocks, addresses, p=share / share.sum()))
    start = rng.random(addresses) < 1 / 2.6
    start |= np.r_[True, block[1:] != block[:-1]]
    residence = np.cumsum(start) - 1
    place = np.arange(addresses)
    shift = (rng.random(residence[-1] + 1) < 0.1)[residence] & (rng.random(addresses) < 0.5)
    position = place + np.where(shift, 40, 0)
    commune = _zone(block, place, 160, rng)
    iris = _zone(commune, np.minimum(position, _last(commune)), 40, rng)
    quarter = place // 90
    in_quarter = (rng.random(quarter[-1] + 1) < 0.3)[quarter] & ((place % 90) > 25)
    landlord_of = rng.choice(5, residence[-1] + 1, p=[0.36, 0.2, 0.18, 0.14, 0.12])
    local = rng.integers(0, 40, (blocks, 5))
    landlord = local[block, landlord_of[residence]]
    dwellings = np.maximum(1, np.rint(rng.lognormal(1.45, 0.85, addresses))).astype(np.int64)
    households = rng.binomial(dwellings, 0.85)

    parts: list[tuple[str, np.ndarray, np.ndarray]] = [
        ("epci", block, place),
        ("commune", commune, place),
        ("qpv", quarter[in_quarter], place[in_quarter]),
        ("situation", commune * 2 + in_quarter, place),
        ("bailleur", block * 40 + landlord, place),
        ("bailleur", commune * 40 + landlord, place),
        ("iris", iris, place),
        ("partie", iris * 2 + in_quarter, place),
        ("résidence", residence, place),
        ("adresse", place, place),
    ]
    if iris_landlord:
        parts.append(("iris x bailleur", iris * 40 + landlord, place))
    if above:
        department = block * 96 // blocks
        parts += [("total", np.zeros(addresses, dtype=np.int64), place), ("total", department, place)]
        parts += [("bailleur", landlord, place), ("bailleur", department * 40 + landlord, place)]
    rows, columns, kinds, count = [], [], [], 0
    for kind, unit, atom in parts:
        _, row = np.unique(unit, return_inverse=True)
        rows.append(row + count)
        columns.append(atom)
        kinds.append(np.full(row.max(initial=-1) + 1, KINDS.index(kind)))
        count += len(kinds[-1])
    row, column, kind_of = np.concatenate(rows), np.concatenate(columns), np.concatenate(kinds)
    matrix = sparse.csr_matrix((np.ones(len(row), dtype=np.int8), (row, column)), shape=(count, addresses))
    priority = np.array([PRIORITY[kind] for kind in KINDS])[kind_of]
    weights, holder = np.stack([dwellings, households], axis=1), landlord if readers else None
    return Territory(System.build(matrix, weights, priority, block=block, holder=holder), kind_of)


def _zone(outer: np.ndarray, place: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """Cut places into zones of about ``size`` addresses inside outer zones."""
    cut = np.sort(rng.choice(len(place) * 2, max(1, len(place) // size), replace=False))
    return outer * 1_000_003 + np.searchsorted(cut, place)


def _last(outer: np.ndarray) -> np.ndarray:
    last = np.flatnonzero(np.r_[outer[1:] != outer[:-1], True])
    return last[np.searchsorted(last, np.arange(len(outer)))]


def measure(name: str, drawn: Territory, processes: int | None) -> float:
    """Protect, print what it took and what it cost, give the seconds."""
    began = time.perf_counter()
    pattern = protect_cells(drawn.system, 11, processes)
    seconds = time.perf_counter() - began
    memory = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
    cells, atoms = drawn.system.membership.shape
    print(
        f"{name}: {atoms:,} addresses, {cells:,} cells, {seconds:.2f} s, {memory:,.0f} MB, {pattern.rounds:,} searches"
    )
    print("   ", {step: round(value, 2) for step, value in pattern.timings.items()})
    for index, kind in enumerate(KINDS):
        status = pattern.status[drawn.kind == index]
        if len(status):
            large = int((status != "primary").sum())
            masked = int((status == "secondary").sum())
            print(f"    {kind:16} {len(status):9,} units, {large:9,} large enough, {masked:8,} masked")
    if atoms <= AUDITED:
        audited = time.perf_counter()
        columns = drawn.system.weights.T.tolist()
        weights: dict[str, dict[Hashable, int]] = {
            name: dict(enumerate(column)) for name, column in zip(MEASURES, columns, strict=False)
        }
        found = attack({"x": Published(totals_of(drawn.system, pattern.published), weights)}, Limits(11, 11, 11))
        print(f"    audited in {time.perf_counter() - audited:.2f} s: {len(found)} leaks")
    return seconds


def totals_of(system: System, published: np.ndarray) -> frozenset[frozenset[Hashable]]:
    """Give the published cells as the audit reads them."""
    rows = np.split(system.membership.indices, system.membership.indptr[1:-1])
    return frozenset(frozenset(row.tolist()) for row, open_ in zip(rows, published, strict=True) if open_)


def main() -> None:
    """Run the scenarios named on the command line, or the three short ones."""
    parser = argparse.ArgumentParser()
    parser.add_argument("scenario", nargs="*", default=["metropole", "croissance", "paris"])
    parser.add_argument("--processes", type=int)
    parser.add_argument("--iris-bailleur", action="store_true", help="offer IRIS x landlord totals too")
    parser.add_argument("--lecteurs", action="store_true", help="landlords read the edition, knowing their own stock")
    arguments = parser.parse_args()
    options = {"iris_landlord": arguments.iris_bailleur, "readers": arguments.lecteurs}
    for scenario in arguments.scenario:
        if scenario == "metropole":
            measure(scenario, territory(4_000, 1, **options), arguments.processes)
        elif scenario == "paris":
            measure(scenario, territory(25_000, 1, **options), arguments.processes)
        elif scenario == "france":
            measure(scenario, territory(900_000, 1_250, above=True, **options), arguments.processes)
        elif scenario == "croissance":
            for blocks in (10, 20, 40, 80):
                drawn = territory(700 * blocks, blocks, above=True, **options)
                seconds = measure(f"{blocks} blocks", drawn, 1)
                print(f"    {1000 * seconds / blocks:.0f} ms a block")
        else:
            parser.error(f"unknown scenario {scenario}")


if __name__ == "__main__":
    main()
