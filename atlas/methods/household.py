"""One household that moves in, and what it adds to the counts of the survey and to each indicator.

It is a recent mover that answers every item. What is not said of it (who receives APL, what age) is not supposed: it
may add itself to such a count, or not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from atlas.tables import FAMILIES, OPS, Indicator
from atlas.tables.households import (
    ADULTS,
    BANDS,
    CHILDLESS,
    FEWEST,
    KINDS,
    MANY_CHILDREN,
    MANY_CHILDREN_COUNT,
    ONCE,
    PEOPLE,
    RECENT_BAND,
    UNEMPLOYED,
)

ANY = (0.0, float("inf"))  # resources that nobody told
Span = tuple[float, float]
_OF_TENANTS = {column.name for column in OPS.columns if column.secret and column.unit in ("ménages", "adultes")}


@dataclass(frozen=True)
class Household:
    """A household as one who plans speaks of it; never a person.

    Parameters
    ----------
    resources : (float, float)
        Share of the PLUS ceiling (%): from the first number, under the second.
    adults, unemployed : int
    kind : str
        One of :data:`atlas.tables.FAMILIES`, empty where it is not told.
    many : bool, optional
        Whether it has three children or more; None where it is not told.

    Raises
    ------
    ValueError
        In French, where no household is like this.
    """

    resources: Span = ANY
    adults: int = 1
    unemployed: int = 0
    kind: str = ""
    many: bool | None = None

    def __post_init__(self) -> None:
        """Refuse what no household is."""
        least = FEWEST.get(self.kind, (1, 0))[0]
        low, beyond = self.resources
        wrong = {
            "une part du plafond ne peut être négative": low < 0 or beyond <= low,
            f"un ménage a au moins un adulte, et non {self.adults}": self.adults < 1,
            f"« {self.kind} » n'est pas une composition de l'enquête": bool(self.kind) and self.kind not in FAMILIES,
            f"{self.kind} : {least} adultes au moins, et non {self.adults}": self.adults < least,
            f"{self.kind} : un seul adulte, et non {self.adults}": self.kind == KINDS["personnes_seules"]
            and self.adults > 1,
            f"{self.unemployed} chômeur : un nombre ne peut être négatif": self.unemployed < 0,
            f"{self.unemployed} chômeurs pour {self.adults} adulte(s)": self.unemployed > self.adults,
            f"{self.kind} : sans enfant, donc pas trois": self.many is True and self.kind in CHILDLESS,
        }
        for sentence, is_so in wrong.items():
            if is_so:
                raise ValueError(sentence)

    @classmethod
    def under(cls, share: float, **more: Any) -> Household:
        """Give a household under a share of the PLUS ceiling (%)."""
        return cls((0.0, share), **more)

    @classmethod
    def over(cls, share: float, **more: Any) -> Household:
        """Give a household at or over a share of the PLUS ceiling (%)."""
        return cls((share, float("inf")), **more)

    @property
    def counts(self) -> dict[str, Span]:
        """What it adds to each count of the survey, at least and at most.

        >>> one = Household.under(40, adults=2, unemployed=1)
        >>> [one.counts[name] for name in ("menages_inf20_plus", "menages_inf40_plus", "majeurs_chomeurs")]
        [(0.0, 1.0), (1.0, 1.0), (1.0, 1.0)]
        """
        childless = self.kind in CHILDLESS
        many = (None if self.many is None else self.many) if not childless else False
        alone = self.kind == KINDS["personnes_seules"]
        fewest = self.adults + max(FEWEST.get(self.kind, (1, 0))[1], MANY_CHILDREN if self.many else 0)
        exact = alone or self.kind == KINDS["couples_sans_enfant"]
        return {
            **dict.fromkeys(ONCE, (1.0, 1.0)),
            **dict.fromkeys(ADULTS, (float(self.adults),) * 2),
            **{name: self._under(band) for name, band in {**BANDS, **RECENT_BAND}.items()},
            UNEMPLOYED: (float(self.unemployed),) * 2,
            **{name: _told(self.kind == kind if self.kind else None) for name, kind in KINDS.items()},
            MANY_CHILDREN_COUNT: _told(many),
            PEOPLE: (float(fewest), float(fewest) if exact else float("inf")),
        }

    def _under(self, band: float) -> Span:
        low, beyond = self.resources
        return float(beyond <= band), float(low < band)


def _told(answer: bool | None) -> Span:
    return (0.0, 1.0) if answer is None else (float(answer), float(answer))


def concerned(indicator: Indicator) -> bool:
    """Tell whether an indicator is of tenants: a household that moves in changes it."""
    return indicator.denominator in _OF_TENANTS


def added(household: Household, indicator: Indicator) -> tuple[Span, float | None]:
    """Give what a household adds to the numerator of an indicator, at least and at most, and to its denominator.

    None as denominator where nothing says it: the rate after is then unknown. An answer that was not asked may add
    itself to a numerator or not.

    >>> from atlas.tables import INDICATORS
    >>> added(Household.under(40), INDICATORS["inf40"]), added(Household.under(40), INDICATORS["apl"])
    (((1.0, 1.0), 1.0), ((0.0, 1.0), 1.0))
    """
    counts = household.counts
    below = counts.get(indicator.denominator)
    if below is None:
        return (0.0, float("inf")), None
    return counts.get(indicator.numerator, (0.0, below[1])), below[1]


def added_by(households: tuple[Household, ...], indicator: Indicator) -> tuple[Span, float | None]:
    """Give the same of several households together."""
    low = high = whole = 0.0
    for one in households:
        (least, most), below = added(one, indicator)
        if below is None:
            return (least, most), None
        low, high, whole = low + least, high + most, whole + below
    return (low, high), whole
