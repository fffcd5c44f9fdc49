"""What a page of a masked edition tells, whatever holds it: words, attributes, pictures, what scripts read.

Grain in: a page as :mod:`~atlas.audit.html` reads it. Grain out: what is wrong, in French, with an example. A figure is
marked with what it claims to be, and compared elsewhere (:mod:`~atlas.audit.marked_figures`); outside marks a
percentage is that of a rule, of an indicator's name or of a class of the map, and of nothing else; in a picture, that
of a figure that the picture draws.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from atlas.audit.html import Page
from atlas.audit.labels import rule_texts
from atlas.audit.lengths import FIGURES, figures_of, length_faults
from atlas.audit.page_tables import portal_texts, undeclared_data
from atlas.audit.parts import false_parts
from atlas.audit.read_back import Written
from atlas.tables import INDICATORS, PUBLISHED

_DECIMAL = re.compile(r"(?<![\d,.])\d+,\d+(?![\d,])")
PERCENTAGE = re.compile(r"(?<![\d,.])(\d{1,3}(?:[.,]\d+)?)\s?(?:%|pour cent\b|p\. 100)")
_CLASSES = re.compile(r"\d+(?:,\d+)?")
Fault = tuple[str, int, str]


def page_faults(page: Page, written: Written) -> Iterator[Fault]:
    """List what a page tells that its edition does not publish.

    Yields
    ------
    (what, how many, example)
    """
    ruled = ruled_percentages(written)
    found: dict[str, list[str]] = {}
    for what, example in page.faults:
        found.setdefault(what, []).append(example)
    told, portal = ruled | _classes_of(page), portal_texts(page.data)
    stray = [one for text in (page.words, *page.said, *portal) for one in PERCENTAGE.findall(text) if one not in told]
    stray += [one for one in _DECIMAL.findall(page.words) if one not in told | ruled_decimals(written)]
    label = published_label(written)
    for picture in page.pictures:
        known = ruled | (figures_of(picture, label) if picture.tells == FIGURES else frozenset())
        stray += [one for one in PERCENTAGE.findall(picture.words) if one not in known]
        for what, example in length_faults(picture, label):
            found.setdefault(what, []).append(example)
    units = telling(written)
    found.setdefault("unité nommée dans un script", []).extend(
        word for code in (*page.code, *portal) for word in set(re.findall(r"[\w.-]{5,}", code)) & units
    )
    found.setdefault("données que l'audit ne sait pas relire", []).extend(undeclared_data(page.data))
    found.setdefault("part que le GeoPackage ne donne pas", []).extend(false_parts(page.parts, written))
    told_by_rules = ruled | ruled_decimals(written)
    found.setdefault("chiffre ou mot que rien ne rattache au GeoPackage", []).extend(
        text for text in page.loose if not _ruled(text, told_by_rules)
    )
    if stray:
        found["pourcentage que le GeoPackage ne publie pas"] = [f"{one} %" for one in stray]
    for what, examples in found.items():
        if examples:
            unique = sorted(set(examples))
            yield what, len(unique), unique[0]


@lru_cache(maxsize=4)
def ruled_percentages(written: Written) -> frozenset[str]:
    """Gather the percentages of rules, of notices and of the names of indicators."""
    texts = [indicator.label for indicator in INDICATORS.values()]
    texts += map(str, written.manifest.get("avertissements", []))
    for rule in written.manifest.get("regles", []):
        texts += rule_texts(rule)
    found = {one for text in texts for one in PERCENTAGE.findall(text)}
    return frozenset(found | {one.removesuffix(".0").replace(".", ",") for one in found})


@lru_cache(maxsize=4)
def ruled_decimals(written: Written) -> frozenset[str]:
    """Gather the numbers with decimals that rules and notices tell."""
    told = (written.manifest.get("regles", []), written.manifest.get("avertissements", []))
    return frozenset(re.findall(r"\d+,\d+", re.sub(r"(\d)\.(?=\d)", r"\1,", f"{told}")))


@lru_cache(maxsize=4)
def published_label(written: Written) -> Callable[[str, str, int, str], str | None]:
    """Find labels of published figures, by kind, unit, campaign and indicator; None for any other."""
    rows = written.series[written.series["statut"] == PUBLISHED]
    columns = (rows[name].tolist() for name in ("unite", "id", "campagne", "indicateur", "libelle"))
    labels = {(kind, unit, int(year), code): str(text) for kind, unit, year, code, text in zip(*columns, strict=True)}
    return lambda kind, unit, year, code: labels.get((kind, unit, year, code))


@lru_cache(maxsize=4)
def telling(written: Written) -> frozenset[str]:
    """Identifiers that no common word or number could be."""
    return frozenset(
        unit for table in written.units.values() for unit in table["id"] if re.search(r"^(?=.*\d).{5,}$", unit)
    )


def _ruled(text: str, ruled: frozenset[str]) -> bool:
    """Whether every number of a text is one of a rule: a target, a class of rents."""
    numbers = _CLASSES.findall(text)
    return bool(numbers) and all(number in ruled for number in numbers)


def _classes_of(page: Page) -> set[str]:
    """Gather the bounds of the classes of the map, where the page carries one: rules and layers alone make them."""
    labels = [
        str(one.get("libelle", "")) for content in page.data
        for layer in (*content.get("couches", []), *content.get("portail", {}).get("couches", []))
        for one in layer.get("classes", [])
    ]  # fmt: skip
    return {number for label in labels for number in _CLASSES.findall(label)}
