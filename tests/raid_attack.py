"""An attacker of editions as they are handed out, who reads GeoPackages with SQLite and shares no code with the atlas.

He holds editions, oldest first, of deliveries whose answers he knows how to count but not what they say. He adds and
subtracts (:mod:`tests.raid_elimination`), looking for a combination that bears on few; :mod:`tests.raid_bounds` is what
he bounds. An entrance that answered more in a later delivery is several atoms: what it had said, each addition.
"""

from __future__ import annotations

import re
import sqlite3
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from tests.raid_elimination import Row, lightest
from tests.raid_truth import Answers

MEASURES = ("logements", "ménages", "réponses")
Atom = tuple[int, str, int]  # campaign, entrance, rank of the answers that came with a delivery
_KEYS = {"situations": "situation", "communes": "code_insee", "iris": "code_iris", "bailleurs": "bailleur",
         "residences": "id_residence", "adresses": "id"}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Spoils:
    """One edition: its figures (unit, campaign, indicator) with status and label, its places, its wider readings."""

    folder: Path
    answers: Mapping[tuple[int, str], Answers]

    def _rows(self, query: str) -> list[tuple]:
        with closing(sqlite3.connect(f"file:{self.folder / 'atlas.gpkg'}?mode=ro", uri=True)) as base:
            return base.execute(query).fetchall()

    @cached_property
    def figures(self) -> dict[tuple[str, str, int, str], tuple[str, str | None]]:
        """Give status and label by kind, unit, campaign and indicator."""
        rows = self._rows("SELECT unite, id, campagne, indicateur, statut, libelle FROM series")
        return {(kind, str(unit), int(year), code): (state, label) for kind, unit, year, code, state, label in rows}

    @cached_property
    def households(self) -> set[tuple[str, str, int]]:
        """List the units that tell how many households responded, with the campaign of their table."""
        found = set()
        for kind in ("territoire", *_KEYS, "quartiers"):
            names = {row[1] for row in self._rows(f"PRAGMA table_info({kind})")}
            if "menages" in names:
                rows = self._rows(f"SELECT id, campagne FROM {kind} WHERE menages IS NOT NULL")
                found |= {(kind, str(unit), int(year)) for unit, year in rows}
        return found

    @cached_property
    def places(self) -> dict[tuple[int, str], dict[str, str]]:
        """Give what the edition says of each entrance of each campaign."""
        names = [row[1] for row in self._rows("PRAGMA table_info(composition)")]
        rows = (dict(zip(names, row, strict=True)) for row in self._rows("SELECT * FROM composition"))
        return {(int(row["campagne"]), str(row["id"])): row for row in rows}

    @cached_property
    def _members(self) -> dict[tuple[str, str, int], set[str]]:
        found = defaultdict(set)
        for (year, door), row in self.places.items():
            found["territoire", "territoire", year].add(door)
            for kind, key in _KEYS.items():
                found[kind, str(row[key]), year].add(door)
            for code in (row["quartiers"] or "").split("|"):
                found["quartiers", code, year].add(door)
        return found

    def members(self, kind: str, unit: str, year: int) -> set[str]:
        """Find the entrances of a unit at a campaign."""
        return self._members.get((kind, unit, year), set())

    def holder(self, year: int, door: str) -> str:
        """Say who held an entrance at a campaign."""
        return self.places[year, door]["bailleur"]

    @cached_property
    def readings(self) -> list[tuple[str, int, bool, frozenset[tuple[int, str]]]]:
        """Give the readings of recent movers on a sum that is published nowhere: what they say, and of whom."""
        rows = self._rows(
            "SELECT id, campagne, er_perimetre, er_critere FROM historique WHERE unite = 'residences'"
            " AND er_perimetre IS NOT NULL AND er_perimetre <> 'la résidence'"
        )
        found = []
        for unit, year, where, word in rows:
            mine = self.members("residences", str(unit), year)
            if where.startswith("le parc"):
                (who,) = {self.holder(year, door) for door in mine}
                (iris,) = {self.places[year, door]["code_iris"] for door in mine}
                both = self.members("iris", iris, year) & self.members("bailleurs", who, year)
                held = {(year, door) for door in both}
            elif where == "l'IRIS":
                (iris,) = {self.places[year, door]["code_iris"] for door in mine}
                held = {(year, door) for door in self.members("iris", iris, year)}
            else:
                years = map(int, re.findall(r"\d{4}", where))
                held = {(one, door) for one in years for door in self.members("residences", str(unit), one)}
            found.append((where, int(year), word == "atteint", frozenset(held)))
        return found


@dataclass(frozen=True, eq=False)
class Raid:
    """Editions in hand, the oldest first."""

    spoils: Sequence[Spoils]

    @cached_property
    def years(self) -> list[int]:
        """List the campaigns told."""
        return sorted({year for one in self.spoils for year, _ in one.places})

    def states(self, code: str, key: tuple[int, str]) -> list[tuple[int, int, int]]:
        """Give what an entrance answered in each edition: dwellings, households, answers."""
        found = []
        for one in self.spoils:
            told = one.answers.get(key)
            if key not in one.places or told is None:
                found.append((0, 0, 0))
            elif code == "menages":
                found.append((int(one.places[key]["nb_logements"]), told.households, told.households))
            else:
                _, size, homes = told.of.get(code, (0, 0, 0))
                found.append((int(one.places[key]["nb_logements"]) if size else 0, homes, size))
        return found

    def spelt(self, code: str, rank: int, held: set[tuple[int, str]]) -> Row:
        """Write a sum of an edition over atoms."""
        row: Row = {}
        for key in held:
            sizes = sorted({size for *_, size in self.states(code, key)} - {0})
            mine = self.states(code, key)[rank][2]
            row |= {(*key, step): 1 for step, size in enumerate(sizes) if size <= mine}
        return row

    def weights(self, code: str) -> dict[Atom, tuple[int, int, int]]:
        """Weigh every atom: an addition is as many dwellings as it is households."""
        found = {}
        for key in {key for one in self.spoils for key in one.places}:
            states = sorted({state for state in self.states(code, key) if state[2]}, key=lambda state: state[2])
            steps = {state[2]: state for state in states}
            ordered = [steps[size] for size in sorted(steps)]
            for step, (before, after) in enumerate(pairwise([(0, 0, 0), *ordered])):
                homes = max(after[1] - before[1], 1)
                dwellings = after[0] if step == 0 else homes
                found[*key, step] = (dwellings, homes, after[2] - before[2])
        return found

    def totals(self, code: str, year: int) -> list[Row]:
        """Write every published total of one figure and campaign, once each."""
        rows: dict[frozenset, Row] = {}
        for rank, one in enumerate(self.spoils):
            for kind, unit, when in self.shown(one, code):
                if when == year:
                    row = self.spelt(code, rank, {(year, door) for door in one.members(kind, unit, year)})
                    rows.setdefault(frozenset(row), row)
        rows.pop(frozenset(), None)
        return list(rows.values())

    @staticmethod
    def shown(one: Spoils, code: str) -> Iterator[tuple[str, str, int]]:
        """List the units whose figure an edition publishes."""
        if code == "menages":
            yield from one.households
        else:
            told = one.figures.items()
            yield from ((kind, unit, year) for (kind, unit, year, what), (state, _) in told
                        if what == code and state == "publié")  # fmt: skip

    def readers(self, pooled: Sequence[str]) -> dict[str, set[str]]:
        """Name who reads, with the landlords whose stock each knows."""
        holders = {row["bailleur"] for one in self.spoils for row in one.places.values()}
        found = {"n'importe qui": set()} | {one: {one} for one in sorted(holders)}
        return found | ({"le groupe": set(pooled)} if pooled else {})

    def known(self, who: set[str], atoms: Mapping[Atom, object]) -> set[Atom]:
        """Find the atoms of the stock that a reader held at each campaign."""
        held = {key for one in self.spoils for key, row in one.places.items() if row["bailleur"] in who}
        return {atom for atom in atoms if atom[:2] in held}

    def leaks(self, codes: Sequence[str], pooled: Sequence[str] = ()) -> list[str]:
        """Look for combinations of published totals that bear on few, for every reader: what is found, in words."""
        found, seen = [], set()
        for code in ("menages", *codes):
            weights = self.weights(code)
            for year in self.years:
                rows = self.totals(code, year)
                mine = {atom: weight for atom, weight in weights.items() if atom[0] == year}
                sign = (year, frozenset(map(frozenset, rows)), frozenset(mine.items()))
                if sign in seen:
                    continue
                seen.add(sign)
                for name, who in self.readers(pooled).items():
                    known = self.known(who, mine)
                    # What is safe at the lightest of its weights is safe in each.
                    least = {
                        atom: (atom, min(weight[: 2 if code == "menages" else 3])) for atom, weight in mine.items()
                    }
                    if not lightest(rows, least, known):
                        continue
                    for place, measure in enumerate(MEASURES[: 2 if code == "menages" else 3]):
                        costs = {atom: (atom, weight[place]) for atom, weight in mine.items()}
                        if light := lightest(rows, costs, known):
                            found.append(f"{code} {year}, {name}, {measure} : {sorted(light)}")
        return found + self._reading_leaks(pooled)

    def changes(self, codes: Sequence[str], pooled: Sequence[str] = ()) -> list[str]:
        """Look for what all campaigns tell together of few, where entrances answered the same in several.

        A column is what an entrance answered. Of those of one entrance the heaviest counts, once: those who live there
        are who is told of. Who held it at a campaign knows what it answered then. What editions but the last tell
        already, to who knows what was learnt since, cannot be taken back: that reader is left out.
        """
        found = []
        for code in ("menages", *codes):
            said = self._said(code)
            years = defaultdict(set)
            for (_, year, _), label in said.items():
                years[label].add(year)
            lasting = set().union(*(of for of in years.values() if len(of) > 1))
            weights = {spot: self.states(code, spot[1:])[spot[0]] for spot in said if spot[1] in lasting}
            told = [
                {frozenset(said[rank, year, door] for door in one.members(kind, unit, year)
                           if any(weights.get((rank, year, door), ()))) for kind, unit, year in self.shown(one, code)}
                for rank, one in enumerate(self.spoils)
            ]  # fmt: skip
            before, rows = (_spelt_once(told[:-1]), _spelt_once(told))
            for reader, who in self.readers(pooled).items() if lasting else ():
                known = {said[spot] for spot in weights if self.spoils[spot[0]].holder(*spot[1:]) in who}
                for place, measure in enumerate(MEASURES[: 2 if code == "menages" else 3]):
                    costs: dict[Hashable, tuple[Hashable, int]] = {}
                    for spot, weight in weights.items():
                        costs[said[spot]] = spot[2], max(weight[place], costs.get(said[spot], (None, 0))[1])
                    if (light := lightest(rows, costs, known)) and not lightest(before, costs, known):
                        found.append(f"redonné, {code}, {reader}, {measure} : {sorted(light)}")
        return found

    def _said(self, code: str) -> dict[tuple[int, int, str], tuple[str, int]]:
        """Name what each entrance answered, by edition and campaign: the entrance, and a number.

        The same where the whole row is, or where a later delivery of the campaign adds nothing to the figure.
        """
        names: dict[object, tuple[str, int]] = {}
        said = {}
        for rank, one in enumerate(self.spoils):
            for (year, door), told in sorted(one.answers.items(), key=lambda item: item[0]):
                if told and (year, door) in one.places:
                    row = door, told.households, *sorted(told.of.items())
                    figure = year, door, self.states(code, (year, door))[rank]
                    name = names.get(figure) or names.get(row) or (door, len(names))
                    names |= {row: name, figure: name} if row not in names else {figure: name}
                    said[rank, year, door] = name
        return said

    def _reading_leaks(self, pooled: Sequence[str]) -> list[str]:
        """Put the sums of readings beside the rates of every campaign, as if they were published exactly."""
        code = "er_inf40"
        rows = [row for year in self.years for row in self.totals(code, year)]
        sums = [self.spelt(code, rank, set(held)) for rank, one in enumerate(self.spoils)
                for where, _, _, held in one.readings if where != "l'IRIS"]  # fmt: skip
        if not sums:
            return []
        rows, weights, found = [*rows, *sums], self.weights(code), []
        for name, who in self.readers(pooled).items():
            known = self.known(who, weights)
            for place, measure in ((0, "logements"), (2, "réponses")):
                # The dwellings of an entrance are the same ones in every campaign.
                costs = {atom: (atom[1:] if place == 0 else atom, weight[place]) for atom, weight in weights.items()}
                if light := lightest(rows, costs, known):
                    found.append(f"lectures, {name}, {measure} : {sorted(light)}")
        return found


def _spelt_once(told: Iterable[Iterable[frozenset]]) -> list[Row]:
    return [dict.fromkeys(row, 1) for row in set().union(*told) if row]
