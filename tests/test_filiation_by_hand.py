"""What a planner writes of residences over campaigns: the layer goes out, comes back, and prevails."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pandas as pd
import pyogrio
import pytest

from atlas.errors import AtlasError
from atlas.filiation.hand import corrected
from atlas.ledger import Ledger
from atlas.publish.corrections import write_corrections
from atlas.sources.coordinates import Ground
from atlas.sources.corrected import read_corrections
from atlas.sources.desk import Desk
from atlas.sources.filiation import read_filiation
from atlas.sources.residences import read_residences
from atlas.tables.years import BY_HAND, FILIATION_COLUMNS, FOUND
from atlas.territory import LayerSource
from tests.edition_factory import CRS, make_edition, resealed

YEARS = (2020, 2022)
HEADER = "campagne;id;evenement;de;vers;preuve\n"


def events(rows: list[tuple[str, str, str, str]], origin: str = FOUND) -> pd.DataFrame:
    """Events of 2022: residence, event, from, to."""
    names = ["id", "evenement", "de", "vers"]
    table = pd.DataFrame(rows, columns=names).assign(
        campagne_avant=2020,
        campagne=2022,
        nom="Résidence",
        nb_adresses=1.0,
        nb_logements=12.0,
        preuve="vu",
        origine=origin,
    )
    return table[[column.name for column in FILIATION_COLUMNS]]


@pytest.fixture(scope="module")
def homes():
    return make_edition(masked=False, hostile=True).units["residences"]["id"].tolist()


@pytest.fixture(scope="module")
def told(homes):
    return events(
        [
            (homes[0], "sortie de l'enquête", "Les Lilas", ""),
            (homes[1], "fusion", "A|B", "C"),
            (homes[2], "entrée dans l'enquête", "", "=1+1"),
        ]
    )


@pytest.fixture
def package(told, tmp_path):
    edition = make_edition(masked=False, hostile=True)
    write_corrections(resealed(edition, filiation=told), tmp_path)
    return tmp_path / "residences_a_corriger.gpkg"


@pytest.fixture
def known(homes):
    """Residences of today at both campaigns."""
    rows = pd.DataFrame({"campagne": [year for year in YEARS for _ in homes], "id": homes * 2})
    return rows.assign(nb_logements=20.0)


def read(path, campaigns=YEARS, **section):
    desk = Desk(Ledger())
    frame = read_filiation(LayerSource(fichier=path, **section), campaigns, desk)
    desk.faults.raise_if_any()
    return frame


def edit(package, sentence, *values):
    """Change values of the layer in place; the triggers of its index want functions that only GDAL has."""
    with closing(sqlite3.connect(package)) as connection, connection:
        asked = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'rtree_filiation_geom_update%'"
        for (name,) in connection.execute(asked).fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute(sentence, values)


def add(package, **values):
    """Add a point to the layer, through GDAL."""
    import fiona

    with fiona.open(package, "a", layer="filiation") as layer:
        empty = dict.fromkeys(layer.schema["properties"])
        point = {"type": "Point", "coordinates": (652_000, 6_862_000)}
        layer.write({"geometry": point, "properties": {**empty, **values}})


def as_dicts(table):
    return (
        table.fillna("").sort_values(["id", "evenement"])[["id", "evenement", "de", "vers", "origine"]].values.tolist()
    )


def test_both_layers_of_one_file_are_read_without_naming_them(package):
    desk = Desk(Ledger())
    assert set(pyogrio.list_layers(package)[:, 0]) >= {"filiation", "residences_a_corriger"}
    assert len(read_residences(LayerSource(fichier=package), desk)) and not desk.faults.found
    assert len(read_corrections(LayerSource(fichier=package), Ground(CRS)))
    assert len(read(package)) == 3


def test_a_layer_that_nobody_touched_changes_nothing(package, told, known):
    back = read(package)
    assert not back["main"].any()
    found, aside = corrected(told, back, known)
    assert as_dicts(found) == as_dicts(told) and not len(aside)


def test_the_points_of_the_layer_are_those_of_the_residences(package, told):
    layer = pyogrio.read_dataframe(package, layer="filiation")
    homes = make_edition(masked=False, hostile=True).units["residences"].set_index("id").geometry
    points = homes.reindex(layer["id"])
    assert len(layer) == len(told) and points.notna().any()
    assert all(one is other or one.equals(other) for one, other in zip(layer.geometry, points, strict=True))


def test_an_event_said_otherwise_takes_the_place_of_what_was_found(package, told, known, homes):
    edit(package, "UPDATE filiation SET evenement = 'démolition ou vente', preuve = 'permis' WHERE id = ?", homes[0])
    found, _ = corrected(told, read(package), known)
    row = found[found["id"] == homes[0]]
    assert row[["evenement", "de", "preuve", "origine", "nb_logements"]].values.tolist() == [
        ["démolition ou vente", "Les Lilas", "permis", BY_HAND, 20.0]
    ]
    assert (found.loc[found["id"] != homes[0], "origine"] == FOUND).all() and len(found) == 3


@pytest.mark.parametrize("word", ["aucun", None, ""])
def test_an_event_refused_is_gone(package, told, known, homes, word):
    edit(package, "UPDATE filiation SET evenement = ? WHERE id = ?", word, homes[1])
    found, _ = corrected(told, read(package), known)
    assert sorted(found["id"]) == sorted([homes[0], homes[2]])


def test_an_event_added_beside_another_leaves_it(package, told, known, homes):
    add(package, campagne=2022, id=homes[1], evenement="renommage", vers="D")
    add(package, campagne=2022, id=homes[5], evenement="livraison")
    found, _ = corrected(told, read(package), known)
    mine = found[found["id"] == homes[1]]
    assert mine.set_index("evenement")["origine"].to_dict() == {"fusion": FOUND, "renommage": BY_HAND}
    assert found.loc[found["id"] == homes[5], ["evenement", "campagne_avant"]].values.tolist() == [["livraison", 2020]]


def test_what_a_hand_wrote_stays_so_when_the_next_file_is_fed_back(told, known, homes, tmp_path):
    by_hand = pd.concat([told.iloc[1:], events([(homes[0], "scission", "X", "Y|Z")], BY_HAND)], ignore_index=True)
    edition = make_edition(masked=False, hostile=True)
    write_corrections(resealed(edition, filiation=by_hand), tmp_path)
    found, _ = corrected(told, read(tmp_path / "residences_a_corriger.gpkg"), known)
    assert as_dicts(found) == as_dicts(by_hand)


def test_a_plain_table_stands_in_the_place_of_all_that_was_found_of_the_residence(told, known, homes, tmp_path):
    path = tmp_path / "filiation.csv"
    path.write_text(f"{HEADER}2022;{homes[1]};changement de bailleur;A;B;acte\n2022;{homes[0]};aucun;;;\n", "utf-8")
    found, _ = corrected(told, read(path), known)
    assert found.set_index("id")["evenement"].to_dict() == {
        homes[1]: "changement de bailleur",
        homes[2]: "entrée dans l'enquête",
    }


def test_a_row_of_an_unknown_residence_is_set_aside_and_said(told, known, tmp_path):
    path = tmp_path / "filiation.csv"
    path.write_text(f"{HEADER}2022;R-INCONNUE;fusion;A;B;acte\n", "utf-8")
    found, aside = corrected(told, read(path), known)
    assert as_dicts(found) == as_dicts(told)
    assert aside[["id", "motif", "ligne"]].values.tolist() == [
        ["R-INCONNUE", "filiation saisie pour une résidence inconnue", 2]
    ]


def test_a_first_campaign_has_nothing_before_it(tmp_path):
    path = tmp_path / "filiation.csv"
    path.write_text(f"{HEADER}2020;R1;fusion;A;B;acte\n", "utf-8")
    with pytest.raises(AtlasError) as caught:
        read(path)
    assert [fault.code for fault in caught.value.faults] == ["FILIATION-CAMPAGNE"]


def test_a_masked_edition_gives_no_layer(told, tmp_path):
    assert write_corrections(resealed(make_edition(masked=True), filiation=told), tmp_path) == []
