"""What an edition writes of each rate, as bounds on counts: what the attacker works on.

Grain in: an edition read back, and the builder's own edition when it stands beside it. Grain out: by campaign, cells
and what is shown of them. Rates that no count can be bounded for are attacked by subtraction only.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from math import ceil, floor

import pandas as pd

from atlas.audit.attack import Cell, Shown
from atlas.audit.written import Ground, Written
from atlas.tables import INDICATORS, PUBLISHED

_STEP, _ROUNDING = 1.0, 1e-9
_END = re.compile(r"(0|100)([.,]0+)? %")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


@dataclass(frozen=True, eq=False)
class Truth:
    """What only the builder knows: by campaign, ``households`` by address; by (campaign, indicator), denominators."""

    households: Mapping[int, Mapping[Hashable, int]]
    denominators: Mapping[tuple[int, str], Mapping[Hashable, int]]


def truth_of(builder: Written) -> Truth:
    """Read the builder's own edition; the households of older campaigns are those of their best answered item."""
    rows = builder.series[builder.series["unite"] == "adresses"]
    denominators = {
        (int(str(year)), str(code)): _counts(part["id"], part["denominateur"])
        for (year, code), part in rows.groupby(["campagne", "indicateur"])
    }
    addresses = builder.units["adresses"]
    households = {}
    for year in builder.campaigns:
        known = [
            pd.Series(denominators[year, code])
            for code, indicator in INDICATORS.items()
            if indicator.population == "ménages" and denominators.get((year, code))
        ]
        if year == addresses["campagne"].max() and addresses["menages"].notna().any():
            households[year] = _counts(addresses["id"], addresses["menages"])
        elif known:
            best = pd.concat(known, axis=1).max(axis=1)
            households[year] = _counts(best.index.to_series(), best)
    return Truth(households, denominators)


def cells_of(written: Written, ground: Ground, campaign: int) -> list[Cell]:
    """List every unit with its addresses; shown when its households, or any rate of that campaign, are."""
    rows = written.series[(written.series["campagne"] == campaign) & (written.series["statut"] == PUBLISHED)]
    shown = set(zip(rows["unite"], rows["id"], strict=True))
    cells = []
    for kind, units in ground.atoms.items():
        table = written.units[kind]
        latest = campaign == written.campaigns[-1]
        counted = set(table.loc[table["menages"].notna(), "id"]) if latest else set()
        cells += [(f"{kind}/{u}", a, (kind, u) in shown or u in counted) for u, a in units.items() if a]
    return cells


def own_atoms(written: Written) -> frozenset[Hashable]:
    """Find the addresses whose counts are written: a landlord's own stock, known to the reader."""
    rows = written.series[(written.series["unite"] == "adresses") & written.series["denominateur"].notna()]
    return frozenset(rows["id"])


def values_of(written: Written, ground: Ground, campaign: int, truth: Truth | None) -> dict[str, Shown]:
    """Gather what is written of each rate for a campaign.

    Numerators are bounded where the builder's denominators are known and the campaign is the one that tables tell, as
    for a reader who knows every denominator: it is more than any reader does.
    """
    latest = campaign == written.campaigns[-1]
    rows = written.series[(written.series["campagne"] == campaign) & (written.series["statut"] == PUBLISHED)]
    values = {}
    for code, part in rows.groupby("indicateur"):
        indicator = INDICATORS.get(str(code))
        if indicator is None:
            continue
        known = None if truth is None else truth.denominators.get((campaign, indicator.code))
        bounded = latest and indicator.unit == "%" and known is not None
        caps: Mapping[Hashable, int] = known if bounded and known is not None else {}
        figures, ends = {}, []
        columns = (part[name] for name in ("unite", "id", "valeur", "libelle", "numerateur"))
        for kind, unit, value, label, count in zip(*columns, strict=True):
            atoms = ground.atoms.get(kind, {}).get(unit)
            if not atoms:
                continue
            size = sum(caps.get(atom, 0) for atom in atoms) if bounded else 0
            counted = count is not None and count == count
            figures[f"{kind}/{unit}"] = (float(count), float(count)) if counted else _bounds(value, label, size)
            if indicator.sensitive and indicator.unit == "%" and not counted and _END.fullmatch(label):
                ends.append(f"{kind}/{unit}")
        values[indicator.code] = Shown(figures, caps, known, tuple(ends))
    return values


def _bounds(value: float, label: str, size: int) -> tuple[float, float]:
    """Bound a numerator by how its rate is written and what it is out of."""
    low, high = _written_bounds(value, label)
    return float(ceil(low * size / 100 - _ROUNDING)), float(floor(high * size / 100 + _ROUNDING))


def _written_bounds(value: float, label: str) -> tuple[float, float]:
    """Read a label as bounds in %.

    >>> _written_bounds(42.0, "42 %"), _written_bounds(5.0, "≤ 5 %"), _written_bounds(95.0, "≥ 95 %")
    ((41.0, 43.0), (0.0, 5.0), (95.0, 100.0))
    >>> _written_bounds(30.0, "de 30 à moins de 40 %"), _written_bounds(0.0, "moins de 20 %")
    ((30.0, 40.0), (0.0, 20.0))
    >>> _written_bounds(60.0, "60 % et plus")
    (60.0, 100.0)
    """
    numbers = [float(number.replace(",", ".")) for number in _NUMBER.findall(label)]
    if label.startswith(("≤", "moins de")):
        return 0.0, numbers[0]
    if label.startswith("≥") or "plus" in label:
        return numbers[0], 100.0
    if len(numbers) == 2:
        return numbers[0], numbers[1]
    return max(0.0, value - _STEP), min(100.0, value + _STEP)


def _counts(ids: pd.Series, values: pd.Series) -> dict[Hashable, int]:
    known = values.notna()
    return dict(zip(ids[known].tolist(), values[known].astype(int).tolist(), strict=True))
