"""A locator map: where a residence stands in its commune, and what is around it."""

from __future__ import annotations

from typing import Any

from atlas.publish.pictures.background import OTHER, Background, Frame, outline_path
from atlas.publish.pictures.style import PAPER, RULE, SMALL, SOFT
from atlas.publish.pictures.svg import INK, PLACES, line, num, path, picture, rect, text
from atlas.publish.pictures.words import cut, width_of
from atlas.writing import quantity, typeset

_GAP, _FOOT = 14.0, 24.0
_SMALLEST = 14.0  # pixels: an outline under that is lost without the marker
_QUARTER, _GROUND, _BUILT = "#6a2c91", "#f4f6f8", "#f2a12e"
_MARKER = "M0 -7L7 0L0 7L-7 0Z"
_DASHES = {"QPV": None, "QVA": "5 2.5", OTHER: "2 3"}
_SLUGS = {"QPV": "qpv", "QVA": "qva", OTHER: "zone"}


def locator(
    ground: Background,
    point: tuple[float, float] | None,
    outline: Any = None,
    *,
    key: str,
    name: str = "",
    title: str = "Situation",
    description: str = "",
    around: float = 800,
) -> str:
    """Draw the commune with the residence marked, and beside it what lies within a few hundred metres.

    Parameters
    ----------
    ground : Background
        Of the commune, built once by :func:`atlas.publish.pictures.background`.
    point : (x, y), optional
        Of the residence, metres in the CRS of the ground; None when it has no place: only the commune is drawn.
    outline : shapely.Geometry, optional
        Of the residence, same CRS.
    name : str
        Written beside the marker.
    around : float
        Width of the close view, metres.

    Returns
    -------
    str
        An SVG element.
    """
    width, height = 2 * ground.width + _GAP, ground.height + _FOOT
    zoom = ground.width / around / ground.frame.scale
    parts = [_view(ground, key, 1.0, (0, 0), "a")]
    if point is None:
        middle = ground.width * 1.5 + _GAP
        parts.append(rect(ground.width + _GAP, 0, ground.width, ground.height, _GROUND))
        parts.append(text(middle, ground.height / 2 - 4, "résidence non placée", anchor="middle", bold=True))
        parts.append(text(middle, ground.height / 2 + 13, "sur la carte", anchor="middle", bold=True))
    else:
        x, y = ground.frame(*point)
        half_width, half_height = ground.width / 2 / zoom, ground.height / 2 / zoom
        parts.append(rect(x - half_width, y - half_height, 2 * half_width, 2 * half_height, "none", stroke=INK,
                          stroke_width=1.2))  # fmt: skip
        parts.append(path(_MARKER, _BUILT, transform=f"translate({num(x)} {num(y)}) scale(0.75)", stroke=INK,
                          stroke_width=1.6, id=f"{key}-lieu"))  # fmt: skip
        parts.append(f'<g transform="translate({num(ground.width + _GAP)} 0)">')
        parts.append(_view(ground, key, zoom, (x - half_width, y - half_height), "b"))
        parts.append(_built(ground, zoom, point, outline, name))
        parts.append(_bar(ground, ground.frame.scale * zoom))
        parts.append("</g>")
    parts += [_bar(ground, ground.frame.scale), _north(ground.width - 12, 26), _legend(ground, point, key, width)]
    told = ". ".join(one for one in (name, description) if one) or title
    return picture(key, title, told, width, height, *parts, definitions=_definitions(ground, key, zoom),
                   tells=PLACES)  # fmt: skip


def _definitions(ground: Background, key: str, zoom: float) -> str:
    """Write the ground once; both views use it. Hatches keep their fineness in the close view."""
    lines = f'<path id="{key}-iris" d="{ground.iris}"/>' if ground.iris else ""
    others = f'<path id="{key}-autres" d="{ground.others}"/>' if ground.others else ""
    quarters = "".join(f'<path id="{key}-{_SLUGS[kind]}" d="{drawn}"/>' for kind, drawn in ground.quarters)
    hatch = "".join(
        f'<pattern id="{key}-q{view}" width="5" height="5" patternUnits="userSpaceOnUse"'
        f' patternTransform="scale({1 / scale:.4g})"><path d="M-1 1L1 -1M0 5L5 0M4 6L6 4" stroke="{_QUARTER}"'
        ' stroke-width="0.8" stroke-opacity="0.55"/></pattern>'
        for view, scale in (("a", 1.0), ("b", zoom))
    )
    size = f'width="{num(ground.width)}" height="{num(ground.height)}"'
    clip = f'<clipPath id="{key}-cadre"><rect {size}/></clipPath>'
    return f'<path id="{key}-commune" d="{ground.commune}"/>{lines}{others}{quarters}{hatch}{clip}'


def _view(ground: Background, key: str, zoom: float, corner: tuple[float, float], view: str) -> str:
    """Draw the ground at one scale; strokes are divided by it, so that both views have the same pen."""

    def used(name: str, width: float, **look: object) -> str:
        extra = "".join(f' {one.replace("_", "-")}="{value}"' for one, value in look.items() if value)
        return f'<use href="#{key}-{name}" stroke-width="{width / zoom:.4g}"{extra}/>'

    moved = f"scale({zoom:.5g}) translate({-corner[0]:.2f} {-corner[1]:.2f})"
    inside = [used("commune", 1.3, fill=PAPER, stroke="#55636f", stroke_linejoin="round")]
    if ground.iris:
        inside.append(used("iris", 0.6, fill="none", stroke="#a9b4bf"))
    for kind, _ in ground.quarters:
        dash = _DASHES[kind]
        spaced = " ".join(f"{float(one) / zoom:.3g}" for one in dash.split()) if dash else None
        inside.append(used(_SLUGS[kind], 1.5, fill=f"url(#{key}-q{view})", stroke=_QUARTER, stroke_dasharray=spaced))
    if ground.others:
        inside.append(used("autres", 2.2 if zoom == 1 else 6, fill="none", stroke="#6b7885", stroke_linecap="round"))
    return (
        rect(0, 0, ground.width, ground.height, _GROUND)
        + f'<g clip-path="url(#{key}-cadre)"><g transform="{moved}">{"".join(inside)}</g></g>'
        + rect(0.5, 0.5, ground.width - 1, ground.height - 1, "none", stroke=RULE)
    )


def _built(ground: Background, zoom: float, point: tuple[float, float], outline: Any, name: str) -> str:
    """Draw the residence at the centre of the close view: its outline, or the marker, and its name."""
    middle_x, middle_y = ground.width / 2, ground.height / 2
    scale = ground.frame.scale * zoom
    drawn, long = "", 0.0
    if outline is not None and not outline.is_empty:
        frame = Frame(scale, point[0] - middle_x / scale, point[1] + middle_y / scale)
        drawn = path(outline_path([outline], frame), _BUILT, stroke=INK, stroke_width=1.4, stroke_linejoin="round")
        left, bottom, right, top = outline.bounds
        long = max(right - left, top - bottom) * scale
    if long < _SMALLEST:
        drawn += path(_MARKER, _BUILT, transform=f"translate({num(middle_x)} {num(middle_y)})", stroke=INK,
                      stroke_width=1.5)  # fmt: skip
    words = cut(name, ground.width - 12, SMALL, True)
    return drawn + text(middle_x, middle_y - 16, words, size=SMALL, bold=True, anchor="middle", halo=True)


def _bar(ground: Background, scale: float) -> str:
    """Draw a scale bar of a round length, about a third of the panel at most."""
    most = ground.width * 0.36 / scale
    power = 10 ** (len(str(int(max(most, 1)))) - 1)
    metres = max(number * power for number in (1, 2, 5) if number * power <= max(most, 1))
    words = f"{quantity(metres / 1000)} km" if metres >= 1000 else f"{metres} m"
    x, y, long = 7.0, ground.height - 8, metres * scale
    halo = line(x - 1.5, y, x + long + 1.5, y, PAPER, 6)
    ends = line(x, y - 3, x, y + 3, INK, 1.2) + line(x + long, y - 3, x + long, y + 3, INK, 1.2)
    return halo + line(x, y, x + long, y, INK, 1.6) + ends + text(x, y - 6, typeset(words), size=10, halo=True)


def _north(x: float, y: float) -> str:
    """Point to the north of the grid."""
    arrow = path("M0 -17L5 -3L0 -6.5L-5 -3Z", INK, transform=f"translate({num(x)} {num(y)})", stroke=PAPER)
    return arrow + text(x, y + 7, "N", size=10, bold=True, anchor="middle", halo=True)


def _legend(ground: Background, point: tuple[float, float] | None, key: str, width: float) -> str:
    """Say what the marker, the perimeters and the dots are."""
    x, y, drawn = 0.0, ground.height + 17, []
    if point is not None:
        drawn.append(path(_MARKER, _BUILT, transform=f"translate(7 {num(y - 4)}) scale(0.75)", stroke=INK,
                          stroke_width=1.6))  # fmt: skip
        drawn.append(text(17, y, "la résidence", size=SMALL))
        x = 17 + width_of("la résidence", SMALL) + 12
    for kind, _ in ground.quarters:
        drawn.append(rect(x + 0.7, y - 9, 16, 10, f"url(#{key}-qa)", stroke=_QUARTER, stroke_width=1.4,
                          stroke_dasharray=_DASHES[kind]))  # fmt: skip
        drawn.append(text(x + 22, y, kind, size=SMALL))
        x += 22 + width_of(kind, SMALL) + 12
    words = "autres résidences"
    if ground.others and x + 10 + width_of(words, SMALL) <= width:
        drawn.append(path(f"M{num(x + 3)} {num(y - 4)}h0", stroke="#6b7885", stroke_width=6, stroke_linecap="round"))
        drawn.append(text(x + 11, y, words, size=SMALL, fill=SOFT))
    return "".join(drawn)
