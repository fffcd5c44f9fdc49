"""The ground of the maps: communes, IRIS and perimeters around a quarter, cut to what is seen; scale and north.

Grain in: an edition, then a place. Grain out: SVG texts in a panel of :data:`WIDTH` x :data:`HEIGHT` pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from atlas.publish.pictures.background import Frame, outline_path
from atlas.publish.pictures.style import PAPER
from atlas.publish.pictures.svg import INK, line, num, path, text
from atlas.publish.quarters.members import Member
from atlas.writing import quantity, typeset

if TYPE_CHECKING:
    from atlas.edition import Edition

WIDTH, HEIGHT = 480.0, 400.0
PERIMETER, GROUND = "#6a2c91", "#eef1f4"
_MARGIN = 0.09  # of the panel, on each side of what it must show
_LEAST = 400.0  # metres across: a single residence still has surroundings
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


def frame_of(perimeter: Any, points: Sequence[tuple[float, float]]) -> Frame | None:
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


def window_of(frame: Frame) -> Any:
    """Give the ground that the panel shows, and a little beyond its edges."""
    import shapely

    far = 6 / frame.scale
    bottom, right = frame.top - HEIGHT / frame.scale, frame.left + WIDTH / frame.scale
    return shapely.box(frame.left - far, bottom - far, right + far, frame.top + far)


def dash_of(situation: str) -> str | None:
    """Say how the outline of a kind of perimeter is dashed; that of a commune (empty) is not."""
    return _DASHES.get(situation, _OTHER_DASH) if situation else None


def outlined(outline: str, situation: str, width: float, fill: float) -> str:
    """Draw a perimeter; a commune or the territory is an outline alone, so that quarters stand out on it."""
    if not situation:
        return path(outline, stroke="#2b3744", stroke_width=width, stroke_linejoin="round")
    return path(outline, PERIMETER, fill_opacity=fill, stroke=PERIMETER, stroke_width=width,
                stroke_dasharray=dash_of(situation), stroke_linejoin="round")  # fmt: skip


def grounds(around: Surroundings, own: str, perimeter: Any, frame: Frame, situation: str) -> tuple[str, bool]:
    """Draw communes, districts, other perimeters, then the quarter over them; say whether there are other perimeters.

    ``own`` is the code of the quarter, ``situation`` its kind, empty for a commune or the territory.
    """
    import shapely

    window = window_of(frame)
    communes, iris = (
        outline_path([shape for _, _, shape in around.shapes(name, window)], frame) for name in ("communes", "iris")
    )
    drawn = [
        path(communes, PAPER, stroke="#8a96a3", stroke_width=1.2, stroke_linejoin="round"),
        path(iris, stroke="#c3ccd6", stroke_width=0.7),
    ]
    others = [(kind, shape) for code, kind, shape in around.shapes("quartiers", window) if code != own]
    drawn += [outlined(outline_path([shape], frame), kind, 1.1, 0.06) for kind, shape in others]
    if perimeter is not None and not perimeter.is_empty:
        outline = outline_path([shapely.intersection(perimeter, window)], frame)
        drawn.append(outlined(outline, situation, 2.2, 0.1))
    return "".join(drawn), bool(others)


def scale_bar(frame: Frame) -> str:
    """Draw a scale bar of a round length, a third of the panel at most."""
    most = WIDTH * 0.3 / frame.scale
    power = 10 ** (len(str(int(max(most, 1)))) - 1)
    metres = max(number * power for number in (1, 2, 5) if number * power <= max(most, 1))
    words = f"{quantity(metres / 1000)} km" if metres >= 1000 else f"{metres} m"
    x, y, long = 9.0, HEIGHT - 10, metres * frame.scale
    ends = line(x, y - 3, x, y + 3, INK, 1.2) + line(x + long, y - 3, x + long, y + 3, INK, 1.2)
    under = line(x - 2, y, x + long + 2, y, PAPER, 6)
    return under + line(x, y, x + long, y, INK, 1.6) + ends + text(x, y - 7, typeset(words), size=10, halo=True)


def north() -> str:
    """Point to the north of the grid."""
    arrow = path("M0 -17L5 -3L0 -6.5L-5 -3Z", INK, transform=f"translate({num(WIDTH - 14)} 28)", stroke=PAPER)
    return arrow + text(WIDTH - 14, 35, "N", size=10, bold=True, anchor="middle", halo=True)
