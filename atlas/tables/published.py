"""The columns that published tables carry: those of a unit, of its dwellings, of every campaign, of its addresses."""

from __future__ import annotations

from collections.abc import Sequence

from atlas.tables.indicators import INDICATORS
from atlas.tables.lists import QUARTER_BEFORE, SITUATION_THEN
from atlas.tables.model import SITUATIONS, STATUSES, Column
from atlas.tables.units import UNITS
from atlas.tables.updates import UPDATE, UPDATED_ON
from atlas.tables.wider import WIDER_COLUMNS
from atlas.tables.years import FOLLOWED, MOVE_COLUMNS

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
        Column(UPDATED_ON, "Date de l'actualisation", meaning="jour auquel son bailleur l'a actualisée (AAAA-MM-JJ)"),
        Column("nb_logements", "Logements", "logements"),
        Column("nb_adresses", "Adresses", "adresses"),
        Column("menages", "Ménages répondants", "ménages", secret=True),
    )
}

_YEAR_BETWEEN = Column("campagne", "Année de l'actualisation", "année", "elle n'est d'aucune enquête")

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
# Told beside, in a territory of several lists of quarters.
COMPOSITION_THEN = (
    Column(QUARTER_BEFORE, "QPV de la liste de 2015", "code", "aux campagnes où elle était en vigueur"),
    Column(SITUATION_THEN, "Situation de l'époque", "catégorie", "selon la liste en vigueur", values=SITUATIONS),
    Column(UPDATE, "Actualisation", meaning="celle que l'adresse fait, entre deux enquêtes ; de nul autre périmètre"),
    Column(FOLLOWED, "Adresse suivie", meaning="l'identifiant qu'elle a pris depuis, là où des adresses en ont changé"),
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
    year = _YEAR_BETWEEN if UNITS[unit].between else _IDENTITY["campagne"]
    columns += [year, *(_IDENTITY[name] for name in ("nb_logements", "nb_adresses", "menages"))]
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
