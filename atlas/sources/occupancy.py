"""Vacancy and mobility as the ministry reads them in the register (RPLS), counted to addresses.

Grain in: one row per dwelling, or per group of dwellings. Grain out: counts by address. Vacant: offered without a
tenant (``MODE`` 2), for over three months or not, among those let or offered (1, 2). Mobility: leases since 1 January
of the year before the vintage, among those let or offered that were first let before that year. Dwellings that are
empty for works, sale or demolition (3), let to an association (4) or otherwise used (5) are in neither (SDES,
documentation of the register).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

_LET, _OFFERED = "1", "2"
_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%m/%Y", "%Y-%m", "%Y")
_YEAR = r"(?:19|20)\d\d"
_OCTOBER = 10


def occupancy(frame: pd.DataFrame, address: np.ndarray, count: int, vintage: int) -> dict[str, np.ndarray]:
    """Count the dwellings of each address by what the register says of their occupation at 1 January of a vintage.

    Parameters
    ----------
    frame : DataFrame
        ``nb_logements``, ``mode``, ``depart`` of the last tenant, ``bail`` (start of the lease), ``mise_en_location``.
    address : array of int, (dwellings,)
        Rank of the address of each, under ``count``.

    Returns
    -------
    dict of array, (count,)
        ``logements_vacants`` and ``logements_vacants_plus_3_mois`` with ``logements_loues_ou_proposes``, which they are
        of; ``emmenagements_annee`` with ``logements_un_an``. Missing where no dwelling tells its mode, where a vacant
        one does not tell since when, where none tells its first letting. A dwelling let without the day of its lease,
        or without that of its first letting, is in neither count of mobility.
    """
    homes = frame["nb_logements"]
    mode = frame["mode"].fillna("").str.strip().str.replace(r"\.0+$", "", regex=True).str.lstrip("0")
    left, lease, first = (month_of(frame[name]) for name in ("depart", "bail", "mise_en_location"))
    january = pd.Period(year=vintage - 1, month=1, freq="M").ordinal
    offered, vacant = mode.isin([_LET, _OFFERED]), mode.eq(_OFFERED)

    def dwellings(which: pd.Series) -> np.ndarray:
        return np.bincount(address, weights=homes.where(which, 0.0), minlength=count)

    told = dwellings(mode.ne("")) > 0
    among, number = (np.where(told, dwellings(which), np.nan) for which in (offered, vacant))
    since = vacant & left.lt(january + 12)
    long = np.where(dwellings(since) == number, dwellings(since & left.lt(january + _OCTOBER - 1)), np.nan)
    settled = offered & first.notna() & (lease.notna() | vacant)
    old = settled & first.lt(january)
    dated = dwellings(settled) > 0
    return {
        "logements_loues_ou_proposes": among,
        "logements_vacants": number,
        "logements_vacants_plus_3_mois": long,
        "logements_un_an": np.where(dated, dwellings(old), np.nan),
        "emmenagements_annee": np.where(dated, dwellings(old & lease.ge(january)), np.nan),
    }


def month_of(dates: pd.Series) -> pd.Series:
    """Number the month of each date (of a day, a month or a year); missing where it is none, or of convention (1900).

    >>> month_of(pd.Series(["01/1970", "15/03/1970", "1971", "01/1900", "NA"], dtype="str")).tolist()
    [0.0, 2.0, 12.0, nan, nan]
    """
    day = pd.Series(pd.NaT, dates.index, dtype="datetime64[ns]")
    written = dates.str.replace(r"\.0+$", "", regex=True)
    written = written.where(written.str.contains(_YEAR).fillna(False).astype(bool))
    for form in _FORMS:
        day = day.fillna(pd.to_datetime(written, format=form, errors="coerce").astype(day.dtype))
    return (12 * (day.dt.year - 1970) + day.dt.month - 1).where(day.dt.year > 1900)
