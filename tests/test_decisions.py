"""Attribution decisions by address: what counts where, and what is set aside."""

from __future__ import annotations

import numpy as np
import pandas as pd
from stage_factory import texts

from atlas.attribution_counts import COUNTS, decisions, detailed
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
    told = detailed(rows, HOMES, HELD)
    assert list(told) == list(DECIDED)
    assert set(told["caracteristique"]) == {"motif_refus"}  # no row tells a quarter, a transfer or a holder
    reasons = told[told["comptee"]].set_index("modalite")
    assert reasons["decisions_refus"].to_dict() == {"loyer": 1, "non renseigné": 1}
    assert (reasons["decisions"].sum(), reasons["baux"].sum()) == (3, 1) and set(reasons["id"]) == {"r"}
    assert told.loc[~told["comptee"], ["annee", "id", "decisions"]].to_numpy().tolist() == [
        [2021, "r", 1],
        [2022, "s", 1],
    ]
    assert detailed(None, HOMES, HELD).empty


def test_a_decision_without_a_landlord_is_of_an_address_that_never_had_two():
    rows = decided({}, {"id_adresse": "b"}, {"id_adresse": "loin", "bailleur": "Gamma"})
    told = detailed(rows.assign(trimestre="1", bailleur=[None, None, "Gamma"]), HOMES, HELD)
    assert set(told["bailleur"]) == {"non renseigné", "Beta", "Gamma"}  # a was sold, b was not


HOMES = pd.DataFrame({"id_adresse": ["a", "b", "loin"], "id_residence": ["r", "r", "s"]})
HELD = SURVEY.assign(bailleur=["Alpha", "Beta", "Beta"])
