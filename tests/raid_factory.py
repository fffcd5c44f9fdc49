"""Files of small fictional towns, delivered twice, made to give secrets away: streets, surveys, late answers.

A town is a grid of entrances drawn household by household. Its files are those that a landlord sends: one row per
entrance and campaign. The first delivery lacks the last campaign, some households and some items; the second has them,
moves a sector, splits or joins buildings. What each entrance answered is kept here, so that an attacker need not ask
the atlas. Nothing of this comes from :mod:`tests.adversary_factory`.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pyproj

from tests.raid_truth import COLUMNS, Answers, answers_of

LANDLORDS = ("Foyer Rural", "Logis d'Amont", "Office de la Vallée", "Toit Commun")
METHODS = ("classes_occupation", "grille", "surrepresentations", "profil_batiment", "accueil")
YEARS = (2014, 2016, 2018, 2020, 2022)
_SIDE, _STEP = 6, 70.0
_CORNER = (850_000.0, 6_570_000.0)
_ITEMS = ("resources", "activity", "benefits")
_TO_DEGREES = pyproj.Transformer.from_crs(2154, 4326, always_xy=True)


@dataclass(frozen=True)
class Household:
    """What one household would answer, and when: ``late`` ones are not in the first delivery."""

    traits: frozenset[str]
    people: int
    adults: int
    jobless: int
    late: bool
    silent: frozenset[str]


@dataclass
class Entrance:
    """A door: where it is, how many dwellings, in which building, who holds it and who lives there, by campaign."""

    name: str
    place: tuple[float, float]
    dwellings: int
    building: str
    since: int
    holder: dict[int, str] = field(default_factory=dict)
    homes: dict[int, list[Household]] = field(default_factory=dict)
    silent: dict[int, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Delivery:
    """One delivery of a town: its territory file and, by campaign and entrance, what was answered in it."""

    file: Path
    answers: dict[tuple[int, str], Answers]
    pooled: tuple[str, ...]


def deliveries(seed: int, folder: Path, *, again: bool = False) -> tuple[Delivery, Delivery]:
    """Draw a town and write both deliveries of it; ``again``: landlords send files of an earlier campaign once more."""
    chance = random.Random(f"town {seed}")
    campaigns = YEARS[-chance.choice([1, 2, 2, 3, 5]) :]
    doors = _doors(chance, campaigns)
    if again:
        _sent_again(random.Random(f"files of {seed}"), doors, campaigns)
    sectors = _sectors(chance)
    pooled = tuple(chance.sample(LANDLORDS[:2], 2)) if chance.random() < 0.4 else ()
    active = ("seuils", chance.choice(METHODS))
    first = campaigns if len(campaigns) == 1 or chance.random() < 0.5 else campaigns[:-1]
    before = _deliver(folder / "premiere", doors, first, sectors, pooled, active, early=True)
    _works(chance, doors)
    if chance.random() < 0.6:
        name = chance.choice(sorted(sectors))
        sectors = sectors | {name: tuple(edge + chance.choice([-1, 1]) for edge in sectors[name])}
    if chance.random() < 0.3:
        gone = chance.choice(doors)
        doors = [door for door in doors if door is not gone]
    return before, _deliver(folder / "seconde", doors, campaigns, sectors, pooled, active, early=False)


def _doors(chance: random.Random, campaigns: tuple[int, ...]) -> list[Entrance]:
    rare = {trait: chance.choice([0.02, 0.06, 0.25, 0.6, 0.95]) for trait in ("poor", "jobless", "owing", "aided")}
    doors, building = [], 0
    for number in range(_SIDE * chance.choice([4, 5, 6])):
        building += chance.random() < 0.55
        place = (_CORNER[0] + 100 + _STEP * (number % _SIDE), _CORNER[1] + 100 + _STEP * (number // _SIDE))
        size = chance.choice([1, 2, 4, 5, 6, 7, 9, 10, 11, 12, 15, 20, 26])
        since = campaigns[0] if chance.random() < 0.85 else chance.choice(campaigns)
        doors.append(Entrance(f"E{number:02d}", place, size, f"H{building:02d}", since))
    landlord = {door.building: chance.choice(LANDLORDS[: 2 + (len(campaigns) > 1)]) for door in doors}
    mute = {who: chance.choice(_ITEMS) for who in LANDLORDS if chance.random() < 0.3}
    for year in campaigns:
        for one in sorted(landlord):
            if year != campaigns[0] and chance.random() < 0.12:
                landlord[one] = chance.choice(LANDLORDS)
        for door in (one for one in doors if one.since <= year):
            door.holder[year] = landlord[door.building]
            gaps = {mute[door.holder[year]]} if door.holder[year] in mute else set()
            door.silent[year] = frozenset(gaps | {item for item in _ITEMS if chance.random() < 0.07})
            lived = sum(chance.random() < 0.88 for _ in range(door.dwellings))
            door.homes[year] = [_household(chance, rare) for _ in range(lived)]
    return doors


def _sent_again(chance: random.Random, doors: list[Entrance], campaigns: tuple[int, ...]) -> None:
    """Give some landlords, at some campaigns, the answers of an earlier one for most of what they hold."""
    for place, year in enumerate(campaigns[1:], 1):
        for who in LANDLORDS:
            if chance.random() < 0.5:
                before = chance.choice(campaigns[:place])
                for door in (one for one in doors if before in one.homes and one.holder.get(year) == who):
                    if chance.random() < 0.75:
                        door.homes[year], door.silent[year] = door.homes[before], door.silent[before]


def _household(chance: random.Random, rare: dict[str, float]) -> Household:
    people = chance.choices([1, 2, 3, 4, 5, 7], [40, 22, 14, 12, 7, 5])[0]
    adults = 1 if people == 1 else 2
    traits = {name for name, share in (("owing", rare["owing"]), ("aided", rare["aided"])) if chance.random() < share}
    if people == 1:
        traits.add("alone")
    elif chance.random() < 0.35:
        traits.add("parent")
        adults = 1
    if people >= 3 + adults and people >= 4:
        traits.add("large")
    traits.add(chance.choices(["under 20", "under 40", "under 60", "under 100", "over"],
                              [rare["poor"], rare["poor"], 0.3, 0.3, 0.2])[0])  # fmt: skip
    traits |= {name for name, share in (("recent", 0.25), ("leaving", 0.12)) if chance.random() < share}
    traits.add(chance.choices(["young", "old", "between"], [15, 25, 60])[0])
    jobless = sum(chance.random() < rare["jobless"] for _ in range(adults))
    silent = frozenset(item for item in ("resources", "activity") if chance.random() < 0.08)
    return Household(frozenset(traits), people, adults, jobless, chance.random() < 0.1, silent)


def _sectors(chance: random.Random) -> dict[str, tuple[int, int]]:
    """Draw zones as ranges of entrances along the rows of the grid: they overlap."""
    found = {}
    for number in range(4):
        start = chance.randrange(0, 20)
        found[f"Z{number}"] = (start, start + chance.randrange(3, 16))
    return found


def _works(chance: random.Random, doors: list[Entrance]) -> None:
    """Move entrances from one building to the next: the second delivery declares other residences."""
    for one, following in pairwise(doors):
        same = all(one.holder.get(year) == who for year, who in following.holder.items())
        if same and one.building != following.building and chance.random() < 0.12:
            following.building = one.building


def _deliver(
    folder: Path,
    doors: list[Entrance],
    campaigns: tuple[int, ...],
    sectors: dict[str, tuple[int, int]],
    pooled: tuple[str, ...],
    methods: tuple[str, ...],
    *,
    early: bool,
) -> Delivery:
    folder.mkdir(parents=True)
    answers: dict[tuple[int, str], Answers] = {}
    rows, homes = [], {"id_adresse;id_residence;bailleur": None}
    for year in campaigns:
        for door in (one for one in doors if year in one.holder):
            told = [home for home in door.homes[year] if not (early and home.late)]
            gaps = (
                door.silent[year] if not early else door.silent[year] | ({"benefits"} if door.dwellings == 9 else set())
            )
            columns, answers[year, door.name] = answers_of(told, gaps)
            fixed = {
                "campagne": year,
                "bailleur": door.holder[year],
                "id_adresse": door.name,
                "adresse": f"{int(door.name[1:]) + 1} rue du Gué",
                "code_postal": "01990",
                "code_insee": _commune(door),
                "commune": "Fontaine",
                "x": door.place[0],
                "y": door.place[1],
                "nb_logements": door.dwellings,
            }
            rows.append(fixed | columns)
            homes[f"{door.name};{door.building};{door.holder[year]}"] = None
    names = list(dict.fromkeys([*rows[0], *COLUMNS]))
    lines = [";".join(names), *(";".join(str(row.get(name, "")) for name in names) for row in rows)]
    (folder / "enquete.csv").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "immeubles.csv").write_text("\n".join(homes) + "\n", "utf-8")
    _maps(folder, sectors)
    (folder / "territoire.toml").write_text(_territory(campaigns, pooled, methods), "utf-8")
    return Delivery(folder / "territoire.toml", answers, pooled)


def _commune(door: Entrance) -> str:
    return "01901" if door.place[0] < _CORNER[0] + 300 else "01902"


def _maps(folder: Path, sectors: dict[str, tuple[int, int]]) -> None:
    """Write IRIS (two by commune), one priority quarter and the sectors, in degrees as official files are."""
    halves = {"01901": (0.0, 300.0), "01902": (300.0, 600.0)}
    iris = []
    for commune, (west, east) in halves.items():
        for rank, (south, north) in enumerate(((0.0, 240.0), (240.0, 700.0))):
            known = {"CODE_IRIS": f"{commune}010{rank}", "NOM_IRIS": f"Quartier {rank}", "TYP_IRIS": "H"}
            known |= {"INSEE_COM": commune, "NOM_COM": f"Fontaine {commune[-1]}"}
            iris.append(_feature(known, [(west, south, east, north)]))
    rows = {name: _cells(*ends) for name, ends in sectors.items()}
    quarter, *others = rows.items()
    _write(folder / "iris.geojson", iris)
    _write(folder / "qpv.geojson", [_feature({"code": "QN00199N", "label": "Les Prés"}, quarter[1])])
    _write(
        folder / "secteurs.geojson", [_feature({"code": name, "nom": f"Secteur {name}"}, one) for name, one in others]
    )


def _cells(start: int, stop: int) -> list[tuple[float, float, float, float]]:
    """Cover entrances of a range with one box by row of the grid, half a step around."""
    found = []
    for row in range(start // _SIDE, stop // _SIDE + 1):
        left, right = max(start, row * _SIDE) % _SIDE, min(stop, row * _SIDE + _SIDE - 1) % _SIDE
        y = 100 + _STEP * row
        found.append((65 + _STEP * left, y - 35, 135 + _STEP * right, y + 35))
    return found


def _feature(known: dict[str, str], boxes: list[tuple[float, float, float, float]]) -> dict[str, object]:
    rings = []
    for west, south, east, north in boxes:
        corners = [(west, south), (east, south), (east, north), (west, north), (west, south)]
        rings.append([[list(_TO_DEGREES.transform(_CORNER[0] + x, _CORNER[1] + y)) for x, y in corners]])
    shape = {"type": "MultiPolygon", "coordinates": rings}
    return {"type": "Feature", "properties": known, "geometry": shape}


def _write(path: Path, features: list[dict[str, object]]) -> None:
    path.write_text(json.dumps({"type": "FeatureCollection", "name": path.stem, "features": features}), "utf-8")


def _territory(campaigns: tuple[int, ...], pooled: tuple[str, ...], methods: tuple[str, ...]) -> str:
    active = ", ".join(f'"{one}"' for one in methods)
    group = '\n[groupes_bailleurs]\n"Groupe" = [' + ", ".join(f'"{one}"' for one in pooled) + "]\n" if pooled else ""
    return f"""[territoire]
nom = "Fontaine"
campagnes = {list(campaigns)}
publie_le = 2026-11-21
[sources.ops]
fichiers = ["enquete.csv"]
[sources.iris]
fichier = "iris.geojson"
millesime = 2022
[sources.qpv]
fichier = "qpv.geojson"
[[sources.zones]]
nom = "Secteurs"
fichier = "secteurs.geojson"
[sources.residences]
fichier = "immeubles.csv"
[methodes]
actives = [{active}]
{group}"""
