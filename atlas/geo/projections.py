"""Where France projects its coordinates, and which system of coordinates an atlas can be built in.

Coordinates are metres in the *local legal* projection of the territory, chosen from its commune codes.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from atlas.errors import AtlasError, Fault
from atlas.later import pyproj

# Decree of 3 March 2019 on the national reference systems: the legal projection of each territory.
_MAINLAND = 2154
_OVERSEAS = {"971": 5490, "972": 5490, "973": 2972, "974": 2975, "976": 4471}
# Where no projection follows from the code alone: the usual one is proposed, and the territory file chooses.
_BEYOND = {
    "975": ("Saint-Pierre-et-Miquelon", 4467, ""),
    "977": ("Saint-Barthélemy", 5490, ""),
    "978": ("Saint-Martin", 5490, ""),
    "986": ("Wallis-et-Futuna", 8903, ""),
    "987": (
        "la Polynésie française",
        3297,
        " (Tahiti et Moorea ; EPSG:3296 à l'ouest du 150e méridien, EPSG:3298 à l'est du 144e)",
    ),
    "988": ("la Nouvelle-Calédonie", 3163, ""),
}


def legal_crs(commune_codes: Iterable[str]) -> pyproj.CRS:
    """Choose the legal projected CRS of a territory.

    Raises
    ------
    AtlasError
        ``GEO-PROJECTIONS`` when the communes call for several projections, ``GEO-PROJECTION-A-DIRE`` when the
        territory file must name it.

    Examples
    --------
    >>> legal_crs(["93010"]).to_epsg(), legal_crs(["97411"]).to_epsg()
    (2154, 2975)
    """
    codes = [str(code) for code in commune_codes]
    beyond = sorted({code[:3] for code in codes} & set(_BEYOND))
    if beyond:
        named = ", ".join(_BEYOND[part][0] for part in beyond)
        _, epsg, choice = _BEYOND[beyond[0]]
        raise AtlasError(
            [
                Fault(
                    "GEO-PROJECTION-A-DIRE",
                    f"Des communes sont de {named} : la projection ne se déduit pas de leur code.",
                    f'crs = "EPSG:{epsg}"{choice} dans [territoire]',
                    "ajouter crs au fichier de territoire",
                )
            ]
        )
    found = sorted({_OVERSEAS.get(code[:3], _MAINLAND) for code in codes}) or [_MAINLAND]
    if len(found) > 1:
        raise AtlasError(
            [
                Fault(
                    "GEO-PROJECTIONS",
                    f"Les communes relèvent de plusieurs projections légales (EPSG {', '.join(map(str, found))}).",
                    "un territoire dans une seule projection légale",
                    "construire un atlas par territoire, ou fixer [territoire] crs",
                )
            ]
        )
    return pyproj.CRS.from_epsg(found[0])


def unfit(crs: pyproj.CRS, commune_codes: Iterable[str], tolerance: float) -> str | None:
    """Say in French why distances cannot be measured in a CRS on a territory; None when they can.

    Parameters
    ----------
    commune_codes : iterable of str
        Communes of the territory: they say where the deformation is measured.
    tolerance : float
        Largest deformation of lengths accepted there, %.

    Examples
    --------
    >>> unfit(pyproj.CRS(2154), ["21231"], 1), unfit(pyproj.CRS(4326), ["21231"], 1)
    (None, 'est en degrés, pas en mètres')
    >>> unfit(pyproj.CRS(3395), ["21231"], 1)
    'déforme les longueurs de 45 % sur ce territoire'
    """
    if crs.is_geographic:
        return "est en degrés, pas en mètres"
    if not crs.is_projected or crs.is_bound or crs.is_compound or crs.is_geocentric:
        return "n'est pas une projection plane (altitudes, repère local ou système composé)"
    if any(axis.unit_name != "metre" for axis in crs.axis_info):
        return "n'est pas en mètres"
    if crs.coordinate_operation is not None and "Pseudo Mercator" in crs.coordinate_operation.method_name:
        return "est la projection des fonds de carte du web, où les longueurs sont fausses"
    home = next(iter(sorted(str(code) for code in commune_codes)), "")
    epsg = _BEYOND[home[:3]][1] if home[:3] in _BEYOND else _OVERSEAS.get(home[:3], _MAINLAND)
    area = pyproj.CRS.from_epsg(epsg).area_of_use
    assert area is not None  # each of these is in the EPSG register, with its area
    try:
        factors = pyproj.Proj(crs).get_factors((area.west + area.east) / 2, (area.south + area.north) / 2)
        scales = np.array([factors.meridional_scale, factors.parallel_scale])
    except pyproj.exceptions.ProjError:
        scales = np.array([np.inf])
    if not np.isfinite(scales).all():
        return "n'est pas défini sur ce territoire"
    excess = 100 * np.abs(scales - 1).max()
    return f"déforme les longueurs de {excess:.0f} % sur ce territoire" if excess > tolerance else None


def on_the_ground(crs: pyproj.CRS) -> bool:
    """Tell whether coordinates in a CRS can be placed on the ground: neither a local frame nor heights alone.

    >>> on_the_ground(pyproj.CRS(4326)), on_the_ground(pyproj.CRS(5720)), on_the_ground(pyproj.CRS('LOCAL_CS["x"]'))
    (True, False, False)
    """
    return bool(crs.is_projected or (crs.is_geographic and not crs.is_geocentric))


def extent_of(crs: pyproj.CRS) -> tuple[float, float, float, float]:
    """Bounds (xmin, ymin, xmax, ymax) in which coordinates of this CRS are plausible, in its own units."""
    area = crs.area_of_use
    if area is None:
        return (-np.inf, -np.inf, np.inf, np.inf)
    transformer = pyproj.Transformer.from_crs(4326, crs, always_xy=True)
    return transformer.transform_bounds(area.west, area.south, area.east, area.north)


def outside_extent(x: np.ndarray, y: np.ndarray, crs: pyproj.CRS) -> np.ndarray:
    """Mark the points (boolean array) whose coordinates cannot belong to the CRS; missing ones are not marked."""
    west, south, east, north = extent_of(crs)
    with np.errstate(invalid="ignore"):
        return (x < west) | (x > east) | (y < south) | (y > north)
