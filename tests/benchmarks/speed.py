"""Speed of the atlas beside plain geopandas and DuckDB: ``python tests/benchmarks/speed.py --sizes 1000 10000 100000``.

The same work (:mod:`tests.benchmarks.work`) on the same files (:mod:`tests.benchmarks.france`), each implementation in
a process of its own, one after the other, several times over: the best time of each step counts. The results must be
equal; a difference is an error. Seconds depend on the machine, and the ratios within a run far less; processor seconds
hardly feel what else the machine does.

Options: ``--sizes`` in addresses (900000 is France: 700 MB of files, some minutes) · ``--repeat`` · ``--folder`` where
the files are kept · ``--plot growth.png`` · ``--match`` times address matching too · ``--only`` some implementations.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import pandas as pd  # noqa: E402

from tests.benchmarks.france import write_france  # noqa: E402
from tests.benchmarks.work import MEASURES, UNITS  # noqa: E402

IMPLEMENTATIONS = ("atlas", "geopandas", "duckdb")
Steps = dict[str, tuple[float, float, float]]  # by step: seconds, processor seconds, peak memory in MB


def main() -> None:
    """Run what the command line asks for and print Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--only", nargs="+", choices=IMPLEMENTATIONS, default=IMPLEMENTATIONS)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--match", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (asked.folder or Path(temporary)).absolute()
        measured = {size: compared(folder / str(size), size, asked.only, asked.repeat) for size in asked.sizes}
    for size, found in measured.items():
        print(f"\n{size:,} addresses: seconds · processor seconds · peak MB\n\n{steps_table(found)}")
        print(f"\n{ratios_table(found)}")
    if len(measured) > 1:
        print(f"\nGrowth\n\n{growth_table(measured)}")
    if asked.plot:
        plot(measured, asked.plot)
    seconds, bare = fastest("-c", "import atlas.cli; atlas.cli.main()", "--help"), fastest("-c", "pass")
    print(f"\n`atlas --help`: {seconds:.2f} s, {seconds / bare:.1f} times `python -c pass`")
    if asked.match:
        from tests.benchmarks.match_speed import main as match_speed

        sys.argv = sys.argv[:1]
        match_speed()


def compared(folder: Path, size: int, names: tuple[str, ...], repeat: int) -> dict[str, Steps]:
    """Generate the files where they are absent, run every implementation on them, and compare what they found.

    Raises
    ------
    AssertionError
        When two implementations differ.
    """
    if not (folder / "logements.csv").exists():
        write_france(folder, size)
    best: dict[str, Steps] = {}
    for _ in range(repeat):
        for name in names:
            steps = run(name, folder)
            known = best.setdefault(name, steps)
            best[name] = {step: tuple(map(min, known[step], steps[step])) for step in steps}
    reference, *others = names
    for name in others:
        assert_same(folder / reference, folder / name)
    return best


def run(name: str, folder: Path) -> Steps:
    """Run one implementation in a process of its own."""
    command = [sys.executable, "-m", f"tests.benchmarks.with_{name}", str(folder), str(folder / name)]
    subprocess.run(command, cwd=ROOT, check=True)
    return json.loads((folder / name / "steps.json").read_text())


def assert_same(one: Path, other: Path) -> None:
    """Check that two implementations counted the same in every unit and grouped the same addresses."""
    first, second = partition(one), partition(other)
    pd.testing.assert_series_equal(first, second, obj=f"residences of {other.name}")
    for kind in (*UNITS, "territoire"):
        tables = []
        for results, groups in ((one, first), (other, second)):
            table = pd.read_parquet(results / f"{kind}.parquet").set_index("id")[MEASURES].astype(float)
            if kind == "residences":
                table.index = table.index.map(groups.attrs["oldest"])
            tables.append(table.sort_index().rename_axis(None))
        tables = [table.set_axis(table.index.astype("str")) for table in tables]
        pd.testing.assert_frame_equal(*tables, check_exact=True, obj=f"{kind} of {other.name}")
    written = [pd.DataFrame(_written(results)) for results in (one, other)]
    pd.testing.assert_frame_equal(*written, obj=f"GeoPackage of {other.name}")


def partition(results: Path) -> pd.Series:
    """Name each address's residence after its first address, so that two ways of labelling compare."""
    labels = pd.read_parquet(results / "labels.parquet").sort_values("id_adresse")
    oldest = labels.drop_duplicates("id_residence").set_index("id_residence")["id_adresse"]
    named = pd.Series(labels["id_residence"].map(oldest).array, index=pd.Index(labels["id_adresse"].array))
    named.attrs["oldest"] = oldest
    return named


def _written(results: Path) -> dict[str, pd.Series]:
    """Read the GeoPackage back: how many residences, the sum of their counts, the middle of their points."""
    import pyogrio

    layer = pyogrio.read_dataframe(results / "atlas.gpkg")
    sums = layer.select_dtypes("number").sum().sort_index()
    return {"sums": pd.concat([sums, pd.Series({"rows": len(layer), "x": layer.geometry.x.mean()})])}


def total(steps: Steps, column: int = 0) -> float:
    """Sum seconds (0) or processor seconds (1) over the work, imports apart; or find the peak memory (2)."""
    values = [step[column] for name, step in steps.items() if name != "imports"]
    return max(values) if column == 2 else sum(values)


def steps_table(found: dict[str, Steps]) -> str:
    """Lay the steps of one size out."""
    lines = [f"| step | {' | '.join(found)} |", f"|---|{'---|' * len(found)}"]
    for step in next(iter(found.values())):
        cells = [f"{steps[step][0]:.2f} · {steps[step][1]:.2f} · {steps[step][2]:.0f}" for steps in found.values()]
        lines.append(f"| {step} | {' | '.join(cells)} |")
    cells = [f"{total(steps):.2f} · {total(steps, 1):.2f} · {total(steps, 2):.0f}" for steps in found.values()]
    return "\n".join([*lines, f"| total without imports | {' | '.join(cells)} |"])


def ratios_table(found: dict[str, Steps]) -> str:
    """Divide each total by the first implementation's."""
    reference, *others = found
    lines = [f"| compared with {reference} | time | processor time | memory |", "|---|---|---|---|"]
    for name in others:
        cells = [f"{total(found[name], column) / total(found[reference], column):.2f}" for column in range(3)]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def growth_table(measured: dict[int, dict[str, Steps]]) -> str:
    """Lay out microseconds per address: a constant is a linear growth."""
    names = list(next(iter(measured.values())))
    lines = [f"| µs per address | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    for size, found in sorted(measured.items()):
        lines.append(f"| {size:,} | {' | '.join(f'{1e6 * total(found[name]) / size:.1f}' for name in names)} |")
    return "\n".join(lines)


def plot(measured: dict[int, dict[str, Steps]], path: Path) -> None:
    """Draw seconds by number of addresses, both on logarithmic scales, beside a line of linear growth."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    sizes = sorted(measured)
    figure, axes = pyplot.subplots(figsize=(6, 4), layout="constrained")
    for name in next(iter(measured.values())):
        axes.loglog(sizes, [total(measured[size][name]) for size in sizes], marker="o", label=name)
    start = total(measured[sizes[-1]]["atlas"]) / sizes[-1] if "atlas" in measured[sizes[-1]] else 1e-5
    axes.loglog(sizes, [start * size for size in sizes], color="grey", linestyle=":", label="linear")
    axes.set(xlabel="addresses", ylabel="seconds, imports apart", title="The same work, the same results")
    axes.legend()
    figure.savefig(path, dpi=150)


def fastest(*arguments: str, times: int = 5) -> float:
    """Time a Python program, the best of several runs."""
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        subprocess.run([sys.executable, *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


if __name__ == "__main__":
    main()
