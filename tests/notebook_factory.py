"""Notebooks executed by tests: each in a temporary folder of its own, as a reader would run it from top to bottom."""

from __future__ import annotations

import os
import warnings
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "notebooks"


def executed(path: Path, temporary: Path) -> Any:
    """Run every cell of a notebook; what it writes goes under ``temporary``."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the notebook machinery; those of the atlas are seen by its own tests
        import nbformat
        from nbclient import NotebookClient

        notebook = nbformat.read(path, as_version=4)
        client = NotebookClient(notebook, timeout=300, kernel_name="python3")
        return client.execute(env={**os.environ, "TMPDIR": str(temporary)})


def outputs(notebook: Any, kind: str) -> list[Any]:
    """List the outputs of a kind (``image/png``, ``text/plain``, ``text/html``, ``text`` for what is printed)."""
    found = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
    printed = [output["text"] for output in found if kind == "text" and "text" in output]
    return printed + [output["data"][kind] for output in found if kind in output.get("data", {})]
