"""The criterion of recent movers read on a wider perimeter: is it true, does it stay vague, what do its sums give away.

Grain in: an edition as written, with its evidence. Grain out: reasons to refuse. A reading says of a sum, published
nowhere, on which side of a threshold it is. The reader is supposed to know the sum itself: two campaigns of a residence
together, or a landlord's stock in an IRIS, are then totals like others, attacked with them. An address is another atom
in each campaign; its households are other people, its dwellings are the same: in dwellings, each campaign must protect
itself.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil

import pandas as pd

from atlas import methods
from atlas.audit.attack import Atoms, Limits
from atlas.audit.holdings import Holding
from atlas.audit.read_back import HISTORY, read_table
from atlas.audit.read_sums import sums_attacked
from atlas.audit.reasons import END, FIGURE, LEAK, UNPROVEN, Reason, reason
from atlas.tables import NOT_APPLICABLE
from atlas.tables.wider import (
    BY_IRIS,
    BY_LANDLORD,
    CRITERION,
    ITSELF,
    MET,
    NOT_MET,
    PERIMETER,
    RECENT,
    perimeter_words,
)

_POSSIBLE, _FEW = 3, 5
_YEARS = re.compile(r"\d{4}")
_COLUMNS = (PERIMETER, CRITERION, *(method.wider for method in methods.every() if method.wider))
_Tagged = tuple[int, Hashable]  # a campaign and an address


@dataclass(frozen=True)
class Told:
    """One reading: of a residence at a campaign, what it says, and the atoms (campaign, address) of its sum."""

    campaign: int
    residence: str
    perimeter: str
    criterion: str
    atoms: frozenset[_Tagged]

    def __str__(self) -> str:
        return f"campagne {self.campaign}, residences/{self.residence}, lu sur {self.perimeter} : {self.criterion}"


def read_elsewhere(holding: Holding, limits: Limits, before: Sequence[Holding] = ()) -> Iterator[Reason]:
    """Check every reading of an edition, then attack their sums, with those of the editions that were held before."""
    rows = _rows(holding)
    yield from reason(FIGURE, "lectures élargies autres que celles de l'historique", _unlike(holding, rows))
    if holding.evidence is None or not (len(rows) or before):
        return
    yield from reason(FIGURE, "« sans objet » là où il y a des emménagés récents", _wrongly_empty(holding, rows))
    told = [one for one in _told(holding, rows) if one.perimeter != ITSELF]
    threshold = _threshold(holding)
    if told and threshold != threshold:
        yield Reason(UNPROVEN, "lectures élargies sur un seuil que le manifeste ne dit pas", len(told))
        return
    counts = _counts(holding)
    false, narrow = [], []
    for one in told:
        n, d, dwellings = _summed(holding, counts, one.atoms)
        needed = ceil(round(d * threshold / 100, 9))
        if not d or one.criterion != (MET if n >= needed else NOT_MET):
            false.append(str(one))
        if min(needed, d - needed + 1) < _POSSIBLE or d < limits.denominator or dwellings < limits.dwellings:
            narrow.append(str(one))
    yield from reason(FIGURE, "lectures élargies qui ne sont pas celles de leurs adresses", false)
    yield from reason(END, "lectures élargies sur trop peu de réponses", narrow)
    if not false and not narrow:  # refused already: what false sums would give needs no proof
        leaks = list(sums_attacked(before, holding, limits, sums_read))
        yield from reason(LEAK, "des lectures élargies donnent des groupes", [s for s, proven in leaks if proven])
        yield from reason(UNPROVEN, "lectures élargies", [s for s, proven in leaks if not proven])


def bounds_read(holding: Holding) -> Iterator[tuple[frozenset[_Tagged], int, int]]:
    """Give, of each reading wider than a residence, its addresses and between which counts their sum is.

    A threshold that the manifest does not tell bounds nothing: the edition is refused for it elsewhere.
    """
    threshold = _threshold(holding)
    if holding.evidence is None or threshold != threshold:
        return
    counts = _counts(holding)
    for one in _told(holding, _rows(holding)):
        _, d, _ = _summed(holding, counts, one.atoms)
        needed = ceil(round(d * threshold / 100, 9))
        if one.perimeter != ITSELF:
            yield (one.atoms, needed, d) if one.criterion == MET else (one.atoms, 0, needed - 1)


def _threshold(holding: Holding) -> float:
    keys = holding.written.criteria(RECENT)
    return float(holding.written.rules.get(keys[0], "nan")) if keys else float("nan")


def _rows(holding: Holding) -> pd.DataFrame:
    found = read_table(holding.written.folder, HISTORY)
    if found is None or PERIMETER not in found:
        return pd.DataFrame(columns=["id", "campagne", *_COLUMNS])
    return found[found["unite"] == "residences"].reindex(columns=["id", "campagne", *_COLUMNS])


def _unlike(holding: Holding, rows: pd.DataFrame) -> list[str]:
    """Compare the table of residences with the history of its campaign."""
    table = holding.written.units.get("residences")
    if table is None or PERIMETER not in table:
        return []
    both = table.reindex(columns=["id", "campagne", *_COLUMNS]).merge(
        rows, on=["id", "campagne"], how="left", suffixes=("", "_then")
    )
    odd = pd.Series(False, index=both.index)
    for name in _COLUMNS:
        odd |= both[name].fillna("") != both[f"{name}_then"].fillna("")
    return [f"residences/{one}" for one in both.loc[odd, "id"]]


def _wrongly_empty(holding: Holding, rows: pd.DataFrame) -> list[str]:
    """List the residences said to have no recent mover that have some."""
    found = []
    for campaign, unit in rows.loc[rows[CRITERION] == NOT_APPLICABLE, ["campagne", "id"]].itertuples(index=False):
        answers = _answers(holding, int(campaign))
        atoms = holding.ground.at(int(campaign)).of("residences", unit)
        if any(answers.get(atom, (0, 0))[1] for atom in atoms):
            found.append(f"campagne {campaign}, residences/{unit}")
    return found


def _told(holding: Holding, rows: pd.DataFrame) -> Iterator[Told]:
    """Spell each reading out in addresses."""
    shown = rows[rows[PERIMETER].notna()]
    for unit, year, perimeter, criterion in shown[["id", "campagne", PERIMETER, CRITERION]].itertuples(index=False):
        yield Told(int(year), unit, perimeter, criterion, _atoms(holding, int(year), unit, perimeter))


def _atoms(holding: Holding, campaign: int, unit: str, perimeter: str) -> frozenset[_Tagged]:
    places = holding.ground.at(campaign)
    own = places.of("residences", unit)
    iris = [atoms for atoms in places.units.get("iris", {}).values() if own <= atoms] if own else []
    if perimeter == perimeter_words(BY_IRIS):
        return _tagged(campaign, *iris)
    if perimeter == perimeter_words(BY_LANDLORD):
        stocks = [atoms for atoms in places.stocks.values() if own <= atoms]
        return _tagged(campaign, *(one & other for one in iris for other in stocks))
    years = [int(year) for year in _YEARS.findall(perimeter)]
    return frozenset().union(*(_tagged(year, holding.ground.at(year).of("residences", unit)) for year in years))


def _tagged(campaign: int, *sets: Atoms) -> frozenset[_Tagged]:
    return frozenset((campaign, atom) for atoms in sets for atom in atoms)


def _answers(holding: Holding, campaign: int) -> Mapping[Hashable, tuple[int, int]]:
    assert holding.evidence is not None
    rows = holding.evidence.answers(campaign, RECENT)
    return dict(zip(rows.index, zip(rows["n"].astype(int), rows["d"].astype(int), strict=True), strict=True))


def _counts(holding: Holding) -> Mapping[_Tagged, tuple[int, int]]:
    """Numerator and denominator of recent movers of every address of every campaign."""
    years = holding.written.campaigns
    return {(year, atom): pair for year in years for atom, pair in _answers(holding, year).items()}


def _summed(
    holding: Holding, counts: Mapping[_Tagged, tuple[int, int]], atoms: frozenset[_Tagged]
) -> tuple[int, int, int]:
    """Sum counts, and the dwellings of who answered, those of two campaigns once."""
    told = [atom for atom in atoms if atom in counts]
    homes = {address: holding.ground.at(year).dwellings.get(address, 0) for year, address in sorted(told, key=str)}
    return sum(counts[one][0] for one in told), sum(counts[one][1] for one in told), sum(homes.values())


def sums_read(holding: Holding) -> frozenset[frozenset[_Tagged]]:
    """Give the sums that an edition reads and publishes nowhere, each as its atoms (campaign, address)."""
    told = _told(holding, _rows(holding))
    return frozenset(one.atoms for one in told if one.perimeter not in (ITSELF, perimeter_words(BY_IRIS)))
