"""No criterion, level or threshold is named outside the rooms of methods: others read what the methods declare.

Text of modules (docstrings apart) and of templates is searched for what every method found declares. The rooms where an
indicator is declared as such, or stated again on purpose, are listed with why.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from atlas.methods import every
from atlas.parameters import read_parameters
from atlas.tables import INDICATORS
from tests.edition_factory import DAY

PACKAGE = Path(__file__).parent.parent / "atlas"
TEXTS = (".j2", ".js", ".css", ".typ", ".html")
CRITERIA = {one.code for method in every() for one in method.criteria}
LEVELS = {
    word
    for method in every()
    for levels in (method.levels, method.readings)
    if levels
    for word in levels.titles
    if word in levels.fragile or (levels.fragile and word not in method.levels.titles)
}
RULES = {one.rule for method in every() for one in method.criteria}
THRESHOLDS = {float(rule.value) for rule in read_parameters().in_force(DAY) if rule.key in RULES}
# Where an indicator is declared, whatever methods make of it.
DECLARED = {
    "tables/indicators.py": "each indicator",
    "tables/relations.py": "what counts say of one another",
    "tables/wider.py": "the one that is read on wider perimeters",
    "sources/menages.py": "the columns of a household that give it",
    "audit/linked.py": "the same relations, stated apart: a checker must not share what it checks",
}
# Comparisons with a number that happens to be a threshold.
NUMBERS = {"publish/pictures/levels_bar.py": "pixels of a segment that holds its label"}


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        name = path.relative_to(PACKAGE).as_posix()
        if not name.startswith("methods/"):
            yield name, ast.parse(path.read_text("utf-8"))


def texts(tree: ast.Module) -> Iterator[str]:
    """Every string of a module but its docstrings, parts of formatted ones included."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    said = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


def names(text: str, codes: set[str]) -> set[str]:
    """Codes named as words of a text, alone or in a name of column or of picture."""
    return {code for code in codes if re.search(rf"(?<![a-z0-9])(?:[a-z]+[_-])?{code}(?![a-z0-9_])", text)}


def test_what_is_searched_for_is_there():
    assert CRITERIA == {"inf40", "er_inf40", "chomage"} <= set(INDICATORS)
    assert {"fragile", "très fragile", "au moins fragile", "très sociale"} <= LEVELS
    assert {40.0, 50.0, 20.0} == THRESHOLDS
    assert names('f"suivi-inf40"', CRITERIA) == {"inf40"} and names("tx_er_inf40", CRITERIA) >= {"er_inf40"}
    assert not names("menages_inf40_plus", CRITERIA)


def test_no_module_names_a_criterion_outside_where_indicators_are_declared():
    found = {name for name, tree in modules() for text in texts(tree) if names(text, CRITERIA)}
    assert found == set(DECLARED)


def test_no_module_names_a_level():
    found = {(name, text) for name, tree in modules() for text in texts(tree) if text in LEVELS}
    assert not found


def test_no_module_compares_with_a_threshold():
    found = {
        name
        for name, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.Compare)
        for one in (node.left, *node.comparators)
        if isinstance(one, ast.Constant) and isinstance(one.value, (int, float)) and float(one.value) in THRESHOLDS
    }
    assert found <= set(NUMBERS), found - set(NUMBERS)


@pytest.mark.parametrize(
    "path", sorted(one for one in PACKAGE.rglob("*") if one.suffix in TEXTS), ids=lambda one: one.name
)
def test_no_template_names_a_criterion_or_a_level(path):
    text = path.read_text("utf-8")
    assert not names(text, CRITERIA)
    quoted = set(re.findall(r"[\"'«]\s*([^\"'«»]+?)\s*[\"'»]", text))
    assert not quoted & LEVELS
