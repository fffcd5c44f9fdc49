"""SVG as text: a few elements, escaped, with presentation attributes only.

What browsers and the engine of the PDF both draw: no class, no style sheet, no script, no foreign object, no
reference outside the picture. One unit of a picture is one CSS pixel at its natural size.
"""

from __future__ import annotations

import re

from atlas.publish.pictures.words import escaped

FACES = "Source Sans Pro, Source Sans 3, Open Sans, Liberation Sans, Arial, sans-serif"
INK, SOFT = "#1c2733", "#51606f"
FIGURES, COUNTS, PLACES = "taux", "effectifs", "lieux"
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_GROWTH = 1.5  # a picture may fill a wider column up to this many times its natural size


def num(value: float) -> str:
    """Write a length to the tenth.

    >>> num(12.04), num(3.96), num(-0.01)
    ('12', '4', '0')
    """
    return f"{round(value, 1) + 0.0:g}"


def attributes(**given: object) -> str:
    """Write attributes in the order given; None is left out, underscores become hyphens."""
    return "".join(
        f' {name.replace("_", "-")}="{num(value) if isinstance(value, (int, float)) else value}"'
        for name, value in given.items()
        if value is not None
    )


def rect(x: float, y: float, width: float, height: float, fill: str, **more: object) -> str:
    """Draw a rectangle."""
    box = f'x="{num(x)}" y="{num(y)}" width="{num(max(width, 0))}" height="{num(height)}"'
    return f'<rect {box} fill="{fill}"{attributes(**more)}/>'


def line(x1: float, y1: float, x2: float, y2: float, stroke: str, width: float = 1, **more: object) -> str:
    """Draw a straight line."""
    ends = f'x1="{num(x1)}" y1="{num(y1)}" x2="{num(x2)}" y2="{num(y2)}"'
    return f'<line {ends} stroke="{stroke}" stroke-width="{width:g}"{attributes(**more)}/>'


def circle(x: float, y: float, radius: float, fill: str, **more: object) -> str:
    """Draw a disc."""
    return f'<circle cx="{num(x)}" cy="{num(y)}" r="{num(radius)}" fill="{fill}"{attributes(**more)}/>'


def path(outline: str, fill: str = "none", **more: object) -> str:
    """Draw an outline."""
    return f'<path d="{outline}" fill="{fill}"{attributes(**more)}/>'


def text(
    x: float,
    y: float,
    content: str,
    *,
    size: float = 12,
    fill: str = INK,
    bold: bool = False,
    anchor: str = "start",
    halo: bool = False,
    **more: object,
) -> str:
    """Write a text on its baseline; a halo keeps it readable over lines."""
    weight = ' font-weight="600"' if bold else ""
    where = "" if anchor == "start" else f' text-anchor="{anchor}"'
    around = ' stroke="#ffffff" stroke-width="3" stroke-linejoin="round" paint-order="stroke"' if halo else ""
    face = f'font-size="{size:g}" fill="{fill}"{weight}{where}{around}{attributes(**more)}'
    return f'<text x="{num(x)}" y="{num(y)}" {face}>{escaped(content)}</text>'


def picture(
    key: str,
    title: str,
    description: str,
    width: float,
    height: float,
    *parts: str,
    definitions: str = "",
    tells: str = FIGURES,
) -> str:
    """Bind parts into one picture that names and describes itself.

    Parameters
    ----------
    key : str
        Start of every identifier inside: unique in the page, letters, figures, ``-`` and ``_``.
    title, description : str
        What a screen reader says.
    width, height : float
        Natural size in CSS pixels; the picture fills its column.
    tells : str
        What its lengths tell: :data:`FIGURES`, :data:`COUNTS` or :data:`PLACES`. The audit reads each its own way.

    Raises
    ------
    ValueError
        When the key cannot be an identifier.
    """
    if not _KEY.fullmatch(key):
        raise ValueError(f"{key!r} : une clé de lettres, chiffres, - et _, qui commence par une lettre")
    defined = f"<defs>{definitions}</defs>" if definitions else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" data-dit="{tells}" '
        f'aria-labelledby="{key}-titre {key}-desc" '
        f'viewBox="0 0 {num(width)} {num(height)}" width="100%" style="max-width:{num(width * _GROWTH)}px" '
        f'font-family="{FACES}" font-size="12" fill="{INK}">'
        f'<title id="{key}-titre">{escaped(title)}</title><desc id="{key}-desc">{_long(description)}</desc>'
        f"{defined}{''.join(parts)}</svg>"
    )


def _long(description: str) -> str:
    """Escape sentence by sentence: each is cut by itself, none is lost."""
    return ". ".join(escaped(sentence) for sentence in description.split(". "))
