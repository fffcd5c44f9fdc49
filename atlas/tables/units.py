"""The tables that an edition publishes: one per kind of unit, and the columns that all of them carry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from atlas.tables.indicators import INDICATORS
from atlas.tables.model import SITUATIONS, STATUSES, Column, listed
from atlas.tables.wider import WIDER_COLUMNS
from atlas.tables.years import MOVE_COLUMNS

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
    drawn: int = 0
    overview: bool = False
    scale: int = 0
    made: Made | None = None
    rank: int = 0

    @property
    def shared(self) -> bool:
        """Whether a few of them share out the stock, residence by residence: a table of the dashboard."""
        return bool(self.law) and (self.overview or not self.drawn) and self.rank < UNITS["residences"].rank

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
)
UNITS = listed(replace(unit, rank=rank) for rank, unit in enumerate(_DECLARED))

_IDENTITY = {
    column.name: column
    for column in (
        Column("id", "Identifiant", meaning="stable d'une construction de l'atlas à l'autre"),
        Column("nom", "Nom"),
        Column("id_residence", "Résidence"),
        Column("bailleur", "Bailleur"),
        Column("code_insee", "Code Insee", "code"),
        Column("code_iris", "Code IRIS", "code"),
        Column("code_qpv", "Code du QPV", "code"),
        Column("situation", "Situation", "catégorie", values=SITUATIONS),
        Column("methode_groupe", "Méthode de regroupement", "catégorie"),
        Column("confiance", "Confiance du regroupement", "catégorie", values=("forte", "moyenne", "faible")),
        Column("methode_appariement", "Méthode d'appariement", "catégorie"),
        Column("score_appariement", "Score d'appariement", "score 0-100"),
        Column("campagne", "Campagne OPS (1er janvier)", "année"),
        Column("nb_logements", "Logements", "logements"),
        Column("nb_adresses", "Adresses", "adresses"),
        Column("menages", "Ménages répondants", "ménages", secret=True),
    )
}

# Features of dwellings, in the order in which pages show them.
FEATURES = {
    "taille": "Taille",
    "periode": "Période de construction",
    "financement": "Financement d'origine",
    "dpe": "Étiquette énergie (DPE)",
    "construction": "Type de construction",
    "accessibilite": "Accessibilité (PMR)",
}

STOCK_COLUMNS = (
    Column("unite", "Couche de l'unité", "catégorie", values=tuple(name for name in UNITS if name != "adresses")),
    Column("id", "Identifiant de l'unité"),
    Column("caracteristique", "Caractéristique", "catégorie", values=tuple(FEATURES)),
    Column("modalite", "Modalité", meaning="« non renseigné » pour les logements dont le fichier ne la dit pas"),
    Column("nb_logements", "Logements", "logements", "comptés dans le fichier des logements"),
)
STOCK_RENTS = (
    Column("logements_loyer_connu", "Logements au loyer et à la surface connus", "logements", secret=True),
    Column("logements_bas_loyer", "Logements à bas loyer", "logements", "sous le plafond PLAI", secret=True),
    Column("loyer_m2", "Loyer mensuel hors charges par m²", "€/m²", "loyers sur surfaces, sommés", secret=True),
)

_OF_CAMPAIGN = (
    Column("unite", "Couche de l'unité", "catégorie", values=tuple(name for name in UNITS if name != "adresses")),
    Column("id", "Identifiant de l'unité"),
    *(_IDENTITY[name] for name in ("campagne", "nb_logements", "nb_adresses", "menages")),
)
_LOW_RENT = Column("nb_bas_loyer", "Logements à bas loyer", "logements", secret=True)


def history_columns(judged: Sequence[Column], *, followed: bool = True) -> tuple[Column, ...]:
    """Declare the table of every campaign; ``judged`` are the columns that the methods give it.

    ``followed``: whether there are several, each compared with the one before.
    """
    return (*_OF_CAMPAIGN, *judged, *(MOVE_COLUMNS if followed else ()), *WIDER_COLUMNS)


# Which addresses made each unit at each campaign: places and dwellings, which are public.
QUARTERS_BETWEEN = "|"
COMPOSITION_COLUMNS = (
    _IDENTITY["campagne"],
    Column("id", "Identifiant de l'adresse"),
    *(_IDENTITY[name] for name in ("bailleur", "id_residence", "code_insee", "code_iris", "code_qpv", "situation")),
    Column("quartiers", "Périmètres", meaning="codes de tous les périmètres qui la contiennent, séparés par « | »"),
    _IDENTITY["nb_logements"],
    *(Column(unit.key, unit.singular.capitalize(), "code") for unit in UNITS.values() if unit.key and unit.made),
)


def columns_of(unit: str, *, counts: bool, judged: Sequence[Column] = ()) -> tuple[Column, ...]:
    """Declare the columns of a published layer, in order.

    Parameters
    ----------
    unit : str
        A key of :data:`UNITS`.
    counts : bool
        Whether the edition shows numerators and denominators.
    judged : sequence of Column
        Those that the methods give it.

    Examples
    --------
    >>> [column.name for column in columns_of("iris", counts=False)][:5]
    ['id', 'nom', 'code_insee', 'code_iris', 'campagne']
    """
    columns = [_IDENTITY["id"], _IDENTITY["nom"], *(_IDENTITY[name] for name in UNITS[unit].identity)]
    columns += [_IDENTITY[name] for name in ("campagne", "nb_logements", "nb_adresses", "menages")]
    for indicator in INDICATORS.values():
        columns += [
            Column(indicator.tx, indicator.label, indicator.unit, secret=True, group=indicator.group),
            Column(indicator.lb, f"{indicator.label} (texte)"),
            Column(indicator.st, f"{indicator.label} (statut)", "catégorie", values=STATUSES),
        ]
        if counts:
            columns += [
                Column(indicator.n, f"{indicator.label} : numérateur", indicator.population, secret=True),
                Column(indicator.d, f"{indicator.label} : dénominateur", indicator.population, secret=True),
            ]
    columns += (*judged, _LOW_RENT, *(WIDER_COLUMNS if unit == "residences" else ()))
    return tuple(columns)
