"""Results as tables: one line per result for the CSV and the workbook, then boards by quarter, holder and demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pandas as pd

from atlas.convention.lines import verdict, words_of
from atlas.convention.pressure import pressure_board
from atlas.convention.report import refused, reported, transferred
from atlas.convention.results import NO_OBJECT, SHORT, UNTOLD, Result, percent
from atlas.convention.transfers import transfer_board
from atlas.publish.reception import Board
from atlas.shares import Counts, in_percent

REPORT = (
    "Proposés : les décisions. Attribués : les baux. La période de construction n'est pas dans ces fichiers : la page "
    "« Convention » de l'édition interne la lit des logements."
)
MOVED = "Part parmi les baux dont on sait s'ils sont une mutation."
SHARES = "Parts en %. « inconnus » : situation, quartile ou public non dits, dans aucun des deux comptes."

HEADINGS = {
    "annee": "Année",
    "bailleur": "Bailleur",
    "test": "Part légale",
    "reservataire": "Réservataire",
    "t1": "Fin du 1er trimestre",
    "t2": "Fin du 2e trimestre",
    "t3": "Fin du 3e trimestre",
    "t4": "Fin du 4e trimestre",
    "numerateur": "Numérateur",
    "denominateur": "Dénominateur",
    "part": "Part (%)",
    "cible": "Cible (%)",
    "verdict": "Verdict",
    "manque": "Il manquait",
    "manque_en_plus": "Il en faudrait en plus",
    "inconnus": "Inconnus",
    "part_minimale": "Part minimale (%)",
    "part_maximale": "Part maximale (%)",
    "part_de_l_effort": "Part de l'effort (%)",
    "part_des_comptes": "Part des baux ou décisions (%)",
    "publie": "Publié",
    "remarques": "Remarques",
    "source_de_la_cible": "Source de la cible",
    "trimestres_connus": "Trimestres connus",
    "denominateur_projete": "Dénominateur projeté",
    "de": "Entre (%)",
    "a": "et (%)",
    "probabilite": "Probabilité de l'intervalle (%)",
    "issue": "Issue",
    "dimension": "Selon",
    "valeur": "Valeur",
    "demandes": "Demandes",
    "decisions": "Décisions",
    "refus": "Refus",
    "motif": "Motif",
    "part_des_refus": "Part des refus (%)",
    "mutations": "Mutations",
    "quitte": "Bailleur quitté",
    "rejoint": "Bailleur rejoint",
    "mouvement": "Mouvement",
    "baux_signes": "Baux signés",
    "demandes_par_bail": "Demandes par bail signé",
}
_DECIMALS = 2


def boards_of(results: Sequence[Result], rows: pd.DataFrame | None, requests: pd.DataFrame | None) -> tuple[Board, ...]:
    """Lay every result out, and what decisions and requests add to them; boards without a row are left out."""
    ahead = "Si les trimestres à venir ressemblent aux trimestres passés : un ordre de grandeur."
    boards = (
        Board("parts-legales", "Les parts légales", SHARES, pd.DataFrame([_told(one) for one in results])),
        Board("reservataires", "Publics prioritaires par réservataire", SHARES, _holders(results)),
        Board("trimestres", "Depuis le 1er janvier, à la fin de chaque trimestre", SHARES, _quarters(results)),
        Board("projections", "Où l'année peut finir", ahead, _projections(results)),
        Board("rapport", "Logements proposés et attribués (R.441-5-1)", REPORT, reported(rows)),
        Board("refus", "Refus des candidats, par motif", "Les motifs sont ceux du fichier.", refused(rows)),
        Board("mutations", "Baux signés avec un ménage déjà locataire", MOVED, transferred(rows)),
        transfer_board(rows),
        pressure_board(rows, requests),
    )
    named = (replace(board, table=board.table.rename(columns=HEADINGS), decimals=_DECIMALS) for board in boards)
    return tuple(board for board in named if len(board.table))


def flat(one: Result) -> dict[str, object]:
    """Write a result in one line."""
    row = one.row()
    return {
        "annee": "" if one.year is None else str(one.year),
        "bailleur": one.landlord,
        "test": one.test,
        "numerateur": row["numerateur"],
        "denominateur": row["denominateur"],
        "part": row["part"],
        "cible": float(one.target.percent),
        "verdict": verdict(one),
        "manque": row["manque"],
        "manque_en_plus": row["manque_en_plus"],
        "inconnus": row["inconnus"],
        "part_minimale": row["part_minimale"],
        "part_maximale": row["part_maximale"],
        "part_de_l_effort": row["part_effort"],
        "part_des_comptes": row["part_baux"],
        "publie": one.printed or "",
        "remarques": " ; ".join([*words_of(one), *one.remarks]),
        "source_de_la_cible": one.target.reference,
    }


def _told(one: Result) -> dict[str, object]:
    return {**flat(one), "test": SHORT[one.test], "part": _share(one.share, one.state)}


def _share(share: Fraction | None, state: str) -> object:
    """Give a share in %, or why there is none."""
    return state if share is None else percent(share)


def _holders(results: Sequence[Result]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "annee": "" if one.year is None else str(one.year),
                "bailleur": one.landlord,
                "reservataire": holder.holder,
                "numerateur": holder.row()["numerateur"],
                "denominateur": holder.row()["denominateur"],
                "part": _share(holder.share, holder.state),
                "cible": float(holder.target.percent),
                "verdict": verdict(holder),
                "manque": holder.missing,
                "inconnus": holder.row()["inconnus"],
                "remarques": " ; ".join(words_of(holder)),
            }
            for one in results
            for holder in one.holders
        ]
    )


def _quarters(results: Sequence[Result]) -> pd.DataFrame:
    """Write one line by result, a column by quarter: those to come are said so."""
    rows = []
    for one in results:
        told = {quarter: _count(counts) for quarter, counts in one.quarters}
        if told:
            year = "" if one.year is None else str(one.year)
            ends = {f"t{quarter}": told.get(quarter, "non connu") for quarter in range(1, 5)}
            rows.append({"annee": year, "test": SHORT[one.test], "bailleur": one.landlord, **ends})
    return pd.DataFrame(rows)


def _count(counts: Counts) -> str:
    if counts.share is None:
        return UNTOLD if counts.inside else NO_OBJECT
    share = in_percent(counts.share, 1, near=True).replace(" ", "\u00a0")
    return f"{counts.numerator} / {counts.denominator} = {share}"


def _projections(results: Sequence[Result]) -> pd.DataFrame:
    rows = []
    for one in results:
        ahead = one.projection
        if ahead is None or one.state == UNTOLD:
            continue
        target = float(one.target.percent)
        outcome = (
            "atteinte probable"
            if ahead.low >= target
            else "atteinte improbable"
            if ahead.high < target
            else "incertain"
        )
        rows.append(
            {
                "annee": "" if one.year is None else str(one.year),
                "bailleur": one.landlord,
                "test": SHORT[one.test],
                "trimestres_connus": ahead.quarters,
                "denominateur_projete": ahead.denominator,
                "part": ahead.share,
                "de": ahead.low,
                "a": ahead.high,
                "probabilite": ahead.level,
                "cible": target,
                "issue": outcome,
            }
        )
    return pd.DataFrame(rows)
