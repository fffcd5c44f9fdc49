"""Figures: every number of an edition by unit, indicator and campaign, for the pages about one unit.

In: an edition. Out: :class:`Figure`, the edition's own label, status and numbers. Nothing is computed: a page that
shows a figure shows what the GeoPackage holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from atlas.methods import contributions_of, features_of
from atlas.publish.pictures import Mark
from atlas.tables import INDICATORS, PUBLISHED, UNDETERMINED, UNKNOWN, Indicator
from atlas.tables.updates import KIND
from atlas.writing import whole

if TYPE_CHECKING:
    import pandas as pd

    from atlas.edition import Edition
    from atlas.methods import Contribution, Method

_BEFORE, _THEN = "quartiers_avant", "situations_epoque"  # units of lists of quarters, where there are several
_OWN = frozenset({"residences", "adresses", KIND})  # whose figures are on few pages; those of what holds them, on many


@dataclass(frozen=True)
class Figure:
    """One rate as the edition shows it; ``value`` is None where it is not published, counts where not shown.

    ``low`` and ``high``: what the figure may stand for, where it is masked and the indicator has a target.
    """

    kind: str
    id: str
    campaign: int
    code: str
    label: str
    status: str
    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    margin: float | None = None
    low: float | None = None
    high: float | None = None

    @property
    def indicator(self) -> Indicator:
        """What it measures."""
        return INDICATORS[self.code]

    @property
    def published(self) -> bool:
        """Whether there is a number to read."""
        return self.status == PUBLISHED

    @property
    def counts(self) -> str:
        """Numerator and denominator, where the edition shows them.

        >>> Figure("iris", "1", 2022, "inf40", "40 %", "publié", 40.0, 8.0, 20.0).counts
        '8 sur 20'
        """
        if self.numerator is None or self.denominator is None:
            return ""
        return f"{self.numerator:.0f} sur {self.denominator:.0f}"

    @property
    def margin_text(self) -> str:
        """How many answers stand between the figure and the threshold, where the edition shows it.

        >>> Figure("iris", "1", 2022, "inf40", "40 %", "publié", 40.0, 8.0, 20.0, 1.0).margin_text
        '1 ménage de moins et le critère ne serait plus atteint'
        >>> Figure("iris", "1", 2022, "inf40", "30 %", "publié", 30.0, 6.0, 20.0, -2.0).margin_text
        '2 ménages de plus et le critère serait atteint'
        """
        if self.margin is None:
            return ""
        number = abs(int(self.margin))
        people = self.indicator.population
        who = " ".join(word.removesuffix("s") for word in people.split()) if number == 1 else people
        if self.margin > 0:
            return f"{whole(number)} {who} de moins et le critère ne serait plus atteint"
        return f"{whole(number)} {who} de plus et le critère serait atteint"

    def reaches(self, target: float) -> bool | None:
        """Tell whether a target is met: by counts where they are shown, otherwise from both ends of what it may be.

        >>> Figure("situations", "QPV", 2022, "attr_q2_q4", "50 %", "publié", 50.0, low=49.6, high=50.4).reaches(50)
        >>> Figure("situations", "QPV", 2022, "attr_q2_q4", "50,0 %", "publié", 50.0, 4999.0, 10000.0).reaches(50)
        False
        """
        if self.numerator is not None and self.denominator:
            return 100 * Fraction(self.numerator) >= Fraction(str(target)) * Fraction(self.denominator)
        if self.low is None or self.high is None:
            return self.mark().reaches(target)
        return True if self.low >= target else False if self.high < target else None

    def mark(self, name: str = "") -> Mark:
        """Give what pictures draw."""
        source = f"{self.code} {self.campaign} {self.kind} {self.id}"
        return Mark.read(self.label, self.value, self.status, name, source)


class Figures:
    """The figures and sizes of an edition, found by unit and campaign.

    Parameters
    ----------
    edition : Edition
        Judged.
    """

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.campaign = edition.context.campaign
        self.method: Method = edition.method
        self._tables = {name: _Table(table, self.campaign) for name, table in edition.units.items()}
        self._past = {name: _Table(table) for name, table in edition.history.items()}
        self._spans = {name: _Table(table) for name, table in edition.spans.items()}
        self._around: dict[tuple[str, str, str, int], Figure] = {}
        self._brought: dict[tuple[str, str], tuple[Contribution, ...]] = {}

    @property
    def situations(self) -> str:
        """The kind that tells situations by the list of quarters in force at each campaign: what the law is read by."""
        return _THEN if _THEN in self._tables else "situations"

    @property
    def quarters(self) -> str:
        """The kind of the quarters in force at the campaign shown."""
        return _BEFORE if self.listed_before else "quartiers"

    @property
    def listed_before(self) -> bool:
        """Whether the list in force at the campaign shown is the one before today's: no target is today's quarters'."""
        table = self.edition.units.get(_BEFORE)
        return table is not None and bool((table["campagne"] == self.campaign).any())

    def figure(self, kind: str, identifier: str, code: str, campaign: int | None = None) -> Figure:
        """Find one figure; a unit that did not exist that year is "non renseigné"."""
        campaign = campaign or self.campaign
        if kind in _OWN:
            return self._figure(kind, identifier, code, campaign)
        key = (kind, identifier, code, campaign)
        if key not in self._around:
            self._around[key] = self._figure(*key)
        return self._around[key]

    def _figure(self, kind: str, identifier: str, code: str, campaign: int) -> Figure:
        table = self._tables[kind] if campaign == self.campaign else self._past[kind]
        row = table.rows.get((identifier, campaign))
        indicator = INDICATORS[code]
        if row is None:
            return Figure(kind, identifier, campaign, code, UNKNOWN, UNKNOWN, None)
        numerator, denominator = table.number(indicator.n, row), table.number(indicator.d, row)
        return Figure(
            kind,
            identifier,
            campaign,
            code,
            str(table.text(indicator.lb, row)),
            str(table.text(indicator.st, row)),
            table.number(indicator.tx, row),
            numerator,
            denominator,
            table.number(self.method.margin(code), row),
            *(self._span(kind, identifier, campaign, indicator) if indicator.target else ()),
        )

    def _span(self, kind: str, identifier: str, campaign: int, indicator: Indicator) -> Iterator[float | None]:
        """Give the lowest and the highest rate that a published figure may stand for."""
        table = self._spans.get(kind)
        row = None if table is None else table.rows.get((identifier, campaign))
        for name in (indicator.lo, indicator.hi):
            yield None if table is None or row is None else table.number(name, row)

    def text(self, kind: str, identifier: str, column: str) -> str:
        """Find a text of a unit for the campaign shown first, empty where it has none."""
        table = self._tables[kind]
        return table.text(column, table.rows[identifier, self.campaign])

    def number(self, kind: str, identifier: str, column: str, campaign: int | None = None) -> float | None:
        """Find a size or a count of a unit, None where the edition does not tell it."""
        campaign = campaign or self.campaign
        table = self._tables[kind] if campaign == self.campaign else self._past[kind]
        row = table.rows.get((identifier, campaign))
        return None if row is None else table.number(column, row)

    def level(self, kind: str, identifier: str, campaign: int) -> str:
        """Find the level of a unit at a campaign, by the method shown first; empty where it did not exist."""
        table = self._tables[kind] if campaign == self.campaign else self._past[kind]
        row = table.rows.get((identifier, campaign))
        return "" if row is None else table.text(self.edition.level, row)

    def near(self, kind: str, identifier: str, method: Method | None = None) -> str:
        """Find of which answer the level of a unit hangs, by the method shown first or another; empty where of none."""
        chosen = method or self.method
        shown = next(column for one, column, _ in self.edition.scales if one.code == chosen.code)
        if not chosen.close or self.text(kind, identifier, shown) == UNDETERMINED:
            return ""
        return self.text(kind, identifier, chosen.close)

    def brought(self, kind: str, identifier: str, method: Method) -> Iterator[tuple[str, list[float | None], int, int]]:
        """Give what each indicator brings to a method's judgement of a unit: its code, thresholds, points.

        Thresholds are in %, None where the edition does not let one be known; then the fewest and the most reached.
        """
        if (kind, method.code) not in self._brought:
            read, territory = self.edition.read(kind, self.edition.units[kind], features_of([method]))
            self._brought[kind, method.code] = contributions_of(method, read, self.edition.applied, territory)
        row = self._tables[kind].rows[identifier, self.campaign]
        for one in self._brought[kind, method.code]:
            thresholds = [None if value != value else float(value) for value in one.thresholds.iloc[row]]
            yield one.code, thresholds, int(one.least.iloc[row]), int(one.most.iloc[row])

    def known(self, kind: str, identifier: str) -> bool:
        """Whether the edition shows this unit for the campaign shown first."""
        return kind in self._tables and (identifier, self.campaign) in self._tables[kind].rows

    def identifiers(self, kind: str) -> Iterator[str]:
        """List the units of a kind for the campaign shown first, in the order of the edition."""
        return (identifier for identifier, _ in self._tables[kind].rows) if kind in self._tables else iter(())

    def met(self, kind: str, identifier: str) -> int | None:
        """Count the criteria met, None where none can be read or the method shown first does not count them."""
        number = self.number(kind, identifier, self.method.met)
        return None if number is None else int(number)

    @cached_property
    def surveyed(self) -> bool:
        """Whether some unit, some year, is told what the method shown first reads."""
        return bool(self.told & set(self.method.codes))

    @cached_property
    def told(self) -> frozenset[str]:
        """Codes of the indicators that some unit, some year, publishes or masks: what no source gives is not shown."""
        series = self.edition.series
        return frozenset(series.loc[series["statut"] != UNKNOWN, "indicateur"].unique())


class _Table:
    """Columns as plain lists: a page reads thousands of single values, which a table of pandas gives slowly."""

    def __init__(self, table: pd.DataFrame, campaign: int | None = None) -> None:
        self._table = table
        self._columns: dict[str, list[Any] | None] = {}
        years = [campaign] * len(table) if campaign else table["campagne"].tolist()
        self.rows = {key: row for row, key in enumerate(zip(table["id"].tolist(), years, strict=True))}

    def _column(self, name: str) -> list[Any] | None:
        if name not in self._columns:
            column = self._table.get(name)
            values = None if column is None else column.astype(object).where(column.notna(), None).tolist()
            self._columns[name] = values
        return self._columns[name]

    def text(self, name: str, row: int) -> str:
        column = self._column(name)
        return "" if column is None or column[row] is None else str(column[row])

    def number(self, name: str, row: int) -> float | None:
        column = self._column(name)
        return None if column is None or column[row] is None else float(column[row])
