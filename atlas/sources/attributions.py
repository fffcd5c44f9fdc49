"""Attribution decisions, from the shared demand file: one row per decision."""

from __future__ import annotations

import pandas as pd

from atlas.sources.checks import check
from atlas.sources.contract import read_rows, refuse_copies
from atlas.sources.desk import Desk
from atlas.sources.ground import judged
from atlas.sources.headers import expected
from atlas.sources.ops import whole_years
from atlas.sources.totals import without_totals
from atlas.tables import ATTRIBUTIONS
from atlas.territory import DecisionSource

VARIANTS = {
    "en_qpv": ("qpv",),
    "reservataire": ("contingent",),
    "relogement_renouvellement": ("relogement", "relogement_anru"),
    "issue": ("decision",),
}
WANTED = expected("ATTRIBUTIONS", ATTRIBUTIONS, VARIANTS)


def read_attributions(
    source: tuple[DecisionSource, ...], desk: Desk, survey: pd.DataFrame | None = None
) -> pd.DataFrame | None:
    """Read the decisions; None when a fault was recorded. Only those of the ``survey`` are held to the contract."""
    frame = read_rows(source, WANTED, desk)
    if frame is None:
        return None
    refuse_copies(frame, WANTED.prefix, desk)
    frame = without_totals(frame, ATTRIBUTIONS, "lignes de total attributions", desk)
    if not check(judged(frame, survey), WANTED, desk):
        return None
    undated = frame["annee"].isna()  # of elsewhere: the contract wants a year on every row that it judges
    desk.ledger.note("lecture attributions", frame[undated].assign(motif="attribution d'ailleurs, sans année"))
    return whole_years(frame[~undated].reset_index(drop=True), "annee")
