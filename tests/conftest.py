"""What every test may use: the demo built once, whatever the number of workers, the real territories at hand."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).parent.parent

# Programs, not tests: benchmarks are run by hand and, at a tiny size, by test_benchmarks.
collect_ignore_glob = ["benchmarks/*", "prepare.py", "*_factory.py"]
SHARED = ROOT.parent / "shared" / "data"
EVERYONE = ("interne", "partenaire", "public")
LONGEST = {
    *("test_docs.py", "test_promise.py", "test_promise_bondy.py", "test_promise_before.py", "test_notebooks.py"),
    *("test_figures_everywhere.py", "test_method_laws.py"),
}
LANDLORDS = ("bailleur-habitat-des-trois-vallees", "bailleur-toits-du-rail")


NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give workers the files of whole builds first: one started last would be waited for by a worker without work."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


def pytest_collection_finish() -> None:
    """Look for cycles as the command line does, and never among what was imported to collect the tests."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """One Chromium for the session: two cannot be driven at once. Without it, a failure in CI, a skip elsewhere."""
    from playwright.sync_api import sync_playwright

    path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if path is None:
        message = "Chromium is not installed: run tests/prepare.py"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def demo_territory() -> Path:
    """Territory file of the fictional metropolis."""
    return ROOT / "data" / "demo" / "territoire.toml"


@pytest.fixture(scope="session")
def small_territory() -> Path:
    """Territory file of a few addresses: what does not need a metropolis is tested on it."""
    return ROOT / "tests" / "broken" / "base" / "territoire.toml"


@pytest.fixture(scope="session")
def built_once(tmp_path_factory) -> Callable[[str, Callable[[Path], Path]], Path]:
    """Build something the first time that a worker asks for it; the others wait, then read the same folder."""
    base = tmp_path_factory.getbasetemp()
    common = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def built(name: str, make: Callable[[Path], Path]) -> Path:
        place = common / f"built-{name}"
        with FileLock(common / f"{name}.lock"):
            # A build appears whole or not at all: a folder that is there is finished.
            return place / "atlas" if (place / "atlas").is_dir() else make(place)

    return built


@pytest.fixture(scope="session")
def demo_build(demo_territory, built_once) -> Path:
    """Folder of a whole build of the demo, every default edition in every form, with its zip."""
    from atlas.output import FORMATS
    from atlas.pipeline import build

    return built_once("demo", lambda place: build(demo_territory, place / "atlas", formats=FORMATS, archive=True))


@pytest.fixture(scope="session")
def readings_build(built_once) -> Path:
    """Folder of a build of one commune of the demo, read by every method at once."""
    from tests.readings_factory import build_readings

    return built_once("lectures", build_readings)


@pytest.fixture(scope="session")
def divided_build(built_once) -> Path:
    """Folder of a build of one commune of the demo, read by thresholds alone, too large for one page by a rule."""
    from tests.divided_factory import build_divided

    return built_once("divisee", build_divided)


@pytest.fixture(scope="session")
def years_build(built_once) -> Path:
    """Folder of a build of one commune of the demo over five campaigns."""
    from tests.years_factory import build_years

    return built_once("campagnes", build_years)


def _shared(name: str) -> Path:
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"real territory {name} is not at hand")
    return folder


@pytest.fixture(scope="session")
def bondy_folder() -> Path:
    """Files of Bondy: real addresses and zones, simulated households."""
    return _shared("bondy")


@pytest.fixture(scope="session")
def narbonne_folder() -> Path:
    """Files of Narbonne: real register, zones, no address base."""
    return _shared("narbonne")


BONDY = """
[territoire]
nom = "Bondy"
campagnes = [2020, 2022]
simule = "comptes de ménages, loyers et attributions tirés au sort."
publie_le = 2026-11-21
[sources.ops]
fichiers = ["{folder}/ops_2020_simule.csv", "{folder}/ops_2022_simule.csv"]
[sources.logements]
fichiers = ["{folder}/logements_2022_simule.csv.gz"]
[sources.adresses]
fichiers = ["{folder}/adresses-93010.csv"]
[sources.iris]
fichier = "{folder}/iris_2022.gpkg"
millesime = 2022
[sources.qpv]
fichier = "{folder}/qpv_2024.geojson"
generation = 2024
[sources.attributions]
fichiers = ["{folder}/attributions_2022_simule.csv"]
[regles.loyer_plai]
valeur = 5.10
unite = "€/m² SU"
source = "Dijon métropole, document cadre CIL-CIA, juin 2022, 2.1.6 (valeur de 2020, pour l'essai)"
"""

NARBONNE = """
[territoire]
nom = "Narbonne"
campagnes = [2020]
publie_le = 2026-11-21
[sources.rpls]
fichier = "{folder}/rpls_detail_11262.csv"
millesime = 2020
[sources.iris]
fichier = "{folder}/iris_2020_approx.gpkg"
millesime = 2020
[sources.qpv]
fichier = "{folder}/qpv_2024.geojson"
generation = 2024
"""


def _built(text: str, folder: Path, place: Path, *editions: str) -> Path:
    from atlas.pipeline import build

    place.mkdir(exist_ok=True)
    file = place / "territoire.toml"
    file.write_text(text.format(folder=folder.as_posix()), "utf-8")
    return build(file, place / "atlas", editions)


@pytest.fixture(scope="session")
def bondy_build(bondy_folder, built_once) -> Path:
    """Folder of a build of every kind of edition of Bondy."""
    return built_once("bondy", lambda place: _built(BONDY, bondy_folder, place, *EVERYONE, "bailleur-oph-de-bondy"))


@pytest.fixture(scope="session")
def narbonne_build(narbonne_folder, built_once) -> Path:
    """Folder of a whole build of Narbonne."""
    return built_once("narbonne", lambda place: _built(NARBONNE, narbonne_folder, place, *EVERYONE[:2]))
