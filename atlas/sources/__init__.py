"""The sources: every file of a territory as canonical tables, in one CRS, checked against its contract.

Each module reads one kind of file. Nothing is dropped without a line in the ledger, nothing is assumed without a
remark, and the faults of all the sources are raised together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd
import pyproj

from atlas.errors import AtlasError
from atlas.geo import legal_crs
from atlas.ledger import Ledger
from atlas.parameters import Parameters
from atlas.sources.attributions import read_attributions
from atlas.sources.ban import read_ban
from atlas.sources.coherence import check_addresses, check_communes, compare_coverage
from atlas.sources.coordinates import to_legal
from atlas.sources.corrections import read_corrections, relocated, summary
from atlas.sources.desk import Desk
from atlas.sources.iris import read_iris
from atlas.sources.logements import read_logements
from atlas.sources.menages import read_menages
from atlas.sources.ops import check_campaigns, read_ops
from atlas.sources.qpv import read_qpv
from atlas.sources.residences import read_residences
from atlas.sources.restricted import joined
from atlas.sources.rpls import read_rpls
from atlas.sources.zones import read_zones
from atlas.tables import CRITERIA
from atlas.territory import Territory

__all__ = ["Inputs", "read_sources", "relocated"]


@dataclass(frozen=True)
class Inputs:
    """Every table of a territory, as the stages take them.

    Attributes
    ----------
    crs : pyproj.CRS
        Legal projected CRS, metres; every ``x``, ``y`` and geometry is in it.
    ops : DataFrame
        One row per campaign and address: the columns of ``tables.OPS`` (all present; texts ``str``, counts float64, NaN
        where not provided), ``fichier``, ``ligne``, and ``en_qpv_declare`` (``oui``, ``non`` or NaN) from the register.
    logements, adresses, residences, attributions : DataFrame or None
        The columns of the table of the same name, ``fichier``, ``ligne``.
    iris, qpv, zones : GeoDataFrame or None
        Valid polygons; ``qpv`` carries ``generation``, ``zones`` carries ``perimetre``.
    rpls : DataFrame or None
        The register by address, when the survey is given too.
    corrections : DataFrame or None
        What :func:`atlas.sources.corrections.read_corrections` reads, when the residences were corrected by hand.
    remarks : list of str
        What was deduced or assumed, one French sentence each.
    """

    crs: pyproj.CRS
    ops: pd.DataFrame
    logements: pd.DataFrame | None = None
    adresses: pd.DataFrame | None = None
    iris: gpd.GeoDataFrame | None = None
    qpv: gpd.GeoDataFrame | None = None
    zones: gpd.GeoDataFrame | None = None
    residences: pd.DataFrame | None = None
    attributions: pd.DataFrame | None = None
    rpls: pd.DataFrame | None = None
    corrections: pd.DataFrame | None = None
    remarks: list[str] = field(default_factory=list)

    @property
    def layers(self) -> tuple[gpd.GeoDataFrame | None, gpd.GeoDataFrame | None, gpd.GeoDataFrame | None]:
        """Polygons in which addresses are placed: IRIS, QPV, other zones."""
        return self.iris, self.qpv, self.zones


def read_sources(
    territory: Territory, parameters: Parameters, ledger: Ledger, needs: Sequence[str] = CRITERIA
) -> Inputs:
    """Read every source of a territory.

    Parameters
    ----------
    needs : sequence of str
        Codes of the indicators that the active methods need: their counts must have a column in the survey.

    Raises
    ------
    AtlasError
        Once, with the faults of all the sources.
    """
    desk = Desk(ledger)
    sources = territory.sources
    ops, rpls = _read_survey(territory, parameters, needs, desk)
    crs = _crs(territory, ops, desk)
    ops, rpls = _placed(ops, crs, "OPS" if sources.ops else "RPLS", desk), _placed(rpls, crs, "RPLS", desk)
    tables = {
        "logements": read_logements(sources.logements, parameters, territory.campaign, desk)
        if sources.logements
        else None,
        "adresses": read_ban(sources.adresses, crs, desk) if sources.adresses else None,
        "iris": read_iris(sources.iris, crs, desk) if sources.iris else None,
        "qpv": read_qpv(sources.qpv, crs, desk) if sources.qpv else None,
        "zones": read_zones(sources.zones, crs, desk),
        "residences": read_residences(sources.residences, desk) if sources.residences else None,
        "attributions": read_attributions(sources.attributions, desk) if sources.attributions else None,
    }
    tables["logements"] = joined(tables["logements"], ops, desk)
    if ops is not None:
        check_communes(ops, tables["iris"], territory, desk)
        compare_coverage(ops, rpls, desk)
        check_addresses(ops, {name: tables[name] for name in ("logements", "residences", "attributions")}, desk)
    desk.faults.raise_if_any()
    assert ops is not None  # without a survey nor a register the territory file itself was refused
    corrections = read_corrections(sources.residences, crs)
    if corrections is not None:
        desk.note(summary(corrections))
    return Inputs(crs=crs, ops=ops, rpls=rpls, corrections=corrections, remarks=desk.remarks, **tables)


def _read_survey(
    territory: Territory, parameters: Parameters, needs: Sequence[str], desk: Desk
) -> tuple[pd.DataFrame | None, pd.DataFrame | None]:
    """Read the survey, and the register in its stead or beside it."""
    ops, rpls = None, None
    source, campaigns = territory.sources.ops, territory.territoire.campagnes
    if territory.sources.rpls is not None:
        rpls = read_rpls(territory.sources.rpls, territory, desk)
    if source is None:
        if rpls is not None:
            check_campaigns(rpls, campaigns, "RPLS", desk)
        return rpls, None
    if source.grain == "menage":
        ops = read_menages(source, needs, parameters, desk)
    else:
        ops = read_ops(source, needs, desk)
    if ops is not None:
        check_campaigns(ops, campaigns, "OPS", desk)
        ops = ops.assign(en_qpv_declare=pd.Series(pd.NA, ops.index, "str"))
    return ops, rpls


def _placed(frame: pd.DataFrame | None, crs: pyproj.CRS, who: str, desk: Desk) -> pd.DataFrame | None:
    if frame is None:
        return None
    return to_legal(frame, crs, who, desk, frame.get("epsg")).drop(columns="epsg", errors="ignore")


def _crs(territory: Territory, ops: pd.DataFrame | None, desk: Desk) -> pyproj.CRS:
    """Take the CRS of the territory file, or the legal one of its communes."""
    if territory.territoire.crs is not None:
        try:
            return pyproj.CRS.from_user_input(territory.territoire.crs)
        except pyproj.exceptions.CRSError:
            desk.faults.add(
                "TERR-CRS",
                f"[territoire] crs : « {territory.territoire.crs} » n'est pas un système de coordonnées connu.",
                'un code EPSG projeté, par exemple "EPSG:2154"',
                "corriger crs, ou le retirer : il se déduit des communes",
            )
    codes = territory.territoire.communes or (() if ops is None else ops["code_insee"].dropna().unique())
    try:
        crs = legal_crs(codes)
    except AtlasError as error:
        desk.faults.found.extend(error.faults)
        return legal_crs([])
    desk.note(f"Projection légale déduite des communes : {crs.name} (EPSG:{crs.to_epsg()}).")
    return crs
