"""A page read as a browser would: words, attributes, pictures, what its scripts carry, and what nobody sees.

Grain in: the text of an HTML page. Grain out: a :class:`Page`. An HTML5 parser does the reading (selectolax, over
Lexbor): what a browser would show is what is looked at, however it is written.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import unquote

from selectolax.lexbor import LexborHTMLParser, LexborNode

from atlas.audit.libraries import OWN, SCRIPTS, SHEETS

Attributes = dict[str, str]
_MARKS = ("data-unite", "data-id", "data-campagne", "data-indicateur", "data-colonne")
_BROUGHT = ("data-apport", "data-unite", "data-id", "data-indicateur", "data-colonne")
_HOMES = ("data-parc", "data-id", "data-caracteristique", "data-modalite", "data-colonne")
_KNOWN = frozenset(
    {
        *(*_MARKS, *_HOMES, "data-chiffre", "data-echelle", "data-dit", "data-legende", "data-effectif", "data-courbe"),
        *("data-part", "data-somme", "data-marque", "data-apport", "data-vise"),
        # What the map's own scripts look for in their page.
        *("data-filter", "data-count", "data-layer", "data-legend", "data-class", "data-swatch", "data-jour"),
    }
)
# Tags whose content stands in a line with the words around: « 3<b>7</b> % » is read 37 %.
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "code", "em", "i", "q", "s", "small", "span", "strong", "sub", "sup", "tspan", "u"}
)
_UNREAD = frozenset(
    {
        *("audio", "base", "canvas", "embed", "foreignobject", "frame", "iframe", "image", "img", "math", "meter"),
        *("object", "picture", "progress", "source", "template", "video"),
    }
)
_LIVING = frozenset({"animate", "animatemotion", "animatetransform", "script", "set", "style", "svg"})
_CLAIMS = frozenset({"data-unite", "data-parc", "data-part", "data-somme", "data-vise"})
_EVERY_WORD = "mots"  # of a table where words tell as much as numbers
_STYLE = re.compile(r"(max-width:[\d.]+px|--notices:\s*\d+)?")
_HIDDEN = re.compile(r"\s*(javascript:|data:(?!,$))", re.IGNORECASE)
_DATA, _CODE = "application/json", ("", "text/javascript", "module")
_PERCENT = str.maketrans({"٪": "%", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u00ad": "", "\u200b": ""})


@dataclass
class Picture:
    """A drawing: what its lengths tell (``dit``), its words, its shapes in order (tag, attributes, in a legend)."""

    tells: str
    labelled: bool
    words: str = ""
    shapes: list[tuple[str, Attributes, bool]] = field(default_factory=list)


@dataclass
class Page:
    """What a page tells.

    ``marks``: figures marked with what they claim to be (attributes, text); ``homes``: dwellings marked so;
    ``brought``: what an indicator brings to a reading, so too; ``parts``: shares of the units of a kind, ``sums``: what
    rows of a table add up to; ``aims``: what leads to a target; ``loose``: numbers, or words, of a table where every
    one is said to be marked, and that are not. ``words``: every text outside marks, pictures, scripts and styles;
    ``said``: values of attributes. ``data``: what scripts read, ``code``: scripts, ``styles``: style sheets.
    ``faults``: (what, example) of what no page of the atlas holds.
    """

    marks: list[tuple[str, ...]] = field(default_factory=list)
    homes: list[tuple[str, ...]] = field(default_factory=list)
    brought: list[tuple[str, ...]] = field(default_factory=list)
    parts: list[tuple[str, str]] = field(default_factory=list)
    sums: list[tuple[str, str]] = field(default_factory=list)
    aims: list[tuple[str, str]] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    words: str = ""
    said: list[str] = field(default_factory=list)
    data: list[dict[str, Any]] = field(default_factory=list)
    code: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    faults: list[tuple[str, str]] = field(default_factory=list)


@lru_cache(maxsize=4)
def read_page(text: str) -> Page:
    """Read a page.

    >>> page = read_page('<p title="12 %">3<b>7</b> % <i data-unite="iris" data-id="1" data-colonne="nb">3</i></p>')
    >>> page.words.split(), page.said, page.marks
    (['37', '%'], ['12 %'], [('iris', '1', '', '', 'nb', '3')])
    """
    root = LexborHTMLParser(text).root
    page = Page()
    if root is None:
        return page
    words: list[str] = []
    _walk(root, page, words)
    page.words = plain("".join(words))
    return page


def data_of(text: str) -> list[dict[str, Any]]:
    """Read the data of a page and nothing else of it: every page is read whole where its words are.

    >>> data_of('<p>12 %</p><script type="application/json">{"a": 1}</script><script src="x.js"></script>')
    [{'a': 1}]
    """
    page = Page()
    for script in LexborHTMLParser(text).css(f'script[type="{_DATA}"]'):
        _script(script.text() or "", _DATA, page)
    return page.data


def plain(text: str) -> str:
    """Write percentages and spaces one way, whatever signs they are written with.

    >>> plain("３７\\u202f％")
    '37 %'
    """
    return text if text.isascii() else unicodedata.normalize("NFKC", text.translate(_PERCENT)).translate(_PERCENT)


def _walk(node: LexborNode, page: Page, words: list[str]) -> None:
    """Read what a node holds; a child is read in its turn, but in what is read whole."""
    for child in node.iter(include_text=True):
        tag = child.tag
        if child.is_text_node:
            words.append(child.text(deep=False) or "")
            continue
        if not child.is_element_node:
            if tag != "!doctype" and child.is_comment_node:
                page.faults.append(("commentaire, que le lecteur ne voit pas", (child.comment_content or "").strip()))
            continue
        given = _attributes(child, page)
        if tag in _UNREAD:
            page.faults.append(("élément que l'audit ne sait pas relire", tag))
        elif tag == "script":
            _called(given.get("src"), SCRIPTS | OWN, page)
            _script(child.text() or "", given.get("type", ""), page)
        elif tag == "link" and given.get("rel") != "icon":
            _called(given.get("href"), SHEETS, page)
        elif tag == "style":
            page.styles.append(child.text() or "")
        elif tag == "svg":
            page.pictures.append(_picture(child, given, page))
            words.append(" ")
        elif "data-unite" in given or "data-parc" in given:
            names, found = _claimed(given, page)
            found.append((*(given.get(name, "") for name in names), child.text()))
            for inner in child.css("*"):
                _attributes(inner, page)
            words.append(" ")
        elif claimed := [name for name in ("data-part", "data-somme", "data-vise") if name in given]:
            name = claimed[0]
            held = {"data-part": page.parts, "data-somme": page.sums, "data-vise": page.aims}[name]
            held.append((given[name], child.text()))
            if any(not inner.is_text_node for inner in child.iter(include_text=True)):
                page.faults.append(("contenu caché dans une part", given[name]))
            words.append(" ")
        else:
            apart = "" if tag in _INLINE else "\n"
            words.append(apart)
            _walk(child, page, words)
            words.append(apart)
            if "data-marque" in given:
                holding = r"\S" if given["data-marque"] == _EVERY_WORD else r"\d"
                page.loose += [text for cell in child.css("td") for text in _unmarked(cell, holding)]


def _claimed(given: Attributes, page: Page) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Give the attributes by which an element says what it tells, and where such ones are kept."""
    if "data-apport" in given:
        return _BROUGHT, page.brought
    return (_MARKS, page.marks) if "data-unite" in given else (_HOMES, page.homes)


def _unmarked(node: LexborNode, holding: str) -> Iterator[str]:
    """Give the texts of a cell that hold such a sign and that nothing marks."""
    for child in node.iter(include_text=True):
        if child.is_text_node:
            text = plain(child.text(deep=False) or "")
            if re.search(holding, text):
                yield " ".join(text.split())
        elif child.is_element_node and not _CLAIMS & child.attributes.keys():
            yield from _unmarked(child, holding)


def _attributes(node: LexborNode, page: Page) -> Attributes:
    """Read attributes: those in which words may hide are kept to be searched."""
    given = {name: value or "" for name, value in node.attributes.items()}
    for pair in given.items():
        fault, said = _attribute(*pair)
        if fault:
            page.faults.append(fault)
        if said:
            page.said.append(said)
    return given


@lru_cache(maxsize=1 << 16)
def _attribute(name: str, value: str) -> tuple[tuple[str, str] | None, str]:
    """Give the fault of an attribute, and the words in it to be searched."""
    if name.startswith("data-") and name not in _KNOWN:
        return ("attribut que l'audit ne connaît pas", f"{name}={value}"), ""
    if name == "style" and not _STYLE.fullmatch(value.strip(" ;")):
        return ("style écrit dans un élément", value), ""
    if name.startswith("on") or _HIDDEN.match(value):
        return ("contenu caché dans un attribut", f"{name}={value[:60]}"), ""
    if ("%" in value or not value.isascii()) and (name, value) != ("width", "100%"):
        return None, plain(unquote(value) if name.endswith("href") else value)
    return None, ""


def _script(text: str, kind: str, page: Page) -> None:
    if kind == _DATA:
        try:
            content = json.loads(text)
        except ValueError:
            content = None
        if isinstance(content, dict):
            page.data.append(content)
        else:
            page.faults.append(("données d'une page que l'audit ne sait pas relire", text[:60]))
    elif kind in _CODE:
        page.code.append(text)
    else:
        page.faults.append(("script d'une nature que l'audit ne sait pas relire", kind))


def _called(address: str | None, known: frozenset[str], page: Page) -> None:
    """Refuse a page that runs or wears anything else than the libraries beside it."""
    if address is not None and address not in known:
        page.faults.append(("page qui appelle un fichier que l'audit ne connaît pas", address))


def _picture(svg: LexborNode, given: Attributes, page: Page) -> Picture:
    picture = Picture(given.get("data-dit", ""), given.get("role") == "img")
    words: list[str] = []
    for tag, attributes, legend in _drawn(svg, page, words, legend=False):
        picture.shapes.append((tag, attributes, legend))
    picture.words = plain("".join(words))
    return picture


def _drawn(node: LexborNode, page: Page, words: list[str], *, legend: bool) -> Iterator[tuple[str, Attributes, bool]]:
    """List the elements of a picture; what ``defs`` hold is drawn where it is used."""
    for child in node.iter(include_text=True):
        if child.is_text_node:
            words.append(child.text(deep=False) or "")
        elif child.is_comment_node:
            page.faults.append(("commentaire, que le lecteur ne voit pas", (child.comment_content or "").strip()))
        elif child.is_element_node:
            tag = (child.tag or "").lower()
            given = _attributes(child, page)
            if tag in _UNREAD | _LIVING:
                page.faults.append(("élément que l'audit ne sait pas relire", tag))
            apart = "" if tag in _INLINE else "\n"
            words.append(apart)
            yield tag, given, legend
            yield from _drawn(child, page, words, legend=legend or "data-legende" in given or tag == "defs")
            words.append(apart)
