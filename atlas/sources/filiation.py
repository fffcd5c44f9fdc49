"""What a planner wrote of residences over campaigns: rows of the atlas that were corrected, rows added, rows refused.

Grain in and out: one row per event of a residence at a campaign. A CSV, or the layer that the atlas writes to correct;
what the atlas found stays beside it (``…_atlas``), so that what a hand changed can be told from the file alone.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa

from atlas.cell_guard import restored
from atlas.errors import excerpt
from atlas.sources.cells import typed
from atlas.sources.checks import check
from atlas.sources.content import Unreadable
from atlas.sources.contract import read_rows
from atlas.sources.desk import Desk
from atlas.sources.gdal import LAYER_ENDINGS, read_raw, text_of_attributes
from atlas.sources.headers import expected, match_headers
from atlas.tables import FILIATION, NOTHING
from atlas.territory import LayerSource
from atlas.writing import many

WANTED = expected("FILIATION", FILIATION)
FILLED = ("campagne", "id")
LAYER = "filiation"
FOUND = {"evenement": "evt_atlas", "de": "de_atlas", "vers": "vers_atlas", "preuve": "pr_atlas"}


def read_filiation(source: LayerSource, campaigns: Sequence[int], desk: Desk) -> pd.DataFrame | None:
    """Read what a hand wrote of residences over campaigns.

    Returns
    -------
    DataFrame or None
        The columns of :data:`atlas.tables.FILIATION` (``evenement`` missing where nothing happened), ``fichier``,
        ``ligne`` and ``main``: whether a hand wrote the row, or left it as the atlas had found it. None when a fault
        was recorded.
    """
    layers = any(path.suffix.lower() in LAYER_ENDINGS for path in source.paths)
    frame = _from_layers(source, desk) if layers else read_rows(source, WANTED, desk)
    if frame is None:
        return None
    texts = {column.name for column in FILIATION.columns if not column.numeric}
    frame = frame.assign(**{name: frame[name].map(restored, na_action="ignore").astype("str") for name in texts})
    if not (check(frame, WANTED, desk, filled=FILLED) and _of_campaigns(frame, campaigns, desk)):
        return None
    frame = frame.assign(campagne=frame["campagne"].astype("int64"))
    frame["evenement"] = frame["evenement"].mask(frame["evenement"] == NOTHING)
    changed = np.zeros(len(frame), dtype=bool)
    for written, found in FOUND.items():
        changed |= (frame[written].fillna("") != frame[found].fillna("")).to_numpy()
    frame["main"] = changed | frame["evt_atlas"].isna().to_numpy()
    by_hand = int(frame["main"].sum())
    desk.note(f"Filiation corrigée à la main : {many(by_hand, 'ligne')} sur {len(frame)}.")
    return frame


def _of_campaigns(frame: pd.DataFrame, campaigns: Sequence[int], desk: Desk) -> bool:
    """Refuse the campaigns that the territory does not show, and the first one, before which nothing is known."""
    wrong = frame[~frame["campagne"].isin(list(campaigns)[1:])]
    for file, rows in wrong.groupby("fichier", sort=False, observed=True):
        told = excerpt(sorted({f"{year:.0f}" for year in rows["campagne"]}))
        desk.faults.add(
            "FILIATION-CAMPAGNE",
            f"{file} : {many(len(rows), 'événement')} d'une campagne {told} que rien ne précède dans le territoire "
            f"(ligne {rows['ligne'].iloc[0]}).",
            f"une des campagnes {', '.join(map(str, list(campaigns)[1:])) or '(il en faut deux)'}",
            "corriger « campagne » : c'est la campagne qui suit l'événement",
        )
    return wrong.empty


def _from_layers(source: LayerSource, desk: Desk) -> pd.DataFrame | None:
    frames = []
    for path in source.paths:
        try:
            raw = read_raw(path, source.couche, source.encodage, LAYER)
        except Unreadable as error:
            desk.faults.found.append(error.fault)
            continue
        before = len(desk.faults.found)
        found = match_headers(raw.name, list(raw.records.columns), source.colonnes, WANTED, desk)
        if found is None:
            continue
        lines = np.arange(1, len(raw.records) + 1)
        columns = {}
        for column in FILIATION.columns:
            place = found.get(column.name)
            text = pd.Series(pd.NA, lines, "str") if place is None else text_of_attributes(raw.records.iloc[:, place])
            cells = pa.chunked_array([pa.array(text, pa.string(), from_pandas=True)])
            columns[column.name] = typed(cells, column, lines, raw.name, WANTED.prefix, desk)
        if len(desk.faults.found) == before:
            frames.append(pd.DataFrame(columns).assign(fichier=raw.name, ligne=lines))
    return pd.concat(frames, ignore_index=True) if frames and len(frames) == len(source.paths) else None
