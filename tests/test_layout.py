"""Tables that do not begin where a table begins: read, or told where the headers are."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
import workbook_factory as make

from atlas.errors import AtlasError, Fault
from atlas.ledger import Ledger
from atlas.parameters import read_parameters
from atlas.sources import Inputs, read_sources
from atlas.territory import read_territory

BASE = Path(__file__).parent / "broken" / "base"
ROWS = make.rows_of(BASE / "ops.csv")
TEXT = (BASE / "ops.csv").read_text("utf-8")
TITLE = "Enquête OPS 2022, export du 12/03/2022, 4 adresses"


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(BASE, tmp_path, dirs_exist_ok=True)
    return tmp_path


def read(folder: Path, file: str = "ops.csv", keys: str = "") -> Inputs:
    text = (BASE / "territoire.toml").read_text("utf-8")
    assert '["ops.csv"]' in text
    (folder / "t.toml").write_text(text.replace('["ops.csv"]', f'["{file}"]\n{keys}'), "utf-8")
    return read_sources(read_territory(folder / "t.toml"), read_parameters(), Ledger())


def refused(folder: Path, file: str = "ops.csv", keys: str = "") -> Fault:
    with pytest.raises(AtlasError) as caught:
        read(folder, file, keys)
    (fault,) = caught.value.faults
    assert fault.what and fault.expected and fault.remedy
    return fault


def keys_of(fault: Fault) -> str:
    """The keys that a fault proposes, as they are to be pasted."""
    return "\n".join(re.findall(r'(?:feuille = "[^"]*"|entete = (?:\d+|\[[\d, ]+\]))', fault.remedy))


PLAIN = read_sources(read_territory(BASE / "territoire.toml"), read_parameters(), Ledger()).ops


def same(inputs: Inputs, first_line: int = 2) -> None:
    """The survey is the one of the plain file, its lines where they really are."""
    assert inputs.ops["ligne"].tolist() == list(range(first_line, first_line + 4))
    gone = ["fichier", "ligne"]
    pd.testing.assert_frame_equal(inputs.ops.drop(columns=gone), PLAIN.drop(columns=gone))


# --- texts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("above", "line"),
    [
        (f"{TITLE}\n", 2),
        (f"{TITLE};;;;;;;;;;;;;;;;;;;\n", 2),
        (f"{TITLE}\n\nSource : SNE\n;;;\n", 5),
        ('"Un titre\nsur deux lignes"\n', 3),
    ],
)
def test_a_title_is_said_and_the_keys_proposed_work(folder, above, line):
    (folder / "ops.csv").write_text(above + TEXT, "utf-8")
    fault = refused(folder)
    assert fault.code == "LECTURE-ENTETE" and f"à la ligne {line} (campagne, bailleur, id_adresse" in fault.what
    assert keys_of(fault) == f"entete = {line}"
    same(read(folder, keys=keys_of(fault)), line + 1)


@pytest.mark.parametrize("sep", ["sep=;", "SEP=;", '"sep=;"', "sep=;;;;;", "sep=,", "\n", ";;;;", "\n\nsep=;"])
def test_what_only_spreadsheets_write_is_passed_over(folder, sep):
    (folder / "ops.csv").write_text(f"{sep}\n{TEXT}", "utf-8")
    same(read(folder), 3 + sep.count("\n"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "cp1252"])
def test_the_separator_line_in_every_encoding(folder, encoding):
    (folder / "ops.csv").write_bytes(f"sep=;\r\n{TEXT}".replace("\n", "\r\n").replace("\r\r", "\r").encode(encoding))
    same(read(folder), 3)


def test_a_line_of_units_is_said_and_the_keys_proposed_work(folder):
    head, *rest = TEXT.splitlines()
    units = ";".join(["année", "nom", "code", "texte", "code", "code", "texte", *["nombre"] * 13])
    (folder / "ops.csv").write_text("\n".join([head, units, *rest]) + "\n", "utf-8")
    fault = refused(folder)
    assert fault.code == "LECTURE-ENTETE" and "la ligne 2 n'est pas une ligne de données" in fault.what
    same(read(folder, keys=keys_of(fault)), 3)


@pytest.mark.parametrize("merged", [False, True])
def test_headers_on_two_lines_are_read_together(folder, merged):
    """Groups on the first line, blank where cells were merged; what they hold on the second."""
    names = TEXT.splitlines()[0].split(";")
    groups = ["Identification"] + [""] * 7 + ["menages"] + [""] * 5 + ["Emménagés", "", "", "majeurs", "", ""]
    below = [name.removeprefix("menages_").removeprefix("majeurs_") for name in names]
    below = ["" if name in ("menages", "majeurs") else name for name in below]
    if merged:
        rows = [groups, below, *ROWS[1:]]
        make.xlsx(folder / "ops.xlsx", {"Données": rows})
        file = "ops.xlsx"
    else:
        lines = [";".join(groups), ";".join(below), *TEXT.splitlines()[1:]]
        (folder / "ops.csv").write_text("\n".join(lines) + "\n", "utf-8")
        file = "ops.csv"
    fault = refused(folder, file)
    assert "entete = [1, 2]" in keys_of(fault) and "aux lignes 1 et 2" in fault.what
    same(read(folder, file, keys_of(fault)), 3)


@pytest.mark.parametrize(("keys", "code"), [("entete = 99", "LECTURE-ENTETE"), ("entete = 0", "TERR-VALEUR"),
                                            ("entete = [2, 1]", "TERR-VALEUR"), ("entete = 3", "LECTURE-ENTETE"),
                                            ("entete = true", "TERR-TYPE")])  # fmt: skip
def test_a_line_that_is_no_header_is_refused(folder, keys, code):
    assert refused(folder, keys=keys).code == code


def test_a_file_with_none_of_the_headers_says_what_lacks(folder):
    (folder / "ops.csv").write_text("a;b\n1;2\n3;4\n", "utf-8")
    with pytest.raises(AtlasError) as caught:
        read(folder)
    assert {fault.code for fault in caught.value.faults} >= {"OPS-COLONNE", "OPS-LIEU"}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_row_of_data_is_no_header_line(folder, kind):
    file = f"survey.{kind}"
    if kind == "csv":
        (folder / file).write_text(TEXT, "utf-8")
    else:
        make.xlsx(folder / file, {"Feuil1": ROWS})
    fault = refused(folder, file, "entete = [1, 2]")
    assert fault.code == "LECTURE-ENTETE" and "la ligne 2" in fault.what
    assert "entete = 1" in fault.remedy
    same(read(folder, file, "entete = 1"))


def test_numbered_columns_and_years_are_header_lines(folder):
    head, *rows = TEXT.splitlines()
    width = len(head.split(";"))
    for below in (";".join(map(str, range(1, width + 1))), ";" * (width - 2) + "2022;2022"):
        (folder / "survey.csv").write_text("\n".join([head, below, *rows]) + "\n", "utf-8")
        same(read(folder, "survey.csv", "entete = [1, 2]"), 3)
