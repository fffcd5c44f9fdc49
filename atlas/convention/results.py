"""What each landlord, and the whole, made of each legal test: what tables, pages and JSON are written from."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from atlas.convention.targets import Target
from atlas.shares import Counts, further, missing, needed

WHOLE = "EPCI"
MET, UNMET, NO_OBJECT, UNTOLD = "atteint", "non atteint", "sans objet", "non renseigné"
TITLES = {
    "q1_hors_qpv": "Baux signés hors QPV avec un ménage du premier quartile ou en relogement",
    "q2_q4_qpv": "Décisions d'attribution en QPV pour les quartiles 2 à 4, refus compris",
    "prioritaires": "Décisions d'attribution pour des publics prioritaires, refus compris",
}
SHORT = {
    "q1_hors_qpv": "1er quartile hors QPV",
    "q2_q4_qpv": "Quartiles 2 à 4 en QPV",
    "prioritaires": "Publics prioritaires",
}
NOUNS = {
    "q1_hors_qpv": ("bail", "baux"),
    "q2_q4_qpv": ("décision", "décisions"),
    "prioritaires": ("décision", "décisions"),
}


@dataclass(frozen=True)
class Projection:
    """Where a share may end the year, of as many leases a quarter as so far: its middle, and an interval in %."""

    share: float
    low: float
    high: float
    level: float
    quarters: int
    denominator: int

    def row(self) -> dict[str, Any]:
        """Write the projection as JSON does."""
        return {
            "part": round(self.share, 2),
            "de": round(self.low, 2),
            "a": round(self.high, 2),
            "probabilite": self.level,
            "trimestres_connus": self.quarters,
            "denominateur": self.denominator,
        }


@dataclass(frozen=True)
class Result:
    """One test of one landlord, or of the whole, in one year. ``counts`` is None where the files do not tell it.

    ``small`` is the denominator under which a share says little; ``quarters`` holds the counts since 1 January at the
    end of each quarter; ``holders`` the same test by reservation holder.
    """

    year: int | None
    landlord: str
    test: str
    target: Target
    counts: Counts | None
    small: int
    holder: str | None = None
    effort: Fraction | None = None
    weight: Fraction | None = None
    printed: str | None = None
    slip: str | None = None
    landlords: Counts | None = None
    quarters: tuple[tuple[int, Counts], ...] = ()
    projection: Projection | None = None
    holders: tuple[Result, ...] = ()
    remarks: tuple[str, ...] = field(default=())

    @property
    def share(self) -> Fraction | None:
        """The share from 0 to 1; None when there is none."""
        return None if self.counts is None else self.counts.share

    @property
    def state(self) -> str:
        """Met, not met, without object (no lease), or not told."""
        if self.counts is None or (self.share is None and self.counts.inside):
            return UNTOLD
        if self.share is None:
            return NO_OBJECT
        return MET if self.share >= self.target.share else UNMET

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None where there is no share."""
        return {MET: True, UNMET: False}.get(self.state)

    @property
    def missing(self) -> int | None:
        """How many more were needed among the same leases or decisions; None where there is no share."""
        if self.counts is None or self.share is None:
            return None
        return missing(self.counts.numerator, self.counts.denominator, self.target.share)

    @property
    def further(self) -> int | None:
        """How many further ones, all favourable, would reach the target; None where none would."""
        if self.counts is None or self.share is None:
            return None
        return further(self.counts.numerator, self.counts.denominator, self.target.share)

    @property
    def needed(self) -> int | None:
        """How many were needed among the same leases or decisions."""
        if self.counts is None or self.share is None:
            return None
        return needed(self.counts.denominator, self.target.share)

    @property
    def few(self) -> bool:
        """Whether the denominator is so small that a share says little."""
        return self.counts is not None and 0 < self.counts.denominator < self.small

    @property
    def indicative(self) -> bool:
        """Whether the target is the whole's, and only shown for a landlord: outside priority quarters, by law."""
        return self.test == "q1_hors_qpv" and self.landlord != WHOLE and not self.target.local

    @property
    def unsettled(self) -> bool:
        """Whether what is not known could change the answer."""
        bounds = self.counts.bounds if self.counts is not None else None
        return bounds is not None and bounds[0] < self.target.share <= bounds[1]

    def row(self) -> dict[str, Any]:
        """Write the result as JSON does: shares and targets in %, None where there is none."""
        counts = self.counts
        bounds = counts.bounds if counts is not None and counts.unknown else None
        return {
            "annee": self.year,
            "bailleur": self.landlord,
            "test": self.test,
            "numerateur": None if counts is None else counts.numerator,
            "denominateur": None if counts is None else counts.denominator,
            "part": percent(self.share),
            "cible": _number(self.target.percent),
            "atteint": self.met,
            "manque": self.missing,
            "inconnus": None if counts is None else counts.unknown,
            "etat": self.state,
            "manque_en_plus": self.further,
            "necessaires": self.needed,
            "peu_operant": self.few,
            "cible_indicative": self.indicative,
            "cible_locale": self.target.local,
            "cible_anterieure_a_la_loi": self.target.early,
            "cible_source": self.target.reference,
            "part_minimale": None if bounds is None else percent(bounds[0]),
            "part_maximale": None if bounds is None else percent(bounds[1]),
            "indecis": self.unsettled,
            "part_effort": percent(self.effort),
            "part_baux": percent(self.weight),
            "publie": self.printed,
            "ecart": self.slip,
            "somme_bailleurs": None if self.landlords is None else _pair(self.landlords),
            "trimestres": [{"trimestre": quarter, **_pair(one)} for quarter, one in self.quarters],
            "projection": None if self.projection is None else self.projection.row(),
            "reservataires": [{"reservataire": one.holder, **one.short()} for one in self.holders],
            "remarques": list(self.remarks),
        }

    def short(self) -> dict[str, Any]:
        """Write the figures of the test alone."""
        names = ("numerateur", "denominateur", "part", "cible", "atteint", "manque", "inconnus", "etat", "peu_operant")
        row = Result.row(self)
        return {name: row[name] for name in names}


def percent(share: Fraction | None) -> float | None:
    """Give a share in %; None where there is none."""
    return None if share is None else float(100 * share)


def _number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)


def _pair(counts: Counts) -> dict[str, Any]:
    return {
        "numerateur": counts.numerator,
        "denominateur": counts.denominator,
        "part": percent(counts.share),
        "inconnus": counts.unknown,
    }
