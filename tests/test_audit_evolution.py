"""Evolutions from one campaign to another: counted again from other tables, refused where files do not give them."""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest

from atlas.audit.composition import ground_of
from atlas.audit.evolved import EVOLUTION, places_otherwise
from atlas.audit.judgements import betrayed
from atlas.audit.page_tables import false_moves
from atlas.audit.read_back import read_table, read_written
from atlas.audit.site import site_faults
from atlas.tables.years import ENTERS, LEAVES, MOVE, MOVES, OUTSIDE, REMAINS, UNTOLD, WHY


@pytest.fixture
def copied(years_build, tmp_path) -> Path:
    """The partners' edition of a commune over five campaigns, that a test may change, with its build's evidence."""
    shutil.copytree(years_build, tmp_path / "atlas")
    return tmp_path / "atlas" / "partenaire"


def changed(folder: Path, statement: str) -> int:
    """Change an edition's GeoPackage; give how many rows were."""
    with closing(sqlite3.connect(folder / "atlas.gpkg")) as connection:
        # Triggers of the spatial index call functions that plain SQLite has not: none is of the tables changed here.
        rows = connection.execute(statement).rowcount
        connection.commit()
    return rows


def reasons_of(folder: Path) -> list[str]:
    written = read_written(folder)
    return [str(one) for one in (*betrayed(written), *places_otherwise(written, ground_of(written)))]


@pytest.mark.parametrize("name", ["interne", "partenaire"])
def test_moves_follow_the_levels_of_both_campaigns(years_build, name):
    """Counted by hand from the table of levels: the audit and the engine read moves alike, this does not."""
    folder = years_build / name
    history, moves = read_table(folder, "historique"), read_table(folder, EVOLUTION)
    homes = history[history["unite"] == "residences"]
    word = {"très fragile": 1, "fragile": 1, "au moins fragile": 1, "sans fragilité repérée": 0}
    # Levels alone, or what figures prove of them: a level that is told decides.
    sides = {}
    for unit, year, level, proven in homes[["id", "campagne", "niveau", "lecture"]].itertuples(index=False):
        sides[unit, int(year)] = word.get(level, 1 if word.get(proven) == 1 else None)
    expected = Counter()
    told = {(0, 1): ENTERS, (1, 0): LEAVES, (1, 1): REMAINS, (0, 0): OUTSIDE}
    for years in combinations(sorted(homes["campagne"].unique()), 2):
        for unit in homes.loc[homes["campagne"].isin(years), "id"].unique():
            both = tuple(sides.get((unit, int(year)), 0) for year in years)
            expected[unit, *map(int, years), told.get(both, UNTOLD)] += 1
    found = moves[moves["unite"] == "residences"]
    assert Counter(found[["id", "campagne_avant", "campagne", MOVE]].itertuples(index=False, name=None)) == expected
    assert set(found[MOVE]) <= set(MOVES) and {ENTERS, REMAINS, OUTSIDE, UNTOLD} & set(found[MOVE])
    assert found.loc[~found[MOVE].isin([ENTERS, LEAVES]), WHY].isna().all()


def test_dwellings_that_stayed_came_and_left_are_those_of_the_unit(years_build):
    folder = years_build / "interne"
    history, moves = read_table(folder, "historique"), read_table(folder, EVOLUTION)
    sizes = history.set_index(["unite", "id", "campagne"])["nb_logements"]
    for row in moves.to_dict("records"):
        before, after = (sizes.get((row["unite"], row["id"], row[year]), 0) for year in ("campagne_avant", "campagne"))
        assert row["logements_restes"] + row["logements_entres"] == after, row["id"]
        assert row["logements_sortis"] <= before, row["id"]
    assert (moves["logements_entres"] > 0).any() and (moves["logements_sortis"] > 0).any()


def test_what_was_written_is_given_again(years_build):
    assert not reasons_of(years_build / "partenaire")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        (f"UPDATE evolution SET {MOVE} = '{ENTERS}' WHERE {MOVE} = '{UNTOLD}' AND unite = 'residences'", MOVE),
        (f"UPDATE evolution SET {WHY} = 'habitants' WHERE {WHY} IS NULL AND unite = 'residences'", WHY),
        # A masked rate: a gap in points gives it from the other campaign.
        ("UPDATE evolution SET ec_inf40 = 3 WHERE ec_inf40 IS NULL AND unite = 'residences'", "ec_inf40"),
        ("UPDATE evolution SET ev_chomage = 'hausse' WHERE ev_chomage = 'non établi'", "ev_chomage"),
        ("UPDATE evolution SET logements_entres = logements_entres + 1 WHERE unite = 'iris'", "autres que ceux des"),
        (f"UPDATE historique SET {MOVE} = '{LEAVES}' WHERE {MOVE} = '{UNTOLD}' AND campagne = 2022", MOVE),
        ("UPDATE evolution SET niveau_avant = 'très fragile' WHERE niveau_avant = 'non déterminé'", "niveau_avant"),
        (
            "INSERT INTO evolution (unite, id, campagne_avant, campagne, mouvement) "
            "VALUES ('residences', 'inventée', 2020, 2022, 'devient fragile')",
            "ligne que rien ne donne",
        ),
    ],
)
def test_what_the_files_do_not_give_again_is_refused(copied, statement, said):
    assert changed(copied, statement) > 0
    found = reasons_of(copied)
    assert found and any(said in one for one in found), found


def test_the_page_of_evolutions_is_counted_again(copied):
    page = copied / "evolution.html"
    tables = {
        name: read_table(copied, name) for name in (EVOLUTION, "historique", "residences", "filiation", "passages")
    }
    tables = {name: table for name, table in tables.items() if table is not None}
    assert not list(site_faults([page.name], read_written(copied), tables))
    text = page.read_text("utf-8")
    assert text.count("data-somme") > 40
    start = text.index("data-somme")
    end = text.index("</span>", start)
    number = text.rindex(">", start, end) + 1
    page.write_text(text[:number] + str(int(text[number:end].replace("\u202f", "")) + 1) + text[end:], "utf-8")
    assert "somme que le GeoPackage ne donne pas" in [
        what for _, what, _, _ in site_faults([page.name], read_written(copied), tables)
    ]


def test_what_the_map_says_of_two_campaigns_is_read_again():
    moves = pd.DataFrame(
        {
            "unite": "residences",
            "id": ["a", "b"],
            "campagne_avant": 2018,
            "campagne": 2022,
            MOVE: [ENTERS, UNTOLD],
            WHY: None,
        }
    )
    classes = [{"cle": word} for word in MOVES]
    here = {"u": [ENTERS, UNTOLD], "i": [0, 1]}
    digits = "".join(str(MOVES.index(word)) for word in (ENTERS, UNTOLD))
    told = {"champs": {MOVE: here}, "classes": {"residences_evolution": digits}}

    def page(one: dict) -> list[dict]:
        return [
            {
                "tables": {"residences": {"champs": {"id": {"v": ["a", "b"]}}}},
                "couches": [{"id": "residences_evolution", "classes": classes}],
                "mouvements": {"2018-2022": one},
            }
        ]

    assert not list(false_moves(page(told), moves))
    assert list(false_moves(page({**told, "champs": {MOVE: {**here, "i": [0, 0]}}}), moves))
    assert list(false_moves(page({**told, "classes": {"residences_evolution": digits[::-1]}}), moves))
    assert list(false_moves(page(told), None)) == ["2018-2022, sans table des évolutions"]
