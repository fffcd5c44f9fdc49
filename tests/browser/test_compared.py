"""Two campaigns chosen on the atlas's page: who moved between them, as the GeoPackage says."""

from __future__ import annotations

from collections import Counter

import pytest

from atlas.audit.read_back import read_table
from atlas.tables.years import ENTERS, MOVE, MOVES


@pytest.fixture(params=["interne", "partenaire"])
def folder(request, years_build):
    return years_build / request.param


def choose(page, name: str, value: str) -> None:
    page.select_option(f"#choix-{name}", value)
    page.wait_for_timeout(150)


def counts(page) -> dict[str, int]:
    """Read the numbers beside the classes of the legend that is shown."""
    places = {word: page.inner_text(f'[data-count="residences_evolution|{word}"]') for word in MOVES}
    return {word: int(text.replace("\u202f", "")) for word, text in places.items()}


@pytest.mark.parametrize(("before", "after"), [(2024, 2026), (2018, 2026), (2018, 2022), (2020, 2024)])
def test_the_map_counts_who_moved_between_any_two_campaigns(open_page, folder, before, after):
    page, did = open_page(folder / "index.html")
    choose(page, "campagne", str(after))
    choose(page, "avant", str(before))
    assert page.input_value("#choix-residences") == "residences_evolution", "to compare is to look at who moved"
    assert f"Évolution de {before} à {after}" in page.inner_text("#campagne-dite")
    moves, homes = read_table(folder, "evolution"), read_table(folder, "residences")
    rows = moves[moves["unite"].eq("residences") & moves["campagne_avant"].eq(before) & moves["campagne"].eq(after)]
    history = read_table(folder, "historique")
    there = set(history.loc[history["unite"].eq("residences") & history["campagne"].eq(after), "id"]) & set(homes["id"])
    expected = Counter(rows.loc[rows["id"].isin(there), MOVE])
    assert counts(page) == {word: expected[word] for word in MOVES}
    assert did.quiet() and not did.remote


def test_the_first_campaign_is_compared_with_nothing(open_page, folder):
    page, _ = open_page(folder / "index.html")
    choose(page, "campagne", "2018")
    assert page.is_disabled("#choix-avant")
    choose(page, "residences", "residences_evolution")
    assert "Aucune enquête avant 2018" in page.inner_text("#campagne-dite")


def test_the_address_reopens_the_comparison(open_page, folder):
    page, _ = open_page(folder / "index.html")
    choose(page, "campagne", "2024")
    choose(page, "avant", "2018")
    told, address = counts(page), page.url
    again, did = open_page(folder / "index.html", hash=f"#{address.partition('#')[2]}")
    again.wait_for_timeout(150)
    assert counts(again) == told and again.input_value("#choix-avant") == "2018" and did.quiet()


def test_a_filter_keeps_those_that_came_into_fragility(open_page, folder):
    page, _ = open_page(folder / "index.html")
    page.click("#filtrer")
    if page.query_selector(f'select[data-filter="mouvement"] option[value="{ENTERS}"]') is None:
        pytest.fail("no residence to look for: the demo has some in every edition")
    page.select_option('select[data-filter="mouvement"]', ENTERS)
    page.wait_for_timeout(150)
    homes = read_table(folder, "residences")
    assert int(page.inner_text("#compte-residences")) == (homes[MOVE] == ENTERS).sum() > 0


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_of_evolutions_is_readable(open_page, folder, width, axe):
    page, did = open_page(folder / "evolution.html", width=width)
    assert did.quiet() and not did.remote
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert axe(folder / "evolution.html", width=width) == []
