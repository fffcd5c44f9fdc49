"""Places, landlords and quarters of the fictional metropolis: all invented. Plain lists are in ``noms.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import NamedTuple

NAMES = tomllib.loads((Path(__file__).parent / "noms.toml").read_text(encoding="utf-8"))


class Commune(NamedTuple):
    """A commune: its centre in km from the middle of the metropolis, reach in km, number of IRIS, dwellings."""

    code: str
    name: str
    east: float
    north: float
    reach: float
    iris: int
    dwellings: int


# Dwellings are those outside the priority and watched quarters; the codes belong to no real commune.
COMMUNES = (
    Commune("21901", "Valmont-sur-Orle", 0.0, 0.0, 3.3, 32, 10080),
    Commune("21902", "Chantorle", 4.5, 1.2, 2.2, 6, 2220),
    Commune("21903", "Saint-Aubrin-les-Forges", -4.2, -2.3, 2.2, 5, 1500),
    Commune("21904", "Fontbrune-sur-Orle", 1.0, 4.9, 1.9, 4, 1100),
    Commune("21905", "Marcelange-la-Tuilière", -2.6, 4.3, 1.8, 3, 800),
    Commune("21906", "Les Essarts-Valmont", 2.7, -4.5, 1.8, 3, 700),
    Commune("21907", "Pontarbois", -1.7, -5.3, 1.7, 2, 330),
    Commune("21908", "Villers-aux-Aulnes", 7.3, -2.4, 1.9, 1, 180),
    Commune("21909", "Courtevrain", 6.2, 5.3, 1.9, 1, 140),
    Commune("21910", "Brévaumont", -7.1, 1.4, 1.9, 1, 110),
    Commune("21911", "Longuevernelle", -6.0, 5.0, 1.9, 1, 70),
    Commune("21912", "Aigremartin", 5.5, -5.4, 1.8, 1, 60),
)
POSTCODES = {
    commune.code: "21990" if commune.code == "21901" else f"2199{min(9, i)}" for i, commune in enumerate(COMMUNES)
}


class Quarter(NamedTuple):
    """A priority (or watched) quarter: its centre and mean radius in km, the communes it lies in, its dwellings."""

    code: str
    name: str
    east: float
    north: float
    radius: float
    communes: tuple[str, ...]
    dwellings: int


QPV = (
    Quarter("QN02190M", "Les Ormeaux - Le Lac", -1.75, 1.62, 0.33, ("21901",), 2700),
    Quarter("QN02191I", "La Fontaine aux Lièvres", 1.45, -1.85, 0.29, ("21901",), 2000),
    Quarter("QN02192M", "Belle Rive", 0.0, 0.0, 0.27, ("21901", "21902"), 1700),
    Quarter("QN02193N", "Le Moulin des Prés", 5.05, 1.95, 0.20, ("21902",), 1000),
    Quarter("QN02194I", "Les Tuileries", -4.45, -2.75, 0.19, ("21903",), 850),
)
QVA = Quarter("VA02190", "La Croix Saint-Éloi", -1.75, -1.35, 0.20, ("21901",), 950)

VALMONT_IRIS: list[str] = NAMES["iris_centre"]
# IRIS of the main town named after the quarter they hold: place in km from the middle.
VALMONT_PLACES = {
    "Le Lac": (-2.0, 1.9),
    "Les Ormeaux": (-1.4, 1.4),
    "Fontaine aux Lièvres": (1.45, -1.85),
    "Belle Rive": (2.6, 0.9),
    "Croix Saint-Éloi": (-1.75, -1.35),
}
IRIS_TYPES = {"Zone des Portes d'Orle": "A", "Parc de la Varenne": "D"}
OTHER_IRIS = ("Centre", "Nord", "Sud", "Est", "Ouest", "Les Hameaux")


class Landlord(NamedTuple):
    """A landlord: prefix of its identifiers, dwellings (Dijon métropole 2021: weights), how it answers the survey."""

    prefix: str
    name: str
    dwellings: int
    in_quarters: float
    response: float
    income_known: float
    activity_known: float


LANDLORDS = (
    Landlord("HTV", "Habitat des Trois Vallées", 9638, 1.6, 0.87, 0.96, 0.93),
    Landlord("ORH", "Orle Habitat", 5148, 1.0, 0.86, 0.95, 0.91),
    Landlord("LDC", "Logis de la Combe", 4645, 0.8, 0.83, 0.93, 0.80),
    Landlord("LFV", "Le Foyer Valmontin", 3197, 0.4, 0.84, 0.94, 0.90),
    Landlord("TDR", "Toits du Rail", 1348, 0.0, 0.80, 0.91, 0.94),
)

PEOPLE: list[str] = NAMES["voies_personnes"]
THINGS: list[str] = NAMES["voies_choses"]
STREET_TYPES = {
    "Rue": 52,
    "Avenue": 9,
    "Allée": 13,
    "Boulevard": 5,
    "Impasse": 7,
    "Place": 3,
    "Chemin": 6,
    "Square": 3,
    "Cours": 2,
}

RESIDENCE_FIRST: list[str] = NAMES["residences_debut"]
RESIDENCE_SECOND: list[str] = NAMES["residences_suite"]
