"""What each indicator brings to a judgement: its thresholds and how many it reaches, or what it multiplies.

A method declares the rates at which it changes; each one reached is a point. So the contributions of a unit are read
from that declaration, and add up to the score of a method that has one; those of the judgements beside its classes
likewise. A number that is a product has factors in their place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from atlas.methods.bounds import SIDES, Between, ends_of, points
from atlas.methods.model import Method
from atlas.tables import INDICATORS


@dataclass(frozen=True)
class Contribution:
    """What one indicator brings to a judgement of every unit of a table.

    ``thresholds`` (units, thresholds) in %, as the edition lets them be known, which lie between ``easy`` and ``hard``;
    ``least`` and ``most`` (units,) are the points that the published figure may stand for: the same number where it
    settles them. ``column``: where the edition holds the judgement.
    """

    code: str
    thresholds: pd.DataFrame
    easy: pd.DataFrame
    hard: pd.DataFrame
    least: pd.Series
    most: pd.Series
    column: str


@dataclass(frozen=True)
class Multiplied:
    """One factor of a number of every unit of a table, at the lowest and at the highest that figures may be, (units,).

    ``column``: where the edition holds the number, but for its end; a factor in % counts for a hundredth of its value.
    """

    column: str
    label: str
    unit: str
    least: pd.Series
    most: pd.Series


def contributions_of(
    method: Method, table: pd.DataFrame, rules: Mapping[str, Any], territory: pd.DataFrame | None = None
) -> tuple[Contribution, ...]:
    """Read what each indicator brings to the classes of a method, in the order in which the method names them.

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
    read = (table, method.with_columns(table, rules), territory if method.relative(rules) else None)
    return _brought(method.thresholds, method.needs, method.left_out, method.level, *read)


def beside_of(
    method: Method, table: pd.DataFrame, rules: Mapping[str, Any], territory: pd.DataFrame | None = None
) -> tuple[Contribution, ...]:
    """Read the same of what a method says of units beside its classes, judgement by judgement."""
    read = (table, method.with_columns(table, rules), territory if method.relative(rules) else None)
    beside = method.judge.beside if isinstance(method.judge, Between) else ()
    return tuple(
        brought
        for one in beside
        if one.thresholds is not None
        for brought in _brought(one.thresholds, one.needs, one.absent, method.name(one.column), *read)
    )


def factors_of(
    method: Method, table: pd.DataFrame, rules: Mapping[str, Any], territory: pd.DataFrame | None = None
) -> tuple[Multiplied, ...]:
    """Give the factors of each number of a method that is a product, in the order in which they are multiplied."""
    if not isinstance(method.judge, Between):
        return ()
    known = method.with_columns(table, rules)
    ends = method.judge.ends(table, known, territory if method.relative(rules) else None)
    return tuple(
        Multiplied(method.name(name), one.label, one.unit, *_at_both(one.at, ends, table.index))
        for name, factors in method.judge.bounded.items()
        for one in factors
    )


def _at_both(of: Callable[..., Any], ends: Sequence[Any], index: pd.Index) -> tuple[pd.Series, ...]:
    return tuple(pd.Series(of(side, *end), index) for side, end in zip(SIDES, ends, strict=True))


def _brought(
    thresholds: Callable[..., Mapping[str, Sequence[Any]]],
    needs: Sequence[str],
    absent: Sequence[str],
    column: str,
    table: pd.DataFrame,
    rules: Mapping[str, Any],
    territory: pd.DataFrame | None,
) -> tuple[Contribution, ...]:
    low, high = ends_of(table, needs, absent=absent)
    if territory is None:
        declared = easy = hard = thresholds(rules)
    else:
        least, most = ends_of(territory, needs)
        said = pd.DataFrame({code: territory[INDICATORS[code].tx] for code in needs}, table.index)
        declared, easy, hard = (thresholds(rules, mean) for mean in (said, least, most))
    first, last = points(low, hard), points(high, easy)
    told = (
        (code, [_by_unit(of[code], table.index) for of in (declared, easy, hard)]) for code in needs if code in declared
    )
    return tuple(
        Contribution(code, said, lowest, highest, first[code], last[code], column)
        for code, (said, lowest, highest) in told
    )


def _by_unit(thresholds: Any, index: pd.Index) -> pd.DataFrame:
    return pd.DataFrame(
        {rank: pd.Series(one, index) if pd.api.types.is_scalar(one) else one for rank, one in enumerate(thresholds)}
    )
