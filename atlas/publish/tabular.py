"""CSV files that a French spreadsheet opens by a double click, and that no cell can turn into a formula.

In: a table. Out: one file in UTF-8 with a byte order mark, semicolons, decimal commas, lines ended by CR LF. Excel set
to French reads that and nothing else without a wizard: without the mark accents break, with commas columns do not
split, and with a decimal point 12.5 becomes the 12th of May. pandas reads it with ``sep=";", decimal=","``.

A text that begins with ``= + - @``, a tab or a line break is written after an apostrophe, so that a spreadsheet shows
it and does not compute it; numbers are never changed. Nothing is set aside.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NEUTRALISATION = (
    "Un texte qui commence par =, +, -, @, une tabulation ou un saut de ligne est précédé d'une apostrophe, dans "
    "les CSV comme dans le classeur : un tableur l'affiche sans le calculer. Les nombres ne sont pas modifiés."
)


def starts_formula(text: pd.Series) -> pd.Series:
    """Mark the texts (boolean series) that a spreadsheet could take for a formula, after any leading blank."""
    return text.str.startswith(FORMULA_STARTS).fillna(False) | text.str.lstrip().str.startswith(
        FORMULA_STARTS[:4]
    ).fillna(False)


def neutralised(text: pd.Series) -> pd.Series:
    """Put an apostrophe before the texts that a spreadsheet could take for a formula.

    >>> neutralised(pd.Series(["=1+1", "Les Lilas", None, " @SUM(A1)"])).tolist()
    ["'=1+1", 'Les Lilas', nan, "' @SUM(A1)"]
    """
    text = text.astype("str")
    return text.mask(starts_formula(text), "'" + text)


def decimal_comma(numbers: pd.Series) -> pd.Series:
    """Write real numbers with a decimal comma and no useless digit; missing stays missing.

    >>> decimal_comma(pd.Series([12.5, 40.0, None])).tolist()
    ['12,5', '40', nan]
    """
    codes, values = pd.factorize(numbers)
    written = pd.Series([repr(float(value)).removesuffix(".0").replace(".", ",") for value in values], dtype="str")
    return pd.Series(written.reindex(codes).to_numpy(), index=numbers.index, dtype="str")


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
        if pd.api.types.is_bool_dtype(values):
            values = values.map({True: "oui", False: "non"})
        if pd.api.types.is_integer_dtype(values):
            columns[name] = pa.array(values, from_pandas=True)
        elif pd.api.types.is_float_dtype(values):
            columns[name] = pa.array(decimal_comma(values), from_pandas=True)
        else:
            codes, distinct = pd.factorize(values)
            written = neutralised(pd.Series(distinct)).reindex(codes)  # -1 finds nothing: missing stays missing
            columns[name] = pa.array(written, pa.large_string(), from_pandas=True)
    arrow = pa.table(columns) if columns else pa.table({})
    with path.open("wb") as file:
        file.write(b"\xef\xbb\xbf")
        csv.write_csv(arrow, file, csv.WriteOptions(delimiter=";", eol="\r\n"))
