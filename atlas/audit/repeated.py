"""What campaigns tell together where addresses answered the very same in several, as when a file is delivered again.

Grain in: an edition with its places, what it shows at each campaign, and what each address answered. Grain out: what a
reader derives. An unknown, a *label*, is what one address told of a figure at a campaign: the same one wherever it told
the same. Every total of every campaign is attacked at once over these. A combination bears on addresses: one that it
holds several labels of counts once, with the heaviest of them, and a label weighs the most that its address did where
it was told.

What one campaign tells alone, to who knows what it holds then, is looked at elsewhere.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

import numpy as np
import pandas as pd

from atlas.audit.answers import RESPONDENTS
from atlas.audit.attack import ANSWERS, DWELLINGS, HOUSEHOLDS, Leak, Limits, Published, attack
from atlas.audit.evidence import Evidence
from atlas.audit.holdings import Holding
from atlas.audit.readers import ANYBODY
from atlas.audit.reasons import listed
from atlas.audit.same_answers import Label, alike, beside_people
from atlas.audit.spans import Total, derivable
from atlas.tables import INDICATORS

_MEASURES = DWELLINGS, HOUSEHOLDS, ANSWERS
Unit = tuple[str, str]
Totals = frozenset[Total]
Columns = tuple[str, ...]
Known = Mapping[int, frozenset[int]]  # by campaign, labels


@dataclass(frozen=True, eq=False)
class Said:
    """What was answered, as labels, by the columns that must be the same beside people's.

    ``labels``: by campaign and address. ``owners``: by label, the name that its address goes on as. ``known``: by
    reader, the labels of what it held at each campaign: it knows them wherever they were told.
    """

    labels: Mapping[Columns, Mapping[tuple[int, Hashable], int]]
    owners: Mapping[Columns, list[Hashable]]
    known: Mapping[Columns, Mapping[str, Known]]

    @classmethod
    def of(cls, holding: Holding, evidence: Evidence, codes: Collection[str]) -> Said:
        """Read it from the evidence, for so many figures."""
        labels: dict[Columns, dict[tuple[int, Hashable], int]] = {}
        owners: dict[Columns, list[Hashable]] = {}
        known: dict[Columns, dict[str, dict[int, frozenset[int]]]] = {}
        for own in sorted({(), *map(beside_people, codes)}):
            names = alike([evidence], own)
            # Several that were one address each keep their own name.
            often = Counter((year, place) for (year, _), (place, _) in names.items())
            goes_on = {(y, atom): atom if often[y, place] > 1 else place for (y, atom), (place, _) in names.items()}
            found = {one: number for number, one in enumerate(dict.fromkeys((goes_on[a], names[a]) for a in names))}
            spelt: defaultdict[Label, list[int]] = defaultdict(list)
            for (_, name), label in found.items():
                spelt[name].append(label)
            labels[own] = {atom: found[goes_on[atom], name] for atom, name in names.items()}
            owners[own] = [owner for owner, _ in found]
            known[own] = {}
            for year in evidence.years:
                ground = holding.ground.at(year)
                for reader, stock in chain(ground.stocks.items(), ground.pools.items()):
                    told = (names[year, atom] for atom in stock if (year, atom) in names)
                    mine = frozenset(chain.from_iterable(map(spelt.__getitem__, told)))
                    known[own].setdefault(reader, {})[year] = mine
        return cls(labels, owners, known)


@dataclass(frozen=True, eq=False)
class Told:
    """What one campaign tells, by figure: what addresses answered, and the addresses of each unit that shows it.

    ``weights``: by figure, (addresses, measures), nothing for who did not answer it; ``labels``: by columns,
    (addresses,). ``units``: by figure, the places of each unit ``shown`` among addresses.
    """

    weights: Mapping[str, np.ndarray]
    labels: Mapping[Columns, np.ndarray]
    units: Mapping[str, list[np.ndarray]]
    shown: Mapping[str, frozenset[Unit]]

    @classmethod
    def of(
        cls,
        holding: Holding,
        evidence: Evidence,
        year: int,
        shown: Mapping[str, set[Unit]],
        codes: Collection[str],
        said: Said,
    ) -> Told:
        """Read it from the evidence."""
        places = holding.ground.at(year)
        tables = {code: _counted(evidence, year, code) for code in codes}
        names = {code: table.index.tolist() for code, table in tables.items()}
        columns = {atom: place for place, atom in enumerate(dict.fromkeys(chain(*names.values())))}
        homes = np.array([places.dwellings.get(atom, 0) for atom in columns], dtype=np.int64)
        weights = {}
        for code, table in tables.items():
            where = [columns[atom] for atom in names[code]]
            weights[code] = np.zeros((len(columns), len(_MEASURES)), dtype=np.int64)
            weights[code][where] = np.column_stack([homes[where], table[["m", "d"]].to_numpy()])
        held = {
            unit: np.array([columns[atom] for atom in places.of(*unit) if atom in columns], dtype=np.int64)
            for unit in sorted(set().union(*shown.values()))
        }
        units = {code: [held[unit] for unit in sorted(shown.get(code, ()))] for code in codes}
        labels = {
            own: np.array([of[year, atom] for atom in columns], dtype=np.int64) for own, of in said.labels.items()
        }
        return cls(weights, labels, units, {code: frozenset(shown.get(code, ())) for code in codes})


def given_again(told: Mapping[int, Told], codes: Collection[str], said: Said, limits: Limits) -> Iterator[str]:
    """Attack what campaigns tell together of each figure, for every reader."""
    by_columns: defaultdict[Columns, list[str]] = defaultdict(list)
    for code in codes:
        by_columns[beside_people(code)].append(code)
    for own, figures in by_columns.items():
        system = _System.of(told, figures, own, said)
        for name, known in ((ANYBODY, dict[int, frozenset[int]]()), *said.known[own].items()):
            everything = frozenset[int]().union(*known.values())
            for leak in attack(system.published, limits, everything):
                years = system.joined(leak, known, limits)
                if len(years) > 1:
                    what = INDICATORS[leak.figure].label if leak.figure in INDICATORS else "Ménages répondants"
                    where = listed(dict.fromkeys(system.owners[label] for label in leak.group.atoms))
                    when = f"{', '.join(map(str, years[:-1]))} et {years[-1]}"
                    yield f"campagnes {when}, {what} : {name}, {leak.group.weight} {leak.measure}, adresses {where}"


def _counted(evidence: Evidence, year: int, code: str) -> pd.DataFrame:
    """Give what each address that answered counts in a figure: ``d`` and the households ``m``."""
    if code != RESPONDENTS:
        return evidence.answers(year, code)[["d", "m"]].fillna(0)
    answered = pd.Series(evidence.respondents(year), dtype=float)
    return pd.DataFrame({"d": answered, "m": answered})


@dataclass(frozen=True, eq=False)
class _System:
    """Totals over labels, of figures of the same columns some of which was told again: all, and by campaign."""

    owners: Mapping[Hashable, Hashable]
    published: Mapping[str, Published]
    alone: Mapping[str, Mapping[int, Totals]]

    @classmethod
    def of(cls, told: Mapping[int, Told], codes: Collection[str], own: Columns, said: Said) -> _System:
        owners: dict[Hashable, Hashable] = dict(enumerate(said.owners[own]))
        published: dict[str, Published] = {}
        alone: dict[str, dict[int, Totals]] = {}
        written: dict[object, str] = {}
        for code in codes:
            # Most figures are of the same answers as another, and shown where it is.
            same = tuple((one.weights[code].tobytes(), one.shown[code]) for one in told.values())
            first = written.setdefault(same, code)
            if first != code:
                if first in published:
                    published[code], alone[code] = published[first], alone[first]
                continue
            heaviest = np.zeros((len(owners), len(_MEASURES)), dtype=np.int64)
            often = np.zeros(len(owners), dtype=np.int64)
            totals: dict[int, Totals] = {}
            for year, one in told.items():
                weights, labels = one.weights[code], one.labels[own]
                answered: np.ndarray = weights.any(axis=1)
                often[labels[answered]] += 1
                heaviest[labels] = np.maximum(heaviest[labels], weights)
                held = (frozenset(labels[inside[answered[inside]]].tolist()) for inside in one.units[code])
                totals[year] = frozenset(held) - {frozenset()}
            if (often > 1).any():
                by_measure = dict(zip(_MEASURES, heaviest.T.tolist(), strict=True))
                weighing: dict[str, dict[Hashable, int]] = {
                    name: {label: weight for label, weight in enumerate(of) if weight}
                    for name, of in by_measure.items()
                }
                published[code] = Published(frozenset().union(*totals.values()), weighing, owners)
                alone[code] = totals
        return cls(owners, published, alone)

    def joined(self, leak: Leak, known: Known, limits: Limits) -> list[int]:
        """Name campaigns none of which can be spared to tell a part of a leak, with what a reader holds in them.

        Parameters
        ----------
        known : mapping
            The labels of what the reader held at each campaign.
        """
        totals, limit = self.alone[leak.figure], limits.of(leak.measure)
        weighing = self.published[leak.figure].weighing[leak.measure]
        inside = {label: w if label in leak.group.atoms else limit for label, w in weighing.items()}

        def tell(years: Collection[int]) -> bool:
            mine = frozenset[Hashable]().union(*(known.get(year, ()) for year in years))
            left = {label: weight for label, weight in inside.items() if label not in mine}
            return bool(derivable(frozenset().union(*(totals[year] for year in years)), left, limit, self.owners))

        needed = list(totals)
        alone = next((year for year in needed if tell([year])), None)
        if alone is not None:
            return [alone]
        for year in totals:
            fewer = [one for one in needed if one != year]
            if tell(fewer):
                needed = fewer
        return needed
