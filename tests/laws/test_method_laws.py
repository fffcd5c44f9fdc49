"""What every method owes, whichever it is: found by listing the folder, on random published tables."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.methods import Method, every
from atlas.methods.seuils import AT_LEAST, NONE_MET, NOT_FRAGILE
from atlas.parameters import read_parameters
from atlas.tables import INDICATORS, PUBLISHED, STATUSES, UNDETERMINED, UNKNOWN
from tests.edition_factory import DAY

RULES = {rule.key: rule.value for rule in read_parameters().in_force(DAY)}
METHODS = pytest.mark.parametrize("method", every(), ids=lambda method: method.code)
RATES = st.one_of(st.integers(0, 100), st.sampled_from([24.9, 25, 39.9, 40, 49.9, 50, 19.9, 20]))


def tables(method: Method, rows: int = 12) -> st.SearchStrategy[pd.DataFrame]:
    """Rates and statuses of what a method reads, hidden ones without a number."""
    cell = st.tuples(RATES, st.sampled_from([PUBLISHED, PUBLISHED, *STATUSES]))
    row = st.fixed_dictionaries(dict.fromkeys(method.needs, cell))
    return st.lists(row, min_size=1, max_size=rows).map(lambda drawn: table_of(drawn, method))


def table_of(drawn: list[dict[str, tuple[float, str]]], method: Method) -> pd.DataFrame:
    columns = {}
    for code in method.needs:
        columns[f"tx_{code}"] = [float(row[code][0]) if row[code][1] == PUBLISHED else np.nan for row in drawn]
        columns[f"st_{code}"] = [row[code][1] for row in drawn]
    return pd.DataFrame(columns, index=pd.Index(range(100, 100 + len(drawn))))


@METHODS
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_rows_are_judged_one_by_one_and_stay_in_place(method, data):
    table = data.draw(tables(method))
    judged = method.judge(table, RULES)
    assert judged.index.equals(table.index)
    order = data.draw(st.permutations(range(len(table))))
    pd.testing.assert_frame_equal(method.judge(table.iloc[order], RULES), judged.iloc[order], check_dtype=False)
    pd.testing.assert_frame_equal(method.judge(table.iloc[:1], RULES), judged.iloc[:1], check_dtype=False)


@METHODS
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_classes_are_the_declared_ones_and_nothing_published_is_no_class(method, data):
    table = data.draw(tables(method))
    judged = method.judge(table, RULES)
    for levels in filter(None, (method.levels, method.readings)):
        assert set(judged[levels.column]) <= {*levels.words, UNKNOWN}
        hidden = (table[[f"st_{code}" for code in method.needs]] != PUBLISHED).all(axis=1)
        assert judged.loc[hidden, levels.column].isin([UNDETERMINED, UNKNOWN]).all()
    assert {method.name(column) for column in judged} <= {one.column.name for one in method.outcomes}


@METHODS
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_rate_that_rises_never_makes_an_occupation_less_fragile(method, data):
    """Every indicator that a method reads is of fragility: more of it is never less fragile."""
    table = data.draw(tables(method))
    code = data.draw(st.sampled_from(method.needs))
    higher = table.assign(**{f"tx_{code}": (table[f"tx_{code}"] + data.draw(st.integers(0, 60))).clip(upper=100)})
    before, after = (method.judge(one, RULES)[method.levels.column] for one in (table, higher))
    rank = {word: place for place, word in enumerate(method.levels.titles)}
    told = before.isin(method.levels.titles) & after.isin(method.levels.titles)
    assert (after[told].map(rank) >= before[told].map(rank)).all()


@METHODS
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_hiding_a_figure_never_makes_a_method_say_another_level(method, data):
    """Whatever is hidden, what is told still holds the level that every figure gives."""
    rows = st.lists(st.fixed_dictionaries(dict.fromkeys(method.needs, RATES)), min_size=1, max_size=12)
    drawn = data.draw(rows)
    whole = table_of([{code: (value, PUBLISHED) for code, value in row.items()} for row in drawn], method)
    hidden = whole.copy()
    for code in method.needs:
        mask = data.draw(st.lists(st.booleans(), min_size=len(drawn), max_size=len(drawn)))
        hidden.loc[mask, f"st_{code}"], hidden.loc[mask, f"tx_{code}"] = "secret", np.nan
    true, told = method.judge(whole, RULES), method.judge(hidden, RULES)
    level = method.levels.column
    same = told[level] == true[level]
    assert (same | (told[level] == UNDETERMINED)).all()
    if method.readings:
        for real, said in zip(true[level], told[method.readings.column], strict=True):
            assert said in (real, UNDETERMINED, NONE_MET) or (said == AT_LEAST and real != NOT_FRAGILE)


def test_thresholds_name_indicators_that_exist():
    for method in every():
        assert set(method.thresholds(RULES)) <= set(INDICATORS)
