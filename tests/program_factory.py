"""A copy of the program that tests change: its commands, and what it publishes read back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyogrio
from selectolax.lexbor import LexborHTMLParser

ROOT = Path(__file__).parent.parent


def atlas(program: Path, *words: object) -> str:
    """Run a command of the copy."""
    done = subprocess.run(
        [sys.executable, "-c", "from atlas.cli import app; app()", *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(program)},
        cwd=program,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def text_of(path: Path) -> str:
    """Read the words of a page, with straight apostrophes and simple spaces."""
    body = LexborHTMLParser(path.read_text("utf-8")).body
    for one in body.css("script, style"):
        one.decompose()
    return " ".join(body.text(separator=" ").replace("’", "'").split())


def data_of(path: Path) -> dict:
    """Read the data that a page of the map holds."""
    (island,) = LexborHTMLParser(path.read_text("utf-8")).css('script[type="application/json"]')
    return json.loads(island.text())


def table_of(edition: Path, name: str) -> pd.DataFrame:
    """Read a layer of the GeoPackage of an edition, without its geometry."""
    return pyogrio.read_dataframe(edition / "atlas.gpkg", layer=name, read_geometry=False)
