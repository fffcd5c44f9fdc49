"""The match stage: typed addresses read as numbers, kind and name of street."""

from __future__ import annotations

import pandas as pd
import pytest

from atlas.match.columns import asked
from atlas.match.fold import plain
from atlas.match.parse import readings, split


@pytest.mark.parametrize(
    ("text", "numbers", "kind", "name"),
    [
        ("1-3-5RUEDU BREUIL", [(1, ""), (3, ""), (5, "")], "RUE", "DU BREUIL"),
        ("144AVENUEGALLIENI", [(144, "")], "AVENUE", "GALLIENI"),
        ("4ALLDES IRIS", [(4, "")], "ALLEE", "DES IRIS"),
        ("11AVJEAN MOULIN", [(11, "")], "AVENUE", "JEAN MOULIN"),
        ("2AlleeALLEE INGRES", [(2, "")], "ALLEE", "INGRES"),
        ("80RueRUE EDOUARD VAILLANT", [(80, "")], "RUE", "EDOUARD VAILLANT"),
        ("35PLN. NEUBURGER", [(35, "")], "PLACE", "n NEUBURGER"),
        ("24PLG. LYSSANDRE", [(24, "")], "PLACE", "g LYSSANDRE"),
        ("12VILLADES CERISES", [(12, "")], "VILLA", "DES CERISES"),
        ("AVDE LATTRE DE TASSIGNY", [], "AVENUE", "DE LATTRE DE TASSIGNY"),
        ("17RUEL.A. BLANQUI", [(17, "")], "RUE", "l a BLANQUI"),
        ("16RUEDU SGT BOBILLOT", [(16, "")], "RUE", "DU SERGENT BOBILLOT"),
        ("ENTREE 2 8 RUE DU LAC", [(8, "")], "RUE", "DU LAC"),
        ("BAT A 12 RUE DU LAC", [(12, "")], "RUE", "DU LAC"),
        ("BAT 12 RUE DU LAC", [], "RUE", "DU LAC"),
        ("N°12 rue du Lac", [(12, "")], "RUE", "DU LAC"),
        ("24 - 28 Rue Polissard", [(24, ""), (28, ""), (26, "")], "RUE", "POLISSARD"),
        ("49-53  RUE JULES GUESDE", [(49, ""), (53, ""), (51, "")], "RUE", "JULES GUESDE"),
        ("12 14 RUE DU LAC", [(12, ""), (14, "")], "RUE", "DU LAC"),
        ("3 12 RUE DU LAC", [(12, "")], "RUE", "DU LAC"),
        ("29A RUE DU LAC", [(29, "A")], "RUE", "DU LAC"),
        ("29 B RUE DU LAC", [(29, "B")], "RUE", "DU LAC"),
        ("12 bis, rue du Lac", [(12, "BIS")], "RUE", "DU LAC"),
        ("8R VOLTAIRE", [(8, "")], "RUE", "VOLTAIRE"),
        ("16.0 RUE DU LAC", [(16, "")], "RUE", "DU LAC"),
        ("0 RUE DU LAC", [], "RUE", "DU LAC"),
        ("8 RUE DU 8 MAI 45", [(8, "")], "RUE", "DU 8 MAI 1945"),
        ("5 RUE DU ONZE NOVEMBRE", [(5, "")], "RUE", "DU 11 NOVEMBRE"),
        ("RESIDENCE LES LILAS 8 RUE DES ROSES", [(8, "")], "RUE", "DES ROSES"),
        ("2 QUAI D'ALSACE 11100 NARBONNE", [(2, "")], "QUAI", "D ALSACE"),
        ("12 RD PT DU VERGER", [(12, "")], "RONDPOINT", "DU VERGER"),
        ("15ALLÉEDES ARTS", [(15, "")], "ALLEE", "DES ARTS"),
    ],
)
def test_first_reading_of_typed_addresses(text: str, numbers: list, kind: str, name: str) -> None:
    found, rest = split(plain(text))
    first = readings(rest)[0]
    assert (list(found), first.kind, " ".join(first.full)) == (numbers, kind, name)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("107RUEROGER SALENGRO - L'EUROPE BATIMENT N°1", "ROGER SALENGRO"),
        ("4 RUE DE L'EGALITE.APT.BAT.B", "DE L EGALITE"),
        ("12RUEDU POTAGER      BAT.A", "DU POTAGER"),
        ("22 RUE DU LAC TOUR A", "DU LAC"),
        ("22 RUE DU LAC RESIDENCE LES PINS", "DU LAC"),
        ("14 RUE DU LAC ENTREE 3", "DU LAC"),
        ("RUE RSD LEON JOUHAUX RUE G. LUSSAC", "g LUSSAC"),
    ],
)
def test_complements_are_cut_in_one_of_the_readings(text: str, name: str) -> None:
    assert ("RUE", name) in [(one.kind, " ".join(one.full)) for one in readings(split(plain(text))[1])]


@pytest.mark.parametrize("name", ["DE LA TOUR", "DE LA PORTE VERTE", "PAUL TOURNAL", "DU PIC DE NORE", "DES ESCALIERS"])
def test_words_of_a_name_are_not_taken_for_a_building(name: str) -> None:
    assert [" ".join(one.full) for one in readings(f"RUE {name}")] == [name]


@pytest.mark.parametrize(
    ("columns", "numbers", "text"),
    [
        (("BT 2", None, "QUAI", "25 QUAI DE LORRAINE"), [(25, "")], "QUAI DE LORRAINE"),
        (("26", None, "QUAI", "BIS QUAI DE LORRAINE"), [(26, "BIS")], "QUAI DE LORRAINE"),
        (("29A", None, "RUE", "SIMON CASTAN"), [(29, "A")], "RUE SIMON CASTAN"),
        (("16.0", None, "R", "VOLTAIRE"), [(16, "")], "R VOLTAIRE"),
        (("1", "B", "QU", "D'ALSACE"), [(1, "B")], "QU D'ALSACE"),
        (("4", None, "BD", "1848"), [(4, "")], "BD 1848"),
        (("N", None, "RUE", "DUPLESSIS"), [], "RUE DUPLESSIS"),
        (("10E", None, "RUE", "DE LA CESSE"), [(10, "E")], "RUE DE LA CESSE"),
        ((None, None, None, "12 RUE DU LAC"), [(12, "")], "RUE DU LAC"),
        (("NC", "NA", "Z", "RUE DU LAC"), [], "RUE DU LAC"),
    ],
)
def test_numbers_and_street_in_their_own_columns(columns: tuple, numbers: list, text: str) -> None:
    names = ["numero", "repetition", "type_voie", "nom_voie"]
    wanted = asked(pd.DataFrame([columns], columns=names, dtype=object))
    assert list(wanted.lists[wanted.numbers[0]]) == numbers
    assert wanted.texts[wanted.text[0]] == text
