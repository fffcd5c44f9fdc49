"""The household grain: what is counted to addresses, and what must never leave."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from atlas.errors import AtlasError
from atlas.ledger import Ledger
from atlas.parameters import read_parameters
from atlas.sources import Inputs, read_sources
from atlas.territory import read_territory

TERRITORY = '[territoire]\nnom = "T"\ncampagnes = [2022]\n[sources.ops]\nfichiers = ["menages.csv"]\ngrain = "menage"\n'
FIELDS = (
    "campagne;bailleur;id_adresse;id_logement;adresse;code_postal;code_insee;logement_vacant;vacant_plus_3_mois;"
    "ressources_pct_plus;revenu_fiscal;categorie_menage;nb_personnes;nb_majeurs;majeurs_chomeurs;majeurs_emploi_stable;"
    "type_famille;nb_enfants;age_titulaire;beneficiaire_apl;date_emmenagement;NOM;NUMERO_SECU\n"
)
ROWS = (
    "2022;B;A1;1;1 rue X;11100;11262;non;;15;;;1;1;1;0;personne seule;0;28;oui;15/03/2021;MARTINVILLE;2890211\n"
    "2022;B;A1;2;1 rue X;11100;11262;non;;40;;;4;2;0;2;couple avec enfants;3;44;non;01/01/2020;DUPONTEL;1780311\n"
    "2022;B;A1;3;1 rue X;11100;11262;oui;oui;;;;;;;;;;;;;;\n"
    "2022;B;A1;4;1 rue X;11100;11262;non;;;;;;;;;;;;;31/12/2019;SANSREPONSE;1780312\n"
    "2022;B;A2;5;2 rue X;11100;11262;non;;;9000;1;1;1;;;;;70;;2010-06-01;FONTANEL;1500313\n"
    "2022;B;A2;6;2 rue X;11100;11262;non;;;40000;6;8;3;1;0;autre;6;50;oui;2021-12-31;BERTHIER;1500314\n"
)


def households(folder: Path, rows: str = ROWS, ledger: Ledger | None = None) -> Inputs:
    (folder / "menages.csv").write_text(FIELDS + rows, "utf-8")
    (folder / "t.toml").write_text(TERRITORY, "utf-8")
    return read_sources(read_territory(folder / "t.toml"), read_parameters(), ledger or Ledger())


def test_households_are_counted_to_addresses(tmp_path):
    ops = households(tmp_path).ops.set_index("id_adresse")
    one = ops.loc["A1"]
    assert (one["nb_logements"], one["menages"], one["logements_vacants"], one["logements_vacants_plus_3_mois"]) == (
        4, 2, 1, 1,
    )  # fmt: skip
    bands = ["menages_ressources_connues", "menages_inf20_plus", "menages_inf40_plus", "menages_inf60_plus"]
    assert one[bands].tolist() == [2, 1, 1, 2]  # exactly 40 % is not under 40 %
    recent = ["emmenages_recents", "emmenages_recents_ressources_connues", "emmenages_recents_inf40_plus"]
    assert one[recent].tolist() == [2, 2, 1]
    assert one[["majeurs", "majeurs_activite_connue", "majeurs_chomeurs", "occupants"]].tolist() == [3, 3, 1, 5]
    assert one[["personnes_seules", "familles_3_enfants_et_plus", "menages_apl"]].tolist() == [1, 1, 1]
    assert one[["titulaires_moins_30_ans", "titulaires_65_ans_et_plus", "emmenagements_annee"]].tolist() == [1, 0, 1]


def test_households_that_told_an_activity_are_counted(tmp_path):
    ops = households(tmp_path).ops.set_index("id_adresse")
    assert ops["menages_activite_connue"].to_dict() == {"A1": 2, "A2": 1}  # one of A2 says nothing of its adults
    other = "2022;C;C1;9;9 rue X;11100;11262;non;;15;;;1;1;;;personne seule;0;28;oui;15/03/2021;ZOE;2890211\n"
    nobody = "2022;B;A3;7;3 rue X;11100;11262;non;;15;;;1;;;;personne seule;0;28;oui;15/03/2021;ZOE;2890211\n"
    ops = households(tmp_path, ROWS + other + nobody).ops.set_index("id_adresse")
    assert np.isnan(ops.loc["C1", "menages_activite_connue"])  # a landlord that asked nobody
    assert ops.loc["A3", "menages_activite_connue"] == 0 and ops.loc["A3", "menages"] == 1


def test_euros_are_brought_to_the_ceiling_of_the_campaign(tmp_path):
    two = households(tmp_path).ops.set_index("id_adresse").loc["A2"]
    ceilings = read_parameters().at("plafonds_plus", date(2022, 1, 1)).value
    shares = [100 * 9000 / ceilings[0], 100 * 40000 / (ceilings[5] + 2 * ceilings[6])]
    assert two["menages_inf60_plus"] == sum(share < 60 for share in shares) == 1
    assert two["menages_inf100_plus"] == 2
    assert two["personnes_seules"] == 1  # one person, family not said


def test_an_answer_nobody_gave_is_missing_and_zero_is_zero(tmp_path):
    ops = households(tmp_path).ops.set_index("id_adresse")
    assert np.isnan(ops.loc["A2", "menages_impayes_3_mois"]) and np.isnan(ops.loc["A1", "demandes_mutation"])
    assert ops.loc["A2", "logements_vacants"] == 0 and ops.loc["A2", "menages_inf20_plus"] == 0


def test_nothing_personal_is_kept_nor_said(tmp_path):
    ledger = Ledger()
    inputs = households(tmp_path, ledger=ledger)
    said = " ".join([*inputs.remarks, ledger.rejects.to_csv(), inputs.ops.to_csv(), str(ledger.entries)])
    for secret in ("MARTINVILLE", "DUPONTEL", "2890211", "40000", "BERTHIER", "15/03/2021"):
        assert secret not in said
    wrong = ROWS.replace(";40000;", ";quarante mille;").replace(";28;oui;", ";-28;oui;")
    with pytest.raises(AtlasError) as caught:
        households(tmp_path, wrong)
    assert {fault.code for fault in caught.value.faults} == {"MENAGES-TYPE"}
    assert "quarante" not in str(caught.value)
    with pytest.raises(AtlasError) as caught:
        households(tmp_path, ROWS.replace(";28;oui;", ";-28;oui;"))
    assert "MENAGES-NEGATIF" in str(caught.value) and "28" not in str(caught.value)


def test_item_non_response_is_said(tmp_path):
    remarks = households(tmp_path).remarks
    assert any("beneficiaire_apl" in remark and "1 des 4 ménages répondants" in remark for remark in remarks)


def test_the_same_dwelling_twice_is_refused(tmp_path):
    with pytest.raises(AtlasError, match="MENAGES-DOUBLON"):
        households(tmp_path, ROWS.replace("A1;2;", "A1;1;"))


def test_household_order_does_not_matter(tmp_path):
    first = households(tmp_path).ops.set_index("id_adresse").drop(columns="ligne")
    turned = households(tmp_path, "".join(ROWS.splitlines(keepends=True)[::-1])).ops
    turned = turned.set_index("id_adresse").drop(columns="ligne").loc[first.index]
    pd.testing.assert_frame_equal(turned, first)
