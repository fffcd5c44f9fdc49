"""An edition: everything one audience receives, and nothing else.

The type is sealed. Only :mod:`atlas.protect` makes one, after masking, and :mod:`atlas.judge` adds levels computed on
what is left; pages, files and popups are written from an edition alone, so that nothing raw can reach them. The seal is
given at birth and kept nowhere: ``dataclasses.replace``, copies and pickles make no edition. A part of an edition is
rows of it, taken by :meth:`Edition.part`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field, fields, replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NoReturn

from atlas.errors import AtlasError, Fault
from atlas.tables import with_features

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import pandas as pd
    import pyproj

_SEAL = object()
_WHOLE = "territoire"


@dataclass(frozen=True)
class Source:
    """One input as a page cites it: ``simulated`` inputs are labelled on every page that shows them.

    ``year`` names the vintage, or the list of quarters; ``day`` is that of the file, where the territory gives it.
    """

    name: str
    description: str
    files: tuple[str, ...] = ()
    year: int | None = None
    simulated: bool = False
    day: date | None = None

    @property
    def dated(self) -> str:
        """The vintage and the day of the file, as pages write them; nothing where neither is known."""
        return ", ".join(filter(None, (str(self.year or ""), f"fichier du {self.day:%d/%m/%Y}" if self.day else "")))


@dataclass(frozen=True)
class Context:
    """What every page says about the edition: territory, dates, rules, sources, caveats.

    ``notices`` are sentences shown on top of every page (fictional data, simulated survey, internal edition, rule
    used beyond its verified day). ``rules`` are the parameters in force, ``omitted`` what the edition does not publish
    and why, by layer name. ``defined``: by key of a rule that says of whom an indicator is, its value at each campaign.
    """

    territory: str
    campaigns: tuple[int, ...]
    published_on: date
    rules: tuple[Any, ...]
    sources: tuple[Source, ...]
    notices: tuple[str, ...] = ()
    omitted: Mapping[str, str] = field(default_factory=dict)
    defined: Mapping[str, Mapping[int, Any]] = field(default_factory=dict)

    @property
    def campaign(self) -> int:
        """The campaign shown first: the latest."""
        return self.campaigns[-1]

    def rule(self, key: str) -> Any:
        """Find a rule in force by its key."""
        return next(rule for rule in self.rules if rule.key == key)

    def using(self, rules: Iterable[Any]) -> Context:
        """Add the rules that a stage applied, and the reservation on each used beyond its verified day."""
        added = tuple(rule for rule in rules if rule not in self.rules)
        reserved = (
            f"Règle « {rule.key} » utilisée au-delà du {rule.verified_until:%d/%m/%Y}, dernier jour où elle a été "
            "vérifiée."
            for rule in added
            if rule.unverified
        )
        notices = tuple(dict.fromkeys((*self.notices, *reserved)))
        return replace(self, rules=(*self.rules, *added), notices=notices)


@dataclass(frozen=True)
class Edition:
    """What one audience receives.

    ``units`` holds one table per kind of unit for the campaign shown first, columns of
    :func:`atlas.tables.columns_of`, geometry in the legal CRS (metres) where the kind has one. ``series`` holds every
    campaign, one row per unit, campaign and indicator. ``outlines`` are the residences' polygons.
    ``history`` holds, by kind of unit above the address, the figures of every campaign (``id``, ``campagne``, sizes,
    figures, then judgements); ``spans``, where figures are masked, the bounds of what each published one may stand for
    (``id``, ``campagne``, ``lo_<i>``, ``hi_<i>``), and ``edges``, by indicator, the rates (%) that rounding never
    crosses; ``stock`` how many dwellings have each feature, columns
    :data:`atlas.tables.STOCK_COLUMNS` and :data:`atlas.tables.STOCK_RENTS`; ``composition`` which addresses made each
    unit at each campaign, :data:`atlas.tables.COMPOSITION_COLUMNS`, in editions that hold addresses.
    ``decided`` is what decisions say beyond their counts, columns :data:`atlas.tables.DECIDED`, for who reads counts:
    None where figures are masked, a landlord's own in its edition; ``demand`` sets requests beside leases, columns
    :data:`atlas.tables.DEMANDED`, where nothing is masked: a request has no address to be protected with.
    From one campaign to another, places and dwellings, which are public: ``lasting`` the dwellings of each unit that
    stayed, came and left, None where there is one campaign; ``filiation`` what happened to residences and ``passages``
    how dwellings stand to lists of perimeters that changed, columns of :mod:`atlas.tables.years`.
    ``counts`` says whether numerators, denominators and margins are shown. ``methods`` are those that judged it, as
    :mod:`atlas.methods` declares them: the first is shown first; ``settings`` what they applied besides rules in force,
    as a landlord's alerts.
    """

    name: str
    audience: str
    masked: bool
    counts: bool
    context: Context
    crs: pyproj.CRS
    units: Mapping[str, gpd.GeoDataFrame | pd.DataFrame]
    outlines: gpd.GeoDataFrame
    series: pd.DataFrame
    history: Mapping[str, pd.DataFrame]
    stock: pd.DataFrame
    composition: pd.DataFrame | None = None
    decided: pd.DataFrame | None = None
    demand: pd.DataFrame | None = None
    lasting: pd.DataFrame | None = None
    filiation: pd.DataFrame | None = None
    passages: pd.DataFrame | None = None
    spans: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    edges: Mapping[str, Sequence[float]] = field(default_factory=dict)
    methods: tuple[Any, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            _refuse()

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        """Refuse copies and pickles: what is made of one could be changed before it is sealed again."""
        _refuse()

    @property
    def followed(self) -> bool:
        """Whether it tells more than one campaign, so that one may be compared with another."""
        return self.lasting is not None

    @property
    def method(self) -> Any:
        """The method shown first."""
        return self.methods[0]

    @property
    def levels(self) -> Any:
        """The classes shown first: those of that method or, where figures are masked, what published ones prove."""
        return self.method.shown(masked=self.masked)

    @property
    def level(self) -> str:
        """Column of the classes shown first."""
        return self.method.name(self.levels.column)

    @property
    def scales(self) -> tuple[tuple[Any, str, Any], ...]:
        """Each of its methods, with the column and the classes that it shows."""
        shown = ((method, method.shown(masked=self.masked)) for method in self.methods)
        return tuple((method, method.name(levels.column), levels) for method, levels in shown)

    @property
    def words(self) -> tuple[str, ...]:
        """Every class that its pages may name, by any of its methods."""
        return tuple(dict.fromkeys(word for method, _, levels in self.scales for word in method.words(levels)))

    def read(self, kind: str, table: pd.DataFrame, features: Sequence[str] = ()) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Give what methods read of units, and of the territory at the campaign of each: same index.

        Published figures, with the spans of what they may stand for where figures are masked. ``table``: units of that
        kind, as the edition holds them. ``features``: those of their dwellings that are read too.
        """
        whole = self._spanned(_WHOLE, self.history[_WHOLE]) if _WHOLE in self.history else table.iloc[:0]
        territory = whole.set_index("campagne").reindex(table["campagne"]).set_axis(table.index)
        return with_features(self._spanned(kind, table), self.stock, kind, features), territory

    def _spanned(self, kind: str, table: pd.DataFrame) -> pd.DataFrame:
        spans = self.spans.get(kind)
        return table if spans is None else table.merge(spans, on=["id", "campagne"], how="left").set_axis(table.index)

    @property
    def applied(self) -> dict[str, Any]:
        """What its methods apply, by key: the value of each rule in force, and their settings."""
        return {**{rule.key: rule.value for rule in self.context.rules}, **self.settings}

    def part(self, rows: Mapping[str, np.ndarray | pd.Series]) -> Edition:
        """Give the edition of some of its units, with their history and their dwellings; nothing else can change.

        Parameters
        ----------
        rows : mapping of array of bool, (units,)
            By kind, which rows to keep; kinds that are not named are left out.
        """
        units = {name: self.units[name][rows[name]].reset_index(drop=True) for name in self.units if name in rows}
        known = {name: table["id"] for name, table in units.items()}
        history, spans = (
            {
                name: table[table["id"].isin(known[name])].reset_index(drop=True)
                for name, table in held.items()
                if name in known
            }
            for held in (self.history, self.spans)
        )
        kept = self.stock["unite"].isin([])
        for name, identifiers in known.items():
            kept |= self.stock["unite"].eq(name) & self.stock["id"].isin(identifiers)
        homes = known.get("residences", [])
        of_homes = {name: _of(getattr(self, name), homes) for name in ("decided", "filiation", "passages")}
        stock = self.stock[kept].reset_index(drop=True)
        return _with(self, units=units, history=history, spans=spans, stock=stock, demand=None, **of_homes)

    def judged(
        self,
        units: Mapping[str, gpd.GeoDataFrame | pd.DataFrame],
        history: Mapping[str, pd.DataFrame],
        methods: Sequence[Any] | None = None,
        rules: Mapping[str, Any] | None = None,
    ) -> Edition:
        """Give the same edition with judgements added to ``units`` and ``history``, refusing any other change.

        ``rules``: those that methods applied, of which the ones that are no rule in force are kept as ``settings``.

        Raises
        ------
        AtlasError
            ``EDITION-MODIFIEE`` when a unit, a row or a published column differs from the sealed one.
        """
        for before, after in ((self.units, units), (self.history, history)):
            for name in sorted({*before, *after}):
                table, judged = before.get(name), after.get(name)
                if table is None or judged is None or not judged.reindex(columns=table.columns).equals(table):
                    raise AtlasError(
                        [
                            Fault(
                                "EDITION-MODIFIEE",
                                f"Le jugement a modifié la table « {name} » d'une édition protégée.",
                                "des colonnes ajoutées, les autres inchangées",
                                "corriger la méthode de fragilité",
                            )
                        ]
                    )
        named = self.methods if methods is None else tuple(methods)
        known = {rule.key for rule in self.context.rules}
        settings = {key: value for key, value in (rules or {}).items() if key not in known}
        return _with(self, units=units, history=history, methods=named, settings=settings)


def sealed(**given: Any) -> Edition:
    """Make an edition. For :mod:`atlas.protect` only; the architecture test refuses any other caller."""
    frozen = {name: MappingProxyType(dict(given.get(name, {}))) for name in ("units", "history", "spans")}
    return Edition(**{**given, **frozen}, seal=_SEAL)


def _with(edition: Edition, **changes: Any) -> Edition:
    return sealed(**{one.name: getattr(edition, one.name) for one in fields(edition)} | changes)


def _of(table: pd.DataFrame | None, homes: Any) -> pd.DataFrame | None:
    """Keep the rows of some residences."""
    return None if table is None else table[table["id"].isin(homes)].reset_index(drop=True)


def _refuse() -> NoReturn:
    raise AtlasError(
        [
            Fault(
                "EDITION-SCELLEE",
                "Une édition ne peut pas être construite à la main.",
                "une édition issue de l'étape de protection",
                "passer par atlas.protect.protect",
            )
        ]
    )
