"""Maps of quarters: one with its residences as the symbols of their levels, and all of them in the territory.

Grain in: shapely geometries and points in one metric CRS. Grain out: one SVG text, the same for the same input. A
residence without a place is not drawn; the page lists it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from atlas.publish.pictures.style import RULE, SMALL, SOFT, symbol
from atlas.publish.pictures.svg import PLACES, num, path, picture, rect, text
from atlas.publish.pictures.words import cut, escaped, width_of
from atlas.publish.quarters.grounds import (
    GROUND,
    HEIGHT,
    WIDTH,
    Surroundings,
    frame_of,
    grounds,
    north,
    outlined,
    scale_bar,
    window_of,
)
from atlas.publish.quarters.members import Member
from atlas.tables import UNDETERMINED

_FAR = "#8d98a4"
_NUMBER = 9.5
_MOST_NUMBERS = 80  # beyond, numbers would hide the symbols
_MANY, _SMALLER = 100, 0.6  # beyond so many residences, smaller symbols
_MOST = 1500  # beyond, symbols hide each other and the page grows: the atlas's own map serves better
_ROOM = 7.0  # half of a symbol
_SWATCH = "M1 -9H16V1H1Z"


class Box(NamedTuple):
    """A place taken in the picture, pixels."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        """Whether two places overlap."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


def quarter_map(
    perimeter: Any,
    members: Sequence[Member],
    around: Surroundings,
    *,
    levels: Sequence[str],
    own: str,
    key: str,
    title: str,
    situation: str = "",
    perimeter_name: str = "le quartier",
    numbered: bool = True,
) -> str:
    """Draw a quarter and its residences, numbered as in the list of the page.

    Parameters
    ----------
    perimeter : shapely.Geometry or None
        Of the quarter, in a metric CRS; of the commune for what it holds outside the QPV.
    members : sequence of Member
        In the order of the page: the number of each is its place.
    levels : sequence of str
        The most fragile first, as the legend lists them.
    own : str
        Code of the quarter: it is not drawn among the other perimeters.
    situation : str
        Kind of the perimeter, which says how its outline is dashed; empty for a commune or the territory.

    Returns
    -------
    str
        An SVG element; empty when there is nothing to draw, or too much.
    """
    placed = [(one.point, rank, one) for rank, one in enumerate(members, start=1) if one.point is not None]
    frame = frame_of(perimeter, [point for point, _, _ in placed])
    if frame is None or len(placed) > _MOST:
        return ""
    named = [(frame(*point), rank, one) for point, rank, one in placed]
    # The most fragile last, over the others.
    passes = [*levels][::-1]
    named.sort(key=lambda entry: (passes.index(entry[2].level), -entry[1]))
    scale = 0.95 if len(named) <= _MANY else _SMALLER
    near = "".join(
        f"M{num(x)} {num(y)}h0" for x, y in sorted({frame(*point) for point in around.points(window_of(frame))})
    )
    ground, others = grounds(around, own, perimeter, frame, situation)
    inside = [
        ground,
        path(near, stroke=_FAR, stroke_width=3.2, stroke_linecap="round") if near else "",
        *(f"<g>{_titled(one)}{symbol(x, y, one.level, key, scale)}</g>" for (x, y), _, one in named),
        *(_numbers([(place, rank) for place, rank, _ in named], _ROOM) if numbered else ()),
    ]
    entries = [
        (symbol(8, -4, level, key, 0.95), f"niveau {level}" if level == UNDETERMINED else level)
        for level in levels
        if level in {one.level for _, _, one in named}
    ]
    entries.append((outlined(_SWATCH, situation, 1.6, 0.1), perimeter_name))
    if others:
        words = "autres quartiers" if situation else "quartiers : QPV, QVA, autres"
        entries.append((outlined(_SWATCH, "QPV", 1.1, 0.06), words))
    if near:
        entries.append((path("M8 -4h0", stroke=_FAR, stroke_width=4.5, stroke_linecap="round"), "autres résidences"))
    lost = len(members) - len(placed)
    told = [f"{len(placed)} résidences placées", f"{lost} sans position connue" if lost else ""]
    return _panel(key, title, ". ".join(one for one in told if one), inside, entries, scale_bar(frame))


def quarters_map(
    territory: Any, quarters: Iterable[tuple[int, str, Any]], around: Surroundings, *, key: str, title: str
) -> str:
    """Draw the territory and its quarters, numbered as in the list of the page.

    Parameters
    ----------
    territory : shapely.Geometry or None
        Outline, in a metric CRS.
    quarters : iterable of (int, str, shapely.Geometry)
        Number, kind and perimeter of each.

    Returns
    -------
    str
        An SVG element; empty when there is nothing to draw.
    """
    shaped = [(rank, kind, shape) for rank, kind, shape in quarters if shape is not None and not shape.is_empty]
    middles = [(shape.representative_point(), rank) for rank, _, shape in shaped]
    frame = frame_of(territory, [(point.x, point.y) for point, _ in middles])
    if frame is None or not shaped:
        return ""
    ground, _ = grounds(around, "", territory, frame, "")
    numbers = _numbers([(frame(point.x, point.y), rank) for point, rank in middles], 0.0)
    entries = [
        (outlined(_SWATCH, kind, 1.4, 0.1), kind if kind in ("QPV", "QVA") else f"périmètre « {kind} »")
        for kind in dict.fromkeys(kind for _, kind, _ in shaped)
    ]
    return _panel(key, title, f"{len(shaped)} quartiers", [ground, *numbers], entries, scale_bar(frame))


def _panel(
    key: str, title: str, description: str, inside: list[str], entries: list[tuple[str, str]], bar: str
) -> str:  # fmt: skip
    """Bind a map: its ground cut to the frame, the scale, the north, the legend folded to the width."""
    x, y, legend = 0.0, HEIGHT + 18, []
    for swatch, words in entries:
        said = cut(words, WIDTH - 24, SMALL)
        room = width_of(said, SMALL) + 38
        if x and x + room - 14 > WIDTH:
            x, y = 0.0, y + 17
        label = text(22, 0, said, size=SMALL, fill=SOFT)
        legend.append(f'<g transform="translate({num(x)} {num(y)})">{swatch}{label}</g>')
        x += room
    clip = f'<clipPath id="{key}-cadre"><rect width="{num(WIDTH)}" height="{num(HEIGHT)}"/></clipPath>'
    parts = [
        rect(0, 0, WIDTH, HEIGHT, GROUND),
        f'<g clip-path="url(#{key}-cadre)">{"".join(inside)}</g>',
        rect(0.5, 0.5, WIDTH - 1, HEIGHT - 1, "none", stroke=RULE),
        bar,
        north(),
        *legend,
    ]
    return picture(key, title, description, WIDTH, y + 8, *parts, definitions=clip, tells=PLACES)


def _titled(one: Member) -> str:
    return f"<title>{escaped(one.name)} : {escaped(one.level)}</title>"


def _numbers(places: Sequence[tuple[tuple[float, float], int]], room_around: float) -> list[str]:
    """Write the number of each place beside it, where there is room; ``room_around`` is half of its symbol."""
    if len(places) > _MOST_NUMBERS:
        return []
    taken = [Box(x - room_around, y - room_around, x + room_around, y + room_around) for (x, y), _ in places]
    drawn = []
    for (x, y), rank in sorted(places, key=lambda place: place[1]):
        words = str(rank)
        room = width_of(words, _NUMBER, True)
        for left, base in (
            (x + 8, y + 3.5),
            (x - 8 - room, y + 3.5),
            (x - room / 2, y - 8.5),
            (x - room / 2, y + 16),
            (x + 6, y - 6),
            (x + 6, y + 13),
            (x - 6 - room, y - 6),
            (x - 6 - room, y + 13),
        ):
            box = Box(left, base - 7.5, left + room, base + 0.5)
            inside = box.left > 1 and box.right < WIDTH - 1 and box.top > 1 and box.bottom < HEIGHT - 1
            if inside and not any(box.meets(other) for other in taken):
                taken.append(box)
                drawn.append(text(left, base, words, size=_NUMBER, bold=True, halo=True))
                break
    return drawn
