"""Describe: the name, the identity columns and the geometry of every unit, apart from anything that was counted.

In: placed and grouped addresses, IRIS, QPV and other zones (legal CRS, metres). Out: by kind of unit, one row per unit
with ``id``, ``nom``, the identity columns of :data:`atlas.tables.UNITS` and a geometry where the kind has one; and the
outlines of residences. Every polygon read is described, even without a dwelling. Nothing is set aside.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from atlas.describe.passages import passages, said
from atlas.geo import CITY_NAMES, commune_of, in_use, official
from atlas.tables import CODE_INSEE, UNITS, Unit, columns_of
from atlas.tables.keys import numbered
from atlas.tables.lists import QUARTER_BEFORE, SITUATION_BEFORE, has_lists
from atlas.tables.updates import UPDATE, UPDATED_ON

if TYPE_CHECKING:
    import geopandas as gpd
    import pyproj

    from atlas.territory import Identity

_UNDIVIDED = "0000"  # end of the code of the only district of a commune
OUTLINE_MARGIN = 12.0  # metres around entrances, so that a single address still has a footprint to click on


@dataclass(frozen=True)
class Described:
    """``units``: by kind, one row per unit (``id``, ``nom``, identity, geometry); ``outlines``: of residences;
    ``stock``: dwellings by feature, as :func:`atlas.dwellings.stock` counts them; ``remarks``: French sentences;
    ``told``: what decisions and requests say beyond counts, as :func:`atlas.attribution_counts.detailed` gives it;
    ``filiation``, ``passages``: what the stages found from one campaign, or one list of perimeters, to another.
    """

    units: Mapping[str, pd.DataFrame]
    outlines: gpd.GeoDataFrame
    stock: pd.DataFrame
    crs: pyproj.CRS
    remarks: tuple[str, ...] = ()
    told: Any = None
    filiation: pd.DataFrame | None = None
    passages: pd.DataFrame | None = None


def describe(
    addresses: pd.DataFrame,
    iris: gpd.GeoDataFrame | None,
    qpv: gpd.GeoDataFrame | None,
    zones: gpd.GeoDataFrame | None,
    territory: Identity,
    crs: pyproj.CRS,
    stock: pd.DataFrame,
    quarters: pd.DataFrame | None = None,
    told: Any = None,
    filiation: pd.DataFrame | None = None,
    answers: pd.DataFrame | None = None,
) -> Described:
    """Describe every kind of unit, geometries in the legal CRS; ``stock``, ``told``, ``filiation`` are only carried.

    Communes bear the name of the official code, unless the territory is fictional: then those of its files.
    ``quarters`` are the ``id`` of the quarter of every address in one; without them, every quarter is described.
    ``answers``: as :func:`atlas.sources.updated` gives them, for those that came between two surveys.
    """
    import geopandas as gpd

    remarks, every = list[str](), (iris, qpv)
    iris, qpv = in_use(iris, "millesime")[0], in_use(qpv, "generation")[0]
    if iris is not None and quarters is not None:
        qpv = _inhabited(qpv, "code_qpv", "nom_qpv", iris, quarters["id"], remarks)
        zones = _inhabited(zones, "code", "nom", iris, quarters["id"], remarks)
    points = _points(addresses)
    communes = _communes(addresses, iris, territory.fictif)
    described = {
        "territoire": _territory(territory.nom, communes),
        "situations": _plain(addresses["situation"]).assign(situation=lambda table: table["id"]),
        "communes": communes,
        "quartiers": _quarters(qpv, zones),
        "iris": _iris(addresses, iris, communes),
        "bailleurs": _plain(addresses["bailleur"]).assign(bailleur=lambda table: table["id"]),
        "residences": _residences(addresses, points),
        "adresses": addresses.assign(id=addresses["id_adresse"], nom=addresses["adresse_affichee"], geometry=points),
    }
    if has_lists(addresses):
        described |= _of_lists(addresses, in_use(every[1], "generation")[1], iris, remarks)
    if answers is not None and UPDATE in answers:
        described["actualisations"] = _updates(answers, described["residences"])
    described |= {
        name: _grouping(unit, addresses, described)
        for name, unit in UNITS.items()
        if name not in described and not unit.occasional
    }
    shaped = {}
    for name in (name for name in UNITS if name in described):
        table = described[name]
        kept = table[["id", "nom", *UNITS[name].identity, *(["geometry"] if UNITS[name].geometry else [])]]
        kept = kept.astype(
            {
                column.name: "str"
                for column in columns_of(name, counts=False)
                if column.name in kept and not column.numeric
            }
        )
        kept = kept.sort_values("id", ignore_index=True)
        shaped[name] = kept
        if UNITS[name].geometry:
            shapes = gpd.GeoSeries(kept["geometry"].astype(object), crs=crs)
            shaped[name] = gpd.GeoDataFrame(kept.drop(columns="geometry"), geometry=shapes)
    moved = passages(addresses, shaped["residences"], *every)
    remarks += said(moved)
    outlines = _outlines(addresses, points, crs)
    return Described(shaped, outlines, stock, crs, tuple(remarks), told, filiation, moved)


def _of_lists(
    addresses: pd.DataFrame,
    lists: Mapping[int, gpd.GeoDataFrame],
    iris: gpd.GeoDataFrame | None,
    remarks: list[str],
) -> dict[str, pd.DataFrame]:
    """Describe the quarters of the list before today's, and the situations that either list knows."""
    (before,) = lists.values()
    if iris is not None:
        before = _inhabited(before, "code_qpv", "nom_qpv", iris, addresses[QUARTER_BEFORE], remarks)
    both = pd.concat([addresses["situation"], addresses[SITUATION_BEFORE]])
    situations = _plain(both).assign(situation=lambda table: table["id"])
    return {"quartiers_avant": _quarters(before, None), "situations_epoque": situations}


def _updates(answers: pd.DataFrame, residences: pd.DataFrame) -> pd.DataFrame:
    """Describe each update as its residence is today, with its day and who sent it."""
    told = answers.dropna(subset=UPDATE).drop_duplicates(UPDATE)
    places = residences.set_index("id").loc[told["id_residence"]].reset_index(drop=True)
    own = {"id": told[UPDATE], "bailleur": told["bailleur"], UPDATED_ON: told[UPDATED_ON]}
    return places.assign(**{name: values.to_numpy() for name, values in own.items()})


def _inhabited(
    layer: gpd.GeoDataFrame | None,
    code: str,
    name: str,
    iris: gpd.GeoDataFrame,
    lived: pd.Series,
    remarks: list[str],
) -> gpd.GeoDataFrame | None:
    """Leave out the quarters that only touch the territory and hold none of its dwellings, naming them once.

    Those of the territory stay, even empty.
    """
    if layer is None or not len(layer):
        return layer
    within = np.zeros(len(layer), dtype=bool)
    middle = shapely.point_on_surface(layer.geometry.to_numpy())
    within[np.unique(shapely.STRtree(iris.geometry.to_numpy()).query(middle, predicate="intersects")[0])] = True
    idle = ~(within | layer[code].isin(set(lived)).to_numpy())
    if idle.any():
        named = ", ".join(
            f"{one} ({key})" for one, key in zip(layer.loc[idle, name], layer.loc[idle, code], strict=True)
        )
        remarks.append(f"Quartiers qui ne font que toucher le territoire, sans aucun de ses logements : {named}.")
    return layer[~idle].reset_index(drop=True)


def _plain(column: pd.Series) -> pd.DataFrame:
    found = column.dropna().drop_duplicates().sort_values(ignore_index=True)
    return pd.DataFrame({"id": found, "nom": found})


def _points(addresses: pd.DataFrame) -> np.ndarray:
    points = shapely.points(addresses["x"].to_numpy(float), addresses["y"].to_numpy(float))
    points[addresses["x"].isna().to_numpy()] = None
    return points


def _iris(addresses: pd.DataFrame, iris: gpd.GeoDataFrame | None, communes: pd.DataFrame) -> pd.DataFrame:
    """Describe districts; the only one of an undivided commune bears the commune's name."""
    if iris is None:
        return _plain(addresses["code_iris"]).assign(code_iris=None, code_insee=None, geometry=None)
    codes = commune_of(iris["code_insee"])
    whole = iris["code_iris"].str.endswith(_UNDIVIDED) & ~codes.duplicated(keep=False)
    names = codes.map(communes.set_index("id")["nom"])
    return pd.DataFrame(iris).assign(
        id=iris["code_iris"], nom=names.where(whole, iris["nom_iris"].fillna(iris["code_iris"])), code_insee=codes
    )


def _communes(addresses: pd.DataFrame, iris: gpd.GeoDataFrame | None, fictional: bool) -> pd.DataFrame:
    """Dissolve IRIS into communes; a commune without IRIS keeps its name and has no geometry."""
    table = _plain(addresses["code_insee"]).assign(geometry=None)
    named = [addresses.set_index("code_insee")["commune"]]
    if iris is not None:
        codes = commune_of(iris["code_insee"])
        found = np.array([None, *(_united(parts) for parts in _by_group(iris.geometry, codes))], dtype=object)[1:]
        from_iris = pd.DataFrame({"id": np.sort(codes.unique()), "geometry": found})
        table = pd.concat([from_iris, table[~table["id"].isin(from_iris["id"])]], ignore_index=True)
        named.insert(0, iris["commune"].set_axis(codes))
    names = _first_names(pd.concat(named))
    if not fictional:
        names |= {code: name for code in table["id"] if (name := official().name_of(code)) is not None}
    # A city of arrondissements would otherwise bear the name of one of them.
    names |= CITY_NAMES
    return table.assign(code_insee=table["id"], nom=table["id"].map(names).fillna(table["id"]))


def _first_names(given: pd.Series) -> dict[str, str]:
    """Take the first name that files give each commune; its code, or that of another, is no name."""
    names = given[given.notna() & ~given.str.fullmatch(CODE_INSEE).fillna(False)]
    first = names[~names.index.duplicated()]
    return {str(code): str(name) for code, name in first.items()}


def _grouping(unit: Unit, addresses: pd.DataFrame, described: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Describe units that only group addresses: a key for a name, and the outlines of what makes them, united."""
    keys = unit.keys_of(addresses)
    table = _plain(pd.Series(dtype="str") if keys is None else keys).assign(geometry=None)
    if not unit.made or not unit.geometry:
        return table
    parts = described[unit.made.of][["id", "geometry"]].dropna()
    whole = parts["id"].map(unit.made.key)
    shapes = dict(zip(np.unique(whole), map(_united, _by_group(parts["geometry"], whole)), strict=True))
    table = _plain(pd.concat([table["id"], whole]))
    return table.assign(geometry=table["id"].map(shapes).astype(object).where(table["id"].isin(shapes), None))


def _territory(name: str, communes: pd.DataFrame) -> pd.DataFrame:
    shapes = communes["geometry"].dropna().to_numpy()
    geometry = np.array([_united(shapes) if len(shapes) else None], dtype=object)
    return pd.DataFrame({"id": ["territoire"], "nom": [name], "geometry": geometry})


def _by_group(geometries: gpd.GeoSeries, codes: pd.Series) -> list[np.ndarray]:
    """Split geometries by code, in the order of the codes."""
    code = pd.factorize(codes, sort=True)[0]
    order = np.argsort(code, kind="stable")
    return np.split(geometries.to_numpy()[order], np.cumsum(np.bincount(code))[:-1])


def _united(polygons: np.ndarray) -> shapely.Geometry:
    """Unite polygons, ten times faster where they only share their borders, as districts should.

    The fast way is kept when what it gives is valid and as large as its parts together: otherwise they overlap.
    """
    if len(polygons) == 1:
        return polygons[0]
    with suppress(shapely.errors.GEOSException):  # the same polygon twice
        together = shapely.coverage_union_all(polygons)
        whole = np.isclose(shapely.area(together), shapely.area(polygons).sum(), rtol=1e-9)
        if whole and shapely.is_valid(together):
            return together
    return shapely.union_all(polygons)


def _quarters(qpv: gpd.GeoDataFrame | None, zones: gpd.GeoDataFrame | None) -> pd.DataFrame:
    parts = [pd.DataFrame(columns=["id", "nom", "situation", "geometry"])]
    if qpv is not None:
        parts.append(pd.DataFrame(qpv).assign(id=qpv["code_qpv"], nom=qpv["nom_qpv"], situation="QPV"))
    if zones is not None:
        parts.append(pd.DataFrame(zones).assign(id=zones["code"], situation=zones["perimetre"]))
    return pd.concat(parts, ignore_index=True)


def _residences(addresses: pd.DataFrame, points: np.ndarray) -> pd.DataFrame:
    """Give a residence the place of most of its dwellings, and the point of its address nearest to its middle."""
    residence, identifiers = pd.factorize(addresses["id_residence"], sort=True)
    dwellings = addresses["nb_logements"].to_numpy(float)
    spot = numbered(residence, *(addresses[name] for name in ("code_insee", "code_iris", "code_qpv", "situation")))
    weight = np.bincount(spot, weights=np.nan_to_num(dwellings))[spot]
    middle = addresses[["x", "y"]].groupby(residence).transform("mean")
    distance = np.hypot(addresses["x"] - middle["x"], addresses["y"] - middle["y"])
    rank = addresses["id_adresse"].rank(method="first").to_numpy()
    heaviest = _first_of_each(residence, -weight, -dwellings, rank)
    nearest = _first_of_each(residence, np.nan_to_num(distance, nan=np.inf), rank)
    table = addresses.iloc[heaviest]
    return table.assign(id=identifiers, nom=table["nom_residence"], geometry=points[nearest])


def _first_of_each(group: np.ndarray, *keys: np.ndarray) -> np.ndarray:
    """Find the row that comes first in each group (numbered from 0), by several keys, the most telling first."""
    order = np.lexsort((*keys[::-1], group))
    return order[np.flatnonzero(np.diff(group[order], prepend=-1))]


def _outlines(addresses: pd.DataFrame, points: np.ndarray, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """Outline each residence: the convex hull of its addresses with a margin."""
    import geopandas as gpd

    located = addresses["x"].notna().to_numpy()
    code, identifiers = pd.factorize(addresses["id_residence"][located], sort=True)
    order = np.argsort(code, kind="stable")
    groups = shapely.multipoints(points[located][order], indices=code[order])
    shapes = shapely.buffer(shapely.convex_hull(groups), OUTLINE_MARGIN, quad_segs=4)
    return gpd.GeoDataFrame({"id": pd.Series(identifiers, dtype="str")}, geometry=shapes, crs=crs)
