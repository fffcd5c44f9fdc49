"""Merged cells of a published table: what a name or a year that is written once is of.

Grain in and out: the texts of one column, missing where blank. Nothing is set aside; what is filled is said.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from atlas.sources.desk import Desk
from atlas.sources.totals import is_total
from atlas.writing import many


def names_down(names: pd.Series, parts: Sequence[pd.Series], file: str, desk: Desk) -> pd.Series:
    """Name the landlord of every row of a table that has several rows by landlord: merged cells name the first only.

    Parameters
    ----------
    parts : sequence of Series
        What tells the rows of a landlord apart (quartile, place). A row where one is blank is nobody's, and so is every
        blank of a table that has none.
    """
    if not parts or not names.isna().any():
        return names
    below = names.isna() & pd.concat(list(parts), axis=1).notna().all(axis=1)
    filled = names.where(~below, names.ffill())
    _say(names, filled, "sans nom, lues comme celles du nom au-dessus", file, desk)
    return filled


def years_down(years: pd.Series, names: pd.Series, file: str, desk: Desk) -> pd.Series:
    """Give every row its year: merged cells tell it on the first row only; the total of several years has none."""
    if years.isna().all() or years.notna().all():
        return years
    total = np.array([isinstance(name, str) and is_total(name) for name in names], dtype=bool)
    after = np.append(False, total[:-1])
    whole = years.isna() & total & after & (years.nunique() > 1)
    filled = years.where(whole, years.ffill())
    _say(years, filled, "sans année, lues de l'année au-dessus", file, desk)
    return filled


def _say(before: pd.Series, filled: pd.Series, what: str, file: str, desk: Desk) -> None:
    taken = int((before.isna() & filled.notna()).sum())
    if taken:
        desk.note(f"{file} : {many(taken, 'ligne')} {what}.")
