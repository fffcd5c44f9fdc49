"""Do several methods say the same of a residence? Which side each takes, and the column that says it of all.

A method takes a side where it has classes that are called fragile: fragile, or not. What published figures prove counts
where the level cannot be told; a method that cannot tell takes no side.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from atlas.methods.model import Method
from atlas.methods.signals import SIGNALS
from atlas.methods.small import SAID_OF
from atlas.methods.updates import SINCE
from atlas.tables import UNDETERMINED, UNITS, Column
from atlas.tables.years import MOVE_COLUMNS

AGREEMENT = "accord"
NONE, DIVIDED, ALL = "aucune ne la dit fragile", "les lectures divergent", "toutes la disent fragile"
ACCORDS = (NONE, DIVIDED, ALL)
UNIT = "residences"

_COLUMN = Column(
    AGREEMENT,
    "Accord des lectures",
    "catégorie",
    "ce que disent ensemble les méthodes actives qui distinguent les occupations fragiles ; « non déterminé » où moins "
    "de deux d'entre elles se prononcent",
    values=(*ACCORDS, UNDETERMINED),
)


def taking_sides(methods: Sequence[Method]) -> tuple[Method, ...]:
    """Keep the methods that call some occupations of residences fragile."""
    return tuple(one for one in methods if one.levels.fragile and one.judges(UNIT))


def side_of(table: pd.DataFrame, method: Method) -> pd.Series:
    """Say on which side a method is, (residences,): 1 fragile, 0 not, NaN where it cannot tell."""
    level = table[method.level]
    fragile = level.isin(method.levels.fragile)
    if method.readings:
        fragile |= table[method.proven].isin(method.readings.fragile)
    calm = level.isin([title for title in method.levels.titles if title not in method.levels.fragile])
    return pd.Series(np.select([fragile, calm], [1.0, 0.0], np.nan), table.index)


def agreement(table: pd.DataFrame, methods: Sequence[Method]) -> pd.Series:
    """Say whether the methods agree on each residence, one of :data:`ACCORDS` or "non déterminé".

    Parameters
    ----------
    table : DataFrame
        Judged residences.
    methods : sequence of Method
        Those that :func:`taking_sides` keeps.
    """
    sides = pd.concat([side_of(table, one) for one in methods], axis=1)
    read, fragile = sides.notna().sum(axis=1), sides.sum(axis=1)
    said = np.select([read < 2, fragile == 0, fragile == read], [UNDETERMINED, NONE, ALL], DIVIDED)
    return pd.Series(said, table.index)


def judged_columns(
    methods: Sequence[Method], unit: str, *, counts: bool, followed: bool = True, updated: bool = True
) -> tuple[Column, ...]:
    """Declare the columns that some methods, together, add to the layer of a kind of unit, and what is pointed out.

    ``followed``: whether units are compared with what they were at another campaign; ``updated``: whether landlords
    sent something between two.
    """
    each = tuple(column for one in methods for column in one.columns(unit, counts=counts))
    if followed and unit in SAID_OF and not UNITS[unit].between:
        each += MOVE_COLUMNS
    if unit != UNIT:
        return each
    each += (_COLUMN,) if len(taking_sides(methods)) > 1 else ()
    return (*each, *SIGNALS, *([SINCE] if updated else []))
