"""Whether a key, or a whole file, repeats, for tables of millions of rows: by hash first, exactly only when one does.

A set of five million identifiers weighs as much as the table itself; their hashes weigh eight bytes each.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
import pyarrow as pa

_LONG = 64  # bytes of a text that are hashed over all the texts at once; identifiers have fewer
_BASE = 0x9E3779B97F4A7C15  # odd, so that multiplying by it is a permutation of 64-bit words


def repeats(frame: pd.DataFrame, key: Sequence[str]) -> bool:
    """Tell whether two rows share a key; rows of which a part of the key is missing share nothing.

    Parameters
    ----------
    frame : DataFrame
        Its key columns are numbers or ``str``.

    Examples
    --------
    >>> repeats(pd.DataFrame({"campagne": [2020, 2022], "id": ["A", "A"]}), ["campagne", "id"])
    False
    >>> repeats(pd.DataFrame({"id": ["A", None, "B", None, "A"]}, dtype="str"), ["id"])
    True
    """
    whole = frame[list(key)].notna().all(axis=1).to_numpy()
    hashes = np.zeros(len(frame), dtype=np.uint64)
    for name in key:
        hashes = hashes * np.uint64(_BASE) + _hash(frame[name])
    hashes = np.sort(hashes[whole])
    if not (hashes[1:] == hashes[:-1]).any():
        return False
    return bool(frame.loc[whole, list(key)].duplicated().any())


def same_files(frame: pd.DataFrame) -> list[tuple[str, str]]:
    """Name the pairs of files that hold the same rows, whatever their order.

    Parameters
    ----------
    frame : DataFrame
        ``fichier``, ``ligne`` and columns of numbers or texts.

    Examples
    --------
    >>> rows = pd.DataFrame({"fichier": ["a", "a", "b", "b", "c", "c"], "ligne": range(6), "n": [1, 2, 2, 1, 1, 1]})
    >>> same_files(rows)
    [('a', 'b')]
    """
    files = frame["fichier"].astype("str")
    sizes = files.value_counts()
    alike = files.isin(sizes.index[sizes.duplicated(keep=False)])
    if not alike.any():
        return []
    rows = pd.util.hash_pandas_object(frame[alike].drop(columns=["fichier", "ligne"]), index=False, categorize=False)
    held = {file: np.sort(part.to_numpy()) for file, part in rows.groupby(files[alike], sort=False)}
    return [(one, other) for one, other in combinations(held, 2) if np.array_equal(held[one], held[other])]


def _hash(values: pd.Series) -> np.ndarray:
    if pd.api.types.is_numeric_dtype(values):
        return values.to_numpy(dtype=np.float64).view(np.uint64) * np.uint64(_BASE)
    text = pa.array(values)
    chunks = text.chunks if isinstance(text, pa.ChunkedArray) else [text]
    parts = [_hash_text(chunk.cast(pa.large_string())) for chunk in chunks]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.uint64)


def _hash_text(text: pa.LargeStringArray) -> np.ndarray:
    """Hash each text as a polynomial of its bytes, modulo 2**64, one rank of bytes after the other over all texts."""
    ends = np.frombuffer(text.buffers()[1], dtype=np.int64)[text.offset : text.offset + len(text) + 1]
    starts, lengths = ends[:-1], np.diff(ends)
    data = np.frombuffer(text.buffers()[2] or b"", dtype=np.uint8)
    hashes = np.zeros(len(text), dtype=np.uint64)
    whole, longest = int(lengths.min(initial=_LONG)), int(lengths.max(initial=0))
    for rank in range(min(whole, _LONG)):
        hashes = hashes * np.uint64(_BASE) + data[starts + rank] + np.uint64(1)
    rows = np.arange(len(text))
    for rank in range(min(whole, _LONG), min(longest, _LONG)):
        rows = rows[lengths[rows] > rank]
        hashes[rows] = hashes[rows] * np.uint64(_BASE) + data[starts[rows] + rank] + np.uint64(1)
    long = np.flatnonzero(lengths > _LONG)
    rests = [zlib.crc32(data[starts[row] + _LONG : ends[row + 1]].tobytes()) for row in long]
    hashes[long] = hashes[long] * np.uint64(_BASE) + np.array(rests, dtype=np.uint64)
    return hashes
