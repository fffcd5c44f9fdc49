"""Speed of the sheets: writing the page of every residence, against a plain reading of the same pages.

Run by hand: ``python -m tests.benchmarks.sheets [numbers of residences]``. Ratios are of processor seconds of one run.
Prints one JSON line per size; 1,500 pages must be written in under ten seconds.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from html.parser import HTMLParser
from pathlib import Path

from atlas.publish.book import Book
from atlas.publish.sheets.pages import write_sheets
from tests.edition_factory import make_edition

SIZES = (150, 1_500)


def measure(residences: int, folder: Path) -> dict[str, float]:
    """Write the sheets of an unmasked edition, then read them tag by tag."""
    edition = make_edition(residences=residences, iris=max(residences // 10, 9), masked=False)
    start, worked = time.perf_counter(), time.process_time()
    paths = write_sheets(Book.of(edition), folder)
    wall, writing = time.perf_counter() - start, time.process_time() - worked
    worked = time.process_time()
    for path in paths:
        HTMLParser().feed(path.read_text("utf-8"))
    reading = time.process_time() - worked
    sizes = sorted(path.stat().st_size for path in paths)
    return {
        "residences": residences,
        "write_s": round(wall, 1),
        "ms_by_sheet": round(1000 * writing / residences, 1),
        "against_reading": round(writing / reading, 2),
        "median_kB": round(sizes[len(sizes) // 2] / 1000),
        "largest_kB": round(sizes[-1] / 1000),
    }


def main() -> None:
    """Measure each size."""
    for size in [int(text) for text in sys.argv[1:]] or SIZES:
        with tempfile.TemporaryDirectory() as folder:
            print(json.dumps(measure(size, Path(folder))), flush=True)


if __name__ == "__main__":
    main()
