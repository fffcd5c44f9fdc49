"""What methods say may be no oracle on a masked rate: the audit says it again from the files, and refuses the rest."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from atlas import pipeline
from atlas.audit.judgements import ReadBack, betrayed
from atlas.audit.read_back import Written, read_written
from atlas.audit.reasons import ORACLE, UNPROVEN
from atlas.audit.supposed import supposed
from atlas.edition import sealed
from atlas.errors import AtlasError
from atlas.judge import judge
from atlas.protect import Scale
from atlas.tables import INDICATORS, PUBLISHED
from tests.stage_factory import counts, protected

CODES = tuple(INDICATORS)
CLASSES = [(0.0, "moins de 20 %"), (20.0, "de 20 à moins de 40 %"), (40.0, "40 % et plus")]


@pytest.mark.parametrize("name", ["partenaire", "public"])
def test_every_judgement_of_a_build_is_said_again_from_its_files(readings_build, name):
    written = read_written(readings_build / name)
    assert not list(betrayed(written))
    again = ReadBack(written).judged(written.units)["residences"]
    told = {column.name for one in written.methods for column in one.columns("residences", counts=False)}
    assert told <= {*again, *(one for one in told if one.startswith("marge_"))}
    assert len(again.columns) > 40  # ten methods speak


# What a writer that knew a masked rate would have told, by column: of a residence that masks one that the method reads.
PLANTED = {
    "niveau": ("inf40", "très fragile"),
    "lecture": ("inf40", "au moins fragile"),
    "nb_criteres": ("inf40", 3.0),
    "nb_criteres_lus": ("inf40", 3.0),
    "proximite": ("inf40", "à un ménage près"),
    "ic_bas_inf40": ("inf40", 31.0),
    "ic_haut_er_inf40": ("er_inf40", 61.0),
    "accueil_logements_bas": ("inf40", 0.7),
    "accueil_familiaux_haut": ("inf40", 0.7),
    "grille_gamme_flux": ("er_inf40", 3.0),
    "classes_occupation_lecture": ("inf40", "au moins ordinaire"),
    "profil_batiment_part_seuls": ("seuls", "au-dessus"),
    "surrepresentations_entrants": ("er_inf40", "surreprésentés"),
    "surrepresentations_croisement": ("inf40", "groupes seuls"),
    "apl_65_classe": ("apl", "au-dessus du seuil"),
    "mixite_plus_nb_parts": ("inf60", 2.0),
    "typologie_groupe": ("inf40", "groupe A"),
    "accord": ("inf40", "toutes la disent fragile"),
}


@pytest.fixture
def copied(readings_build, tmp_path) -> Path:
    """An edition of the commune that a test may change."""
    return Path(shutil.copytree(readings_build / "partenaire", tmp_path / "partenaire"))


def planted(edition: Path, table: str, unit: str, column: str, value: object, more: str = "") -> Written:
    """Write one cell otherwise."""
    with opened(edition) as database:
        changed = database.execute(f'UPDATE "{table}" SET "{column}" = ? WHERE id = ? {more}', (value, unit)).rowcount
        database.commit()
    assert changed == 1
    return read_written(edition)


@contextmanager
def opened(edition: Path) -> Iterator[sqlite3.Connection]:
    """Open a GeoPackage to write in it: its index of places is left alone."""
    with closing(sqlite3.connect(edition / "atlas.gpkg")) as database:
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in triggers:
            database.execute(f'DROP TRIGGER "{name}"')
        yield database


def test_judgements_made_of_a_masked_rate_are_caught_each_of_them(copied):
    homes, cells = read_written(copied).units["residences"], {}
    for column, (code, value) in PLANTED.items():
        hiding = homes.loc[(homes[f"st_{code}"] == "secret") & (homes[column] != value), "id"]
        cells[column] = hiding.iloc[0]
        written = planted(copied, "residences", cells[column], column, value)
    found = list(betrayed(written))
    assert {one.kind for one in found} == {ORACLE} and all(one.count == 1 for one in found)
    assert {one.what.split()[3] for one in found} == set(PLANTED)
    for one in found:
        assert one.what.startswith("table residences, colonne ") and cells[one.what.split()[3]] in one.examples[0]


def test_a_level_of_an_earlier_campaign_is_looked_at_too(copied):
    with opened(copied) as database:
        (unit,) = database.execute(
            "SELECT id FROM historique WHERE unite = 'residences' AND campagne = 2020 AND niveau = 'non déterminé'"
        ).fetchone()
    written = planted(copied, "historique", unit, "niveau", "fragile", "AND campagne = 2020 AND unite = 'residences'")
    (found,) = betrayed(written)
    assert "table historique, residences, colonne niveau" in found.what


def test_a_column_that_the_method_does_not_give_is_refused_wherever_it_speaks(copied):
    homes = read_written(copied).units["residences"]
    column = "marge_inf40"
    with opened(copied) as database:
        database.execute(f"ALTER TABLE residences ADD COLUMN {column} REAL")
        database.execute(f"UPDATE residences SET {column} = 2 WHERE id = ?", (homes["id"].iloc[0],))
        database.commit()
    (found,) = betrayed(read_written(copied))
    assert f"colonne {column}" in found.what and found.count == 1


def test_without_the_rules_that_were_applied_nothing_is_taken_on_trust(copied):
    written = read_written(copied)
    rules = [rule for rule in written.manifest["regles"] if rule["cle"] != "niveau_fragile"]
    (found,) = betrayed(replace(written, manifest={**written.manifest, "regles": rules}))
    assert found.kind == UNPROVEN and "niveau_fragile" in found.examples


def test_a_rate_left_in_a_masked_cell_is_not_read(copied):
    """What is masked is blank for who says judgements again, even where a file forgot a number."""
    homes = read_written(copied).units["residences"]
    unit = homes.loc[homes["st_inf40"] == "secret", "id"].iloc[0]
    assert not list(betrayed(planted(copied, "residences", unit, "tx_inf40", 77.0)))


def test_a_build_whose_levels_know_more_than_its_files_is_refused(small_territory, tmp_path, monkeypatch):
    def knowing(edition, methods, rules):
        judged = judge(edition, methods, rules)
        homes = judged.units["residences"]
        open_ = homes["niveau"] == "non déterminé"
        assert open_.any() or not judged.masked
        told = homes.assign(niveau=homes["niveau"].mask(open_, "très fragile"))
        kept = {one.name: getattr(judged, one.name) for one in fields(judged)}
        return sealed(**kept | {"units": {**judged.units, "residences": told}}) if judged.masked else judged

    output = tmp_path / "atlas"
    monkeypatch.setattr(pipeline, "judge", knowing)
    with pytest.raises(AtlasError) as refused:
        pipeline.build(small_territory, output, ("partenaire",))
    found = [fault for fault in refused.value.faults if fault.code == "AUDIT-ORACLE"]
    assert found and all(fault.what and fault.expected and fault.remedy for fault in found)
    assert any("colonne niveau " in fault.what for fault in found)
    assert not output.exists()


ROWS = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=1, max_size=8)
EDGES = st.lists(st.sampled_from([16.3, 20, 24.9, 33.3, 39.5, 40, 62.8, 95.5]), max_size=4)


@pytest.mark.parametrize("audience", ["partenaire", "public"])
@settings(max_examples=12, deadline=None)
@given(rows=ROWS, edges=EDGES)
def test_what_a_reader_may_suppose_is_what_the_engine_says(audience, rows, edges):
    """Read from labels alone, it is what the engine knows of its own rounding, ends and classes."""
    told = [
        {
            "id": f"r{rank}",
            "nb_logements": 500,
            "menages": 450,
            **{f"n_{code}": float(min(pair)) for code in CODES},
            **{f"d_{code}": float(max(pair)) for code in CODES},
            "n_occupants": float(max(pair) + min(pair)),
        }
        for rank, pair in enumerate(rows)
    ]
    shares = [code for code, one in INDICATORS.items() if one.unit == "%"]
    scale = Scale(dict.fromkeys(shares, edges), dict.fromkeys(shares, CLASSES))
    edition = protected(counts(told), audience, scale=scale)
    units = edition.units["residences"]
    read, _ = edition.read("residences", units)
    mine = supposed(units, edition.edges)
    for code in CODES:
        shown = (units[f"st_{code}"] == PUBLISHED).to_numpy()
        for end in (f"lo_{code}", f"hi_{code}"):
            pd.testing.assert_series_equal(mine[end][shown], read[end][shown].astype(float), rtol=0, atol=0)
            assert np.isnan(mine[end].to_numpy()[~shown]).all()
