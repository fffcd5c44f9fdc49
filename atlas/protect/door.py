"""The door: counts and masks in, one sealed edition out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd

from atlas.edition import Context, Edition, sealed
from atlas.protect.audiences import Audience
from atlas.protect.composition import composition_of, pseudonyms
from atlas.protect.figures import as_series, coarse, figures
from atlas.protect.ground import Counts
from atlas.protect.rules import Opening, Scale, SecrecyRules
from atlas.protect.spans import spans_of
from atlas.protect.through_years import through_years
from atlas.protect.wider import as_read
from atlas.tables import INDICATORS, NOT_APPLICABLE, STOCK_COLUMNS, STOCK_RENTS, UNITS
from atlas.tables.updates import KIND, UPDATED_ON
from atlas.tables.wider import RECENT
from atlas.writing import french_day

if TYPE_CHECKING:
    import geopandas as gpd
    import pyproj


_NAMED = 4  # landlords that a notice names at most


class Beyond(Protocol):
    """What decisions and requests say beyond counts."""

    @property
    def decided(self) -> pd.DataFrame:
        """Decisions by residence, columns :data:`atlas.tables.DECIDED`."""

    @property
    def demand(self) -> pd.DataFrame | None:
        """Requests beside leases, columns :data:`atlas.tables.DEMANDED`."""


class Description(Protocol):
    """What protect reads of the description of units."""

    @property
    def units(self) -> Mapping[str, pd.DataFrame]:
        """Names, identity and geometry by kind of unit."""

    @property
    def outlines(self) -> gpd.GeoDataFrame:
        """Polygons of residences."""

    @property
    def stock(self) -> pd.DataFrame:
        """Dwellings of every unit by feature, with sums of rents."""

    @property
    def told(self) -> Beyond | None:
        """What decisions and requests say beyond counts."""

    @property
    def filiation(self) -> pd.DataFrame | None:
        """What happened to residences from one campaign to another."""

    @property
    def passages(self) -> pd.DataFrame | None:
        """How dwellings stand to lists of perimeters that changed."""

    @property
    def crs(self) -> pyproj.CRS:
        """Legal CRS of the territory."""


def protect(
    counted: Counts,
    openings: Mapping[str, Opening],
    described: Description,
    audience: Audience,
    rules: SecrecyRules,
    scale: Scale,
    context: Context,
) -> Edition:
    """Keep what the audience may see and seal it.

    Parameters
    ----------
    counted : Counts
        By kind, one row per ``id`` and ``campagne`` with the measures that :mod:`atlas.count` sums.
    openings : mapping of Opening
        By kind, what masked audiences may see, as :func:`atlas.protect.masks.opened` decides; an unmasked audience
        does not read it.
    described : Description
        By kind, one row per ``id`` with names, identity and geometry; outlines of residences; CRS.
    scale : Scale
        Thresholds that rounding may not cross, classes of the coarse editions.

    Returns
    -------
    Edition
    """
    shown: dict[str, Any] = {}
    history: dict[str, pd.DataFrame] = {}
    spans: dict[str, pd.DataFrame] = {}
    series = []
    for name in (name for name in audience.kinds if name in counted.units):
        table = counted.units[name]
        values = figures(table, openings[name] if audience.masked else None, audience, rules, scale)
        if audience.landlord is not None:
            own = _own_rows(counted, name, audience.landlord)
            values = _with_own(values, table, own, audience, rules, scale)
        classed = name in audience.coarse
        if classed:
            values = coarse(values, table, rules, scale)
        if audience.masked:
            spans[name] = spans_of(values, table, audience, rules, scale, classed=classed)
        if name == "residences":
            wider = openings[name].wider if audience.masked else None
            values = as_read(values, wider, scale.criteria.get(RECENT))
        if UNITS[name].between:
            shown[name] = described.units[name].merge(values, on="id")
        else:
            campaign = _shown_at(name, table, context.campaign)
            latest = values[values["campagne"] == campaign].drop(columns="campagne")
            described_units = described.units[name].merge(latest, on="id", how="left")
            shown[name] = _completed(described_units, name, campaign)
        series.append(as_series(name, values))
        if UNITS[name].key != "id_adresse":
            history[name] = values.reset_index(drop=True)
    stock = _stock(described.stock, described.units["residences"], audience)
    outlines = described.outlines[described.outlines["id"].isin(shown["residences"]["id"])]
    if audience.anonymous:
        names = pseudonyms(described.units["residences"])
        shown, history, series, outlines, stock = _anonymous(names, shown, history, series, outlines, stock)
        spans["residences"] = _renamed(spans["residences"], names)
    return sealed(
        name=audience.name,
        audience=audience.description,
        masked=audience.masked,
        counts=not audience.masked or audience.landlord is not None,
        context=_said(context, audience, shown.get(KIND)),
        crs=described.crs,
        units=shown,
        outlines=outlines,
        series=pd.concat(series, ignore_index=True),
        history=history,
        spans=spans,
        edges={code: edges for code in INDICATORS if (edges := scale.edges(code))},
        stock=stock,
        composition=composition_of(counted) if "adresses" in shown else None,
        **_beyond(described.told, audience),
        **through_years(counted, described, audience, context, names if audience.anonymous else None),
    )


def _said(context: Context, audience: Audience, updates: pd.DataFrame | None) -> Context:
    """Say what every page of this edition says; names of files, which may name landlords, are not for everybody."""
    sources = context.sources
    if audience.anonymous:
        sources = tuple(replace(source, files=()) for source in sources)
    notices = (*audience.notices, *context.notices, *_dated(updates))
    return replace(context, notices=notices, omitted=audience.omits, sources=sources)


def _dated(updates: pd.DataFrame | None) -> Iterator[str]:
    """Say whose residences were updated between surveys, and on which day; the latest of each landlord."""
    if updates is None or not len(updates):
        return
    days = updates.groupby("bailleur")[UPDATED_ON].max()
    told = [f"{landlord}, {french_day(day)}" for landlord, day in sorted(days.items())]
    named = " ; ".join(told[:_NAMED]) + (f" ; et {len(told) - _NAMED} autres bailleurs" if told[_NAMED:] else "")
    yield (
        f"Actualisation entre deux enquêtes ({named}) : à part de l'enquête, dans aucun total, à ne pas comparer sans "
        "précaution."
    )


def _own_rows(counted: Counts, kind: str, landlord: str) -> np.ndarray:
    """Tell the rows that hold nothing but what a landlord held at their campaign, of the kinds that have a landlord."""
    if "bailleur" not in UNITS[kind].identity:
        return np.zeros(len(counted.units[kind]), dtype=bool)
    theirs = (counted.atoms["bailleur"] == landlord).to_numpy(dtype=float)
    membership = counted.membership[kind]
    return (membership @ theirs > 0) & (membership @ (1 - theirs) == 0)


def _with_own(
    values: pd.DataFrame,
    table: pd.DataFrame,
    own: np.ndarray,
    audience: Audience,
    rules: SecrecyRules,
    scale: Scale,
) -> pd.DataFrame:
    """Open the rows of a landlord's own stock, (rows,), counts included."""
    exact = figures(table, None, replace(audience, masked=False), rules, scale)
    masked = values.reindex(columns=exact.columns)
    return pd.DataFrame({column: masked[column].where(~own, exact[column]) for column in exact})


def _stock(stock: pd.DataFrame, residences: pd.DataFrame, audience: Audience) -> pd.DataFrame:
    """Keep what dwellings are, which is public; rents only where the audience reads counts."""
    kept = stock[stock["unite"].isin(audience.kinds)].reset_index(drop=True)
    open_ = np.full(len(kept), not audience.masked)
    if audience.landlord is not None:
        own = residences.loc[residences["bailleur"] == audience.landlord, "id"]
        open_ = (kept["unite"].eq("residences") & kept["id"].isin(own)).to_numpy()
    rents = {name: kept[name].where(open_) for name in ("logements_loyer_connu", "logements_bas_loyer")}
    mean = (kept["loyers"] / kept["surfaces"].where(kept["surfaces"] > 0)).round(2)
    kept = kept.assign(**rents, loyer_m2=mean.where(open_))
    counts = not audience.masked or audience.landlord is not None
    return kept[[column.name for column in (*STOCK_COLUMNS, *(STOCK_RENTS if counts else ()))]]


def _beyond(told: Beyond | None, audience: Audience) -> dict[str, pd.DataFrame | None]:
    """Keep what bears on very few decisions for who reads counts: a landlord its own, and no request, of nobody."""
    if told is None or (audience.masked and audience.landlord is None):
        return {}
    if not audience.masked:
        return {"decided": told.decided, "demand": told.demand}
    return {"decided": told.decided[told.decided["bailleur"] == audience.landlord]}


def _anonymous(
    names: pd.Series,
    shown: dict[str, Any],
    history: dict[str, pd.DataFrame],
    series: list[pd.DataFrame],
    outlines: gpd.GeoDataFrame,
    stock: pd.DataFrame,
) -> tuple[dict[str, Any], dict[str, pd.DataFrame], list[pd.DataFrame], gpd.GeoDataFrame, pd.DataFrame]:
    """Name no landlord: neither in a column, nor in identifiers that landlords give, nor by who declares residences.

    ``names``: by identifier of residence, its pseudonym.
    """

    homes = _renamed(shown["residences"], names).assign(bailleur=None, methode_groupe=None, confiance=None)
    return (
        {**shown, "residences": homes},
        {**history, "residences": _renamed(history["residences"], names)},
        [_renamed(part, names) if part["unite"].eq("residences").all() else part for part in series],
        _renamed(outlines, names),
        _renamed(stock, names),
    )


def _renamed(table: Any, names: pd.Series) -> Any:
    """Give residences their pseudonym, and the table an order that the identifiers do not tell."""
    theirs = table["unite"].eq("residences") if "unite" in table else np.ones(len(table), dtype=bool)
    return table.assign(id=table["id"].map(names).where(theirs, table["id"])).sort_values("id", ignore_index=True)


def _shown_at(kind: str, table: pd.DataFrame, campaign: int) -> int:
    """Give the campaign that a layer shows: the latest; of an earlier list of quarters, the last that it held for."""
    return int(table["campagne"].max()) if UNITS[kind].of_lists else campaign


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
