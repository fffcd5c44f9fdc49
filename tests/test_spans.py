"""What a published figure may stand for: the true rate always does, and what is told of it always holds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.methods.bounds import ends_of
from atlas.protect import AUDIENCES, Scale
from atlas.tables import INDICATORS, PUBLISHED
from tests.stage_factory import counts, protected

CODES = [code for code, one in INDICATORS.items() if one.unit == "%"]
EDGES = st.lists(st.sampled_from([16.3, 20, 24.9, 33.3, 39.5, 40, 62.8, 95.5]), max_size=4)
ROWS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), min_size=1, max_size=8)
CLASSES = [(0.0, "moins de 20 %"), (20.0, "de 20 à moins de 40 %"), (40.0, "40 % et plus")]


def edition_of(rows, edges, audience, classes):
    told = [
        {
            "id": f"r{rank}",
            "nb_logements": 500,
            "menages": 450,
            **{
                name: float(value)
                for code in CODES
                for name, value in ((INDICATORS[code].n, min(pair)), (INDICATORS[code].d, max(pair)))
            },
        }
        for rank, pair in enumerate(rows)
    ]
    table = counts(told)
    return table, protected(table, audience, scale=Scale(dict.fromkeys(CODES, edges), classes))


@pytest.mark.parametrize("audience", ["partenaire", "public", "interne"])
@settings(max_examples=40, deadline=None)
@given(rows=ROWS, edges=EDGES)
def test_the_true_rate_is_between_the_ends_of_what_is_published(audience, rows, edges):
    classes = dict.fromkeys(CODES, CLASSES) if audience == "public" else {}
    table, edition = edition_of(rows, edges, audience, classes)
    units = edition.units["residences"]
    read, _ = edition.read("residences", units)
    low, high = ends_of(read, CODES)
    if AUDIENCES[audience].anonymous:  # rows are told apart by their order no more: by their figures
        exact = sorted(100 * min(pair) / max(pair) for pair in rows if max(pair))
        for code in ("inf40", "vacance"):
            shown = (units[INDICATORS[code].st] == PUBLISHED).to_numpy()
            for low_end, high_end in zip(low[code][shown], high[code][shown], strict=True):
                assert any(low_end - 1e-9 <= rate <= high_end + 1e-9 for rate in exact)
        return
    order = table.set_index("id").loc[units["id"]]
    for code in CODES:
        one = INDICATORS[code]
        shown = (units[one.st] == PUBLISHED).to_numpy()
        exact = (100 * order[one.n] / order[one.d]).to_numpy()[shown]
        assert (low[code].to_numpy()[shown] <= exact + 1e-9).all(), code
        assert (exact <= high[code].to_numpy()[shown] + 1e-9).all(), code


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, edges=EDGES)
def test_no_threshold_stands_inside_what_a_masked_figure_may_stand_for(rows, edges):
    """Or the criterion would be met in one edition and open in another."""
    _, edition = edition_of(rows, edges, "partenaire", {})
    read, _ = edition.read("residences", edition.units["residences"])
    low, high = ends_of(read, ["inf40"])
    shown = (read["st_inf40"] == PUBLISHED).to_numpy()
    for edge in edges:
        crossed = (low["inf40"] < edge) & (high["inf40"] >= edge)
        assert not crossed.to_numpy()[shown].any()


def test_hidden_figures_may_be_anything_and_figures_of_nobody_are_nothing():
    table = pd.DataFrame({"tx_inf40": [np.nan] * 3, "st_inf40": ["secret", "non renseigné", "sans objet"]})
    low, high = ends_of(table, ["inf40"])
    assert low["inf40"].tolist() == [0, 0, 0] and high["inf40"].tolist() == [100, 100, 0]
