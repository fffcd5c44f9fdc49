"""The booklets of an edition, read as their reader would: the text of every page, and the strings that no page shows.

Grain in: a PDF file and the edition as its GeoPackage tells it. Grain out: what is wrong, in French, with an example.
A percentage is explained by a label that the edition publishes of what the page is about: on the sheet of a residence,
its own, those of its commune and those of the wider units; elsewhere in a booklet, those of communes and wider units.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import pandas as pd

from atlas.audit.labels import rule_texts
from atlas.audit.read_back import Written
from atlas.tables import INDICATORS, PUBLISHED

SHEET = "Identifiant"
_RESIDENCES, _COMMUNES = "residences", "communes"
_WIDE = ("territoire", "situations", "quartiers")
_TOLD = (*_WIDE, _COMMUNES, _RESIDENCES)
_PERCENTAGE = re.compile(r"(?<![\d,])(\d{1,3}(?:,\d+)?)\s*%")
_NUMBER = re.compile(r"\d+(?:,\d+)?")
_STRING = re.compile(rb"<FEFF([0-9A-Fa-f]+)>|\(((?:\\.|[^()\\])*)\)", re.DOTALL)
_STREAM = re.compile(rb"\bstream\r?\n.*?\bendstream\b", re.DOTALL)
_FOLDS = 8  # lines over which an identifier may be folded
_HYPHENS = frozenset("-\u2010\u2011\ufffe")  # the last is what a PDF reader makes of a hyphen at the end of a line
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Cn"})
_AXIS = (10, 20, 30, 40, 50, 60, 80, 100)  # round ends of the scales of pictures
_ROOM = 2.5  # a scale of rates goes that far beyond the threshold that is drawn on it, or to 100 %


@dataclass(frozen=True, eq=False)
class Document:
    """What a PDF tells: the text of each page, the strings outside pages (bookmarks, descriptions of pictures)."""

    pages: tuple[str, ...]
    strings: tuple[str, ...]
    packed: bool
    attached: int


def read_document(path: Path) -> Document:
    """Read every text of a PDF.

    Notes
    -----
    PDF 32000-1:2008, 7.3.4 (strings) and 7.5.7 (object streams, which would pack strings away: they are said).
    """
    import pypdfium2

    raw = path.read_bytes()
    with pypdfium2.PdfDocument(raw) as document:
        pages = []
        for page in document:
            text = page.get_textpage()
            pages.append(text.get_text_range())
            text.close()
            page.close()
        attached = document.count_attachments()
    return Document(tuple(pages), tuple(_strings(_STREAM.sub(b"", raw))), b"/ObjStm" in raw, attached)


def document_faults(path: Path, written: Written) -> Iterator[tuple[str, int, str]]:
    """Look for what a booklet tells that the GeoPackage does not publish.

    Yields
    ------
    (what, how many, example)
    """
    document = read_document(path)
    if document.packed:
        yield "objets compressés, que l'audit ne relit pas", 1, ""
    if document.attached:
        yield "fichiers joints à un PDF", document.attached, ""
    told, known = _told(written), _spaceless(written)
    about, stray = [""], []
    for text in document.pages:
        lines = _identified(text)
        if lines:
            about = next((known[one] for one in reversed(lines) if one in known), [""])
            if about == [""]:
                yield "fiche d'une résidence que le GeoPackage ne contient pas", 1, lines[0]
        stray += sorted((told.stray(text, one) for one in about), key=len)[0]
    stray += [one for text in document.strings for one in told.stray(text, None)]
    if stray:
        unique = sorted(set(stray))
        yield "pourcentage que le GeoPackage ne publie pas", len(unique), unique[0]


@dataclass(frozen=True, eq=False)
class Told:
    """Numbers that an edition publishes: ``everywhere`` (rules, wider units), by residence, and by their commune."""

    everywhere: frozenset[str]
    residences: dict[str, set[str]]
    communes: dict[str, set[str]]
    commune_of: dict[str, str]
    anywhere: frozenset[str]

    def stray(self, text: str, residence: str | None) -> list[str]:
        """List the percentages of a text that nothing published explains; any unit may explain it for None."""
        if residence is None:
            known: frozenset[str] = self.anywhere
        elif residence:
            own, commune = self.residences.get(residence, ()), self.communes.get(self.commune_of.get(residence, ""), ())
            known = self.everywhere.union(own, commune)
        else:
            known = self.everywhere.union(*self.communes.values())
        return [f"{one} %" for one in _PERCENTAGE.findall(text) if one not in known]


@lru_cache(maxsize=1)
def _told(written: Written) -> Told:
    """Gather what each unit publishes, whatever the campaign: addresses, districts and landlords have no page here."""
    by_unit: dict[tuple[str, str], set[str]] = {}
    for kind in _TOLD:
        table = written.units.get(kind, pd.DataFrame({"id": []}))
        names = [name for name in map(str, table.columns) if name.startswith("lb_") or name == "nom"]
        for unit, *labels in zip(table["id"].astype(str), *(table[name].astype(str) for name in names), strict=True):
            by_unit[kind, unit] = set(_numbers(labels))
    rows = written.series[(written.series["statut"] == PUBLISHED) & written.series["unite"].isin(_TOLD)]
    for kind, unit, label in zip(rows["unite"], rows["id"].astype(str), rows["libelle"].astype(str), strict=True):
        by_unit.setdefault((kind, unit), set()).update(_numbers([label]))
    told: dict[str, dict[str, set[str]]] = {kind: {} for kind in _TOLD}
    for (kind, unit), numbers in by_unit.items():
        told[kind][unit] = numbers
    wide = _ends(written).union(*(numbers for kind in _WIDE for numbers in told[kind].values()))
    wide |= set(_percentages(indicator.label for indicator in INDICATORS.values()))
    wide |= set(_percentages(map(str, written.manifest.get("avertissements", []))))
    for rule in written.manifest.get("regles", []):
        wide |= set(_percentages(rule_texts(rule)))
    residences = written.units.get(_RESIDENCES, pd.DataFrame({"id": [], "code_insee": []}))
    return Told(
        frozenset(wide),
        told[_RESIDENCES],
        told[_COMMUNES],
        dict(zip(residences["id"].astype(str), residences["code_insee"].astype(str), strict=True)),
        frozenset(wide).union(*by_unit.values()),
    )


def _ends(written: Written) -> set[str]:
    """Find the ends that a scale may have: round, and not under the room that the lowest threshold asks."""
    thresholds = [
        float(rule["valeur"])
        for rule in written.manifest.get("regles", [])
        if rule.get("cle") in written.criteria() and rule.get("unite") == "%"
    ]
    return {str(end) for end in _AXIS if end >= min(_ROOM * min(thresholds, default=0), 100)}


@lru_cache(maxsize=1)
def _spaceless(written: Written) -> dict[str, list[str]]:
    """Residences by their identifier as a page may write it: some may be written alike."""
    table = written.units.get(_RESIDENCES, pd.DataFrame({"id": []}))
    bare: dict[str, list[str]] = {}
    for unit in table["id"].astype(str):
        bare.setdefault(_bare(unit), []).append(unit)
    return bare


def _identified(text: str) -> list[str]:
    """Find which residence the sheet that starts on a page is about: its first line, then with the lines that follow.

    A long identifier is folded over several lines, and no mark says where it ends.
    """
    found = re.search(rf"^{SHEET}\s*:?[^\S\r\n]*(.+)$", text, re.MULTILINE)
    if found is None:
        return []
    lines = text[found.start(1) :].splitlines()[:_FOLDS]
    return [_bare("".join(lines[: number + 1])) for number in range(len(lines))]


def _bare(text: str) -> str:
    """Take away what folding adds to an identifier, or takes from it: spaces, invisible marks, hyphens at line ends.

    >>> _bare("3f25-04e0\u200b-4f\u00ad89 a")
    '3f2504e04f89a'
    """
    return "".join(letter for letter in text if letter not in _HYPHENS and unicodedata.category(letter) not in _UNSEEN)


def _percentages(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from _PERCENTAGE.findall(text)


def _numbers(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        yield from _NUMBER.findall(text)


def _strings(raw: bytes) -> Iterator[str]:
    """Decode the strings of a PDF's objects, in UTF-16 or in Latin-1 (close enough to PDFDocEncoding for figures)."""
    for wide, narrow in _STRING.findall(raw):
        if wide:
            yield bytes.fromhex(wide.decode()).decode("utf-16-be", "replace")
        elif narrow:
            yield re.sub(r"\\([()\\])", r"\1", narrow.decode("latin-1"))
