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
FOLLOWED = "Ménages suivis par un service social"
FILE = ("2022;Habitat Été;A1;6;18", "2022;Habitat Été;A2;2;11", "2022;Logis du Val;A3;5;25", "2022;Logis du Val;Z9;1;1")

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
        'drawn=1, overview=True, scale=900_000, made=Made("communes", lambda code: code[:2])),\n'
        '    Unit("secteurs", "Secteurs", "un secteur", "secteur", "secteurs", "code_secteur", '
        'law="des secteurs, et sans secteur", made=Made("iris", lambda code: code[-1])),\n',
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
    f'        Audience("etat", "{AUDIENCE}", omits={{"iris": "trop fins", "bailleurs": "non nommés"}}),\n',
)

SOURCE = (
    (
        "atlas/tables/origins.py",
        '        Origin(\n            "logements",',
        '        Origin("suivi", "Suivi social", (Form("suivi", "suivi social par adresse"),), "Aucun suivi social.", '
        'year="campagne", counts={"menages_suivis": "Ménages suivis", "menages_du_suivi": "Ménages du suivi"}),\n',
    ),
    (
        "atlas/tables/indicators.py",
        '        _among("apl"',
        f'        Indicator("suivi", "{FOLLOWED}", "menages_suivis", "menages_du_suivi", _MEANS),\n',
    ),
)
MODULE = '''"""Households that a social service follows: one row per campaign and address."""

import pandas as pd

from atlas.sources.checks import check
from atlas.sources.contract import read_rows
from atlas.sources.headers import expected
from atlas.tables import Column, Table

SUIVI = Table(
    "suivi",
    "une adresse à une campagne",
    ("campagne", "bailleur", "id_adresse"),
    (
        Column("campagne", "Campagne", "année", required=True),
        Column("bailleur", "Bailleur", required=True),
        Column("id_adresse", "Identifiant de l'adresse", required=True),
        Column("menages_suivis", "Ménages suivis", "ménages", required=True, secret=True),
        Column("menages_du_suivi", "Ménages du suivi", "ménages", required=True, secret=True),
    ),
)
WANTED = expected("SUIVI", SUIVI)


def read(blocks, desk, survey):
    """Read the files of the source; None when a fault was recorded."""
    frame = read_rows(blocks, WANTED, desk)
    return frame if frame is not None and check(frame, WANTED, desk) else None


def counts(table: pd.DataFrame) -> pd.DataFrame:
    """Add up the households of each address and campaign."""
    keys = ["campagne", "id_adresse"]
    return table.groupby(keys, as_index=False)[["menages_suivis", "menages_du_suivi"]].sum(min_count=1)
'''


# Declared and not wired: the entry, and the words of its refusal.
ASTRAY = {
    "indicator": (
        INDICATOR[0],
        "indicateur « handicap » : le nombre menages_handicap n'est ni une colonne de l'enquête",
    ),
    "unit": (
        (UNIT[0][0], UNIT[0][1], UNIT[0][2].replace(', made=Made("communes", lambda code: code[:2])', "")),
        "unité « departements » : aucune étape ne donne code_departement à une adresse",
    ),
    "source": (SOURCE[0], "source « suivi » : le module atlas/sources/suivi.py n'existe pas"),
    "audience": (
        (PUBLIC[0], PUBLIC[1], PUBLIC[2].replace('"iris"', '"cantons"')),
        "public « etat » : l'unité cantons n'existe pas",
    ),
}


def added(folder: Path, *edits: tuple[str, str, str]) -> None:
    """Write each entry before what follows it."""
    for name, following, entry in edits:
        text = (folder / name).read_text("utf-8")
        assert text.count(following) == 1, f"{name}: {following}"
        (folder / name).write_text(text.replace(following, entry + following), "utf-8")


def copied(folder: Path) -> Path:
    """Copy the program and a small territory."""
    ignored = shutil.ignore_patterns("__pycache__", "demo")
    for name in ("atlas", "layers", "data"):
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copytree(ROOT / "tests" / "broken" / "base", folder / "petit")
    return folder


@pytest.fixture(scope="module")
def copy(tmp_path_factory) -> Path:
    """The program with its additions, and a small territory that gives what they need."""
    folder = copied(tmp_path_factory.mktemp("copie"))
    added(folder, *INDICATOR, *UNIT, *SOURCE, PUBLIC)
    (folder / "atlas" / "sources" / "suivi.py").write_text(MODULE, "utf-8")
    contours = (ROOT / "layers" / "communes_contours.toml").read_text("utf-8")
    (folder / "layers" / "departements_contours.toml").write_text(contours.replace("commune", "departement"), "utf-8")
    survey = folder / "petit" / "ops.csv"
    lines = survey.read_text("utf-8").splitlines()
    told = [f"{lines[0]};menages_handicap", *(f"{line};{line.split(';')[8]}" for line in lines[1:])]
    survey.write_text("\n".join(told) + "\n", "utf-8")
    followed = ["campagne;bailleur;id_adresse;menages_suivis;menages_du_suivi", *FILE]
    (folder / "petit" / "suivi_2022.csv").write_text("\n".join(followed) + "\n", "utf-8")
    with (folder / "petit" / "territoire.toml").open("a", encoding="utf-8") as territory:
        territory.write('\n[sources.suivi]\nfichiers = ["suivi_2022.csv"]\n')
    return folder


def run(copy: Path, *arguments: str, refused: bool = False) -> str:
    """Run the command line of the copy, which must succeed, or refuse."""
    done = subprocess.run(
        [sys.executable, "-c", "from atlas.cli import main; main()", *arguments],
        cwd=copy, env={**os.environ, "PYTHONPATH": str(copy)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == int(refused), done.stdout + done.stderr
    return done.stderr if refused else done.stdout


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
    assert {"departements", "secteurs"} <= set(workbook.sheetnames)
    assert rows(internal, "SELECT id, nb_adresses FROM secteurs ORDER BY id") == [("0", 1), ("1", 3)]
    assert any("departements" in line.values() for line in csv_rows(internal / "dictionnaire.csv"))


def test_a_unit_is_drawn_and_added_up(built, internal):
    data = data_of_map(internal)
    assert data["tables"]["departements"]["singulier"] == "département"
    assert any(layer["table"] == "departements" for layer in data["couches"])
    text = project(internal)
    assert 'name="Une page par département"' in text and 'id="departements_01"' in text
    laws = json.loads((built / "bilan.json").read_text("utf-8"))["conservation"]
    for plural in ("départements", "secteurs"):
        assert [law["ecart"] for law in laws if plural in law["loi"]] == [0, 0]


def test_a_unit_is_explained_and_compared(copy, built):
    assert "département 01" in run(copy, "explain", "atlas-petit", "R1")
    assert "Par département" in page(built / "interne" / "tableau-de-bord.html")
    assert "départements : 1 → 1" in run(copy, "compare", "atlas-petit", "atlas-petit")


def test_a_source_is_read_counted_and_cited(built, internal):
    assert rows(internal, "SELECT n_suivi, d_suivi FROM residences WHERE id = 'R1'") == [(8, 29)]
    assert rows(internal, "SELECT n_suivi, d_suivi FROM territoire") == [(13, 54)]
    for name in ("residences/R1.html", "tableau-de-bord.html", "methode.html"):
        assert FOLLOWED in page(internal / name), name
    assert "Ménages du suivi" in page(internal / "methode.html")
    manifest = json.loads((internal / "manifeste.json").read_text("utf-8"))
    assert "Suivi social" in {source["description"] for source in manifest["sources"]}
    assert any("Z9" in line.values() for line in csv_rows(built / "rejets.csv"))


def test_a_source_is_inspected_proposed_and_described(copy):
    assert "[sources.suivi]" in run(copy, "inspect", "petit/suivi_2022.csv").replace("[[", "[")
    assert "menages_suivis" in run(copy, "schema", "suivi")
    run(copy, "init", "petit", "--sortie", "petit/propose.toml")
    assert "# --- Suivi social" in (copy / "petit" / "propose.toml").read_text("utf-8")
    assert "Suivi social" in run(copy, "check", "petit/territoire.toml", "--sortie", "reception") + page(
        copy / "reception" / "reception.html"
    )


def test_an_audience_has_its_edition(copy, built):
    edition = built / "etat"
    method = page(edition / "methode.html")
    assert AUDIENCE in method and "la promesse, envers quiconque" in method
    assert rows(edition, "SELECT count(*) FROM residences")[0][0] > 0
    assert "etat" in run(copy, "build", "--help")
    run(copy, "audit", "atlas-petit/etat")


def test_what_leads_nowhere_is_refused_in_a_sentence(tmp_path):
    folder = copied(tmp_path)
    added(folder, *(edit for edit, _ in ASTRAY.values()))
    said = " ".join(run(folder, "build", "petit/territoire.toml", "--sortie", "rien", refused=True).split())
    for entry, (_, words) in ASTRAY.items():
        assert words in said, entry
    assert not (folder / "rien").exists()
