"""The block of a quarter's page on the list before: what the change of list brought, and two series told apart."""

from __future__ import annotations

import pandas as pd
import pytest

from atlas.publish.quarters.lists import _said, changes_of
from atlas.tables.years import CAME_IN, RECODED, STAYED, WENT_OUT
from tests.stage_factory import texts


class Shown:
    """A book of which the block reads the bridge alone."""

    def __init__(self, rows: list[tuple] | None) -> None:
        self.layers = [] if rows is None else [self]
        self.name, self.attributes = "passages", bridge(rows or [])
        self.figures = self.edition = self
        self.units = {"residences": pd.DataFrame({"id": ["a", "b", "c", "d", "e"]})}


def bridge(rows: list[tuple]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["id", "passage", "de", "vers", "nb_logements"])
    names = {name: texts(table[name].tolist()) for name in ("id", "passage", "de", "vers")}
    told = table.assign(**names, perimetre="QPV", liste_avant=2015, liste=2024, nb_adresses=1)
    return told.assign(nom="Résidence " + told["id"], nom_de="Nom " + told["de"], nom_vers="Nom " + told["vers"])


ROWS = [
    ("a", STAYED, "QP1", "QN1", 40),
    ("b", WENT_OUT, "QP1", None, 12),
    ("c", CAME_IN, None, "QN1", 25),
    ("d", RECODED, "QP1", "QN2", 5),
    ("e", STAYED, "QP2", "QN2", 60),
]


def test_each_quarter_is_told_what_entered_left_and_passed_to_another():
    found = changes_of(Shown(ROWS))
    assert set(found) == {"QN1", "QN2"}
    first = found["QN1"]
    assert first.lists == (2015, 2024)
    assert {words: cell.value for words, cell in first.sums} == {
        "Entrent dans le quartier": 25,
        "Sortent de tout quartier": 12,
        "Y étaient déjà": 40,
    }
    assert [(one.name, one.said, one.homes.value) for one in first.moved] == [
        ("Résidence c", "entre : était hors QPV", 25),
        ("Résidence b", "sort : n'est plus en QPV", 12),
        ("Résidence d", "passe à : Nom QN2", 5),
    ]
    assert all("data-somme" in one.homes.mark for one in first.moved), "the audit sums every number again"


def test_a_residence_that_came_from_another_quarter_names_it():
    second = changes_of(Shown(ROWS))["QN2"]
    assert [one.said for one in second.moved if one.name == "Résidence d"] == ["vient de : Nom QP1"]
    assert [one.name for one in second.moved] == ["Résidence d"], "who left QP1 is told by the quarter that follows it"
    assert ("Viennent d'un autre quartier", 5) in [(words, cell.value) for words, cell in second.sums]


def test_a_territory_of_one_list_has_no_such_block():
    assert changes_of(Shown(None)) == {}


@pytest.mark.parametrize("quarter", ["QN1", "QN2"])
def test_what_is_said_depends_on_the_quarter_that_says_it(quarter):
    row = bridge(ROWS).iloc[3].to_dict()
    assert _said(row, quarter) == {"QN1": "passe à : Nom QN2", "QN2": "vient de : Nom QP1"}[quarter]
