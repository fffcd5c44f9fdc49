"""The page of legal shares as a person reads it: on a screen, on a phone, on paper; what it draws is what it says."""

from __future__ import annotations

import pytest

from atlas.convention import attributions
from tests.test_attributions import DIJON, SAINT_DIZIER


@pytest.fixture(scope="module")
def shares(tmp_path_factory):
    folder = tmp_path_factory.mktemp("attributions")
    (folder / "dijon_2020.csv").write_text(DIJON.replace("Orvitis", "Interminable" * 8), "utf-8")
    (folder / f"saint_dizier_2016_{'interminable' * 5}.csv").write_text(SAINT_DIZIER, "utf-8")
    attributions(sorted(folder.glob("*.csv")), folder / "s")
    return folder / "s" / "attributions.html"


@pytest.mark.parametrize("width", [1280, 390])
def test_it_asks_nothing_and_only_its_tables_scroll_sideways(open_page, shares, width):
    page, did = open_page(shares, width=width)
    assert did.quiet() and not did.remote
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [1280, 390])
def test_it_is_accessible(axe, shares, width):
    assert axe(shares, width=width) == []


def test_it_holds_on_a4(open_page, shares):
    page, _ = open_page(shares, width=794)
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_bars_are_as_long_as_their_shares_and_the_target_is_where_it_is(open_page, shares):
    page, _ = open_page(shares)
    drawn = page.evaluate(
        """[...document.querySelectorAll(".panel tbody tr")].map(row => {
            const bar = row.querySelector("svg .met, svg .unmet"), ground = row.querySelector("svg .ground");
            const target = row.querySelector("svg .target").getBoundingClientRect();
            const whole = ground.getBoundingClientRect();
            return [row.cells[2].textContent.trim(), bar && bar.getBoundingClientRect().width / whole.width,
                    (target.left + target.width / 2 - whole.left) / whole.width];
        })"""
    )
    assert len(drawn) == 6 + 2 * 4
    for text, length, target in drawn:
        if text == "sans objet":
            assert length is None
        else:
            assert length == pytest.approx(float(text.removesuffix("%").strip().replace(",", ".")) / 100, abs=0.002)
        assert target == pytest.approx(0.25, abs=0.01) or target == pytest.approx(0.5, abs=0.01)
