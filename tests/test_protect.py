"""The figures of an edition: statuses, labels, rounding, ends; what is masked says nothing, what is missing says so."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from atlas.protect import Opening, Scale
from atlas.protect.figures import rounded
from atlas.tables import (
    INDICATORS,
    NOT_APPLICABLE,
    PUBLISHED,
    SECRET,
    STATUSES,
    UNKNOWN,
)
from tests.stage_factory import SCALE, counts, protected

BIG = {"nb_logements": 200.0, "menages": 180.0, "nb_adresses": 4.0}


def shown(rows: list[dict[str, float]], audience="partenaire", **changes) -> pd.DataFrame:
    return protected(counts(rows), audience, **changes).units["residences"].set_index("id")


def rate(n: float, d: float, audience="partenaire", code: str = "inf40", **changes) -> tuple[float, str, str]:
    indicator = INDICATORS[code]
    row = shown([{**BIG, indicator.n: n, indicator.d: d}], audience, **changes).iloc[0]
    return row[indicator.tx], row[indicator.lb], row[indicator.st]


# Status


@pytest.mark.parametrize(
    ("dwellings", "households", "denominator", "other"),
    list(itertools.product([10, 11], [np.nan, 10, 11], [np.nan, 0, 10, 11], [np.nan, 50])),
)
def test_the_status_of_every_combination_in_a_masked_edition(dwellings, households, denominator, other):
    """``other``: the denominator of another item, which tells whether the unit answered anything at all."""
    indicator, second = INDICATORS["inf40"], INDICATORS["seuls"]
    row = {"nb_logements": dwellings, "menages": households, indicator.n: 0, indicator.d: denominator}
    row |= {indicator.n: np.nan} if np.isnan(denominator) else {}
    row |= {second.n: 3, second.d: other} if other == 50 else {}
    table = shown([row])
    small = dwellings < 11 or not households >= 11
    if np.isnan(denominator) and (np.isnan(other) or not small):
        expected = UNKNOWN
    elif denominator == 0 and not small:
        expected = NOT_APPLICABLE
    elif small or not denominator >= 11:
        expected = SECRET
    else:
        expected = PUBLISHED
    found = table.iloc[0]
    assert found[indicator.st] == expected
    assert found[indicator.lb] == ("≤ 20 %" if expected == PUBLISHED else expected)
    assert pd.isna(found[indicator.tx]) == (expected != PUBLISHED)
    assert pd.isna(found["menages"]) == small
    assert found["nb_logements"] == dwellings


@pytest.mark.parametrize(
    ("denominator", "expected"), [(np.nan, UNKNOWN), (0, NOT_APPLICABLE), (1, PUBLISHED), (10, PUBLISHED)]
)
def test_the_status_of_every_case_in_the_internal_edition(denominator, expected):
    numerator = np.nan if np.isnan(denominator) else 0
    table = shown([{"nb_logements": 3.0, "menages": 2.0, "n_inf40": numerator, "d_inf40": denominator}], "interne")
    found = table.iloc[0]
    assert found["st_inf40"] == expected
    assert found["lb_inf40"] == ("0,0 %" if expected == PUBLISHED else expected)
    assert (found["n_inf40"], found["d_inf40"]) == pytest.approx((numerator, denominator), nan_ok=True)


def test_every_indicator_has_one_of_the_four_statuses_and_a_label():
    told = {name: value for i in INDICATORS.values() for name, value in ((i.n, 20.0), (i.d, 60.0))}
    table = shown([{**BIG, **told}, BIG, {"nb_logements": 5.0}])
    for indicator in INDICATORS.values():
        assert table[indicator.st].isin(STATUSES).all()
        assert table[indicator.lb].notna().all()


def test_a_mask_looks_the_same_whatever_it_hides_and_why():
    """R4: small itself, masked to protect another, or a small denominator, nothing tells them apart."""
    row = {**BIG, **{name: 20.0 for i in INDICATORS.values() for name in (i.n, i.d)}}
    table = counts([row, {**row, "nb_logements": 5.0}, {**row, "menages": 3.0, "n_inf40": 0.0}])
    rows = np.array([False, False, False])
    closed = Opening(rows, dict.fromkeys(INDICATORS, rows))
    found = protected(table, openings={"residences": closed}).units["residences"]
    masked = [name for i in INDICATORS.values() for name in (i.tx, i.lb, i.st)] + ["menages", "nb_bas_loyer"]
    for name in masked:
        assert found[name].nunique(dropna=False) == 1, name


# Labels and rounding


@pytest.mark.parametrize(
    ("n", "d", "label", "figure"),
    [
        (42, 100, "42 %", 42),
        (17, 41, "41 %", 41),
        (25, 40, "63 %", 63),
        (0, 40, "≤ 5 %", 5),
        (2, 40, "≤ 5 %", 5),
        (0, 39, "≤ 10 %", 5),  # ≤ 5 % of 39 could only mean nobody, or one
        (0, 20, "≤ 10 %", 5),
        (0, 19, "≤ 15 %", 5),
        (2, 11, "≤ 20 %", 5),
        (3, 11, "27 %", 27),
        (3, 19, "16 %", 16),
        (18, 19, "≥ 85 %", 95),
        (51, 1000, "5 %", 5),
        (949, 1000, "95 %", 95),
        (18, 20, "≥ 90 %", 95),
        (40, 40, "≥ 95 %", 95),
    ],
)
def test_a_masked_edition_writes_whole_percentages_and_bounds_at_the_ends(n, d, label, figure):
    assert rate(n, d) == (figure, label, PUBLISHED)


@pytest.mark.parametrize(
    ("n", "d", "label"), [(42, 100, "42,0 %"), (17, 41, "41,5 %"), (0, 20, "0,0 %"), (20, 20, "100,0 %")]
)
def test_the_internal_edition_writes_one_decimal_and_no_bound(n, d, label):
    assert rate(n, d, "interne")[1] == label


@pytest.mark.parametrize("indicator", [i for i in INDICATORS.values() if i.sensitive], ids=lambda i: i.code)
@pytest.mark.parametrize("audience", ["partenaire", "public"])
def test_every_end_leaves_three_counts_possible_to_who_knows_the_denominator(indicator, audience):
    """The ends of the scale as read: nobody, everybody, one household each. No label stands for fewer than 3 counts."""
    classes = {indicator.code: [(0.0, "bas"), (10.0, "peu"), (30.0, "moyen"), (85.0, "haut")]}
    size = 1 if indicator.unit == "%" else 3
    pairs = [(n, d) for d in (*range(11, 45), 60, 99, 100, 400) for n in range(0 if size == 1 else d, size * d + 1)]
    rows = [
        {**BIG, "id": f"r{rank:05d}", indicator.n: float(n), indicator.d: float(d)} for rank, (n, d) in enumerate(pairs)
    ]
    found = shown(rows, audience, scale=Scale(SCALE.thresholds, classes)).sort_values("nom")  # public renames ids
    found = found.assign(d=[d for _, d in pairs], n=[n for n, _ in pairs])
    for _, same in found.groupby("d"):
        lowest, highest = (same.loc[same["n"] == same["n"].agg(end), indicator.lb].item() for end in ("min", "max"))
        for label in [lowest, highest] if size == 1 else [lowest]:
            assert label == SECRET or (same[indicator.lb] == label).sum() >= 3


def test_a_bound_that_would_hold_a_threshold_is_secret_whatever_the_rate():
    scale = Scale({"inf40": [15.0]}, {})
    for d, status in ((11, SECRET), (40, PUBLISHED)):
        rows = [{**BIG, "id": f"r{n:02d}", "n_inf40": float(n), "d_inf40": float(d)} for n in range(d + 1)]
        assert set(shown(rows, scale=scale)["st_inf40"]) == {status}


def test_one_value_has_one_class_in_every_edition():
    """29,6 % is written 29 %, of the class that ends at 30, and 30 % of 30 is not at most 10 % where 10 starts one."""
    bounds = (0.0, 10.0, 15.0, 30.0, 40.0, 85.0)
    scale = Scale(SCALE.thresholds, {"inf40": [(bound, f"dès {bound:g}") for bound in bounds]})
    pairs = [(n, d) for d in (11, 20, 21, 30, 89, 200, 1000) for n in range(d + 1)]
    rows = [
        {**BIG, "id": f"r{rank:04d}", "n_inf40": float(n), "d_inf40": float(d)} for rank, (n, d) in enumerate(pairs)
    ]
    inside, partner, public = (
        shown(rows, name, scale=scale).sort_values("nom").reset_index() for name in ("interne", "partenaire", "public")
    )
    told = public["st_inf40"] == PUBLISHED
    for edition in (partner, inside):
        position = np.searchsorted(bounds, edition["tx_inf40"], side="right") - 1
        assert (np.array(bounds)[position] == public["tx_inf40"])[told].all()


def test_what_describes_the_stock_and_not_its_tenants_has_no_bounds():
    assert rate(0, 100, code="bas_loyer") == (0, "0 %", PUBLISHED)
    assert rate(250, 100, code="occupants")[1] == "2,5"
    assert rate(100, 100, code="occupants")[1] == rate(110, 100, code="occupants")[1] == "≤ 1,1"
    assert rate(253, 100, "interne", code="occupants")[1] == "2,53"


@pytest.mark.parametrize("audience", ["interne", "partenaire"])
@pytest.mark.parametrize("threshold", [7.0, 14.0, 20.0, 28.0, 29.0, 33.3, 40.0, 55.0, 57.0, 58.0])
def test_a_published_rate_says_the_same_of_the_threshold_as_the_counts(audience, threshold):
    """Every count over denominators that fall on the threshold: 29 of 100 is 29 %, and not 28.999999999999996."""
    ends = {11: 20, 30: 10, 100: 5, 1000: 5}
    pairs = [(n, d) for d, end in ends.items() for n in range(d + 1) if end < 100 * n / d < 100 - end]
    table = counts([{**BIG, "id": f"r{i:05d}", "n_inf40": n, "d_inf40": d} for i, (n, d) in enumerate(pairs)])
    scale = Scale({"inf40": [threshold]}, {})
    found = protected(table, audience, scale=scale).units["residences"]
    closed = np.array([audience == "partenaire" and not ends[d] <= threshold <= 100 - ends[d] for _, d in pairs])
    assert ((found["st_inf40"] == SECRET) == closed).all()
    met = np.array([1000 * n >= round(10 * threshold) * d for n, d in pairs])
    assert ((found["tx_inf40"] >= threshold) == met)[~closed].all()
    exact = np.array([100 * n / d for n, d in pairs])
    found, exact = found[~closed], exact[~closed]
    assert np.abs(found["tx_inf40"] - exact).max() <= (1.0 if audience == "partenaire" else 0.1) + 1e-9


def test_rounding_away_from_a_threshold_never_crosses_another():
    exact = pd.Series(np.arange(0, 1001) / 10)
    for thresholds in itertools.combinations([20.0, 20.5, 21.0, 40.0], 2):
        near = rounded(exact, 0, thresholds)
        for threshold in (t for t in thresholds if t == round(t)):
            assert ((near >= threshold) == (exact >= threshold)).all(), thresholds


def test_labels_are_written_the_french_way_and_agree_with_the_figure():
    rows = [{**BIG, "id": f"r{n:03d}", "n_inf40": n, "d_inf40": 173} for n in range(174)]
    found = shown(rows, "interne")
    assert found["lb_inf40"].str.fullmatch(r"\d+,\d %").all()
    assert found["lb_inf40"].str.removesuffix(" %").str.replace(",", ".").astype(float).equals(found["tx_inf40"])
