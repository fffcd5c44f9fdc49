"""What an attribution does to the figures of a unit: counted again household by household, over every masked count."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.methods import load
from atlas.methods.arrivals import AVERAGE, HIGHEST, LOWEST, Leavers, after, judged_after, within
from atlas.methods.household import Household, added, concerned
from atlas.methods.room import room_left
from atlas.parameters import read_parameters
from atlas.sources.households import count_households
from atlas.tables import FAMILIES, INDICATORS, MENAGES
from atlas.tables.households import FEWEST, KINDS

CODES = [one.code for one in INDICATORS.values() if concerned(one)]


@st.composite
def households(draw):
    kind = draw(st.sampled_from(["", *FAMILIES]))
    adults = 1 if kind == KINDS["personnes_seules"] else draw(st.integers(FEWEST.get(kind, (1, 0))[0], 4))
    many = draw(st.sampled_from([None, False, True])) if FEWEST.get(kind, (1, 1))[1] else None
    side = draw(st.sampled_from([(0.0, 40.0), (40.0, float("inf")), (0.0, 20.0), (40.0, 60.0), (0.0, 60.0)]))
    return Household(side, adults, draw(st.integers(0, adults)), kind, many)


def answered(one, share, campaign=2022):
    """Write the household as a row of the survey, with resources of some share of the ceiling."""
    row = {column.name: [np.nan if column.numeric else None] for column in MENAGES.columns}
    children = 3 if one.many else FEWEST.get(one.kind, (1, 0))[1]
    row |= {
        "campagne": [campaign], "bailleur": ["B"], "id_adresse": ["A"], "repondant": ["oui"],
        "ressources_pct_plus": [share], "nb_majeurs": [float(one.adults)], "majeurs_activite_connue": [one.adults],
        "majeurs_chomeurs": [float(one.unemployed)], "type_famille": [one.kind or None], "nb_enfants": [children],
        "nb_personnes": [float(one.adults + children)] if one.kind else [np.nan],
        "emmenagement": [campaign - 1.0], "recent_depuis": [campaign - 2.0], "fichier": ["f"], "ligne": [2],
    }  # fmt: skip
    frame = pd.DataFrame(row)
    texts = {column.name: "str" for column in MENAGES.columns if not column.numeric}
    return frame.astype(texts)


@settings(max_examples=60, deadline=None)
@given(households(), st.data())
def test_a_household_adds_what_the_reader_of_the_survey_counts(one, data):
    low, beyond = one.resources
    share = data.draw(st.floats(low, min(beyond, 150.0) - 0.01))
    counted = count_households(answered(one, share)).iloc[0]
    for code in CODES:
        indicator = INDICATORS[code]
        (least, most), below = added(one, indicator)
        numerator, denominator = counted[indicator.numerator], counted[indicator.denominator]
        assert denominator == below, code
        if not np.isnan(numerator):
            assert least <= numerator <= most, code


def table_of(counts, size):
    """Write a table of one unit with counts, by indicator."""
    row = {"menages": [float(size)]}
    for code, (n, d) in counts.items():
        one = INDICATORS[code]
        row |= {one.n: [n], one.d: [d], one.st: ["publié" if d else "sans objet"]}
        row |= {one.tx: [100 * n / d if d else np.nan]}
    return pd.DataFrame(row)


def masked_of(table, low, high):
    """Write the same as an edition that shows spans of rates."""
    hidden = table.drop(columns=[name for name in table if name[:2] in ("n_", "d_")])
    return hidden.assign(**{f"lo_{code}": low[code] for code in low}, **{f"hi_{code}": high[code] for code in high})


@st.composite
def units(draw):
    size = draw(st.integers(11, 60))
    counts = {}
    for code in ("inf40", "er_inf40", "chomage", "seuls"):
        d = size if code == "seuls" else draw(st.integers(11, size if code != "chomage" else 90))
        counts[code] = (draw(st.integers(0, d)), d)
    return size, counts


@settings(max_examples=80, deadline=None)
@given(units(), st.lists(households(), min_size=1, max_size=4))
def test_counts_are_added_one_by_one(unit, arrivals):
    size, counts = unit
    then = after(table_of(counts, size), arrivals).iloc[0]
    for code, (n, d) in counts.items():
        one = INDICATORS[code]
        whole = d + sum(added(each, one)[1] for each in arrivals)
        ends = [n + sum(added(each, one)[0][side] for each in arrivals) for side in (0, 1)]
        assert then[one.lo] == 100 * ends[0] / whole and then[one.hi] == 100 * ends[1] / whole
        assert np.isnan(then[one.n]) if ends[0] != ends[1] else (then[one.n], then[one.d]) == (ends[0], whole)
    assert then["menages"] == size + len(arrivals)


def leaving(n, d, size, number, one, adults):
    """List what may be left of a count once some left: of whoever they are, one by one."""
    left = {(n, d, size)}
    for _ in range(number):
        left = {
            (n2 - x, d2 - x - y, m - 1)
            for n2, d2, m in left
            for x in range(adults + 1)
            for y in range(adults + 1 - x)
            if x <= n2 and y <= d2 - n2 and (d2 - x - y <= m - 1 if within(one) else True)
        }
    return left


@settings(max_examples=80, deadline=None)
@given(units(), households(), st.integers(0, 3))
def test_extreme_leavers_are_the_worst_and_the_best_of_all(unit, arrival, number):
    size, counts = unit
    table = table_of(counts, size)
    sides = {who: after(table, [arrival], Leavers(number, who)).iloc[0] for who in (LOWEST, HIGHEST)}
    for code, (n, d) in counts.items():
        one = INDICATORS[code]
        (low, high), below = added(arrival, one)
        left = leaving(n, d, size, number, one, 2 if one.population == "majeurs" else 1)
        rates = [[100 * Fraction(int(n2 + more), int(d2 + below)) for n2, d2, _ in left] for more in (low, high)]
        assert sides[LOWEST][one.lo] == pytest.approx(float(min(rates[0])), abs=1e-9), code
        assert sides[HIGHEST][one.hi] == pytest.approx(float(max(rates[1])), abs=1e-9), code


@settings(max_examples=120, deadline=None)
@given(units(), st.lists(households(), max_size=3), st.integers(0, 3), st.sampled_from([AVERAGE, LOWEST, HIGHEST]),
       st.booleans(), st.data())  # fmt: skip
def test_what_a_masked_edition_allows_holds_what_the_counts_give(unit, arrivals, number, who, sized, data):
    size, counts = unit
    table = table_of(counts, size)
    low, high = {}, {}
    for code, (n, d) in counts.items():
        below, above = (data.draw(st.floats(0, 8)) for _ in range(2))
        low[code], high[code] = max(100 * n / d - below, 0), min(100 * n / d + above, 100)
    masked = masked_of(table, low, high)
    masked = masked if sized else masked.drop(columns="menages")
    exact = after(table, arrivals, Leavers(number, who)).iloc[0]
    wide = after(masked, arrivals, Leavers(number, who), fewest=11).iloc[0]
    for code in counts:
        one = INDICATORS[code]
        assert wide[one.lo] <= exact[one.lo] + 1e-12 and exact[one.hi] - 1e-12 <= wide[one.hi], code


@settings(max_examples=60, deadline=None)
@given(units(), households(), st.booleans())
def test_the_room_left_is_the_first_rank_that_reaches_the_threshold(unit, one, replacing):
    size, counts = unit
    table, thresholds = table_of(counts, size), {"inf40": [40, 62.5], "er_inf40": [50], "chomage": [20]}
    least, most = room_left(table, one, thresholds, replacing=replacing)
    for code, given_ in thresholds.items():
        indicator, (n, d) = INDICATORS[code], counts[code]
        goals = [goal for goal in given_ if 100 * Fraction(n, d) < Fraction(str(goal))]
        if not goals:
            assert np.isnan(least[code].iloc[0])
            continue
        for side, answer in ((1, least), (0, most)):
            more, below = added(one, indicator)[0][side], added(one, indicator)[1]
            found = np.inf
            for k in range(1, (size if replacing else 4000) + 1):
                stay = 1 - Fraction(k, size) if replacing else 1
                whole = d * stay + k * int(below)
                if whole and 100 * (n * stay + k * int(more)) >= Fraction(str(goals[0])) * whole:
                    found = k
                    break
            assert answer[code].iloc[0] == found, (code, side)


@settings(max_examples=60, deadline=None)
@given(units(), households(), st.booleans())
def test_a_rate_falls_under_its_threshold_with_the_household_of_that_rank(unit, one, replacing):
    size, counts = unit
    table, thresholds = table_of(counts, size), {"inf40": [40, 62.5], "er_inf40": [50], "chomage": [20]}
    least, most = room_left(table, one, thresholds, replacing=replacing, down=True)
    for code, given_ in thresholds.items():
        indicator, (n, d) = INDICATORS[code], counts[code]
        goals = [goal for goal in given_ if 100 * Fraction(n, d) >= Fraction(str(goal))]
        if not goals:
            assert np.isnan(least[code].iloc[0])
            continue
        for side, answer in ((0, least), (1, most)):
            more, below = added(one, indicator)[0][side], added(one, indicator)[1]
            found = np.inf
            for k in range(1, (size if replacing else 4000) + 1):
                stay = 1 - Fraction(k, size) if replacing else 1
                whole = d * stay + k * int(below)
                if whole and 100 * (n * stay + k * int(more)) < Fraction(str(goals[-1])) * whole:
                    found = k
                    break
            assert answer[code].iloc[0] == found, (code, side)


@settings(max_examples=60, deadline=None)
@given(units(), households(), st.booleans(), st.booleans(), st.data())
def test_the_room_left_of_a_masked_rate_holds_the_true_one(unit, one, replacing, down, data):
    size, counts = unit
    table, thresholds = table_of(counts, size), {"inf40": [40], "er_inf40": [50], "chomage": [20]}
    low, high = {}, {}
    for code, goals in thresholds.items():
        n, d = counts[code]
        rate, width = 100 * n / d, data.draw(st.floats(0, 5))
        over = rate >= goals[0]  # published rates never cross a threshold
        low[code] = max(rate - width, goals[0] if over else 0)
        high[code] = min(rate + width, 100 if over else np.nextafter(goals[0], -np.inf))
    true = room_left(table, one, thresholds, replacing=replacing, down=down)
    wide = room_left(masked_of(table, low, high), one, thresholds, replacing=replacing, down=down, fewest=11)
    for code in thresholds:
        assert np.isnan(true[0][code].iloc[0]) == np.isnan(wide[0][code].iloc[0])
        if not np.isnan(true[0][code].iloc[0]):
            assert wide[0][code].iloc[0] <= true[0][code].iloc[0] and true[1][code].iloc[0] <= wide[1][code].iloc[0]


def test_a_rate_that_may_lie_on_either_side_is_no_criterion_met():
    method = load()[0]
    rules = {rule.key: rule.value for rule in read_parameters().in_force(date(2024, 1, 1))}
    counts = dict.fromkeys(method.codes, (2, 30))
    table = masked_of(table_of(counts, 30), dict.fromkeys(counts, 5.0), dict.fromkeys(counts, 8.0))
    near = table.assign(tx_inf40=33.0, lo_inf40=33.0, hi_inf40=39.999)
    met = [
        judged_after(method, after(one, [Household.under(40, adults=4)], fewest=11), rules).iloc[0]
        for one in (table, near)
    ]
    assert [one[method.level] for one in met] == ["sans fragilité repérée", "non déterminé"]


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        ({"adults": 0}, "au moins un adulte"),
        ({"unemployed": 2}, "2 chômeurs pour 1 adulte"),
        ({"unemployed": -1}, "négatif"),
        ({"kind": "couple sans enfant"}, "2 adultes au moins"),
        ({"kind": "personne seule", "adults": 2}, "un seul adulte"),
        ({"kind": "personne seule", "many": True}, "sans enfant"),
        ({"kind": "tribu"}, "n'est pas une composition"),
        ({"resources": (40.0, 20.0)}, "part du plafond"),
    ],
)
def test_what_no_household_is_is_refused_in_a_sentence(given_, said):
    with pytest.raises(ValueError, match=said):
        Household(**given_)
