"""What each unit is made of, campaign by campaign: the ground on which any reader, or a later build, reasons.

In: the counts of every campaign and address. Out: one row per campaign and address. ``composition`` holds places and
dwellings, which are public, and travels in the editions that show addresses; ``evidence`` adds what each address
answered, and stays with the builder: the audit weighs with it, and a later build compares with it what it publishes.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from atlas.output import EVIDENCE
from atlas.protect.audiences import Pools, pooled
from atlas.protect.ground import Counts
from atlas.protect.weights import respondents
from atlas.tables import COMPOSITION_COLUMNS, COMPOSITION_THEN, INDICATORS, QUARTERS_BETWEEN

if TYPE_CHECKING:
    import geopandas as gpd


def composition_of(counted: Counts) -> pd.DataFrame:
    """Say in which units each address stood at each campaign.

    Returns
    -------
    DataFrame
        Columns of :data:`atlas.tables.COMPOSITION_COLUMNS`; ``quartiers`` joins the codes of every perimeter that held
        the address, whatever its kind. Those of :data:`COMPOSITION_THEN` that the territory has, too.
    """
    atoms = counted.atoms.rename(columns={"id_adresse": "id"})
    then = [column.name for column in COMPOSITION_THEN if column.name in atoms]
    return atoms.assign(quartiers=_quarters(counted))[[*(column.name for column in COMPOSITION_COLUMNS), *then]]


def evidence_of(counted: Counts, pools: Pools, pseudonyms: pd.Series) -> pd.DataFrame:
    """Keep what a build published from: places, and by indicator the counts of each address and who answered.

    Parameters
    ----------
    pools : mapping
        By landlord's folded name, the declared group it pools with.
    pseudonyms : Series of str
        By identifier of residence, its name in editions that name no landlord.

    Returns
    -------
    DataFrame
        :func:`composition_of`, then ``groupe``, ``pseudonyme``, ``menages``, and ``n_``, ``d_``, ``m_`` (households
        that answered, where it is known) of each indicator.
    """
    atoms = counted.atoms
    told = {name: atoms[name] for indicator in INDICATORS.values() for name in (indicator.n, indicator.d)}
    answered = {indicator.m: respondents(atoms, indicator) for indicator in INDICATORS.values()}
    return composition_of(counted).assign(
        groupe=pooled(atoms["bailleur"], pools),
        pseudonyme=atoms["id_residence"].map(pseudonyms),
        menages=atoms["menages"],
        **told,
        **answered,
    )


def keep_evidence(folder: Path, counted: Counts, pools: Pools, residences: gpd.GeoDataFrame) -> None:
    """Write :func:`evidence_of` a build in its folder, beside the editions and never in one."""
    evidence_of(counted, pools, pseudonyms(residences)).to_parquet(folder / EVIDENCE, index=False)


def pseudonyms(residences: Any) -> pd.Series:
    """Name residences from what everybody sees of them: no list of landlords' identifiers gives them back."""
    places = residences.geometry.map(lambda point: "" if point is None else f"{point.x:.0f} {point.y:.0f}")
    seen = residences["code_insee"].fillna("") + "\n" + residences["nom"].fillna("") + "\n" + places
    twins = seen.groupby(seen).cumcount().astype(str)
    digest = (seen + "\n" + twins).map(lambda text: "p-" + hashlib.blake2b(text.encode(), digest_size=6).hexdigest())
    return digest.set_axis(residences["id"].to_numpy())


def _quarters(counted: Counts) -> pd.Series:
    """Join the codes of the quarters of each atom, (atoms,)."""
    pairs = counted.membership["quartiers"].tocoo()
    codes = counted.units["quartiers"]["id"].to_numpy()[pairs.row]
    order = np.lexsort((codes.astype(str), pairs.col))
    held = pd.Series(codes[order], dtype="str").groupby(pairs.col[order]).agg(QUARTERS_BETWEEN.join)
    return held.reindex(range(len(counted.atoms))).set_axis(counted.atoms.index).astype("str")
