"""What the tables of usefulness say is what the editions and the counts hold; masking is near the fewest possible."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from selectolax.lexbor import LexborHTMLParser

from atlas.methods.seuils import WIDER_LEVEL
from atlas.protect.costs import nearest_unmaskings, rule_costs
from atlas.publish import Book, conclude
from atlas.publish.dashboard import dashboard_page
from atlas.publish.notices import UNMEASURED, bounded_words
from atlas.publish.usefulness import biases, homes_of, readings, shares
from atlas.tables import UNDETERMINED
from atlas.tables.wider import ITSELF, PERIMETER
from atlas.writing import typeset
from tests.benchmarks.usefulness import compared, drawn, fewest_masked, masked_dwellings
from tests.edition_factory import make_edition
from tests.stage_factory import SCALE, SECRECY
from tests.test_masks import address, decided, town


@pytest.fixture(scope="module")
def editions():
    return {name: make_edition(masked=name != "interne", residences=40) for name in ("interne", "partenaire")}


@pytest.mark.parametrize(("name", "column"), [("interne", "niveau"), ("partenaire", "lecture")])
def test_the_dashboard_says_of_how_many_dwellings_the_classes_shown_first_tell_something(editions, name, column):
    edition = editions[name]
    page = LexborHTMLParser(dashboard_page(Book.of(edition)))
    homes = edition.units["residences"]
    known = homes[column] != UNDETERMINED
    for counted, size in (("logements", homes["nb_logements"]), ("unites", pd.Series(1, homes.index))):
        (told,) = page.css(f'[data-part="residences {column} {counted}"]')
        share = 100 * size[known].sum() / size.sum()
        assert (share < 100) == edition.masked and float(told.text().replace(",", ".")) == pytest.approx(
            share, abs=0.051
        )
        assert "dit pour" in " ".join(told.parent.text().split())


def test_shares_are_those_of_the_edition_and_need_nothing_else(editions):
    edition = editions["partenaire"]
    told = shares(edition).set_index(["unité", "ce qui est dit"])
    homes = edition.units["residences"]
    known = homes["niveau"] != UNDETERMINED
    assert told.loc[("résidence", "un niveau"), "unités (%)"] == pytest.approx(100 * known.mean(), abs=0.05)
    weighed = 100 * homes.loc[known, "nb_logements"].sum() / homes["nb_logements"].sum()
    assert told.loc[("résidence", "un niveau"), "logements (%)"] == pytest.approx(weighed, abs=0.05)
    wider = homes[WIDER_LEVEL] != UNDETERMINED
    assert told.loc[("résidence", "un niveau, entrants lus plus large"), "unités (%)"] == pytest.approx(
        100 * wider.mean(), abs=0.05
    )
    assert wider.sum() > known.sum(), "reading wider gives levels"


def test_levels_and_readings_are_compared_with_the_truth(editions):
    homes = {name: homes_of(edition) for name, edition in editions.items()}
    table = biases(homes)
    assert table["part montrée (%)"].sum() == pytest.approx(100, abs=0.2)
    masked, true = homes["partenaire"].table, homes["interne"].table
    read = masked[masked[PERIMETER].notna() & (masked[PERIMETER] != ITSELF)]
    found = readings({"interne": replace(homes["interne"], table=true.iloc[::-1]), "partenaire": homes["partenaire"]})
    assert found["résidences"].sum() == len(read) > 0
    assert (found["critère juste"] <= found["résidences"]).all()
    assert readings({"partenaire": homes["partenaire"]}).empty and biases({"partenaire": homes["partenaire"]}).empty


def test_each_masked_unit_is_counted_under_one_rule():
    rows = [address("P", 5), address("Q", 60), address("S", 60), address("T", 40, menages_ressources_connues=6.0)]
    counted = town(rows)
    secrecy = decided(counted)
    costs = rule_costs(counted, secrecy.openings, SECRECY, SCALE, 2022).set_index(["unité", "critère"])
    line = costs.loc[("résidence", "Ménages sous 40 % du plafond PLUS")]
    assert (line["R1, unités"], line["R1, logements"]) == (1, 5)
    assert (line["R2, unités"], line["R2, logements"]) == (1, 40)
    shown = secrecy.openings["residences"].rates["inf40"].sum()
    assert line[["R1, unités", "R2, unités", "R3, unités"]].sum() + shown == len(rows)


def test_the_figure_that_costs_most_is_named():
    """The quarter less Q is P, the rest less X, Y and Z is T: without the quarter P and T are 14 together."""
    rows = [address("P", 5), address("Q", 60), address("T", 9), *(address(name, 60) for name in "XYZ")]
    counted = town(rows, {"QP": ["P", "Q"]})
    found = nearest_unmaskings(counted, decided(counted).openings, SECRECY, 2022)
    assert found.iloc[0]["chiffre retiré"] == "quartier QP"
    assert (found.iloc[0]["résidences rouvertes"], found.iloc[0]["logements"]) == (2, 120)


def test_what_bounding_fixes_is_told_after_it_is_measured_and_the_manifest_follows(tmp_path):
    folder = tmp_path / "partenaire"
    folder.mkdir()
    (folder / "methode.html").write_text(f"<p>{typeset(UNMEASURED)}</p>", "utf-8")
    entry = {"fichier": "methode.html", "taille": 0, "sha256": ""}
    (folder / "manifeste.json").write_text(json.dumps({"fichiers": [entry]}), "utf-8")
    conclude(tmp_path, {"partenaire": pd.DataFrame({"determine": [True, False, False]})})
    text = (folder / "methode.html").read_text("utf-8")
    assert typeset(bounded_words(1, 2)) in text and typeset(UNMEASURED) not in text
    (entry,) = json.loads((folder / "manifeste.json").read_text("utf-8"))["fichiers"]
    assert entry["taille"] == (folder / "methode.html").stat().st_size


def test_residences_masked_are_near_the_fewest_possible():
    found = np.array([compared(seed, 40) for seed in range(6)])
    whole, masked, best = found.sum(axis=0)
    assert 0 < best <= masked <= 1.05 * best < whole


def test_the_optimum_would_tell_a_choice_that_wastes():
    """Masking every residence that could be shown is no near choice."""
    system, residences = drawn(1, 40)
    none = np.zeros(len(residences), dtype=bool)
    assert masked_dwellings(system, residences, none) > 1.05 * fewest_masked(system, residences, none)


def test_units_that_can_tell_a_level_are_masked_last():
    """Q and S could each protect P, small; S alone has answers enough for its criteria: it stays."""
    movers = {
        "emmenages_recents": 20.0,
        "emmenages_recents_ressources_connues": 20.0,
        "emmenages_recents_inf40_plus": 5.0,
    }
    few = movers | {"emmenages_recents_ressources_connues": 3.0, "emmenages_recents_inf40_plus": 1.0}
    rows = [address("P", 5, adults=8.0), address("Q", 62, adults=90.0, **few), address("S", 60, adults=90.0, **movers)]
    counted = town(rows)
    open_ = decided(counted).openings["residences"].rows
    assert dict(zip(counted.units["residences"]["id"], open_, strict=True)) == {"RP": False, "RQ": False, "RS": True}
