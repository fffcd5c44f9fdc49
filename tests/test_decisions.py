"""Attribution decisions by address: what counts where, and what is set aside."""

from __future__ import annotations

import numpy as np
import pandas as pd
from stage_factory import texts

from atlas.attribution_counts import COUNTS, contradicted, decisions, detailed
from atlas.dwellings import StockRules, alike
from atlas.tables import DECIDED

SURVEY = pd.DataFrame({"campagne": [2020, 2022, 2022], "id_adresse": ["a", "a", "b"]})
DEFAULTS = {
    "annee": 2022,
    "id_adresse": "a",
    "quartile": "2",
    "public_prioritaire": "non",
    "relogement_renouvellement": "non",
    "issue": "bail signé",
}


def decided(*rows):
    table = pd.DataFrame([{**DEFAULTS, **row} for row in rows])
    return table.astype({name: "str" for name in DEFAULTS if name != "annee"}).assign(fichier="a.csv", ligne=2)


def counted(*rows):
    counts, _ = decisions(decided(*rows), SURVEY, (2020, 2022))
    return counts.set_index("id_adresse").loc["a", list(COUNTS)].astype(int).to_dict()


def test_a_signed_lease_of_the_first_quartile_or_of_a_rehousing_counts_for_q1():
    found = counted({"quartile": "1"}, {"relogement_renouvellement": "oui", "quartile": None}, {"quartile": "3"})
    assert (found["baux_q1_ou_relogement"], found["baux_quartile_connu"]) == (2, 3)


def test_a_refusal_is_a_decision_and_no_lease():
    found = counted({"quartile": "1", "issue": "refus"}, {"quartile": "4", "issue": "refus"})
    assert found["baux_quartile_connu"] == 0
    assert (found["decisions_q2_a_q4"], found["decisions_quartile_connu"]) == (1, 2)
    assert (found["decisions_refus"], found["decisions"]) == (2, 2)


def test_what_is_not_told_leaves_the_rates_that_need_it_and_no_other():
    found = counted({"quartile": None, "public_prioritaire": None})
    assert found == {**dict.fromkeys(COUNTS, 0), "decisions": 1}


def test_an_address_without_a_decision_that_year_has_none_of_them():
    counts, _ = decisions(decided({}), SURVEY, (2020, 2022))
    assert counts["campagne"].unique().tolist() == [2022]  # 2020 is not told of: missing, not zero
    assert counts.set_index("id_adresse").loc["b", list(COUNTS)].eq(0).all()


def test_every_decision_is_counted_or_set_aside_with_its_reason():
    rows = decided(
        {}, {"annee": 2021}, {"id_adresse": None}, {"id_adresse": "inconnue"}, {"annee": 2020, "id_adresse": "b"}
    )
    counts, aside = decisions(rows, SURVEY, (2020, 2022))
    assert counts["decisions"].sum() + len(aside) == len(rows)
    assert aside["motif"].tolist() == [
        "attribution d'une année sans campagne",
        "attribution dont l'adresse n'est pas renseignée",
        *["attribution à une adresse absente de l'enquête de la même année"] * 2,
    ]


def test_without_decisions_nothing_is_counted():
    counts, aside = decisions(None, SURVEY, (2020, 2022))
    assert counts.empty and aside.empty and list(counts) == ["campagne", "id_adresse", *COUNTS]
    assert counts["campagne"].dtype == np.int64 and counts["id_adresse"].dtype == texts([]).dtype


def test_what_decisions_say_beyond_counts_is_by_residence_and_says_which_are_counted():
    no = {"issue": "refus"}
    rows = decided({}, no, {**no, "id_adresse": "b"}, {**no, "id_adresse": "loin"}, {**no, "annee": 2021})
    rows = rows.assign(motif_refus=[None, "loyer", None, "loyer", "loyer"], bailleur="Alpha")
    told = detailed(rows, HOMES, HELD, ALIKE).decided
    assert list(told) == list(DECIDED)
    # No row tells a quarter, a transfer or a holder; addresses tell where they are and, some, what their dwellings are.
    homes = {"situation", "code_insee", "taille", "financement", "periode"}
    assert set(told["caracteristique"]) == {"motif_refus", *homes}
    reasons = told[told["comptee"] & told["caracteristique"].eq("motif_refus")].set_index("modalite")
    assert reasons["decisions_refus"].to_dict() == {"loyer": 1, "non renseigné": 1}
    assert (reasons["decisions"].sum(), reasons["baux"].sum()) == (3, 1) and set(reasons["id"]) == {"r"}
    assert told.loc[
        ~told["comptee"] & told["caracteristique"].eq("motif_refus"), ["annee", "id", "decisions"]
    ].to_numpy().tolist() == [
        [2021, "r", 1],
        [2022, "s", 1],
    ]
    assert detailed(None, HOMES, HELD, ALIKE).decided.empty


def test_a_decision_without_a_landlord_is_of_an_address_that_never_had_two():
    rows = decided({}, {"id_adresse": "b"}, {"id_adresse": "loin", "bailleur": "Gamma"})
    told = detailed(rows.assign(trimestre="1", bailleur=[None, None, "Gamma"]), HOMES, HELD, ALIKE).decided
    assert set(told["bailleur"]) == {"non renseigné", "Beta", "Gamma"}  # a was sold, b was not


def test_what_all_the_dwellings_of_an_address_are_is_said_of_it_and_nothing_else():
    assert ALIKE.loc["a", ["taille", "periode", "financement"]].tolist() == ["T3", "1948 à 1974", "PLUS"]
    assert ALIKE.loc["b", ["taille", "periode", "financement"]].isna().all()  # they differ, or one is not told
    assert ALIKE.loc["c", ["taille", "periode"]].tolist() == ["T5 et plus", "depuis 2000"]
    assert ALIKE["dpe"].isna().all() and pd.isna(ALIKE.loc["c", "financement"])
    assert alike(None, StockRules((1948,), 5)).empty


def test_a_decision_says_its_own_dwelling_and_its_address_does_where_it_does_not():
    rows = decided({}, {"id_adresse": "b"}, {"id_adresse": "b"}, {}).assign(
        typologie=[None, "T2", None, "T1"], financement=["PLAI", None, None, None], bailleur="Alpha"
    )
    told = detailed(rows, HOMES, HELD, ALIKE).decided
    found = {name: part.set_index("modalite")["decisions"].to_dict() for name, part in told.groupby("caracteristique")}
    assert found["taille"] == {"T3": 1, "T2": 1, "non renseigné": 1, "T1": 1}
    assert found["financement"] == {"PLAI": 1, "non renseigné": 2, "PLUS": 1}
    assert found["periode"] == {"1948 à 1974": 2, "non renseigné": 2}
    assert found["situation"] == {"QPV": 4} and found["code_insee"] == {"21001": 2, "21002": 2}


def test_requests_are_set_beside_the_leases_of_the_last_campaign():
    asked = pd.DataFrame(
        {
            "nb": [30.0, 50, 20],
            "quartile": ["1", "3", None],
            "typologie": ["T2", "T3", "T2"],
            "age_demandeur": [29.0, 30, 70],
            "commune": None,
        }
    )
    rows = decided({"quartile": "1"}, {"quartile": "4"}, {"quartile": "1", "issue": "refus"}, {"annee": 2020}).assign(
        bailleur="Alpha"
    )
    demand = detailed(rows, HOMES, HELD, ALIKE, asked).demand
    found = {(one.caracteristique, one.modalite): (one.demandes, one.baux) for one in demand.itertuples()}
    assert found["ensemble", "toutes les demandes"] == (100, 2)
    assert found["quartile", "1"] == (30, 1) and found["quartile", "2-4"] == (50, 1)
    assert found["quartile", "non renseigné"] == (20, 0)
    # Decisions tell neither sizes nor ages: nobody knows, and that is not zero.
    assert found["typologie", "T2"][0] == 50 and np.isnan(found["typologie", "T2"][1])
    assert found["age_demandeur", "30 à 64 ans"][0] == 50
    assert "commune" not in set(demand["caracteristique"])
    assert detailed(None, HOMES, HELD, ALIKE, asked).demand["baux"].isna().all()
    assert detailed(rows, HOMES, HELD, ALIKE).demand is None


HOMES = pd.DataFrame({"id_adresse": ["a", "b", "loin"], "id_residence": ["r", "r", "s"], "situation": "QPV"}).assign(
    code_insee=["21001", "21002", "21003"]
)
DWELLINGS = pd.DataFrame(
    {
        "id_adresse": ["a", "a", "b", "b", "c"],
        "nb_pieces": [3.0, 3, 3, 4, 6],
        "annee_construction": [1960.0, 1970, 1960, np.nan, 2005],
        "financement": ["PLUS", "PLUS", "PLUS", "PLAI", None],
        "dpe": None,
        "type_construction": None,
        "accessible_pmr": None,
    }
)
ALIKE = alike(DWELLINGS, StockRules((1948, 1975, 2000), 5))
HELD = SURVEY.assign(bailleur=["Alpha", "Beta", "Beta"])


def test_the_landlord_that_a_household_leaves_is_named_as_those_joined_are():
    rows = decided({"mutation": "oui"}, {"mutation": "oui"}, {"mutation": "oui"}, {"mutation": "oui"}, {}).assign(
        bailleur="Alpha", bailleur_actuel=["ALPHA", "Gamma", None, "Gamma", "Gamma"]
    )
    rows["mutation"] = ["oui", "oui", "oui", "oui", "non"]
    told = detailed(rows, HOMES, HELD, ALIKE).decided
    left = told[told["caracteristique"] == "bailleur_quitte"].set_index("modalite")["decisions"].to_dict()
    assert left == {"Alpha": 1, "Gamma": 2, "non renseigné": 1, "sans objet": 1}
    without = detailed(rows.assign(bailleur_actuel=None), HOMES, HELD, ALIKE).decided
    assert "bailleur_quitte" not in set(without["caracteristique"])


def test_a_decision_is_read_by_the_list_of_quarters_of_its_year():
    """An address that left the quarters with the list of 2024: in QPV until the end of 2023."""
    homes = HOMES.assign(situation="hors QPV", situation_avant="QPV", code_qpv_avant="QP1", liste_jusqua=2023)
    rows = decided({"annee": 2022}, {"annee": 2023}, {"annee": 2024}).assign(id_adresse="a", bailleur="Alpha")
    wrong = contradicted(rows.assign(en_qpv=["non", "oui", "oui"]), homes)
    assert wrong["annee"].tolist() == [2022, 2024]
    told = detailed(rows, homes, HELD, ALIKE).decided
    places = told[told["caracteristique"] == "situation"].set_index("annee")["modalite"].to_dict()
    assert places == {2022: "QPV", 2023: "QPV", 2024: "hors QPV"}
