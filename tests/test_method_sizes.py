"""Dwellings by size as methods read them: the words of the stock's table, and what nobody tells."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_stock import counted, words

from atlas.methods.accueil import HOMES, SIZE, SIZES, share_of_size
from atlas.tables import UNKNOWN, rooms_of, with_features, words_in


@pytest.mark.parametrize(("rooms", "span"), [(1, (1, 1)), (4, (4, 4)), (5, (5, np.inf)), (8, (5, np.inf))])
def test_the_words_of_the_stock_are_read_as_the_rooms_that_they_tell(rooms, span):
    (word,) = words(counted({"nb_pieces": rooms}), "taille", "residences")
    assert rooms_of(word) == span


def test_units_take_their_own_dwellings_and_none_where_the_stock_knows_none():
    stock = counted({"nb_pieces": 2}, {"nb_pieces": 3}, {"nb_pieces": None})
    homes = stock.loc[stock["unite"] == "residences", "id"].unique()
    table = pd.DataFrame({"id": [*homes, "ailleurs"]}, index=[7, 9])
    found = words_in(with_features(table, stock, "residences", ["taille"]), "taille")
    assert found.index.tolist() == [7, 9] and found.loc[7].to_dict() == {"T2": 1, "T3": 1, UNKNOWN: 1}
    assert found.loc[9].isna().all()
    assert words_in(with_features(table, stock.iloc[:0], "residences", ["taille"]), "taille").shape == (2, 0)


SIZED = st.dictionaries(
    st.sampled_from(["T1", "T2", "T3", "T4", "T5 et plus", UNKNOWN]), st.integers(0, 40), min_size=1
)


@settings(max_examples=60, deadline=None)
@given(told=SIZED, homes=st.integers(1, 120), more=st.data())
def test_whatever_the_sizes_that_nobody_tells_shares_are_within_what_is_said(told, homes, more):
    """Each dwelling of unknown size is given one: small and family shares are between their ends."""
    rules = {HOMES: pd.Series([float(homes)]), SIZES: (2, 4)}

    def shares(words: dict[str, int], family: bool) -> list[float]:
        given = {**rules, SIZE: pd.DataFrame({word: [float(number)] for word, number in words.items()})}
        return [float(share_of_size(pd.DataFrame(), given, family=family, most=most)[0]) for most in (False, True)]

    known = {word: number for word, number in told.items() if word != UNKNOWN}
    hidden = max(homes - sum(told.values()), 0) + told.get(UNKNOWN, 0)
    drawn = more.draw(st.lists(st.sampled_from(["T1", "T3", "T4"]), min_size=hidden, max_size=hidden))
    true = {word: known.get(word, 0) + drawn.count(word) for word in {*known, *drawn}}
    for family in (False, True):
        low, high = shares(told, family)
        if not sum(known.values()):
            assert np.isnan(low) and np.isnan(high)
            continue
        least, most = shares(true, family)
        assert abs(least - most) < 1e-9 and low - 1e-9 <= least <= high + 1e-9
