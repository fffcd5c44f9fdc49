"""Partial updates: what a landlord sends of its own stock between two surveys, at a date of its own.

An update is of no campaign. Its rows carry the year of its date where those of a survey carry their campaign, and its
residences are units of their own kind: no total, no quarter and no change from one campaign to another counts them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

UPDATE, UPDATED_ON = "id_actualisation", "date_actualisation"
KIND = "actualisations"


def update_name(residence: str, year: int) -> str:
    """Name the update of a residence.

    >>> update_name("R-12", 2023)
    'R-12 (2023)'
    """
    return f"{residence} ({year})"


def of_surveys(atoms: pd.DataFrame) -> pd.Series:
    """Tell the rows that are answers to a survey, (rows,): those of no update."""
    import pandas as pd

    return atoms[UPDATE].isna() if UPDATE in atoms else pd.Series(True, index=atoms.index)
