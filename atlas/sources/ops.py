"""The occupation survey (OPS), one row per address.

Grain in: one row per address and campaign, counts. Grain out: the same. Sets aside total rows and nothing else: a row
that breaks the contract is a fault, because a missing address would silently change every total.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from atlas.errors import AtlasError, excerpt
from atlas.parameters import Parameters
from atlas.sources.answers import without_false_activity
from atlas.sources.checks import check
from atlas.sources.contract import read_rows
from atlas.sources.desk import Desk
from atlas.sources.headers import Expected, expected
from atlas.sources.holders import one_spelling
from atlas.sources.totals import without_totals
from atlas.tables import INDICATORS, OPS
from atlas.territory import SurveySource

PLACES = (("adresse",), ("nom_voie",), ("x", "y"), ("id_ban",))
_MAY_BE_EMPTY = ("code_postal",)
FILLED = tuple(name for name in OPS.required if name not in _MAY_BE_EMPTY)


def wanted(needs: Sequence[str]) -> Expected:
    """Describe the address-grain survey: the key, the place, and the counts that the chosen methods need."""
    purposes: dict[str, str] = {}
    for code in needs:
        for count in (INDICATORS[code].numerator, INDICATORS[code].denominator):
            if count in OPS.names and count not in OPS.required:
                purposes.setdefault(count, f"« {INDICATORS[code].label} »")
    return expected("OPS", OPS, required=(*OPS.required, *purposes), alternatives=PLACES, purposes=purposes)


def read_ops(
    source: tuple[SurveySource, ...], needs: Sequence[str], parameters: Parameters, desk: Desk
) -> pd.DataFrame | None:
    """Read the survey files of an address-grain source.

    Parameters
    ----------
    needs : sequence of str
        Codes of the indicators that the active methods need.
    parameters : Parameters
        ``plausibilite_effectif`` at 1 January of a campaign of which a landlord tells the unemployed alone.

    Returns
    -------
    DataFrame or None
        The columns of ``tables.OPS`` with ``fichier``, ``ligne``; None when a fault was recorded.
    """
    expectation = wanted(needs)
    frame = read_rows(source, expectation, desk)
    if frame is None:
        return None
    frame = without_totals(frame, OPS, "lignes de total OPS", desk)
    frame = frame.assign(bailleur=one_spelling(frame["bailleur"], desk))
    if not check(frame, expectation, desk, filled=FILLED):
        return None
    frame = whole_years(frame, "campagne")
    try:
        frame = without_false_activity(frame, parameters, desk)
    except AtlasError as error:
        desk.faults.found.extend(error.faults)
        return None
    empty = int(frame["code_postal"].isna().sum())
    if empty:
        desk.note(f"OPS : code_postal est vide sur {empty} ligne(s).")
    desk.ledger.balance("lecture OPS", frame, frame)
    return frame


def one_survey(parts: Sequence[pd.DataFrame | None], needs: Sequence[str], desk: Desk) -> pd.DataFrame | None:
    """Put blocks of both grains one after another; an address that two of them count is refused."""
    read = [part for part in parts if part is not None]
    if len(read) < len(parts):
        return None
    if len(read) == 1:
        return read[0]
    whole = pd.concat([part.astype({"fichier": "str"}) for part in read], ignore_index=True)
    whole = whole.assign(fichier=whole["fichier"].astype("category"), bailleur=one_spelling(whole["bailleur"], desk))
    return whole if check(whole, wanted(needs), desk, filled=()) else None


def whole_years(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """Hold a year that is always there as an integer."""
    return frame.assign(**{column: frame[column].astype(np.int64)})


def check_campaigns(frame: pd.DataFrame, campaigns: Sequence[int], prefix: str, desk: Desk) -> None:
    """Refuse a campaign that the territory does not name, and one that it names and no file holds."""
    present = set(frame["campagne"].unique().tolist())
    for campaign in sorted(present - set(campaigns)):
        rows = frame[frame["campagne"] == campaign]
        desk.faults.add(
            f"{prefix}-CAMPAGNE",
            f"{excerpt(rows['fichier'].unique())} porte la campagne {campaign} sur {len(rows)} ligne(s) "
            f"(première : ligne {rows['ligne'].iloc[0]}).",
            f"les campagnes de [territoire] : {', '.join(map(str, campaigns))}",
            "ajouter la campagne à [territoire], ou retirer ces lignes"
            + (
                " ; entre deux enquêtes, leur donner un bloc [[sources.ops]] avec actualisation = AAAA-MM-JJ"
                if campaign % 2
                else ""
            ),
        )
    for campaign in sorted(set(campaigns) - present):
        desk.faults.add(
            f"{prefix}-CAMPAGNE-ABSENTE",
            f"Aucun fichier ne porte la campagne {campaign}.",
            f"au moins une ligne par campagne de [territoire] : {', '.join(map(str, campaigns))}",
            "ajouter le fichier de cette campagne, ou la retirer de [territoire]",
        )
