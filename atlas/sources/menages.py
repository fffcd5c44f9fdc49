"""The occupation survey (OPS), one row per dwelling and its household, counted to addresses at once.

Grain in: one row per dwelling. Grain out: one row per campaign and address, in the columns of the survey. No personal
field leaves this module: households are counted before anything else sees them, and no message shows their values.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd

from atlas.errors import AtlasError, Faults, excerpt
from atlas.parameters import Parameters
from atlas.sources.answers import moved_in, recent_since, with_known_activity, without_conventions
from atlas.sources.ceilings import ceilings_wanted, share_of_ceiling
from atlas.sources.checks import check
from atlas.sources.contract import read_rows, refuse_copies
from atlas.sources.desk import Desk
from atlas.sources.headers import expected
from atlas.sources.holders import one_spelling
from atlas.sources.households import count_households, unanswered
from atlas.sources.identity import IdentityRules, check_one_place
from atlas.sources.ops import PLACES, whole_years
from atlas.sources.scales import INCOME, RESOURCES, check_scale
from atlas.sources.totals import without_totals
from atlas.tables import INDICATORS, MENAGES, OPS
from atlas.territory import SurveySource
from atlas.writing import many

WANTED = expected("MENAGES", MENAGES, alternatives=PLACES)
FILLED = ("campagne", "bailleur", "id_adresse", "code_insee")
_RULES = ("emmenage_recent", "plausibilite_emmenagement", "plausibilite_effectif", "plausibilite_melange")
# What must be in the file for an indicator to be counted: any one of these groups of columns.
_NEEDS = {
    "inf40": (("ressources_pct_plus",), ("revenu_fiscal", "categorie_menage")),
    "chomage": (("majeurs_chomeurs",),),
}
_MOVES = (("date_emmenagement",), ("annee_emmenagement",))


def read_menages(
    source: tuple[SurveySource, ...], needs: Sequence[str], parameters: Parameters, rules: IdentityRules, desk: Desk
) -> pd.DataFrame | None:
    """Read the household files of a survey and count them to addresses.

    Parameters
    ----------
    parameters : Parameters
        The ceilings of each zone at 1 January of each campaign (for incomes in euros) and ``emmenage_recent``.
    rules : IdentityRules
        When two streets are one: an address in several places is refused.

    Returns
    -------
    DataFrame or None
        The columns of ``tables.OPS``, ``fichier``, ``ligne`` (of the first dwelling); None when a fault was recorded.
    """
    frame = read_rows(source, WANTED, desk, private=True)
    if frame is None:
        return None
    if frame["id_logement"].isna().all():
        refuse_copies(frame, WANTED.prefix, desk)
    try:
        frame = without_totals(frame, MENAGES, "lignes de total OPS (ménages)", desk)
        frame = frame.assign(bailleur=one_spelling(frame["bailleur"], desk))
        frame = _answered(frame, needs, parameters, rules, desk)
    except AtlasError as error:
        desk.faults.found.extend(error.faults)
        return None
    if frame is None:
        return None
    counted = count_households(frame)
    desk.ledger.balance("lecture OPS (ménages)", frame[["campagne"]], frame[["campagne"]])
    desk.note(
        f"OPS : {many(len(frame), 'logement')} comptés en {many(len(counted), 'adresse')} (une par campagne) ; "
        "les champs des ménages ne sont pas conservés."
    )
    for name, (missing, responding) in unanswered(frame).items():
        desk.note(
            f"OPS : {name} n'est pas renseigné pour {missing} des {responding} ménages répondants, qui comptent "
            "pourtant au dénominateur : la part publiée est un minimum."
        )
    ordered = counted.reindex(columns=[*OPS.names, "fichier", "ligne"])
    wanted = expected("MENAGES", OPS)
    return ordered if check(ordered, wanted, desk, filled=FILLED, private=True) else None


def _answered(
    frame: pd.DataFrame, needs: Sequence[str], parameters: Parameters, rules: IdentityRules, desk: Desk
) -> pd.DataFrame | None:
    """Check the rows and read what each household answered; None when a fault was recorded."""
    before = len(desk.faults.found)
    latest = _latest(frame)
    if latest is None:
        if check(frame, WANTED, desk, filled=FILLED, private=True):
            desk.faults.add(
                "MENAGES-CAMPAGNE",
                f"{excerpt(frame['fichier'].unique())} : campagne n'est pas une année d'enquête sur chaque ligne.",
                "l'année de la campagne, par exemple 2022",
                "corriger la colonne, ou nommer la bonne dans [sources.ops.colonnes]",
            )
        return None
    _check_rules(frame, parameters)
    frame = without_conventions(frame, parameters, date(latest, 1, 1), desk)
    if check(frame, WANTED, desk, filled=FILLED, private=True):
        check_one_place(frame, rules, desk)
    for scale in (RESOURCES, INCOME):
        check_scale(frame, scale, "MENAGES", parameters, latest, desk)
    _check_needs(frame, needs, desk)
    moved = moved_in(frame, parameters, desk)
    if len(desk.faults.found) > before:
        return None
    frame = whole_years(frame, "campagne")
    enough = float(parameters.at("plausibilite_effectif", date(latest, 1, 1)).value)
    frame = with_known_activity(frame, enough, desk)
    return frame.assign(
        emmenagement=moved,
        ressources_pct_plus=share_of_ceiling(frame, parameters, desk),
        recent_depuis=recent_since(frame, parameters),
    )


def _check_rules(frame: pd.DataFrame, parameters: Parameters) -> None:
    """Refuse at once every rule that is not in force at a campaign of the file."""
    wanted = [(key, campaign) for campaign in sorted(frame["campagne"].unique()) for key in _RULES]
    faults = Faults()
    for key, campaign in (*wanted, *ceilings_wanted(frame)):
        try:
            parameters.at(key, date(int(campaign), 1, 1))
        except AtlasError as error:
            faults.found.extend(error.faults)
    faults.raise_if_any()


def _latest(frame: pd.DataFrame) -> int | None:
    """Give the latest campaign, None where a row has none that is a year of our century."""
    years = frame["campagne"]
    return int(years.max()) if bool((years.between(2000, 2100) & (years % 1 == 0)).all()) else None


def _check_needs(frame: pd.DataFrame, needs: Sequence[str], desk: Desk) -> None:
    """Refuse a file that cannot give what a chosen method counts."""
    given = {name for name in MENAGES.names if frame[name].notna().any()}
    asked = {code: _NEEDS[code] for code in needs if code in _NEEDS}
    if "er_inf40" in needs:
        asked["er_inf40"] = _MOVES
    for code, ways in asked.items():
        if not any(given >= set(way) for way in ways):
            said = " ou ".join(" et ".join(way) for way in ways)
            desk.faults.add(
                "MENAGES-INDICATEUR",
                f"{frame['fichier'].iloc[0]} : aucune ligne ne renseigne {said}.",
                f"de quoi compter l'indicateur « {INDICATORS[code].label} »",
                "nommer la colonne dans [sources.ops.colonnes], ou choisir une méthode qui ne l'utilise pas",
            )
