"""Workbooks that lay out what pages tell: every number of a sheet is one of its unit, or one that the page marks.

Grain in: a workbook whose sheets are no table of the GeoPackage, and what the page of the same edition marks. Grain
out: (sheet, how many, example) of the cells that neither explains.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from atlas.audit.html import Page, plain
from atlas.audit.sheets import read_sheets
from atlas.tables import INDICATORS

KIND, IDENTIFIER = "Couche", "Identifiant"
_NUMBER = re.compile(r"\d+(?: \d{3})*(?:[.,]\d+)?")


def list_faults(
    path: Path, page: Page, tables: Mapping[str, pd.DataFrame], ruled: Iterable[str]
) -> Iterator[tuple[str, int, str]]:
    """List the cells of a workbook that tell what the edition does not.

    Parameters
    ----------
    page : Page
        That the workbook lays out.
    ruled : iterable of str
        Numbers of rules, which any cell may tell.
    """
    marked = [text for *_, text in (*page.marks, *page.homes, *page.sums)]
    of_rules = _numbers(ruled)
    told, units = _numbers(marked) | of_rules, _Units(tables)
    for sheet in read_sheets(path):
        if not sheet.rows or sheet.name in tables:
            continue
        heads, *body = sheet.rows
        known = told | _numbers(heads)
        if len(heads) == 1:  # sentences: those of the page
            known |= _numbers((page.words, *page.said))
        wrong = []
        for row in body:
            cells = dict(zip(heads, row, strict=False))
            kind, unit = cells.pop(KIND, ""), cells.pop(IDENTIFIER, "")
            explained = units.numbers(kind, unit) | of_rules if kind else known
            rates = units.rates(kind, unit) if kind else {}
            wrong += [
                f"{unit or row[0]} = {cell}"
                for head, cell in cells.items()
                if (plain(cell) != rates[head] if head in rates else _numbers([cell]) - explained)
            ]
        if wrong:
            yield sheet.name, len(wrong), wrong[0]


class _Units:
    """The numbers that the GeoPackage tells of each unit, in its layer and among its dwellings."""

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        self._tables = tables
        self._rows: dict[str, dict[str, list[dict[Any, Any]]]] = {}

    def rates(self, kind: str, unit: str) -> dict[str, str]:
        """Give the labels of the rates of one unit, by the name of their indicator."""
        known = self._of(kind, unit)
        return {one.label: plain(str(known[0][one.lb])) for one in INDICATORS.values() if known and one.lb in known[0]}

    def numbers(self, kind: str, unit: str) -> set[float]:
        """Give every number of one unit."""
        dwellings = (row for row in self._of("parc", unit) if row["unite"] == kind)
        rows = (*self._of(kind, unit), *dwellings)
        return {one for row in rows for value in row.values() for one in _of_value(value)}

    def _of(self, table: str, unit: str) -> list[dict[Any, Any]]:
        if table not in self._rows:
            self._rows[table] = {}
            for row in self._tables.get(table, pd.DataFrame()).to_dict("records"):
                self._rows[table].setdefault(str(row.get("id")), []).append(row)
        return self._rows[table].get(unit, [])


def _of_value(value: object) -> set[float]:
    return {float(value)} if isinstance(value, (int, float)) else _numbers([value] if isinstance(value, str) else ())


def _numbers(texts: Iterable[str]) -> set[float]:
    """Read the numbers of texts, whatever their spaces and marks.

    >>> sorted(_numbers(["1\\u202f622 logements", "≤ 5 %", "12,5"]))
    [5.0, 12.5, 1622.0]
    """
    found = (one for text in texts for one in _NUMBER.findall(plain(str(text))))
    return {float(one.replace(" ", "").replace(",", ".")) for one in found}
