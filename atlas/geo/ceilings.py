"""The zone whose PLUS income ceilings hold in a commune, as shipped in ``data/reference/zones_plus.toml``."""

from __future__ import annotations

import tomllib
from functools import cache

import pandas as pd

from atlas.geo.communes import present_commune
from atlas.resources import shipped

ZONES = {
    "plafonds_plus_paris": "Paris et communes limitrophes",
    "plafonds_plus_ile_de_france": "Île-de-France",
    "plafonds_plus": "autres régions",
}
_PARIS, _REGION, _ELSEWHERE = ZONES
OVERSEAS = ("97", "98")  # ceilings of another decree


def ceilings_of(codes: pd.Series) -> pd.Series:
    """Name the rule of the ceilings that hold in each commune, a key of :data:`ZONES`; missing overseas and unknown.

    >>> ceilings_of(pd.Series(["75112", "93061", "93010", "60175", "97411"])).fillna("").tolist()
    ['plafonds_plus_paris', 'plafonds_plus_paris', 'plafonds_plus_ile_de_france', 'plafonds_plus', '']
    """
    paris, departments = _zones()
    zones = {}
    unique = pd.Series(codes.dropna().unique(), dtype="str")
    for code, commune in zip(unique, present_commune(unique), strict=True):
        if not commune.startswith(OVERSEAS):
            zones[code] = _PARIS if commune in paris else _REGION if commune[:2] in departments else _ELSEWHERE
    return codes.map(zones)


@cache
def _zones() -> tuple[frozenset[str], frozenset[str]]:
    """Read the communes of the first zone and the départements of the second."""
    content = tomllib.loads((shipped("data") / "reference" / "zones_plus.toml").read_text("utf-8"))
    return frozenset(content["paris"]), frozenset(content["ile_de_france"]["departements"])
