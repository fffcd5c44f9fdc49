"""Incomes in euros over the PLUS ceilings: zones on both sides of a border, years, large households, overseas."""

from __future__ import annotations

import tomllib
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from atlas.errors import AtlasError
from atlas.geo import ZONES, ceilings_of, official
from atlas.ledger import Ledger
from atlas.parameters import read_parameters
from atlas.resources import shipped
from atlas.sources import Inputs, read_sources
from atlas.territory import read_territory

HEAD = "campagne;bailleur;id_adresse;adresse;code_postal;code_insee;revenu_fiscal;categorie_menage;nb_personnes\n"
EUROS = "{campaign};B;A1;1 rue X;{code};{code};{income};{category};{people}\n"


def read(folder: Path, rows: str, campaigns: int | str = 2022) -> Inputs:
    (folder / "menages.csv").write_text(HEAD + rows, "utf-8")
    (folder / "t.toml").write_text(
        f'[territoire]\nnom = "T"\ncampagnes = [{campaigns}]\n'
        '[sources.ops]\nfichiers = ["menages.csv"]\ngrain = "menage"\n',
        "utf-8",
    )
    return read_sources(read_territory(folder / "t.toml"), read_parameters(), Ledger(), needs=())


def under(folder: Path, code: str, income: int, category: int = 1, people: int = 1, campaign: int = 2022) -> list[int]:
    """Count the household of an income under 20, 40, 60 and 100 % of the ceiling: one figure on each side of each."""
    row = EUROS.format(campaign=campaign, code=code, income=income, category=category, people=people)
    ops = read(folder, row, campaign).ops
    return [int(ops[f"menages_inf{band}_plus"].iloc[0]) for band in (20, 40, 60, 100)]


def test_nine_thousand_euros_are_under_forty_per_cent_in_bondy_and_not_in_dijon(tmp_path):
    assert under(tmp_path, "93010", 9000) == [0, 1, 1, 1]  # 9,000 of 24,316: 37 %
    assert under(tmp_path, "21231", 9000) == [0, 0, 1, 1]  # 9,000 of 21,139: 42.6 %


@pytest.mark.parametrize(
    ("inside", "outside"),
    [
        ("93061", "93062"),  # Le Pré-Saint-Gervais touches Paris, Le Raincy does not
        ("75112", "93010"),  # an arrondissement is of Paris
        ("94033", "94058"),  # Fontenay-sous-Bois touches the wood of Vincennes, Le Perreux does not
    ],
)
def test_paris_and_its_neighbours_have_ceilings_of_their_own_from_three_people(tmp_path, inside, outside):
    income = 18_000  # of 47,639 in 2022: 37.8 %; of 43,684: 41.2 %
    assert under(tmp_path, inside, income, category=3, people=3) == [0, 1, 1, 1]
    assert under(tmp_path, outside, income, category=3, people=3) == [0, 0, 1, 1]
    assert under(tmp_path, inside, 9700) == under(tmp_path, outside, 9700)  # one ceiling for a person alone


def test_the_region_ends_where_the_next_begins(tmp_path):
    assert under(tmp_path, "77186", 9000) == [0, 1, 1, 1]  # Fontainebleau, 37 %
    assert under(tmp_path, "60175", 9000) == [0, 0, 1, 1]  # Creil, 42.6 %


@pytest.mark.parametrize(
    ("campaign", "ceiling"), [(2014, 23_019), (2016, 23_132), (2020, 24_006), (2022, 24_316), (2026, 26_920)]
)
def test_the_ceiling_is_that_of_the_year_of_the_survey(tmp_path, campaign, ceiling):
    edge = round(0.4 * ceiling)
    assert under(tmp_path, "93010", edge - 1, campaign=campaign)[1] == 1
    assert under(tmp_path, "93010", edge + 1, campaign=campaign)[1] == 0


def test_each_campaign_of_a_file_has_its_own_ceilings(tmp_path):
    row = {"code": "93010", "income": 9_650, "category": 1, "people": 1}  # 40.2 % in 2020, 39.7 % in 2022
    text = "".join(EUROS.format(campaign=year, **row) for year in (2020, 2022))
    ops = read(tmp_path, text, "2020, 2022").ops
    assert ops.set_index("campagne")["menages_inf40_plus"].to_dict() == {2020: 0, 2022: 1}


def test_people_beyond_the_sixth_raise_the_ceiling(tmp_path):
    # 22,000 of 54,338 is 40.5 %; of 54,338 + 2 x 6,061 it is 33.1 %.
    assert under(tmp_path, "21231", 22_000, category=6, people=6)[1] == 0
    assert under(tmp_path, "21231", 22_000, category=6, people=8)[1] == 1
    assert under(tmp_path, "21231", 22_000, category=6, people="")[1] == 0  # nobody beyond is guessed
    assert under(tmp_path, "21231", 13_600, category=3, people=8)[1] == 0  # of 33,949 whatever the people


def test_what_zone_and_what_is_unknown_are_said(tmp_path):
    row = {"campaign": 2022, "income": 9_000, "category": 1, "people": 1}
    rows = "".join(EUROS.format(code=code, **row) for code in ("93010", "75112")).replace("A1", "A2", 1)
    said = [line for line in read(tmp_path, rows).remarks if "plafonds PLUS" in line]
    assert len(said) == 1 and "Paris et communes limitrophes : 1 ménage ; Île-de-France : 1 ménage" in said[0]
    assert "handicap" in said[0] and "9000" not in said[0]


def test_incomes_in_euros_overseas_are_refused_and_percentages_are_not(tmp_path):
    row = EUROS.format(campaign=2022, code="97411", income=9_000, category=1, people=1)
    with pytest.raises(AtlasError) as caught:
        read(tmp_path, row)
    assert [fault.code for fault in caught.value.faults] == ["MENAGES-PLAFOND"]
    assert "97411" in str(caught.value) and "9000" not in str(caught.value)
    (tmp_path / "menages.csv").write_text(
        HEAD.replace("revenu_fiscal", "ressources_pct_plus") + row.replace("9000", "37"), "utf-8"
    )
    ops = read_sources(read_territory(tmp_path / "t.toml"), read_parameters(), Ledger(), needs=()).ops
    assert ops["menages_inf40_plus"].tolist() == [1]


def test_the_first_zone_is_made_of_communes_of_the_official_code():
    zones = tomllib.loads((shipped("data") / "reference" / "zones_plus.toml").read_text("utf-8"))
    assert len(zones["paris"]) == 30 and {code[:2] for code in zones["paris"]} == {"75", "92", "93", "94"}
    assert {code: official().names[code] for code in zones["paris"]} == zones["paris"]


def test_codes_without_ceilings_are_none():
    found = ceilings_of(pd.Series(["97411", "98735", None, "2A004", "75056", "69381"], dtype="str"))
    assert found.fillna("").tolist() == ["", "", "", "plafonds_plus", "plafonds_plus_paris", "plafonds_plus"]


def test_ceilings_go_from_2013_to_2026_and_grow_alike_in_every_zone():
    """Each yearly revision multiplies every ceiling by one index: a slip of the pen shows beside the other series."""
    rules = read_parameters()
    years = range(2013, 2027)
    table = pd.DataFrame(
        {
            (zone, place): [rules.at(zone, date(year, 1, 1)).value[place] for year in years]
            for zone in ZONES
            for place in range(7)
        },
        index=years,
    )
    growth = (table / table.shift()).dropna()
    assert (growth.sub(growth.median(axis=1), axis=0).abs() < 0.0003).all(axis=None)
