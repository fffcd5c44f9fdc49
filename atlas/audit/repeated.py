"""What two campaigns tell together where addresses answered the very same in both, as when a file is delivered again.

Grain in: an edition with its places, what it shows at each campaign, and what each address answered. Grain out: what a
reader derives. An address that answered the same twice is one unknown; one that answered otherwise is two: what it told
in one campaign, its level, and its change. Every total of both campaigns is attacked over these, twice: with the level
of the first campaign, then with that of the second. Either way an address may weigh twice in a combination, never less
than once: what is found is a leak, and what holds the level of some and the change of others is seen at its weight in
one of the two.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from atlas.audit.answers import RESPONDENTS
from atlas.audit.attack import ANSWERS, DWELLINGS, HOUSEHOLDS, Limits, Published, attack
from atlas.audit.evidence import Evidence
from atlas.audit.holdings import Holding
from atlas.audit.readers import ANYBODY
from atlas.audit.reasons import listed
from atlas.audit.same_answers import alike, beside_people
from atlas.audit.spans import Total, derivable
from atlas.tables import INDICATORS

_MEASURES = DWELLINGS, HOUSEHOLDS, ANSWERS
Unit = tuple[str, str]
Totals = frozenset[Total]
Columns = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Said:
    """What was answered, numbered: alike where it is the same, by the columns that must be the same beside people's.

    ``numbers``: by columns, campaign and address. ``goes_on``: the name that an address goes on as. ``known``: by
    columns and reader, who knows what: (numbers + 1,), false for what nobody said.
    """

    numbers: Mapping[Columns, Mapping[tuple[int, Hashable], int]]
    goes_on: Mapping[tuple[int, Hashable], Hashable]
    known: Mapping[Columns, Mapping[str, np.ndarray]]

    @classmethod
    def of(cls, holding: Holding, evidence: Evidence, codes: set[str]) -> Said:
        """Read it from the evidence; what a landlord held once, it knows wherever it was said again."""
        numbers: dict[Columns, dict[tuple[int, Hashable], int]] = {}
        known: dict[Columns, dict[str, np.ndarray]] = {}
        places: dict[tuple[int, Hashable], Hashable] = {}
        for own in sorted({(), *map(beside_people, codes)}):
            names = alike([evidence], own)
            found = {label: number for number, label in enumerate(dict.fromkeys(names.values()))}
            numbers[own] = {atom: found[label] for atom, label in names.items()}
            places |= {atom: label[0] for atom, label in names.items()}
            mine: dict[str, np.ndarray] = {}
            for year in evidence.years:
                ground = holding.ground.at(year)
                for name, stock in chain(ground.stocks.items(), ground.pools.items()):
                    knows = mine.setdefault(name, np.zeros(len(found) + 1, dtype=bool))
                    knows[[numbers[own][year, atom] for atom in stock if (year, atom) in names]] = True
            known[own] = mine
        # Several that were one address each keep their own name.
        often = Counter((year, place) for (year, _), place in places.items())
        return cls(
            numbers, {atom: atom[1] if often[atom[0], place] > 1 else place for atom, place in places.items()}, known
        )


@dataclass(frozen=True, eq=False)
class Told:
    """What one campaign tells, by figure: what addresses answered, and the addresses of each unit that shows it.

    ``atoms``: the names that addresses go on as. ``weights``: by figure, (atoms + 1, measures), nothing in the last
    row; ``said``: by columns, (atoms + 1,), the number of what was said, -1 for nothing. ``units``: by figure, the
    places of each unit ``shown`` among ``atoms``.
    """

    atoms: list[Hashable]
    weights: Mapping[str, np.ndarray]
    said: Mapping[Columns, np.ndarray]
    units: Mapping[str, list[np.ndarray]]
    shown: Mapping[str, frozenset[Unit]]

    @classmethod
    def of(cls, holding: Holding, evidence: Evidence, year: int, shown: Mapping[str, set[Unit]], said: Said) -> Told:
        """Read it from the evidence."""
        places = holding.ground.at(year)
        tables = {code: _counted(evidence, year, code) for code in sorted(shown)}
        names = {code: table.index.tolist() for code, table in tables.items()}
        columns = {atom: place for place, atom in enumerate(dict.fromkeys(chain(*names.values())))}
        homes = np.array([places.dwellings.get(atom, 0) for atom in columns], dtype=np.int64)
        weights = {}
        for code, table in tables.items():
            where = [columns[atom] for atom in names[code]]
            weights[code] = np.zeros((len(columns) + 1, len(_MEASURES)), dtype=np.int64)
            weights[code][where] = np.column_stack([homes[where], table[["m", "d"]].to_numpy()])
        held = {
            unit: np.array([columns[atom] for atom in places.of(*unit) if atom in columns], dtype=np.int64)
            for unit in sorted(set().union(*shown.values()))
        }
        units = {code: [held[unit] for unit in sorted(of)] for code, of in shown.items()}
        numbers = {
            own: np.array([*(of.get((year, atom), -1) for atom in columns), -1]) for own, of in said.numbers.items()
        }
        which = {code: frozenset(of) for code, of in shown.items()}
        return cls([said.goes_on.get((year, atom), atom) for atom in columns], weights, numbers, units, which)

    def again(self, other: Told) -> bool:
        """Say whether anything of people was said in both."""
        mine, its = self.said[()], other.said[()]
        return bool(np.intersect1d(mine[mine >= 0], its).size)


def given_again(first: Told, second: Told, said: Said, limits: Limits) -> Iterator[str]:
    """Attack what two campaigns tell of each figure, for every reader, with the levels of the first."""
    pair = _Pair.of((first, second))
    by_columns: defaultdict[Columns, list[str]] = defaultdict(list)
    for code in sorted(first.weights.keys() & second.weights.keys()):
        by_columns[beside_people(code)].append(code)
    nothing = np.zeros(len(pair.atoms), dtype=bool)
    for own, codes in by_columns.items():
        seen: dict[bytes, tuple[dict[str, Published], dict[str, tuple[Totals, Totals]]]] = {}
        for name, known, sold in ((ANYBODY, frozenset[int](), nothing), *pair.known(own, said)):
            if sold.tobytes() not in seen:
                seen[sold.tobytes()] = pair.every(codes, limits, sold)
            published, alone = seen[sold.tobytes()]
            for leak in attack(published, limits, known):
                weighing, limit = published[leak.figure].weighing[leak.measure], limits.of(leak.measure)
                inside = {label: w if label in leak.group.atoms else limit for label, w in weighing.items()}
                left = {label: weight for label, weight in inside.items() if label not in known}
                if any(derivable(side, left, limit) for side in alone[leak.figure]):
                    continue  # one campaign alone tells it, or a part of it: it is looked at by itself
                what = INDICATORS[leak.figure].label if leak.figure in INDICATORS else "Ménages répondants"
                where = listed(dict.fromkeys(map(pair.address, leak.group.atoms)))
                yield f"{what} : {name}, {leak.group.weight} {leak.measure}, adresses {where}"


def _counted(evidence: Evidence, year: int, code: str) -> pd.DataFrame:
    """Give what each address that answered counts in a figure: ``d`` and the households ``m``."""
    if code != RESPONDENTS:
        return evidence.answers(year, code)[["d", "m"]].fillna(0)
    answered = pd.Series(evidence.respondents(year), dtype=float)
    return pd.DataFrame({"d": answered, "m": answered})


@dataclass(frozen=True, eq=False)
class _Pair:
    """Two campaigns over the addresses of both, ``atoms``.

    Labels are numbers: that of an address is its change, or what it told where it told in one campaign only; so many
    further is its level, what it told first, and again as many the same answers. ``columns``: its place in each
    campaign, -1 where it told nothing; ``back``: by campaign, from those places to addresses.
    """

    told: tuple[Told, Told]
    atoms: list[Hashable]
    columns: tuple[np.ndarray, np.ndarray]
    back: tuple[np.ndarray, np.ndarray]

    @classmethod
    def of(cls, told: tuple[Told, Told]) -> _Pair:
        atoms = list(dict.fromkeys(chain(told[0].atoms, told[1].atoms)))
        number = {atom: place for place, atom in enumerate(atoms)}
        first, second = (np.array([number[atom] for atom in one.atoms], dtype=np.int64) for one in told)
        columns = np.full((2, len(atoms)), -1)
        for side, back in enumerate((first, second)):
            columns[side, back] = np.arange(len(back))
        return cls(told, atoms, (columns[0], columns[1]), (first, second))

    def address(self, label: Any) -> Hashable:
        """Name the address that a label is of."""
        return self.atoms[label % len(self.atoms)]

    def said(self, own: Columns) -> list[np.ndarray]:
        """Number what each address said in each campaign, (atoms,), -1 for nothing."""
        return [one.said[own][at] for one, at in zip(self.told, self.columns, strict=True)]

    def every(
        self, codes: list[str], limits: Limits, sold: np.ndarray
    ) -> tuple[dict[str, Published], dict[str, tuple[Totals, Totals]]]:
        """Write the totals of figures, and those of each campaign, of figures some of which was given again."""
        published: dict[str, Published] = {}
        alone: dict[str, tuple[Totals, Totals]] = {}
        once: dict[object, str] = {}
        written: dict[object, tuple[Published, tuple[Totals, Totals], bytes] | None] = {}
        for code in codes:
            # Most figures are of the same answers as another, and shown where it is.
            parts = [(one.weights[code].tobytes(), one.shown[code]) for one in self.told]
            if tuple(parts) not in written:
                written[tuple(parts)] = self.published(code, limits, sold)
            found = written[tuple(parts)]
            if found is not None:
                one, sides, key = found
                same = once.setdefault((sides, key), code)
                published[code], alone[code] = published.get(same, one), sides
        return published, alone

    def published(
        self, code: str, limits: Limits, sold: np.ndarray
    ) -> tuple[Published, tuple[Totals, Totals], bytes] | None:
        """Write the totals of a figure over labels, all of them and by campaign; None where nothing was given again.

        With them, what tells whether another figure weighs the same. ``sold``: (atoms,), those of which the reader
        knows what they told second, and not what they told first: it takes that out, and their change is nothing more.
        """
        weights = [one.weights[code][at] for one, at in zip(self.told, self.columns, strict=True)]
        # Who has no dwelling of its own there told nothing there.
        answered = [weight[:, 0] > 0 for weight in weights]
        both = answered[0] & answered[1]
        lasting = both & np.equal(*self.said(beside_people(code)))
        if not lasting.any():
            return None
        size, heavier = len(self.atoms), np.maximum(*weights)
        changed = both & ~lasting
        level = np.arange(size) + size * np.where(changed, 1, np.where(lasting, 2, 0))
        totals: list[Totals] = []
        spelt = set()
        for side, (one, told) in enumerate(zip(self.told, answered, strict=True)):
            alone = set()
            for inside in one.units[code]:
                here = self.back[side][inside]
                here = here[told[here] & ~(sold[here] & changed[here])] if side else here[told[here]]
                levels, changes = (
                    frozenset(level[here].tolist()),
                    frozenset(here[changed[here]].tolist() if side else ()),
                )
                alone.add(levels | changes)
                # Less what the other campaign shows of the same levels, where it does: the same combinations, shorter.
                spelt.add(changes if side and not sold.any() and levels in totals[0] else levels | changes)
            totals.append(frozenset(alone) - {frozenset()})
        weighing: dict[str, dict[Hashable, int]] = {
            measure: dict(zip(range(3 * size), np.tile(heavier[:, place], 3).tolist(), strict=True))
            for place, measure in enumerate(_MEASURES)
        }
        key = heavier.tobytes() + level.tobytes()
        return Published(frozenset(spelt) - {frozenset()}, weighing), (totals[0], totals[1]), key

    def known(self, own: Columns, said: Said) -> Iterator[tuple[str, frozenset[int], np.ndarray]]:
        """Give what each landlord, and each group, knows: what was said of its stock, and changes between two such.

        With it, the addresses of which it knows what they told second alone, (atoms,).
        """
        sides = self.said(own)
        for name, mine in said.known[own].items():
            then, now = (mine[side] for side in sides)
            change = np.where(sides[0] < 0, now, np.where(sides[1] < 0, then, then & now))
            labels = np.flatnonzero(np.concatenate([change, then, then & now]))
            yield name, frozenset(labels.tolist()), now & ~then & (sides[0] >= 0)
