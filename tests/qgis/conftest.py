"""Real QGIS, run apart by the system's Python: absent it fails under CI and skips elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from atlas.edition import Edition
from atlas.publish.book import Book
from atlas.publish.corrections import write_corrections
from atlas.publish.geopackage import write_geopackage
from atlas.publish.qgis import write_qgis
from atlas.tables.years import FILIATION_COLUMNS, FOUND
from tests.edition_factory import make_edition, resealed

collect_ignore = ["probe.py", "probe_years.py"]  # run in QGIS only
PYTHON = "/usr/bin/python3"
PROBE = Path(__file__).with_name("probe.py")
_CLEAN = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "GDAL_DATA", "PROJ_DATA", "PROJ_LIB")


@pytest.fixture(scope="session")
def qgis() -> Callable[[str, Path, Path], dict[str, Any]]:
    """Run a task of ``probe.py`` in QGIS and give back what it saw."""
    environment = {name: value for name, value in os.environ.items() if name not in _CLEAN}
    environment |= {"QT_QPA_PLATFORM": "offscreen", "LC_ALL": "C.UTF-8"}
    found = subprocess.run(
        [PYTHON, "-c", "import qgis.core"], env=environment, capture_output=True, text=True, check=False
    )
    if found.returncode:
        if os.environ.get("CI"):
            pytest.fail(f"QGIS is missing: install the packages qgis and python3-qgis\n{found.stderr}")
        pytest.skip("QGIS is not installed")

    def run(task: str, folder: Path, target: Path) -> dict[str, Any]:
        home = target / "home"
        home.mkdir(exist_ok=True)
        done = subprocess.run(
            [PYTHON, PROBE, task, folder, target],
            env={**environment, "HOME": str(home), "XDG_RUNTIME_DIR": str(home)},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert done.returncode == 0, done.stderr
        return json.loads((target / f"{task}.json").read_text("utf-8"))

    return run


@pytest.fixture(scope="session", params=["interne", "partenaire"])
def edition(request) -> Edition:
    made = make_edition(masked=request.param == "partenaire", residences=150, iris=9, hostile=True)
    quarters = made.units["quartiers"]
    long = {0: "Les Coteaux [% 7 * 7 %] - Nord - Centre - Pont du Canal - La Sablière - La Plaine - Secteur Sud"}
    named = quarters.assign(nom=[long.get(rank, name) for rank, name in enumerate(quarters["nom"])])
    told = filiation(["R00020", "R00021", "R00022"]) if request.param == "interne" else None
    return resealed(made, units={**made.units, "quartiers": named}, filiation=told)


def filiation(homes: list[str]) -> pd.DataFrame:
    """Events found at these residences between two campaigns."""
    facts = {"campagne_avant": 2020, "campagne": 2022, "nom": "Résidence", "evenement": "sortie de l'enquête"}
    facts |= {"de": "Les Lilas", "vers": "", "nb_adresses": 1.0, "nb_logements": 12.0, "preuve": "vu", "origine": FOUND}
    return pd.DataFrame({"id": homes}).assign(**facts)[[column.name for column in FILIATION_COLUMNS]]


@pytest.fixture(scope="session")
def folder(edition, tmp_path_factory) -> Path:
    """Folder of an edition with its GeoPackage and everything QGIS needs."""
    place = tmp_path_factory.mktemp(edition.name) / "Atlas d'essai"
    place.mkdir()
    write_geopackage(Book.of(edition), place / "atlas.gpkg")
    write_qgis(Book.of(edition), place)
    write_corrections(edition, place)
    return place


@pytest.fixture(scope="session")
def target(edition, tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp(f"qgis_{edition.name}")
