"""What the attacker of :mod:`tests.raid_attack` bounds: sensitive counts of small masked units that can be no other.

He knows every denominator, reads each label as the counts that would be written so, ties counts of the same households,
and asks for another whole answer (integer programmes). An answer found is checked in whole numbers; none found, with
and without simplification, counts as fixed.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil, floor

import numpy as np
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from tests.raid_attack import Atom, Raid
from tests.raid_elimination import LIMIT

TIED = (
    ("inf20", "inf40", "inf60", "inf100", "er_inf40"),
    ("seuls", "monoparentales", "familles_3", "occupants"),
    ("moins_30", "plus_65"),
    ("chomage",),
    ("apl",),
    ("impayes",),
    ("mutations",),
)
PEOPLE = 8  # in one household, at most: the dated rule of the atlas
# Sums of counts of one entrance that are at most so many by household.
_TIES = (
    ({"inf20": 1, "inf40": -1}, 0),
    ({"inf40": 1, "inf60": -1}, 0),
    ({"inf60": 1, "inf100": -1}, 0),
    ({"er_inf40": 1, "inf40": -1}, 0),
    ({"seuls": 1, "monoparentales": 1}, 1),
    ({"seuls": 1, "familles_3": 1}, 1),
    ({"monoparentales": 1, "occupants": -1}, -1),
    ({"familles_3": 3, "occupants": -1}, -1),
    ({"familles_3": 2, "seuls": -1, "occupants": -1}, -2),
    ({"moins_30": 1, "plus_65": 1}, 1),
)


def counts_written_so(label: str, size: int, *, people: bool, edges: Sequence[float] = ()) -> tuple[int, int]:
    """Give the least and the largest count, out of so many, that would be written as a label.

    >>> counts_written_so("42 %", 50, people=False), counts_written_so("≤ 5 %", 50, people=False)
    ((21, 21), (0, 2))
    >>> counts_written_so("39 %", 201, people=False, edges=[40]), counts_written_so("2,1", 20, people=True)
    ((78, 80), (41, 43))
    """
    (told,) = (Fraction(one.replace(",", ".")) for one in re.findall(r"\d+(?:,\d+)?", label))
    unit = Fraction(size) if people else Fraction(size, 100)
    least, most = (size, PEOPLE * size) if people else (0, size)
    if label.startswith("≤"):
        return least, floor(told * unit)
    if label.startswith("≥"):
        return ceil(told * unit), most
    half = Fraction(1, 20) if people else Fraction(1, 2)
    if people:
        return max(least, ceil((told - half) * unit)), min(most, floor((told + half) * unit))
    under = max((Fraction(edge) for edge in edges if edge <= told), default=Fraction(-9))
    over = min((Fraction(edge) for edge in edges if edge > told), default=Fraction(999))
    low = under if told - under < 1 else told - half
    high = over if over - told <= 1 else told + half  # not reached
    return max(least, ceil(low * unit)), min(most, ceil(high * unit) - 1)


def fixed(raid: Raid, *, linked: bool = True) -> Iterator[tuple[int, str, str, str]]:
    """List the masked small units of the latest edition that can hold no other count: campaign, kind, unit, figure."""
    for codes in TIED if linked else tuple((code,) for group in TIED for code in group):
        together = raid.years if "er_inf40" in codes else None
        for years in [together] if together else [[year] for year in raid.years]:
            yield from _Siege(raid, codes, years).fixed()


class _Siege:
    """All that is known of some figures at some campaigns: rows over whole unknowns, between bounds."""

    def __init__(self, raid: Raid, codes: Sequence[str], years: Sequence[int]) -> None:
        self.raid, self.codes, self.years = raid, codes, years
        self.column: dict[tuple[str, Atom], int] = {}
        self.size: list[int] = []
        for code in codes:
            for atom, weight in sorted(raid.weights(code).items()):
                if atom[0] in years:
                    self.column[code, atom] = len(self.size)
                    self.size.append(weight[2])
        self.truth = self._truth()
        self.rows: list[dict[int, int]] = []
        self.low: list[float] = []
        self.high: list[float] = []
        for rank in range(len(raid.spoils)):
            self._published(rank)
            self._read(rank)
        self._tied()

    def _truth(self) -> np.ndarray:
        """Give the true count of every atom: a later delivery less what it added to."""
        found = np.zeros(len(self.size))
        for (code, atom), place in self.column.items():
            key = atom[:2]
            told = {size: one.answers[key].of[code][0] for one, (*_, size) in
                    zip(self.raid.spoils, self.raid.states(code, key), strict=True) if size}  # fmt: skip
            counts = [told[size] for size in sorted(told)]
            found[place] = counts[atom[2]] - (counts[atom[2] - 1] if atom[2] else 0)
        return found

    def _know(self, row: dict[int, int], low: float, high: float) -> None:
        total = sum(value * self.truth[place] for place, value in row.items())
        assert low - 1e-9 <= total <= high + 1e-9, "what a label says is not true of its entrances"
        self.rows.append(row)
        self.low.append(low)
        self.high.append(high)

    def _over(self, code: str, rank: int, held: set[tuple[int, str]]) -> dict[int, int]:
        return {self.column[code, atom]: 1 for atom in self.raid.spelt(code, rank, held)}

    def _published(self, rank: int) -> None:
        one = self.raid.spoils[rank]
        told = json.loads((one.folder / "manifeste.json").read_text("utf-8")).get("arrondis", {})
        for (kind, unit, year, code), (state, label) in one.figures.items():
            if state == "publié" and code in self.codes and year in self.years:
                row = self._over(code, rank, {(year, door) for door in one.members(kind, unit, year)})
                size = sum(self.size[place] for place in row)
                edges = told.get(code, ())
                self._know(row, *counts_written_so(str(label), size, people=code == "occupants", edges=edges))

    def _read(self, rank: int) -> None:
        if "er_inf40" not in self.codes:
            return
        for _, _, met, held in self.raid.spoils[rank].readings:
            row = self._over("er_inf40", rank, set(held))
            size = sum(self.size[place] for place in row)
            needed = ceil(Fraction(size, 2))
            self._know(row, needed if met else 0, size if met else needed - 1)

    def _tied(self) -> None:
        """Tie counts of the same households; where an item was told later than another, they are of others."""
        atoms = {atom for _, atom in self.column}
        for terms, by_home in _TIES:
            if not set(terms) <= set(self.codes):
                continue
            for atom in atoms:
                places = {code: self.column.get((code, atom)) for code in terms}
                if None in places.values():
                    continue
                row = {places[code]: value for code, value in terms.items()}
                homes = [self.size[places[code]] for code in terms if code != "er_inf40"]
                if len(set(homes)) == 1 and sum(v * self.truth[p] for p, v in row.items()) <= by_home * homes[0]:
                    self._know(row, -np.inf, by_home * homes[0])

    def fixed(self) -> Iterator[tuple[int, str, str, str]]:
        """Try other answers, many units at a time, then each by itself, both ways."""
        goals = list(self._targets())
        if not goals:
            return
        chance = random.Random(5)
        left = dict(goals)
        for _ in range(6):
            wish = np.zeros(len(self.size))
            for row in left.values():
                now = sum(self.truth[place] for place in row)
                sign = 1 if now == 0 or chance.random() < 0.4 else -1
                wish[list(row)] += sign * chance.uniform(0.3, 1)
            other = self._answer(wish)
            left = {name: row for name, row in left.items() if sum(other[p] - self.truth[p] for p in row) == 0}
            if not left:
                return
        for name, row in left.items():
            wish = np.zeros(len(self.size))
            wish[list(row)] = 1
            tries = ((way, simplified) for simplified in (True, False) for way in (1, -1))
            if not any(wish @ (self._answer(way * wish, simplified=s) - self.truth) for way, s in tries):
                yield name

    def _targets(self) -> Iterator[tuple[tuple[int, str, str, str], tuple[int, ...]]]:
        one, rank = self.raid.spoils[-1], len(self.raid.spoils) - 1
        for (kind, unit, year, code), (state, _) in one.figures.items():
            if state != "secret" or code not in self.codes or year not in self.years:
                continue
            doors = {door for door in one.members(kind, unit, year) if self.raid.states(code, (year, door))[rank][2]}
            homes = sum(int(one.places[year, door]["nb_logements"]) for door in doors)
            if doors and homes < LIMIT:
                yield (year, kind, unit, code), tuple(self._over(code, rank, {(year, door) for door in doors}))

    def _answer(self, wish: np.ndarray, *, simplified: bool = True) -> np.ndarray:
        """Find another whole answer towards a wish; the true one where none is found, or where it does not hold."""
        people = np.array([code == "occupants" for code, _ in self.column])
        size = np.array(self.size, dtype=float)
        matrix = sparse.csr_matrix(
            ([value for row in self.rows for value in row.values()],
             ([rank for rank, row in enumerate(self.rows) for _ in row], [p for row in self.rows for p in row])),
            shape=(len(self.rows), len(size)),
        )  # fmt: skip
        low, high = np.array(self.low), np.array(self.high)
        answer = milp(
            -wish,
            constraints=LinearConstraint(matrix, low, high) if self.rows else None,
            bounds=Bounds(np.where(people, size, 0), np.maximum(np.where(people, PEOPLE * size, size), self.truth)),
            integrality=np.ones(len(size)),
            options={"presolve": simplified},
        )
        if answer.x is None:
            return self.truth
        found = np.round(answer.x)
        total = matrix @ found
        return found if ((total >= low - 1e-9) & (total <= high + 1e-9)).all() else self.truth
