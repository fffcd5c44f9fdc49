"""What small numbers leave of a judgement: intervals against another way of computing them, closeness by trying."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from atlas.methods import load
from atlas.methods.small import interval, words_of
from atlas.tables import INDICATORS, UNDETERMINED
from tests.stage_factory import METHOD_RULES, counts, protected

SEUILS = load(["seuils"])[0]


@settings(max_examples=80, deadline=None)
@given(size=st.integers(1, 300), data=st.data())
def test_the_interval_is_that_of_jeffreys_rounded_outwards(size, data):
    number = data.draw(st.integers(0, size))
    table = pd.DataFrame({"tx_inf40": [100 * number / size], "st_inf40": "publié", "n_inf40": number, "d_inf40": size})
    low, high = (float(end.iloc[0]) for end in interval(table, "inf40"))
    law = beta(number + 0.5, size - number + 0.5)
    assert low == (0 if number == 0 else np.floor(100 * law.ppf(0.025)))
    assert high == (100 if number == size else np.ceil(100 * law.ppf(0.975)))
    assert low <= 100 * number / size <= high


def judged(rows, audience):
    edition = protected(counts(rows), audience)
    units = edition.units["residences"]
    read, _ = edition.read("residences", units)
    return units.join(SEUILS.judged(read, METHOD_RULES))


def residence(**more):
    whole = {"nb_logements": 60, "menages": 50, "n_inf40": 15, "d_inf40": 50, "n_er_inf40": 3, "d_er_inf40": 20}
    return {**whole, "n_chomage": 5, "d_chomage": 60, **more}


@pytest.mark.parametrize(
    ("counted", "level", "said"),
    [
        ({"n_inf40": 20}, "fragile", "à un ménage près"),
        ({"n_inf40": 19}, "sans fragilité repérée", "à un ménage près"),
        ({"n_inf40": 21}, "fragile", None),
        ({"n_inf40": 18}, "sans fragilité repérée", None),
        ({"n_er_inf40": 10}, "fragile", "à un emménagé récent près"),
        ({"n_chomage": 12}, "fragile", "à un majeur près"),
        ({"n_chomage": 11}, "sans fragilité repérée", "à un majeur près"),
        ({"n_inf40": 20, "n_chomage": 11}, "fragile", "à un ménage près"),  # the first named
        ({"n_inf40": 20, "n_chomage": 20, "n_er_inf40": 15}, "très fragile", None),  # two are left
    ],
)
def test_a_level_hangs_of_one_answer_or_not(counted, level, said):
    found = judged([residence(**counted)], "interne").iloc[0]
    assert found["niveau"] == level
    assert (None if pd.isna(found["proximite"]) else found["proximite"]) == said


@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_closeness_is_what_counting_again_with_one_answer_more_or_less_says(data):
    """Counts are changed in the survey, and everything is done again."""
    drawn = {}
    for code, size in (("inf40", 50), ("er_inf40", 20), ("chomage", 60)):
        drawn |= {f"n_{code}": data.draw(st.integers(0, size)), f"d_{code}": size}
    found = judged([residence(**drawn)], "interne").iloc[0]
    flips = []
    for code in SEUILS.needs:
        for step in (1, -1):
            moved = drawn | {f"n_{code}": min(max(drawn[f"n_{code}"] + step, 0), drawn[f"d_{code}"])}
            if judged([residence(**moved)], "interne").iloc[0]["niveau"] != found["niveau"]:
                flips.append(code)
    assert pd.isna(found["proximite"]) == (not flips)
    if flips:
        assert found["proximite"] == words_of([flips[0]])[0]


@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_closeness_stands_beside_a_level_as_beside_what_is_proven(data):
    """Where a level is told, it hangs of the same answers as what published criteria prove: the column tells both."""
    drawn = {}
    for code, size in (("inf40", 50), ("er_inf40", 20), ("chomage", 60)):
        if data.draw(st.booleans()) or code == "inf40":
            drawn |= {f"n_{code}": data.draw(st.integers(0, size)), f"d_{code}": size}
    rows = [{"nb_logements": 60, "menages": 50, **drawn}]
    for name in [one for one in drawn if one.startswith("n_")]:
        rows += [
            {**rows[0], name: min(max(drawn[name] + step, 0), drawn[name.replace("n_", "d_")])} for step in (1, -1)
        ]
    found = judged(rows, "interne")
    first, others = found.iloc[0], found.iloc[1:]
    hangs = not pd.isna(first["proximite"])
    assert hangs == (first["lecture"] != UNDETERMINED and (others["lecture"] != first["lecture"]).any())
    if first["niveau"] != UNDETERMINED:
        assert hangs == (others["niveau"] != first["niveau"]).any()


def test_a_masked_edition_reads_what_it_publishes_alone():
    """Two residences that it tells alike are told alike, whatever was counted."""
    rows = [residence(n_inf40=20), residence(n_inf40=20, n_chomage=6, n_er_inf40=4), residence(d_inf40=49, n_inf40=15)]
    table = judged(rows, "partenaire")
    first, last = table.iloc[0], table.iloc[2]
    assert first["niveau"] == "fragile" and first["proximite"] == "proche d'un seuil"
    assert pd.isna(last["proximite"])
    assert table[["ic_bas_er_inf40", "ic_haut_er_inf40"]].isna().all(axis=None)  # of how many movers, nobody is told
    assert (table["ic_bas_inf40"] < table["tx_inf40"]).all() and (table["ic_haut_inf40"] > table["tx_inf40"]).all()
    small = judged([residence(nb_logements=8, menages=8, n_inf40=3, d_inf40=8)], "partenaire").iloc[0]
    assert small["st_inf40"] == "secret" and pd.isna(small["ic_bas_inf40"]) and pd.isna(small["proximite"])


def test_words_are_closed_and_follow_what_is_read():
    assert words_of(["inf40", "seuls", "chomage"]) == ("à un ménage près", "à un majeur près", "proche d'un seuil")
    for code, one in INDICATORS.items():
        assert "réponse" not in words_of([code])[0] or one.population not in ("ménages", "majeurs", "logements")
