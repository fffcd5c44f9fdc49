"""Incomes in euros brought to the PLUS ceiling of their zone, household category and campaign.

Grain in and out: one row per dwelling. The ceilings are those of 1 January of the survey year, over the income of two
years before, which the file holds (decree of 29 July 1987, annex I). No message shows an income.
"""

from __future__ import annotations

from datetime import date

import pandas as pd

from atlas.errors import excerpt
from atlas.geo import ZONES, ceilings_of
from atlas.parameters import Parameters
from atlas.sources.desk import Desk
from atlas.writing import many


def ceilings_wanted(frame: pd.DataFrame) -> list[tuple[str, float]]:
    """List the rules of ceilings that the incomes of a file need, and the campaign of each."""
    wanted = pd.DataFrame({"rule": ceilings_of(frame["code_insee"]), "campaign": frame["campagne"]})[_in_euros(frame)]
    return list(wanted.dropna().drop_duplicates().sort_values(["campaign", "rule"]).itertuples(index=False, name=None))


def share_of_ceiling(frame: pd.DataFrame, parameters: Parameters, desk: Desk) -> pd.Series:
    """Give income in % of the PLUS ceiling: the file's own figure, otherwise euros over the ceiling that holds there.

    Without a household category nothing is guessed. Incomes in euros overseas, under ceilings that the atlas does not
    have, are a fault (``MENAGES-PLAFOND``).
    """
    share, euros = frame["ressources_pct_plus"], _in_euros(frame)
    rules = ceilings_of(frame["code_insee"]).where(euros)
    _refuse_overseas(frame[euros & rules.isna()], desk)
    for rule, campaign in ceilings_wanted(frame):
        rows = (rules == rule) & (frame["campagne"] == campaign)
        *ceilings, extra = parameters.at(rule, date(int(campaign), 1, 1)).value
        category = frame.loc[rows, "categorie_menage"].astype(int)
        ceiling = category.map(dict(enumerate(map(float, ceilings), start=1)))
        beyond = (frame.loc[rows, "nb_personnes"].fillna(0) - len(ceilings)).clip(lower=0)
        ceiling = ceiling + extra * beyond.where(category == len(ceilings), 0)
        share = share.where(~rows, 100 * frame["revenu_fiscal"] / ceiling.reindex(frame.index))
    _say_zones(rules.dropna(), desk)
    return share


def _in_euros(frame: pd.DataFrame) -> pd.Series:
    return frame["ressources_pct_plus"].isna() & frame["revenu_fiscal"].notna() & frame["categorie_menage"].notna()


def _refuse_overseas(rows: pd.DataFrame, desk: Desk) -> None:
    for file, part in rows.groupby("fichier", observed=True, sort=False):
        desk.faults.add(
            "MENAGES-PLAFOND",
            f"{file} : revenu_fiscal est en euros sur {many(len(part), 'ligne')} d'outre-mer "
            f"({excerpt(sorted(part['code_insee'].unique()), 4)}), où les plafonds relèvent d'un autre arrêté "
            "(14 mars 2011) que l'atlas n'a pas.",
            "les ressources en % du plafond (ressources_pct_plus) pour les communes d'outre-mer",
            "ajouter ressources_pct_plus, calculé sur les plafonds locaux, ou vider revenu_fiscal sur ces lignes",
        )


def _say_zones(rules: pd.Series, desk: Desk) -> None:
    """Say whose incomes were brought to which ceilings, and what the category of a household cannot tell."""
    if not len(rules):
        return
    counts = rules.value_counts()
    found = {rule: name for rule, name in ZONES.items() if rule in counts}
    zones = " ; ".join(f"{name} : {many(int(counts[rule]), 'ménage')}" for rule, name in found.items())
    desk.note(
        f"OPS : revenus en euros rapportés aux plafonds PLUS du 1er janvier de l'enquête ({zones}). Le handicap, qui "
        "compte une catégorie de plus, n'est pas connu : la part de ces ménages est une approximation."
    )
