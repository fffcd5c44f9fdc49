"""The shares that a document prints beside its counts: ``7,33``, ``7.33``, ``0.0733`` or ``7,33 %``.

Grain in: a column of a counted table. Grain out: one :class:`Published` per cell that holds a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from atlas.sources.cells import UNKNOWN_WORDS, at_lines
from atlas.sources.desk import Desk
from atlas.sources.headers import plain

if TYPE_CHECKING:
    from atlas.sources.attributions_tables import Rows

_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]{1,2})?")
_NOISE = 10  # decimals from which a share is what a machine computed, and not what somebody printed


@dataclass(frozen=True)
class Published:
    """One share as printed: ``written``, its number in ``unit`` (``%`` where the cell says so, else not known).

    ``column`` tells apart the columns of a table: all the cells of one are in one unit. ``test`` is None where the
    header does not say of which.
    """

    file: str
    line: int
    year: float
    landlord: str | None
    kind: str
    column: int
    test: str | None
    number: Decimal
    unit: str
    written: str

    def percent(self, fraction: bool) -> Decimal:
        """Give the share in %, of a column of fractions or of percentages."""
        return self.number * 100 if fraction and not self.unit else self.number

    def decimals(self, fraction: bool) -> int:
        """Count the decimals of the share in % that were printed."""
        exponent = self.percent(fraction).normalize().as_tuple().exponent
        return max(0, -exponent) if isinstance(exponent, int) else 0


def number_of(text: str) -> tuple[Decimal, str] | None:
    """Read a share and its sign; None when it is none. What a spreadsheet computed is rounded to its noise.

    >>> number_of("7,33 %"), number_of("0.0733"), number_of("< 11")
    ((Decimal('7.33'), '%'), (Decimal('0.0733'), ''), None)
    """
    bare = re.sub(r"\s", "", text).replace("\u202f", "").replace("\u00a0", "")
    unit = "%" if bare.endswith("%") else ""
    if not _NUMBER.fullmatch(bare.removesuffix("%")):
        return None
    value = Decimal(bare.removesuffix("%").replace(",", "."))
    return (round(value, _NOISE).normalize() + 0 if 0 <= value <= 100 else value), unit


def published_shares(rows: Rows, keys: pd.DataFrame, desk: Desk) -> tuple[Published, ...]:
    """Read the columns of shares of a table; what is no share is a fault, ``TABLEAU-TAUX``."""
    found: list[Published] = []
    for place, read in rows.layout.shares.items():
        wrong: list[int] = []
        for rank, text in enumerate(rows.texts(place)):
            if not isinstance(text, str) or plain(text) in UNKNOWN_WORDS:
                continue
            number = number_of(text)
            if number is None or not 0 <= number[0] <= 100:
                wrong.append(rank)
                continue
            year = keys["annee"].iloc[rank] if read.year is None else float(read.year)
            name = keys["bailleur"].iloc[rank]
            landlord = name if isinstance(name, str) else None
            found.append(
                Published(
                    rows.file,
                    int(rows.lines[rank]),
                    float(year),
                    landlord,
                    keys["ensemble"].iloc[rank],
                    place,
                    read.test,
                    *number,
                    text,
                )
            )
        if wrong:
            desk.faults.add(
                "TABLEAU-TAUX",
                f"{rows.file} : le taux publié n'en est pas un, {at_lines(rows.lines[wrong])} "
                f"(« {rows.texts(place)[wrong[0]]} »).",
                "une part entre 0 et 100 %, par exemple 7,33 ou 7,33 % ou 0,0733 ; ou une cellule vide",
                "corriger ces cellules, ou retirer la colonne",
            )
    return tuple(found)


def are_fractions(shares: Iterable[Published], expected: Sequence[float | None]) -> bool:
    """Tell whether a column holds fractions rather than percentages: what the counts give is nearer to them.

    Parameters
    ----------
    expected : sequence of float
        Share in % that the counts of each cell give, None where they give none.

    Examples
    --------
    >>> cell = Published("f", 2, 2020, "A", "bailleur", 4, None, Decimal("0.0733"), "", "0.0733")
    >>> are_fractions([cell], [7.05]), are_fractions([cell], [0.07])
    (True, False)
    """
    # A cell that bears its sign says its unit by itself, and nothing of the others: a hand typed it over a formula.
    told = zip(shares, expected, strict=True)
    pairs = [(one, share) for one, share in told if share is not None and not one.unit]
    if any(one.number > 1 for one, _ in pairs):
        return False
    gaps = [sum(abs(float(one.percent(way)) - share) for one, share in pairs) for way in (True, False)]
    return gaps[0] < gaps[1]
