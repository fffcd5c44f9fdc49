"""Place: the IRIS, the commune, the quarters and the situation of every address.

In: one row per address with ``x``, ``y`` (metres, the territory's legal CRS; NaN where it has no point), its declared
``code_insee`` and ``en_qpv_declare``. Out: the same rows with ``code_iris``, ``code_insee``, ``code_qpv``,
``situation``, ``origine_situation``, and the long table of every quarter an address lies in. Nothing is set aside:
an address outside every polygon, or without a point, is listed and stays in the totals of its commune.

Boundary rule: a polygon holds its boundary; on a border shared by several polygons, the smallest code wins. Where zones
and points do not overlap, the stage refuses rather than publish a false geography.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from atlas.errors import Faults
from atlas.geo import commune_of

if TYPE_CHECKING:
    import geopandas as gpd

QVA = "QVA"


@dataclass(frozen=True)
class PlaceRules:
    """``outside``: share of points (%) out of every IRIS beyond which files are incompatible; ``shift``: metres."""

    outside: float
    shift: float


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
    """Locate every address in the polygons given.

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

    code_iris, found = _iris_of(tree, len(addresses), iris)
    declared = commune_of(addresses["code_insee"])
    commune = pd.Series(found, index=addresses.index, dtype="str")
    if iris is not None:
        _check_overlap(points, has_point, code_iris, iris, rules, remarks)
        elsewhere = int((commune.notna() & (commune != declared)).sum())
        if elsewhere:
            remarks.append(
                f"{elsewhere} adresses tombent hors de la commune de leur code Insee : la position l'emporte."
            )
    quarters = _quarters(tree, addresses, qpv, zones, has_point, remarks)
    code_qpv, situation, origin = _situation(addresses, quarters, qpv, has_point)
    placed = addresses.assign(
        code_insee=commune.fillna(declared),
        code_iris=pd.Series(code_iris, index=addresses.index, dtype="str"),
        code_qpv=code_qpv,
        situation=situation,
        origine_situation=origin,
    )
    unplaced = placed.loc[placed["code_iris"].isna()]
    reason = np.where(
        iris is None,
        "aucun fichier IRIS",
        np.where(unplaced[["x", "y"]].isna().any(axis=1), "adresse sans position", "position hors de tout IRIS"),
    )
    # An address without a point says why in the words of the matching.
    unplaced = unplaced.assign(motif=reason, detail=unplaced.get("raison"))
    return Placed(placed, quarters[["id_adresse", "id"]], unplaced, tuple(remarks))


def _first_polygon(tree: shapely.STRtree, size: int, polygons: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Find for each point the position of its polygon (-1: none); on a border, the smallest code wins.

    The tree holds the points and each polygon, prepared once, queries it: three times faster at national size than
    asking each point for its polygons.
    """
    order = np.argsort(codes)[::-1]  # the smallest code is written last
    polygon, point = tree.query(polygons[order], predicate="intersects")
    found = np.full(size, -1)
    found[point] = order[polygon]
    return found


def _iris_of(tree: shapely.STRtree, size: int, iris: gpd.GeoDataFrame | None) -> tuple[np.ndarray, np.ndarray]:
    """Give the IRIS and the commune of each point, None where there is none."""
    if iris is None:
        return np.full(size, None, dtype=object), np.full(size, None, dtype=object)
    codes = iris["code_iris"].to_numpy(object)
    found = _first_polygon(tree, size, iris.geometry.to_numpy(), codes)
    communes = commune_of(iris["code_insee"]).to_numpy(object)
    codes, communes = codes[found], communes[found]
    codes[found < 0] = communes[found < 0] = None
    return codes, communes


def _check_overlap(
    points: np.ndarray,
    has_point: np.ndarray,
    code_iris: np.ndarray,
    iris: gpd.GeoDataFrame,
    rules: PlaceRules,
    remarks: list[str],
) -> None:
    """Refuse IRIS that do not carry the points; point out a suspicion of datum shift."""
    if not has_point.any():
        return
    lost = has_point & pd.isna(code_iris)
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
    """List (id_adresse, id, perimetre) for every quarter an address lies in: one quarter at most per perimeter."""
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
        inside = position >= 0
        found.append(
            pd.DataFrame(
                {
                    "id_adresse": addresses["id_adresse"].to_numpy()[inside],
                    "id": codes[position[inside]],
                    "perimetre": name,
                }
            )
        )
        if has_point.any() and not inside.any():
            gap = f"{_gap(tree, polygons):,.0f}".replace(",", " ")
            remarks.append(
                f"Aucune adresse ne tombe dans le périmètre « {name} » (le plus proche point est à {gap} m) : "
                "autre territoire, projection fausse ou périmètre réellement vide."
            )
    columns = ["id_adresse", "id", "perimetre"]
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
    by_address = quarters.drop_duplicates(["perimetre", "id_adresse"])
    in_qpv = by_address[by_address["perimetre"] == "QPV"].set_index("id_adresse")["id"]
    in_qva = by_address[by_address["perimetre"].str.upper() == QVA].set_index("id_adresse")["id"]
    code_qpv = addresses["id_adresse"].map(in_qpv).astype("str")
    located = has_point & (qpv is not None)
    in_watched = addresses["id_adresse"].isin(in_qva.index).to_numpy()
    declared = (
        addresses["en_qpv_declare"] if "en_qpv_declare" in addresses else pd.Series(None, addresses.index, dtype="str")
    )
    situation = np.select(
        [
            located & code_qpv.notna(),
            ~located & declared.eq("oui").fillna(False).to_numpy(bool),
            in_watched,
            located,
            declared.eq("non").fillna(False).to_numpy(bool),
        ],
        ["QPV", "QPV", QVA, "hors QPV", "hors QPV"],
        "non placé",
    )
    by_position = located | (situation == QVA)
    origin = pd.Series(np.where(by_position, "position", "déclaration"), index=addresses.index, dtype="str")
    return (
        code_qpv,
        pd.Series(situation, index=addresses.index, dtype="str"),
        origin.mask(situation == "non placé"),
    )
