"""The register of dwellings: what of it is counted to addresses, and of which communes."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from atlas.errors import AtlasError
from atlas.ledger import Ledger
from atlas.parameters import read_parameters
from atlas.sources import Inputs, read_sources
from atlas.sources.streets import residence_names, street_of
from atlas.territory import read_territory

HEAD = '[territoire]\nnom = "T"\ncampagnes = [{campaigns}]\n'
REGISTER = HEAD + '[sources.rpls]\nfichiers = ["rpls.csv"]\n{more}'


def read(folder: Path, toml: str, files: dict[str, str], ledger: Ledger | None = None, **options) -> Inputs:
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "t.toml").write_text(toml, "utf-8")
    return read_sources(read_territory(folder / "t.toml"), read_parameters(), ledger or Ledger(), **options)


RPLS = """DEPCOM;CODEPOSTAL;LIBCOM;NUMVOIE;INDREP;TYPVOIE;NOMVOIE;BAT;IMMEU;COMPLGEO;LIEUDIT;QPV;X;Y;EPSG
11262;11100;NARBONNE;16.0;;R;VOLTAIRE;A;;LES PLATANES;;1;700100;6231700;2154
11262;11100;NARBONNE;16;;RUE;VOLTAIRE;B;;LES PLATANES;;1;;;
11262;11100;NARBONNE;2 B;;;AV DE BORDEAUX;;BAT 2;;;2;3.001;43.18;4326
11262;11100;NARBONNE;2;B;AVENUE;DE BORDEAUX;;;;APT N.9 RESIDENCE SAN MIGUEL;2;;;
11262;11100;NARBONNE;;;;;;;VILLA 1;;;;;
11262;11100;NARBONNE;;;;;;;VILLA 2;;Z;;;
;11100;NARBONNE;3;;R;VOLTAIRE;;;;;1;;;
"""


def test_the_register_is_counted_to_addresses(tmp_path):
    ledger = Ledger()
    inputs = read(tmp_path, REGISTER.format(campaigns=2022, more="millesime = 2022"), {"rpls.csv": RPLS}, ledger)
    ops = inputs.ops
    assert ops["id_adresse"].tolist() == [
        "11262-11100-16-rue-voltaire",
        "11262-11100-2-b-avenue-de-bordeaux",
        "11262-11100-villa-1",
        "11262-11100-villa-2",
    ]
    assert ops["nb_logements"].tolist() == [2, 2, 1, 1]
    assert ops["en_qpv_declare"].fillna("?").tolist() == ["oui", "non", "?", "?"]
    assert ops["nom_residence"].fillna("?").tolist() == ["LES PLATANES", "RESIDENCE SAN MIGUEL", "VILLA 1", "VILLA 2"]
    assert ops["bailleur"].unique().tolist() == ["bailleur non diffusé"]
    assert ops["menages"].isna().all() and ops["campagne"].tolist() == [2022] * 4
    assert ops["ligne"].tolist() == [2, 4, 6, 7]
    assert abs(ops["x"].tolist()[1] - 700_000) < 500 and ops["y"].tolist()[0] == 6231700
    assert inputs.rpls is None
    rejects = ledger.rejects
    assert rejects[["motif", "ligne", "effet"]].to_numpy().tolist() == [["commune vide", 8, "écarté"]]


def test_addresses_keep_their_identifiers_when_rows_move(tmp_path):
    toml = REGISTER.format(campaigns=2022, more="millesime = 2022")
    head, *rows = RPLS.splitlines()
    first = read(tmp_path, toml, {"rpls.csv": RPLS}).ops.set_index("id_adresse")["nb_logements"]
    moved = read(tmp_path, toml, {"rpls.csv": "\n".join([head, *rows[::-1]])}).ops
    assert moved.set_index("id_adresse")["nb_logements"].to_dict() == first.to_dict()


@pytest.mark.parametrize(
    ("code", "quarter"), [("DEPCOM", "QPV"), ("DEPCOM_CODE", "PLG_QP15"), ("depcom", "PLG_QP24"), ("DEPCOM", "PLG_QP")]
)
def test_names_of_every_vintage(tmp_path, code, quarter):
    text = f"{code};CODEPOSTAL;NUMVOIE;TYPVOIE;NOMVOIE;{quarter}\n11262;11100;1;R;X;QN01107I\n11262;11100;2;R;X;2\n"
    (tmp_path / "rpls.csv").write_bytes(text.encode("latin-1"))
    inputs = read(tmp_path, REGISTER.format(campaigns=2022, more="millesime = 2022"), {})
    assert inputs.ops["en_qpv_declare"].tolist() == ["oui", "non"]


def test_a_vintage_between_campaigns_joins_the_nearest(tmp_path):
    inputs = read(tmp_path, REGISTER.format(campaigns="2022", more="millesime = 2023"), {"rpls.csv": RPLS})
    assert inputs.ops["campagne"].unique().tolist() == [2022]
    assert any("millésime 2023 rattaché à la campagne 2022" in remark for remark in inputs.remarks)


def test_a_blank_count_among_counts_is_refused(tmp_path):
    head = "DEPCOM;CODEPOSTAL;NUMVOIE;TYPVOIE;NOMVOIE;NBLOG\n"
    rows = "11262;11100;1;R;X;20\n11262;11100;3;R;X;\n"
    with pytest.raises(AtlasError) as caught:
        read(tmp_path, REGISTER.format(campaigns=2022, more="millesime = 2022"), {"rpls.csv": head + rows})
    assert [fault.code for fault in caught.value.faults] == ["RPLS-MANQUANT"]
    assert "nb est vide, ligne 3" in str(caught.value)
    one_each = head.replace(";NBLOG", "") + "11262;11100;5;R;X\n11262;11100;5;R;X\n"
    toml = REGISTER.format(campaigns=2022, more="millesime = 2022").replace('"rpls.csv"', '"rpls.csv", "b.csv"')
    counted = read(tmp_path, toml, {"rpls.csv": head + rows.splitlines()[0] + "\n", "b.csv": one_each}).ops
    assert counted["nb_logements"].tolist() == [20, 2]


def test_a_total_of_the_register_is_not_counted(tmp_path):
    rows = "DEPCOM;CODEPOSTAL;LIBCOM;NUMVOIE;TYPVOIE;NOMVOIE;NBLOG\n11262;11100;N;1;R;X;20\n11262;11100;N;3;R;X;5\n"
    ledger = Ledger()
    toml = REGISTER.format(campaigns=2022, more="millesime = 2022")
    inputs = read(tmp_path, toml, {"rpls.csv": rows + "11262;11100;Total;;;;25\n"}, ledger)
    assert inputs.ops["nb_logements"].tolist() == [20, 5]
    assert ledger.rejects[["motif", "detail"]].to_numpy().tolist() == [
        ["ligne de total, non comptée", "égale à la somme de 2 lignes"]
    ]


@pytest.mark.parametrize("word", ["Non renseigné", "N.C.", "#N/A", "-", "SO", "999"])
def test_words_for_unknown_are_no_address(tmp_path, word):
    rows = RPLS.splitlines()[0] + f"\n11262;11100;N;{word};{word};{word};{word};;{word};{word};VILLA 1;;;;\n"
    inputs = read(tmp_path, REGISTER.format(campaigns=2022, more="millesime = 2022"), {"rpls.csv": rows})
    assert inputs.ops["id_adresse"].tolist() == ["11262-11100-villa-1"]


def test_a_code_that_lost_its_zero_is_not_of_another_commune(tmp_path):
    rows = "DEPCOM;CODEPOSTAL;NUMVOIE;TYPVOIE;NOMVOIE\n01004;01500;1;R;X\n1004;01500;3;R;X\n"
    toml = REGISTER.format(campaigns='2022]\ncommunes = ["01004"', more="millesime = 2022")
    with pytest.raises(AtlasError) as caught:
        read(tmp_path, toml, {"rpls.csv": rows})
    assert [fault.code for fault in caught.value.faults] == ["RPLS-ZERO"]
    assert "ligne 3" in str(caught.value)


def test_beside_the_survey_the_register_measures_coverage(tmp_path):
    survey = (
        "campagne;bailleur;id_adresse;adresse;code_postal;code_insee;nb_logements\n"
        "2022;B;1;16 rue Voltaire;11100;11262;3\n"
    )
    toml = REGISTER.format(campaigns=2022, more="millesime = 2022\n") + '[sources.ops]\nfichiers = ["ops.csv"]\n'
    inputs = read(tmp_path, toml, {"rpls.csv": RPLS, "ops.csv": survey}, needs=())
    assert inputs.ops["nb_logements"].sum() == 3 and inputs.rpls["nb_logements"].sum() == 6
    assert any("3 logements dans l'enquête pour 6 logements au RPLS" in remark for remark in inputs.remarks)


def test_only_the_communes_of_the_territory_are_read(tmp_path):
    toml = REGISTER.format(campaigns=2022, more="millesime = 2022").replace(
        "campagnes", 'communes = ["11262"]\ncampagnes'
    )
    inputs = read(tmp_path, toml, {"rpls.csv": RPLS + "11069;11000;CARCASSONNE;1;;R;X;;;;;2;;;\n"})
    assert inputs.ops["code_insee"].unique().tolist() == ["11262"]
    assert any("d'autres communes" in remark for remark in inputs.remarks)


@pytest.mark.parametrize(
    ("spelling", "slug"),
    [
        (("16", None, "R", "VOLTAIRE"), "16-rue-voltaire"),
        (("016", None, None, "RUE VOLTAIRE"), "16-rue-voltaire"),
        (("29A", None, "RUE", "RUE VOLTAIRE"), "29-a-rue-voltaire"),
        (("29", "A", "RUE.", "VOLTAIRE"), "29-a-rue-voltaire"),
        (("7", "BIS", "AV", "DE  L'EUROPE"), "7-bis-avenue-de-l-europe"),
        (("K", None, "CLOS", "DES LILAS"), "k-clos-des-lilas"),
    ],
)
def test_spellings_of_an_address(spelling, slug):
    names = ["numero", "repetition", "type_voie", "nom_voie"]
    address = pd.DataFrame([["11262", "11100", *spelling]], columns=["code_insee", "code_postal", *names]).astype("str")
    assert street_of(address)["id_adresse"].tolist() == [f"11262-11100-{slug}"]


@pytest.mark.parametrize(
    "text", ["BAT 2", "A", "12", "APT N.4", "ENSEMBLE 1", "RUE VOLTAIRE", "12 AVENUE FOCH", "ESC B"]
)
def test_what_is_no_residence_name(text):
    fields = pd.DataFrame({"immeuble": [text], "complement": None, "lieu_dit": None, "batiment": None}, dtype="str")
    assert residence_names(fields).isna().all()


def test_narbonne_agrees_with_its_totals(narbonne_folder, tmp_path):
    file = narbonne_folder / "rpls_detail_11262.csv"
    toml = REGISTER.format(campaigns=2022, more="millesime = 2022").replace("rpls.csv", file.as_posix())
    inputs = read(tmp_path, toml, {})
    plain = pd.read_csv(file, sep=";", dtype=str)
    assert inputs.ops["nb_logements"].sum() == plain["nb"].astype(float).sum() == 6043
    quarter = inputs.ops.groupby("en_qpv_declare")["nb_logements"].sum()
    recount = plain["nb"].astype(float).groupby(plain["QPV"]).sum()
    assert quarter["oui"] == recount["1"] and quarter["non"] == recount["2"]
    assert 1100 < len(inputs.ops) <= len(plain) and inputs.ops["id_adresse"].is_unique


CITIES = """DEPCOM;LIBCOM;CODEPOSTAL;NUMVOIE;INDREP;TYPVOIE;NOMVOIE;QPV;NBLOG
13201;Marseille 1er Arrondissement;13001;12;;RUE;DE LA REPUBLIQUE;2;20
13215;Marseille 15e Arrondissement;13015;5;;AV;DES AYGALADES;1;40
13001;Aix-en-Provence;13100;3;;R;GOYRAND;2;11
06088;Nice;06000;3;;R;GOYRAND;2;100
"""


@pytest.mark.parametrize(
    ("communes", "dwellings"),
    [
        ('"13055", "13001"', 71),
        ('"13055"', 60),
        ('"13201", "13001"', 31),
        ('"13215"', 40),
    ],
)
def test_the_register_keeps_the_arrondissements_of_a_city_that_the_territory_names(tmp_path, communes, dwellings):
    toml = REGISTER.format(campaigns=f"2022]\ncommunes = [{communes}", more="")
    inputs = read(tmp_path, toml, {"rpls.csv": CITIES})
    assert inputs.ops["nb_logements"].sum() == dwellings
    said = [remark for remark in inputs.remarks if "d'autres communes" in remark]
    assert len(said) == 1 and f"{4 - len(inputs.ops)} ligne" in said[0]
