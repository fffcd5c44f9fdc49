"""What an entrance of a raided town answered: the columns of its row, and by figure how many of how many."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

# By figure of the atlas: who is counted, among whom, and the item that must be told.
_POOR = ("under 20", "under 40", "under 60", "under 100")


def _has(*traits: str) -> Callable[[Any], int]:
    return lambda home: int(any(one in home.traits for one in traits))


FIGURES: dict[str, tuple[str, str, str]] = {
    "inf20": ("menages_inf20_plus", "menages_ressources_connues", "resources"),
    "inf40": ("menages_inf40_plus", "menages_ressources_connues", "resources"),
    "inf60": ("menages_inf60_plus", "menages_ressources_connues", "resources"),
    "inf100": ("menages_inf100_plus", "menages_ressources_connues", "resources"),
    "er_inf40": ("emmenages_recents_inf40_plus", "emmenages_recents_ressources_connues", "resources"),
    "chomage": ("majeurs_chomeurs", "majeurs_activite_connue", "activity"),
    "seuls": ("personnes_seules", "menages", ""),
    "monoparentales": ("familles_monoparentales", "menages", ""),
    "familles_3": ("familles_3_enfants_et_plus", "menages", ""),
    "moins_30": ("titulaires_moins_30_ans", "menages", ""),
    "plus_65": ("titulaires_65_ans_et_plus", "menages", ""),
    "apl": ("menages_apl", "menages", "benefits"),
    "occupants": ("occupants", "menages", ""),
    "impayes": ("menages_impayes_3_mois", "menages", "benefits"),
    "mutations": ("demandes_mutation", "menages", ""),
}
_COUNTS: dict[str, tuple[Callable[[Any], int], str]] = {
    "menages": (lambda home: 1, ""),
    "menages_ressources_connues": (lambda home: 1, "resources"),
    "menages_inf20_plus": (_has(*_POOR[:1]), "resources"),
    "menages_inf40_plus": (_has(*_POOR[:2]), "resources"),
    "menages_inf60_plus": (_has(*_POOR[:3]), "resources"),
    "menages_inf100_plus": (_has(*_POOR), "resources"),
    "emmenages_recents": (_has("recent"), ""),
    "emmenages_recents_ressources_connues": (_has("recent"), "resources"),
    "emmenages_recents_inf40_plus": (
        lambda home: int("recent" in home.traits and bool(home.traits & set(_POOR[:2]))),
        "resources",
    ),
    "majeurs": (lambda home: home.adults, ""),
    "majeurs_activite_connue": (lambda home: home.adults, "activity"),
    "majeurs_chomeurs": (lambda home: home.jobless, "activity"),
    "menages_activite_connue": (lambda home: 1, "activity"),
    "personnes_seules": (_has("alone"), ""),
    "familles_monoparentales": (_has("parent"), ""),
    "familles_3_enfants_et_plus": (_has("large"), ""),
    "titulaires_moins_30_ans": (_has("young"), ""),
    "titulaires_65_ans_et_plus": (_has("old"), ""),
    "menages_apl": (_has("aided"), "benefits"),
    "occupants": (lambda home: home.people, ""),
    "menages_impayes_3_mois": (_has("owing"), "benefits"),
    "demandes_mutation": (_has("leaving"), ""),
}


COLUMNS = tuple(_COUNTS)


@dataclass(frozen=True)
class Answers:
    """``of``: by figure, (counted, answers, households that answered); nothing where nobody answered."""

    of: dict[str, tuple[int, int, int]]
    households: int


def answers_of(homes: Iterable[Any], gaps: frozenset[str]) -> tuple[dict[str, int], Answers]:
    """Write the columns of a row from its households; ``gaps``: items that the landlord does not tell there."""
    told = list(homes)
    columns: dict[str, int] = {}
    for name, (count, item) in _COUNTS.items():
        if item in gaps:
            continue
        columns[name] = sum(count(home) for home in told if item not in home.silent)
    if "activity" in gaps:
        del columns["majeurs"]
    found = {}
    for figure, (above, below, _) in FIGURES.items():
        if above not in columns or not columns.get(below):
            continue
        who = {"chomage": "menages_activite_connue", "er_inf40": below}.get(figure, below)
        found[figure] = (columns[above], columns[below], columns[who])
    return columns, Answers(found, columns["menages"])
