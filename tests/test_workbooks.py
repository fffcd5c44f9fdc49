"""Workbooks of every kind, as offices save them: read as the text is, or named for what they are."""

from __future__ import annotations

import re
import shutil
import zipfile

import openpyxl
import pytest
import workbook_factory as make

from atlas.ledger import Ledger
from atlas.parameters import read_parameters
from atlas.sources import read_sources
from atlas.territory import read_territory
from tests.test_layout import BASE, ROWS, TEXT, TITLE, keys_of, read, refused, same


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(BASE, tmp_path, dirs_exist_ok=True)
    return tmp_path


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


def test_percentages_of_an_opendocument_sheet_are_read_for_what_they_are(folder):
    """As LibreOffice writes them: equal rows and equal cells side by side are written once, with how many they are."""
    names = "campagne bailleur id_adresse adresse code_postal code_insee majeurs_chomeurs majeurs_activite_connue"
    place = [2022, "Habitat Été", "A1", "1 rue des Tilleuls", "01990", "01901", 1, 1, 2015]
    make.ods(
        folder / "m.ods",
        [[*names.split(), "annee_emmenagement", "ressources_pct_plus"], [*place, 0.15], [*place, 0.35], [*place, 35]],
    )
    with zipfile.ZipFile(folder / "m.ods") as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    content = parts["content.xml"].decode()
    start = content.rindex("<table:table-row", 0, content.index('office:value="0.35"'))
    row = content[start:].split("</table:table-row>")[0]
    assert row.count('office:value="1"') == 2
    cell = next(one for one in row.split("<table:table-cell") if 'office:value="1"' in one)
    short = row.replace(f"<table:table-cell{cell}" * 2, f"<table:table-cell table:number-columns-repeated='2'{cell}")
    assert short != row
    twice = short.replace("<table:table-row", "<table:table-row table:number-rows-repeated='2'", 1)
    parts["content.xml"] = content.replace(row, twice).encode()
    with zipfile.ZipFile(folder / "m.ods", "w") as archive:
        for name, raw in parts.items():
            archive.writestr(name, raw)
    text = '[territoire]\nnom = "T"\ncampagnes = [2022]\n[sources.ops]\nfichiers = ["m.ods"]\ngrain = "menage"\n'
    (folder / "m.toml").write_text(text, "utf-8")
    ops = read_sources(read_territory(folder / "m.toml"), read_parameters(), Ledger()).ops
    assert ops[["menages_inf20_plus", "menages_inf40_plus", "majeurs_chomeurs"]].iloc[0].tolist() == [1, 4, 4]


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


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_identifiers_longer_than_a_spreadsheet_keeps_are_refused(folder, kind):
    place = ROWS[0].index("id_adresse")

    def numbered(first: int) -> list[list[object]]:
        return [ROWS[0], *([*row[:place], first + n, *row[place + 1 :]] for n, row in enumerate(ROWS[1:]))]

    path, rows = folder / f"ops.{kind}", numbered(2_101_020_000_001_234_000)
    make.xlsx(path, {"Feuil1": rows}) if kind == "xlsx" else make.ods(path, rows)
    fault = refused(folder, path.name)
    assert fault.code == "OPS-SCIENTIFIQUE" and "un tableur l'a arrondi" in fault.remedy
