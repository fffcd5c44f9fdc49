"""Departments: an edition too large for one page, as the editions of its départements and an overview of its communes.

In: an edition. Out: the same sealed edition with fewer rows; no figure is added up or changed. A quarter is on the page
of the département where its middle lies. Units of earlier campaigns that the edition no longer shows have no commune:
they are on no page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from atlas.output import ATLAS_PAGE
from atlas.tables import UNITS

if TYPE_CHECKING:
    from atlas.edition import Edition

FOLDER = "departements"
_UNKNOWN = "sans-commune"
_OVERSEAS = ("97", "98")


def department(commune: Any) -> str:
    """Name the département of a commune by its Insee code.

    >>> department("21231"), department("2A004"), department("97411"), department(None)
    ('21', '2A', '974', 'sans-commune')
    """
    if not isinstance(commune, str) or not commune:
        return _UNKNOWN
    return commune[:3] if commune.startswith(_OVERSEAS) else commune[:2]


def divided(edition: Edition) -> bool:
    """Tell whether the edition holds more residences than one page can show."""
    most = next((rule.value for rule in edition.context.rules if rule.key == ATLAS_PAGE), None)
    return most is not None and len(edition.units["residences"]) > most


def page_of_map(commune: Any, *, divided: bool) -> str:
    """Name the page of the atlas that shows the residences of a commune.

    >>> page_of_map("21231", divided=False), page_of_map("21231", divided=True)
    ('index.html', 'departements/21.html')
    """
    return f"{FOLDER}/{department(commune)}.html" if divided else "index.html"


def departments(edition: Edition) -> dict[str, Edition]:
    """Cut an edition into those of its départements, in the order of their codes."""
    held = {name: _departments_of(name, edition) for name in edition.units}
    codes = sorted(set(held["residences"].dropna()))
    return {code: edition.part({name: where.eq(code) for name, where in held.items()}) for code in codes}


def overview(edition: Edition) -> Edition:
    """Keep the communes, the quarters and what is as wide alone."""
    return edition.part({name: table["id"].notna() for name, table in edition.units.items() if UNITS[name].overview})


def department_of_units(edition: Edition, name: str) -> list[str]:
    """Give the département of each unit of a kind, empty where none is known."""
    return _departments_of(name, edition).fillna("").tolist()


def _departments_of(name: str, edition: Edition) -> pd.Series:
    table = edition.units[name]
    if "code_insee" in table:
        return table["code_insee"].map(department)
    if UNITS[name].overview and "communes" in edition.units:
        return _under(table, edition.units["communes"])
    return pd.Series(None, index=table.index, dtype=object)


def _under(quarters: Any, communes: Any) -> pd.Series:
    """Find the département under the middle of each quarter, or of units as wide."""
    import shapely

    middles = shapely.point_on_surface(quarters.geometry.to_numpy())
    quarter, commune = shapely.STRtree(communes.geometry.to_numpy()).query(middles, predicate="intersects")
    codes = communes["code_insee"].map(department).to_numpy()
    found = dict(zip(quarter[::-1].tolist(), codes[commune[::-1]].tolist(), strict=True))
    return pd.Series([found.get(row) for row in range(len(quarters))], index=quarters.index, dtype=object)
