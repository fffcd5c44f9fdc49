"""One spelling for what looks the same: composed letters, ordinary spaces and hyphens, nothing invisible.

Grain in and out: one text, or one column of texts. Accents, case and punctuation are kept: they are shown.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from atlas.writing import unaccented

_HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2043\u2212\ufe63\uff0d"), "-")
_DASHES = dict.fromkeys(map(ord, "\u2012\u2013\u2014\u2015"), "-")
# Signs that take no room: zero-width spaces and joiners, directions, soft hyphens, byte order marks, variants.
_INVISIBLE = dict.fromkeys(
    [0xAD, 0x34F, 0x61C, 0x180E, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070)]
    + [*range(0xFE00, 0xFE10), *range(0xFFF9, 0xFFFC)]
    + [sign for sign in (*range(0x20), *range(0x7F, 0xA0)) if not chr(sign).isspace()],
)
_SIGNS = {**_INVISIBLE, **_HYPHENS}
# What a text in order never holds: a sign out of printable Latin-1 (decomposed accents are), two spaces running.
_ODD = r"[^ -~\x{a1}-\x{ac}\x{ae}-\x{ff}ŒœŸ’]|  "
# What a spreadsheet makes of a long identifier: a decimal part before the exponent, or its explicit plus sign.
# ``12E34`` and ``1E5`` may be somebody's codes.
SCIENTIFIC = r"^[+-]?\d+(?:[.,]\d+ ?[eE] ?[+-]?| ?[eE] ?\+)\d{1,3}$"
_FIRST, _LAST, _SPACE = 0x21, 0x7E, 0x20
_PIECE = 1 << 24


def tidy(text: str) -> str:
    """Write a text as it looks.

    >>> tidy("Habitat\\u00a0 E\\u0301te\\u0301\\u200b"), tidy("Val\\u2011de\\u2011Marne ")
    ('Habitat Été', 'Val-de-Marne')
    """
    return " ".join(unicodedata.normalize("NFC", text).translate(_SIGNS).split())


def tidy_code(text: str) -> str:
    """Write an identifier as it looks: a dash there is a hyphen that a word processor made longer.

    >>> tidy_code("A\\u20131")
    'A-1'
    """
    return tidy(text).translate(_DASHES)


def bare(text: str) -> str:
    """Bring a text to its letters and digits alone, without case, accents or separators, in any alphabet.

    >>> bare("S.A. d'HLM  Été-Œuvres"), bare("Жильё 2"), bare("—")
    ('sadhlmeteoeuvres', 'жилье2', '')
    """
    plain = unaccented(text).casefold()
    return "".join(sign for sign in plain if sign.isalnum())


def tidied(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Write every text of a column as :func:`tidy` does; columns in order, the usual ones, cost one look at bytes."""
    low, high = _bytes_held(texts)
    if low >= _FIRST and high <= _LAST:
        return texts
    texts = pc.utf8_trim_whitespace(texts)
    if low >= _SPACE and high <= _LAST:
        odd = pc.match_substring(texts, "  ")
    else:
        odd = pc.match_substring_regex(texts, _ODD)
    return rewritten(texts, odd, tidy)


def tidied_codes(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Write every identifier of a tidied column as :func:`tidy_code` does."""
    if _bytes_held(texts)[1] <= _LAST:
        return texts
    return rewritten(texts, pc.match_substring_regex(texts, r"[\x{2012}-\x{2015}]"), tidy_code)


def rewritten(texts: pa.ChunkedArray, where: pa.ChunkedArray, rewrite: Callable[[str], str | None]) -> pa.ChunkedArray:
    """Rewrite the texts of some rows, each distinct one once."""
    where = pc.fill_null(where, False)
    if not pc.any(where).as_py():
        return texts
    words = pc.filter(texts, where).dictionary_encode().unify_dictionaries()
    spelt = pa.array([rewrite(word) for word in words.chunk(0).dictionary.to_pylist()], texts.type)
    news = pa.concat_arrays([spelt.take(chunk.indices) for chunk in words.chunks])
    return pa.chunked_array([pc.replace_with_mask(_whole(texts), _whole(where), news)], texts.type)


def _whole(values: pa.ChunkedArray) -> pa.Array:
    found = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return pa.concat_arrays(found.chunks) if isinstance(found, pa.ChunkedArray) else found


def _bytes_held(texts: pa.ChunkedArray) -> tuple[int, int]:
    """Give the smallest and the largest byte of a column of texts; those of an ordinary letter where it is empty."""
    low, high = _LAST, _FIRST
    for held, _ in _buffers(texts):
        if len(held):
            low, high = min(low, int(held.min())), max(high, int(held.max()))
    return low, high


def holds(texts: pa.ChunkedArray, *words: bytes) -> bool:
    """Tell whether a word may be somewhere in a column: a look at its bytes, which costs less than one at its rows."""
    for held, _ in _buffers(texts):
        for start in range(0, len(held), _PIECE):
            piece = held[start : start + _PIECE + 8].tobytes()
            if any(word in piece for word in words):
                return True
    return False


def without_digits(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Tell the texts that hold no digit but zeros; missing ones are none of them.

    Nearly every identifier ends with a digit: one look at last bytes leaves few texts to read.
    """
    ending = [_last_bytes(held, ends) for held, ends in _buffers(texts)]
    last = np.concatenate(ending) if ending else np.zeros(0, dtype=np.uint8)
    flags = (last < ord("1")) | (last > ord("9"))
    left = np.flatnonzero(flags)
    digits = pc.match_substring_regex(texts.take(pa.array(left)), "[1-9]")
    flags[left] = ~np.asarray(pc.fill_null(digits, True), dtype=bool)
    return pa.chunked_array([pa.array(flags)])


def _last_bytes(held: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Give the last byte of each text of a chunk, zero where it is empty."""
    return np.where(ends[1:] > ends[:-1], np.append(held, 0)[ends[1:] - 1], 0)


def _buffers(texts: pa.ChunkedArray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Give the bytes of each chunk, and where each of its texts begins and ends there."""
    for chunk in texts.chunks:
        if not len(chunk):
            continue
        _, ends, data = chunk.buffers()
        wide = np.int64 if pa.types.is_large_string(chunk.type) else np.int32
        places = np.frombuffer(ends, dtype=wide)[chunk.offset : chunk.offset + len(chunk) + 1]
        yield np.frombuffer(data or b"", dtype=np.uint8)[places[0] : places[-1]], places - places[0]
