"""The speed benchmark runs, at a tiny size, and the implementations it compares agree; no time is asserted here."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from tests.benchmarks.france import write_france
from tests.benchmarks.speed import assert_same
from tests.benchmarks.work import UNITS

ROOT = Path(__file__).parent.parent
SIZE = 600


def implementations() -> list[str]:
    """What can run here: DuckDB only with its spatial extension installed, since it would fetch it from a network."""
    spatial = importlib.util.find_spec("duckdb_extension_spatial") is not None
    return ["atlas", "geopandas", *(["duckdb"] if spatial else [])]


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> tuple[Path, str]:
    """Folder of the files and results, and what the benchmark printed."""
    folder = tmp_path_factory.mktemp("speed")
    command = [sys.executable, "tests/benchmarks/speed.py", "--sizes", str(SIZE), "--repeat", "1"]
    command += ["--folder", str(folder), "--plot", str(folder / "growth.png"), "--only", *implementations()]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_the_benchmark_reports_every_step_of_every_implementation(run):
    folder, printed = run
    for word in ("read", "place", "group", "rents", "count", "write", "total", "peak MB", "--help", *implementations()):
        assert word in printed
    assert (folder / "growth.png").stat().st_size > 0


def test_the_comparison_sees_one_household_too_many_and_one_address_moved(run, tmp_path):
    results = run[0] / str(SIZE)
    for name in ("atlas", "geopandas"):
        (tmp_path / name).symlink_to(results / name)
    assert_same(tmp_path / "atlas", tmp_path / "geopandas")
    for table, column in (("iris", "menages"), ("residences", "n_inf40"), ("labels", "id_residence")):
        changed = tmp_path / table
        changed.mkdir()
        for path in (results / "geopandas").iterdir():
            (changed / path.name).symlink_to(path)
        rows = pd.read_parquet(changed / f"{table}.parquet")
        rows.loc[0, column] = "elsewhere" if table == "labels" else rows.loc[0, column] + 1
        (changed / f"{table}.parquet").unlink()
        rows.to_parquet(changed / f"{table}.parquet")
        with pytest.raises(AssertionError):
            assert_same(tmp_path / "atlas", changed)


def test_the_files_hold_what_was_asked(run):
    results = run[0] / str(SIZE)
    survey = pd.read_csv(results / "ops.csv", sep=";", dtype={"code_insee": "str"})
    dwellings = pd.read_csv(results / "logements.csv", sep=";")
    assert len(survey) == SIZE and len(dwellings) == survey["nb_logements"].sum() == 6 * SIZE
    counted = {kind: pd.read_parquet(results / "atlas" / f"{kind}.parquet") for kind in (*UNITS, "territoire")}
    for kind in ("situations", "communes", "bailleurs", "residences", "territoire"):
        assert counted[kind]["nb_logements"].sum() == 6 * SIZE, kind
    assert {"QPV", "hors QPV"} <= set(counted["situations"]["id"])
    assert 1 < len(counted["residences"]) < SIZE


def test_the_same_seed_gives_the_same_files_and_another_does_not(tmp_path):
    bytes_of = [
        (write_france(tmp_path / name, 50, seed) / "ops.csv").read_bytes()
        for name, seed in (("a", 1), ("b", 1), ("c", 2))
    ]
    assert bytes_of[0] == bytes_of[1] != bytes_of[2]


def test_the_benchmark_of_legal_shares_tests_all_it_draws():
    command = [sys.executable, "tests/benchmarks/attributions.py", "--decisions", "2000", "--requests", "3000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "attributions:" in done.stdout, done.stderr
