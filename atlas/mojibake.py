"""Text whose accents were read in the wrong encoding, put right: in addresses, in the attributes of a layer."""

from __future__ import annotations

import re

_MOJIBAKE = re.compile(
    "[ÃÂÅâ][\u0080-\u00bf\u20ac\u2018-\u2022\u0152\u0153\u0160\u0161\u017d\u017e\u0178\u02c6\u02dc\u2030\u2039\u203a\u2026]"
)


def repair(text: str) -> str:
    """Undo UTF-8 text that was once read as Windows-1252 or Latin-1.

    >>> repair("AllÃ©e de lâ€™EgalitÃ©")
    'Allée de l’Egalité'
    """
    if text.isascii() or not _MOJIBAKE.search(text):
        return text
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text
