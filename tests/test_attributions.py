"""The command on published tables: each figure recomputed in any dress, each slip named, nothing forced."""

from __future__ import annotations

import json
from fractions import Fraction

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from atlas.cli import app
from atlas.convention import attributions

# Dijon métropole, document cadre CIL-CIA, juin 2022, 2.4.2 ; Saint-Dizier, Der & Blaise, document cadre CIL-CIA, 2018.
DIJON = """bailleur,attributions_q1_hors_qpv,attributions_anru_hors_qpv,attributions_hors_qpv,taux_publie_pct
CDC Habitat,31,0,440,7.33
Grand Dijon Habitat,96,2,699,14.02
Habellis,67,3,426,16.43
ICF,9,0,68,13.24
Orvitis,45,1,357,12.89
Total,248,6,1990,12.76
"""
SAINT_DIZIER = """bailleur,quartile,qpv,hors_qpv,localisation_inconnue,total
EPCI,1,156,55,21,232
EPCI,2-4,228,225,80,533
EPCI,total,384,280,101,765
OPH de Saint-Dizier,1,159,19,1,179
OPH de Saint-Dizier,2-4,219,79,8,306
OPH de Saint-Dizier,total,378,98,9,485
Hamaris,1,0,32,1,33
Hamaris,2-4,0,90,13,103
Hamaris,total,0,122,14,136
Vitry Habitat,1,0,0,0,0
Vitry Habitat,2-4,0,9,0,9
Vitry Habitat,total,0,9,0,9
"""


def result_of(folder, text, name="t.csv", encoding="utf-8", territory=None):
    """Test one file, and give its results by landlord and test."""
    (folder / name).write_bytes(text.encode(encoding))
    found = attributions([folder / name], territory=territory)
    return {(row["bailleur"], row["test"]): row for row in found.rows}, found


def figures(row):
    return row["numerateur"], row["denominateur"], row["atteint"], row["manque"], row["inconnus"]


def test_the_table_of_dijon_is_recomputed_and_its_slip_named(tmp_path):
    rows, found = result_of(tmp_path, DIJON, "dijon_2020.csv")
    assert {row["annee"] for row in found.rows} == {2020}
    assert figures(rows["EPCI", "q1_hors_qpv"]) == (254, 1990, False, 244, None)
    assert figures(rows["CDC Habitat", "q1_hors_qpv"]) == (31, 440, False, 79, None)
    slips = {row["bailleur"]: row["ecart"] for row in found.rows if row["ecart"]}
    assert slips == {"CDC Habitat": "31 / 440 = 7,05 %, publié 7,33 %"}
    assert any("« Total » égale à la somme de 5 bailleurs, non comptée" in remark for remark in found.remarks)
    assert rows["EPCI", "q1_hors_qpv"]["part"] == pytest.approx(12.7638, abs=1e-4)


def test_the_table_of_saint_dizier_is_recomputed_and_its_two_extractions_said(tmp_path):
    rows, found = result_of(tmp_path, SAINT_DIZIER, "saint_dizier_2016.csv")
    assert figures(rows["EPCI", "q1_hors_qpv"]) == (55, 280, False, 15, 101)
    assert figures(rows["EPCI", "q2_q4_qpv"]) == (228, 384, True, 0, 101)
    assert rows["EPCI", "q2_q4_qpv"]["necessaires"] == 192
    assert figures(rows["Vitry Habitat", "q2_q4_qpv"]) == (0, 0, None, None, 0)
    assert rows["Vitry Habitat", "q2_q4_qpv"]["etat"] == "sans objet"
    assert rows["Vitry Habitat", "q1_hors_qpv"]["peu_operant"] and rows["Vitry Habitat", "q1_hors_qpv"]["manque"] == 3
    assert "total hors QPV : EPCI 280, somme des bailleurs 229" in rows["EPCI", "q1_hors_qpv"]["remarques"]
    assert rows["EPCI", "q1_hors_qpv"]["somme_bailleurs"]["denominateur"] == 229
    assert all(row["cible_anterieure_a_la_loi"] for row in found.rows)


DRESSES = {
    "semicolons and decimal commas": lambda text: (text.replace(",", ";").replace(".", ","), "utf-8", "csv"),
    "latin-1": lambda text: (text.replace("Habellis", "Habellé"), "latin-1", "csv"),
    "a byte order mark": lambda text: ("\ufeff" + text, "utf-8", "csv"),
    "percent signs": lambda text: (
        "\n".join(f"{line} %" if line[-1:].isdigit() else line for line in text.splitlines()),
        "utf-8",
        "csv",
    ),
    "tabs and a title": lambda text: ("Attributions 2020\n\n" + text.replace(",", "\t"), "utf-8", "csv"),
    "other headers": lambda text: (
        "Organisme,1er quartile hors QPV,dont relogements ANRU hors QPV,Baux signés hors QPV,Taux\n"
        + text.split("\n", 1)[1],
        "utf-8",
        "csv",
    ),
}


@pytest.mark.parametrize("dress", DRESSES.values(), ids=DRESSES)
def test_a_table_says_the_same_in_any_dress(dress, tmp_path):
    text, encoding, ending = dress(DIJON)
    rows, found = result_of(tmp_path, text, f"dijon_2020.{ending}", encoding)
    assert figures(rows["EPCI", "q1_hors_qpv"]) == (254, 1990, False, 244, None)
    assert [row["ecart"] for row in found.rows if row["ecart"]] == ["31 / 440 = 7,05 %, publié 7,33 %"]


@pytest.mark.parametrize("ending", ["xlsx", "ods"])
@pytest.mark.parametrize("fraction", [False, True])
def test_a_workbook_says_the_same_and_its_shares_may_be_fractions(ending, fraction, tmp_path):
    lines = [line.split(",") for line in DIJON.splitlines()]
    table = pd.DataFrame(lines[1:], columns=lines[0]).astype(dict.fromkeys(lines[0][1:], float))
    if fraction:
        table["taux_publie_pct"] = [round(float(share) / 100, 4) for share in table["taux_publie_pct"]]
    path = tmp_path / f"dijon_2020.{ending}"
    table.to_excel(path, index=False, startrow=2)
    found = attributions([path])
    assert [row["ecart"] for row in found.rows if row["ecart"]] == ["31 / 440 = 7,05 %, publié 7,33 %"]
    assert figures(found.rows[0]) == (254, 1990, False, 244, None)


@pytest.mark.parametrize(
    ("text", "test", "expected"),
    [
        ("bailleur;attributions_q2_4_qpv;attributions_qpv\nA;10;20\nB;0;0\n", "q2_q4_qpv", (10, 20, True, 0, None)),
        ("bailleur;attributions_prioritaires;attributions\nA;10;41\nB;0;0\n", "prioritaires", (10, 41, False, 1, None)),
        ("bailleur;Q1 hors QPV;total hors QPV\nA;1;4\nB;0;0\n", "q1_hors_qpv", (1, 4, True, 0, None)),
    ],
)
def test_the_three_tests_are_known_by_their_headers(text, test, expected, tmp_path):
    rows, found = result_of(tmp_path, text)
    assert {row["test"] for row in found.rows} == {test}
    assert figures(rows["EPCI", test]) == figures(rows["A", test]) == expected
    none = rows["B", test]
    assert (none["part"], none["atteint"], none["manque"], none["etat"]) == (None, None, None, "sans objet")
    assert found.rows[0]["annee"] is None and any("année non dite" in remark for remark in found.remarks)


def test_a_total_that_is_not_the_sum_is_said_and_left(tmp_path):
    rows, _ = result_of(
        tmp_path, DIJON.replace("Total,248,6,1990,12.76", "TOTAL GÉNÉRAL,248,6,1980,12.83"), "d_2020.csv"
    )
    whole = rows["EPCI", "q1_hors_qpv"]
    assert (whole["numerateur"], whole["denominateur"]) == (254, 1980)
    assert whole["somme_bailleurs"]["denominateur"] == 1990
    assert "total hors QPV : TOTAL GÉNÉRAL 1980, somme des bailleurs 1990" in whole["remarques"]


def test_a_total_of_quartiles_that_is_not_their_sum_is_said(tmp_path):
    text = "annee;bailleur;quartile;qpv;hors_qpv\n2019;A;1;1;2\n2019;A;2-4;3;5\n2019;A;total;4;8\n"
    rows, _ = result_of(tmp_path, text)
    assert figures(rows["A", "q1_hors_qpv"])[:2] == (2, 7)
    assert rows["A", "q1_hors_qpv"]["remarques"] == ["total hors QPV : 8 annoncés, 7 en sommant ses parties (2 + 5)"]


def test_years_in_a_column_or_in_headers_are_as_many_results(tmp_path):
    column = "annee;bailleur;q1 hors qpv;hors qpv\n2019;A;1;4\n2020;A;2;4\n"
    headers = "bailleur;q1 hors qpv 2019;hors qpv 2019;q1 hors qpv 2020;hors qpv 2020\nA;1;4;2;4\n"
    for text in (column, headers):
        _, found = result_of(tmp_path, text)
        own = [(row["annee"], row["numerateur"], row["denominateur"]) for row in found.rows if row["bailleur"] == "A"]
        assert own == [(2019, 1, 4), (2020, 2, 4)]


def test_landlords_that_look_alike_are_listed_together_and_stay_apart(tmp_path):
    text = "bailleur;q1 hors qpv;hors qpv\nGrand Dijon Habitat;1;4\nGrand Dijon Habitats;2;9\n"
    rows, found = result_of(tmp_path, text)
    assert figures(rows["EPCI", "q1_hors_qpv"])[:2] == (3, 13)
    assert any("« Grand Dijon Habitat » et « Grand Dijon Habitats » se ressemblent" in one for one in found.remarks)


def test_local_targets_go_from_the_most_precise_to_the_law(tmp_path):
    territory = tmp_path / "t.toml"
    territory.write_text(
        '[territoire]\nnom = "Ici"\n'
        '[regles.cible_q2_q4_qpv]\nvaleur = 75\nunite = "%"\nsource = "Document cadre"\n'
        '[[cibles]]\ntest = "q2_q4_qpv"\nvaleur = 62.5\nbailleur = "HABITAT ETE"\nannees = [2022]\nsource = "CIA"\n'
        '[[cibles]]\ntest = "q2_q4_qpv"\nvaleur = 60\nbailleur = "Habitat Été"\nsource = "CIA"\n',
        "utf-8",
    )
    text = "annee;bailleur;q2-4 qpv;qpv\n2021;Habitat Été;5;8\n2022;Habitat Été;5;8\n2022;B;5;8\n"
    _, found = result_of(tmp_path, text, territory=territory)
    targets = {(row["annee"], row["bailleur"]): (row["cible"], row["atteint"], row["manque"]) for row in found.rows}
    assert targets[2021, "Habitat Été"] == (60, True, 0)
    assert targets[2022, "Habitat Été"] == (62.5, True, 0)
    assert targets[2022, "B"] == (75, False, 1)
    assert targets[2022, "EPCI"] == (75, False, 2)


def test_the_command_prints_json_rows_with_their_keys_first(tmp_path):
    (tmp_path / "dijon_2020.csv").write_text(DIJON, "utf-8")
    done = CliRunner().invoke(app, ["attributions", str(tmp_path / "dijon_2020.csv"), "--json"])
    rows = json.loads(done.stdout)
    keys = ["annee", "bailleur", "test", "numerateur", "denominateur", "part", "cible", "atteint", "manque", "inconnus"]
    assert done.exit_code == 0 and all(list(row)[: len(keys)] == keys for row in rows)
    assert [row["bailleur"] for row in rows][:2] == ["EPCI", "CDC Habitat"]


def test_the_command_prints_a_table_and_writes_three_files_that_say_the_same(tmp_path):
    (tmp_path / "dijon_2020.csv").write_text(DIJON, "utf-8")
    done = CliRunner().invoke(app, ["attributions", str(tmp_path / "dijon_2020.csv"), "--sortie", str(tmp_path / "s")])
    assert done.exit_code == 0 and "31 / 440 = 7,05 %, publié 7,33 %" in done.stdout
    assert sorted(path.name for path in (tmp_path / "s").iterdir()) == [
        "attributions.csv",
        "attributions.html",
        "attributions.xlsx",
    ]
    table = pd.read_csv(tmp_path / "s" / "attributions.csv", sep=";", decimal=",").set_index("bailleur")
    sheet = openpyxl.load_workbook(tmp_path / "s" / "attributions.xlsx")["parts-legales"]
    heads, *lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    book = pd.DataFrame(lines, columns=heads).set_index("Bailleur")
    for landlord, numerator, denominator in (("EPCI", 254, 1990), ("Orvitis", 46, 357)):
        assert (table.loc[landlord, "numerateur"], table.loc[landlord, "denominateur"]) == (numerator, denominator)
        assert table.loc[landlord, "part"] == pytest.approx(float(Fraction(100 * numerator, denominator)))
        assert (book.loc[landlord, "Numérateur"], book.loc[landlord, "Dénominateur"]) == (numerator, denominator)
    page = (tmp_path / "s" / "attributions.html").read_text("utf-8")
    assert "à ne pas diffuser" in page and "publié 7,33" in page and "254 / 1\u202f990" in page


def test_names_from_files_are_never_formulas_nor_code(tmp_path):
    text = 'bailleur;q1 hors qpv;hors qpv\n"=1+1";1;4\n<script>alert(1)</script>;1;4\n'
    (tmp_path / "t.csv").write_text(text, "utf-8")
    attributions([tmp_path / "t.csv"], tmp_path / "s")
    assert "<script>" not in (tmp_path / "s" / "attributions.html").read_text("utf-8")
    assert "'=1+1" in (tmp_path / "s" / "attributions.csv").read_text("utf-8-sig")
    cells = openpyxl.load_workbook(tmp_path / "s" / "attributions.xlsx")["parts-legales"]["B"]
    assert "'=1+1" in [cell.value for cell in cells]


SAME_KIND = {
    "the first quartile is of the only place that is named": (
        "Bailleur;Nombre d'attributions hors QPV;Dont 1er quartile;Part;Objectif\nA;1 245;180;14,46 %;25 %\n",
        ("q1_hors_qpv", 180, 1245),
    ),
    "quartiles are enumerated": (
        "Organisme;Attributions en QPV;Attributions aux quartiles 2, 3 et 4 en QPV;%\nA;100;49;49\n",
        ("q2_q4_qpv", 49, 100),
    ),
    "each quartile has its column": (
        "Bailleur;Q1 hors QPV;Q2 hors QPV;Q3 hors QPV;Q4 hors QPV\nA;5;6;7;8\n",
        ("q1_hors_qpv", 5, 26),
    ),
    "« En QPV » stands beside « Hors QPV »": (
        "Bailleur;Quartile;En QPV;Hors QPV\nA;Premier quartile;2;5\nA;Quartiles 2 à 4;6;15\n",
        ("q2_q4_qpv", 6, 8),
    ),
    "each row has its place": (
        "bailleur;quartile;situation;nombre\nA;1;hors QPV;4\nA;2-4;hors QPV;8\nA;2-4;inconnu;2\n",
        ("q1_hors_qpv", 4, 12),
    ),
    "only what is not of the first quartile is told, and the total": (
        "Bailleur;Total hors QPV;Quartiles 2 à 4 hors QPV\nA;20;15\n",
        ("q1_hors_qpv", 5, 20),
    ),
    "a source is written under the table": (
        "bailleur;q1 hors qpv;hors qpv\nA;5;20\nSource : SNE;;\n",
        ("q1_hors_qpv", 5, 20),
    ),
    "the last row has no name and is the total": (
        "bailleur;q1 hors qpv;hors qpv\nA;5;20\n;5;20\n",
        ("q1_hors_qpv", 5, 20),
    ),
}


@pytest.mark.parametrize(("text", "expected"), SAME_KIND.values(), ids=SAME_KIND)
def test_tables_of_the_same_kind_are_understood(text, expected, tmp_path):
    rows, found = result_of(tmp_path, text)
    test, numerator, denominator = expected
    assert (rows["A", test]["numerateur"], rows["A", test]["denominateur"]) == (numerator, denominator)
    assert {row["bailleur"] for row in found.rows} == {"A", "EPCI"}
    assert not [row["ecart"] for row in found.rows if row["ecart"]]


def test_the_place_that_only_the_file_s_name_tells_is_taken_and_said(tmp_path):
    rows, found = result_of(tmp_path, "bailleur;Q1;total\nA;5;20\n", "bilan_q1_hors_qpv_2021.csv")
    assert figures(rows["A", "q1_hors_qpv"])[:2] == (5, 20)
    assert any("effectifs hors QPV, d'après son nom" in remark for remark in found.remarks)


def test_a_table_by_reservation_holder_has_the_state_s_target(tmp_path):
    text = "Réservataire;attributions_prioritaires;attributions\nÉtat;90;100\nAction Logement;20;100\nTotal;110;200\n"
    rows, _ = result_of(tmp_path, text)
    whole = rows["EPCI", "prioritaires"]
    assert figures(whole)[:2] == (110, 200) and len(rows) == 1
    held = {one["reservataire"]: (one["cible"], one["manque"]) for one in whole["reservataires"]}
    assert held == {"État": (100, 10), "Action Logement": (25, 5)}


def test_a_cell_that_nobody_filled_is_not_zero(tmp_path):
    text = "bailleur;q1 hors qpv;anru hors qpv;hors qpv\nA;1;;4\nB;;1;4\n"
    rows, _ = result_of(tmp_path, text)
    assert rows["B", "q1_hors_qpv"]["etat"] == "non renseigné" and rows["B", "q1_hors_qpv"]["numerateur"] is None
    assert rows["A", "q1_hors_qpv"]["remarques"] == ["relogements non renseignés : la part est comptée sans eux"]
    assert rows["EPCI", "q1_hors_qpv"]["remarques"] == ["sans B, non renseigné(s)"]


@pytest.mark.parametrize("name", ["Dijon Métropole", "CA de Saint-Dizier, Der et Blaise", "Communauté urbaine", "EPCI"])
def test_the_whole_is_known_by_the_names_of_communities(name, tmp_path):
    rows, _ = result_of(tmp_path, f'bailleur;q1 hors qpv;hors qpv\n"{name}";3;14\nA;1;4\nMétropole Habitat;2;9\n')
    assert set(rows) == {(one, "q1_hors_qpv") for one in ("EPCI", "A", "Métropole Habitat")}
    assert figures(rows["EPCI", "q1_hors_qpv"])[:2] == (3, 14)
    assert rows["EPCI", "q1_hors_qpv"]["somme_bailleurs"]["denominateur"] == 13


def test_a_row_that_is_the_sum_of_all_the_others_is_their_total_whatever_its_name(tmp_path):
    text = "Nom du bailleur;q1 hors qpv;hors qpv;%\nA;1;4;25\nB;2;9;22,2\nC;0;2;0\nBassin de vie;3;15;20\n"
    rows, found = result_of(tmp_path, text)
    assert {landlord for landlord, _ in rows} == {"EPCI", "A", "B", "C"}
    assert figures(rows["EPCI", "q1_hors_qpv"])[:2] == (3, 15) and rows["EPCI", "q1_hors_qpv"]["publie"] == "20 %"
    assert any("« Bassin de vie » est lu comme le total" in remark for remark in found.remarks)


def test_two_landlords_that_are_alike_are_no_total_of_each_other(tmp_path):
    rows, _ = result_of(tmp_path, "bailleur;q1 hors qpv;hors qpv\nA;0;2\nB;0;0\nC;0;2\n")
    assert figures(rows["EPCI", "q1_hors_qpv"])[:2] == (0, 4) and len(rows) == 4


def test_the_whole_and_the_landlords_may_come_from_two_files_and_differ(tmp_path):
    (tmp_path / "epci_2020.csv").write_text("bailleur;q1 hors qpv;hors qpv\nEPCI;55;280\n", "utf-8")
    (tmp_path / "a_2020.csv").write_text("bailleur;q1 hors qpv;hors qpv\nA;30;140\n", "utf-8")
    rows = "annee;bailleur;en_qpv;quartile;issue\n" + 3 * "2020;B;non;1;bail signé\n" + "2020;B;non;2;bail signé\n"
    (tmp_path / "b.csv").write_text(rows, "utf-8")
    found = attributions(sorted(tmp_path.glob("*.csv")))
    by = {row["bailleur"]: row for row in found.rows if row["test"] == "q1_hors_qpv"}
    assert figures(by["EPCI"])[:2] == (55, 280) and figures(by["B"])[:2] == (3, 4)
    assert by["EPCI"]["remarques"] == ["EPCI 55 / 280, somme des bailleurs 33 / 144"]
    assert any("a_2020.csv, b.csv, epci_2020.csv : deux comptes différents" in one for one in found.remarks)


def test_a_total_of_landlords_beside_a_whole_is_checked_and_the_whole_kept(tmp_path):
    text = "bailleur;q1 hors qpv;hors qpv\nA;1;4\nB;2;9\nTotal bailleurs;3;13\nEPCI;5;20\n"
    rows, found = result_of(tmp_path, text)
    assert figures(rows["EPCI", "q1_hors_qpv"])[:2] == (5, 20)
    assert any("« Total bailleurs » égale à la somme de 2 bailleurs" in one for one in found.remarks)
    assert any("« EPCI » n'est pas la somme des bailleurs" in one for one in found.remarks)
