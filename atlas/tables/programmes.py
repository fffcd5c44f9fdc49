"""What two spellings of one programme name share: the one reading of names, of a grouping or of what follows it."""

from __future__ import annotations

import re

import pandas as pd

from atlas.writing import slug

_GENERIC = re.compile(r"\b(RESIDENCES?|RESID|RES|RS|CITE|PROGRAMME|ENSEMBLE|GROUPE|OPERATION)\b\.?")


def programme_name(names: pd.Series) -> pd.Series:
    """Reduce programme names to what two spellings of one programme share; blank or meaningless ones are missing.

    >>> programme_name(pd.Series(["RES. Hannah Arendt", "Résidence HANNAH-ARENDT", " ", "-"])).tolist()
    ['HANNAH ARENDT', 'HANNAH ARENDT', nan, nan]
    """
    code, spellings = pd.factorize(names)
    normal = pd.array([_normal(spelling) or None for spelling in spellings], dtype="str")
    return pd.Series(normal.take(code, allow_fill=True), index=names.index)


def _normal(name: str) -> str:
    words = slug(str(name), " ").upper()
    return " ".join(_GENERIC.sub(" ", words).split()) or words
