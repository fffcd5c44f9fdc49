"""Decisions as landlords' software exports them: known by their own headers, read as any others.

A day stands for the year, and the day of a lease for what became of a decision: :mod:`atlas.sources.attributions`
reads them.
"""

from __future__ import annotations

from dataclasses import replace

from atlas.sources.attributions import VARIANTS
from atlas.sources.headers import expected
from atlas.tables import ATTRIBUTIONS, EXPORTED

_OWN = tuple(
    replace(column, required=column.name in ("date_decision", "en_qpv"))
    for column in (*ATTRIBUTIONS.columns, *EXPORTED.columns)
    if column.name not in ("annee", "trimestre")
)
WANTED = expected("ATTRIBUTIONS", replace(EXPORTED, columns=_OWN), VARIANTS)
