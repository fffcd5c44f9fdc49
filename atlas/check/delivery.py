"""What a delivery holds, by file and landlord: sizes, answers by item, what lacks for which method, near-duplicates.

Grain in: the tables of a territory as read. Grain out: one :class:`Board` per question. Rates are sums over sums, on
the addresses that give both counts; nothing is set aside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from atlas.errors import excerpt
from atlas.methods import Method
from atlas.publish.reception import Board
from atlas.sources import Inputs
from atlas.sources.headers import plain
from atlas.sources.holders import look_alikes
from atlas.sources.identity import RULE_KEYS as LIKENESS
from atlas.tables import INDICATORS, OPS, ORIGINS
from atlas.writing import many

_KEYS = ["campagne", "fichier", "bailleur"]
_ANSWERS = {
    "Taux de réponse (%)": ("menages", "nb_logements"),
    "Ressources connues (%)": ("menages_ressources_connues", "menages"),
    "Ressources des emménagés connues (%)": ("emmenages_recents_ressources_connues", "emmenages_recents"),
    "Activité connue (%)": ("majeurs_activite_connue", "majeurs"),
}


def delivered(inputs: Inputs, methods: Sequence[Method]) -> tuple[Board, ...]:
    """Describe what was delivered, in the order in which an acceptance is read."""
    survey = inputs.ops.assign(bailleur=inputs.ops["bailleur"].fillna("non renseigné"))
    score = next(rule.value for rule in inputs.rules if rule.key == LIKENESS["name"])
    return (_sizes(survey), _items(survey), _lacks(survey, methods), _near(survey, score), _others(inputs))


def _sizes(survey: pd.DataFrame) -> Board:
    """Size each landlord's part of each file, and how much of it answered."""
    rows, lines = [], []
    for (campaign, file, landlord), part in survey.groupby(_KEYS, observed=True):
        answers = {title: _rate(part, *counts) for title, counts in _ANSWERS.items()}
        rows.append(
            {
                "Bailleur": landlord,
                "Campagne": str(campaign),
                "Fichier": file,
                "Adresses": len(part),
                "Logements": part["nb_logements"].sum(),
                "Ménages répondants": part["menages"].sum(min_count=1),
                **answers,
            }
        )
        told = ", ".join(
            f"{title.removesuffix(' (%)').lower()} {_percent(value)}"
            for title, value in answers.items()
            if not np.isnan(value)
        )
        size = f"{many(len(part), 'adresse')}, {many(int(part['nb_logements'].sum()), 'logement')}"
        lines.append(f"{file}, {landlord}, {campaign} : {size}{f' ; {told}' if told else ''}")
    caption = "Taux de réponse : ménages répondants sur logements, vacants compris. Autres taux : parmi les répondants."
    return Board("livraison", "Ce qui est livré, par bailleur et fichier", caption, pd.DataFrame(rows), tuple(lines))


def _rate(part: pd.DataFrame, numerator: str, denominator: str) -> float:
    """Give a share in % over the rows that hold both counts; NaN where none does."""
    both = part[part[numerator].notna() & part[denominator].notna()]
    whole = both[denominator].sum()
    return float(100 * both[numerator].sum() / whole) if whole else np.nan


def _items(survey: pd.DataFrame) -> Board:
    """Say of each item of each file on how many addresses it is filled, and which landlords never fill it."""
    rows = []
    for (campaign, file), part in survey.groupby(_KEYS[:2], observed=True):
        for column in (column for column in OPS.columns if column.secret):
            filled = part[column.name].notna()
            never = filled.groupby(part["bailleur"]).any()
            rows.append(
                {
                    "Campagne": str(campaign),
                    "Fichier": file,
                    "Question": column.label,
                    "Adresses renseignées": int(filled.sum()),
                    "Adresses": len(part),
                    "Renseigné (%)": 100 * filled.mean(),
                    "Bailleurs qui ne la renseignent jamais": _landlords(never.index[~never]),
                }
            )
    caption = "Une cellule vide est « non renseigné » : ni zéro, ni absence."
    return Board("questions", "Réponses par question", caption, pd.DataFrame(rows))


def _lacks(survey: pd.DataFrame, methods: Sequence[Method]) -> Board:
    """Say which counts lack, on how many addresses of whom, for which indicator of which method."""
    rows, lines = [], []
    for method, code in [(one, code) for one in methods for code in one.needs]:
        indicator = INDICATORS[code]
        counts = [name for name in (indicator.numerator, indicator.denominator) if name in survey]
        for (campaign, file, landlord), part in survey.groupby(_KEYS, observed=True):
            empty = part[counts].isna().any(axis=1)
            if not empty.any():
                continue
            lacking = [OPS[name].label for name in counts if part[name].isna().any()]
            rows.append(
                {
                    "Méthode": method.label,
                    "Indicateur": indicator.label,
                    "Campagne": str(campaign),
                    "Fichier": file,
                    "Bailleur": landlord,
                    "Adresses sans réponse": int(empty.sum()),
                    "Logements concernés": part.loc[empty, "nb_logements"].sum(),
                    "Ce qui manque": ", ".join(lacking),
                }
            )
            if empty.all():
                lines.append(
                    f"Manque pour « {method.label} » : {file}, {landlord}, {campaign} ne renseigne jamais "
                    f"{', '.join(lacking)} ; « {indicator.label} » y sera non renseigné"
                )
    caption = "Sans ces nombres, l'indicateur de ces adresses est « non renseigné »."
    return Board("manques", "Ce qui manque, et pour quelle méthode", caption, pd.DataFrame(rows), tuple(lines))


def _near(survey: pd.DataFrame, score: float) -> Board:
    """List what may be one: an address of two identifiers, a residence of two spellings, landlords that look alike."""
    rows = [*_same_places(survey), *_same_residences(survey), *_near_landlords(survey, score)]
    lines = [f"Presque-doublons : {many(len(rows), 'cas', 'cas')} à regarder (page de réception)"] if rows else []
    caption = "Mêmes textes aux accents, à la casse et à la ponctuation près. Rien n'est fusionné sans être dit."
    return Board("presque-doublons", "Presque-doublons", caption, pd.DataFrame(rows), tuple(lines))


def _same_places(survey: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Find, for one landlord and campaign, one address of one commune under several identifiers."""
    parts = survey[["numero", "repetition", "type_voie", "nom_voie"]].fillna("").agg(" ".join, axis=1)
    written = survey["adresse"].fillna(parts).map(plain)
    known = survey[written != ""].assign(lieu=written)
    keys = ["campagne", "bailleur", "code_insee", "lieu"]
    repeated = known[known.duplicated(keys, keep=False)]
    for (campaign, landlord, _, place), part in repeated.groupby(keys, observed=True):
        if part["id_adresse"].nunique() > 1:
            yield {
                "Ce qui se ressemble": "une adresse sous plusieurs identifiants",
                "Campagne": str(campaign),
                "Bailleur": landlord,
                "Valeurs": f"{str(place).replace('_', ' ')} : {excerpt(part['id_adresse'], 8)}",
                "Lignes": excerpt(
                    (f"{file} {line}" for file, line in zip(part["fichier"], part["ligne"], strict=True)), 8
                ),
                "Logements": part["nb_logements"].sum(),
            }


def _same_residences(survey: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Find the residences of one landlord whose names differ by accents, case, spaces or punctuation only."""
    known = survey[survey["nom_residence"].notna()]
    for _, part in known.groupby([known["nom_residence"].map(plain), known["bailleur"]], observed=True):
        names = part["nom_residence"].unique()
        if len(names) > 1:
            yield _alike("résidence écrite de plusieurs façons", part, names)


def _near_landlords(survey: pd.DataFrame, score: float) -> Iterator[dict[str, object]]:
    """Find the landlords whose names are near: those that differ by their spelling only are one already."""
    for pair in look_alikes(sorted(survey["bailleur"].unique()), score):
        yield _alike("bailleurs aux noms voisins, restés distincts", survey[survey["bailleur"].isin(pair)], pair)


def _alike(what: str, part: pd.DataFrame, names: Sequence[str] | np.ndarray) -> dict[str, object]:
    return {
        "Ce qui se ressemble": what,
        "Campagne": excerpt(part["campagne"].unique()),
        "Bailleur": _landlords(part["bailleur"].unique()),
        "Valeurs": " | ".join(sorted(map(str, names))),
        "Lignes": many(len(part), "ligne"),
        "Logements": part["nb_logements"].sum(),
    }


def _others(inputs: Inputs) -> Board:
    """Size every other table, by file and landlord."""
    rows = []
    for name, origin in ORIGINS.items():
        table: pd.DataFrame | None = inputs.others[name] if name in inputs.others else getattr(inputs, name)
        if table is None or origin.layer or name == "ops":
            continue
        landlord = table["bailleur"].fillna("non renseigné") if "bailleur" in table else pd.Series("", table.index)
        for (file, who), part in table.groupby([table["fichier"].astype("str"), landlord], observed=True):
            rows.append({"Source": origin.title, "Fichier": file, "Bailleur": who, "Lignes": len(part)})
    return Board("autres-fichiers", "Les autres fichiers", "Lignes lues, par bailleur.", pd.DataFrame(rows))


def _landlords(names: Sequence[str] | pd.Index | np.ndarray) -> str:
    return excerpt(sorted(map(str, names)), 6)


def _percent(value: float) -> str:
    return f"{value:.0f} %"
