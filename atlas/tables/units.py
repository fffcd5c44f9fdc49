"""The tables that an edition publishes: one per kind of unit, and the columns that all of them carry."""

from __future__ import annotations

from dataclasses import dataclass

from atlas.tables.indicators import CRITERIA, INDICATORS
from atlas.tables.model import CRITERIA_READ, LEVELS, READING, READINGS, SITUATIONS, STATUSES, Column
from atlas.tables.wider import WIDER_COLUMNS


@dataclass(frozen=True)
class Unit:
    """A kind of unit: its layer's name, its French name, the address column that holds its identifier, its geometry.

    ``key`` is None for the territory, which holds every address. ``identity`` lists the descriptive columns carried by
    the layer. ``rank`` orders what is worth keeping when secrecy must choose: the lowest is masked last. ``yearly``
    members are those of each campaign's own rows: an address that was sold keeps the landlord of each year.
    """

    name: str
    row: str
    singular: str
    key: str | None
    geometry: str | None
    identity: tuple[str, ...]
    rank: int
    yearly: bool = False


UNITS = {
    unit.name: unit
    for unit in (
        Unit("territoire", "le territoire entier", "territoire", None, "polygone", (), 0),
        Unit(
            "situations",
            "le stock en QPV, en QVA, hors QPV ou non placé",
            "situation",
            "situation",
            None,
            ("situation",),
            1,
        ),
        Unit("communes", "une commune", "commune", "code_insee", "polygone", ("code_insee",), 2),
        Unit(
            "quartiers",
            "un quartier : QPV, QVA ou autre périmètre",
            "quartier",
            "code_qpv",
            "polygone",
            ("situation",),
            3,
        ),
        Unit("iris", "un IRIS", "IRIS", "code_iris", "polygone", ("code_insee", "code_iris"), 4),
        Unit(
            "bailleurs",
            "un bailleur sur tout le territoire",
            "bailleur",
            "bailleur",
            None,
            ("bailleur",),
            5,
            yearly=True,
        ),
        Unit(
            "residences",
            "une résidence : les adresses qu'un bailleur gère ensemble",
            "résidence",
            "id_residence",
            "point",
            ("bailleur", "code_insee", "code_iris", "code_qpv", "situation", "methode_groupe", "confiance"),
            6,
        ),
        Unit(
            "adresses",
            "une adresse",
            "adresse",
            "id_adresse",
            "point",
            (
                "id_residence",
                "bailleur",
                "code_insee",
                "code_iris",
                "code_qpv",
                "situation",
                "methode_appariement",
                "score_appariement",
            ),
            7,
        ),
    )
}

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

_READ = (
    Column(CRITERIA_READ, "Critères de fragilité lus", "critères", "parmi les trois, ceux que l'édition publie"),
    Column(
        READING,
        "Ce que prouvent les critères publiés",
        "catégorie",
        "le niveau, ou ce qui est sûr quoi que dise un critère non publié ; deux critères lus au moins pour dire "
        "qu'aucun n'est atteint",
        values=READINGS,
    ),
)

HISTORY_COLUMNS = (
    Column("unite", "Couche de l'unité", "catégorie", values=tuple(name for name in UNITS if name != "adresses")),
    Column("id", "Identifiant de l'unité"),
    *(_IDENTITY[name] for name in ("campagne", "nb_logements", "nb_adresses")),
    Column("nb_criteres", "Critères de fragilité atteints", "critères"),
    Column("niveau", "Niveau de fragilité", "catégorie", values=LEVELS),
    *_READ,
    *WIDER_COLUMNS,
)

# Which addresses made each unit at each campaign: places and dwellings, which are public.
QUARTERS_BETWEEN = "|"
COMPOSITION_COLUMNS = (
    _IDENTITY["campagne"],
    Column("id", "Identifiant de l'adresse"),
    *(_IDENTITY[name] for name in ("bailleur", "id_residence", "code_insee", "code_iris", "code_qpv", "situation")),
    Column("quartiers", "Périmètres", meaning="codes de tous les périmètres qui la contiennent, séparés par « | »"),
    _IDENTITY["nb_logements"],
)

_JUDGEMENT = (
    Column("nb_criteres", "Critères de fragilité atteints", "critères"),
    Column("niveau", "Niveau de fragilité", "catégorie", values=LEVELS),
    *_READ,
    Column("nb_bas_loyer", "Logements à bas loyer", "logements", secret=True),
)


def columns_of(unit: str, *, counts: bool) -> tuple[Column, ...]:
    """Declare the columns of a published layer, in order.

    Parameters
    ----------
    unit : str
        A key of :data:`UNITS`.
    counts : bool
        Whether the edition shows numerators, denominators and margins.

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
            if indicator.code in CRITERIA:
                columns.append(
                    Column(
                        indicator.marge,
                        f"{indicator.label} : marge au seuil",
                        indicator.population,
                        "réponses qui feraient basculer le critère ; négatif : sous le seuil",
                        secret=True,
                    )
                )
    columns += (*_JUDGEMENT, *(WIDER_COLUMNS if unit == "residences" else ()))
    return tuple(columns)
