"""A seeded France: survey, dwellings, IRIS and priority quarters, of any size, written as the files a build reads.

Grain out: ``ops.csv`` one row per address, ``logements.csv`` one row per dwelling (six per address on average),
``iris.gpkg`` polygons of about 200 vertices that tile the country, ``qpv.gpkg``. All is invented; at 900,000 addresses
the sizes are those of France. Dense and empty districts, landlords that are neighbours, programmes with a name, a
number or nothing, addresses without a point and unanswered items are there on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import shapely

CRS = "EPSG:2154"
CAMPAIGN = 2022
ADDRESSES, DWELLINGS, DISTRICTS, QUARTERS = 900_000, 5_400_000, 48_600, 1_600
SEGMENTS = 50  # of each of the four sides of a district
WORDS = ("LILAS", "TILLEULS", "ACACIAS", "COQUELICOTS", "PEUPLIERS", "HIRONDELLES", "GENETS", "SORBIERS", "BOUVREUILS")
STREETS = ("DU MOULIN", "DES ECOLES", "DE LA FONTAINE", "VICTOR HUGO", "DES VIGNES", "DU STADE", "DE LA GARE")


@dataclass(frozen=True)
class Districts:
    """``polygons``: one per IRIS; ``low``, ``high``: the box of each (n x 2, metres); ``code``, ``commune``: codes."""

    polygons: np.ndarray
    low: np.ndarray
    high: np.ndarray
    code: np.ndarray
    commune: np.ndarray


@dataclass(frozen=True)
class Quarters:
    """``polygons``: one per quarter; ``centre`` (n x 2) and ``radius``, metres; ``code``."""

    polygons: np.ndarray
    centre: np.ndarray
    radius: np.ndarray
    code: np.ndarray


def write_france(folder: Path, addresses: int = ADDRESSES, seed: int = 2022) -> Path:
    """Write the four files for a number of addresses, everything else in proportion; the same seed, the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(seed)
    share = addresses / ADDRESSES
    districts = _districts(max(round(DISTRICTS * share), 4), random)
    quarters = _quarters(districts, max(round(QUARTERS * share), 2), random)
    _write_layer(
        folder / "iris.gpkg",
        districts.polygons,
        {
            "code_iris": districts.code,
            "nom_iris": np.char.add("IRIS ", districts.code),
            "type_iris": np.full(len(districts.code), "H"),
            "code_insee": districts.commune,
            "nom_commune": np.char.add("COMMUNE ", districts.commune),
        },
    )
    _write_layer(
        folder / "qpv.gpkg", quarters.polygons, {"code_qp": quarters.code, "lib_qp": np.char.add("Q ", quarters.code)}
    )
    survey = _survey(districts, quarters, addresses, random)
    _write_csv(folder / "ops.csv", survey)
    _write_csv(folder / "logements.csv", _dwellings(survey, random))
    return folder


def _districts(size: int, random: np.random.Generator) -> Districts:
    """Tile a plane: lines unevenly apart, crossings moved about, sides that wander; neighbours share their side."""
    rows = max(round(np.sqrt(size * 2 / 3)), 1)
    columns = -(-size // rows)
    east = 200_000 + np.concatenate([[0], np.cumsum(np.exp(random.normal(7.7, 0.9, columns)) + 300)])
    north = 6_200_000 + np.concatenate([[0], np.cumsum(np.exp(random.normal(7.7, 0.9, rows)) + 300)])
    reach_x = 0.1 * np.minimum(np.diff(east, prepend=-np.inf), np.diff(east, append=np.inf))
    reach_y = 0.1 * np.minimum(np.diff(north, prepend=-np.inf), np.diff(north, append=np.inf))
    corner = np.stack(np.meshgrid(east, north), axis=-1)  # (rows + 1, columns + 1, 2)
    corner += random.uniform(-1, 1, corner.shape) * np.stack(np.meshgrid(reach_x, reach_y), axis=-1)
    flat = _sides(corner[:, :-1], corner[:, 1:], reach_y[:, None], 1, random)
    upright = _sides(corner[:-1], corner[1:], reach_x[None], 0, random)
    row, column = np.divmod(np.arange(size), columns)
    ring = np.concatenate(
        [
            flat[row, column][:, :-1],
            upright[row, column + 1][:, :-1],
            flat[row + 1, column][:, :0:-1],
            upright[row, column][:, :0:-1],
            flat[row, column][:, :1],
        ],
        axis=1,
    )
    first = np.concatenate([[True], random.random(size - 1) < 0.72])  # where a new commune begins
    number = np.cumsum(first) - 1
    # No code of an arrondissement of Paris, Lyon or Marseille: those are counted with their city.
    commune = np.array([f"{place // 690 + 1:02d}{place % 690 + 301:03d}" for place in range(number[-1] + 1)])[number]
    rank = np.arange(size) - np.flatnonzero(first)[number]
    code = np.char.add(commune, np.char.zfill((101 + rank).astype(str), 4))
    return Districts(shapely.polygons(ring), ring.min(axis=1), ring.max(axis=1), code, commune)


def _sides(
    start: np.ndarray, stop: np.ndarray, reach: np.ndarray, axis: int, random: np.random.Generator
) -> np.ndarray:
    """Join crossings by lines of SEGMENTS steps that wander along one axis, by ``reach`` metres at most."""
    step = np.linspace(0, 1, SEGMENTS + 1)
    phase = random.uniform(0, 2 * np.pi, (*start.shape[:2], 3, 1))
    wave = np.sin(np.array([[3], [7], [17]]) * 2 * np.pi * step + phase).mean(axis=2) * np.sin(np.pi * step)
    length = np.hypot(*np.moveaxis(stop - start, -1, 0))
    line = start[:, :, None] + (stop - start)[:, :, None] * step[:, None]
    line[..., axis] += wave * np.minimum(reach, 0.1 * length)[..., None]
    return np.round(line, 2)


def _quarters(districts: Districts, size: int, random: np.random.Generator) -> Quarters:
    """Draw star-shaped quarters inside the smallest districts, as towns have them."""
    extent = districts.high - districts.low
    home = np.argsort(extent.prod(axis=1), kind="stable")[: 2 * size : 2]
    home = home[random.integers(0, len(home), size)] if len(home) < size else home
    centre = districts.low[home] + extent[home] * random.uniform(0.2, 0.8, (size, 2))
    radius = random.uniform(180, 520, size)
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    phase = random.uniform(0, 2 * np.pi, (size, 2, 1))
    wave = (np.sin(3 * angle + phase[:, 0]) + np.sin(8 * angle + phase[:, 1])) / 2
    distance = radius[:, None] * (1 + 0.15 * wave)
    spoke = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    ring = np.round(centre[:, None] + distance[..., None] * spoke, 2)
    code = np.array([f"QN{place // 999 + 1:02d}{place % 999 + 1:03d}N" for place in range(size)])
    return Quarters(shapely.polygons(ring), centre, radius, code)


def _survey(districts: Districts, quarters: Quarters, size: int, random: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw programmes of one to some ten addresses, then what their households answered."""
    entries = np.minimum(random.geometric(0.33, size), 12)
    programmes = int(np.searchsorted(np.cumsum(entries), size)) + 1
    programme = np.repeat(np.arange(programmes), entries[:programmes])[:size]
    weight = np.exp(random.normal(0, 1.2, len(districts.code)))
    home = random.choice(len(districts.code), programmes, p=weight / weight.sum())
    centre = districts.low[home] + (districts.high - districts.low)[home] * random.uniform(0.1, 0.9, (programmes, 2))
    inside = random.random(programmes) < 0.31
    quarter = random.integers(0, len(quarters.code), inside.sum())
    turn, far = random.uniform(0, 2 * np.pi, inside.sum()), np.sqrt(random.random(inside.sum()))
    centre[inside] = (
        quarters.centre[quarter] + (quarters.radius[quarter] * far * np.array([np.cos(turn), np.sin(turn)])).T
    )
    neighbourhood = home.copy()
    neighbourhood[inside] = -1 - quarter
    landlords = max(size // 1500, 5)
    landlord = (neighbourhood * 7 + random.integers(0, 6, programmes)) % landlords
    xy = np.round(centre[programme] + random.normal(0, 18, (size, 2)), 1)
    lost = random.random(size) < 0.01
    name = _programme_names(programmes, random)
    declared = random.random(programmes) < 0.05
    identifier = np.char.add(
        np.char.add(districts.commune[home[programme]], "-"), np.char.zfill(np.arange(size).astype(str), 7)
    )
    weight = np.exp(random.normal(0, 0.8, size))
    dwellings = 1 + random.multinomial(5 * size, weight / weight.sum())
    return {
        "campagne": np.full(size, CAMPAIGN),
        "bailleur": np.array([f"OFFICE {rank:03d}" for rank in range(landlords)])[landlord[programme]],
        "id_adresse": identifier,
        "id_residence": np.where(declared, [f"P{rank:06d}" for rank in range(programmes)], "")[programme],
        "nom_residence": name[programme],
        "adresse": _streets(size, random),
        "code_postal": np.char.add(districts.commune[home[programme]].astype("<U2"), "000"),
        "code_insee": districts.commune[home[programme]],
        "x": np.where(lost, np.nan, xy[:, 0]),
        "y": np.where(lost, np.nan, xy[:, 1]),
        "nb_logements": dwellings,
        **_answers(dwellings, random),
    }


def _programme_names(size: int, random: np.random.Generator) -> np.ndarray:
    """Name six programmes in ten, number one in twenty, leave the others blank."""
    kind = random.random(size)
    word = np.array(WORDS)[random.integers(0, len(WORDS), size)]
    number = random.integers(1, 400, size).astype(str)
    name = np.char.add(np.char.add("LES ", np.char.add(word, " ")), number)
    return np.select([kind < 0.6, kind < 0.65], [name, number], "")


def _streets(size: int, random: np.random.Generator) -> np.ndarray:
    street = np.array(STREETS)[random.integers(0, len(STREETS), size)]
    return np.char.add(np.char.add(random.integers(1, 150, size).astype(str), " RUE "), street)


def _answers(dwellings: np.ndarray, random: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw nested counts: a part of a part; one address in twenty leaves an item unanswered."""
    some = lambda whole, share: random.binomial(whole, share)  # noqa: E731 (one draw, twenty times)
    households = some(dwellings, 0.85)
    known = some(households, 0.92)
    under_100 = some(known, 0.8)
    under_60 = some(under_100, 0.75)
    under_40 = some(under_60, 0.66)
    recent = some(households, 0.2)
    recent_known = some(recent, 0.9)
    adults = households + some(2 * households, 0.3)
    adults_known = some(adults, 0.9)
    vacant = some(dwellings - households, 0.2)
    answers = {
        "menages": households,
        "menages_ressources_connues": known,
        "menages_inf20_plus": some(under_40, 0.45),
        "menages_inf40_plus": under_40,
        "menages_inf60_plus": under_60,
        "menages_inf100_plus": under_100,
        "emmenages_recents": recent,
        "emmenages_recents_ressources_connues": recent_known,
        "emmenages_recents_inf40_plus": some(recent_known, 0.5),
        "majeurs": adults,
        "majeurs_activite_connue": adults_known,
        "majeurs_chomeurs": some(adults_known, 0.17),
        "personnes_seules": some(households, 0.4),
        "familles_monoparentales": some(households, 0.2),
        "familles_3_enfants_et_plus": some(households, 0.1),
        "titulaires_moins_30_ans": some(households, 0.1),
        "titulaires_65_ans_et_plus": some(households, 0.25),
        "menages_apl": some(households, 0.5),
        "occupants": households + some(3 * households, 0.4),
        "logements_vacants": vacant,
        "logements_vacants_plus_3_mois": some(vacant, 0.4),
        "emmenagements_annee": some(dwellings, 0.09),
        "menages_impayes_3_mois": some(households, 0.06),
        "demandes_mutation": some(households, 0.12),
    }
    return {
        name: np.where(random.random(len(counts)) < 0.05, np.nan, counts) if name != "menages" else counts
        for name, counts in answers.items()
    }


def _dwellings(survey: dict[str, np.ndarray], random: np.random.Generator) -> dict[str, np.ndarray]:
    """Draw the dwellings of every address, in the order of no file: landlords do not sort theirs."""
    address = random.permutation(np.repeat(np.arange(len(survey["id_adresse"])), survey["nb_logements"]))
    size = len(address)
    rooms = random.integers(1, 6, size)
    surface = np.round(18 + 16.0 * rooms + random.normal(0, 4, size), 1)
    rent = np.round(surface * random.normal(5.3, 1.0, size).clip(2), 2)
    return {
        "id_logement": np.char.add("LOG-", np.char.zfill(np.arange(size).astype(str), 9)),
        "id_adresse": pa.array(survey["id_adresse"]).take(pa.array(address)),
        "bailleur": pa.array(survey["bailleur"]).take(pa.array(address)),
        "nb_pieces": rooms,
        "surface_utile": np.where(random.random(size) < 0.03, np.nan, surface),
        "loyer_mensuel_hc": np.where(random.random(size) < 0.02, np.nan, rent),
        "financement": pa.array(["PLUS", "PLAI", "PLS", "HLMO"]).take(pa.array(random.integers(0, 4, size))),
        "annee_construction": random.integers(1950, 2022, size),
        "dpe": pa.array(list("ABCDEFG")).take(pa.array(random.integers(0, 7, size))),
        "type_construction": pa.array(["C", "I"]).take(pa.array(random.integers(0, 2, size))),
    }


def _write_csv(path: Path, columns: dict[str, np.ndarray]) -> None:
    """Write a semicolon CSV, whole numbers without decimals, nothing where nothing is known."""
    arrays = {}
    for name, values in columns.items():
        array = pa.array(values, from_pandas=True)
        if pa.types.is_floating(array.type) and name not in ("x", "y", "surface_utile", "loyer_mensuel_hc"):
            array = array.cast(pa.int64())
        arrays[name] = array
    pa.csv.write_csv(pa.table(arrays), path, pa.csv.WriteOptions(delimiter=";", quoting_style="none"))


def _write_layer(path: Path, polygons: np.ndarray, columns: dict[str, np.ndarray]) -> None:
    import geopandas as gpd

    path.unlink(missing_ok=True)
    gpd.GeoDataFrame(columns, geometry=polygons, crs=CRS).to_file(path, driver="GPKG", engine="pyogrio")
