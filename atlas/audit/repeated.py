"""What two campaigns tell together where addresses answered the very same in both, as when a file is delivered again.

Grain in: an edition with its places, what it shows at each campaign, and what each address answered. Grain out: what a
reader derives. An address that answered the same twice is one unknown; one that answered otherwise is two: what it told
first, its level, and its change. Every total of both campaigns is attacked over these. A level is looked at in its own
campaign: here it weighs the limit, and only what holds none is looked for, changes, the same answers, who came or left.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pandas as pd

from atlas.audit.answers import RESPONDENTS
from atlas.audit.attack import ANSWERS, DWELLINGS, HOUSEHOLDS, Atoms, Limits, Published, attack
from atlas.audit.composition import Places
from atlas.audit.evidence import Evidence, Row
from atlas.audit.readers import ANYBODY
from atlas.audit.reasons import listed
from atlas.audit.spans import Total, derivable
from atlas.tables import INDICATORS

_MEASURES = DWELLINGS, HOUSEHOLDS, ANSWERS
Unit = tuple[str, str]
Totals = frozenset[Total]


@dataclass(frozen=True, eq=False)
class Told:
    """What one campaign tells, by figure: what addresses answered, and the addresses of each unit that shows it.

    ``weights``: (atoms + 1, measures); ``counts``: (atoms + 1, 2). Nothing told, as in the last row, weighs nothing and
    is counted as no number: nothing is like no answer. ``units``: by figure, the places of each unit among ``atoms``.
    """

    atoms: list[Hashable]
    places: Places
    weights: Mapping[str, np.ndarray]
    counts: Mapping[str, np.ndarray]
    units: Mapping[str, list[np.ndarray]]

    @classmethod
    def of(cls, evidence: Evidence, year: int, places: Places, shown: Mapping[str, set[Unit]]) -> Told:
        """Read it from the evidence."""
        tables = {code: _counted(evidence, year, code) for code in sorted(shown)}
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
        held = {
            unit: np.array([columns[atom] for atom in places.of(*unit) if atom in columns], dtype=np.int64)
            for unit in sorted(set().union(*shown.values()))
        }
        units = {code: [held[unit] for unit in sorted(of)] for code, of in shown.items()}
        return cls(list(columns), places, weights, counts, units)


def given_again(first: Told, second: Told, copied: Atoms, limits: Limits) -> Iterator[str]:
    """Attack what two campaigns tell of each figure, for every reader.

    Parameters
    ----------
    copied : frozenset
        Addresses that answered the very same in both.
    """
    pair = _Pair.of((first, second), copied)
    published: dict[str, Published] = {}
    alone: dict[str, tuple[Totals, Totals]] = {}
    once: dict[object, str] = {}
    for code in sorted(first.counts.keys() & second.counts.keys()):
        found = pair.published(code, limits)
        if found is not None:
            one, sides, key = found
            # Most figures are of the same answers as another, and shown where it is.
            same = once.setdefault((sides, key), code)
            published[code], alone[code] = published.get(same, one), sides
    for name, known in ((ANYBODY, frozenset[int]()), *pair.known()):
        for leak in attack(published, limits, known):
            weighing, limit = published[leak.figure].weighing[leak.measure], limits.of(leak.measure)
            inside = {label: w if label in leak.group.atoms else limit for label, w in weighing.items()}
            left = {label: weight for label, weight in inside.items() if label not in known}
            if any(derivable(side, left, limit) for side in alone[leak.figure]):
                continue  # one campaign alone tells it, or a part of it: it is looked at by itself
            what = INDICATORS[leak.figure].label if leak.figure in INDICATORS else "Ménages répondants"
            where = listed(map(pair.address, leak.group.atoms))
            yield f"{what} : {name}, {leak.group.weight} {leak.measure}, adresses {where}"


def same_people(then: Mapping[Hashable, Row], now: Mapping[Hashable, Row]) -> Atoms:
    """Find the addresses that answered the very same at both campaigns, and answered anything."""
    return frozenset(atom for atom, row in now.items() if any(row) and then.get(atom) == row)


def _counted(evidence: Evidence, year: int, code: str) -> pd.DataFrame:
    """Give what each address that answered counts in a figure: ``n``, ``d`` and the households ``m``."""
    if code != RESPONDENTS:
        return evidence.answers(year, code)[["n", "d", "m"]].fillna(0)
    answered = pd.Series(evidence.respondents(year), dtype=float)
    return pd.DataFrame({"n": answered, "d": answered, "m": answered})


@dataclass(frozen=True, eq=False)
class _Pair:
    """Two campaigns over the addresses of both, ``atoms``.

    Labels are numbers: that of an address is its change, or what it told where it told in one campaign only; so many
    further is its level, and again as many the same answers. ``columns``: its place in each campaign, -1 where it told
    nothing; ``back``: by campaign, from those places to addresses. ``copied``: (atoms,).
    """

    told: tuple[Told, Told]
    atoms: list[Hashable]
    columns: tuple[np.ndarray, np.ndarray]
    back: tuple[np.ndarray, np.ndarray]
    copied: np.ndarray

    @classmethod
    def of(cls, told: tuple[Told, Told], copied: Atoms) -> _Pair:
        atoms = list(dict.fromkeys(chain(told[0].atoms, told[1].atoms)))
        number = {atom: place for place, atom in enumerate(atoms)}
        first, second = (np.array([number[atom] for atom in one.atoms], dtype=np.int64) for one in told)
        columns = np.full((2, len(atoms)), -1)
        for side, back in enumerate((first, second)):
            columns[side, back] = np.arange(len(back))
        known = np.array([atom in copied for atom in atoms], dtype=bool)
        return cls(told, atoms, (columns[0], columns[1]), (first, second), known)

    def address(self, label: Any) -> Hashable:
        """Name the address that a label is of."""
        return self.atoms[label % len(self.atoms)]

    def published(self, code: str, limits: Limits) -> tuple[Published, tuple[Totals, Totals], bytes] | None:
        """Write the totals of a figure over labels, all of them and by campaign; None where nothing was given again.

        With them, what tells whether another figure weighs the same.
        """
        sides = list(zip(self.told, self.columns, strict=True))
        weights, counts = ([getattr(one, what)[code][at] for one, at in sides] for what in ("weights", "counts"))
        # Who has no dwelling of its own there told nothing there.
        answered = [weight[:, 0] > 0 for weight in weights]
        both = answered[0] & answered[1]
        lasting = both & self.copied & (counts[0] == counts[1]).all(axis=1)
        if not lasting.any():
            return None
        size, heavier = len(self.atoms), np.maximum(*weights)
        changed = both & ~lasting
        level = np.arange(size) + size * np.where(changed, 1, np.where(lasting, 2, 0))
        totals = []
        for side, (one, told) in enumerate(zip(self.told, answered, strict=True)):
            spelt = set()
            for inside in one.units[code]:
                here = self.back[side][inside]
                here = here[told[here]]
                labels = level[here].tolist()
                spelt.add(frozenset(labels + here[changed[here]].tolist() if side else labels))
            totals.append(frozenset(spelt) - {frozenset()})
        weighing: dict[str, dict[Hashable, int]] = {}
        for place, measure in enumerate(_MEASURES):
            heavy = limits.of(measure)
            weighing[measure] = {
                **dict(zip(range(size), heavier[:, place].tolist(), strict=True)),
                **dict.fromkeys(level[changed].tolist(), heavy),
                **dict(zip(level[lasting].tolist(), heavier[lasting, place].tolist(), strict=True)),
            }
        key = heavier.tobytes() + level.tobytes()
        return Published(totals[0] | totals[1], weighing), (totals[0], totals[1]), key

    def known(self) -> Iterator[tuple[str, frozenset[int]]]:
        """Give what each landlord, and each group, knows: the changes of what it held whenever it stood, and levels."""
        then, now = (one.places for one in self.told)
        number = {atom: place for place, atom in enumerate(self.atoms)}
        size = len(self.atoms)
        for kind in ("stocks", "pools"):
            before, after = getattr(then, kind), getattr(now, kind)
            for name in sorted({*before, *after}):
                old, new = before.get(name, frozenset()), after.get(name, frozenset())
                kept = (old & new) | (old - now.dwellings.keys()) | (new - then.dwellings.keys())
                found = ((kept, 0), (old, size), (old | new, 2 * size))
                yield name, frozenset(number[atom] + more for held, more in found for atom in held if atom in number)
