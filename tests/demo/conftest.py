"""The demonstration's files as tables, and a fresh generation to compare them with."""

import json
import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

DEMO = Path(__file__).parents[2] / "data" / "demo"


def _generate(folder: Path, hash_seed: str) -> Path:
    environment = os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONDONTWRITEBYTECODE": "1", "TZ": "Pacific/Auckland"}
    command = [sys.executable, str(DEMO / "generer.py"), "--sortie", str(folder)]
    subprocess.run(command, check=True, env=environment, cwd=folder.parent)
    return folder


@pytest.fixture(scope="session")
def generate():
    """Run the generator, as a user would, in another folder, time zone and hash seed."""
    return _generate


@pytest.fixture(scope="session")
def fresh(tmp_path_factory):
    return _generate(tmp_path_factory.mktemp("demo") / "a", "0")


@pytest.fixture(scope="session")
def answer():
    return json.loads((DEMO / "reponse.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def planted(answer):
    return answer["difficultes"]


def _read(name: str) -> pd.DataFrame:
    texts = dict.fromkeys(("code_insee", "code_iris", "code_qpv", "code_qva", "nom_residence"), str)
    return pd.read_csv(DEMO / name, sep=";", dtype=texts, low_memory=False)


@pytest.fixture(scope="session")
def read():
    """Read one table of the demonstration, codes as texts."""
    return _read


@pytest.fixture(scope="session")
def surveys():
    return {year: _read(f"ops_{year}.csv") for year in (2020, 2022)}


@pytest.fixture(scope="session")
def truth():
    return _read("reponse_adresses.csv.gz").fillna({"code_qpv": "", "code_qva": ""})


@pytest.fixture(scope="session")
def ban():
    return _read("adresses.csv.gz").fillna({"rep": ""})


@pytest.fixture(scope="session")
def zones():
    return {
        "iris": gpd.read_file(DEMO / "iris_2022.gpkg"),
        "qpv": gpd.read_file(DEMO / "qpv_2024.geojson").to_crs(2154),
        "qva": gpd.read_file(DEMO / "qva.gpkg"),
    }
