"""The ground of locator maps, written once per commune: outlines, quarters and residences as SVG paths.

Grain in: shapely geometries in one metric CRS. Grain out: the text of their paths in pixels, used by every sheet of
the commune.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

_PRECISION = 0.4  # pixels: what the eye cannot tell apart is dropped
_FINE = (0.03, 2)  # perimeters of quarters: the close view enlarges them, and being in or out is a matter of law
_EDGE = 5.0
KINDS, OTHER = ("QPV", "QVA"), "autre périmètre"


class Frame(NamedTuple):
    """From metres (x to the east, y to the north) to pixels (y downwards): ``scale`` is pixels per metre."""

    scale: float
    left: float
    top: float

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        """Give the place of a point."""
        return (x - self.left) * self.scale, (self.top - y) * self.scale


@dataclass(frozen=True)
class Background:
    """A ground drawn in a panel of ``width`` x ``height`` pixels; build it with :func:`background`."""

    frame: Frame
    width: float
    height: float
    commune: str = field(repr=False)
    iris: str = field(repr=False)
    quarters: tuple[tuple[str, str], ...] = field(repr=False)
    others: str = field(repr=False)


def background(
    commune: Any,
    iris: Iterable[Any] = (),
    quarters: Sequence[tuple[str, Any]] = (),
    others: Iterable[tuple[float, float]] = (),
    *,
    width: float = 173,
    height: float = 160,
) -> Background:
    """Write the paths of a commune's ground.

    Parameters
    ----------
    commune : shapely.Geometry
        Outline, in a metric CRS: the panel shows the whole of it.
    iris : iterable of shapely.Geometry
        Districts, drawn as fine lines.
    quarters : sequence of (str, shapely.Geometry)
        Situation (``QPV``, ``QVA``, other) and perimeter, in the same CRS.
    others : iterable of (x, y)
        Residences of the ground, drawn as dots; metres.
    width, height : float
        Size of the panel, pixels.

    Raises
    ------
    ValueError
        When the commune is empty.
    """
    if commune is None or commune.is_empty:
        raise ValueError("fond de carte sans commune")
    left, bottom, right, top = commune.bounds
    scale = min((width - 2 * _EDGE) / max(right - left, 1), (height - 2 * _EDGE) / max(top - bottom, 1))
    middle_x, middle_y = (left + right) / 2, (bottom + top) / 2
    frame = Frame(scale, middle_x - width / 2 / scale, middle_y + height / 2 / scale)
    by_kind: dict[str, list[Any]] = {}
    for kind, geometry in quarters:
        by_kind.setdefault(kind if kind in KINDS else OTHER, []).append(geometry)
    places = sorted({(round(x, 2), round(y, 2)) for x, y in (frame(*one) for one in others)})
    return Background(
        frame,
        width,
        height,
        outline_path([commune], frame),
        outline_path(iris, frame),
        tuple((kind, outline_path(shapes, frame, *_FINE)) for kind, shapes in sorted(by_kind.items())),
        "".join(f"M{x:g} {y:g}h0" for x, y in places),
    )


def outline_path(geometries: Iterable[Any], frame: Frame, precision: float = _PRECISION, digits: int = 1) -> str:
    """Write polygons as one path, simplified below what can be seen, rounded to so many digits of a pixel."""
    import shapely

    shapes = shapely.simplify(np.array([*geometries], dtype=object), precision / frame.scale)
    rings = shapely.get_rings(shapely.get_parts(shapes))
    drawn = []
    for ring in rings:
        xy = shapely.get_coordinates(ring)
        places = np.round((xy - (frame.left, frame.top)) * (frame.scale, -frame.scale), digits) + 0.0
        corners = [f"{x:g} {y:g}" for x, y in places.tolist()[:-1]]
        if len(corners) > 2:
            drawn.append("M" + "L".join(corners) + "Z")
    return "".join(drawn)
