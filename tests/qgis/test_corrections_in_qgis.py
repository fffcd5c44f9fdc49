"""Residences corrected and saved in QGIS come back: nothing lost, and what changed is known."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pyogrio
import pytest

from atlas.filiation.hand import corrected as prevailing
from atlas.ledger import Ledger
from atlas.sources.coordinates import Ground
from atlas.sources.corrected import read_corrections
from atlas.sources.corrections import changes, moved
from atlas.sources.desk import Desk
from atlas.sources.filiation import read_filiation
from atlas.sources.residences import read_residences
from atlas.tables.years import BY_HAND, EVENTS, FOUND
from atlas.territory import LayerSource

# A masked edition gives nothing to correct.
pytestmark = pytest.mark.parametrize("edition", ["interne"], indirect=True)


@pytest.fixture(scope="module")
def merged(edition):
    """A residence of the same landlord as R00010, after it."""
    table = edition.units["residences"].set_index("id")
    return next(code for code in table.index[20:] if table.loc[code, "bailleur"] == table.loc["R00010", "bailleur"])


@pytest.fixture(scope="module")
def corrected(qgis, folder, merged, tmp_path_factory):
    place = tmp_path_factory.mktemp("corrigees")
    shutil.copy(folder / "residences_a_corriger.gpkg", place)
    edits = {
        "R00010-1": {"nom_residence": "Résidence réunie"},
        f"{merged}-1": {"nom_residence": "Résidence réunie", "id_residence": "R00010"},
        "R00012-1": {"shift": [40, 0]},
    }
    (place / "edits.json").write_text(json.dumps(edits), "utf-8")
    told = qgis("correct", place, place)
    return told, LayerSource(fichier=place / "residences_a_corriger.gpkg", couche="residences_a_corriger")


def test_the_layer_to_correct_is_dressed_and_saves(corrected):
    told, source = corrected
    assert told["saved"] and told["style"] and told["done"] == [True] * 4
    assert [rule["label"] for rule in told["rules"]] == [
        *("confiance faible", "confiance moyenne", "confiance forte", "confiance inconnue")
    ]
    assert [path.name for path in source.paths[0].parent.glob("*-wal")] == []


def test_what_the_hand_did_is_told(corrected, merged, edition):
    found = changes(read_corrections(corrected[1], Ground(edition.crs)))
    names = edition.units["residences"].set_index("id")["nom"]
    told = [["nouveau nom", "R00010", f"{names[code]} → Résidence réunie", 1] for code in ("R00010", merged)]
    told += [["réunion", "R00010", f"R00010, {merged}", 2], ["déplacement", "R00012", "R00012-1", 1]]
    assert sorted(found.values.tolist()) == sorted(told)
    assert moved(read_corrections(corrected[1], Ground(edition.crs)))["id_adresse"].tolist() == ["R00012-1"]


@pytest.mark.parametrize("name", ["ailleurs.gpkg", "ailleurs.geojson"])
def test_saved_elsewhere_in_another_projection_nothing_is_lost(qgis, folder, edition, tmp_path_factory, name):
    place = tmp_path_factory.mktemp("ailleurs")
    assert set(qgis("export", folder, place).values()) == {0}
    kept = read_corrections(LayerSource(fichier=folder / "residences_a_corriger.gpkg"), Ground(edition.crs))
    found = read_corrections(LayerSource(fichier=place / name), Ground(edition.crs))
    assert changes(found).empty and moved(found).empty
    pd.testing.assert_frame_equal(found, kept, check_exact=False, atol=0.01, rtol=0)


def test_every_value_of_the_edited_layer_but_the_edits_is_kept(corrected, merged, folder):
    files = (folder / "residences_a_corriger.gpkg", corrected[1].paths[0])
    before, after = (
        pyogrio.read_dataframe(file, layer="residences_a_corriger").set_index("id_adresse") for file in files
    )
    touched = ["R00010-1", f"{merged}-1", "R00012-1"]
    pd.testing.assert_frame_equal(pd.DataFrame(after.drop(touched)), pd.DataFrame(before.drop(touched)))
    columns = [name for name in before if name not in ("id_residence", "nom_residence", "geometry")]
    pd.testing.assert_frame_equal(pd.DataFrame(after[columns]), pd.DataFrame(before[columns]))


def test_the_atlas_reads_the_saved_layer_as_declared_residences(corrected, merged, edition):
    desk = Desk(Ledger())
    declared = read_residences(corrected[1], desk)
    assert desk.faults.found == [] and len(declared) == len(edition.units["adresses"])
    given = declared.set_index("id_adresse")
    assert given.loc[f"{merged}-1", ["id_residence", "nom_residence"]].tolist() == ["R00010", "Résidence réunie"]
    untouched = given.drop(index=["R00010-1", f"{merged}-1"])
    expected = edition.units["adresses"].set_index("id")["id_residence"].reindex(untouched.index)
    assert (untouched["id_residence"] == expected).all()


def test_the_layer_of_filiation_is_edited_in_qgis_and_comes_back(qgis, folder, edition, tmp_path):
    shutil.copy(folder / "residences_a_corriger.gpkg", tmp_path)
    told = qgis("follow", tmp_path, tmp_path)
    assert told["style"] and told["saved"] and told["done"] == [True] * 3
    assert told["widgets"]["evenement"] == ["ValueMap", [*EVENTS, "aucun"]]
    assert set(told["read_only"]).isdisjoint({"evenement", "de", "vers", "preuve"})
    assert {"evt_atlas", "de_atlas", "vers_atlas", "pr_atlas"} <= set(told["read_only"])
    assert told["count"] == 3 and told["without_class"] == []
    desk = Desk(Ledger())
    back = read_filiation(LayerSource(fichier=tmp_path / "residences_a_corriger.gpkg"), (2020, 2022), desk)
    assert desk.faults.found == []
    back = back.set_index("id")
    assert back["main"].to_dict() == {"R00020": True, "R00021": True, "R00022": False, "R00030": True}
    assert back["evenement"].fillna("").to_dict() == {
        "R00020": "démolition ou vente",
        "R00021": "",
        "R00022": "sortie de l'enquête",
        "R00030": "livraison",
    }
    homes = pd.DataFrame({"campagne": [2020, 2022] * 4, "id": [one for one in back.index for _ in range(2)]})
    events, aside = prevailing(edition.filiation, back.reset_index(), homes.assign(nb_logements=9.0))
    assert dict(zip(events["id"], events["origine"], strict=True)) == {
        "R00020": BY_HAND,
        "R00022": FOUND,
        "R00030": BY_HAND,
    }
    assert aside.empty
