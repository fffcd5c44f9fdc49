"""Real builds that were once refused as faults of the program: editions alone, an answer left blank, zones overlapping.

The territory is the small one of ``tests/broken``; what was built is audited again, from its files.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
import pyogrio
import pytest

from atlas.audit import audit, limits_of
from atlas.pipeline import build
from atlas.plan import secrecy_rules

BASE = Path(__file__).parent / "broken" / "base"


@pytest.fixture(scope="module")
def unlike(tmp_path_factory) -> Path:
    """The small territory where a landlord gives no household total, and two zones of one file overlap."""
    folder = tmp_path_factory.mktemp("unlike")
    shutil.copytree(BASE, folder, dirs_exist_ok=True)
    survey = pd.read_csv(folder / "ops.csv", sep=";", dtype=str)
    survey.loc[survey["bailleur"] == "Logis du Val", "menages"] = None
    survey.to_csv(folder / "ops.csv", sep=";", index=False)
    zones = json.loads((folder / "qva.geojson").read_text("utf-8"))
    (first,) = zones["features"]
    twin = json.loads(json.dumps(first))
    twin["properties"] = {"code_qva": "VA0200", "nom": "Le Marché élargi"}
    twin["geometry"]["coordinates"][0] = [
        [x, y + (y > 46.216) * 0.0005] for x, y in first["geometry"]["coordinates"][0]
    ]
    zones["features"].append(twin)
    (folder / "qva.geojson").write_text(json.dumps(zones), "utf-8")
    return folder / "territoire.toml"


@pytest.mark.parametrize("editions", [("public",), ("partenaire", "public"), ("partenaire", "bailleur-logis-du-val")])
def test_editions_build_without_the_builder_s_own_and_hold_their_promise(unlike, tmp_path, editions):
    output = build(unlike, tmp_path / "atlas", editions)
    assert {folder.name for folder in output.iterdir() if folder.is_dir()} == set(editions)
    for name in editions:
        verdict = audit(output / name, limits_of(secrecy_rules()))
        assert verdict.safe and not verdict.unchecked, verdict.text()
    assert not (tmp_path / "atlas-refus.json").exists()


def test_a_landlord_s_edition_opens_its_own_stock_and_its_manifest_tells_no_digest(unlike, tmp_path):
    output = build(unlike, tmp_path / "atlas", ("bailleur-logis-du-val",))
    table = pyogrio.read_dataframe(
        output / "bailleur-logis-du-val" / "atlas.gpkg", layer="adresses", read_geometry=False
    )
    assert table.loc[table["n_inf40"].notna(), "id"].tolist() == ["A3", "A4"]
    manifest = json.loads((output / "bailleur-logis-du-val" / "manifeste.json").read_text("utf-8"))
    assert {key for entry in manifest["entrees"] for key in entry} == {"source", "fichier"}
    told = json.loads((output / "bilan.json").read_text("utf-8"))["entrees"]
    assert {key for entry in told for key in entry} == {"source", "fichier", "taille", "sha256"}
