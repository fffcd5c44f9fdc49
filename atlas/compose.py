"""Set one document, in this process or in one of its own: the little that such a process has to import.

A process that is started anew imports the module of its work and the packages above it: beside what publishes, that
would be every library of the house, for each process, to call one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from atlas.errors import AtlasError, Fault


@dataclass(frozen=True)
class Job:
    """One document: the file to write, its template (in the folder of templates), its data as JSON."""

    path: Path
    template: str
    content: str


def compose(job: Job, templates: Path, fonts: Path, day: date) -> None:
    """Compile one document with the fonts of a folder; in a process of its own, its memory goes with it.

    ``day`` is written as the day of creation.

    Raises
    ------
    AtlasError
        ``CAHIER-COMPOSITION`` when the template does not compile.
    """
    import typst

    # The library's types do not know that several files may be given.
    files: Any = {"main.typ": (templates / job.template).read_bytes(), "donnees.json": job.content.encode()}
    created = datetime(day.year, day.month, day.day, tzinfo=UTC)
    try:
        pdf = typst.compile(files, font_paths=[str(fonts)], ignore_system_fonts=True, timestamp=created)
    except typst.TypstError as error:
        raise AtlasError(
            [
                Fault(
                    "CAHIER-COMPOSITION",
                    f"Le cahier {job.path.name} ne se compose pas : {error.message}.",
                    f"un gabarit {job.template} qui accepte tout contenu",
                    "signaler ce défaut du programme",
                )
            ]
        ) from None
    job.path.write_bytes(pdf)
