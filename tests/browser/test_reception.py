"""The acceptance of a delivery as a person reads it: on a screen, on a phone, with a keyboard, on paper."""

from __future__ import annotations

import shutil

import pytest

from atlas.check import check
from tests.test_broken import FOLDER


@pytest.fixture(scope="module")
def reception(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reception")
    shutil.copytree(FOLDER / "base", folder / "t")
    survey = folder / "t" / "ops.csv"
    survey.write_text(survey.read_text("utf-8").replace("Habitat Été", "Habitat " + "Interminable" * 6), "utf-8")
    for name in ("logements", "attributions"):
        path = folder / "t" / f"{name}.csv"
        path.write_text(path.read_text("utf-8").replace("Habitat Été", "Habitat " + "Interminable" * 6), "utf-8")
    check(folder / "t" / "territoire.toml", (), folder)
    return folder / "reception.html"


@pytest.mark.parametrize("width", [1280, 390])
def test_it_asks_nothing_and_only_its_tables_scroll_sideways(open_page, reception, width):
    page, did = open_page(reception, width=width)
    assert did.quiet and not did.remote
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [1280, 390])
def test_it_is_accessible(axe, reception, width):
    assert axe(reception, width=width) == []


def test_it_holds_on_a4(open_page, reception, tmp_path):
    page, _ = open_page(reception, width=794)
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
