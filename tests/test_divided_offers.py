"""« Où loger ? » of an edition too large for one page: every residence on the page of its département, as it is."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from atlas.publish.book import Book
from atlas.publish.frame import offering
from atlas.publish.offers import write_offers
from tests.edition_factory import resealed
from tests.test_departments import large


def with_ceiling(edition, most=None):
    rules = edition.context.rules
    rules = (*rules, replace(rules[0], key="loyer_plai", value=5.1, unit="€/m² SU"))
    if most is not None:
        rules = tuple(replace(one, value=most) if one.key == "page_residences" else one for one in rules)
    return resealed(edition, context=replace(edition.context, rules=rules))


def carried(path):
    text = path.read_text("utf-8")
    held = re.search(r'<script type="application/json" id="donnees">(.*?)</script>', text, re.DOTALL).group(1)
    return {one["id"]: one for one in json.loads(held)["logements"]}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder, edition = tmp_path_factory.mktemp("divisee"), with_ceiling(large())
    assert offering(edition)
    return folder, write_offers(Book.of(edition), folder)


def test_each_residence_is_on_the_page_of_its_departement_and_told_alike(written, tmp_path):
    folder, paths = written
    names = [path.relative_to(folder).as_posix() for path in paths]
    assert names == ["ou-loger.html", "departements/ou-loger-21.html", "departements/ou-loger-2A.html"]
    parts = [carried(path) for path in paths[1:]]
    (one,) = write_offers(Book.of(with_ceiling(large(), most=1000)), tmp_path)
    whole = carried(one)
    assert sum(map(len, parts)) == len(whole) and {**parts[0], **parts[1]} == whole


def test_the_first_page_leads_to_the_others_which_lead_to_sheets_script_and_map(written):
    folder, paths = written
    text = paths[0].read_text("utf-8")
    for path in paths[1:]:
        assert f'href="{path.relative_to(folder).as_posix()}"' in text
        page, code = path.read_text("utf-8"), path.stem.rpartition("-")[2]
        assert 'src="../simulation.js"' in page and '"racine": "../"' in page.replace(
            '"racine":"../"', '"racine": "../"'
        )
        assert f"{code}.html" in page and 'href="../ou-loger.html"' in page and f"département {code}" in page
    assert "atlas ou-loger" in text and "ne note ni ne classe jamais une personne" in text
