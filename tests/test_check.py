"""Check as the acceptance of a delivery: sizes, answers, what lacks, what looks alike; printed, a page, a workbook."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from atlas.check import check
from atlas.errors import AtlasError
from tests.test_broken import FOLDER

SURVEY = pd.read_csv(FOLDER / "base" / "ops.csv", sep=";", dtype=str)


@pytest.fixture
def folder(tmp_path) -> Path:
    shutil.copytree(FOLDER / "base", tmp_path / "t")
    return tmp_path / "t"


def rewrite(folder: Path, change) -> None:
    change(SURVEY.copy()).to_csv(folder / "ops.csv", sep=";", index=False)


def sheets(place: Path) -> dict[str, list[dict[str, object]]]:
    book = openpyxl.load_workbook(place / "reception.xlsx")
    read = {}
    for sheet in book:
        head, *rows = sheet.iter_rows(values_only=True)
        read[sheet.title] = [dict(zip(head, row, strict=True)) for row in rows]
    return read


def test_each_landlord_of_each_file_is_sized_and_its_answers_rated(folder):
    said = check(folder / "territoire.toml")
    landlord = SURVEY[SURVEY["bailleur"] == "Habitat Été"]
    total = {
        name: landlord[name].astype(int).sum() for name in ("nb_logements", "menages", "menages_ressources_connues")
    }
    (line,) = [line for line in said if line.startswith("ops.csv, Habitat Été, 2022")]
    assert f"{len(landlord)} adresses, {total['nb_logements']} logements" in line
    assert f"taux de réponse {100 * total['menages'] / total['nb_logements']:.0f} %" in line
    assert f"ressources connues {100 * total['menages_ressources_connues'] / total['menages']:.0f} %" in line
    assert said[0] == "Campagne 2022 : 4 adresses, 77 logements" and said[-1].startswith("Aucun défaut")


def test_rates_are_sums_over_sums_of_rows_that_give_both_counts(folder):
    def change(table):
        table.loc[0, "menages_ressources_connues"] = None
        return table

    for names in (("menages_inf40_plus",), ("menages_inf20_plus", "menages_inf60_plus", "menages_inf100_plus")):
        assert set(names) <= set(SURVEY)
    rewrite(folder, change)
    check(folder / "territoire.toml", (), folder / "r")
    rows = {row["Bailleur"]: row for row in sheets(folder / "r")["livraison"]}
    kept = SURVEY[(SURVEY["bailleur"] == SURVEY["bailleur"][0]) & (SURVEY.index != 0)]
    expected = 100 * kept["menages_ressources_connues"].astype(int).sum() / kept["menages"].astype(int).sum()
    assert rows[SURVEY["bailleur"][0]]["Ressources connues (%)"] == pytest.approx(expected, abs=0.05)


def test_what_lacks_names_the_method_the_landlord_and_the_count(folder):
    name = SURVEY["bailleur"][0]
    rewrite(
        folder, lambda table: table.assign(majeurs_chomeurs=table["majeurs_chomeurs"].mask(table["bailleur"] == name))
    )
    said = check(folder / "territoire.toml", (), folder / "r")
    (line,) = [line for line in said if line.startswith("Manque pour")]
    assert name in line and "Majeurs au chômage" in line and "Trois critères à seuil" in line
    rows = sheets(folder / "r")["manques"]
    assert [(row["Bailleur"], row["Ce qui manque"]) for row in rows] == [(name, "Majeurs au chômage")]
    asked = {row["Question"]: row for row in sheets(folder / "r")["questions"]}
    assert asked["Majeurs au chômage"]["Bailleurs qui ne la renseignent jamais"] == name
    assert asked["Majeurs au chômage"]["Adresses renseignées"] == (SURVEY["bailleur"] != name).sum()


def test_what_looks_alike_is_listed_and_nothing_else(folder):
    assert not [line for line in check(folder / "territoire.toml") if "Presque-doublons" in line]
    first = SURVEY.iloc[0]
    twin = first.copy()
    twin["id_adresse"], twin["adresse"] = "AUTRE-1", first["adresse"].upper() + "."
    rewrite(folder, lambda table: pd.concat([table, twin.to_frame().T]))
    check(folder / "territoire.toml", (), folder / "r")
    rows = sheets(folder / "r")["presque-doublons"]
    assert [row["Ce qui se ressemble"] for row in rows] == ["une adresse sous plusieurs identifiants"]
    assert first["id_adresse"] in rows[0]["Valeurs"] and "AUTRE-1" in rows[0]["Valeurs"]
    assert rows[0]["Lignes"] == "ops.csv 2, ops.csv 6"


def test_landlords_that_look_alike_stay_two_and_are_listed(folder):
    names = SURVEY["bailleur"].replace("Logis du Val", "Logis du Val d'Orle")
    names.iloc[-1] = "Logis du Val d'Orne"
    rewrite(folder, lambda table: table.assign(bailleur=names))
    for name in ("logements.csv", "attributions.csv"):
        text = (folder / name).read_text("utf-8").replace("Logis du Val", "Logis du Val d'Orle")
        (folder / name).write_text(text, "utf-8")
    said = check(folder / "territoire.toml", (), folder / "r")
    assert "Presque-doublons : 1 cas à regarder (page de réception)" in said
    (row,) = sheets(folder / "r")["presque-doublons"]
    assert row["Ce qui se ressemble"] == "bailleurs aux noms voisins, restés distincts"
    assert row["Valeurs"] == "Logis du Val d'Orle | Logis du Val d'Orne" and "Habitat" not in row["Bailleur"]


def test_the_page_says_what_the_workbook_says_and_needs_nothing_else(folder):
    rewrite(folder, lambda table: table.assign(nom_residence="=1+1<script>alert(1)</script>"))
    said = check(folder / "territoire.toml", (), folder / "r")
    page = (folder / "r" / "reception.html").read_text("utf-8")
    assert not re.search(r"(src|href)=\"(?!#|data:)", page) and "<script>alert" not in page
    assert '<html lang="fr">' in page and "effectifs ne sont pas masqués" in page
    for name, rows in sheets(folder / "r").items():
        for row in rows:
            for value in row.values():
                assert not str(value).startswith("="), name
    for board in ("livraison", "questions", "manques", "presque-doublons", "autres-fichiers"):
        assert f'id="{board}"' in page
    assert f"Réception écrite : {folder / 'r' / 'reception.html'}" in said


def test_a_refused_delivery_writes_nothing(folder):
    rewrite(folder, lambda table: table.assign(nb_logements="-1"))
    with pytest.raises(AtlasError):
        check(folder / "territoire.toml", (), folder / "r")
    assert not (folder / "r").exists()


def test_a_register_alone_has_no_rate_rather_than_zero(tmp_path):
    (tmp_path / "rpls.csv").write_text("DEPCOM;CODEPOSTAL;NUMVOIE;TYPVOIE;NOMVOIE;QPV\n11262;11100;1;R;X;1\n", "utf-8")
    (tmp_path / "t.toml").write_text(
        '[territoire]\nnom = "N"\ncampagnes = [2022]\n[sources.rpls]\nfichier = "rpls.csv"\n', "utf-8"
    )
    said = check(tmp_path / "t.toml", (), tmp_path / "r")
    assert "rpls.csv, bailleur non diffusé, 2022 : 1 adresse, 1 logement" in said
    (row,) = sheets(tmp_path / "r")["livraison"]
    assert row["Ménages répondants"] is None and row["Taux de réponse (%)"] is None


def test_one_address_and_one_row_are_said_in_the_singular(folder):
    toml = (folder / "territoire.toml").read_text("utf-8")
    head = toml[: toml.index("[sources")].rstrip("\n")
    (folder / "seul.toml").write_text(f'{head}\n[sources.ops]\nfichiers = ["ops.csv"]\n', "utf-8")
    rewrite(folder, lambda table: table[:1].assign(nb_logements="1", **dict.fromkeys(table.columns[8:], None)))
    assert check(folder / "seul.toml")[0] == "Campagne 2022 : 1 adresse, 1 logement"
