"""A small synthetic edition, of any size, for the tests of everything that is published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from atlas import judge, methods
from atlas.edition import Context, Edition, Source, sealed
from atlas.parameters import Rule, read_parameters
from atlas.tables import INDICATORS, NOT_APPLICABLE, PUBLISHED, SECRET, SITUATIONS, UNKNOWN
from atlas.tables.wider import CRITERION, ITSELF, MET, NOT_MET, PERIMETER, RECENT, WAYS, perimeter_words

CRS = pyproj.CRS.from_epsg(2154)
CORNER = np.array([840_000.0, 6_690_000.0])
SIDE = 900.0  # metres, one IRIS
DAY = date(2024, 3, 1)
CAMPAIGNS = (2020, 2022)
HOSTILE = (
    "<script>window.attaque = 1</script>",
    '"><img src=x onerror="window.attaque = 2">',
    "</script><script>window.attaque = 3</script>",
    "{{ 7 * 7 }} {% raw %} ${window.attaque = 4}",
    "L'Œuvre d'Aurélie & \"C°\" \\ <b>gras</b>",
    "Résidence " + "interminable " * 23,
    "\u202eécnedisér",
    "=cmd|' /C calc'!A0",
    "<!-- <script>",
)
_STREETS = ("Les Lilas", "Champ Perdrix", "Mansart", "Épirey", "Œillets", "La Noue", "Bel Air", "Grésilles", "Vauban")
_KINDS = ("Résidence", "Le Clos", "Square", "Les Terrasses", "Villa")
LANDLORDS = ("Habitat du Val", "Logis de Bourgogne", "Orvalis")


@dataclass(frozen=True)
class Shape:
    """Size and nature of an edition to make."""

    residences: int = 60
    iris: int = 9
    masked: bool = True
    hostile: bool = False
    seed: int = 7
    vertices: int = 4
    methods: tuple[str, ...] = methods.DEFAULT


def make_edition(shape: Shape | None = None, **changes: Any) -> Edition:
    """Give a judged edition, made once, with tables of its own; ``changes`` are fields of :class:`Shape`."""
    made = _made(shape or Shape(**changes))
    return resealed(made, **{one.name: _own(getattr(made, one.name)) for one in fields(made)})


def _own(value: Any) -> Any:
    """Copy tables on write, alone or in a mapping."""
    if isinstance(value, Mapping):
        return {name: _own(one) for name, one in value.items()}
    return value.copy(deep=False) if isinstance(value, pd.DataFrame) else value


@cache
def _made(shape: Shape) -> Edition:
    rng = np.random.default_rng(shape.seed)
    side = int(np.ceil(np.sqrt(shape.iris)))
    iris = _iris(shape, side)
    communes = iris.dissolve("code_insee", as_index=False)[["code_insee", "geometry"]]
    communes = communes.assign(id=communes["code_insee"], nom=["Valmont", "Saint-Éloi-sur-Ouche"][: len(communes)])
    quarters = _quarters(side)
    residences = _residences(shape, rng, side, iris, quarters)
    tables = {
        "territoire": gpd.GeoDataFrame(
            {"id": ["territoire"], "nom": ["Métropole d’essai"]}, geometry=[iris.geometry.union_all()], crs=CRS
        ),
        "situations": pd.DataFrame({"id": list(SITUATIONS), "nom": list(SITUATIONS), "situation": list(SITUATIONS)}),
        "communes": communes,
        "quartiers": quarters,
        "iris": iris,
        "residences": residences,
    }
    if not shape.masked:
        tables["bailleurs"] = pd.DataFrame({"id": LANDLORDS, "nom": LANDLORDS, "bailleur": LANDLORDS})
        tables["adresses"] = _addresses(residences)
    units = {name: _valued(name, table, shape, rng) for name, table in tables.items()}
    rules = _rules()
    edition = sealed(
        name="partenaire" if shape.masked else "interne",
        audience="Communes et partenaires" if shape.masked else "Service chargé de l’atlas",
        masked=shape.masked,
        counts=not shape.masked,
        context=_context(rules),
        crs=CRS,
        units=units,
        outlines=gpd.GeoDataFrame(
            {"id": residences["id"]}, geometry=residences.geometry.buffer(20).to_numpy(), crs=CRS
        ),
        series=_series(units),
        history=_history(units),
        stock=_stock(units, shape),
    )
    return judge.judge(edition, methods.load(shape.methods), {rule.key: rule.value for rule in rules})


def resealed(edition: Edition, **fields_: object) -> Edition:
    """Make another edition with other fields: the seal is for what the program makes, not for what tests try."""
    return sealed(**{one.name: getattr(edition, one.name) for one in fields(edition)} | fields_)


def _rules() -> tuple[Rule, ...]:
    known = read_parameters().in_force(DAY)
    rent = Rule(
        key="loyer_plai",
        label="loyer plai",
        unit="€/m² SU",
        nature="valeur locale",
        clock="enquête",
        value=5.1,
        since=date(2020, 1, 1),
        reference="Document cadre d’essai, 2.1.6",
        verified_until=date(2022, 12, 31),
        local=True,
    )
    return (*known, rent)


def _context(rules: tuple[Rule, ...]) -> Context:
    return Context(
        territory="Métropole d’essai",
        campaigns=CAMPAIGNS,
        published_on=DAY,
        rules=rules,
        sources=(
            Source("ops", "Enquête d'occupation du parc social (OPS)", ("ops_2022_simule.csv",), None, simulated=True),
            Source("iris", "Contours IRIS (Insee, IGN)", ("iris_2022.gpkg",), 2022),
            Source("qpv", "Quartiers prioritaires de la politique de la ville (ANCT)", ("qpv_2024.geojson",), 2024),
        ),
        notices=("Données fictives : ce territoire n'existe pas.",),
        omitted={"adresses": "non publié dans une édition masquée", "bailleurs": "non publié dans une édition masquée"},
    )


def _iris(shape: Shape, side: int) -> gpd.GeoDataFrame:
    cells = [divmod(number, side) for number in range(shape.iris)]
    codes = [f"2123{int(row >= side / 2)}{row * side + column:04d}" for row, column in cells]
    squares = [shapely.segmentize(_square(row, column), 4 * SIDE / shape.vertices) for row, column in cells]
    return gpd.GeoDataFrame(
        {
            "id": codes,
            "nom": [f"Secteur {number + 1}" for number in range(shape.iris)],
            "code_insee": [code[:5] for code in codes],
            "code_iris": codes,
        },
        geometry=squares,
        crs=CRS,
    )


def _square(row: int, column: int) -> shapely.Polygon:
    west, south = CORNER + SIDE * np.array([column, row])
    return shapely.box(west, south, west + SIDE, south + SIDE)


def _quarters(side: int) -> gpd.GeoDataFrame:
    span = SIDE * side
    middles = [CORNER + span * np.array(place) for place in ((0.3, 0.35), (0.7, 0.7), (0.25, 0.8))]
    return gpd.GeoDataFrame(
        {
            "id": ["QN02101M", "QVA-1", "SECT-3"],
            "nom": ["Grésilles - Épirey", "Bel Air", "Secteur du plan local"],
            "situation": ["QPV", "QVA", "PLH"],
        },
        geometry=[shapely.Point(middle).buffer(span * 0.19, quad_segs=5) for middle in middles],
        crs=CRS,
    )


def _residences(
    shape: Shape, rng: np.random.Generator, side: int, iris: gpd.GeoDataFrame, quarters: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    number = shape.residences
    places = CORNER + SIDE * side * rng.random((number, 2))
    cells = ((places - CORNER) // SIDE).astype(int)
    cell = np.minimum(cells[:, 1] * side + cells[:, 0], shape.iris - 1)
    places = np.where((cells[:, 1] * side + cells[:, 0] >= shape.iris)[:, None], CORNER + SIDE * 0.5, places)
    points = shapely.points(places)
    in_qpv, in_qva = (shapely.contains(quarters.geometry.iloc[position], points) for position in (0, 1))
    situation = np.select([in_qpv, in_qva], ["QPV", "QVA"], "hors QPV").astype(object)
    names = [f"{_KINDS[i % 5]} {_STREETS[(i // 5) % 9]} {i + 1}" for i in range(number)]
    landlords = [LANDLORDS[i % 3] for i in range(number)]
    if shape.hostile:
        names[: len(HOSTILE)] = HOSTILE
        landlords[0], landlords[5] = HOSTILE[1], HOSTILE[0]
    table = gpd.GeoDataFrame(
        {
            "id": [f"R{i:05d}" for i in range(number)],
            "nom": names,
            "bailleur": landlords,
            "code_insee": iris["code_insee"].to_numpy()[cell],
            "code_iris": iris["code_iris"].to_numpy()[cell],
            "code_qpv": np.where(in_qpv, "QN02101M", None),
            "situation": situation,
            "methode_groupe": "proximité",
            "confiance": "forte",
        },
        geometry=points,
        crs=CRS,
    )
    table.loc[number - 1, ["code_iris", "situation", "geometry"]] = [None, "non placé", None]
    return table


def _addresses(residences: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    street = [f"{i % 40 + 1} rue {_STREETS[i % 9]}" for i in range(len(residences))]
    kept = residences[["bailleur", "code_insee", "code_iris", "code_qpv", "situation", "geometry"]]
    return kept.assign(
        id=residences["id"] + "-1",
        nom=street,
        id_residence=residences["id"],
        methode_appariement="numéro exact",
        score_appariement=100.0,
    )


def _valued(name: str, table: pd.DataFrame, shape: Shape, rng: np.random.Generator) -> pd.DataFrame:
    """Give each unit sizes and rates as an edition publishes them: masked where small, bounds at the ends."""
    number = len(table)
    dwellings = rng.integers(4, 140, number) * (1 if name == "residences" else 12)
    empty = np.zeros(number, dtype=bool)
    if name == "iris" and number > 3:
        empty[-1] = True
    dwellings = np.where(empty, 0, dwellings)
    masked = (dwellings < 11) & ~empty & shape.masked
    bent = np.clip(rng.normal(0, 1, number), -2, 2)
    values: dict[str, object] = {
        "campagne": CAMPAIGNS[-1],
        "nb_logements": dwellings.astype(float),
        "nb_adresses": np.maximum(dwellings // 20, 1).astype(float),
        "menages": pd.Series(np.where(masked, np.nan, np.round(dwellings * 0.85))),
    }
    centres = {"inf40": 38, "er_inf40": 48, "chomage": 17, "bas_loyer": 40, "occupants": 2, "vacance": 4}
    for code, indicator in INDICATORS.items():
        centre = centres.get(code, 20)
        rate = np.clip(centre + bent * centre * 0.32 + rng.normal(0, centre * 0.18, number), 0, 100)
        denominator = np.round(dwellings * (0.2 if code == "er_inf40" else 0.8))
        missing = rng.random(number) < (0.06 if code in {"chomage", "mutations"} else 0.01)
        hidden = masked | (shape.masked & (denominator < 11) & ~empty)
        status = np.select([empty, hidden, missing], [NOT_APPLICABLE, SECRET, UNKNOWN], PUBLISHED).astype(object)
        values |= _written(indicator, rate, denominator, status, shape.masked)
    low = INDICATORS["bas_loyer"]
    values["nb_bas_loyer"] = pd.Series(
        np.where(values[low.st] == PUBLISHED, np.round(dwellings * 0.8 * np.nan_to_num(values[low.tx]) / 100), np.nan)
    )
    if name == "residences":
        values |= _read_wider(values, shape)
    return table.reset_index(drop=True).assign(**values)


def _read_wider(values: dict[str, object], shape: Shape) -> dict[str, object]:
    """Read recent movers on the residence, and every other masked one on one of the wider perimeters."""
    movers = INDICATORS[RECENT]
    status = np.array(values[movers.st], dtype=object)
    itself, turn = status == PUBLISHED, np.arange(len(status)) % 4
    elsewhere = (status == SECRET) & (turn > 0) & pd.notna(values["menages"]).to_numpy()
    words = np.array(["", *(perimeter_words(way, CAMPAIGNS) for way in WAYS)], dtype=object)
    reached = np.where(itself, pd.Series(values[movers.tx]).to_numpy(float) >= 50, turn == 1)
    criterion = np.where(itself | elsewhere, np.where(reached, MET, NOT_MET), status)
    return {PERIMETER: np.select([itself, elsewhere], [ITSELF, words[turn]], None), CRITERION: criterion}


def _written(indicator, rate, denominator, status, masked: bool) -> dict[str, object]:
    decimals = 1 if indicator.unit != "%" else (0 if masked else 1)
    published = status == PUBLISHED
    rounded = np.round(rate, decimals)
    unit = " %" if indicator.unit == "%" else ""
    label = np.array([f"{value:.{decimals}f}".replace(".", ",") + unit for value in rounded], dtype=object)
    if masked and indicator.sensitive and unit:
        label = np.where(rounded <= 5, "≤ 5 %", np.where(rounded >= 95, "≥ 95 %", label))
        rounded = np.clip(rounded, 5, 95)
    columns: dict[str, object] = {
        indicator.tx: pd.Series(np.where(published, rounded, np.nan)),
        indicator.lb: pd.Series(np.where(published, label, status)),
        indicator.st: pd.Series(status),
    }
    if not masked:
        columns[indicator.n] = pd.Series(np.where(published, np.round(rate * denominator / 100), np.nan))
        columns[indicator.d] = pd.Series(np.where(published, denominator, np.nan))
    return columns


def _then(table: pd.DataFrame, campaign: int) -> pd.DataFrame:
    """What each unit showed at a campaign: two years before, what the unit before it shows now.

    The first residence was not built, and one stood that is gone.
    """
    if campaign == CAMPAIGNS[-1]:
        return table
    shown = [*_SIZES[1:], *_figures(table)]
    earlier = table.assign(**{column: np.roll(table[column].to_numpy(), 1) for column in shown})
    if "id_residence" not in table and "methode_groupe" in table and len(table):
        earlier.loc[0, "id"] = "R-disparue"
    return earlier


def _series(units) -> pd.DataFrame:
    blocks = [
        pd.DataFrame(
            {
                "unite": name,
                "id": then["id"],
                "campagne": campaign,
                "indicateur": indicator.code,
                "numerateur": then.get(indicator.n, np.nan),
                "denominateur": then.get(indicator.d, np.nan),
                "valeur": then[indicator.tx],
                "statut": then[indicator.st],
                "libelle": then[indicator.lb],
            }
        )
        for name, table in units.items()
        for campaign in CAMPAIGNS
        for then in [_then(table, campaign)]
        for indicator in INDICATORS.values()
    ]
    return pd.concat(blocks, ignore_index=True)


def _history(units) -> dict[str, pd.DataFrame]:
    """The figures of every campaign."""
    kept = {name: [*_SIZES, *_figures(table)] for name, table in units.items() if name != "adresses"}
    return {
        name: pd.concat(
            [_then(units[name], year)[columns].assign(campagne=year) for year in CAMPAIGNS], ignore_index=True
        )
        for name, columns in kept.items()
    }


_SIZES = ("id", "nb_logements", "nb_adresses", "menages", "nb_bas_loyer")


def _figures(table: pd.DataFrame) -> list[str]:
    names = [name for i in INDICATORS.values() for name in (i.tx, i.lb, i.st, i.n, i.d)]
    return [name for name in (*names, PERIMETER, CRITERION) if name in table]


def _stock(units, shape: Shape) -> pd.DataFrame:
    """A third of the dwellings in each of three sizes, half of them accessible."""
    blocks = []
    for name, table in units.items():
        if name == "adresses":
            continue
        for feature, words in (("taille", ("T2", "T3", "T4")), ("accessibilite", ("accessible", "non accessible"))):
            for word in words:
                count = table["nb_logements"] // len(words)
                rents = {"logements_loyer_connu": count, "logements_bas_loyer": count // 2, "loyer_m2": 5.25}
                blocks.append(
                    pd.DataFrame(
                        {
                            "unite": name,
                            "id": table["id"],
                            "caracteristique": feature,
                            "modalite": word,
                            "nb_logements": count,
                            **({} if shape.masked else rents),
                        }
                    )
                )
    return pd.concat(blocks, ignore_index=True)
