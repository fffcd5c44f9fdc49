"""What a page is made of, without a browser: nothing remote, nothing raw, the same bytes twice."""

from __future__ import annotations

import json
import re
from html import unescape
from types import MappingProxyType

import numpy as np
import pytest
import shapely

from atlas.errors import AtlasError
from atlas.publish.frame import shipped_catalogue
from atlas.publish.index import index_page
from atlas.publish.page_data import drawable, page_data
from atlas.publish.rendering import asset, gate, inline_script, json_text
from atlas.publish.web_map import TOLERANCE, leaflet, lightened, web_map
from atlas.symbology import classes_of, classify
from tests.edition_factory import HOSTILE, make_edition, resealed

CATALOGUE = shipped_catalogue()
REMOTE = (
    '<script src="https://example.org/a.js"></script>',
    '<link rel="stylesheet" href="//example.org/a.css">',
    "<img src=http://example.org/a.png>",
    '<img srcset="a.png 1x, https://example.org/b.png 2x">',
    "<style>@import 'https://example.org/a.css';</style>",
    "<style>body { background: url(//example.org/a.png) }</style>",
    '<p style="background: url(https://example.org/a.png)">',
    '<a href="javascript:alert(1)">',
    '<a href="HTTPS://example.org">',
    '<use xlink:href="https://example.org/a.svg">',
    '<a href="\\\\example.org">',
)


@pytest.mark.parametrize("html", REMOTE)
def test_the_gate_refuses_anything_remote(html):
    with pytest.raises(AtlasError, match="PAGE-DISTANTE"):
        gate(f"<!DOCTYPE html>{html}", "essai.html")


def test_the_gate_lets_local_things_and_the_text_of_scripts_pass():
    gate(
        '<link rel="icon" href="data:,"><a href="residences/a.html">a</a><a href="#b">b</a>'
        "<style>p { fill: url(#trame) }</style><script>var a = '<a href=\"https://example.org\">';</script>",
        "essai.html",
    )


def test_a_page_runs_its_own_scripts_only():
    html = index_page(make_edition(), CATALOGUE)
    policy = unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', html).group(1))
    assert policy.startswith("default-src 'none'; script-src ")
    assert "unsafe-inline" not in policy.split("style-src")[0] and "unsafe-eval" not in policy
    assert policy.count("sha256-") == html.count("<script>")
    assert "img-src data: https://data.geopf.fr;" in policy


def test_scripts_and_data_cannot_close_their_element():
    assert "</script" not in inline_script("a = '</SCRIPT>'; b = '<!-- </script'").lower()
    said = json_text({"nom": list(HOSTILE)})
    assert "<" not in said and json.loads(said)["nom"] == list(HOSTILE)
    html = index_page(make_edition(hostile=True, masked=False), CATALOGUE)
    assert "window.attaque = 1</script>" not in html
    assert html.count("<script") == html.count("</script>")


def test_two_builds_write_the_same_bytes():
    assert index_page(make_edition(), CATALOGUE) == index_page(make_edition(), CATALOGUE)


def test_other_maps_of_the_process_keep_their_links():
    import folium

    before = list(folium.Map.default_js)
    web_map(make_edition())
    assert folium.Map.default_js == before
    assert "leaflet" in folium.Map([0, 0]).get_root().render()


def test_leaflet_is_the_version_folium_pins():
    import folium

    script, style = leaflet()
    pinned = dict(folium.folium._default_js)["leaflet"]
    assert re.search(r"@ ?([\d.]+)", pinned).group(1) in script[:200]
    assert "url(" not in style and "sourceMappingURL" not in script


@pytest.mark.parametrize("masked", [True, False])
def test_page_data_repeats_the_edition_and_nothing_more(masked):
    edition = make_edition(masked=masked, residences=200, iris=16, hostile=True)
    data = page_data(edition, CATALOGUE)
    for name, told in data["tables"].items():
        table = edition.units[name]
        assert told["nombre"] == len(table)
        for column, field in told["champs"].items():
            if field["genre"] == "taux":
                assert [field["u"][i] for i in field["i"]] == table[f"lb_{column}"].tolist()
                numbers = np.array([field["t"][i] for i in field["i"]], dtype=float)
                assert np.array_equal(numbers, table[f"tx_{column}"].to_numpy(float), equal_nan=True)
                assert ("m" in field) == (not masked and f"marge_{column}" in table)
        for layer in drawable(edition, CATALOGUE):
            if layer.table == name:
                keys = [one.key for one in classes_of(layer, edition.context.rules)]
                drawn = [keys[int(digit, 36)] for digit in told["classes"][layer.id]]
                assert drawn == classify(table, layer, edition.context.rules).tolist()
    assert not re.search(r'"(n|d)_', json.dumps(data))
    assert (data["tables"]["residences"]["rues"] is None) == masked


def test_a_rate_that_nobody_publishes_is_not_offered():
    edition = make_edition()
    table = edition.units["residences"].assign(tx_apl=np.nan, lb_apl="non renseigné", st_apl="non renseigné")
    poorer = resealed(edition, units=MappingProxyType({**edition.units, "residences": table}))
    assert "residences_apl" in {layer.id for layer in drawable(edition, CATALOGUE)}
    assert "residences_apl" not in {layer.id for layer in drawable(poorer, CATALOGUE)}


def test_an_edition_that_names_no_landlord_offers_no_such_filter():
    edition = make_edition()
    table = edition.units["residences"].assign(bailleur=None)
    anonymous = resealed(edition, units=MappingProxyType({**edition.units, "residences": table}))
    html = index_page(anonymous, CATALOGUE)
    assert 'data-filter="bailleur"' not in html and "un bailleur" not in html
    assert 'data-filter="bailleur"' in index_page(edition, CATALOGUE)


@pytest.mark.parametrize("emptied", [("quartiers",), ("iris", "communes"), ("residences",)], ids=str)
def test_a_kind_of_unit_may_be_empty(emptied):
    edition = make_edition()
    units = {name: table.iloc[:0] if name in emptied else table for name, table in edition.units.items()}
    assert "<h1>" in index_page(resealed(edition, units=MappingProxyType(units)), CATALOGUE)


def test_lightened_outlines_stay_close_and_keep_shared_sides():
    edition = make_edition(iris=9, vertices=200)
    light = lightened(edition.units["iris"], edition).to_crs(edition.crs)
    exact = edition.units["iris"].geometry
    assert shapely.get_num_coordinates(light.geometry.to_numpy()).sum() < 9 * 20
    assert shapely.hausdorff_distance(light.geometry.to_numpy(), exact.to_numpy()).max() <= TOLERANCE
    union = shapely.union_all(light.geometry.to_numpy())
    assert abs(union.area - light.geometry.area.sum()) < 1


def test_an_unmasked_edition_says_so_on_its_page():
    assert "ne pas diffuser" in index_page(make_edition(masked=False), CATALOGUE)
    assert "ne pas diffuser" not in index_page(make_edition(masked=True), CATALOGUE)


def test_templates_are_text_that_travels():
    assert "Atlas.refresh" in asset("main.js")
