"""A commune of the fictional metropolis over five campaigns: small enough to be built once for many tests."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path

import pandas as pd

from tests.readings_factory import COMMUNE, DEMO

EDITIONS = ("interne", "partenaire", "public")


def make_territory(folder: Path) -> Path:
    """Write the territory in a folder, and give its file: the demo's, the addresses of one commune alone."""
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns("*.py", "reponse*", "noms.toml"))
    file = folder / "evolution.toml"
    sources = tomllib.loads(file.read_text("utf-8"))["sources"]
    kept: set[str] = set()
    for name in (name for block in sources["ops"] for name in block["fichiers"]):
        table = _read(folder / name)
        table = table[table["code_insee"] == COMMUNE]
        kept |= set(table["id_adresse"])
        table.to_csv(folder / name, sep=";", index=False)
    others = [*sources["logements"]["fichiers"], *sources["attributions"]["fichiers"], sources["residences"]["fichier"]]
    for name in others:
        table = _read(folder / name)
        table[table["id_adresse"].isin(kept)].to_csv(folder / name, sep=";", index=False)
    return file


def build_years(place: Path) -> Path:
    """Build it."""
    from atlas.pipeline import build

    return build(make_territory(place / "territoire"), place / "atlas", EDITIONS)


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, sep=";", dtype=str, keep_default_na=False)
