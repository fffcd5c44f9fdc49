"""What a reader learns by subtracting a campaign from a later one: of one unit, the same figure at both.

Grain in: an edition with its places and, where the builder's evidence stands beside it, what each address answered.
Grain out: reasons to refuse. Two ways are looked at, for anybody and for each landlord and group, who take out what
they held in both campaigns:

* the addresses of a unit changed by a few dwellings from one campaign to the next, and a reader supposes that the rest
  stayed as it was;
* addresses answered the very same in two campaigns, next to one another or not, as when a file is delivered again:
  differences bear on the others, and are attacked as any published totals are.

Without the evidence the second way cannot be looked at, and the verdict says so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations, pairwise

import numpy as np
import pandas as pd

from atlas.audit.answers import RESPONDENTS
from atlas.audit.attack import ANSWERS, DWELLINGS, HOUSEHOLDS, Atoms, Leak, Limits, Published, attack
from atlas.audit.composition import Places
from atlas.audit.evidence import Evidence, Row
from atlas.audit.holdings import Holding
from atlas.audit.readers import ANYBODY
from atlas.audit.reasons import LEAK, Reason, reason
from atlas.audit.spans import Total, derivable
from atlas.tables import INDICATORS

# Set beside units of another kind that hold some of the same addresses: a quarter of the list before, an update.
_FOLLOWED = {
    "quartiers_avant": ("quartiers",),
    "residences": ("actualisations",),
    "actualisations": ("residences", "actualisations"),
}
_UPDATED = {kind: others for kind, others in _FOLLOWED.items() if kind != "quartiers_avant"}
_FOLLOWING = frozenset().union(*_FOLLOWED.values())
_MEASURES = DWELLINGS, HOUSEHOLDS, ANSWERS
_MOST = 5
# What both campaigns tell of an address: the same answers, or those of the first, beside their change.
_SAME, _LEVEL = "mêmes réponses", "niveau"
_Unit = tuple[str, str]


def between(holding: Holding, limits: Limits) -> list[Reason]:
    """Compare perimeters of a masked edition with those just before, and answers with those of every other campaign."""
    shown = {year: shown_units(holding, year) for year in holding.written.campaigns}
    whole = {year: set().union(*told.values()) for year, told in shown.items()}
    moved = [
        f"campagnes {years[0]} et {years[1]}, {one}"
        for years in _pairs(holding)
        for one in _moved(holding, years, whole, limits.dwellings)
    ]
    again: list[str] = []
    people = {} if holding.evidence is None else holding.evidence.people
    for years in combinations(holding.written.campaigns, 2):
        copied = _same_people(*(people.get(year, {}) for year in years))
        if holding.evidence is not None and copied:
            told = f"campagnes {years[0]} et {years[1]}"
            again += [f"{told}, {one}" for one in _again(holding, holding.evidence, years, copied, shown, limits)]
    return [
        *reason(LEAK, "des actualisations qui ne sont pas de toute une résidence", _partly(holding, whole)),
        *reason(LEAK, "des périmètres qui changent de trop peu de logements d'une campagne à l'autre", moved),
        *reason(LEAK, "des réponses redonnées telles quelles, dont la différence porte sur trop peu", again),
    ]


def _pairs(holding: Holding) -> list[tuple[int, int]]:
    """List campaigns that follow each other, and every two years between which no survey stands."""
    years, surveys = holding.written.campaigns, holding.written.surveys
    near = [pair for pair in combinations(years, 2) if not any(pair[0] < one < pair[1] for one in surveys)]
    return sorted({*near, *pairwise(surveys)})


def _partly(holding: Holding, shown: Mapping[int, set[_Unit]]) -> list[str]:
    """Name the updates shown whose addresses are not those of one residence of the survey before.

    Beside that residence, they would tell of the addresses that they leave out.
    """
    surveys, found = holding.written.surveys, []
    for year in (one for one in holding.written.campaigns if one not in surveys):
        before = max((one for one in surveys if one < year), default=0)
        whole = set(holding.ground.at(before).units.get("residences", {}).values())
        places = holding.ground.at(year)
        for kind, one in sorted(shown[year]):
            if places.of(kind, one) not in whole:
                found.append(f"{kind}/{one}")
    return found


def unseen(holding: Holding) -> list[str]:
    """Say what cannot be looked at between campaigns."""
    if holding.evidence is not None or len(holding.written.campaigns) < 2:
        return []
    return ["réponses redonnées d'une campagne à l'autre : seul le constructeur sait ce que chaque adresse a répondu"]


def shown_units(holding: Holding, campaign: int) -> dict[str, set[_Unit]]:
    """List the units that publish each figure, those of the reader's own stock left out: it knows them."""
    own, places = holding.own(campaign), holding.ground.at(campaign)
    told = {**holding.rated(campaign), RESPONDENTS: holding.households(campaign)}
    return {code: {one for one in units if not own or not places.of(*one) <= own} for code, units in told.items()}


def _moved(holding: Holding, years: tuple[int, int], shown: Mapping[int, set[_Unit]], limit: int) -> Iterator[str]:
    """Name the units shown twice whose addresses, of those that stand in both campaigns, changed by a few dwellings."""
    then, now = (holding.ground.at(year) for year in years)
    first, second = (shown[year] for year in years)
    for (kind, one), other in _twice(first, second, (then, now), _UPDATED):
        was, becomes = then.of(kind, one), now.of(*other)
        if was == becomes:
            continue
        for side in (was - becomes, becomes - was):
            staying = [atom for atom in side if atom in then.dwellings and atom in now.dwellings]
            homes = sum(min(then.dwellings[atom], now.dwellings[atom]) for atom in staying)
            if 0 < homes < limit:
                yield f"{kind}/{one} : {homes} logements entrés ou sortis"
                break


def _again(
    holding: Holding,
    evidence: Evidence,
    years: tuple[int, int],
    copied: Atoms,
    shown: Mapping[int, Mapping[str, set[_Unit]]],
    limits: Limits,
) -> Iterator[str]:
    """Attack what both campaigns tell of one figure, for every reader: levels and changes of the same answers."""
    places = then, now = holding.ground.at(years[0]), holding.ground.at(years[1])
    first, second = (shown[year] for year in years)
    published: dict[str, Published] = {}
    alone: dict[str, list[frozenset[Total]]] = {}
    for code in sorted(first.keys() & second.keys()):
        sides, weights, lasting = _answered(evidence, code, years, copied, places)
        if not lasting:
            continue
        changed = (sides[0] & sides[1]) - lasting
        alone[code] = [
            frozenset(_spelt(place.of(*unit) & told, lasting, changed, later=later) for unit in units[code])
            - {frozenset()}
            for place, told, units, later in zip(places, sides, (first, second), (False, True), strict=True)
        ]
        published[code] = Published(
            alone[code][0] | alone[code][1],
            {measure: _labelled(one, lasting, changed, limits.of(measure)) for measure, one in weights.items()},
        )
    for name, known in ((ANYBODY, frozenset()), *_known(then, now)):
        for leak in attack(published, limits, known):
            weighing = published[leak.figure].weighing[leak.measure]
            unknown = {label: weight for label, weight in weighing.items() if label not in known}
            if any(_gives(side, unknown, leak, limits.of(leak.measure)) for side in alone[leak.figure]):
                continue  # one campaign alone tells it: it is looked at by itself
            what = INDICATORS[leak.figure].label if leak.figure in INDICATORS else "Ménages répondants"
            where = listed(label[1] if isinstance(label, tuple) else label for label in leak.group.atoms)
            yield f"{what} : {name}, {leak.group.weight} {leak.measure}, adresses {where}"


def _spelt(atoms: Atoms, lasting: Atoms, changed: Atoms, *, later: bool) -> Atoms:
    """Write a total over what was the same, levels and changes: who answered otherwise later is the sum of both."""
    same, levels = ({(mark, atom) for atom in atoms & of} for mark, of in ((_SAME, lasting), (_LEVEL, changed)))
    moved = atoms & changed if later else frozenset()
    return frozenset().union(same, levels, moved, atoms - lasting - changed)


def _labelled(weights: Mapping[Hashable, int], lasting: Atoms, changed: Atoms, limit: int) -> dict[Hashable, int]:
    """Weigh levels and the same answers as well: a level is looked at in its own campaign, and safe here."""
    labelled: dict[Hashable, int] = dict(weights)
    labelled |= {(_SAME, atom): weights[atom] for atom in lasting}
    labelled |= {(_LEVEL, atom): limit for atom in changed}
    return labelled


def _gives(totals: frozenset[Total], weights: Mapping[Hashable, int], leak: Leak, limit: int) -> bool:
    """Tell whether the totals of one campaign give a group, or a part of it, by themselves."""
    return bool(derivable(totals, {one: w if one in leak.group.atoms else limit for one, w in weights.items()}, limit))


def _twice(
    first: set[_Unit],
    second: set[_Unit],
    places: tuple[Places, Places],
    followed: Mapping[str, Sequence[str]] = _FOLLOWED,
) -> Iterator[tuple[_Unit, _Unit]]:
    """Give the units shown at both campaigns, and those set beside others that hold some of the same addresses."""
    yield from ((unit, unit) for unit in sorted(first & second))
    holding: defaultdict[Hashable, list[_Unit]] = defaultdict(list)
    for other, its in sorted(second):
        for atom in places[1].of(other, its) if other in _FOLLOWING else ():
            holding[atom].append((other, its))
    for kind, one in sorted(one for one in first if one[0] in followed):
        found = {unit for atom in places[0].of(kind, one) for unit in holding[atom] if unit[0] in followed[kind]}
        yield from (((kind, one), unit) for unit in sorted(found))


def _same_people(then: Mapping[Hashable, Row], now: Mapping[Hashable, Row]) -> Atoms:
    """Find the addresses that answered the very same at both campaigns, and answered anything."""
    return frozenset(atom for atom, row in now.items() if any(row) and then.get(atom) == row)


def listed(atoms: Iterable[Hashable]) -> str:
    """Name the first addresses of a group."""
    names = sorted(map(str, atoms))
    return ", ".join(names[:_MOST]) + ("…" if len(names) > _MOST else "")


def _answered(
    evidence: Evidence, code: str, years: tuple[int, int], copied: Atoms, places: tuple[Places, Places]
) -> tuple[list[Atoms], dict[str, dict[Hashable, int]], Atoms]:
    """Weigh the addresses that answered a figure at either campaign, by the heavier of both; tell those that last."""
    told = [told_by(evidence, year, code) for year in years]
    names = [table.index.tolist() for table in told]
    columns = {atom: column for column, atom in enumerate(dict.fromkeys(chain(*names)))}
    weights = np.zeros((2, len(columns), len(_MEASURES)), dtype=np.int64)
    counts = np.full((2, len(columns), 2), np.nan)  # nothing is like no answer
    for side, (table, atoms, place) in enumerate(zip(told, names, places, strict=True)):
        where = [columns[atom] for atom in atoms]
        homes = [place.dwellings.get(atom, 0) for atom in atoms]
        weights[side, where] = np.column_stack([homes, table[["m", "d"]].to_numpy()])
        counts[side, where] = table[["n", "d"]].to_numpy()
    same = (counts[0] == counts[1]).all(axis=1).tolist()
    heavier = weights.max(axis=0).T.tolist()
    measured = {name: dict(zip(columns, one, strict=True)) for name, one in zip(_MEASURES, heavier, strict=True)}
    told_then = weights[:, :, 0] > 0
    sides = [frozenset(atom for atom, one in zip(columns, side, strict=True) if one) for side in told_then.tolist()]
    lasting = copied.intersection(atom for atom, one in zip(columns, same, strict=True) if one)
    return sides, measured, lasting & sides[0] & sides[1]


def told_by(evidence: Evidence, year: int, code: str) -> pd.DataFrame:
    """Give what each address that answered counts in a figure: ``n``, ``d`` and the households ``m``."""
    if code != RESPONDENTS:
        return evidence.answers(year, code)[["n", "d", "m"]].fillna(0)
    answered = pd.Series(evidence.respondents(year), dtype=float)
    return pd.DataFrame({"n": answered, "d": answered, "m": answered})


def _known(then: Places, now: Places) -> Iterator[tuple[str, Atoms]]:
    """Give what each landlord, and each group, knows by itself: changes of what it held whenever it stood, levels."""
    for kind in ("stocks", "pools"):
        before, after = getattr(then, kind), getattr(now, kind)
        for name in sorted({*before, *after}):
            old, new = before.get(name, frozenset()), after.get(name, frozenset())
            kept = (old & new) | (old - now.dwellings.keys()) | (new - then.dwellings.keys())
            yield name, kept.union(((_LEVEL, atom) for atom in old), ((_SAME, atom) for atom in old | new))
