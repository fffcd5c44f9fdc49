"""The files beside the GeoPackage: tables, workbooks, styles, archives, manifest; none tells more, or otherwise."""

from __future__ import annotations

import hashlib
import json
import zipfile

import pandas as pd
import pytest
from audit_factory import manifest, reasons, sound

from atlas.audit.other_files import compared
from atlas.audit.sheets import read_sheets


@pytest.fixture
def build(tmp_path):
    """A builder's edition and a masked one, both as they should be."""
    return sound(tmp_path)


def test_a_value_in_a_csv_only_is_found(build):
    path = build / "tableaux" / "adresses.csv"
    table = pd.read_csv(path, sep=";", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    table.loc[table["id"] == "a-0004", "menages"] = "6"
    table.assign(tx_cache="1").to_csv(path, sep=";", index=False, encoding="utf-8-sig")
    manifest(build)
    found = reasons(build)
    assert "adresses.csv : valeur absente du GeoPackage, colonne menages (par exemple a-0004 = 6)" in found
    assert "colonne absente du GeoPackage (par exemple tx_cache)" in found


def test_another_value_in_a_workbook_is_found(build):
    import xlsxwriter

    path = build / "tableaux" / "atlas.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("residences")
        sheet.write_row(0, 0, ["Identifiant", "Taux"])
        sheet.write_row(1, 0, ["id", "tx_inf40"])
        sheet.write("A3", "r-0001")
        sheet.write_number("B3", 44.6, book.add_format({"num_format": "0"}))
        book.add_worksheet("brouillon").hide()
        book.add_worksheet("calcul").write_formula("A1", "=1+1", None, 2)
    manifest(build)
    found = reasons(build)
    assert "valeur différente du GeoPackage, colonne tx_inf40 (par exemple r-0001 = 44.6)" in found
    assert "feuille brouillon : feuille masquée" in found
    assert "formules" in found
    assert [sheet.name for sheet in read_sheets(path)] == ["residences", "brouillon", "calcul"]


def test_undeclared_missing_and_changed_files_are_found(build):
    (build / "notes.txt").write_text("a-0004 : 3 ménages", "utf-8")
    (build / "tableaux" / "iris.csv").unlink()
    (build / "index.html").write_text("", "utf-8")
    found = reasons(build)
    assert "notes.txt : fichier que le manifeste ne déclare pas" in found
    assert "iris.csv : fichier déclaré mais absent" in found
    assert "index.html : fichier différent" in found


def test_data_in_an_archive_is_found(build):
    with zipfile.ZipFile(build / "atlas.qgz", "w") as archive:
        archive.writestr("atlas.qgs", "<qgis/>")
        archive.writestr("brouillon.csv", "a-0004;3")
    manifest(build)
    assert "données dans une archive (par exemple brouillon.csv)" in reasons(build)


def test_an_archive_of_the_edition_s_own_files_is_fine(build):
    with zipfile.ZipFile(build / "tout.zip", "w") as archive:
        archive.write(build / "tableaux" / "iris.csv", "partenaire/tableaux/iris.csv")
    manifest(build)
    assert reasons(build) == ""


@pytest.mark.parametrize("ending", ["parquet", "geojson", "fgb", "gpkg"])
def test_other_forms_of_a_table_are_compared_too(build, ending):
    import geopandas as gpd
    import shapely

    table = pd.read_csv(build / "tableaux" / "residences.csv", sep=";", encoding="utf-8-sig")
    (build / "formats").mkdir()
    path = build / "formats" / f"residences.{ending}"

    def write(values):
        path.unlink(missing_ok=True)
        points = gpd.GeoDataFrame(values, geometry=shapely.points(range(6), range(6)), crs=4326)
        points.to_parquet(path) if ending == "parquet" else points.to_file(path, layer="residences")
        manifest(build)

    write(table)
    assert reasons(build) == ""
    write(table.assign(menages=[31, 12, 13, 33, 28, 99]))
    assert f"residences.{ending} : valeur différente du GeoPackage, colonne menages" in reasons(build)


def test_a_style_that_names_a_unit_is_found(build):
    (build / "formats").mkdir()
    style = build / "formats" / "residences.sld"
    style.write_text("<Rule><Title>très fragile</Title><Literal>40</Literal></Rule>", "utf-8")
    manifest(build)
    assert reasons(build) == ""
    style.write_text("<Rule><Title>r-0003</Title></Rule>", "utf-8")
    manifest(build)
    assert "residences.sld : unité nommée dans un style (par exemple r-0003)" in reasons(build)


def test_a_form_that_the_audit_cannot_read_is_refused(build):
    (build / "formats").mkdir()
    (build / "formats" / "residences.dbf").write_bytes(b"r-0003 6")
    manifest(build)
    assert "residences.dbf : fichier d'une forme que l'audit ne sait pas relire" in reasons(build)


def archived(build):
    """Put the edition in a zip beside its folder, with its checksum."""
    path = build.parent / f"{build.name}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(build.rglob("*")):
            if file.is_file():
                archive.write(file, f"{build.name}/{file.relative_to(build).as_posix()}")
    return path


def checked(path):
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name(f"{path.name}.sha256").write_text(f"{digest}  {path.name}\n", "utf-8")


def test_the_zip_of_the_whole_is_the_folder(build):
    path = archived(build)
    assert "partenaire.zip.sha256 : empreinte absente" in reasons(build)
    checked(path)
    assert reasons(build) == ""


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("partenaire/brouillon.csv", "a-0004;3", "ne contient pas, ou répété (par exemple partenaire/brouillon.csv)"),
        ("interne/atlas.gpkg", "x", "ne contient pas, ou répété (par exemple interne/atlas.gpkg)"),
        ("", "a-0004", "texte caché dans l'archive"),
    ],
)
def test_anything_more_in_the_zip_is_found(build, name, content, expected):
    path = archived(build)
    with zipfile.ZipFile(path, "a") as archive:
        if name:
            archive.writestr(name, content)
        else:
            archive.comment = content.encode()
    checked(path)
    assert expected in reasons(build)


def test_a_zip_of_another_day_is_found(build):
    path = archived(build)
    checked(path)
    (build / "tableaux" / "notes.csv").write_text("id\n", "utf-8")
    content = json.loads((build / "manifeste.json").read_text("utf-8"))
    manifest(build, content | {"publie_le": "2026-11-21"})
    found = reasons(build)
    assert "fichier de l'édition absent de l'archive (par exemple partenaire/tableaux/notes.csv)" in found
    assert "fichier différent de celui de l'édition (par exemple partenaire/manifeste.json)" in found


def test_a_table_that_the_geopackage_does_not_hold_is_found(build):
    (build / "tableaux" / "brouillon.csv").write_text("id;menages\na-0004;6\n", "utf-8")
    manifest(build)
    assert "brouillon.csv : table que le GeoPackage ne contient pas" in reasons(build)


def test_counts_of_masked_units_in_the_manifest_are_found(build):
    path = build / "manifeste.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"secret": 2}), "utf-8")
    assert "compte d'unités masquées" in reasons(build)


def test_decisions_by_size_in_a_masked_manifest_are_found(build):
    path = build / "manifeste.json"
    told = {"tailles": {"baux": {"T2": [1, 0, 2]}}}
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | told), "utf-8")
    assert "partie que l'audit ne sait pas relire (par exemple tailles)" in reasons(build)


def test_equal_values_are_equal_however_they_are_written():
    reference = pd.DataFrame({"id": ["01004", "b"], "tx": [12.0, 12.5], "nom": ["a", None]})
    same = pd.DataFrame({"id": ["01004", "b"], "tx": ["12", "12,5"], "nom": ["a", ""]})
    assert compared("x.csv", same, reference, "x") == []
    assert len(compared("x.csv", same.assign(id=["1004", "b"]), reference, "x")) == 1
    guarded = reference.assign(nom=["-20 rue haute", None])
    assert compared("x.csv", same.assign(nom=["'-20 rue haute", ""]), guarded, "x") == []


def test_cells_written_alike_are_each_counted_and_placed(tmp_path):
    """A cell is read once however often it is written: what it holds stands wherever it does, hidden or not."""
    formula, text = '<c t="n"><f>1+1</f><v>2</v></c>', '<c t="inlineStr"><is><t>a &amp; b</t></is></c>'
    rows = [f"<row>{text}{formula}<c/>{formula}</row>", f'<row r="2">{text}<c r="D2" t="s"><v>1</v></c>{text}</row>']
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as book:
        main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        listed = "".join(f'<sheet name="{name}" r:id="{name}"/>' for name in "st")
        book.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{links}"><sheets>{listed}</sheets></workbook>'
        )
        targets = "".join(f'<Relationship Id="{name}" Target="worksheets/{name}.xml"/>' for name in "st")
        book.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{targets}</Relationships>")
        book.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}"><si><t>no</t></si><si><t>yes</t></si></sst>')
        for name in "st":
            book.writestr(f"xl/worksheets/{name}.xml", f"<worksheet><sheetData>{''.join(rows)}</sheetData></worksheet>")
    for sheet in read_sheets(path):
        assert sheet.formulas == 2
        assert sheet.rows == [["a & b", "2", "", "2"], ["a & b", "", "", "yes", "a & b"]]


def test_tables_in_the_same_order_are_compared_as_any_others():
    reference = pd.DataFrame({"id": ["a", "b", "c"], "tx": [12.0, None, 30.0]})
    shown = reference.assign(tx=["12", "", "30"])
    assert compared("x.csv", shown, reference, "x") == compared("x.csv", shown[::-1], reference, "x") == []
    false = shown.assign(tx=["12", "40", "31"])
    for table in (false, false[::-1]):
        assert {(one.what, one.example) for one in compared("x.csv", table, reference, "x")} == {
            ("valeur absente du GeoPackage, colonne tx", "b = 40"),
            ("valeur différente du GeoPackage, colonne tx", "c = 31"),
        }
    twice = pd.concat([shown, shown])
    assert "répétés" in str(compared("x.csv", twice, pd.concat([reference, reference]), "x")[0])
