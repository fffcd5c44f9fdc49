"""Campaign after campaign in QGIS: a map theme for each, and one layer that the temporal controller plays.

In: an edition of several campaigns and its pictures. Out: a branch of the tree. Nothing is written twice: these layers
are a request on the GeoPackage, the table of every campaign joined to the points of today's residences. A residence
that has left since has no point, and is in the tables only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element

from atlas.publish.layers import HISTORY, Layer
from atlas.publish.pictures.style import looks
from atlas.publish.qgis.elements import add
from atlas.publish.qgis.pictures import Picture, leading
from atlas.publish.qgis.tree import Branch, Leaf
from atlas.symbology import Clause, SymbolClass
from atlas.tables import UNDETERMINED
from atlas.tables.years import MOVE, WHY

if TYPE_CHECKING:
    from atlas.edition import Edition

_KIND = "residences"
_TITLE = "Par campagne"
_OWN = ("campagne", "nb_logements", "nb_adresses", "menages")
_BETWEEN_SURVEYS = 2  # years: each survey holds until the next one


def campaigns_branch(edition: Edition, pictures: Sequence[Picture], layers: Sequence[Layer]) -> Branch:
    """Make a layer of levels and one of moves for each campaign, and one of levels for all of them, played in time."""
    levels = leading(pictures)
    moves = next(
        (one for one in pictures if (one.layer.name, one.kind) == (_KIND, "points") and _draws(one, MOVE)), None
    )
    if levels is None or not edition.followed:
        return Branch(_TITLE)
    tables = {layer.name: layer for layer in layers}
    return Branch(
        _TITLE,
        tuple(_leaves(edition, levels, moves, tables)),
        exclusive=True,
        themed=True,
        expanded=False,
    )


def _leaves(edition: Edition, levels: Picture, moves: Picture | None, tables: dict[str, Layer]) -> Iterator[Leaf]:
    drawn = _over_years(levels, edition, tables)
    told = sorted(set(tables[HISTORY].table["campagne"].tolist()))
    for rank, year in enumerate(told):
        yield Leaf(f"campagne_{year}_niveau", f"{levels.title}, {year}", _at(drawn, year), f"campagne {year}")
        if rank and moves is not None:
            moved = _over_years(moves, edition, tables)
            title = f"{moves.title}, de {told[rank - 1]} à {year}"
            yield Leaf(f"campagne_{year}_evolution", title, _at(moved, year), f"campagne {year}")
    played = replace(drawn, played=_BETWEEN_SURVEYS)
    yield Leaf("campagnes_niveau", f"{levels.title}, toutes les campagnes (contrôleur temporel)", played, "campagnes")


def add_time(root: Element, edition: Edition) -> None:
    """Set the span and the step of the temporal controller: from the first campaign to the last, survey by survey."""
    first, last = edition.context.campaigns[0], edition.context.campaigns[-1]
    settings = add(
        root, "ProjectTimeSettings", timeStep=_BETWEEN_SURVEYS, timeStepUnit="years", frameRate=1,
        cumulativeTemporalRange=0,
    )  # fmt: skip
    span = add(settings, "TemporalRange")
    add(span, "start", f"{first}-01-01T00:00:00Z")
    add(span, "end", f"{last + _BETWEEN_SURVEYS}-01-01T00:00:00Z")


def temporal(picture: Picture) -> Element:
    """Say from when until when a row of the layer holds."""
    element = Element("temporal")
    element.attrib.update(
        {
            "mode": "4",
            "enabled": "1",
            "limitMode": "0",
            "accumulate": "0",
            "fixedDuration": "0",
            "startField": "",
            "endField": "",
            "durationField": "",
            "durationUnit": "min",
            "startExpression": 'make_datetime("campagne",1,1,0,0,0)',
            "endExpression": f'make_datetime("campagne"+{picture.played},1,1,0,0,0)',
        }
    )
    span = add(element, "fixedRange")
    add(span, "start")
    add(span, "end")
    return element


def _draws(picture: Picture, column: str) -> bool:
    return any(clause.column == column for one in picture.classes for clauses in one.condition for clause in clauses)


def _over_years(picture: Picture, edition: Edition, tables: dict[str, Layer]) -> Picture:
    """Draw as today what the table of every campaign tells, a level that cannot be told as an empty square."""
    homes, history = tables[_KIND], tables[HISTORY]
    of_homes = [column for column in homes.columns if column.name in ("id", "nom", "code_insee", "situation")]
    judged = {MOVE, WHY, *(name for _, name, _ in edition.scales)}
    of_years = [column for column in history.columns if column.name in (*_OWN, *judged)]
    columns = (*of_homes, *of_years)
    selected = [f'r."{one.name}"' for one in of_homes] + [f'h."{one.name}"' for one in of_years]
    query = (
        f"SELECT h.fid, {', '.join(selected)}, r.geom FROM {HISTORY} h JOIN {_KIND} r ON r.id = h.id "
        f"WHERE h.unite = '{_KIND}'"
    )
    known = {column.name for column in columns}
    classes = tuple(one for one in picture.classes if not one.status)
    passes = tuple(reversed(range(len(classes))))
    if picture.leads:
        classes, passes = (*classes, _untold(edition.level)), (*(one + 1 for one in passes), 0)
    layer = Layer(_KIND, "Résidences par campagne", "une résidence à une campagne", columns, "Point", homes.table)
    return replace(
        picture,
        layer=layer,
        classes=classes,
        levels=passes,
        tooltip=("campagne", *(name for name in picture.tooltip if name in known)),
        query=query,
        leads=False,
        visible=False,
    )


def _at(picture: Picture, year: int) -> Picture:
    return replace(picture, query=f"{picture.query} AND h.campagne = {int(year)}")


def _untold(column: str) -> SymbolClass:
    look = looks()[UNDETERMINED]
    return SymbolClass(
        UNDETERMINED, UNDETERMINED, look.colour, look.stroke, look.shape, look.size, look.hatch,
        ((Clause(column, (UNDETERMINED,)),),), look.dash, look.width,
    )  # fmt: skip
