"""Residences corrected by hand: what changed is told from the file alone, and used by the next build."""

from __future__ import annotations

import warnings

import pandas as pd
import pyogrio
import pyproj
import pytest

from atlas.ledger import Ledger
from atlas.publish.corrections import write_corrections
from atlas.publish.layers import CORRECTIONS as NAME
from atlas.sources.content import Unreadable
from atlas.sources.coordinates import Ground
from atlas.sources.corrected import read_corrections
from atlas.sources.corrections import HAND, changes, moved, relocated, summary
from atlas.sources.desk import Desk
from atlas.sources.residences import read_residences
from atlas.territory import LayerSource
from tests.edition_factory import CRS, make_edition, resealed


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("corrections")
    write_corrections(make_edition(masked=False, hostile=True), place)
    return place


def source(folder, name=f"{NAME}.gpkg"):
    return LayerSource(fichier=folder / name, couche=NAME if name.endswith("gpkg") else None)


@pytest.fixture
def corrected(folder):
    return read_corrections(source(folder), Ground(CRS))


def test_a_masked_edition_gives_nothing_to_correct(tmp_path):
    assert write_corrections(make_edition(masked=True), tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def test_the_layer_and_the_table_hold_every_address(folder):
    edition = make_edition(masked=False, hostile=True)
    layer = pyogrio.read_dataframe(folder / f"{NAME}.gpkg", layer=NAME)
    table = pd.read_csv(folder / f"{NAME}.csv", sep=";", decimal=",", encoding="utf-8-sig")
    assert layer["id_adresse"].tolist() == table["id_adresse"].tolist() == sorted(edition.units["adresses"]["id"])
    assert (layer["id_residence"] == layer["id_residence_atlas"]).all()
    names = edition.units["residences"].set_index("id")["nom"]
    assert (layer["nom_residence"] == layer["id_residence"].map(names)).all()


def test_the_layer_is_the_same_bytes_twice(folder, tmp_path):
    write_corrections(make_edition(masked=False, hostile=True), tmp_path)
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (folder / path.name).read_bytes()


def test_nothing_touched_is_no_change(corrected):
    assert changes(corrected).empty and moved(corrected).empty


def test_the_table_read_in_another_projection_is_no_change(folder, tmp_path):
    layer = pyogrio.read_dataframe(folder / f"{NAME}.gpkg", layer=NAME).to_crs(4326)
    pyogrio.write_dataframe(layer, tmp_path / "ailleurs.geojson")
    again = read_corrections(LayerSource(fichier=tmp_path / "ailleurs.geojson"), Ground(CRS))
    assert again is not None and changes(again).empty


def test_the_csv_tells_the_same_but_moves_nothing(folder, tmp_path, corrected):
    table = read_corrections(source(folder, f"{NAME}.csv"), Ground(CRS))
    texts = [name for name in table if name[:2] not in ("x_", "y_") and name not in ("x", "y")]
    pd.testing.assert_frame_equal(table[texts], corrected[texts])
    pd.testing.assert_series_equal(table["x_atlas"], corrected["x_atlas"])
    assert changes(table).empty and moved(table).empty
    raw = pd.read_csv(folder / f"{NAME}.csv", sep=";", dtype=str, encoding="utf-8-sig")
    raw.loc[raw["id_adresse"] == "R00040-1", "nom_residence"] = "Le Clos neuf"
    raw.to_csv(tmp_path / "corrige.csv", sep=";", index=False)
    again = read_corrections(source(tmp_path, "corrige.csv"), Ground(CRS))
    assert changes(again)[["changement", "residence"]].values.tolist() == [["nouveau nom", "R00040"]]


def test_what_was_guarded_from_spreadsheets_is_read_as_it_was(folder):
    raw = (folder / f"{NAME}.csv").read_text("utf-8-sig")
    names = make_edition(masked=False, hostile=True).units["residences"].set_index("id")["nom"]
    guarded = names[names.str.startswith("=")]
    assert len(guarded) and all(f"'{name[:4]}" in raw for name in guarded)
    desk = Desk(Ledger())
    read = read_residences(source(folder, f"{NAME}.csv"), desk).drop_duplicates("id_residence")
    assert desk.faults.found == []
    told = read.set_index("id_residence")["nom_residence"]
    assert told[guarded.index].tolist() == [name.strip() for name in guarded]


def test_a_point_placed_by_hand_stays_a_move_in_what_is_given_next(tmp_path):
    edition = make_edition(masked=False)
    addresses = edition.units["adresses"]
    mine = addresses["id"] == "R00007-1"
    by_hand = addresses.assign(methode_appariement=addresses["methode_appariement"].mask(mine, HAND))
    write_corrections(resealed(edition, units={**edition.units, "adresses": by_hand}), tmp_path)
    again = read_corrections(source(tmp_path), Ground(CRS))
    assert moved(again)["id_adresse"].tolist() == ["R00007-1"]


def test_a_plain_declaration_tells_no_change(tmp_path):
    pd.DataFrame({"id_adresse": ["A"], "id_residence": ["R"]}).to_csv(tmp_path / "residences.csv", index=False)
    assert read_corrections(source(tmp_path, "residences.csv"), Ground(CRS)) is None
    assert read_corrections(None, Ground(CRS)) is None


def told(corrected):
    return changes(corrected).groupby("changement")[["residence", "detail", "adresses"]].agg(list).T.to_dict()


def test_merging_splitting_renaming_and_new_codes_are_told_apart(corrected):
    table = corrected.assign(bailleur="Orvalis")
    table.loc[table["id_residence"] == "R00021", "id_residence"] = "R00020"
    table.loc[table["id_adresse"] == "R00030-1", "id_residence"] = "R00030-bis"
    table.loc[table["id_residence"] == "R00040", "nom_residence"] = "Le Clos neuf"
    assert told(table) == {
        "réunion": {"residence": ["R00020"], "detail": ["R00020, R00021"], "adresses": [2]},
        "nouvel identifiant": {
            "residence": ["R00030-bis"],
            "detail": ["R00030 → R00030-bis"],
            "adresses": [1],
        },
        "nouveau nom": {
            "residence": ["R00040"],
            "detail": [f"{corrected.loc[40, 'nom_residence_atlas']} → Le Clos neuf"],
            "adresses": [1],
        },
    }
    table = pd.concat([table, table[table["id_residence"] == "R00050"].assign(id_adresse="R00050-2")])
    table.loc[table["id_adresse"] == "R00050-2", "id_residence"] = "R00050-b"
    assert told(table)["division"] == {"residence": ["R00050"], "detail": ["R00050, R00050-b"], "adresses": [2]}


def test_landlords_are_not_brought_together(corrected):
    table = corrected.copy()
    one, other = (table[table["bailleur"] == name].iloc[0] for name in sorted(table["bailleur"].unique())[:2])
    table.loc[table["id_residence"] == other["id_residence"], "id_residence"] = one["id_residence"]
    (row,) = changes(table).to_dict("records")
    assert (row["changement"], row["residence"]) == ("réunion non retenue", one["id_residence"])
    assert all(name in row["detail"] for name in (one["bailleur"], other["bailleur"]))
    assert summary(table).endswith(" : 1 réunion non retenue.")


def test_a_moved_point_is_told_and_used(corrected):
    table = corrected.copy()
    table.loc[table["id_adresse"] == "R00007-1", "x"] += 30
    table.loc[table["id_adresse"] == "R00008-1", "y"] += 0.1
    assert moved(table)["id_adresse"].tolist() == ["R00007-1"]
    assert told(table) == {"déplacement": {"residence": ["R00007"], "detail": ["R00007-1"], "adresses": [1]}}
    located = corrected[["id_adresse", "x", "y"]].assign(methode_appariement="adresse exacte", score_appariement=91.0)
    placed = relocated(located, table)
    changed = placed["id_adresse"] == "R00007-1"
    assert placed.loc[changed, "x"].item() == located.loc[changed, "x"].item() + 30
    assert placed.loc[changed, "methode_appariement"].item() == HAND
    pd.testing.assert_frame_equal(placed[~changed], located[~changed])
    assert relocated(located, None) is located and relocated(located, corrected) is located


def test_a_point_given_to_an_unplaced_address_is_a_move(corrected):
    table = corrected.copy()
    unplaced = table["x_atlas"].isna()
    assert unplaced.sum() == 1
    table.loc[unplaced, ["x", "y"]] = [845_000.0, 6_692_000.0]
    located = corrected[["id_adresse", "x", "y"]].assign(statut_appariement="non apparié")
    placed = relocated(located, table)[unplaced]
    assert placed[["x", "y", "statut_appariement"]].values.tolist() == [[845_000.0, 6_692_000.0, "apparié"]]


def test_points_are_given_in_the_projection_asked(folder, corrected):
    other = pyproj.CRS.from_epsg(3857)
    again = read_corrections(source(folder), Ground(other))
    assert not (again["x"] - corrected["x"]).dropna().abs().lt(1).any()


@pytest.fixture
def shapefile(folder, tmp_path):
    """The layer as QGIS saves it in a shapefile: names cut at ten characters, one point dragged by 300 m."""
    layer = pyogrio.read_dataframe(folder / f"{NAME}.gpkg", layer=NAME)
    layer["geometry"] = [
        type(one)(one.x + 300, one.y) if key == "R00007-1" else one
        for key, one in zip(layer["id_adresse"], layer.geometry, strict=True)
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the cut itself, said by GDAL
        pyogrio.write_dataframe(layer, tmp_path / "corrige.shp", encoding="utf-8")
    return tmp_path / "corrige.shp"


def test_corrections_saved_as_a_shapefile_keep_their_moves(shapefile):
    read = pyogrio.read_info(shapefile)["fields"]
    assert {"id_residen", "nom_reside", "id_resid_1", "nom_resi_1"} <= set(read)
    again = read_corrections(LayerSource(fichier=shapefile), Ground(CRS))
    assert moved(again)["id_adresse"].tolist() == ["R00007-1"]
    assert changes(again)["changement"].tolist() == ["déplacement"]
    desk = Desk(Ledger())
    declared = read_residences(LayerSource(fichier=shapefile), desk)
    assert not desk.faults.found and declared["id_residence"].notna().all()


def test_corrections_that_lost_a_part_of_what_tells_them_are_refused(shapefile):
    layer = pyogrio.read_dataframe(shapefile).drop(columns="id_resid_1")
    pyogrio.write_dataframe(layer, shapefile.with_name("perdu.gpkg"))
    with pytest.raises(Unreadable, match="perdu id_residence_atlas"):
        read_corrections(LayerSource(fichier=shapefile.with_name("perdu.gpkg")), Ground(CRS))


def test_points_are_in_the_system_that_the_section_states_and_refused_in_none(folder, tmp_path):
    layer = pyogrio.read_dataframe(folder / f"{NAME}.gpkg", layer=NAME).to_crs(4326)
    layer = layer.set_crs(None, allow_override=True)
    with warnings.catch_warnings(action="ignore"):  # that the layer has no CRS is what is tried
        pyogrio.write_dataframe(layer, tmp_path / "sans.gpkg", layer=NAME)
        layer.assign(geometry=None).to_file(tmp_path / "nulle_part.gpkg", layer=NAME)
    stated = read_corrections(LayerSource(fichier=tmp_path / "sans.gpkg", crs="EPSG:4326"), Ground(CRS))
    assert changes(stated).empty and stated["x"].notna().any()
    with pytest.raises(Unreadable) as caught:
        read_corrections(LayerSource(fichier=tmp_path / "sans.gpkg"), Ground(CRS))
    assert caught.value.fault.code == "COUCHE-CRS"
    assert changes(read_corrections(LayerSource(fichier=tmp_path / "nulle_part.gpkg"), Ground(CRS))).empty


@pytest.mark.parametrize("wrong", ["EPSG:4326", "EPSG:27572", "EPSG:2975"])
def test_points_that_a_wrong_system_puts_elsewhere_are_refused(folder, wrong):
    stated = source(folder).model_copy(update={"crs": wrong})
    with pytest.raises(Unreadable) as caught:
        read_corrections(stated, Ground(CRS, distance=200_000))
    assert caught.value.fault.code == "RESIDENCES-COORDONNEES" and "retirer « crs »" in caught.value.fault.remedy
