"""One entry is enough: an indicator, a unit, a source and an audience added to a copy of the program, on every face.

Each addition is the edit that the README tells of, and nothing else: what is declared and not wired would be missing
from a face, or stop the build.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from contextlib import closing
from pathlib import Path

import openpyxl
import pypdfium2
import pytest

ROOT = Path(__file__).parent.parent
LABEL = "Ménages avec une personne handicapée"
AUDIENCE = "Préfecture"

# File, what stands after the entry, the entry.
INDICATOR = (
    (
        "atlas/tables/indicators.py",
        '        _among("apl"',
        f'        _among("handicap", "{LABEL}", "menages_handicap", _MEANS),\n',
    ),
    (
        "atlas/tables/sources.py",
        '                ("menages_apl"',
        f'                ("menages_handicap", "{LABEL}"),\n',
    ),
    (
        "layers/residences_taux.toml",
        "[variantes.apl]",
        '[variantes.handicap]\nunite = "% des ménages"\nbornes = [10, 20, 30]\n\n',
    ),
)
UNIT = (
    (
        "atlas/tables/units.py",
        '    Unit(\n        "communes",',
        '    Unit("departements", "Départements", "un département", "département", "départements", "code_departement", '
        '"polygone", sources=("iris",), parts=("communes", "iris"), law="des départements, et sans département", '
        'drawn=1, overview=True, scale=900_000, made=Made("communes", lambda code: code[:2])),\n',
    ),
    (
        "layers/_tableaux.toml",
        '[[tableaux]]\ntable = "iris"',
        '[[tableaux]]\ntable = "departements"\ntitre = "Départements"\ncolonnes = ["nom", "nb_logements"]\n\n',
    ),
)
PUBLIC = (
    "atlas/tables/audiences.py",
    '        Audience(\n            "public",',
    f'        Audience("etat", "{AUDIENCE}"),\n',
)


def added(folder: Path, *edits: tuple[str, str, str]) -> None:
    """Write each entry before what follows it."""
    for name, following, entry in edits:
        text = (folder / name).read_text("utf-8")
        assert text.count(following) == 1, f"{name}: {following}"
        (folder / name).write_text(text.replace(following, entry + following), "utf-8")


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """The program with its additions, and a small territory that gives what they need."""
    folder = tmp_path_factory.mktemp("copie")
    ignored = shutil.ignore_patterns("__pycache__", "demo")
    for name in ("atlas", "layers", "data"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copytree(ROOT / "tests" / "broken" / "base", folder / "petit")
    added(folder, *INDICATOR, *UNIT, PUBLIC)
    contours = (ROOT / "layers" / "communes_contours.toml").read_text("utf-8")
    (folder / "layers" / "departements_contours.toml").write_text(contours.replace("commune", "departement"), "utf-8")
    survey = folder / "petit" / "ops.csv"
    lines = survey.read_text("utf-8").splitlines()
    told = [f"{lines[0]};menages_handicap", *(f"{line};{line.split(';')[8]}" for line in lines[1:])]
    survey.write_text("\n".join(told) + "\n", "utf-8")
    return folder


def run(copy: Path, *arguments: str) -> str:
    """Run the command line of the copy."""
    done = subprocess.run(
        [sys.executable, "-c", "from atlas.cli import main; main()", *arguments],
        cwd=copy, env={**os.environ, "PYTHONPATH": str(copy)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(copy) -> Path:
    run(copy, "build", "petit/territoire.toml", "--sortie", "atlas-petit", "--edition", "interne", "--edition", "etat")
    return copy / "atlas-petit"


@pytest.fixture(scope="module")
def internal(built) -> Path:
    return built / "interne"


def rows(edition: Path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(edition / "atlas.gpkg")) as connection:
        return connection.execute(query).fetchall()


def csv_rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        dialect = csv.Sniffer().sniff(file.readline())
        file.seek(0)
        return list(csv.DictReader(file, dialect=dialect))


def project(edition: Path) -> str:
    with zipfile.ZipFile(edition / "atlas.qgz") as archive:
        return archive.read("atlas.qgs").decode()


def page(path: Path) -> str:
    return path.read_text("utf-8").replace("\u00a0", " ").replace("\u202f", " ").replace("&#39;", "'")


def data_of_map(edition: Path) -> dict:
    found = re.search(
        r'<script[^>]*type="application/json"[^>]*>(.*?)</script>', (edition / "index.html").read_text("utf-8"), re.S
    )
    assert found is not None
    return json.loads(found[1])


def test_an_indicator_is_in_every_table(internal):
    shown = rows(internal, "SELECT id, n_handicap, d_handicap, tx_handicap, lb_handicap FROM residences ORDER BY id")
    assert shown[0][1:3] == (29, 29) and shown[0][3] == 100
    assert rows(internal, "SELECT count(*) FROM series WHERE indicateur = 'handicap' AND statut = 'publié'")[0][0] > 0
    assert "tx_handicap" in csv_rows(internal / "tableaux" / "residences.csv")[0]
    sheet = openpyxl.load_workbook(internal / "tableaux" / "atlas.xlsx", read_only=True)["residences"]
    assert any(cell.value in ("tx_handicap", LABEL) for line in sheet.iter_rows(max_row=3) for cell in line)
    assert any(LABEL in str(line.values()) for line in csv_rows(internal / "dictionnaire.csv"))


def test_an_indicator_is_on_every_page(internal):
    for name in (
        "residences/R1.html",
        "quartiers/commune-01901.html",
        "tableau-de-bord.html",
        "methode.html",
        "index.html",
    ):
        assert LABEL in page(internal / name), name
    assert "handicap" in data_of_map(internal)["tables"]["residences"]["champs"]


def test_an_indicator_is_in_qgis_under_its_group(internal):
    text = project(internal)
    group = text[text.index('name="Ressources"') :]
    assert LABEL in group[: group.index("</layer-tree-group>")]


def test_an_indicator_is_in_booklets(internal):
    booklets = sorted((internal / "cahiers").glob("*.pdf"))
    told = "".join(one.get_textpage().get_text_bounded() for path in booklets for one in pypdfium2.PdfDocument(path))
    assert LABEL in re.sub(r"\s+", " ", told)


def test_an_indicator_is_explained(copy, built):
    assert f"{LABEL} : 29 / 29 = 100,0 %" in run(copy, "explain", "atlas-petit", "R1").replace("\u00a0", " ")


def test_a_unit_is_in_every_table(internal):
    assert rows(internal, "SELECT id, nb_logements, nb_adresses FROM departements") == [("01", 77, 4)]
    for table in ("series", "historique", "parc"):
        assert rows(internal, f"SELECT count(*) FROM {table} WHERE unite = 'departements'")[0][0] > 0, table
    assert {row[0] for row in rows(internal, "SELECT code_departement FROM composition")} == {"01"}
    assert [line["id"] for line in csv_rows(internal / "tableaux" / "departements.csv")] == ["01"]
    workbook = openpyxl.load_workbook(internal / "tableaux" / "atlas.xlsx", read_only=True)
    assert "departements" in workbook.sheetnames
    assert any("departements" in line.values() for line in csv_rows(internal / "dictionnaire.csv"))


def test_a_unit_is_drawn_and_added_up(built, internal):
    data = data_of_map(internal)
    assert data["tables"]["departements"]["singulier"] == "département"
    assert any(layer["table"] == "departements" for layer in data["couches"])
    text = project(internal)
    assert 'name="Une page par département"' in text and 'id="departements_01"' in text
    laws = json.loads((built / "bilan.json").read_text("utf-8"))["conservation"]
    assert [law["ecart"] for law in laws if "départements" in law["loi"]] == [0, 0]


def test_a_unit_is_explained_and_compared(copy, built):
    assert "département 01" in run(copy, "explain", "atlas-petit", "R1")
    assert "départements : 1 → 1" in run(copy, "compare", "atlas-petit", "atlas-petit")


def test_an_audience_has_its_edition(copy, built):
    edition = built / "etat"
    method = page(edition / "methode.html")
    assert AUDIENCE in method and "la promesse, envers quiconque" in method
    assert rows(edition, "SELECT count(*) FROM residences")[0][0] > 0
    assert "etat" in run(copy, "build", "--help")
    run(copy, "audit", "atlas-petit/etat")
