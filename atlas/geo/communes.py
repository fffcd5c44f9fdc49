"""One commune under its several codes: arrondissements and their city, communes merged since."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from atlas.geo.official import official

_CITIES = {"75": "75056", "69": "69123", "13": "13055"}
CITY_NAMES = {"75056": "Paris", "69123": "Lyon", "13055": "Marseille"}
_DISTRICTS = (
    *(f"751{number:02d}" for number in range(1, 21)),
    *(f"6938{number}" for number in range(1, 10)),
    *(f"132{number:02d}" for number in range(1, 17)),
)
CITY_OF_DISTRICT = {code: _CITIES[code[:2]] for code in _DISTRICTS}


def city_of(code: str) -> str:
    """City that an arrondissement belongs to, or the code itself.

    >>> city_of("75111"), city_of("93010")
    ('75056', '93010')
    """
    return CITY_OF_DISTRICT.get(code, code)


def commune_of(codes: pd.Series) -> pd.Series:
    """Bring arrondissement codes of Paris, Lyon and Marseille back to their commune.

    >>> commune_of(pd.Series(["75112", "93010"])).tolist()
    ['75056', '93010']
    """
    return codes.map(CITY_OF_DISTRICT).fillna(codes)


def present_commune(codes: pd.Series) -> pd.Series:
    """Bring codes to the communes of the official code: arrondissements to their city, merged ones to their heir.

    >>> present_commune(pd.Series(["75112", "02695", "01901"])).tolist()
    ['75056', '02054', '01901']
    """
    communes = commune_of(codes)
    return communes.map(official().successor).fillna(communes)


def within(codes: pd.Series, communes: Iterable[str]) -> pd.Series:
    """Tell which codes are of a territory, whichever of its codes a commune bears in a file.

    An arrondissement is of the city that the territory names; a whole city is not of one arrondissement. A merged
    commune is of the one that holds it now, and the reverse: the file and the territory may be of two vintages.

    Parameters
    ----------
    codes : Series of str
        Codes of communes or arrondissements; a missing one is of no territory.
    communes : iterable of str
        Codes of the territory.

    Examples
    --------
    >>> within(pd.Series(["13201", "13055", "13001", "02695", None]), ["13055", "13001", "02054"]).tolist()
    [True, True, True, True, False]
    >>> within(pd.Series(["13201", "13215", "13055"]), ["13201"]).tolist()
    [True, False, False]
    """
    named = set(communes)
    heirs = official().successor
    holding = {code if code in CITY_OF_DISTRICT else heirs.get(code, code) for code in named}
    unique = codes.dropna().unique()
    inside = {
        code
        for code in unique
        if code in named
        or city_of(code) in named
        or (code not in CITY_OF_DISTRICT and heirs.get(code, code) in holding)
    }
    return codes.isin(inside)
