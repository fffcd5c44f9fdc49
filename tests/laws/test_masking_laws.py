"""What an edition says of what it hides: nothing, whatever the hidden figures; what it shows never contradicts them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas.judge import judge
from atlas.methods import load
from atlas.methods.seuils import CRITERIA, LEVELS
from atlas.protect import AUDIENCES, Opening, Scale
from atlas.tables import INDICATORS, PUBLISHED, UNDETERMINED
from tests.stage_factory import METHOD_RULES, SCALE, counts, opening, protected

law = settings(max_examples=8, deadline=None)
METHODS = load(["seuils"])
SIZE = 20
# Classes as the layers give them: every threshold is an edge.
CLASSED = Scale(
    SCALE.thresholds,
    {code: [(0.0, "bas"), (SCALE.thresholds[code][0], "au seuil"), (80.0, "haut")] for code in CRITERIA},
)
seeds = st.integers(0, 2**32 - 1)


def units(seed: int) -> pd.DataFrame:
    """Counts of twenty units over two years, small and large, with gaps and zeros."""
    rng = np.random.default_rng(seed)
    table = counts([{"id": f"r{i:02d}", "campagne": year} for i in range(SIZE) for year in (2020, 2022)])
    size = len(table)
    table["nb_logements"] = rng.integers(0, 60, size).astype(float)
    table["nb_adresses"] = 1.0
    table["menages"] = np.minimum(table["nb_logements"], rng.integers(0, 60, size))
    for indicator in INDICATORS.values():
        whole = rng.integers(0, 45, size).astype(float)
        part = np.floor(whole * rng.random(size))
        gap = rng.random(size) < 0.15
        table[indicator.d] = np.where(gap, np.nan, whole)
        table[indicator.n] = np.where(gap, np.nan, part)
    return table


def openings(table: pd.DataFrame, seed: int) -> Opening:
    """What R1 and R2 open, minus some more cells as further protection would close them."""
    rng = np.random.default_rng(seed)
    base = opening(table)
    rows = base.rows & (rng.random(len(table)) < 0.8)
    return Opening(rows, {code: open_ & rows & (rng.random(len(table)) < 0.9) for code, open_ in base.rates.items()})


def other_values_where_closed(table: pd.DataFrame, shown: Opening, seed: int) -> pd.DataFrame:
    """The same table with every hidden count drawn again.

    What is missing stays missing, and a unit shown of which nobody answers stays so: it says « sans objet », and what
    its total holds is then that of its other parts, which the engine weighs by who answered.
    """
    rng = np.random.default_rng(seed)
    changed = table.copy()
    changed["menages"] = np.where(shown.rows, table["menages"], rng.integers(0, 500, len(table)))
    for indicator in INDICATORS.values():
        closed = ~shown.rates[indicator.code]
        nobody = shown.rows & (table[indicator.d] == 0)
        for column in (indicator.n, indicator.d):
            drawn = np.where(table[column].isna(), np.nan, rng.integers(1, 500, len(table)))
            changed[column] = np.where(closed & ~nobody, drawn, table[column])
    return changed


@law
@given(seeds, seeds)
def test_no_hidden_figure_changes_anything_that_is_published_or_judged(seed, other):
    table = units(seed)
    shown = openings(table, seed)
    changed = other_values_where_closed(table, shown, other)
    for audience in (AUDIENCES["partenaire"], AUDIENCES["public"]):
        editions = [
            judge(protected(given, audience, openings={"residences": shown}, scale=CLASSED), METHODS, METHOD_RULES)
            for given in (table, changed)
        ]
        first, second = (edition.units["residences"] for edition in editions)
        pd.testing.assert_frame_equal(first, second)
        pd.testing.assert_frame_equal(editions[0].series, editions[1].series)
        assert editions[0].outlines.equals(editions[1].outlines)


@law
@given(seeds)
def test_a_masked_level_never_contradicts_the_unmasked_one(seed):
    """Where the masked edition tells a level, it is the true one; where it counts criteria, it never counts more."""
    table = units(seed)
    before = table.copy()
    inside, outside, classed = (
        judge(protected(table, audience, scale=CLASSED), METHODS, METHOD_RULES).units["residences"]
        for audience in ("interne", "partenaire", "public")
    )
    assert sorted(classed["niveau"]) == sorted(outside["niveau"]), "classes say the same level"
    inside, outside = inside.set_index("id"), outside.set_index("id")
    pd.testing.assert_frame_equal(table, before)
    told = (outside["niveau"] != UNDETERMINED) & (inside["niveau"] != UNDETERMINED)
    assert (outside["niveau"][told] == inside["niveau"][told]).all()
    assert set(outside["niveau"]) <= set(LEVELS)
    counted = outside["nb_criteres"].notna()
    assert (outside["nb_criteres"][counted] <= inside["nb_criteres"][counted]).all()
    for indicator in INDICATORS.values():
        both = (inside[indicator.st] == PUBLISHED) & (outside[indicator.st] == PUBLISHED)
        close = (inside[indicator.tx][both] - outside[indicator.tx][both]).abs()
        ends = outside[indicator.lb][both].str.contains("[≤≥]")
        assert (close[~ends] <= (1.05 if indicator.unit == "%" else 0.06)).all(), indicator.code
        assert (outside[indicator.st][~both] != PUBLISHED).all(), "nothing is published outside that is not inside"


@law
@given(seeds, st.randoms(use_true_random=False))
def test_the_order_of_the_units_changes_nothing(seed, random):
    table = units(seed)
    order = list(range(len(table)))
    random.shuffle(order)
    shuffled = table.iloc[order].reset_index(drop=True)
    first, again = (judge(protected(given), METHODS, METHOD_RULES).units["residences"] for given in (table, shuffled))
    first, again = (found.set_index("id").sort_index() for found in (first, again))
    plain = [name for name in first.columns if name != "geometry"]
    pd.testing.assert_frame_equal(first[plain], again[plain])
