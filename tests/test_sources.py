"""Sources: the same table from any file, typed, checked, in one CRS; nothing lost without a word."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from atlas.errors import AtlasError
from atlas.ledger import Ledger
from atlas.parameters import read_parameters
from atlas.sources import Inputs, read_sources
from atlas.tables import OPS
from atlas.territory import read_territory
from tests.test_broken import FOLDER, break_territory

BASE = FOLDER / "base"


def read(folder: Path, *changes: tuple[str, str, str], ledger: Ledger | None = None, **options) -> Inputs:
    """Read the small good territory after some replacements in its files."""
    path = break_territory({"remplace": changes}, folder)
    return read_sources(read_territory(path), read_parameters(), ledger or Ledger(), **options)


def lines_of(table: pd.DataFrame) -> list[int]:
    return table["ligne"].tolist()


# --- reading ------------------------------------------------------------------------------------------------


def _as(folder: Path, encoding: str, separator: str, name: str = "ops.csv") -> None:
    text = (BASE / "ops.csv").read_text("utf-8").replace(";", separator)
    (folder / name).write_bytes(text.encode(encoding))


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
def test_any_encoding_and_separator_give_the_same_table(tmp_path, encoding, separator):
    expected = read(tmp_path).ops
    _as(tmp_path, encoding, separator)
    path = tmp_path / "territoire.toml"
    inputs = read_sources(read_territory(path), read_parameters(), Ledger())
    pd.testing.assert_frame_equal(inputs.ops, expected)


def test_cp1252_signs_are_read(tmp_path):
    inputs = read(tmp_path, ("ops.csv", "Habitat Été", "L’œil d’Été"))
    text = (tmp_path / "ops.csv").read_text("utf-8")
    (tmp_path / "ops.csv").write_bytes(text.encode("cp1252"))
    again = read_sources(read_territory(tmp_path / "territoire.toml"), read_parameters(), Ledger())
    assert again.ops["bailleur"].tolist() == inputs.ops["bailleur"].tolist()
    assert any("cp1252" in remark for remark in again.remarks)


@pytest.mark.parametrize("kind", ["csv.gz", "zip", "xlsx", "xlsx in zip", "parquet", "typed parquet"])
def test_any_container_gives_the_same_table(tmp_path, kind):
    expected = read(tmp_path).ops
    text = (BASE / "ops.csv").read_text("utf-8")
    frame = pd.read_csv(BASE / "ops.csv", sep=";", dtype=str)
    name = f"donnees.{kind.split()[-1]}"
    target = tmp_path / name
    if kind == "csv.gz":
        target.write_bytes(gzip.compress(text.encode()))
    elif kind == "zip":
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr("dossier/ops.csv", text)
            archive.writestr("__MACOSX/._ops.csv", "x")
            archive.writestr("lisezmoi.pdf", "x")
    elif kind == "xlsx":
        frame.to_excel(target, index=False)
    elif kind == "xlsx in zip":
        frame.to_excel(tmp_path / "ops.xlsx", index=False)
        with zipfile.ZipFile(target, "w") as archive:
            archive.write(tmp_path / "ops.xlsx", "ops.xlsx")
    elif kind == "typed parquet":
        pd.read_csv(BASE / "ops.csv", sep=";", dtype={"code_postal": str, "code_insee": str}).to_parquet(target)
    else:
        frame.to_parquet(target)
    change = ("territoire.toml", '"ops.csv"', f'"{name}"')
    inputs = read(tmp_path, change)
    pd.testing.assert_frame_equal(inputs.ops.drop(columns="fichier"), expected.drop(columns="fichier"))


def test_a_named_sheet_is_read(tmp_path):
    read(tmp_path)
    with pd.ExcelWriter(tmp_path / "ops.xlsx") as book:
        pd.DataFrame({"a": [1]}).to_excel(book, sheet_name="Notice", index=False)
        pd.read_csv(BASE / "ops.csv", sep=";", dtype=str).to_excel(book, sheet_name="OPS", index=False)
    inputs = read(tmp_path, ("territoire.toml", '["ops.csv"]', '["ops.xlsx"]\nfeuille = "OPS"'))
    assert len(inputs.ops) == 4


def test_lines_are_those_of_the_file(tmp_path):
    text = (BASE / "logements.csv").read_text("utf-8").splitlines()
    text[2] = text[2].replace("Habitat Été", '"Habitat\nÉté"')
    broken = "\n".join([*text[:2], "", *text[2:4], "", ";;;;;;;", *text[4:]]) + "\n"
    path = break_territory({}, tmp_path)
    (tmp_path / "logements.csv").write_text(broken, "utf-8")
    inputs = read_sources(read_territory(path), read_parameters(), Ledger())
    assert lines_of(inputs.logements) == [2, 4, 6, 9]
    assert inputs.logements["id_logement"].tolist() == ["L1", "L2", "L3", "L4"]


def test_numbers_with_commas_and_spaces(tmp_path):
    inputs = read(tmp_path, ("logements.csv", "402,75", "1 402,75"), ("logements.csv", "310,20", "1\u202f310.20"))
    assert inputs.logements["loyer_mensuel_hc"].tolist()[:3] == [1310.20, 250.0, 1402.75]


# --- headers ------------------------------------------------------------------------------------------------


def test_headers_are_forgiven_case_and_accents_and_may_be_mapped(tmp_path):
    inputs = read(
        tmp_path,
        ("ops.csv", "nb_logements", "Nb logts"),
        ("ops.csv", "code_insee", "Code INSEE"),
        ("ops.csv", ";menages;", ";Ménages répondants;"),
        (
            "territoire.toml",
            "[sources.logements]",
            '[sources.ops.colonnes]\nnb_logements = "Nb logts"\n[sources.logements]',
        ),
    )
    assert inputs.ops["nb_logements"].tolist() == [20, 12, 30, 15]
    assert inputs.ops["menages"].sum() == 68


def test_a_header_that_looks_like_an_expected_one_is_pointed_out(tmp_path):
    inputs = read(tmp_path, ("ops.csv", "menages_inf20_plus", "menage_inf20_plus"))
    assert inputs.ops["menages_inf20_plus"].isna().all()
    assert any("menage_inf20_plus" in remark and "ressemble" in remark for remark in inputs.remarks)


def test_every_column_is_there_typed_and_absent_ones_are_missing(tmp_path):
    ops = read(tmp_path).ops
    assert list(ops.columns) == [*OPS.names, "ligne", "fichier", "en_qpv_declare", "code_adresse"]
    for column in OPS.columns:
        if column.name == "campagne":
            assert ops[column.name].dtype == "int64"
        else:
            assert str(ops[column.name].dtype) == ("float64" if column.numeric else "str"), column.name
    assert ops["menages_apl"].isna().all() and ops["id_residence"].isna().all()


def test_empty_is_not_provided_and_zero_is_zero(tmp_path):
    ops = read(tmp_path, ("ops.csv", ";12;11;10;0;3;", ";12;11;10;0;;")).ops
    assert ops["menages_inf20_plus"].tolist()[1] == 0
    assert np.isnan(ops["menages_inf40_plus"].tolist()[1])


@pytest.mark.parametrize("word", ["NC", "nd", "NA", "s.o.", "Z", "-", "#N/A"])
def test_a_word_for_not_known_is_not_provided_and_said(tmp_path, word):
    inputs = read(tmp_path, ("ops.csv", ";12;11;10;0;3;", f";12;11;10;{word};3;"))
    assert np.isnan(inputs.ops["menages_inf20_plus"].tolist()[1])
    assert any("menages_inf20_plus porte 1 mention" in remark for remark in inputs.remarks)


def test_only_the_columns_of_the_chosen_methods_are_required(tmp_path):
    change = ("ops.csv", "majeurs_chomeurs", "autre")
    with pytest.raises(AtlasError, match="OPS-INDICATEUR"):
        read(tmp_path, change)
    assert read(tmp_path, change, needs=("inf40",)).ops["majeurs_chomeurs"].isna().all()


# --- dwellings, addresses -----------------------------------------------------------------------------------


def test_rents_that_are_no_rent_become_missing_and_are_counted(tmp_path):
    inputs = read(tmp_path, ("logements.csv", ";250;", ";0;"))
    assert inputs.logements["loyer_mensuel_hc"].isna().tolist() == [False, True, False, False]  # 999 may be a rent
    assert any("loyer_mensuel_hc vaut 0 sur 1 ligne(s)" in remark for remark in inputs.remarks)


def test_spellings_of_yes_energy_label_and_kind_are_brought_to_one(tmp_path):
    inputs = read(
        tmp_path,
        ("logements.csv", "annee_construction", "annee_construction;accessible_pmr;type_construction"),
        ("logements.csv", ";D;1974", ";d;1974;OUI;c"),
        ("logements.csv", ";C;1974", ";NC;1974;1;C"),
        ("logements.csv", ";2008", ";2008;0;I"),
        ("logements.csv", ";1981", ";1981;;i"),
    )
    assert inputs.logements["dpe"].tolist()[:1] == ["D"] and inputs.logements["dpe"].isna().tolist()[1]
    assert inputs.logements["accessible_pmr"].tolist()[:3] == ["oui", "oui", "non"]
    assert inputs.logements["type_construction"].tolist() == ["C", "C", "I", "I"]


def test_longitude_and_latitude_serve_where_x_and_y_are_empty(tmp_path):
    ledger = Ledger()
    inputs = read(
        tmp_path,
        ("adresses.csv", "850300;6570300;;", ";;4.949910;46.215843"),
        ("adresses.csv", "851500;6570100;;", ";;;"),
        ledger=ledger,
    )
    moved = inputs.adresses.set_index("id").loc["01901_0020_00007"]
    assert abs(moved["x"] - 850300) < 5 and abs(moved["y"] - 6570300) < 5
    aside = ledger.rejects
    assert aside[["id", "motif", "fichier", "ligne"]].to_numpy().tolist() == [
        ["01902_0030_00002", "sans coordonnées", "adresses.csv", 5]
    ]
    assert aside["effet"].tolist() == ["écarté"]


def test_overseas_coordinates_are_in_the_local_projection(tmp_path):
    changes = [(name, "01901", "97411") for name in ("ops.csv", "adresses.csv", "iris.geojson", "attributions.csv")]
    changes += [(name, "01902", "97412") for name in ("ops.csv", "adresses.csv", "iris.geojson", "attributions.csv")]
    changes += [("adresses.csv", f"{x};{y};;", ";;55.45;-20.9") for x, y in ((850100, 6570100), (850120, 6570120))]
    changes += [("adresses.csv", f"{x};{y};;", "340000;7690000;;") for x, y in ((850300, 6570300), (851500, 6570100))]
    shift = [[("iris.geojson", old, new)] for old, new in (("4.9", "55.4"), ("46.2", "-20.9"))]
    changes += [change for group in shift for change in group]
    changes += [
        (name, old, new) for name in ("qpv.geojson", "qva.geojson") for old, new in (("4.9", "55.4"), ("46.2", "-20.9"))
    ]
    inputs = read(tmp_path, *changes)
    assert inputs.crs.to_epsg() == 2975
    assert inputs.adresses["x"].between(300_000, 400_000).all()
    assert inputs.adresses["y"].between(7_600_000, 7_700_000).all()


def test_coordinates_of_the_survey_in_degrees_are_projected_and_strays_listed(tmp_path):
    ledger = Ledger()
    inputs = read(
        tmp_path,
        ("ops.csv", "commune;nb", "commune;x;y;nb"),
        ("ops.csv", "Fontaine-Basse;20", "Fontaine-Basse;4.947;46.214;20"),
        ("ops.csv", "Fontaine-Basse;12", "Fontaine-Basse;;;12"),
        ("ops.csv", "Fontaine-Basse;30", "Fontaine-Basse;0;0;30"),
        ("ops.csv", "Fontaine-Haute;15", "Fontaine-Haute;4.96;46.214;15"),
        ledger=ledger,
    )
    assert inputs.ops["x"].between(850_000, 852_000).tolist() == [True, False, False, True]
    assert ledger.rejects[["id", "effet"]].to_numpy().tolist() == [["A3", "signalé"]]


def test_arrondissements_are_their_city(tmp_path):
    inputs = read(
        tmp_path,
        ("ops.csv", ";01901;", ";75112;"),
        ("ops.csv", ";01902;", ";75056;"),
        ("iris.geojson", '"01901', '"75112'),
        ("iris.geojson", '"01902', '"75113'),
        ("attributions.csv", "01901", "75112"),
        ("attributions.csv", "01902", "75113"),
    )
    assert inputs.ops["code_insee"].tolist() == ["75112"] * 3 + ["75056"]


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


# --- real territories ---------------------------------------------------------------------------------------


def test_bondy_agrees_with_a_plain_recount(bondy_folder, tmp_path):
    path = tmp_path / "bondy.toml"
    files = {name: (bondy_folder / name).as_posix() for name in ("ops_2020_simule.csv", "ops_2022_simule.csv")}
    path.write_text(
        '[territoire]\nnom = "Bondy"\ncampagnes = [2020, 2022]\n[sources.ops]\n'
        f"fichiers = {json.dumps(list(files.values()))}\n"
        f'[sources.iris]\nfichier = "{(bondy_folder / "iris_2022.gpkg").as_posix()}"\n'
        f'[sources.qpv]\nfichier = "{(bondy_folder / "qpv_2015_lambert2e.gpkg").as_posix()}"\n',
        "utf-8",
    )
    ledger = Ledger()
    inputs = read_sources(read_territory(path), read_parameters(), ledger)
    plain = pd.concat([pd.read_csv(file, sep=";") for file in files.values()])
    for name in OPS.names:
        if name in plain and OPS[name].numeric:
            assert inputs.ops[name].sum() == plain[name].sum(), name
    assert inputs.qpv["generation"].tolist() == [2015] * 3
    assert {entry["campagne"]: entry["sortie"]["logements"] for entry in ledger.entries if entry["campagne"]} == {
        "2020": 10752,
        "2022": 10862,
    }


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
