"""The target of each legal test: the law's by year, otherwise what a convention fixes for a landlord, a year, a holder.

In: the rules of the house and a territory file. Out: one :class:`Target` by test, year, landlord and holder.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from atlas.errors import Faults
from atlas.parameters import Parameters
from atlas.sources.headers import plain
from atlas.sources.holders import holder_key
from atlas.territory import TARGETS, Convention, LocalTarget

STATE = "cible_publics_prioritaires_etat"
_STATE = re.compile(r"(?:contingent_)?(?:de_l_)?(?:etat|prefecture|prefet|prefectoral)(?:_prioritaires?|_mal_loges)?")


@dataclass(frozen=True)
class Target:
    """A target in % with where it was read; ``early`` when the year is before the law, and it is a comparison only."""

    percent: Fraction
    reference: str
    local: bool = False
    early: bool = False

    @property
    def share(self) -> Fraction:
        """The target from 0 to 1."""
        return self.percent / 100


@dataclass(frozen=True)
class Targets:
    """Every target: ``local`` ones prevail, the most precise first, over the rules of the house on ``today``."""

    parameters: Parameters
    today: date
    local: Sequence[LocalTarget] = ()

    def of(self, test: str, year: int | None, landlord: str | None = None, holder: str | None = None) -> Target:
        """Find the target of a test.

        Parameters
        ----------
        landlord, holder : str, optional
            None for the whole territory, for all reservation holders.

        Raises
        ------
        AtlasError
            When no rule is verified at that year.
        """
        fitting = [one for one in self.local if one.test == test and _fits(one, year, landlord, holder)]
        if fitting:
            best = max(fitting, key=lambda one: (bool(one.reservataire), bool(one.bailleur), bool(one.annees)))
            return Target(Fraction(best.valeur), best.source, local=True)
        key = STATE if test == "prioritaires" and is_state(holder) else TARGETS[test]
        first = self.parameters.values[key][0].since if key in self.parameters.values else date.min
        asked = self.today if year is None else date(year, 12, 31)
        rule = self.parameters.at(key, max(asked, first))
        return Target(Fraction(Decimal(str(rule.value))), rule.reference, local=rule.local, early=asked < first)


def refuse_words(convention: Convention, shipped: Parameters) -> None:
    """Refuse the local rules that are words where the house has numbers, and shares that are not between 0 and 100 %.

    Raises
    ------
    AtlasError
        ``TERR-VALEUR``, once for each.
    """
    faults = Faults()
    for key, rule in convention.regles.items():
        known = [one.value for one in shipped.values.get(key, ())]
        number, share = isinstance(rule.valeur, float), key in {*TARGETS.values(), STATE}
        if any(isinstance(value, (int, float)) for value in known) and not number:
            what, expected = "n'est pas un nombre", "un nombre"
        elif any(isinstance(value, list) and not isinstance(value[0], str) for value in known):
            what, expected = "ne se change pas par un territoire", "les nombres de la règle publiée"
        elif share and not 0 <= float(str(rule.valeur)) <= 100:
            what, expected = f"vaut {rule.valeur:g}", "une part entre 0 et 100 %"
        else:
            continue
        faults.add("TERR-VALEUR", f"[regles.{key}] : la valeur {what}.", expected, "corriger ou retirer la section")
    faults.raise_if_any()


def is_state(holder: str | None) -> bool:
    """Tell the reservations of the State, all of which are for priority publics.

    >>> is_state("État"), is_state("Contingent préfectoral"), is_state("Commune"), is_state(None)
    (True, True, False, False)
    """
    return holder is not None and _STATE.fullmatch(plain(holder)) is not None


def _fits(one: LocalTarget, year: int | None, landlord: str | None, holder: str | None) -> bool:
    return (
        (not one.annees or year in one.annees)
        and _same(one.bailleur, landlord)
        and _same(one.reservataire, holder)
        and not (one.reservataire is None and is_state(holder))
    )


def _same(asked: str | None, name: str | None) -> bool:
    return asked is None or (name is not None and holder_key(asked) == holder_key(name))
