"""Tables that do not begin where a table begins, and workbooks of every kind: read, or told where the headers are."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

import openpyxl
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


# --- workbooks ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls", "xlsb"])
def test_every_workbook_is_read_as_the_text_is(folder, kind):
    path = folder / f"ops.{kind}"
    make.xlsx(path, {"Données": ROWS}) if kind == "xlsx" else getattr(make, kind)(path, ROWS)
    inputs = read(folder, path.name)
    same(inputs)
    assert any(f"ops.{kind} : {kind.upper()}, feuille" in note for note in inputs.remarks)
    with zipfile.ZipFile(folder / "ops.zip", "w") as archive:
        archive.write(path, path.name)
    same(read(folder, "ops.zip"))


def test_a_title_in_a_workbook(folder):
    make.xlsx(folder / "ops.xlsx", {"Feuil1": [[TITLE], [], *ROWS]})
    fault = refused(folder, "ops.xlsx")
    assert "à la ligne 3 de la feuille « Feuil1 »" in fault.what
    same(read(folder, "ops.xlsx", keys_of(fault)), 4)


@pytest.mark.parametrize("cover", [[["Direction de l'habitat"], [TITLE]], [], [["campagne", "code_insee"]]])
@pytest.mark.parametrize("hidden", [(), ("Accueil",)])
def test_a_cover_or_a_hidden_sheet(folder, cover, hidden):
    make.xlsx(folder / "ops.xlsx", {"Accueil": cover, "Données": [[TITLE], *ROWS]}, hidden)
    fault = refused(folder, "ops.xlsx")
    assert "à la ligne 2 de la feuille « Données »" in fault.what
    assert keys_of(fault) == 'feuille = "Données"\nentete = 2'
    same(read(folder, "ops.xlsx", keys_of(fault)), 3)


def test_two_sheets_that_hold_the_table_are_not_chosen_between(folder):
    older = [ROWS[0], *([row[0], *row[1:7], row[7] + 1, *row[8:]] for row in ROWS[1:])]
    make.xlsx(folder / "ops.xlsx", {"Livraison": ROWS, "Livraison (2)": older})
    fault = refused(folder, "ops.xlsx")
    assert fault.code == "LECTURE-FEUILLES" and "Livraison, Livraison (2)" in fault.what
    same(read(folder, "ops.xlsx", keys_of(fault)))
    make.xlsx(folder / "ops.xlsx", {"Ancienne": older, "Livraison": ROWS}, hidden=["Ancienne"])
    fault = refused(folder, "ops.xlsx")
    assert "« Ancienne », masquée" in fault.what and keys_of(fault) == 'feuille = "Livraison"'
    same(read(folder, "ops.xlsx", keys_of(fault)))
    make.xlsx(folder / "ops.xlsx", {"Données": ROWS, "Modèle": ROWS[:1], "Notes": [["rien"]]})
    same(read(folder, "ops.xlsx"))


def test_a_sheet_that_is_declared_of_one_cell(folder):
    make.xlsx(folder / "whole.xlsx", {"Données": ROWS})
    with zipfile.ZipFile(folder / "whole.xlsx") as whole, zipfile.ZipFile(folder / "ops.xlsx", "w") as archive:
        for name in whole.namelist():
            archive.writestr(name, re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', whole.read(name)))
    same(read(folder, "ops.xlsx"))


# --- formulas, per cent, protection ---------------------------------------------------------------------------


@pytest.mark.parametrize(("rows", "words"), [((2,), "ligne 2"), ((2, 3, 4, 5), "lignes 2, 3, 4, 5")])
@pytest.mark.parametrize("name", ["nb_logements", "emmenages_recents", "code_insee"])
def test_formulas_that_nobody_computed_are_named(folder, rows, words, name):
    make.xlsx(folder / "ops.xlsx", {"Données": ROWS})
    book = openpyxl.load_workbook(folder / "ops.xlsx")
    place = ROWS[0].index(name) + 1
    for row in rows:
        cell = book.active.cell(row, place)
        cell.value = f'="{cell.value}"' if name == "code_insee" else f"={cell.value}+0"
    book.save(folder / "ops.xlsx")
    fault = refused(folder, "ops.xlsx")
    assert fault.code == "LECTURE-FORMULE" and f"{name} : {words}" in fault.what


def test_a_formula_in_a_header_is_named_and_one_beside_is_nothing(folder):
    make.xlsx(folder / "ops.xlsx", {"Données": ROWS})
    book = openpyxl.load_workbook(folder / "ops.xlsx")
    book.active.cell(2, 40).value = "=A2"
    book.save(folder / "ops.xlsx")
    same(read(folder, "ops.xlsx"))
    book.active.cell(1, 10).value = '="menages_"&"ressources_connues"'
    book.save(folder / "ops.xlsx")
    assert refused(folder, "ops.xlsx").code == "LECTURE-FORMULE"
    make.ods(folder / "ops.ods", ROWS, uncomputed=True)
    assert refused(folder, "ops.ods").code == "LECTURE-FORMULE"


@pytest.mark.parametrize(
    ("form", "values"),
    [("0%", [0.15, 0.35]), ("0.0 %", [0.15, 0.35]), ("General", [15, 35]), ('0"%"', [15, 35]), ("0\\%", [15, 35])],
)
def test_cells_in_per_cent_are_read_for_what_they_are(folder, form, values):
    names = ["campagne", "bailleur", "id_adresse", "adresse", "code_postal", "code_insee", "ressources_pct_plus",
             "majeurs_chomeurs", "majeurs_activite_connue", "annee_emmenagement"]  # fmt: skip
    place = [2022, "Habitat Été", "A1", "1 rue des Tilleuls", "01990", "01901"]
    make.xlsx(folder / "m.xlsx", {"M": [names, *([*place, value, 0, 1, 2015] for value in values)]})
    book = openpyxl.load_workbook(folder / "m.xlsx")
    for row in range(2, 2 + len(values)):
        book.active.cell(row, 7).number_format = form
    book.save(folder / "m.xlsx")
    text = '[territoire]\nnom = "T"\ncampagnes = [2022]\n[sources.ops]\nfichiers = ["m.xlsx"]\ngrain = "menage"\n'
    (folder / "m.toml").write_text(text, "utf-8")
    ops = read_sources(read_territory(folder / "m.toml"), read_parameters(), Ledger()).ops
    assert ops[["menages_inf20_plus", "menages_inf40_plus"]].iloc[0].tolist() == [1, 2]


def test_a_count_in_per_cent_is_refused(folder):
    make.xlsx(folder / "ops.xlsx", {"Données": ROWS})
    book = openpyxl.load_workbook(folder / "ops.xlsx")
    book.active.cell(2, 12).number_format = "0%"
    book.save(folder / "ops.xlsx")
    fault = refused(folder, "ops.xlsx")
    assert fault.code == "OPS-TYPE" and "« 700 % »" in fault.what


def test_workbooks_under_a_password(folder):
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    for name in ("ops.xlsx", "ops.xls"):
        (folder / name).write_bytes(ole + "EncryptedPackage".encode("utf-16-le") + bytes(512))
        assert refused(folder, name).code == "LECTURE-PROTEGE"
    with zipfile.ZipFile(folder / "ops.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", b"\x01\x02")
        archive.writestr("META-INF/manifest.xml", "<m><manifest:encryption-data/></m>")
    assert refused(folder, "ops.ods").code == "LECTURE-PROTEGE"


@pytest.mark.parametrize("name", ["ops.xls", "ops.xlsx", "ops.csv", "ops.xlsb"])
@pytest.mark.parametrize(
    "page",
    ["<html><body><table><tr><td>campagne</td></tr></table></body></html>", "<!DOCTYPE html>\n<p>Connexion</p>",
     "<table><tr><td>1</td></tr></table>", "\ufeff \n<HTML xmlns:x='x'><head></head></HTML>",
     "MIME-Version: 1.0\nX-Document-Type: Workbook\n",
     "<?xml version='1.0'?><?mso-application progid='Excel.Sheet'?><Workbook/>"],
)  # fmt: skip
def test_pages_saved_as_workbooks_are_named(folder, name, page):
    for encoding in ("utf-8", "utf-16"):
        (folder / name).write_bytes(page.encode(encoding))
        fault = refused(folder, name)
        assert fault.code == "LECTURE-FORMAT" and ("page HTML" in fault.what or "document XML" in fault.what)


@pytest.mark.parametrize("kind", ["xlsx", "ods", "xls", "xlsb"])
def test_damaged_workbooks_are_one_fault(folder, kind):
    path = folder / f"ops.{kind}"
    make.xlsx(path, {"Données": ROWS}) if kind == "xlsx" else getattr(make, kind)(path, ROWS)
    if kind == "xls":
        path.write_bytes(path.read_bytes()[:700])
    else:
        damaged = folder / "damaged"
        with zipfile.ZipFile(path) as whole, zipfile.ZipFile(damaged, "w") as archive:
            for name in whole.namelist():
                archive.writestr(name, b"<x/>" if name.startswith(("content", "xl/work")) else whole.read(name))
        damaged.replace(path)
    assert refused(folder, path.name).code in (f"LECTURE-{kind.upper()}", "LECTURE-FEUILLE", "LECTURE-VIDE")


def test_a_table_under_the_name_of_an_old_workbook_is_read(folder):
    (folder / "ops.xls").write_text(TEXT.replace(";", "\t"), "utf-8")
    same(read(folder, "ops.xls"))
    make.xlsx(folder / "ops.xls", {"Données": ROWS})
    same(read(folder, "ops.xls"))


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
