"""Writing beside and swapping at the end: stopped at any instant, a build leaves the previous output whole."""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from atlas.errors import AtlasError, Fault

MARK = "bilan.json"  # what says that a folder was written by a build
EVIDENCE = "atomes.parquet"  # what a build published from: the audit and later builds read it; for the builder only
FORMATS = ("geoparquet", "flatgeobuf", "geojson", "sld", "pmtiles")  # further forms of an edition, on demand
BOOKLETS = "cahiers_residences"  # the rule above which an edition has no booklet
COMMUNE_BOOKLETS = "cahiers_communes"  # the rule above which only its quarters have one
ATLAS_PAGE = "page_residences"  # the rule above which the atlas is one page per département


def refused_list(output: Path) -> Path:
    """Name the file, beside an output, of what its audit refused."""
    return output.with_name(f"{output.name}-refus.json")


@contextmanager
def staged(output: Path) -> Iterator[Path]:
    """Yield a fresh folder beside ``output`` that takes its place only when the block ends without an error.

    Raises
    ------
    AtlasError
        ``SORTIE-OCCUPEE`` when ``output`` exists and was not written by the atlas: it would be erased.
    """
    output = output.resolve()  # through a link, so that the swap is where the files are
    _recover(output)
    if output.exists() and not (output / MARK).is_file() and (not output.is_dir() or any(output.iterdir())):
        raise AtlasError(
            [
                Fault(
                    "SORTIE-OCCUPEE",
                    f"{output.name} existe et n'est pas une sortie de l'atlas.",
                    "un dossier absent, vide, ou écrit par une construction précédente",
                    "choisir un autre dossier avec --sortie",
                )
            ]
        )
    output.parent.mkdir(parents=True, exist_ok=True)
    fresh = output.parent / f".{output.name}.en-cours-{os.getpid()}"
    fresh.mkdir()
    try:
        yield fresh
        _swap(fresh, output)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _previous(output: Path) -> Path:
    return output.parent / f".{output.name}.precedent"


def _swap(fresh: Path, output: Path) -> None:
    """Put ``fresh`` in the place of ``output``: in one step where the system can, else in two, repaired later."""
    try:
        fresh.rename(output)  # nothing there, or an empty folder
    except OSError:
        if not _exchanged(fresh, output):
            _replaced(fresh, output)


def _replaced(fresh: Path, output: Path) -> None:
    output.rename(_previous(output))
    try:
        fresh.rename(output)
    except OSError:
        _previous(output).rename(output)
        raise
    shutil.rmtree(_previous(output), ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders atomically (Linux renameat2); False where the system or the disk cannot."""
    if sys.platform != "linux":
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    return rename is not None and rename(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0


def _recover(output: Path) -> None:
    """Repair what a build killed in mid-swap left, and clear the unfinished folders of dead builds."""
    previous = _previous(output)
    if previous.exists():
        if output.exists():
            shutil.rmtree(previous, ignore_errors=True)
        else:
            previous.rename(output)
    for unfinished in output.parent.glob(f".{output.name}.en-cours-*"):
        process = unfinished.name.rsplit("-", 1)[1]
        # Our own number is that of a dead build too: a container gives every build the same one.
        if process.isdecimal() and (int(process) == os.getpid() or not _alive(int(process))):
            shutil.rmtree(unfinished, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
