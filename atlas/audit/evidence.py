"""What only the builder knows, written beside its editions and in none of them: every address of every campaign.

Grain in: ``atomes.parquet`` in the folder of a build. Grain out: one row per campaign and address, its holder, its
places, its counts. Everything that an edition publishes is recomputed from it, so that neither the members of a unit
nor its figures are taken on trust.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from atlas.audit.composition import PLACES
from atlas.errors import AtlasError, Fault
from atlas.tables import INDICATORS

EVIDENCE = "atomes.parquet"
PEOPLE = frozenset({"ménages", "emménagés récents", "majeurs"})
Weights = Mapping[Hashable, int]
Row = tuple[float, ...]
_SURVEYED = tuple(one.code for one in INDICATORS.values() if one.population == "ménages")


@dataclass(frozen=True, eq=False)
class Evidence:
    """``atoms``: one row per ``campagne`` and ``id`` (text), with the columns of places and, by indicator, counts."""

    atoms: pd.DataFrame

    @cached_property
    def surveyed(self) -> bool:
        """Whether any household is known at all: a register without a survey has none."""
        return bool((self._households() > 0).any())

    @cached_property
    def years(self) -> Mapping[int, pd.DataFrame]:
        """Rows by campaign, indexed by address, with ``repondants``: the households that answered anything."""
        rows = self.atoms.assign(repondants=self._households())
        return {int(str(year)): part.set_index("id") for year, part in rows.groupby("campagne")}

    @cached_property
    def people(self) -> Mapping[int, Mapping[Hashable, Row]]:
        """The whole row of what each address answered of its people, nothing as zero: by campaign, then address."""
        codes = [code for code, one in INDICATORS.items() if one.population in PEOPLE]
        told = [name for code in codes for name in (f"n_{code}", f"d_{code}", f"m_{code}")]
        found = {}
        for year, table in self.years.items():
            values = table[[name for name in (*told, "menages") if name in table]].fillna(0).to_numpy(float)
            found[year] = dict(zip(table.index.tolist(), map(tuple, values.tolist()), strict=True))
        return found

    def respondents(self, campaign: int) -> Weights:
        """Households that answered, by address; empty where no household is known."""
        rows = self.years.get(campaign)
        return {} if rows is None or not self.surveyed else _whole(rows["repondants"])

    def answers(self, campaign: int, code: str) -> pd.DataFrame:
        """Addresses that answered an item: ``n``, ``d``, and ``m``, the households that did where that is told.

        Where the survey does not tell how many households answered the item, those that answered anything may have.
        """
        found = self._answers.get((campaign, code))
        return pd.DataFrame({"n": [], "d": [], "m": []}, dtype=float) if found is None else found

    @cached_property
    def _answers(self) -> Mapping[tuple[int, str], pd.DataFrame]:
        found = {}
        for year, rows in self.years.items():
            for code in (code for code in INDICATORS if f"d_{code}" in rows):
                households = rows["repondants"]
                if f"m_{code}" in rows:
                    households = rows[f"m_{code}"].fillna(households)
                told = pd.DataFrame({"n": rows[f"n_{code}"], "d": rows[f"d_{code}"], "m": households})
                found[year, code] = told[told["d"] > 0].astype(float)
        return found

    def _households(self) -> pd.Series:
        """Count the households that answered, at least those of the best answered item."""
        items = [name for code in _SURVEYED if (name := f"d_{code}") in self.atoms]
        best = self.atoms[items].max(axis=1) if items else pd.Series(float("nan"), index=self.atoms.index)
        return self.atoms["menages"].fillna(best).fillna(0)


def read_evidence(folder: Path) -> Evidence | None:
    """Read the evidence of a build; None where there is none.

    Raises
    ------
    AtlasError
        ``AUDIT-ATOMES`` when it is there and cannot be read, or tells an address twice.
    """
    path = folder / EVIDENCE
    if not path.is_file():
        return None
    try:
        atoms = pd.read_parquet(path)
        lacking = sorted({*PLACES, "menages"} - set(atoms))
        if lacking:
            raise ValueError(f"colonnes absentes : {', '.join(lacking)}")
        atoms = atoms.assign(campagne=atoms["campagne"].astype(int), id=atoms["id"].astype(str))
        if atoms.duplicated(["campagne", "id"]).any():
            raise ValueError("une adresse y est deux fois dans une campagne")
    except (OSError, ValueError) as error:
        raise AtlasError(
            [
                Fault(
                    "AUDIT-ATOMES",
                    f"{EVIDENCE}, à côté des éditions, ne se relit pas ({error}).",
                    "une ligne par campagne et par adresse, telle que la construction l'écrit",
                    "reconstruire",
                )
            ]
        ) from None
    return Evidence(atoms)


def _whole(values: pd.Series) -> dict[Hashable, int]:
    known = values[values > 0]
    return dict(zip(known.index.tolist(), known.astype(int).tolist(), strict=True))
