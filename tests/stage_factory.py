"""Small hand-made tables for the tests of the stages: surveys, addresses, square zones, counts, editions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from scipy.sparse import identity

from atlas.describe import describe
from atlas.dwellings import StockRules, stock
from atlas.edition import Context
from atlas.parameters import Rule
from atlas.protect import AUDIENCES, Audience, Opening, Scale, SecrecyRules, protect
from atlas.tables import INDICATORS, OPS, UNITS
from atlas.territory import Identity

CRS = pyproj.CRS.from_epsg(2154)
CORNER = (660_000.0, 6_860_000.0)
SECRECY = SecrecyRules(
    dwellings=11, households=11, denominator=11, low_end=5, high_end=95, possible=3, people=8, redelivered=50
)
THRESHOLDS = {"inf40": 40.0, "er_inf40": 50.0, "chomage": 20.0}
SCALE = Scale({code: [value] for code, value in THRESHOLDS.items()}, {}, THRESHOLDS)
METHOD_RULES = {
    "fragilite_inf40": 40,
    "fragilite_er_inf40": 50,
    "fragilite_chomage": 20,
    "niveau_fragile": 1,
    "niveau_tres_fragile": 2,
    "entrants_comptes": 0,
    "lecture_criteres": 2,
    "evolution_reponse": 15,
    "evolution_repondants": 50,
}


NO_STOCK = stock(None, pd.DataFrame(), pd.DataFrame(), None, StockRules((), 5))


def texts(values, index=None) -> pd.Series:
    """A text column as the readers give it."""
    return pd.Series(values, index=index, dtype="str")


def survey(rows: list[dict[str, object]]) -> pd.DataFrame:
    """A survey as the readers give it: every canonical column, texts and floats, NaN where a row says nothing."""
    table = pd.DataFrame(index=pd.RangeIndex(len(rows)))
    defaults = {
        "campagne": 2022,
        "bailleur": "Habitat du Val",
        "code_postal": "93140",
        "code_insee": "93010",
        "commune": "Bondy",
        "nb_logements": 20.0,
    }
    for column in OPS.columns:
        values = [row.get(column.name, defaults.get(column.name)) for row in rows]
        table[column.name] = pd.Series(values, dtype=float) if column.numeric else texts(values)
    table["campagne"] = table["campagne"].astype(np.int64)
    table["fichier"] = texts(["ops.csv"] * len(rows))
    return table.assign(
        ligne=np.arange(2, len(rows) + 2),
        en_qpv_declare=texts([row.get("en_qpv_declare") for row in rows]),
    )


def entrances(rows: list[dict[str, object]], **common: object) -> pd.DataFrame:
    """Addresses as the grouping takes them: one landlord, one commune, one campaign unless a row says otherwise."""
    defaults = {
        "bailleur": "Habitat du Val",
        "nom_residence": None,
        "id_residence": None,
        "code_insee": "93010",
        "x": np.nan,
        "y": np.nan,
        "premiere_campagne": 2020,
        "nb_logements": 10.0,
        "adresse_affichee": "1 rue A",
        **common,
    }
    columns = ["id_adresse", *defaults]
    table = pd.DataFrame(
        [{"id_adresse": f"a{i:04d}", **defaults, **row} for i, row in enumerate(rows)], columns=columns
    )
    kinds = {"x": float, "y": float, "nb_logements": float, "premiere_campagne": int}
    return table.astype({name: kinds.get(name, "str") for name in columns})


def squares(corners: dict[str, tuple[float, float, float]], **columns: object) -> gpd.GeoDataFrame:
    """Square zones: code to (x, y, side), metres from :data:`CORNER`; the codes are in the column ``code``."""
    boxes = [
        shapely.box(CORNER[0] + x, CORNER[1] + y, CORNER[0] + x + side, CORNER[1] + y + side)
        for x, y, side in corners.values()
    ]
    return gpd.GeoDataFrame({"code": texts(list(corners)), **columns}, geometry=boxes, crs=CRS)


def iris_squares(corners: dict[str, tuple[float, float, float]], commune: str = "Bondy") -> gpd.GeoDataFrame:
    """Square IRIS; a commune is the first five characters of the code."""
    table = squares(corners)
    return table.assign(
        code_iris=table["code"],
        nom_iris="IRIS " + table["code"],
        code_insee=table["code"].str[:5],
        commune=texts([commune] * len(table)),
    )


def qpv_squares(corners: dict[str, tuple[float, float, float]]) -> gpd.GeoDataFrame:
    """Square priority quarters."""
    table = squares(corners)
    return table.assign(code_qpv=table["code"], nom_qpv="Quartier " + table["code"])


def zone_squares(name: str, corners: dict[str, tuple[float, float, float]]) -> gpd.GeoDataFrame:
    """Square zones of a perimeter."""
    table = squares(corners)
    return table.assign(nom="Zone " + table["code"], perimetre=texts([name] * len(table)))


def counts(rows: list[dict[str, float]]) -> pd.DataFrame:
    """Counts of residences as ``atlas.count`` gives them: missing unless a row gives them, one row per unit."""
    names = ["nb_logements", "nb_adresses", "menages"]
    names += [column for indicator in INDICATORS.values() for column in (indicator.n, indicator.d)]
    table = pd.DataFrame([{name: row.get(name, np.nan) for name in names} for row in rows], columns=names, dtype=float)
    table.insert(0, "id", texts([row.get("id", f"r{i}") for i, row in enumerate(rows)]))
    table.insert(1, "campagne", [int(row.get("campagne", 2022)) for row in rows])
    return table


def described_residences(table: pd.DataFrame) -> SimpleNamespace:
    """Describe the residences of a table of counts, and nothing else."""
    ids = table["id"].drop_duplicates().reset_index(drop=True)
    points = shapely.points(CORNER[0] + 50.0 * np.arange(len(ids)), np.full(len(ids), CORNER[1]))
    identity = {name: texts([None] * len(ids)) for name in UNITS["residences"].identity}
    units = gpd.GeoDataFrame({"id": ids, "nom": "Résidence " + ids, **identity}, geometry=points, crs=CRS)
    outlines = gpd.GeoDataFrame({"id": ids}, geometry=shapely.buffer(points, 12), crs=CRS)
    years = dict.fromkeys(("filiation", "passages"))
    return SimpleNamespace(units={"residences": units}, outlines=outlines, stock=NO_STOCK, crs=CRS, told=None, **years)


def context(campaigns: tuple[int, ...] = (2020, 2022)) -> Context:
    """What the pages of a test edition say."""
    rule = Rule("k", "Règle", "%", "choix du projet", "publication", 1, date(2022, 1, 1), "réf.", date(2030, 1, 1))
    return Context("Territoire d'essai", campaigns, date(2026, 1, 1), (rule,), ())


def opening(table: pd.DataFrame) -> Opening:
    """What rules R1 and R2 alone open of a table of counts."""
    rows = ((table["nb_logements"] >= 11) & (table["menages"] >= 11)).to_numpy()
    return Opening(rows, {i.code: rows & (table[i.d] >= 11).to_numpy() for i in INDICATORS.values()})


def protected(table: pd.DataFrame, audience: Audience | str = "partenaire", holders=None, **changes: object):
    """Protect the residences of a table of counts, one address each, and nothing else, for an audience.

    ``holders``: the landlord of each row at its campaign.
    """
    audience = AUDIENCES[audience] if isinstance(audience, str) else audience
    audience = replace(audience, omits=dict.fromkeys([name for name in UNITS if name != "residences"], "essai"))
    given = {
        "rules": SECRECY,
        "scale": SCALE,
        "context": context(),
        "openings": {"residences": opening(table)},
        "described": described_residences(table),
    }
    landlords = texts(["Habitat du Val"] * len(table) if holders is None else holders, table.index)
    atoms = table.assign(bailleur=landlords, id_adresse=table["id"])
    counted = SimpleNamespace(units={"residences": table}, atoms=atoms, membership={"residences": identity(len(table))})
    return protect(counted, audience=audience, **{**given, **changes})


def described(addresses: pd.DataFrame, iris=None, qpv=None, zones=None, quarters=None, *, fictional=False):
    """Describe placed and grouped addresses."""
    matched = addresses.assign(
        methode_appariement=texts(["essai"] * len(addresses), addresses.index), score_appariement=100.0
    )
    identity = Identity(nom="Territoire d'essai", campagnes=(2022,), fictif=fictional)
    return describe(matched, iris, qpv, zones, identity, CRS, NO_STOCK, quarters)
