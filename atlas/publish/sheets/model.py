"""What a residence's sheet says, without a word of layout."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from atlas.parameters import Rule
from atlas.publish.figures import Figure
from atlas.publish.sheets.further import Reading
from atlas.publish.sheets.years import Through, Update
from atlas.tables import INDICATORS, NOT_APPLICABLE, PUBLISHED, SECRET, UNKNOWN

_NUMBERED = re.compile(r"(\d+(?: ?(?:bis|ter|quater|[A-Za-z]))?),? +(\D.*)")


@dataclass(frozen=True)
class Fact:
    """One line of identity or of data quality: ``text`` is as shown; ``column`` is the edition's, where it is one."""

    label: str
    text: str
    column: str = ""


@dataclass(frozen=True)
class Place:
    """A unit whose figures stand beside the residence's: the commune, the quarter, the territory."""

    kind: str
    id: str
    role: str
    name: str


@dataclass(frozen=True)
class Criterion:
    """One criterion of fragility: the figure, its threshold, and whether it is met, None when it cannot be read.

    ``interval``: the ends (%) of the interval that small numbers leave to the rate, None where they are not told.
    """

    figure: Figure
    rule: Rule
    met: bool | None
    interval: tuple[int, int] | None = None


@dataclass(frozen=True)
class Line:
    """One indicator across places (``figures`` in their order); ``target`` where a rule sets one for this residence."""

    label: str
    figures: tuple[Figure, ...]
    target: Rule | None = None


@dataclass(frozen=True)
class Modality:
    """Dwellings that share a feature; rents are None where the edition does not show them."""

    name: str
    dwellings: int
    rent_known: int | None = None
    low_rent: int | None = None
    rent: float | None = None


@dataclass(frozen=True)
class Feature:
    """One feature of the dwellings, told for some of them at least."""

    key: str
    title: str
    modalities: tuple[Modality, ...]


@dataclass(frozen=True)
class Sheet:
    """Everything a sheet shows.

    ``places`` starts with the residence itself; ``lines`` are grouped by title; ``trend`` gives the criteria at every
    campaign, one line per campaign, figures in the order of ``places``; ``levels`` gives the residence's level at each
    of them, empty where it did not exist. ``wider``: the perimeter on which the criterion of recent movers is read, the
    criterion there and the level that it gives; None where it is read on the residence, or nowhere. ``proven``: what
    published criteria prove where they do not give a level, empty otherwise. ``others``: what the other active methods
    say. ``note``: what must not be concluded from the level; ``near``: of which answer it hangs. ``through``: what
    became of it since the campaign before, None where there is none. ``updates``: what its landlord sent between
    surveys, the latest first. ``point`` is in the
    edition's CRS (metres), None when the residence has no place.
    """

    id: str
    file: str
    name: str
    level: str
    criteria_met: int | None
    commune: str
    quarter: str
    situation: str
    facts: tuple[Fact, ...]
    addresses: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    places: tuple[Place, ...]
    lines: tuple[tuple[str, tuple[Line, ...]], ...]
    attributions: tuple[Line, ...]
    trend: tuple[tuple[str, tuple[tuple[int, tuple[Figure, ...]], ...]], ...]
    features: tuple[Feature, ...]
    quality: tuple[Fact, ...]
    point: tuple[float, float] | None
    levels: tuple[tuple[int, str], ...] = ()
    wider: tuple[str, str, str] | None = None
    proven: str = ""
    others: tuple[Reading, ...] = ()
    note: str = ""
    near: str = ""
    through: Through | None = None
    updates: tuple[Update, ...] = ()

    @property
    def surveyed(self) -> bool:
        """Whether a survey tells a criterion of some place, some year."""
        return any(figure.status != UNKNOWN for _, years in self.trend for _, figures in years for figure in figures)

    @property
    def met_text(self) -> str:
        """How many criteria are met and, where some cannot be read, how many and why."""
        return met_words(self.criteria, self.criteria_met)

    @property
    def streets(self) -> tuple[str, ...]:
        """The addresses, those of one street together: ``12, 14 rue des Lilas``."""
        names: dict[str, str] = {}
        numbers: dict[str, list[str]] = {}
        for address in self.addresses:
            found = _NUMBERED.fullmatch(address)
            street = found[2] if found else address
            names.setdefault(street.casefold(), street)
            numbers.setdefault(street.casefold(), []).extend([found[1]] if found else [])
        return tuple(f"{', '.join(known)} {names[key]}" if known else names[key] for key, known in numbers.items())

    @property
    def flow(self) -> tuple[Figure, ...]:
        """A criterion on everyone in place, then the same on recent movers; empty where its method has no such pair."""
        figures = {one.figure.code: one.figure for one in self.criteria}
        return tuple(figures[code] for code in flow_pair(tuple(figures)) or ())


def flow_pair(codes: tuple[str, ...]) -> tuple[str, str] | None:
    """Find, among some indicators, one on everyone in place and the same on recent movers.

    >>> flow_pair(("inf40", "er_inf40", "chomage")), flow_pair(("er_inf40",))
    (('inf40', 'er_inf40'), None)
    """
    flows = ((INDICATORS[code].flow_of, code) for code in codes)
    return next((pair for pair in flows if pair[0] in codes), None)


def met_words(criteria: Sequence[Criterion], met: int | None) -> str:
    """Say how many criteria are met and, where some cannot be read, how many and why."""
    statuses = Counter(one.figure.status for one in criteria)
    silent = [(status, statuses[status]) for status in (SECRET, UNKNOWN, NOT_APPLICABLE) if statuses[status]]
    why = ", ".join(f"{number} {_plural(status, number)}" for status, number in silent)
    known, among = met or 0, len(criteria) - statuses[NOT_APPLICABLE]
    if not criteria:
        return ""
    if not statuses[PUBLISHED]:
        return f"aucun critère publié : {why}"
    number = f"{known or 'aucun'} {_plural('critère', known)}"
    hidden = statuses[SECRET] + statuses[UNKNOWN]
    said = f"{'au moins ' if known else ''}{number} {_plural('atteint', known)}" if hidden else f"{number} sur {among}"
    return f"{said}, {why}" if why else said


def _plural(words: str, number: int) -> str:
    return words if number < 2 or words == NOT_APPLICABLE else f"{words}s"
