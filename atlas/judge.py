"""Judge: levels of fragility, computed on what an edition publishes and on nothing else.

In: a sealed edition. Out: the same edition with the columns of each method. The first method gives ``niveau``,
``nb_criteres`` and the margins; the columns of the others carry their name, ``<methode>_<colonne>``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from atlas.edition import Edition


def judge(edition: Edition, methods: Sequence[ModuleType], rules: Mapping[str, Any]) -> Edition:
    """Apply fragility methods to every unit table of an edition, and to every earlier campaign.

    Parameters
    ----------
    methods : sequence of module
        As loaded by :func:`atlas.methods.load`.
    rules : mapping
        Value of every rule the methods name.
    """
    units, history = (
        {name: _judged(table, methods, rules) for name, table in tables.items()}
        for tables in (edition.units, edition.history)
    )
    return edition.judged(units, history)


def _judged(table: Any, methods: Sequence[ModuleType], rules: Mapping[str, Any]) -> Any:
    """Add the columns of every method, each judging the published columns alone."""
    judgements = [method.judge(table, rules) for method in methods]
    for position, (method, columns) in enumerate(zip(methods, judgements, strict=True)):
        prefix = f"{method.__name__.rsplit('.', 1)[-1]}_" if position else ""
        table = table.assign(**columns.add_prefix(prefix))
    return table
