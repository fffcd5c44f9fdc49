"""Typesetting: content to PDF, without a browser, with fonts of its own.

Grain in: plain data for one document. Grain out: one PDF file. The template reads the data as a file beside it: no text
is ever markup. The same data make the same bytes on any machine: system fonts are ignored and the only date is given.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import date
from importlib import metadata
from multiprocessing import get_context
from pathlib import Path

from atlas.compose import Job, compose

__all__ = ["TEMPLATES", "Job", "typesetting"]

TEMPLATES = Path(__file__).parent / "templates"
_FONTS, _FACES = "font-source-sans-pro", re.compile(r"SourceSansPro-(Regular|It|Semibold|Bold)\.otf")
_WORTH_PROCESSES = 200_000  # characters of content that take about as long to set as a process takes to start


@contextmanager
def typesetting(jobs: Sequence[Job], day: date) -> Iterator[list[Path]]:
    """Write documents while the block runs, the longest first, where there are processors and it is worth it.

    Parameters
    ----------
    day : date
        Written as the day of creation.

    Yields
    ------
    list of Path
        The files, in the order of ``jobs``; all are written when the block ends.

    Raises
    ------
    AtlasError
        ``CAHIER-COMPOSITION`` when a template does not compile.
    """
    ordered = sorted(jobs, key=lambda job: -len(job.content))
    worth = sum(len(job.content) for job in jobs) // _WORTH_PROCESSES
    processes = min(len(os.sched_getaffinity(0)), len(jobs), worth)
    with ExitStack() as stack:
        fonts = _fonts(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        if processes > 1:
            pool = stack.enter_context(ProcessPoolExecutor(processes, mp_context=get_context("spawn")))
            stack.callback(pool.shutdown, wait=True, cancel_futures=True)
            started = [pool.submit(compose, job, TEMPLATES, fonts, day) for job in ordered]
            yield [job.path for job in jobs]
            for one in started:
                one.result()
        else:
            for job in ordered:
                compose(job, TEMPLATES, fonts, day)
            yield [job.path for job in jobs]


def _fonts(folder: Path) -> Path:
    """Copy the faces in use: their package holds each in two formats, of which one must be chosen."""
    for file in metadata.distribution(_FONTS).files or ():
        if _FACES.fullmatch(file.name):
            shutil.copy(str(file.locate()), folder / file.name)
    return folder
