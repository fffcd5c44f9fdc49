"""Layers and what touches the territory in them: containers, projections, repairs, texts, the official code."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from atlas.ledger import Ledger
from atlas.parameters import read_parameters
from atlas.sources import Inputs, read_sources
from atlas.territory import read_territory
from tests.test_broken import FOLDER, break_territory

BASE = FOLDER / "base"


def read(folder: Path, *changes: tuple[str, str, str], ledger: Ledger | None = None, **options) -> Inputs:
    """Read the small good territory after some replacements in its files."""
    path = break_territory({"remplace": changes}, folder)
    return read_sources(read_territory(path), read_parameters(), ledger or Ledger(), **options)


# --- layers -------------------------------------------------------------------------------------------------


def test_one_bad_record_is_set_aside_and_not_the_whole_file(tmp_path):
    ledger = Ledger()
    break_territory({}, tmp_path)
    layer = json.loads((BASE / "iris.geojson").read_text("utf-8"))
    worse = [None, {"type": "Polygon", "coordinates": []}, {"type": "LineString", "coordinates": [[5, 46], [5.1, 46]]}]
    for number, geometry in enumerate(worse, start=1):
        properties = {**layer["features"][0]["properties"], "CODE_IRIS": f"01901020{number}"}
        layer["features"].insert(0, {"type": "Feature", "properties": properties, "geometry": geometry})
    (tmp_path / "iris.geojson").write_text(json.dumps(layer), "utf-8")
    inputs = read_sources(read_territory(tmp_path / "territoire.toml"), read_parameters(), ledger)
    assert inputs.iris["code_iris"].tolist() == ["019010101", "019020000"]
    aside = ledger.rejects
    assert sorted(aside["motif"]) == ["géométrie absente", "géométrie absente", "géométrie sans surface"]
    assert sorted(aside["ligne"]) == [1, 2, 3] and set(aside["fichier"]) == {"iris.geojson"}
    balanced = next(entry for entry in ledger.entries if entry["etape"] == "lecture IRIS")
    assert balanced["entree"]["lignes"] == 5 and balanced["sortie"]["lignes"] == 2


def test_invalid_polygons_are_repaired_and_said(tmp_path):
    break_territory({}, tmp_path)
    layer = json.loads((BASE / "qpv.geojson").read_text("utf-8"))
    ring = layer["features"][0]["geometry"]["coordinates"][0]
    layer["features"][0]["geometry"]["coordinates"][0] = [ring[0], ring[2], ring[1], ring[3], ring[0]]
    (tmp_path / "qpv.geojson").write_text(json.dumps(layer), "utf-8")
    inputs = read_sources(read_territory(tmp_path / "territoire.toml"), read_parameters(), Ledger())
    assert inputs.qpv.is_valid.all() and inputs.qpv.area.gt(0).all()
    assert "qpv.geojson : 1 polygone invalide réparé." in inputs.remarks


@pytest.mark.parametrize("epsg", [2154, 4326, 27572, 3857])
@pytest.mark.parametrize("kind", ["gpkg", "shp", "zip"])
def test_any_crs_and_container_end_in_the_legal_projection(tmp_path, epsg, kind):
    expected = read(tmp_path).iris
    layer = gpd.read_file(BASE / "iris.geojson").to_crs(epsg)
    if kind == "zip":
        layer.to_file(tmp_path / "iris.shp")
        with zipfile.ZipFile(tmp_path / "iris.zip", "w") as archive:
            for part in tmp_path.glob("iris.*"):
                if part.suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
                    archive.write(part, f"dossier/{part.name}")
    else:
        layer.to_file(tmp_path / f"iris.{kind}")
    found = read(tmp_path, ("territoire.toml", "iris.geojson", f"iris.{kind}")).iris
    assert found.crs.to_epsg() == 2154
    assert found["nom_iris"].tolist() == expected["nom_iris"].tolist()
    assert shapely.hausdorff_distance(found.geometry.to_numpy(), expected.geometry.to_numpy()).max() < 5


def test_a_missing_crs_may_be_stated(tmp_path):
    path = break_territory({"fait": [["shp sans prj", "iris.geojson", "iris.shp"]]}, tmp_path)
    text = path.read_text("utf-8").replace('"iris.geojson"', '"iris.shp"\ncrs = "EPSG:4326"')
    path.write_text(text, "utf-8")
    assert len(read_sources(read_territory(path), read_parameters(), Ledger()).iris) == 2


def test_new_names_of_iris_and_old_names_of_quarters(tmp_path):
    new = {"INSEE_COM": "code_insee", "NOM_COM": "nom_commune", "CODE_IRIS": "code_iris", "NOM_IRIS": "nom_iris"}
    inputs = read(
        tmp_path,
        *(("iris.geojson", f'"{old}"', f'"{name}"') for old, name in {**new, "TYP_IRIS": "type_iris"}.items()),
        ("qpv.geojson", '"code"', '"CODE_QP"'),
        ("qpv.geojson", '"label"', '"NOM_QP"'),
        ("qpv.geojson", "QN00199N", "QP001099"),
    )
    assert inputs.iris["type_iris"].tolist() == ["H", "Z"]
    assert inputs.qpv[["code_qpv", "nom_qpv", "generation"]].to_numpy().tolist() == [["QP001099", "Les Tilleuls", 2015]]


def test_a_quarter_cut_by_commune_is_one(tmp_path):
    break_territory({}, tmp_path)
    layer = json.loads((BASE / "qpv.geojson").read_text("utf-8"))
    other = json.loads(json.dumps(layer["features"][0]))
    other["geometry"]["coordinates"] = [[[x + 0.01, y] for x, y in other["geometry"]["coordinates"][0]]]
    layer["features"].append(other)
    (tmp_path / "qpv.geojson").write_text(json.dumps(layer), "utf-8")
    inputs = read_sources(read_territory(tmp_path / "territoire.toml"), read_parameters(), Ledger())
    assert len(inputs.qpv) == 1 and inputs.qpv.geom_type.tolist() == ["MultiPolygon"]
    assert "qpv.geojson : 1 code en plusieurs polygones, réunis." in inputs.remarks


def test_perimeters_without_codes_take_them_from_their_names(tmp_path):
    inputs = read(tmp_path, ("qva.geojson", '"code_qva"', '"numero"'))
    assert inputs.zones[["perimetre", "code", "nom"]].to_numpy().tolist() == [["QVA", "le-marche", "Le Marché"]]


def test_residences_come_from_a_point_layer_too(tmp_path):
    expected = read(tmp_path).residences
    frame = pd.read_csv(BASE / "residences.csv", sep=";")
    points = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy([850100, 850120], [6570100, 6570120]), crs=2154)
    points.to_file(tmp_path / "corrige.gpkg", layer="residences")
    found = read(tmp_path, ("territoire.toml", "residences.csv", "corrige.gpkg")).residences
    columns = ["id_adresse", "id_residence", "nom_residence"]
    pd.testing.assert_frame_equal(found[columns], expected[columns])


# --- what touches the territory ------------------------------------------------------------------------------


def _feature(code: str, name: str, lon: float, lat: float, side: float = 0.01) -> dict:
    ring = [[lon, lat], [lon + side, lat], [lon + side, lat + side], [lon, lat + side], [lon, lat]]
    return {
        "type": "Feature",
        "properties": {"code": code, "label": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def _national(folder: Path, *others: dict) -> Path:
    path = break_territory({}, folder)
    layer = json.loads((folder / "qpv.geojson").read_text("utf-8"))
    layer["features"] += others
    (folder / "qpv.geojson").write_text(json.dumps(layer), "utf-8")
    return path


def test_a_national_layer_is_judged_on_the_territory_only(tmp_path):
    path = _national(
        tmp_path,
        _feature("QN02A01M", "Les Cannes", 8.73, 41.93),  # Corsica
        _feature("QN97401M", "Le Port", 55.29, -20.93),  # Réunion: outside of the projection
        _feature("???", "mal codé, mais ailleurs", 2.35, 48.85),
        _feature("QN97601M", "sans nom possible", 179.9, -60.0),
    )
    inputs = read_sources(read_territory(path), read_parameters(), Ledger())
    assert inputs.qpv["code_qpv"].tolist() == ["QN00199N"]
    assert any("2 polygones d'ailleurs que le territoire" in remark for remark in inputs.remarks)
    assert any("2 polygones hors de l'emprise" in remark for remark in inputs.remarks)


def test_without_a_quarter_on_the_territory_the_layer_is_empty_and_the_distance_said(tmp_path):
    path = _national(tmp_path, _feature("QN02A01M", "Les Cannes", 8.73, 41.93))
    layer = json.loads((tmp_path / "qpv.geojson").read_text("utf-8"))
    layer["features"] = layer["features"][1:]
    (tmp_path / "qpv.geojson").write_text(json.dumps(layer), "utf-8")
    inputs = read_sources(read_territory(path), read_parameters(), Ledger())
    assert len(inputs.qpv) == 0
    assert any("aucun polygone ne touche le territoire" in remark for remark in inputs.remarks)


def test_districts_of_other_territories_are_not_read(tmp_path):
    path = break_territory({}, tmp_path)
    layer = json.loads((tmp_path / "iris.geojson").read_text("utf-8"))
    for code, lon in (("674820101", 7.74), ("212310101", 5.04)):
        other = _feature("", "", lon, 47.3)
        names = {"CODE_IRIS": code, "NOM_IRIS": "Ailleurs", "TYP_IRIS": "H", "INSEE_COM": code[:5], "NOM_COM": code[:5]}
        layer["features"].append({**other, "properties": names})
    (tmp_path / "iris.geojson").write_text(json.dumps(layer), "utf-8")
    inputs = read_sources(read_territory(path), read_parameters(), Ledger())
    assert inputs.iris["code_insee"].tolist() == ["01901", "01902"]
    assert any("2 polygones d'autres territoires" in remark for remark in inputs.remarks)


def test_rows_of_elsewhere_are_not_held_to_the_contract(tmp_path):
    path = break_territory(
        {
            "ajoute": [
                ["attributions.csv", "2022;1;Ailleurs;ZZ;67482;oui;9;en attente\n;1;Ailleurs;ZZ;67482;oui;1;refus\n"],
                ["logements.csv", "L9;ZZ;Ailleurs;-3;62,5;310;D;1974\n"],
            ]
        },
        tmp_path,
    )
    ledger = Ledger()
    inputs = read_sources(read_territory(path), read_parameters(), ledger)
    assert len(inputs.attributions) == 3 and len(inputs.logements) == 5
    assert {"attribution d'ailleurs, sans année", "adresse absente de l'enquête"} <= set(ledger.rejects["motif"])


# --- texts of layers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "more"),
    [
        ("utf-8", ""),
        ("cp1252", ""),
        ("latin-1", ""),
        ("cp850", 'encodage = "cp850"'),
        ("cp1252", 'encodage = "latin1"'),
    ],
)
def test_a_shapefile_that_does_not_say_its_encoding_is_read(tmp_path, encoding, more):
    case = {
        "remplace": [
            ["territoire.toml", 'fichier = "qpv.geojson"', f'fichier = "qpv.shp"\n{more}'],
            ["qpv.geojson", "Les Tilleuls", "Les Érables d'été"],
        ],
        "fait": [["dbf", "qpv.geojson", "qpv.shp", encoding]],
    }
    inputs = read_sources(read_territory(break_territory(case, tmp_path)), read_parameters(), Ledger())
    assert inputs.qpv["nom_qpv"].tolist() == ["Les Érables d'été"]


def test_a_shapefile_that_announces_a_wrong_encoding_is_read_from_its_bytes(tmp_path):
    path = break_territory(
        {
            "remplace": [
                ["territoire.toml", 'fichier = "qpv.geojson"', 'fichier = "qpv.shp"'],
                ["qpv.geojson", "Les Tilleuls", "Les Érables d'été"],
            ],
            "fait": [["dbf", "qpv.geojson", "qpv.shp", "cp1252"]],
        },
        tmp_path,
    )
    (tmp_path / "qpv.cpg").write_text("UTF-8")
    inputs = read_sources(read_territory(path), read_parameters(), Ledger())
    assert inputs.qpv["nom_qpv"].tolist() == ["Les Érables d'été"]


def test_accents_read_twice_wrong_are_repaired_and_a_latin_geojson_is_not_empty(tmp_path):
    inputs = read(tmp_path, ("qpv.geojson", "Les Tilleuls", "Les Ã‰rables d'Ã©tÃ©"))
    assert inputs.qpv["nom_qpv"].tolist() == ["Les Érables d'été"]
    text = (tmp_path / "qpv.geojson").read_text("utf-8").replace("Les Ã‰rables d'Ã©tÃ©", "Les Érables d'été")
    (tmp_path / "qpv.geojson").write_bytes(text.encode("latin-1"))
    inputs = read_sources(read_territory(tmp_path / "territoire.toml"), read_parameters(), Ledger())
    assert inputs.qpv["nom_qpv"].tolist() == ["Les Érables d'été"]


# --- the official code -----------------------------------------------------------------------------------------


def test_a_code_that_was_never_a_commune_s_is_said_unless_the_territory_is_fictional(tmp_path):
    said = [remark for remark in read(tmp_path).remarks if "d'aucune commune" in remark]
    assert len(said) == 1 and "4 lignes" in said[0]
    assert "01901, 01902 ne sont les codes d'aucune commune" in said[0]
    head = ("territoire.toml", "campagnes = [2022]", "campagnes = [2022]\nfictif = true")
    assert not any("d'aucune commune" in remark for remark in read(tmp_path, head).remarks)


def test_a_merged_commune_is_known_by_the_districts_of_the_one_that_holds_it(tmp_path):
    changes = [
        ("ops.csv", "01902", "02695"),
        ("iris.geojson", "01902", "02054"),
        ("attributions.csv", "01902", "02695"),
    ]
    assert set(read(tmp_path, *changes).ops["code_insee"]) == {"01901", "02695"}


def test_a_local_address_base_is_read_without_postcodes(tmp_path):
    path = break_territory({}, tmp_path)
    (tmp_path / "adresses.csv").write_text(
        "cle_interop;commune_insee;commune_deleguee_insee;commune_deleguee_nom;voie_nom;numero;suffixe;commune_nom;long;"
        "lat;x;y\n01901_0010_00001;01901;;;Rue des Tilleuls;1;bis;Fontaine-Basse;4.947;46.214;;\n",
        "utf-8",
    )
    base = read_sources(read_territory(path), read_parameters(), Ledger()).adresses
    assert base[["id", "rep", "code_insee", "nom_commune"]].to_numpy().tolist() == [
        ["01901_0010_00001", "bis", "01901", "Fontaine-Basse"]
    ]
    assert abs(base["x"][0] - 850_130) < 50 and base["code_postal"].isna().all()
