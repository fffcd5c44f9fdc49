"""The pages of an edition, read once each: what they tell, and the figures that they mark.

Grain in: names of pages in the edition's folder. Grain out: (page, what is wrong, how many, example).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

import atlas
from atlas.audit.aimed import false_aims
from atlas.audit.brought import BROUGHT, false_contributions
from atlas.audit.html import Page, read_page
from atlas.audit.marked_figures import HOMES, MARKS, false_figures
from atlas.audit.offered import false_offers
from atlas.audit.page_tables import false_moves
from atlas.audit.pages import PERCENTAGE, page_faults
from atlas.audit.read_back import Written
from atlas.audit.simulated import false_forms
from atlas.audit.sums import false_sums

_TOGETHER = 2000  # pages compared at once: what one batch marks fits in memory whatever the territory
# Lengths that lay out a page whatever it tells.
_LAYOUT = frozenset({"0", "50", "100"})
Fault = tuple[str, str, int, str]


def site_faults(names: Iterable[str], written: Written, tables: Mapping[str, pd.DataFrame]) -> Iterator[Fault]:
    """Read every page of an edition and list what they tell that the edition does not publish."""
    left = iter(names)
    while batch := list(islice(left, _TOGETHER)):
        marks: list[tuple[str, ...]] = []
        homes: list[tuple[str, ...]] = []
        brought: list[tuple[str, ...]] = []
        forms: list[tuple[str, dict[str, Any]]] = []
        for name in batch:
            page = read_page((written.folder / name).read_text("utf-8"))
            if written.masked:
                yield from ((name, *fault) for fault in (*page_faults(page, written), *_styled(page)))
            wrong = sorted(set(false_sums(page.sums, tables)))
            if wrong:
                yield name, "somme que le GeoPackage ne donne pas", len(wrong), wrong[0]
            moved = sorted(set(false_moves(page.data, tables.get("evolution"))))
            if moved:
                yield name, "mouvement que le GeoPackage ne donne pas", len(moved), moved[0]
            aimed = sorted(set(false_aims(page.aims, page.pictures, written)))
            if aimed:
                yield name, "objectif que le GeoPackage ne donne pas", len(aimed), aimed[0]
            marks += ((name, *one) for one in page.marks)
            homes += ((name, *one) for one in page.homes)
            brought += ((name, *one) for one in page.brought)
            forms += ((name, one["simulation"]) for one in page.data if "simulation" in one)
            if offers := [home for one in page.data for home in one.get("logements", ())]:
                yield from (
                    (name, what, 1, example) for what, example in false_offers(offers, written, tables.get("parc"))
                )
        yield from ((name, what, 1, example) for name, what, example in false_forms(forms, written))
        figures, dwellings = pd.DataFrame(marks, columns=list(MARKS)), pd.DataFrame(homes, columns=list(HOMES))
        for name, number, example in false_figures(figures, dwellings, written, tables.get("parc")):
            yield name, "chiffre autre que celui du GeoPackage", number, example
        for name, number, example in false_contributions(pd.DataFrame(brought, columns=list(BROUGHT)), written):
            yield name, "apport que les fichiers ne redonnent pas", number, example


def _styled(page: Page) -> Iterator[tuple[str, int, str]]:
    """Find percentages in styles that are no part of the program's own style sheets: a width may be a rate."""
    for style in page.styles:
        for sheet in _sheets():
            style = style.replace(sheet, "")
        rates = [one for one in PERCENTAGE.findall(style) if one not in _LAYOUT]
        if rates or re.search(r"content\s*:[^;}]*\d|url\(\s*['\"]?data:(?!image)", style):
            yield "pourcentage ou contenu dans un style", max(len(rates), 1), f"{rates[0]} %" if rates else "content"


@lru_cache(maxsize=1)
def _sheets() -> tuple[str, ...]:
    """Read the style sheets that travel with the program, the longest first."""
    folder = Path(atlas.__file__).parent / "publish" / "templates"
    return tuple(sorted((path.read_text("utf-8").strip() for path in folder.glob("*.css")), key=len, reverse=True))
