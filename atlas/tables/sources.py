"""The tables that the atlas reads, in its own canonical columns."""

from __future__ import annotations

from collections.abc import Iterable

from atlas.tables.model import Column, Table
from atlas.tables.years import EVENTS

CODE_INSEE = r"(?:\d{2}|2A|2B)\d{3}"
CODE_IRIS = rf"{CODE_INSEE}\d{{4}}"
# QP021001 in the list of 2015, QN02101M in that of 2024, QP02A001 and QN02A01M in Corsica.
CODE_QPV = r"Q[PNV](?:\d{3}|\d{2}[AB]|\d[AB]\d)\d{2,3}[A-Z]?"


def _counts(unit: str, entries: Iterable[tuple[str, str]]) -> tuple[Column, ...]:
    """Declare survey counts, all of them secret: they come from what tenants answered."""
    return tuple(Column(name, label, unit, secret=True) for name, label in entries)


PLACE = (
    Column("adresse", "Adresse en une ligne", meaning="remplace numéro, répétition, type et nom de voie"),
    Column("numero", "Numéro dans la voie"),
    Column("repetition", "Indice de répétition"),
    Column("type_voie", "Type de voie"),
    Column("nom_voie", "Nom de voie"),
    Column("code_postal", "Code postal", "code", required=True, pattern=r"\d{5}"),
    Column("code_insee", "Code Insee de la commune", "code", required=True, pattern=CODE_INSEE),
    Column("commune", "Commune"),
    Column("x", "Abscisse", "m", "projection légale du territoire, sauf mention contraire"),
    Column("y", "Ordonnée", "m"),
    Column("id_ban", "Identifiant BAN"),
)

OPS = Table(
    "ops",
    "une adresse d'un bailleur à une campagne de l'enquête OPS",
    ("campagne", "bailleur", "id_adresse"),
    (
        Column("campagne", "Campagne OPS (1er janvier)", "année", required=True),
        Column("bailleur", "Bailleur", required=True),
        Column("id_adresse", "Identifiant de l'adresse", required=True),
        Column("id_residence", "Identifiant de résidence du bailleur"),
        Column("nom_residence", "Nom de la résidence ou du programme"),
        *PLACE,
        Column("nb_logements", "Logements", "logements", required=True),
        *_counts(
            "ménages",
            (
                ("menages", "Ménages répondants"),
                ("menages_ressources_connues", "Ménages aux ressources connues"),
                ("menages_inf20_plus", "Ménages sous 20 % du plafond PLUS"),
                ("menages_inf40_plus", "Ménages sous 40 % du plafond PLUS"),
                ("menages_inf60_plus", "Ménages sous 60 % du plafond PLUS"),
                ("menages_inf100_plus", "Ménages sous le plafond PLUS"),
                ("emmenages_recents", "Emménagés récents"),
                ("emmenages_recents_ressources_connues", "Emménagés récents aux ressources connues"),
                ("emmenages_recents_inf40_plus", "Emménagés récents sous 40 % du plafond PLUS"),
            ),
        ),
        *_counts(
            "adultes",
            (
                ("majeurs", "Majeurs"),
                ("majeurs_activite_connue", "Majeurs à l'activité connue"),
                ("majeurs_chomeurs", "Majeurs au chômage"),
                ("majeurs_emploi_stable", "Majeurs en emploi stable"),
                ("majeurs_emploi_precaire", "Majeurs en emploi précaire"),
                ("majeurs_sans_emploi", "Majeurs sans emploi"),
            ),
        ),
        *_counts(
            "ménages",
            (
                ("personnes_seules", "Personnes seules"),
                ("familles_monoparentales", "Familles monoparentales"),
                ("couples_sans_enfant", "Couples sans enfant"),
                ("couples_avec_enfants", "Couples avec enfants"),
                ("familles_3_enfants_et_plus", "Familles de 3 enfants et plus"),
                ("titulaires_moins_30_ans", "Titulaires de moins de 30 ans"),
                ("titulaires_65_ans_et_plus", "Titulaires de 65 ans et plus"),
                ("menages_apl", "Ménages bénéficiaires de l'APL"),
            ),
        ),
        Column(
            "menages_activite_connue",
            "Ménages à l'activité connue",
            "ménages",
            "ceux dont l'activité d'un adulte au moins est connue",
            secret=True,
        ),
        *_counts("personnes", (("occupants", "Occupants"),)),
        *_counts(
            "logements",
            (
                ("logements_vacants", "Logements vacants"),
                ("logements_vacants_plus_3_mois", "Logements vacants depuis plus de 3 mois"),
                ("emmenagements_annee", "Emménagements de l'année"),
            ),
        ),
        Column(
            "logements_loues_ou_proposes",
            "Logements loués ou proposés à la location",
            "logements",
            "parmi eux se comptent les vacants ; à défaut, parmi tous les logements",
            secret=True,
        ),
        Column(
            "logements_un_an",
            "Logements loués ou proposés, mis en location avant l'année précédente",
            "logements",
            "parmi eux se comptent les emménagements ; à défaut, parmi tous les logements",
            secret=True,
        ),
        *_counts("ménages", (("menages_impayes_3_mois", "Ménages en impayé de 3 mois et plus"),)),
        *_counts("demandes", (("demandes_mutation", "Demandes de mutation"),)),
    ),
    at_most=(
        ("menages_inf20_plus", "menages_inf40_plus"),
        ("menages_inf40_plus", "menages_inf60_plus"),
        ("menages_inf60_plus", "menages_inf100_plus"),
        ("menages_inf100_plus", "menages_ressources_connues"),
        ("menages_ressources_connues", "menages"),
        ("menages", "nb_logements"),
        ("emmenages_recents_inf40_plus", "emmenages_recents_ressources_connues"),
        ("emmenages_recents_ressources_connues", "emmenages_recents"),
        ("emmenages_recents", "menages"),
        ("majeurs_chomeurs", "majeurs_activite_connue"),
        ("majeurs_activite_connue", "majeurs"),
        ("menages_activite_connue", "menages"),
        ("personnes_seules", "menages"),
        ("familles_monoparentales", "menages"),
        ("familles_3_enfants_et_plus", "menages"),
        ("titulaires_moins_30_ans", "menages"),
        ("titulaires_65_ans_et_plus", "menages"),
        ("menages_apl", "menages"),
        ("menages_impayes_3_mois", "menages"),
        ("logements_vacants", "nb_logements"),
        ("logements_vacants", "logements_loues_ou_proposes"),
        ("logements_loues_ou_proposes", "nb_logements"),
        ("logements_un_an", "nb_logements"),
        ("logements_vacants_plus_3_mois", "logements_vacants"),
    ),
)

LOGEMENTS = Table(
    "logements",
    "un logement",
    ("id_logement",),
    (
        Column("id_logement", "Identifiant du logement", required=True),
        Column("id_adresse", "Identifiant de l'adresse", required=True),
        Column("bailleur", "Bailleur", required=True),
        Column("nb_pieces", "Nombre de pièces", "pièces"),
        Column("surface_utile", "Surface utile", "m²"),
        Column("surface_habitable", "Surface habitable", "m²"),
        Column("surface_corrigee", "Surface corrigée", "m²"),
        Column("loyer_mensuel_hc", "Loyer mensuel hors charges", "€", secret=True),
        Column("financement", "Financement d'origine"),
        Column("annee_construction", "Année de construction", "année"),
        Column("dpe", "Étiquette énergie (DPE)", "catégorie", values=tuple("ABCDEFG")),
        Column("type_construction", "Collectif (C) ou individuel (I)", "catégorie", values=("C", "I")),
        Column("accessible_pmr", "Accessible (PMR)", "oui/non", values=("oui", "non")),
    ),
)

BAN = Table(
    "adresses",
    "une adresse de la Base adresse nationale",
    ("id",),
    (
        Column("id", "Clé d'interopérabilité", required=True),
        Column("numero", "Numéro"),
        Column("rep", "Indice de répétition"),
        Column("nom_voie", "Voie", required=True),
        Column("nom_afnor", "Voie, forme normalisée"),
        Column("code_postal", "Code postal", "code", pattern=r"\d{5}"),
        Column("code_insee", "Code Insee", "code", required=True, pattern=CODE_INSEE),
        Column("nom_commune", "Commune", required=True),
        Column("code_insee_ancienne_commune", "Code Insee de la commune déléguée ou ancienne", "code"),
        Column("nom_ancienne_commune", "Commune déléguée ou ancienne"),
        Column("x", "Abscisse", "m", "projection légale locale", required=True),
        Column("y", "Ordonnée", "m", required=True),
    ),
)

IRIS = Table(
    "iris",
    "un polygone IRIS",
    ("code_iris",),
    (
        Column("code_iris", "Code IRIS", "code", required=True, pattern=CODE_IRIS),
        Column("nom_iris", "IRIS", required=True),
        Column("type_iris", "Type d'IRIS"),
        Column("code_insee", "Code Insee", "code", required=True, pattern=CODE_INSEE),
        Column("commune", "Commune", required=True),
    ),
)

QUARTIERS = Table(
    "qpv",
    "un quartier prioritaire",
    ("code_qpv",),
    (
        Column("code_qpv", "Code du quartier", "code", required=True, pattern=CODE_QPV),
        Column("nom_qpv", "Quartier", required=True),
    ),
)

ZONES = Table(
    "zones",
    "un périmètre d'étude (QVA, sous-quartier, secteur)",
    ("code",),
    (Column("code", "Code du périmètre", required=True), Column("nom", "Périmètre", required=True)),
)

RESIDENCES = Table(
    "residences",
    "une adresse et la résidence à laquelle le bailleur la rattache",
    ("bailleur", "id_adresse"),
    (
        Column("bailleur", "Bailleur", meaning="utile quand deux bailleurs numérotent leurs adresses de la même façon"),
        Column("id_adresse", "Identifiant de l'adresse", required=True),
        Column("id_residence", "Identifiant de la résidence", required=True),
        Column("nom_residence", "Nom de la résidence"),
    ),
)

NOTHING = "aucun"  # of what the atlas found of a residence, nothing holds
FILIATION = Table(
    "filiation",
    "un événement d'une résidence entre deux campagnes, tel qu'une main l'a corrigé ou écrit",
    (),
    (
        Column("campagne", "Campagne OPS (1er janvier)", "année", required=True),
        Column("id", "Identifiant de la résidence", meaning="celle d'aujourd'hui", required=True),
        Column(
            "evenement",
            "Événement",
            "catégorie",
            "à changer ; vide ou « aucun » : rien n'est arrivé",
            required=True,
            values=(*EVENTS, NOTHING),
        ),
        Column("de", "Venait de", meaning="à changer"),
        Column("vers", "Devient", meaning="à changer"),
        Column("preuve", "Preuve", meaning="à changer : ce qui fait foi"),
        Column("evt_atlas", "Événement trouvé par l'atlas", meaning="ne pas changer"),
        Column("de_atlas", "Origine trouvée par l'atlas", meaning="ne pas changer"),
        Column("vers_atlas", "Suite trouvée par l'atlas", meaning="ne pas changer"),
        Column("pr_atlas", "Preuve trouvée par l'atlas", meaning="ne pas changer"),
    ),
)

ATTRIBUTIONS = Table(
    "attributions",
    "une décision d'attribution",
    (),
    (
        Column("annee", "Année", "année", required=True),
        Column("trimestre", "Trimestre", "catégorie", values=tuple("1234")),
        Column("bailleur", "Bailleur", required=True),
        Column("id_adresse", "Identifiant de l'adresse"),
        Column("code_insee", "Code Insee", "code", pattern=CODE_INSEE),
        Column("en_qpv", "En QPV", "catégorie", required=True, values=("oui", "non", "inconnu")),
        Column(
            "quartile",
            "Quartile de ressources des demandeurs",
            "catégorie",
            "2-4 où l'on sait seulement que ce n'est pas le premier",
            secret=True,
            values=("1", "2", "3", "4", "2-4"),
        ),
        Column("reservataire", "Réservataire"),
        Column("public_prioritaire", "Public prioritaire", "oui/non", secret=True, values=("oui", "non")),
        Column("relogement_renouvellement", "Relogement (renouvellement urbain)", "oui/non", values=("oui", "non")),
        Column("mutation", "Mutation", "oui/non", values=("oui", "non")),
        Column(
            "issue",
            "Issue",
            "catégorie",
            "sans bail : attribution décidée, ni refusée ni suivie d'un bail à ce jour",
            required=True,
            values=("bail signé", "refus", "sans bail"),
        ),
        Column("motif_refus", "Motif du refus"),
    ),
)

_ALL = (OPS, LOGEMENTS, BAN, IRIS, QUARTIERS, ZONES, RESIDENCES, FILIATION, ATTRIBUTIONS)
SOURCES = {table.name: table for table in _ALL}
