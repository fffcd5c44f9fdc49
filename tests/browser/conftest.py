"""Real Chromium on files opened from disk; every request, console message and script error is recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from atlas.publish.book import Book
from atlas.publish.site import write_site
from tests.edition_factory import make_edition


@dataclass
class Recorded:
    """What a page did besides being shown."""

    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def remote(self) -> list[str]:
        """Requests to anything but the disk and the page itself."""
        return [url for url in self.requests if not url.startswith(("file:", "data:", "blob:", "about:"))]

    def quiet(self) -> bool:
        """No script error, no message worth reading."""
        return not self.errors and not self.console


@pytest.fixture
def open_page(browser) -> Iterator[Callable]:
    """Open a file: ``open_page(path, width=…, hash=…)`` gives the page and what it did."""
    contexts = []

    def opened(path: Path, width: int = 1280, height: int = 900, hash: str = "", **options):
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale="fr-FR", reduced_motion="reduce", **options
        )
        contexts.append(context)
        page, did = context.new_page(), Recorded()
        page.on("request", lambda request: did.requests.append(request.url))
        page.on("pageerror", lambda error: did.errors.append(str(error)))
        page.on(
            "console",
            lambda message: did.console.append(message.text) if message.type in {"error", "warning"} else None,
        )
        page.goto(path.as_uri() + hash)
        if path.name == "index.html" and path.parent.name != "quartiers":
            page.wait_for_selector("html[data-pret]", state="attached")
        return page, did

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page, index):
    """The partner edition's atlas, and what it did: ``page, did``."""
    return open_page(index)


def _written(folder: Path, **shape) -> Path:
    write_site(Book.of(make_edition(**shape)), folder)
    return folder / "index.html"


@pytest.fixture(scope="session")
def index(tmp_path_factory) -> Path:
    """A masked edition of 300 residences and 25 IRIS."""
    return _written(tmp_path_factory.mktemp("partenaire"), residences=300, iris=25)


@pytest.fixture(scope="session")
def hostile_index(tmp_path_factory) -> Path:
    """An open edition whose names try to run scripts and to break the layout."""
    return _written(tmp_path_factory.mktemp("interne"), residences=60, iris=9, masked=False, hostile=True)


@pytest.fixture
def axe(open_page) -> Callable:
    """List the accessibility violations of a page, ``axe(path)``; its own policy is lifted to run the checker."""
    import axe_playwright_python

    checker = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")

    def checked(path: Path, before: str = "", **options) -> list[str]:
        page, _ = open_page(path, bypass_csp=True, **options)
        if before:
            page.evaluate(before)
        page.evaluate(checker)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{violation['id']}: {node['html'][:160]}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]

    return checked
