"""The recipe for QGIS Server and Lizmap: ``atlas.qgz`` put on a server answers maps, legends and tables."""

from __future__ import annotations

import io
import json
import os
import subprocess
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from PIL import Image

SERVER = Path("/usr/lib/cgi-bin/qgis_mapserv.fcgi")
WMS = "{http://www.opengis.net/wms}"


@pytest.fixture(scope="module")
def ask(folder, target):
    """Ask QGIS Server, as a web server does: the project by its file, the request in the environment."""
    if not SERVER.exists():
        (pytest.fail if os.environ.get("CI") else pytest.skip)("QGIS Server is missing: run tests/prepare.py")
    environment = {"HOME": str(target), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}
    environment |= {"QT_QPA_PLATFORM": "offscreen", "QGIS_PROJECT_FILE": str(folder / "atlas.qgz")}

    def asked(**words: object) -> bytes:
        told = {**environment, "REQUEST_METHOD": "GET", "QUERY_STRING": urlencode(words)}
        done = subprocess.run([SERVER], env=told, capture_output=True, check=True, timeout=120)
        return done.stdout.partition(b"\n\n")[2] or done.stdout.partition(b"\r\n\r\n")[2]

    return asked


def test_every_layer_has_a_name_of_its_own_without_a_comma(ask):
    root = ElementTree.fromstring(ask(SERVICE="WMS", REQUEST="GetCapabilities"))
    layers = [
        one for one in root.iter(f"{WMS}Layer") if one.get("queryable") == "1" and one.find(f"{WMS}Layer") is None
    ]
    names = [one.findtext(f"{WMS}Name") for one in layers]
    assert len(names) == len(set(names)) > 25 and not [name for name in names if "," in name or " " in name]
    assert {"residences_niveau", "iris_inf40", "communes_inf40"} <= set(names)
    assert "Atlas des résidences" in root.findtext(f"{WMS}Service/{WMS}Title")


def test_a_map_is_drawn_and_a_residence_answers(ask):
    root = ElementTree.fromstring(ask(SERVICE="WMS", REQUEST="GetCapabilities"))
    box = next(one for one in root.iter(f"{WMS}BoundingBox") if one.get("CRS") == "EPSG:2154")
    bounds = [float(box.get(side)) for side in ("minx", "miny", "maxx", "maxy")]
    words = {"SERVICE": "WMS", "VERSION": "1.3.0", "CRS": "EPSG:2154", "BBOX": ",".join(map(str, bounds))}
    words |= {"LAYERS": "communes_contours,residences_niveau", "STYLES": ",", "WIDTH": 500, "HEIGHT": 500}
    picture = Image.open(io.BytesIO(ask(**words, REQUEST="GetMap", FORMAT="image/png"))).convert("RGB")
    assert picture.size == (500, 500) and len(picture.getcolors(250_000)) > 20
    legend = ask(SERVICE="WMS", REQUEST="GetLegendGraphic", LAYER="residences_niveau", FORMAT="image/png")
    assert legend.startswith(b"\x89PNG")


def test_tables_are_read_through_the_server(ask, edition):
    found = ask(
        SERVICE="WFS", VERSION="1.1.0", REQUEST="GetFeature", TYPENAME="residences_niveau", OUTPUTFORMAT="GeoJSON"
    )
    features = json.loads(found)["features"]
    names = {feature["properties"]["id"]: feature["properties"]["nom"] for feature in features}
    assert names == dict(zip(edition.units["residences"]["id"], edition.units["residences"]["nom"], strict=True))
