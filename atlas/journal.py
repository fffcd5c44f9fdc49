"""The journal of a build, for whoever runs it: what each step took of time, of processor and of memory.

It is written again as each step begins, whole or not at all: a build that is refused, stopped or killed leaves how far
it went. It tells of the machine that built: no edition may hold it, and an output is replaced whole.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from atlas import __version__
from atlas.errors import AtlasError, Faults
from atlas.output import MARK, refused_list
from atlas.territory import name_of

RUNNING, BUILT, REFUSED, STOPPED = "en cours", "construit", "refusé", "interrompu"
PREPARING = "préparation"
_EDITION = "manifeste.json"  # what says that a folder is an edition
_STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Usage:
    """What a process has used so far: seconds, processor seconds (its own, of ended children), peak memory in MB."""

    wall: float
    own: float
    children: float
    peak: float

    @staticmethod
    def now() -> Usage:
        """Read the counters of this process."""
        spent = os.times()
        own, children = spent.user + spent.system, spent.children_user + spent.children_system
        return Usage(perf_counter(), own, children, _peak_memory())

    def since(self, start: Usage) -> dict[str, float]:
        """Say what was used since a moment, by French key; the peak is that of the process so far."""
        return {
            "secondes": round(self.wall - start.wall, 3),
            "secondes_processeur": round(self.own - start.own, 2),
            "secondes_processeur_enfants": round(self.children - start.children, 2),
            "memoire_max_mo": round(self.peak, 1),
        }


@contextmanager
def journal(
    path: Path | None, output: Path, territory: Path, editions: Sequence[str]
) -> Iterator[Callable[[str], None]]:
    """Keep the journal of the build that runs in the block: what is given is told each step as it begins.

    Parameters
    ----------
    path : Path or None
        The JSON file to write; without one, nothing is.
    output, territory, editions
        As :func:`atlas.pipeline.build` takes them.

    Raises
    ------
    AtlasError
        ``JOURNAL-SORTIE`` when the file would be in an output or in an edition; ``JOURNAL-OCCUPE`` when something else
        than a journal has its name, or no folder could hold it.
    OSError
        When the file cannot be written, before anything is built.
    """
    if path is None:
        yield lambda step: None
        return
    kept = _Journal(_allowed(path, output), territory, editions)
    kept.write()
    try:
        yield kept
        kept.end(BUILT)
    except AtlasError as error:
        kept.end(REFUSED, dict.fromkeys(fault.code for fault in error.faults))
        raise
    except BaseException:
        kept.end(STOPPED)
        raise


class _Journal:
    """The steps of one build, written at each."""

    def __init__(self, path: Path, territory: Path, editions: Sequence[str]) -> None:
        self._path, self._began = path, Usage.now()
        self._step, self._since = PREPARING, self._began
        self._steps: list[dict[str, Any]] = []
        self._head = {
            "version": __version__,
            "territoire": name_of(territory),
            "fichier": territory.name,
            "editions": list(editions),
            "date": datetime.now().astimezone().isoformat(timespec="seconds"),
        }

    def __call__(self, step: str) -> None:
        """Begin a step, ending the one before."""
        now = Usage.now()
        self._steps.append(self._measured(now))
        self._step, self._since = step, now
        with suppress(OSError):  # a build of hours is not lost for a line that tells its hour
            self.write()

    def end(self, state: str, codes: Iterable[str] = ()) -> None:
        """Write the last step, and how the build ended."""
        try:
            self.write(state, codes)
        except OSError as error:  # the build has ended as it has: it is not its journal that says otherwise
            print(f"Le journal s'arrête avant la fin : {error}.", file=sys.stderr)

    def write(self, state: str = RUNNING, codes: Iterable[str] = ()) -> None:
        """Write the journal beside and swap: whoever reads it finds the former one or this one, whole."""
        now = Usage.now()
        content = {
            **self._head,
            "etat": state,
            "defauts": list(codes),
            "etapes": [*self._steps, self._measured(now)],
            "totaux": now.since(self._began),
        }
        beside = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        try:
            beside.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
            beside.replace(self._path)
        finally:
            beside.unlink(missing_ok=True)

    def _measured(self, now: Usage) -> dict[str, Any]:
        return {"etape": self._step, **now.since(self._since)}


def _allowed(path: Path, output: Path) -> Path:
    """Give the file itself, through links; refuse one that would be handed over, erased, or erase something else."""
    path, output = path.resolve(), output.resolve()
    faults = Faults()
    above = path.parents
    if output in (path, *above) or any((folder / mark).is_file() for folder in above for mark in (MARK, _EDITION)):
        faults.add(
            "JOURNAL-SORTIE",
            f"Le journal {path.name} irait dans le dossier d'une sortie ou d'une édition.",
            "un fichier hors de toute sortie : elle est remplacée en entier, et une édition est remise telle quelle",
            "choisir un autre dossier avec --journal",
        )
    elif not path.parent.is_dir() or (path.exists() and not _is_journal(path)) or path == refused_list(output):
        faults.add(
            "JOURNAL-OCCUPE",
            f"Le journal {path.name} ne peut pas être écrit là : le nom est pris, ou son dossier n'existe pas.",
            "un fichier nouveau, ou le journal d'une construction précédente, dans un dossier qui existe",
            "choisir un autre fichier avec --journal",
        )
    faults.raise_if_any()
    return path


def _is_journal(path: Path) -> bool:
    try:
        return {"etat", "etapes", "totaux"} <= set(json.loads(path.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return False


def _peak_memory() -> float:
    """Peak resident memory of this process in MB."""
    with suppress(OSError, LookupError, ValueError):
        # Elsewhere Linux gives a process, as its peak, that of the one that started it.
        line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    import resource  # not there on every system

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
