"""The figures of an edition: statuses, labels, rounding, ends; what is masked says nothing, what is missing says so."""

from __future__ import annotations

import copy
import itertools
import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from atlas.count import count
from atlas.edition import Source
from atlas.errors import AtlasError
from atlas.protect import AUDIENCES, Opening, Scale, SecrecyRules, opened
from atlas.protect.audiences import audiences_of, pooled, pools_of
from atlas.protect.figures import _rounded
from atlas.publish.manifest import Fingerprint, _inputs
from atlas.stock import low_rents
from atlas.tables import (
    CRITERIA,
    INDICATORS,
    NOT_APPLICABLE,
    PUBLISHED,
    SECRET,
    STATUSES,
    UNKNOWN,
    columns_of,
)
from tests.stage_factory import SCALE, SECRECY, context, counts, protected, survey, texts

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
        rounded = _rounded(exact, 0, thresholds)
        for threshold in (t for t in thresholds if t == round(t)):
            assert ((rounded >= threshold) == (exact >= threshold)).all(), thresholds


def test_labels_are_written_the_french_way_and_agree_with_the_figure():
    rows = [{**BIG, "id": f"r{n:03d}", "n_inf40": n, "d_inf40": 173} for n in range(174)]
    found = shown(rows, "interne")
    assert found["lb_inf40"].str.fullmatch(r"\d+,\d %").all()
    assert found["lb_inf40"].str.removesuffix(" %").str.replace(",", ".").astype(float).equals(found["tx_inf40"])


# Shape of an edition


def test_the_columns_are_those_declared_and_no_other():
    for audience, with_counts in (("interne", True), ("partenaire", False)):
        edition = protected(counts([{**BIG, "n_inf40": 20.0, "d_inf40": 100.0}]), audience)
        declared = {column.name for column in columns_of("residences", counts=with_counts)}
        judged_later = {"niveau", "nb_criteres", *(INDICATORS[code].marge for code in CRITERIA)}
        assert set(edition.units["residences"].columns) == declared - judged_later | {"geometry"}
        assert edition.counts == with_counts
        assert edition.series["numerateur"].notna().any() == with_counts


def test_low_rent_dwellings_are_counted_where_the_rate_is_shown():
    rows = [
        {**BIG, "n_bas_loyer": 30.0, "d_bas_loyer": 60.0},
        {"nb_logements": 5.0, "n_bas_loyer": 2.0, "d_bas_loyer": 5.0},
    ]
    assert shown(rows)["nb_bas_loyer"].tolist() == pytest.approx([30, np.nan], nan_ok=True)
    assert shown(rows, "interne")["nb_bas_loyer"].tolist() == [30, 2]


def test_the_series_holds_every_campaign_and_the_layer_the_latest_only():
    given = ((2020, "r0", 30.0), (2022, "r0", 40.0), (2020, "gone", 10.0))
    rows = [{**BIG, "campagne": year, "id": name, "n_inf40": n, "d_inf40": 100.0} for year, name, n in given]
    edition = protected(counts(rows))
    assert edition.units["residences"]["id"].tolist() == ["r0"]
    assert edition.outlines["id"].tolist() == ["r0"]
    series = edition.series[edition.series["indicateur"] == "inf40"].set_index(["id", "campagne"])["valeur"]
    assert series.to_dict() == {("r0", 2020): 30, ("r0", 2022): 40, ("gone", 2020): 10}


def test_a_landlord_reads_its_own_stock_exactly_and_the_others_masked():
    audience = replace(AUDIENCES["partenaire"], name="bailleur-a", landlord="A")
    table = counts([{"nb_logements": 5.0, "menages": 4.0, "n_inf40": 2.0, "d_inf40": 4.0}] * 2)
    table = table.assign(id=texts(["r0", "r1"]))
    edition = protected(table, audience, holders=["A", "B"])
    found = edition.units["residences"].set_index("id")
    assert found["st_inf40"].to_dict() == {"r0": PUBLISHED, "r1": SECRET}
    assert found.loc["r0", ["lb_inf40", "n_inf40", "d_inf40", "menages"]].tolist() == ["50,0 %", 2, 4, 4]
    assert found.loc["r1", ["tx_inf40", "n_inf40", "d_inf40", "menages"]].isna().all()
    series = edition.series[edition.series["indicateur"] == "inf40"].set_index("id")
    assert series["denominateur"].isna().to_dict() == {"r0": False, "r1": True}
    assert edition.counts and not protected(table).counts


def test_a_landlord_reads_the_years_in_which_it_held_its_stock_and_no_other():
    """Sold between two surveys: the buyer does not receive the year before, the seller keeps its own."""
    row = {"nb_logements": 9.0, "menages": 8.0, "n_inf40": 2.0, "d_inf40": 8.0}
    table = counts([{**row, "id": "sold", "campagne": year} for year in (2020, 2022)])
    for landlord, open_year in (("Seller", 2020), ("Buyer", 2022)):
        audience = replace(AUDIENCES["partenaire"], name="bailleur-x", landlord=landlord)
        series = protected(table, audience, holders=["Seller", "Buyer"]).series.query("indicateur == 'inf40'")
        shown = series.set_index("campagne")
        assert shown.index[shown["statut"] == PUBLISHED].tolist() == [open_year]
        assert shown.index[shown["denominateur"].notna()].tolist() == [open_year]


def test_an_edition_is_made_here_only_and_takes_no_other_change():
    edition = protected(counts([BIG]))
    with pytest.raises(AtlasError, match="EDITION-SCELLEE"):
        type(edition)(**{**vars(edition), "seal": None})
    table = edition.units["residences"]
    past = edition.history
    edition.judged({"residences": table.assign(niveau="fragile")}, past)
    for wrong in (
        {"residences": table.assign(menages=1.0)},
        {"residences": table.iloc[:0]},
        {"residences": table.drop(columns="menages")},
        {},
        {"residences": table, "adresses": table},
    ):
        with pytest.raises(AtlasError, match="EDITION-MODIFIEE"):
            edition.judged(wrong, past)
    with pytest.raises(AtlasError, match="EDITION-MODIFIEE"):
        edition.judged({"residences": table}, {"residences": past["residences"].assign(menages=1.0)})
    with pytest.raises(TypeError):
        edition.units["residences"] = table


def test_the_public_edition_names_no_input_file():
    """Names of files may name landlords: the anonymous edition keeps the descriptions, the others the names."""
    told = replace(context(), sources=(Source("ops", "Enquête", ("habitat_du_val_2022.csv",)),))
    for audience, files in (("partenaire", ("habitat_du_val_2022.csv",)), ("public", ())):
        edition = protected(counts([BIG]), audience, context=told)
        assert [(source.description, source.files) for source in edition.context.sources] == [("Enquête", files)]
        source = Fingerprint("ops", "habitat_du_val_2022.csv", 12, "0" * 64)
        written = _inputs(edition, [source, source])
        assert written == [{"source": "ops", **({"fichier": files[0]} if files else {})}]


# R1 and R2 through the whole reasoning


NO_RENT = low_rents(None, texts([]), None, 2022)[0]


def small_town(rows: list[dict[str, float]]):
    """One residence per address, one landlord, one IRIS; every rate over what the row says."""
    table = survey([{"id_adresse": f"a{i:02d}", "menages_inf40_plus": 4.0, **row} for i, row in enumerate(rows)])
    places = pd.DataFrame({"id_adresse": table["id_adresse"], "id_residence": "r" + table["id_adresse"]}).assign(
        bailleur="B", code_insee="93010", code_iris="930100101", code_qpv=None, situation="hors QPV"
    )
    quarters = pd.DataFrame({"id_adresse": texts([]), "id": texts([])})
    return count(table, places.astype("str"), quarters, NO_RENT)


def full(dwellings: float, households: float, known: float) -> dict[str, float]:
    return {"nb_logements": dwellings, "menages": households, "menages_ressources_connues": known}


def open_cells(rows, rules: SecrecyRules = SECRECY) -> tuple[list[bool], list[bool]]:
    found = opened(small_town(rows), rules, SCALE).openings["residences"]
    return found.rows.tolist(), found.rates["inf40"].tolist()


def test_eleven_is_shown_and_ten_is_not():
    large = [full(60, 50, 40)] * 4
    assert open_cells([*large, full(11, 11, 11)]) == ([True] * 5, [True] * 5)
    for small in (full(10, 10, 10), full(40, 10, 10), full(10, 11, 11)):
        rows, rates = open_cells([*large, small])
        assert not rows[-1] and not rates[-1]


def test_a_rate_over_fewer_than_eleven_answers_is_masked_alone():
    rows, rates = open_cells([full(60, 50, 40)] * 4 + [full(60, 50, 10)])
    assert rows == [True] * 5
    assert not rates[-1]


def test_the_thresholds_are_the_rules_and_not_the_code_s():
    rows = [full(60, 50, 40)] * 4 + [full(20, 19, 19)]
    assert open_cells(rows)[0][-1]
    assert not open_cells(rows, replace(SECRECY, dwellings=21))[0][-1]
    assert not open_cells(rows, replace(SECRECY, households=20))[0][-1]
    assert not open_cells(rows, replace(SECRECY, denominator=20))[1][-1]


def test_households_that_no_row_tells_are_not_taken_for_many():
    large = [full(60, 50, 40)] * 4
    untold = {"nb_logements": 60.0, "majeurs_activite_connue": 30.0, "majeurs_chomeurs": 3.0}
    rows, _ = open_cells([*large, untold])
    assert not rows[-1]


def test_an_edition_that_two_landlords_answer_to_is_refused():
    with pytest.raises(AtlasError, match="Habitat Nord, Habitat-Nord Œ") as refused:
        audiences_of(["bailleur-habitat-nord"], ["Habitat Nord", "Habitat-Nord Œ", "Logis"])
    assert [fault.code for fault in refused.value.faults] == ["EDITION-BAILLEUR"]
    assert audiences_of(["bailleur-logis"], ["Habitat Nord", "Habitat-Nord Œ", "Logis"])[0].landlord == "Logis"


def test_no_edition_is_that_of_a_landlord_without_a_letter_to_name_it():
    with pytest.raises(AtlasError, match="EDITION-BAILLEUR"):
        audiences_of(["bailleur-"], ["Жильё"])


def test_a_group_names_its_landlords_as_files_do():
    pools = pools_of({"G": ["SA Habitat"]}, ["S.A. Habitat", "Logis"])
    assert pooled(texts(["S.A. Habitat", "Logis"]), pools).tolist() == ["G", "Logis"]


def test_no_copy_of_an_edition_carries_its_seal():
    """What replaces a table, copies or pickles an edition makes none; a part is rows of it and nothing else."""
    rows = [{**BIG, "id": name, "n_inf40": 20.0, "d_inf40": 100.0} for name in ("a", "b", "c")]
    edition = protected(counts(rows))
    raw = {"residences": edition.units["residences"].assign(menages=1.0)}
    attempts = [
        lambda: replace(edition, units=raw),
        lambda: replace(edition),
        lambda: copy.copy(edition),
        lambda: copy.deepcopy(edition),
        lambda: pickle.dumps(edition),
        lambda: type(edition)(**vars(edition)),
        lambda: type(edition)(**vars(edition), seal=getattr(edition, "seal", None)),
    ]
    for attempt in attempts:
        with pytest.raises(AtlasError, match="EDITION-SCELLEE"):
            attempt()
    part = edition.part({"residences": edition.units["residences"]["id"] == "b"})
    assert part.units["residences"]["id"].tolist() == part.history["residences"]["id"].tolist() == ["b"]
    whole = edition.units["residences"].query("id == 'b'").reset_index(drop=True)
    assert part.units["residences"].equals(whole)
    assert not edition.part({}).units
