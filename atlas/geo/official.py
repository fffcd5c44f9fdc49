"""The official geographic code, as shipped in ``data/reference``: communes, their names, merges and EPCI.

Read once, when first asked for. What it does not know it does not judge: a fictional commune keeps its own name.
"""

from __future__ import annotations

import csv
import gzip
import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

from atlas.resources import shipped

_COMMUNE, _DISTRICT = "COM", "ARM"


@dataclass(frozen=True)
class OfficialCode:
    """The code of one vintage.

    Attributes
    ----------
    vintage : int
        Year of the code, at 1 January.
    names : mapping
        Code to name, of communes and of the arrondissements of Paris, Lyon and Marseille.
    former : mapping
        Code of a delegated, associated or merged commune to its name; one code may be that of the commune too.
    successor : mapping
        Code that is no longer a commune's to the commune that holds it now.
    epci : mapping
        Commune to the SIREN of its EPCI.
    epci_names : mapping
        SIREN to name.
    """

    vintage: int
    names: Mapping[str, str]
    former: Mapping[str, str]
    successor: Mapping[str, str]
    epci: Mapping[str, str]
    epci_names: Mapping[str, str]
    _departments: frozenset[str] = field(repr=False, default=frozenset())
    _merged: Mapping[str, frozenset[str]] = field(repr=False, default_factory=dict)

    def name_of(self, code: str) -> str | None:
        """Name a commune, or one that was merged since; None when the code is not known.

        >>> official().name_of("67482"), official().name_of("02695"), official().name_of("01901")
        ('Strasbourg', 'Saint-Thibaut', None)
        """
        return self.names.get(code) or self.former.get(code)

    def knows(self, code: str) -> bool:
        """Tell whether a code is, or was since 2010, that of a commune.

        >>> official().knows("13201"), official().knows("01901")
        (True, False)
        """
        return code in self.names or code in self.former or code in self.successor

    def covers(self, code: str) -> bool:
        """Tell whether the code lists the communes of that part of France, which it does not beyond the DROM.

        >>> official().covers("01901"), official().covers("97801")
        (True, False)
        """
        return _department(code) in self._departments

    def merged_into(self, commune: str) -> frozenset[str]:
        """Name the former communes that a commune gathers, its own former self included.

        >>> sorted(official().merged_into("02054"))
        ['Bazoches-sur-Vesles', 'Saint-Thibaut']
        """
        return self._merged.get(commune, frozenset())

    def epci_of(self, communes: Collection[str]) -> tuple[str, str] | None:
        """Find the EPCI (SIREN and name) of all these communes; None when they have several, or one has none.

        >>> official().epci_of(["21231", "21166"])
        ('242100410', 'Dijon Métropole')
        """
        found = {self.epci.get(self.successor.get(code, code)) for code in communes}
        siren = found.pop() if len(found) == 1 else None
        return None if siren is None else (siren, self.epci_names[siren])


@cache
def official() -> OfficialCode:
    """Read the code that travels with the program."""
    folder = shipped("data") / "reference"
    about = tomllib.loads((folder / "code_geographique.toml").read_text("utf-8"))
    names: dict[str, str] = {}
    former: dict[str, str] = {}
    successor: dict[str, str] = {}
    epci: dict[str, str] = {}
    for kind, code, name, parent, siren in _rows("communes.csv.gz"):
        if kind in (_COMMUNE, _DISTRICT):
            names[code] = name
            if siren:
                epci[code] = siren
        else:
            former[code] = name
            successor[code] = parent
    after: dict[str, set[str]] = defaultdict(set)
    for _, code, name, heir in _rows("mouvements.csv.gz"):
        former.setdefault(code, name)
        after[code].add(heir)
    for code in after:
        heirs = _heirs(code, after, names)
        if code not in successor and len(heirs) == 1:
            successor[code] = heirs.pop()
    successor = {code: heir for code, heir in successor.items() if code not in names}
    merged: dict[str, set[str]] = defaultdict(set)
    for code, name in former.items():
        merged[successor.get(code, code)].add(name)
    return OfficialCode(
        about["millesime"],
        names,
        former,
        successor,
        epci,
        {siren: name for siren, name, *_ in _rows("epci.csv.gz")},
        frozenset(map(_department, names)),
        {code: frozenset(known) for code, known in merged.items()},
    )


def _heirs(code: str, after: Mapping[str, set[str]], names: Mapping[str, str]) -> set[str]:
    """Follow the changes of a code to the communes of today."""
    found, seen, left = set(), {code}, list(after[code])
    while left:
        one = left.pop()
        if one in names:
            found.add(one)
        elif one not in seen:
            seen.add(one)
            left += after.get(one, ())
    return found


def _department(code: str) -> str:
    return code[:3] if code.startswith("97") else code[:2]


def _rows(name: str) -> Iterator[list[str]]:
    """Rows of a shipped table, its header left out."""
    with gzip.open(shipped("data") / "reference" / name, "rt", encoding="utf-8", newline="") as stream:
        rows = csv.reader(stream, delimiter=";")
        next(rows)
        yield from rows
