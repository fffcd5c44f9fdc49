"""Campaigns of the atlas's page: the figures, levels and classes that change when another year is chosen, and what
residences became between any two.

In: an edition. Out: by campaign and kind of unit, the fields that replace those of the campaign shown first, row for
row. A unit without a row at a campaign is listed as absent and has no class; a unit that only an earlier campaign
knows has no place in the edition: it is counted and not shown. Margins are those of the campaign shown first alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from atlas.evolution import Followed, consecutive, known_of, pairs_of
from atlas.publish.page_fields import cut, digits, indexed, numbers, rates, words
from atlas.tables import INDICATORS
from atlas.tables.years import MOVE, UNTOLD, WHY

if TYPE_CHECKING:
    from atlas.catalogue import Layer
    from atlas.edition import Edition

_NO_CLASS = "."
_MOVED = "residences"


def earlier_campaigns(edition: Edition) -> list[int]:
    """List the campaigns before the one shown first that tell something of residences or places, latest first."""
    told = {year for table in edition.history.values() for year in table["campagne"].unique().tolist()}
    return [year for year in reversed(edition.context.campaigns) if year in told and year != edition.context.campaign]


def past_tables(
    edition: Edition, tables: Mapping[str, Mapping[str, Any]], layers: Iterable[Layer], years: Sequence[int]
) -> dict[int, dict[str, Any]]:
    """Write what changes in each table at each of these campaigns.

    Parameters
    ----------
    tables : mapping
        The tables of the campaign shown first, as :func:`atlas.publish.page_data.page_data` writes them.

    Returns
    -------
    dict
        By campaign and kind: ``champs``, ``classes`` by layer, ``absents`` (rows without figure), ``disparues`` (how
        many units of that campaign the edition no longer shows).
    """
    layers = [layer for layer in layers if layer.kind != "contours"]  # outlines stay what they are
    found: dict[int, dict[str, Any]] = {year: {} for year in years}
    for name, told in tables.items():
        if years and name in edition.history:
            own = [one for one in layers if one.table == name]
            for year, past in _pasts(name, edition, told["champs"], own, years):
                found[year][name] = past
    return found


def moved_tables(
    edition: Edition, tables: Mapping[str, Mapping[str, Any]], layers: Iterable[Layer]
) -> dict[str, dict[str, Any]]:
    """Write how residences moved between every two campaigns that do not follow each other.

    Those that do are told by the tables of each campaign.

    Returns
    -------
    dict
        By pair (``2018-2022``), the ``champs`` and ``classes`` of the residences that it replaces.
    """
    if not edition.followed or _MOVED not in tables or MOVE not in tables[_MOVED]["champs"]:
        return {}
    campaigns = edition.context.campaigns
    pairs = [pair for pair in pairs_of(campaigns) if pair not in consecutive(campaigns)]
    if not pairs:
        return {}
    drawn = [layer for layer in layers if layer.table == _MOVED and layer.column == MOVE]
    followed = Followed(_MOVED, edition.read(_MOVED, edition.history[_MOVED])[0], known_of(edition), told_of=())
    homes, found = edition.units[_MOVED][["id"]], {}
    told = followed.between(*pairs)
    for before, after in pairs:
        rows = told[told["campagne_avant"].eq(before) & told["campagne"].eq(after)]
        here = homes.merge(rows[["id", MOVE, WHY]], on="id", how="left").fillna({MOVE: UNTOLD})
        found[f"{before}-{after}"] = {
            "champs": {column: indexed(here[column]) for column in (MOVE, WHY) if column in tables[_MOVED]["champs"]},
            "classes": {layer.id: digits(here, layer, edition) for layer in drawn},
        }
    return found


def _pasts(
    name: str, edition: Edition, fields: Mapping[str, Any], layers: Iterable[Layer], years: Sequence[int]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Give what changes in a table at each campaign: every campaign is read at once, then cut."""
    table, history = edition.units[name], edition.history[name]
    then = {year: history[history["campagne"] == year] for year in years}
    here = {year: table["id"].isin(told["id"]).to_numpy() for year, told in then.items()}
    identity = ["id", *(column for column in table.columns if column not in history.columns)]
    present = pd.concat([table.loc[here[year], identity].assign(campagne=year) for year in years], ignore_index=True)
    rows = present.merge(history, on=["id", "campagne"], how="left", validate="one_to_one")
    told = history.columns.difference(["id", "campagne"])
    champs = {
        column: _field(column, one, rows, edition)
        for column, one in fields.items()
        if column in INDICATORS or column in told
    }
    classes = {layer.id: digits(rows, layer, edition) for layer in layers}
    end = 0
    for year in years:
        start, end = end, end + int(here[year].sum())
        yield (
            year,
            {
                "champs": {column: _spread(cut(one, start, end), here[year]) for column, one in champs.items()},
                "classes": {
                    layer: "".join(_spread_list(list(one[start:end]), here[year], _NO_CLASS))
                    for layer, one in classes.items()
                },
                "absents": [int(row) for row in (~here[year]).nonzero()[0]],
                "disparues": int((~then[year]["id"].isin(table["id"])).sum()),
            },
        )


def _field(column: str, now: Mapping[str, Any], rows: pd.DataFrame, edition: Edition) -> dict[str, Any]:
    if column in INDICATORS:
        return rates(column, rows)
    return {"v": numbers(rows[column])} if now["genre"] == "nombre" else indexed(words(column, rows, edition))


def _spread(values: dict[str, Any], here: Any) -> dict[str, Any]:
    """Give the values of present units to their rows; absent ones have none."""
    if "v" in values:
        return {"v": _spread_list(values["v"], here, None)}
    return {**values, "i": _spread_list(values["i"], here, -1)}


def _spread_list(values: list[Any], here: Any, nothing: Any) -> list[Any]:
    following = iter(values)
    return [next(following) if one else nothing for one in here]
