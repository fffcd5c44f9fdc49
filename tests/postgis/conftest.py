"""A PostgreSQL of the tests' own: a folder, a free port, a user without privileges; absent it fails under CI."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

collect_ignore = ["probe.py"]  # runs in QGIS only
_PLACES = ("/usr/lib/postgresql", "/usr/pgsql", "/opt/homebrew/opt/postgresql")


@dataclass(frozen=True)
class Cluster:
    """A server that answers on this machine only, whose one administrator has a password."""

    port: int
    password: str

    def address(self, base: str, user: str = "sig", password: str | None = None) -> str:
        return f"postgresql://{user}:{password or self.password}@127.0.0.1:{self.port}/{base}"


def _program(name: str) -> str | None:
    found = [path for place in _PLACES for path in sorted(Path(place).glob(f"*/bin/{name}"))]
    return str(found[-1]) if found else shutil.which(name)


def _as_a_user(command: list[str]) -> list[str]:
    """The server refuses to run as root: the system's package made a user for it."""
    return ["runuser", "-u", "postgres", "--", *command] if os.geteuid() == 0 else command


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """Start PostgreSQL, and stop it at the end whatever happened."""
    initdb, control = _program("initdb"), _program("pg_ctl")
    if initdb is None or control is None:
        message = "PostgreSQL is missing: run tests/prepare.py"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    place = Path(tempfile.mkdtemp(prefix="atlas-postgis-"))
    password = secrets.token_urlsafe(12)
    (place / "word").write_text(password, "utf-8")
    if os.geteuid() == 0:
        shutil.chown(place, "postgres", "postgres")
        shutil.chown(place / "word", "postgres", "postgres")
    data = place / "data"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    quick = f"-p {port} -k {place} -h 127.0.0.1 -c fsync=off -c full_page_writes=off -c shared_buffers=32MB"
    made = [initdb, "-D", data, "-U", "sig", "-A", "scram-sha-256", "--pwfile", place / "word", "-E", "UTF8"]
    run = {
        "check": True,
        "capture_output": True,
        "cwd": place,
        "env": {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
    }
    try:
        subprocess.run(_as_a_user([*map(str, made), "--no-sync", "--locale=C.UTF-8"]), **run)
        started = [control, "-D", data, "-o", quick, "-l", place / "log", "-w", "start"]
        subprocess.run(_as_a_user([*map(str, started)]), **{**run, "capture_output": False}, stdout=subprocess.DEVNULL)
        yield Cluster(port, password)
    finally:
        stopped = [control, "-D", data, "-m", "immediate", "-w", "stop"]
        subprocess.run(_as_a_user([*map(str, stopped)]), **{**run, "check": False})
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def base(cluster: Cluster) -> Iterator[str]:
    """The address of an empty database with PostGIS, copied from one where the extension was made."""
    import psycopg

    name = f"essai_{secrets.token_hex(4)}"
    with psycopg.connect(cluster.address("postgres"), autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'modele'").fetchone():
            connection.execute("CREATE DATABASE modele")
            with psycopg.connect(cluster.address("modele"), autocommit=True) as inside:
                inside.execute("CREATE EXTENSION postgis")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE modele")
        yield cluster.address(name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
