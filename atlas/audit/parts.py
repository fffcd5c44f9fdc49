"""Shares that a page counts over the units of its edition, counted again from the GeoPackage.

Grain in: what a page marks as a share (kind of unit, column, what is counted) and its text. Grain out: the marks that
the GeoPackage does not give. A column of statuses tells when it is published or has no object, one of levels when it
is determined.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from atlas.audit.read_back import Written
from atlas.tables import NOT_APPLICABLE, PUBLISHED, UNDETERMINED

_HAIR = 1e-6  # percent: sums of floats in another order
_DWELLINGS, _UNITS = "logements", "unites"


def false_parts(parts: Sequence[tuple[str, str]], written: Written) -> Iterator[str]:
    """List the shares that differ from those counted again, and those that count nothing known."""
    for claim, text in parts:
        known = _share(claim, written)
        if known is None or text.strip() not in _written(known):
            yield f"{claim} = {text.strip()}"


def _written(share: float) -> set[str]:
    """Write a share to the tenth, its two ways where a half is rounded; nothing else is a share."""
    if share != share:
        return {"–"}
    return {f"{round(share + nudge, 1):g}".replace(".", ",") for nudge in (-_HAIR, _HAIR)}


def _share(claim: str, written: Written) -> float | None:
    """Count one share (%), NaN where there is no unit; None when the claim is not understood."""
    kind, _, rest = claim.partition(" ")
    column, _, counted = rest.partition(" ")
    table = written.units.get(kind)
    if table is None or column not in table or counted not in (_DWELLINGS, _UNITS):
        return None
    known = total = 0.0
    for value, dwellings in zip(table[column], table["nb_logements"], strict=True):
        size = float(dwellings or 0)
        if size > 0:
            weight = size if counted == _DWELLINGS else 1.0
            told = value in (PUBLISHED, NOT_APPLICABLE) if column.startswith("st_") else value != UNDETERMINED
            known, total = known + weight * told, total + weight
    return 100 * known / total if total else float("nan")
