"""What residences may offer: homes expected to free up in a year, at low rent, of a size, accessible; and to whom.

In: figures of an edition and its dwellings by feature. Out: the least, the expected and the most of what suits. The
page and the command both read this room: they cannot differ. It is about homes, and never scores a person.
"""

from atlas.offer.homes import OFFERED, Home, homes_of
from atlas.offer.wanted import ORDER, Found, Rules, Wanted, expected, rent_of, tenth

__all__ = [
    "OFFERED",
    "ORDER",
    "Found",
    "Home",
    "Rules",
    "Wanted",
    "expected",
    "homes_of",
    "rent_of",
    "tenth",
]
