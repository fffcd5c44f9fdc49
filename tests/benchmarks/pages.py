"""Speed of the atlas's page: time to write it, its size, and the time until its symbols are seen in Chromium.

Run by hand: ``python -m tests.benchmarks.pages [numbers of residences]``. A page counts as shown when its map has
symbols on the canvas or counts over it, not when the load event fires. Prints one JSON line per size.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path

from atlas.publish.book import Book
from atlas.publish.index import write_index
from tests.edition_factory import CAMPAIGNS, make_edition

SIZES = (1_500, 20_000)
_SEEN = """() => document.querySelector('.leaflet-marker-pane .many') !== null
  || [...document.querySelectorAll('.folium-map canvas')].some((canvas) => {
    const d = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    for (let i = 0; i < d.length; i += 4) {
      if (Math.abs(d[i] - 0x93) + Math.abs(d[i + 1] - 0x13) + Math.abs(d[i + 2] - 0x2b) < 9) return true;
    }
    return false;
  })"""
_TIMED = """(change) => { const start = performance.now(); Object.assign(Atlas.state, change); Atlas.refresh();
  return Math.round(performance.now() - start); }"""


def measure(residences: int, browser, folder: Path) -> dict[str, float]:
    """Write and open one page of this many residences and a tenth as many IRIS."""
    edition = make_edition(residences=residences, iris=residences // 10, vertices=200 if residences < 5_000 else 60)
    start = time.perf_counter()
    index = write_index(Book.of(edition), folder)[0]
    written = time.perf_counter() - start
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    start = time.perf_counter()
    page.goto(index.as_uri())
    page.wait_for_selector("html[data-pret]", state="attached")
    page.wait_for_function(_SEEN)
    seen = time.perf_counter() - start
    result = {
        "residences": residences,
        "write_s": round(written, 2),
        "size_MB": round(index.stat().st_size / 1e6, 2),
        "seen_s": round(seen, 2),
        "search_ms": page.evaluate(_TIMED, {"recherche": "vauban"}),
        "clear_ms": page.evaluate(_TIMED, {"recherche": ""}),
        "campaign_ms": page.evaluate(_TIMED, {"campagne": CAMPAIGNS[0]}),
        "theme_ms": page.evaluate(_TIMED, {"residences": "residences_inf40", "secteurs": "iris_inf40"}),
    }
    page.close()
    return result


def main() -> None:
    """Measure each size in one Chromium."""
    from playwright.sync_api import sync_playwright

    path = next(found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name)))
    sizes = [int(text) for text in sys.argv[1:]] or SIZES
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=path, args=["--headless", "--no-sandbox", "--disable-gpu"])
        for size in sizes:
            print(json.dumps(measure(size, browser, Path(folder))), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
