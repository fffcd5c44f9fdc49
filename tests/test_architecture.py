"""The house keeps its shape: floors, sizes, the seal, the top level."""

from __future__ import annotations

import ast
import subprocess
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from atlas.errors import Faults
from atlas.parameters import read_parameters
from atlas.plan.wired import check_declarations

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "atlas"

# A module imports strictly lower floors only; a package counts as one module, its rooms may share.
FLOORS = (
    {"errors", "cell_guard", "command_help", "later", "mojibake", "progress", "promise", "resources", "writing"},
    {"tables", "shares", "prospective", "compose"},
    {"parameters", "catalogue", "territory", "ledger", "symbology", "geo", "edition", "output", "options"},
    {"methods"},
    {"sources", "secrecy", "offer", "evolution"},
    {
        "gather",
        "match",
        "place",
        "group",
        "filiation",
        "attribution_counts",
        "dwellings",
        "count",
        "describe",
        "protect",
        "judge",
    },
    {"publish", "plan", "rules", "audit", "unprotected", "inspect", "journal"},
    {"pipeline", "check", "convention", "explain", "compare", "simulate", "schema", "deliver", "fetch", "library"},
    {"init", "opening", "allocation", "housing"},
    {"cli"},
)
FLOOR = {name: number for number, names in enumerate(FLOORS) for name in names}
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path != PACKAGE / "__init__.py")


def room(path: Path) -> str:
    """Name of the module or package under atlas/ that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Names of the atlas modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "atlas":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("atlas."):
            found.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("atlas.")}
    return found - {"__version__"}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_imports_strictly_lower_floors(path):
    own = room(path)
    too_high = {name for name in imported(path) - {own} if FLOOR[name] >= FLOOR[own]}
    assert not too_high, f"{own} (floor {FLOOR[own]}) imports {too_high}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_module_is_over_300_lines(path):
    assert len(path.read_text("utf-8").splitlines()) <= 300


def test_the_pipeline_holds_on_one_page():
    assert len((PACKAGE / "pipeline.py").read_text("utf-8").splitlines()) <= 100


def test_only_protect_seals_an_edition():
    callers = {room(path) for path in MODULES if "sealed(" in path.read_text("utf-8")}
    assert callers == {"protect", "edition"}


def test_the_audit_shares_no_code_with_what_it_checks():
    for path in (PACKAGE / "audit").rglob("*.py"):
        assert not imported(path) & {"secrecy", "protect", "publish"}, path.name


def test_publish_reads_editions_and_no_stage():
    stages = FLOORS[5]
    for path in (PACKAGE / "publish").rglob("*.py"):
        assert not imported(path) & stages, path.name


def test_no_room_of_publish_leads_back_to_itself():
    """What is made of other rooms is never read by them: whoever changes one knows which others may follow."""
    rooms: dict[str, set[str]] = {}
    for path in (PACKAGE / "publish").rglob("*.py"):
        own = path.relative_to(PACKAGE / "publish").parts[0].removesuffix(".py")
        for node in ast.parse(path.read_text("utf-8")).body:  # what is for type checkers alone is indented
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("atlas.publish."):
                rooms.setdefault(own, set()).add(node.module.split(".")[2])
    TopologicalSorter({own: needs - {own} for own, needs in rooms.items()}).prepare()  # names the cycle, if any


def test_no_module_configures_logging_or_warnings():
    for path in MODULES:
        text = path.read_text("utf-8")
        assert "basicConfig" not in text and "warnings.filterwarnings" not in text and "simplefilter" not in text, (
            path.name
        )


def test_what_is_declared_is_wired():
    faults = Faults()
    check_declarations(read_parameters().values, faults)
    assert not faults.found, "\n".join(map(str, faults.found))


def test_the_top_level_is_the_agreed_one():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    tops = {name.split("/")[0] for name in listed.stdout.splitlines()}
    allowed = {"pyproject.toml", "README.md", "LICENSE", "atlas", "layers", "notebooks", "tests", "data"}
    assert {name for name in tops if not name.startswith(".")} <= allowed


def test_no_file_names_a_machine_or_a_registry():
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    forbidden = ("/" + "work/", "/" + "root/", "pythonhosted" + ".org", "registry" + ".npmjs", "pypi" + ".org")
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if (
            path.suffix in {".py", ".toml", ".md", ".csv", ".json", ".ipynb", ".html", ".js", ".css", ""}
            and path.is_file()
        ):
            text = path.read_text("utf-8", errors="ignore")
            assert not [word for word in forbidden if word in text], name
