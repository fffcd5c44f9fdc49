"""Symbols as pixels: each looks unlike every other, in grey and to every eye, in the legend as on the map."""

from __future__ import annotations

import base64
import io
from itertools import combinations

import numpy as np
import pytest
from PIL import Image

from tests.test_symbology import VISIONS

LAYERS = ("residences_niveau", "residences_lecture")
STATUSES = ("secret", "non renseigné", "sans objet")
# Draws one symbol of the map, as the map draws it, on a canvas of its own four times larger.
_DRAWN = """([id, key]) => {
  const one = Atlas.active(id).classes.find((one) => one.cle === key);
  const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
  canvas.width = canvas.height = 96;
  pen.fillStyle = "#eef1f4"; pen.fillRect(0, 0, 96, 96); pen.scale(4, 4);
  const symbol = new Atlas.Symbol([0, 0], {}), style = Atlas.symbolStyle(one);
  symbol.options = Object.assign(Object.create(Atlas.Symbol.prototype.options), style,
    {_dashArray: style.dashArray && style.dashArray.split(" ").map(Number)});
  Object.assign(symbol, {_point: L.point(12, 12), _radius: one.rayon, _empty: () => false});
  const {_updateSymbol, _fillStroke} = L.Canvas.prototype;
  _updateSymbol.call({_drawing: true, _ctx: pen, _fillStroke}, symbol);
  return canvas.toDataURL();
}"""


def lightness(image: Image.Image, vision: str) -> np.ndarray:
    """CIE L* of each pixel as a kind of vision sees it."""
    srgb = np.asarray(image.convert("RGB"), dtype=float) / 255
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    luminance = np.clip(linear @ np.array(VISIONS[vision]).T, 0, 1) @ np.array([0.2126, 0.7152, 0.0722])
    return 116 * np.cbrt(np.maximum(luminance, 0.008856)) - 16


@pytest.fixture(scope="module", params=LAYERS)
def pictures(request, browser, index):
    """Each class of a layer of levels, in the legend and on the map."""
    page = browser.new_page(device_scale_factor=4)
    page.goto(f"{index.as_uri()}#r={request.param}")
    page.wait_for_selector("html[data-pret]", state="attached")
    found = {"legend": {}, "map": {}}
    for key in page.evaluate("id => Atlas.active(id).classes.map((one) => one.cle)", request.param):
        swatch = page.locator(f'[data-swatch="{request.param}|{key}"] svg')
        drawn = page.evaluate(_DRAWN, [request.param, key])
        found["legend"][key] = Image.open(io.BytesIO(swatch.screenshot()))
        found["map"][key] = Image.open(io.BytesIO(base64.b64decode(drawn.split(",")[1])))
    page.close()
    return found


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("where", ["legend", "map"])
def test_symbols_differ_two_by_two(pictures, where, vision):
    seen = {key: lightness(picture, vision) for key, picture in pictures[where].items()}
    assert {"très fragile", "fragile", "sans fragilité repérée", *STATUSES} <= seen.keys()
    for one, other in combinations(seen, 2):
        inked = (np.abs(seen[one] - seen[one][0, 0]) > 10) | (np.abs(seen[other] - seen[other][0, 0]) > 10)
        share = (np.abs(seen[one] - seen[other]) > 10)[inked].mean()
        assert share > 0.2, (one, other, round(share, 2))


@pytest.mark.parametrize("where", ["legend", "map"])
def test_what_is_not_a_figure_is_hardly_inked(pictures, where):
    """A level is a full shape; a status is an outline, hatched or dashed: the eye goes to levels first."""
    ink = {key: (lightness(picture, "greyscale") < 70).sum() for key, picture in pictures[where].items()}
    assert max(ink[key] for key in STATUSES) < ink["très fragile"]
