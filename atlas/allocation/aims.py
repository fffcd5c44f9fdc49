"""What a plan must reach: the legal shares and those of a convention, by landlord and for all, and what is not given up.

Grain in: places and targets. Grain out: aims in whole numbers, the least that each share asks of the homes it bears on.
A share of the law that bears on all landlords together is told by landlord as an indication, and is no aim there.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from atlas.allocation.model import Aim, Place, Split
from atlas.convention.targets import Target, Targets
from atlas.shares import in_percent, needed

# By legal test: what it counts, of which homes, and what it is called.
TESTS = {
    "q1_hors_qpv": ("premier quartile hors QPV", False),
    "q2_q4_qpv": ("quartiles 2 à 4 en QPV", True),
    "prioritaires": ("publics prioritaires", None),
}
_BY_LANDLORD = "prioritaires"  # the one that the law asks of each landlord
UPHELD = {
    "accueil_q1": ("premier quartile, tout le territoire", 0),
    "accueil_prioritaires": ("autres publics prioritaires, tout le territoire", 1),
}


def weights_of(test: str, double: Fraction) -> Split:
    """Say what a home of each group brings to a test: ``double``, the first quartile that is a priority public too.

    >>> weights_of("prioritaires", Fraction(1, 5)), weights_of("q2_q4_qpv", Fraction(0))
    ((1, 5, 0), (0, 1, 1))
    """
    if test == "q1_hors_qpv":
        return 1, 0, 0
    if test == "q2_q4_qpv":
        return 0, 1, 1
    return double.numerator, double.denominator, 0


def aims_of(
    places: Sequence[Place], targets: Targets, year: int, double: Fraction, *, own: str, upheld: bool
) -> list[Aim]:
    """List the aims of a year.

    Parameters
    ----------
    own : str
        The landlord whose homes alone are planned: no aim of all landlords then holds.
    upheld : bool
        Whether the plan must welcome as many first-quartile and other priority households as practice would.
    """
    landlords = list(dict.fromkeys(one.landlord for one in places if one.landlord))
    found = []
    for test, (label, inside) in TESTS.items():
        for landlord in ([] if own else [None]) + landlords:
            target = targets.of(test, year, landlord)
            if landlord is not None and not (_named(targets, test, year, landlord) or test == _BY_LANDLORD):
                continue
            aim = _aim(places, test, label, inside, landlord, target, double)
            found += [aim] if aim.held else []
    known = [one.practice for one in places if one.practice is not None]
    for key, (label, rank) in UPHELD.items() if upheld and known else ():
        least = sum(practice[rank] for practice in known)
        weights = (int(rank == 0), int(rank == 1), 0)
        total = sum(one.free for one in places)
        found.append(Aim(key, label, weights, least, total, "au moins la pratique", legal=False))
    return found


def _named(targets: Targets, test: str, year: int, landlord: str) -> bool:
    """Whether a convention names this landlord for a test."""
    return any(one.bailleur and one.test == test for one in targets.local) and targets.of(
        test, year, landlord
    ) != targets.of(test, year)


def _aim(
    places: Sequence[Place],
    test: str,
    label: str,
    inside: bool | None,
    landlord: str | None,
    target: Target,
    double: Fraction,
) -> Aim:
    weights = weights_of(test, double)
    scope = Aim("", "", weights, 0, 0, "", landlord=landlord, inside=inside)
    held = sum(one.free for one in places if scope.covers(one))
    unit = double.denominator if test == "prioritaires" else 1
    return Aim(
        key=f"{test}:{landlord}" if landlord else test,
        label=label if landlord is None else f"{label}, {landlord}",
        weights=weights,
        least=needed(held, target.share) * unit,
        held=held,
        target=in_percent(target.share),
        reference=target.reference,
        landlord=landlord,
        inside=inside,
    )
