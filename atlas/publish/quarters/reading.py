"""Read what the page of a quarter says: every figure through :class:`atlas.publish.figures.Figures`, none computed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from atlas.publish.figures import Figures
from atlas.publish.paths import COMMUNES, QUARTERS, quarter_files
from atlas.publish.quarters.members import (
    OUTSIDE,
    QPV,
    LevelCount,
    Member,
    Ranked,
    Residences,
    by_level,
    ranked,
)  # fmt: skip
from atlas.publish.sheets.further import Reading, others_of
from atlas.publish.sheets.model import Criterion, Feature, Line, Place, met_words
from atlas.publish.sheets.reading import criteria_of, groups_of, lines_of, trend_of
from atlas.tables import ATTRIBUTED, UNDETERMINED

TERRITORY, SITUATIONS = "territoire", "situations"
WORDS = {QPV: "Quartier prioritaire", "QVA": "Quartier de veille active"}
_MOST_COMMUNES = 2  # set beside a quarter: those that hold most of its dwellings


@dataclass(frozen=True)
class Review:
    """Everything that the page of a quarter shows.

    ``kind`` and ``id`` name the unit whose rates are shown: the quarter, or the commune for what it holds outside the
    QPV. ``places`` starts with it. ``surveyed``: it has dwellings, and a survey tells its criteria. ``levels`` count
    the residences listed, ``history`` the same ones at each campaign. ``others``: what the other active methods say.
    """

    kind: str
    id: str
    file: str
    name: str
    what: str
    situation: str
    surveyed: bool
    level: str
    met: int | None
    places: tuple[Place, ...]
    criteria: tuple[Criterion, ...]
    lines: tuple[tuple[str, tuple[Line, ...]], ...]
    attributions: tuple[Line, ...]
    trend: tuple
    features: tuple[Feature, ...]
    residences: Ranked
    levels: tuple[LevelCount, ...]
    history: tuple[tuple[int, tuple[LevelCount, ...]], ...]
    others: tuple[Reading, ...] = ()
    note: str = ""
    near: str = ""

    @property
    def met_text(self) -> str:
        """How many criteria are met and, where some cannot be read, how many and why."""
        return met_words(self.criteria, self.met)

    @property
    def outside(self) -> bool:
        """Whether the page is about what a commune holds outside the QPV."""
        return self.kind == COMMUNES

    @property
    def communes(self) -> tuple[Place, ...]:
        """The communes set beside the quarter."""
        return tuple(place for place in self.places if place.kind == COMMUNES)

    @property
    def dwellings(self) -> int:
        """Dwellings of the residences listed."""
        return sum(count.dwellings for count in self.levels)


def reviews_of(
    figures: Figures, residences: Residences, features: dict[str, dict[str, tuple[Feature, ...]]]
) -> Iterator[Review]:
    """Read one review per quarter, then one per commune, in the order of the edition.

    Parameters
    ----------
    features : dict
        Dwellings by feature, by kind then unit: :func:`atlas.publish.sheets.reading.features_by_unit`.
    """
    for (kind, identifier), file in quarter_files(figures).items():
        members = residences.outside(identifier) if kind == COMMUNES else residences.of_quarter(identifier)
        places = tuple(_places(kind, identifier, members, figures))
        situation = OUTSIDE if kind == COMMUNES else figures.text(kind, identifier, "situation")
        yield Review(
            kind=kind,
            id=identifier,
            file=file,
            name=figures.text(kind, identifier, "nom") or identifier,
            what="Hors QPV" if kind == COMMUNES else WORDS.get(situation, f"Périmètre « {situation} »"),
            situation=situation,
            surveyed=figures.surveyed and bool(figures.number(kind, identifier, "nb_logements")),
            level=figures.level(kind, identifier, figures.campaign) or UNDETERMINED,
            met=figures.met(kind, identifier),
            places=places,
            criteria=tuple(criteria_of(kind, identifier, figures)),
            lines=groups_of(places, figures),
            attributions=lines_of(
                ATTRIBUTED, places, figures, "" if kind == COMMUNES or figures.listed_before else situation
            ),
            trend=trend_of(places, figures),
            features=features.get(kind, {}).get(identifier, ()),
            residences=ranked(members, residences.levels),
            levels=by_level(members, residences.levels),
            history=tuple((year, residences.counts(members, year)) for year in figures.edition.context.campaigns),
            others=others_of(kind, identifier, figures),
            note=figures.edition.levels.notes.get(figures.level(kind, identifier, figures.campaign), ""),
            near=figures.near(kind, identifier),
        )


def verdict(line: Line) -> str:
    """Say whether the target of a line is met, from the figure as the edition shows it and the rule alone."""
    assert line.target is not None
    figure = line.figures[0]
    met = figure.reaches(float(line.target.value))
    if met is None:
        return "à cheval sur l'objectif" if figure.published else figure.status
    return "objectif atteint" if met else "objectif non atteint"


def _places(kind: str, identifier: str, members: tuple[Member, ...], figures: Figures) -> Iterator[Place]:
    """The unit, then what its rates are set beside: its communes, the QPV together, the rest, the territory."""
    role = "Commune" if kind == COMMUNES else "Quartier"
    yield Place(kind, identifier, role, figures.text(kind, identifier, "nom"))
    if kind != COMMUNES:
        for code in _communes(identifier, members, figures):
            yield Place(COMMUNES, code, "Commune", figures.text(COMMUNES, code, "nom"))
    for situation, said in ((QPV, "Tous les QPV"), (OUTSIDE, "Hors QPV")):
        if figures.known(SITUATIONS, situation):
            yield Place(SITUATIONS, situation, said, figures.text(TERRITORY, TERRITORY, "nom"))
    yield Place(TERRITORY, TERRITORY, "Territoire", figures.text(TERRITORY, TERRITORY, "nom"))


def _communes(identifier: str, members: tuple[Member, ...], figures: Figures) -> list[str]:
    """Find the communes of a quarter: those of its residences, otherwise the one where it lies."""
    dwellings: Counter[str] = Counter()
    for one in members:
        dwellings[one.commune] += one.dwellings
    found = [code for code, _ in dwellings.most_common() if figures.known(COMMUNES, code)]
    if not found and figures.known(COMMUNES, next(iter(figures.identifiers(COMMUNES)), "")):
        units = figures.edition.units
        quarters, communes = units[QUARTERS], units[COMMUNES]
        shape = quarters.geometry.iloc[quarters["id"].tolist().index(identifier)]
        if shape is not None and not shape.is_empty:
            holds = communes.geometry.covers(shape.representative_point()).to_numpy(bool)
            found = [str(code) for code in communes["id"][holds]]
    return found[:_MOST_COMMUNES]
