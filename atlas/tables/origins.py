"""What a territory gives: one entry is one section ``[sources.<name>]``, read, checked, cited and proposed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from atlas.tables.model import listed


@dataclass(frozen=True)
class Form:
    """One shape that the files of a source may have: the module of :mod:`atlas.sources` that knows its columns.

    ``words`` say what an unknown file is; ``lines`` are those of its section that tell the shape; ``name`` is that of
    its schema, the source's own by default.
    """

    module: str
    words: str
    lines: tuple[str, ...] = ()
    name: str = ""


@dataclass(frozen=True)
class Origin:
    """One source: its title as pages cite it, its forms, what a territory without it is told.

    ``repeated`` sections may be written once for each kind of file; ``layer`` ones hold polygons. ``listed`` is the key
    that tells apart the lists, or vintages, of one layer: each is a block. ``year`` is the column that says of which
    year a row is. ``counts`` are those that it gives indicators, beside the survey's, with
    their labels. A module that has ``read(blocks, desk, survey)`` and ``counts(table)``, one row per ``campagne`` and
    ``id_adresse``, is all there is to write for a source of counts.
    """

    name: str
    title: str
    forms: tuple[Form, ...]
    lacking: str = ""
    repeated: bool = True
    layer: bool = False
    listed: str = ""
    year: str = ""
    counts: Mapping[str, str] = field(default_factory=dict)

    @property
    def several(self) -> bool:
        """Whether one block names several files of one shape."""
        return self.repeated and not self.layer

    @property
    def in_blocks(self) -> bool:
        """Whether its section may be one block or several."""
        return self.several or bool(self.listed)


ORIGINS = listed(
    (
        Origin(
            "ops",
            "Enquête d'occupation du parc social (OPS)",
            (
                Form("ops", "enquête OPS, une ligne par adresse"),
                Form("menages", "enquête OPS, une ligne par logement ou ménage", ('grain = "menage"',), "menages"),
            ),
            year="campagne",
        ),
        Origin("rpls", "Répertoire des logements locatifs sociaux (RPLS)", (Form("rpls", "répertoire RPLS"),)),
        Origin(
            "logements",
            "Fichier des logements",
            (Form("logements", "logements"),),
            "Aucun fichier de logements : ni bas loyer, ni parc par taille et par période.",
            counts={
                "logements_bas_loyer": "Logements dont le loyer est sous le plafond PLAI",
                "logements_loyer_connu": "Logements dont le loyer et la surface sont connus",
            },
        ),
        Origin(
            "adresses",
            "Base adresse nationale (BAN)",
            (Form("ban", "Base adresse nationale ou locale"),),
            "Aucune base adresse (BAN) : seules les adresses qui ont leurs coordonnées seront placées.",
        ),
        Origin(
            "iris",
            "Contours IRIS (Insee, IGN)",
            (Form("iris", "IRIS"),),
            "Aucun contour IRIS : pas de carte par IRIS.",
            repeated=False,
            layer=True,
            listed="millesime",
        ),
        Origin(
            "qpv",
            "Quartiers prioritaires de la politique de la ville (ANCT)",
            (Form("qpv", "quartiers prioritaires"),),
            "Aucun contour de quartiers prioritaires (QPV) : la situation en QPV ne sera pas connue.",
            repeated=False,
            layer=True,
            listed="generation",
        ),
        Origin(
            "zones",
            "Autres périmètres ; celui qui se nomme QVA compte comme « veille active »",
            (Form("zones", "autre périmètre"),),
            layer=True,
        ),
        Origin(
            "residences",
            "Résidences déclarées",
            (Form("residences", "résidences déclarées"),),
            "Aucune résidence déclarée : les adresses seront regroupées par nom de programme ou voisinage.",
            repeated=False,
        ),
        Origin(
            "filiation",
            "Filiation des résidences, corrigée à la main",
            (Form("filiation", "filiation des résidences"),),
            repeated=False,
        ),
        Origin(
            "attributions",
            "Attributions",
            (
                Form("attributions", "décisions d'attribution"),
                Form(
                    "attributions_exports",
                    "décisions d'attribution, export d'un logiciel de bailleur",
                    ('# bailleur = "…" : celui de toutes les lignes, si le fichier ne le dit pas',),
                    "attributions_exports",
                ),
                Form(
                    "attributions_tables",
                    "attributions déjà comptées par bailleur",
                    ('grain = "tableau"',),
                    "attributions_tableaux",
                ),
            ),
            "Aucun fichier d'attributions : pas d'attributions dans les fiches.",
            year="annee",
            counts={
                "baux_q1_ou_relogement": "Baux signés avec un ménage du 1er quartile ou en relogement de "
                "renouvellement urbain",
                "baux_quartile_connu": "Baux signés dont le quartile est connu, ou en relogement",
                "decisions_q2_a_q4": "Décisions pour un ménage des quartiles 2 à 4, refus compris",
                "decisions_quartile_connu": "Décisions dont le quartile est connu, refus compris",
                "decisions_publics_prioritaires": "Décisions pour un public prioritaire, refus compris",
                "decisions_public_connu": "Décisions dont on sait si le public est prioritaire",
                "decisions_refus": "Décisions suivies d'un refus",
                "decisions": "Décisions d'attribution de l'année de la campagne",
            },
        ),
        Origin(
            "demandes",
            "Demandes de logement social",
            (Form("demandes", "demandes de logement social, comptées ou une par ligne"),),
        ),
    )
)
# What decisions say beyond their counts, by year and residence: of who reads counts, a landlord its own alone.
DECISION_FEATURES = {
    "trimestre": "Trimestre",
    "motif_refus": "Motif du refus",
    "mutation": "Ménage déjà locataire",
    "bailleur_quitte": "Bailleur quitté",  # of who moves within social housing
    "reservataire": "Réservataire",
    "taille": "Taille du logement",
    "financement": "Financement d'origine",
    "periode": "Période de construction",
    "situation": "Situation",
    "code_insee": "Commune",
}
# How a household of social housing moves: within its landlord's stock, to another landlord, from one that is not told.
WITHIN, BETWEEN, NOWHERE = "au sein du même bailleur", "d'un bailleur à un autre", "bailleur quitté non renseigné"
DECIDED_COUNTS = (
    *("decisions", "baux", "baux_q1_ou_relogement", "baux_quartile_connu", "decisions_refus"),
    *("baux_prioritaires", "baux_autres"),  # of leases beyond the first quartile, where the public is told
)
# Leases by kind of household, in the order in which a year's plan counts them.
LEASED = ("baux_q1_ou_relogement", "baux_prioritaires", "baux_autres")
DECIDED = ("annee", "comptee", "id", "bailleur", "caracteristique", "modalite", *DECIDED_COUNTS)
# What requests are told by, beside the leases of the year: a request has no address, nothing else can be said of it.
DEMAND_FEATURES = {
    "ensemble": "Ensemble",
    "quartile": "Quartile",
    "typologie": "Taille du logement",
    "age_demandeur": "Âge",
    "code_insee": "Commune",
    "commune": "Commune",  # by name, where codes are not told by both
}
DEMANDED = ("caracteristique", "modalite", "demandes", "demandes_q1", "baux")
SURVEYS = ("ops", "rpls")  # what gives the addresses, and the counts that no other source does
OTHER_COUNTS = {name: label for origin in ORIGINS.values() for name, label in origin.counts.items()}
