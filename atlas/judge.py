"""Judge: levels of fragility, computed on what an edition publishes and on nothing else.

In: a sealed edition. Out: the same edition with the columns of each method, as the method names them. What a method
compares with is the territory as the same edition publishes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from atlas.edition import Edition
from atlas.methods import AGREEMENT, SAID_OF, Method, agreement, taking_sides

_RESIDENCES = "residences"


def judge(edition: Edition, methods: Sequence[Method], rules: Mapping[str, Any]) -> Edition:
    """Apply fragility methods to every unit table of an edition, and to every earlier campaign.

    Parameters
    ----------
    methods : sequence of Method
        The one shown first at the head.
    rules : mapping
        Value of every rule the methods name.
    """
    judged: dict[str, dict[str, Any]] = {"units": {}, "history": {}}
    for held in ("units", "history"):
        for name, table in getattr(edition, held).items():
            small = held == "units" and name in SAID_OF
            read, territory = edition.read(name, table)
            for method in (one for one in methods if one.judges(name) and (one.yearly or held == "units")):
                columns = method.judged(read, rules, territory, small=small)
                table = table.assign(**columns)
            if small and name == _RESIDENCES and len(sides := taking_sides(methods)) > 1:
                table = table.assign(**{AGREEMENT: agreement(table, sides)})
            judged[held][name] = table
    return edition.judged(judged["units"], judged["history"], methods, rules)
