"""What inspect and init propose when a file tells it badly: an old encoding, headers under a title, a name."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from atlas.init import init
from atlas.inspect import inspect_file
from atlas.ledger import Ledger
from atlas.parameters import read_parameters
from atlas.sources import read_sources
from tests.test_broken import break_territory
from tests.test_inspect import BASE, as_territory
from tests.test_sources import read

SURVEY = pd.read_csv(BASE / "ops.csv", sep=";", dtype=str)


def survey_of(folder: Path, block: str) -> pd.DataFrame:
    return read_sources(as_territory(folder, block), read_parameters(), Ledger()).ops


@pytest.mark.parametrize("encoding", ["cp850", "mac_roman"])
@pytest.mark.parametrize("title", ["", "Enquête OPS, édition été\n\n"])
def test_a_table_in_an_old_encoding_is_read_with_the_block_proposed(tmp_path, encoding, title):
    text = title + SURVEY.to_csv(sep=";", index=False)
    (tmp_path / "export.csv").write_bytes(text.encode(encoding))
    finding = inspect_file(tmp_path / "export.csv")
    assert finding.section == "ops" and not finding.missing
    assert [line for line in finding.guesses if line.startswith(f'encodage = "{encoding}"  # à vérifier')]
    assert "Habitat Été" in survey_of(tmp_path, finding.toml)["bailleur"].tolist()


def test_a_layer_in_an_old_encoding_is_read_with_the_block_proposed(tmp_path):
    case = {
        "remplace": [["qpv.geojson", "Les Tilleuls", "Les Érables d'été"]],
        "fait": [["dbf", "qpv.geojson", "qpv.shp", "cp850"]],
    }
    break_territory(case, tmp_path)
    finding = inspect_file(tmp_path / "qpv.shp")
    assert finding.section == "qpv" and any('encodage = "cp850"' in line for line in finding.lines)
    lines = "\n".join(line for line in finding.lines if line.startswith("encodage"))
    change = ("territoire.toml", 'fichier = "qpv.geojson"', f'fichier = "qpv.shp"\n{lines}')
    (tmp_path / "again").mkdir()
    for part in tmp_path.glob("qpv.*"):
        (tmp_path / "again" / part.name).write_bytes(part.read_bytes())
    assert read(tmp_path / "again", change).qpv["nom_qpv"].tolist() == ["Les Érables d'été"]


def test_accents_in_no_encoding_are_left_to_the_planner(tmp_path):
    text = SURVEY.to_csv(sep=";", index=False).encode("cp850").replace(b"Logis", b"Log\x81\xfe\x9bis")
    (tmp_path / "export.csv").write_bytes(text)
    with pytest.raises(Exception, match='encodage = "cp850" ou "mac_roman"'):
        inspect_file(tmp_path / "export.csv")


def test_headers_under_a_title_are_found_by_the_words_of_landlords_alone(tmp_path):
    words = {"nb_logements": "Parc", "bailleur": "Organisme", "id_adresse": "Ref adresse", "campagne": "Enquête"}
    words |= {"adresse": "Voie", "code_insee": "INSEE", "code_postal": "CP", "menages": "Répondants"}
    table = SURVEY[list(words)].rename(columns=words)
    text = "Export du patrimoine\nau 1er janvier\n" + table.to_csv(sep=";", index=False)
    (tmp_path / "export.csv").write_text(text, "utf-8")
    finding = inspect_file(tmp_path / "export.csv")
    assert finding.found["nb_logements"] == "Parc" and finding.found["bailleur"] == "Organisme"
    assert [line for line in finding.lines if line.startswith("entete = 3  # à vérifier")]


def test_a_folder_of_several_communes_is_named_after_their_epci(tmp_path):
    folder = tmp_path / "livraison mars"
    folder.mkdir()
    survey = SURVEY.assign(
        code_insee=["21231", "21231", "21166", "21231"], commune=["Dijon", "Dijon", "Chenôve", "DIJON"]
    )
    survey.to_csv(folder / "ops.csv", sep=";", index=False)
    text = init(folder).path.read_text("utf-8")
    assert (
        "nom = \"Dijon Métropole\"  # à vérifier : l'EPCI de toutes les communes de l'enquête (SIREN 242100410)" in text
    )
    assert "# EPCI : Dijon Métropole (SIREN 242100410). Seuil du premier quartile des demandeurs" in text
    assert "9864 € en 2024, 9784 € en 2025" in text
    (folder / "territoire.toml").unlink()
    survey.assign(code_insee=["21231", "21231", "93010", "21231"]).to_csv(folder / "ops.csv", sep=";", index=False)
    text = init(folder).path.read_text("utf-8")
    assert 'nom = "livraison mars"  # à vérifier : le nom du dossier' in text and "quartile" not in text
