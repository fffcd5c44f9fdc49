"""Masked small units that bounding fixes: their share is known although no sum or difference gives it.

Grain in: editions that one reader holds, with the evidence of their build. Grain out: one row per masked unit under the
threshold and sensitive rate that published figures fix exactly, or leave fewer than three counts.

The reader knows every dwelling count, and the households of the units that publish theirs; where all of these answered
an item it knows its denominator, elsewhere that it is between the threshold and that. Of a masked unit it only knows
that its denominator is at most its dwellings, and nothing of how many adults or decisions there are: these rates are
not bounded. Households are whole; a unit is fixed when it can only hold nobody, or everybody, or one count of one.

Three steps, each a proof: bounds carried from total to total until they settle say what is fixed; moving one household
in or out of the rate, all totals as written, says what is not; an integer programme around the unit decides the rest.
Units that the first step alone leaves one or two counts are told beside; only what is fixed is counted exactly. What
several indicators fix together, :mod:`atlas.audit.linked` finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from atlas.audit.attack import Atoms, Limits
from atlas.audit.bounding import System, carried, moves, swaps, varies
from atlas.audit.evidence import read_evidence
from atlas.audit.holdings import PEOPLE, REDELIVERED, Holding, people_supposed, read_holding
from atlas.audit.labels import bounds_of, counts_of
from atlas.audit.linked import fixed_together
from atlas.audit.reasons import FIXED, Reason, reason
from atlas.audit.truths import incidence
from atlas.later import sparse
from atlas.tables import INDICATORS, PUBLISHED, Indicator

COLUMNS = ("campagne", "unite", "id", "indicateur", "logements", "minimum", "maximum", "determine")
_ROOM = 2  # counts beside the true one: three are possible
_POPULATIONS = ("ménages", "emménagés récents")


def pinned(holdings: Sequence[Holding], limits: Limits, *, linked: bool = True) -> pd.DataFrame:
    """List the masked units under the threshold that published figures fix, or nearly.

    Parameters
    ----------
    holdings : sequence of Holding
        Editions that one reader holds; the first is the one audited, and its evidence gives the truth to move from.
    linked : bool
        Whether to put together the indicators that bound one another, and readings on wider perimeters.

    Returns
    -------
    DataFrame
        :data:`COLUMNS`, one row per unit and rate that leaves fewer than three counts; ``determine``: only one.
    """
    first = holdings[0]
    found = []
    if first.evidence is not None:
        for campaign in first.written.campaigns:
            for indicator in INDICATORS.values():
                if indicator.population in _POPULATIONS and (indicator.sensitive or indicator.unit != "%"):
                    found += list(_of(holdings, campaign, indicator, limits))
    known = {row[:4] for row in found if row[-1]}
    more = {row[:4]: row for row in fixed_together(holdings, limits) if row[:4] not in known} if linked else {}
    return pd.DataFrame([*(row for row in found if row[:4] not in more), *more.values()], columns=list(COLUMNS))


def with_earlier(
    holdings: Sequence[Holding], earlier: Sequence[Holding], limits: Limits, *, linked: bool = True
) -> pd.DataFrame:
    """List what editions of one build fix, as :func:`pinned`, with the help of earlier ones.

    Returns
    -------
    DataFrame
        :data:`COLUMNS`, and ``anterieur``: whether earlier editions fix the unit by themselves.
    """
    rows = pinned([*holdings, *earlier], limits, linked=linked).assign(anterieur=False)
    if earlier and rows["determine"].any():
        alone = pinned([_silent(holdings[0]), *earlier], limits, linked=linked)
        keys = list(COLUMNS[:4])
        fixed = pd.MultiIndex.from_frame(alone.loc[alone["determine"].astype(bool), keys])
        rows["anterieur"] = pd.MultiIndex.from_frame(rows[keys]).isin(fixed)
    return rows


def _silent(holding: Holding) -> Holding:
    """Make an edition that masks as this one does, and publishes and reads nothing."""
    written = holding.written
    rules = [rule for rule in written.manifest.get("regles", ()) if rule["cle"] in (PEOPLE, REDELIVERED)]
    manifest = {**written.manifest, "regles": rules, "reglages": {}}  # no threshold: its readings are of nothing
    series = written.series[written.series["statut"] != PUBLISHED]
    return replace(holding, written=replace(written, manifest=manifest, series=series))


def given_away(rows: pd.DataFrame) -> list[str]:
    """Say which units earlier editions fix by themselves: what they gave cannot be taken back."""
    before = rows[rows["determine"].astype(bool) & rows["anterieur"].astype(bool)]
    return [f"{_named(row)}, fixé par encadrement" for row in before.itertuples(index=False)]


def told_fixed(rows: pd.DataFrame) -> list[Reason]:
    """Say, as a reason to refuse, which units are fixed exactly, and not by what was given before alone."""
    now = rows[rows["determine"].astype(bool) & ~rows["anterieur"].astype(bool)]
    told = [f"{_named(row)} : {row.minimum:g}" for row in now.itertuples(index=False)]
    return reason(FIXED, "des taux masqués de petites unités sont fixés par encadrement", told)


def _named(row: Any) -> str:
    return f"campagne {row.campagne}, {row.unite}/{row.id}, {INDICATORS[str(row.indicateur)].label}"


def fixed_cells(folders: Sequence[Path], limits: Limits) -> pd.DataFrame:
    """List the masked small units that the editions of these folders fix exactly, one row per unit and rate.

    The evidence of the build is read beside the first folder: without it nothing is found.
    """
    evidence = read_evidence(folders[0].parent)
    found = pinned([read_holding(folder, evidence) for folder in folders], limits)
    return found[found["determine"].astype(bool)].reset_index(drop=True)


def _of(holdings: Sequence[Holding], campaign: int, indicator: Indicator, limits: Limits) -> Iterator[tuple]:
    """Bound the masked units of one rate and one campaign."""
    first = holdings[0]
    places = first.ground.at(campaign)
    shown = {
        other.ground.at(campaign).of(kind, unit)
        for other in holdings[1:]
        for kind, unit in other.rated(campaign).get(indicator.code, ())
    }
    targets = {
        (kind, unit): atoms
        for kind, unit in first.masked(campaign, indicator.code)
        if (atoms := places.of(kind, unit))
        and atoms not in shown
        and sum(places.dwellings.get(atom, 0) for atom in atoms) < limits.dwellings
    }
    if not targets:
        return
    system, columns = _system(holdings, campaign, indicator, limits)
    if system is None:
        return
    members = [[columns[atom] for atom in atoms if atom in columns] for atoms in targets.values()]
    least, most, out_least, out_most = carried(system)
    up, down = moves(system)
    for (kind, unit), cells in zip(targets, members, strict=True):
        if not cells or not (system.n[cells] + system.c[cells]).sum():
            continue  # nobody answered there: nothing to know
        room = up[cells].max(initial=0) + down[cells].max(initial=0)
        if room >= _ROOM:
            continue
        low, high = int(least[cells].sum()), int(most[cells].sum())
        empty = high == 0 or int(out_most[cells].sum()) == 0
        single = low == high and int(out_least[cells].sum()) == int(out_most[cells].sum())
        if not (empty or single or room) and not swaps(system, cells) and not varies(system, cells):
            single, low = True, int(system.n[cells].sum())
            high = low
        size = sum(places.dwellings.get(atom, 0) for atom in targets[kind, unit])
        if high - low >= min(_ROOM, size) and not (empty or single):
            continue
        yield (campaign, kind, unit, indicator.code, size, low, high, empty or single)


def _system(
    holdings: Sequence[Holding], campaign: int, indicator: Indicator, limits: Limits
) -> tuple[System | None, dict[object, int]]:
    """Write the published figures of a rate as rows; a figure that today's answers do not give is left out."""
    evidence = holdings[0].evidence
    assert evidence is not None
    answers = evidence.answers(campaign, indicator.code)
    dwellings = holdings[0].ground.at(campaign).dwellings
    answers = answers.loc[[atom in dwellings for atom in answers.index]]
    columns: dict[object, int] = {atom: place for place, atom in enumerate(answers.index)}
    full = people_supposed(holdings[0])
    n, d = answers["n"].to_numpy(float), answers["d"].to_numpy(float)
    cap = np.maximum(np.array([dwellings[atom] for atom in answers.index], dtype=float), d)
    if indicator.unit != "%":
        n, cap = np.maximum(n - d, 0), cap * full
        c = cap - n
    else:
        c = d - n
    known: list[sparse.csr_matrix] = []
    bounds: list[tuple[float, ...]] = []
    row: tuple[float, ...]
    for holding in holdings:
        told = holding.households(campaign)
        rows = holding.rates(campaign).get(indicator.code)
        if rows is None:
            continue
        places, every = holding.ground.at(campaign), holding.rated(campaign)[indicator.code]
        today = _of_today(holdings[0], holding, campaign, indicator.code)
        kept = [place for place, (kind, unit) in enumerate(every) if today(places.of(kind, unit))]
        units, rows = [every[place] for place in kept], rows.iloc[kept]
        inside = incidence([places.of(kind, unit) for kind, unit in units], columns)
        sums = zip(*(inside @ values for values in (n, c, d, cap)), strict=True)
        columns_read = (rows["libelle"].astype(str).tolist(), rows["denominateur"].notna().tolist())
        true = []
        for place, (key, (above, out, size, most), label, counted) in enumerate(
            zip(units, sums, *columns_read, strict=True)
        ):
            if counted:
                row = (above, above, out, out, above + out, above + out)
            else:
                row = _bounds(
                    label,
                    indicator,
                    int(size),
                    told.get(key),
                    int(most / full if indicator.unit != "%" else most),
                    limits,
                )
            if row[0] <= above <= row[1] and row[2] <= out <= row[3]:
                true.append(place)
                bounds.append(row)
        known.append(inside[true])
    if not bounds:
        return None, columns
    ends = np.array(bounds, dtype=float).T
    return System(sparse.vstack(known, format="csr"), n, c, cap, *ends), columns


def _of_today(first: Holding, other: Holding, campaign: int, code: str) -> Callable[[Atoms], bool]:
    """Make what tells the units of an edition whose addresses have all answered since as they had."""
    if other.evidence is None or first.evidence is None or other.evidence is first.evidence:
        return lambda atoms: True
    now, then = (one.evidence.answers(campaign, code)[["n", "d"]] for one in (first, other) if one.evidence)
    both = now.add_suffix("_now").join(then.add_suffix("_then"), how="outer").fillna(0)
    changed = set(both.index[(both["n_now"] != both["n_then"]) | (both["d_now"] != both["d_then"])])
    return changed.isdisjoint


def _bounds(
    label: str, indicator: Indicator, size: int, households: int | None, most: int, limits: Limits
) -> tuple[float, ...]:
    """Bound a total in and out of a rate, by its label and by what is known of its denominator."""
    if indicator.unit != "%":
        known = households == size
        low, high = counts_of(label, size if known else most, indicator.unit)
        return (float(low) if known else 0.0), float(high), 0.0, np.inf, 0.0, np.inf
    wide = int(households) if households is not None else most
    small, large = (size, size) if households == size else (min(limits.denominator, size), max(wide, size))
    least, most_share, _ = bounds_of(label)
    in_low, _ = counts_of(label, small)
    _, in_high = counts_of(label, large)
    out_low, out_high = np.ceil((100 - most_share) * small / 100 - 1e-9), np.floor((100 - least) * large / 100 + 1e-9)
    return float(in_low), float(in_high), float(out_low), float(out_high), float(small), float(large)
