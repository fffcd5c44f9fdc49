"""Unmistakable values, planted in one masked address of the demo."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

# Unbounded measures of the survey, and values that no count of the demo comes near.
CANARIES = {"occupants": 987_654_321, "demandes_mutation": 123_456_787}


def victim(build: Path) -> pd.Series:
    """Choose, in a build of the demo, an address that is a masked residence by itself."""
    way = pd.read_parquet(build / "parcours.parquet")
    way = way[way["campagne"] == 2022]
    alone = way.groupby("id_residence").filter(lambda rows: len(rows) == 1 and rows["menages"].between(3, 10).all())
    return alone.iloc[0]


def planted(territory: Path, address: str, folder: Path) -> Path:
    """Copy the demo into a folder with the canaries at an address; gives its territory file."""
    shutil.copytree(territory.parent, folder)
    survey = folder / "ops_2022.csv"
    table = pd.read_csv(survey, sep=";", dtype=str, keep_default_na=False)
    row = table["id_adresse"] == address
    assert row.sum() == 1
    for column, value in CANARIES.items():
        table.loc[row, column] = str(value)
    table.to_csv(survey, sep=";", index=False)
    return folder / territory.name
