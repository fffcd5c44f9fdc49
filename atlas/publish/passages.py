"""What a change of lists of perimeters moved, for the page of evolutions: sums of dwellings, then each residence.

In: the table of passages of an edition. Out: questions with their tables, each number marked with what it counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from atlas.publish.convention.model import Head, Line, Question, Table, named
from atlas.publish.layers import PASSAGES
from atlas.publish.sums import Cell, Sums, word
from atlas.tables.years import CAME_IN, CROSSINGS, STAYED, WENT_OUT

if TYPE_CHECKING:
    from atlas.publish.figures import Figures

_SIZE = "nb_logements"
_LISTS = ("perimetre", "liste_avant", "liste")


def passages(table: pd.DataFrame, sums: Sums, figures: Figures, home: Callable[[str], Cell]) -> Iterator[Question]:
    """Sum up which dwellings each change of lists moved, then list them by residence.

    ``home`` writes the name of a residence.
    """
    said = (
        "Quand un périmètre change, ses chiffres changent sans que personne n'ait déménagé. Les séries de cet "
        "atlas gardent le périmètre d'aujourd'hui à toutes les enquêtes ; ce tableau dit quels logements la liste "
        "nouvelle a fait entrer ou sortir.",
    )
    for perimeter, before, after in sorted(set(zip(*(table[name] for name in _LISTS), strict=True))):
        where = dict(zip(_LISTS, ([perimeter], [int(before)], [int(after)]), strict=True))
        rows = table[sums.rows(PASSAGES, where)]
        order = (CAME_IN, WENT_OUT, *(one for one in CROSSINGS if one not in (CAME_IN, WENT_OUT)))
        words = [one for one in order if (rows["passage"] == one).any()]
        counted = tuple(
            Line((word(one), *(sums.cell(PASSAGES, column, {**where, "passage": [one]})
                               for column in ("nb_adresses", _SIZE))))
            for one in words
        )  # fmt: skip
        changed = rows[rows["passage"] != STAYED].sort_values(_SIZE, ascending=False, kind="stable")
        listed = tuple(
            Line((home(str(row["id"])), word(row["passage"]),
                  *(_end(row, end, figures) for end in ("de", "vers")),
                  sums.cell(PASSAGES, _SIZE, {**where, **{name: [row[name]] if _text(row[name]) else None
                                                               for name in ("id", "de", "vers")}})))
            for row in changed.to_dict("records")
        )  # fmt: skip
        key = f"{perimeter.lower()}-{int(before)}-{int(after)}"
        heads = (Head("Passage"), Head("Adresses", True), Head("Logements", True))
        detail = (Head("Résidence"), Head("Passage"), Head("Venait de"), Head("Va à"), Head("Logements", True))
        title = f"{perimeter} : de la liste de {int(before)} à celle de {int(after)}"
        tables = (
            Table(f"passages-{key}", title, heads, counted),
            Table(f"passages-{key}-residences", f"{title}, résidence par résidence", detail, listed),
        )
        yield Question(f"passages-{key}", title, said, tuple(one for one in tables if one.lines))


def _end(row: Mapping[Any, Any], end: str, figures: Figures) -> Cell:
    """Name a perimeter: by its name alone, a code has digits that no table of units may hold any more."""
    code, name = _text(row[end]), _text(row[f"nom_{end}"])
    kind = "iris" if row["perimetre"] == "IRIS" else "quartiers"
    if figures.known(kind, code):
        return named(kind, code, figures.text(kind, code, "nom") or code)
    return word(name or code or "hors périmètre")


def _text(value: Any) -> str:
    return "" if value is None or value is pd.NA or value != value else str(value)
