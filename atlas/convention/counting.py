"""Counts of the three legal tests, from decisions and from tables already counted.

Grain in: one row per decision, or one cell per count. Grain out: :class:`~atlas.shares.Counts` by key.
First quartile outside priority quarters: signed leases, with those of rehousings for urban renewal. Quartiles 2 to 4 in
priority quarters, and priority publics: decisions, refusals included (code de la construction et de l'habitation,
L.441-1). A decision whose place, quartile or public is not told is of no count, and its number follows.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import pandas as pd

from atlas.attribution_counts import flags_of
from atlas.shares import Counts
from atlas.sources.attributions_headers import (
    ALL,
    ANYWHERE,
    FIRST,
    INSIDE,
    NOWHERE,
    OUTSIDE,
    PRIORITY,
    REHOUSED,
    REST,
    SINGLE,
    TESTS,
    UNTOLD,
)

Q1_OUT, Q24_IN, PRIORITIES = TESTS
_FIELDS = ("numerator", "denominator", "inside", "favourable", "other", "anything")
Cells = Mapping[tuple[str, str], float]  # households by group and place; a cell that nobody filled is NaN


def counted_decisions(rows: pd.DataFrame, test: str, keys: Sequence[str]) -> dict[tuple[Hashable, ...], Counts]:
    """Count a test over decisions, by some of their columns; rows of which a key is missing are counted under None.

    Examples
    --------
    >>> rows = pd.DataFrame({"bailleur": "A", "en_qpv": ["non", "non", "inconnu"], "quartile": ["1", "3", "1"],
    ...     "issue": "bail signé", "relogement_renouvellement": "non", "public_prioritaire": "non"})
    >>> counted_decisions(rows, "q1_hors_qpv", ["bailleur"])[("A",)].bounds
    (Fraction(1, 2), Fraction(2, 3))
    """
    flags = _flags(rows, test)
    table = pd.DataFrame({name: flag.astype(np.int64) for name, flag in zip(_FIELDS, flags, strict=True)})
    groups = table.groupby([rows[key].to_numpy() for key in keys], dropna=False, sort=True).sum()
    found = {}
    for key, values in zip(groups.index, groups.itertuples(index=False), strict=True):
        parts = key if isinstance(key, tuple) else (key,)
        found[tuple(None if part != part else part for part in parts)] = Counts(*_six(values))
    return found


def _six(values: Sequence[int]) -> tuple[int, int, int, int, int, int]:
    one, two, three, four, five, six = map(int, values)
    return one, two, three, four, five, six


def _flags(rows: pd.DataFrame, test: str) -> tuple[np.ndarray, ...]:
    """Tell of each decision which counts it is of, in the order of the fields of :class:`Counts`."""
    flags = flags_of(rows)
    if test == PRIORITIES:
        told, yes = flags["decisions_public_connu"], flags["decisions_publics_prioritaires"]
        nothing = np.zeros(len(rows), dtype=bool)
        return yes, told, ~told, nothing, nothing, nothing
    if test == Q1_OUT:
        asked, place = flags["baux"], "non"
        told, yes = flags["baux_quartile_connu"], flags["baux_q1_ou_relogement"]
    else:
        asked, place = flags["decisions"], "oui"
        told, yes = flags["decisions_quartile_connu"], flags["decisions_q2_a_q4"]
    where = rows["en_qpv"].to_numpy(object)
    here, nowhere = where == place, where == "inconnu"
    return (
        here & yes,
        here & told,
        here & asked & ~told,
        nowhere & yes,
        nowhere & told & ~yes,
        nowhere & asked & ~told,
    )


def counted_cells(cells: Cells, test: str) -> Counts | None:
    """Count a test from the cells of one landlord and year; None when they do not tell it.

    Examples
    --------
    >>> counted_cells({("1", "hors_qpv"): 31, ("relogement", "hors_qpv"): 0, ("total", "hors_qpv"): 440}, "q1_hors_qpv")
    Counts(numerator=31, denominator=440, inside=0, favourable=0, other=0, anything=0, told=False)
    """
    if test == PRIORITIES:
        yes, every = _cell(cells, PRIORITY, ANYWHERE), _cell(cells, ALL, ANYWHERE)
        return None if yes is None or every is None else Counts(yes, every, told=False)
    place, group = (OUTSIDE, FIRST) if test == Q1_OUT else (INSIDE, REST)
    yes, every = _cell(cells, group, place), _every(cells, place)
    if test == Q1_OUT and (REHOUSED, place) in cells:
        more = _own(cells, REHOUSED, place)
        yes = None if yes is None else yes + (more or 0)  # where nobody tells them, it is said
    if yes is None or every is None:
        return None
    untold = _own(cells, UNTOLD, place)
    groups = {one: _own(cells, one, NOWHERE) for one in (FIRST, REST, UNTOLD, ALL)}
    told = untold is not None or any(count is not None for count in groups.values())
    split = groups[FIRST] is not None and groups[REST] is not None
    favourable, other = (groups[FIRST], groups[REST]) if split else (0, 0)
    anything = groups[UNTOLD] if split else groups[ALL]
    if test != Q1_OUT:
        favourable, other = other, favourable
    return Counts(yes, every, untold or 0, favourable or 0, other or 0, anything or 0, told)


def _every(cells: Cells, place: str) -> int | None:
    """Count those whose quartile is known: the sum of the quartiles, otherwise the total."""
    first, rest = _cell(cells, FIRST, place, derive=False), _cell(cells, REST, place, derive=False)
    if first is not None and rest is not None:
        return first + rest
    every = _cell(cells, ALL, place)
    return None if every is None else every - (_own(cells, UNTOLD, place) or 0)


def _cell(cells: Cells, group: str, place: str, *, derive: bool = True) -> int | None:
    """Give a count, or what the others of its row or of its column make it."""
    own = _own(cells, group, place)
    if own is not None:
        return own
    if group == REST and all(_own(cells, one, place) is not None for one in SINGLE):
        return sum(_own(cells, one, place) or 0 for one in SINGLE)
    if place == ANYWHERE and all(_own(cells, group, one) is not None for one in (INSIDE, OUTSIDE)):
        return sum(_own(cells, group, one) or 0 for one in (INSIDE, OUTSIDE, NOWHERE))
    if derive and group in (FIRST, REST):
        every = _own(cells, ALL, place)
        other = _cell(cells, REST if group == FIRST else FIRST, place, derive=False)
        if every is not None and other is not None and every >= other:
            return every - other - (_own(cells, UNTOLD, place) or 0)
    return None


def _own(cells: Cells, group: str, place: str) -> int | None:
    count = cells.get((group, place))
    return None if count is None or count != count else int(count)
