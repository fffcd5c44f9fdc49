"""Addresses over campaigns: the latest survey describes, the landlord's declaration replaces, nothing is lost."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from atlas.gather import gather
from tests.stage_factory import survey, texts

TWO_YEARS = [
    {"campagne": 2022, "id_adresse": "b", "nom_residence": "Les Lilas", "nb_logements": 12.0, "adresse": "2 rue B"},
    {"campagne": 2020, "id_adresse": "b", "nom_residence": "Lilas", "nb_logements": 10.0, "adresse": "2 r. B"},
    {"campagne": 2020, "id_adresse": "a", "nb_logements": 7.0, "adresse": "1 rue A"},
    {"campagne": 2022, "id_adresse": "c", "nb_logements": 5.0, "numero": "3", "nom_voie": "C", "type_voie": "rue"},
]


def declarations(**columns: list[str | None]) -> pd.DataFrame:
    table = pd.DataFrame({name: texts(values) for name, values in columns.items()})
    return table.assign(fichier="residences.csv", ligne=np.arange(2, len(table) + 2))


def test_an_address_is_one_row_as_its_latest_survey_describes_it():
    addresses, aside = gather(survey(TWO_YEARS), None)
    by_id = addresses.set_index("id_adresse")
    assert sorted(by_id.index) == ["a", "b", "c"]
    assert by_id["nb_logements"].to_dict() == {"a": 7, "b": 12, "c": 5}
    assert by_id["premiere_campagne"].to_dict() == {"a": 2020, "b": 2020, "c": 2022}
    assert by_id.loc["b", ["nom_residence", "adresse_affichee"]].tolist() == ["Les Lilas", "2 rue B"]
    assert len(aside) == 0 and "motif" in aside


def test_nothing_that_tenants_answered_goes_on():
    addresses, _ = gather(survey(TWO_YEARS).assign(menages=9.0, menages_inf40_plus=4.0), None)
    assert not [name for name in addresses if name.startswith(("menages", "majeurs", "emmenages"))]


def test_the_shown_address_is_the_line_given_else_its_parts_else_says_so():
    rows = [
        {"id_adresse": "a", "adresse": "1 rue A", "numero": "9", "nom_voie": "ignorée"},
        {"id_adresse": "b", "numero": "3", "repetition": "bis", "type_voie": "allée", "nom_voie": "des  Iris"},
        {"id_adresse": "c", "nom_voie": "Grande Rue"},
        {"id_adresse": "d"},
    ]
    shown = gather(survey(rows), None)[0]["adresse_affichee"].tolist()
    assert shown == ["1 rue A", "3 bis allée des Iris", "Grande Rue", "adresse non renseignée"]


def test_a_declaration_replaces_the_survey_and_a_name_left_blank_does_not():
    table = survey(
        [
            {"id_adresse": "a", "id_residence": "old", "nom_residence": "Ancien nom"},
            {"id_adresse": "b", "id_residence": "old", "nom_residence": "Ancien nom"},
            {"id_adresse": "c", "nom_residence": "Ancien nom"},
        ]
    )
    declared = declarations(id_adresse=["a", "c"], id_residence=["R1", "R1"], nom_residence=["Nom neuf", None])
    by_id = gather(table, declared)[0].set_index("id_adresse")
    assert by_id["id_residence"].tolist() == ["R1", "old", "R1"]
    assert by_id["nom_residence"].tolist() == ["Nom neuf", "Ancien nom", "Ancien nom"]


@pytest.mark.parametrize("others", [[], ["a"]])
def test_a_declaration_of_an_unknown_address_is_listed_with_its_line(others):
    names = [*others, "zz"]
    declared = declarations(id_adresse=names, id_residence=["R1"] * len(names), nom_residence=[None] * len(names))
    addresses, aside = gather(survey([{"id_adresse": "a"}]), declared)
    assert aside["id_adresse"].tolist() == ["zz"]
    assert aside["motif"].str.contains("absente de l'enquête").all()
    assert aside["ligne"].tolist() == [len(names) + 1]
    assert addresses["id_residence"].fillna("aucune").tolist() == (["R1"] if others else ["aucune"])


def test_the_order_of_the_files_and_of_the_rows_changes_nothing():
    table = survey(TWO_YEARS)
    first, _ = gather(table, None)
    for seed in range(4):
        shuffled = table.sample(frac=1, random_state=seed)
        pd.testing.assert_frame_equal(gather(shuffled, None)[0], first)


def test_the_inputs_are_left_as_they_were():
    table = survey(TWO_YEARS)
    declared = declarations(id_adresse=["a"], id_residence=["R1"], nom_residence=["N"])
    before, declared_before = table.copy(), declared.copy()
    gather(table, declared)
    pd.testing.assert_frame_equal(table, before)
    pd.testing.assert_frame_equal(declared, declared_before)


def test_columns_that_no_file_gives_stay_missing():
    table = survey(TWO_YEARS).drop(columns=["id_residence", "nom_residence", "x", "y", "id_ban", "en_qpv_declare"])
    addresses, _ = gather(table, None)
    assert addresses[["id_residence", "nom_residence", "x", "en_qpv_declare"]].isna().all(axis=None)


def test_a_survey_without_a_row_gives_no_address():
    assert len(gather(survey([]), None)[0]) == 0


def test_dwellings_and_rows_of_the_latest_campaign_are_all_there():
    rng = np.random.default_rng(3)
    rows = [
        {"id_adresse": f"a{i}", "campagne": year, "nb_logements": float(rng.integers(1, 40))}
        for i in range(60)
        for year in (2018, 2020, 2022)
        if rng.random() < 0.7
    ]
    table = survey(rows)
    addresses, _ = gather(table, None)
    latest = table[table["campagne"] == 2022].set_index("id_adresse")["nb_logements"]
    assert addresses["id_adresse"].is_unique
    assert set(addresses["id_adresse"]) == set(table["id_adresse"])
    assert addresses.set_index("id_adresse").loc[latest.index, "nb_logements"].equals(latest)
