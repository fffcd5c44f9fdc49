"""The audit of a GeoPackage: safe editions pass, and every planted fault is found."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest
from audit_factory import ADDRESSES, LIMITS, MASKED, cases, change, reasons, sound, written

from atlas.audit import audit
from atlas.audit.other_files import leftovers
from atlas.errors import AtlasError


@pytest.fixture
def build(tmp_path):
    """A builder's edition and a masked one, both as they should be."""
    return sound(tmp_path)


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


def test_an_interval_of_a_hidden_rate_is_found(build):
    """It would tell the rate: its ends are those of one number of so many."""
    change(
        build, "ALTER TABLE adresses ADD COLUMN ic_bas_inf40 REAL", "ALTER TABLE adresses ADD COLUMN ic_haut_inf40 REAL"
    )
    assert "nombre sous un statut" not in reasons(build)
    change(build, "UPDATE adresses SET ic_haut_inf40 = 62 WHERE id = 'a-0004'")
    assert "table adresses : nombre sous un statut" in reasons(build)


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


@pytest.mark.slow
def test_the_demo_passes_its_audit(demo_build):
    verdict = audit(demo_build / "partenaire", LIMITS)
    assert verdict.safe, verdict.text()
    assert verdict.unchecked == ()
    assert verdict.pinned is not None and not verdict.pinned["determine"].any()


def test_a_leak_planted_in_a_commune_of_the_demo_is_found(divided_build, tmp_path):
    folder = tmp_path / "partenaire"
    shutil.copytree(divided_build / "partenaire", folder)
    shutil.copy(divided_build / "atomes.parquet", tmp_path)
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
    found = [case for one in audit(folder, LIMITS, measured=False).why for case in one.examples]
    assert any("déduit un groupe" in case and unit in case for case in found)
