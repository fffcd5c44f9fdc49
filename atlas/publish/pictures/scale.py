"""Scales: from values to places, round ends, round steps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

_ROUND = (1, 2, 3, 4, 5, 6, 8, 10)
_ROOM = 2.5  # a threshold stands at two fifths of its scale, or further when the scale cannot go beyond 100 %


class Scale(NamedTuple):
    """From 0 to ``top`` (in the unit of the values), between two places (in pixels)."""

    top: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Give the place of a value; what is beyond the ends stands at the ends."""
        share = min(max(value / self.top, 0.0), 1.0)
        return self.start + share * (self.end - self.start)

    def ticks(self) -> list[tuple[float, float]]:
        """List the round values of the scale and their places.

        >>> [value for value, _ in Scale(50, 0, 10).ticks()]
        [0.0, 10.0, 20.0, 30.0, 40.0, 50.0]
        """
        parts = next((number for number in (4, 5, 6, 3, 2) if _is_round(self.top / number)), 2)
        values = [self.top * rank / parts for rank in range(parts + 1)]
        return [(value, self(value)) for value in values]


def top_of(threshold: float | None, values: Iterable[float], most: float | None = 100.0) -> float:
    """Choose a round end of scale with room on both sides of the threshold, and for every value.

    The end depends on the threshold first: two sheets of one indicator are read on one scale.

    >>> top_of(40, []), top_of(20, [12]), top_of(20, [55]), top_of(None, [1.9, 2.2], None)
    (100.0, 50.0, 60.0, 3.0)
    """
    wanted = max([_ROOM * (threshold or 0), *values])
    if wanted <= 0:
        return most or 1.0
    power = 1.0
    while wanted > 10 * power:
        power *= 10
    while wanted <= power:
        power /= 10
    top = next(number * power for number in _ROUND if number * power >= wanted * (1 - 1e-9))
    return min(top, most) if most is not None and wanted <= most * 2.5 else top


def _is_round(value: float) -> bool:
    digits = f"{value:.6g}".replace(".", "").strip("0")
    return len(digits) <= 1
