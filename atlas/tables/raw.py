"""The tables that are counted to addresses as soon as they are read: households, and the register of dwellings."""

from __future__ import annotations

from atlas.tables.model import Column, Table
from atlas.tables.sources import CODE_INSEE, PLACE

FAMILIES = ("personne seule", "famille monoparentale", "couple sans enfant", "couple avec enfants", "autre")
_YES_NO = ("oui", "non")


def _answer(name: str, label: str, unit: str, meaning: str = "", values: tuple[str, ...] = ()) -> Column:
    """Declare what a household answered: secret."""
    return Column(name, label, unit, meaning, secret=True, values=values)


MENAGES = Table(
    "ops",
    "un logement d'un bailleur à une campagne de l'enquête OPS, avec son ménage s'il est occupé",
    ("campagne", "id_logement"),
    (
        Column("campagne", "Campagne OPS (1er janvier)", "année", required=True),
        Column("bailleur", "Bailleur", required=True),
        Column("id_adresse", "Identifiant de l'adresse", required=True),
        Column("id_logement", "Identifiant du logement", meaning="sert à refuser les lignes lues deux fois"),
        Column("id_residence", "Identifiant de résidence du bailleur"),
        Column("nom_residence", "Nom de la résidence ou du programme"),
        *PLACE,
        Column("nb_logements", "Logements de l'adresse", "logements", "à défaut, le nombre de lignes de l'adresse"),
        Column("logement_vacant", "Logement vacant", "oui/non", values=_YES_NO),
        Column("vacant_plus_3_mois", "Vacant depuis plus de 3 mois", "oui/non", values=_YES_NO),
        Column(
            "repondant", "Ménage répondant", "oui/non", "à défaut, celui dont une réponse est connue", values=_YES_NO
        ),
        _answer("ressources_pct_plus", "Ressources en % du plafond PLUS", "%"),
        _answer(
            "revenu_fiscal", "Revenu fiscal de référence", "€", "rapporté au plafond PLUS de l'année et de la commune"
        ),
        _answer("categorie_menage", "Catégorie de ménage du plafond", "catégorie", values=tuple("123456")),
        _answer("nb_personnes", "Occupants", "personnes"),
        _answer("nb_majeurs", "Majeurs", "adultes"),
        _answer(
            "majeurs_activite_connue", "Majeurs à l'activité connue", "adultes", "à défaut, la somme des activités"
        ),
        _answer("majeurs_chomeurs", "Majeurs au chômage", "adultes"),
        _answer("majeurs_emploi_stable", "Majeurs en emploi stable", "adultes"),
        _answer("majeurs_emploi_precaire", "Majeurs en emploi précaire", "adultes"),
        _answer("majeurs_sans_emploi", "Majeurs sans emploi", "adultes"),
        _answer("type_famille", "Type de famille", "catégorie", values=FAMILIES),
        _answer("nb_enfants", "Enfants", "personnes"),
        _answer("age_titulaire", "Âge du titulaire", "ans"),
        _answer("beneficiaire_apl", "Bénéficiaire de l'APL", "oui/non", values=_YES_NO),
        _answer("impaye_3_mois", "Impayé de 3 mois et plus", "oui/non", values=_YES_NO),
        _answer("demande_mutation", "Demande de mutation", "oui/non", values=_YES_NO),
        _answer("date_emmenagement", "Date d'emménagement", "texte", "jj/mm/aaaa ou aaaa-mm-jj"),
        _answer("annee_emmenagement", "Année d'emménagement", "année"),
    ),
    at_most=(
        ("majeurs_chomeurs", "majeurs_activite_connue"),
        ("majeurs_activite_connue", "nb_majeurs"),
        ("nb_majeurs", "nb_personnes"),
    ),
)

RPLS = Table(
    "rpls",
    "un logement du répertoire RPLS, ou plusieurs à la même adresse quand nb les compte",
    (),
    (
        Column("code_insee", "Code Insee de la commune", "code", required=True, pattern=CODE_INSEE),
        Column("code_postal", "Code postal", "code", required=True, pattern=r"\d{5}"),
        Column("commune", "Commune"),
        Column("numero", "Numéro dans la voie"),
        Column("repetition", "Indice de répétition"),
        Column("type_voie", "Type de voie"),
        Column("nom_voie", "Nom de voie", required=True),
        Column("immeuble", "Immeuble"),
        Column("complement", "Complément d'identification géographique"),
        Column("lieu_dit", "Lieu-dit"),
        Column("batiment", "Bâtiment"),
        Column("en_qpv", "En QPV", meaning="1 oui, 2 non, ou le code du quartier"),
        Column("x", "Abscisse", "m"),
        Column("y", "Ordonnée", "m"),
        Column("epsg", "Code EPSG des coordonnées", "code"),
        Column("nb", "Logements de la ligne", "logements", "à défaut, un par ligne"),
        Column("mode", "Mode d'occupation", "code", "1 loué, 2 proposé et vacant, 3 vide, 4 association, 5 autre"),
        Column("depart", "Départ du dernier locataire", "texte", "jj/mm/aaaa ou mm/aaaa"),
        Column("bail", "Début du bail en cours", "texte", "jj/mm/aaaa ou mm/aaaa"),
        Column("mise_en_location", "Première mise en location", "texte", "jj/mm/aaaa, mm/aaaa ou aaaa"),
    ),
)

EXPORTED = Table(
    "attributions",
    "une décision telle que l'exportent les logiciels des bailleurs",
    (),
    (
        Column("date_decision", "Date de passage en commission", "texte", "jj/mm/aaaa ou aaaa-mm-jj"),
        Column("date_bail", "Date de signature du bail", "texte", "jj/mm/aaaa ou aaaa-mm-jj"),
        _answer("premier_quartile", "Demandeur du premier quartile", "oui/non", values=_YES_NO),
        Column("motif_non_attribution", "Motif de non-attribution"),
        Column("bailleur_actuel", "Bailleur du logement quitté", meaning="d'un ménage déjà logé dans le parc social"),
        Column("logement_actuel", "Logement quitté", "texte", "locataire HLM, du parc privé, hébergé…"),
        _answer("ressources_annuelles", "Ressources annuelles du ménage", "€"),
        _answer("unites_consommation", "Unités de consommation du ménage", "unités"),
        _answer("personnes_14_ans_et_plus", "Personnes de 14 ans et plus", "personnes"),
        _answer("enfants_moins_14_ans", "Enfants de moins de 14 ans", "personnes"),
        Column("nb", "Décisions de la ligne", "demandes", "à défaut, une par ligne"),
        Column("commune", "Commune"),
        Column("typologie", "Taille du logement", "texte", "T1 à T6"),
        Column("financement", "Financement du logement", meaning="à défaut, celui de tous les logements de l'adresse"),
        _answer("age_demandeur", "Âge du demandeur", "ans"),
    ),
)

_COUNTED = (
    ("attributions_q1_hors_qpv", "Baux signés hors QPV, premier quartile"),
    ("attributions_anru_hors_qpv", "Baux signés hors QPV, relogements de renouvellement urbain"),
    ("attributions_hors_qpv", "Baux signés hors QPV"),
    ("attributions_q2_4_qpv", "Décisions en QPV, quartiles 2 à 4"),
    ("attributions_qpv", "Décisions en QPV"),
    ("attributions_prioritaires", "Décisions, publics prioritaires"),
    ("attributions", "Décisions"),
    ("qpv", "En QPV, pour le groupe de la ligne"),
    ("hors_qpv", "Hors QPV, pour le groupe de la ligne"),
    ("localisation_inconnue", "Situation inconnue, pour le groupe de la ligne"),
    ("total", "Toutes situations, pour le groupe de la ligne"),
)
TABLEAUX = Table(
    "attributions",
    "un bailleur, ou un bailleur et un groupe de quartiles, d'un tableau déjà compté",
    (),
    (
        Column("bailleur", "Bailleur", meaning="EPCI pour le tout ; une ligne de total est vérifiée", required=True),
        Column("annee", "Année", "année"),
        Column("quartile", "Groupe de quartiles", meaning="1, 2-4, total ou inconnu", secret=True),
        *(Column(name, label, "ménages", secret=True) for name, label in _COUNTED),
        Column("taux_publie", "Part publiée", "%", "comparée à celle que font les comptes", secret=True),
    ),
)

DEMANDES = Table(
    "demandes",
    "une demande de logement social, ou plusieurs quand nb les compte",
    (),
    (
        Column("annee", "Année", "année", "celle de la mesure : une demande reste d'une année à l'autre"),
        Column("code_insee", "Code Insee de la commune demandée", "code", pattern=CODE_INSEE),
        Column("commune", "Commune demandée"),
        Column("typologie", "Taille du logement demandé", "texte", "T1 à T6"),
        _answer("age_demandeur", "Âge du demandeur", "ans"),
        _answer("quartile", "Quartile de ressources", "catégorie", values=("1", "2", "3", "4", "2-4")),
        _answer("premier_quartile", "Demandeur du premier quartile", "oui/non", values=_YES_NO),
        Column("nb", "Demandes de la ligne", "demandes", "à défaut, une par ligne"),
    ),
)
