"""A territory of two campaigns, built: its filiation is a table, is explained, and what a hand corrects prevails."""

from __future__ import annotations

import shutil

import pandas as pd
import pyogrio
import pytest
from typer.testing import CliRunner

import atlas.pipeline
from atlas.cli import app
from atlas.explain import explain
from atlas.pipeline import build
from atlas.tables.years import BY_HAND, FILIATION_COLUMNS, FOUND


@pytest.fixture(scope="module")
def territory(small_territory, tmp_path_factory):
    """The small territory with a campaign before: A3 and A4 had another landlord, A2 another number, A5 is gone."""
    folder = shutil.copytree(small_territory.parent, tmp_path_factory.mktemp("deux") / "campagnes")
    now = pd.read_csv(folder / "ops.csv", sep=";", dtype=str, keep_default_na=False)
    then = now.assign(campagne="2020")
    then.loc[2, "bailleur"] = "Habitat Été"
    then.loc[1, "id_adresse"] = "ANCIEN-2"
    gone = then.iloc[[0]].assign(id_adresse="A5", adresse="99 rue Disparue", nb_logements="24")
    pd.concat([then, gone, now]).to_csv(folder / "ops.csv", sep=";", index=False)
    path = folder / "territoire.toml"
    text = path.read_text("utf-8").replace("campagnes = [2022]", "campagnes = [2020, 2022]")
    (folder / "residences.csv").unlink()
    path.write_text(text.replace('[sources.residences]\nfichier = "residences.csv"\n', ""), "utf-8")
    return path


@pytest.fixture(scope="module")
def built(territory, tmp_path_factory):
    return build(territory, tmp_path_factory.mktemp("sortie") / "atlas")


def filiation(built, edition="interne"):
    return pyogrio.read_dataframe(built / edition / "atlas.gpkg", layer="filiation", read_geometry=False)


def test_every_edition_tells_what_happened(built):
    for edition in ("interne", "partenaire"):
        told = filiation(built, edition)
        assert [name for name in told if name != "fid"] == [column.name for column in FILIATION_COLUMNS]
        assert sorted(told["evenement"]) == ["changement de bailleur", "sortie de l'enquête"]
        assert set(told["origine"]) == {FOUND} and set(told["campagne"]) == {2022}


def test_an_address_under_another_number_is_no_event_and_one_sentence(built):
    text = (built / "bilan.html").read_text("utf-8")
    assert "1 adresse de Habitat Été" in text.replace("\u00a0", " ").replace("\u202f", " ")


def test_a_residence_is_explained_with_its_events(built):
    told = filiation(built)
    sold = told.loc[told["evenement"] == "changement de bailleur", "id"].item()
    said = explain(built, sold)
    assert "5. D'une campagne à l'autre" in said
    assert "2020-2022 : changement de bailleur" in said and "Habitat Été puis Logis du Val" in said
    assert "rien n'est arrivé" in explain(built, "A1")


def test_what_a_hand_corrects_prevails_in_the_next_build(territory, built, tmp_path):
    again = shutil.copytree(territory.parent, tmp_path / "encore")
    layer = pyogrio.read_dataframe(built / "interne" / "residences_a_corriger.gpkg", layer="filiation")
    layer["evenement"] = layer["evenement"].replace("sortie de l'enquête", "démolition ou vente")
    layer.to_file(again / "filiation.gpkg", layer="filiation")
    path = again / "territoire.toml"
    path.write_text(path.read_text("utf-8") + '\n[sources.filiation]\nfichier = "filiation.gpkg"\n', "utf-8")
    told = filiation(build(path, tmp_path / "atlas", ("interne",))).set_index("evenement")["origine"]
    assert told.to_dict() == {"changement de bailleur": FOUND, "démolition ou vente": BY_HAND}


@pytest.mark.parametrize(("words", "name"), [([], "territoire.toml"), (["--evolution"], "evolution.toml")])
def test_the_demo_is_of_two_campaigns_unless_five_are_asked_for(monkeypatch, tmp_path, words, name):
    asked = []
    monkeypatch.setattr(atlas.pipeline, "build", lambda path, output, *_, **__: (asked.append(path), output)[1])
    done = CliRunner().invoke(app, ["demo", "--sortie", str(tmp_path / "s"), *words])
    assert done.exit_code == 0, done.output
    assert [path.name for path in asked] == [name] and asked[0].is_file()
