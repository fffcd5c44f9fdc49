"""The sources: every file of a territory as canonical tables, in one CRS, checked against its contract.

Each module reads one kind of file. Nothing is dropped without a line in the ledger, nothing is assumed without a
remark, and the faults of all the sources are raised together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from atlas import methods
from atlas.errors import AtlasError
from atlas.geo import in_use, within
from atlas.later import geopandas as gpd
from atlas.later import pyproj
from atlas.ledger import Ledger
from atlas.parameters import Parameters, Recorder, Rule
from atlas.sources.attachment import attached
from atlas.sources.attributions import read_attributions
from atlas.sources.ban import read_ban
from atlas.sources.coherence import check_codes, check_communes, compare_coverage, say_targets
from atlas.sources.content import Unreadable
from atlas.sources.coordinates import Ground, ground_of, to_legal
from atlas.sources.corrected import read_corrections
from atlas.sources.corrections import changed, relocated, summary
from atlas.sources.demandes import read_requests
from atlas.sources.desk import Desk
from atlas.sources.filiation import read_filiation
from atlas.sources.forms import forms, module_of
from atlas.sources.ground import communes_of, covered, crs_of, say_epci
from atlas.sources.identity import IdentityRules, identified, identity_rules
from atlas.sources.iris import read_iris
from atlas.sources.logements import read_logements
from atlas.sources.menages import read_menages
from atlas.sources.ops import check_campaigns, one_survey, read_ops
from atlas.sources.qpv import read_qpv
from atlas.sources.residences import read_residences
from atlas.sources.restricted import joined as joined_to_survey
from atlas.sources.rpls import read_registers
from atlas.sources.updates import apart, updated
from atlas.sources.zones import read_zones
from atlas.tables.updates import UPDATED_ON
from atlas.territory import SurveySource, Territory

__all__ = ["Inputs", "read_sources", "relocated", "updated"]


@dataclass(frozen=True)
class Inputs:
    """Every table of a territory, as the stages take them.

    Attributes
    ----------
    crs : pyproj.CRS
        Legal projected CRS, metres; every ``x``, ``y`` and geometry is in it.
    ops : DataFrame
        One row per campaign and address: the columns of ``tables.OPS`` (all present; texts ``str``, counts float64, NaN
        where not provided), ``fichier``, ``ligne``, ``en_qpv_declare`` (``oui``, ``non`` or NaN) from the register, and
        ``code_adresse``, the identifier as its landlord writes it (see :mod:`atlas.sources.identity`).
    updates : DataFrame
        Rows as those of the survey that landlords sent between two of them, ``date_actualisation`` beside; ``campagne``
        is the year of that day.
    logements, adresses, residences, filiation, attributions, demandes : DataFrame or None
        The columns of the table of the same name, ``fichier``, ``ligne``.
    iris, qpv, zones : GeoDataFrame or None
        Valid polygons; ``qpv`` carries ``generation``, ``zones`` carries ``perimetre``. Every list of quarters and
        vintage of districts given, the last being today's (:func:`atlas.geo.in_use`); ``iris`` carries ``millesime``
        where it holds several.
    rpls : DataFrame or None
        The register by address, when the survey is given too.
    others : mapping of DataFrame or None
        By source, what the modules that count for themselves have read.
    corrections : DataFrame or None
        What :func:`atlas.sources.corrections.read_corrections` reads, when the residences were corrected by hand.
    remarks : list of str
        What was deduced or assumed, one French sentence each.
    rules : list of Rule
        Rules applied while reading, in the order of use: which ones depends on what the files hold.
    """

    crs: pyproj.CRS
    ops: pd.DataFrame
    updates: pd.DataFrame
    logements: pd.DataFrame | None = None
    adresses: pd.DataFrame | None = None
    iris: gpd.GeoDataFrame | None = None
    qpv: gpd.GeoDataFrame | None = None
    zones: gpd.GeoDataFrame | None = None
    residences: pd.DataFrame | None = None
    filiation: pd.DataFrame | None = None
    attributions: pd.DataFrame | None = None
    demandes: pd.DataFrame | None = None
    rpls: pd.DataFrame | None = None
    others: Mapping[str, pd.DataFrame | None] = field(default_factory=dict)
    corrections: pd.DataFrame | None = None
    remarks: list[str] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)

    @property
    def answers(self) -> pd.DataFrame:
        """The rows of surveys, then those of updates."""
        return pd.concat([self.ops, self.updates], ignore_index=True) if len(self.updates) else self.ops

    @property
    def declared_then(self) -> pd.DataFrame | None:
        """Declarations that hold at every campaign: of corrected residences, those that a hand changed alone."""
        if self.residences is None or self.corrections is None:
            return self.residences
        return changed(self.residences, self.corrections)

    def surveyed(self, campaign: int) -> pd.Series:
        """The addresses of a campaign."""
        return self.ops.loc[self.ops["campagne"] == campaign, "id_adresse"]

    @property
    def counted(self) -> tuple[pd.DataFrame, ...]:
        """Counts by campaign and address of the sources whose modules count for themselves."""
        modules = {origin.name: module_of(form) for origin, form in forms()}
        return tuple(modules[name].counts(table) for name, table in self.others.items() if table is not None)

    @property
    def layers(self) -> tuple[gpd.GeoDataFrame | None, gpd.GeoDataFrame | None, gpd.GeoDataFrame | None]:
        """Polygons in which addresses are placed: IRIS, QPV, other zones."""
        return self.iris, self.qpv, self.zones


def read_sources(
    territory: Territory, parameters: Parameters, ledger: Ledger, needs: Sequence[str] | None = None
) -> Inputs:
    """Read every source of a territory.

    Parameters
    ----------
    needs : sequence of str
        Codes of the indicators whose counts must have a column in the survey: those that the first method of the
        territory reads, unless given.

    Raises
    ------
    AtlasError
        Once, with the faults of all the sources.
    """
    if needs is None:
        needs = methods.load(territory.methodes.actives)[0].needs
    desk, parameters = Desk(ledger), Recorder(parameters.values, parameters.accepted)
    sources = territory.sources
    rules = _identity(parameters, territory, desk)
    ops, updates, rpls = _read_survey(territory, parameters, rules, needs, desk)
    communes = communes_of(territory, ops)
    crs = crs_of(territory, communes, parameters, desk)
    ground = ground_of(territory, crs, parameters, desk)
    ops, rpls = _placed(ops, ground, "OPS" if sources.ops else "RPLS", desk), _placed(rpls, ground, "RPLS", desk)
    base = read_ban(sources.adresses, ground, communes, desk) if sources.adresses else None
    named = bool(territory.territoire.communes)
    iris = read_iris(sources.iris, crs, desk, communes, named=named) if sources.iris else None
    districts = in_use(iris, "millesime")[0]
    covering = covered(districts, ops, None if base is None else base[within(base["code_insee"], communes)])
    tables = {
        "logements": read_logements(sources.logements, parameters, territory.campaign, desk, ops)
        if sources.logements
        else None,
        "adresses": base,
        "iris": iris,
        "qpv": read_qpv(sources.qpv, crs, desk, covering) if sources.qpv else None,
        "zones": read_zones(sources.zones, crs, desk, covering),
        "residences": read_residences(sources.residences, desk) if sources.residences else None,
        "filiation": read_filiation(sources.filiation, territory.territoire.campagnes, desk)
        if sources.filiation
        else None,
        "attributions": read_attributions(sources.attributions, desk, ops) if sources.attributions else None,
        "demandes": read_requests(sources.demandes, desk) if sources.demandes else None,
    }
    readers = {origin.name: module for origin, form in forms() if hasattr(module := module_of(form), "counts")}
    others = {
        name: module.read(blocks, desk, ops) if (blocks := getattr(sources, name)) else None
        for name, module in readers.items()
    }
    tables["logements"] = joined_to_survey(tables["logements"], ops, desk)
    if ops is not None:
        if not territory.territoire.fictif:
            say_epci(communes, desk)
            check_codes(ops, desk)
        check_communes(ops, districts, territory, desk)
        say_targets(territory.cibles, ops["bailleur"].dropna().unique().tolist(), desk)
        compare_coverage(ops, rpls, desk)
        ops = identified(ops, rules, desk)
        joined = {name: tables[name] for name in ("logements", "residences", "attributions")}
        found = attached(ops, {**joined, **others}, rules, desk)
        tables |= {name: found[name] for name in joined}
        others = {name: found[name] for name in others}
    corrections = None
    if tables["residences"] is not None:
        try:
            corrections = read_corrections(sources.residences, ground)
        except Unreadable as error:
            desk.faults.found.append(error.fault)
    desk.faults.raise_if_any()
    assert (
        ops is not None and updates is not None
    )  # without a survey nor a register the territory file itself was refused
    if corrections is not None:
        desk.note(summary(corrections))
    return Inputs(
        crs=crs,
        ops=ops,
        updates=updates,
        rpls=rpls,
        others=others,
        corrections=corrections,
        remarks=desk.remarks,
        rules=parameters.given,
        **tables,
    )


def _identity(parameters: Parameters, territory: Territory, desk: Desk) -> IdentityRules:
    """Read the rules of identity; their faults are told with those of the files, under rules that compare nothing."""
    try:
        return identity_rules(parameters, territory.campaign)
    except AtlasError as error:
        desk.faults.found.extend(error.faults)
        return IdentityRules(name=100, street=100, distance=0)


def _read_survey(
    territory: Territory, parameters: Parameters, rules: IdentityRules, needs: Sequence[str], desk: Desk
) -> tuple[pd.DataFrame | None, pd.DataFrame | None, pd.DataFrame | None]:
    """Read the survey, what landlords sent between two, and the register in its stead or beside it."""
    rpls = updates = None
    source, campaigns = territory.sources.ops, territory.territoire.campagnes
    ops = _surveyed(source, parameters, rules, needs, desk) if source else None
    if territory.sources.rpls:
        rpls = read_registers(territory.sources.rpls, territory, communes_of(territory, ops), desk)
    if not source:
        if rpls is not None:
            check_campaigns(rpls, campaigns, "RPLS", desk)
        return rpls, None if rpls is None else rpls.iloc[:0], None
    if ops is not None:
        ops, updates = apart(ops)
        check_campaigns(ops, campaigns, "OPS", desk)
        ops = ops.assign(en_qpv_declare=pd.Series(pd.NA, ops.index, "str"))
    return ops, updates, rpls


def _surveyed(
    blocks: Sequence[SurveySource], parameters: Parameters, rules: IdentityRules, needs: Sequence[str], desk: Desk
) -> pd.DataFrame | None:
    """Read the blocks of each grain together, and put both one after another."""
    by_address = tuple(block for block in blocks if block.grain == "adresse" and block.actualisation is None)
    by_household = tuple(block for block in blocks if block.grain == "menage")
    parts = [read_ops(by_address, needs, parameters, desk)] if by_address else []
    parts += [read_menages(by_household, needs, parameters, rules, desk)] if by_household else []
    for block in (block for block in blocks if block.actualisation is not None):
        part = read_ops((block,), needs, parameters, desk)
        parts.append(None if part is None else part.assign(**{UPDATED_ON: f"{block.actualisation:%Y-%m-%d}"}))
    return one_survey(parts, needs, desk)


def _placed(frame: pd.DataFrame | None, ground: Ground, who: str, desk: Desk) -> pd.DataFrame | None:
    if frame is None:
        return None
    return to_legal(frame, ground, who, desk, frame.get("epsg")).drop(columns="epsg", errors="ignore")
