"""The command line as a person meets it: French words, exit status, previous output untouched."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

ATLAS = Path(sys.executable).with_name("atlas")


def run(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ATLAS, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture
def broken(demo_territory, tmp_path) -> Path:
    """The demo with two faults in one file and one in another."""
    folder = tmp_path / "demo"
    shutil.copytree(demo_territory.parent, folder)
    survey = folder / "ops_2022.csv"
    lines = survey.read_text("utf-8").splitlines()
    cells = lines[1].split(";")
    cells[lines[0].split(";").index("nb_logements")] = "-4"
    survey.write_text("\n".join([lines[0], ";".join(cells), *lines[2:], lines[-1]]) + "\n", "utf-8")
    (folder / "adresses.csv.gz").write_bytes((folder / "adresses.csv.gz").read_bytes()[:2000])
    return folder / "territoire.toml"


def test_refusals_list_every_fault_and_leave_the_previous_output_alone(broken, tmp_path):
    output = tmp_path / "sortie"
    output.mkdir()
    (output / "bilan.json").write_text("{}", "utf-8")
    (output / "temoin.txt").write_text("avant", "utf-8")
    done = run("build", broken, "--sortie", output)
    assert done.returncode == 1
    assert "ops_2022.csv" in done.stderr and "adresses.csv.gz" in done.stderr
    assert done.stderr.count("Attendu :") == done.stderr.count("À faire :") >= 3
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in output.iterdir()) == ["bilan.json", "temoin.txt"]
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_check_says_that_the_demo_is_sound(demo_territory):
    done = run("check", demo_territory)
    assert done.returncode == 0, done.stderr
    assert "Aucun défaut" in done.stdout and "26900 logements" in done.stdout.replace("\u202f", "")


def test_wrong_usage_is_status_2():
    assert run("build").returncode == 2
    assert run("inconnue").returncode == 2


@pytest.mark.parametrize(
    "words",
    [
        *((), ("--help",), ("build", "--help"), ("build",), ("inconnue",), ("build", "x", "--zz")),
        *(("simulate", "x", "y", "--objectif", "140"), ("simulate", "x", "y", "--annees", "dix")),
        *(("ou-loger", "x", "--taille", "3"), ("plan-attributions", "x", "--annee", "12")),
    ],
)
def test_help_and_usage_speak_french(words):
    done = run(*words)
    said = done.stdout + done.stderr
    assert "Utilisation :" in said
    assert not [
        word
        for word in ("Usage:", "Show this", "Missing", "No such", "Try ", "Error", "Invalid", "Possible", " should ")
        if word in said
    ], said


def test_an_unknown_edition_is_refused_with_the_known_ones(small_territory, tmp_path):
    done = run(
        "build", small_territory, "--sortie", tmp_path / "s", "--edition", "presse", "--edition", "bailleur-inconnu"
    )
    assert done.returncode == 1 and "presse" in done.stderr and "partenaire" in done.stderr
    done = run("build", small_territory, "--sortie", tmp_path / "s", "--edition", "bailleur-inconnu")
    assert done.returncode == 1 and "bailleur-logis-du-val" in done.stderr
    assert not (tmp_path / "s").exists()


def test_explain_follows_a_residence_from_its_rows_to_its_level(divided_build):
    way = pd.read_parquet(divided_build / "parcours.parquet")
    identifier = way["id_residence"].iloc[0]
    done = run("explain", divided_build, identifier)
    assert done.returncode == 0, done.stderr
    for words in (
        "Lignes lues",
        "ops_2022.csv, ligne",
        "Appariement",
        "Regroupement",
        "seuil 40 %",
        "Niveau :",
        "document cadre",
    ):
        assert words in done.stdout, words
    by_address = run("explain", divided_build, way["id_adresse"].iloc[0])
    assert by_address.stdout == done.stdout


def test_explain_helps_with_a_misspelt_identifier(divided_build):
    done = run("explain", divided_build, "HTV-008")
    assert done.returncode == 1 and "identifiants proches" in done.stderr and "HTV-008" in done.stderr


def test_a_build_quiet_in_a_pipe_names_its_page_and_compare_tells_what_changed_and_why(small_territory, tmp_path):
    before, after = (shutil.copytree(small_territory.parent, tmp_path / name) for name in ("avant", "apres"))
    survey = after / "ops.csv"
    table = pd.read_csv(survey, sep=";", dtype=str, keep_default_na=False)
    table.loc[0, "nb_logements"] = str(int(table.loc[0, "nb_logements"]) + 7)
    table.to_csv(survey, sep=";", index=False)
    for folder, rent in ((before, "5.10"), (after, "5.40")):
        territory = folder / "territoire.toml"
        rule = f'\n[regles.loyer_plai]\nvaleur = {rent}\nunite = "€/m² SU"\nsource = "essai"\n'
        territory.write_text(territory.read_text("utf-8") + rule, "utf-8")
        built = run("build", territory, "--sortie", folder / "atlas", "--edition", "interne")
        assert built.returncode == 0 and built.stderr == "", built.stderr
        assert "interne/index.html" in built.stdout
    done = run("compare", before / "atlas", after / "atlas")
    assert "règle loyer_plai : 5,1 → 5,4" in done.stdout
    assert "entrée modifiée : ops.csv" in done.stdout
    assert "résidences : 1 modifiées" in done.stdout
    assert "rien : mêmes entrées" in run("compare", before / "atlas", before / "atlas").stdout


def test_rules_are_listed_with_their_reference():
    done = run("rules", "--au", "2026-11-21")
    assert "fragilite_inf40 = 40 %" in done.stdout and "Dijon métropole" in done.stdout
    assert "NON VÉRIFIÉ" in run("rules", "--au", "2090-01-01").stdout


def test_inspect_proposes_a_block(demo_territory):
    done = run("inspect", demo_territory.parent / "ops_2022.csv")
    assert done.returncode == 0 and "[sources.ops]" in done.stdout
