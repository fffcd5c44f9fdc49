"""Libraries that many modules share and that take long to load: each is loaded when something of it is first asked.

``from atlas.later import sparse`` stands for ``from scipy import sparse``. A build that is refused at its territory
file has loaded none; a module that asks something of them while it is imported undoes that (tests/test_imports.py).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = ["OSA", "fuzz", "geopandas", "process", "pyproj", "sparse"]


class _Later:
    """A library that is not loaded yet."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, what: str) -> Any:
        found = getattr(import_module(self._name), what)
        setattr(self, what, found)  # the next time, no further than here
        return found


if TYPE_CHECKING:
    import geopandas
    import pyproj
    from rapidfuzz import fuzz, process
    from rapidfuzz.distance import OSA
    from scipy import sparse
else:
    geopandas, pyproj, sparse = _Later("geopandas"), _Later("pyproj"), _Later("scipy.sparse")
    fuzz, process, OSA = _Later("rapidfuzz.fuzz"), _Later("rapidfuzz.process"), _Later("rapidfuzz.distance.OSA")
