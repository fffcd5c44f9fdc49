"""Workbooks that lay out what pages tell: every number of a sheet is one of its unit, or one that the page marks.

Grain in: a workbook whose sheets are no table of the GeoPackage, and what the page of the same edition marks. Grain
out: (sheet, how many, example) of the cells that neither explains.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pandas as pd

from atlas.audit.html import Page, plain
from atlas.audit.sheets import read_sheets

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
            wrong += [f"{unit or row[0]} = {cell}" for cell in cells.values() if _numbers([cell]) - explained]
        if wrong:
            yield sheet.name, len(wrong), wrong[0]


class _Units:
    """The numbers that the GeoPackage tells of each unit, in its layer and among its dwellings."""

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        stock = tables.get("parc", pd.DataFrame({"unite": [], "id": []}))
        self._tables = {name: table for name, table in tables.items() if "id" in table}
        self._stock = stock.groupby([stock["unite"].astype(str), stock["id"].astype(str)]).indices
        self._rows: dict[str, dict[str, list[int]]] = {}

    def numbers(self, kind: str, unit: str) -> set[float]:
        """Give those of one unit; none of a unit that is not there."""
        if kind not in self._tables:
            return set()
        if kind not in self._rows:
            held = self._tables[kind]
            self._rows[kind] = {str(one): [rank] for rank, one in enumerate(held["id"])}
        parts = [(self._tables[kind], self._rows[kind].get(unit, []))]
        if (kind, unit) in self._stock:
            parts.append((self._tables["parc"], list(self._stock[kind, unit])))
        rows = (row for table, ranks in parts for row in table.iloc[ranks].itertuples(index=False))
        return _numbers(str(value) for row in rows for value in row)


def _numbers(texts: Iterable[str]) -> set[float]:
    """Read the numbers of texts, whatever their spaces and marks.

    >>> sorted(_numbers(["1\\u202f622 logements", "≤ 5 %", "12,5"]))
    [5.0, 12.5, 1622.0]
    """
    found = (one for text in texts for one in _NUMBER.findall(plain(str(text))))
    return {float(one.replace(" ", "").replace(",", ".")) for one in found}
