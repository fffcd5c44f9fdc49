"""What a planner changed by hand in the residences, told from the corrected file alone: it keeps what the atlas found.

Grain in: one row per address, as ``residences_a_corriger`` holds it once corrected, layer or table. Grain out: one row
per change for :func:`changes`, one row per moved address for :func:`moved`. Nothing is set aside: a file without the
columns of the atlas is a plain declaration, of which no change can be told. A table has no points: it moves nothing.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from atlas.errors import excerpt
from atlas.writing import many

MERGED, SPLIT, RENAMED, NEW_CODE, MOVED = "réunion", "division", "nouveau nom", "nouvel identifiant", "déplacement"
REFUSED = "réunion non retenue"
_PLURALS = {
    MERGED: "réunions",
    REFUSED: "réunions non retenues",
    SPLIT: "divisions",
    RENAMED: "nouveaux noms",
    NEW_CODE: "nouveaux identifiants",
    MOVED: "déplacements",
}
PRECISION = 0.5  # metres: coordinates are written to the centimetre, and a hand does not move less
HAND = "placée à la main"


def changes(corrected: pd.DataFrame) -> pd.DataFrame:
    """Say what was changed by hand.

    Parameters
    ----------
    corrected : DataFrame
        As read by :func:`atlas.sources.corrected.read_corrections`.

    Returns
    -------
    DataFrame
        ``changement, residence, detail, adresses``, sorted by kind of change and residence; empty when nothing changed.

    Examples
    --------
    >>> table = pd.DataFrame({"id_adresse": ["A", "B"], "id_residence": "R1", "nom_residence": "Les Lilas",
    ...     "bailleur": "Habitat", "id_residence_atlas": ["R1", "R2"], "nom_residence_atlas": ["Les Lilas", "Mansart"],
    ...     "x": 0.0, "y": 0.0, "x_atlas": 0.0, "y_atlas": 0.0})
    >>> changes(table)[["changement", "residence", "detail"]].values.tolist()
    [['réunion', 'R1', 'R1, R2'], ['nouveau nom', 'R1', 'Mansart → Les Lilas']]
    """
    found = [
        _relations(corrected, "id_residence", "id_residence_atlas", MERGED),
        _refused(corrected),
        _relations(corrected, "id_residence_atlas", "id_residence", SPLIT),
        _codes(corrected),
        _names(corrected),
        _moves(corrected),
    ]
    return pd.concat(found, ignore_index=True)


def summary(corrected: pd.DataFrame) -> str:
    """Say in one sentence how many changes of each kind a hand made.

    >>> same = pd.DataFrame({"id_adresse": ["A"], "bailleur": "Habitat", "id_residence": "R", "nom_residence": "Lilas",
    ...     "id_residence_atlas": "R", "nom_residence_atlas": "Mansart"}).assign(x=0.0, y=0.0, x_atlas=0.0, y_atlas=0.0)
    >>> summary(same), summary(same.assign(nom_residence="Mansart"))
    ('Résidences corrigées à la main : 1 nouveau nom.', 'Résidences corrigées à la main : rien de changé.')
    """
    counts = changes(corrected)["changement"].value_counts()
    told = [many(int(counts[kind]), kind, plural) for kind, plural in _PLURALS.items() if kind in counts]
    return f"Résidences corrigées à la main : {', '.join(told) or 'rien de changé'}."


def changed(declared: pd.DataFrame, corrected: pd.DataFrame) -> pd.DataFrame:
    """Keep the declarations of residences that a hand changed: the others only repeat what the atlas found.

    >>> table = pd.DataFrame({"id_adresse": ["A", "B", "C"], "id_residence": ["R1", "R1", "R3"],
    ...     "nom_residence": "Lilas", "id_residence_atlas": ["R1", "R2", "R3"], "nom_residence_atlas": "Lilas"})
    >>> changed(table, table)["id_adresse"].tolist()
    ['A', 'B']
    """
    pairs = (("id_residence", "id_residence_atlas"), ("nom_residence", "nom_residence_atlas"))
    by_hand = np.zeros(len(corrected), dtype=bool)
    for now, found in pairs:
        by_hand |= (corrected[now].fillna("") != corrected[found].fillna("")).to_numpy()
    touched = set(corrected.loc[by_hand, list(pairs[0])].stack())
    same = corrected.loc[~corrected[list(pairs[0])].isin(touched).any(axis=1), "id_adresse"]
    return declared[~declared["id_adresse"].isin(same)]


def moved(corrected: pd.DataFrame) -> pd.DataFrame:
    """List the addresses whose point was moved, or given where the atlas had none: ``id_adresse``, ``x``, ``y``."""
    rows = corrected[_away(corrected)]
    return rows[["id_adresse", "x", "y"]].reset_index(drop=True)


def relocated(located: pd.DataFrame, corrected: pd.DataFrame | None) -> pd.DataFrame:
    """Put the addresses moved by hand where the hand put them.

    Parameters
    ----------
    located : DataFrame
        One row per address, matched: ``id_adresse, x, y`` and the columns of the match.

    Returns
    -------
    DataFrame
        Same rows and columns; a moved address is matched, by the method :data:`HAND`.
    """
    if corrected is None:
        return located
    points = moved(corrected).drop_duplicates("id_adresse", keep="last").set_index("id_adresse")
    theirs = located["id_adresse"].isin(points.index)
    if not theirs.any():
        return located
    places = points.reindex(located["id_adresse"]).set_axis(located.index)
    told = {
        "x": places["x"],
        "y": places["y"],
        "methode_appariement": HAND,
        "statut_appariement": "apparié",
        "score_appariement": 100.0,
        "raison": "point déplacé dans le fichier des résidences corrigées",
    }
    return located.assign(
        **{name: located[name].where(~theirs, value) for name, value in told.items() if name in located}
    )


def _away(corrected: pd.DataFrame) -> pd.Series:
    gap = np.hypot(corrected["x"] - corrected["x_atlas"], corrected["y"] - corrected["y_atlas"])
    return corrected["x"].notna() & (corrected["x_atlas"].isna() | (gap > PRECISION))


def _table(kind: str, rows: list[tuple[str, str, int]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["residence", "detail", "adresses"])
    table.insert(0, "changement", kind)
    return table


def _relations(corrected: pd.DataFrame, one: str, other: str, kind: str) -> pd.DataFrame:
    """Residences of one side and one landlord that hold several of the other side."""
    sides = corrected.dropna(subset=[one, other]).groupby([one, "bailleur"], dropna=False)[other]
    return _table(
        kind, [(str(key), excerpt(sorted(set(held))), len(held)) for (key, _), held in sides if held.nunique() > 1]
    )


def _refused(corrected: pd.DataFrame) -> pd.DataFrame:
    """Find residences given to several landlords: each keeps its own, whatever the hand wrote."""
    holders = corrected.dropna(subset="id_residence").groupby("id_residence")["bailleur"]
    return _table(
        REFUSED,
        [
            (str(key), f"une résidence n'a qu'un bailleur : {excerpt(sorted(set(held.dropna())))}", len(held))
            for key, held in holders
            if held.nunique() > 1
        ],
    )


def _codes(corrected: pd.DataFrame) -> pd.DataFrame:
    """Residences that only changed identifier: one for one."""
    pairs = corrected[["id_residence", "id_residence_atlas"]].dropna()
    counts = pairs.value_counts().reset_index(name="adresses")
    alone = ~counts.duplicated("id_residence", keep=False) & ~counts.duplicated("id_residence_atlas", keep=False)
    changed = counts[alone & (counts["id_residence"] != counts["id_residence_atlas"])].sort_values("id_residence")
    return _arrows(NEW_CODE, changed["id_residence_atlas"], changed["id_residence"], changed)


def _names(corrected: pd.DataFrame) -> pd.DataFrame:
    columns = ["id_residence", "nom_residence_atlas", "nom_residence"]
    given = corrected[corrected["nom_residence"].notna()]
    changed = given[given["nom_residence"] != given["nom_residence_atlas"]][columns].fillna("sans nom")
    counts = changed.value_counts(sort=False).reset_index(name="adresses").sort_values(columns)
    return _arrows(RENAMED, counts["nom_residence_atlas"], counts["nom_residence"], counts)


def _arrows(kind: str, before: pd.Series, after: pd.Series, rows: pd.DataFrame) -> pd.DataFrame:
    told = rows[["id_residence", "adresses"]].rename(columns={"id_residence": "residence"})
    told.insert(1, "detail", before + " → " + after)
    told.insert(0, "changement", kind)
    return told


def _moves(corrected: pd.DataFrame) -> pd.DataFrame:
    away = corrected[_away(corrected)]
    grouped = away.groupby("id_residence", dropna=False)["id_adresse"]
    return _table(MOVED, [(str(key), excerpt(sorted(identifiers)), len(identifiers)) for key, identifiers in grouped])
