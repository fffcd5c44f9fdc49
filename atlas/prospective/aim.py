"""From a share of the stock to a target in some years: which share of attributions leads there, and whether any does.

In: exact numbers. Out: exact numbers. Each year a part of the homes, the turnover, is attributed again: the stock of
the next year is ``stock x (1 - turnover) + attributions x turnover`` (prospective of Reims, by quarter).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

REACHED, FEASIBLE, IMPOSSIBLE, STILL = "déjà atteint", "atteignable", "impossible dans ce délai", "aucune rotation"
Span = tuple[Fraction, Fraction]
_FAR = 200  # years beyond which nobody plans


@dataclass(frozen=True)
class Aim:
    """A share of the stock to come down to: ``stock``, ``turnover``, ``target`` from 0 to 1, in ``years`` years."""

    stock: Fraction
    turnover: Fraction
    target: Fraction
    years: int

    @property
    def kept(self) -> Fraction:
        """The part of the homes that nobody left after all these years."""
        return (1 - self.turnover) ** self.years

    @property
    def needed(self) -> Fraction | None:
        """The share of attributions that leads exactly to the target, of any sign; None where nobody moves.

        >>> Aim(Fraction(1, 2), Fraction(1, 10), Fraction(2, 5), 1).needed
        Fraction(-1, 2)
        """
        return None if self.kept == 1 else (self.target - self.stock * self.kept) / (1 - self.kept)

    @property
    def most(self) -> Fraction | None:
        """The largest share of attributions, from 0 to 1, that keeps the stock at the target or under it; None: none.

        >>> Aim(Fraction(1, 2), Fraction(1, 10), Fraction(2, 5), 5).most
        Fraction(20951, 81902)
        """
        if self.needed is None:
            return Fraction(1) if self.stock <= self.target else None
        return None if self.needed < 0 else min(self.needed, Fraction(1))

    @property
    def verdict(self) -> str:
        """Say whether the target can be reached."""
        if self.stock <= self.target:
            return REACHED
        if not self.turnover:
            return STILL
        return IMPOSSIBLE if self.most is None else FEASIBLE

    @property
    def soonest(self) -> int | None:
        """The first year at whose end the target would be reached without any such attribution; None: never.

        >>> Aim(Fraction(1, 2), Fraction(1, 10), Fraction(2, 5), 1).soonest
        3
        """
        return next((year for year, share in enumerate(self.path(Fraction(0), _FAR)) if share <= self.target), None)

    def path(self, attributed: Fraction, years: int | None = None) -> Iterator[Fraction]:
        """Give the stock today, then at the end of each year, at some share of attributions.

        >>> [float(one) for one in Aim(Fraction(1, 2), Fraction(1, 10), Fraction(2, 5), 2).path(Fraction(0))]
        [0.5, 0.45, 0.405]
        """
        stock = self.stock
        yield stock
        for _ in range(self.years if years is None else years):
            stock = stock * (1 - self.turnover) + attributed * self.turnover
            yield stock


def households(share: Fraction, homes: Fraction, *, most: bool = False) -> int:
    """Count the households that a share of the homes attributed in a year makes.

    ``most``: as many as hold within the share, so that one more would exceed it; else the nearest number.

    The published example, a quarter of 158 attributions a year:

    >>> households(Fraction(74, 100), Fraction(158)), households(Fraction(61, 100), Fraction(158), most=True)
    (117, 96)
    """
    return int(share * homes) if most else int(share * homes + Fraction(1, 2))


@dataclass(frozen=True)
class Between:
    """The same where figures are spans: an :class:`Aim` at each corner of what they may be."""

    corners: tuple[Aim, ...]

    @classmethod
    def of(
        cls, stock: tuple[Fraction, Fraction], turnover: tuple[Fraction, Fraction], target: Fraction, years: int
    ) -> Between:
        """Take every corner once: what is sought moves one way with each."""
        return cls(tuple(Aim(one, two, target, years) for one, two in dict.fromkeys(product(stock, turnover))))

    @property
    def most(self) -> tuple[Fraction | None, Fraction | None]:
        """The least and the greatest of the largest shares; None where none leads there."""
        found = [one.most for one in self.corners]
        told = [one for one in found if one is not None]
        return (None if None in found else min(told)), (max(told) if told else None)

    @property
    def verdicts(self) -> tuple[str, ...]:
        """What may be said, each once, the worst first."""
        order = (STILL, IMPOSSIBLE, FEASIBLE, REACHED)
        return tuple(sorted({one.verdict for one in self.corners}, key=order.index))

    @property
    def worst(self) -> Aim:
        """The corner from which the target is the furthest."""
        return max(
            self.corners, key=lambda one: (one.stock * one.kept - one.target) / max(1 - one.kept, Fraction(1, 10**9))
        )


def exact(value: float) -> Fraction:
    """Write a number read as a decimal as the fraction that it is.

    >>> exact(0.1)
    Fraction(1, 10)
    """
    return Fraction(str(value))


def told(
    stock: Span, turnover: Span, entering: Span | None, homes: Fraction, target: Fraction, years: int
) -> dict[str, Any]:
    """Say what leads a share of the stock to a target, in plain data.

    ``stock``, ``turnover``, ``entering`` (recent movers today, None where not told): what each may be, from 0 to 1;
    ``homes``: dwellings.
    """
    between = Between.of(stock, turnover, target, years)
    worst = between.worst
    shares = between.most
    given = [homes * one for one in turnover]
    led = worst.most if worst.most is not None else Fraction(0)
    path = [float(100 * one) for one in worst.path(led)]
    fewest = None if shares[0] is None else households(shares[0], given[0], most=True)
    most = None if shares[1] is None else households(shares[1], given[1], most=True)
    return {
        "objectif": float(100 * target),
        "annees": years,
        "aujourdhui": _percent(stock),
        "entrants": None if entering is None else _percent(entering),
        "rotation": _percent(turnover),
        "attributions": [households(Fraction(1), one) for one in given],
        "verdict": list(between.verdicts),
        "part": [None if one is None else float(100 * one) for one in shares],
        "menages": [fewest, most],
        "menages_entrants": None
        if entering is None
        else [households(share, number) for share, number in zip(entering, given, strict=True)],
        "trajectoire": path,
        "sans_aucune": worst.soonest,
    }


def _percent(span: Span) -> list[float]:
    return [float(100 * one) for one in span]
