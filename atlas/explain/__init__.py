"""Explain one residence, from its rows in the files to its colour. For the builder: it reads the internal edition.

In: the folder of a build. Out: what is known of the residence, as plain data (:func:`explained`) or in French
(:func:`explain`): rows read, match, place, group, counts and rates, what each method makes of them, what each other
edition shows, rules with their references.
"""

from __future__ import annotations

from pathlib import Path

from atlas.explain.facts import TRACE, explained
from atlas.explain.words import text_of

__all__ = ["TRACE", "explain", "explained"]


def explain(output: Path, identifier: str) -> str:
    """Write the explanation of a residence, found by its identifier or by that of one of its addresses.

    Raises
    ------
    AtlasError
        ``EXPLIQUER-SORTIE`` when the folder holds no internal edition, ``EXPLIQUER-INCONNU`` for an unknown identifier.
    """
    return text_of(explained(output, identifier))
