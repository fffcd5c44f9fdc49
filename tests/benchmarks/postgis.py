"""How long an edition of many addresses takes to load into PostGIS, in processor seconds, server included.

``python -m tests.benchmarks.postgis EDITION ADDRESS [ROWS]``: the addresses of an edition are repeated under other
identifiers until there are that many, in a copy. The server must be on this machine: its processes are measured too.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

import psutil

from atlas.deliver import publish_to

FILES = ("atlas.gpkg", "atlas.qgz", "datapackage.json", "manifeste.json")


def enlarged(edition: Path, place: Path, rows: int) -> Path:
    """Copy what is loaded of an edition, its addresses repeated up to ``rows``."""
    place.mkdir(parents=True)
    for name in FILES:
        shutil.copy(edition / name, place / name)
    with closing(sqlite3.connect(place / "atlas.gpkg")) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        columns = [row[1] for row in connection.execute("PRAGMA table_info(adresses)") if row[1] not in ("fid", "id")]
        listed = ", ".join(f'"{column}"' for column in columns)
        (held,) = connection.execute("SELECT count(*) FROM adresses").fetchone()
        for turn in range(1, -(-rows // held)):
            asked = f"INSERT INTO adresses (id, {listed}) SELECT id || '-{turn}', {listed} FROM adresses WHERE fid <= ?"
            connection.execute(asked, (held,))
        connection.execute("DELETE FROM adresses WHERE fid > ?", (rows,))
        connection.commit()
    manifest = json.loads((place / "manifeste.json").read_text("utf-8"))
    for entry in manifest["fichiers"]:
        if entry["fichier"] == "atlas.gpkg":
            entry["sha256"] = hashlib.sha256((place / "atlas.gpkg").read_bytes()).hexdigest()
    (place / "manifeste.json").write_text(json.dumps(manifest), "utf-8")
    return place


def _servers() -> float:
    """Processor seconds of every PostgreSQL process of this machine, ended ones included."""
    times = [one.cpu_times() for one in psutil.process_iter(["name"]) if one.info["name"] == "postgres"]
    return sum(one.user + one.system + one.children_user + one.children_system for one in times)


def main(edition: str, address: str, rows: str = "300000") -> None:
    """Load and say how long it took."""
    with tempfile.TemporaryDirectory() as place:
        folder = enlarged(Path(edition), Path(place) / "edition", int(rows))
        client, servers, wall = time.process_time(), _servers(), time.perf_counter()
        loaded = publish_to(folder, address, internal=True)
        client, wall = time.process_time() - client, time.perf_counter() - wall
        time.sleep(1)
        print(
            f"{loaded.rows['adresses']} adresses, {sum(loaded.rows.values())} lignes : atlas {client:.1f} s, ", end=""
        )
        print(f"serveur {_servers() - servers:.1f} s de processeur ; {wall:.1f} s d'horloge")


if __name__ == "__main__":
    main(*sys.argv[1:])
