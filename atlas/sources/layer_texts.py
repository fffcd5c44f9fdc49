"""The texts of a layer that says its encoding badly, or not at all: read as bytes, then decoded strictly.

Grain in and out: one row per record. Nothing is set aside: what cannot be decoded is a fault, never an empty cell.
"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pyarrow as pa

from atlas.sources.content import Unreadable
from atlas.sources.encodings import codecs_name, encoding_of

BYTES = "ISO-8859-1"
"""Every byte is one of its characters: GDAL asked for it hands over the bytes as they are."""

_CUT = 3  # bytes of a character that the width of a column may have cut off


def decoded(records: pd.DataFrame, file: str, declared: str | None, hint: str | None) -> pd.DataFrame:
    """Decode texts that were read as bytes.

    UTF-8 when every text is valid UTF-8, whatever the file announces; otherwise what it announces, or the Western code
    page that its bytes tell.

    Parameters
    ----------
    records : DataFrame
        Attributes read as :data:`BYTES`.
    declared : str, optional
        Encoding said in the territory file: it wins.
    hint : str, optional
        Encoding announced by the file.

    Raises
    ------
    Unreadable
        ``LECTURE-ENCODAGE`` when the bytes contradict the declared encoding, or fit none.
    """
    cells = sorted({cell for cell in _texts(records) if not cell.isascii()})
    if not cells and declared is None:
        return records
    encoding = _encoding([cell.encode(BYTES) for cell in cells], file, declared, hint)
    words = {cell: _decode(cell.encode(BYTES), encoding) or "" for cell in cells}
    out = records.copy()
    for place in _places(records):
        out.isetitem(place, records.iloc[:, place].map(lambda cell: words.get(cell, cell)).array)
    return out.set_axis([words.get(str(name), str(name)) for name in records.columns], axis=1)


def _places(records: pd.DataFrame) -> list[int]:
    return [place for place, kind in enumerate(records.dtypes) if not pd.api.types.is_numeric_dtype(kind)]


def _texts(records: pd.DataFrame) -> Iterator[str]:
    yield from map(str, records.columns)
    for place in _places(records):
        yield from (cell for cell in records.iloc[:, place].unique() if isinstance(cell, str))


def _encoding(cells: list[bytes], file: str, declared: str | None, hint: str | None) -> str:
    if declared is not None:
        if codecs_name(declared) is None or any(_decode(cell, declared) is None for cell in cells):
            raise Unreadable(
                "LECTURE-ENCODAGE",
                f"{file} n'est pas en {declared}, contrairement à « encodage ».",
                "un seul encodage, connu : UTF-8 de préférence",
                "corriger « encodage »",
            )
        return declared
    if all(_decode(cell, "utf-8") is not None for cell in cells):
        return "utf-8"
    said = codecs_name(hint or "")
    if said not in (None, "utf-8", codecs_name(BYTES)) and all(_decode(cell, said) is not None for cell in cells):
        return said
    return encoding_of(pa.py_buffer(b"\n".join(cells)), file, None)[0]


def _decode(cell: bytes, encoding: str) -> str | None:
    """Decode one text, a last character cut by the width of its column left out; None when it cannot be."""
    try:
        return cell.decode(encoding)
    except UnicodeDecodeError as error:
        cut = error.reason == "unexpected end of data" and len(cell) - error.start <= _CUT
        return cell[: error.start].decode(encoding) if cut else None
    except LookupError:
        return None
