"""``telecharger`` then ``init`` then ``build``, from a server with the real paths, is the atlas that files give."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import shutil
import sqlite3
import zipfile
from contextlib import closing
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import geopandas as gpd
import pandas as pd
import py7zr
import pytest
from fetch_factory import Site, serving
from typer.testing import CliRunner

from atlas.cli import app
from atlas.errors import AtlasError
from atlas.fetch import Patience, fetch
from atlas.fetch.archives import taken_out
from atlas.fetch.datasets import Resource, quarters, register
from atlas.fetch.origins import SOURCES, addresses, filled, local_addresses, regions
from atlas.init import init
from atlas.pipeline import build, counted
from atlas.plan import plan
from atlas.progress import Clock
from tests.conftest import BONDY
from tests.divided_factory import make_divided

ROOT = Path(__file__).parent.parent
DEMO = ROOT / "data" / "demo"
QUICK = Patience(read=5, tries=2, pause=0, wait=lambda seconds: None)
REAL = {
    "ban": "/data/ban/adresses/latest/csv/adresses-{dep}.csv.gz",
    "iris": "/telechargement/download/CONTOURS-IRIS/CONTOURS-IRIS_3-0__GPKG_LAMB93_FXX_2025-01-01/"
    "CONTOURS-IRIS_3-0__GPKG_LAMB93_FXX_2025-01-01.7z",
    "qpv": "/api/1/datasets/quartiers-prioritaires-de-la-politique-de-la-ville-qpv/",
    "communes": "/departements/{dep}/communes",
    "rpls": "/api/1/datasets/repertoire-des-logements-locatifs-des-bailleurs-sociaux/",
}


def packed(folder: Path, place: Path) -> bytes:
    """An archive as the producer makes it: the layer under folders, beside a licence."""
    path = place / "iris.7z"
    with py7zr.SevenZipFile(path, "w") as archive:
        archive.write(folder, "CONTOURS-IRIS_3-0/1_DONNEES/iris.gpkg")
        archive.writestr(b"Licence Ouverte", "CONTOURS-IRIS_3-0/LISEZ-MOI.txt")
    return path.read_bytes()


def dataset(*resources: tuple[str, str, bytes]) -> tuple[bytes, dict[str, bytes]]:
    """What the API of data.gouv.fr answers, and the files that it leads to."""
    listed = [
        {
            "title": title,
            "url": f"https://static.data.gouv.fr/resources/{name}",
            "format": name.rsplit(".", 1)[-1],
            "checksum": {"type": "sha1", "value": hashlib.sha1(content).hexdigest()},
        }
        for title, name, content in resources
    ]
    files = {f"/resources/{name}": content for _, name, content in resources}
    return json.dumps({"license": "lov2", "resources": listed}).encode(), files


def country(dep: str, addresses_: bytes, iris: Path, quarters_: Path, place: Path, older: bytes | None = None) -> Site:
    """Serve a territory's files as parts of a wider country: other communes, other quarters."""
    head, *rows = addresses_.decode().splitlines(keepends=True)
    names = head.rstrip().split(";")
    far = ";".join("01004" if name == "code_insee" else "" for name in names) + "\n"
    districts = gpd.read_file(iris)
    column = next(name for name in districts.columns if name.lower() in {"insee_com", "code_insee"})
    away = districts.iloc[:3].copy()
    away[column] = "01004"
    code = next(name for name in districts.columns if name.lower() == "code_iris")
    away[code] = [f"0100401{rank:02d}" for rank in range(3)]
    away["geometry"] = away.geometry.translate(-90_000, 0)
    wide = place / "wide.gpkg"
    pd.concat([districts, away]).to_file(wide, layer="contours_iris")
    listed, files = dataset(
        ("Quartiers prioritaires 2024 (GeoJSON)", "qpv_2024.geojson", quarters_.read_bytes()),
        (
            "Quartiers prioritaires, génération 2015",
            "qp-2015.geojson",
            older or re.sub(rb"QN(\d{5})[A-Z]", rb"QP\g<1>1", quarters_.read_bytes()),
        ),
        ("Notice", "notice.pdf", b"%PDF"),
    )
    towns = districts.dissolve(column).reset_index()[[column, "geometry"]].rename(columns={column: "code"})
    contours = towns.assign(nom=towns["code"]).to_crs(4326).to_json().encode()
    return Site(
        {
            REAL["ban"].format(dep=dep): gzip.compress((head + far + "".join(rows) + far).encode()),
            REAL["iris"]: packed(wide, place),
            REAL["qpv"]: listed,
            REAL["communes"].format(dep=dep): contours,
            **files,
        }
    )


def same_tables(one: Path, other: Path) -> int:
    """Compare two editions, table by table; count the cells."""
    cells = 0
    with closing(sqlite3.connect(one / "atlas.gpkg")) as left, closing(sqlite3.connect(other / "atlas.gpkg")) as right:
        names = [row[0] for row in left.execute("SELECT table_name FROM gpkg_contents ORDER BY 1")]
        assert names == [row[0] for row in right.execute("SELECT table_name FROM gpkg_contents ORDER BY 1")]
        for name in names:
            rows = left.execute(f'SELECT * FROM "{name}"').fetchall()
            if name != "layer_styles":
                assert rows == right.execute(f'SELECT * FROM "{name}"').fetchall(), name
                cells += sum(map(len, rows))
    return cells


def completed(file: Path, identity: str, rules: str = "") -> Path:
    """Do by hand what a planner does after ``init``: the name of the territory, what only he knows."""
    text = re.sub(r'^nom = ".*\n', identity + "\n", file.read_text("utf-8"), count=1, flags=re.MULTILINE)
    file.write_text(text + rules, "utf-8")
    return file


def test_the_demo_comes_back_the_same(divided_build, tmp_path):
    """All that it takes of a country, with the survey of one of its communes."""
    base = gzip.decompress((DEMO / "adresses.csv.gz").read_bytes())
    communes = ",".join(f"219{rank:02d}" for rank in range(1, 13))
    folder = tmp_path / "donnees"
    with serving(country("21", base, DEMO / "iris_2022.gpkg", DEMO / "qpv_2024.geojson", tmp_path)) as site:
        words = ["telecharger", "--departement", "21", "--communes", communes, "--dossier", str(folder)]
        done = CliRunner().invoke(app, [*words, "--depuis", site.address, "--sources", "ban,iris,communes,qpv"])
    assert done.exit_code == 0, done.output
    told = {entry["fichier"]: entry for entry in json.loads((folder / "sources.json").read_text("utf-8"))["fichiers"]}
    assert set(told) == {
        *("adresses-21.csv.gz", "iris_2025.gpkg", "communes_21.gpkg", "qpv_2015.gpkg", "qpv_2024.gpkg")
    }
    for name, entry in told.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == entry["sha256"]
        assert entry["licence"] == "Licence Ouverte 2.0" and entry["page"].startswith("https://")
        assert entry["verifie_en_ligne"] is False and entry["telecharge_le"] and entry["adresse"]
    assert told["iris_2025.gpkg"]["millesime"] == "2025" and told["iris_2025.gpkg"]["lignes"] == 60
    assert gzip.decompress((folder / "adresses-21.csv.gz").read_bytes()) == base
    assert sorted(path.name for path in folder.iterdir()) == sorted([*told, "sources.json"])
    surveyed = make_divided(tmp_path / "commune").parent
    for name in ("ops_2020.csv", "ops_2022.csv", "logements_2022.csv.gz", "residences.csv", "attributions_2022.csv"):
        shutil.copy(surveyed / name, folder)
    shutil.copy(DEMO / "qva.gpkg", folder)
    (folder / "qpv_2015.gpkg").unlink()  # the demo reads all its campaigns in one list of quarters
    started = init(folder)
    text = started.path.read_text("utf-8")
    assert "millesime = 2025\n" in text and "Insee, IGN, Licence Ouverte 2.0, téléchargé le" in text
    assert "communes_21.gpkg" not in text and "sources.json" not in started.text
    identity = 'nom = "Métropole de Valmont-sur-Orle"\nfictif = true\npublie_le = 2026-11-21'
    rule = (DEMO / "territoire.toml").read_text("utf-8").split("[regles.loyer_plai]")[1].split("[methodes]")[0]
    built = build(completed(started.path, identity, f"[regles.loyer_plai]{rule}"), tmp_path / "atlas", ["interne"])
    assert same_tables(built / "interne", divided_build / "interne") > 150_000


def test_bondy_comes_back_the_same(bondy_folder, tmp_path):
    """What is counted is the same, address by address: all that an edition is made from."""
    base = (bondy_folder / "adresses-93010.csv").read_bytes()
    older = gpd.read_file(bondy_folder / "qpv_2015_lambert2e.gpkg").to_crs(4326).to_json().encode()
    folder = tmp_path / "donnees"
    site = country("93", base, bondy_folder / "iris_2022.gpkg", bondy_folder / "qpv_2024.geojson", tmp_path, older)
    with serving(site):
        fetch(["93"], ["93010"], folder, sources=["ban", "iris", "qpv"], origin=site.address, patience=QUICK)
    (folder / "qpv_2015.gpkg").unlink()  # what it is compared with reads all its campaigns in one list of quarters
    for path in bondy_folder.glob("*_simule.*"):
        shutil.copy(path, folder)
    identity = BONDY.split("[sources.ops]")[0].split("campagnes = [2020, 2022]")
    rules = "[regles.loyer_plai]" + BONDY.split("[regles.loyer_plai]")[1]
    ours = completed(init(folder).path, 'nom = "Bondy"' + identity[1].rstrip(), rules)
    theirs = tmp_path / "bondy.toml"
    theirs.write_text(BONDY.format(folder=bondy_folder.as_posix()), "utf-8")
    found, expected = (counted(plan(one, ("interne",)), Clock(lambda step: None)) for one in (ours, theirs))
    files = ["fichier"]  # the only thing that may differ: how files are called
    pd.testing.assert_frame_equal(found.counted.atoms.drop(columns=files), expected.counted.atoms.drop(columns=files))
    assert found.counted.units.keys() == expected.counted.units.keys() and len(found.counted.atoms) > 1_000
    for name, table in found.counted.units.items():
        pd.testing.assert_frame_equal(table, expected.counted.units[name])
    for name, table in found.described.units.items():
        pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(expected.described.units[name]))


def test_the_register_of_narbonne_is_cut_as_it_is_written(narbonne_folder, tmp_path):
    table = (narbonne_folder / "rpls_detail_11262.csv").read_bytes()
    head, rows = table.split(b"\n", 1)
    wide = tmp_path / "rpls.zip"
    with zipfile.ZipFile(wide, "w") as archive:
        archive.writestr("donnees/geolocalise.csv", head + b"\n" + rows + rows.replace(b";11262;", b";34172;"))
        archive.writestr("donnees/notice.pdf", b"%PDF")
    listed, files = dataset(
        ("RPLS géolocalisé 2019, Occitanie", "rpls-2019-occitanie.zip", b"?"),
        ("RPLS géolocalisé 2020, Occitanie", "rpls-2020-occitanie.zip", wide.read_bytes()),
        ("RPLS géolocalisé 2020, Île-de-France", "rpls-2020-idf.zip", b"?"),
    )
    with serving(Site({REAL["rpls"]: listed, **files})) as site:
        done = fetch(["11"], ["11262"], tmp_path / "d", sources=["rpls"], origin=site.address, patience=QUICK)
    assert (tmp_path / "d" / "rpls_2020_11.csv").read_bytes() == table
    assert done.files[0].rows == 1170 and done.files[0].vintage == "2020"


def test_a_folder_stands_for_the_network(tmp_path):
    hand = tmp_path / "pris a la main"
    hand.mkdir()
    base = gzip.decompress((DEMO / "adresses.csv.gz").read_bytes())
    shutil.copy(DEMO / "adresses.csv.gz", hand / "adresses-21.csv.gz")
    done = fetch(["21"], [], tmp_path / "d", sources=["ban"], origin=str(hand))
    assert gzip.decompress((tmp_path / "d" / "adresses-21.csv.gz").read_bytes()) == base
    assert done.files[0].rows == 9001 and "atlas init" in done.text
    with pytest.raises(AtlasError, match="TELECHARGER-ABSENT"):
        fetch(["21"], [], tmp_path / "d", sources=["iris"], origin=str(hand))
    assert (tmp_path / "d" / "adresses-21.csv.gz").is_file()


def test_a_territory_gives_addresses_of_its_own(tmp_path):
    file = tmp_path / "territoire.toml"
    with serving(Site({"/bal.csv.gz": (DEMO / "adresses.csv.gz").read_bytes()})) as site:
        file.write_text(
            f'[territoire]\nnom = "X"\ncampagnes = [2022]\n[sources.ops]\nfichiers = ["pas-encore.csv"]\n'
            f'[regles.sources_ban]\nvaleur = ["{site.address}/bal.csv.gz"]\nunite = "adresse"\nsource = "la commune"\n',
            "utf-8",
        )
        done = fetch(["21"], [], tmp_path / "d", sources=["ban"], territory=file, patience=QUICK)
    assert done.files[0].address == f"{site.address}/bal.csv.gz"


def test_a_failure_leaves_the_folder_as_it_was(tmp_path):
    folder = tmp_path / "d"
    folder.mkdir()
    (folder / "adresses-21.csv.gz").write_bytes(b"avant")
    site = Site({REAL["ban"].format(dep="21"): (DEMO / "adresses.csv.gz").read_bytes()})
    with serving(site), pytest.raises(AtlasError, match="RESEAU-ABSENT") as refused:
        fetch(["21"], [], folder, sources=["ban", "iris"], origin=site.address, patience=QUICK)
    assert "geoservices" in str(refused.value)
    assert (folder / "adresses-21.csv.gz").read_bytes() == b"avant" and not (folder / "sources.json").exists()


@pytest.mark.parametrize(
    "content", [b"<html>proxy</html>", gzip.compress(b"id;code_insee\n1;21231\n", mtime=0)[:-9], b""]
)
def test_what_is_not_the_file_is_refused(content, tmp_path):
    site = Site({REAL["ban"].format(dep="21"): content})
    with serving(site), pytest.raises(AtlasError, match="RESEAU-CONTENU"):
        fetch(["21"], [], tmp_path / "d", sources=["ban"], origin=site.address, patience=QUICK)


def test_a_territory_that_no_file_holds_is_said(tmp_path):
    site = Site({REAL["ban"].format(dep="21"): (DEMO / "adresses.csv.gz").read_bytes()})
    with serving(site), pytest.raises(AtlasError, match="RESEAU-VIDE"):
        fetch(["21"], ["21231"], tmp_path / "d", sources=["ban"], origin=site.address, patience=QUICK)
    for wrong in (["21", "99"], []):
        with pytest.raises(AtlasError, match="TELECHARGER-TERRITOIRE"):
            fetch(wrong, [], tmp_path / "d")
    with pytest.raises(AtlasError, match="TELECHARGER-TERRITOIRE"):
        fetch(["21"], ["93010"], tmp_path / "d")
    with pytest.raises(AtlasError, match="TELECHARGER-SOURCE"):
        fetch(["21"], [], tmp_path / "d", sources=["cadastre"])


def test_an_archive_cannot_write_elsewhere(tmp_path):
    for name in ("../dehors.gpkg", "/tmp/dehors.gpkg", "a/../../dehors.gpkg"):
        path = tmp_path / "hostile.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, b"x")
        with pytest.raises(AtlasError, match="hors du dossier"):
            taken_out(path, tmp_path / "ici", lambda one: True)
    seven = tmp_path / "hostile.7z"
    with py7zr.SevenZipFile(seven, "w") as archive:
        archive.writestr(b"x", "dedans.gpkg")
    bad = seven.read_bytes()
    (tmp_path / "court.7z").write_bytes(bad[: len(bad) // 2])
    with pytest.raises(AtlasError, match="archive abîmée"):
        taken_out(tmp_path / "court.7z", tmp_path / "ici", lambda one: True)
    assert not (tmp_path / "dehors.gpkg").exists()


def test_resources_are_chosen_by_what_they_say():
    listed = [
        Resource("Quartiers 2024 et 2015", "https://x.fr/tous.zip", "zip"),
        Resource("Quartiers prioritaires 2024", "https://x.fr/qp24.zip", "zip"),
        Resource("Quartiers prioritaires 2024", "https://x.fr/qp24.geojson", "geojson"),
        Resource("RPLS 2022 département 021", "https://x.fr/rpls_2022.csv", "csv"),
        Resource("RPLS 2023 dep 21", "https://x.fr/rpls_21.csv", "csv"),
        Resource("RPLS 2024 Bourgogne Franche Comté", "https://x.fr/bfc.zip", "zip"),
        Resource("RPLS 2024 Île-de-France", "https://x.fr/idf.zip", "zip"),
    ]
    assert quarters(listed, "QPV", "page", 2024).address.endswith("qp24.geojson")
    assert quarters(listed, "QPV", "page", 2015).address.endswith("tous.zip")
    assert register(listed, "RPLS", "page", "21", regions()["21"]).address.endswith("rpls_21.csv")
    assert register(listed, "RPLS", "page", "71", regions()["71"]).address.endswith("bfc.zip")
    with pytest.raises(AtlasError, match=r"RESEAU-LISTE.*Île-de-France"):
        register(listed, "RPLS", "https://page", "34", regions()["34"])


def test_addresses_are_parameters_that_say_they_were_not_checked_online():
    rules = addresses(date(2026, 11, 30), {})
    assert set(rules) == set(SOURCES)
    for name, rule in rules.items():
        assert urlsplit(filled(rule, "21")).scheme == "https" and urlsplit(rule.page).scheme == "https"
        assert rule.checked_online is False and rule.checked_on == date(2026, 11, 30)
        assert urlsplit(filled(rule, "21")).path == REAL[name].format(dep="21")
    assert local_addresses({"regles": {"sources_ban": {"valeur": [""]}, "autre": 3}}) == {"sources_ban": ([""], "", "")}


def test_every_departement_has_a_region():
    assert len(regions()) == 101 and regions()["2A"] == "Corse" and regions()["976"] == "Mayotte"
