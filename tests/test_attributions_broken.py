"""Every broken file of attributions refuses with its codes and its words, and leaves the output as it was."""

from __future__ import annotations

import csv
import io
import tomllib

import pandas as pd
import pytest
from typer.testing import CliRunner

from atlas.cli import app
from atlas.convention import attributions
from atlas.errors import AtlasError
from tests.test_broken import FOLDER

CASES = tomllib.loads((FOLDER / "attributions.toml").read_text("utf-8"))["cas"]


def written(case: dict, folder):
    """Write the files of a case and give their paths, and that of its territory file."""
    paths = []
    for name, text in case["fichiers"]:
        paths.append(folder / name)
        if name.endswith(".xlsx"):
            table = pd.DataFrame(list(csv.reader(io.StringIO(text), delimiter=";")))
            with pd.ExcelWriter(folder / name) as book:
                for rank in range(case.get("feuilles", 1)):
                    table.to_excel(book, sheet_name=f"f{rank}", index=False, header=False)
        else:
            (folder / name).write_text(text, "utf-8")
    territory = folder / "territoire.toml" if "territoire" in case else None
    if territory is not None:
        territory.write_text(case["territoire"], "utf-8")
    return paths, territory


def test_there_are_enough_cases_and_their_names_differ():
    names = [case["nom"] for case in CASES]
    assert len(names) >= 20 and len(set(names)) == len(names)


@pytest.mark.parametrize("case", CASES, ids=[case["nom"] for case in CASES])
def test_a_broken_file_says_what_is_wrong(case, tmp_path):
    paths, territory = written(case, tmp_path)
    with pytest.raises(AtlasError) as caught:
        attributions(paths, tmp_path / "sortie", territory)
    message = str(caught.value)
    assert sorted({fault.code for fault in caught.value.faults}) == case["codes"], message
    for words in case["mots"]:
        assert words in message, message
    for fault in caught.value.faults:
        assert fault.what and fault.expected and fault.remedy
        assert str(tmp_path) not in str(fault)
    assert not (tmp_path / "sortie").exists()


def test_what_was_written_before_is_left_as_it_was(tmp_path):
    good, bad = tmp_path / "a_2020.csv", tmp_path / "b_2020.csv"
    good.write_text("bailleur;attributions_q1_hors_qpv;attributions_hors_qpv\nA;1;4\n", "utf-8")
    bad.write_text("bailleur;attributions_q1_hors_qpv;attributions_hors_qpv\nB;x;4\n", "utf-8")
    before = {path.name: path.read_bytes() for path in attributions([good], tmp_path / "s").written}
    with pytest.raises(AtlasError):
        attributions([good, bad], tmp_path / "s")
    assert {path.name: path.read_bytes() for path in (tmp_path / "s").iterdir()} == before


@pytest.mark.parametrize("words", [[], ["--json"], ["t.csv", "--inconnue"], ["t.csv", "--sortie"]])
def test_a_wrong_usage_leaves_with_2(words):
    assert CliRunner().invoke(app, ["attributions", *words]).exit_code == 2


def test_a_folder_in_the_place_of_a_file_is_a_fault(tmp_path):
    with pytest.raises(AtlasError, match="LECTURE-ABSENT"):
        attributions([tmp_path])
