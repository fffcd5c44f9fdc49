"""What a planner wrote of residences over campaigns: it stands in the place of what the atlas found of them there.

Grain in: events found, rows of the file read back. Grain out: events. A row whose residence or campaign the territory
does not have is set aside.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from atlas.tables.years import BY_HAND, DEMOLISHED, LEFT

_KEY = ["campagne", "id"]
_EVENT = ["evenement", "de", "vers"]


def corrected(events: pd.DataFrame, by_hand: pd.DataFrame, rows: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put the rows of a hand in the place of the events found.

    Where a hand wrote something of a residence at a campaign, the rows of the file are all that is said of it there:
    those left as the atlas had found them stay, the others are the hand's; one without event says that none happened.

    Parameters
    ----------
    by_hand : DataFrame
        ``campagne, id, de, vers, evenement, preuve``, ``fichier``, ``ligne``, and ``main`` (whether a hand wrote the
        row, or left it as the atlas had found it).
    rows : DataFrame
        One row per campaign and address: ``campagne, id`` (the residence of today), ``nb_logements``.

    Returns
    -------
    (events, aside)
    """
    years = sorted(rows["campagne"].unique())
    hand = by_hand[by_hand["main"]]
    unknown = ~hand["id"].isin(rows["id"]).to_numpy()
    wrong = ~hand["campagne"].isin(years[1:]).to_numpy()
    motif = np.where(
        unknown, "filiation saisie pour une résidence inconnue", "filiation saisie pour une campagne sans précédente"
    )
    aside = hand.assign(motif=motif, id_adresse="", nb_logements=np.nan)[unknown | wrong]
    hand = hand[~(unknown | wrong)]
    touched = pd.MultiIndex.from_frame(hand[_KEY])
    kept = by_hand[~by_hand["main"]]
    stays = _rows(events).isin(_rows(kept))
    events = events[~pd.MultiIndex.from_frame(events[_KEY]).isin(touched) | stays]
    written = hand[hand["evenement"].notna()].assign(origine=BY_HAND)
    before = dict(zip(years[1:], years, strict=False))
    written = written.assign(
        campagne_avant=written["campagne"].map(before), preuve=written["preuve"].fillna("saisi à la main")
    )
    written = written.fillna({"de": "", "vers": ""})
    sizes = rows.groupby(_KEY)["nb_logements"].agg(["size", "sum"])
    since = written["campagne"].where(~written["evenement"].isin([DEMOLISHED, LEFT]), written["campagne_avant"])
    found = sizes.reindex(pd.MultiIndex.from_arrays([since, written["id"]]))
    written = written.assign(nb_adresses=found["size"].to_numpy(), nb_logements=found["sum"].to_numpy())
    return pd.concat([events, written.reindex(columns=events.columns)], ignore_index=True), aside


def _rows(table: pd.DataFrame) -> pd.MultiIndex:
    """Name events by what they say, empty for what is not told."""
    return pd.MultiIndex.from_frame(table[[*_KEY, *_EVENT]].fillna(dict.fromkeys(_EVENT, "")))
