"""A commune whose main landlord sent something after the last survey: dated on every page, in no figure of a survey."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest

from atlas.audit.judgements import betrayed
from atlas.audit.read_back import read_table, read_written
from atlas.cli import app
from atlas.pipeline import build
from tests.program_factory import data_of, text_of
from tests.years_factory import make_territory

SENT = "actualisation_2025-06-30.csv"
OWN = "bailleur-orle-habitat"
EDITIONS = ("interne", "partenaire", "public", OWN)
NOTICE = "Actualisation entre deux enquêtes (Orle Habitat, 30/06/2025)"
BLOCK = f'[[sources.ops]]\nfichiers = ["{SENT}"]\ngrain = "adresse"\nactualisation = 2025-06-30\n'
TABLES = ("territoire", "communes", "iris", "residences", "adresses", "series", "historique", "evolution")


@pytest.fixture(scope="module")
def territory(tmp_path_factory) -> Path:
    """The commune at the surveys of 2022 and 2024, then what was sent in June 2025."""
    file = make_territory(tmp_path_factory.mktemp("actualisee") / "territoire")
    text = file.read_text("utf-8").replace("campagnes = [2018, 2020, 2022, 2024, 2026]", "campagnes = [2022, 2024]")
    for year in (2018, 2020, 2026):
        text = text.replace(f'"ops_{year}.csv.gz", ', "").replace(f'"ops_{year}.csv", ', "")
    file.write_text(text.replace(', "ops_2026.csv.gz"', ""), "utf-8")
    return file


@pytest.fixture(scope="module")
def built(territory) -> Path:
    return build(territory, territory.parent.parent / "atlas", EDITIONS)


@pytest.fixture(scope="module")
def without(territory) -> Path:
    """The same commune, before anything was sent."""
    text = territory.read_text("utf-8")
    start = text.index("[[sources.ops]]", text.index("[[sources.ops]]") + 1)
    end = text.index("[sources.logements]")
    file = territory.with_name("sans.toml")
    file.write_text(text[:start] + text[end:], "utf-8")
    return build(file, territory.parent.parent / "sans", ("interne", "partenaire"))


@pytest.fixture(scope="module")
def answer(demo_territory) -> dict:
    return json.loads((demo_territory.parent / "reponse_evolution.json").read_text("utf-8"))["actualisation"]


def test_one_survey_and_an_update_make_no_evolution(territory, tmp_path):
    """Two years of answers, one campaign: nothing is followed, and the update is told all the same."""
    file = territory.with_name("seule.toml")
    text = territory.read_text("utf-8").replace("campagnes = [2022, 2024]", "campagnes = [2024]")
    file.write_text(text.replace('"ops_2022.csv", ', ""), "utf-8")
    folder = build(file, tmp_path / "atlas", ("partenaire",)) / "partenaire"
    assert not (folder / "evolution.html").exists() and read_table(folder, "evolution") is None
    assert len(read_table(folder, "actualisations")) and NOTICE in text_of(folder / "index.html")


def sent_rows(territory: Path) -> pd.DataFrame:
    return pd.read_csv(territory.parent / SENT, sep=";")


@pytest.mark.parametrize("name", ["interne", "partenaire"])
def test_no_figure_of_a_survey_moves(built, without, name):
    for table in TABLES:
        mine, theirs = (read_table(folder / name, table) for folder in (built, without))
        assert theirs is not None and mine is not None
        kinds = mine["unite"] != "actualisations" if "unite" in mine else pd.Series(True, mine.index)
        kept = mine[kinds].reset_index(drop=True)[[*theirs.columns]]
        blank = kept.columns[kept.isna().all() & theirs.isna().all()]
        pd.testing.assert_frame_equal(kept.drop(columns=blank), theirs.drop(columns=blank), check_dtype=False)


def test_what_was_sent_is_told_by_residence_as_its_own_file_says(built, territory, answer):
    """Counted again from the file, by the residence that the layer of addresses gives to each."""
    rows = sent_rows(territory)
    homes = read_table(built / "interne", "adresses").set_index("id")["id_residence"]
    assert answer["adresse_oubliee"] not in set(rows["id_adresse"]) and answer["adresse_inconnue"] in set(
        rows["id_adresse"]
    )
    rows = rows.assign(home=rows["id_adresse"].map(homes)).dropna(subset="home")
    whole = homes[homes.isin(rows["home"])].groupby(homes).size()
    told = rows.groupby("home")
    expected = told[["menages_inf40_plus", "menages_ressources_connues", "nb_logements"]].sum()[told.size().eq(whole)]
    found = read_table(built / "interne", "actualisations").set_index("id_residence")
    assert len(found) > 20 and set(found.index) == set(expected.index)
    assert set(found["date_actualisation"]) == {"2025-06-30"} and set(found["campagne"]) == {2025}
    for mine, theirs in (("n_inf40", "menages_inf40_plus"), ("d_inf40", "menages_ressources_connues"),
                         ("nb_logements", "nb_logements")):  # fmt: skip
        assert found[mine].astype(float).to_dict() == expected[theirs].astype(float).to_dict()
    oracle = (found["n_inf40"] / found["d_inf40"] >= 0.4) | (found["d_inf40"] == 0)
    both = found["st_inf40"] == "publié"
    assert ((found["tx_inf40"] >= 40) == oracle)[both].all()


def test_what_waits_is_in_the_ledger_with_its_reason(built, answer):
    aside = pd.read_csv(built / "rejets.csv", sep=";")
    aside = aside[(aside["fichier"] == SENT) & (aside["effet"] == "écarté")]
    reasons = dict(zip(aside["id"], aside["motif"], strict=True))
    assert "elle attend la prochaine" in reasons.pop(answer["adresse_inconnue"])
    assert len(reasons) and all("ne donne pas toutes les adresses" in one for one in reasons.values())
    homes = read_table(built / "interne", "adresses").set_index("id")["id_residence"]
    assert {homes[one] for one in reasons} == {homes[answer["adresse_oubliee"]]}


def test_every_page_dates_it_and_the_public_ones_know_nothing_of_it(built):
    for name in EDITIONS:
        pages = [page for page in (built / name).rglob("*.html") if page.name != "aide-qgis.html"]
        assert len(pages) > 20
        for page in pages:
            assert (NOTICE in text_of(page)) == (name != "public"), page.name
    public = read_written(built / "public")
    assert "actualisations" not in public.units and public.series["campagne"].max() == 2024
    assert "actualisation" not in public.units["residences"]
    raw = b"".join(
        path.read_bytes() for path in (built / "public").rglob("*") if path.suffix in {".html", ".csv", ".json"}
    )
    assert b"30/06/2025" not in raw and b"2025-06-30" not in raw


def sheet_of(folder: Path, residence: str) -> Path:
    (page,) = (
        page for page in (folder / "residences").glob("*.html") if f'data-id="{residence}"' in page.read_text("utf-8")
    )
    return page


def test_a_sheet_tells_the_update_beside_the_survey_and_marks_its_figures(built):
    written = read_written(built / "partenaire")
    update = written.units["actualisations"]
    shown = update[update["st_inf40"] == "publié"].iloc[0]
    text = text_of(sheet_of(built / "partenaire", shown["id_residence"]))
    assert "Actualisation entre deux enquêtes Date" in text and "30/06/2025" in text
    assert "ne se compare pas à l'enquête sans précaution" in text
    others = set(written.units["residences"]["id"]) - set(update["id_residence"])
    assert "Actualisation entre deux enquêtes Date" not in text_of(sheet_of(built / "partenaire", sorted(others)[0]))


def test_the_card_and_the_layer_say_day_and_level_of_those_that_were_updated(built):
    written = read_written(built / "interne")
    homes, update = written.units["residences"], written.units["actualisations"].set_index("id_residence")
    levels = update["niveau"].map("30/06/2025 : {}".format)
    assert homes.set_index("id")["actualisation"].dropna().to_dict() == levels.to_dict()
    table = data_of(built / "interne" / "index.html")["tables"]["residences"]["champs"]
    told = [table["actualisation"]["u"][rank] for rank in table["actualisation"]["i"]]
    assert dict(zip(table["id"]["v"], told, strict=True)) == homes.set_index("id")["actualisation"].fillna("").to_dict()


def test_pages_of_quarters_and_communes_say_which_residences_were_updated(built):
    written = read_written(built / "partenaire")
    homes = written.units["residences"].dropna(subset="actualisation")
    told = "".join(text_of(page) for page in (built / "partenaire" / "quartiers").glob("*.html"))
    for name, said in zip(homes["nom"], homes["actualisation"], strict=True):
        assert f"actualisée le {said}" in told, name
    assert told.count("actualisée le ") >= len(homes)


def test_the_report_says_how_many_updates_secrecy_masks(built):
    tables = json.loads((built / "bilan.json").read_text("utf-8"))["tableaux"]
    rows = next(rows for title, rows in tables.items() if title.startswith("Ce que coûte le secret"))
    (told,) = (row for row in rows if row["unité"] == "actualisation")
    layer = read_table(built / "partenaire", "actualisations")
    assert told["unités"] == len(layer) and told["masquées"] == layer["menages"].isna().sum() > 0


def test_a_landlord_reads_its_own_counts_and_the_partners_do_not(built):
    own, partners = (read_table(built / name, "actualisations") for name in (OWN, "partenaire"))
    assert own["n_inf40"].notna().any() and "n_inf40" not in partners
    assert (partners["st_inf40"] == "secret").any() and not (own["st_inf40"] == "secret").any()
    small = partners[partners["nb_logements"] < 11]
    assert len(small) and set(small["st_inf40"]) <= {"secret", "non renseigné", "sans objet"}


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("UPDATE residences SET actualisation = '30/06/2025 : très fragile'", "actualisation"),
        ("UPDATE actualisations SET lecture = 'au moins fragile'", "lecture"),
        ("UPDATE historique SET mouvement = 'devient fragile' WHERE unite = 'actualisations'", "mouvement"),
    ],
)
def test_the_audit_says_again_what_an_update_says(built, tmp_path, statement, where):
    shutil.copytree(built / "partenaire", tmp_path / "partenaire")
    assert not list(betrayed(read_written(tmp_path / "partenaire")))
    with closing(sqlite3.connect(tmp_path / "partenaire" / "atlas.gpkg")) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute(statement)
        connection.commit()
    found = [str(one) for one in betrayed(read_written(tmp_path / "partenaire"))]
    assert any(where in one for one in found), found


def test_commands_read_an_edition_with_updates(built, answer, tmp_path):
    from typer.testing import CliRunner

    update = read_table(built / "interne", "actualisations").iloc[0]
    told = CliRunner().invoke(app, ["explain", str(built), update["id_residence"]])
    assert told.exit_code == 0 and SENT in told.output, told.output
    audited = CliRunner().invoke(app, ["audit", str(built / "partenaire")])
    assert audited.exit_code == 0, audited.output
