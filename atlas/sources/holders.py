"""Landlords: two spellings of one name are one holder, for counting as for secrecy.

Grain in and out: one column of names. Spellings that differ by case, accents, spaces or punctuation only are brought to
the commonest one (the first one read on a tie), and said. Names that merely look alike are listed, never merged.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from atlas.sources.desk import Desk
from atlas.sources.headers import plain
from atlas.sources.spelling import bare
from atlas.writing import many


def holder_key(name: str) -> str:
    """Reduce a landlord's name to what its spellings share.

    >>> holder_key("Habitat-Été") == holder_key("HABITAT  ETE"), holder_key("Val") == holder_key("Var")
    (True, False)
    """
    return bare(name) or name


def one_spelling(names: pd.Series, desk: Desk, known: Collection[str] = ()) -> pd.Series:
    """Write each landlord one way.

    Parameters
    ----------
    names : Series of str
        One landlord per row, possibly missing.
    known : collection of str
        Spellings that prevail: those of the survey, for the other files.

    Examples
    --------
    >>> from atlas.ledger import Ledger
    >>> desk = Desk(Ledger())
    >>> one_spelling(pd.Series(["Val", "VAL", "val", "VAL", "Lys"], dtype="str"), desk).tolist()
    ['VAL', 'VAL', 'VAL', 'VAL', 'Lys']
    >>> desk.remarks[0]
    'Bailleur « VAL » : aussi écrit « Val » (1 ligne), « val » (1 ligne) ; un seul bailleur.'
    """
    code, found = pd.factorize(names)
    spellings = [str(name) for name in found]
    chosen = {holder_key(name): name for name in known}
    counts = np.bincount(code[code >= 0], minlength=len(spellings))
    order = np.argsort(-counts, kind="stable")
    for rank in order:
        chosen.setdefault(holder_key(spellings[rank]), spellings[rank])
    prevailing = [chosen[holder_key(name)] for name in spellings]
    others: dict[str, list[str]] = {}
    for name, kept, count in zip(spellings, prevailing, counts, strict=True):
        if name != kept:
            others.setdefault(kept, []).append(f"« {name} » ({many(int(count), 'ligne')})")
    if not others:
        return names
    for kept, said in others.items():
        desk.note(f"Bailleur « {kept} » : aussi écrit {', '.join(said)} ; un seul bailleur.")
    return pd.Series(pd.array(prevailing, dtype="str").take(code, allow_fill=True), index=names.index)


def look_alikes(names: Sequence[str], score: float) -> list[tuple[str, str]]:
    """List the pairs of landlords whose names are so near that one may be a mistake for the other.

    Names that differ by their numbers only are two landlords, as a landlord's branches are.

    >>> look_alikes(["Habitat Été", "Habitat Étés", "Agence 1", "Agence 2", "Logis"], 90)
    [('Habitat Été', 'Habitat Étés')]
    """
    from rapidfuzz import fuzz, process

    words = [plain(name).replace("_", " ") for name in names]
    near = process.cdist(words, words, scorer=fuzz.token_sort_ratio, score_cutoff=score)
    pairs = np.argwhere(np.triu(near >= score, k=1))
    return [(names[a], names[b]) for a, b in pairs if _NUMBERS.sub("", words[a]) != _NUMBERS.sub("", words[b])]


_NUMBERS = re.compile(r"\d+")


def warn_look_alikes(names: Collection[str], score: float, desk: Desk) -> None:
    """Say which landlords of all the files look alike; they stay as many holders."""
    for one, other in look_alikes(sorted(set(names)), score):
        desk.note(
            f"Attention : les bailleurs « {one} » et « {other} » se ressemblent et restent distincts ; s'il s'agit du "
            "même, l'écrire d'une seule façon dans les fichiers : le secret statistique protège chaque bailleur."
        )
