"""The arithmetic of a legal share: whole numbers and exact fractions, never a rounded rate.

In: counts. Out: the share, whether it meets its target, how many more were needed, how far the unknown could move it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from atlas.writing import comma


@dataclass(frozen=True)
class Counts:
    """What a test counts: ``numerator`` among ``denominator``, and what nobody knows, which is in neither.

    Of what is not known: ``inside`` would be of the denominator whatever it is; ``favourable`` would be of both, or of
    none; ``other`` of the denominator alone, or of none; ``anything`` of both, of one, or of none. ``told`` says
    whether the file tells what is not known: where it does not, nobody knows how much it is.
    """

    numerator: int
    denominator: int
    inside: int = 0
    favourable: int = 0
    other: int = 0
    anything: int = 0
    told: bool = True

    @property
    def unknown(self) -> int | None:
        """How many rows are of neither count because something of them is not known; None where nothing is told."""
        return self.inside + self.favourable + self.other + self.anything if self.told else None

    @property
    def share(self) -> Fraction | None:
        """The share, from 0 to 1; None when there is nothing to share."""
        return Fraction(self.numerator, self.denominator) if self.denominator else None

    @property
    def bounds(self) -> tuple[Fraction, Fraction] | None:
        """The least and the greatest share that what is not known could give.

        >>> Counts(55, 280, favourable=21, other=80).bounds
        (Fraction(11, 72), Fraction(76, 301))
        """
        more = self.inside + self.favourable + self.anything
        less = self.inside + self.other + self.anything
        if not self.told or not self.denominator + self.inside:
            return None
        high, low = self.denominator + more, self.denominator + less
        return Fraction(self.numerator, low), Fraction(self.numerator + more, high)

    def __add__(self, other: Counts) -> Counts:
        """Sum two counts of different rows."""
        return Counts(
            self.numerator + other.numerator,
            self.denominator + other.denominator,
            self.inside + other.inside,
            self.favourable + other.favourable,
            self.other + other.other,
            self.anything + other.anything,
            self.told and other.told,
        )


def needed(denominator: int, target: Fraction) -> int:
    """Give the smallest whole number that is at least ``target`` of a denominator.

    >>> needed(280, Fraction(1, 4)), needed(3, Fraction(1, 4)), needed(4, Fraction(1, 4)), needed(0, Fraction(1, 4))
    (70, 1, 1, 0)
    """
    return -(-target.numerator * denominator // target.denominator)


def missing(numerator: int, denominator: int, target: Fraction) -> int:
    """How many more were needed among the same leases or decisions: 0 when the target is met.

    >>> missing(55, 280, Fraction(1, 4)), missing(228, 384, Fraction(1, 2)), missing(2499, 10000, Fraction(1, 4))
    (15, 0, 1)
    """
    return max(0, needed(denominator, target) - numerator)


def further(numerator: int, denominator: int, target: Fraction) -> int | None:
    """How many further leases or decisions, all of them favourable, would reach the target; None when none would.

    A share below 100 % never reaches a target of 100 % by adding to it.

    >>> further(55, 280, Fraction(1, 4)), further(228, 384, Fraction(1, 2)), further(1, 2, Fraction(1))
    (20, 0, None)
    """
    short = target * denominator - numerator
    if short <= 0:
        return 0
    if target == 1:
        return None
    lacking = short / (1 - target)
    return -(-lacking.numerator // lacking.denominator)


def in_percent(share: Fraction | None, decimals: int = 2, *, near: bool = False) -> str:
    """Write a share with a decimal comma, rounded half up; never onto a whole number that it is not, unless ``near``.

    >>> in_percent(Fraction(31, 440)), in_percent(Fraction(1, 4)), in_percent(None)
    ('7,05 %', '25 %', 'sans objet')
    >>> in_percent(Fraction(24_999_999, 100_000_000))
    '24,999999 %'
    """
    if share is None:
        return "sans objet"
    exact = 100 * share
    written = Decimal(exact.numerator) / Decimal(exact.denominator)
    rounded = written.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    while not near and rounded == rounded.to_integral() and Fraction(rounded) != exact and decimals < 9:
        decimals += 1
        rounded = written.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{comma(rounded)} %"
