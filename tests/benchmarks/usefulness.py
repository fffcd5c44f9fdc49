"""How useful masked editions are: ``python tests/benchmarks/usefulness.py [ATLAS ...] [--territoires N]``.

For each folder of a build: what its report measured (what each edition tells, levels shown and true, recent movers read
wider, what each rule costs, the figures that cost most). Then, on small drawn territories, the dwellings of residences
that the engine masks beside the fewest that any safe choice masks, found by an integer programme.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp

from atlas.secrecy import System, derivable_groups, protect_cells
from tests.benchmarks.secrecy_speed import KINDS, territory

THRESHOLD = 11
RESIDENCE, ADDRESS = KINDS.index("résidence"), KINDS.index("adresse")


def drawn(seed: int, addresses: int = 60) -> tuple[System, np.ndarray]:
    """Draw a territory published down to its residences: its system, and the cells that are residences."""
    made = territory(addresses, 1, seed)
    kept = np.flatnonzero(made.kind != ADDRESS)
    whole = made.system
    system = System.build(whole.membership[kept], whole.weights, whole.priority[kept], key=whole.key[kept])
    return system, made.kind[kept] == RESIDENCE


def masked_dwellings(system: System, residences: np.ndarray, published: np.ndarray) -> int:
    """Count the dwellings of the residences that are large enough to be shown, and are not."""
    weights = system.cell_weights()
    large = residences & (weights >= THRESHOLD).all(axis=1)
    return int(weights[large & ~published, 0].sum())


def fewest_masked(system: System, residences: np.ndarray, published: np.ndarray) -> int:
    """Find the fewest dwellings that a safe choice of residences masks, with the same figures above them.

    Each choice of the programme that gives a small group away is forbidden by the residences that do it, and it is
    asked again: the first safe answer is the optimum.
    """
    weights = system.cell_weights()
    offered = np.flatnonzero(residences & (weights >= THRESHOLD).all(axis=1))
    above = published & ~residences
    covers: list[np.ndarray] = []
    while True:
        constraints = [LinearConstraint(row, -np.inf, row.sum() - 1) for row in covers]
        answer = milp(
            -weights[offered, 0], constraints=constraints, integrality=np.ones(len(offered)), bounds=Bounds(0, 1)
        )
        chosen = answer.x > 0.5
        if not derivable_groups(system, _with(above, offered[chosen]), THRESHOLD, 1):
            return int(weights[offered[~chosen], 0].sum())
        for place in np.flatnonzero(chosen):
            chosen[place] = False
            if not derivable_groups(system, _with(above, offered[chosen]), THRESHOLD, 1):
                chosen[place] = True
        covers.append(chosen.astype(float))


def compared(seed: int, addresses: int = 60) -> tuple[int, int, int]:
    """Dwellings of residences, those that the engine masks beyond small ones, the fewest that could be."""
    system, residences = drawn(seed, addresses)
    published = protect_cells(system, THRESHOLD, 1).published
    whole = int(system.cell_weights()[residences, 0].sum())
    return whole, masked_dwellings(system, residences, published), fewest_masked(system, residences, published)


def _with(above: np.ndarray, cells: np.ndarray) -> np.ndarray:
    shown = above.copy()
    shown[cells] = True
    return shown


def main() -> None:
    """Print the tables of builds, then the comparison with the optimum."""
    parser = argparse.ArgumentParser()
    parser.add_argument("atlas", nargs="*", type=Path, help="folders of builds")
    parser.add_argument("--territoires", type=int, default=40)
    parser.add_argument("--adresses", type=int, default=60)
    arguments = parser.parse_args()
    for folder in arguments.atlas:
        report = json.loads((folder / "bilan.json").read_text("utf-8"))
        for title, rows in report["tableaux"].items():
            if {"édition", "entrants lus sur", "critère", "chiffre retiré"} & set(rows[0] if rows else ()):
                print(f"\n{folder.name} : {title}\n{pd.DataFrame(rows).to_string(index=False)}")
    found = pd.DataFrame(
        [compared(seed, arguments.adresses) for seed in range(arguments.territoires)],
        columns=["logements", "masqués", "au mieux"],
    )
    whole, masked, best = found.sum()
    print(f"\n{len(found)} territoires, {whole} logements : {masked} masqués pour en protéger d'autres")
    print(f"au mieux : {best}, soit {100 * (masked / max(best, 1) - 1):.1f} % de plus")


if __name__ == "__main__":
    main()
