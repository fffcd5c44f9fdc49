"""Rules as shipped and small bases of addresses, for the tests of the match stage."""

from __future__ import annotations

import pandas as pd

from atlas.match import MatchRules, match

RULES = MatchRules(
    street_score=88,
    street_gap=7,
    word_score=70,
    typo_length=6,
    sure_score=97,
    name_penalty=2,
    type_penalty=12,
    commune_penalty=10,
    neighbour_penalty=10,
    street_only_penalty=20,
    number_gap=10,
    number_gap_end=4,
    street_extent=150,
    metres_per_number=6,
    duplicate_spread=100,
    stack_size=20,
    coordinate_slack=2000,
)


def base(*rows: tuple, **constant: str) -> pd.DataFrame:
    """BAN rows from (numero, nom_voie[, x[, y]]); 'numero' may hold its suffix: "12 bis"."""
    table = []
    for n, (numero, street, *place) in enumerate(rows):
        number, _, rep = numero.partition(" ")
        x, y = [*place, 10.0 * n, 0.0][:2] if len(place) != 1 else (place[0], 0.0)
        table.append((f"id{n}", number, rep or None, street, x, y))
    out = pd.DataFrame(table, columns=["id", "numero", "rep", "nom_voie", "x", "y"])
    town = {"code_postal": "93140", "code_insee": "93010", "nom_commune": "Bondy"} | constant
    return out.assign(nom_afnor=None, **town)


def ask(ban: pd.DataFrame | None, *texts: str, **columns: object) -> pd.DataFrame:
    """Match free strings of one commune."""
    town = {"code_postal": "93140", "code_insee": "93010", "commune": "Bondy"} | columns
    addresses = pd.DataFrame({"id_adresse": [f"a{n}" for n in range(len(texts))], "adresse": list(texts)})
    return match(addresses.assign(**town), ban, RULES)


def one(ban: pd.DataFrame, text: str, **columns: object) -> pd.Series:
    return ask(ban, text, **columns).iloc[0]
