"""Residences as what they may offer: dwellings, turnover, low rents, sizes, accessibility, as an edition shows them.

Grain in: residences as methods read them, and dwellings by feature. Grain out: one :class:`Home` per residence. What an
edition masks is not there: its span is anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from atlas.tables import INDICATORS, NOT_APPLICABLE, PUBLISHED, UNKNOWN
from atlas.tables.households import TURNOVER

LOW_RENT, SIZE, ACCESS, YES = "bas_loyer", "taille", "accessibilite", "accessible"
OFFERED = (TURNOVER, LOW_RENT)
Span = tuple[float, float]
_KIND = "residences"


@dataclass(frozen=True)
class Home:
    """One residence. ``turnover`` and ``low``: the span (%) of what is shown, None where nothing is.

    ``sizes``: dwellings by word; ``access``: accessible ones, and those of which it is told; ``rents``: by size, the
    dwellings of known rent, those at low rent and the mean rent (€/m²), where the edition shows them.
    """

    id: str
    name: str
    landlord: str
    commune: str
    situation: str
    dwellings: int
    turnover: Span | None
    low: Span | None
    sizes: Mapping[str, int] = field(default_factory=dict)
    access: tuple[int, int] = (0, 0)
    rents: Mapping[str, tuple[int, int, float | None]] = field(default_factory=dict)

    @property
    def carried(self) -> dict[str, Any]:
        """What a page carries of it."""
        return {
            "id": self.id,
            "logements": self.dwellings,
            "rotation": None if self.turnover is None else list(self.turnover),
            "bas_loyer": None if self.low is None else list(self.low),
            "tailles": dict(self.sizes),
            "acces": list(self.access),
            **({"loyers": {word: list(told) for word, told in self.rents.items()}} if self.rents else {}),
        }


def homes_of(table: pd.DataFrame, stock: pd.DataFrame, communes: Mapping[str, str]) -> list[Home]:
    """Read residences, in the order of the table.

    Parameters
    ----------
    table : DataFrame
        As :meth:`atlas.edition.Edition.read` and :meth:`atlas.audit.ReadBack.units` give residences.
    stock : DataFrame
        Dwellings by feature, columns :data:`atlas.tables.STOCK_COLUMNS`, with rents where the edition shows them.
    communes : mapping
        Names by code.
    """
    own = stock[stock["unite"] == _KIND] if len(stock) else stock
    sizes, rents = _sizes(own)
    access = _access(own)
    spans = {code: _spans(table, code) for code in OFFERED}
    texts = {name: _texts(table, name) for name in ("id", "nom", "bailleur", "code_insee", "situation")}
    return [
        Home(
            id=texts["id"][row],
            name=texts["nom"][row] or texts["id"][row],
            landlord=texts["bailleur"][row],
            commune=communes.get(texts["code_insee"][row], texts["code_insee"][row]),
            situation=texts["situation"][row],
            dwellings=int(number),
            turnover=spans[TURNOVER][row],
            low=spans[LOW_RENT][row],
            sizes=sizes.get(texts["id"][row], {}),
            access=access.get(texts["id"][row], (0, 0)),
            rents=rents.get(texts["id"][row], {}),
        )
        for row, number in enumerate(table["nb_logements"])
    ]


def _texts(table: pd.DataFrame, name: str) -> list[str]:
    if name not in table:
        return [""] * len(table)
    return ["" if value is None or value != value else str(value) for value in table[name].astype(object)]


def _spans(table: pd.DataFrame, code: str) -> list[Span | None]:
    """Give what each rate may be: exact where counts are shown."""
    one = INDICATORS[code]
    found: list[Span | None] = []
    counts = [table[name].tolist() if name in table else [None] * len(table) for name in (one.n, one.d)]
    ends = [table[name if name in table else one.tx].tolist() for name in (one.lo, one.hi)]
    for status, n, d, low, high in zip(table[one.st], *counts, *ends, strict=True):
        counted = n is not None and d is not None and n == n and d == d and d > 0
        if status == NOT_APPLICABLE:
            found.append((0.0, 0.0))
        elif status != PUBLISHED:
            found.append(None)
        elif counted:
            found.append((100 * n / d, 100 * n / d))
        else:
            found.append((max(0.0, float(low)), min(100.0, float(high))))
    return found


def _sizes(stock: pd.DataFrame) -> tuple[dict[str, dict[str, int]], dict[str, dict[str, Any]]]:
    """Count dwellings by size, and tell their rents where the edition does."""
    sizes: dict[str, dict[str, int]] = {}
    rents: dict[str, dict[str, Any]] = {}
    rows = stock[stock["caracteristique"] == SIZE].sort_values(["id", "modalite"])
    names = ("logements_loyer_connu", "logements_bas_loyer", "loyer_m2")
    told = [rows[name].tolist() if name in rows else [None] * len(rows) for name in names]
    for unit, word, number, known, low, mean in zip(
        rows["id"].astype(str), rows["modalite"], rows["nb_logements"], *told, strict=True
    ):
        sizes.setdefault(unit, {})[str(word)] = int(number)
        if known is not None and low is not None and known == known and low == low:
            exact = None if mean is None or mean != mean else float(mean)
            rents.setdefault(unit, {})[str(word)] = (int(known), int(low), exact)
    return sizes, rents


def _access(stock: pd.DataFrame) -> dict[str, tuple[int, int]]:
    """Count the accessible dwellings, and those of which it is told."""
    rows = stock[(stock["caracteristique"] == ACCESS) & (stock["modalite"] != UNKNOWN)]
    told = rows.groupby("id")["nb_logements"].sum()
    fit = rows[rows["modalite"] == YES].groupby("id")["nb_logements"].sum()
    return {str(unit): (int(fit.get(unit, 0)), int(number)) for unit, number in told.items()}
