"""Time of the legal shares: ``python tests/benchmarks/attributions.py [--decisions 200000] [--requests 300000]``.

Files like those of a large metropolis are drawn, one decision or one request per row, then read, counted and tested by
``atlas.convention``, page, workbook and CSV included. Processor seconds are the figure: under 10 for the sizes above.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from tests.benchmarks.measure import Clock  # noqa: E402


def write_decisions(path: Path, rows: int, seed: int = 20220101) -> None:
    """Write decisions as landlords' software exports them: dates, wordings, a flag of the first quartile."""
    draws = np.random.default_rng(seed)
    day = pd.Timestamp("2022-01-01") + pd.to_timedelta(draws.integers(0, 365, rows), unit="D")
    signed = draws.random(rows) < 0.7
    lease = pd.Series((day + pd.Timedelta(days=20)).strftime("%d/%m/%Y")).where(signed, "")
    pd.DataFrame(
        {
            "bailleur": draws.choice([f"Bailleur {rank}" for rank in range(40)], rows),
            "ID_demande_unique": np.arange(rows),
            "Date_passage_commission": day.strftime("%d/%m/%Y"),
            "Libelle_decision": np.where(draws.random(rows) < 0.1, "Non attribution", "Attribution"),
            "Libelle_motif_refus_demandeur": np.where(~signed & (draws.random(rows) < 0.5), "Loyer", ""),
            "Date_signature_bail": lease,
            "Indicateur_premier_quartile": draws.choice(["O", "N", ""], rows, p=[0.2, 0.75, 0.05]),
            "Indicateur_QPV": draws.choice(["O", "N", ""], rows, p=[0.3, 0.65, 0.05]),
            "Libelle_reservataire_proposition": draws.choice(["État", "Commune", "Action Logement"], rows),
            "public_prioritaire": draws.choice(["O", "N"], rows),
            "code_insee": draws.choice(["21231", "21166", "21171"], rows),
        }
    ).to_csv(path, sep=";", index=False)


def write_requests(path: Path, rows: int, seed: int = 20220102) -> None:
    """Write requests, one per row."""
    draws = np.random.default_rng(seed)
    pd.DataFrame(
        {
            "commune": draws.choice([f"Commune {rank}" for rank in range(60)], rows),
            "quartile": draws.integers(1, 5, rows),
            "typologie": draws.choice(["T1", "T2", "T3", "T4", "T5"], rows),
            "age": draws.integers(18, 95, rows),
            "nb_demandes": 1,
        }
    ).to_csv(path, sep=";", index=False)


def measured(decisions: int, requests: int) -> dict[str, tuple[float, float, float]]:
    """Draw the files, test them, and give seconds, processor seconds and peak memory of each step."""
    clock = Clock()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_decisions(folder / "decisions.csv", decisions)
        write_requests(folder / "demandes.csv", requests)
        with clock("imports"):
            from atlas.convention import attributions
        with clock("attributions"):
            found = attributions([folder / "decisions.csv", folder / "demandes.csv"], folder / "sortie")
        assert len(found.results) == 3 * 41 and len(found.written) == 3
    return clock.steps


def main() -> None:
    """Print one line by step."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--decisions", type=int, default=200_000)
    parser.add_argument("--requests", type=int, default=300_000)
    asked = parser.parse_args()
    for step, (seconds, processor, memory) in measured(asked.decisions, asked.requests).items():
        print(f"{step}: {seconds:.2f} s, {processor:.2f} s of processor, {memory:.0f} MB")


if __name__ == "__main__":
    main()
