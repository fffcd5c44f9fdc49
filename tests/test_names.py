"""Names, identifiers, totals: one spelling, no placeholder taken for a value, no total counted."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.group import GroupRules, group, overspread
from atlas.ledger import Ledger
from atlas.sources.names import in_order
from atlas.sources.spelling import tidied, tidy
from atlas.tables import LOGEMENTS
from tests.stage_factory import texts
from tests.test_sources import read

ODD = [
    "a",
    "é",
    "e\u0301",
    " ",
    "  ",
    "\u00a0",
    "\u202f",
    "\u200b",
    "\ufeff",
    "\u00ad",
    "\u2011",
    "\u2013",
    "\t",
    "\n",
    "Œ",
]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.none(), st.lists(st.sampled_from(ODD)).map("".join)), max_size=6), st.integers(1, 3))
def test_a_column_is_tidied_as_its_texts_are(words, pieces):
    chunks = [words[start::pieces] for start in range(pieces)]
    column = pa.chunked_array([pa.array(chunk, pa.string()) for chunk in chunks], pa.string())
    flat = [word for chunk in chunks for word in chunk]
    assert tidied(column).to_pylist() == [None if word is None else tidy(word) for word in flat]


def test_a_long_identifier_held_as_a_float_keeps_its_digits(tmp_path):
    ops = pd.read_csv(_base(tmp_path) / "ops.csv", sep=";", dtype={"code_postal": str, "code_insee": str})
    ops.assign(id_adresse=[2101020000001.0, 2101020000002.0, 2101020000003.0, None]).iloc[:3].to_parquet(
        tmp_path / "ops.parquet"
    )
    changes = [("territoire.toml", '["ops.csv"]', '["ops.parquet"]')]
    for file in ("logements.csv", "residences.csv", "attributions.csv"):
        changes += [(file, "A1", "2101020000001")]
    assert read(tmp_path, *changes).ops["id_adresse"].tolist() == [f"210102000000{rank}" for rank in (1, 2, 3)]


def _base(folder):
    read(folder)
    return folder


# --- placeholders -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "word", ["#N/A", "#REF!", "#VALEUR!", "NC", "0", "-", "Sans objet", "sans nom", "Non renseigné"]
)
def test_a_placeholder_makes_no_residence(tmp_path, word):
    inputs = read(
        tmp_path,
        ("ops.csv", "id_adresse;", "id_adresse;id_residence;nom_residence;"),
        *[("ops.csv", f";A{rank};", f";A{rank};{word};{word};") for rank in (1, 2, 3, 4)],
    )
    assert inputs.ops[["id_residence", "nom_residence"]].isna().all(axis=None)
    assert any(f"id_residence porte « {word} » sur 4 lignes" in said for said in inputs.remarks)


@pytest.mark.parametrize("word", ["12", "Z", "SO", "0A", "Sans-Souci", "10"])
def test_a_code_that_only_looks_poor_is_a_name(tmp_path, word):
    inputs = read(
        tmp_path,
        ("ops.csv", "id_adresse;", "id_adresse;nom_residence;"),
        *[("ops.csv", f";A{rank};", f";A{rank};{word};") for rank in (1, 2, 3, 4)],
    )
    assert inputs.ops["nom_residence"].tolist() == [word] * 4


def test_a_declaration_without_a_residence_declares_nothing(tmp_path):
    ledger = Ledger()
    inputs = read(tmp_path, ("residences.csv", "A2;R1;Les Tilleuls", "A2;#N/A;#N/A"), ledger=ledger)
    assert inputs.residences["id_residence"].fillna("aucune").tolist() == ["R1", "aucune"]
    assert ledger.rejects[["id", "motif"]].values.tolist() == [["A2", "déclaration sans résidence"]]


def test_a_declared_residence_wider_than_the_cap_or_over_two_communes_is_listed():
    rules = GroupRules(touching=50, programme=150, diameter=300)
    rows = pd.DataFrame(
        {
            "id_adresse": texts(list("abcdef")),
            "id_residence": texts(["wide", "wide", "two", "two", "fine", None]),
            "code_insee": texts(["93010", "93010", "93010", "93011", "93010", "93010"]),
            "x": [0.0, 400.0, 0.0, 10.0, 0.0, 9000.0],
            "y": 0.0,
        }
    )
    rows = rows.assign(
        bailleur="B", nom_residence=texts([None] * 6), adresse_affichee="1 rue A", premiere_campagne=2020
    )
    found = overspread(group(rows.assign(nb_logements=10.0), rules), rules)
    assert found["detail"].tolist() == [
        "wide : 2 adresses, 1 commune(s), plus de 300 m de large",
        "two : 2 adresses, 2 commune(s)",
    ]
    assert overspread(group(rows.iloc[5:].assign(nb_logements=1.0), rules), rules).empty


# --- totals -------------------------------------------------------------------------------------------------------

FIGURES = "77;68;63;7;26;39;56;10;10;5;112;106;19"
BLOCK = "32;29;26;2;10;15;23;5;5;2;49;46;7"


def with_line(folder, line: str):
    ledger = Ledger()
    last = ";15;14;12;1;4;7;11;1;1;0;22;20;3\n"
    inputs = read(folder, ("ops.csv", last, last + line + "\n"), ledger=ledger)
    assert inputs.ops["nb_logements"].sum() == 77 and len(inputs.ops) == 4
    first = [entry for entry in ledger.entries if entry["etape"] == "lignes de total OPS"]
    assert sum(entry["entree"]["logements"] for entry in first) == 77  # what a total says is no dwelling more
    assert {entry["campagne"] for entry in first} <= {"2022", ""}
    return inputs, ledger.rejects


@pytest.mark.parametrize(
    "line",
    [
        f"2022;Total général;T;;01990;01901;;{FIGURES}",
        f"2022;TOTAL;;;01990;01901;Fontaine-Basse;{FIGURES}",
        f";;Grand total;;;;;{FIGURES}",
        f"2022;Ensemble des bailleurs;E1;;01990;01901;;{FIGURES}",
        f"2022;Logis du Val;A9;Total;01990;01901;;{FIGURES}",
        f"2022;Total Habitat Été;T;;01990;01901;;{BLOCK}",
        f"2022;Habitat Été;Sous-total;;01990;01901;;{BLOCK}",
        *(
            f"2022;{words};T;;01990;01901;;{FIGURES}"
            for words in (
                "S/Total",
                "Total 2022",
                "Total parc",
                "Total bailleur",
                "Total EPCI",
                "TOTAL ADRESSES",
                "Parc total",
            )
        ),
        f"2022;Total Val Notre-Dame;T;;01990;01901;;{FIGURES}",
        f"2022;Logis du Val;A9;Total Val Notre-Dame;01990;01901;;{FIGURES}",
    ],
)
def test_a_total_is_recognised_checked_and_not_counted(tmp_path, line):
    inputs, rejects = with_line(tmp_path, line)
    assert rejects["motif"].tolist() == ["ligne de total, non comptée"] and rejects["ligne"].tolist() == [6]
    assert rejects["detail"].iloc[0].startswith("égale à la somme de")
    assert any("1 ligne de total, ligne 6" in said for said in inputs.remarks)


def test_a_total_that_disagrees_with_its_rows_is_said(tmp_path):
    wrong = FIGURES.replace("77;", "80;")
    inputs, rejects = with_line(tmp_path, f"2022;Total général;T;;01990;01901;;{wrong}")
    assert rejects["detail"].tolist() == ["nb_logements annonce 80, les lignes du fichier en font 77"]
    assert any("annonce 80" in said for said in inputs.remarks)


@pytest.mark.parametrize(
    "name", ["Total Habitat", "Total Logement", "Habitat Total", "TotalÉnergies Logement", "Ensembles et Cités"]
)
def test_a_landlord_may_be_called_so(tmp_path, name):
    inputs = read(tmp_path, ("ops.csv", "Logis du Val", name), ("logements.csv", "Logis du Val", name))
    assert inputs.ops["bailleur"].tolist()[2:] == [name] * 2


def test_totals_of_the_other_files_are_left_out(tmp_path):
    path = tmp_path / "logements.csv"
    read(tmp_path)
    text = path.read_text("utf-8")
    ledger = Ledger()
    inputs = read(tmp_path, ("logements.csv", text[-20:], text[-20:] + "Total;A1;Habitat Été;12;;;;\n"), ledger=ledger)
    assert inputs.logements["id_logement"].tolist() == ["L1", "L2", "L3", "L4"]
    assert ledger.rejects["id"].tolist() == ["A1"] and ledger.rejects["ligne"].tolist() == [6]


def test_an_address_numbered_0_may_hold_more_dwellings_than_address_1():
    keys = pa.chunked_array([["0", "0", "0", "1", "2"]])
    assert in_order(keys, LOGEMENTS["id_adresse"]).null_count == 0
    assert in_order(pa.chunked_array([["0", "0", "1", "A2"]]), LOGEMENTS["id_adresse"]).null_count == 2
