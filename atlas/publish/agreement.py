"""The readings beside one another, ``lectures.html``: where the active methods agree, where they do not, and on what.

In: an edition judged by two methods or more that call some occupations fragile. Out: HTML. Dwellings are added up by
what the edition itself says of each residence; no rate is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from markupsafe import Markup

from atlas.methods import ACCORDS, AGREEMENT, Method, side_of, taking_sides
from atlas.publish.frame import READINGS, page_of
from atlas.publish.legend import secrecy_of, sources_of
from atlas.publish.paths import file_names, href
from atlas.publish.quarters.grounds import Surroundings
from atlas.publish.quarters.illustrations import level_symbols
from atlas.publish.quarters.maps import quarter_map
from atlas.publish.quarters.members import LevelCount
from atlas.publish.rendering import render
from atlas.tables import UNDETERMINED

if TYPE_CHECKING:
    from atlas.edition import Edition
    from atlas.publish.book import Book

_KIND, _TERRITORY = "residences", "territoire"
_LISTED = 500  # residences listed: more are in the table of the atlas, which sorts and filters


@dataclass(frozen=True)
class Pair:
    """Two methods: dwellings on which they agree, on which they do not, and where one of them cannot tell."""

    first: Method
    second: Method
    agreed: int
    opposed: int
    silent: int


@dataclass(frozen=True)
class Crossed:
    """Dwellings by what the method shown first says (rows), and what another says (columns)."""

    other: Method
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Divided:
    """A residence of which methods do not say the same: what each says of it, in their order."""

    name: str
    page: str
    dwellings: int
    levels: tuple[str, ...]


def write_agreement(book: Book, folder: Path) -> list[Path]:
    """Write the page where several methods of an edition take sides; give the files written."""
    if len(taking_sides(book.edition.methods)) < 2:
        return []
    path = folder / READINGS
    path.write_text(agreement_page(book), "utf-8")
    return [path]


def agreement_page(book: Book) -> str:
    """Render how far the methods agree: by dwellings, two by two, on a map, and residence by residence."""
    edition = book.edition
    homes, methods = edition.units[_KIND], taking_sides(edition.methods)
    divided = _divided(homes, edition)
    return render(
        "lectures.html.j2",
        page=page_of(
            edition, title="Lectures", heading=f"Lectures comparées : {edition.context.territory}", here=READINGS
        ),
        methods=methods,
        quiet=[one for one in edition.methods if one not in methods],
        shares=_shares(homes),
        pairs=[_pair(homes, *two) for two in combinations(methods, 2)],
        crossed=[_crossed(homes, edition, one) for one in edition.methods[1:] if one.judges(_KIND)],
        first=edition.method,
        carte=Markup(_map(book)),
        shown=[one for one in edition.methods if one.judges(_KIND)],
        divided=divided[:_LISTED],
        more=max(len(divided) - _LISTED, 0),
        symbols={word: Markup(drawn) for word, drawn in level_symbols((*ACCORDS, *edition.words)).items()},
        caveats=book.reservations(),
        sources=sources_of(edition),
        secrecy=secrecy_of(edition),
    )


def _shares(homes: pd.DataFrame) -> list[LevelCount]:
    by_word = homes.groupby(AGREEMENT)["nb_logements"].agg(["size", "sum"])
    return [
        LevelCount(word, *(int(by_word["size"].get(word, 0)), int(by_word["sum"].get(word, 0))))
        for word in (*ACCORDS[::-1], UNDETERMINED)
    ]


def _pair(homes: pd.DataFrame, first: Method, second: Method) -> Pair:
    sides = [side_of(homes, one) for one in (first, second)]
    told = sides[0].notna() & sides[1].notna()
    same = told & (sides[0] == sides[1])
    dwellings = homes["nb_logements"]
    return Pair(first, second, *(int(dwellings[rows].sum()) for rows in (same, told & ~same, ~told)))


def _crossed(homes: pd.DataFrame, edition: Edition, other: Method) -> Crossed:
    _, mine, levels = edition.scales[0]
    its, words = next((column, scale.order) for method, column, scale in edition.scales if method is other)
    table = homes.pivot_table("nb_logements", mine, its, "sum", fill_value=0)
    columns = tuple(word for word in (*words, *(set(table) - set(words))) if word in table)
    found = table[[*columns]].astype(int).to_dict("index")
    rows = ((word, tuple(found[word].values())) for word in levels.order if word in found)
    return Crossed(other, tuple(rows), columns)


def _map(book: Book) -> str:
    """Draw every residence by how far the methods agree on it."""
    said = dict(zip(book.edition.units[_KIND]["id"], book.edition.units[_KIND][AGREEMENT], strict=True))
    members = [replace(one, level=said[one.id]) for one in book.residences.every]
    return quarter_map(
        book.edition.units[_TERRITORY].geometry.iloc[0],
        members,
        Surroundings(book.edition, ()),
        own="",
        key="carte",
        title="Accord des lectures",
        levels=(*ACCORDS[::-1], UNDETERMINED),
        perimeter_name="territoire",
        numbered=False,
    )


def _divided(homes: pd.DataFrame, edition: Edition) -> Sequence[Divided]:
    """List the residences on which methods do not agree, the largest first."""
    rows = homes[homes[AGREEMENT] == ACCORDS[1]].sort_values(["nom", "id"])
    rows = rows.sort_values("nb_logements", ascending=False, kind="stable")
    files = file_names(homes["id"])
    columns = [column for method, column, _ in edition.scales if method.judges(_KIND)]
    return [
        Divided(
            str(row["nom"]), href(_KIND, files[row["id"]]), int(row["nb_logements"]), tuple(row[one] for one in columns)
        )
        for row in rows.to_dict("records")
    ]
