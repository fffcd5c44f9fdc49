"""What is loaded and when: a page of help loads no library, a process that sets a document next to nothing.

Each is asked in an interpreter of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from atlas.later import geopandas, process, pyproj, sparse

ROOT = Path(__file__).parent.parent
HEAVY = {
    *("fiona", "folium", "geopandas", "openpyxl", "pandera", "py7zr", "pyogrio", "pyproj", "python_calamine"),
    *("rapidfuzz", "scipy", "sklearn", "typst", "xlsxwriter"),
}
TABLES = {"numpy", "pandas", "pyarrow", "pydantic", "shapely"}


def loaded(program: str, *arguments: str) -> set[str]:
    """Names of the modules that a program has loaded when it ends."""
    told = f"import atexit, sys\natexit.register(lambda: print(list(sys.modules), file=sys.stderr))\n{program}"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", told, *arguments], env=environment, capture_output=True, text=True, check=True
    )
    found = set(json.loads(done.stderr.strip().splitlines()[-1].replace("'", '"')))
    assert {"atlas", "sys"} <= found
    return found


@pytest.mark.parametrize("arguments", [("--help",), ("build", "--help"), ("rules", "--help")])
def test_help_loads_no_library_of_tables(arguments):
    found = loaded("from atlas.cli import main; main()", *arguments)
    read_by_typer = {"pydantic"} if len(arguments) > 1 else set()  # to check what a command is given
    assert not found & (HEAVY | TABLES - read_by_typer)
    assert "atlas.pipeline" not in found


def test_rules_are_listed_without_the_libraries_of_tables():
    assert not loaded("from atlas.cli import main; main()", "rules") & (HEAVY | TABLES - {"pydantic"})


def test_the_page_of_the_flow_loads_what_every_stage_reads_and_no_more():
    found = loaded("import atlas.pipeline")
    assert not found & (HEAVY | {"jinja2"})
    assert "atlas.match.stage" in found


def test_a_process_that_sets_a_document_imports_next_to_nothing(tmp_path):
    """As the pool starts it: the main module under another name, then what was pickled."""
    program = "from atlas.cli import main\nfrom atlas.compose import Job, compose"
    assert {name for name in loaded(program) if name.split(".")[0] == "atlas"} == {
        *("atlas", "atlas.cli", "atlas.compose", "atlas.errors")
    }
    assert not loaded(program) & (HEAVY | TABLES | {"typer"})


def test_what_is_loaded_later_is_the_library_itself():
    import geopandas as gpd
    import rapidfuzz
    import scipy

    assert sparse.csr_array is scipy.sparse.csr_array and process.cdist is rapidfuzz.process.cdist
    assert geopandas.GeoDataFrame is gpd.GeoDataFrame and pyproj.CRS(2154).to_epsg() == 2154
    with pytest.raises(AttributeError):
        _ = sparse.nothing_of_the_kind
