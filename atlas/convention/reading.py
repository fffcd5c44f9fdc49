"""The files of one question: decisions one per row, tables already counted, requests; read together, one spelling.

Grain in: files. Grain out: a :class:`Delivery`. Nothing is set aside but what :mod:`atlas.sources` says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from atlas.convention.recognition import DECISIONS, REQUESTS, Found, recognised
from atlas.errors import excerpt
from atlas.sources.attributions import WANTED, read_decisions
from atlas.sources.attributions_tables import CELLS, LANDLORD, read_counted
from atlas.sources.cells import at_lines
from atlas.sources.checks import check
from atlas.sources.content import Unreadable, told_apart_names
from atlas.sources.demandes import read_requests
from atlas.sources.desk import Desk
from atlas.sources.headers import plain
from atlas.sources.holders import one_spelling, warn_look_alikes
from atlas.sources.published import Published
from atlas.sources.reading import open_table
from atlas.territory import Convention, FileSource

_LENIENT = frozenset({"annee", "bailleur", "en_qpv", "issue"})
_FIRST, _LAST = 2000, 2100


@dataclass(frozen=True)
class Delivery:
    """What the files hold: decisions (or None), cells of counted tables, shares they publish, requests (or None)."""

    decisions: pd.DataFrame | None
    cells: pd.DataFrame
    published: tuple[Published, ...]
    requests: pd.DataFrame | None


def read_delivery(paths: Sequence[Path], convention: Convention, likeness: float, desk: Desk) -> Delivery:
    """Read every file, recording every fault of every one.

    Parameters
    ----------
    likeness : float
        Score (0-100) from which two landlords' names are said to look alike.

    Raises
    ------
    AtlasError
        All the faults at once.
    """
    found = []
    _refuse_repeats(paths, desk)
    names = told_apart_names(list(dict.fromkeys(paths)))
    for path in names:
        try:
            found.append(recognised(path, names[path], convention.block(path), convention.named(path), desk))
        except Unreadable as error:
            desk.faults.found.append(error.fault)
    files = [one for one in found if one is not None]
    decisions = _decisions([one for one in files if one.kind == DECISIONS], desk)
    cells, published = _tables([one for one in files if one.kind not in (DECISIONS, REQUESTS)], convention, desk)
    requests = _requests([one for one in files if one.kind == REQUESTS], desk)
    desk.faults.raise_if_any()
    return _one_spelling(Delivery(decisions, cells, published, requests), likeness, desk)


def _refuse_repeats(paths: Sequence[Path], desk: Desk) -> None:
    whole = [path.resolve() for path in paths]
    for path in sorted({path for path in whole if whole.count(path) > 1}):
        desk.faults.add(
            "ATTRIBUTIONS-FICHIER-DOUBLE",
            f"{path.name} est donné deux fois.",
            "chaque fichier une seule fois",
            "retirer la répétition",
        )


def _decisions(files: Sequence[Found], desk: Desk) -> pd.DataFrame | None:
    if not files:
        return None
    before = len(desk.faults.found)
    frame = read_decisions([one.block for one in files], desk, _LENIENT)
    if frame is None or len(desk.faults.found) > before:
        return None
    file = frame["fichier"].astype("str")
    years = {one.name: one.year for one in files}
    silent = frame["annee"].isna().groupby(file).transform("all")
    _refuse_undated(frame[frame["annee"].isna() & ~silent], desk)
    told = file.map({name: float(year) for name, year in years.items() if year is not None}).astype("float64")
    frame = frame.assign(annee=frame["annee"].fillna(told.where(silent)))
    wrong = frame["annee"].notna() & ~frame["annee"].between(_FIRST, _LAST)
    if wrong.any():
        _refuse_undated(frame[wrong], desk)
    nameless = frame["bailleur"].isna().groupby(file).transform("all")
    for name in file[nameless].unique():
        desk.note(f"{name} : bailleur non dit ; ses lignes portent le nom du fichier.")
    frame = frame.assign(
        bailleur=frame["bailleur"].mask(nameless, file.map(lambda name: Path(name).stem)).astype("str"),
        en_qpv=frame["en_qpv"].fillna("inconnu"),
    )
    if frame["issue"].isna().all():
        desk.faults.add(
            "ATTRIBUTIONS-ISSUE",
            f"{', '.join(years)} : rien ne dit ce que sont devenues les décisions.",
            "une colonne issue (bail signé, refus, sans bail), ou la date de signature du bail",
            "ajouter la colonne, ou la nommer dans [sources.attributions.colonnes] d'un fichier de territoire",
        )
    frame = _known_outcomes(frame, desk)
    check(frame, WANTED, desk, filled=("bailleur", "issue"))
    return frame


def _known_outcomes(frame: pd.DataFrame, desk: Desk) -> pd.DataFrame:
    """Ask what each wording of a decision that is not known means, all of them at once."""
    known = WANTED.table["issue"].values
    wrong = frame["issue"].notna() & ~frame["issue"].isin(known)
    for file, part in frame[wrong].groupby("fichier", sort=False, observed=True):
        words = part["issue"].unique()
        desk.faults.add(
            "ATTRIBUTIONS-LIBELLE",
            f"{file} : issue a des libellés inconnus, {at_lines(part['ligne'].to_numpy())} : "
            f"{excerpt([f'« {word} »' for word in words], 8)}.",
            f"{', '.join(known)} ; ou non attribué, hors des parts légales",
            f'dire dans un fichier de territoire (--territoire) : [sources.attributions.libelles.issue] "{words[0]}" = '
            f'"{known[0]}"',
        )
    return frame.assign(issue=frame["issue"].mask(wrong, known[-1]))


def _refuse_undated(rows: pd.DataFrame, desk: Desk) -> None:
    for file, part in rows.groupby("fichier", sort=False, observed=True):
        told = part["annee"].dropna()
        desk.faults.add(
            "ATTRIBUTIONS-ANNEE",
            f"{file} : l'année manque ou n'en est pas une, {at_lines(part['ligne'].to_numpy())}"
            f"{f' ({told.iloc[0]:g})' if len(told) else ''}.",
            "l'année de chaque décision sur quatre chiffres, ou sa date",
            "compléter ou corriger ces cellules",
        )


def _tables(files: Sequence[Found], convention: Convention, desk: Desk) -> tuple[pd.DataFrame, tuple[Published, ...]]:
    cells = [pd.DataFrame(columns=list(CELLS))]
    published: list[Published] = []
    for one in files:
        block = one.block
        try:
            opened = open_table(one.path, block.feuille, block.encodage, block.entete)
            counted = read_counted(
                opened, one.name, one.title, block.colonnes, one.year, convention.territoire.nom, desk
            )
        except Unreadable as error:
            desk.faults.found.append(error.fault)
            continue
        if counted is not None:
            cells.append(counted.cells)
            published += counted.published
    filled = [part for part in cells if len(part)]
    return (pd.concat(filled, ignore_index=True) if filled else cells[0]), tuple(published)


def _requests(files: Sequence[Found], desk: Desk) -> pd.DataFrame | None:
    fields = set(FileSource.model_fields)
    blocks = [FileSource(**one.block.model_dump(include=fields)) for one in files]
    return read_requests(blocks, desk) if blocks else None


def _one_spelling(delivery: Delivery, likeness: float, desk: Desk) -> Delivery:
    """Write each landlord one way over all the files; say which look alike and stay apart."""
    rows, cells = delivery.decisions, delivery.cells
    own = cells["ensemble"].eq(LANDLORD).to_numpy(dtype=bool)
    names = [cells["bailleur"][own], *([] if rows is None else [rows["bailleur"]])]
    written = pd.concat([part.astype("str") for part in names], ignore_index=True)
    spelt = one_spelling(written, desk)
    warn_look_alikes(set(spelt.dropna()), likeness, desk)
    _say_within(sorted(set(spelt.dropna())), desk)
    chosen = dict(zip(written, spelt, strict=True))
    cells = cells.assign(bailleur=cells["bailleur"].where(~own, cells["bailleur"].map(chosen)))
    if rows is not None:
        rows = rows.assign(bailleur=rows["bailleur"].map(chosen).astype("str"))
    published = tuple(
        replace(one, landlord=chosen.get(one.landlord, one.landlord)) if one.landlord else one
        for one in delivery.published
    )
    return Delivery(rows, cells, published, delivery.requests)


def _say_within(names: Sequence[str], desk: Desk) -> None:
    """Say which names hold all the words of another: one landlord in short and in full, maybe."""
    words = {name: set(plain(name).split("_")) for name in names}
    for name in names:
        longer = [other for other in names if words[name] < words[other]]
        if longer:
            desk.note(
                f"Bailleur « {name} » : tous ses mots sont dans {excerpt([f'« {other} »' for other in longer], 3)} ; "
                "restés distincts, à écrire d'une seule façon s'il s'agit du même."
            )


def landlords_of(delivery: Delivery) -> np.ndarray:
    """Name the landlords of a delivery, once each."""
    names = [delivery.cells["bailleur"], *([] if delivery.decisions is None else [delivery.decisions["bailleur"]])]
    return pd.concat(names).dropna().unique()
