"""Counts: what is added, what leaves a rate, what stays missing; dwellings under the rent ceiling."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from atlas.count import DENOMINATORS, MEASURES, NUMERATORS, count
from atlas.dwellings import LowRent, low_rents
from atlas.tables import INDICATORS
from tests.stage_factory import survey, texts

NO_QUARTER = pd.DataFrame({"id_adresse": texts([]), "id": texts([])})
NO_RENT = low_rents(None, texts([]), None, 2022)[0]


def placed(rows: list[dict[str, object]]) -> pd.DataFrame:
    """Addresses with the key of every partition."""
    defaults = {
        "id_residence": "R1",
        "bailleur": "Habitat du Val",
        "code_insee": "93010",
        "code_iris": "930100101",
        "code_qpv": None,
        "situation": "hors QPV",
    }
    return pd.DataFrame([{**defaults, **row} for row in rows], columns=["id_adresse", *defaults]).astype("str")


def counted(rows, addresses=None, quarters=NO_QUARTER, rents=NO_RENT):
    table = survey(rows)
    if addresses is None:
        addresses = placed([{"id_adresse": name} for name in table["id_adresse"].unique()])
    return count(table, addresses, quarters, rents)


def one(table: pd.DataFrame, name: str, campaign: int = 2022) -> pd.Series:
    return table[(table["id"] == name) & (table["campagne"] == campaign)].iloc[0]


def test_an_address_that_did_not_answer_an_item_leaves_its_rate_and_not_its_total():
    result = counted(
        [
            {"id_adresse": "a", "nb_logements": 20.0, "menages_ressources_connues": 18.0, "menages_inf40_plus": 9.0},
            {"id_adresse": "b", "nb_logements": 30.0, "menages_ressources_connues": 25.0},
            {"id_adresse": "c", "nb_logements": 10.0, "menages_inf40_plus": 5.0},
        ]
    )
    row = one(result.units["residences"], "R1")
    assert row[["nb_logements", "nb_adresses", "n_inf40", "d_inf40"]].tolist() == [60, 3, 9, 18]


def test_missing_is_never_zero_and_zero_is_never_missing():
    result = counted(
        [
            {"id_adresse": "a", "menages_ressources_connues": 18.0, "menages_inf40_plus": 0.0},
            {"id_adresse": "b", "menages_ressources_connues": 0.0, "menages_inf40_plus": 0.0, "menages": 0.0},
        ],
        placed([{"id_adresse": "a", "id_residence": "A"}, {"id_adresse": "b", "id_residence": "B"}]),
    )
    residences = result.units["residences"]
    assert one(residences, "A")[["n_inf40", "d_inf40"]].tolist() == [0, 18]
    assert one(residences, "B")[["menages", "n_inf40", "d_inf40"]].tolist() == [0, 0, 0]
    assert one(residences, "A")[["menages", "n_chomage", "d_chomage"]].isna().all()


@pytest.mark.parametrize(
    ("code", "answered", "asked"),
    [
        ("inf40", "menages_ressources_connues", "menages"),
        ("er_inf40", "emmenages_recents_ressources_connues", "emmenages_recents"),
        ("chomage", "majeurs_activite_connue", "majeurs"),
    ],
)
def test_nobody_answered_is_not_nobody_concerned(code, answered, asked):
    """No income known of 30 households is "non renseigné"; no household at all is "sans objet"."""
    numerator = INDICATORS[code].numerator
    result = counted(
        [
            {"id_adresse": "silent", asked: 30.0, answered: 0.0, numerator: 0.0},
            {"id_adresse": "empty", asked: 0.0, answered: 0.0, numerator: 0.0},
            {"id_adresse": "untold", answered: 0.0, numerator: 0.0},
        ],
        placed([{"id_adresse": name, "id_residence": name} for name in ("silent", "empty", "untold")]),
    )
    residences = result.units["residences"].set_index("id")
    indicator = INDICATORS[code]
    assert residences.loc["silent", [indicator.n, indicator.d]].isna().all()
    assert residences.loc["empty", [indicator.n, indicator.d]].tolist() == [0, 0]
    assert residences.loc["untold", [indicator.n, indicator.d]].tolist() == [0, 0]


def test_no_recent_mover_here_and_no_answer_there_is_not_known():
    answers = {"menages_inf40_plus": 9.0, "menages_ressources_connues": 18.0, "menages": 20.0}
    none = {"emmenages_recents_inf40_plus": 0.0, "emmenages_recents_ressources_connues": 0.0, "emmenages_recents": 0.0}
    row = one(counted([{"id_adresse": "a", **answers, **none}, {"id_adresse": "b"}]).units["residences"], "R1")
    assert row[["n_er_inf40", "d_er_inf40"]].isna().all()
    assert row[["n_inf40", "d_inf40"]].tolist() == [9, 18]
    both = counted([{"id_adresse": "a", **none}, {"id_adresse": "b", **none}]).units["residences"]
    assert one(both, "R1")[["n_er_inf40", "d_er_inf40"]].tolist() == [0, 0]


def test_each_campaign_is_counted_apart():
    result = counted(
        [
            {"id_adresse": "a", "campagne": 2020, "nb_logements": 10.0},
            {"id_adresse": "a", "campagne": 2022, "nb_logements": 12.0},
            {"id_adresse": "b", "campagne": 2020, "nb_logements": 5.0},
        ]
    )
    table = result.units["territoire"]
    assert dict(zip(table["campagne"], table["nb_logements"], strict=True)) == {2020: 15, 2022: 12}
    assert dict(zip(table["campagne"], table["nb_adresses"], strict=True)) == {2020: 2, 2022: 1}


def test_quarters_may_overlap_and_an_address_outside_all_is_in_none():
    quarters = pd.DataFrame({"id_adresse": texts(["a", "a", "b"]), "id": texts(["Q1", "Z1", "Z1"])})
    rows = [{"id_adresse": name, "nb_logements": weight} for name, weight in (("a", 10.0), ("b", 20.0), ("c", 40.0))]
    table = counted(rows, quarters=quarters).units["quartiers"]
    assert dict(zip(table["id"], table["nb_logements"], strict=True)) == {"Q1": 10, "Z1": 30}


def test_an_address_without_an_iris_is_in_no_iris_and_in_the_territory():
    addresses = placed([{"id_adresse": "a"}, {"id_adresse": "b", "code_iris": None, "situation": "non placé"}])
    result = counted([{"id_adresse": "a"}, {"id_adresse": "b"}], addresses)
    assert result.units["iris"]["nb_logements"].sum() == 20
    assert result.units["territoire"]["nb_logements"].sum() == 40
    assert sorted(result.units["situations"]["id"]) == ["hors QPV", "non placé"]


def test_membership_rebuilds_every_count():
    rng = np.random.default_rng(0)
    rows = [
        {"id_adresse": f"a{i}", "campagne": year, "menages": float(rng.integers(0, 30)), "personnes_seules": 1.0}
        for i in range(30)
        for year in (2020, 2022)
    ]
    addresses = placed([{"id_adresse": f"a{i}", "id_residence": f"R{i % 7}"} for i in range(30)])
    result = counted(rows, addresses)
    values = np.nan_to_num(result.atoms[list(MEASURES)].to_numpy(float))
    for name in result.units:
        table = result.units[name]
        assert np.array_equal(result.membership[name] @ values, np.nan_to_num(table[list(MEASURES)].to_numpy(float)))
        assert result.membership[name].shape == (len(table), len(result.atoms))


def test_a_survey_without_a_row_or_without_optional_columns_counts_nothing_and_says_missing():
    empty = counted([])
    assert all(len(table) == 0 for table in empty.units.values())
    kept = ["campagne", "bailleur", "id_adresse", "nb_logements", "menages", "fichier", "ligne"]
    bare = survey([{"id_adresse": "a", "nb_logements": 9.0}])[kept]
    result = count(bare, placed([{"id_adresse": "a"}]), NO_QUARTER, NO_RENT)
    row = one(result.units["territoire"], "territoire")
    assert row["nb_logements"] == 9
    assert row[["menages", *NUMERATORS, *DENOMINATORS]].isna().all()


def test_an_address_described_twice_is_refused():
    with pytest.raises(pd.errors.MergeError):
        counted([{"id_adresse": "a"}], placed([{"id_adresse": "a"}, {"id_adresse": "a"}]))


# Low rents


def dwellings(rows: list[dict[str, object]]) -> pd.DataFrame:
    names = ("surface_utile", "surface_habitable", "surface_corrigee", "loyer_mensuel_hc")
    table = pd.DataFrame({name: pd.Series([row.get(name) for row in rows], dtype=float) for name in names})
    table.insert(0, "id_logement", texts([f"l{i}" for i in range(len(rows))]))
    table.insert(1, "id_adresse", texts([row.get("id_adresse", "a") for row in rows]))
    return table.assign(fichier="logements.csv", ligne=np.arange(2, len(rows) + 2))


PLAI = LowRent(ceiling=5.10, surface="SU")
KNOWN = texts(["a", "b"])


def rents(rows, rule=PLAI, known=KNOWN):
    return low_rents(dwellings(rows), known, rule, 2022)


def test_a_rent_at_the_ceiling_is_not_under_it():
    found, _ = rents(
        [
            {"loyer_mensuel_hc": 255.0, "surface_utile": 50.0},
            {"loyer_mensuel_hc": 254.99, "surface_utile": 50.0},
            {"loyer_mensuel_hc": 300.0, "surface_utile": 50.0},
        ]
    )
    assert found[["logements_bas_loyer", "logements_loyer_connu"]].to_numpy().tolist() == [[1, 3]]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"loyer_mensuel_hc": 200.0, "surface_habitable": 50.0}, False),
        ({"loyer_mensuel_hc": 200.0, "surface_corrigee": 50.0}, False),
        ({"loyer_mensuel_hc": 200.0, "surface_utile": 0.0}, False),
        ({"surface_utile": 50.0}, False),
        ({"loyer_mensuel_hc": 200.0, "surface_utile": 50.0, "surface_habitable": 10.0}, True),
        ({"loyer_mensuel_hc": 0.0, "surface_utile": 50.0}, True),
    ],
)
def test_a_rent_is_compared_per_square_metre_of_the_rule_s_surface_only(row, told):
    found, aside = rents([row, {"id_adresse": "b", "loyer_mensuel_hc": 400.0, "surface_utile": 50.0}])
    assert len(aside) == 0
    found = found.drop(columns="campagne").set_index("id_adresse")
    mine = found.loc["a"]
    assert mine.tolist() == ([1, 1] if told else pytest.approx([np.nan, np.nan], nan_ok=True))
    assert found.loc["b"].tolist() == [0, 1]


@pytest.mark.parametrize(("surface", "column"), [("SH", "surface_habitable"), ("SC", "surface_corrigee")])
def test_the_rule_may_ask_for_another_surface(surface, column):
    found, _ = rents([{"loyer_mensuel_hc": 100.0, column: 50.0}], LowRent(5.10, surface))
    assert found["logements_bas_loyer"].tolist() == [1]


def test_dwellings_of_unknown_addresses_are_set_aside_with_their_line():
    found, aside = rents([{"id_adresse": "zz", "loyer_mensuel_hc": 100.0, "surface_utile": 50.0}])
    assert len(found) == 0
    assert aside[["id", "ligne"]].to_numpy().tolist() == [["l0", 2]]
    assert aside["motif"].str.contains("absente de l'enquête").all()


def test_without_a_ceiling_every_dwelling_is_not_told_and_unknown_addresses_are_still_listed():
    found, aside = rents([{"loyer_mensuel_hc": 100.0, "surface_utile": 50.0}, {"id_adresse": "zz"}], rule=None)
    assert len(found) == 0 and aside["id"].tolist() == ["l1"]
    result = counted([{"id_adresse": "a"}], rents=found)
    assert one(result.units["residences"], "R1")[["n_bas_loyer", "d_bas_loyer"]].isna().all()


def test_rents_count_for_the_campaign_shown_and_not_for_an_older_one():
    found, _ = rents([{"loyer_mensuel_hc": 100.0, "surface_utile": 50.0}])
    rows = [{"id_adresse": "a", "campagne": 2020}, {"id_adresse": "a", "campagne": 2022}]
    territory = counted(rows, rents=found).units["territoire"]
    assert one(territory, "territoire", 2022)[["n_bas_loyer", "d_bas_loyer"]].tolist() == [1, 1]
    assert one(territory, "territoire", 2020)[["n_bas_loyer", "d_bas_loyer"]].isna().all()
