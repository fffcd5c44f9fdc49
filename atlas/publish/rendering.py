"""Rendering: French pages from templates, self-contained and closed to anything remote.

In: a template's name and its context, all text escaped. Out: one HTML text. Nothing remote can be fetched by a page:
:func:`gate` refuses any remote ``src``, ``href`` or CSS address, and the page carries a content security policy
that lets only its own scripts run.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from atlas.errors import Faults, excerpt
from atlas.writing import long_date, quantity, typeset, whole

if TYPE_CHECKING:
    import jinja2

TEMPLATES = Path(__file__).parent / "templates"
TILES_HOST = "https://data.geopf.fr"

_CARRIERS = frozenset({"src", "href", "srcset", "data", "poster", "action", "formaction", "xlink:href", "background"})
# Any scheme but data:, or an address that starts with two slashes (browsers read a backslash as one).
_REMOTE = re.compile(r"^\s*(?:(?!data:)[a-z][a-z0-9+.-]*:|[/\\]{2})", re.IGNORECASE)
# Tags written in full, whose attributes carry no address: they are nine out of ten, and need no closer reading.
_HARMLESS = re.compile(
    r"</?(?!style|script)[a-z][a-z0-9]*(?:\s+(?!(?:style|"
    + "|".join(sorted(_CARRIERS))
    + r")(?![a-z0-9-]))[a-z][a-z0-9-]*(?:=\"[^\"'<>=]*\")?)*\s*/?>",
    re.IGNORECASE,
)
_REMOTE_CSS = re.compile(r"(?:url\(|@import)\s*['\"]?\s*(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)


@dataclass(frozen=True)
class Page:
    """What the base template says on every page.

    ``links`` are the other pages (address, label), ``here`` this one, ``root`` leads back to the edition's
    folder (``"../"`` from inside a sub-folder). ``scripts`` are texts run in order after ``data`` is in the page,
    ``beside`` the address of one that is a file of the edition. ``policy`` is a content security policy of its own,
    which names the digests of its scripts ``{scripts}``.
    """

    title: str
    heading: str
    subtitle: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    here: str = ""
    root: str = ""
    scripts: tuple[str, ...] = field(default=(), repr=False)
    beside: str = ""
    data: Any = field(default=None, repr=False)
    tiles: bool = False
    policy: str = ""


def render(template: str, *, page: Page, **context: Any) -> str:
    """Render a page that extends ``_page.html.j2`` and pass it through :func:`gate`.

    Parameters
    ----------
    template : str
        File name in ``templates/``.
    page : Page
        Title, notices, scripts: what the base template needs.
    **context
        Whatever the template itself reads; every text is escaped.

    Raises
    ------
    AtlasError
        ``PAGE-DISTANTE`` when the page would fetch something remote.
    """
    scripts = [inline_script(script) for script in page.scripts]
    html = (
        _environment()
        .get_template(template)
        .render(page=page, scripts=scripts, policy=_policy(scripts, page), **context)
    )
    gate(html, template)
    return html


def asset(name: str) -> str:
    """Read a text file of ``templates/``."""
    return (TEMPLATES / name).read_text("utf-8")


def inline_script(text: str) -> Markup:
    """Make a script safe to print between script tags: nothing inside can close them.

    >>> inline_script("a = '</script>'")
    Markup("a = '<\\\\/script>'")
    """
    return Markup(re.sub(r"<(/script|!--)", r"<\\\1", text, flags=re.IGNORECASE))


def json_text(value: Any) -> Markup:
    """Write data for a JSON script element: compact, and without a character that HTML could read.

    >>> json_text({"nom": "</script>"})
    Markup('{"nom":"\\\\u003c/script\\\\u003e"}')
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.translate({ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}))


def gate(html: str, name: str) -> None:
    """Refuse a page that would fetch, or lead to, anything remote.

    Raises
    ------
    AtlasError
        ``PAGE-DISTANTE``, once for each kind of element.

    Examples
    --------
    >>> gate('<script>a = "<a href=https://example.org>"</script>', "page.html")
    >>> gate('<p id="a"><b class="c"><use href="https://example.org/a.svg"/></b></p>', "page.html")
    Traceback (most recent call last):
    atlas.errors.AtlasError: ...
    """
    reader = _Reader()
    reader.feed(_HARMLESS.sub("", html))
    reader.close()
    faults = Faults()
    if reader.remote:
        faults.add(
            "PAGE-DISTANTE",
            f"La page {name} appelle une adresse distante : {excerpt(reader.remote)}.",
            "une page qui s'ouvre sans réseau, toutes ressources incluses",
            "inclure la ressource dans la page",
        )
    faults.raise_if_any()


class _Reader(HTMLParser):
    """Collects what a page would fetch; the text of scripts is not HTML and is not read as such."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.remote: list[str] = []
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._style = tag == "style"
        for attribute, value in attrs:
            if not value:
                continue
            parts = value.split(",") if attribute == "srcset" else [value]
            if attribute in _CARRIERS and any(_REMOTE.match(part) for part in parts):
                self.remote.append(f"<{tag} {attribute}={value[:80]}>")
            if attribute == "style" and _REMOTE_CSS.search(value):
                self.remote.append(f"<{tag} style={value[:80]}>")

    def handle_endtag(self, tag: str) -> None:
        self._style = self._style and tag != "style"

    def handle_data(self, data: str) -> None:
        if self._style and _REMOTE_CSS.search(data):
            self.remote.append("<style>")


def _policy(scripts: list[Markup], page: Page) -> str:
    """Let the page run its own scripts, known by their digest, and fetch nothing but the optional background tiles.

    And a script of the same folder where it asks for one; a browser checks no digest of a file opened from a disk.
    """
    digests = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts
    )
    if page.policy:
        return page.policy.replace("{scripts}", digests)
    digests = f"{digests} 'self' file:".strip() if page.beside else digests
    images = f"data: {TILES_HOST}" if page.tiles else "data:"
    return (
        f"default-src 'none'; script-src {digests or chr(39) + 'none' + chr(39)}; style-src 'unsafe-inline'; "
        f"img-src {images}; base-uri 'none'; form-action 'none'"
    )


@lru_cache(maxsize=1)
def _environment() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        whole=whole, quantity=quantity, long_date=long_date, typeset=typeset, json_text=json_text
    )
    environment.globals["asset"] = lambda name: Markup(asset(name))
    return environment
