"""Judge: levels of fragility, computed on what an edition publishes and on nothing else.

In: a sealed edition. Out: the same edition with the columns of each method, as the method names them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from atlas.edition import Edition
from atlas.methods import Method


def judge(edition: Edition, methods: Sequence[Method], rules: Mapping[str, Any]) -> Edition:
    """Apply fragility methods to every unit table of an edition, and to every earlier campaign.

    Parameters
    ----------
    methods : sequence of Method
        The one shown first at the head.
    rules : mapping
        Value of every rule the methods name.
    """
    units, history = (
        {name: _judged(table, methods, rules) for name, table in tables.items()}
        for tables in (edition.units, edition.history)
    )
    return edition.judged(units, history, methods)


def _judged(table: Any, methods: Sequence[Method], rules: Mapping[str, Any]) -> Any:
    """Add the columns of every method, each judging the published columns alone."""
    judgements = [method.judge(table, rules).rename(columns=method.name) for method in methods]
    for columns in judgements:
        table = table.assign(**columns)
    return table
