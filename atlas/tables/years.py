"""What passes from one campaign to another: residences that follow each other, perimeters that change, what moved.

Three tables of an edition, each between two campaigns that follow each other. Dwellings and places are public; what is
told of people in :data:`EVOLUTION_COLUMNS` is what the edition publishes at each campaign, and nothing else.
"""

from __future__ import annotations

from atlas.tables.indicators import INDICATORS
from atlas.tables.model import Column

BETWEEN_CODES = "|"
FOLLOWED = "id_suite"  # of an address: the identifier that it took since, or its own
CAMPAIGNS = (
    Column("campagne_avant", "Campagne précédente (1er janvier)", "année"),
    Column("campagne", "Campagne OPS (1er janvier)", "année"),
)

# What may happen to a residence between two campaigns.
DELIVERED, ENTERED = "livraison", "entrée dans l'enquête"
DEMOLISHED, LEFT = "démolition ou vente", "sortie de l'enquête"
RENAMED, MERGED, SPLIT, REGROUPED = "renommage", "fusion", "scission", "recomposition"
SOLD = "changement de bailleur"
EVENTS = (RENAMED, MERGED, SPLIT, REGROUPED, SOLD, DELIVERED, ENTERED, DEMOLISHED, LEFT)
FOUND, BY_HAND = "trouvé", "saisi à la main"

FILIATION_COLUMNS = (
    *CAMPAIGNS,
    Column(
        "id", "Identifiant de la résidence", meaning="celle d'aujourd'hui, ou la dernière qui ait tenu ces adresses"
    ),
    Column("nom", "Nom"),
    Column("evenement", "Événement", "catégorie", values=EVENTS),
    Column("de", "Venait de", meaning=f"résidences de la campagne précédente, séparées par « {BETWEEN_CODES} »"),
    Column("vers", "Devient", meaning=f"résidences de la campagne, séparées par « {BETWEEN_CODES} »"),
    Column("nb_adresses", "Adresses concernées", "adresses"),
    Column("nb_logements", "Logements concernés", "logements"),
    Column("preuve", "Preuve", meaning="ce que les fichiers disent"),
    Column("origine", "Origine", "catégorie", values=(FOUND, BY_HAND)),
)

# How dwellings stand to a perimeter whose list, or whose vintage, changed.
CAME_IN, WENT_OUT, STAYED, RECODED = "entre", "sort", "reste", "change de périmètre"
CROSSINGS = (CAME_IN, WENT_OUT, STAYED, RECODED)

PASSAGE_COLUMNS = (
    Column("perimetre", "Périmètre", "catégorie", "QPV ou IRIS", values=("QPV", "IRIS")),
    Column("liste_avant", "Liste ou millésime précédent", "année"),
    Column("liste", "Liste ou millésime", "année"),
    Column("id", "Identifiant de la résidence"),
    Column("nom", "Nom"),
    Column("passage", "Passage", "catégorie", values=CROSSINGS),
    Column("de", "Code précédent", "code", "vide hors de tout périmètre"),
    Column("nom_de", "Nom précédent"),
    Column("vers", "Code", "code", "vide hors de tout périmètre"),
    Column("nom_vers", "Nom d'aujourd'hui"),
    Column("nb_adresses", "Adresses", "adresses"),
    Column("nb_logements", "Logements", "logements"),
)

# Dwellings of a unit at two campaigns: those of the same addresses, those that came, those that left.
LASTING_COLUMNS = (
    Column("unite", "Couche de l'unité", "catégorie"),
    Column("id", "Identifiant de l'unité"),
    *CAMPAIGNS,
    Column("logements_restes", "Logements des mêmes adresses", "logements"),
    Column("logements_entres", "Logements d'adresses entrées", "logements"),
    Column("logements_sortis", "Logements d'adresses sorties", "logements"),
)

# Why a unit is not read as it was: nothing else may pass for people, who are named where the rest explains too little.
BY_RULE, BY_PERIMETER, BY_ANSWERS, BY_PEOPLE = "règle", "périmètre", "taux de réponse", "habitants"
WITHIN_CHANCE, UNTOLD = "petits nombres", "non établi"
REASONS = (BY_PEOPLE, WITHIN_CHANCE, BY_ANSWERS, DELIVERED, DEMOLISHED, BY_PERIMETER, BY_RULE, UNTOLD)
ENTERS, LEAVES, REMAINS, OUTSIDE = "devient fragile", "sort de la fragilité", "reste fragile", "reste sans fragilité"
MOVES = (OUTSIDE, LEAVES, REMAINS, ENTERS, UNTOLD)
MOVE, WHY = "mouvement", "raison"
MOVE_COLUMNS = (
    Column(MOVE, "Évolution de la fragilité", "catégorie", "depuis la campagne précédente", values=MOVES),
    Column(WHY, "Raison de l'évolution", "catégorie", "vide où rien ne change", values=REASONS),
)


def gap(code: str) -> str:
    """Name the column of the change of an indicator, in points.

    >>> gap("inf40")
    'ec_inf40'
    """
    return f"ec_{code}"


def change(code: str) -> str:
    """Name the column that says whether a change is more than small numbers explain.

    >>> change("inf40")
    'ev_inf40'
    """
    return f"ev_{code}"


UP, DOWN, STEADY = "hausse", "baisse", "dans la marge"
EVOLUTION_COLUMNS = (
    *LASTING_COLUMNS,
    Column("niveau_avant", "Niveau à la campagne précédente", "catégorie"),
    Column("niveau_apres", "Niveau à la campagne", "catégorie"),
    *MOVE_COLUMNS,
    *(
        column
        for one in INDICATORS.values()
        if one.alerted
        for column in (
            Column(gap(one.code), f"{one.label} : écart", "réel", "points, campagne moins précédente", secret=True),
            Column(
                change(one.code),
                f"{one.label} : évolution",
                "catégorie",
                "au-delà de ce que de petits nombres expliquent",
                values=(UP, DOWN, STEADY, UNTOLD),
            ),
        )
    ),
)
