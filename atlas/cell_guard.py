"""Texts that a spreadsheet would take for formulas: written after an apostrophe, and read back without it."""

from __future__ import annotations

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_GUARD = "'"


def neutral(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet could take for a formula, leading blanks or not.

    >>> neutral("=1+1"), neutral(" @SUM(A1)"), neutral("Les Lilas")
    ("'=1+1", "' @SUM(A1)", 'Les Lilas')
    """
    return f"{_GUARD}{text}" if text.startswith(STARTS) or text.lstrip().startswith(STARTS) else text


def restored(text: str) -> str:
    """Take off the apostrophe that :func:`neutral` has put.

    >>> [restored(neutral(text)) for text in ("=1+1", "Les Lilas", "'Les Lilas'")]
    ['=1+1', 'Les Lilas', "'Les Lilas'"]
    """
    bare = text.removeprefix(_GUARD)
    return bare if neutral(bare) == text else text
