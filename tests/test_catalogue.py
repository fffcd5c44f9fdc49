"""The shipped layers are sound, and each kind of broken layer file is refused with words that help."""

from __future__ import annotations

import shutil

import pytest

from atlas.errors import AtlasError
from atlas.methods import catalogue_of, load
from atlas.methods.seuils import LEVELS
from atlas.parameters import read_parameters
from atlas.resources import shipped
from atlas.tables import INDICATORS, SITUATIONS, STATUSES, UNDETERMINED

RULES = read_parameters().values

GOOD = """
id = "essai"
titre = "Essai"
groupe = "residences"
table = "residences"
genre = "points"
colonne = "tx_inf40"
ordre = 99
sens = "haut"
lecture = "Plus c'est foncé, plus c'est fragile."
unite = "%"
palette = "fragilite"
seuil = "fragilite_inf40"
bornes = [20, "seuil"]
"""
CLASSES = GOOD.replace('seuil = "fragilite_inf40"\n', "").replace('bornes = [20, "seuil"]\n', "")
TWO = """
[[classes]]
cle = "bas"
libelle = "bas"
couleur = "#ffffff"
quand = { tx_inf40 = { a = %s } }
[[classes]]
cle = "haut"
libelle = "haut"
couleur = "#000000"
quand = { tx_inf40 = { de = %s } }
"""


@pytest.fixture
def folder(tmp_path):
    """A copy of the shipped layers, to break."""
    return shutil.copytree(shipped("layers"), tmp_path / "layers")


def faults_of(folder) -> dict[str, str]:
    with pytest.raises(AtlasError) as caught:
        catalogue_of(load(), RULES, folder)
    told: dict[str, str] = {}
    for fault in caught.value.faults:
        told[fault.code] = f"{told.get(fault.code, '')} {fault.what} {fault.expected} {fault.remedy}"
    return told


def test_shipped_layers_are_sound_and_cover_what_the_atlas_promises():
    catalogue = catalogue_of(load(), RULES)
    drawn = {(layer.table, layer.column) for layer in catalogue.layers}
    assert ("residences", "niveau") in drawn and ("residences", "tx_bas_loyer") in drawn
    assert {("iris", f"tx_{code}") for code in ("inf40", "er_inf40", "chomage")} <= drawn
    assert ("quartiers", "situation") in drawn
    assert [layer.id for layer in catalogue.layers if layer.group == "residences" and layer.visible] == [
        "residences_niveau"
    ]
    assert {group.key for group in catalogue.groups} == {layer.group for layer in catalogue.layers}


def test_words_of_the_layer_files_are_those_of_the_tables():
    catalogue = catalogue_of(load(), RULES)
    assert {status.key for status in catalogue.statuses} | {catalogue.published} == set(STATUSES)
    level = catalogue.layer("residences_niveau")
    assert {one.key for one in level.classes} | {level.undetermined} == set(LEVELS)
    assert level.undetermined == UNDETERMINED
    assert {
        value for one in catalogue.layer("quartiers_contours").classes for value in one.when.get("situation", ())
    } <= set(SITUATIONS)


def test_no_break_falls_among_the_rates_that_masked_editions_write_as_bounds():
    low = RULES["secret_bout_bas"][-1].value
    high = RULES["secret_bout_haut"][-1].value
    for layer in catalogue_of(load(), RULES).layers:
        if layer.indicator and INDICATORS[layer.indicator].sensitive:
            written = [value for value in layer.breaks if value != "seuil"]
            assert all(low < value < high for value in written), layer.id


def test_a_new_layer_is_one_new_file(folder):
    (folder / "essai.toml").write_text(GOOD, "utf-8")
    assert catalogue_of(load(), RULES, folder).layer("essai").breaks == (20, "seuil")


BROKEN = {
    "unreadable": ("id = \n", "COUCHE-TOML", "ligne"),
    "duplicate key": (GOOD + 'id = "deux"\n', "COUCHE-TOML", "clé en double"),
    "misspelt key": (GOOD.replace("titre", "tittre"), "COUCHE-CHAMP", "« titre » ?"),
    "missing key": (GOOD.replace('titre = "Essai"\n', ""), "COUCHE-INCOMPLET", "« titre » manque"),
    "empty text": (GOOD.replace('"Essai"', '""'), "COUCHE-INCOMPLET", "est vide"),
    "wrong type": (GOOD.replace('"Essai"', "12"), "COUCHE-TYPE", "pas un texte"),
    "unknown kind": (GOOD.replace('"points"', '"bulles"'), "COUCHE-VALEUR", "bulles"),
    "unknown direction": (GOOD.replace('"haut"', '"nord"'), "COUCHE-VALEUR", "nord"),
    "unknown table": (GOOD.replace('table = "residences"', 'table = "maisons"'), "COUCHE-TABLE", "maisons"),
    "unknown column": (GOOD.replace("tx_inf40", "tx_inf41"), "COUCHE-COLONNE", "« tx_inf40 » ?"),
    "unknown tooltip": (GOOD + 'infobulle = ["loyer"]\n', "COUCHE-COLONNE", "loyer"),
    "unknown rule": (GOOD.replace("fragilite_inf40", "fragilite_inf4"), "COUCHE-REGLE", "fragilite_inf4"),
    "unknown cited rule": (GOOD + 'regles = ["loyer"]\n', "COUCHE-REGLE", "loyer"),
    "unknown group": (GOOD.replace('groupe = "residences"', 'groupe = "divers"'), "COUCHE-GROUPE", "divers"),
    "unknown caveat": (GOOD + 'mentions = ["prudence"]\n', "COUCHE-MENTION", "prudence"),
    "breaks out of order": (GOOD.replace('[20, "seuil"]', '[30, 20, "seuil"]'), "COUCHE-BORNES", "désordre"),
    "break twice": (GOOD.replace('[20, "seuil"]', '[20, 20, "seuil"]'), "COUCHE-BORNES", "double"),
    "threshold not a break": (GOOD.replace('[20, "seuil"]', "[20, 50]"), "COUCHE-BORNES", "chevaucher le seuil"),
    "break without threshold": (
        GOOD.replace('seuil = "fragilite_inf40"\n', ""),
        "COUCHE-BORNES",
        "ne vont pas ensemble",
    ),
    "breaks on a category": (GOOD.replace("tx_inf40", "niveau"), "COUCHE-BORNES", "pas un taux"),
    "no class at all": (CLASSES, "COUCHE-CLASSES", "ni « bornes » ni « classes »"),
    "classes and breaks": (GOOD + TWO % (40, 40), "COUCHE-CLASSES", "à la fois"),
    "classes that overlap": (CLASSES + TWO % (50, 40), "COUCHE-CLASSES", "se chevauchent"),
    "classes with a gap": (CLASSES + TWO % (30, 40), "COUCHE-CLASSES", "aucune classe"),
    "interval upside down": (CLASSES + TWO % ("10, de = 20", 40), "COUCHE-CLASSES", "va de 20 à 10"),
    "class without condition": (
        CLASSES + '[[classes]]\ncle = "a"\nlibelle = "a"\n',
        "COUCHE-CLASSES",
        "autrement",
    ),
    "not a colour": (CLASSES + (TWO % (40, 40)).replace("#000000", "noir"), "COUCHE-VALEUR", "#93132b"),
    "unknown shape": (CLASSES + (TWO % (40, 40)) + 'forme = "étoile"\n', "COUCHE-VALEUR", "étoile"),
    "identifier taken": (GOOD.replace('"essai"', '"iris_inf40"'), "COUCHE-DOUBLE", "iris_inf40"),
}


@pytest.mark.parametrize(("text", "code", "words"), BROKEN.values(), ids=BROKEN)
def test_a_broken_layer_is_refused_with_words_that_help(folder, text, code, words):
    (folder / "essai.toml").write_text(text, "utf-8")
    faults = faults_of(folder)
    assert code in faults, faults
    assert words in faults[code]
    assert "essai" in faults[code] or code == "COUCHE-DOUBLE"


def test_every_fault_of_every_file_is_reported_at_once(folder):
    (folder / "un.toml").write_text(GOOD.replace("tx_inf40", "tx_inf41"), "utf-8")
    (folder / "deux.toml").write_text(GOOD.replace('"points"', '"bulles"'), "utf-8")
    assert {"COUCHE-COLONNE", "COUCHE-VALEUR"} <= set(faults_of(folder))


def test_shared_files_are_checked_too(folder):
    (folder / "_autre.toml").write_text("a = 1\n", "utf-8")
    (folder / "_statuts.toml").write_text("", "utf-8")
    faults = faults_of(folder)
    assert "_autre.toml" in faults["COUCHE-FICHIER"]
    assert "COUCHE-INCOMPLET" in faults
