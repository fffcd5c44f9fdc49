"""Lists of quarters and the years in which each was in force: what an address was then, told apart from today's.

An address carries what today's list says of it (``code_qpv``, ``situation``) and, where an earlier list is given, what
that one said and until when. Which of the two holds in a year is decided here alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

QUARTER_BEFORE, SITUATION_BEFORE, LISTED_UNTIL = "code_qpv_avant", "situation_avant", "liste_jusqua"
SITUATION_THEN = "situation_epoque"
OF_LISTS = (QUARTER_BEFORE, SITUATION_THEN)  # keys of each campaign's own row


def iris_of(year: int) -> str:
    """Name the column of the district of an address in an earlier vintage.

    >>> iris_of(2020)
    'code_iris_2020'
    """
    return f"code_iris_{year}"


def has_lists(addresses: pd.DataFrame) -> bool:
    """Whether addresses carry what an earlier list of quarters said of them."""
    return LISTED_UNTIL in addresses


def of_the_year(addresses: pd.DataFrame, years: pd.Series | np.ndarray) -> dict[str, pd.Series]:
    """Say what the list in force in a year said of each address.

    Parameters
    ----------
    addresses : DataFrame
        Addresses as :func:`atlas.place.place` leaves them, as many rows as ``years``; one may be unknown (all missing).
    years : array of int
        The year asked for each row: a list is in force from a 1 January to a 31 December.

    Returns
    -------
    mapping of Series of str
        :data:`SITUATION_THEN`; and :data:`QUARTER_BEFORE`, the quarter of the earlier list where that one was in force.
        The situation alone, today's, where addresses are of one list.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"situation": "QPV", "code_qpv_avant": None, "situation_avant": "hors QPV", "liste_jusqua": 2023}
    >>> told = of_the_year(pd.DataFrame([row, row]), pd.Series([2022, 2024]))
    >>> told["situation_epoque"].tolist()
    ['hors QPV', 'QPV']
    """
    if not has_lists(addresses):
        return {SITUATION_THEN: addresses["situation"]}
    import numpy as np  # the nouns of the house are read by every command, few of which count

    then = np.asarray(years) <= addresses[LISTED_UNTIL].to_numpy()
    return {
        QUARTER_BEFORE: addresses[QUARTER_BEFORE].where(then),
        SITUATION_THEN: addresses[SITUATION_BEFORE].where(then, addresses["situation"]),
    }
