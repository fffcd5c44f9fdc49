"""Writing into PostGIS: one transaction, from the lock to the swap of names.

Every name goes through :mod:`psycopg.sql` and every value through a parameter or ``COPY``: a residence called
``'; DROP TABLE`` is a residence. Two loads under one name follow each other; one that dies leaves nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from atlas.audit.database import LOADED, PROJECTS, unlike
from atlas.deliver.address import Address
from atlas.deliver.project import bound, moved
from atlas.deliver.styles import move_styles, write_styles
from atlas.deliver.tables import GEOMETRY, PROJECT, ROW, Content, Delivered, rows_of
from atlas.errors import AtlasError, Fault, excerpt

if TYPE_CHECKING:
    from psycopg import Connection

_BESIDE = "_en_cours"  # added to the name of a schema while it is written: nobody else ever sees it
_NAME = "atlas"


def load(
    delivered: Delivered, where: Address, reader: str | None
) -> tuple[dict[str, int], str, tuple[str, ...], bytes]:
    """Load an edition; give rows by table, the schema that keeps the former edition, remarks, the QGIS project."""
    with closing(_connected(where)) as connection, _spoken(where), connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (f"atlas publier {where.schema}",))
        _prepare(connection, where, reader)
        kept = _kept_name(connection, where.schema, delivered)
        fresh = where.schema + _BESIDE
        _run(connection, "CREATE SCHEMA {}", fresh)
        _run(connection, "COMMENT ON SCHEMA {} IS {}", fresh, literals=(_said(delivered),))
        rows = {table.name: _table(connection, fresh, table, delivered) for table in delivered.tables}
        _note(connection, fresh, delivered)
        project = bound((delivered.folder / PROJECT).read_bytes(), connection.info, where.schema, delivered.tables)
        _projects(connection, fresh, project)
        faults = list(unlike(connection, fresh, delivered.folder))
        if faults:
            raise AtlasError([_unlike(faults)])
        if reader:
            _grant(connection, fresh, reader)
        if _ours(connection, where.schema) is not None:
            _put_aside(connection, where.schema, kept)
        _run(connection, "ALTER SCHEMA {} RENAME TO {}", fresh, where.schema)
        remarks = write_styles(connection, delivered, where.schema, reader)
    return rows, kept, remarks, project


def compare(delivered: Delivered, where: Address) -> list[str]:
    """List what a schema holds otherwise than the edition, changing nothing."""
    with closing(_connected(where)) as connection, _spoken(where), connection.transaction(force_rollback=True):
        connection.execute("SET TRANSACTION READ ONLY")
        _see_postgis(connection, where)
        return list(unlike(connection, where.schema, delivered.folder))


def _connected(where: Address) -> Connection[Any]:
    try:
        import psycopg
    except ImportError:
        raise _fault(
            "POSTGIS-MODULE",
            "Le module psycopg, qui parle à PostgreSQL, n'est pas installé.",
            "l'atlas installé avec de quoi charger une base",
            "pip install 'atlas-residences[postgis]', ou pip install 'psycopg[binary]'",
        ) from None
    with _spoken(where):
        settings = {"connect_timeout": "10", **where.settings, "application_name": "atlas publier"}
        return psycopg.connect(psycopg.conninfo.make_conninfo("", **settings))


@contextmanager
def _spoken(where: Address) -> Iterator[None]:
    """Tell what a database refuses in one French sentence, without a password."""
    import psycopg
    from psycopg import errors

    try:
        yield
    except errors.InsufficientPrivilege as error:
        raise _fault(
            "POSTGIS-DROITS",
            f"La base refuse ({where.silent(str(error))}).",
            "un rôle qui peut créer un schéma dans la base, et qui possède celui de l'édition précédente",
            "demander à l'administrateur : GRANT CREATE ON DATABASE … TO …",
        ) from None
    except errors.ConnectionException as error:
        raise _unreachable(where, error) from None
    except psycopg.OperationalError as error:
        raise _unreachable(where, error) from None
    except psycopg.Error as error:
        raise _fault(
            "POSTGIS-REFUS",
            f"La base n'a pas pris l'édition ({where.silent(str(error))}).",
            "une base PostgreSQL 12 ou plus récente avec PostGIS 3",
            "vérifier la base ; rien n'y a été changé",
        ) from None


def _prepare(connection: Connection[Any], where: Address, reader: str | None) -> None:
    """Find PostGIS, and refuse what would only be found out at the end."""
    _see_postgis(connection, where)
    if reader and not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (reader,)).fetchone():
        raise _fault(
            "POSTGIS-ROLE",
            f"Le rôle « {reader} » n'existe pas dans la base.",
            "un rôle ou un groupe existant",
            "le créer (CREATE ROLE …), ou corriger --lecture",
        )
    there = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", (where.schema,)).fetchone()
    if there and _ours(connection, where.schema) is None:
        raise _fault(
            "POSTGIS-SCHEMA",
            f"Le schéma « {where.schema} » existe et n'est pas une édition de l'atlas.",
            "un schéma absent, ou écrit par « atlas publier »",
            "en nommer un autre : postgresql://…/base/autre_schema",
        )


def _see_postgis(connection: Connection[Any], where: Address) -> None:
    """Find where PostGIS is, and put it on the search path of this transaction."""
    found = connection.execute(
        "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname = 'postgis'"
    ).fetchone()
    if found is None:
        raise _fault(
            "POSTGIS-EXTENSION",
            f"La base de {where.shown} n'a pas l'extension PostGIS.",
            "une base où « CREATE EXTENSION postgis » a été fait",
            "le demander à l'administrateur de la base",
        )
    path = connection.execute("SELECT array_to_string(current_schemas(false), ',')").fetchone()
    visible = (path or ("",))[0].split(",")
    if found[0] not in visible:
        _run(connection, "SET LOCAL search_path TO {}, {}", *(visible[:1] or ["public"]), found[0])


def _ours(connection: Connection[Any], schema: str) -> tuple[date, str] | None:
    """Give the day and the digest of the edition that a schema holds; None when it is absent, or not the atlas's."""
    there = connection.execute("SELECT to_regclass(quote_ident(%s) || '.' || %s)", (schema, LOADED)).fetchone()
    if there is None or there[0] is None:
        return None
    return _run(connection, "SELECT publie_le, empreinte FROM {}.{}", schema, LOADED).fetchone()


def _kept_name(connection: Connection[Any], schema: str, delivered: Delivered) -> str:
    """Name the schema that will keep the edition in place; none when it is the same edition, loaded again."""
    former = _ours(connection, schema)
    if former is None or former[1] == delivered.digest:
        return ""
    dated = f"{schema}_{former[0]:%Y_%m_%d}"
    asked = "SELECT 1 FROM pg_namespace WHERE nspname = %s"
    name, number = dated, 1
    while connection.execute(asked, (name,)).fetchone():
        number += 1
        name = f"{dated}_{number}"
    return name


def _put_aside(connection: Connection[Any], schema: str, kept: str) -> None:
    if not kept:
        _run(connection, "DROP SCHEMA {} CASCADE", schema)
        return
    _run(connection, "ALTER SCHEMA {} RENAME TO {}", schema, kept)
    move_styles(connection, schema, kept)
    row = _run(connection, "SELECT content FROM {}.{} WHERE name = 'atlas'", kept, PROJECTS).fetchone()
    if row:
        content = moved(bytes(row[0]), schema, kept)
        _run(connection, "UPDATE {}.{} SET content = %s WHERE name = 'atlas'", kept, PROJECTS, given=(content,))


def _table(connection: Connection[Any], schema: str, table: Content, delivered: Delivered) -> int:
    """Create one table, fill it, then index it: indexes are made faster once the rows are there."""
    from psycopg import sql

    columns = [sql.SQL("{} integer NOT NULL").format(sql.Identifier(ROW))]
    columns += [sql.SQL("{} {}").format(sql.Identifier(one.name), sql.SQL(one.kind)) for one in table.fields]
    if table.geometry:
        typed = sql.SQL("{} geometry({}, {})").format(
            sql.Identifier(GEOMETRY), sql.SQL(table.geometry), sql.Literal(table.srid)
        )
        columns.append(typed)
    here = sql.Identifier(schema, table.name)
    connection.execute(sql.SQL("CREATE TABLE {} ({})").format(here, sql.SQL(", ").join(columns)))
    names = [ROW, *(one.name for one in table.fields), *([GEOMETRY] if table.geometry else [])]
    listed = sql.SQL(", ").join(map(sql.Identifier, names))
    number = 0
    asked = sql.SQL("COPY {} ({}) FROM STDIN").format(here, listed)
    with connection.cursor() as cursor, delivered.connected() as source, cursor.copy(asked) as copy:
        for row in rows_of(source, table):
            copy.write_row(row)
            number += 1
    _complete(connection, schema, table)
    return number


def _complete(connection: Connection[Any], schema: str, table: Content) -> None:
    """Add keys, indexes and comments, and count rows for the planner of queries."""
    from psycopg import sql

    here = sql.Identifier(schema, table.name)

    def run(text: str, *parts: Any) -> None:
        connection.execute(sql.SQL(text).format(*parts))

    run("ALTER TABLE {} ADD PRIMARY KEY ({})", here, sql.SQL(", ").join(map(sql.Identifier, table.keys)))
    run("ALTER TABLE {} ADD UNIQUE ({})", here, sql.Identifier(ROW))
    for name in table.searched:
        if name != table.keys[0]:
            run("CREATE INDEX ON {} ({})", here, sql.Identifier(name))
    if table.geometry:
        run("CREATE INDEX ON {} USING gist ({})", here, sql.Identifier(GEOMETRY))
        said = "Position, dans la projection légale" if table.geometry == "Point" else "Contour, projection légale"
        run("COMMENT ON COLUMN {} IS {}", sql.Identifier(schema, table.name, GEOMETRY), sql.Literal(said))
    run("COMMENT ON TABLE {} IS {}", here, sql.Literal(table.comment))
    row = "Numéro de ligne dans la table, pour QGIS et Lizmap"
    run("COMMENT ON COLUMN {} IS {}", sql.Identifier(schema, table.name, ROW), sql.Literal(row))
    for one in table.fields:
        run("COMMENT ON COLUMN {} IS {}", sql.Identifier(schema, table.name, one.name), sql.Literal(one.comment))
    run("ANALYZE {}", here)


def _note(connection: Connection[Any], schema: str, delivered: Delivered) -> None:
    """Write down which edition this is: one row."""
    _run(
        connection,
        "CREATE TABLE {}.{} (edition text NOT NULL, territoire text NOT NULL, publie_le date NOT NULL, masquee boolean"
        " NOT NULL, empreinte text PRIMARY KEY, version text NOT NULL, charge_le timestamptz NOT NULL)",
        schema,
        LOADED,
    )
    told = delivered.told
    day = date.fromisoformat(str(told["publie_le"]))
    given = (delivered.name, told["territoire"], day, delivered.masked, delivered.digest, told["version"])
    values = (*given, datetime.now(UTC))
    _run(connection, "INSERT INTO {}.{} VALUES (%s, %s, %s, %s, %s, %s, %s)", schema, LOADED, given=values)


def _projects(connection: Connection[Any], schema: str, project: bytes) -> None:
    """Store the QGIS project where QGIS looks for those of a schema."""
    told = json.dumps({"last_modified_user": "atlas", "last_modified_time": datetime.now(UTC).isoformat()})
    made = "CREATE TABLE {}.{} (name text PRIMARY KEY, metadata jsonb, content bytea)"
    _run(connection, made, schema, PROJECTS)
    _run(connection, "INSERT INTO {}.{} VALUES (%s, %s, %s)", schema, PROJECTS, given=(_NAME, told, project))


def _grant(connection: Connection[Any], schema: str, reader: str) -> None:
    _run(connection, "GRANT USAGE ON SCHEMA {} TO {}", schema, reader)
    _run(connection, "GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}", schema, reader)


def _run(
    connection: Connection[Any], text: str, *names: str, given: tuple[Any, ...] = (), literals: tuple[Any, ...] = ()
) -> Any:
    """Run a statement whose names are quoted as names, and values sent as values."""
    from psycopg import sql

    parts = [*map(sql.Identifier, names), *map(sql.Literal, literals)]
    return connection.execute(sql.SQL(text).format(*parts), given or None)


def _said(delivered: Delivered) -> str:
    told = delivered.told
    return f"Atlas des résidences : {told['territoire']}, édition {delivered.name}. {told.get('secret', '')}".strip()


def _unlike(faults: list[str]) -> Fault:
    return Fault(
        "POSTGIS-RELECTURE",
        f"Les tables relues dans la base ne sont pas celles de l'édition : {excerpt(faults, 3)}.",
        "les mêmes lignes et les mêmes valeurs que dans atlas.gpkg",
        "signaler ce défaut du programme : rien n'a été changé dans la base",
    )


def _unreachable(where: Address, error: Exception) -> AtlasError:
    return _fault(
        "POSTGIS-CONNEXION",
        f"La base de {where.shown} ne répond pas, ou plus ({where.silent(str(error))}).",
        "un serveur PostgreSQL joignable, un rôle et son mot de passe",
        "vérifier le serveur, la base et le rôle ; le mot de passe se donne par PGPASSWORD ou .pgpass",
    )


def _fault(*sentences: str) -> AtlasError:
    return AtlasError([Fault(*sentences)])
