"""Names, identifiers and codes as they are read: one spelling, placeholders missing, rounded identifiers refused.

Grain in and out: one column of a file. A cell that holds a placeholder (``#N/A``, ``NC``, ``0``, ``sans nom``) is
empty, and how many there were is said; an identifier that a spreadsheet wrote in scientific notation is a fault,
because several addresses then share it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from atlas.errors import excerpt
from atlas.sources.desk import Desk
from atlas.sources.sentinels import absent
from atlas.sources.spelling import SCIENTIFIC, holds, rewritten, tidied, tidied_codes, tidy, without_digits
from atlas.tables import Column
from atlas.writing import many

IDENTIFIERS = frozenset({"id_adresse", "id_logement", "id_residence"})
KEYS = frozenset({"id_adresse", "id_logement", "code"})
# Where a placeholder would make one holder, one residence, one zone, one kind of dwelling of all that is not known.
_NAMES = frozenset({"bailleur", "nom_residence", "commune", "nom", "financement", "reservataire", "motif_refus"})
NAMED = IDENTIFIERS | _NAMES | {"id_ban", "code"}


def is_code(column: Column) -> bool:
    """Tell the columns that a spreadsheet may have turned into numbers."""
    return column.unit == "code" or column.name in IDENTIFIERS


def in_order(texts: pa.ChunkedArray, column: Column) -> pa.ChunkedArray:
    """Write a column of trimmed texts one way, its placeholders missing."""
    if is_code(column):
        texts = tidied_codes(texts)
    if column.name not in NAMED:
        return texts
    counted = column.name in KEYS and _numbered_from_zero(texts)
    # No placeholder holds a digit other than zero, and nearly every identifier does.
    return rewritten(
        texts, without_digits(texts), lambda text: text if (counted and text == "0") or not absent(text) else None
    )


def _numbered_from_zero(texts: pa.ChunkedArray) -> bool:
    """Tell a column of keys in which 0 is a number like another: 1 and 2 are there too, on however many rows.

    >>> [_numbered_from_zero(pa.chunked_array([keys])) for keys in (["0", "0", "1", "2"], ["0", "1"], ["0", "A1"])]
    [True, False, False]
    """
    return all(pc.any(pc.equal(texts, number)).as_py() for number in "012")


def check_names(
    given: pa.ChunkedArray,
    read: pa.ChunkedArray,
    column: Column,
    lines: np.ndarray,
    file: str,
    prefix: str,
    desk: Desk,
    *,
    private: bool = False,
) -> None:
    """Say which placeholders were read as missing, and refuse identifiers in scientific notation.

    Parameters
    ----------
    given, read : ChunkedArray
        The column as the file holds it, and as :func:`in_order` leaves it.
    """
    if column.name == "bailleur":
        _tell_odd(given, file, desk)
    if read.null_count > given.null_count:
        lost = pc.and_(pc.is_null(read), pc.is_valid(given))
        words = [str(text).strip() for text in pc.filter(given, lost).to_pylist()]
        words = [word for word in words if word]
        if words:
            shown = excerpt(list(dict.fromkeys(words)), 3)
            desk.blanked.setdefault((file, column.name), shown)
            desk.note(
                f"{file} : {column.name} porte « {shown} » sur {many(len(words), 'ligne')}, lu « non renseigné »."
            )
    if is_code(column) and holds(read, b".", b",", b"+"):
        wrong = np.flatnonzero(np.asarray(pc.fill_null(pc.match_substring_regex(read, SCIENTIFIC), False)))
        if len(wrong):
            where = ("ligne " if len(wrong) == 1 else "lignes ") + excerpt(lines[wrong].tolist())
            example = "" if private else f" (« {read[int(wrong[0])].as_py()} »)"
            desk.faults.add(
                f"{prefix}-SCIENTIFIQUE",
                f"{file} : {column.name} est en notation scientifique, {where}{example}.",
                "l'identifiant entier, chiffre pour chiffre",
                "un tableur l'a arrondi, et plusieurs adresses ou logements le partagent : refaire l'export avec cette "
                "colonne au format texte",
            )


def _tell_odd(given: pa.ChunkedArray, file: str, desk: Desk) -> None:
    """Say how many landlords were written with signs that cannot be seen: two holders, for whoever compares bytes."""
    names = [name for name in pc.unique(given).to_pylist() if name and " ".join(name.split()) != tidy(name)]
    if names:
        texts = given.cast(pa.string())
        rows = pc.sum(pc.is_in(texts, pa.array(names, pa.string()))).as_py()
        desk.note(
            f"{file} : bailleur a des caractères invisibles ou décomposés sur {many(rows, 'ligne')} "
            f"(« {tidy(names[0])} »), lu comme il s'affiche."
        )


def layer_names(texts: pd.Series, column: Column, file: str, prefix: str, desk: Desk) -> pd.Series:
    """Read a column of names of a layer as that of a table: one spelling, placeholders missing, none rounded."""
    given = pa.chunked_array([pa.array(texts, pa.string())])
    read = in_order(tidied(given), column)
    check_names(given, read, column, np.arange(1, len(texts) + 1), file, prefix, desk)
    return read.to_pandas().astype("str")
