"""Requests for social housing, counted or one per row: what allocations are weighed against.

Grain in: one request, or several where ``nb`` counts them. Grain out: the same rows, canonical. Set aside: total rows.
Names, addresses and numbers of requests are never read.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from atlas.sources.attributions_words import quartiles
from atlas.sources.checks import check
from atlas.sources.contract import read_rows, refuse_copies, same_file_twice
from atlas.sources.desk import Desk
from atlas.sources.headers import expected
from atlas.sources.totals import without_totals
from atlas.tables import DEMANDES
from atlas.territory import FileSource

VARIANTS = {
    "nb": ("nb_demandes", "nombre_de_demandes", "demandes", "nombre_demandes"),
    "commune": ("commune_demandee", "commune_souhaitee"),
    "typologie": ("typologie_demandee", "type_logement", "taille"),
    "age_demandeur": ("age",),
    "premier_quartile": ("indicateur_premier_quartile",),
}
WANTED = expected("DEMANDES", DEMANDES, VARIANTS)


def read_requests(blocks: Sequence[FileSource], desk: Desk) -> pd.DataFrame | None:
    """Read files of requests; None when a fault was recorded.

    Returns
    -------
    DataFrame or None
        Columns of :data:`atlas.tables.DEMANDES`, ``nb`` filled with 1 where the file counts nothing.
    """
    same_file_twice(blocks, WANTED, desk)
    parts = [read_rows(block, WANTED, desk) for block in blocks]
    if not parts or any(part is None for part in parts):
        return None
    frame = pd.concat([part for part in parts if part is not None], ignore_index=True)
    frame["fichier"] = frame["fichier"].astype("category")
    if frame["nb"].isna().all():
        refuse_copies(frame, WANTED.prefix, desk)
    frame = without_totals(frame, DEMANDES, "lignes de total demandes", desk)
    frame = frame.assign(quartile=quartiles(frame))
    counted = frame["nb"].notna().any()
    return frame.assign(nb=frame["nb"].fillna(0 if counted else 1)) if check(frame, WANTED, desk) else None
