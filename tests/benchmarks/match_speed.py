"""Time, precision and recall of the match stage on noisy addresses: `python tests/benchmarks/match_speed.py
[addresses] [rows]`."""

from __future__ import annotations

import sys
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from atlas.match import RULE_KEYS, MatchRules, match  # noqa: E402
from tests.benchmarks.noise import judge, make_case  # noqa: E402


def rules() -> MatchRules:
    """Rules as shipped, each at its last value."""
    values = {}
    for name, key in RULE_KEYS.items():
        text = (ROOT / "data" / "parameters" / f"{key}.toml").read_text(encoding="utf-8")
        values[name] = tomllib.loads(text)["valeurs"][-1]["valeur"]
    return MatchRules(**values)


def main() -> None:
    """Print one line per seed."""
    count, rows = (int(value) for value in [*sys.argv[1:], "100000", "400000"][:2])
    print("adresses · BAN · secondes · processeur · pour 100 000 · précision · rappel · fausses voies · ambigus")
    for seed in range(3):
        case = make_case(count, rows, seed)
        start, busy = time.perf_counter(), time.process_time()
        answer = match(case.addresses, case.ban, rules())
        seconds, busy = time.perf_counter() - start, time.process_time() - busy
        shares = " · ".join(f"{value:.4f}" for value in judge(case, answer).values())
        print(f"{count} · {len(case.ban)} · {seconds:.2f} · {busy:.2f} · {busy * 1e5 / count:.2f} · {shares}")


if __name__ == "__main__":
    main()
