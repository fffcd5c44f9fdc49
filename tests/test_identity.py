"""Who is an address: the landlord and its identifier, told apart by the place over campaigns; what joins to it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from atlas.attribution_counts import contradicted
from atlas.ledger import Ledger
from atlas.parameters import read_parameters
from atlas.pipeline import counted
from atlas.plan import plan
from atlas.progress import Clock
from atlas.sources import Inputs
from atlas.sources.desk import Desk
from atlas.sources.holders import look_alikes, one_spelling
from atlas.sources.identity import identified, identity_rules
from atlas.tables import INDICATORS
from tests.stage_factory import survey, texts
from tests.test_broken import break_territory
from tests.test_sources import read

RENT = '[regles.loyer_plai]\nvaleur = 5.10\nunite = "€/m² SU"\nsource = "essai"'
RULES = identity_rules(read_parameters(), 2022)


def identities(*rows: dict) -> tuple[list[str], Ledger, list[str]]:
    """Identifiers of the addresses of some rows of a survey, the ledger and the remarks."""
    desk = Desk(Ledger())
    found = identified(survey([{"id_adresse": "1", "adresse": "1 rue des Lilas", **row} for row in rows]), RULES, desk)
    desk.faults.raise_if_any()
    assert found["code_adresse"].tolist() == [row.get("id_adresse", "1") for row in rows]
    return found["id_adresse"].tolist(), desk.ledger, desk.remarks


# --- the survey ---------------------------------------------------------------------------------------------------


def test_what_is_unambiguous_keeps_the_identifier_of_its_source():
    names, ledger, remarks = identities(
        {"campagne": 2020}, {"campagne": 2022}, {"campagne": 2022, "id_adresse": "2", "bailleur": "Logis"}
    )
    assert names == ["1", "1", "2"] and not len(ledger.rejects) and not remarks


def test_two_landlords_with_one_numbering_have_an_address_each():
    names, ledger, remarks = identities(
        {"bailleur": "Habitat Été"},
        {"bailleur": "Logis du Val", "adresse": "7 place du Marché"},
        {"bailleur": "Logis du Val", "id_adresse": "2"},
    )
    assert names == ["1 (habitat-ete)", "1 (logis-du-val)", "2"]
    assert ledger.rejects["effet"].tolist() == ["signalé"] * 2
    assert ledger.rejects["motif"].str.contains("plusieurs bailleurs").all()
    assert "1 (habitat-ete)" in remarks[0] and "plusieurs bailleurs" in remarks[0]


def test_two_landlords_of_one_building_have_an_address_each_even_at_one_place():
    names, _, _ = identities({"bailleur": "Val"}, {"bailleur": "Lys"}, {"bailleur": "Val", "campagne": 2020})
    assert names == ["1 (val)", "1 (lys)", "1 (val)"]


def test_an_address_that_was_sold_is_one_address():
    names, ledger, _ = identities(
        {"campagne": 2020, "bailleur": "Val"}, {"campagne": 2022, "bailleur": "Lys", "adresse": "1, R. DES LILAS"}
    )
    assert names == ["1", "1"] and not len(ledger.rejects)


@pytest.mark.parametrize(
    "moved",
    [
        {"adresse": "7 place du Marché"},
        {"code_insee": "93053"},
        {"adresse": "7 place du Marché", "bailleur": "Lys"},
        {"adresse": None, "numero": "7", "type_voie": "place", "nom_voie": "du Marché"},
        {"adresse": None, "x": 1000.0, "y": 0.0},
    ],
)
def test_another_place_in_another_campaign_is_another_address(moved):
    here = {"x": 0.0, "y": 0.0} if "x" in moved else {}
    names, ledger, remarks = identities({"campagne": 2020, **moved}, {"campagne": 2022, **here})
    assert names == ["1 (2020)", "1"]
    assert ledger.rejects[["id", "motif"]].values.tolist() == [
        ["1 (2020)", "identifiant d'un autre lieu dans une autre campagne : une adresse par lieu"]
    ]
    assert "1 (2020)" in remarks[0]


@pytest.mark.parametrize(
    "spelt",
    [
        {"adresse": "1-3-5RUEDES LILAS"},
        {"adresse": "3 r. Lilas"},
        {"adresse": None, "nom_voie": "DES LILAS"},
        {"adresse": "1 rue du Général Leclerc", "x": 10.0, "y": 0.0},  # renamed, its point has not moved
        {"adresse": None},
        {"code_insee": "93010", "commune": "BONDY"},
    ],
)
def test_another_spelling_is_no_other_place(spelt):
    here = {"x": 0.0, "y": 0.0} if "x" in spelt else {}
    assert identities({"campagne": 2020, **spelt}, {"campagne": 2022, **here})[0] == ["1", "1"]


@pytest.mark.parametrize(("before", "now"), [("75112", "75056"), ("02695", "02054")])
def test_a_district_of_a_city_or_a_merged_commune_is_no_other_place(before, now):
    assert identities({"campagne": 2020, "code_insee": before}, {"code_insee": now})[0] == ["1", "1"]


def test_landlords_and_dates_together_still_name_each_address():
    names, _, _ = identities(
        {"campagne": 2020, "bailleur": "Val", "adresse": "7 place du Marché"},
        {"campagne": 2022, "bailleur": "Val"},
        {"campagne": 2022, "bailleur": "Lys", "adresse": "9 quai Sud"},
    )
    assert names == ["1 (val, 2020)", "1 (val)", "1 (lys)"]


def test_the_order_of_the_rows_changes_no_identifier():
    rows = [
        {"id_adresse": "1", "campagne": year, "bailleur": who, "adresse": street}
        for year in (2020, 2022)
        for who, street in (("Val", "1 rue des Lilas"), ("Lys", "7 place du Marché"))
    ]
    table = survey(rows)
    first = identified(table, RULES, Desk(Ledger()))["id_adresse"]
    for seed in range(3):
        turned = identified(table.sample(frac=1, random_state=seed), RULES, Desk(Ledger()))["id_adresse"]
        assert turned.sort_index().tolist() == first.tolist()


# --- households ---------------------------------------------------------------------------------------------------

HEAD = "campagne;bailleur;id_adresse;adresse;code_postal;code_insee;ressources_pct_plus;nb_majeurs;majeurs_chomeurs;"


def test_the_households_of_two_landlords_are_never_added(tmp_path):
    rows = [HEAD + "annee_emmenagement"]
    rows += ["2022;Habitat Été;1;1 rue des Tilleuls;01990;01901;30;2;0;2010"] * 3
    rows += ["2022;Logis du Val;1;7 place du Marché;01990;01901;70;2;1;2021"] * 5
    (tmp_path / "menages.csv").write_text("\n".join(rows) + "\n", "utf-8")
    ops = read(
        tmp_path,
        ("territoire.toml", 'fichiers = ["ops.csv"]', 'fichiers = ["menages.csv"]\ngrain = "menage"'),
        ("logements.csv", "A1", "1"),
        ("logements.csv", "A3", "1"),
        ("residences.csv", "A1", "1"),
        ("attributions.csv", "A1", "1"),
    ).ops.set_index("id_adresse")
    assert ops["nb_logements"].to_dict() == {"1 (habitat-ete)": 3, "1 (logis-du-val)": 5}
    assert ops["menages_inf40_plus"].tolist() == [3, 0]


# --- what joins ---------------------------------------------------------------------------------------------------


def joined(folder: Path, *changes: tuple[str, str, str]) -> tuple[Inputs, pd.DataFrame]:
    ledger = Ledger()
    return read(folder, *changes, ledger=ledger), ledger.rejects


def test_a_dwelling_of_another_landlord_counts_nowhere(tmp_path):
    inputs, rejects = joined(tmp_path, ("logements.csv", "L2;A1;Habitat Été", "L2;A1;Logis du Val"))
    assert inputs.logements["id_logement"].tolist() == ["L1", "L3", "L4"]
    row = rejects.set_index("id").loc["L2"]
    assert row["effet"] == "écarté" and "autre bailleur" in row["motif"] and row["ligne"] == 3
    assert any("1 ligne écartée(s), identifiant d'une adresse d'un autre bailleur" in said for said in inputs.remarks)


def test_a_landlord_spelt_otherwise_in_another_file_is_the_same(tmp_path):
    inputs, rejects = joined(
        tmp_path, ("logements.csv", "Habitat Été", "HABITAT-ETE"), ("attributions.csv", "Logis du Val", "logis du  val")
    )
    assert len(inputs.logements) == 4 and len(inputs.attributions) == 2 and not len(rejects)
    assert set(inputs.logements["bailleur"]) == {"Habitat Été", "Logis du Val"}


def test_the_identifiers_of_each_landlord_lead_to_its_own_addresses(tmp_path):
    shared = [("ops.csv", "Logis du Val;A3", "Logis du Val;A1"), ("logements.csv", "L3;A3", "L3;A1")]
    inputs, rejects = joined(tmp_path, *shared, ("attributions.csv", "Logis du Val;A4;01902", "Logis du Val;A1;01901"))
    assert dict(zip(inputs.logements["id_logement"], inputs.logements["id_adresse"], strict=True)) == {
        "L1": "A1 (habitat-ete)",
        "L2": "A1 (habitat-ete)",
        "L3": "A1 (logis-du-val)",
        "L4": "A4",
    }
    assert inputs.attributions["id_adresse"].tolist() == ["A1 (habitat-ete)", "A1 (logis-du-val)"]
    # A declaration that does not say whose A1 it is, is not guessed.
    assert inputs.residences["id_adresse"].tolist() == ["A2"]
    assert "identifiant porté par plusieurs bailleurs, et bailleur non précisé" in set(rejects["motif"])


def test_a_declaration_may_name_the_landlord_or_the_address_as_the_atlas_does(tmp_path):
    inputs, _ = joined(
        tmp_path,
        ("ops.csv", "Logis du Val;A3", "Logis du Val;A1"),
        ("residences.csv", "id_adresse;", "bailleur;id_adresse;"),
        ("residences.csv", "\nA1;", "\nLogis du Val;A1;"),
        ("residences.csv", "\nA2;", "\nHabitat Été;A1 (habitat-ete);"),
    )
    assert inputs.residences["id_adresse"].tolist() == ["A1 (logis-du-val)", "A1 (habitat-ete)"]


def test_a_decision_of_another_landlord_or_commune_is_set_aside(tmp_path):
    inputs, rejects = joined(
        tmp_path,
        ("attributions.csv", "2022;1;Habitat Été;A1;01901", "2022;1;Habitat Été;A1;01902"),
        ("attributions.csv", "Logis du Val;A4", "Habitat Été;A4"),
    )
    assert len(inputs.attributions) == 0
    assert sorted(rejects["motif"]) == [
        "commune différente de celle de l'adresse",
        "identifiant d'une adresse d'un autre bailleur",
    ]
    assert rejects["effet"].eq("écarté").all()


def test_a_decision_that_contradicts_the_point_of_its_address_is_listed_and_followed_to_it():
    told = pd.DataFrame(
        {"id_adresse": texts(["a", "b", "a", "zz", None]), "en_qpv": ["non", "oui", "oui", "non", "oui"]}
    ).assign(annee=2022)
    placed = pd.DataFrame({"id_adresse": texts(["a", "b"]), "situation": texts(["QPV", "QVA"])})
    found = contradicted(told, placed)
    assert found["id_adresse"].tolist() == ["a", "b"]
    assert found["detail"].tolist() == ["en_qpv = non, adresse en QPV", "en_qpv = oui, adresse en QVA"]
    assert contradicted(told, placed.assign(situation=texts(["non placé", None]))).empty
    outside = contradicted(told, placed.assign(situation=texts(["hors QPV", "QPV"])))
    assert outside["detail"].tolist() == ["en_qpv = oui, adresse hors QPV"]


def test_more_dwellings_than_the_survey_counts_is_said(tmp_path):
    inputs, rejects = joined(tmp_path, ("ops.csv", ";20;18;16;2;7;10;14;3;3;2;30;28;5", ";1;1;1;0;0;0;1;0;0;0;1;1;0"))
    assert any("« A1 » : 2 pour 1" in said for said in inputs.remarks)
    assert rejects["detail"].tolist() == ["2 logements au fichier des logements"]


# --- names --------------------------------------------------------------------------------------------------------


def test_spellings_that_differ_by_what_no_one_reads_are_one_landlord():
    desk = Desk(Ledger())
    names = ["Habitat Été", "HABITAT ETE", "Habitat-Été", "Habitat Été", "Habitat d'Été", "Жильё", "Дом"]
    assert one_spelling(texts(names), desk).tolist() == ["Habitat Été"] * 4 + names[4:]
    assert desk.remarks == [
        "Bailleur « Habitat Été » : aussi écrit « HABITAT ETE » (1 ligne), « Habitat-Été » (1 ligne) ; "
        "un seul bailleur."
    ]


def test_names_that_look_alike_are_listed_and_stay_apart(tmp_path):
    inputs = read(tmp_path, ("ops.csv", "Habitat Été;A2", "Habitat Étés;A2"))
    assert inputs.ops["bailleur"].nunique() == 3
    assert any(
        said.startswith("Attention : les bailleurs « Habitat Été » et « Habitat Étés »") for said in inputs.remarks
    )
    assert look_alikes(["Agence 1", "Agence 2", "CDC Habitat", "CDC Habitat Social"], RULES.name) == []


@pytest.mark.parametrize(
    "name", ["Habitat E\u0301te\u0301", "Habitat\u00a0Été", "Habitat  Été", "Hab\u00aditat\u200b Été"]
)
def test_one_name_in_several_byte_forms_is_one_holder(tmp_path, name):
    inputs = read(tmp_path, ("ops.csv", "Habitat Été;A2", f"{name};A2"))
    assert inputs.ops["bailleur"].tolist()[:2] == ["Habitat Été"] * 2


def test_two_byte_forms_of_a_landlord_are_one_holder_to_the_end(tmp_path):
    changes = [
        ["ops.csv", "Habitat Été;A2", "Habitat E\u0301te\u0301;A2"],
        ["logements.csv", "L2;A1;Habitat Été", "L2;A1;Logis du Val"],
        ["attributions.csv", "2022;1;Habitat Été;A1", "2022;1;Logis du Val;A1"],
        ["territoire.toml", "[sources.iris]", f"{RENT}\n[sources.iris]"],
    ]
    path = break_territory({"remplace": changes}, tmp_path)
    found = counted(plan(path, ()), Clock(lambda step: None))
    landlords = found.counted.units["bailleurs"].set_index("id")
    assert landlords["nb_logements"].to_dict() == {"Habitat Été": 32, "Logis du Val": 45}
    atoms = found.counted.atoms.set_index("id_adresse")
    # Only the dwelling of its own landlord tells a rent at A1, and only its own landlord's decisions are counted there.
    assert atoms.loc["A1", INDICATORS["bas_loyer"].d] == 1
    assert found.counted.units["territoire"]["nb_logements"].tolist() == [77]
    aside = found.ledger.rejects.query("effet == 'écarté'")
    assert aside["motif"].str.contains("autre bailleur").all() and len(aside) == 2
