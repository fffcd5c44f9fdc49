"""The territory file: what it says once read, and everything it may get wrong, told at once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from atlas.errors import AtlasError
from atlas.territory import Territory, read_territory

GOOD = """\
[territoire]
nom = "Bondy"
campagnes = [2020, 2022]

[sources.ops]
fichiers = ["ops_2020.csv", "ops_2022.csv"]
[sources.ops.colonnes]
nb_logements = "Nombre de logements"
[sources.iris]
fichier = "iris/iris_2022.gpkg"
millesime = 2022
[[sources.zones]]
nom = "QVA"
fichier = "qva.gpkg"
[[sources.zones]]
nom = "Secteurs"
fichier = "secteurs.gpkg"

[regles.loyer_plai]
valeur = 5.10
unite = "€/m² SU"
source = "Document cadre CIL-CIA, 2.1.6"
"""
FILES = ("ops_2020.csv", "ops_2022.csv", "iris/iris_2022.gpkg", "qva.gpkg", "secteurs.gpkg")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


def read(folder: Path, text: str = GOOD) -> Territory:
    path = folder / "bondy.toml"
    path.write_text(text, "utf-8")
    return read_territory(path)


def faults(folder: Path, text: str) -> list[str]:
    with pytest.raises(AtlasError) as caught:
        read(folder, text)
    return [str(fault) for fault in caught.value.faults]


def test_a_good_file_is_read_with_absolute_paths_and_defaults(folder):
    territory = read(folder)
    assert territory.campaign == 2022
    (survey,) = territory.sources.ops
    assert survey.paths == territory.sources.files()["ops"] == (folder / "ops_2020.csv", folder / "ops_2022.csv")
    assert survey.grain == "adresse" and survey.campagne is None
    assert survey.colonnes == {"nb_logements": "Nombre de logements"}
    assert territory.methodes.actives == ("seuils",)
    assert list(territory.sources.given()) == ["ops", "iris", "zones QVA", "zones Secteurs"]
    assert territory.regles["loyer_plai"].valeur == 5.10
    assert territory.chemin == folder / "bondy.toml"


def test_the_publication_day_is_the_file_s_else_today(folder):
    assert read(folder).published_on(date(2026, 5, 1)) == date(2026, 5, 1)
    dated = read(folder, GOOD.replace("[sources.ops]", "publie_le = 2025-02-03\n[sources.ops]", 1))
    assert dated.published_on(date(2026, 5, 1)) == date(2025, 2, 3)


BROKEN = {
    "misspelt source": ("[sources.iris]", "[sources.irsi]", "TERR-CLE", "écrire « iris » ?"),
    "misspelt section": ("[territoire]", "[teritoire]", "TERR-CLE", "écrire « territoire » ?"),
    "misspelt key": ("millesime = 2022", "milesime = 2022", "TERR-CLE", "écrire « millesime » ?"),
    "misspelt key of a zone": ('nom = "QVA"\n', 'nom = "QVA"\ncouch = "a"\n', "TERR-CLE", "écrire « couche » ?"),
    "misspelt key of a rule": ("valeur = 5.10", "valuer = 5.10", "TERR-CLE", "écrire « valeur » ?"),
    "section of a rule missing its source": (
        'source = "Document cadre CIL-CIA, 2.1.6"\n',
        "",
        "TERR-TYPE",
        "regles.loyer_plai.source » manque",
    ),
    "decimal comma": ("valeur = 5.10", 'valeur = "5,10"', "TERR-TYPE", "avec un point décimal"),
    "odd year": ("[2020, 2022]", "[2020, 2021]", "TERR-VALEUR", "années paires ; reçu [2021]"),
    "campaigns backwards": ("[2020, 2022]", "[2022, 2020]", "TERR-VALEUR", "de la plus ancienne à la plus récente"),
    "campaign twice": ("[2020, 2022]", "[2022, 2022]", "TERR-VALEUR", "sans doublon"),
    "no campaign": ("[2020, 2022]", "[]", "TERR-TYPE", "campagnes » est vide"),
    "campaign as a number": ("[2020, 2022]", "2022", "TERR-TYPE", "campagnes » n'est pas une liste"),
    "campaign as a text": ("[2020, 2022]", '["dernière"]', "TERR-TYPE", "n'est pas un entier"),
    "no name": ('nom = "Bondy"\n', "", "TERR-TYPE", "territoire.nom » manque"),
    "blank name": ('nom = "Bondy"', 'nom = " "', "TERR-TYPE", "territoire.nom » est vide"),
    "unknown grain": ("[sources.ops]", '[sources.ops]\ngrain = "logement"', "TERR-VALEUR", "'adresse' ou 'menage'"),
    "unknown generation": (
        "[[sources.zones]]",
        '[sources.qpv]\nfichier = "qva.gpkg"\ngeneration = 2020\n[[sources.zones]]',
        "TERR-VALEUR",
        "2015 ou 2024",
    ),
    "file missing": ("ops_2022.csv", "ops_2024.csv", "TERR-FICHIER", "ops_2024.csv est introuvable"),
    "file of a zone missing": ("qva.gpkg", "absent.gpkg", "TERR-FICHIER", "[sources.zones QVA] : absent.gpkg"),
    "folder for a file": ('"qva.gpkg"', '"iris"', "TERR-FICHIER", "iris est introuvable"),
    "no file named": ('fichier = "qva.gpkg"\n', "", "TERR-SANS-FICHIER", "[sources.zones QVA] ne nomme aucun fichier"),
    "no address at all": (
        GOOD[GOOD.index("[sources.ops]") : GOOD.index("[sources.iris]")],
        "",
        "TERR-SANS-ADRESSES",
        "ni [sources.ops] ni [sources.rpls]",
    ),
    "two zones of one name": ('nom = "Secteurs"', 'nom = "QVA"', "TERR-ZONES", "« QVA »"),
    "a zone that calls itself QPV": ('nom = "Secteurs"', 'nom = "qpv"', "TERR-ZONES", "[sources.qpv]"),
    "zones as one table": ("[[sources.zones]]", "[sources.zones]", "TERR-TOML", "TOML"),
    "key twice": ("millesime = 2022", "millesime = 2022\nmillesime = 2020", "TERR-TOML", "clé en double"),
    "not TOML": ("[territoire]", "[territoire", "TERR-TOML", "n'est pas un TOML lisible"),
}


@pytest.mark.parametrize(("before", "after", "code", "words"), BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_refused_with_words_that_help(folder, before, after, code, words):
    assert before in GOOD
    said = faults(folder, GOOD.replace(before, after, 1))
    assert [fault for fault in said if f"[{code}]" in fault and words in fault], said
    assert all("À faire :" in fault and "Attendu :" in fault for fault in said)


def test_every_fault_is_told_at_once(folder):
    said = faults(
        folder, GOOD.replace("[2020, 2022]", "[2021]").replace("millesime", "milesime").replace("5.10", '"x"')
    )
    assert len(said) == 3
    missing = faults(folder, GOOD.replace("ops_2020.csv", "a.csv").replace("secteurs.gpkg", "b.gpkg"))
    assert len(missing) == 2


def test_only_zones_of_several_tables_are_a_list(folder):
    text = GOOD.split("[[sources.zones]]")[0] + '[sources.zones]\nnom = "QVA"\nfichier = "qva.gpkg"\n'
    (said,) = faults(folder, text)
    assert "TERR-TYPE" in said and "[[sources.zones]]" in said


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda path: None, "TERR-ABSENT"),
        (lambda path: path.mkdir(), "TERR-DOSSIER"),
        (lambda path: path.write_bytes(GOOD.replace("Bondy", "Évry").encode("cp1252")), "TERR-ENCODAGE"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(tmp_path, make, code):
    path = tmp_path / "territoire.toml"
    make(path)
    with pytest.raises(AtlasError, match=code):
        read_territory(path)


def test_a_relative_path_is_read_from_anywhere(folder, monkeypatch):
    read(folder)
    monkeypatch.chdir(folder)
    territory = read_territory(Path("bondy.toml"))
    assert all(path.is_absolute() for files in territory.sources.files().values() for path in files)
    assert territory.chemin.is_absolute()
