"""Programs of others that an edition may hold beside its pages: known byte for byte, or refused.

Grain in: the name of a file and its digest. A library is code, in which anything could be written: only the very files
that were looked at when they were chosen pass.
"""

from __future__ import annotations

_KNOWN = {
    "portail/LICENCES.txt": "c438c4978de3f2b25e72c807b4c396e15908c992236ec5a19f0a6fee2f3ce0c6",
    "portail/maplibre-gl.css": "ab1e70d59ec40465bae7e7030da2f3ccf28133fd502e62bd598eefbadfd7a732",
    "portail/maplibre-gl.js": "053a93bf8097277a8078d597a10e30ee044a513ac510f4dcb2c5159134bba9e6",
    "portail/pmtiles.js": "ca16879182f180bd18648457701ec7106d2159944dca107fd17afc4110c79056",
}
SCRIPTS = frozenset(name for name in _KNOWN if name.endswith(".js"))
OWN = frozenset({"simulation.js", "../simulation.js"})  # the edition's own script, read word by word elsewhere
SHEETS = frozenset(name for name in _KNOWN if name.endswith(".css"))


def is_library(name: str, digest: str) -> bool:
    """Whether a file is one of the libraries that travel with the program, as they are.

    >>> is_library("portail/pmtiles.js", "0" * 64), is_library("index.html", "")
    (False, False)
    """
    return _KNOWN.get(name) == digest
