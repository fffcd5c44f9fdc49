"""From text to typed columns: numbers (comma or point), codes, categories, texts, faults by line when one is not.

An empty cell stays missing and zero stays zero.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from atlas.errors import excerpt
from atlas.sources.desk import Desk
from atlas.sources.headers import plain
from atlas.sources.names import IDENTIFIERS, check_names, in_order
from atlas.sources.sentinels import UNKNOWN_WORDS
from atlas.sources.spelling import tidied
from atlas.tables import Column

_YES = frozenset({"oui", "o", "1", "true", "vrai", "yes", "y"})
_NO = frozenset({"non", "n", "0", "2", "false", "faux", "no"})
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$"
_SPACES = r"[\s\x{00a0}\x{202f}]+"
# Signs of a unit that a cell may end with, in a column of that unit and in no other.
_SIGNS = {"%": r"%$", "€": r"(?i)(€|eur|euros?)$"}


def text_of(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Write any Arrow column as text in one spelling, empty cells missing, whole numbers without decimals."""
    kind = values.type
    if pa.types.is_dictionary(kind):
        return _through_dictionary(values, text_of)
    if pa.types.is_boolean(kind):
        values = pc.if_else(values, "oui", "non")
    elif pa.types.is_timestamp(kind):
        values = pc.strftime(values, format="%Y-%m-%d")
    elif pa.types.is_decimal(kind):
        values = pc.cast(values, pa.float64())
    if pa.types.is_floating(values.type):
        with suppress(pa.ArrowInvalid):  # identifiers that a missing cell made decimal: never 2.1e+12
            values = pc.cast(values, pa.int64())
    if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
        values = pc.cast(values, pa.string(), safe=False)
    values = tidied(values)
    empty = pc.equal(values, "")
    return pc.if_else(empty, None, values) if pc.any(empty).as_py() else values


def _through_dictionary(
    values: pa.ChunkedArray, rewrite: Callable[[pa.ChunkedArray], pa.ChunkedArray]
) -> pa.ChunkedArray:
    """Rewrite each distinct text once, and spread it over the rows."""
    encoded = values.unify_dictionaries()
    if not encoded.num_chunks:
        return pa.chunked_array([], pa.string())
    words = rewrite(pa.chunked_array([encoded.chunk(0).dictionary])).combine_chunks()
    return pa.chunked_array([words.take(chunk.indices) for chunk in encoded.chunks], words.type)


def without_decimals(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Undo what a float column did to a code: ``16.0`` is ``16``."""
    if not pc.any(pc.ends_with(values, ".0")).as_py():
        return values
    return pc.replace_substring_regex(values, r"^(\d+)\.0$", r"\1")


def to_frame_column(values: pa.ChunkedArray) -> pd.Series:
    """Hand a text column to pandas (``str``, missing as NaN)."""
    return (
        values.to_pandas().astype("str") if values.type != pa.null() else pd.Series(np.nan, range(len(values)), "str")
    )


def numbers(
    values: pa.ChunkedArray,
    report: Callable[[np.ndarray, pd.Series], None],
    unknown: Callable[[int], None],
    unit: str = "",
) -> np.ndarray:
    """Read a column of numbers.

    Parameters
    ----------
    values : ChunkedArray
        Text, or numbers as Parquet holds them.
    report : callable
        Called with the positions and the texts that are not numbers.
    unknown : callable
        Called with how many cells hold a word for "not provided".
    unit : str
        Unit of the column, of which a cell may carry the sign: ``42 %`` is 42.

    Returns
    -------
    ndarray of float64
        NaN where nothing is provided or where the text is no number.
    """
    if pa.types.is_floating(values.type) or pa.types.is_integer(values.type):
        return _finite(pc.cast(values, pa.float64()).to_numpy(zero_copy_only=False), values, report)
    text = text_of(values)
    with suppress(pa.ArrowInvalid):
        return _finite(_floats(text), text, report)
    tidy = pc.replace_substring(pc.replace_substring_regex(text, _SPACES, ""), ",", ".")
    if unit in _SIGNS:
        tidy = pc.replace_substring_regex(tidy, _SIGNS[unit], "")
    good = pc.fill_null(pc.match_substring_regex(tidy, _NUMBER), True)
    bad = np.flatnonzero(~good.to_numpy(zero_copy_only=False).astype(bool))
    shown = pd.Series(text.take(pa.array(bad)).to_pylist(), index=bad, dtype="object")
    known = ~shown.map(plain).isin(UNKNOWN_WORDS)
    if (~known).any():
        unknown(int((~known).sum()))
    if known.any():
        report(bad[known.to_numpy()], shown[known])
    return _finite(_floats(pc.if_else(good, tidy, None)), text, report)


def _floats(text: pa.ChunkedArray) -> np.ndarray:
    return pc.cast(text, pa.float64()).to_numpy(zero_copy_only=False)


def _finite(read: np.ndarray, text: pa.ChunkedArray, report: Callable[[np.ndarray, pd.Series], None]) -> np.ndarray:
    """Refuse the infinite numbers that Arrow would read from the word ``inf``."""
    wrong = np.flatnonzero(np.isinf(read))
    if len(wrong):
        report(wrong, pd.Series(text.take(pa.array(wrong)).to_pylist(), index=wrong, dtype="object"))
        read = np.where(np.isinf(read), np.nan, read)
    return read


def categories(values: pa.ChunkedArray, column: Column) -> pa.ChunkedArray:
    """Bring the spellings of a closed list back to it; what is not in the list is left for the contract to refuse."""
    encoded = values if pa.types.is_dictionary(values.type) else text_of(values).dictionary_encode()

    def spelt(words: pa.ChunkedArray) -> pa.ChunkedArray:
        tidy = without_decimals(text_of(words)).to_pylist()
        return pa.chunked_array([pa.array([word and _category(word, column.values) for word in tidy], pa.string())])

    return _through_dictionary(encoded, spelt)


def _category(word: str, allowed: tuple[str, ...]) -> str | None:
    bare = plain(word)
    exact = {plain(value): value for value in allowed}
    if bare in exact:
        return exact[bare]
    if {"oui", "non"} <= set(allowed) and bare in _YES | _NO:
        return "oui" if bare in _YES else "non"
    return None if bare in UNKNOWN_WORDS else word


def typed(
    values: pa.ChunkedArray,
    column: Column,
    lines: np.ndarray,
    file: str,
    prefix: str,
    desk: Desk,
    *,
    private: bool = False,
) -> pd.Series:
    """Type one column of a file, reporting each value that is not what the column holds.

    Parameters
    ----------
    values : ChunkedArray
        The column as it was read.
    lines : ndarray of int64
        Line of the file of each row.
    private : bool
        Whether values must stay out of messages (household grain).

    Returns
    -------
    Series
        Float64 numbers or ``str`` texts, on a RangeIndex.
    """

    def spelt(words: pa.ChunkedArray) -> pa.ChunkedArray:
        text = text_of(words)
        counted = column.unit == "code" or column.name in _NUMBERED
        return in_order(without_decimals(text) if counted else text, column)

    if not column.numeric:
        if column.values:
            return to_frame_column(categories(values, column))
        text = _through_dictionary(values, spelt) if pa.types.is_dictionary(values.type) else spelt(values)
        check_names(values, text, column, lines, file, prefix, desk, private=private)
        return to_frame_column(text)

    def report(places: np.ndarray, texts: pd.Series) -> None:
        shown = "" if private else f" (« {texts.iloc[0]} »)"
        desk.faults.add(
            f"{prefix}-TYPE",
            f"{file} : {column.name} n'est pas un nombre, {at_lines(lines[places])}{shown}.",
            f"un nombre ({column.unit}), ou une cellule vide si l'information n'est pas connue",
            "corriger ces cellules",
        )

    def unknown(count: int) -> None:
        desk.note(f"{file} : {column.name} porte {count} mention(s) « non connu », lues « non renseigné ».")

    return pd.Series(numbers(values, report, unknown, column.unit), copy=False)


_NUMBERED = IDENTIFIERS | {"numero"}


def at_lines(lines: np.ndarray) -> str:
    """Name the first lines of a fault.

    >>> at_lines(np.array([12])), at_lines(np.array([2, 5]))
    ('ligne 12', 'lignes 2, 5')
    """
    return ("ligne " if len(lines) == 1 else "lignes ") + excerpt(lines.tolist())
