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
from dataclasses import dataclass
from itertools import chain, combinations, pairwise

import numpy as np
import pandas as pd

from atlas.audit.answers import RESPONDENTS
from atlas.audit.attack import ANSWERS, DWELLINGS, HOUSEHOLDS, Atoms, Limits, Published, attack
from atlas.audit.composition import Places
from atlas.audit.evidence import Evidence, Row
from atlas.audit.holdings import Holding
from atlas.audit.readers import ANYBODY
from atlas.audit.reasons import LEAK, Reason, reason
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
    counted: dict[int, _Told] = {}
    for years in combinations(holding.written.campaigns, 2):
        copied = _same_people(*(people.get(year, {}) for year in years))
        if holding.evidence is not None and copied:
            for year in years:
                if year not in counted:
                    counted[year] = _Told.of(holding.evidence, year, holding.ground.at(year), shown[year])
            which = f"campagnes {years[0]} et {years[1]}"
            again += [f"{which}, {one}" for one in _again(holding, counted, years, copied, shown, limits)]
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
    told: Mapping[int, _Told],
    years: tuple[int, int],
    copied: Atoms,
    shown: Mapping[int, Mapping[str, set[_Unit]]],
    limits: Limits,
) -> Iterator[str]:
    """Attack the differences of figures shown twice, for every reader."""
    then, now = (holding.ground.at(year) for year in years)
    first, second = (shown[year] for year in years)
    twice = _twice(set().union(*first.values()), set().union(*second.values()), (then, now))
    atoms = ((mine, its, then.of(*mine), now.of(*its)) for mine, its in twice)
    pairs = [(mine, its, was | becomes, was & becomes) for mine, its, was, becomes in atoms]
    published = {}
    pair = _Answers.of((told[years[0]], told[years[1]]), copied)
    once: dict[tuple[bytes, ...], Published] = {}
    for code in sorted(first.keys() & second.keys()):
        weights, lasting, key = pair.weighed(code)
        if not lasting:
            continue
        both = [mine in first[code] and its in second[code] for mine, its, _, _ in pairs]
        key = (*key, bytes(both))
        if key not in once:  # most figures are of the same answers as another, and shown where it is
            answered = frozenset(weights[DWELLINGS])
            shared = [(whole, stays) for (_, _, whole, stays), one in zip(pairs, both, strict=True) if one]
            if all(stays.isdisjoint(lasting) for _, stays in shared):
                continue
            totals = frozenset((whole & answered) - (stays & lasting) for whole, stays in shared)
            once[key] = Published(totals - {frozenset()}, weights)
        published[code] = once[key]
    for name, known in ((ANYBODY, frozenset()), *_known(then, now)):
        for leak in attack(published, limits, known):
            what = INDICATORS[leak.figure].label if leak.figure in INDICATORS else "Ménages répondants"
            yield f"{what} : {name}, {leak.group.weight} {leak.measure}, adresses {listed(leak.group.atoms)}"


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


def told_by(evidence: Evidence, year: int, code: str) -> pd.DataFrame:
    """Give what each address that answered counts in a figure: ``n``, ``d`` and the households ``m``."""
    if code != RESPONDENTS:
        return evidence.answers(year, code)[["n", "d", "m"]].fillna(0)
    answered = pd.Series(evidence.respondents(year), dtype=float)
    return pd.DataFrame({"n": answered, "d": answered, "m": answered})


@dataclass(frozen=True, eq=False)
class _Told:
    """What each address told at a campaign: ``weights``, (atoms + 1, measures), ``counts``, (atoms + 1, 2), by figure.

    Nothing told, as in the last row, weighs nothing and is counted as no number: nothing is like no answer.
    """

    atoms: list[Hashable]
    weights: Mapping[str, np.ndarray]
    counts: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, evidence: Evidence, year: int, places: Places, codes: Iterable[str]) -> _Told:
        """Read it from the evidence."""
        tables = {code: told_by(evidence, year, code) for code in sorted(codes)}
        names = {code: table.index.tolist() for code, table in tables.items()}
        columns = {atom: place for place, atom in enumerate(dict.fromkeys(chain(*names.values())))}
        homes = np.array([places.dwellings.get(atom, 0) for atom in columns], dtype=np.int64)
        weights, counts = {}, {}
        for code, table in tables.items():
            where = [columns[atom] for atom in names[code]]
            weights[code] = np.zeros((len(columns) + 1, len(_MEASURES)), dtype=np.int64)
            weights[code][where] = np.column_stack([homes[where], table[["m", "d"]].to_numpy()])
            counts[code] = np.full((len(columns) + 1, 2), np.nan)
            counts[code][where] = table[["n", "d"]].to_numpy()
        return cls(list(columns), weights, counts)


@dataclass(frozen=True, eq=False)
class _Answers:
    """What addresses told in two campaigns: ``columns`` of each of ``atoms`` in both, -1 where it told nothing."""

    told: tuple[_Told, _Told]
    atoms: list[Hashable]
    columns: tuple[np.ndarray, np.ndarray]
    copied: np.ndarray
    known: dict[tuple[bytes, ...], tuple[dict[str, dict[Hashable, int]], Atoms]]

    @classmethod
    def of(cls, told: tuple[_Told, _Told], copied: Atoms) -> _Answers:
        """Set the addresses of both beside one another."""
        atoms = list(dict.fromkeys(chain(told[0].atoms, told[1].atoms)))
        places = [{atom: place for place, atom in enumerate(one.atoms)} for one in told]
        first, second = (np.array([place.get(atom, -1) for atom in atoms], dtype=np.int64) for place in places)
        return cls(told, atoms, (first, second), np.array([atom in copied for atom in atoms], dtype=bool), {})

    def weighed(self, code: str) -> tuple[Mapping[str, Mapping[Hashable, int]], Atoms, tuple[bytes, ...]]:
        """Weigh the addresses that answered a figure at either campaign, by the heavier of both; tell those that last.

        What weighs the same and lasts the same for two figures is given once, with the same key.
        """
        sides = list(zip(self.told, self.columns, strict=True))
        weights, counts = ([getattr(one, what)[code][at] for one, at in sides] for what in ("weights", "counts"))
        answered = ~(np.isnan(counts[0][:, 1]) & np.isnan(counts[1][:, 1]))
        heavier = np.maximum(*weights)[answered]
        lasting = self.copied & (counts[0] == counts[1]).all(axis=1)
        key = answered.tobytes(), heavier.tobytes(), lasting.tobytes()
        if key not in self.known:
            atoms = [atom for atom, one in zip(self.atoms, answered.tolist(), strict=True) if one]
            measured = {
                name: dict(zip(atoms, one, strict=True))
                for name, one in zip(_MEASURES, heavier.T.tolist(), strict=True)
            }
            last = frozenset(atom for atom, one in zip(self.atoms, lasting.tolist(), strict=True) if one)
            self.known[key] = measured, last
        return *self.known[key], key


def _known(then: Places, now: Places) -> Iterator[tuple[str, Atoms]]:
    """Give what each landlord, and each group, held whenever it stood: what it takes out of a difference by itself."""
    for kind in ("stocks", "pools"):
        before, after = getattr(then, kind), getattr(now, kind)
        for name in sorted({*before, *after}):
            old, new = before.get(name, frozenset()), after.get(name, frozenset())
            yield name, (old & new) | (old - now.dwellings.keys()) | (new - then.dwellings.keys())
