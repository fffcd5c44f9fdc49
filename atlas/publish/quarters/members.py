"""The residences of a quarter, or of a commune outside the QPV: which they are, in which order, how many by level.

Grain in: an edition. Grain out: one :class:`Member` per residence of the campaign shown first. Every figure is the
edition's own; only public sizes (dwellings, rows) are added up.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from atlas.methods import SINCE
from atlas.publish.figures import Figure, Figures
from atlas.publish.paths import file_names
from atlas.tables import SECRET, UNDETERMINED, UNKNOWN
from atlas.writing import natural

if TYPE_CHECKING:
    from atlas.methods import Levels

KIND = "residences"
QPV, OUTSIDE = "QPV", "hors QPV"
LOW_RENT = "bas_loyer"


@dataclass(frozen=True)
class Member:
    """One residence in a list.

    ``figures``: what the method shown first reads, then the share of low rents; ``met``: None when no criterion can be
    read; ``near``: of which answer the level hangs; ``updated``: day and level of what was sent since the survey.
    """

    id: str
    file: str
    name: str
    landlord: str
    commune: str
    situation: str
    dwellings: int
    level: str
    met: int | None
    figures: tuple[Figure, ...]
    point: tuple[float, float] | None
    near: str = ""
    updated: str = ""

    @property
    def open(self) -> bool:
        """Whether something that the method reads is not published: more criteria may be met than are told."""
        return any(figure.status in (SECRET, UNKNOWN) for figure in self.figures[:-1])

    @property
    def low_rent(self) -> Figure:
        """Share of dwellings under the rent ceiling."""
        return self.figures[-1]


@dataclass(frozen=True)
class LevelCount:
    """How many residences, and how many dwellings in them, stand at a level."""

    level: str
    residences: int
    dwellings: int


@dataclass(frozen=True)
class Ranked:
    """Residences in the order of a page: most fragile first, then those whose level nobody can tell, by name.

    ``met`` are the undetermined ones of which a published criterion is met; their order, and that of ``unknown``, is
    that of their names: it tells nothing.
    """

    known: tuple[Member, ...]
    met: tuple[Member, ...]
    unknown: tuple[Member, ...]

    @property
    def every(self) -> tuple[Member, ...]:
        """All of them, in the order shown; a number on the map is a place in this list."""
        return self.known + self.met + self.unknown


def ranked(members: Iterable[Member], levels: Levels) -> Ranked:
    """Sort residences by level, criteria met, then the first figure; by name where none is published."""
    members = sorted(members, key=lambda one: (natural(one.name), one.id))
    known = [one for one in members if one.level != UNDETERMINED]
    known.sort(key=lambda one: (levels.order.index(one.level), -(one.met or 0), -_lowest(one.figures[0])))
    rest = [one for one in members if one.level == UNDETERMINED]
    met = [one for one in rest if one.met]
    return Ranked(tuple(known), tuple(met), tuple(one for one in rest if not one.met))


def by_level(members: Sequence[Member], levels: Levels) -> tuple[LevelCount, ...]:
    """Count residences and their dwellings at each level, the most fragile first, the undetermined last."""
    residences = Counter(one.level for one in members)
    dwellings: Counter[str] = Counter()
    for one in members:
        dwellings[one.level] += one.dwellings
    return tuple(LevelCount(level, residences[level], dwellings[level]) for level in levels.order)


class Residences:
    """The residences of an edition, found by quarter and by commune.

    A QPV holds the residences that carry its code: where most of their dwellings are. Any other perimeter holds those
    whose point it covers; where two perimeters of one kind share a border, the smallest code wins.
    """

    def __init__(self, figures: Figures) -> None:
        self._figures = figures
        self._edition = figures.edition
        self.levels: Levels = figures.edition.levels
        self._shown = (*figures.method.codes, LOW_RENT)
        self._files = file_names(figures.identifiers(KIND))

    def of_quarter(self, identifier: str) -> tuple[Member, ...]:
        """List the residences of a QPV, a QVA or another perimeter."""
        return tuple(self._by_quarter.get(identifier, ()))

    @cached_property
    def quarters(self) -> dict[str, tuple[str, ...]]:
        """By residence, the QPV, QVA and other perimeters that it is in."""
        found: dict[str, tuple[str, ...]] = {}
        for code, members in sorted(self._by_quarter.items()):
            for one in members:
                found[one.id] = (*found.get(one.id, ()), code)
        return found

    def outside(self, commune: str) -> tuple[Member, ...]:
        """List the residences of a commune that are not in a QPV."""
        return tuple(one for one in self._by_commune.get(commune, ()) if one.situation != QPV)

    def of_commune(self, commune: str) -> tuple[Member, ...]:
        """List the residences of a commune."""
        return tuple(self._by_commune.get(commune, ()))

    def counts(self, members: Iterable[Member], campaign: int) -> tuple[LevelCount, ...]:
        """Count the same residences at another campaign; those that did not exist are not counted."""
        levels = [(self._figures.level(KIND, one.id, campaign), one.id) for one in members]
        found = Counter(level for level, _ in levels if level)
        sizes: Counter[str] = Counter()
        for level, identifier in levels:
            sizes[level] += int(self._figures.number(KIND, identifier, "nb_logements", campaign) or 0)
        return tuple(LevelCount(level, found[level], sizes[level]) for level in self.levels.order)

    @cached_property
    def every(self) -> tuple[Member, ...]:
        """All the residences of the campaign shown first, in the order of the edition."""
        points = self._edition.units[KIND].geometry
        return tuple(
            self._member(identifier, point)
            for identifier, point in zip(self._figures.identifiers(KIND), points, strict=True)
        )

    def _member(self, identifier: str, point: Any) -> Member:
        figures = self._figures

        def text(column: str) -> str:
            return figures.text(KIND, identifier, column)

        placed = point is not None and not point.is_empty
        return Member(
            id=identifier,
            file=self._files[identifier],
            name=text("nom") or f"Résidence {identifier}",
            landlord=text("bailleur"),
            commune=text("code_insee"),
            situation=text("situation"),
            dwellings=int(figures.number(KIND, identifier, "nb_logements") or 0),
            level=figures.level(KIND, identifier, figures.campaign) or UNDETERMINED,
            met=figures.met(KIND, identifier),
            figures=tuple(figures.figure(KIND, identifier, code) for code in self._shown),
            point=(point.x, point.y) if placed else None,
            near=figures.near(KIND, identifier),
            updated=figures.text(KIND, identifier, SINCE.name),
        )

    @cached_property
    def _by_commune(self) -> dict[str, list[Member]]:
        found = defaultdict(list)
        for one in self.every:
            found[one.commune].append(one)
        return found

    @cached_property
    def _by_quarter(self) -> dict[str, list[Member]]:
        found: dict[str, list[Member]] = defaultdict(list)
        for one in self.every:
            if one.situation == QPV:
                found[self._figures.text(KIND, one.id, "code_qpv")].append(one)
        quarters = self._edition.units.get("quartiers")
        if quarters is not None:
            others = quarters[(quarters["situation"] != QPV).to_numpy(bool)]
            for _, perimeters in others.groupby("situation"):
                for code, inside in self._covered(perimeters.sort_values("id")):
                    found[code] += inside
        return found

    def _covered(self, perimeters: Any) -> Iterable[tuple[str, list[Member]]]:
        """Find the residences of each perimeter of a kind: each in the first that covers its point."""
        import shapely

        placed = [one for one in self.every if one.point is not None]
        tree = shapely.STRtree(shapely.points([one.point for one in placed])) if placed else shapely.STRtree([])
        taken: set[int] = set()
        for code, shape in zip(perimeters["id"], perimeters.geometry, strict=True):
            inside = [] if shape is None else sorted(int(rank) for rank in tree.query(shape, predicate="intersects"))
            yield str(code), [placed[rank] for rank in inside if rank not in taken]
            taken.update(inside)


def _lowest(figure: Figure) -> float:
    """Give a published figure its place in the order; what is not published comes after, whatever it hides."""
    return figure.value if figure.published and figure.value is not None else -1.0
