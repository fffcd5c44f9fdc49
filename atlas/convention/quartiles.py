"""The quartile of an applicant computed from its resources: what fills a silent file, and checks one that tells.

Grain in and out: one row per decision. The threshold is the decree's, by EPCI and year; a year without one computes
nothing. A quartile that the file declares is followed, and those that the resources contradict are listed.

An applicant is of the first quartile when resources per consumption unit are under the threshold ("inférieur à un
montant constaté annuellement", code de la construction et de l'habitation, L.441-1): at the threshold itself, of the
second.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from atlas.errors import excerpt
from atlas.geo import first_quartiles, official
from atlas.sources.attributions_headers import FIRST, REST
from atlas.sources.cells import at_lines
from atlas.sources.desk import Desk
from atlas.sources.headers import plain
from atlas.territory import Convention
from atlas.writing import many

SCALE = "unite_consommation"


def with_computed_quartiles(
    rows: pd.DataFrame | None, convention: Convention, scale: Sequence[float], desk: Desk
) -> pd.DataFrame | None:
    """Fill the quartiles that resources and household make-up tell, and list those that they contradict.

    Parameters
    ----------
    rows : DataFrame, optional
        Decisions, with ``ressources_annuelles`` (€ a year), ``unites_consommation`` or the persons that make them.
    scale : sequence of float, (3,)
        Units of a first person, of another from 14 years, of a child under 14.
    """
    if rows is None or not rows["ressources_annuelles"].notna().any():
        return rows
    units = consumption_units(rows, scale)
    per_unit = rows["ressources_annuelles"] / units.where(units > 0)
    siren = _sirens(rows, convention)
    keys = pd.DataFrame({"siren": siren, "annee": rows["annee"]}).drop_duplicates().dropna()
    threshold = pd.Series(np.nan, rows.index)
    for place, year in keys.itertuples(index=False):
        known = first_quartiles(str(place)).get(int(year))
        if known is not None:
            threshold = threshold.mask(siren.eq(place) & rows["annee"].eq(year), float(known))
    told = per_unit.notna() & threshold.notna()
    _say_lacking(rows[per_unit.notna() & threshold.isna()], siren, desk)
    computed = pd.Series(np.where(per_unit < threshold, FIRST, REST), rows.index, dtype="str").where(told)
    declared = rows["quartile"]
    wrong = told & declared.notna() & (declared.eq(FIRST) != computed.eq(FIRST))
    for file, part in rows[wrong].groupby("fichier", sort=False, observed=True):
        desk.note(
            f"{file} : quartile déclaré contredit par les ressources sur {many(len(part), 'décision')}, "
            f"{at_lines(part['ligne'].to_numpy())} (première : déclaré {declared[part.index[0]]}, calculé "
            f"{computed[part.index[0]]}) ; le quartile déclaré est suivi."
        )
    filled = told & declared.isna()
    if filled.any():
        used = sorted({f"{value:.0f} €" for value in threshold[filled]})
        desk.note(
            f"{many(int(filled.sum()), 'quartile')} calculé(s) : ressources par unité de consommation comparées au "
            f"seuil du premier quartile ({excerpt(used)})."
        )
    return rows.assign(quartile=declared.fillna(computed).astype("str"))


def consumption_units(rows: pd.DataFrame, scale: Sequence[float]) -> pd.Series:
    """Give the consumption units of each household: its own figure, otherwise those of its members.

    >>> household = {"unites_consommation": [float("nan")], "personnes_14_ans_et_plus": [2.0],
    ...     "enfants_moins_14_ans": [1.0]}
    >>> consumption_units(pd.DataFrame(household), (1, 0.5, 0.3)).tolist()
    [1.8]
    """
    adults, children = rows["personnes_14_ans_et_plus"], rows["enfants_moins_14_ans"]
    first, other, child = scale
    made = first + other * (adults - 1) + child * children.fillna(0)
    return rows["unites_consommation"].fillna(made.where(adults >= 1))


def _sirens(rows: pd.DataFrame, convention: Convention) -> pd.Series:
    """Say of which EPCI each decision is: the territory's, otherwise that of its commune."""
    place, code = convention.territoire, official()
    if place.epci is not None:
        names = {plain(name): siren for siren, name in code.epci_names.items()}
        return pd.Series(names.get(plain(place.epci), place.epci), rows.index, dtype="str")
    found = code.epci_of(place.communes) if place.communes else None
    if found is not None:
        return pd.Series(found[0], rows.index, dtype="str")
    known = {one: code.epci.get(code.successor.get(one, one)) for one in rows["code_insee"].dropna().unique()}
    return rows["code_insee"].map(known).astype("str")


def _say_lacking(rows: pd.DataFrame, siren: pd.Series, desk: Desk) -> None:
    if not len(rows):
        return
    years = sorted({f"{year:g}" for year in rows["annee"].dropna()})
    nowhere = siren[rows.index].isna().any()
    why = (
        "l'EPCI n'est pas dit (epci dans [territoire], ou code_insee)"
        if nowhere
        else f"aucun seuil n'est connu pour {', '.join(years)}, et aucun n'est extrapolé"
    )
    desk.note(f"{many(len(rows), 'décision')} aux ressources connues, sans quartile calculé : {why}.")
