"""The bridge between perimeters: which dwellings a new list or a new vintage moved, recounted by hand."""

from __future__ import annotations

import pandas as pd

from atlas.describe.passages import passages, said
from atlas.tables.years import CAME_IN, PASSAGE_COLUMNS, RECODED, STAYED, WENT_OUT
from tests.stage_factory import iris_squares, qpv_squares, texts

LISTS = pd.concat(
    [
        qpv_squares({"QP1": (0, 0, 10), "QP2": (0, 0, 10)}).assign(generation=2015),
        qpv_squares({"QN1": (0, 0, 10), "QN2": (0, 0, 10)}).assign(generation=2024),
    ],
    ignore_index=True,
)
VINTAGES = pd.concat(
    [
        iris_squares({"930100101": (0, 0, 9), "930100102": (0, 0, 9), "930100103": (0, 0, 9)}).assign(millesime=2020),
        iris_squares({"930100101": (0, 0, 9), "930100104": (0, 0, 9), "930100103": (0, 0, 9)}).assign(millesime=2022),
    ],
    ignore_index=True,
)


def addresses(rows: list[tuple], before: str, now: str) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["id_residence", "nb_logements", before, now])
    table = table.assign(**{name: texts(table[name].tolist()) for name in (before, now)})
    return table.assign(liste_jusqua=2023) if before == "code_qpv_avant" else table


def told(table: pd.DataFrame, iris=None, qpv=None) -> pd.DataFrame:
    homes = pd.DataFrame({"id": sorted(set(table["id_residence"]))}).assign(nom=lambda rows: "Résidence " + rows["id"])
    return passages(table, homes, iris, qpv)


def rows(found: pd.DataFrame) -> set[tuple]:
    names = ["id", "passage", "de", "vers", "nb_adresses", "nb_logements"]
    return set(found[names].fillna("").itertuples(index=False, name=None))


MOVES = [
    ("a", 30, "QP1", "QN1"),
    ("a", 10, "QP1", "QN1"),
    ("b", 12, "QP1", None),
    ("c", 25, None, "QN1"),
    ("d", 5, "QP1", "QN2"),
    ("e", 40, "QP2", "QN2"),
    ("f", 99, None, None),
    ("g", None, None, "QN2"),
]


def test_dwellings_that_came_in_left_stayed_or_changed_quarter_are_told_by_residence():
    found = told(addresses(MOVES, "code_qpv_avant", "code_qpv"), qpv=LISTS)
    assert list(found) == [column.name for column in PASSAGE_COLUMNS]
    assert rows(found) == {
        ("a", STAYED, "QP1", "QN1", 2, 40),
        ("b", WENT_OUT, "QP1", "", 1, 12),
        ("c", CAME_IN, "", "QN1", 1, 25),
        ("d", RECODED, "QP1", "QN2", 1, 5),
        ("e", STAYED, "QP2", "QN2", 1, 40),
        ("g", CAME_IN, "", "QN2", 1, 0),
    }
    assert set(found["liste_avant"]) == {2015} and set(found["liste"]) == {2024}
    assert found.set_index("id")["nom_vers"].to_dict()["c"] == "Quartier QN1"
    (sentence,) = said(found)
    assert "de la liste de 2015 à celle de 2024" in sentence
    assert "25 logements entrent, 12 en sortent, 80 restent dans le quartier" in sentence.replace("\u202f", " ")


def test_one_list_and_one_vintage_move_nothing():
    table = addresses(MOVES, "code_qpv_avant", "code_qpv").drop(columns=["liste_jusqua"])
    assert told(table, qpv=LISTS[LISTS["generation"] == 2024]) is None and said(None) == []


def test_the_order_of_rows_says_nothing():
    table = addresses(MOVES, "code_qpv_avant", "code_qpv")
    pd.testing.assert_frame_equal(told(table.iloc[::-1], qpv=LISTS.iloc[::-1]), told(table, qpv=LISTS))


def test_of_districts_the_codes_that_hold_other_addresses_are_told_and_no_other():
    moves = [
        ("a", 30, "930100101", "930100101"),
        ("b", 12, "930100102", "930100101"),
        ("c", 20, "930100102", "930100104"),
        ("d", 50, "930100103", "930100103"),
    ]
    found = told(addresses(moves, "code_iris_2020", "code_iris"), iris=VINTAGES)
    assert rows(found) == {
        ("a", STAYED, "930100101", "930100101", 1, 30),
        ("b", RECODED, "930100102", "930100101", 1, 12),
        ("c", RECODED, "930100102", "930100104", 1, 20),
    }
    (sentence,) = said(found)
    assert "3 codes ne tiennent pas les mêmes adresses (32 logements changent de code)" in sentence


def test_districts_that_kept_their_addresses_are_not_told():
    same = [("a", 30, "930100101", "930100101")]
    assert not len(told(addresses(same, "code_iris_2020", "code_iris"), iris=VINTAGES))
