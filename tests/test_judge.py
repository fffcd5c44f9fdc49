"""Levels of fragility: an expert's examples, one file each in ``cases/``, and what the method promises besides.

A case gives a residence's counts under the survey's own names, and what each edition must conclude. ``nb_criteres``
is ``"aucun"`` where no criterion can be read, ``lecture`` the level where a case does not give it; ``marges`` and
``libelles`` name the indicators to check.
"""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from atlas.count import count
from atlas.dwellings import low_rents
from atlas.errors import AtlasError
from atlas.judge import judge
from atlas.methods import Levels, Method, catalogue_of, every, load
from atlas.methods.seuils import AT_LEAST, CRITERIA, CRITERIA_READ, LEVELS, NONE_MET, READING, READINGS, RULES, margin
from atlas.methods.seuils import judge as levels
from atlas.parameters import read_parameters
from atlas.protect import Scale
from atlas.tables import INDICATORS, PUBLISHED, SECRET, STATUSES, UNDETERMINED, UNITS, columns_of
from tests.stage_factory import METHOD_RULES, counts, protected, survey, texts

CASES = [
    path  # those that name a method are read by tests/test_method_cases.py
    for path in sorted((Path(__file__).parent / "cases").glob("*.toml"))
    if "methode" not in tomllib.loads(path.read_text("utf-8"))
]
FIELDS = {"titre": str, "raison": str, "comptes": dict, "regles": dict, "attendu": dict}
EXPECTED = {"niveau", "nb_criteres", "lecture", "marges", "libelles"}


def judged(table: pd.DataFrame, audience: str, rules: dict[str, float] | None = None) -> pd.DataFrame:
    rules = METHOD_RULES | (rules or {})
    thresholds = {code: rules[f"fragilite_{code}"] for code in CRITERIA}
    scale = Scale({code: [value] for code, value in thresholds.items()}, {}, thresholds)
    edition = protected(table, audience, scale=scale)
    return judge(edition, load(["seuils"]), rules).units["residences"]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_an_expert_s_example(path):
    case = tomllib.loads(path.read_text("utf-8"))
    assert set(case) <= set(FIELDS) and all(isinstance(case[name], FIELDS[name]) for name in case), "misspelt field"
    assert case["titre"] and set(case.get("regles", {})) <= set(RULES)
    rows = survey([{"id_adresse": "a", **case["comptes"]}])
    assert set(case["comptes"]) <= set(rows.columns), "a count that the survey does not have"
    place = {"id_residence": "R", "bailleur": "B", "code_insee": "93010", "code_iris": None, "code_qpv": None}
    addresses = pd.DataFrame([{"id_adresse": "a", "situation": "non placé", **place}]).astype("str")
    nothing = pd.DataFrame({"id_adresse": texts([]), "id": texts([])})
    units = count(rows, addresses, nothing, low_rents(None, texts([]), None, 2022)[0]).units
    assert set(case["attendu"]) == {"interne", "partenaire"}
    for audience, expected in case["attendu"].items():
        assert {"niveau", "nb_criteres"} <= set(expected) <= EXPECTED, "misspelt expectation"
        found = judged(units["residences"], audience, case.get("regles")).iloc[0]
        assert found["niveau"] == expected["niveau"], audience
        assert found[READING] == expected.get("lecture", expected["niveau"]), audience
        criteria = "aucun" if pd.isna(found["nb_criteres"]) else found["nb_criteres"]
        assert criteria == expected["nb_criteres"], audience
        for code, text in expected.get("libelles", {}).items():
            assert found[INDICATORS[code].lb] == text, (audience, code)
        for code, answers in expected.get("marges", {}).items():
            assert found[f"marge_{code}"] == answers, (audience, code)


def test_there_are_examples():
    assert len(CASES) >= 15


# The method alone


def table_of(statuses: list[tuple[str, ...]], rates: tuple[float, ...]) -> pd.DataFrame:
    columns = {}
    for position, code in enumerate(CRITERIA):
        status = texts([row[position] for row in statuses])
        columns[f"st_{code}"] = status
        columns[f"tx_{code}"] = pd.Series(rates[position], status.index).where(status == PUBLISHED)
    return pd.DataFrame(columns)


@pytest.mark.parametrize("rates", list(itertools.product((10.0, 90.0), repeat=3)))
@pytest.mark.parametrize("thresholds", [(1, 2), (1, 3), (2, 3), (1, 1)])
def test_a_level_is_told_when_and_only_when_no_hidden_criterion_could_change_it(rates, thresholds):
    """Every combination of statuses, against all that the hidden criteria could be."""
    combinations = list(itertools.product(STATUSES, repeat=3))
    rules = METHOD_RULES | {"niveau_fragile": thresholds[0], "niveau_tres_fragile": thresholds[1]}
    found = levels(table_of(combinations, rates), rules)
    for statuses, level, criteria in zip(combinations, found["niveau"], found["nb_criteres"], strict=True):
        met = sum(status == PUBLISHED and rate > 50 for status, rate in zip(statuses, rates, strict=True))
        hidden = sum(status in (SECRET, "non renseigné") for status in statuses)
        possible = {
            LEVELS[2 if total >= thresholds[1] else 1 if total >= thresholds[0] else 0]
            for total in range(met, met + hidden + 1)
        }
        readable = PUBLISHED in statuses
        assert level == (possible.pop() if len(possible) == 1 and readable else UNDETERMINED), statuses
        assert (criteria == met) if readable else np.isnan(criteria)


PROVEN = {
    **{level: {level} for level in LEVELS[:3]},
    AT_LEAST: {"fragile", "très fragile"},
    NONE_MET: set(LEVELS[:3]),
    UNDETERMINED: set(LEVELS[:3]),
}


@pytest.mark.parametrize("rates", list(itertools.product((10.0, 90.0), repeat=3)))
@pytest.mark.parametrize("thresholds", [(1, 2), (1, 3), (2, 3), (1, 1)])
def test_a_reading_holds_every_level_that_hidden_criteria_could_make_and_says_all_that_is_proven(rates, thresholds):
    combinations = list(itertools.product(STATUSES, repeat=3))
    rules = METHOD_RULES | {"niveau_fragile": thresholds[0], "niveau_tres_fragile": thresholds[1]}
    found = levels(table_of(combinations, rates), rules)
    for statuses, reading, read in zip(combinations, found[READING], found[CRITERIA_READ], strict=True):
        told = [rate > 50 for status, rate in zip(statuses, rates, strict=True) if status == PUBLISHED]
        hidden = sum(status in (SECRET, "non renseigné") for status in statuses)
        possible = {
            LEVELS[2 if total >= thresholds[1] else 1 if total >= thresholds[0] else 0]
            for total in range(sum(told), sum(told) + hidden + 1)
        }
        assert read == len(told) and reading in READINGS
        if told:
            assert possible <= PROVEN[reading], statuses
        assert (reading == AT_LEAST) == (bool(told) and possible == PROVEN[AT_LEAST])
        unmet = len(told) >= 2 and not any(told) and len(possible) > 1
        assert (reading == NONE_MET) == (unmet and possible != PROVEN[AT_LEAST]), statuses


def test_an_empty_table_is_judged_too():
    found = levels(table_of([], (0.0, 0.0, 0.0)), METHOD_RULES)
    assert len(found) == 0 and {"niveau", "nb_criteres"} <= set(found)


@pytest.mark.parametrize("threshold", [20, 29, 33.3, 40, 50])
def test_the_margin_is_how_many_answers_flip_the_criterion(threshold):
    """By trying every number of answers, in exact whole numbers."""
    for d in (1, 7, 20, 100, 333):
        numerators = range(d + 1)
        met = [1000 * n >= round(10 * threshold) * d for n in numerators]
        found = margin(pd.Series(numerators, dtype=float), pd.Series([float(d)] * (d + 1)), threshold)
        for n, gap in zip(numerators, found, strict=True):
            flips = [other for other in numerators if met[other] != met[n]]
            assert gap != 0
            assert (gap > 0) == met[n]
            if flips:
                assert abs(gap) == min(abs(other - n) for other in flips), (n, d)


def test_margins_go_where_counts_go():
    row = {"nb_logements": 60.0, "menages": 50.0, "n_inf40": 30.0, "d_inf40": 50.0}
    assert judged(counts([row]), "interne")["marge_inf40"].tolist() == [11]
    assert not [name for name in judged(counts([row]), "partenaire") if name.startswith("marge_")]


def test_judging_changes_no_published_column_and_keeps_rows_in_place():
    table = counts(
        [{"id": f"r{i}", "nb_logements": 60.0, "menages": 50.0, "n_inf40": 5.0 * i, "d_inf40": 50.0} for i in range(9)]
    )
    edition = protected(table, "interne")
    after = judge(edition, load(["seuils"]), METHOD_RULES)
    before = edition.units["residences"]
    assert after.units["residences"][list(before.columns)].equals(before)
    assert after.series is edition.series and after.context is edition.context


# Several methods, unknown methods


def named(code: str, column: str, *, bare: bool = False) -> Method:
    return Method(
        code=code,
        label=code,
        reading="Un essai.",
        source="essai",
        needs=("inf40",),
        rules=(),
        levels=Levels(column, "Essai", {"x": "X"}),
        judge=lambda table, rules: pd.DataFrame({column: pd.Series("x", table.index)}),
        thresholds=lambda rules: {},
        bare=bare,
    )


def test_the_columns_of_a_method_bear_its_name_whatever_its_place_and_those_of_the_contract_do_not():
    edition = protected(counts([{"nb_logements": 60.0, "menages": 50.0}]))
    for methods in ([*load(["seuils"]), named("autre", "niveau")], [named("autre", "niveau"), *load(["seuils"])]):
        found = judge(edition, methods, METHOD_RULES)
        assert found.units["residences"]["niveau"].tolist() == [UNDETERMINED]
        assert found.units["residences"]["autre_niveau"].tolist() == ["x"]
        assert found.method is methods[0]
    alone = judge(edition, [named("autre", "niveau")], METHOD_RULES).units["residences"]
    assert alone["autre_niveau"].tolist() == ["x"] and "niveau" not in alone


def test_a_method_that_rewrites_a_published_column_is_refused():
    edition = protected(counts([{"nb_logements": 60.0, "menages": 50.0}]))
    with pytest.raises(AtlasError, match="EDITION-MODIFIEE"):
        judge(edition, [named("fausse", "lb_inf40", bare=True)], METHOD_RULES)


def test_every_method_declares_what_it_is():
    parameters = read_parameters()
    for method in every():
        assert method.label and method.reading and method.source and callable(method.judge)
        assert set(method.needs) <= set(INDICATORS) and {one.code for one in method.criteria} <= set(method.needs)
        assert set(method.rules) <= set(parameters.values), "a rule that no parameter file gives"
        assert {one.rule for one in method.criteria} <= set(method.rules)
        first = load() if method.units else [method]  # what is not judged everywhere is never shown first
        assert catalogue_of(first, parameters.values).drawing(method.level), "no layer draws its levels"


def test_two_methods_never_share_a_column():
    columns = [outcome.column.name for method in every() for outcome in method.outcomes]
    assert len(columns) == len(set(columns))
    assert not set(columns) & {column.name for unit in UNITS for column in columns_of(unit, counts=True)}


def test_a_territory_without_a_method_is_refused():
    with pytest.raises(AtlasError, match="METHODE-AUCUNE"):
        load([])


def test_an_unknown_method_is_refused_with_those_that_exist():
    with pytest.raises(AtlasError, match=r"METHODE-INCONNUE.*« seuil »"):
        load(["seuil", "seuils"])
