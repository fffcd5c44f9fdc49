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
    """Apply fragility methods to every unit table of an edition.

    Parameters
    ----------
    methods : sequence of module
        As loaded by :func:`atlas.methods.load`.
    rules : mapping
        Value of every rule the methods name.
    """
    judged = {}
    for name, table in edition.units.items():
        for position, method in enumerate(methods):
            columns = method.judge(edition.units[name], rules)
            if position:
                columns = columns.add_prefix(f"{method.__name__.rsplit('.', 1)[-1]}_")
            table = table.assign(**columns)
        judged[name] = table
    return edition.judged(judged)
