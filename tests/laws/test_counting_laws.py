"""What counting promises whatever the survey: parts add up to the whole, rates are sums over sums, gaps stay gaps."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.count import MEASURES, count
from atlas.dwellings import LowRent, low_rents
from atlas.tables import INDICATORS, UNITS
from tests.stage_factory import survey, texts

law = settings(max_examples=15, deadline=None)
NO_RENT = low_rents(None, texts([]), None, 2022)[0]
ASKED = sorted({name for i in INDICATORS.values() for name in (i.numerator, i.denominator) if "loyer" not in name})
PARTITIONS = ("territoire", "situations", "communes", "bailleurs", "residences", "adresses")

_PLACE = ("id_residence", "bailleur", "code_insee", "code_iris", "code_qpv", "situation")
_LANDLORDS = ("A", "B")
_CHOICES = (
    ("R1", "R2", "R3"),
    ("A", "B"),
    ("93010", "93014"),
    ("930100101", "930100102", None),
    (None,),
    ("QPV", "QVA", "hors QPV", "non placé"),
)


def territory(seed: int, size: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """A survey of a few addresses over two campaigns, full of gaps and zeros, placed, in quarters that may overlap."""
    rng = np.random.default_rng(seed)
    addresses = [f"a{i}" for i in range(size)]
    places = pd.DataFrame(
        [[name, *(choices[rng.integers(len(choices))] for choices in _CHOICES)] for name in addresses],
        columns=["id_adresse", *_PLACE],
    )
    gaps = rng.random()  # of this territory: from full answers to almost none
    rows = []
    for name in addresses:
        for year in ((2020,), (2022,), (2020, 2022))[rng.integers(3)]:
            values = np.where(rng.random(len(ASKED)) < 0.4, 0, rng.integers(0, 40, len(ASKED))).astype(float)
            values[rng.random(len(ASKED)) < gaps] = np.nan
            row = dict(zip(ASKED, values, strict=True))
            held = {"bailleur": _LANDLORDS[rng.integers(2)]}  # sold from one campaign to the next, perhaps
            sizes = {"nb_logements": float(rng.integers(0, 60))}
            rows.append({**row, **held, **sizes, "campagne": year, "id_adresse": name})
    pairs = [[name, quarter] for name in addresses for quarter in ("Q1", "Z1") if rng.random() < 0.5]
    return survey(rows), places.astype("str"), pd.DataFrame(pairs, columns=["id_adresse", "id"]).astype("str")


territories = st.builds(territory, st.integers(0, 2**32 - 1), st.integers(0, 12))


def total(table: pd.DataFrame, campaign: int) -> list[float]:
    """Sum of each measure over the units of a campaign, a gap counting for nothing."""
    return table.loc[table["campagne"] == campaign, list(MEASURES)].sum().tolist()


@law
@given(territories)
def test_the_parts_of_every_partition_add_up_to_the_whole(tables):
    before = [table.copy() for table in tables]
    units = count(*tables, NO_RENT).units
    for table, copy in zip(tables, before, strict=True):
        pd.testing.assert_frame_equal(table, copy)
    for campaign in (2020, 2022):
        whole = total(units["territoire"], campaign)
        for name in PARTITIONS:
            assert total(units[name], campaign) == whole, name


@law
@given(territories)
def test_every_count_is_what_a_plain_loop_over_the_rows_finds(tables):
    rows, places, quarters = tables
    units = count(rows, places, quarters, NO_RENT).units
    where = places.set_index("id_adresse").to_dict("index")
    belongs = quarters.groupby("id_adresse")["id"].agg(list).to_dict() if len(quarters) else {}
    for name, unit in ((name, UNITS[name]) for name in units):
        for found in units[name].to_dict("records"):
            members = []
            for row in rows.to_dict("records"):
                address = row["id_adresse"]
                if name == "territoire":
                    theirs = ["territoire"]
                elif name == "quartiers":
                    theirs = belongs.get(address, [])
                else:
                    theirs = [{"id_adresse": address, **where[address], "bailleur": row["bailleur"]}[unit.key]]
                if row["campagne"] == found["campagne"] and found["id"] in theirs:
                    members.append(row)
            assert members, "no unit without an address"
            assert found["nb_adresses"] == len(members)
            assert found["nb_logements"] == sum(row["nb_logements"] for row in members)
            for indicator in INDICATORS.values():
                assert same((found[indicator.n], found[indicator.d]), pair_of(indicator, members)), indicator.code


def same(found: tuple[float, float], expected: tuple[float, float] | None) -> bool:
    return all(map(math.isnan, found)) if expected is None else found == expected


def pair_of(indicator, members) -> tuple[float, float] | None:
    """Numerator and denominator over the rows that gave both; None when that tells nothing."""
    told, silent = [], 0
    for row in members:
        n, d = row.get(indicator.numerator, math.nan), row.get(indicator.denominator, math.nan)
        asked = row.get(indicator.asked, math.nan) if indicator.asked else math.nan
        if math.isnan(n) or math.isnan(d) or (d == 0 and asked > 0):
            silent += 1
        else:
            told.append((n, d))
    sums = (sum(n for n, _ in told), sum(d for _, d in told))
    return None if not told or (silent and sums == (0, 0)) else sums


@law
@given(territories, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_of_files_changes_nothing(tables, random):
    rows, places, quarters = tables
    orders = [list(range(len(table))) for table in tables]
    for order in orders:
        random.shuffle(order)
    first = count(rows, places, quarters, NO_RENT).units
    again = count(*(table.iloc[o] for table, o in zip(tables, orders, strict=True)), NO_RENT).units
    for name in first:
        pd.testing.assert_frame_equal(again[name], first[name])


@law
@given(st.lists(st.tuples(st.integers(0, 500), st.integers(1, 100)), min_size=1, max_size=40), st.integers(1, 6))
def test_dwellings_under_the_ceiling_are_recounted_one_by_one(pairs, ceiling):
    """Rents that fall on the ceiling included."""
    table = pd.DataFrame(pairs, columns=["loyer_mensuel_hc", "surface_utile"], dtype=float).assign(
        id_logement=texts([f"l{i}" for i in range(len(pairs))]),
        id_adresse=texts([f"a{i % 3}" for i in range(len(pairs))]),
    )
    found, _ = low_rents(table, texts(["a0", "a1", "a2"]), LowRent(float(ceiling), "SU"), 2022)
    for name, rows in table.groupby("id_adresse"):
        under = sum(
            rent < ceiling * surface for rent, surface in rows[["loyer_mensuel_hc", "surface_utile"]].to_numpy()
        )
        mine = found[found["id_adresse"] == name].iloc[0]
        assert (mine["logements_bas_loyer"], mine["logements_loyer_connu"]) == (under, len(rows))


def test_a_small_unit_weighs_its_own_size_in_the_rate_of_the_whole():
    """The rate of two residences is 51/101 and not the mean of 50 % and 100 %."""
    rows = survey(
        [
            {"id_adresse": "a", "menages_ressources_connues": 100, "menages_inf40_plus": 50},
            {"id_adresse": "b", "menages_ressources_connues": 1, "menages_inf40_plus": 1},
        ]
    )
    places = pd.DataFrame({"id_adresse": ["a", "b"], "id_residence": ["R1", "R2"]}).assign(
        **dict.fromkeys(_PLACE[1:], "x")
    )
    whole = count(rows, places.astype("str"), rows[["id_adresse"]].assign(id="Q"), NO_RENT).units["territoire"]
    assert np.isclose(whole["n_inf40"].iloc[0] / whole["d_inf40"].iloc[0], 51 / 101)
