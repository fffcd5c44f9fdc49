"""Headers met in landlords' files: proposed to the planner by ``atlas inspect``, never taken silently by a build."""

from __future__ import annotations

from collections.abc import Mapping

SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "campagne": ("annee_enquete", "annee_ops", "enquete", "millesime"),
    "bailleur": ("organisme", "raison_sociale", "bailleur_social", "proprietaire", "nom_bailleur", "gestionnaire"),
    "id_adresse": ("identifiant_adresse", "code_adresse", "ref_adresse", "num_adresse", "code_immeuble", "id_immeuble"),
    "id_residence": ("code_programme", "code_residence", "num_programme", "code_groupe", "groupe"),
    "nom_residence": (
        "programme",
        "residence",
        "nom_programme",
        "libelle_programme",
        "nom_groupe",
        "ensemble_immobilier",
    ),
    "adresse": ("libelle_adresse", "adresse_complete", "voie", "rue"),
    "code_postal": ("cp", "codepostal"),
    "code_insee": ("insee", "code_commune", "depcom", "commune_insee", "insee_com"),
    "commune": ("ville", "nom_commune", "libelle_commune", "libcom"),
    "x": ("coord_x", "x_l93", "x_lambert93", "longitude"),
    "y": ("coord_y", "y_l93", "y_lambert93", "latitude"),
    "nb_logements": ("nombre_de_logements", "nb_logts", "nblog", "logements", "nb_lgt", "parc"),
    "menages": ("nombre_de_menages", "nb_menages", "menages_repondants", "repondants"),
    "menages_inf20_plus": ("moins_de_20_plus", "inf_20", "ressources_inf_20"),
    "menages_inf40_plus": ("moins_de_40_plus", "inf_40", "ressources_inf_40", "menages_moins_40_plafond_plus"),
    "menages_inf60_plus": ("moins_de_60_plus", "inf_60", "ressources_inf_60"),
    "menages_apl": ("apl", "beneficiaires_apl", "nb_apl"),
    "majeurs_chomeurs": ("chomeurs", "nb_chomeurs", "demandeurs_emploi"),
    "emmenages_recents": ("emmenages", "nb_emmenages_recents", "entrants"),
    "ressources_pct_plus": ("pct_plus", "taux_plus", "ressources_plafond", "pourcentage_plafond"),
    "loyer_mensuel_hc": ("loyer", "loyer_hc", "loyer_mensuel"),
}
