"""Decisions by quarter of the year and residence, as the observatory shows them where an edition shows counts.

In: the decisions that an edition holds. Out: one table per year, the latest first, the territory at its head.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from atlas.edition import Edition

QUARTERS = ("1", "2", "3", "4")
_COUNTS = ("decisions", "baux", "baux_q1_ou_relogement", "baux_quartile_connu", "decisions_refus")
_YEARS = 2  # what a meeting compares: the year and the one before


@dataclass(frozen=True)
class Told:
    """What commissions decided in a quarter, or a year: ``poorest`` leases among ``known`` ones."""

    decisions: int
    leases: int
    poorest: int
    known: int
    refusals: int

    @property
    def words(self) -> str:
        """Leases and refusals, in words.

        >>> Told(4, 3, 1, 2, 1).words, Told(0, 0, 0, 0, 0).words, Told(2, 0, 0, 0, 0).words
        ('3 baux, 1 refus', '–', '2 sans bail')
        """
        open_ = self.decisions - self.leases - self.refusals
        leases = f"{self.leases} {'baux' if self.leases > 1 else 'bail'}" if self.leases else ""
        refusals = f"{self.refusals} refus" if self.refusals else ""
        return ", ".join(filter(None, (leases, refusals, f"{open_} sans bail" if open_ else ""))) or "–"

    @property
    def poorest_words(self) -> str:
        """Leases with the first quartile or a rehousing, among those of which it is known.

        >>> Told(4, 3, 1, 2, 1).poorest_words, Told(1, 0, 0, 0, 1).poorest_words
        ('1 sur 2', 'sans objet')
        """
        if not self.leases:
            return "sans objet"
        return f"{self.poorest} sur {self.known}" if self.known else "non renseigné"


@dataclass(frozen=True)
class Year:
    """One year: each quarter and the year of the territory, then of each residence, by its identifier."""

    year: int
    whole: tuple[Told, ...]
    residences: Mapping[str, tuple[Told, ...]]


def years_of(edition: Edition) -> list[Year]:
    """Read the latest years of which an edition tells decisions by quarter; none where it does not."""
    if edition.decided is None:
        return []
    dated = edition.decided["caracteristique"].eq("trimestre") & edition.decided["modalite"].isin(QUARTERS)
    held = edition.decided[dated]
    found = []
    for year in sorted(held["annee"].unique(), reverse=True)[:_YEARS]:
        rows = held[held["annee"] == year]
        homes = {str(name): _quarters(part) for name, part in rows.groupby("id", sort=True)}
        found.append(Year(int(year), _quarters(rows), homes))
    return found


def _quarters(rows: pd.DataFrame) -> tuple[Told, ...]:
    """Count the four quarters of a year, then the year."""
    summed = rows.groupby("modalite")[list(_COUNTS)].sum().reindex(QUARTERS, fill_value=0)
    return tuple(Told(*map(int, line)) for line in (*summed.to_numpy().tolist(), summed.sum().tolist()))
