"""Atlas des fragilités d'occupation des résidences HLM."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from atlas.library import Opened

__all__ = ["__version__", "open"]
__version__ = "0.1.0"


def open(folder: str | Path) -> Opened:
    """Open an edition: its tables as GeoDataFrames, their dictionary, its units and rules.

    Parameters
    ----------
    folder : str or Path
        The folder of an edition, such as ``atlas/partenaire``.

    Raises
    ------
    AtlasError
        ``EDITION-ILLISIBLE`` when it is not the folder of an edition.
    """
    from atlas.library import open_edition  # nothing is loaded before an edition is opened

    return open_edition(folder)
