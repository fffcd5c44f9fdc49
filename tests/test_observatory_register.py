"""The ministry's arithmetic on the register: who is in both ends of vacancy and mobility, and who is in neither."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from atlas.count import count
from atlas.ledger import Ledger
from atlas.parameters import read_parameters
from atlas.sources import read_sources
from atlas.territory import read_territory

TOML = """[territoire]
nom = "T"
campagnes = [2022]
[sources.rpls]
fichiers = ["rpls.csv"]
millesime = 2022
"""
HEAD = "DEPCOM;CODEPOSTAL;NUMVOIE;TYPVOIE;NOMVOIE;MODE;DATE_DEP_DERLOCAT;BAIL;LOCDATE\n"


def read(folder: Path, *homes: str):
    """One dwelling each: number in the street, mode, departure, lease, first letting."""
    rows = "".join("11262;11100;{};RUE;VOLTAIRE;{}\n".format(*home.split(";", 1)) for home in homes)
    (folder / "rpls.csv").write_text(HEAD + rows, "utf-8")
    (folder / "t.toml").write_text(TOML, "utf-8")
    return read_sources(read_territory(folder / "t.toml"), read_parameters(), Ledger(), needs=()).ops


def rates(folder: Path, *homes: str) -> dict[str, tuple[float, float]]:
    """Numerators and denominators of a commune whose dwellings may be of several addresses."""
    survey = read(folder, *homes)
    addresses = survey[["id_adresse", "bailleur", "code_insee"]].assign(
        id_residence=survey["id_adresse"], code_iris=None, situation="non placé", code_qpv=None
    )
    quarters = addresses[["id_adresse"]].iloc[:0].assign(id=[])
    (row,) = count(survey, addresses, quarters).units["communes"].to_dict("records")
    return {code: (row[f"n_{code}"], row[f"d_{code}"]) for code in ("vacance", "vacance_3", "rotation")}


def test_a_dwelling_under_works_hides_none_of_its_neighbours(tmp_path):
    """At one address a dwelling is empty for works: those around it still count, and it is in neither end."""
    homes = ["1;1;;03/2019;1970", "1;2;05/2021;;1970", "1;3;05/2015;03/2021;1970", "2;1;;06/2021;1970"]
    found = rates(tmp_path, *homes)
    assert found == {"vacance": (1, 3), "vacance_3": (1, 3), "rotation": (1, 3)}


@pytest.mark.parametrize("mode", ["3", "4", "5", "9"])
def test_what_is_neither_let_nor_offered_is_in_neither_end(tmp_path, mode):
    found = rates(tmp_path, "1;1;;06/2021;1970", f"1;{mode};05/2015;06/2021;1970", f"2;{mode};;06/2021;1970")
    assert found == {"vacance": (0, 1), "vacance_3": (0, 1), "rotation": (1, 1)}


def test_an_address_that_lets_nothing_has_no_rate_and_no_zero(tmp_path):
    found = rates(tmp_path, "1;3;05/2015;06/2021;1970")
    assert found["vacance"] == found["vacance_3"] == (0, 0)
    assert np.isnan(found["rotation"]).all()


@pytest.mark.parametrize(
    ("home", "expected"),
    [
        ("1;;01/01/2021;31/12/2020", (1, 1)),  # the first day that counts, of the last letting that does
        ("1;;31/12/2020;2020", (0, 1)),
        ("1;;06/2021;01/2021", (0, 0)),  # first let in the year before the vintage: in neither
        ("1;;06/2021;2021", (0, 0)),
        ("2;10/2021;;1980", (0, 1)),  # offered: it could have been let again
        ("2;10/2021;02/2021;1980", (1, 1)),  # let in the year, and left since
        ("1.0;;06/2021;1980.0", (1, 1)),  # codes that a spreadsheet made numbers of
        ("01;;06/2021;1980", (1, 1)),
    ],
)
def test_mobility_is_of_dwellings_first_let_before_the_year_before(tmp_path, home, expected):
    assert rates(tmp_path, f"1;{home}")["rotation"] == expected


@pytest.mark.parametrize("home", ["1;;;1980", "1;;NA;1980", "1;;06/2021;", "1;;06/2021;01/1900", ";;06/2021;1980"])
def test_what_does_not_tell_leaves_mobility_and_nothing_else(tmp_path, home):
    both = rates(tmp_path, f"1;{home}", "2;1;;06/2021;1980", "2;1;;06/2012;1980")
    assert both["rotation"] == (1, 2)
    assert np.isnan(rates(tmp_path, f"1;{home}")["rotation"]).all()


def test_rates_are_sums_over_sums_whatever_the_addresses(tmp_path):
    """The same dwellings, put at one, two or six addresses, give the commune the same rates."""
    homes = [
        f"{mode};{left};{lease};1970"
        for mode, left, lease in itertools.product("123", ("02/2021", "11/2021"), ("06/2021", "06/2015"))
    ]
    expected = {"vacance": (4, 8), "vacance_3": (2, 8), "rotation": (4, 8)}
    for places in (1, 2, 6, 12):
        found = rates(tmp_path, *(f"{rank % places + 1};{home}" for rank, home in enumerate(homes)))
        assert found == expected, places
    assert Fraction(*map(int, expected["vacance_3"])) == Fraction(1, 4)
