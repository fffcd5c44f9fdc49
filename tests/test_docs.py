"""The README tells the truth: its commands run, its territory file parses, its tables name what exists."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from atlas.cli import app
from atlas.tables import UNITS
from atlas.territory import Territory

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, flags=re.DOTALL)


def test_the_two_command_lines_are_marked_for_ci():
    for mark in ("<!-- demo -->", "<!-- tests -->"):
        assert re.search(rf"{mark}\n```sh\n\S.*\n```", README)


def test_the_territory_file_of_the_readme_is_valid():
    text = next(text for kind, text in BLOCKS if kind == "toml")
    assert Territory.model_validate(tomllib.loads(text)).territoire.campagnes == (2020, 2022)


def test_every_command_is_documented_and_exists():
    listed = set(re.findall(r"^\| `atlas ([\w-]+)", README, flags=re.MULTILINE))
    assert listed == set(get_command(app).commands) - {"version"}


def test_every_layer_is_documented():
    row = next(line for line in README.splitlines() if "atlas.gpkg" in line and line.startswith("|"))
    assert set(UNITS) <= set(re.findall(r"`(\w+)`", row))


@pytest.mark.parametrize("folder", ["atlas", "layers", "data", "notebooks", "tests"])
def test_the_layout_names_folders_that_exist(folder):
    assert (ROOT / folder).is_dir() and f"{folder}/" in README


def test_the_commands_of_the_readme_run_from_an_installed_wheel_without_network(tmp_path):
    """Build the wheel, install it alone in an environment that borrows the dependencies, cut the network, run all."""
    commands = [
        line.split()[1:]
        for kind, text in BLOCKS
        if kind == "sh"
        for line in text.splitlines()
        if line.startswith("atlas ")
    ]
    assert len(commands) >= 3 and any(command[0] == "demo" for command in commands)
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", tmp_path / "dist", ROOT],
        check=True,
        capture_output=True,
    )
    wheel = next((tmp_path / "dist").glob("*.whl"))
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    python = tmp_path / "env" / "bin" / "python"
    site = next((tmp_path / "env" / "lib").glob("python*")) / "site-packages"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", site, wheel],
        check=True,
        capture_output=True,
    )
    borrowed = Path(shutil.__file__ and __import__("pandas").__file__).parent.parent
    (site / "borrowed.pth").write_text(str(borrowed), "utf-8")
    (site / "sitecustomize.py").write_text(
        "import socket\ndef refused(*arguments, **options):\n    raise OSError('network is cut')\n"
        "socket.socket.connect = socket.create_connection = socket.getaddrinfo = refused\n",
        "utf-8",
    )
    empty = tmp_path / "empty"
    empty.mkdir()
    program = (
        "import sys, atlas; assert 'site-packages' in atlas.__file__, atlas.__file__; sys.argv[0] = 'atlas'; "
        "from atlas.cli import main; main()"
    )
    # An own network namespace has no interface at all; where that is not allowed, cutting the sockets is enough.
    cut = (
        ["unshare", "--net"]
        if subprocess.run(["unshare", "--net", "true"], capture_output=True, check=False).returncode == 0
        else []
    )
    for command in commands:
        run = [*cut, python, "-c", program, *command]
        done = subprocess.run(run, cwd=empty, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        assert command[0] != "demo" or "interne/index.html" in done.stdout
    assert (empty / "atlas-demo" / "interne" / "index.html").is_file()
