"""How things look, the same in every picture: statuses and levels as on the map, thresholds, hatches, axes."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from atlas.publish.legend import outline_of
from atlas.publish.pictures.model import Mark
from atlas.publish.pictures.scale import Scale
from atlas.publish.pictures.svg import SOFT, line, num, path, rect, text
from atlas.publish.pictures.words import escaped, width_of
from atlas.resources import shipped
from atlas.symbology import palette
from atlas.tables import NOT_APPLICABLE, SECRET, UNDETERMINED, UNKNOWN
from atlas.writing import quantity, typeset

LIGHT, MIDDLE, DARK = palette("fragilite", 5)[1], palette("fragilite", 5)[3], palette("fragilite", 5)[4]
THRESHOLD, TRACK, RULE, PAPER = "#7a1022", "#e6edf4", "#c3ccd6", "#ffffff"
REACHED, NOT_REACHED = "critère atteint", "critère non atteint"
SMALL = 11


class Look(NamedTuple):
    """A symbol: colours, shape and radius, hatch, dashes, as the layers write them."""

    colour: str
    stroke: str
    shape: str
    size: float
    hatch: str = ""
    dash: str = ""
    width: float = 1.0


@lru_cache(maxsize=1)
def looks() -> dict[str, Look]:
    """Read the look of each status and of each level from the layers: the map and the pictures are alike.

    Where the layers of two methods name a class alike, the first file says how it looks.
    """
    result = {
        # A level that cannot be told, beside a figure that is: an empty square, neither hatched nor dashed.
        UNDETERMINED: Look(PAPER, "#2b3744", "square", 4.5, width=1.3)
    }
    files = (tomllib.loads(path.read_text("utf-8")) for path in sorted(shipped("layers").glob("*.toml")))
    for file in files:
        for one in file.get("statuts", file["classes"] if _of_words(file) else ()):
            look = Look(
                one.get("couleur", PAPER),
                one.get("contour", "#2b3744"),
                one["forme"],
                float(one["taille"]),
                one.get("trame", ""),
                one.get("tirets", ""),
                float(one.get("epaisseur", 1.0)),
            )
            result.setdefault(one["cle"], look)
    return result


def _of_words(file: Mapping[str, Any]) -> bool:
    """Tell the layers whose classes are words of a residence, which pages write with their symbol."""
    classes = file.get("classes", ())
    words = bool(classes) and all(one.get("quand") == {file["colonne"]: [one["cle"]]} for one in classes)
    return "indetermine" in file or words


def symbol(x: float, y: float, name: str, key: str, scale: float = 1.0, **more: object) -> str:
    """Draw the symbol of a status or of a level."""
    look = looks()[name]
    fill = f"url(#{key}-{look.hatch})" if look.hatch else look.colour
    return path(
        _outline(look.shape, round(look.size * scale, 2)),
        "none" if look.shape == "cross" else fill,
        transform=f"translate({num(x)} {num(y)})",
        stroke=look.stroke,
        stroke_width=look.width,
        stroke_dasharray=look.dash or None,
        **more,
    )


_outline = lru_cache(maxsize=64)(outline_of)
_STATUS_STROKE = "#5f6570"
_TILES = {
    "diagonale": (6, f'<path d="M-1.5 1.5L1.5 -1.5M0 6L6 0M4.5 7.5L7.5 4.5" stroke="{_STATUS_STROKE}" '
                     'stroke-width="1.3"/>'),
    "points": (6, f'<path d="M1 1h1.4v1.4h-1.4zM4 4h1.4v1.4h-1.4z" fill="{_STATUS_STROKE}"/>'),
    "atteint": (7, f'<path d="M-1 -1L8 8M-1 6L1 8M6 -1L8 1" stroke="{THRESHOLD}" stroke-width="0.8" '
                   'stroke-opacity="0.35"/>'),
    "partie": (5, f'<rect width="2.5" height="5" fill="{DARK}"/>'),
}  # fmt: skip
_GROUNDS = {"diagonale": PAPER, "points": PAPER, "atteint": "#fbeff0", "partie": LIGHT}


@lru_cache(maxsize=4096)
def hatches(key: str, *names: str) -> str:
    """Define hatches under a picture's own identifiers."""
    return "".join(
        f'<pattern id="{key}-{name}" width="{size}" height="{size}" patternUnits="userSpaceOnUse">'
        f'<rect width="{size}" height="{size}" fill="{_GROUNDS[name]}"/>{drawn}</pattern>'
        for name in names
        for size, drawn in (_TILES[name],)
    )


def status_hatches(key: str, statuses: Iterable[str]) -> str:
    """Define the hatches that some statuses need."""
    return hatches(key, *sorted({looks()[one].hatch for one in statuses if one in looks() and looks()[one].hatch}))


def status_box(x: float, y: float, width: float, height: float, status: str, label: str, key: str) -> str:
    """Fill a box with what stands in the place of a figure: its hatch and its word, and no position."""
    look = looks()[status]
    fill = f"url(#{key}-{look.hatch})" if look.hatch else PAPER
    word = typeset(label)
    room = width_of(word, 12, True) + 14
    return (
        rect(x + 0.7, y + 0.7, width - 1.4, height - 1.4, fill, stroke=look.stroke, stroke_width=1.2,
             stroke_dasharray=look.dash or None)
        + rect(x + (width - room) / 2, y + 0.7, room, height - 1.4, PAPER)
        + text(x + width / 2, y + height / 2 + 4.2, word, bold=True, anchor="middle", fill="#3c4650")
    )  # fmt: skip


def told_by(mark: Mark, scale: Scale, way: str = "x") -> dict[str, object]:
    """Say which figure a shape stands for and on which scale, ``x`` or ``y``: its length can then be checked."""
    return {"data_chiffre": escaped(mark.source), **scaled(scale, way)} if mark.source else {}


def scaled(scale: Scale, way: str = "x") -> dict[str, object]:
    """Say on which scale a shape stands: where it starts and ends, in pixels, and its top."""
    return {"data_echelle": f"{way} {num(scale.start)} {num(scale.end)} {scale.top:g}"}


def zone(x: float, y: float, width: float, height: float, key: str, own: str = "") -> str:
    """Hatch the side of a scale where the criterion is met; ``own`` names it where a picture has several."""
    return rect(x, y, width, height, f"url(#{key}-atteint)", id=f"{own or key}-zone")


def threshold_line(x: float, top: float, bottom: float, key: str, dash: str | None = None) -> str:
    """Draw a threshold across a scale."""
    return line(x, top, x, bottom, THRESHOLD, 2, stroke_dasharray=dash, id=f"{key}-seuil")


def axis(ticks: Iterable[tuple[float, float]], y: float, unit: str, *, right: float) -> str:
    """Write the numbers of an axis under it (value and place of each); the last carries the unit and comes first."""
    drawn, free = [], right
    for rank, (value, x) in enumerate([*ticks][::-1]):
        words = quantity(value) if rank else typeset(quantity(value) + unit)
        room = width_of(words, SMALL)
        start = max(min(x - room / 2, right - room), 0)
        if rank == 0 or start + room + 3 <= free:
            drawn.append(text(start + room / 2, y, words, size=SMALL, fill=SOFT, anchor="middle"))
            free = start
    return "".join(drawn[::-1])


STATUS_ORDER = (SECRET, UNKNOWN, NOT_APPLICABLE)
