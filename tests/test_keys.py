"""Positions of identifiers and numbers of keys, against plain dictionaries."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.tables.keys import numbered, positions

key = st.one_of(st.none(), st.sampled_from(["a", "b", "é", "", "10"]))
law = settings(max_examples=100, deadline=None)


@law
@given(st.lists(key), st.lists(key))
def test_a_position_is_the_first_row_of_that_identifier(keys, among):
    found = positions(pd.Series(keys, dtype="str"), pd.Series(among, dtype="str"))
    assert found.tolist() == [among.index(name) if name is not None and name in among else -1 for name in keys]


@law
@given(st.lists(st.tuples(key, st.sampled_from([1.5, 2.5]))))
def test_two_rows_have_one_number_when_all_their_keys_are_the_same(rows):
    names, values = pd.Series([row[0] for row in rows], dtype="str"), np.array([row[1] for row in rows], dtype=float)
    seen: dict[tuple, int] = {}
    assert numbered(names, values).tolist() == [seen.setdefault(row, len(seen)) for row in rows]
