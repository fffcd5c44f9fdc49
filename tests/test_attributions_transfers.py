"""Transfers by landlord left and joined: counted again from the rows, by whichever column tells them."""

from __future__ import annotations

import pandas as pd
import pytest

from atlas.convention import attributions
from atlas.tables import BETWEEN, NOWHERE, WITHIN

HEAD = "annee;bailleur;en_qpv;quartile;issue;{}\n"
ROW = "2022;{};non;2;{};{}\n"


def board(folder, headers, *rows, name="mutations-bailleurs"):
    """Write decisions, test them, and read a sheet of the workbook back."""
    path = folder / "decisions.csv"
    path.write_text(HEAD.format(headers) + "".join(ROW.format(*row) for row in rows), "utf-8")
    found = attributions([path], folder / "sortie")
    sheets = pd.read_excel(folder / "sortie" / "attributions.xlsx", sheet_name=None, dtype=str, engine="openpyxl")
    return sheets.get(name), found


SIGNED, REFUSED = "bail signé", "refus"


def test_transfers_are_counted_by_landlord_left_and_joined(tmp_path):
    rows = [
        ("Habitat Nord", SIGNED, "Habitat Nord;oui"),
        ("Habitat Nord", SIGNED, "HABITAT NORD;oui"),
        ("Habitat Nord", REFUSED, "Logis Sud;oui"),
        ("Logis Sud", SIGNED, "Opac d'ailleurs;oui"),
        ("Logis Sud", SIGNED, ";oui"),
        ("Logis Sud", SIGNED, ";non"),
        ("Logis Sud", SIGNED, ";"),
    ]
    table, _ = board(tmp_path, "bailleur_actuel;mutation", *rows)
    keys = ["Bailleur quitté", "Bailleur rejoint", "Mouvement"]
    told = {
        tuple(row[keys]): tuple(map(int, row[["Décisions", "Baux signés", "Refus"]])) for _, row in table.iterrows()
    }
    assert told == {
        ("tous", "tous", WITHIN): (2, 2, 0),
        ("tous", "tous", BETWEEN): (2, 1, 1),
        ("tous", "tous", NOWHERE): (1, 1, 0),
        ("Habitat Nord", "Habitat Nord", WITHIN): (2, 2, 0),
        ("Logis Sud", "Habitat Nord", BETWEEN): (1, 0, 1),
        ("Opac d'ailleurs", "Logis Sud", BETWEEN): (1, 1, 0),
        ("non renseigné", "Logis Sud", NOWHERE): (1, 1, 0),
    }
    assert 'id="mutations-bailleurs"' in (tmp_path / "sortie" / "attributions.html").read_text("utf-8")


@pytest.mark.parametrize(
    "header", ["Bailleur du logement actuel", "bailleur_origine", "Organisme actuel", "LIBELLE_BAILLEUR_ACTUEL"]
)
def test_the_landlord_left_makes_a_transfer_whatever_its_header(tmp_path, header):
    table, _ = board(tmp_path, header, ("A", SIGNED, "B"), ("A", SIGNED, ""), ("A", SIGNED, "A"))
    assert sorted(table["Mouvement"].unique()) == sorted([WITHIN, BETWEEN])
    moved, _ = board(tmp_path, header, ("A", SIGNED, "B"), ("A", SIGNED, ""), ("A", SIGNED, "A"), name="mutations")
    assert moved.set_index("Bailleur").loc["A", ["Baux signés", "Mutations", "Inconnus"]].tolist() == ["3", "2", "1"]


@pytest.mark.parametrize(
    ("home", "moves"),
    [
        ("Locataire HLM", "1"),
        ("locataire du parc social", "1"),
        ("Logement locatif social", "1"),
        ("Locataire parc privé", "0"),
        ("Résidence sociale ou foyer", "0"),
        ("Hébergé chez un tiers", "0"),
    ],
)
def test_the_home_left_tells_who_was_a_tenant_already(tmp_path, home, moves):
    moved, _ = board(tmp_path, "Catégorie logement actuel", ("A", SIGNED, home), name="mutations")
    assert moved.set_index("Bailleur").loc["A", ["Mutations", "Inconnus"]].tolist() == [moves, "0"]


def test_a_flag_that_a_landlord_left_contradicts_is_followed_and_said(tmp_path):
    table, found = board(
        tmp_path, "bailleur_actuel;mutation", ("A", SIGNED, "B;non"), ("A", SIGNED, "B;oui"), ("A", SIGNED, "A;oui")
    )
    assert table["Décisions"].astype(int).sum() == 4  # two transfers, told by kind then by pair
    assert any(
        "Bailleur quitté dit, mais mutation « non », sur 1 décision" in one and "ligne 2" in one
        for one in found.remarks
    )


def test_without_a_landlord_left_there_is_no_such_board(tmp_path):
    table, _ = board(tmp_path, "mutation", ("A", SIGNED, "oui"))
    assert table is None
