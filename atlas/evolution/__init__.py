"""Evolution: what changed between two campaigns in what an edition publishes, and what may have made it change.

In: the published figures of every campaign, who judged them, which dwellings stayed, came and left. Out: by unit, its
move in or out of fragility with a reason, and for each rate the gap in points and whether it is more than small numbers
and dwellings that came or left explain. Nothing is read that the edition does not publish; nothing is set aside.
"""

from atlas.evolution.known import ANSWERING, ANSWERS, DEFINED_BY, Known, known_of
from atlas.evolution.lasting import consecutive, lasting, pairs_of
from atlas.evolution.moves import Followed, evolution, followed

__all__ = [
    "ANSWERING",
    "ANSWERS",
    "DEFINED_BY",
    "Followed",
    "Known",
    "consecutive",
    "evolution",
    "followed",
    "known_of",
    "lasting",
    "pairs_of",
]
