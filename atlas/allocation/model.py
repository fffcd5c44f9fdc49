"""What a year's plan is made of: places to fill, what each may do to its criteria, what must be reached together.

A place is a residence and a count of homes expected to free up; a group is a kind of household, and never a household.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields

GROUPS = ("premier_quartile", "prioritaires", "autres")
Split = tuple[int, int, int]  # homes by group, in this order


@dataclass(frozen=True)
class Limit:
    """A criterion that a residence does not meet: it would if the arrivals, weighted, went beyond ``most``."""

    weights: Split
    most: int

    def overrun(self, split: Split) -> int:
        """Count the households too many, the heaviest first: 0 where the criterion is not met.

        >>> Limit((1, 1, 0), 2).overrun((2, 1, 4)), Limit((3, -2, -2), 3).overrun((3, 1, 0))
        (1, 2)
        """
        beyond = sum(weight * count for weight, count in zip(self.weights, split, strict=True)) - self.most
        if beyond <= 0:
            return 0
        return -(-beyond // self.heaviest)

    @property
    def heaviest(self) -> int:
        """What one household counts for at most; 1 where none brings the criterion nearer."""
        return max(1, *self.weights)

    @property
    def even(self) -> bool:
        """Whether the even share of a total is its cheapest: one group, or two that follow, weigh the same."""
        one, two, other = self.weights
        return (one - two, two - other) in ((0, 0), (1, 0), (0, 1), (-1, 0), (0, -1), (1, -1), (-1, 1))


@dataclass(frozen=True)
class Place:
    """A residence to plan: ``free`` homes expected, how last year's practice would split them, its criteria.

    ``met``: criteria that it meets already; ``limits``: those that it does not. ``practice`` is None where no decision
    of the territory is known. ``sizes``: its free homes by size, empty where no plan depends on them.
    """

    key: str
    landlord: str
    inside: bool
    free: int
    met: int = 0
    practice: Split | None = None
    limits: tuple[Limit, ...] = ()
    sizes: tuple[tuple[str, int], ...] = ()

    @property
    def kind(self) -> tuple[object, ...]:
        """What the plan sees of it: two residences of one kind are interchangeable."""
        return self.landlord, self.inside, self.free, self.met, self.practice, self.limits, self.sizes


@dataclass(frozen=True)
class Cost:
    """What a plan gives away, in the order in which it is avoided.

    ``overrun``: households that push a residence over a further criterion; ``concentration``: first-quartile households
    where criteria are met already, once for each; ``moved``: homes that go to another group than last year's.
    ``unfit``, avoided first: homes of a size that their group is given too often, or too rarely; it is of all
    residences together, and 0 for one.
    """

    overrun: int
    concentration: int
    moved: int
    unfit: int = 0

    def __add__(self, other: Cost) -> Cost:
        """Add the cost of another residence."""
        return Cost(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def order(self) -> tuple[int, int, int, int]:
        """What is compared, the first first."""
        return self.unfit, self.overrun, self.concentration, self.moved


def cost_of(place: Place, split: Split) -> Cost:
    """Give the cost of one residence.

    >>> cost_of(Place("r", "b", False, 3, met=2, practice=(1, 1, 1)), (2, 0, 1))
    Cost(overrun=0, concentration=4, moved=1, unfit=0)
    """
    moved = 0
    if place.practice is not None:
        moved = sum(max(0, now - then) for now, then in zip(split, place.practice, strict=True))
    return Cost(sum(one.overrun(split) for one in place.limits), place.met * split[0], moved)


@dataclass(frozen=True)
class Aim:
    """Something that a plan must reach: over the places in its scope, weighted homes are at least ``least``.

    ``landlord`` None is all; ``inside``: in priority quarters, out of them, or None for everywhere. ``held`` are the
    homes that it counts, ``target`` in words, ``legal`` says that the law or a convention asks for it.
    """

    key: str
    label: str
    weights: Split
    least: int
    held: int
    target: str
    reference: str = ""
    landlord: str | None = None
    inside: bool | None = None
    legal: bool = True

    def covers(self, place: Place) -> bool:
        """Whether a place is in its scope."""
        return self.landlord in (None, place.landlord) and self.inside in (None, place.inside)

    def weight(self, split: Split) -> int:
        """Count what a split brings to it."""
        return sum(weight * count for weight, count in zip(self.weights, split, strict=True))

    def reached(self, places: Sequence[Place], plan: dict[str, Split]) -> int:
        """Count what a plan brings to it."""
        return sum(self.weight(plan[one.key]) for one in places if self.covers(one))

    @property
    def unit(self) -> int:
        """What one home brings to it at most."""
        return max(self.weights)


@dataclass(frozen=True)
class Solution:
    """A plan by place, what it costs, and by aim what it still lacks; ``sized``, by place and size, what groups get."""

    plan: dict[str, Split]
    cost: Cost
    lacking: dict[str, int]
    sized: dict[str, dict[str, Split]] = field(default_factory=dict)
