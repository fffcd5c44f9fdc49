"""What an edition tells of its units, checked against the addresses that the builder knows.

Grain in: an edition with its evidence. Grain out: reasons to refuse: a figure that is not that of its addresses, a
place that the builder does not know, an end that leaves fewer than three counts, counts of another landlord's stock.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import pandas as pd

from atlas.audit.attack import Atoms
from atlas.audit.composition import PLACES, PLACES_THEN
from atlas.audit.holdings import Holding
from atlas.audit.labels import bounds_of, counts_of
from atlas.audit.reasons import END, FIGURE, PLACE, Reason, reason
from atlas.later import sparse
from atlas.tables import INDICATORS, Indicator

_ENDS = re.compile(r"(0|100)([.,]0+)? %")
_ROOM = 2  # counts beside the one at the end, so that three remain possible
_FAMILY = 3  # persons beyond the first in a family of three children: « ≤ 1,1 » must not say that there is none
_CLOSE = 1e-6
_NUMBERS = ("campagne", "nb_logements")


def untrue(holding: Holding) -> Iterator[Reason]:
    """Compare an edition with its evidence."""
    written = holding.written
    if holding.ground.unreconciled and not holding.ground.guessed:
        yield Reason(
            PLACE,
            "logements qui ne sont pas la somme de ceux des adresses",
            len(holding.ground.unreconciled),
            holding.ground.unreconciled,
        )
    yield from _ends_written(holding)
    yield from _counts(holding)
    if holding.evidence is None:
        return
    if written.composition is not None:
        yield from reason(
            PLACE, "adresses autres que celles du constructeur", _misplaced(written.composition, holding.evidence.atoms)
        )
    false, narrow = [], []
    for campaign in written.campaigns:
        for where, told, close in _compared(holding, campaign):
            false += [f"campagne {campaign}, {where}"] * (not told)
            narrow += [f"campagne {campaign}, {where}"] * close
    yield from reason(FIGURE, "chiffres qui ne sont pas ceux de leurs adresses", false)
    yield from reason(END, "bouts d'échelle qui laissent moins de trois effectifs possibles", narrow)


def incidence(units: list[Atoms], columns: dict[object, int], width: int | None = None) -> sparse.csr_matrix:
    """Make the 0/1 matrix of units over addresses, as wide as there are columns; those without one are left out."""
    held = [[columns[atom] for atom in atoms if atom in columns] for atoms in units]
    rows = np.repeat(np.arange(len(units)), [len(one) for one in held])
    places = np.fromiter((place for one in held for place in one), dtype=np.int64, count=len(rows))
    return sparse.csr_matrix((np.ones(len(rows)), (rows, places)), shape=(len(units), width or len(columns)))


def _compared(holding: Holding, campaign: int) -> Iterator[tuple[str, bool, bool]]:
    """Say, of each published rate, whether its addresses give it, and whether it is an end too narrow."""
    places, evidence = holding.ground.at(campaign), holding.evidence
    assert evidence is not None
    columns: dict[object, int] = {atom: place for place, atom in enumerate(places.dwellings)}
    for code, rows in holding.rates(campaign).items():
        indicator, answers = INDICATORS[code], evidence.answers(campaign, code)
        units = [places.of(kind, unit) for kind, unit in holding.rated(campaign)[code]]
        inside = incidence(units, columns)
        counts = answers.reindex(list(places.dwellings))[["n", "d"]].fillna(0).to_numpy(float)
        n, d = (inside @ counts).T
        labels = rows["libelle"].astype(str).tolist()
        exact = 100 * n / np.maximum(d, 1) if indicator.unit == "%" else n / np.maximum(d, 1)
        whole = 100.0 if indicator.unit == "%" else np.inf
        limits = np.array([bounds_of(label, whole) for label in labels])
        top = np.where(limits[:, 1] >= whole, np.inf, limits[:, 1])  # requests may outnumber households
        told = (d > 0) & (exact >= limits[:, 0] - _CLOSE) & (exact <= top + _CLOSE)
        close = _narrow(indicator, labels, d) & rows["denominateur"].isna().to_numpy()
        for place in np.flatnonzero(~told | close).tolist():
            row = rows.iloc[place]
            where = f"{row['unite']}/{row['id']}, {indicator.label} : {labels[place]}"
            yield where, bool(told[place]), bool(close[place])


def _narrow(indicator: Indicator, labels: list[str], sizes: np.ndarray) -> np.ndarray:
    """Find the ends of sensitive rates that say nobody, or everybody, or one less: two counts are no doubt."""
    if not indicator.sensitive and indicator.unit == "%":
        return np.zeros(len(labels), dtype=bool)
    found = []
    for label, size in zip(labels, sizes.astype(int).tolist(), strict=True):
        low, high = counts_of(label, size, indicator.unit)
        room = _ROOM if indicator.unit == "%" else _ROOM * _FAMILY
        bottom, top = low <= 0 and high < room, high >= size and low > size - _ROOM
        found.append(bottom or (top and indicator.unit == "%"))
    return np.array(found, dtype=bool)


def _ends_written(holding: Holding) -> list[Reason]:
    """Refuse 0 % and 100 % as such, whatever is known of the counts."""
    series = holding.written.series
    sensitive = [code for code, one in INDICATORS.items() if one.sensitive and one.unit == "%"]
    rows = series[series["indicateur"].isin(sensitive) & series["denominateur"].isna()]
    rows = rows[rows["libelle"].astype(str).str.fullmatch(_ENDS.pattern)]
    told = [
        f"campagne {year}, {kind}/{unit}, {INDICATORS[code].label}"
        for year, kind, unit, code in rows[["campagne", "unite", "id", "indicateur"]].itertuples(index=False)
    ]
    return reason(END, "0 % ou 100 % écrits tels quels", told)


def _counts(holding: Holding) -> Iterator[Reason]:
    """Refuse counts in a masked edition, but for the stock that its landlord held in that campaign."""
    series = holding.written.series
    counted = series[series["denominateur"].notna() | series["numerateur"].notna()]
    if not len(counted):
        return
    own = {year: holding.own(year) for year in holding.written.campaigns}
    if not any(own.values()):
        yield from reason(FIGURE, "effectifs écrits dans une édition masquée", [f"{k}/{u}" for k, u in _pairs(counted)])
        return
    landlords: dict[str, str] = {}
    for year, atoms in own.items():
        for name, stock in holding.ground.at(year).stocks.items():
            if stock & atoms:
                landlords.setdefault(name, f"{name}, campagne {year}, adresse {min(map(str, stock & atoms))}")
    if len(landlords) > 1:
        yield Reason(FIGURE, "effectifs de plusieurs bailleurs", len(landlords), tuple(landlords.values()))
    strangers = []
    for campaign, rows in counted.groupby("campagne"):
        year = int(str(campaign))
        places = holding.ground.at(year)
        stock = own[year].union(*(places.stocks.get(name, frozenset()) for name in landlords))
        strangers += [
            f"campagne {year}, {kind}/{unit}" for kind, unit in _pairs(rows) if not places.of(kind, unit) <= stock
        ]
    yield from reason(FIGURE, "effectifs d'une unité qui n'est pas toute au bailleur", strangers)


def _pairs(rows: pd.DataFrame) -> list[tuple[str, str]]:
    return list(rows[["unite", "id"]].drop_duplicates().itertuples(index=False, name=None))


def _comparable(values: pd.Series) -> pd.Series:
    """Write numbers and texts alike, whatever file they come from; nothing is empty, and no code is a number."""
    if values.name in _NUMBERS:
        return values.fillna(0).astype(float)
    return values.astype(object).where(values.notna(), "").astype(str)


def _misplaced(told: pd.DataFrame, known: pd.DataFrame) -> list[str]:
    """List the addresses that an edition places, sizes or gives to a landlord otherwise than its builder."""
    names = [name for name in PLACES if name in told and name in known]
    names += [name for name in PLACES_THEN if name in told or name in known]
    told, known = (one.reindex(columns=names) for one in (told, known))
    mine, its = (
        pd.DataFrame({name: _comparable(one[name]) for name in names}).drop_duplicates() for one in (told, known)
    )
    merged = mine.merge(its, how="outer", on=names, indicator=True)
    odd = merged[merged["_merge"] != "both"]
    return [f"campagne {year}, adresse {one}" for year, one in odd[["campagne", "id"]].itertuples(index=False)]
