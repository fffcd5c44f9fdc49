"""The rates of the atlas: which counts over which counts, and how every face names, groups and orders them.

One entry is one indicator, on every face; the order of entries is that of columns, tables and pages. The counts that it
names are columns of the survey's table, or what other sources give: :data:`atlas.tables.ORIGINS`.
"""

from __future__ import annotations

from dataclasses import dataclass

from atlas.tables.model import listed
from atlas.tables.origins import ORIGINS, SURVEYS

_DECISIONS = "attributions"
TARGETS_OF = "cibles_bailleurs"  # among what an edition applies: by landlord, the targets that a convention gives it
FEW = "attributions_effectif_faible"  # the rule under which a share of decisions says little


@dataclass(frozen=True)
class Target:
    """What an indicator of attributions should reach: the rule that says how much, and the situations where it does."""

    rule: str
    situations: tuple[str, ...]


@dataclass(frozen=True)
class Indicator:
    """A rate: counts over counts, after summing. ``sensitive`` ones never publish their ends exactly (rule R5).

    ``group`` is the title under which faces list it, ``brief`` its name where the label is too long, ``glance`` whether
    a sheet draws it beside its surroundings. ``role`` is ``stock``, ``flux`` or ``attributions``.
    ``among`` is the count that takes the place of the denominator where a source tells it: dwellings that nobody
    could live in are in neither.
    ``asked`` is the count of which the denominator is the part that answered: nobody answered is not nobody concerned.
    ``respondents`` counts the households that answered the item, where the denominator does not count households.
    ``flow_of``: the indicator that says the same of everyone in place, for one on those who move in.
    """

    code: str
    label: str
    numerator: str
    denominator: str
    group: str
    brief: str = ""
    unit: str = "%"
    population: str = "ménages"
    role: str = "stock"
    sensitive: bool = True
    among: str | None = None
    asked: str | None = None
    respondents: str | None = None
    flow_of: str = ""
    glance: bool = False
    target: Target | None = None

    @property
    def short(self) -> str:
        """Its name in a narrow column."""
        return self.brief or self.label

    @property
    def counts(self) -> tuple[str, ...]:
        """Every count that it reads."""
        return tuple(filter(None, (self.numerator, self.denominator, self.among, self.asked, self.respondents)))

    @property
    def sources(self) -> tuple[str, ...]:
        """The sources that give its counts."""
        mine = {self.numerator, self.denominator}
        return tuple(name for name, origin in ORIGINS.items() if mine & origin.counts.keys()) or SURVEYS

    @property
    def alerted(self) -> bool:
        """Whether a landlord may ask to be told of it from some rate on: a share of households or homes."""
        return self.unit == "%" and self.role != _DECISIONS

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
    def lo(self) -> str:
        """Column of the lowest rate that a published figure may stand for."""
        return f"lo_{self.code}"

    @property
    def hi(self) -> str:
        """Column of the highest rate that a published figure may stand for."""
        return f"hi_{self.code}"

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
_OFFERED = "logements_loues_ou_proposes"
_RECENT, _ADULTS = "emmenages_recents", "majeurs"
_MEANS, _FAMILIES = "Ressources", "Ménages"
_LIFE, _RENTS, _GIVEN = "Vie des résidences", "Loyers", "Attributions"


def _among(code: str, label: str, numerator: str, group: str, glance: bool = True) -> Indicator:
    """Declare a share of all the households that responded."""
    return Indicator(code, label, numerator, _HOUSEHOLDS, group, glance=glance)


def _below(code: str, share: int, group: str, brief: str = "") -> Indicator:
    """Declare the share of households under a share of the PLUS ceilings."""
    label, counted = f"Ménages sous {share} % du plafond PLUS", f"menages_inf{share}_plus"
    return Indicator(code, label, counted, _RESOURCES, group, brief, asked=_HOUSEHOLDS)


def _dwelling(code: str, label: str, counts: tuple[str, str], glance: bool) -> Indicator:
    """Declare a feature of the stock, which landlords and the register publish, not of tenants: no end to protect.

    ``counts``: its numerator, and the dwellings that it is of where they are told apart from all the others.
    """
    numerator, among = counts
    return Indicator(
        code, label, numerator, _DWELLINGS, _LIFE, population="logements", sensitive=False, among=among, glance=glance
    )


def _decided(
    code: str, label: str, counts: tuple[str, str], population: str = "décisions", target: Target | None = None
) -> Indicator:
    """Declare a share of the leases or decisions of the campaign's year."""
    return Indicator(code, label, *counts, _GIVEN, population=population, role=_DECISIONS, target=target)


INDICATORS = listed(
    (
        _below("inf40", 40, _MEANS, "Sous 40 % du PLUS"),
        Indicator(
            "er_inf40",
            "Emménagés récents sous 40 % du plafond PLUS",
            "emmenages_recents_inf40_plus",
            "emmenages_recents_ressources_connues",
            _MEANS,
            "Emménagés sous 40 %",
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
            _FAMILIES,
            "Chômage",
            population="majeurs",
            asked=_ADULTS,
            respondents="menages_activite_connue",
        ),
        _below("inf20", 20, _MEANS),
        _below("inf60", 60, _MEANS),
        _below("inf100", 100, _MEANS),
        _among("seuls", "Personnes seules", "personnes_seules", _FAMILIES),
        _among("monoparentales", "Familles monoparentales", "familles_monoparentales", _FAMILIES),
        _among("familles_3", "Familles de 3 enfants et plus", "familles_3_enfants_et_plus", _FAMILIES),
        _among("moins_30", "Titulaires de moins de 30 ans", "titulaires_moins_30_ans", _FAMILIES),
        _among("plus_65", "Titulaires de 65 ans et plus", "titulaires_65_ans_et_plus", _FAMILIES),
        _among("apl", "Ménages bénéficiaires de l'APL", "menages_apl", _MEANS),
        Indicator("occupants", "Occupants par ménage répondant", "occupants", _HOUSEHOLDS, _FAMILIES, unit="personnes"),
        _dwelling("vacance", "Logements vacants", ("logements_vacants", _OFFERED), glance=True),
        _dwelling(
            "vacance_3",
            "Logements vacants depuis plus de 3 mois",
            ("logements_vacants_plus_3_mois", _OFFERED),
            glance=False,
        ),
        _dwelling("rotation", "Emménagements de l'année", ("emmenagements_annee", "logements_un_an"), glance=True),
        _among("impayes", "Ménages en impayé de 3 mois et plus", "menages_impayes_3_mois", _MEANS),
        _among("mutations", "Demandes de mutation", "demandes_mutation", _LIFE, glance=False),
        Indicator(
            "bas_loyer",
            "Logements à bas loyer (sous le plafond PLAI)",
            "logements_bas_loyer",
            "logements_loyer_connu",
            _RENTS,
            "Bas loyer",
            population="logements",
            sensitive=False,
        ),
        _decided(
            "attr_q1",
            "Baux signés au 1er quartile ou en relogement",
            ("baux_q1_ou_relogement", "baux_quartile_connu"),
            "baux signés",
            Target("cible_q1_hors_qpv", ("QVA", "hors QPV")),
        ),
        _decided(
            "attr_q2_q4",
            "Décisions d'attribution aux quartiles 2 à 4",
            ("decisions_q2_a_q4", "decisions_quartile_connu"),
            target=Target("cible_q2_q4_qpv", ("QPV",)),
        ),
        _decided(
            "attr_prioritaires",
            "Décisions d'attribution à des publics prioritaires",
            ("decisions_publics_prioritaires", "decisions_public_connu"),
            target=Target("cible_publics_prioritaires", ("QPV", "QVA", "hors QPV")),
        ),
        _decided("attr_refus", "Refus parmi les décisions d'attribution", ("decisions_refus", "decisions")),
    ),
    "code",
)


def _grouped(*, decided: bool) -> dict[str, tuple[str, ...]]:
    told = [one for one in INDICATORS.values() if (one.role == _DECISIONS) == decided]
    titles = dict.fromkeys(one.group for one in told)
    return {title: tuple(one.code for one in told if one.group == title) for title in titles}


# Codes by title: of what the survey and other files tell of the occupation, then of attributions.
GROUPS = _grouped(decided=False)
ATTRIBUTED = tuple(code for codes in _grouped(decided=True).values() for code in codes)
