"""The audit of files as written: safe editions pass, and every planted fault is found, whichever file holds it."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import zipfile
from contextlib import closing

import pandas as pd
import pytest

from atlas.audit import Limits, audit
from atlas.audit.companions import compared, leftovers
from atlas.audit.sheets import read_sheets
from atlas.errors import AtlasError
from atlas.tables import COMPOSITION_COLUMNS

LIMITS = Limits(11, 11, 11)
ADDRESSES = pd.DataFrame(
    [
        ("a-0001", "r-0001", "i-0001", "Alpha", 20, 18, 9),
        ("a-0002", "r-0001", "i-0001", "Alpha", 15, 13, 5),
        ("a-0003", "r-0002", "i-0001", "Beta", 12, 12, 4),
        ("a-0004", "r-0003", "i-0001", "Beta", 6, 6, 3),
        ("a-0005", "r-0003", "i-0001", "Beta", 7, 7, 2),
        ("a-0006", "r-0004", "i-0002", "Alpha", 40, 33, 20),
        ("a-0007", "r-0005", "i-0002", "Beta", 30, 28, 8),
        ("a-0008", "r-0006", "i-0002", "Gamma", 25, 22, 11),
    ],
    columns=["id", "id_residence", "code_iris", "bailleur", "nb_logements", "menages", "pauvres"],
)
KINDS = {"territoire": None, "iris": "code_iris", "residences": "id_residence", "adresses": "id"}
MASKED = {("adresses", "a-0004"), ("adresses", "a-0005")}


def written(folder, name="partenaire", masked=MASKED, counts=False, addresses=ADDRESSES):
    """Write a small edition: GeoPackage, one CSV per table, a workbook, a page, a manifest."""
    folder.mkdir(parents=True)
    (folder / "tableaux").mkdir()
    tables, series = {}, []
    for kind, key in KINDS.items():
        keys = addresses[key] if key else pd.Series("territoire", index=addresses.index)
        sums = addresses.groupby(keys.to_numpy())[["nb_logements", "menages", "pauvres"]].sum()
        table = sums.rename_axis("id").reset_index()
        hidden = [(kind, unit) in masked for unit in table["id"]]
        rate = (100 * table["pauvres"] / table["menages"]).round()
        told = (rate.map("{:.0f} %".format)).mask(hidden, "secret")
        shown = pd.DataFrame({"id": table["id"], "nom": table["id"], "campagne": 2022})
        if kind == "adresses":
            shown = shown.merge(addresses[["id", "id_residence", "code_iris", "bailleur"]], on="id")
        shown = shown.assign(
            nb_logements=table["nb_logements"],
            nb_adresses=1,
            menages=table["menages"].mask(hidden),
            tx_inf40=rate.mask(hidden),
            lb_inf40=told,
            st_inf40=pd.Series("publié", index=table.index).mask(hidden, "secret"),
        )
        tables[kind] = shown
        series.append(
            pd.DataFrame(
                {
                    "unite": kind,
                    "id": shown["id"],
                    "campagne": 2022,
                    "indicateur": "inf40",
                    "numerateur": table["pauvres"] if counts else None,
                    "denominateur": table["menages"] if counts else None,
                    "valeur": shown["tx_inf40"],
                    "statut": shown["st_inf40"],
                    "libelle": shown["lb_inf40"],
                }
            )
        )
    tables["series"] = pd.concat(series, ignore_index=True)
    places = addresses.assign(campagne=2022).reindex(columns=[column.name for column in COMPOSITION_COLUMNS])
    tables["composition"] = places
    answers = places.assign(menages=addresses["menages"], n_inf40=addresses["pauvres"], d_inf40=addresses["menages"])
    answers.to_parquet(folder.parent / "atomes.parquet", index=False)
    with closing(sqlite3.connect(folder / "atlas.gpkg")) as connection:
        connection.execute("CREATE TABLE gpkg_contents (table_name TEXT)")
        for kind, table in tables.items():
            connection.execute("INSERT INTO gpkg_contents VALUES (?)", [kind])
            table.assign(geom=None).to_sql(kind, connection, index_label="fid")
        connection.commit()
    workbook = folder / "tableaux" / "atlas.xlsx"
    with pd.ExcelWriter(workbook, engine="xlsxwriter") as book:
        for kind, table in tables.items():
            table.to_excel(book, sheet_name=kind, index=False)
            table.to_csv(folder / "tableaux" / f"{kind}.csv", sep=";", index=False, encoding="utf-8-sig")
    page(folder, tables)
    manifest(folder, {"edition": name, "masquee": not counts})
    return folder


def page(folder, tables):
    """Write a page with the data of its tables, as the atlas's page carries them."""
    content = {}
    for kind in ("iris", "residences"):
        table = tables[kind]
        labels = table["lb_inf40"].unique().tolist()
        numbers = [None if label == "secret" else float(label.split()[0]) for label in labels]
        content[kind] = {
            "champs": {
                "id": {"genre": "texte", "v": table["id"].tolist()},
                "nb_logements": {"genre": "nombre", "v": table["nb_logements"].tolist()},
                "inf40": {
                    "genre": "taux",
                    "u": labels,
                    "t": numbers,
                    "i": table["lb_inf40"].map(labels.index).tolist(),
                },
            }
        }
    data = json.dumps({"tables": content}, ensure_ascii=False)
    (folder / "index.html").write_text(f'<script type="application/json" id="donnees">{data}</script>', "utf-8")


def manifest(folder, content=None):
    """Declare every file of an edition."""
    path = folder / "manifeste.json"
    content = content or json.loads(path.read_text("utf-8"))
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file != path)
    content["fichiers"] = [
        {"fichier": file.relative_to(folder).as_posix(), "sha256": hashlib.sha256(file.read_bytes()).hexdigest()}
        for file in files
    ]
    path.write_text(json.dumps(content), "utf-8")


def change(folder, *statements):
    """Rewrite the GeoPackage, then declare the files again."""
    with closing(sqlite3.connect(folder / "atlas.gpkg")) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    manifest(folder)


@pytest.fixture
def build(tmp_path):
    """A builder's edition and a masked one, both as they should be."""
    written(tmp_path / "interne", "interne", masked=set(), counts=True)
    return written(tmp_path / "partenaire")


def cases(folder, **options):
    """Every example of every reason."""
    return "\n".join(case for one in audit(folder, LIMITS, **options).why for case in one.examples)


def reasons(folder, **options):
    return "\n".join(audit(folder, LIMITS, **options).reasons)


def test_a_safe_edition_passes(build):
    verdict = audit(build, LIMITS)
    assert verdict.safe, verdict.text()
    assert verdict.unchecked == ()
    assert verdict.sizes["adresses"] == 8
    assert "la promesse tient" in verdict.text()
    assert {attacked.reader for attacked in verdict.attacks} == {"n'importe quel lecteur", "Alpha", "Beta", "Gamma"}


def test_without_the_builder_s_edition_everything_is_checked(build):
    shutil.rmtree(build.parent / "interne")
    verdict = audit(build, LIMITS)
    assert verdict.safe
    assert verdict.unchecked == ()


def test_without_evidence_only_dwellings_are_checked_and_nothing_is_claimed(build):
    (build.parent / "atomes.parquet").unlink()
    verdict = audit(build, LIMITS)
    assert verdict.safe
    assert verdict.unchecked
    assert "la promesse tient" not in verdict.text()


def test_one_more_address_published_is_caught(build):
    """The residence of 13 holds 6 and 7: either of them gives the other."""
    change(
        build,
        "UPDATE series SET statut = 'publié', valeur = 50 WHERE unite = 'adresses' AND id = 'a-0004'",
        "UPDATE adresses SET st_inf40 = 'publié', lb_inf40 = '50 %', tx_inf40 = 50, menages = 6 WHERE id = 'a-0004'",
        "UPDATE series SET libelle = '50 %' WHERE unite = 'adresses' AND id = 'a-0004'",
    )
    found = cases(build)
    assert "déduit un groupe de 6 logements" in found
    assert "déduit un groupe de 7 logements" in found


def test_a_small_unit_published_is_caught_by_its_households_too(tmp_path):
    written(tmp_path / "interne", "interne", masked=set(), counts=True)
    folder = written(tmp_path / "partenaire", masked=set())
    found = cases(folder)
    assert ", logements : 6)" in found
    assert ", ménages : 6)" in found
    assert "adresses a-0004" in found


def test_landlords_are_readers(tmp_path):
    """Beta holds all of an IRIS but 5 dwellings: it would read its neighbour's."""
    addresses = ADDRESSES.copy()
    addresses.loc[7, ["nb_logements", "menages", "pauvres"]] = [5, 5, 2]
    addresses.loc[5, "bailleur"] = "Beta"
    hidden = {("adresses", "a-0008"), ("residences", "r-0006"), ("adresses", "a-0007"), ("residences", "r-0005")}
    written(tmp_path / "interne", "interne", masked=set(), counts=True, addresses=addresses)
    found = cases(written(tmp_path / "partenaire", masked=MASKED | hidden, addresses=addresses))
    assert "Beta déduit un groupe de 5 logements" in found
    assert "n'importe quel lecteur déduit" not in found


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE series SET denominateur = 18 WHERE id = 'i-0001'", "effectifs écrits dans une édition masquée"),
        ("UPDATE residences SET nb_logements = 36 WHERE id = 'r-0001'", "pas la somme"),
        ("UPDATE series SET libelle = '0 %' WHERE id = 'r-0002'", "0 % ou 100 % écrits tels quels"),
        ("UPDATE residences SET lb_inf40 = '0 %' WHERE id = 'r-0002'", "couche residences : texte autre"),
        ("DELETE FROM composition WHERE id = 'a-0008'", "pas la somme"),
        ("UPDATE adresses SET tx_inf40 = 50 WHERE id = 'a-0004'", "table adresses : nombre sous un statut"),
        ("UPDATE series SET valeur = 50 WHERE id = 'a-0004'", "table series : nombre sous un statut"),
        ("UPDATE residences SET tx_inf40 = 44 WHERE id = 'r-0001'", "table residences : nombre autre que celui des s"),
        ("ALTER TABLE residences ADD COLUMN d_inf40 REAL", "colonne non déclarée dans une édition masquée"),
        ("CREATE TABLE brouillon (id TEXT)", "table brouillon : table que le contenu du GeoPackage ne déclare pas"),
    ],
)
def test_faults_of_the_geopackage(build, statement, expected):
    change(build, statement)
    assert expected in reasons(build)


def test_old_rows_left_in_the_database_are_found(build):
    change(build, "CREATE TABLE brouillon AS SELECT * FROM adresses", "DROP TABLE brouillon")
    assert "pages SQLite libres" in reasons(build)


def test_rows_left_in_the_empty_space_of_pages_are_found(build):
    database = build / "atlas.gpkg"
    assert leftovers(database.read_bytes(), ["a-0004"]) == []
    change(build, "PRAGMA secure_delete = OFF", "DELETE FROM adresses WHERE id >= 'a-0004'")
    assert leftovers(database.read_bytes(), ["a-0004", "a-9999"]) == ["a-0004"]


def test_a_journal_left_beside_is_found(build):
    (build / "atlas.gpkg-journal").write_bytes(b"old pages")
    assert "journal SQLite laissé" in reasons(build)
    change(build, "PRAGMA journal_mode = WAL")
    assert "mode WAL" in reasons(build)


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


def test_what_a_page_alone_tells_is_found(build):
    path = build / "index.html"
    content = json.loads(path.read_text("utf-8").split(">")[1].split("<")[0])
    field = content["tables"]["residences"]["champs"]["inf40"]
    field["u"][0], field["m"] = "99 %", [1] * 6
    path.write_text(f'<script type="application/json">{json.dumps(content)}</script>', "utf-8")
    manifest(build)
    found = reasons(build)
    assert "index.html, table residences : valeur différente du GeoPackage, colonne lb_inf40" in found
    assert "colonne absente du GeoPackage (par exemple marge_inf40)" in found


def test_a_percentage_that_no_table_publishes_is_found_in_a_page_without_data(build):
    sheets = build / "residences"
    sheets.mkdir()
    (sheets / "r-0001.html").write_text("<p>Ménages : <b>45 %</b></p><style>p { width: 77% }</style>", "utf-8")
    manifest(build)
    assert reasons(build) == ""
    (sheets / "r-0003.html").write_text("<p>Ménages : <b>83,3 %</b></p>", "utf-8")
    manifest(build)
    assert "pourcentage que le GeoPackage ne publie pas (par exemple 83,3 %)" in reasons(build)


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


def test_editions_that_are_not_nested_are_found(build, tmp_path):
    other = written(tmp_path / "public", "public", masked={*MASKED, ("residences", "r-0001")})
    assert audit(other, LIMITS, also=[build]).safe
    wrong = written(tmp_path / "autre", "autre", masked={("adresses", "a-0001"), ("adresses", "a-0002")} | MASKED)
    assert "non emboîtées" in reasons(wrong, also=[other])


def test_the_union_of_two_editions_is_attacked(tmp_path):
    """One edition gives a residence of 12 and 7, the other its address of 12: each is safe, both give the 7."""
    addresses = ADDRESSES.copy()
    addresses.loc[3, ["nb_logements", "menages"]] = [14, 14]
    addresses.loc[4, "id_residence"] = "r-0002"
    written(tmp_path / "interne", "interne", masked=set(), counts=True, addresses=addresses)
    small, large = {("adresses", "a-0005")}, {("territoire", "territoire"), ("iris", "i-0001")}
    one = written(tmp_path / "une", "une", masked=small | {("adresses", "a-0003")}, addresses=addresses)
    two = written(tmp_path / "deux", "deux", masked=small | large | {("residences", "r-0002")}, addresses=addresses)
    assert audit(one, LIMITS).safe, audit(one, LIMITS).text()
    assert audit(two, LIMITS).safe, audit(two, LIMITS).text()
    assert "déduit un groupe de 7 logements" in cases(one, also=[two])
    assert "non emboîtées" in reasons(one, also=[two])


def test_what_cannot_be_read_back_is_refused(tmp_path):
    with pytest.raises(AtlasError, match="AUDIT-ILLISIBLE"):
        audit(tmp_path, LIMITS)


def test_equal_values_are_equal_however_they_are_written():
    reference = pd.DataFrame({"id": ["01004", "b"], "tx": [12.0, 12.5], "nom": ["a", None]})
    same = pd.DataFrame({"id": ["01004", "b"], "tx": ["12", "12,5"], "nom": ["a", ""]})
    assert compared("x.csv", same, reference, "x") == []
    assert len(compared("x.csv", same.assign(id=["1004", "b"]), reference, "x")) == 1
    guarded = reference.assign(nom=["-20 rue haute", None])
    assert compared("x.csv", same.assign(nom=["'-20 rue haute", ""]), guarded, "x") == []


@pytest.mark.slow
def test_the_demo_passes_its_audit_and_a_planted_leak_does_not(demo_build, tmp_path):
    verdict = audit(demo_build / "partenaire", LIMITS)
    assert verdict.safe, verdict.text()
    assert verdict.unchecked == ()
    assert verdict.pinned is not None and not verdict.pinned["determine"].any()
    folder = tmp_path / "partenaire"
    shutil.copytree(demo_build / "partenaire", folder)
    with closing(sqlite3.connect(folder / "atlas.gpkg")) as connection:
        (unit,) = connection.execute(
            "SELECT id FROM series WHERE unite = 'adresses' AND indicateur = 'inf40' AND campagne = 2022 "
            "AND statut = 'secret' ORDER BY id LIMIT 1"
        ).fetchone()
        connection.execute(
            "UPDATE series SET statut = 'publié', valeur = 40 WHERE unite = 'adresses' AND id = ? AND campagne = 2022",
            [unit],
        )
        connection.commit()
    shutil.copy(demo_build / "atomes.parquet", tmp_path)
    found = [case for one in audit(folder, LIMITS, measured=False).why for case in one.examples]
    assert any("déduit un groupe" in case and unit in case for case in found)


HOMES = (
    '<span data-parc="residences" data-id="r-0001" data-caracteristique="taille" data-modalite="{}" '
    'data-colonne="{}">{}</span>'
)
SPAN = '<span data-unite="{}" data-id="{}" data-campagne="2022" data-indicateur="inf40">{}</span>'


@pytest.mark.parametrize(
    ("marked", "found"),
    [
        (SPAN.format("residences", "r-0001", "45\u202f%"), False),
        (SPAN.format("residences", "r-0001", "46 %"), True),
        (SPAN.format("adresses", "a-0004", "secret"), False),
        (SPAN.format("adresses", "a-0004", "50 %"), True),
        (SPAN.format("residences", "r-9999", "non renseigné"), False),
        (SPAN.format("residences", "r-9999", "12 %"), True),
        ('<b data-unite="residences" data-id="r-0001" data-colonne="nb_logements">35 logements</b>', False),
        ('<b data-unite="residences" data-id="r-0001" data-colonne="nb_logements">36</b>', True),
        ('<b data-unite="adresses" data-id="a-0004" data-colonne="menages">6</b>', True),
        ('<b data-unite="residences" data-id="r-0001" data-colonne="inventee">6</b>', True),
        (HOMES.format("T3", "nb_logements", "12 logements"), False),
        (HOMES.format("T3", "nb_logements", "13"), True),
        (HOMES.format("T4", "nb_logements", "2"), True),
        (HOMES.format("T3", "logements_bas_loyer", "4"), True),
    ],
)
def test_a_marked_figure_is_compared_with_the_geopackage(build, marked, found):
    change(
        build,
        "CREATE TABLE parc (unite TEXT, id TEXT, caracteristique TEXT, modalite TEXT, nb_logements INTEGER)",
        "INSERT INTO parc VALUES ('residences', 'r-0001', 'taille', 'T3', 12)",
        "INSERT INTO gpkg_contents VALUES ('parc')",
    )
    (build / "fiche.html").write_text(f"<p>{marked}</p>", "utf-8")
    manifest(build)
    assert ("fiche.html : chiffre autre que celui du GeoPackage" in reasons(build)) is found
    assert "pourcentage que le GeoPackage ne publie pas" not in reasons(build)
