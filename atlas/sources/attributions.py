"""Attribution decisions: one row per decision, as the shared demand file or a landlord's software exports them.

Grain in and out: one row per decision, in canonical columns. Set aside: total rows, and decisions not to allocate,
which are none of those that the legal shares are of (refusals by an applicant are).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from atlas.sources.attributions_words import NOT_ALLOCATED, in_our_words
from atlas.sources.cells import at_lines
from atlas.sources.checks import check
from atlas.sources.content import Unreadable, told_apart_names
from atlas.sources.contract import read_rows, refuse_copies, same_file_twice
from atlas.sources.desk import Desk
from atlas.sources.ground import judged
from atlas.sources.headers import Expected, expected, named
from atlas.sources.ops import whole_years
from atlas.sources.reading import open_table
from atlas.sources.totals import without_totals
from atlas.tables import ATTRIBUTIONS, EXPORTED
from atlas.territory import DecisionSource
from atlas.writing import many

VARIANTS = {
    "annee": ("annee_attribution", "annee_decision"),
    "bailleur": ("libelle_bailleur", "nom_bailleur"),
    "en_qpv": ("qpv", "indicateur_qpv", "situation", "localisation"),
    "reservataire": ("contingent", "libelle_reservataire_proposition", "libelle_reservataire"),
    "public_prioritaire": ("prioritaire", "indicateur_public_prioritaire", "menage_prioritaire"),
    "relogement_renouvellement": ("relogement", "relogement_anru", "indicateur_relogement"),
    "issue": ("decision", "libelle_decision"),
    "motif_refus": ("libelle_motif_refus_demandeur",),
    "motif_non_attribution": ("libelle_motif_non_attribution",),
    "date_decision": ("date_passage_commission", "date_commission", "date_caleol"),
    "date_bail": ("date_signature_bail", "date_signature"),
    "premier_quartile": ("indicateur_premier_quartile", "1er_quartile", "q1"),
    "nb": ("nombre", "nb_decisions", "nb_attributions", "effectif"),
    "unites_consommation": ("uc",),
    "mutation": (
        *("demande_de_mutation", "demande_mutation", "indicateur_mutation", "menage_en_mutation", "en_mutation"),
        *("deja_locataire", "deja_locataire_hlm", "deja_loge_dans_le_parc_social", "locataire_du_parc_social"),
    ),
    "bailleur_actuel": (
        *("libelle_bailleur_actuel", "nom_bailleur_actuel", "bailleur_logement_actuel", "bailleur_du_logement_actuel"),
        *("bailleur_d_origine", "bailleur_origine", "bailleur_quitte", "bailleur_precedent", "organisme_actuel"),
    ),
    "logement_actuel": (
        *("categorie_logement_actuel", "libelle_categorie_logement_actuel", "type_logement_actuel"),
        *("situation_logement_actuelle", "mode_de_logement_actuel", "statut_d_occupation_actuel"),
    ),
    "typologie": ("type_logement", "libelle_typologie", "taille"),
    "age_demandeur": ("age",),
}
WANTED = expected("ATTRIBUTIONS", ATTRIBUTIONS, VARIANTS, extra=EXPORTED.names)
_MOST = 5_000_000  # decisions of one file: France makes fewer in ten years
_DATES = ("date_decision", "date_bail")
_OUTCOMES = ("date_bail", "motif_refus")


def read_attributions(
    source: tuple[DecisionSource, ...], desk: Desk, survey: pd.DataFrame | None = None
) -> pd.DataFrame | None:
    """Read the decisions; None when a fault was recorded. Only those of the ``survey`` are held to the contract.

    Blocks of tables already counted are of no address: the build says that it leaves them to ``atlas attributions``.
    """
    blocks = source if isinstance(source, tuple) else (source,)
    for block in blocks:
        if isinstance(block, DecisionSource) and block.grain == "tableau":
            names = ", ".join(path.name for path in block.paths)
            desk.note(f"{names} : tableau déjà compté, sans adresse ; il sert à « atlas attributions ».")
    rows = [block for block in blocks if getattr(block, "grain", "decision") == "decision"]
    frame = read_decisions(rows, desk) if rows else None
    if frame is None:
        return None
    if not check(judged(frame, survey), WANTED, desk):
        return None
    undated = frame["annee"].isna()  # of elsewhere: the contract wants a year on every row that it judges
    desk.ledger.note("lecture attributions", frame[undated].assign(motif="attribution d'ailleurs, sans année"))
    return whole_years(frame[~undated].reset_index(drop=True), "annee")


def read_decisions(
    blocks: Sequence[DecisionSource], desk: Desk, lenient: frozenset[str] = frozenset()
) -> pd.DataFrame | None:
    """Read files of decisions into canonical columns, before their contract; None when a fault was recorded.

    Parameters
    ----------
    lenient : frozenset of str
        Required columns that a file may lack all the same.

    Returns
    -------
    DataFrame or None
        Columns of :data:`atlas.tables.ATTRIBUTIONS` and :data:`atlas.tables.EXPORTED`, ``fichier``, ``ligne``.
    """
    before = len(desk.faults.found)
    same_file_twice(blocks, WANTED, desk)
    parts = []
    told = told_apart_names([path for block in blocks for path in block.paths])
    for block in blocks:
        for path in block.paths:
            own = block.model_copy(update={"fichier": path, "fichiers": ()})
            frame = read_rows(own, _wanted(path, own, lenient), desk, extra=EXPORTED.columns)
            if frame is not None:
                whose = getattr(block, "bailleur", None)
                frame = frame if whose is None else frame.assign(bailleur=frame["bailleur"].fillna(whose))
                frame = frame.assign(fichier=told[path])
                frame = in_our_words(frame, getattr(block, "libelles", {}), desk)
                parts.append(_unfolded(frame, told[path], desk))
    if len(desk.faults.found) > before or not parts:
        return None
    frame = pd.concat(parts, ignore_index=True) if len(parts) > 1 else parts[0]
    frame["fichier"] = frame["fichier"].astype("category")
    refuse_copies(frame, WANTED.prefix, desk)
    frame = without_totals(frame, ATTRIBUTIONS, "lignes de total attributions", desk)
    return _without_others(frame, desk)


def _wanted(path: Path, block: DecisionSource, lenient: frozenset[str]) -> Expected:
    """Ask of a file the required columns that others of its own cannot tell."""
    try:
        headers = open_table(path, block.feuille, block.encodage, block.entete).headers
    except Unreadable:
        return WANTED  # the reader says why
    found = named(headers, block.colonnes, WANTED)
    told = set(lenient)
    told |= {"annee"} if any(name in found for name in _DATES) else set()
    told |= {"issue"} if any(name in found for name in _OUTCOMES) else set()
    told |= {"bailleur"} if getattr(block, "bailleur", None) else set()
    return replace(WANTED, required=tuple(name for name in WANTED.required if name not in told))


def _unfolded(frame: pd.DataFrame, file: str, desk: Desk) -> pd.DataFrame:
    """Repeat each row that counts several decisions as many times."""
    count = frame["nb"]
    if not count.notna().any():
        return frame
    wrong = ~(count.ge(0) & count.mod(1).eq(0))
    if wrong.any() or count.sum() > _MOST:
        desk.faults.add(
            "ATTRIBUTIONS-EFFECTIF",
            f"{file} : nb n'est pas un nombre de décisions, {at_lines(frame.loc[wrong, 'ligne'].to_numpy())}."
            if wrong.any()
            else f"{file} : nb compte {count.sum():.0f} décisions.",
            f"un nombre entier de décisions sur chaque ligne, {_MOST} en tout au plus",
            "corriger la colonne, ou la retirer si chaque ligne est une décision",
        )
        return frame
    desk.note(f"{file} : {many(int(count.sum()), 'décision')} sur {many(len(frame), 'ligne')}, comptées par nb.")
    return frame.loc[frame.index.repeat(count.astype("int64"))].reset_index(drop=True)


def _without_others(frame: pd.DataFrame, desk: Desk) -> pd.DataFrame:
    """Set aside what was not allocated."""
    others = frame["issue"].eq(NOT_ALLOCATED)
    if not others.any():
        return frame
    kept = frame[~others].reset_index(drop=True)
    reason = "décision de ne pas attribuer, hors des parts légales"
    desk.ledger.balance("décisions de ne pas attribuer", frame, kept, frame[others].assign(motif=reason))
    desk.note(f"{many(int(others.sum()), 'décision')} de ne pas attribuer, hors des parts légales, non comptée(s).")
    return kept
