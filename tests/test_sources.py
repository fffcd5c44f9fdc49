"""Sources: the same table from any file, typed, checked, in one CRS; nothing lost without a word."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

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
    assert any("loyer_mensuel_hc vaut 0 sur 1 ligne," in remark for remark in inputs.remarks)


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
