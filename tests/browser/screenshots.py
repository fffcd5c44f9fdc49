"""Pictures of every kind of page of an atlas, to be looked at: on a screen, on a phone, on paper.

``python tests/browser/screenshots.py ATLAS PICTURES`` reads the folder of a build and writes, for each edition and kind
of page, ``<edition>-<kind>-1280.png``, ``-390.png`` and ``-papier-1.png``…; ``apercu.png`` is the README's.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update")
WIDTHS = {1280: 900, 390: 844}
PAPER = 4  # pages of paper looked at, at most
SCALE = 1.5  # pixels per point of paper
# Opens the largest count, then the card of the residence nearest to the middle that stands alone.
_QUARTER = """() => {
  Atlas.choose(Atlas.marks.reduce((one, other) => (other.rows.length > one.rows.length ? other : one)));
  const from = Atlas.map.getCenter(), alone = Atlas.marks.filter(({rows}) => rows.length === 1);
  Atlas.choose(alone.reduce((one, other) => (from.distanceTo(other.place) < from.distanceTo(one.place) ? other : one)));
}"""


def pages_of(edition: Path) -> Iterator[tuple[str, Path]]:
    """Find one page of each kind: of residences, one whose figures can be read and one that is secret."""
    for name in ("index", "tableau-de-bord", "methode", "aide-qgis", "quartiers/index"):
        path = edition / f"{name}.html"
        if path.exists():
            yield name.replace("/", "-"), path
    zones = sorted(path for path in (edition / "quartiers").glob("*.html") if path.stem != "index")
    for kind, found in (
        ("quartier", [path for path in zones if not path.stem.startswith("commune-")]),
        ("commune", [path for path in zones if path.stem.startswith("commune-")]),
    ):
        yield from ((kind, path) for path in found[:1])
    sheets = sorted((edition / "residences").glob("*.html"))
    secret = [path for path in sheets if ">secret<" in path.read_text("utf-8")]
    clear = [path for path in sheets if ">secret<" not in path.read_text("utf-8")]
    # The longest pages: those with the most to show.
    yield from (("residence", max(clear, key=_size)),) if clear else ()
    yield from (("residence-secrete", max(secret, key=_size)),) if secret else ()


def shoot(browser: Browser, path: Path, target: Path, name: str) -> None:
    """Take one page at every width, then on A4 paper."""
    for width, height in WIDTHS.items():
        page = browser.new_page(viewport={"width": width, "height": height}, locale="fr-FR")
        page.goto(path.as_uri())
        if (page.query_selector("#donnees")) is not None:
            page.wait_for_selector("html[data-pret]", state="attached")
        page.screenshot(path=target / f"{name}-{width}.png", full_page=True)
        if width == max(WIDTHS):
            with tempfile.TemporaryDirectory() as folder:
                printed = Path(folder) / "page.pdf"
                page.pdf(path=printed, format="A4", prefer_css_page_size=True)
                draw(printed, target, name)
        page.close()


def draw(document: Path, target: Path, name: str) -> None:
    """Draw the first pages of a PDF."""
    with pypdfium2.PdfDocument(document) as pages:
        for number in range(min(len(pages), PAPER)):
            pages[number].render(scale=SCALE).to_pil().save(target / f"{name}-papier-{number + 1}.png")


def take(atlas: Path, target: Path) -> list[Path]:
    """Take every picture of a build, and list them."""
    target.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        path = next(found for name in NAMES if (found := shutil.which(name)))
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        for edition in sorted(folder for folder in atlas.iterdir() if (folder / "manifeste.json").exists()):
            for kind, page in pages_of(edition):
                shoot(browser, page, target, f"{edition.name}-{kind}")
            for booklet in sorted((edition / "cahiers").glob("*.pdf"))[:1]:
                draw(booklet, target, f"{edition.name}-cahier")
        shoot(browser, atlas / "bilan.html", target, "bilan")
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="fr-FR")
        page.goto((atlas / "interne" / "index.html").as_uri())
        page.wait_for_selector("html[data-pret]", state="attached")
        page.evaluate(_QUARTER)
        page.screenshot(path=target / "apercu.png")
        browser.close()
    return sorted(target.glob("*.png"))


def _size(path: Path) -> int:
    return path.stat().st_size


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage : python tests/browser/screenshots.py ATLAS IMAGES")
    print(*take(Path(sys.argv[1]), Path(sys.argv[2])), sep="\n")
