"""What every method owes, whichever it is: found by listing the folder, on random published tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.methods import Method, contributions_of, every
from atlas.methods.alerte import ALERTS
from atlas.methods.bounds import READING, Between, ends_of
from atlas.methods.seuils import NONE_MET
from atlas.parameters import read_parameters
from atlas.tables import INDICATORS, PUBLISHED, STATUSES, UNDETERMINED, UNKNOWN
from tests.edition_factory import DAY

HOLDERS = ("Habitat du Val", "Orle Habitat", "Toits du Rail")  # the last has set no alert
RULES: dict[str, Any] = {rule.key: rule.value for rule in read_parameters().in_force(DAY)} | {
    ALERTS: {HOLDERS[0]: {"inf40": 45.0, "rotation": 10.0}, HOLDERS[1]: {"chomage": 20.0}}
}
METHODS = pytest.mark.parametrize("method", every(), ids=lambda method: method.code)
ALONE, BETWEEN, SCORED, COMPARING = (
    pytest.mark.parametrize("method", [one for one in every() if kept(one)], ids=lambda method: method.code)
    for kept in (
        lambda method: not method.together,
        lambda method: isinstance(method.judge, Between),
        lambda method: getattr(method.judge, "score", ""),
        lambda method: method.relative(RULES),
    )
)
RATES = st.one_of(st.integers(0, 100), st.sampled_from([24.9, 25, 39.9, 40, 49.9, 50, 19.9, 20, 64.9, 65, 65.1, 90]))
PEOPLE = st.sampled_from([1.0, 1.5, 1.9, 2.0, 2.1, 2.3, 2.5, 4.0])
SILENT = {UNDETERMINED, UNKNOWN}
FEW = settings(max_examples=25, deadline=None)


def rates(code: str) -> st.SearchStrategy[float]:
    return RATES if INDICATORS[code].unit == "%" else PEOPLE


def rows(method: Method, told: tuple[str, ...] = (PUBLISHED, PUBLISHED, *STATUSES)) -> st.SearchStrategy[list[dict]]:
    """What is published of a few units: rates and statuses of what a method reads, their size, their landlord."""
    figures = {code: st.tuples(rates(code), st.sampled_from(told)) for code in method.needs}
    sizes = {"nb_logements": st.integers(1, 300), "bailleur": st.sampled_from(HOLDERS)}
    return st.lists(st.fixed_dictionaries(figures | sizes), min_size=1, max_size=10)


def table_of(drawn: list[dict[str, Any]], method: Method) -> pd.DataFrame:
    """Hidden figures have no number."""
    columns: dict[str, Any] = {name: [row[name] for row in drawn] for name in ("nb_logements", "bailleur")}
    columns["menages"] = [float(row["nb_logements"]) for row in drawn]
    for code in method.needs:
        columns[f"tx_{code}"] = [float(row[code][0]) if row[code][1] == PUBLISHED else np.nan for row in drawn]
        columns[f"st_{code}"] = [row[code][1] for row in drawn]
    return pd.DataFrame(columns, index=pd.Index(range(100, 100 + len(drawn))))


def territory(method: Method, index: pd.Index, *, hidden: bool = False) -> pd.DataFrame:
    """The territory that all of them are in, one row per unit; a hidden rate may be anything."""
    columns: dict[str, Any] = {}
    for code in method.needs:
        columns[f"tx_{code}"] = np.nan if hidden else 20.0 if INDICATORS[code].unit == "%" else 2.0
        columns[f"st_{code}"] = "secret" if hidden else PUBLISHED
    return pd.DataFrame(columns, index)


def judged(method: Method, table: pd.DataFrame, rules: Mapping[str, Any] = RULES, **held: Any) -> pd.DataFrame:
    """Judge as an edition does, without the names that it gives to columns."""
    found = method.judged(table, rules, territory(method, table.index, **held), small=False)
    return found.rename(columns={method.name(one): one for one in _columns(method)})


def _columns(method: Method) -> tuple[str, ...]:
    prefix = "" if method.bare else f"{method.code}_"
    return tuple(one.column.name.removeprefix(prefix) for one in method.outcomes)


def rank_of(method: Method) -> dict[str, int]:
    return {word: place for place, word in enumerate(method.levels.titles)}


@METHODS
@FEW
@given(data=st.data())
def test_rows_stay_in_place_and_their_order_does_not_matter(method, data):
    table = table_of(data.draw(rows(method)), method)
    found = judged(method, table)
    assert found.index.equals(table.index)
    order = data.draw(st.permutations(range(len(table))))
    again = judged(method, table.iloc[order])
    pd.testing.assert_frame_equal(again, found.iloc[order], check_dtype=False)


@ALONE
@FEW
@given(data=st.data())
def test_one_more_unit_changes_nobody_else(method, data):
    table = table_of(data.draw(rows(method)), method)
    pd.testing.assert_frame_equal(judged(method, table.iloc[:1]), judged(method, table).iloc[:1], check_dtype=False)


@METHODS
@FEW
@given(data=st.data())
def test_columns_and_their_values_are_the_declared_ones(method, data):
    table = table_of(data.draw(rows(method)), method)
    found = method.judged(table, RULES, territory(method, table.index), small=False)
    declared = {one.column.name: one.column for one in method.outcomes}
    assert set(found) <= set(declared)
    for name in found:
        if declared[name].values:
            assert set(found[name].dropna()) <= set(declared[name].values), name
        elif declared[name].numeric and not name.startswith("marge_"):
            assert (found[name].dropna() >= 0).all(), name


@METHODS
@FEW
@given(data=st.data())
def test_nothing_published_is_no_class_and_nothing_given_is_told_as_such(method, data):
    table = table_of(data.draw(rows(method, ("secret", UNKNOWN, "sans objet"))), method)
    assert set(judged(method, table)[method.levels.column]) <= SILENT
    silent = table_of(data.draw(rows(method, (UNKNOWN,))), method)
    said = set(judged(method, silent)[method.levels.column])
    assert said == ({UNDETERMINED} if method.bare else {UNKNOWN})  # the contract of the first method has no such word


@ALONE
@FEW
@given(data=st.data())
def test_a_rate_that_rises_moves_a_class_in_its_declared_direction_only(method, data):
    """More of an indicator is never a lower class, or never a higher one where the method says that it falls."""
    table = table_of(data.draw(rows(method)), method)
    code = data.draw(st.sampled_from(method.needs))
    step = data.draw(st.integers(0, 60)) / (1 if INDICATORS[code].unit == "%" else 30)
    higher = table.assign(**{f"tx_{code}": (table[f"tx_{code}"] + step).clip(upper=100)})
    before, after = (judged(method, one)[method.levels.column] for one in (table, higher))
    told = ~before.isin(SILENT) & ~after.isin(SILENT)
    move = np.subtract(*(one[told].map(rank_of(method)).to_numpy(float) for one in (after, before)))
    falls = code in getattr(method.judge, "falling", ())
    assert (move <= 0).all() if falls else (move >= 0).all()


@ALONE
@FEW
@given(data=st.data())
def test_what_is_told_holds_whatever_is_hidden(method, data):
    """A hidden figure never makes a method say another class, and what is proven always holds the true one."""
    whole = table_of(data.draw(rows(method, (PUBLISHED,))), method)
    hidden = whole.copy()
    for code in method.needs:
        mask = data.draw(st.lists(st.booleans(), min_size=len(whole), max_size=len(whole)))
        hidden.loc[mask, f"st_{code}"], hidden.loc[mask, f"tx_{code}"] = "secret", np.nan
    true, told = judged(method, whole), judged(method, hidden)
    for column in {method.levels.column} | {one.column for one in getattr(method.judge, "beside", ())}:
        assert ((told[column] == true[column]) | told[column].isin(SILENT)).all(), column
    for real, said in zip(true[method.levels.column], told.get(READING, ()), strict=False):
        assert real in SILENT or said in SILENT or _holds(said, real, method), (said, real)
    for name in told.columns.intersection([*getattr(method.judge, "scores", ())]):
        assert (told[name].isna() | (told[name] == true[name])).all(), name
    for name in getattr(method.judge, "bounded", ()):
        known = told[f"{name}_bas"].notna()
        assert (told[f"{name}_bas"] <= true[f"{name}_bas"])[known].all(), name
        assert (told[f"{name}_haut"] >= true[f"{name}_haut"])[known].all(), name


def _holds(said: str, real: str, method: Method) -> bool:
    """Whether a reading leaves a class possible."""
    if said == NONE_MET:
        return True
    place, words = rank_of(method), list(method.levels.titles)
    if said.startswith("au moins "):
        return place[real] >= place[said.removeprefix("au moins ")]
    if said.startswith("au plus "):
        return place[real] <= place[said.removeprefix("au plus ")]
    if said.startswith("de ") and " à " in said and said not in words:
        low, high = said.removeprefix("de ").split(" à ")
        return place[low] <= place[real] <= place[high]
    return said == real


@METHODS
@FEW
@given(data=st.data())
def test_missing_never_counts_as_zero(method, data):
    """A class told beside figures that nobody gave is that of every value that they may have, or leaves them out."""
    table = table_of(data.draw(rows(method, (PUBLISHED,))), method)
    code = data.draw(st.sampled_from(method.needs))
    missing = table.assign(**{f"tx_{code}": np.nan, f"st_{code}": UNKNOWN})
    said = judged(method, missing)[method.levels.column]
    for value in (0.0, 100.0 if INDICATORS[code].unit == "%" else 9.0):
        given = judged(method, table.assign(**{f"tx_{code}": value}))[method.levels.column]
        if code not in method.left_out and not method.together:
            assert ((said == given) | said.isin(SILENT)).all()
    if code in method.left_out:  # left out of a mean: as where every figure of its side is what the others are
        without = {key: [one for one in RULES[key] if one != code] for key in method.listed}
        assert said.equals(judged(method, table, RULES | without)[method.levels.column])


@SCORED
@FEW
@given(data=st.data())
def test_contributions_add_up_to_the_score(method, data):
    table = table_of(data.draw(rows(method)), method)
    around = territory(method, table.index)
    score = judged(method, table)[method.judge.score]
    brought = contributions_of(method, table, RULES, around)
    least, most = (sum(getattr(one, end) for one in brought) for end in ("least", "most"))
    told = score.notna()
    assert (least[told] == score[told]).all() and (most[told] == score[told]).all()
    assert (least <= most).all()


@BETWEEN
@FEW
@given(data=st.data())
def test_spans_are_judged_at_both_ends(method, data):
    """Whatever rate a span holds, the class told of the span is that of the rate."""
    table = table_of(data.draw(rows(method, (PUBLISHED,))), method)
    spans = {}
    for code in method.needs:
        width = data.draw(st.sampled_from([0.5, 1, 5])) / (1 if INDICATORS[code].unit == "%" else 10)
        spans |= {f"lo_{code}": table[f"tx_{code}"] - width, f"hi_{code}": table[f"tx_{code}"] + width}
    true = judged(method, table)[method.levels.column]
    told = judged(method, table.assign(**spans))[method.levels.column]
    assert ((told == true) | told.isin(SILENT)).all()


@COMPARING
def test_a_territory_that_hides_everything_leaves_nothing_to_compare_with(method):
    drawn = [dict.fromkeys(method.needs, (30.0, PUBLISHED)) | {"nb_logements": 40, "bailleur": HOLDERS[0]}]
    assert set(judged(method, table_of(drawn, method), hidden=True)[method.levels.column]) <= SILENT


def test_thresholds_name_indicators_that_exist():
    index = pd.RangeIndex(1)
    for method in every():
        mean = ends_of(territory(method, index), method.needs)[0] if method.relative(RULES) else None
        read = {"bailleur": pd.Series(HOLDERS[:1], index), "nb_logements": pd.Series([10], index)}
        told = method.thresholds(RULES | read, mean)
        assert set(told) <= set(method.needs) <= set(INDICATORS), method.code
        assert method.together or told, method.code
