"""What a landlord sent of a residence since the survey shown first: the day, and the level that it gives by itself.

In: published updates, judged. Out: one text by residence, beside the level of the survey and never in its place. No
update older than that survey is told: the survey has replaced it.
"""

from __future__ import annotations

import pandas as pd

from atlas.tables import Column
from atlas.tables.updates import UPDATED_ON
from atlas.writing import french_day

SINCE = Column(
    "actualisation",
    "Actualisée depuis l'enquête",
    meaning="jour de la dernière actualisation de son bailleur, et ce que ses chiffres disent : à part de l'enquête, "
    "avec laquelle elle ne se compare pas sans précaution",
)


def since_survey(residences: pd.Series, updates: pd.DataFrame, level: str, campaign: int) -> pd.Series:
    """Word the latest update of each residence that is later than a campaign, missing where there is none.

    Parameters
    ----------
    residences : Series of str
        Their identifiers.
    updates : DataFrame
        ``id_residence``, ``campagne`` (year), ``date_actualisation`` (ISO day) and the column ``level``.

    Examples
    --------
    >>> told = {"id_residence": ["a", "a", "b"], "campagne": [2023, 2025, 2021],
    ...     "date_actualisation": ["2023-09-30", "2025-06-01", "2021-01-31"], "niveau": ["fragile", "très fragile", ""]}
    >>> since_survey(pd.Series(["a", "b"]), pd.DataFrame(told), "niveau", 2022).tolist()
    ['01/06/2025 : très fragile', nan]
    """
    latest = updates[updates["campagne"] > campaign].sort_values("campagne").groupby("id_residence").last()
    days = latest[UPDATED_ON].map(french_day)
    return residences.map(days + " : " + latest[level].astype("str"))
