"""What every audience may know of the years: dwellings that stayed, came and left, residences in their filiation.

In: counts, and what the stages found of residences and perimeters. Out: tables of an edition that compare campaigns.
Places and dwellings are public; who held them is not named to everybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

import pandas as pd

from atlas.evolution import lasting
from atlas.protect.audiences import Audience
from atlas.protect.ground import Counts
from atlas.tables import UNITS, Unit
from atlas.tables.updates import of_surveys
from atlas.tables.years import BETWEEN_CODES, SOLD

if TYPE_CHECKING:
    from atlas.edition import Context

_RESIDENCES = "residences"


class Years(Protocol):
    """What is read of the description of units."""

    @property
    def filiation(self) -> pd.DataFrame | None:
        """What happened to residences from one campaign to another."""

    @property
    def passages(self) -> pd.DataFrame | None:
        """How dwellings stand to lists of perimeters that changed."""


def through_years(
    counted: Counts, described: Years, audience: Audience, context: Context, names: pd.Series | None
) -> Mapping[str, pd.DataFrame | None]:
    """Give the tables ``lasting``, ``filiation`` and ``passages`` of an edition, None where it has none.

    Parameters
    ----------
    names : Series of str, optional
        By identifier of residence, its pseudonym, for an audience that no landlord is named to.
    """
    kept = None
    if counted.atoms.loc[of_surveys(counted.atoms), "campagne"].nunique() > 1:
        kinds = [kind for kind in audience.kinds if kind in counted.units and not _apart(UNITS[kind])]
        units = {kind: counted.units[kind] for kind in kinds}
        kept = lasting(counted.atoms, units, counted.membership, context.campaigns)
    tables = {"lasting": kept, "filiation": described.filiation, "passages": described.passages}
    if names is None:
        return tables
    return {name: None if table is None else _anonymous(name, table, names) for name, table in tables.items()}


def _apart(unit: Unit) -> bool:
    """Whether a kind is not followed from one campaign to another: addresses, and updates, which are of none."""
    return unit.key == "id_adresse" or unit.between


def _anonymous(name: str, table: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Name residences by their pseudonym, and nothing that says whose they are."""
    if name == "lasting":
        homes = table["unite"].eq(_RESIDENCES)
        return table.assign(id=table["id"].map(names).where(homes, table["id"])).dropna(subset=["id"])
    told = table.assign(id=table["id"].map(names)).dropna(subset=["id"])
    if name == "filiation":
        told = told[told["evenement"] != SOLD]
        # Identifiers of the time are those that landlords give; what proves an event names landlords and addresses.
        ends = {end: told[end].map(lambda text: _named(text, names), na_action="ignore") for end in ("de", "vers")}
        told = told.assign(**ends, preuve=None)
    return told.sort_values("id", ignore_index=True)


def _named(codes: str, names: pd.Series) -> str:
    """Name the residences of a list that have a pseudonym; the others are nobody's to know."""
    known = [names[code] for code in codes.split(BETWEEN_CODES) if code in names.index]
    return BETWEEN_CODES.join(known)
