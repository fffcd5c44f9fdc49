"""What a reader holds: editions read back, with the places of their addresses and, where it stands, their evidence.

Grain in: folders of editions. Grain out: by figure of one campaign, what is published in all of them together.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from atlas.audit.answers import RESPONDENTS, Answered, answered
from atlas.audit.attack import ANSWERS, Atoms, Published
from atlas.audit.composition import Ground, ground_of
from atlas.audit.evidence import Evidence, read_evidence
from atlas.audit.read_back import Written, read_written
from atlas.audit.renamed import Place, names_today, renamed
from atlas.tables import INDICATORS, PUBLISHED, SECRET

BUILDER = "interne"
PEOPLE, _UNTOLD = "secret_personnes_menage", 99
REDELIVERED = "secret_fichier_redonne"


@dataclass(frozen=True, eq=False)
class Holding:
    """One edition that a reader holds."""

    written: Written
    ground: Ground
    evidence: Evidence | None

    @cached_property
    def _published(self) -> Mapping[int, Mapping[str, pd.DataFrame]]:
        series = self.written.series
        shown = series[(series["statut"] == PUBLISHED) & series["indicateur"].isin(list(INDICATORS))]
        return {
            int(str(year)): {str(code): rows for code, rows in part.groupby("indicateur")}
            for year, part in shown.groupby("campagne")
        }

    def rates(self, campaign: int) -> Mapping[str, pd.DataFrame]:
        """Give the published rows of the series, by indicator."""
        return self._published.get(campaign, {})

    def rated(self, campaign: int) -> Mapping[str, list[tuple[str, str]]]:
        """Give the units of these rows, in their order."""
        return self._rated.get(campaign, {})

    @cached_property
    def _rated(self) -> Mapping[int, Mapping[str, list[tuple[str, str]]]]:
        return {
            year: {
                code: list(zip(rows["unite"].tolist(), rows["id"].tolist(), strict=True)) for code, rows in told.items()
            }
            for year, told in self._published.items()
        }

    def households(self, campaign: int) -> Mapping[tuple[str, str], int]:
        """Give the responding households of the units that tell them."""
        return self._households.get(campaign, {})

    @cached_property
    def _households(self) -> Mapping[int, Mapping[tuple[str, str], int]]:
        found: dict[int, dict[tuple[str, str], int]] = {}
        tables = [table.assign(unite=kind) for kind, table in self.written.units.items()]
        for table in (*tables, self.written.history):
            if table is not None and {"menages", "campagne"} <= set(table):
                told = table.loc[table["menages"].notna(), ["campagne", "unite", "id", "menages"]]
                for year, kind, unit, size in told.itertuples(index=False, name=None):
                    found.setdefault(int(year), {})[str(kind), str(unit)] = int(size)
        return found

    def masked(self, campaign: int, code: str) -> list[tuple[str, str]]:
        """List the units whose rate is masked."""
        return self._masked.get((campaign, code), [])

    @cached_property
    def _masked(self) -> Mapping[tuple[int, str], list[tuple[str, str]]]:
        series = self.written.series
        found: dict[tuple[int, str], list[tuple[str, str]]] = {}
        rows = series.loc[series["statut"] == SECRET, ["campagne", "indicateur", "unite", "id"]]
        for year, code, kind, unit in zip(*(rows[name].tolist() for name in rows), strict=True):
            found.setdefault((int(year), str(code)), []).append((str(kind), str(unit)))
        return found

    def cells(self, campaign: int) -> Iterator[tuple[str, Atoms]]:
        """Give every published figure with the addresses of its unit."""
        places = self.ground.at(campaign)
        for kind, unit in self.households(campaign):
            yield RESPONDENTS, places.of(kind, unit)
        for code, units in self.rated(campaign).items():
            yield from ((code, places.of(kind, unit)) for kind, unit in units)

    def own(self, campaign: int) -> Atoms:
        """Find the addresses whose counts are written: a landlord's stock, known to the reader of its edition."""
        return self._own.get(campaign, frozenset())

    @cached_property
    def _own(self) -> Mapping[int, Atoms]:
        series = self.written.series
        counted = series.loc[series["denominateur"].notna(), ["campagne", "unite", "id"]].drop_duplicates()
        alone = counted[counted["unite"] == "adresses"]
        own = {int(str(year)): frozenset(rows["id"]) for year, rows in alone.groupby("campagne")}
        # Between two surveys no address is told by itself: updates of whole residences are.
        for year, rows in counted[counted["unite"] == "actualisations"].groupby("campagne"):
            places = self.ground.at(int(str(year)))
            own[int(str(year))] = frozenset().union(*(places.of("actualisations", one) for one in rows["id"]))
        return own

    @cached_property
    def landlord(self) -> bool:
        """Whether the edition is that of one landlord."""
        return self.written.masked and bool(self.written.series["denominateur"].notna().any())


def people_supposed(holding: Holding) -> int:
    """Read how many people an edition supposes in one household at most: hardly a limit where its rules do not tell."""
    rules = {rule["cle"]: rule["valeur"] for rule in holding.written.manifest.get("regles", ())}
    return int(rules.get(PEOPLE, _UNTOLD))


def share_supposed(holding: Holding) -> float:
    """Read from which share of addresses alike, in %, a file is supposed delivered again: from none, if it is not told.

    The more is supposed, the more a reader derives: what an edition does not tell must not be what spares it.
    """
    rules = {rule["cle"]: rule["valeur"] for rule in holding.written.manifest.get("regles", ())}
    return float(rules.get(REDELIVERED, 0))


def read_earlier(folder: Path, today: Holding) -> Holding:
    """Read an edition of an earlier build, its addresses named as those of today's."""
    written, evidence = read_written(folder), read_evidence(folder.parent)
    told = evidence.atoms if evidence is not None else written.composition
    known = today.evidence.atoms if today.evidence is not None else today.written.composition
    if told is None or known is None:
        return read_holding(folder, evidence)
    names = names_today(_places_of(told), _places_of(known))
    if not names:
        return read_holding(folder, evidence)
    series = written.series
    addresses = series["unite"].eq("adresses")
    written = replace(
        written,
        units={kind: renamed(table, names) if kind == "adresses" else table for kind, table in written.units.items()},
        series=pd.concat([renamed(series[addresses], names), series[~addresses]]),
        composition=None if written.composition is None else renamed(written.composition, names),
    )
    evidence = None if evidence is None else Evidence(renamed(evidence.atoms, names))
    return Holding(written, ground_of(written, None if evidence is None else evidence.atoms), evidence)


def _places_of(table: pd.DataFrame) -> Iterator[Place]:
    rows = table[["campagne", "id", "bailleur"]]
    return ((int(year), str(name), str(landlord)) for year, name, landlord in rows.itertuples(index=False, name=None))


def read_holding(folder: Path, evidence: Evidence | None, builder: Path | None = None) -> Holding:
    """Read an edition with the evidence of its build; ``builder`` is the edition that shows everything, if any."""
    written = read_written(folder)
    beside = next((one for one in (builder, folder.parent / BUILDER, folder.parent / "partenaire") if one), None)
    beside = beside if beside is not None and beside.is_dir() and beside.resolve() != folder.resolve() else None
    named = written.composition is not None or (evidence is not None and "pseudonyme" in evidence.atoms)
    other = read_written(beside) if beside is not None and not named else None
    return Holding(written, ground_of(written, None if evidence is None else evidence.atoms, other), evidence)


def together(holdings: Sequence[Holding], campaign: int, only: int | None = None) -> dict[str, Published]:
    """Put together what several editions publish of a campaign, the oldest first; of the first ``only`` if given.

    Atoms are those of all the editions in both cases.
    """
    grounds = [one.ground.at(campaign) for one in holdings]
    cells: dict[str, dict[int, list[Atoms]]] = {}
    for build, one in enumerate(holdings[:only]):
        for figure, addresses in one.cells(campaign):
            cells.setdefault(figure, {}).setdefault(build, []).append(addresses)
    found = {}
    for figure, by_build in cells.items():
        known = answered([one.evidence for one in holdings], grounds, campaign, figure)
        totals = {known.of(build, addresses) for build, units in by_build.items() for addresses in units}
        found[figure] = Published(frozenset(totals) - {frozenset()}, _measured(known, figure))
    return found


def _measured(known: Answered, figure: str) -> Mapping[str, Mapping[Hashable, int]]:
    """Households have no denominator of their own."""
    return {name: by for name, by in known.weights.items() if figure != RESPONDENTS or name != ANSWERS}
