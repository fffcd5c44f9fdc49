"""Speed of the booklets: setting the sheets of a territory against as many pages of plain text, and reading them back.

Run by hand: ``python -m tests.benchmarks.booklets [numbers of residences]``. Ratios are of processor seconds of one
run, workers included. Prints one JSON line per size; above 300 residences, sheets are those of
quarters: a rule leaves the booklets of communes out.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from atlas.audit.documents import read_document
from atlas.edition import Edition
from atlas.publish.book import Book
from atlas.publish.booklets import binding
from atlas.publish.typesetting import Job, typesetting
from tests.edition_factory import make_edition

SIZES = (150, 1_500)
_BARE = '#let one = json("donnees.json")\n#for page in range(one.pages) { [#page #lorem(300)]; pagebreak() }\n'


def timed(work: Callable[[], Any]) -> tuple[Any, float, float]:
    """Run something: its result, its seconds, and its processor seconds with those of its workers."""
    start, worked = time.perf_counter(), _processor()
    result = work()
    return result, time.perf_counter() - start, _processor() - worked


def measure(residences: int, folder: Path) -> dict[str, float]:
    """Set the booklets of an unmasked edition, read them back, and set as many pages of plain text."""
    edition = make_edition(residences=residences, iris=residences // 10, masked=False)
    paths, wall, setting = timed(lambda: _bound(edition, folder))
    documents, _, reading = timed(lambda: [read_document(path) for path in paths])
    pages = sum(len(document.pages) for document in documents)
    (folder / "bare.typ").write_text(_BARE, "utf-8")
    job = Job(folder / "bare.pdf", str(folder / "bare.typ"), json.dumps({"pages": pages}))
    _, _, plain = timed(lambda: _set(job))
    sheets = sum("Identifiant" in text for document in documents for text in document.pages)
    return {
        "residences": residences,
        "sheets": sheets,
        "pages": pages,
        "MB": round(sum(path.stat().st_size for path in paths) / 1e6, 1),
        "set_s": round(wall, 1),
        "set_processor_s": round(setting, 1),
        "ms_by_sheet": round(1000 * setting / sheets, 1),
        "against_plain_pages": round(setting / plain, 1),
        "audit_against_setting": round(reading / setting, 2),
    }


def _bound(edition: Edition, folder: Path) -> list[Path]:
    with binding(Book.of(edition), folder) as names:
        return [folder / name for volumes in names.values() for name in volumes]


def _set(job: Job) -> None:
    with typesetting([job], date(2024, 1, 1)):
        pass


def _processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    """Measure each size."""
    for size in [int(text) for text in sys.argv[1:]] or SIZES:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(measure(size, Path(folder))), flush=True)


if __name__ == "__main__":
    main()
