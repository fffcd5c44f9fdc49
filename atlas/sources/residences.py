"""Residences declared by landlords, or corrected by hand: which address belongs to which residence.

Grain in and out: one row per address. A CSV, or a point layer saved by QGIS with the same columns. The apostrophe
that the atlas puts before what a spreadsheet could take for a formula is taken off.
"""

from __future__ import annotations

import pandas as pd

from atlas.cell_guard import restored
from atlas.sources.checks import check
from atlas.sources.content import Unreadable
from atlas.sources.contract import read_rows
from atlas.sources.corrected import CUT, KEPT, LAYER
from atlas.sources.desk import Desk
from atlas.sources.gdal import LAYER_ENDINGS, read_raw, text_of_attributes
from atlas.sources.headers import expected, match_headers
from atlas.sources.names import layer_names
from atlas.sources.totals import without_totals
from atlas.tables import RESIDENCES
from atlas.territory import LayerSource
from atlas.writing import many

WANTED = expected(
    "RESIDENCES",
    RESIDENCES,
    {name: (cut,) for name, cut in CUT.items() if name in RESIDENCES.names},
    elsewhere=(*KEPT, *CUT.values()),
)


def read_residences(source: LayerSource, desk: Desk) -> pd.DataFrame | None:
    """Read the declared residences; None when a fault was recorded."""
    if not any(path.suffix.lower() in LAYER_ENDINGS for path in source.paths):
        frame = read_rows(source, WANTED, desk)
    else:
        frame = _from_layers(source, desk)
    if frame is None:
        return None
    texts = {name: frame[name].map(restored, na_action="ignore").astype("str") for name in RESIDENCES.names}
    frame = frame.assign(**texts)
    frame = without_totals(frame, RESIDENCES, "lignes de total résidences", desk)
    # Without a landlord an address is declared once: a key of which a part is missing would never repeat.
    whole = frame.assign(bailleur=frame["bailleur"].fillna(""))
    if not check(whole, WANTED, desk, filled=("id_adresse",)):
        return None
    empty = frame[["id_residence", "nom_residence"]].isna().all(axis=1)
    if empty.any():
        desk.note(
            f"Résidences : {many(int(empty.sum()), 'adresse')} déclarée(s) sans résidence ; l'atlas les regroupe."
        )
        listed = frame.loc[empty, ["fichier", "ligne", "id_adresse"]]
        desk.ledger.note("lecture residences", listed.assign(motif="déclaration sans résidence"))
    return frame


def _from_layers(source: LayerSource, desk: Desk) -> pd.DataFrame | None:
    frames = []
    for path in source.paths:
        try:
            raw = read_raw(path, source.couche, source.encodage, LAYER)
        except Unreadable as error:
            desk.faults.found.append(error.fault)
            continue
        found = match_headers(raw.name, list(raw.records.columns), source.colonnes, WANTED, desk)
        if found is not None:
            texts = {
                name: layer_names(
                    text_of_attributes(raw.records.iloc[:, place]), RESIDENCES[name], raw.name, WANTED.prefix, desk
                )
                for name, place in found.items()
                if name in RESIDENCES.names
            }
            frames.append(pd.DataFrame(texts).assign(fichier=raw.name, ligne=range(1, len(raw.records) + 1)))
    if len(frames) < len(source.paths):
        return None
    frame = pd.concat(frames, ignore_index=True)
    return frame.assign(**{n: pd.Series(pd.NA, frame.index, "str") for n in RESIDENCES.names if n not in frame})
