"""Inspect: what an unknown file is, and a block that a territory file takes as it is."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from atlas.errors import AtlasError
from atlas.inspect import inspect_file
from atlas.ledger import Ledger
from atlas.parameters import read_parameters
from atlas.sources import read_sources
from atlas.territory import read_territory
from tests.test_broken import FOLDER, break_territory

BASE = FOLDER / "base"
HEAD = '[territoire]\nnom = "T"\ncampagnes = [2022]\n\n'


def as_territory(folder: Path, *blocks: str):
    """Paste blocks in a territory file of the folder and read it."""
    (folder / "t.toml").write_text(HEAD + "\n".join(blocks), "utf-8")
    return read_territory(folder / "t.toml")


@pytest.mark.parametrize(
    ("name", "section"),
    [
        ("ops.csv", "ops"),
        ("logements.csv", "logements"),
        ("adresses.csv", "adresses"),
        ("residences.csv", "residences"),
        ("attributions.csv", "attributions"),
        ("iris.geojson", "iris"),
        ("qpv.geojson", "qpv"),
        ("qva.geojson", "zones"),
    ],
)
def test_every_source_is_recognised(name, section):
    finding = inspect_file(BASE / name)
    assert finding.section == section
    assert not finding.missing and not finding.mapping
    assert f"sources.{section}]" in finding.text


def test_the_blocks_pasted_together_read_the_whole_territory(tmp_path):
    break_territory({}, tmp_path)
    files = sorted(path for path in tmp_path.iterdir() if path.suffix != ".toml")
    territory = as_territory(tmp_path, *(inspect_file(path).toml for path in files))
    inputs = read_sources(territory, read_parameters(), Ledger())
    assert len(inputs.ops) == 4 and len(inputs.adresses) == 4 and len(inputs.zones) == 1


OTHER_HEADERS = {
    "campagne": "Année enquête",
    "bailleur": "Organisme",
    "id_adresse": "Code immeuble",
    "adresse": "Libellé adresse",
    "code_postal": "CP",
    "code_insee": "INSEE",
    "nb_logements": 'Nombre de "logements"',
    "menages_inf40_plus": "Ménages moins 40 plafond PLUS",
    "majeurs_chomeurs": "Chômeurs",
}


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "xlsx", "parquet", "zip"])
def test_other_headers_are_mapped_and_the_block_reads_the_file(tmp_path, kind):
    frame = pd.read_csv(BASE / "ops.csv", sep=";", dtype=str).rename(columns=OTHER_HEADERS)
    file = tmp_path / f"export.{kind}"
    text = frame.to_csv(sep=";", index=False)
    if kind == "csv":
        file.write_bytes(text.encode("cp1252"))
    elif kind == "csv.gz":
        file.write_bytes(gzip.compress(text.encode()))
    elif kind == "zip":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("export.csv", text)
    elif kind == "xlsx":
        frame.to_excel(file, index=False)
    else:
        frame.to_parquet(file)
    finding = inspect_file(file)
    assert finding.section == "ops" and not finding.missing
    assert {name: finding.mapping[name] for name in OTHER_HEADERS} == OTHER_HEADERS
    inputs = read_sources(as_territory(tmp_path, finding.toml), read_parameters(), Ledger())
    assert inputs.ops["nb_logements"].sum() == 77 and inputs.ops["majeurs_chomeurs"].sum() == 19


def test_what_was_seen_is_said(tmp_path):
    (tmp_path / "ops.csv").write_bytes((BASE / "ops.csv").read_text("utf-8").encode("latin-1"))
    text = inspect_file(tmp_path / "ops.csv").text
    assert "4 lignes, 20 colonnes" in text
    assert "encodage iso-8859-1, séparateur point-virgule" in text


def test_required_columns_that_lack_are_said(tmp_path):
    (tmp_path / "ops.csv").write_text((BASE / "ops.csv").read_text("utf-8").replace("majeurs_chomeurs", "z"), "utf-8")
    finding = inspect_file(tmp_path / "ops.csv")
    assert finding.missing == ("majeurs_chomeurs",) and "non trouvées : majeurs_chomeurs" in finding.text


def test_a_near_header_whose_values_do_not_fit_is_not_taken(tmp_path):
    text = (BASE / "ops.csv").read_text("utf-8").replace("code_insee", "commune_insee")
    lines = text.replace(";01901;", ";Fontaine;").replace(";01902;", ";Fontaine;")
    (tmp_path / "ops.csv").write_text(lines, "utf-8")
    assert "code_insee" in inspect_file(tmp_path / "ops.csv").missing


def test_household_grain_is_told_from_address_grain(tmp_path):
    (tmp_path / "menages.csv").write_text(
        "campagne;bailleur;id_adresse;adresse;code_postal;code_insee;ressources_pct_plus;nb_personnes;type_famille\n"
        "2022;B;A1;1 rue X;01990;01901;35;1;personne seule\n",
        "utf-8",
    )
    finding = inspect_file(tmp_path / "menages.csv")
    assert finding.section == "ops" and 'grain = "menage"' in finding.toml
    assert as_territory(tmp_path, finding.toml).sources.ops[0].grain == "menage"


def test_register_and_its_year(tmp_path):
    file = tmp_path / "rpls_2022.csv"
    file.write_text("DEPCOM;CODEPOSTAL;NUMVOIE;TYPVOIE;NOMVOIE;QPV;NBPIECE\n11262;11100;1;R;X;1;3\n", "utf-8")
    finding = inspect_file(file)
    assert finding.section == "rpls"
    assert as_territory(tmp_path, finding.toml).sources.rpls[0].millesime == 2022


def test_layer_without_crs_gets_a_likely_one_to_check(tmp_path):
    gpd.read_file(BASE / "iris.geojson").to_crs(2154).to_file(tmp_path / "iris.shp")
    (tmp_path / "iris.prj").unlink()
    finding = inspect_file(tmp_path / "iris.shp")
    assert "CRS absent" in finding.text and 'crs = "EPSG:2154"  # à vérifier' in finding.toml
    (tmp_path / "ops.csv").write_bytes((BASE / "ops.csv").read_bytes())
    territory = as_territory(tmp_path, finding.toml, inspect_file(tmp_path / "ops.csv").toml)
    assert len(read_sources(territory, read_parameters(), Ledger()).iris) == 2


def test_the_right_layer_of_several_is_named(tmp_path):
    for name in ("qva", "iris"):
        gpd.read_file(BASE / f"{name}.geojson").to_file(tmp_path / "zones.gpkg", layer=name)
    finding = inspect_file(tmp_path / "zones.gpkg")
    assert finding.section == "iris" and 'couche = "iris"' in finding.toml
    assert "couches du fichier : qva, iris" in finding.text


def test_points_with_residences_are_declared_residences(tmp_path):
    frame = pd.read_csv(BASE / "residences.csv", sep=";")
    points = gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy([1, 2], [1, 2]), crs=2154)
    points.to_file(tmp_path / "r.gpkg", layer="residences")
    assert inspect_file(tmp_path / "r.gpkg").section == "residences"


def test_an_unknown_table_is_said_unknown_and_proposes_nothing(tmp_path):
    (tmp_path / "x.csv").write_text("ville,habitants,maire\nX,12,Y\n", "utf-8")
    finding = inspect_file(tmp_path / "x.csv")
    assert finding.section is None and finding.toml == "" and "source non reconnue" in finding.text


@pytest.mark.parametrize(("name", "content"), [("vide.csv", b""), ("a.gpkg", b"rien"), ("b.zip", b"PK\x03\x04xx")])
def test_an_unreadable_file_is_a_fault(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(AtlasError) as caught:
        inspect_file(tmp_path / name)
    assert caught.value.faults[0].remedy


def test_an_absent_file_is_a_fault(tmp_path):
    with pytest.raises(AtlasError, match="INSPECT-ABSENT"):
        inspect_file(tmp_path / "rien.csv")


def test_headers_are_data_in_the_block(tmp_path):
    nasty = 'Nb_"logements"\\]\n= [x'
    frame = pd.read_csv(BASE / "ops.csv", sep=";", dtype=str)
    frame.rename(columns={"nb_logements": nasty}).to_csv(tmp_path / "o.csv", sep=";", index=False)
    finding = inspect_file(tmp_path / "o.csv")
    territory = as_territory(tmp_path, finding.toml)
    assert territory.sources.ops[0].colonnes == {"nb_logements": nasty.replace("\n", " ")}
    assert read_sources(territory, read_parameters(), Ledger()).ops["nb_logements"].sum() == 77


@pytest.mark.parametrize("folder", ["bondy_folder", "narbonne_folder"])
def test_real_files_are_recognised(folder, request, tmp_path):
    files = sorted(path for path in request.getfixturevalue(folder).iterdir() if path.is_file())
    expected = {"ops": "ops", "logements": "logements", "adresses": "adresses", "iris": "iris", "qpv": "qpv"}
    expected |= {"rpls": "rpls", "attributions": "attributions"}
    for path in files:
        finding = inspect_file(path)
        assert finding.section == expected[path.name.replace("-", "_").split("_")[0]], path.name
        assert not finding.mapping
