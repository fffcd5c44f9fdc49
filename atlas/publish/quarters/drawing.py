"""The map of a quarter: its perimeter on communes and IRIS, its residences as the symbols of their levels.

Grain in: shapely geometries and points in one metric CRS. Grain out: one SVG text, the same for the same input. A
residence without a place is not drawn; the page lists it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from atlas.publish.pictures.background import Frame, outline_path
from atlas.publish.pictures.style import PAPER, RULE, SMALL, SOFT, symbol
from atlas.publish.pictures.svg import INK, line, num, path, picture, rect, text
from atlas.publish.pictures.words import cut, escaped, french, width_of
from atlas.publish.quarters.members import Member
from atlas.publish.rendering import quantity
from atlas.tables import LEVELS

if TYPE_CHECKING:
    from atlas.edition import Edition

WIDTH, HEIGHT = 480.0, 400.0
_MARGIN = 0.09  # of the panel, on each side of what it must show
_LEAST = 400.0  # metres across: a single residence still has surroundings
_PERIMETER, _GROUND, _FAR = "#6a2c91", "#eef1f4", "#8d98a4"
_NUMBER = 9.5
_MOST_NUMBERS = 80  # beyond, numbers would hide the symbols
_ROOM = 7.0  # half of a symbol
_DASHES = {"QPV": None, "QVA": "6 3"}
_OTHER_DASH = "2 3"


class Surroundings:
    """What may stand around a quarter, found by place: outlines of an edition, perimeters with their kind, residences.

    Coordinates are metres in the edition's CRS.
    """

    def __init__(self, edition: Edition, members: Sequence[Member]) -> None:
        import shapely

        self._shapes: dict[str, list[tuple[str, str, Any]]] = {}
        for name in ("communes", "iris", "quartiers"):
            table = edition.units.get(name)
            if table is None:
                self._shapes[name] = []
                continue
            kinds = table["situation"] if "situation" in table else table["id"]
            every = zip(table["id"].astype(str), kinds.astype(str), table.geometry, strict=True)
            self._shapes[name] = [one for one in every if one[2] is not None and not one[2].is_empty]
        self._trees = {
            name: shapely.STRtree([shape for _, _, shape in every]) for name, every in self._shapes.items()
        }  # fmt: skip
        self._points = [one.point for one in members if one.point is not None]
        self._tree = shapely.STRtree(shapely.points(self._points) if self._points else [])

    def shapes(self, name: str, window: Any) -> list[tuple[str, str, Any]]:
        """List what crosses a window: code, kind, and the outline cut to the window."""
        import shapely

        found = [self._shapes[name][rank] for rank in sorted(self._trees[name].query(window, "intersects"))]
        cut_out = [(code, kind, shapely.intersection(shape, window)) for code, kind, shape in found]
        return [one for one in cut_out if one[2].area > 0]

    def points(self, window: Any) -> list[tuple[float, float]]:
        """List the places of the residences in a window."""
        return [self._points[rank] for rank in sorted(self._tree.query(window, "intersects"))]


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
    own : str
        Code of the quarter: it is not drawn among the other perimeters.
    situation : str
        Kind of the perimeter, which says how its outline is dashed; empty for a commune.

    Returns
    -------
    str
        An SVG element; empty when there is nothing to draw.
    """
    placed = [(rank, one) for rank, one in enumerate(members, start=1) if one.point is not None]
    frame = _frame(perimeter, [one.point for _, one in placed if one.point is not None])
    if frame is None:
        return ""
    named = [(frame(*one.point), rank, one) for rank, one in placed if one.point is not None]
    # The most fragile last, over the others.
    named.sort(key=lambda entry: (_height(entry[2]), -entry[1]))
    near = "".join(
        f"M{num(x)} {num(y)}h0" for x, y in sorted({frame(*point) for point in around.points(_window(frame))})
    )
    parts = [
        rect(0, 0, WIDTH, HEIGHT, _GROUND),
        f'<g clip-path="url(#{key}-cadre)">',
        *_grounds(around, own, perimeter, frame, _DASHES.get(situation, _OTHER_DASH if situation else None)),
        path(near, stroke=_FAR, stroke_width=3.2, stroke_linecap="round") if near else "",
        *(
            f"<g>{_titled(one)}{symbol(place[0], place[1], one.level, key, 0.95)}</g>"
            for place, _, one in named
        ),
        *(_numbers(named) if numbered else ()),
        "</g>",
        rect(0.5, 0.5, WIDTH - 1, HEIGHT - 1, "none", stroke=RULE),
        _bar(frame),
        _north(),
    ]  # fmt: skip
    legend, height = _legend({one.level for _, _, one in named}, bool(near), perimeter_name, situation, key)
    lost = len(members) - len(placed)
    told = [f"{len(placed)} résidences placées", f"{lost} sans position connue" if lost else ""]
    clip = f'<clipPath id="{key}-cadre"><rect width="{num(WIDTH)}" height="{num(HEIGHT)}"/></clipPath>'
    description = ". ".join(one for one in told if one)
    return picture(key, title, description, WIDTH, height, *parts, legend, definitions=clip)


def _titled(one: Member) -> str:
    return f"<title>{escaped(one.name)} : {escaped(one.level)}</title>"


def _height(one: Member) -> int:
    return (LEVELS[-1], *LEVELS[:-1]).index(one.level)


def _frame(perimeter: Any, points: Sequence[tuple[float, float]]) -> Frame | None:
    """Fit the perimeter and the residences in the panel."""
    boxes = [perimeter.bounds] if perimeter is not None and not perimeter.is_empty else []
    boxes += [(x, y, x, y) for x, y in points]
    if not boxes:
        return None
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    left, bottom, right, top = min(lefts), min(bottoms), max(rights), max(tops)
    room = 1 - 2 * _MARGIN
    scale = min(WIDTH * room / max(right - left, _LEAST), HEIGHT * room / max(top - bottom, _LEAST))
    return Frame(scale, (left + right) / 2 - WIDTH / 2 / scale, (bottom + top) / 2 + HEIGHT / 2 / scale)


def _window(frame: Frame) -> Any:
    """Give the ground that the panel shows, and a little beyond its edges."""
    import shapely

    far = 6 / frame.scale
    bottom, right = frame.top - HEIGHT / frame.scale, frame.left + WIDTH / frame.scale
    return shapely.box(frame.left - far, bottom - far, right + far, frame.top + far)


def _grounds(around: Surroundings, own: str, perimeter: Any, frame: Frame, dash: str | None) -> list[str]:
    """Draw communes, districts, other perimeters, then the quarter over them."""
    import shapely

    window = _window(frame)
    communes, iris = (
        outline_path([shape for _, _, shape in around.shapes(name, window)], frame) for name in ("communes", "iris")
    )
    drawn = [
        path(communes, PAPER, stroke="#55636f", stroke_width=1.4, stroke_linejoin="round"),
        path(iris, stroke="#b6bfc8", stroke_width=0.7),
    ]
    for code, kind, shape in around.shapes("quartiers", window):
        if code != own:
            drawn.append(path(outline_path([shape], frame), _PERIMETER, fill_opacity=0.05, stroke=_PERIMETER,
                              stroke_width=1, stroke_dasharray=_DASHES.get(kind, _OTHER_DASH),
                              stroke_opacity=0.7))  # fmt: skip
    if perimeter is not None and not perimeter.is_empty:
        outline = outline_path([shapely.intersection(perimeter, window)], frame)
        drawn.append(path(outline, _PERIMETER, fill_opacity=0.1, stroke=_PERIMETER, stroke_width=2.2,
                          stroke_dasharray=dash, stroke_linejoin="round"))  # fmt: skip
    return drawn


def _numbers(named: Sequence[tuple[tuple[float, float], int, Member]]) -> list[str]:
    """Write the number of each residence beside its symbol, where there is room."""
    if len(named) > _MOST_NUMBERS:
        return []
    taken = [Box(x - _ROOM, y - _ROOM, x + _ROOM, y + _ROOM) for (x, y), _, _ in named]
    drawn = []
    for (x, y), rank, _ in sorted(named, key=lambda entry: entry[1]):
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


def _bar(frame: Frame) -> str:
    """Draw a scale bar of a round length, a third of the panel at most."""
    most = WIDTH * 0.3 / frame.scale
    power = 10 ** (len(str(int(max(most, 1)))) - 1)
    metres = max(number * power for number in (1, 2, 5) if number * power <= max(most, 1))
    words = f"{quantity(metres / 1000)} km" if metres >= 1000 else f"{metres} m"
    x, y, long = 9.0, HEIGHT - 10, metres * frame.scale
    ends = line(x, y - 3, x, y + 3, INK, 1.2) + line(x + long, y - 3, x + long, y + 3, INK, 1.2)
    under = line(x - 2, y, x + long + 2, y, PAPER, 6)
    return under + line(x, y, x + long, y, INK, 1.6) + ends + text(x, y - 7, french(words), size=10, halo=True)


def _north() -> str:
    """Point to the north of the grid."""
    arrow = path("M0 -17L5 -3L0 -6.5L-5 -3Z", INK, transform=f"translate({num(WIDTH - 14)} 28)", stroke=PAPER)
    return arrow + text(WIDTH - 14, 35, "N", size=10, bold=True, anchor="middle", halo=True)


def _legend(levels: set[str], near: bool, name: str, situation: str, key: str) -> tuple[str, float]:
    """Say what the symbols, the dots and the outline are, folded to the width."""
    entries: list[tuple[str, str]] = [
        (symbol(8, -4, level, key, 0.95), f"niveau {level}" if level == LEVELS[-1] else level)
        for level in (*LEVELS[-2::-1], LEVELS[-1])
        if level in levels
    ]
    dash = _DASHES.get(situation, _OTHER_DASH if situation else None)
    entries.append((rect(1, -9, 15, 10, _PERIMETER, fill_opacity=0.1, stroke=_PERIMETER, stroke_width=1.6,
                         stroke_dasharray=dash), name))  # fmt: skip
    if near:
        dot = path("M8 -4h0", stroke=_FAR, stroke_width=4.5, stroke_linecap="round")
        entries.append((dot, "autres résidences"))
    x, y, drawn = 0.0, HEIGHT + 18, []
    for swatch, words in entries:
        said = cut(words, WIDTH - 24, SMALL)
        room = width_of(said, SMALL) + 38
        if x and x + room - 14 > WIDTH:
            x, y = 0.0, y + 17
        drawn.append(
            f'<g transform="translate({num(x)} {num(y)})">{swatch}{text(22, 0, said, size=SMALL, fill=SOFT)}</g>'
        )
        x += room
    return "".join(drawn), y + 8
