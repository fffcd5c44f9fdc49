"""Dwellings by feature, in every unit above the address."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from stage_factory import texts

from atlas.dwellings import LowRent, StockRules, stock
from atlas.tables import FEATURES, UNITS, UNKNOWN

RULES = StockRules(periods=(1949, 1975, 2000), largest=5)
PLAI = LowRent(5.10, "SU")


def homes(*rows) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            name: pd.Series([row.get(name, np.nan) for row in rows], dtype=float)
            for name in ("nb_pieces", "surface_utile", "loyer_mensuel_hc", "annee_construction")
        }
    )
    for name in ("financement", "dpe", "type_construction", "accessible_pmr"):
        table[name] = texts([row.get(name) for row in rows])
    return table.assign(id_adresse=texts([row.get("id_adresse", "a") for row in rows]))


def addresses() -> pd.DataFrame:
    table = pd.DataFrame({"id_adresse": ["a", "b"], "id_residence": "R", "bailleur": "Val", "situation": "QPV"})
    return table.assign(code_insee="93010", code_iris=["930100101", None], code_qpv="QN1").astype("str")


QUARTERS = pd.DataFrame({"id": ["QN1", "SECT"], "id_adresse": ["a", "a"]}, dtype="str")


def counted(*rows, rent=PLAI) -> pd.DataFrame:
    return stock(homes(*rows), addresses(), QUARTERS, rent, RULES)


def words(table, feature, unit="residences"):
    mine = table[(table["unite"] == unit) & (table["caracteristique"] == feature)]
    return dict(zip(mine["modalite"], mine["nb_logements"], strict=True))


def test_sizes_periods_and_features_are_written_as_pages_show_them():
    table = counted(
        {"nb_pieces": 1, "annee_construction": 1948, "accessible_pmr": "oui", "type_construction": "C"},
        {"nb_pieces": 5, "annee_construction": 1949, "accessible_pmr": "non", "type_construction": "I"},
        {"nb_pieces": 7, "annee_construction": 2000},
        {"annee_construction": 1999},
    )
    assert words(table, "taille") == {"T1": 1, "T5 et plus": 2, UNKNOWN: 1}
    assert words(table, "periode") == {"avant 1949": 1, "1949 à 1974": 1, "1975 à 1999": 1, "depuis 2000": 1}
    assert words(table, "accessibilite") == {"accessible": 1, "non accessible": 1, UNKNOWN: 2}
    assert words(table, "construction") == {"collectif": 1, "individuel": 1, UNKNOWN: 2}
    assert not words(table, "dpe") and not words(table, "financement")  # told by no dwelling


def test_every_partition_holds_every_dwelling_of_its_units():
    table = counted({"nb_pieces": 2}, {"nb_pieces": 3}, {"nb_pieces": 3, "id_adresse": "b"})
    for unit in ("territoire", "situations", "communes", "bailleurs", "residences"):
        assert words(table, "taille", unit) == {"T2": 1, "T3": 2}
    assert words(table, "taille", "iris") == {"T2": 1, "T3": 1}  # the other address has no IRIS
    quarters = table[(table["unite"] == "quartiers") & (table["caracteristique"] == "taille")]
    assert quarters.groupby("id")["nb_logements"].sum().to_dict() == {"QN1": 2, "SECT": 2}
    assert set(table["unite"]) == {name for name, unit in UNITS.items() if not unit.occasional} - {"adresses"}
    assert set(table["caracteristique"]) <= set(FEATURES)


def test_rents_are_sums_over_the_dwellings_whose_rent_and_surface_are_known():
    table = counted(
        {"nb_pieces": 2, "loyer_mensuel_hc": 200.0, "surface_utile": 50.0},
        {"nb_pieces": 2, "loyer_mensuel_hc": 600.0, "surface_utile": 50.0},
        {"nb_pieces": 2, "loyer_mensuel_hc": 600.0},
        {"nb_pieces": 3},
    )
    mine = table[(table["unite"] == "residences") & (table["caracteristique"] == "taille")].set_index("modalite")
    assert mine.loc["T2", ["nb_logements", "logements_loyer_connu", "logements_bas_loyer"]].tolist() == [3, 2, 1]
    assert mine.loc["T2", "loyers"] / mine.loc["T2", "surfaces"] == pytest.approx(8.0)
    assert mine.loc["T3", ["logements_loyer_connu", "surfaces"]].tolist() == [0, 0]


def test_without_a_ceiling_low_rents_are_missing_and_rents_stay():
    table = counted({"nb_pieces": 2, "loyer_mensuel_hc": 200.0, "surface_utile": 50.0}, rent=None)
    assert table["logements_bas_loyer"].isna().all() and (table["loyers"] == 200).all()


def test_without_dwellings_there_is_no_stock():
    assert stock(None, addresses(), QUARTERS, PLAI, RULES).empty
