"""PostGIS holds the rows and values of ``atlas.gpkg``: typed, keyed, told, styled, and never half of them."""

from __future__ import annotations

import io
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import zipfile
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
import shapely
from delivered_factory import SQL, written
from psycopg import sql

from atlas.audit.database import unlike
from atlas.deliver import publish_to
from atlas.deliver.tables import opened
from atlas.errors import AtlasError

ROOT = Path(__file__).parent.parent.parent
SCHEMA = "atlas_partenaire"


@pytest.fixture(scope="module")
def edition(tmp_path_factory) -> Path:
    return written(tmp_path_factory.mktemp("postgis") / "partenaire")


@pytest.fixture(scope="module")
def later(tmp_path_factory) -> Path:
    return written(tmp_path_factory.mktemp("later") / "partenaire", first="Résidence de la seconde édition")


def asked(base: str, text: str, *given, names=()):
    with psycopg.connect(base) as connection:
        return connection.execute(sql.SQL(text).format(*map(sql.Identifier, names)), given or None).fetchall()


def same_cells(base: str, schema: str, edition: Path) -> int:
    """Compare by other means than the program: every row as Python reads it on both sides; count the cells."""
    cells = 0
    with closing(sqlite3.connect(edition / "atlas.gpkg")) as source, psycopg.connect(base) as target:
        told = "SELECT table_name, data_type FROM gpkg_contents WHERE table_name <> 'layer_styles'"
        for name, kind in source.execute(told).fetchall():
            columns = [row[1] for row in source.execute(f'PRAGMA table_info("{name}")') if row[1] != "geom"]
            query = sql.SQL("SELECT {} FROM {} ORDER BY fid").format(
                sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(schema, name)
            )
            listed = ", ".join(f'"{column}"' for column in columns)
            mine = source.execute(f'SELECT {listed} FROM "{name}" ORDER BY fid').fetchall()
            assert target.execute(query).fetchall() == mine, name
            cells += len(mine) * len(columns)
            if kind == "features":
                query = sql.SQL("SELECT ST_AsText(geom, 17), ST_SRID(geom) FROM {} ORDER BY fid")
                found = target.execute(query.format(sql.Identifier(schema, name))).fetchall()
                shapes = [row[0] for row in source.execute(f'SELECT geom FROM "{name}" ORDER BY fid')]
                for (text, srid), blob in zip(found, shapes, strict=True):
                    assert (text is None) == (blob is None)
                    if blob is not None:
                        size = {0: 8, 1: 40}[blob[3] >> 1 & 7]
                        assert shapely.from_wkb(blob[size:]).equals_exact(shapely.from_wkt(text), 1e-9)
                        assert srid == 2154
    return cells


def test_the_demo_is_the_same_cell_by_cell(base, demo_build):
    loaded = publish_to(demo_build / "partenaire", base)
    cells = same_cells(base, SCHEMA, demo_build / "partenaire")
    assert cells > 500_000 and loaded.rows["residences"] > 600
    with psycopg.connect(base) as connection:
        assert list(unlike(connection, SCHEMA, demo_build / "partenaire")) == []


def test_hostile_names_are_data(base, edition):
    publish_to(edition, base)
    assert same_cells(base, SCHEMA, edition) > 5_000
    names = {row[0] for row in asked(base, f'SELECT nom FROM "{SCHEMA}".residences')}
    assert set(SQL) <= names and any("<script>" in name for name in names if name)


def test_a_hostile_schema_is_a_name(base, edition):
    name = 'habitat"; DROP SCHEMA public; --'
    assert publish_to(edition, f"{base}/{quote(name, safe='')}").schema == name
    same_cells(base, name, edition)
    assert asked(base, "SELECT 1 FROM pg_namespace WHERE nspname = 'public'")


def test_tables_are_typed_keyed_indexed_and_told(base, edition):
    publish_to(edition, base)
    types = dict(
        asked(
            base,
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = %s"
            " AND table_name = 'residences'",
            SCHEMA,
        )
    )
    assert (types["nb_logements"], types["tx_inf40"], types["nom"]) == ("bigint", "double precision", "text")
    shape = "SELECT type, srid FROM geometry_columns WHERE f_table_schema = %s AND f_table_name = %s"
    assert asked(base, shape, SCHEMA, "residences") == [("POINT", 2154)]
    assert asked(base, shape, SCHEMA, "iris") == [("MULTIPOLYGON", 2154)]
    keys = (
        "SELECT conrelid::regclass::text, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'p'"
        " AND connamespace = %s::regnamespace"
    )
    held = dict(asked(base, keys, SCHEMA))
    assert held[f"{SCHEMA}.residences"] == "PRIMARY KEY (id)"
    assert held[f"{SCHEMA}.series"] == "PRIMARY KEY (unite, id, campagne, indicateur)"
    indexes = [row[0] for row in asked(base, "SELECT indexdef FROM pg_indexes WHERE schemaname = %s", SCHEMA)]
    assert any("residences USING gist (geom)" in one for one in indexes)
    assert any("residences USING btree (code_insee)" in one for one in indexes)
    comment = (
        "SELECT col_description(%s::regclass, ordinal_position) FROM information_schema.columns"
        " WHERE table_schema = %s AND table_name = 'residences' AND column_name = %s"
    )
    table = f"{SCHEMA}.residences"
    assert "en %" in asked(base, comment, table, SCHEMA, "tx_inf40")[0][0]
    untold = [row for row in asked(base, comment.replace(" AND column_name = %s", ""), table, SCHEMA) if not row[0]]
    assert untold == []
    styles = asked(
        base, "SELECT f_table_name, stylename, useasdefault FROM layer_styles WHERE f_table_schema = %s", SCHEMA
    )
    with closing(sqlite3.connect(edition / "atlas.gpkg")) as source:
        mine = source.execute("SELECT f_table_name, styleName, useAsDefault FROM layer_styles").fetchall()
    assert sorted(styles) == sorted((table, name, bool(default)) for table, name, default in mine)


def test_an_open_edition_is_refused_unless_it_is_asked_for(base, tmp_path):
    internal = written(tmp_path / "interne", masked=False)
    with pytest.raises(AtlasError, match="POSTGIS-INTERNE"):
        publish_to(internal, base)
    assert asked(base, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'atlas%%'") == []
    assert publish_to(internal, base, internal=True).schema == "atlas_interne"


def test_an_edition_that_changed_since_it_was_built_is_refused(base, tmp_path):
    folder = written(tmp_path / "partenaire")
    with closing(sqlite3.connect(folder / "atlas.gpkg")) as connection, connection:
        connection.execute("UPDATE series SET libelle = '12 %' WHERE fid = 1")
    with pytest.raises(AtlasError, match="a changé depuis sa construction"):
        publish_to(folder, base)


def test_the_former_edition_is_kept_under_its_date_with_its_styles_and_project(base, edition, later):
    assert publish_to(edition, base).kept == ""
    assert publish_to(edition, base).kept == "", "the same edition, loaded again, replaces itself"
    kept = publish_to(later, base).kept
    assert kept == f"{SCHEMA}_2024_03_01"
    same_cells(base, kept, edition)
    same_cells(base, SCHEMA, later)
    assert publish_to(edition, base).kept == f"{kept}_2"
    styled = {row[0] for row in asked(base, "SELECT DISTINCT f_table_schema FROM layer_styles")}
    assert styled == {SCHEMA, kept, f"{kept}_2"}
    (content,) = asked(base, f'SELECT content FROM "{kept}".qgis_projects')[0]
    text = zipfile.ZipFile(io.BytesIO(content)).read("atlas.qgs").decode()
    assert f'"{kept}"."residences"' in text.replace("&quot;", '"') and f'"{SCHEMA}".' not in text.replace("&quot;", '"')
    assert "atlas.gpkg" not in text


def test_a_schema_of_someone_else_is_never_replaced(base, edition):
    with psycopg.connect(base) as connection:
        connection.execute("CREATE SCHEMA habitat")
    with pytest.raises(AtlasError, match="POSTGIS-SCHEMA"):
        publish_to(edition, f"{base}/habitat")
    with pytest.raises(AtlasError, match="POSTGIS-ADRESSE"):
        publish_to(edition, f"{base}/public")


def test_a_role_reads_and_does_nothing_else(base, edition, cluster):
    with psycopg.connect(base) as connection:
        connection.execute("DROP ROLE IF EXISTS lecteurs")
        connection.execute(sql.SQL("CREATE ROLE lecteurs LOGIN PASSWORD {}").format(sql.Literal(cluster.password)))
    with pytest.raises(AtlasError, match="POSTGIS-ROLE"):
        publish_to(edition, base, reader="personne")
    publish_to(edition, base, reader="lecteurs")
    name = base.rsplit("/", 1)[1]
    with psycopg.connect(cluster.address(name, "lecteurs"), autocommit=True) as connection:
        assert connection.execute(f"SELECT count(*) FROM {SCHEMA}.residences").fetchone()[0] == 60
        for refused in ("DELETE FROM {}.residences", "CREATE TABLE {}.x ()", "UPDATE {}.series SET valeur = 1"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(refused.format(SCHEMA))
    with psycopg.connect(base) as connection:
        connection.execute("DROP OWNED BY lecteurs")
        connection.execute("DROP ROLE lecteurs")


def test_a_reader_never_sees_half_an_edition(base, edition, later):
    publish_to(edition, base)
    seen, done = set(), threading.Event()

    def read() -> None:
        with psycopg.connect(base, autocommit=True) as connection:
            while not done.is_set():
                told = "SELECT (SELECT count(*) FROM {0}.residences), (SELECT count(*) FROM {0}.series)"
                seen.add(connection.execute(told.format(SCHEMA)).fetchone())

    reader = threading.Thread(target=read)
    reader.start()
    for one in (later, edition, later):
        publish_to(one, base)
    done.set()
    reader.join()
    assert len(seen) == 1 and next(iter(seen))[0] == 60


def loading(edition: Path, base: str) -> subprocess.Popen:
    program = "import sys; from atlas.cli import main; main()"
    words = [sys.executable, "-c", program, "publier", str(edition), "--postgis", base]
    return subprocess.Popen(
        words, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def waiting(base: str, number: int = 1) -> None:
    """Wait until so many loads stand still before a lock."""
    told = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'atlas publier' AND wait_event_type = 'Lock'"
    for _ in range(600):
        if asked(base, told)[0][0] >= number:
            return
        time.sleep(0.05)
    pytest.fail("no load came to the lock")


def test_killed_in_the_middle_it_leaves_the_former_edition(base, edition, later):
    publish_to(edition, base)
    with psycopg.connect(base) as holder:
        holder.execute("LOCK TABLE layer_styles IN ACCESS EXCLUSIVE MODE")  # its very last step
        load = loading(later, base)
        waiting(base)
        load.send_signal(signal.SIGKILL)
        load.communicate()
    same_cells(base, SCHEMA, edition)
    held = [row[0] for row in asked(base, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'atlas%%'")]
    assert held == [SCHEMA]


def test_two_loads_at_once_follow_each_other(base, edition, later):
    publish_to(edition, base)
    with psycopg.connect(base) as holder:
        holder.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"atlas publier {SCHEMA}",))
        loads = [loading(later, base), loading(later, base)]
        waiting(base, 2)
    told = [load.communicate() for load in loads]
    assert [load.returncode for load in loads] == [0, 0], told
    same_cells(base, SCHEMA, later)
    kept = f"{SCHEMA}_2024_03_01"
    same_cells(base, kept, edition)
    held = {row[0] for row in asked(base, "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'atlas%%'")}
    assert held == {SCHEMA, kept}


def test_no_password_is_ever_told(base, edition, cluster, tmp_path):
    name = base.rsplit("/", 1)[1]
    done = loading(edition, cluster.address(name, password="mot-de-passe@secret%20"))
    out, error = done.communicate()
    assert done.returncode == 1 and "POSTGIS-CONNEXION" in error
    assert "secret" not in out + error
    target = tmp_path / "lie.qgz"
    told = publish_to(edition, base, project=target).text
    assert cluster.password not in told and cluster.password.encode() not in target.read_bytes()
    (content,) = asked(base, f'SELECT content FROM "{SCHEMA}".qgis_projects')[0]
    assert bytes(content) == target.read_bytes()
    assert cluster.password not in zipfile.ZipFile(target).read("atlas.qgs").decode()


def test_a_database_that_cannot_take_it_says_so_in_one_sentence(base, edition, cluster):
    with pytest.raises(AtlasError, match="POSTGIS-CONNEXION"):
        publish_to(edition, "postgresql://sig@127.0.0.1:1/sig")
    with pytest.raises(AtlasError, match="POSTGIS-EXTENSION"):
        publish_to(edition, cluster.address("postgres"))
    with pytest.raises(AtlasError, match="POSTGIS-ADRESSE") as refused:
        publish_to(edition, "postgresql://sig:secret@ici:port/sig")
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE {}.residences SET nb_logements = nb_logements + 1 WHERE fid = 3", "ligne 3, colonne nb_logements"),
        (
            "UPDATE {}.series SET valeur = 12.5 WHERE fid = (SELECT min(fid) FROM {}.series WHERE valeur IS NULL)",
            "valeur",
        ),
        ("UPDATE {}.residences SET geom = ST_Translate(geom, 1, 0) WHERE fid = 2", "ligne 2, colonne geom"),
        ("DELETE FROM {}.iris WHERE fid = 9", "ligne absente"),
        ("ALTER TABLE {}.residences ADD COLUMN vrai text", "colonnes vrai"),
        ("CREATE TABLE {}.vraies AS SELECT 1", "table « vraies », que l'édition ne publie pas"),
        ("CREATE VIEW {}.vue AS SELECT 1", "table « vue », que l'édition ne publie pas"),
        ("DROP TABLE {}.parc", "table « parc » absente"),
    ],
)
def test_the_audit_sees_what_a_database_holds_otherwise(base, edition, change, told):
    publish_to(edition, base)
    with psycopg.connect(base) as connection:
        connection.execute(change.replace("{}", SCHEMA))
        faults = list(unlike(connection, SCHEMA, edition))
    assert any(told in fault for fault in faults), faults


def test_what_is_loaded_is_what_the_manifest_vouches_for(edition):
    assert opened(edition).masked and {table.name for table in opened(edition).tables} >= {"residences", "series"}
