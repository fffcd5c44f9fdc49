"""CSV files that a French spreadsheet opens by a double click, and that no cell can turn into a formula.

In: a table. Out: one file in UTF-8 with a byte order mark, semicolons, decimal commas, lines ended by CR LF. Excel set
to French reads that and nothing else without a wizard: without the mark accents break, with commas columns do not
split, and with a decimal point 12.5 becomes the 12th of May. pandas reads it with ``sep=";", decimal=","``.

A text that begins with ``= + - @``, a tab or a line break is written after an apostrophe, so that a spreadsheet shows
it and does not compute it; numbers are never changed. Nothing is set aside.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from atlas.cell_guard import neutral

NEUTRALISATION = (
    "Un texte qui commence par =, +, -, @, une tabulation ou un saut de ligne est précédé d'une apostrophe, dans "
    "les CSV comme dans le classeur : un tableur l'affiche sans le calculer. Les nombres ne sont pas modifiés."
)


def decimal_comma(number: float) -> str:
    """Write a real number with a decimal comma and no useless digit.

    >>> decimal_comma(12.5), decimal_comma(40.0)
    ('12,5', '40')
    """
    return repr(float(number)).removesuffix(".0").replace(".", ",")


def written_once(values: pd.Series, write: Callable[[Any], str]) -> Any:
    """Write each distinct value of a column once, as an Arrow array of texts; missing stays missing.

    >>> written_once(pd.Series(["a", None, "a"]), str.upper).to_pylist()
    ['A', None, 'A']
    """
    import pyarrow as pa

    codes, distinct = pd.factorize(values)
    texts = pa.array([write(value) for value in distinct.tolist()], pa.large_string())
    return texts.take(pa.array(codes, mask=codes < 0))


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """Write a table as CSV, whole and real numbers as numbers, everything else as text.

    Raises
    ------
    OSError
        When the file cannot be written.
    """
    import pyarrow as pa
    from pyarrow import csv

    columns = {}
    for name, values in table.items():
        kind = values.dtype.kind
        if kind in "iu":
            columns[name] = pa.array(values, from_pandas=True)
        elif kind == "f":
            columns[name] = written_once(values, decimal_comma)
        else:
            write = _yes_or_no if kind == "b" else _text
            columns[name] = written_once(values, write)
    with path.open("wb") as file:
        file.write(b"\xef\xbb\xbf")
        csv.write_csv(pa.table(columns), file, csv.WriteOptions(delimiter=";", eol="\r\n"))


def _text(value: Any) -> str:
    return neutral(str(value))


def _yes_or_no(value: Any) -> str:
    return "oui" if value else "non"
