"""The kinds of unit that an edition publishes, one table each: one entry is one kind, on every face."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from atlas.tables.lists import QUARTER_BEFORE, SITUATION_THEN
from atlas.tables.model import listed
from atlas.tables.updates import UPDATE, UPDATED_ON

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Made:
    """A key that no source holds: made, address by address, from the key of a narrower kind of unit (``of``)."""

    of: str
    key: Callable[[str], str]


@dataclass(frozen=True)
class Unit:
    """A kind of unit: its layer's name and title, what a row is, its French names, how it is found and shown.

    ``key`` is the address column that holds its identifier, None for the territory, which holds every address; ``made``
    says from what when no source gives it. ``geometry`` is ``point``, ``polygone`` or None, outlined by the ``sources``
    named. ``identity`` lists the descriptive columns carried by the layer. ``parts`` are the kinds, widest first, that
    lie whole in one unit between it and residences. ``law`` ends "the dwellings …" where units share out the stock.
    ``yearly`` members are those of each campaign's own rows: an address that was sold keeps the landlord of each year.
    Those ``of_lists`` hold by the list of quarters of the time, and exist where a territory gives several; those
    ``between`` surveys hold what came between two of them, and exist where a landlord sent something.

    ``drawn`` is the order in which maps draw the kind, 0 for never; those of an ``overview`` are few and wide: each has
    a print and a bookmark in QGIS, and is on a map too large for one page. Maps write names from ``scale`` on.
    ``rank``, the place among :data:`UNITS`, orders what is worth keeping when secrecy must choose: first masked last.
    """

    name: str
    title: str
    row: str
    singular: str
    plural: str
    key: str | None
    geometry: str | None = None
    identity: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    law: str = ""
    yearly: bool = False
    of_lists: bool = False
    between: bool = False
    drawn: int = 0
    overview: bool = False
    scale: int = 0
    made: Made | None = None
    rank: int = 0

    @property
    def shared(self) -> bool:
        """Whether a few of them share out the stock, residence by residence: a table of the dashboard."""
        shown = bool(self.law) and not self.occasional
        return shown and (self.overview or not self.drawn) and self.rank < UNITS["residences"].rank

    @property
    def occasional(self) -> bool:
        """Whether most territories do without: nobody looks for it where it is missing."""
        return self.of_lists or self.between

    def keys_of(self, addresses: pd.DataFrame) -> pd.Series | None:
        """Give the identifier of the unit of each address, missing where it is in none.

        Returns
        -------
        Series of str or None
            None where the table does not tell it.
        """
        import pandas as pd

        if self.key is None:
            return pd.Series(self.name, index=addresses.index, dtype="str")
        if self.key in addresses or self.made is None:
            return addresses.get(self.key)
        narrower = UNITS[self.made.of].keys_of(addresses)
        return None if narrower is None else narrower.map(self.made.key, na_action="ignore").astype("str")


_OF_A_RESIDENCE = ("bailleur", "code_insee", "code_iris", "code_qpv", "situation")
_DECLARED = (
    Unit("territoire", "Territoire", "le territoire entier", "territoire", "territoires", None, "polygone"),
    Unit(
        "situations",
        "Situations (QPV, QVA, hors QPV)",
        "le stock en QPV, en QVA, hors QPV ou non placé",
        "situation",
        "situations",
        "situation",
        identity=("situation",),
        law="en QPV, en QVA, hors QPV et non placés",
    ),
    Unit(
        "situations_epoque",
        "Situations selon la liste des QPV de chaque campagne",
        "le stock en QPV, en QVA, hors QPV ou non placé, selon la liste en vigueur à la campagne",
        "situation de l'époque",
        "situations de l'époque",
        SITUATION_THEN,
        identity=("situation",),
        law="en QPV, en QVA, hors QPV et non placés, selon la liste de l'époque",
        yearly=True,
        of_lists=True,
    ),
    Unit(
        "communes",
        "Communes",
        "une commune",
        "commune",
        "communes",
        "code_insee",
        "polygone",
        ("code_insee",),
        sources=("iris",),
        parts=("iris",),
        law="des communes, et sans commune",
        drawn=1,
        overview=True,
        scale=400_000,
    ),
    Unit(
        "quartiers",
        "Quartiers (QPV, QVA, autres périmètres)",
        "un quartier : QPV, QVA ou autre périmètre",
        "quartier",
        "quartiers",
        "code_qpv",
        "polygone",
        ("situation",),
        sources=("qpv", "zones"),
        drawn=3,
        overview=True,
        scale=75_000,
    ),
    Unit(
        "quartiers_avant",
        "Quartiers de la liste de 2015",
        "un quartier de la liste de 2015, aux campagnes où elle était en vigueur",
        "quartier de la liste de 2015",
        "quartiers de la liste de 2015",
        QUARTER_BEFORE,
        "polygone",
        ("situation",),
        sources=("qpv",),
        yearly=True,
        of_lists=True,
    ),
    Unit(
        "iris",
        "IRIS",
        "un IRIS",
        "IRIS",
        "IRIS",
        "code_iris",
        "polygone",
        ("code_insee", "code_iris"),
        sources=("iris",),
        law="des IRIS, et sans IRIS",
        drawn=2,
        scale=25_000,
    ),
    Unit(
        "bailleurs",
        "Bailleurs",
        "un bailleur sur tout le territoire",
        "bailleur",
        "bailleurs",
        "bailleur",
        identity=("bailleur",),
        law="des bailleurs",
        yearly=True,
    ),
    Unit(
        "residences",
        "Résidences",
        "une résidence : les adresses qu'un bailleur gère ensemble",
        "résidence",
        "résidences",
        "id_residence",
        "point",
        (*_OF_A_RESIDENCE, "methode_groupe", "confiance"),
        sources=("adresses",),
        law="des résidences",
        drawn=4,
        scale=7_500,
    ),
    Unit(
        "adresses",
        "Adresses",
        "une adresse",
        "adresse",
        "adresses",
        "id_adresse",
        "point",
        ("id_residence", *_OF_A_RESIDENCE, "methode_appariement", "score_appariement"),
        sources=("adresses",),
        law="des adresses",
        scale=2_500,
    ),
    Unit(
        "actualisations",
        "Actualisations entre deux enquêtes",
        "une résidence à la date où son bailleur l'a actualisée, entre deux enquêtes",
        "actualisation",
        "actualisations",
        UPDATE,
        "point",
        ("id_residence", *_OF_A_RESIDENCE, UPDATED_ON),
        sources=("ops",),
        yearly=True,
        between=True,
    ),
)
UNITS = listed(replace(unit, rank=rank) for rank, unit in enumerate(_DECLARED))
