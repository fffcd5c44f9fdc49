"""The bridge between perimeters: which dwellings a new list of quarters, or a new vintage of districts, moved.

In: placed and grouped addresses, every list of quarters and vintage of districts given. Out: one row per pair of lists,
residence and pair of codes, columns of :data:`atlas.tables.years.PASSAGE_COLUMNS`: dwellings and places, nothing of
people. Set aside: addresses outside both quarters, and districts that hold the same addresses under the same code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from atlas.geo import in_use
from atlas.tables.lists import QUARTER_BEFORE, has_lists, iris_of
from atlas.tables.years import CAME_IN, PASSAGE_COLUMNS, RECODED, STAYED, WENT_OUT
from atlas.writing import many

if TYPE_CHECKING:
    import geopandas as gpd

_QPV, _IRIS = "QPV", "IRIS"
_NAMES = {_QPV: ("code_qpv", "nom_qpv"), _IRIS: ("code_iris", "nom_iris")}


def passages(
    addresses: pd.DataFrame,
    residences: pd.DataFrame,
    iris: gpd.GeoDataFrame | None,
    qpv: gpd.GeoDataFrame | None,
) -> pd.DataFrame | None:
    """Say which dwellings came into a perimeter, left it, stayed or changed perimeter, by residence.

    Parameters
    ----------
    addresses : DataFrame
        One row per ``id_adresse``: ``id_residence``, ``nb_logements``, and its codes by every list and vintage.
    residences : DataFrame
        ``id``, ``nom`` of every residence.
    iris, qpv : GeoDataFrame, optional
        Polygons of every vintage and list, dated by ``millesime`` and ``generation``.

    Returns
    -------
    DataFrame or None
        None where there is but one list and one vintage: nothing can have moved.
    """
    names = residences.set_index("id")["nom"]
    parts = [_moved(addresses, names, *step) for step in _steps(addresses, iris, qpv)]
    if not parts:
        return None
    columns = [column.name for column in PASSAGE_COLUMNS]
    found = pd.concat(parts, ignore_index=True)[columns]
    return found.sort_values(["perimetre", "liste", "id", "de", "vers"], ignore_index=True)


def said(found: pd.DataFrame | None) -> list[str]:
    """Sum up a bridge in French, one sentence for each pair of lists or vintages."""
    sentences = []
    for (kind, before, after), rows in [] if found is None else found.groupby(["perimetre", "liste_avant", "liste"]):
        homes = rows.groupby("passage")["nb_logements"].sum()
        came, left, stayed, recoded = (int(homes.get(one, 0)) for one in (CAME_IN, WENT_OUT, STAYED, RECODED))
        if kind == _QPV:
            sentences.append(
                f"QPV, de la liste de {before} à celle de {after}, sur les adresses de l'atlas : "
                f"{many(came, 'logement entre', 'logements entrent')}, {many(left, 'en sort', 'en sortent')}, "
                f"{many(stayed, 'reste', 'restent')} dans le quartier qui succède au leur, "
                f"{many(recoded, 'passe', 'passent')} dans un autre."
            )
        else:
            moved = rows[rows["passage"] != STAYED]
            codes = len({*moved["de"].dropna(), *moved["vers"].dropna()})
            sentences.append(
                f"IRIS, du millésime {before} au millésime {after} : "
                f"{many(codes, 'code ne tient', 'codes ne tiennent')} pas les mêmes adresses "
                f"({many(recoded, 'logement change', 'logements changent')} de code) ; un code ne vaut que pour son "
                "millésime."
            )
    return sentences


def _steps(
    addresses: pd.DataFrame, iris: gpd.GeoDataFrame | None, qpv: gpd.GeoDataFrame | None
) -> Iterator[tuple[str, tuple[int, int], tuple[pd.Series, pd.Series], tuple[Mapping[str, str], Mapping[str, str]]]]:
    """Give each pair of lists that follow each other: what they are, their years, the codes of addresses, the names."""
    today, lists = in_use(qpv, "generation")
    if lists and qpv is not None and has_lists(addresses):
        ((year, before),) = lists.items()
        codes = addresses[QUARTER_BEFORE], addresses["code_qpv"]
        latest = max(int(one) for one in qpv["generation"].astype("category").cat.categories)
        yield _QPV, (year, latest), codes, (_named(before, _QPV), _named(today, _QPV))
    districts, vintages = in_use(iris, "millesime")
    if vintages and districts is not None:
        last = int(districts["millesime"].iloc[0])
        every = {**{year: (iris_of(year), one) for year, one in vintages.items()}, last: ("code_iris", districts)}
        for (year, (column, one)), (later, (next_column, other)) in pairwise(every.items()):
            codes = addresses[column], addresses[next_column]
            yield _IRIS, (year, later), codes, (_named(one, _IRIS), _named(other, _IRIS))


def _named(layer: gpd.GeoDataFrame, kind: str) -> dict[str, str]:
    code, name = _NAMES[kind]
    return dict(zip(layer[code], layer[name].fillna(layer[code]), strict=True))


def _moved(
    addresses: pd.DataFrame,
    names: pd.Series,
    kind: str,
    years: tuple[int, int],
    codes: tuple[pd.Series, pd.Series],
    named: tuple[Mapping[str, str], Mapping[str, str]],
) -> pd.DataFrame:
    """Count the addresses and dwellings of each residence by pair of codes."""
    table = pd.DataFrame(
        {
            "id": addresses["id_residence"],
            "de": codes[0].astype("str"),
            "vers": codes[1].astype("str"),
            "nb_adresses": 1,
            "nb_logements": addresses["nb_logements"].fillna(0),
        }
    )
    table = table[table["de"].notna() | table["vers"].notna()]
    table = table.groupby(["id", "de", "vers"], dropna=False, sort=True, as_index=False).sum()
    table["passage"] = _passage(table, kind)
    if kind == _IRIS:
        moved = table[table["passage"] != STAYED]
        touched = {*moved["de"].dropna(), *moved["vers"].dropna()}
        table = table[table["de"].isin(touched) | table["vers"].isin(touched)]
    return table.assign(
        perimetre=kind,
        liste_avant=years[0],
        liste=years[1],
        nom=table["id"].map(names),
        nom_de=table["de"].map(named[0]),
        nom_vers=table["vers"].map(named[1]),
    )


def _passage(table: pd.DataFrame, kind: str) -> np.ndarray:
    """Name what happened to each row; a quarter is followed by the one that holds most of its dwellings."""
    if kind == _QPV:
        both = table[table["de"].notna() & table["vers"].notna()]
        homes = both.groupby(["de", "vers"])["nb_logements"].sum().sort_values(kind="stable")
        heirs = dict(homes.index.to_list())  # the heaviest of each is written last
        same = table["vers"].eq(table["de"].map(heirs))
    else:
        same = table["vers"].eq(table["de"])
    return np.select(
        [table["de"].isna(), table["vers"].isna(), same.fillna(False)], [CAME_IN, WENT_OUT, STAYED], RECODED
    )
