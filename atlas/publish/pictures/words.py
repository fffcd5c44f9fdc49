"""Words in pictures: made harmless, measured, cut and folded to the room they have.

SVG does not fold text, and two programs draw these pictures with fonts of their own: widths are estimated, on the
wide side, so that nothing overlaps whatever the face.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from atlas.writing import typeset

ELLIPSIS = "…"
LONGEST = 160  # characters kept of any text: nothing that long can be read in a picture
_SPACES = re.compile(r"[ \t\r\n\f\v]+")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;", "{": "&#123;", "}": "&#125;"}
_TABLE = str.maketrans(_ESCAPES)
# Of an em, in DejaVu Sans: the widest of the faces that a machine may fall back on.
_WIDTHS = {
    sign: width
    for width, signs in (
        (0.16, "\u202f"),
        (0.29, "ijlIJ'"),
        (0.33, " \u00a0.,;:’|/·"),
        (0.38, "f-rt!()[]"),
        (0.54, "szckçFL"),
        (0.61, "aeovxyéèêàôPTY«»"),
        (0.68, "ABCRVXZ"),
        (0.76, "UDGHN&wOQ"),
        (0.86, "≤≥+M<>=~#"),
        (1.0, "mW%@—…"),
    )
    for sign in signs
}
_OTHER, _WIDE_SCRIPT, _BOLD = 0.64, 1.0, 1.14


@lru_cache(maxsize=20_000)
def clean(text: str) -> str:
    """Drop what has no shape (controls, direction overrides, lone surrogates), fold blanks, cut what never ends.

    >>> clean("a\\u202eb\\x00  c")
    'ab c'
    """
    kept = _SPACES.sub(" ", text)
    if not kept.translate(_FRENCH_SPACES).isprintable():  # what is has a shape, every sign of it
        kept = "".join(sign for sign in kept if sign == _MARK or unicodedata.category(sign) not in _SHAPELESS)
    return kept if len(kept) <= LONGEST else kept[: LONGEST - 1].rstrip() + ELLIPSIS


def joined(name: str, words: str) -> str:
    """Put a figure after a name in one line; after a name written from right to left, it stays after it.

    >>> joined("Les Lilas", "42 %")
    'Les Lilas\xa0: 42 %'
    """
    turned = any(unicodedata.bidirectional(sign) in _TURNED for sign in name)
    return f"{name}{_MARK if turned else ''}{typeset(' : ')}{words}" if name else words


_MARK = "\u200e"
_FRENCH_SPACES = dict.fromkeys(map(ord, "\u00a0\u202f"))
_TURNED = frozenset({"R", "AL", "AN"})
_SHAPELESS = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@lru_cache(maxsize=20_000)
def escaped(text: str) -> str:
    """Clean a text and write it as XML; braces too, so that no template can mistake it for its own.

    >>> escaped("{{ a }} </script>")
    '&#123;&#123; a &#125;&#125; &lt;/script&gt;'
    """
    return clean(text).translate(_TABLE)


@lru_cache(maxsize=20_000)
def width_of(text: str, size: float, bold: bool = False) -> float:
    """Estimate the width of a text, in the unit of ``size`` (the height of the face).

    >>> width_of("mm", 10) > width_of("ii", 10)
    True
    """
    ems = sum(_WIDTHS.get(sign, _OTHER if sign < "\u2e80" else _WIDE_SCRIPT) for sign in text)
    return ems * size * (_BOLD if bold else 1)


@lru_cache(maxsize=20_000)
def cut(text: str, room: float, size: float, bold: bool = False) -> str:
    """Shorten a text to the room it has.

    >>> cut("Résidence des Tilleuls argentés", 80, 12)
    'Résidence…'
    """
    text = clean(text)
    if width_of(text, size, bold) <= room:
        return text
    room -= width_of(ELLIPSIS, size, bold)
    for length, sign in enumerate(text):
        room -= width_of(sign, size, bold)
        if room < 0:
            return text[:length].rstrip() + ELLIPSIS
    return text + ELLIPSIS


@lru_cache(maxsize=5_000)
def folded(text: str, room: float, size: float, *, bold: bool = False, lines: int = 2) -> tuple[str, ...]:
    """Fold a text over a few lines at its spaces; the last is cut.

    >>> folded("Ménages sous 40 % du plafond PLUS", 124, 12)
    ('Ménages sous 40 %', 'du plafond PLUS')
    """
    words = clean(text).split(" ")
    result: list[str] = []
    while words and len(result) < lines - 1:
        taken = 1
        while taken < len(words) and width_of(" ".join(words[: taken + 1]), size, bold) <= room:
            taken += 1
        result.append(cut(" ".join(words[:taken]), room, size, bold))
        words = words[taken:]
    if words:
        result.append(cut(" ".join(words), room, size, bold))
    return tuple(result)
