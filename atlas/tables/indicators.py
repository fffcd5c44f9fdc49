"""The rates of the atlas: which counts over which counts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Indicator:
    """A rate: counts over counts, after summing. ``sensitive`` ones never publish their ends exactly (rule R5).

    ``asked`` is the count of which the denominator is the part that answered: nobody answered is not nobody concerned.
    ``respondents`` counts the households that answered the item, where the denominator does not count households.
    ``flow_of``: the indicator that says the same of everyone in place, for one on those who move in.
    """

    code: str
    label: str
    numerator: str
    denominator: str
    unit: str = "%"
    population: str = "ménages"
    role: str = "stock"
    sensitive: bool = True
    asked: str | None = None
    respondents: str | None = None
    flow_of: str = ""

    @property
    def tx(self) -> str:
        """Column of the rate."""
        return f"tx_{self.code}"

    @property
    def lb(self) -> str:
        """Column of the label shown on screen."""
        return f"lb_{self.code}"

    @property
    def st(self) -> str:
        """Column of the status."""
        return f"st_{self.code}"

    @property
    def n(self) -> str:
        """Column of the numerator."""
        return f"n_{self.code}"

    @property
    def d(self) -> str:
        """Column of the denominator."""
        return f"d_{self.code}"

    @property
    def m(self) -> str:
        """Column of the households that answered."""
        return f"m_{self.code}"


_RESOURCES, _HOUSEHOLDS, _DWELLINGS = "menages_ressources_connues", "menages", "nb_logements"
_RECENT, _ADULTS = "emmenages_recents", "majeurs"

INDICATORS = {
    indicator.code: indicator
    for indicator in (
        Indicator("inf40", "Ménages sous 40 % du plafond PLUS", "menages_inf40_plus", _RESOURCES, asked=_HOUSEHOLDS),
        Indicator(
            "er_inf40",
            "Emménagés récents sous 40 % du plafond PLUS",
            "emmenages_recents_inf40_plus",
            "emmenages_recents_ressources_connues",
            population="emménagés récents",
            role="flux",
            asked=_RECENT,
            flow_of="inf40",
        ),
        Indicator(
            "chomage",
            "Majeurs au chômage",
            "majeurs_chomeurs",
            "majeurs_activite_connue",
            population="majeurs",
            asked=_ADULTS,
            respondents="menages_activite_connue",
        ),
        Indicator("inf20", "Ménages sous 20 % du plafond PLUS", "menages_inf20_plus", _RESOURCES, asked=_HOUSEHOLDS),
        Indicator("inf60", "Ménages sous 60 % du plafond PLUS", "menages_inf60_plus", _RESOURCES, asked=_HOUSEHOLDS),
        Indicator("seuls", "Personnes seules", "personnes_seules", _HOUSEHOLDS),
        Indicator("monoparentales", "Familles monoparentales", "familles_monoparentales", _HOUSEHOLDS),
        Indicator("familles_3", "Familles de 3 enfants et plus", "familles_3_enfants_et_plus", _HOUSEHOLDS),
        Indicator("moins_30", "Titulaires de moins de 30 ans", "titulaires_moins_30_ans", _HOUSEHOLDS),
        Indicator("plus_65", "Titulaires de 65 ans et plus", "titulaires_65_ans_et_plus", _HOUSEHOLDS),
        Indicator("apl", "Ménages bénéficiaires de l'APL", "menages_apl", _HOUSEHOLDS),
        Indicator("occupants", "Occupants par ménage répondant", "occupants", _HOUSEHOLDS, unit="personnes"),
        # Features of the stock, not of its tenants, which landlords and the register publish: no end to protect.
        Indicator(
            "vacance", "Logements vacants", "logements_vacants", _DWELLINGS, population="logements", sensitive=False
        ),
        Indicator(
            "vacance_3",
            "Logements vacants depuis plus de 3 mois",
            "logements_vacants_plus_3_mois",
            _DWELLINGS,
            population="logements",
            sensitive=False,
        ),
        Indicator(
            "rotation",
            "Emménagements de l'année",
            "emmenagements_annee",
            _DWELLINGS,
            population="logements",
            sensitive=False,
        ),
        Indicator("impayes", "Ménages en impayé de 3 mois et plus", "menages_impayes_3_mois", _HOUSEHOLDS),
        Indicator("mutations", "Demandes de mutation", "demandes_mutation", _HOUSEHOLDS),
        Indicator(
            "bas_loyer",
            "Logements à bas loyer (sous le plafond PLAI)",
            "logements_bas_loyer",
            "logements_loyer_connu",
            population="logements",
            sensitive=False,
        ),
        Indicator(
            "attr_q1",
            "Baux signés au 1er quartile ou en relogement",
            "baux_q1_ou_relogement",
            "baux_quartile_connu",
            population="baux signés",
            role="attributions",
        ),
        Indicator(
            "attr_q2_q4",
            "Décisions d'attribution aux quartiles 2 à 4",
            "decisions_q2_a_q4",
            "decisions_quartile_connu",
            population="décisions",
            role="attributions",
        ),
        Indicator(
            "attr_prioritaires",
            "Décisions d'attribution à des publics prioritaires",
            "decisions_publics_prioritaires",
            "decisions_public_connu",
            population="décisions",
            role="attributions",
        ),
        Indicator(
            "attr_refus",
            "Refus parmi les décisions d'attribution",
            "decisions_refus",
            "decisions",
            population="décisions",
            role="attributions",
        ),
    )
}

# The rule that sets the target of an indicator of attributions, and the situations where it applies.
TARGETS = {
    "attr_q1": ("cible_q1_hors_qpv", ("QVA", "hors QPV")),
    "attr_q2_q4": ("cible_q2_q4_qpv", ("QPV",)),
    "attr_prioritaires": ("cible_publics_prioritaires", ("QPV", "QVA", "hors QPV")),
}

# Counts that come from another file than the survey, with their labels.
OTHER_COUNTS = {
    "logements_bas_loyer": "Logements dont le loyer est sous le plafond PLAI",
    "logements_loyer_connu": "Logements dont le loyer et la surface sont connus",
    "baux_q1_ou_relogement": "Baux signés avec un ménage du 1er quartile ou en relogement de renouvellement urbain",
    "baux_quartile_connu": "Baux signés dont le quartile est connu, ou en relogement",
    "decisions_q2_a_q4": "Décisions pour un ménage des quartiles 2 à 4, refus compris",
    "decisions_quartile_connu": "Décisions dont le quartile est connu, refus compris",
    "decisions_publics_prioritaires": "Décisions pour un public prioritaire, refus compris",
    "decisions_public_connu": "Décisions dont on sait si le public est prioritaire",
    "decisions_refus": "Décisions suivies d'un refus",
    "decisions": "Décisions d'attribution de l'année de la campagne",
}
