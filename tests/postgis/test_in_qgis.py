"""Real QGIS opens every layer of an edition from PostGIS with its style, and the project bound to the database."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from delivered_factory import written
from PIL import Image

from atlas.deliver import publish_to
from atlas.deliver.tables import opened

PYTHON, PROBE = "/usr/bin/python3", Path(__file__).with_name("probe.py")
_CLEAN = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "GDAL_DATA", "PROJ_DATA", "PROJ_LIB")


def test_qgis_opens_and_draws_what_was_loaded(base, tmp_path):
    if subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True, check=False).returncode:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("QGIS is missing: run tests/prepare.py")
    edition = written(tmp_path / "partenaire")
    loaded = publish_to(edition, base)
    tables = {table.name: table for table in opened(edition).tables}
    (tmp_path / "tables.json").write_text(json.dumps({name: one.geometry for name, one in tables.items()}), "utf-8")
    place = urlsplit(base)
    environment = {name: value for name, value in os.environ.items() if name not in _CLEAN}
    environment |= {"PGHOST": place.hostname, "PGPORT": str(place.port), "PGDATABASE": place.path[1:]}
    environment |= {"PGUSER": place.username, "PGPASSWORD": place.password, "HOME": str(tmp_path)}
    command = [PYTHON, PROBE, loaded.schema, tmp_path]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "told.json").read_text("utf-8"))
    for name, layer in told["layers"].items():
        assert layer["valid"] and layer["count"] == loaded.rows[name], name
        assert layer["aliases"]["id"].startswith("Identifiant"), "comments are what QGIS shows"
        if tables[name].geometry:
            assert layer["crs"] == "EPSG:2154" and layer["style"] and layer["renderer"] == "RuleRenderer", name
    assert "très fragile" in told["layers"]["residences"]["rules"]
    project = told["project"]
    assert project["read"] and not project["error"] and project["others"] == ["wms"]
    held = project["layers"]
    assert len(held) > 30 and all(valid for valid, _ in held.values())
    assert held["atlas_couche_series"][1] < loaded.rows["series"], "only the series of residences"
    colours = Image.open(tmp_path / "theme.png").convert("RGB").getcolors(900 * 700)
    assert len(colours) > 20, "a map is drawn"
