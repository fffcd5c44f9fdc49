"""The portal as a browser shows it from a plain web server: with or without parts of files, wide, narrow, hostile."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import axe_playwright_python
import pytest

from atlas.publish.book import Book
from atlas.publish.formats import write_formats
from tests.edition_factory import make_edition

READY = """document.body.classList.contains('prete') && atlasPortail.map.loaded()
           && atlasPortail.map.areTilesLoaded()"""
DRAWN = """new Set(atlasPortail.map.queryRenderedFeatures().filter((one) => one.source === '{}')
           .map((one) => one.properties.id)).size"""


class Plain(SimpleHTTPRequestHandler):
    """A server that gives whole files only, as Python's own."""

    def log_message(self, *words):
        pass

    def end_headers(self):
        self.server.asked.append((self.path, self.headers.get("Range")))
        super().end_headers()


class Parts(Plain):
    """A server that gives a part of a file, as Apache and nginx do."""

    def do_GET(self):
        span = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if span is None:
            return super().do_GET()
        content = Path(self.translate_path(self.path)).read_bytes()
        first, last = int(span[1]), min(int(span[2]), len(content) - 1)
        self.send_response(206)
        self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
        self.send_header("Content-Length", str(last - first + 1))
        self.end_headers()
        self.wfile.write(content[first : last + 1])
        return None


@contextmanager
def served(folder, handler):
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=folder))
    server.asked, server.daemon_threads = [], True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server, f"http://127.0.0.1:{server.server_port}/portail.html"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture(scope="module")
def edition():
    return make_edition(masked=True, hostile=True)


@pytest.fixture(scope="module")
def folder(edition, tmp_path_factory):
    place = tmp_path_factory.mktemp("portal")
    write_formats(Book.of(edition), place, ["pmtiles"])
    (place / "index.html").write_text("<!DOCTYPE html><title>Atlas</title>", "utf-8")
    return place


@pytest.fixture
def visit(browser):
    contexts = []

    def visited(address, width=1280, height=900, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, locale="fr-FR", **options)
        contexts.append(context)
        page, did = context.new_page(), {"errors": [], "requests": []}
        page.on("request", lambda request: did["requests"].append(request.url))
        page.on("pageerror", lambda error: did["errors"].append(str(error)))
        page.on("console", lambda told: did["errors"].append(told.text) if told.type == "error" else None)
        page.goto(address)
        for _ in range(200):
            if not address.startswith("http") or page.evaluate(READY):
                return page, did
            page.wait_for_timeout(50)
        pytest.fail(f"the map is never ready: {did['errors']} {page.locator('#message').inner_text()}")

    yield visited
    for context in contexts:
        context.close()


@pytest.mark.parametrize("handler", [Plain, Parts], ids=["whole files", "parts"])
def test_every_located_residence_is_drawn_from_any_server(visit, folder, edition, handler):
    with served(folder, handler) as (server, address):
        page, did = visit(address)
        located = edition.units["residences"].geometry.notna().sum()
        assert page.evaluate(DRAWN.format("residences")) == located
        assert did["errors"] == [] and page.locator("#message").inner_text() == ""
        assert all(one.startswith((address.rsplit("/", 1)[0], "blob:", "data:")) for one in did["requests"])
        spans = [span for path, span in server.asked if path.endswith("residences.pmtiles")]
        assert len(spans) == 1 if handler is Plain else len(spans) > 1
        assert not page.evaluate("window.attaque"), "names are shown, never run"


@pytest.mark.parametrize("width", [1280, 390])
def test_it_is_accessible_and_holds_its_width(visit, folder, width):
    checker = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
    with served(folder, Parts) as (_, address):
        page, _ = visit(address, width=width, bypass_csp=True)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        page.evaluate(checker)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        assert [f"{one['id']}: {node['html'][:160]}" for one in found for node in one["nodes"]] == []


def test_a_click_says_what_is_published_and_nothing_else(visit, folder, edition):
    table = edition.units["residences"].set_index("id")
    with served(folder, Parts) as (_, address):
        page, _ = visit(address)
        for masked in (True, False):
            wanted = table["st_inf40"].eq("secret") if masked else table["niveau"].eq("très fragile")
            rows = table[table.geometry.notna() & wanted]
            row = rows.iloc[0]
            point = rows.geometry.to_crs(4326).iloc[0]
            page.evaluate(f"atlasPortail.map.jumpTo({{center: [{point.x}, {point.y}], zoom: 17}})")
            page.wait_for_timeout(300)
            box = page.locator("#carte").bounding_box()
            page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            page.wait_for_selector("#choisi:not([hidden])")
            assert page.locator("#t-choisi").text_content() == row["nom"]
            titles, values = (page.locator(f"#dit {tag}").all_text_contents() for tag in ("dt", "dd"))
            told = dict(zip(titles, values, strict=True))["Ménages sous 40 % du plafond PLUS"]
            assert told == row["lb_inf40"] and (told == "secret") == masked
            page.keyboard.press("Escape")
            assert not page.locator("#choisi").is_visible()


def test_layers_are_chosen_one_at_a_time_and_their_legend_follows(visit, folder):
    with served(folder, Parts) as (_, address):
        page, _ = visit(address)
        legend = page.locator("[data-legend]:visible h3")
        before = legend.all_inner_texts()
        page.select_option("#groupe-residences", "residences_inf40")
        page.wait_for_timeout(200)
        after = legend.all_inner_texts()
        assert after != before and "Ménages sous 40" in after[0]
        assert page.evaluate("atlasPortail.map.getLayoutProperty('residences_inf40/0', 'visibility')") == "visible"
        assert page.evaluate("atlasPortail.map.getLayoutProperty('residences_niveau/0', 'visibility')") == "none"
        page.select_option("#groupe-residences", "")
        page.wait_for_timeout(200)
        assert page.evaluate(DRAWN.format("residences")) == 0
        page.select_option("#groupe-secteurs", "iris_inf40")
        page.wait_for_timeout(300)
        assert page.evaluate(DRAWN.format("iris")) > 0


def test_from_a_folder_it_says_what_to_open(visit, folder):
    page, did = visit((folder / "portail.html").as_uri())
    assert "index.html" in page.locator("#message").inner_text()
    assert not [one for one in did["requests"] if one.startswith("http")]


def test_the_background_is_asked_for_only_when_it_is_ticked(visit, folder):
    with served(folder, Parts) as (_, address):
        page, did = visit(address)
        page.check("#fond")
        page.wait_for_timeout(300)
        away = [one for one in did["requests"] if "geopf.fr" in one]
        assert away and "PLANIGNV2" in away[0]
        page.uncheck("#fond")
