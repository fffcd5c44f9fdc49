"""Judge: levels of fragility, computed on what an edition publishes and on nothing else.

In: a sealed edition. Out: the same edition with the columns of each method, as the method names them. What a method
compares with is the territory as the same edition publishes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from atlas.edition import Edition
from atlas.methods import Method

_WHOLE, _NOTHING = "territoire", pd.DataFrame({"campagne": []})


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
    for held, small in (("units", True), ("history", False)):
        for name, table in getattr(edition, held).items():
            read, territory = published(edition, name, table)
            for method in (one for one in methods if one.judges(name)):
                columns = method.judged(read, rules, territory, small=small)
                table = table.assign(**columns)
            judged[held][name] = table
    return edition.judged(judged["units"], judged["history"], methods)


def published(edition: Edition, kind: str, table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give what methods read of units: their published figures, with the spans of what these may stand for, and those
    of the territory at the campaign of each row.

    Parameters
    ----------
    table : DataFrame
        Units of that kind, as the edition holds them.

    Returns
    -------
    tuple of DataFrame
        Same index.
    """
    whole = _spanned(edition.history.get(_WHOLE, _NOTHING), edition.spans.get(_WHOLE)).set_index("campagne")
    return _spanned(table, edition.spans.get(kind)), whole.reindex(table["campagne"]).set_axis(table.index)


def _spanned(table: pd.DataFrame, spans: pd.DataFrame | None) -> pd.DataFrame:
    if spans is None:
        return pd.DataFrame(table)
    return pd.DataFrame(table).merge(spans, on=["id", "campagne"], how="left").set_axis(table.index)
