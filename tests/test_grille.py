"""The grid of stock and flux: its matrix, and what it refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from atlas.methods.grille import gamme

PUBLISHED = {1: (1, 1, 2), 2: (2, 2, 3), 3: (2, 3, 3)}


@pytest.mark.parametrize("kind", ["float64", "int64", "Int64", "Float64"])
def test_every_cell_is_the_published_one(kind):
    pairs = [(stock, flux) for stock in PUBLISHED for flux in (1, 2, 3)]
    index = pd.Index([f"r{rank}" for rank in range(9)])
    stock, flux = (pd.Series(side, index, dtype=kind) for side in zip(*pairs, strict=True))
    found = gamme(stock, flux)
    assert found.index.equals(index) and found.dtype == float
    assert found.tolist() == [PUBLISHED[one][other - 1] for one, other in pairs]


def test_the_matrix_is_not_symmetric():
    one, two = pd.Series([1.0]), pd.Series([2.0])
    assert gamme(one, two).tolist() == [1] and gamme(two, one).tolist() == [2]


@pytest.mark.parametrize("missing", [np.nan, None, pd.NA])
def test_either_missing_is_no_range(missing):
    known, lacking = pd.Series([1, 3], dtype="Float64"), pd.Series([missing, 2], dtype="Float64")
    for found in (gamme(known, lacking), gamme(lacking, known)):
        assert np.isnan(found[0]) and not np.isnan(found[1])
    assert gamme(pd.Series([], dtype=float), pd.Series([], dtype=float)).empty


@pytest.mark.parametrize("wrong", [0, 4, -1, 1.5])
def test_what_is_no_range_is_refused(wrong):
    good, bad = pd.Series([1.0, 2.0]), pd.Series([1.0, wrong])
    with pytest.raises(ValueError, match=rf"flux : {wrong:g} n'est pas une gamme"):
        gamme(good, bad)
    with pytest.raises(ValueError, match=rf"stock : {wrong:g} n'est pas une gamme"):
        gamme(bad, good)


def test_two_indexes_are_refused_rather_than_guessed():
    with pytest.raises(ValueError, match="mêmes unités"):
        gamme(pd.Series([1.0, 2.0]), pd.Series([1.0, 2.0], index=[1, 0]))
