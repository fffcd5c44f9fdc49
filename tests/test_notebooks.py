"""Every notebook runs from its first to its last cell, and is kept as it was run."""

from __future__ import annotations

import json
import re

import pytest
from notebook_factory import FOLDER, executed, outputs

NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
ELSEWHERE = {"04_ajouter_une_methode"}  # tests/test_notebook_method.py runs it, and looks at what it built


@pytest.mark.parametrize("path", [path for path in NOTEBOOKS if path.stem not in ELSEWHERE], ids=lambda path: path.stem)
def test_the_notebook_runs(path, tmp_path):
    assert outputs(executed(path, tmp_path), "image/png"), "a visit shows pictures"


def test_there_are_notebooks():
    assert {path.stem for path in NOTEBOOKS} > ELSEWHERE


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_notebook_is_kept_with_its_outputs(path):
    """Run once from top to bottom, without a warning, with nothing of the machine that ran it."""
    cells = json.loads(path.read_text("utf-8"))["cells"]
    ran = [cell for cell in cells if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in ran] == list(range(1, len(ran) + 1))
    kept = [output for cell in ran for output in cell["outputs"]]
    assert not [one for one in kept if one["output_type"] == "error" or one.get("name") == "stderr"]
    told = [json.dumps({**one, "data": {**one.get("data", {}), "image/png": ""}}) for one in kept]
    assert not [one for one in told if re.search(r"/(tmp|home|root|usr|var|opt)/| at 0x[0-9a-f]+", one)]
