"""Cells that say where they come from, and sums over rows of the edition's own tables.

A cell is made once, for the page and for the workbook. ``mark`` holds what the page says of it: the figure, column,
dwellings or sum of the edition's own tables that it is, which an audit finds again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd

from atlas.shares import in_percent
from atlas.tables import NOT_APPLICABLE
from atlas.writing import whole

Where = Mapping[str, Sequence[Any] | Mapping[str, float] | None]


@dataclass(frozen=True)
class Cell:
    """One thing told: its text, its number where it is one, the page that it leads to.

    ``mark``: attributes of the page, empty for words. ``kind``: ``level``, ``verdict`` or ``status``. ``under``: what
    stands below it, as the counts of a rate.
    """

    text: str
    value: float | None = None
    mark: Mapping[str, str] = field(default_factory=dict)
    page: str = ""
    kind: str = ""
    under: tuple[tuple[Cell, ...], ...] = ()


def word(text: str, page: str = "", kind: str = "") -> Cell:
    """Write words, or the name of a page that they lead to."""
    return Cell(text, page=page, kind=kind)


class Sums:
    """Sums over rows of the edition's own tables, each told with what it sums.

    Parameters
    ----------
    tables : mapping of DataFrame
        By the name that its files give it.
    """

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        self._tables = tables
        self._selected: dict[str, np.ndarray] = {}

    def rows(self, table: str, where: Where) -> np.ndarray:
        """Select rows: by values, between bounds (``de`` included, ``a`` left out), or without a value (None).

        Returns
        -------
        array of bool, (rows,)
        """
        key = claim(table, where)
        if key not in self._selected:
            held = self._tables[table]
            if len(where) > 1:  # the same campaigns, levels or reasons are in many selections
                each = [self.rows(table, {column: wanted}) for column, wanted in where.items()]
            else:
                each = [_chosen(held[column], wanted) for column, wanted in where.items()]
            self._selected[key] = np.logical_and.reduce([np.ones(len(held), dtype=bool), *each])
        return self._selected[key]

    def value(self, table: str, column: str, where: Where) -> int:
        """Sum a column over rows, or count them where no column is named."""
        chosen = self.rows(table, where)
        return int(self._tables[table][column][chosen].sum()) if column else int(chosen.sum())

    def identifiers(self, table: str, where: Where) -> list[str]:
        """List the units of rows."""
        return [str(one) for one in self._tables[table]["id"][self.rows(table, where)]]

    def cell(self, table: str, column: str, where: Where) -> Cell:
        """Write a sum, or how many rows there are."""
        value = self.value(table, column, where)
        return Cell(whole(value), value, {"data-somme": claim(table, where, column)})

    def cell_of(self, row: Mapping[Any, Any], table: str, column: str, where: Where) -> Cell:
        """Write a column of the one row that is selected, in hand: it is not looked for again."""
        value = int(row[column])
        return Cell(whole(value), value, {"data-somme": claim(table, where, column)})

    def share(self, table: str, code: str, where: Where) -> Cell:
        """Write the share that the counts of an indicator make over rows, over its counts; « sans objet » of none."""
        counted, among = (f"{end}_{code}" for end in "nd")
        n, d = (self.value(table, column, where) for column in (counted, among))
        if not d:
            return Cell(NOT_APPLICABLE, kind="status")
        under = (self.cell(table, counted, where), word(" sur "), self.cell(table, among, where))
        mark = {"data-somme": claim(table, where, counted, parmi=among)}
        return Cell(in_percent(Fraction(n, d)), 100 * n / d, mark, under=(under,))


def _chosen(values: pd.Series, wanted: Sequence[Any] | Mapping[str, float] | None) -> np.ndarray:
    if wanted is None:
        return values.isna().to_numpy(bool)
    if isinstance(wanted, Mapping):
        number = values.to_numpy(float, na_value=np.nan)
        return (number >= wanted["de"]) & (number < wanted["a"])
    return values.isin(list(wanted)).to_numpy(bool)


def claim(table: str, where: Where, column: str = "", **more: str | float) -> str:
    """Write what a number sums, for whoever would sum it again: rows of a table, or one of its columns.

    ``parmi``: the column that the share is of; ``cible`` (%): how many a share lacks; with ``etat``, how many rows
    stand so of the target by the figure named.
    """
    return json.dumps({"table": table, "compte": column, "ou": dict(where), **more}, ensure_ascii=False, sort_keys=True)
