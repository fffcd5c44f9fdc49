"""Install what tests need and pip cannot bring, from the system's packages: Chromium, QGIS, its server, PostGIS.

Run before pytest on a fresh machine. Does nothing where both are already there; says what to install where it cannot.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

SYSTEM_PYTHON = "/usr/bin/python3"


def has_chromium() -> bool:
    """Whether a Chromium that the tests can drive is on the path."""
    return any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))


def has_qgis() -> bool:
    """Whether the system's Python can import QGIS."""
    if not Path(SYSTEM_PYTHON).exists():
        return False
    found = subprocess.run([SYSTEM_PYTHON, "-c", "import qgis.core"], capture_output=True, check=False)
    return found.returncode == 0


def has_postgis() -> bool:
    """Whether PostgreSQL is there with the extension PostGIS."""
    share = Path("/usr/share/postgresql")
    return any(share.glob("*/extension/postgis.control")) and any(Path("/usr/lib/postgresql").glob("*/bin/initdb"))


def has_map_server() -> bool:
    """Whether QGIS Server is there."""
    return Path("/usr/lib/cgi-bin/qgis_mapserv.fcgi").exists()


def main() -> int:
    """Install what is missing; return 1 when it cannot be installed."""
    # The validator of GeoPackages needs GDAL's Python bindings, which QGIS brings to the system's Python, not to pip's.
    validator = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "gdal-utils>=3.10"]
    subprocess.run(validator, check=True, stdout=subprocess.DEVNULL)
    wanted = []
    if not has_chromium():
        wanted.append("chromium")
    if not has_qgis():
        wanted += ["qgis", "python3-qgis", "fonts-dejavu-core"]
    if not has_postgis():
        wanted += ["postgresql", "postgresql-postgis"]
    if not has_map_server():
        wanted.append("qgis-server")
    if not wanted:
        return 0
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        print(f"À installer avant les tests : {' '.join(wanted)} (apt, en administrateur).", file=sys.stderr)
        return 1
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (
        ["apt-get", "update", "-q"],
        ["apt-get", "install", "-q", "-y", "--no-install-recommends", *wanted],
    ):
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return 0 if has_chromium() and has_qgis() and has_postgis() and has_map_server() else 1


if __name__ == "__main__":
    sys.exit(main())
