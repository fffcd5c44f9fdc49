"""The builder's report: the ledger as it was kept, the laws as they were checked, every listed row."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from atlas.ledger import Ledger
from atlas.publish.balance import write_report
from atlas.publish.conservation import conservation
from tests.edition_factory import make_edition


@pytest.fixture
def ledger() -> Ledger:
    book = Ledger()
    rows = pd.DataFrame(
        {
            "campagne": [2020, 2022, 2022, 2022],
            "id_adresse": ["A1", "A1", "A2", "=A3"],
            "nb_logements": [10.0, 11.0, 7.0, 1500.0],
            "menages": [8.0, 9.0, None, 1200.0],
        }
    )
    refused = rows.iloc[[3]].assign(
        motif="<b>doublon</b>", fichier="/un/dossier/privé/ops_2022.csv", ligne=4, detail="même clé"
    )
    book.balance("lecture", rows, rows.iloc[:3], refused)
    book.note("position", rows.iloc[[2]].assign(motif="hors de tout IRIS"))
    return book


@pytest.fixture
def laws() -> pd.DataFrame:
    units = {
        "territoire": pd.DataFrame({"campagne": [2022], "nb_logements": [18.0], "menages": [9.0]}),
        "adresses": pd.DataFrame({"campagne": [2022, 2022], "nb_logements": [11.0, 7.0], "menages": [9.0, None]}),
        "iris": pd.DataFrame({"campagne": [2022], "nb_logements": [11.0], "menages": [9.0]}),
    }
    atoms = units["adresses"].assign(code_iris=["930100101", None], code_insee="93010")
    return conservation(units, atoms, [2022])


def test_the_laws_count_what_has_no_place(laws):
    iris = laws[laws["loi"].str.contains("IRIS") & (laws["grandeur"] == "logements")].iloc[0]
    assert (iris["somme"], iris["sans_place"], iris["total"], iris["ecart"]) == (11, 7, 18, 0)
    assert (laws["ecart"] == 0).all() and len(laws) == 4


def write(folder, ledger, laws, **more):
    write_report(folder, ledger, ["Un point est hors des IRIS."], laws, make_edition().context, **more)
    return (folder / "bilan.html").read_text("utf-8"), json.loads((folder / "bilan.json").read_text("utf-8"))


def test_the_three_files_say_the_same(tmp_path, ledger, laws):
    tables = {"Appariement": pd.DataFrame({"méthode": ["numéro exact", None], "adresses": [2, 1]})}
    html, said = write(tmp_path, ledger, laws, tables=tables, timings={"lecture": 0.52})
    assert said["etapes"] == json.loads(json.dumps(ledger.entries))
    assert said["conservation"][0]["ecart"] == 0 and said["remarques"] == ["Un point est hors des IRIS."]
    assert said["tableaux"]["Appariement"][1] == {"méthode": None, "adresses": 1}
    assert said["durees_s"] == {"lecture": 0.52} and said["lignes_listees"] == 2
    assert "toutes les sommes retombent" in html and "numéro exact" in html
    assert "&lt;b&gt;doublon" in html and "<b>doublon" not in html
    assert "1\u202f518" in html, "dwellings that came in, in 2022"


def test_the_rows_set_aside_are_listed_with_file_line_and_reason(tmp_path, ledger, laws):
    write(tmp_path, ledger, laws)
    rows = pd.read_csv(tmp_path / "rejets.csv", sep=";", decimal=",", encoding="utf-8-sig")
    first = rows.iloc[0]
    assert (first["effet"], first["fichier"], first["ligne"], first["logements"]) == ("écarté", "ops_2022.csv", 4, 1500)
    assert first["id"] == "'=A3"
    assert rows["effet"].tolist() == ["écarté", "signalé"]
    assert "dossier" not in (tmp_path / "rejets.csv").read_text("utf-8")


def test_a_broken_law_is_said_first(tmp_path, ledger, laws):
    html, _ = write(tmp_path, ledger, laws.assign(ecart=[0, 3.0, 0, 0]))
    assert "1 loi de conservation ne tient pas" in html and "toutes les sommes retombent" not in html


def test_a_run_that_set_nothing_aside_has_an_empty_list(tmp_path, laws):
    html, said = write(tmp_path, Ledger(), laws)
    assert said["lignes_listees"] == 0 and "Lignes écartées ou signalées" not in html
    assert (tmp_path / "rejets.csv").read_text("utf-8-sig").startswith('"etape";"effet";"motif"')


def test_the_report_says_it_is_not_to_be_passed_on(tmp_path, ledger, laws):
    html, _ = write(tmp_path, ledger, laws)
    assert "À ne pas transmettre" in html and "Données fictives" in html


def test_long_lists_of_rejects_are_written_whole(tmp_path, laws):
    book = Ledger()
    many = pd.DataFrame({"id": range(200_000), "motif": "doublon", "fichier": "ops.csv", "ligne": range(200_000)})
    book.note("lecture", many.astype({"id": "str"}))
    write(tmp_path, book, laws)
    with (tmp_path / "rejets.csv").open("rb") as file:
        assert sum(1 for _ in file) == 200_001


def test_the_report_counts_the_sheets_of_each_edition_and_what_they_point_out(demo_build):
    """From the files on disk and the tables of each edition, which nobody counted for the report."""
    told = json.loads((demo_build / "bilan.json").read_text("utf-8"))["tableaux"]["Fiches écrites, par édition"]
    editions = [path.parent.name for path in demo_build.glob("*/manifeste.json")]
    assert sorted(row["édition"] for row in told) == sorted(editions)
    for row in told:
        folder = demo_build / row["édition"]
        table = pd.read_csv(folder / "tableaux" / "residences.csv", sep=";", encoding="utf-8-sig", dtype=str)
        pages = [path for path in (folder / "quartiers").iterdir() if path.suffix == ".html" and path.stem != "index"]
        assert row["fiches de résidence"] == len(table) > 0
        assert row["pages de quartier et de commune"] == len(pages)
        assert row["cahiers"] == len([path for path in folder.rglob("*.pdf") if "cahiers" in path.parts])
        assert row["signalées : bas loyer hors QPV"] == (table["bas_loyer_hors_qpv"] == "oui").sum()
        assert row["avec des logements adaptés"] == (pd.to_numeric(table["adaptes_bas"]) > 0).sum()
    page = (demo_build / "bilan.html").read_text("utf-8")
    assert "Fiches écrites, par édition" in page and str(told[0]["fiches de résidence"]) in page
