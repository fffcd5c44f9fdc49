"""Decisions beside the residences of a build: each figure counted again from the files, nothing lost."""

from __future__ import annotations

import pandas as pd
import pytest

from atlas.convention import attributions
from atlas.convention.residences import Built, residence_boards
from atlas.errors import AtlasError
from atlas.methods import load
from atlas.pipeline import build


@pytest.fixture(scope="module")
def built(small_territory, tmp_path_factory):
    return build(small_territory, tmp_path_factory.mktemp("build") / "atlas", ["interne"])


@pytest.fixture(scope="module")
def sheets(built, tmp_path_factory):
    folder = tmp_path_factory.mktemp("attributions")
    (folder / "d.csv").write_text(
        "annee;bailleur;id_adresse;en_qpv;quartile;issue;motif_refus;public_prioritaire\n"
        "2022;Habitat Été;A1;oui;1;bail signé;;oui\n"
        "2022;Habitat Été;A1;non;3;refus;Loyer;non\n"
        "2022;Logis du Val;A4;non;1;bail signé;;\n"
        "2022;Logis du Val;A4;non;;bail signé;;oui\n"
        "2022;Logis du Val;;non;2;bail signé;;non\n"
        "2022;Logis du Val;A999;non;2;refus;Localisation;non\n",
        "utf-8",
    )
    found = attributions([folder / "d.csv"], folder / "s", atlas=built)
    assert "Décisions par niveau de la résidence" in found.written[0].read_text("utf-8")
    return pd.read_excel(found.written[1], sheet_name=None, engine="openpyxl", keep_default_na=False)


def residences(built):
    folder = built / "interne" / "tableaux"
    read = {
        name: pd.read_csv(folder / f"{name}.csv", sep=";", encoding="utf-8-sig", dtype=str)
        for name in ("adresses", "residences", "historique")
    }
    home = read["adresses"].set_index("id")["id_residence"]
    return home, read["residences"].set_index("id"), read["historique"]


def test_every_decision_is_of_a_level_or_says_why_not(sheets, built):
    home, known, _ = residences(built)
    table = sheets["decisions-niveau"].set_index("Niveau")
    assert table["Décisions"].sum() == 6
    assert table.loc["adresse non dite", "Décisions"] == table.loc["adresse absente de l'atlas", "Décisions"] == 1
    by_level = pd.Series({"A1": 2, "A4": 2}).groupby(home[["A1", "A4"]].map(known["niveau"])).sum()
    assert table.loc[by_level.index, "Décisions"].tolist() == by_level.tolist()
    assert table["Baux du 1er quartile ou en relogement"].sum() == 2 and table["Baux au quartile connu"].sum() == 3
    assert table["Décisions pour un public prioritaire"].sum() == 2 and table["Décisions au public connu"].sum() == 5


def test_leases_outside_quarters_are_crossed_with_levels_and_rents(sheets):
    table = sheets["q1-niveau-loyer"]
    assert (table["Baux signés"].sum(), table["Du 1er quartile ou en relogement"].sum()) == (3, 1)
    assert table["Au quartile connu"].sum() == 2


def test_refusals_are_listed_by_residence_the_unknown_last(sheets, built):
    home, known, _ = residences(built)
    table = sheets["refus-residences"]
    assert table["Motif"].tolist() == ["Loyer", "Localisation"]
    assert table["Identifiant"].tolist() == [home["A1"], ""]
    assert table["Résidence"].tolist() == [known.loc[home["A1"], "nom"], "adresse absente de l'atlas"]


def test_the_trend_is_that_of_the_residences(sheets, built):
    _, known, history = residences(built)
    table = sheets["niveaux"].set_index("Niveau")
    assert table["Résidences"].to_dict() == known["niveau"].value_counts().to_dict()
    assert table["Logements"].sum() == history[history["unite"] == "residences"]["nb_logements"].astype(int).sum()


def test_low_rent_and_accessible_homes_are_those_of_each_place():
    empty = pd.DataFrame(columns=["unite", "id", "campagne", "niveau", "nb_logements"])
    rows = [
        ("situations", "QPV", "accessibilite", "accessible", "10", "4", "9"),
        ("situations", "QPV", "accessibilite", "non accessible", "20", "", ""),
        ("situations", "QPV", "dpe", "C", "30", "4", "9"),
        ("communes", "01901", "accessibilite", "accessible", "10", "4", "9"),
    ]
    names = [
        "unite",
        "id",
        "caracteristique",
        "modalite",
        "nb_logements",
        "logements_bas_loyer",
        "logements_loyer_connu",
    ]
    (_, board) = residence_boards(None, Built(load()[0], empty, empty, empty, pd.DataFrame(rows, columns=names)))
    assert board.table.iloc[0].tolist() == ["QPV", "accessible", 10, 4, 9]
    assert board.table.iloc[1, 2] == 20 and board.table.iloc[1, 3:].isna().all()  # not told is not zero


def test_a_folder_without_an_internal_edition_is_refused(tmp_path):
    (tmp_path / "d.csv").write_text("bailleur;q1 hors qpv;hors qpv\nA;1;4\n", "utf-8")
    with pytest.raises(AtlasError, match="ATTRIBUTIONS-ATLAS"):
        attributions([tmp_path / "d.csv"], atlas=tmp_path)
