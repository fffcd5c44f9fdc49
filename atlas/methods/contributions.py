"""What each indicator brings to a judgement: its thresholds, and how many it reaches.

A method declares the rates at which it changes; each one reached is a point. So the contributions of a unit are read
from that declaration, and add up to the score of a method that has one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from atlas.methods.bounds import ends_of, points
from atlas.methods.model import Method
from atlas.tables import INDICATORS


@dataclass(frozen=True)
class Contribution:
    """What one indicator brings to the judgement of every unit of a table.

    ``thresholds`` (units, thresholds) in %, as the edition lets them be known; ``least`` and ``most`` (units,) are the
    points that the published figure may stand for: the same number where it settles them.
    """

    code: str
    thresholds: pd.DataFrame
    least: pd.Series
    most: pd.Series


def contributions_of(
    method: Method, table: pd.DataFrame, rules: Mapping[str, Any], territory: pd.DataFrame | None = None
) -> tuple[Contribution, ...]:
    """Read what each indicator of a method brings, in the order in which the method names them.

    Parameters
    ----------
    table, rules, territory
        As :meth:`atlas.methods.model.Method.judged` takes them.

    Examples
    --------
    >>> from atlas.methods import load
    >>> table = pd.DataFrame({"tx_inf40": [30.0, None], "st_inf40": ["publié", "secret"]})
    >>> rules = {"occupation_ordinaire": 25, "occupation_tres_sociale": 50, "occupation_relative": 0}
    >>> [(one.code, one.least.tolist(), one.most.tolist())
    ...     for one in contributions_of(load(["classes_occupation"])[0], table, rules)]
    [('inf40', [1, 0], [1, 2])]
    """
    rules = method.with_columns(table, rules)
    low, high = ends_of(table, method.needs, absent=method.left_out)
    if method.relative(rules):
        assert territory is not None  # a method that compares is always given what it compares with
        least, most = ends_of(territory, method.needs)
        said = pd.DataFrame({code: territory[INDICATORS[code].tx] for code in method.needs}, table.index)
        declared, easy, hard = (method.thresholds(rules, mean) for mean in (said, least, most))
    else:
        declared = easy = hard = method.thresholds(rules)
    first, last = points(low, hard), points(high, easy)
    return tuple(
        Contribution(code, _by_unit(declared[code], table.index), first[code], last[code])
        for code in method.needs
        if code in declared
    )


def _by_unit(thresholds: Any, index: pd.Index) -> pd.DataFrame:
    return pd.DataFrame(
        {rank: pd.Series(one, index) if pd.api.types.is_scalar(one) else one for rank, one in enumerate(thresholds)}
    )
