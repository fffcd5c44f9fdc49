"""What residences may offer: within what any joint count allows, monotone, and true of the dwellings of the demo."""

from __future__ import annotations

import gzip
from collections import defaultdict
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas.audit import Shown
from atlas.housing import NO_MORE, ONE_MORE, Asked, housed
from atlas.methods.arrivals import after
from atlas.methods.household_words import read_households
from atlas.offer import Home, Rules, Wanted, expected

RULES = Rules(5.0, [30, 46, 60, 73, 88], 30)


@given(
    st.lists(st.tuples(st.integers(1, 5), st.booleans(), st.booleans()), min_size=1, max_size=40),
    st.integers(0, 40),
    st.integers(1, 5),
)
def test_the_truth_is_between_the_ends_whatever_the_dwellings(dwellings, moved, rooms):
    """Dwellings are (rooms, low rent, accessible): what a count of each feature cannot tell, its ends hold."""
    number = len(dwellings)
    turnover = 100 * min(moved, number) / number
    sizes: dict[str, int] = defaultdict(int)
    for one, _, _ in dwellings:
        sizes[f"T{one}" if one < 5 else "T5 et plus"] += 1
    low = 100 * sum(cheap for _, cheap, _ in dwellings) / number
    home = Home(
        "r",
        "R",
        "B",
        "C",
        "QPV",
        number,
        (turnover, turnover),
        (low, low),
        dict(sizes),
        (sum(a for *_, a in dwellings), number),
    )
    for accessible in (False, True):
        found = expected(home, Wanted(rooms, None, accessible), RULES)
        suits = sum(one == rooms and cheap and (fit or not accessible) for one, cheap, fit in dwellings)
        truth = Fraction(suits, number) * min(moved, number)
        assert found.least - 0.06 <= truth <= found.most + 0.06
        assert found.least <= found.expected <= found.most or abs(found.expected - found.most) < 0.06


def test_a_masked_rate_widens_both_ends_and_a_hidden_one_says_nothing():
    exact = Home("r", "R", "B", "C", "QPV", 50, (10.0, 10.0), (60.0, 60.0))
    wide = Home("r", "R", "B", "C", "QPV", 50, (9.5, 10.5), (59.5, 60.5))
    one, two = (expected(home, Wanted(), RULES) for home in (exact, wide))
    assert two.least <= one.least <= one.most <= two.most
    assert expected(Home("r", "R", "B", "C", "QPV", 50, None, (60.0, 60.0)), Wanted(), RULES) is None


@pytest.mark.parametrize(
    ("rent", "holds"), [(None, "tient"), (300, "tient"), (280, "tient en moyenne"), (200, "au-dessus")]
)
def test_a_rent_holds_by_the_ceiling_then_by_the_mean(rent, holds):
    home = Home("r", "R", "B", "C", "QPV", 50, (10.0, 10.0), (50.0, 50.0), {"T3": 50}, rents={"T3": (50, 25, 4.5)})
    found = expected(home, Wanted(3, rent), RULES)
    assert found.holds == holds and (found.most > 0) == (holds != "au-dessus") and found.rent == 270
    assert (
        expected(
            Home("r", "R", "B", "C", "QPV", 50, (10.0, 10.0), (50.0, 50.0), {"T3": 50}), Wanted(3, 200), RULES
        ).holds
        == "à vérifier"
    )


def test_low_rents_of_a_size_are_counted_in_the_files_of_the_demo(demo_build, demo_territory):
    """Expected three-room homes, from the dwellings file itself."""
    with gzip.open(demo_territory.parent / "logements_2022.csv.gz", "rt", encoding="utf-8") as lines:
        homes = pd.read_csv(lines, sep=None, engine="python", dtype=str)
    tables = demo_build / "interne" / "tableaux"
    addresses = pd.read_csv(tables / "adresses.csv", sep=";", encoding="utf-8-sig", dtype=str).set_index("id")[
        "id_residence"
    ]
    rows = pd.read_csv(tables / "residences.csv", sep=";", encoding="utf-8-sig", dtype=str).set_index("id")
    numbers = {
        name: pd.to_numeric(homes[name].str.replace(",", "."), errors="coerce")
        for name in ("nb_pieces", "loyer_mensuel_hc", "surface_utile")
    }
    rate = numbers["loyer_mensuel_hc"] / numbers["surface_utile"]
    homes = homes.assign(
        residence=homes["id_adresse"].map(addresses), rooms=numbers["nb_pieces"], known=rate.notna(), low=rate < 5.10
    )
    checked = 0
    for one in housed(demo_build, Asked(rooms=3)).listed:
        own = homes[homes["residence"] == one.home.id]
        three = own[own["rooms"] == 3]
        if own["rooms"].isna().any() or not three["known"].any() or own["residence"].isna().any():
            continue
        row = rows.loc[one.home.id]
        turnover = int(row["n_rotation"]) / int(row["d_rotation"])
        wanted = int(row["nb_logements"]) * turnover * len(three) / len(own) * three["low"].sum() / three["known"].sum()
        assert one.found.expected == pytest.approx(wanted, abs=0.051), one.home.id
        checked += 1
    assert checked > 50


def test_a_listed_residence_meets_no_further_criterion_once_the_household_is_there(demo_build):
    """The whole arithmetic of a simulation, then the method judges again: criteria met are the same."""
    words = "sous 40, 2 adultes, 1 chômeur"
    shown = Shown.at(demo_build / "interne")
    residences = shown.residences.reset_index(drop=True)
    read = shown.back.units("residences", residences)
    method, rules = shown.back.methods[0], shown.back.rules
    before = method.judged(read, rules, None, small=False)[method.met]
    then = after(read, [read_households(words)[1]])
    now = method.judged(then, rules, None, small=False)[method.met]
    more = dict(zip(residences["id"], now.fillna(0) > before.fillna(0), strict=True))
    listed = housed(demo_build, Asked(household=words)).listed
    assert len(listed) > 50 and not any(more[one.home.id] for one in listed if one.verdict == NO_MORE)
    assert {one.verdict for one in listed} <= {NO_MORE, "un critère de plus, peut-être"} and ONE_MORE not in {
        one.verdict for one in listed
    }


def test_the_first_quartile_goes_outside_priority_quarters_first(demo_build):
    places = [one.home.situation == "QPV" for one in housed(demo_build, Asked(first=True)).listed]
    assert places == sorted(places) and len(set(places)) == 2


def test_residences_pointed_out_are_those_of_the_counts(demo_build):
    rows = pd.read_csv(
        demo_build / "interne" / "tableaux" / "residences.csv",
        sep=";",
        encoding="utf-8-sig",
        dtype=str,
        keep_default_na=False,
    )
    stock = pd.read_csv(demo_build / "interne" / "tableaux" / "parc.csv", sep=";", encoding="utf-8-sig", dtype=str)
    fit = stock[
        (stock["unite"] == "residences")
        & (stock["caracteristique"] == "accessibilite")
        & (stock["modalite"] == "accessible")
    ]
    fit = fit.set_index("id")["nb_logements"].astype(int)
    outside = (rows["situation"].isin(["QVA", "hors QPV"])) & (pd.to_numeric(rows["nb_bas_loyer"]) > 0)
    assert (rows["bas_loyer_hors_qpv"] == "oui").tolist() == outside.tolist()
    for row in rows[(rows["adaptes_bas"] != "") & (rows["nb_bas_loyer"] != "")].itertuples():
        low, number, access = int(row.nb_bas_loyer), int(row.nb_logements), int(fit.get(row.id, 0))
        assert int(row.adaptes_bas) == max(0, low + access - number) and int(row.adaptes_haut) >= min(low, access)
