"""Exports of one year: the year is written in the block of the file, asked for where it lacks, never guessed."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from atlas.errors import AtlasError
from atlas.ledger import Ledger
from atlas.parameters import read_parameters
from atlas.sources import Inputs, read_sources
from atlas.territory import read_territory
from tests.test_broken import FOLDER

SURVEY = pd.read_csv(FOLDER / "base" / "ops.csv", sep=";", dtype=str)
HEAD = '[territoire]\nnom = "T"\ncampagnes = [{}]\n'


def read(folder: Path, campaigns: str, blocks: str) -> Inputs:
    (folder / "t.toml").write_text(HEAD.format(campaigns) + blocks, "utf-8")
    return read_sources(read_territory(folder / "t.toml"), read_parameters(), Ledger())


def faults(folder: Path, campaigns: str, blocks: str) -> list:
    with pytest.raises(AtlasError) as caught:
        read(folder, campaigns, blocks)
    return list(caught.value.faults)


def export(folder: Path, name: str, frame: pd.DataFrame | None = None) -> None:
    """Write the survey as the usual export of one year does, without its campaign."""
    (SURVEY if frame is None else frame).drop(columns="campagne", errors="ignore").to_csv(
        folder / name, sep=";", index=False
    )


def test_an_export_without_its_year_is_one_fault_that_proposes_the_line_to_add(tmp_path):
    export(tmp_path, "ops_2022.csv")
    (fault,) = faults(tmp_path, "2022", '[sources.ops]\nfichiers = ["ops_2022.csv"]')
    assert fault.code == "OPS-CAMPAGNE-NON-DITE"
    assert "ajouter campagne = 2022 dans le bloc [sources.ops] de ce fichier" in fault.remedy
    assert "2022 est lu dans son nom" in fault.remedy


@pytest.mark.parametrize("name", ["ops.csv", "ops_2020_2022.csv", "export_2023.csv", "lot12022x.csv"])
def test_a_name_that_says_no_campaign_proposes_none(tmp_path, name):
    export(tmp_path, name)
    (fault,) = faults(tmp_path, "2022", f'[sources.ops]\nfichiers = ["{name}"]')
    assert "campagne = AAAA" in fault.remedy and "est lu dans" not in fault.remedy


def test_the_sheet_tells_the_year_that_the_name_does_not(tmp_path):
    with pd.ExcelWriter(tmp_path / "ops.xlsx") as book:
        SURVEY.drop(columns="campagne").to_excel(book, sheet_name="OPS 2022", index=False)
    (fault,) = faults(tmp_path, "2022", '[sources.ops]\nfichiers = ["ops.xlsx"]')
    assert "ajouter campagne = 2022" in fault.remedy


def test_a_file_among_others_is_offered_a_block_of_its_own_that_reads(tmp_path):
    export(tmp_path, "ops_2020.csv")
    (tmp_path / "ops.csv").write_bytes((FOLDER / "base" / "ops.csv").read_bytes())
    (fault,) = faults(tmp_path, "2020, 2022", '[sources.ops]\nfichiers = ["ops_2020.csv", "ops.csv"]')
    assert '[[sources.ops]] fichiers = ["ops_2020.csv"] campagne = 2020' in fault.remedy
    blocks = '[[sources.ops]]\nfichiers = ["ops_2020.csv"]\ncampagne = 2020\n[[sources.ops]]\nfichiers = ["ops.csv"]\n'
    ops = read(tmp_path, "2020, 2022", blocks).ops
    assert ops["campagne"].tolist() == [2020] * 4 + [2022] * 4
    assert ops["nb_logements"].sum() == 2 * 77


def test_a_header_that_may_be_the_year_is_offered_too(tmp_path):
    SURVEY.rename(columns={"campagne": "campagnes"}).to_csv(tmp_path / "ops.csv", sep=";", index=False)
    (fault,) = faults(tmp_path, "2022", '[sources.ops]\nfichiers = ["ops.csv"]')
    assert 'campagne = "campagnes" dans [sources.ops.colonnes]' in fault.remedy


def test_the_year_given_is_that_of_every_row_and_it_is_said(tmp_path):
    export(tmp_path, "export.csv")
    inputs = read(tmp_path, "2022", '[sources.ops]\nfichiers = ["export.csv"]\ncampagne = 2022\n')
    assert inputs.ops["campagne"].tolist() == [2022] * 4
    assert "export.csv : campagne 2022 pour toutes ses lignes, donnée par le fichier de territoire." in inputs.remarks


def test_rows_that_say_another_year_are_refused_and_empty_cells_take_the_one_given(tmp_path):
    block = '[sources.ops]\nfichiers = ["ops.csv"]\ncampagne = 2022\n'
    SURVEY.assign(campagne=["2022", "", "2022", ""]).to_csv(tmp_path / "ops.csv", sep=";", index=False)
    assert read(tmp_path, "2022", block).ops["campagne"].tolist() == [2022] * 4
    SURVEY.assign(campagne=["2022", "2020", "2022", "2020"]).to_csv(tmp_path / "ops.csv", sep=";", index=False)
    (fault,) = faults(tmp_path, "2022", block)
    assert fault.code == "OPS-CAMPAGNE-CONTREDITE" and "sur 2 lignes (première : ligne 3)" in fault.what


def test_blank_rows_of_a_spreadsheet_are_not_given_a_year(tmp_path):
    export(tmp_path, "ops.csv")
    with (tmp_path / "ops.csv").open("a") as stream:
        stream.write(";" * (len(SURVEY.columns) - 2) + "\n")
    block = '[sources.ops]\nfichiers = ["ops.csv"]\ncampagne = 2022\n'
    assert len(read(tmp_path, "2022", block).ops) == 4


def test_blocks_have_their_own_headers_sheets_and_year(tmp_path):
    with pd.ExcelWriter(tmp_path / "ops.xlsx") as book:
        SURVEY.to_excel(book, sheet_name="2020", index=False)
        SURVEY.rename(columns={"nb_logements": "Parc"}).to_excel(book, sheet_name="2022", index=False)
    with pytest.raises(AtlasError, match="CONTREDITE"):
        read(tmp_path, "2020, 2022", _two_sheets("2020", "2022"))
    with pd.ExcelWriter(tmp_path / "ops.xlsx") as book:
        SURVEY.drop(columns="campagne").to_excel(book, sheet_name="2020", index=False)
        SURVEY.rename(columns={"nb_logements": "Parc"}).to_excel(book, sheet_name="2022", index=False)
    ops = read(tmp_path, "2020, 2022", _two_sheets("2020", "2022")).ops
    assert ops.groupby("campagne")["nb_logements"].sum().to_dict() == {2020: 77, 2022: 77}
    assert "OPS-FICHIER-DOUBLE" in {fault.code for fault in faults(tmp_path, "2020, 2022", _two_sheets("2020", "2020"))}


def _two_sheets(first: str, second: str) -> str:
    mapped = '[sources.ops.colonnes]\nnb_logements = "Parc"\n' if second == "2022" else ""
    return (
        f'[[sources.ops]]\nfichiers = ["ops.xlsx"]\nfeuille = "{first}"\ncampagne = 2020\n'
        f'[[sources.ops]]\nfichiers = ["ops.xlsx"]\nfeuille = "{second}"\ncampagne = 2022\n{mapped}'
    )


def test_an_address_that_two_blocks_count_is_refused(tmp_path):
    export(tmp_path, "adresses.csv")
    (tmp_path / "menages.csv").write_text(
        "bailleur;id_adresse;adresse;code_postal;code_insee;ressources_pct_plus;nb_personnes;majeurs_chomeurs;"
        f"annee_emmenagement\n{SURVEY['bailleur'][0]};{SURVEY['id_adresse'][0]};1 rue X;01990;01901;35;1;0;2021\n",
        "utf-8",
    )
    blocks = (
        '[[sources.ops]]\nfichiers = ["adresses.csv"]\ncampagne = 2022\n'
        '[[sources.ops]]\nfichiers = ["menages.csv"]\ngrain = "menage"\ncampagne = {}\n'
    )
    assert {fault.code for fault in faults(tmp_path, "2022", blocks.format(2022))} == {"OPS-DOUBLON"}
    ops = read(tmp_path, "2020, 2022", blocks.format(2020)).ops
    assert ops.groupby("campagne").size().to_dict() == {2020: 1, 2022: 4}


def test_decisions_of_one_year_are_asked_their_year_and_take_it(tmp_path):
    (tmp_path / "ops.csv").write_bytes((FOLDER / "base" / "ops.csv").read_bytes())
    decisions = pd.read_csv(FOLDER / "base" / "attributions.csv", sep=";", dtype=str).drop(columns="annee")
    decisions.to_csv(tmp_path / "decisions_2021.csv", sep=";", index=False)
    blocks = '[sources.ops]\nfichiers = ["ops.csv"]\n[sources.attributions]\nfichiers = ["decisions_2021.csv"]\n'
    (fault,) = faults(tmp_path, "2022", blocks)
    assert fault.code == "ATTRIBUTIONS-ANNEE-NON-DITE" and "ajouter annee = 2021" in fault.remedy
    read_again = read(tmp_path, "2022", blocks + "annee = 2021\n").attributions
    assert read_again["annee"].tolist() == [2021] * len(decisions)


REGISTER = "DEPCOM;CODEPOSTAL;NUMVOIE;TYPVOIE;NOMVOIE;QPV\n11262;11100;1;R;X;1\n"


def test_the_register_at_two_vintages_gives_two_campaigns(tmp_path):
    for year, rows in ((2020, 1), (2022, 2)):
        (tmp_path / f"rpls_{year}.csv").write_text(REGISTER + "11262;11100;2;R;X;1\n" * (rows - 1), "utf-8")
    blocks = "".join(f'[[sources.rpls]]\nfichier = "rpls_{year}.csv"\nmillesime = {year}\n' for year in (2020, 2022))
    ops = read(tmp_path, "2020, 2022", blocks).ops
    assert ops.groupby("campagne")["nb_logements"].sum().to_dict() == {2020: 1, 2022: 2}
    same = blocks.replace("millesime = 2020", "millesime = 2022")
    assert "RPLS-DEUX-MILLESIMES" in {fault.code for fault in faults(tmp_path, "2020, 2022", same)}


def test_a_fault_of_a_block_says_which(tmp_path):
    export(tmp_path, "ops.csv")
    one = faults(tmp_path, "2022", '[sources.ops]\nfichiers = ["ops.csv"]\ngrains = "adresse"\n')
    two = faults(tmp_path, "2022", '[[sources.ops]]\nfichiers = ["ops.csv"]\ngrains = "adresse"\n')
    assert "« sources.ops.grains »" in one[0].what and "« sources.ops.0.grains »" in two[0].what
    wrong = faults(tmp_path, "2022", "[sources]\nops = 3\n")
    assert "« sources.ops » n'est pas une section" in wrong[0].what
