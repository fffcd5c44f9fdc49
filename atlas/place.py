"""Place: the IRIS, the commune, the quarters and the situation of every address.

In: one row per address with ``x``, ``y`` (metres, the territory's legal CRS; NaN where it has no point), its declared
``code_insee`` and ``en_qpv_declare``. Out: the same rows with ``code_iris``, ``code_insee``, ``code_qpv``,
``situation``, ``origine_situation``, and the long table of every quarter an address lies in. Nothing is set aside:
an address outside every polygon, or without a point, is listed and stays in the totals of its commune.

Of several lists of quarters the latest is today's perimeter, the same for every campaign. What the list before said of
each address stands beside, never in its place: columns ``code_qpv_avant``, ``situation_avant``, ``liste_jusqua`` (the
last year in which that list was in force there). Earlier vintages of IRIS add ``code_iris_<year>``.

Boundary rule: a polygon holds its boundary; on a border shared by several polygons, the smallest code wins. Where zones
and points do not overlap, the stage refuses rather than publish a false geography.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from atlas.errors import Faults
from atlas.geo import OVERSEAS, commune_of, in_use, official, present_commune, side_by_side
from atlas.tables import SITUATIONS
from atlas.tables.lists import LISTED_UNTIL, QUARTER_BEFORE, SITUATION_BEFORE, iris_of
from atlas.writing import whole

if TYPE_CHECKING:
    import geopandas as gpd

QVA = "QVA"
_LISTED = 5  # merged communes named in a remark


@dataclass(frozen=True)
class PlaceRules:
    """``outside``: share of points (%) out of every IRIS beyond which files are incompatible; ``shift``: metres.

    ``until``: the last year of the list of quarters before today's, in mainland France and overseas.
    """

    outside: float
    shift: float
    until: tuple[int, int] = (0, 0)


RULE_KEYS = {"outside": "plausibilite_hors_zones", "shift": "plausibilite_decalage"}


@dataclass(frozen=True)
class Placed:
    """``addresses``: one row per address; ``quarters``: one row per address and quarter it lies in (``id_adresse``,
    ``id``); ``unplaced``: the addresses without an IRIS, with their ``motif``; ``remarks``: French sentences."""

    addresses: pd.DataFrame
    quarters: pd.DataFrame
    unplaced: pd.DataFrame
    remarks: tuple[str, ...] = field(default=())


def place(
    addresses: pd.DataFrame,
    iris: gpd.GeoDataFrame | None,
    qpv: gpd.GeoDataFrame | None,
    zones: gpd.GeoDataFrame | None,
    rules: PlaceRules,
) -> Placed:
    """Locate every address in the polygons given: of several lists or vintages, the latest is today's perimeter.

    Raises
    ------
    AtlasError
        ``PLACE-HORS-IRIS`` when points and polygons cannot belong together, ``PLACE-CODE-DOUBLE`` when one code names
        several quarters: their counts would be added.
    """
    points = shapely.points(addresses["x"].to_numpy(float), addresses["y"].to_numpy(float))
    has_point = addresses["x"].notna().to_numpy() & addresses["y"].notna().to_numpy()
    points[~has_point] = None
    tree = shapely.STRtree(points)
    remarks: list[str] = []
    iris, vintages = in_use(iris, "millesime")
    qpv, lists = in_use(qpv, "generation")

    code_iris, commune = _iris_of(tree, addresses, iris)
    declared = _declared(addresses["code_insee"], iris, remarks)
    if iris is not None:
        _check_overlap(points, has_point, code_iris.isna().to_numpy(), iris, rules, remarks)
        elsewhere = int((commune.notna() & (commune != declared)).sum())
        if elsewhere:
            remarks.append(
                f"{elsewhere} adresses tombent hors de la commune de leur code Insee : la position l'emporte."
            )
    quarters = _quarters(tree, addresses, qpv, zones, has_point, remarks)
    code_qpv, situation, origin = _situation(addresses, quarters, qpv, has_point)
    placed = addresses.assign(
        code_insee=commune.fillna(declared),
        code_iris=code_iris,
        code_qpv=code_qpv,
        situation=situation,
        origine_situation=origin,
        **{iris_of(year): _iris_of(tree, addresses, one)[0] for year, one in vintages.items()},
    )
    if lists:  # two at most: the file of the territory says so
        (before,) = lists.values()
        inside = _quarters(tree, addresses, before, zones, has_point, remarks)
        code, its, _ = _situation(addresses, inside, before, has_point)
        overseas = placed["code_insee"].str.startswith(OVERSEAS).fillna(False).to_numpy(bool)
        until = np.where(overseas, rules.until[1], rules.until[0])
        then: dict[str, Any] = {QUARTER_BEFORE: code, SITUATION_BEFORE: its, LISTED_UNTIL: until}
        placed = placed.assign(**then)
    unplaced = placed.loc[placed["code_iris"].isna()]
    reason = np.where(
        iris is None,
        "aucun fichier IRIS",
        np.where(unplaced[["x", "y"]].isna().any(axis=1), "adresse sans position", "position hors de tout IRIS"),
    )
    # An address without a point says why in the words of the matching.
    unplaced = unplaced.assign(motif=reason, detail=unplaced.get("raison"))
    return Placed(placed, quarters[["id_adresse", "id"]], unplaced, tuple(remarks))


def _declared(codes: pd.Series, iris: gpd.GeoDataFrame | None, remarks: list[str]) -> pd.Series:
    """Bring declared codes to communes; one merged since goes to its heir, unless the districts still hold it."""
    communes, heirs = commune_of(codes), present_commune(codes)
    if iris is not None:
        heirs = communes.where(communes.isin(set(commune_of(iris["code_insee"]))), heirs)
    changed = (heirs != communes) & communes.notna()
    if changed.any():
        pairs = sorted(set(zip(communes[changed], heirs[changed], strict=True)))
        said = ", ".join(f"{old} → {new} {official().name_of(new) or ''}".strip() for old, new in pairs[:_LISTED])
        more = f" et {len(pairs) - _LISTED} autres" if len(pairs) > _LISTED else ""
        remarks.append(f"{int(changed.sum())} adresses de communes fusionnées depuis, comptées là : {said}{more}.")
    return heirs


def _first_polygon(tree: shapely.STRtree, size: int, polygons: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Find for each point the position of its polygon (-1: none); on a border, the smallest code wins.

    The tree holds the points and each polygon, prepared once, queries it: three times faster at national size than
    asking each point for its polygons.
    """
    order = np.argsort(codes)[::-1]  # the smallest code is written last
    found = np.full(size, -1)

    def query(part: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        polygon, point = tree.query(polygons[part], predicate="intersects")
        return part[polygon], point

    for polygon, point in side_by_side(query, order):
        found[point] = polygon
    return found


def _iris_of(
    tree: shapely.STRtree, addresses: pd.DataFrame, iris: gpd.GeoDataFrame | None
) -> tuple[pd.Series, pd.Series]:
    """Give the IRIS and the commune of each address, missing where there is none."""
    if iris is None:
        nowhere = pd.Series(np.nan, index=addresses.index, dtype="str")
        return nowhere, nowhere
    found = _first_polygon(tree, len(addresses), iris.geometry.to_numpy(), iris["code_iris"].to_numpy(object))
    codes, communes = (
        pd.Series(column.astype("str").array.take(found, allow_fill=True), index=addresses.index)
        for column in (iris["code_iris"], commune_of(iris["code_insee"]))
    )
    return codes, communes


def _check_overlap(
    points: np.ndarray,
    has_point: np.ndarray,
    outside: np.ndarray,
    iris: gpd.GeoDataFrame,
    rules: PlaceRules,
    remarks: list[str],
) -> None:
    """Refuse IRIS that do not carry the points; point out a suspicion of datum shift."""
    if not has_point.any():
        return
    lost = has_point & outside
    share = 100 * lost.sum() / has_point.sum()
    tree = shapely.STRtree(iris.geometry.to_numpy())
    distance = (
        tree.query_nearest(points[lost], return_distance=True, all_matches=False)[1] if lost.any() else np.zeros(0)
    )
    near = int((distance <= rules.shift).sum())
    if share >= rules.outside:
        faults = Faults()
        hint = (
            f"la plupart à moins de {rules.shift:.0f} m : décalage de datum ?"
            if near > len(distance) / 2
            else f"à {np.median(distance) / 1000:.1f} km en médiane : autre territoire ou autre projection ?"
        )
        faults.add(
            "PLACE-HORS-IRIS",
            f"{share:.0f} % des adresses localisées ({int(lost.sum())}) tombent hors de tout IRIS, {hint}",
            f"moins de {rules.outside:.0f} % hors des IRIS",
            "vérifier le territoire, la projection (crs) et le millésime du fichier IRIS",
        )
        faults.raise_if_any()
    if lost.any():
        remarks.append(
            f"{int(lost.sum())} adresses localisées hors de tout IRIS, dont {near} à moins de {rules.shift:.0f} m."
        )


def _quarters(
    tree: shapely.STRtree,
    addresses: pd.DataFrame,
    qpv: gpd.GeoDataFrame | None,
    zones: gpd.GeoDataFrame | None,
    has_point: np.ndarray,
    remarks: list[str],
) -> pd.DataFrame:
    """List (rang, id_adresse, id, perimetre) for every quarter an address lies in, one at most per perimeter.

    ``rang``: the position of the address in its table.
    """
    layers = []
    if qpv is not None:
        layers.append(("QPV", qpv["code_qpv"].to_numpy(object), qpv.geometry.to_numpy()))
    if zones is not None:
        layers += [
            (name, part["code"].to_numpy(object), part.geometry.to_numpy()) for name, part in zones.groupby("perimetre")
        ]
    _check_codes({name: codes for name, codes, _ in layers})
    found = []
    for name, codes, polygons in layers:
        position = _first_polygon(tree, len(addresses), polygons, codes)
        inside = np.flatnonzero(position >= 0)
        found.append(
            pd.DataFrame(
                {
                    "rang": inside,
                    "id_adresse": addresses["id_adresse"].to_numpy()[inside],
                    "id": codes[position[inside]],
                    "perimetre": name,
                }
            )
        )
        if has_point.any() and len(polygons) and not len(inside):
            gap = whole(_gap(tree, polygons))
            remarks.append(
                f"Aucune adresse ne tombe dans le périmètre « {name} » (le plus proche point est à {gap} m) : "
                "autre territoire, projection fausse ou périmètre réellement vide."
            )
    columns = ["rang", "id_adresse", "id", "perimetre"]
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=columns, dtype="str")


def _check_codes(by_perimeter: dict[str, np.ndarray]) -> None:
    """Refuse a code that names several quarters, in one perimeter or in two."""
    named = [(code, name) for name, codes in by_perimeter.items() for code in codes]
    perimeters = pd.DataFrame(named, columns=["code", "nom"]).groupby("code")["nom"].agg(list)
    faults = Faults()
    for code, names in perimeters[perimeters.map(len) > 1].items():
        faults.add(
            "PLACE-CODE-DOUBLE",
            f"Le code « {code} » désigne plusieurs quartiers ({', '.join(names)}).",
            "un code par quartier, tous périmètres confondus",
            "préfixer les codes du fichier, par exemple « secteur-1 »",
        )
    faults.raise_if_any()


def _gap(tree: shapely.STRtree, polygons: np.ndarray) -> float:
    """Shortest distance in metres between the points and the polygons."""
    return float(tree.query_nearest(polygons, return_distance=True, all_matches=False)[1].min())


def _situation(
    addresses: pd.DataFrame, quarters: pd.DataFrame, qpv: gpd.GeoDataFrame | None, has_point: np.ndarray
) -> tuple[pd.Series, pd.Series, pd.Series]:
    """Say QPV, QVA or hors QPV from the point, otherwise from what the register declares, otherwise "non placé"."""
    in_qpv = quarters[quarters["perimetre"] == "QPV"].drop_duplicates("rang").set_index("rang")["id"]
    code_qpv = in_qpv.reindex(range(len(addresses))).set_axis(addresses.index).astype("str")
    in_watched = np.zeros(len(addresses), dtype=bool)
    in_watched[quarters.loc[quarters["perimetre"].str.upper() == QVA, "rang"].to_numpy(int)] = True
    located = has_point & (qpv is not None)
    declared = (
        addresses["en_qpv_declare"] if "en_qpv_declare" in addresses else pd.Series(None, addresses.index, dtype="str")
    )
    # From the weakest reason to the strongest: each overrides the ones before.
    situation = pd.Series("non placé", addresses.index, pd.CategoricalDtype(list(SITUATIONS)))
    situation[declared.eq("non").fillna(False).to_numpy(bool) | located] = "hors QPV"
    situation[in_watched] = QVA
    situation[~located & declared.eq("oui").fillna(False).to_numpy(bool)] = "QPV"
    situation[located & code_qpv.notna().to_numpy()] = "QPV"
    origin = pd.Series(None, addresses.index, pd.CategoricalDtype(["position", "déclaration"]))
    origin[situation != "non placé"] = "déclaration"
    origin[located | (situation == QVA)] = "position"
    return code_qpv, situation.astype("str"), origin.astype("str")
