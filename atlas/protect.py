"""Protect: the single door between what was counted and what an audience receives.

In: counts and descriptions of every unit, all years. Out: a sealed :class:`atlas.edition.Edition` whose rates, labels
and statuses are final. Nothing is dropped: what may not be shown carries the status ``secret``.

Rules (see the secrecy parameters): a unit of fewer than 11 dwellings or 11 responding households is masked whole, for
that year (R1); a rate over fewer than 11 answers is masked alone (R2); dwelling counts are public and stay. Whole
percentages never cross a threshold when rounded: 39.6 % is written 39 %, so that a criterion judged on the published
figure says the same as the exact one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from atlas.edition import Context, Edition, sealed
from atlas.tables import INDICATORS, NOT_APPLICABLE, PUBLISHED, SECRET, UNITS, UNKNOWN, Indicator

if TYPE_CHECKING:
    import geopandas as gpd
    import pyproj


class Counts(Protocol):
    """What protect reads of the counting stage."""

    @property
    def units(self) -> Mapping[str, pd.DataFrame]:
        """Counts by kind of unit."""


class Description(Protocol):
    """What protect reads of the description of units."""

    @property
    def units(self) -> Mapping[str, pd.DataFrame]:
        """Names, identity and geometry by kind of unit."""

    @property
    def outlines(self) -> gpd.GeoDataFrame:
        """Polygons of residences."""

    @property
    def crs(self) -> pyproj.CRS:
        """Legal CRS of the territory."""


@dataclass(frozen=True)
class Audience:
    """Who receives an edition and what it may hold. ``decimals``: digits of published percentages."""

    name: str
    description: str
    masked: bool
    omits: Mapping[str, str]
    notices: tuple[str, ...] = ()

    @property
    def decimals(self) -> int:
        """Masked editions publish whole percentages."""
        return 0 if self.masked else 1


_UNTIL_ENGINE = "non publié dans une édition masquée : des soustractions entre totaux révéleraient de petites unités"
AUDIENCES = {
    audience.name: audience
    for audience in (
        Audience(
            "interne",
            "Service de l'EPCI chargé de l'atlas",
            masked=False,
            omits={},
            notices=("Édition interne, non masquée : à ne pas diffuser.",),
        ),
        Audience(
            "partenaire",
            "Communes, Action Logement, État, réservataires, membres des commissions",
            masked=True,
            omits={"adresses": _UNTIL_ENGINE, "bailleurs": _UNTIL_ENGINE},
        ),
    )
}


@dataclass(frozen=True)
class SecrecyRules:
    """Thresholds of secrecy: dwellings, responding households, a rate's own denominator; the two ends, in %."""

    dwellings: float
    households: float
    denominator: float
    low_end: float
    high_end: float


RULE_KEYS = {
    "dwellings": "secret_logements",
    "households": "secret_menages",
    "denominator": "secret_denominateur",
    "low_end": "secret_bout_bas",
    "high_end": "secret_bout_haut",
}


def protect(
    counted: Counts,
    described: Description,
    audience: Audience,
    rules: SecrecyRules,
    thresholds: Mapping[str, Sequence[float]],
    context: Context,
) -> Edition:
    """Mask what the audience may not see and seal the rest.

    Parameters
    ----------
    counted : Counts
        ``units``: by kind, one row per ``id`` and ``campagne`` with the measures that :mod:`atlas.count` sums.
    described : Description
        ``units``: by kind, one row per ``id`` with names, identity and geometry; ``outlines``, ``crs``.
    thresholds : mapping
        By indicator, the thresholds (%) that rounding may not cross.

    Returns
    -------
    Edition
    """
    shown: dict[str, Any] = {}
    series = []
    for name, described_units in described.units.items():
        if name in audience.omits:
            continue
        values = _values(counted.units[name], audience, rules, thresholds)
        series.append(_series(name, values))
        latest = values[values["campagne"] == context.campaign].drop(columns="campagne")
        table = described_units.merge(latest, on="id", how="left")
        shown[name] = _completed(table, name, context.campaign)
    return sealed(
        name=audience.name,
        audience=audience.description,
        masked=audience.masked,
        counts=not audience.masked,
        context=replace(context, notices=(*audience.notices, *context.notices), omitted=audience.omits),
        crs=described.crs,
        units=shown,
        outlines=described.outlines[described.outlines["id"].isin(shown["residences"]["id"])],
        series=pd.concat(series, ignore_index=True),
    )


def _values(
    table: pd.DataFrame, audience: Audience, rules: SecrecyRules, thresholds: Mapping[str, Sequence[float]]
) -> pd.DataFrame:
    """Compute what one audience may read of each row: sizes, then rate, label, status (and counts) per indicator."""
    masked = np.zeros(len(table), dtype=bool)
    if audience.masked:
        masked = (table["nb_logements"] < rules.dwellings).to_numpy() | (table["menages"] < rules.households).to_numpy()
    columns: dict[str, Any] = {
        "id": table["id"],
        "campagne": table["campagne"],
        "nb_logements": table["nb_logements"],
        "nb_adresses": table["nb_adresses"],
        "menages": table["menages"].mask(masked),
    }
    for indicator in INDICATORS.values():
        numerator, denominator = table[indicator.n], table[indicator.d]
        hidden = masked | (audience.masked & (denominator < rules.denominator).to_numpy())
        status = np.select([hidden, denominator.isna(), denominator == 0], [SECRET, UNKNOWN, NOT_APPLICABLE], PUBLISHED)
        published = pd.Series(status == PUBLISHED, index=table.index)
        rate, label = _rate(numerator, denominator, indicator, audience, rules, thresholds.get(indicator.code, ()))
        columns[indicator.tx] = rate.where(published)
        columns[indicator.lb] = label.where(published, pd.Series(status, index=table.index))
        columns[indicator.st] = pd.Series(status, index=table.index)
        if not audience.masked:
            columns[indicator.n], columns[indicator.d] = numerator, denominator
    low_rent = INDICATORS["bas_loyer"]
    columns["nb_bas_loyer"] = table[low_rent.n].where(columns[low_rent.st] == PUBLISHED)
    return pd.DataFrame(columns)


def _rate(
    numerator: pd.Series,
    denominator: pd.Series,
    indicator: Indicator,
    audience: Audience,
    rules: SecrecyRules,
    thresholds: Sequence[float],
) -> tuple[pd.Series, pd.Series]:
    """Write a rate as the audience reads it: rounded on its side of every threshold, ends as bounds when masked."""
    ratio = numerator / denominator.where(denominator > 0)
    if indicator.unit != "%":
        decimals = audience.decimals + 1
        rate = ratio.round(decimals)
        return rate, _written(rate, decimals, "")
    exact = 100 * ratio
    rate = _rounded(exact, audience.decimals, thresholds)
    label = _written(rate, audience.decimals, " %")
    if audience.masked and indicator.sensitive:
        low, high = exact <= rules.low_end, exact >= rules.high_end
        rate = rate.mask(low, rules.low_end).mask(high, rules.high_end)
        label = label.mask(low, f"≤ {rules.low_end:g} %").mask(high, f"≥ {rules.high_end:g} %")
    return rate, label


def _rounded(exact: pd.Series, decimals: int, thresholds: Sequence[float]) -> pd.Series:
    """Round without crossing a threshold.

    >>> _rounded(pd.Series([39.6, 40.0, 40.4]), 0, [40]).tolist()
    [39.0, 40.0, 40.0]
    """
    rounded, step = exact.round(decimals), 10.0**-decimals
    for threshold in thresholds:
        crossed_up = (exact < threshold) & (rounded >= threshold)
        crossed_down = (exact >= threshold) & (rounded < threshold)
        rounded = rounded.mask(crossed_up, rounded - step).mask(crossed_down, rounded + step)
    return rounded.round(decimals)


def _written(rate: pd.Series, decimals: int, unit: str) -> pd.Series:
    """Write numbers the French way: decimal comma, space before the sign."""
    text = rate.round(decimals).map(f"{{:.{decimals}f}}".format, na_action="ignore").astype("str")
    return text.str.replace(".", ",", regex=False) + unit


def _series(name: str, values: pd.DataFrame) -> pd.DataFrame:
    """Turn the wide table into one row per unit, campaign and indicator."""
    absent = pd.Series(np.nan, index=values.index)
    blocks = [
        pd.DataFrame(
            {
                "unite": name,
                "id": values["id"],
                "campagne": values["campagne"],
                "indicateur": indicator.code,
                "numerateur": values.get(indicator.n, absent),
                "denominateur": values.get(indicator.d, absent),
                "valeur": values[indicator.tx],
                "statut": values[indicator.st],
            }
        )
        for indicator in INDICATORS.values()
    ]
    return pd.concat(blocks, ignore_index=True)


def _completed(table: pd.DataFrame, kind: str, campaign: int) -> pd.DataFrame:
    """Give polygons without a dwelling this year zero dwellings, every indicator "sans objet".

    A residence or an address that left the stock before this campaign stays in the series only.
    """
    empty = table["nb_logements"].isna()
    if UNITS[kind].geometry != "polygone":
        return table[~empty].assign(campagne=campaign).reset_index(drop=True)
    return table.assign(
        campagne=campaign,
        nb_logements=table["nb_logements"].fillna(0),
        nb_adresses=table["nb_adresses"].fillna(0),
        **{column: table[column].mask(empty, NOT_APPLICABLE) for column in _labels()},
    )


def _labels() -> list[str]:
    return [column for indicator in INDICATORS.values() for column in (indicator.lb, indicator.st)]
