"""CSV, workbook, dictionary and manifest: the figures of the GeoPackage, safe in a spreadsheet, explained."""

from __future__ import annotations

import hashlib
import json
import zipfile

import openpyxl
import pandas as pd
import pyogrio
import pytest

from atlas.publish import workbook
from atlas.publish.book import Book
from atlas.publish.downloads import write_downloads
from atlas.publish.geopackage import write_geopackage
from atlas.publish.layers import layers_of
from atlas.publish.manifest import fingerprints, write_manifest
from atlas.publish.tabular import write_csv
from tests.edition_factory import HOSTILE, make_edition


@pytest.fixture(scope="module", params=["interne", "partenaire"])
def edition(request):
    return make_edition(masked=request.param == "partenaire", hostile=True)


@pytest.fixture(scope="module")
def folder(edition, tmp_path_factory):
    place = tmp_path_factory.mktemp("edition")
    write_geopackage(Book.of(edition), place / "atlas.gpkg")
    write_downloads(Book.of(edition), place)
    return place


def read_csv(path, **types):
    return pd.read_csv(
        path, sep=";", decimal=",", encoding="utf-8-sig", keep_default_na=False, na_values=[""], dtype=types
    )


def without_apostrophe(column):
    """Give back the texts that the CSV protects."""
    text = column.astype("str")
    return text.mask(text.str.match(r"'\s*[=+\-@\t\r\n]").fillna(False), text.str.slice(1))


def test_every_figure_of_the_csv_is_that_of_the_geopackage(folder):
    for layer, _ in pyogrio.list_layers(folder / "atlas.gpkg"):
        if layer == "layer_styles":
            continue
        inside = pyogrio.read_dataframe(folder / "atlas.gpkg", layer=layer, read_geometry=False)
        texts = {name: "str" for name in inside if inside[name].dtype.kind not in "if"}
        outside = read_csv(folder / "tableaux" / f"{layer}.csv", **texts)
        assert list(outside) == list(inside)
        for name in inside:
            if inside[name].dtype.kind in "if":
                pd.testing.assert_series_equal(outside[name].astype(float), inside[name].astype(float))
            else:
                found, expected = without_apostrophe(outside[name]), inside[name].astype("str")
                assert ((found == expected) | (found.isna() & expected.isna())).all(), (layer, name)


def test_the_csv_is_what_a_french_spreadsheet_expects(folder):
    raw = (folder / "tableaux" / "residences.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf") and b"\r\n" in raw
    assert b'"id";"nom"' in raw.splitlines()[0]
    wide = pd.read_csv(folder / "tableaux" / "residences.csv", sep=";", dtype=str)
    assert wide["tx_occupants"].dropna().str.fullmatch(r"\d+(,\d+)?").all()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\n=", "  =", "＝"])
def test_no_text_of_a_csv_starts_a_formula(tmp_path, start):
    table = pd.DataFrame({"nom": [f"{start}cmd|' /C calc'!A0", None, "Les Lilas"], "marge": [-3.5, None, 2.0]})
    write_csv(table, tmp_path / "t.csv")
    text = (tmp_path / "t.csv").read_bytes().decode("utf-8-sig")
    assert f"\"'{start}cmd|' /C calc'!A0\"" in text
    assert ';"-3,5"' in text, "a negative number stays a number"
    assert read_csv(tmp_path / "t.csv")["marge"].tolist()[0] == -3.5


def test_an_empty_table_keeps_its_header(tmp_path):
    write_csv(pd.DataFrame({"a": pd.Series(dtype="str"), "b": pd.Series(dtype="float64")}), tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes() == b'\xef\xbb\xbf"a";"b"\r\n'


@pytest.fixture(scope="module")
def book(folder):
    return openpyxl.load_workbook(folder / "tableaux" / "atlas.xlsx")


def test_the_workbook_holds_one_sheet_per_table_after_its_notice(book, edition):
    assert book.sheetnames == ["Lisez-moi", *(layer.name for layer in layers_of(edition))]
    read_me = "\n".join(str(cell.value) for row in book["Lisez-moi"] for cell in row)
    for said in ("Données fictives", "secret", "apostrophe", "fragilite_inf40", "ops_2022_simule.csv"):
        assert said in read_me
    assert ("Non publié : Adresses" in read_me) is edition.masked


def test_the_sheets_say_what_the_csv_say(book, folder, edition):
    for layer in layers_of(edition):
        sheet = book[layer.name]
        assert sheet.freeze_panes == "C3" and sheet.max_row == len(layer.table) + 2
        labels, codes, *body = sheet.iter_rows(values_only=True)
        assert list(codes) == [column.name for column in layer.columns] and all(labels)
        outside = read_csv(folder / "tableaux" / f"{layer.name}.csv")
        for position, name in enumerate(codes):
            inside = [row[position] for row in body]
            if layer.columns[position].numeric:
                assert all(value is None or isinstance(value, int | float) for value in inside)
                pd.testing.assert_series_equal(
                    pd.Series(inside, dtype=float), outside[name].astype(float), check_names=False, check_dtype=False
                )
            else:
                assert all(value is None or isinstance(value, str) for value in inside)


def test_no_cell_is_a_formula_and_codes_are_text(book):
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert not isinstance(cell.value, str) or not cell.value.lstrip().startswith(("=", "+", "@"))
    assert isinstance(book["iris"]["C3"].value, str)


def test_hostile_names_reach_the_workbook_whole(book):
    names = {row[1] for row in book["residences"].iter_rows(min_row=3, values_only=True)}
    assert {"'" + name if name.startswith("=") else name for name in HOSTILE} <= names


def test_a_table_too_long_for_a_sheet_is_left_to_its_csv(edition, tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_CELLS", 2000)
    workbook.write_workbook(edition, layers_of(edition), tmp_path / "atlas.xlsx")
    short = openpyxl.load_workbook(tmp_path / "atlas.xlsx")
    assert "series" not in short.sheetnames and "iris" in short.sheetnames
    assert any(row[0] == "Hors classeur : series" for row in short["Lisez-moi"].iter_rows(values_only=True))


def test_the_dictionary_explains_every_column_of_every_table(folder, edition):
    listed = read_csv(folder / "dictionnaire.csv")
    for layer in layers_of(edition):
        mine = listed[listed["couche"] == layer.name]
        assert mine["colonne"].tolist() == [column.name for column in layer.columns]
    assert listed[["libelle", "unite", "type", "secret"]].notna().all().all()
    rates = listed[listed["colonne"].str.startswith("tx_")]
    assert (rates["colonne_statut"] == rates["colonne"].str.replace("tx_", "st_")).all()
    assert rates["secret"].str.startswith("soumis").all()


def test_the_same_edition_gives_the_same_files(folder, edition, tmp_path):
    write_downloads(Book.of(edition), tmp_path)
    for path in tmp_path.rglob("*.*"):
        assert path.read_bytes() == (folder / path.relative_to(tmp_path)).read_bytes(), path.name
    with zipfile.ZipFile(tmp_path / "tableaux" / "atlas.xlsx") as archive:
        assert archive.testzip() is None


def test_the_manifest_tells_inputs_rules_versions_counts_and_files(folder, edition, tmp_path):
    source = tmp_path / "ops_2022.csv"
    source.write_text("campagne;id\n", "utf-8")
    (inputs,) = fingerprints({"ops": [source]})
    write_manifest(Book.of(edition), folder, [inputs])
    text = (folder / "manifeste.json").read_text("utf-8")
    said = json.loads(text)
    assert str(tmp_path) not in text
    whole = {
        "source": "ops",
        "fichier": "ops_2022.csv",
        "taille": 12,
        "sha256": hashlib.sha256(b"campagne;id\n").hexdigest(),
    }
    # In a masked edition the size and digest of a file of one row would give the row back.
    assert said["entrees"] == [{"source": "ops", "fichier": "ops_2022.csv"} if edition.masked else whole]
    rule = next(rule for rule in said["regles"] if rule["cle"] == "loyer_plai")
    assert rule["valeur"] == 5.1 and rule["locale"] and rule["verifie_jusqu_au"] == "2022-12-31" and rule["reference"]
    assert said["couches"]["residences"]["lignes"] == len(edition.units["residences"])
    assert {"atlas", "geopandas", "gdal", "xlsxwriter"} <= set(said["versions"])
    for entry in said["fichiers"]:
        assert hashlib.sha256((folder / entry["fichier"]).read_bytes()).hexdigest() == entry["sha256"]
    assert {entry["fichier"] for entry in said["fichiers"]} == {
        path.relative_to(folder).as_posix() for path in folder.rglob("*.*")
    } - {"manifeste.json"}
    write_manifest(Book.of(edition), folder, [inputs])
    assert (folder / "manifeste.json").read_text("utf-8") == text
