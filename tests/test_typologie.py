"""Groups of residences that are alike: found again whatever the order, never small, and said in words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from atlas.methods.typologie import LEVELS, METHOD, NEEDS, TRAITS, candidates, judge
from atlas.parameters import read_parameters
from atlas.tables import PUBLISHED, UNDETERMINED, UNKNOWN
from tests.edition_factory import DAY

RULES: dict[str, Any] = {rule.key: rule.value for rule in read_parameters().in_force(DAY)}
PLANTED = {
    "modestes": (70, 30, 40, 20, 8, 10, 10, 70),
    "âgés": (20, 8, 70, 5, 1, 3, 60, 30),
    "autres": (20, 8, 35, 12, 5, 15, 15, 35),
}


def residences(each: int = 30, seed: int = 1) -> pd.DataFrame:
    """Three kinds of residences, by turns, around the shares of each."""
    random, rows = np.random.default_rng(seed), []
    for rank in range(3 * each):
        name, centre = list(PLANTED.items())[rank % 3]
        shares = np.clip(random.normal(centre, 2.0), 0, 100).round(1)
        rows.append(
            {
                "genre": name,
                "menages": float(random.integers(20, 200)),
                **{f"tx_{c}": s for c, s in zip(NEEDS, shares, strict=True)},
            }
        )
    return pd.DataFrame(rows).assign(**{f"st_{code}": PUBLISHED for code in NEEDS})


def test_groups_that_are_there_are_found_in_the_order_of_their_poorest_share():
    table = residences()
    found = judge(table, RULES)
    groups = found.groupby(table["genre"])[LEVELS.column].unique()
    assert all(len(one) == 1 for one in groups)
    assert groups["modestes"][0] == "groupe C" and {groups["âgés"][0], groups["autres"][0]} == {"groupe A", "groupe B"}
    traits = dict(zip(found[LEVELS.column], found[TRAITS], strict=True))
    assert "plus de ménages sous 40 % du plafond PLUS" in traits["groupe C"]
    assert traits[groups["âgés"][0]].startswith("plus de titulaires de 65 ans et plus")


def test_the_same_groups_whatever_the_order_and_each_time():
    table = residences()
    found = judge(table, RULES)
    shuffled = table.sample(frac=1, random_state=3)
    pd.testing.assert_frame_equal(judge(shuffled, RULES).loc[table.index], found)
    pd.testing.assert_frame_equal(judge(table, RULES), found)


def test_a_residence_that_hides_a_share_is_in_no_group_and_changes_none():
    table = residences()
    hidden = table.copy()
    hidden.loc[0, ["tx_inf40", "st_inf40"]] = [np.nan, "secret"]
    found = judge(hidden, RULES)
    assert found.loc[0, LEVELS.column] == UNDETERMINED and pd.isna(found.loc[0, TRAITS])
    pd.testing.assert_frame_equal(found.iloc[1:], judge(table.iloc[1:], RULES))


def test_the_number_of_groups_is_argued():
    argued = candidates(residences(), RULES)
    (kept,) = argued[argued["retenu"]].itertuples()
    assert kept.groupes == 3 and kept.stabilite > 0.95 and kept.silhouette == argued["silhouette"].max()
    assert (argued["stabilite"] <= 1 + 1e-9).all() and argued["silhouette"].between(-1, 1).all()


def test_no_group_is_smaller_than_the_rule_and_none_is_told_where_none_is_stable():
    table = residences()
    sizes = judge(table, RULES)[LEVELS.column].value_counts()
    assert sizes.min() >= RULES["typologie_effectif"]
    few = judge(residences(each=10), RULES)
    assert set(few[LEVELS.column]) == {UNDETERMINED}, "30 residences make no three groups of 11"
    noise = table.assign(**{f"tx_{c}": np.random.default_rng(5).uniform(0, 100, len(table)) for c in NEEDS})
    strict = judge(noise, RULES | {"typologie_stabilite": 0.95})
    assert set(strict[LEVELS.column]) == {UNDETERMINED}


@pytest.mark.parametrize("rows", [0, 1, 40])
def test_alike_or_absent_residences_are_no_fault(rows):
    table = residences().iloc[[0] * rows].reset_index(drop=True)
    assert set(judge(table, RULES)[LEVELS.column]) <= {UNDETERMINED}
    silent = table.assign(**{f"tx_{c}": np.nan for c in NEEDS}, **{f"st_{c}": UNKNOWN for c in NEEDS})
    assert set(judge(silent, RULES)[LEVELS.column]) <= {UNKNOWN}


def test_it_is_never_a_level():
    assert METHOD.levels.fragile == () and METHOD.units == ("residences",) and METHOD.together
    assert "jamais un" in METHOD.reading
